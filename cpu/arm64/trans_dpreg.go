package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// conds maps Arm's condition numbers to conditions over a flags word with Arm's carry; AL and NV (14, 15)
// are always true and have no entry.
var conds = [14]ir.Cond{
	ir.CondZ, ir.CondNZ, // EQ, NE
	ir.CondB, ir.CondAE, // HS, LO: C set, C clear
	ir.CondS, ir.CondNS, // MI, PL
	ir.CondO, ir.CondNO, // VS, VC
	ir.CondHIa, ir.CondLSa, // HI, LS
	ir.CondGE, ir.CondL, // GE, LT
	ir.CondG, ir.CondLE, // GT, LE
}

// always reports whether condition c is AL or NV.
func always(c uint32) bool { return c >= 14 }

// flagConst is the flags word for the four bits of nzcv.
func (t translator) flagConst(nzcv uint32) ir.Temp {
	return t.b.Const(flagsFromNZCV(uint64(nzcv) << 28))
}

// shiftedReg is the second operand of the shifted-register groups.
func (t translator) shiftedReg(i insn, w ir.Width) ir.Temp {
	x := t.x(i.rm())
	if i.imm6() == 0 {
		return x
	}
	op := [4]ir.Opcode{ir.Shl, ir.Shr, ir.Sar, ir.RotR}[i.shift()]
	return t.b.Op2i(op, w, x, uint64(i.imm6()))
}

// badShift reports a reserved shift amount.
func badShift(i insn) bool { return i.sf() == 0 && i.imm6() >= 32 }

func (t translator) transANDreg(i insn) { t.logicReg(ir.And, i) }
func (t translator) transBICreg(i insn) { t.logicReg(ir.AndN, i) }
func (t translator) transORRreg(i insn) { t.logicReg(ir.Or, i) }
func (t translator) transORNreg(i insn) { t.logicReg(ir.OrN, i) }
func (t translator) transEORreg(i insn) { t.logicReg(ir.Xor, i) }

func (t translator) logicReg(op ir.Opcode, i insn) {
	w := width(i.sf())
	if badShift(i) {
		t.unallocated()
		return
	}
	y := t.shiftedReg(i, w)
	switch {
	case i.rn() != 31:
		t.setX(i.rd(), t.b.Op2(op, w, t.x(i.rn()), y))
	case op == ir.OrN: // MVN
		t.setX(i.rd(), t.b.Op1(ir.Not, w, y))
	case op == ir.Or && w == ir.W64: // MOV (register)
		t.setX(i.rd(), y)
	case op == ir.Or:
		t.setX(i.rd(), t.b.Zext(w, y))
	default:
		t.setX(i.rd(), t.b.Op2(op, w, t.x(31), y))
	}
}

func (t translator) transEONreg(i insn) {
	w := width(i.sf())
	if badShift(i) {
		t.unallocated()
		return
	}
	y := t.b.Op1(ir.Not, w, t.shiftedReg(i, w))
	t.setX(i.rd(), t.b.Op2(ir.Xor, w, t.x(i.rn()), y))
}

func (t translator) transANDSreg(i insn) { t.andsReg(i, false) }
func (t translator) transBICSreg(i insn) { t.andsReg(i, true) }

func (t translator) andsReg(i insn, invert bool) {
	w := width(i.sf())
	if badShift(i) {
		t.unallocated()
		return
	}
	y := t.shiftedReg(i, w)
	if invert {
		y = t.b.Op1(ir.Not, w, y)
	}
	t.b.OpFTo(ir.AndF, w, t.xOut(i.rd()), gFlags, t.x(i.rn()), y)
}

// arithShift checks the fields of the add/subtract (shifted register) group, where ROR is reserved.
func (t translator) arithShift(i insn) (w ir.Width, y ir.Temp, ok bool) {
	if badShift(i) || i.shift() == 3 {
		t.unallocated()
		return 0, 0, false
	}
	w = width(i.sf())
	return w, t.shiftedReg(i, w), true
}

func (t translator) transADDreg(i insn) {
	if w, y, ok := t.arithShift(i); ok {
		t.setX(i.rd(), t.b.Op2(ir.Add, w, t.x(i.rn()), y))
	}
}

func (t translator) transSUBreg(i insn) {
	w, y, ok := t.arithShift(i)
	switch {
	case !ok:
	case i.rn() == 31: // NEG
		t.setX(i.rd(), t.b.Op1(ir.Neg, w, y))
	default:
		t.setX(i.rd(), t.b.Op2(ir.Sub, w, t.x(i.rn()), y))
	}
}

func (t translator) transADDSreg(i insn) {
	if w, y, ok := t.arithShift(i); ok {
		t.addsF(i.rd(), w, t.x(i.rn()), y)
	}
}

func (t translator) transSUBSreg(i insn) {
	if w, y, ok := t.arithShift(i); ok {
		t.subsF(i.rd(), w, t.x(i.rn()), y)
	}
}

// extend is ExtendReg: option 0 to 3 zero-extends 8 to 64 bits, 4 to 7 sign-extends them; then x is shifted.
func (t translator) extend(w ir.Width, x ir.Temp, option, shift uint32) ir.Temp {
	from := ir.Width(option & 3)
	if from < w {
		if option >= 4 {
			x = t.b.Sext(from, w, x)
		} else {
			x = t.b.Zext(from, x)
		}
	}
	if shift != 0 {
		x = t.b.Op2i(ir.Shl, w, x, uint64(shift))
	}
	return x
}

// extendedReg is the second operand of the add/subtract (extended register) group.
func (t translator) extendedReg(i insn) (w ir.Width, y ir.Temp, ok bool) {
	if i.imm3() > 4 {
		t.unallocated()
		return 0, 0, false
	}
	w = width(i.sf())
	return w, t.extend(w, t.x(i.rm()), i.option(), i.imm3()), true
}

func (t translator) transADDext(i insn) {
	if w, y, ok := t.extendedReg(i); ok {
		t.setXSP(i.rd(), t.b.Op2(ir.Add, w, t.xsp(i.rn()), y))
	}
}

func (t translator) transSUBext(i insn) {
	if w, y, ok := t.extendedReg(i); ok {
		t.setXSP(i.rd(), t.b.Op2(ir.Sub, w, t.xsp(i.rn()), y))
	}
}

func (t translator) transADDSext(i insn) {
	if w, y, ok := t.extendedReg(i); ok {
		t.addsF(i.rd(), w, t.xsp(i.rn()), y)
	}
}

func (t translator) transSUBSext(i insn) {
	if w, y, ok := t.extendedReg(i); ok {
		t.subsF(i.rd(), w, t.xsp(i.rn()), y)
	}
}

func (t translator) transADC(i insn) {
	r, _ := t.b.OpF(ir.AdcF, width(i.sf()), 0, t.x(i.rn()), t.x(i.rm()), gFlags)
	t.setX(i.rd(), r)
}

func (t translator) transADCS(i insn) {
	t.b.OpFTo(ir.AdcF, width(i.sf()), t.xOut(i.rd()), gFlags, t.x(i.rn()), t.x(i.rm()), gFlags)
}

func (t translator) transSBC(i insn) {
	r, _ := t.b.OpF(ir.SbbF, width(i.sf()), ir.InvC, t.x(i.rn()), t.x(i.rm()), gFlags)
	t.setX(i.rd(), r)
}

func (t translator) transSBCS(i insn) {
	t.b.OpFTo(ir.SbbF, width(i.sf()), t.xOut(i.rd()), gFlags, t.x(i.rn()), t.x(i.rm()), gFlags).Attr = ir.InvC
}

// flagWord is the flags word of the four bits 3:0 of v (N, Z, C, V).
func (t translator) flagWord(v ir.Temp) ir.Temp {
	b := t.b
	nz := b.Op2i(ir.Shl, ir.W64, b.Op2i(ir.And, ir.W64, v, 0xc), 12)
	c := b.Op2i(ir.Shl, ir.W64, b.Op2i(ir.And, ir.W64, v, 2), 7)
	f := b.Op2(ir.Or, ir.W64, nz, c)
	f = b.Op2(ir.Or, ir.W64, f, b.Op2i(ir.And, ir.W64, v, 1))
	return b.Op2i(ir.Or, ir.W64, f, ir.FlagOne)
}

// mergeFlags replaces the flags of mask by those of f.
func (t translator) mergeFlags(f ir.Temp, mask uint64) {
	r := t.b.New(ir.I64)
	t.b.Emit(ir.Op{Code: ir.MergeF, Imm: int64(mask), A: operands(r, f, gFlags)})
	t.b.Set(gFlags, r)
}

func (t translator) transRMIF(i insn) {
	v := t.b.Op2i(ir.RotR, ir.W64, t.x(i.rn()), uint64(i.rmif6()))
	t.mergeFlags(t.flagWord(v), flagsFromNZCV(uint64(i.nzcv())<<28)&^ir.FlagOne)
}

func (t translator) transSETF8(i insn)  { t.setf(i, ir.W8) }
func (t translator) transSETF16(i insn) { t.setf(i, ir.W16) }

// setf sets N and Z from the low w bits of Rn, V from the XOR of the two bits at its top; C stays.
func (t translator) setf(i insn, w ir.Width) {
	x := t.x(i.rn())
	_, f := t.b.OpF(ir.AndF, w, 0, x, x)
	v := t.b.Op2(ir.Xor, ir.W64, x, t.b.Op2i(ir.Shr, ir.W64, x, 1))
	v = t.b.Extract(ir.W64, v, uint8(w.Bits())-1, 1, false)
	f = t.b.Op2(ir.Or, ir.W64, f, v)
	t.mergeFlags(f, ir.FlagS|ir.FlagZ|ir.FlagO)
}

// condCompare sets the flags to those of op on x and y if the condition holds, else to nzcv.
func (t translator) condCompare(i insn, op ir.Opcode, y ir.Temp) {
	attr := ir.Attr(0)
	if op == ir.SubF {
		attr = ir.InvC
	}
	_, f := t.b.OpF(op, width(i.sf()), attr, t.x(i.rn()), y)
	if !always(i.cond()) {
		f = t.b.SelF(conds[i.cond()], gFlags, f, t.flagConst(i.nzcv()))
	}
	t.b.Set(gFlags, f)
}

func (t translator) transCCMNreg(i insn) { t.condCompare(i, ir.AddF, t.x(i.rm())) }
func (t translator) transCCMPreg(i insn) { t.condCompare(i, ir.SubF, t.x(i.rm())) }
func (t translator) transCCMNimm(i insn) { t.condCompare(i, ir.AddF, t.b.Const(uint64(i.imm5()))) }
func (t translator) transCCMPimm(i insn) { t.condCompare(i, ir.SubF, t.b.Const(uint64(i.imm5()))) }

// condSelect sets Rd to Rn if the condition holds, else to y, which is Rm after some op.
func (t translator) condSelect(i insn, y ir.Temp) {
	w := width(i.sf())
	r := t.x(i.rn())
	if !always(i.cond()) {
		r = t.b.SelF(conds[i.cond()], gFlags, r, y)
	}
	if w == ir.W32 {
		r = t.b.Zext(w, r)
	}
	t.setX(i.rd(), r)
}

func (t translator) transCSEL(i insn) { t.condSelect(i, t.x(i.rm())) }

func (t translator) transCSINC(i insn) {
	if i.rn() == 31 && i.rm() == 31 && !always(i.cond()) { // CSET
		t.setX(i.rd(), t.b.SetF(conds[i.cond()].Negate(), gFlags))
		return
	}
	t.condSelect(i, t.b.Op2i(ir.Add, width(i.sf()), t.x(i.rm()), 1))
}

func (t translator) transCSINV(i insn) {
	w := width(i.sf())
	if i.rn() == 31 && i.rm() == 31 && !always(i.cond()) { // CSETM
		t.setX(i.rd(), t.b.Op1(ir.Neg, w, t.b.SetF(conds[i.cond()].Negate(), gFlags)))
		return
	}
	t.condSelect(i, t.b.Op1(ir.Not, w, t.x(i.rm())))
}

func (t translator) transCSNEG(i insn) {
	t.condSelect(i, t.b.Op1(ir.Neg, width(i.sf()), t.x(i.rm())))
}
