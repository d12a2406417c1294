package x86

import (
	"sync"

	"github.com/gotcg/gotcg/internal/softfp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Bits of the x87 status word beyond the exception flags, which are softfp.Flags. SDM vol. 1 8.1.3.
const (
	fswSF = 1 << 6
	fswES = 1 << 7
	fswC0 = 1 << 8
	fswC1 = 1 << 9
	fswC2 = 1 << 10
	fswC3 = 1 << 14
	fswB  = 1 << 15
	fswCC = fswC0 | fswC1 | fswC2 | fswC3
)

// fcwInit is the control word after FNINIT: all masked, 64-bit precision, round to nearest.
const fcwInit = 0x37f

// fpu is the x87 of a vCPU during one instruction.
type fpu struct {
	s *State
	e softfp.Env
}

func newFPU(s *State) fpu {
	return fpu{s: s, e: softfp.Env{
		Rules:    softfp.X87,
		Round:    softfp.Round(s.FCW >> 10 & 3),
		Prec:     [4]uint8{24, 0, 53, 64}[s.FCW>>8&3],
		Unmasked: softfp.Flags(^s.FCW & 0x3f),
	}}
}

// x87Insn is the helper of an instruction, made when it is first asked for. Bodies of waiting instructions first report a pending
// unmasked exception (#MF). in[0] is the translator's selector, as kind has it, and in[3] the opcode for
// FOP. The instruction pointer and opcode are kept up to date while an exception is unmasked only.
type x87Insn struct {
	name string
	kind ir.X87Kind
	body func(f *fpu, in *[4]ir.Val) uint64
	once sync.Once
	h    ir.Helper
}

func (x *x87Insn) helper() *ir.Helper {
	x.once.Do(func() { x.h = ir.Helper{Name: x.name, NoGlobals: true, X87: x.kind, Fn: x.call} })
	return &x.h
}

// call is the helper's Fn.
func (x *x87Insn) call(env *ir.Env, in *[4]ir.Val) ir.Val {
	s := stateOf(env)
	if s.FSW&fswES != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcFP, PC: env.PC})
		return ir.Val{}
	}
	if s.FCW&0x3f != 0x3f {
		s.FIP, s.FOP = env.PC, in[3].Lo
	}
	f := newFPU(s)
	return ir.Val{Lo: x.body(&f, in)}
}

// reg returns ST(i).
func (f *fpu) reg(i int) *FPReg { return &f.s.FPR[(f.s.FTop+uint64(i))&7] }

func (f *fpu) tagBit(i int) uint64 { return 1 << ((f.s.FTop + uint64(i)) & 7) }

func (f *fpu) empty(i int) bool { return f.s.FTag&f.tagBit(i) == 0 }

func (f *fpu) get(i int) softfp.F80 {
	r := f.reg(i)
	return softfp.F80{Sig: r.Mant, SE: uint16(r.SE)}
}

func (f *fpu) set(i int, v softfp.F80) {
	*f.reg(i) = FPReg{Mant: v.Sig, SE: uint64(v.SE)}
	f.s.FTag |= f.tagBit(i)
}

func (f *fpu) pop() {
	f.s.FTag &^= f.tagBit(0)
	f.s.FTop = (f.s.FTop + 1) & 7
}

func (f *fpu) push(v softfp.F80) {
	f.s.FTop = (f.s.FTop - 1) & 7
	f.set(0, v)
}

// updateES recomputes the summary of unmasked exceptions.
func (f *fpu) updateES() {
	f.s.FSW &^= fswES | fswB
	if f.s.FSW&^f.s.FCW&0x3f != 0 {
		f.s.FSW |= fswES | fswB
	}
}

// fault notes a stack fault, over or under, and reports whether the masked response is due.
func (f *fpu) fault(over bool) bool {
	f.s.FSW |= uint64(softfp.Invalid) | fswSF
	f.s.FSW &^= fswC1
	if over {
		f.s.FSW |= fswC1
	}
	f.updateES()
	return f.e.Unmasked&softfp.Invalid == 0
}

// done moves the flags raised to the status word and reports whether the result may be written:
// not after an unmasked exception that is found before computing.
func (f *fpu) done() bool {
	const before = softfp.Invalid | softfp.Denormal | softfp.DivZero
	f.s.FSW &^= fswC1
	if f.e.Flags&f.e.Unmasked&before != 0 {
		f.e.Flags &= before
	}
	if f.e.RoundedUp && f.e.Flags&softfp.Inexact != 0 {
		f.s.FSW |= fswC1
	}
	f.s.FSW |= uint64(f.e.Flags)
	f.updateES()
	return f.e.Flags&f.e.Unmasked&before == 0
}

// result is done and, if it may be, writing v to ST(i).
func (f *fpu) result(i int, v softfp.F80) bool {
	ok := f.done()
	if ok {
		f.set(i, v)
	}
	return ok
}

// need reports that none of the registers is empty; else the masked response to underflow puts the
// indefinite value into ST(dst), unless dst is negative.
func (f *fpu) need(dst int, regs ...int) (ok, masked bool) {
	for _, i := range regs {
		if f.empty(i) {
			masked = f.fault(false)
			if masked && dst >= 0 {
				f.set(dst, softfp.Indefinite80)
			}
			return false, masked
		}
	}
	return true, true
}

// pushNew pushes v, or has the stack overflow.
func (f *fpu) pushNew(v softfp.F80) {
	if !f.empty(-1) {
		if f.fault(true) {
			f.push(softfp.Indefinite80)
		}
		return
	}
	if f.done() {
		f.push(v)
	}
}

func (f *fpu) arith(op uint64, a, b softfp.F80) softfp.F80 {
	switch op {
	case ir.X87Add:
		return f.e.Add80(a, b)
	case ir.X87Mul:
		return f.e.Mul80(a, b)
	case ir.X87Sub:
		return f.e.Sub80(a, b)
	case ir.X87SubR:
		return f.e.Sub80(b, a)
	case ir.X87Div:
		return f.e.Div80(a, b)
	}
	return f.e.Div80(b, a)
}

// widen makes an F80 of a memory operand of arithmetic.
func widen(kind, v uint64) (x softfp.F80, denorm bool) {
	switch kind {
	case ir.X87M32:
		return softfp.Widen80(softfp.F32, v)
	case ir.X87M64:
		return softfp.Widen80(softfp.F64, v)
	}
	return fromInt(kind, v), false
}

func fromInt(kind, v uint64) softfp.F80 {
	switch kind {
	case ir.X87I16:
		return softfp.FromInt80(int64(int16(v)))
	case ir.X87I32:
		return softfp.FromInt80(int64(int32(v)))
	}
	return softfp.FromInt80(int64(v))
}

// x87Arith is ST(dst) = ST(dst) op ST(src); selector: op, dst, src, pop in nibbles.
var x87Arith = x87Insn{name: "x87_arith", kind: ir.X87Arith, body: func(f *fpu, in *[4]ir.Val) uint64 {
	sel := in[0].Lo
	op, dst, src, pop := sel&15, int(sel>>4&7), int(sel>>8&7), sel>>12&1 != 0
	ok, masked := f.need(dst, dst, src)
	if ok {
		masked = f.result(dst, f.arith(op, f.get(dst), f.get(src)))
	}
	if pop && masked {
		f.pop()
	}
	return 0
}}

// x87ArithMem is ST = ST op memory; selector: op, kind in nibbles; in[1] is the operand.
var x87ArithMem = x87Insn{name: "x87_arith_mem", kind: ir.X87ArithMem, body: func(f *fpu, in *[4]ir.Val) uint64 {
	op, kind := in[0].Lo&15, in[0].Lo>>4&15
	v, denorm := widen(kind, in[1].Lo)
	if op == ir.X87Com || op == ir.X87ComP {
		f.compare(v, denorm, 0, op == ir.X87ComP, true)
		return 0
	}
	if ok, _ := f.need(0, 0); ok {
		a := f.get(0)
		r := f.arith(op, a, v)
		f.e.MemDenormal(denorm, a)
		f.result(0, r)
	}
	return 0
}}

// condBits returns the condition codes of a comparison.
func condBits(r softfp.Ordering) uint64 {
	switch r {
	case softfp.Less:
		return fswC0
	case softfp.Equal:
		return fswC3
	case softfp.Greater:
		return 0
	}
	return fswC0 | fswC2 | fswC3
}

// compare sets the condition codes for ST(0) against v, and pops.
func (f *fpu) compare(v softfp.F80, denorm bool, other int, pop, signal bool) {
	r := softfp.Unordered
	ok := !f.empty(0) && !f.empty(other)
	if !ok {
		ok = f.fault(false)
	} else {
		a := f.get(0)
		r = f.e.Compare80(a, v, signal)
		f.e.MemDenormal(denorm, a)
		ok = f.done()
	}
	f.s.FSW = f.s.FSW&^(fswCC) | condBits(r)
	if ok && pop {
		f.pop()
	}
}

// x87Compare is FCOM and FUCOM with ST(i); selector: i, pops, quiet in nibbles.
var x87Compare = x87Insn{name: "x87_compare", kind: ir.X87Compare, body: func(f *fpu, in *[4]ir.Val) uint64 {
	i, pops, quiet := int(in[0].Lo&7), in[0].Lo>>4&3, in[0].Lo>>8&1 != 0
	was := f.s.FTop
	f.compare(f.get(i), false, i, pops > 0, !quiet)
	if pops > 1 && f.s.FTop != was {
		f.pop()
	}
	return 0
}}

// x87Test is FTST.
var x87Test = x87Insn{name: "x87_test", kind: ir.X87None, body: func(f *fpu, _ *[4]ir.Val) uint64 {
	f.compare(softfp.F80{}, false, 0, false, true)
	return 0
}}

// x87CompareI is FCOMI and FUCOMI; selector as x87Compare; the value is the new flags word. SDM vol. 2A FCOMI.
var x87CompareI = x87Insn{name: "x87_comi", kind: ir.X87CompareI, body: func(f *fpu, in *[4]ir.Val) uint64 {
	i, pops, quiet := int(in[0].Lo&7), in[0].Lo>>4&3, in[0].Lo>>8&1 != 0
	r := softfp.Unordered
	ok := !f.empty(0) && !f.empty(i)
	if !ok {
		ok = f.fault(false)
	} else {
		c1 := f.s.FSW & fswC1 // stays
		r = f.e.Compare80(f.get(0), f.get(i), !quiet)
		ok = f.done()
		f.s.FSW |= c1
	}
	if ok && pops > 0 {
		f.pop()
	}
	switch r {
	case softfp.Less:
		return ir.FlagOne | ir.FlagC
	case softfp.Equal:
		return ir.FlagOne | ir.FlagZ
	case softfp.Greater:
		return ir.FlagOne
	}
	return ir.FlagOne | ir.FlagC | ir.FlagP | ir.FlagZ
}}
