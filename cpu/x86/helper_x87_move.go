package x86

import (
	"github.com/gotcg/gotcg/internal/softfp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// x87LoadMem is FLD and FILD; selector: kind; in[1], in[2] the operand.
var x87LoadMem = x87Insn{name: "x87_fld", kind: ir.X87Load, body: func(f *fpu, in *[4]ir.Val) uint64 {
	var v softfp.F80
	if f.empty(-1) {
		switch in[0].Lo {
		case ir.X87M32:
			v = f.e.To80(softfp.F32, in[1].Lo)
		case ir.X87M64:
			v = f.e.To80(softfp.F64, in[1].Lo)
		case ir.X87M80:
			v = softfp.F80{Sig: in[1].Lo, SE: uint16(in[2].Lo)}
		default:
			v = fromInt(in[0].Lo, in[1].Lo)
		}
		if f.e.Flags == softfp.Denormal { // the value is pushed even if this is unmasked
			f.done()
			f.push(v)
			return 0
		}
	}
	f.pushNew(v)
	return 0
}}

// x87LoadBCD is FBLD.
var x87LoadBCD = x87Insn{name: "x87_fbld", kind: ir.X87None, body: func(f *fpu, in *[4]ir.Val) uint64 {
	f.pushNew(softfp.FromBCD80(in[1].Lo, uint16(in[2].Lo)))
	return 0
}}

// x87LoadConst is FLD1 ... FLDZ; selector: which.
var x87LoadConst = x87Insn{name: "x87_fldconst", kind: ir.X87LoadConst, body: func(f *fpu, in *[4]ir.Val) uint64 {
	v := f.e.Const80(int(in[0].Lo))
	f.e.RoundedUp = false
	f.pushNew(v)
	return 0
}}

// x87LoadReg is FLD ST(i).
var x87LoadReg = x87Insn{name: "x87_fld_st", kind: ir.X87LoadReg, body: func(f *fpu, in *[4]ir.Val) uint64 {
	i := int(in[0].Lo)
	v := f.get(i)
	if f.empty(i) {
		if f.fault(false) {
			f.push(softfp.Indefinite80)
		}
		return 0
	}
	f.pushNew(v)
	return 0
}}

// x87StoreReg is FST ST(i); selector: i, pop, and for the alias D9 D8 of FSTP, which does not mind
// ST(0) being empty, 2.
var x87StoreReg = x87Insn{name: "x87_fst_st", kind: ir.X87StoreReg, body: func(f *fpu, in *[4]ir.Val) uint64 {
	i, pop := int(in[0].Lo&7), in[0].Lo>>4&1 != 0
	if in[0].Lo>>5 != 0 && f.empty(0) {
		f.s.FSW &^= fswC1
		f.pop()
		return 0
	}
	ok, masked := f.need(i, 0)
	if ok {
		f.result(i, f.get(0))
	}
	if pop && masked {
		f.pop()
	}
	return 0
}}

// Selector bits of stores to memory, above the kind.
const (
	xPop   = 1 << 4
	xTrunc = 1 << 5
	xBCD   = 1 << 6
)

// storeValue computes what FST, FIST, FISTTP or FBSTP of the selector's kind stores, raising flags in f.e
// only; fault tells that ST(0) is empty.
func (f *fpu) storeValue(sel uint64) (lo uint64, hi uint16, fault bool) {
	fault = f.empty(0)
	v := f.get(0)
	if fault {
		v = softfp.Indefinite80
		f.e.Flags |= softfp.Invalid
	}
	r := f.e.Round
	if sel&xTrunc != 0 {
		r = softfp.Zero
	}
	e := &f.e
	if fault {
		e = &softfp.Env{Rules: softfp.X87}
	}
	switch {
	case sel&xBCD != 0:
		lo, hi = e.ToBCD80(v)
	case sel&15 == ir.X87M32:
		lo = e.From80(softfp.F32, v)
	case sel&15 == ir.X87M64:
		lo = e.From80(softfp.F64, v)
	case sel&15 == ir.X87M80:
		lo, hi = v.Sig, v.SE
	default:
		lo = e.ToInt80(v, 8<<[...]uint{ir.X87I16: 1, ir.X87I32: 2, ir.X87I64: 3}[sel&15], r)
	}
	if f.e.Flags&f.e.Unmasked&(softfp.Overflow|softfp.Underflow) != 0 { // nothing is stored
		f.e.Flags &^= softfp.Inexact
	}
	return lo, hi, fault
}

// suppresses tells that an unmasked exception keeps the store from happening.
func (f *fpu) suppresses() bool {
	post := softfp.Invalid | softfp.Denormal | softfp.DivZero | softfp.Overflow | softfp.Underflow
	return f.e.Flags&f.e.Unmasked&post != 0
}

// x87Store returns the low quadword (selector bit 8: the word above it) that a store to memory at in[1]
// writes, and changes no state. When an unmasked exception suppresses the store it is what is there.
var x87Store = &ir.Helper{Name: "x87_store", NoGlobals: true, X87: ir.X87Store, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	s := stateOf(env)
	if s.FSW&fswES != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcFP, PC: env.PC})
		return ir.Val{}
	}
	f := newFPU(s)
	sel := in[0].Lo
	lo, hi, _ := f.storeValue(sel)
	if f.suppresses() {
		w := [...]ir.Width{ir.X87M32: ir.W32, ir.X87M64: ir.W64, ir.X87I16: ir.W16, ir.X87I32: ir.W32, ir.X87I64: ir.W64, ir.X87M80: ir.W64}[sel&15]
		addr := in[1].Lo
		if sel&(1<<8) != 0 {
			w, addr = ir.W16, addr+8
		}
		v, fault := env.Mem.Load(addr, w)
		if !fault.Ok() {
			env.RaiseFault(fault)
		}
		return v
	}
	if sel&(1<<8) != 0 {
		return ir.Val{Lo: uint64(hi)}
	}
	return ir.Val{Lo: lo}
}}

// x87StoreDone commits what x87Store found once the memory has been written.
var x87StoreDone = x87Insn{name: "x87_store_done", kind: ir.X87StoreDone, body: func(f *fpu, in *[4]ir.Val) uint64 {
	_, _, fault := f.storeValue(in[0].Lo)
	stop := f.suppresses()
	if fault {
		f.fault(false)
	} else {
		f.done()
	}
	if in[0].Lo&xPop != 0 && !stop {
		f.pop()
	}
	return 0
}}

// x87Exchange is FXCH.
var x87Exchange = x87Insn{name: "x87_fxch", kind: ir.X87Exchange, body: func(f *fpu, in *[4]ir.Val) uint64 {
	i := int(in[0].Lo)
	if f.empty(0) || f.empty(i) {
		if !f.fault(false) {
			return 0
		}
		for _, r := range []int{0, i} {
			if f.empty(r) {
				f.set(r, softfp.Indefinite80)
			}
		}
	} else {
		f.done()
	}
	a, b := f.get(0), f.get(i)
	f.set(0, b)
	f.set(i, a)
	return 0
}}

// x87CMov is FCMOVcc; selector: i; in[1]: the condition holds.
var x87CMov = x87Insn{name: "x87_fcmov", kind: ir.X87CMov, body: func(f *fpu, in *[4]ir.Val) uint64 {
	i := int(in[0].Lo)
	if ok, _ := f.need(0, 0, i); ok {
		if in[1].Lo != 0 {
			f.set(0, f.get(i))
		}
	}
	return 0
}}

// Instructions without operands, by selector; the first ones are ir's.
const (
	xScale = ir.X87MiscOther + iota
	xPrem
	xPrem1
	xExtract
	xIncStp
	xDecStp
	x2XM1
	xYL2X
	xYL2XP1
	xPatan
	xPtan
	xSin
	xCos
	xSinCos
)

// x87Misc is the instructions on ST(0), or on ST(0) and ST(1), that have no operand; selector: which.
var x87Misc = x87Insn{name: "x87_misc", kind: ir.X87Misc, body: func(f *fpu, in *[4]ir.Val) uint64 {
	switch in[0].Lo {
	case ir.X87Nop:
	case ir.X87Xam:
		f.xam()
	case xIncStp, xDecStp:
		f.s.FTop = (f.s.FTop + 1 - 2*(in[0].Lo-xIncStp)) & 7
		f.s.FSW &^= fswC1
	case xScale, xPrem, xPrem1, xYL2X, xYL2XP1, xPatan:
		f.binary(in[0].Lo)
	case xExtract, xPtan, xSinCos:
		f.split(in[0].Lo)
	default:
		f.unary(in[0].Lo)
	}
	return 0
}}

// xam is FXAM.
func (f *fpu) xam() {
	v := f.get(0)
	cc := [...]uint64{
		softfp.Unsupported80: 0, softfp.NaN80: fswC0, softfp.Normal80: fswC2,
		softfp.Infinity80: fswC2 | fswC0, softfp.Zero80: fswC3, softfp.Denormal80: fswC3 | fswC2,
	}[softfp.Classify80(v)]
	if f.empty(0) {
		cc = fswC3 | fswC0
	}
	if v.SE>>15 != 0 {
		cc |= fswC1
	}
	f.s.FSW = f.s.FSW&^fswCC | cc
}

func (f *fpu) unary(op uint64) {
	if op == xSin || op == xCos {
		f.s.FSW &^= fswC2
	}
	if ok, _ := f.need(0, 0); !ok {
		return
	}
	v := f.get(0)
	switch op {
	case ir.X87Chs:
		v.SE ^= 0x8000
	case ir.X87Abs:
		v.SE &= 0x7fff
	case ir.X87Rndint:
		v = f.e.RoundInt80(v)
	case ir.X87Sqrt:
		v = f.e.Sqrt80(v)
	case x2XM1:
		v = f.e.TwoXM1(v)
	case xSin, xCos:
		ok := false
		if op == xSin {
			v, ok = f.e.Sin80(v)
		} else {
			v, ok = f.e.Cos80(v)
		}
		if !f.inRange(ok) {
			return
		}
	}
	f.result(0, v)
}

// binary is the instructions on ST(0) and ST(1); FYL2X and its like pop, the result in the new ST(0).
func (f *fpu) binary(op uint64) {
	dst, pop := 0, false
	if op == xYL2X || op == xYL2XP1 || op == xPatan {
		dst, pop = 1, true
	}
	if op == xPrem || op == xPrem1 {
		f.s.FSW &^= fswC2
	}
	ok, masked := f.need(dst, 0, 1)
	if ok {
		x, y := f.get(0), f.get(1)
		switch op {
		case xScale:
			x = f.e.Scale80(x, y)
		case xPrem, xPrem1:
			x = f.rem(x, y, op == xPrem1)
			if f.e.Flags&f.e.Unmasked&(softfp.Invalid|softfp.Denormal) == 0 {
				f.set(0, x)
			}
			return
		case xYL2X:
			x = f.e.YL2X(y, x)
		case xYL2XP1:
			x = f.e.YL2XP1(y, x)
		case xPatan:
			x = f.e.Patan(y, x)
		}
		masked = f.result(dst, x)
	}
	if pop && masked {
		f.pop()
	}
}

// rem is FPREM and FPREM1 with their condition codes; a NaN result leaves these alone.
func (f *fpu) rem(x, y softfp.F80, nearest bool) softfp.F80 {
	r, q, partial := f.e.Rem80(x, y, nearest)
	f.e.RoundedUp = false
	cc := f.s.FSW & (fswC0 | fswC2 | fswC3)
	if softfp.Classify80(r) != softfp.NaN80 && f.e.Flags&f.e.Unmasked&softfp.Denormal == 0 {
		cc = q&1<<9 | q>>1&1<<14 | q>>2&1<<8
		if partial {
			cc = fswC2
		}
	}
	f.done()
	f.s.FSW = f.s.FSW&^fswCC | cc
	return r
}

// inRange sets C2 when a trigonometric function's argument was too big to be reduced.
func (f *fpu) inRange(ok bool) bool {
	if !ok {
		f.s.FSW = f.s.FSW&^fswC1 | fswC2
	}
	return ok
}

// split is the instructions that replace ST(0) and push a second result: FXTRACT, FPTAN, FSINCOS.
func (f *fpu) split(op uint64) {
	if op != xExtract {
		f.s.FSW &^= fswC2
	}
	if f.empty(0) || !f.empty(-1) {
		if f.fault(!f.empty(0)) {
			f.set(0, softfp.Indefinite80)
			f.push(softfp.Indefinite80)
		}
		return
	}
	var low, top softfp.F80
	v := f.get(0)
	if op == xExtract {
		low, top = f.e.Extract80(v)
	} else {
		ok := false
		if op == xSinCos {
			low, top, ok = f.e.SinCos80(v)
		} else {
			low, ok = f.e.Tan80(v)
			top = softfp.F80{Sig: 1 << 63, SE: 0x3fff}
			if softfp.Classify80(low) == softfp.NaN80 {
				top = low
			}
		}
		if !f.inRange(ok) {
			return
		}
	}
	if f.result(0, low) {
		f.push(top)
	}
}
