package x86

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/ir"
)

// vMinPos is PHMINPOSUW: the least unsigned word and its index.
func vMinPos(t *trans, _ *vrow) {
	s := t.vread(&t.in.Args[1])
	t.vwrite(&t.in.Args[0], t.b.CallPure(&helperMinPos, ir.V128, s))
}

var helperMinPos = ir.Helper{Name: "phminposuw", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
	best, at := in[0].Lane(ir.W16, 0), uint(0)
	for i := range uint(8) {
		if x := in[0].Lane(ir.W16, i); x < best {
			best, at = x, i
		}
	}
	return ir.Val{Lo: best | uint64(at)<<16}
}}

// vMPSad is MPSADBW: sums of absolute differences of four bytes of the source, chosen by the
// immediate, against eight neighbouring places of the destination.
func vMPSad(t *trans, _ *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	t.b.Set(xmm(d.Reg), t.b.CallPure(&helperMPSad, ir.V128, xmm(d.Reg), s, t.c(uint64(t.in.Imm)&7)))
}

var helperMPSad = ir.Helper{Name: "mpsadbw", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) (r ir.Val) {
	to, from := uint(in[2].Lo>>2&1)*4, uint(in[2].Lo&3)*4
	for i := range uint(8) {
		sum := uint64(0)
		for k := range uint(4) {
			x, y := in[0].Lane(ir.W8, to+i+k), in[1].Lane(ir.W8, from+k)
			sum += max(x, y) - min(x, y)
		}
		r = r.WithLane(ir.W16, i, sum)
	}
	return r
}}

// vStr is PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM. The helper gives the result bits, the flags above
// them; from these come the index or the mask.
func vStr(t *trans, _ *vrow) {
	b := t.b
	a := xmm(t.in.Args[0].Reg)
	s := t.in.Args[1]
	v := xmm(s.Reg)
	if s.Kind == ArgMem {
		v = t.vload(16, 0) // needs no alignment
	}
	op, imm := t.in.Op, uint64(t.in.Imm)&0xff
	lens := t.c(0)
	if op == PCMPESTRI || op == PCMPESTRM {
		imm |= strExplicit
		wide := t.in.Rex>>3&1 != 0
		lens = b.CallPure(&helperStrLens, ir.I64, strLen(t, RAX, wide), strLen(t, RDX, wide), t.c(imm))
	}
	r := b.CallPure(&helperStr, ir.I64, a, v, t.c(imm), lens)
	flags := b.Op2i(ir.Shr, ir.W64, r, 32)
	res := b.Op2i(ir.And, ir.W64, r, 0xffff)
	if op == PCMPESTRI || op == PCMPISTRI {
		b.Set(ir.Temp(RCX), b.Extract(ir.W64, r, 16, 5, false))
	} else {
		b.Set(xmm(0), b.CallPure(&helperStrMask, ir.V128, res, t.c(imm)))
	}
	b.MovTo(tFlags, flags)
}

// strLen returns a length register sign-extended.
func strLen(t *trans, reg int, wide bool) ir.Temp {
	if wide {
		return ir.Temp(reg)
	}
	return t.b.Sext(ir.W32, ir.W64, ir.Temp(reg))
}

// strExplicit marks the forms with explicit lengths in the helpers' immediate.
const strExplicit = 1 << 8

// helperStrLens packs two explicit lengths, saturated to the number of elements.
var helperStrLens = ir.Helper{Name: "pcmpestr_len", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
	n := 16 >> (in[2].Lo & 1)
	clip := func(v uint64) uint64 {
		x := int64(v)
		if x < 0 {
			x = -x
		}
		if x < 0 || x > int64(n) {
			return uint64(n)
		}
		return uint64(x)
	}
	return ir.Val{Lo: clip(in[0].Lo) | clip(in[1].Lo)<<8}
}}

// helperStr compares two strings: bits 15:0 of the value are the result (IntRes2), 20:16 the index, and
// 32 up the flags word. SDM vol. 2B 4.1.
var helperStr = ir.Helper{Name: "pcmpstr", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
	imm := in[2].Lo
	w, n := ir.W8, 16
	if imm&1 != 0 {
		w, n = ir.W16, 8
	}
	la, lb := int(in[3].Lo&0xff), int(in[3].Lo>>8)
	if imm&strExplicit == 0 {
		la, lb = strEnd(in[0], w, n), strEnd(in[1], w, n)
	}
	res := strCompare(imm, w, n, in[0], in[1], la, lb)
	all := uint64(1)<<n - 1
	switch imm >> 4 & 3 {
	case 1:
		res ^= all
	case 3:
		res ^= 1<<lb - 1
	}
	index := uint64(n)
	if res != 0 {
		index = uint64(bits.TrailingZeros64(res))
		if imm&0x40 != 0 {
			index = uint64(bits.Len64(res) - 1)
		}
	}
	flags := uint64(ir.FlagOne)
	if res != 0 {
		flags |= ir.FlagC
	}
	if lb < n {
		flags |= ir.FlagZ
	}
	if la < n {
		flags |= ir.FlagS
	}
	flags |= res & 1 // OF
	return ir.Val{Lo: res | index<<16 | flags<<32}
}}

// strEnd returns the index of the first zero element.
func strEnd(v ir.Val, w ir.Width, n int) int {
	for i := range n {
		if v.Lane(w, uint(i)) == 0 {
			return i
		}
	}
	return n
}

// strCompare computes IntRes1: for each element of b (index j) what the aggregation says of it.
func strCompare(imm uint64, w ir.Width, n int, a, b ir.Val, la, lb int) (res uint64) {
	elem := func(v ir.Val, i int) int64 {
		x := v.Lane(w, uint(i))
		if imm&2 != 0 {
			s := 64 - w.Bits()
			return int64(x<<s) >> s
		}
		return int64(x)
	}
	for j := range n {
		var hit bool
		switch imm >> 2 & 3 {
		case 0: // equal any
			for i := 0; i < la && j < lb; i++ {
				hit = hit || elem(a, i) == elem(b, j)
			}
		case 1: // ranges
			for i := 0; i+1 < la && j < lb; i += 2 {
				x := elem(b, j)
				hit = hit || elem(a, i) <= x && x <= elem(a, i+1)
			}
		case 2: // equal each
			hit = j >= la && j >= lb || j < la && j < lb && elem(a, j) == elem(b, j)
		case 3: // equal ordered: a occurs in b at j, as far as the register goes
			hit = true
			for i := 0; i < la && i+j < n; i++ {
				hit = hit && i+j < lb && elem(a, i) == elem(b, i+j)
			}
		}
		if hit {
			res |= 1 << j
		}
	}
	return res
}

// helperStrMask makes PCMP*STRM's mask of the result bits: as bits, or spread over the elements.
var helperStrMask = ir.Helper{Name: "pcmpstr_mask", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
	if in[1].Lo&0x40 == 0 {
		return ir.Val{Lo: in[0].Lo}
	}
	w := ir.W8
	if in[1].Lo&1 != 0 {
		w = ir.W16
	}
	return laneMask(w, in[0].Lo)
}}
