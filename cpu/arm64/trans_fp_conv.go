package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Floating-point conversions and moves to and from general registers. Arm ARM C4.1.96, C7.2.

// toInt converts lane 0 of x to an integer of width d with fbits fraction bits, saturating.
func (t translator) toInt(w, d ir.Width, signed bool, round uint8, fbits int64, x ir.Temp) ir.Temp {
	r := t.b.New(ir.I64)
	round, attr := truncAttr(round)
	t.b.Emit(ir.Op{Code: ir.FCvtI, W: w, D: d, Aux: round, Imm: fbits,
		Attr: ir.ArmSat | t.exact() | signedAttr(signed) | attr,
		A:    operands(r, x)})
	return r
}

// truncAttr gives rounding toward zero as the attribute, other modes as Aux.
func truncAttr(round uint8) (aux uint8, attr ir.Attr) {
	if round == ir.RoundZero {
		return ir.RoundEnv, ir.Trunc
	}
	return round, 0
}

// exact is ExactFP when the mode demands it, for ops whose rules are Arm's by other attributes.
func (t translator) exact() ir.Attr { return t.fp() & ir.ExactFP }

// toFloat converts an integer of width d to a float of width w in lane 0, zero above.
func (t translator) toFloat(w, d ir.Width, signed bool, fbits int64, x ir.Temp) ir.Temp {
	r := t.b.New(ir.V128)
	t.b.Emit(ir.Op{Code: ir.ICvtF, W: w, D: d, Imm: fbits, Attr: t.fp() | signedAttr(signed),
		A: operands(r, t.zeroV(), x)})
	return r
}

func (t translator) fcvtInt(i insn, signed bool, round uint8) {
	t.ftype(i, func(w ir.Width) {
		t.setX(i.rd(), t.toInt(w, width(i.sf()), signed, round, 0, t.vn(i)))
	})
}

func (t translator) transFCVTNSint(i insn) { t.fcvtInt(i, true, ir.RoundNear) }
func (t translator) transFCVTNUint(i insn) { t.fcvtInt(i, false, ir.RoundNear) }
func (t translator) transFCVTPSint(i insn) { t.fcvtInt(i, true, ir.RoundUp) }
func (t translator) transFCVTPUint(i insn) { t.fcvtInt(i, false, ir.RoundUp) }
func (t translator) transFCVTMSint(i insn) { t.fcvtInt(i, true, ir.RoundDown) }
func (t translator) transFCVTMUint(i insn) { t.fcvtInt(i, false, ir.RoundDown) }
func (t translator) transFCVTZSint(i insn) { t.fcvtInt(i, true, ir.RoundZero) }
func (t translator) transFCVTZUint(i insn) { t.fcvtInt(i, false, ir.RoundZero) }
func (t translator) transFCVTASint(i insn) { t.fcvtInt(i, true, ir.RoundAway) }
func (t translator) transFCVTAUint(i insn) { t.fcvtInt(i, false, ir.RoundAway) }

func (t translator) cvtf(i insn, signed bool) {
	t.ftype(i, func(w ir.Width) {
		t.setV(i.rd(), t.toFloat(w, width(i.sf()), signed, 0, t.x(i.rn())))
	})
}

func (t translator) transSCVTFint(i insn) { t.cvtf(i, true) }
func (t translator) transUCVTFint(i insn) { t.cvtf(i, false) }

// fixed decodes the scale of the fixed-point forms; more than 32 fraction bits need sf.
func (t translator) fixed(i insn, body func(w ir.Width, fbits int64)) {
	if i.sf() == 0 && i.scale() < 32 {
		t.unallocated()
		return
	}
	t.ftype(i, func(w ir.Width) { body(w, int64(64-i.scale())) })
}

func (t translator) cvtfFix(i insn, signed bool) {
	t.fixed(i, func(w ir.Width, fbits int64) {
		t.setV(i.rd(), t.toFloat(w, width(i.sf()), signed, fbits, t.x(i.rn())))
	})
}

func (t translator) fcvtzFix(i insn, signed bool) {
	t.fixed(i, func(w ir.Width, fbits int64) {
		t.setX(i.rd(), t.toInt(w, width(i.sf()), signed, ir.RoundZero, fbits, t.vn(i)))
	})
}

func (t translator) transSCVTFfix(i insn)  { t.cvtfFix(i, true) }
func (t translator) transUCVTFfix(i insn)  { t.cvtfFix(i, false) }
func (t translator) transFCVTZSfix(i insn) { t.fcvtzFix(i, true) }
func (t translator) transFCVTZUfix(i insn) { t.fcvtzFix(i, false) }

// transFMOVrf moves an FP register to a general one of the same width.
func (t translator) transFMOVrf(i insn) {
	if i.ftype() != i.sf() {
		t.unallocated()
		return
	}
	t.setX(i.rd(), t.b.VGet(width(i.sf()), ir.W64, false, t.vn(i), 0))
}

func (t translator) transFMOVfr(i insn) {
	if i.ftype() != i.sf() {
		t.unallocated()
		return
	}
	x := t.x(i.rn())
	if i.sf() == 0 {
		x = t.b.Zext(ir.W32, x)
	}
	t.setV(i.rd(), t.fromInt(x))
}

func (t translator) transFMOVxvhi(i insn) {
	t.setX(i.rd(), t.b.VGet(ir.W64, ir.W64, false, t.vn(i), 1))
}

func (t translator) transFMOVvhix(i insn) {
	t.setV(i.rd(), t.b.VI(ir.VIns, ir.W64, 0, 1, 0, t.vd(i), t.x(i.rn())))
}

// cvt converts between formats; upper is the scalar form's source of the lanes above, NoTemp makes
// it packed.
func (t translator) cvt(w, d ir.Width, attr ir.Attr, x ir.Temp) ir.Temp {
	up := x
	if attr&ir.Scalar != 0 {
		up = t.zeroV()
	}
	r := t.b.New(ir.V128)
	t.b.Emit(ir.Op{Code: ir.FCvtFF, W: w, D: d, Attr: t.fp() | attr,
		A: operands(r, up, x)})
	return r
}

// fcvt is the scalar FCVT. Alternative half precision (FPCR.AHP) is done by a helper.
func (t translator) fcvt(i insn, w, d ir.Width) {
	if (w == ir.W16 || d == ir.W16) && t.mode&modeAHP != 0 {
		t.setV(i.rd(), t.b.CallPure(ahpHelper(w, d), ir.V128, t.trim(lane0(w), t.vn(i))))
		return
	}
	t.setV(i.rd(), t.cvt(w, d, ir.Scalar, t.vn(i)))
}

func (t translator) transFCVTDS(i insn) { t.fcvt(i, ir.W32, ir.W64) }
func (t translator) transFCVTHS(i insn) { t.fcvt(i, ir.W32, ir.W16) }
func (t translator) transFCVTSD(i insn) { t.fcvt(i, ir.W64, ir.W32) }
func (t translator) transFCVTHD(i insn) { t.fcvt(i, ir.W64, ir.W16) }
func (t translator) transFCVTSH(i insn) { t.fcvt(i, ir.W16, ir.W32) }
func (t translator) transFCVTDH(i insn) { t.fcvt(i, ir.W16, ir.W64) }

// transFCVTLv widens half to single or single to double precision.
func (t translator) transFCVTLv(i insn) {
	d := ir.W32 + ir.Width(i.fsz())
	x := t.vn(i)
	if i.q() != 0 {
		x = t.upper(x)
	}
	if d == ir.W32 && t.mode&modeAHP != 0 {
		t.setV(i.rd(), t.b.CallPure(helperFCVTLahp, ir.V128, x))
		return
	}
	t.setV(i.rd(), t.cvt(d-1, d, 0, x))
}

func (t translator) transFCVTNv(i insn) {
	w := ir.W32 + ir.Width(i.fsz())
	if w == ir.W32 && t.mode&modeAHP != 0 {
		t.setHalf(i, t.b.CallPure(helperFCVTNahp, ir.V128, t.vn(i)))
		return
	}
	t.setHalf(i, t.cvt(w, w-1, 0, t.vn(i)))
}

// transFCVTXNv narrows doubles rounding to odd.
func (t translator) transFCVTXNv(i insn) {
	t.setHalf(i, t.b.CallPure(helperFCVTXN, ir.V128, t.vn(i)))
}

func (t translator) transFCVTXNsv(i insn) {
	t.put(lane0(ir.W32), i.rd(), t.b.CallPure(helperFCVTXN, ir.V128, t.trim(d1, t.vn(i))))
}
