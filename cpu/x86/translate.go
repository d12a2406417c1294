package x86

import (
	"math/bits"
	"slices"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// trans is the state of translating one instruction. It lives in the builder's Scratch.
type trans struct {
	b    *ir.Builder
	in   Inst
	pc   uint64
	next uint64 // address of the next instruction
	end  bool   // the block has been ended
	mem  ir.EA  // the memory operand's address, once hasEA
	// hasEA: mem has been made; its ops are not repeated for a read-modify-write.
	hasEA bool
	// late: CMPS and SCAS do not set the flags, but leave what they compare in cmp.
	late bool
	cmp  [2]ir.Temp
}

// transFn translates one mnemonic. Within it no global may be written before the last op that may
// fault: temps first, globals last.
type transFn func(t *trans)

// translation returns the function that translates op, or nil. Each trans_*.go brings its table; no Op is in two of them
// (TestOneTranslation). They are not merged: a short program would not earn that.
func translation(op Op) transFn {
	i := int(op)
	if i < len(transInt) && transInt[i] != nil {
		return transInt[i]
	}
	if vecRow(op) != nil {
		return transVec
	}
	if i < len(transSys) && transSys[i] != nil {
		return transSys[i]
	}
	if i < len(transFar) && transFar[i] != nil {
		return transFar[i]
	}
	if slices.Contains(privilegedOps, op) {
		return transPrivileged
	}
	return transX87(op)
}

// scratch returns the trans of b.
func scratch(b *ir.Builder) *trans {
	t, ok := b.Scratch.(*trans)
	if !ok {
		t = &trans{b: b}
		b.Scratch = t
	}
	b.TSO = true
	return t
}

// Translate appends the IR of the instruction at pc whose bytes begin code. It implements
// cpu.Arch.Translate.
func Translate(b *ir.Builder, pc uint64, code []byte, mode uint32) cpu.Result {
	t := scratch(b)
	n := t.one(pc, code, mode)
	if n == 0 {
		return cpu.Result{Short: true}
	}
	return t.result(n)
}

// TranslateRun implements cpu.Arch.TranslateRun.
func TranslateRun(b *ir.Builder, pc uint64, code []byte, mode uint32, most cpu.Run) cpu.Result {
	t := scratch(b)
	for exits := b.Exits; ; {
		mark := len(b.Ops)
		b.Insn(pc)
		n := t.one(pc, code, mode)
		if n == 0 {
			b.Ops = b.Ops[:mark]
			b.Insns--
			return cpu.Result{Short: true}
		}
		b.Ops[mark].Aux = uint8(n)
		b.Len += n
		if t.end || most.Over(b, exits) {
			return t.result(n)
		}
		pc += uint64(n)
		code = code[n:]
	}
}

// one appends the IR of the instruction at pc whose bytes begin code, and returns its length, 0 if there are too few.
func (t *trans) one(pc uint64, code []byte, mode uint32) int {
	var err error
	if len(code) < quickLen || !t.in.quick((*[quickLen]byte)(code)) {
		err = t.in.full(code)
	}
	t.pc, t.next = pc, pc+uint64(t.in.Len)
	t.end, t.hasEA, t.late = false, false, false
	first := len(t.b.Ops)
	if op := int(t.in.Op); err == nil && op < len(transInt) && transInt[op] != nil { // what most are
		transInt[op](t)
	} else if err == nil {
		t.translate()
	} else if err == ErrTruncated {
		return 0
	} else {
		t.refuse(err)
	}
	if mode&modeFPTrap != 0 {
		t.trap(first)
	}
	return int(max(t.in.Len, 1))
}

// trap makes the ops from first on ones under unmasked exceptions.
func (t *trans) trap(first int) {
	for i := first; i < len(t.b.Ops); i++ {
		if o := &t.b.Ops[i]; o.Code.Info().Flags&ir.UsesEnv != 0 {
			o.Attr |= ir.ExactFP
		}
	}
}

// result is what Translate returns of the instruction of n bytes just translated.
func (t *trans) result(n int) cpu.Result {
	r := cpu.Result{Len: n, End: t.end}
	if t.end {
		switch t.in.Op {
		case CALL:
			r.Flow = cpu.FlowCall
		case RET:
			r.Flow = cpu.FlowReturn
		case CPUID:
			r.Flow = cpu.FlowSerial
		}
	}
	return r
}

// translate appends the IR of what has been decoded.
func (t *trans) translate() {
	if f := translation(t.in.Op); f != nil {
		f(t)
	} else if notClaimed(t.in.Op) {
		t.raise(ir.ExcIllegal)
	} else {
		t.raise(ir.ExcUnimplemented)
	}
}

// refuse ends the block with the exception that an instruction raises which cannot be decoded.
func (t *trans) refuse(err error) {
	if err == ErrTooLong {
		t.raise(ir.ExcProtection)
	} else {
		t.raise(ir.ExcIllegal)
	}
}

// raise ends the block with an exception whose PC is this instruction's.
func (t *trans) raise(k ir.ExcKind) { t.raiseAt(k, t.pc, ir.NoTemp) }

// raiseAt ends the block with an exception at pc.
func (t *trans) raiseAt(k ir.ExcKind, pc uint64, code ir.Temp) {
	t.b.ExitExc(k, pc, code)
	t.end = true
}

// width returns the ir width of an operand of size bytes.
func width(size uint8) ir.Width { return ir.Width(bits.TrailingZeros8(size)) }

// opW returns the width of operand 0.
func (t *trans) opW() ir.Width { return width(t.in.Args[0].Size) }

// c makes a constant.
func (t *trans) c(v uint64) ir.Temp { return t.b.Const(v) }

// addrW is the width addresses are computed with.
func (t *trans) addrW() ir.Width { return width(t.in.AddrSize) }

// segBase returns the temp of the memory operand's segment base, or NoTemp for zero.
func (t *trans) segBase() ir.Temp {
	switch t.in.Mem.Seg {
	case FS:
		return tFSBase
	case GS:
		return tGSBase
	}
	return ir.NoTemp
}

// ea returns the address of the memory operand, folded into base, index and displacement.
func (t *trans) ea() ir.EA {
	if !t.hasEA {
		t.mem = t.makeEA()
		t.hasEA = true
	}
	return t.mem
}

func (t *trans) makeEA() ir.EA {
	m, b := &t.in.Mem, t.b
	seg := t.segBase()
	ea := ir.EA{Base: ir.Temp(m.Base), Index: ir.NoTemp, Disp: int32(m.Disp)}
	if t.in.AddrSize == 4 {
		ea = ir.EA{Base: t.lea(ir.W32), Index: ir.NoTemp}
	} else if m.Base == RegRIP || m.Base == RegNone {
		disp := uint64(m.Disp)
		if m.Base == RegRIP {
			disp += t.next
		}
		switch {
		case m.Index != RegNone && m.Scale == 0:
			ea.Base = ir.Temp(m.Index)
		case m.Index != RegNone && seg != ir.NoTemp:
			return ir.EA{Base: seg, Index: ir.Temp(m.Index), Scale: m.Scale, Disp: int32(m.Disp)}
		case m.Index != RegNone:
			ea = ir.EA{Base: t.c(disp), Index: ir.Temp(m.Index), Scale: m.Scale}
		case seg != ir.NoTemp && uint64(int64(int32(disp))) == disp:
			return ir.EA{Base: seg, Index: ir.NoTemp, Disp: int32(disp)}
		default:
			ea = ir.EA{Base: t.c(disp), Index: ir.NoTemp}
		}
	} else if m.Index != RegNone {
		ea.Index, ea.Scale = ir.Temp(m.Index), m.Scale
	}
	if seg != ir.NoTemp {
		if ea.Index == ir.NoTemp {
			ea.Base, ea.Index = seg, ea.Base
		} else {
			ea.Base = b.Op2(ir.Add, ir.W64, seg, ea.Base)
		}
	}
	return ea
}

// lea computes the memory operand's offset (no segment base) in a temp, w bits wide.
func (t *trans) lea(w ir.Width) ir.Temp {
	m, b := &t.in.Mem, t.b
	disp := uint64(m.Disp)
	sum := ir.NoTemp
	add := func(x ir.Temp) {
		if sum != ir.NoTemp {
			x = b.Op2(ir.Add, w, sum, x)
		}
		sum = x
	}
	switch m.Base {
	case RegNone:
	case RegRIP:
		disp += t.next
	default:
		add(ir.Temp(m.Base))
	}
	if m.Index != RegNone {
		x := ir.Temp(m.Index)
		if m.Scale != 0 {
			x = b.Op2i(ir.Shl, w, x, uint64(m.Scale))
		}
		add(x)
	}
	disp &= w.Mask()
	switch {
	case sum == ir.NoTemp:
		return t.c(disp)
	case disp != 0:
		return b.Op2i(ir.Add, w, sum, disp)
	case sum < numGlob && w != ir.W64:
		return b.Zext(w, sum)
	}
	return sum
}

// addr returns the memory operand's address as base and displacement, without an index.
func (t *trans) addr() (ir.Temp, int32) {
	ea := t.ea()
	if ea.Index != ir.NoTemp {
		x := ea.Index
		if ea.Scale != 0 {
			x = t.b.Op2i(ir.Shl, ir.W64, x, uint64(ea.Scale))
		}
		t.mem.Base = t.b.Op2(ir.Add, ir.W64, ea.Base, x)
		t.mem.Index, t.mem.Scale = ir.NoTemp, 0
	}
	return t.mem.Base, t.mem.Disp
}

// get returns the value of operand i; only its low Size bytes are meaningful for a register, which is
// what ops of that width use. An immediate is cut to the width of operand 0.
func (t *trans) get(i int) ir.Temp {
	a := t.in.Args[i]
	switch a.Kind {
	case ArgReg:
		return ir.Temp(a.Reg)
	case ArgRegH:
		return t.b.Extract(ir.W64, ir.Temp(a.Reg), 8, 8, false)
	case ArgMem:
		return t.b.Ld(width(a.Size), t.ea(), 0)
	case ArgImm:
		return t.c(uint64(t.in.Imm) & t.opW().Mask())
	case ArgImm2:
		return t.c(uint64(t.in.Imm2))
	}
	return t.c(0)
}

// getZ returns the value of operand i zero-extended to 64 bits.
func (t *trans) getZ(i int) ir.Temp {
	a := t.in.Args[i]
	if a.Kind == ArgReg && a.Size < 8 {
		return t.b.Zext(width(a.Size), ir.Temp(a.Reg))
	}
	return t.get(i)
}

// getS returns the value of operand i sign-extended to d bits and zero-extended to 64.
func (t *trans) getS(i int, d ir.Width) ir.Temp {
	a := t.in.Args[i]
	w := width(a.Size)
	switch {
	case a.Kind == ArgMem && w < d:
		return t.b.LdS(w, d, t.ea(), 0)
	case a.Kind == ArgRegH:
		return t.b.Extract(d, ir.Temp(a.Reg), 8, 8, true)
	case w < d:
		return t.b.Sext(w, d, t.get(i))
	}
	return t.get(i)
}

// set stores v in operand i. v is zero-extended from the operand's width, as every op leaves it. It is
// the last thing that may fault, or a register write.
func (t *trans) set(i int, v ir.Temp) {
	a := t.in.Args[i]
	if a.Kind == ArgMem {
		t.b.St(width(a.Size), t.ea(), v, 0)
		return
	}
	t.setArgReg(a, v)
}

// setArgReg stores v in register operand a.
func (t *trans) setArgReg(a Arg, v ir.Temp) {
	if a.Kind == ArgRegH {
		t.b.Set(ir.Temp(a.Reg), t.b.Deposit(ir.W64, ir.Temp(a.Reg), v, 8, 8))
		return
	}
	t.setReg(a.Reg, a.Size, v)
}

// setReg stores the low size bytes of v in general register n: 8 and 4 bytes set all of it (v is
// zero-extended from 4 then), 2 and 1 keep the rest.
func (t *trans) setReg(n, size uint8, v ir.Temp) {
	g := ir.Temp(n)
	if size < 4 {
		v = t.b.Deposit(ir.W64, g, v, 0, size*8)
	}
	t.b.Set(g, v)
}

// isMem reports whether operand i is memory.
func (t *trans) isMem(i int) bool { return t.in.Args[i].Kind == ArgMem }

// flagsOf appends flag-setting op c for its flags only, into the flags global.
func (t *trans) flagsOf(c ir.Opcode, w ir.Width, ins ...ir.Temp) { t.flagsOp(c, w, ir.NoTemp, ins) }

// flagsOp appends flag-setting op c with its result in r and its flags in the flags global.
func (t *trans) flagsOp(c ir.Opcode, w ir.Width, r ir.Temp, ins []ir.Temp) {
	t.b.OpFTo(c, w, r, tFlags, ins...)
}

// opFlags appends flag-setting op c on operand 0 as destination: result to operand 0, flags to the
// flags global, in the order the precise-state rule wants.
func (t *trans) opFlags(c ir.Opcode, ins ...ir.Temp) {
	a := t.in.Args[0]
	if a.Kind == ArgReg && a.Size >= 4 {
		t.flagsOp(c, t.opW(), ir.Temp(a.Reg), ins)
		return
	}
	res, fl := t.b.OpF(c, t.opW(), 0, ins...)
	switch {
	case a.Kind == ArgMem:
		t.set(0, res)
		t.b.Set(tFlags, fl)
	default:
		t.b.Set(tFlags, fl)
		t.setArgReg(a, res)
	}
}
