package x86

import "github.com/gotcg/gotcg/tcg/ir"

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

// vStr is PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM.
func vStr(t *trans, _ *vrow) {
	b := t.b
	a := xmm(t.in.Args[0].Reg)
	s := t.in.Args[1]
	v := xmm(s.Reg)
	if s.Kind == ArgMem {
		v = t.vload(16, 0) // needs no alignment
	}
	op, imm := t.in.Op, t.in.Imm&0xff
	la, lb := t.c(0), t.c(0)
	if op == PCMPESTRI || op == PCMPESTRM {
		imm |= ir.StrExplicit
		wide := t.in.Rex>>3&1 != 0
		la, lb = strLen(t, RAX, wide), strLen(t, RDX, wide)
	}
	r := b.New(ir.I64)
	b.Emit(ir.Op{Code: ir.VStr, Imm: imm, A: [6]ir.Temp{r, a, v, la, lb, ir.NoTemp}})
	if op == PCMPESTRI || op == PCMPISTRI {
		b.Set(tReg(RCX), b.Op2i(ir.And, ir.W64, r, 0xffff))
	} else {
		b.Set(xmm(0), b.VI(ir.VStrM, 0, 0, 0, imm, a, v, la, lb))
	}
	b.Set(tFlags, b.Op2i(ir.Shr, ir.W64, r, 32))
}

// strLen returns a length register sign-extended.
func strLen(t *trans, reg uint8, wide bool) ir.Temp {
	if wide {
		return tReg(reg)
	}
	return t.b.Sext(ir.W32, ir.W64, tReg(reg))
}
