package arm64

import "github.com/gotcg/gotcg/tcg/ir"

func (t translator) transMADD(i insn) {
	w := width(i.sf())
	p := t.b.Op2(ir.Mul, w, t.x(i.rn()), t.x(i.rm()))
	if i.ra() != 31 {
		p = t.b.Op2(ir.Add, w, t.x(i.ra()), p)
	}
	t.setX(i.rd(), p)
}

func (t translator) transMSUB(i insn) {
	w := width(i.sf())
	p := t.b.Op2(ir.Mul, w, t.x(i.rn()), t.x(i.rm()))
	if i.ra() != 31 {
		p = t.b.Op2(ir.Sub, w, t.x(i.ra()), p)
	} else {
		p = t.b.Op1(ir.Neg, w, p)
	}
	t.setX(i.rd(), p)
}

func (t translator) transSMADDL(i insn) { t.mulLong(i, true, ir.Add) }
func (t translator) transSMSUBL(i insn) { t.mulLong(i, true, ir.Sub) }
func (t translator) transUMADDL(i insn) { t.mulLong(i, false, ir.Add) }
func (t translator) transUMSUBL(i insn) { t.mulLong(i, false, ir.Sub) }

// mulLong is Ra op Rn * Rm with 32-bit factors extended to 64 bits.
func (t translator) mulLong(i insn, signed bool, op ir.Opcode) {
	ext := func(x ir.Temp) ir.Temp {
		if signed {
			return t.b.Sext(ir.W32, ir.W64, x)
		}
		return t.b.Zext(ir.W32, x)
	}
	p := t.b.Op2(ir.Mul, ir.W64, ext(t.x(i.rn())), ext(t.x(i.rm())))
	switch {
	case i.ra() != 31:
		p = t.b.Op2(op, ir.W64, t.x(i.ra()), p)
	case op == ir.Sub:
		p = t.b.Op1(ir.Neg, ir.W64, p)
	}
	t.setX(i.rd(), p)
}

// op2 sets Rd to Rn op Rm, w bits wide.
func (t translator) op2(i insn, op ir.Opcode, w ir.Width) {
	t.setX(i.rd(), t.b.Op2(op, w, t.x(i.rn()), t.x(i.rm())))
}

func (t translator) transSMULH(i insn) { t.op2(i, ir.MulHS, ir.W64) }
func (t translator) transUMULH(i insn) { t.op2(i, ir.MulHU, ir.W64) }

func (t translator) transUDIV(i insn) { t.op2(i, ir.DivU, width(i.sf())) }
func (t translator) transSDIV(i insn) { t.op2(i, ir.DivS, width(i.sf())) }
func (t translator) transLSLV(i insn) { t.op2(i, ir.Shl, width(i.sf())) }
func (t translator) transLSRV(i insn) { t.op2(i, ir.Shr, width(i.sf())) }
func (t translator) transASRV(i insn) { t.op2(i, ir.Sar, width(i.sf())) }
func (t translator) transRORV(i insn) { t.op2(i, ir.RotR, width(i.sf())) }

func (t translator) transCRC32(i insn)  { t.crc(i, 0) }
func (t translator) transCRC32C(i insn) { t.crc(i, 1) }

// crc translates the CRC32 instructions; poly is the polynomial's number in ir.Crc32. The 64-bit operand
// needs sf and the others must not have it.
func (t translator) crc(i insn, poly uint8) {
	if (i.crcsz() == 3) != (i.sf() == 1) {
		t.unallocated()
		return
	}
	r := t.b.New(ir.I64)
	t.b.Emit(ir.Op{Code: ir.Crc32, W: ir.Width(i.crcsz()), Aux: poly, A: operands(r, t.x(i.rn()), t.x(i.rm()))})
	t.setX(i.rd(), r)
}

// op1 sets Rd to op Rn, w bits wide.
func (t translator) op1(i insn, op ir.Opcode, w ir.Width) {
	t.setX(i.rd(), t.b.Op1(op, w, t.x(i.rn())))
}

func (t translator) transRBIT(i insn)  { t.op1(i, ir.Rbit, width(i.sf())) }
func (t translator) transCLZ(i insn)   { t.op1(i, ir.Clz, width(i.sf())) }
func (t translator) transCLS(i insn)   { t.op1(i, ir.Cls, width(i.sf())) }
func (t translator) transREV64(i insn) { t.op1(i, ir.Bswap, ir.W64) }

func (t translator) transREV16(i insn) {
	r := t.b.Op1(ir.BswapL, ir.W16, t.x(i.rn()))
	if i.sf() == 0 {
		r = t.b.Zext(ir.W32, r)
	}
	t.setX(i.rd(), r)
}

// transREV32 translates REV32, and REV of a W register, which is the same encoding with sf clear.
func (t translator) transREV32(i insn) {
	op := ir.Bswap
	if i.sf() == 1 {
		op = ir.BswapL
	}
	t.op1(i, op, ir.W32)
}
