package arm64

import (
	"encoding/binary"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// translator appends the IR of one instruction. It is passed by value: nothing of it is kept.
type translator struct {
	b    *ir.Builder
	pc   uint64
	mode uint32
}

// translate is cpu.Arch.Translate of AArch64.
func translate(b *ir.Builder, pc uint64, code []byte, mode uint32) cpu.Result {
	if len(code) < 4 && pc&3 == 0 {
		return cpu.Result{Short: true}
	}
	t := translator{b, pc, mode}
	return result(t.one(code))
}

// translateRun is cpu.Arch.TranslateRun of AArch64.
func translateRun(b *ir.Builder, pc uint64, code []byte, mode uint32, most cpu.Run) cpu.Result {
	for exits := b.Exits; ; {
		if len(code) < 4 && pc&3 == 0 {
			return cpu.Result{Short: true}
		}
		mark := len(b.Ops)
		b.Insn(pc)
		t := translator{b, pc, mode}
		w, end := t.one(code)
		b.Ops[mark].Aux = 4
		b.Len += 4
		if end || most.Over(b, exits) {
			return result(w, end)
		}
		pc += 4
		code = code[4:]
	}
}

// one appends the IR of the instruction that begins code, returns it, and tells whether it ends the block.
func (t translator) one(code []byte) (w insn, end bool) {
	if t.pc&3 != 0 {
		t.b.ExitExc(ir.ExcAlign, t.pc, ir.NoTemp)
		return 0, true
	}
	w = insn(binary.LittleEndian.Uint32(code))
	switch row := decode(w); {
	case row != nil && row.kind == rowTrans:
		row.trans(t, w)
	case row != nil && row.kind == rowTodo:
		t.unimplemented()
	default:
		t.unallocated()
	}
	return w, t.b.Ops[len(t.b.Ops)-1].Code.EndsBlock()
}

// result is what translate returns of w, which has been translated.
func result(w insn, end bool) cpu.Result {
	r := cpu.Result{Len: 4, End: end}
	switch {
	case !r.End:
	case w>>26 == 0b100101, w&0xfffffc1f == 0xd63f0000: // BL, BLR
		r.Flow = cpu.FlowCall
	case w&0xfffffc1f == 0xd65f0000: // RET
		r.Flow = cpu.FlowReturn
	case w&0xfffff0ff == 0xd50330df: // ISB
		r.Flow = cpu.FlowSerial
	}
	return r
}

// unallocated ends the block with an undefined-instruction exception: the encoding is unallocated, reserved,
// or belongs to a feature or exception level the guest does not have. Where an encoding is CONSTRAINED UNPREDICTABLE
// (Arm ARM K1) and something else than this is chosen, a comment says what.
func (t translator) unallocated() { t.b.ExitExc(ir.ExcIllegal, t.pc, ir.NoTemp) }

// unimplemented ends the block: the encoding is valid, but gotcg does not translate it.
func (t translator) unimplemented() { t.b.ExitExc(ir.ExcUnimplemented, t.pc, ir.NoTemp) }

// width returns the operand width that the sf bit (or any such bit) selects.
func width(sf uint32) ir.Width { return ir.W32 + ir.Width(sf) }

// x returns general register r, the zero register for 31. Its upper half is not cleared for W forms: IR ops
// use the low bits of their width only.
func (t translator) x(r uint32) ir.Temp {
	if r == 31 {
		return t.b.Const(0)
	}
	return gX + ir.Temp(r)
}

// xsp returns general register r, the stack pointer for 31.
func (t translator) xsp(r uint32) ir.Temp { return gX + ir.Temp(r) }

// setX assigns v, already zero-extended, to register r; nothing for the zero register.
func (t translator) setX(r uint32, v ir.Temp) {
	if r != 31 {
		t.b.Set(gX+ir.Temp(r), v)
	}
}

// setConst assigns v to general register r.
func (t translator) setConst(r uint32, v uint64) {
	if r != 31 {
		t.b.MovTo(gX+ir.Temp(r), t.b.Const(v))
	}
}

// xOut is general register r as the output of an op that need not have one.
func (t translator) xOut(r uint32) ir.Temp {
	if r == 31 {
		return ir.NoTemp
	}
	return gX + ir.Temp(r)
}

// setXSP assigns v, already zero-extended, to register r, the stack pointer for 31.
func (t translator) setXSP(r uint32, v ir.Temp) { t.b.Set(gX+ir.Temp(r), v) }

// v returns vector register r.
func (t translator) v(r uint32) ir.Temp { return gV + ir.Temp(r) }

// setV assigns all 128 bits of vector register r.
func (t translator) setV(r uint32, v ir.Temp) { t.b.Set(gV+ir.Temp(r), v) }

// Defined reports whether w is an instruction that gotcg translates: neither undefined nor unimplemented.
func Defined(w uint32) bool {
	setUp()
	row := decode(insn(w))
	if row == nil || row.kind != rowTrans {
		return false
	}
	b := ir.NewBuilder(globals())
	row.trans(translator{b: b}, insn(w))
	if len(b.Ops) == 0 {
		return true
	}
	last := &b.Ops[len(b.Ops)-1]
	return last.Code != ir.ExitExc || ir.ExcKind(last.Aux) != ir.ExcIllegal && ir.ExcKind(last.Aux) != ir.ExcUnimplemented
}
