package x86

import "github.com/gotcg/gotcg/tcg/ir"

// shift translates the shifts and rotates. rotate: only C and O change, so the old flags matter even
// when the count is known not to be zero. SDM vol. 2 SAL/SAR/SHL/SHR, RCL/RCR/ROL/ROR.
func (t *trans) shift(c ir.Opcode, rotate bool) {
	old, cnt := t.shiftCount(1, rotate)
	if cnt == ir.NoTemp {
		t.shiftByZero()
		return
	}
	t.opFlags(c, t.get(0), cnt, old)
}

// shiftCount returns the old flags and the count of a shift, from operand i; NoTemp when the count is
// a constant that masks to zero. A shift by another constant takes no old flags, so that they may die.
func (t *trans) shiftCount(i int, rotate bool) (old, cnt ir.Temp) {
	if t.in.Args[i].Kind != ArgImm {
		return tFlags, tReg(RCX)
	}
	n := uint64(t.in.Imm) & 31
	if t.opW() == ir.W64 {
		n = uint64(t.in.Imm) & 63
	}
	if n == 0 {
		return ir.NoTemp, ir.NoTemp
	}
	if rotate {
		return tFlags, t.c(n)
	}
	return t.c(ir.FlagOne), t.c(n)
}

// shiftByZero translates a shift by a constant zero: the value stays, but a 32-bit register is still
// zero-extended, and memory is still read and written.
func (t *trans) shiftByZero() {
	a := t.in.Args[0]
	switch {
	case a.Kind == ArgMem:
		t.set(0, t.get(0))
	case a.Size == 4:
		t.b.Set(ir.Temp(a.Reg), t.b.Zext(ir.W32, ir.Temp(a.Reg)))
	}
}

// doubleShift translates SHLD and SHRD. SDM vol. 2 SHLD, SHRD.
func (t *trans) doubleShift(c ir.Opcode) {
	old, cnt := t.shiftCount(2, false)
	if cnt == ir.NoTemp {
		t.shiftByZero()
		return
	}
	t.opFlags(c, t.get(0), t.get(1), cnt, old)
}
