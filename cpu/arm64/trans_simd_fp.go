package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Advanced SIMD floating point, vector and scalar forms. Arm ARM C4.1.96, C7.2.

// fpV runs body for a vector FP encoding with both operands prepared: in the 64-bit shape the upper
// halves repeat the lower ones, so that they raise no exceptions of their own.
func (t translator) fpV(i insn, body func(f vform, x, y ir.Temp) ir.Temp) {
	f, ok := fform(i)
	if !ok {
		t.unallocated()
		return
	}
	x, y := t.dupLow(f, t.vn(i)), t.dupLow(f, t.vm(i))
	t.put(f, i.rd(), body(f, x, y))
}

// fpV1 is fpV for one operand.
func (t translator) fpV1(i insn, body func(f vform, x ir.Temp) ir.Temp) {
	f, ok := fform(i)
	if !ok {
		t.unallocated()
		return
	}
	t.put(f, i.rd(), body(f, t.dupLow(f, t.vn(i))))
}

// fpS and fpS1 are the same for scalar forms.
func (t translator) fpS(i insn, body func(f vform, x, y ir.Temp) ir.Temp) {
	f := fformS(i)
	t.put(f, i.rd(), body(f, t.vn(i), t.vm(i)))
}

func (t translator) fpS1(i insn, body func(f vform, x ir.Temp) ir.Temp) {
	f := fformS(i)
	t.put(f, i.rd(), body(f, t.vn(i)))
}

// lanes is the Scalar attribute for scalar shapes.
func (f vform) attr() ir.Attr {
	if f.scalar {
		return ir.Scalar
	}
	return 0
}

// f2 is an FP op of the shape.
func (t translator) f2(f vform, op ir.Opcode, x, y ir.Temp) ir.Temp {
	return t.b.V(op, f.w, t.fp()|f.attr(), x, y)
}

func (t translator) fpV2(i insn, op ir.Opcode) {
	t.fpV(i, func(f vform, x, y ir.Temp) ir.Temp { return t.f2(f, op, x, y) })
}

func (t translator) transFADDv(i insn)   { t.fpV2(i, ir.FAdd) }
func (t translator) transFSUBv(i insn)   { t.fpV2(i, ir.FSub) }
func (t translator) transFMULv(i insn)   { t.fpV2(i, ir.FMul) }
func (t translator) transFDIVv(i insn)   { t.fpV2(i, ir.FDiv) }
func (t translator) transFMAXv(i insn)   { t.fpV2(i, ir.FMax) }
func (t translator) transFMINv(i insn)   { t.fpV2(i, ir.FMin) }
func (t translator) transFMAXNMv(i insn) { t.fpV2(i, ir.FMaxNM) }
func (t translator) transFMINNMv(i insn) { t.fpV2(i, ir.FMinNM) }

func (t translator) fabs(f vform, x ir.Temp) ir.Temp { return t.vand(x, t.repV(f.w, f.w.Mask()>>1)) }

func (t translator) fabd(f vform, x, y ir.Temp) ir.Temp { return t.fabs(f, t.f2(f, ir.FSub, x, y)) }

func (t translator) transFABDv(i insn)  { t.fpV(i, t.fabd) }
func (t translator) transFABDsv(i insn) { t.fpS(i, t.fabd) }

// fmla is FMLA and FMLS: the addend is the destination.
func (t translator) fmla(f vform, i insn, aux uint8, x, y ir.Temp) ir.Temp {
	acc := t.dupLow(f, t.vd(i))
	return t.b.VI(ir.FMulAdd, f.w, t.fp()|f.attr(), aux, 0, x, y, acc)
}

func (t translator) transFMLAv(i insn) {
	t.fpV(i, func(f vform, x, y ir.Temp) ir.Temp { return t.fmla(f, i, 0, x, y) })
}

func (t translator) transFMLSv(i insn) {
	t.fpV(i, func(f vform, x, y ir.Temp) ir.Temp { return t.fmla(f, i, 1, x, y) })
}

// Kinds of FCmpM.
const (
	cmpEQ = 0
	cmpLT = 1
	cmpLE = 2
)

// fcm is a compare that gives masks.
func (t translator) fcm(f vform, kind uint8, x, y ir.Temp) ir.Temp {
	return t.b.VI(ir.FCmpM, f.w, t.fp()|f.attr(), kind, 0, x, y)
}

func (t translator) fcmeq(f vform, x, y ir.Temp) ir.Temp { return t.fcm(f, cmpEQ, x, y) }
func (t translator) fcmge(f vform, x, y ir.Temp) ir.Temp { return t.fcm(f, cmpLE, y, x) }
func (t translator) fcmgt(f vform, x, y ir.Temp) ir.Temp { return t.fcm(f, cmpLT, y, x) }
func (t translator) facge(f vform, x, y ir.Temp) ir.Temp {
	return t.fcmge(f, t.fabs(f, x), t.fabs(f, y))
}
func (t translator) facgt(f vform, x, y ir.Temp) ir.Temp {
	return t.fcmgt(f, t.fabs(f, x), t.fabs(f, y))
}

func (t translator) transFCMEQv(i insn)  { t.fpV(i, t.fcmeq) }
func (t translator) transFCMGEv(i insn)  { t.fpV(i, t.fcmge) }
func (t translator) transFCMGTv(i insn)  { t.fpV(i, t.fcmgt) }
func (t translator) transFACGEv(i insn)  { t.fpV(i, t.facge) }
func (t translator) transFACGTv(i insn)  { t.fpV(i, t.facgt) }
func (t translator) transFCMEQsv(i insn) { t.fpS(i, t.fcmeq) }
func (t translator) transFCMGEsv(i insn) { t.fpS(i, t.fcmge) }
func (t translator) transFCMGTsv(i insn) { t.fpS(i, t.fcmgt) }
func (t translator) transFACGEsv(i insn) { t.fpS(i, t.facge) }
func (t translator) transFACGTsv(i insn) { t.fpS(i, t.facgt) }

// Compares with zero.
func (t translator) fcmeq0(f vform, x ir.Temp) ir.Temp { return t.fcm(f, cmpEQ, x, t.zeroV()) }
func (t translator) fcmge0(f vform, x ir.Temp) ir.Temp { return t.fcm(f, cmpLE, t.zeroV(), x) }
func (t translator) fcmgt0(f vform, x ir.Temp) ir.Temp { return t.fcm(f, cmpLT, t.zeroV(), x) }
func (t translator) fcmle0(f vform, x ir.Temp) ir.Temp { return t.fcm(f, cmpLE, x, t.zeroV()) }
func (t translator) fcmlt0(f vform, x ir.Temp) ir.Temp { return t.fcm(f, cmpLT, x, t.zeroV()) }

func (t translator) transFCMEQvz(i insn)  { t.fpV1(i, t.fcmeq0) }
func (t translator) transFCMGEvz(i insn)  { t.fpV1(i, t.fcmge0) }
func (t translator) transFCMGTvz(i insn)  { t.fpV1(i, t.fcmgt0) }
func (t translator) transFCMLEvz(i insn)  { t.fpV1(i, t.fcmle0) }
func (t translator) transFCMLTvz(i insn)  { t.fpV1(i, t.fcmlt0) }
func (t translator) transFCMEQsvz(i insn) { t.fpS1(i, t.fcmeq0) }
func (t translator) transFCMGEsvz(i insn) { t.fpS1(i, t.fcmge0) }
func (t translator) transFCMGTsvz(i insn) { t.fpS1(i, t.fcmgt0) }
func (t translator) transFCMLEsvz(i insn) { t.fpS1(i, t.fcmle0) }
func (t translator) transFCMLTsvz(i insn) { t.fpS1(i, t.fcmlt0) }

// helper2 calls the helper of a two-operand FP op for the shape's width.
func (t translator) helper2(h *fpHelpers, f vform, x, y ir.Temp) ir.Temp {
	return t.b.CallPure(h.get(f), ir.V128, x, y)
}

func (t translator) fmulx(f vform, x, y ir.Temp) ir.Temp   { return t.helper2(&helpFMULX, f, x, y) }
func (t translator) frecps(f vform, x, y ir.Temp) ir.Temp  { return t.helper2(&helpFRECPS, f, x, y) }
func (t translator) frsqrts(f vform, x, y ir.Temp) ir.Temp { return t.helper2(&helpFRSQRTS, f, x, y) }

func (t translator) transFMULXv(i insn)    { t.fpV(i, t.fmulx) }
func (t translator) transFRECPSv(i insn)   { t.fpV(i, t.frecps) }
func (t translator) transFRSQRTSv(i insn)  { t.fpV(i, t.frsqrts) }
func (t translator) transFMULXsv(i insn)   { t.fpS(i, t.fmulx) }
func (t translator) transFRECPSsv(i insn)  { t.fpS(i, t.frecps) }
func (t translator) transFRSQRTSsv(i insn) { t.fpS(i, t.frsqrts) }

func (t translator) frecpe(f vform, x ir.Temp) ir.Temp {
	return t.b.CallPure(helpFRECPE.get(f), ir.V128, x)
}
func (t translator) frsqrte(f vform, x ir.Temp) ir.Temp {
	return t.b.CallPure(helpFRSQRTE.get(f), ir.V128, x)
}

func (t translator) transFRECPEv(i insn)   { t.fpV1(i, t.frecpe) }
func (t translator) transFRSQRTEv(i insn)  { t.fpV1(i, t.frsqrte) }
func (t translator) transFRECPEsv(i insn)  { t.fpS1(i, t.frecpe) }
func (t translator) transFRSQRTEsv(i insn) { t.fpS1(i, t.frsqrte) }
func (t translator) transFRECPXsv(i insn) {
	t.fpS1(i, func(f vform, x ir.Temp) ir.Temp { return t.b.CallPure(helpFRECPX.get(f), ir.V128, x) })
}

func (t translator) transFABSv(i insn) { t.fpV1(i, t.fabs) }
func (t translator) transFNEGv(i insn) {
	t.fpV1(i, func(f vform, x ir.Temp) ir.Temp { return t.vxor(x, t.repV(f.w, signBit(f.w))) })
}

func (t translator) transFSQRTv(i insn) {
	t.fpV1(i, func(f vform, x ir.Temp) ir.Temp { return t.b.V(ir.FSqrt, f.w, t.fp(), x, x) })
}

func (t translator) frintV(i insn, mode uint8, exact bool) {
	t.fpV1(i, func(f vform, x ir.Temp) ir.Temp {
		return t.b.VI(ir.FRint, f.w, t.fp(), mode, quietImm(exact), x, x)
	})
}

func (t translator) transFRINTNv(i insn) { t.frintV(i, ir.RoundNear, false) }
func (t translator) transFRINTPv(i insn) { t.frintV(i, ir.RoundUp, false) }
func (t translator) transFRINTMv(i insn) { t.frintV(i, ir.RoundDown, false) }
func (t translator) transFRINTZv(i insn) { t.frintV(i, ir.RoundZero, false) }
func (t translator) transFRINTAv(i insn) { t.frintV(i, ir.RoundAway, false) }
func (t translator) transFRINTXv(i insn) { t.frintV(i, ir.RoundEnv, true) }
func (t translator) transFRINTIv(i insn) { t.frintV(i, ir.RoundEnv, false) }

// toInts converts lanes to integers of the same width.
func (t translator) toInts(f vform, signed bool, round uint8, fbits int64, x ir.Temp) ir.Temp {
	if f.scalar {
		return t.fromInt(t.toInt(f.w, f.w, signed, round, fbits, x))
	}
	r := t.b.New(ir.V128)
	round, attr := truncAttr(round)
	t.b.Emit(ir.Op{Code: ir.VCvtFI, W: f.w, D: f.w, Aux: round, Imm: fbits,
		Attr: ir.ArmSat | t.exact() | signedAttr(signed) | attr,
		A:    operands(r, x)})
	return r
}

// toFloats converts integer lanes to floats of the same width.
func (t translator) toFloats(f vform, signed bool, fbits int64, x ir.Temp) ir.Temp {
	if f.scalar {
		return t.toFloat(f.w, f.w, signed, fbits, t.b.VGet(f.w, ir.W64, false, x, 0))
	}
	r := t.b.New(ir.V128)
	t.b.Emit(ir.Op{Code: ir.VCvtIF, W: f.w, D: f.w, Imm: fbits, Attr: t.fp() | signedAttr(signed),
		A: operands(r, x)})
	return r
}

func (t translator) fcvtV(i insn, signed bool, round uint8) {
	t.fpV1(i, func(f vform, x ir.Temp) ir.Temp { return t.toInts(f, signed, round, 0, x) })
}

func (t translator) fcvtS(i insn, signed bool, round uint8) {
	t.fpS1(i, func(f vform, x ir.Temp) ir.Temp { return t.toInts(f, signed, round, 0, x) })
}

func (t translator) transFCVTNSv(i insn)  { t.fcvtV(i, true, ir.RoundNear) }
func (t translator) transFCVTNUv(i insn)  { t.fcvtV(i, false, ir.RoundNear) }
func (t translator) transFCVTPSv(i insn)  { t.fcvtV(i, true, ir.RoundUp) }
func (t translator) transFCVTPUv(i insn)  { t.fcvtV(i, false, ir.RoundUp) }
func (t translator) transFCVTMSv(i insn)  { t.fcvtV(i, true, ir.RoundDown) }
func (t translator) transFCVTMUv(i insn)  { t.fcvtV(i, false, ir.RoundDown) }
func (t translator) transFCVTZSv(i insn)  { t.fcvtV(i, true, ir.RoundZero) }
func (t translator) transFCVTZUv(i insn)  { t.fcvtV(i, false, ir.RoundZero) }
func (t translator) transFCVTASv(i insn)  { t.fcvtV(i, true, ir.RoundAway) }
func (t translator) transFCVTAUv(i insn)  { t.fcvtV(i, false, ir.RoundAway) }
func (t translator) transFCVTNSsv(i insn) { t.fcvtS(i, true, ir.RoundNear) }
func (t translator) transFCVTNUsv(i insn) { t.fcvtS(i, false, ir.RoundNear) }
func (t translator) transFCVTPSsv(i insn) { t.fcvtS(i, true, ir.RoundUp) }
func (t translator) transFCVTPUsv(i insn) { t.fcvtS(i, false, ir.RoundUp) }
func (t translator) transFCVTMSsv(i insn) { t.fcvtS(i, true, ir.RoundDown) }
func (t translator) transFCVTMUsv(i insn) { t.fcvtS(i, false, ir.RoundDown) }
func (t translator) transFCVTZSsv(i insn) { t.fcvtS(i, true, ir.RoundZero) }
func (t translator) transFCVTZUsv(i insn) { t.fcvtS(i, false, ir.RoundZero) }
func (t translator) transFCVTASsv(i insn) { t.fcvtS(i, true, ir.RoundAway) }
func (t translator) transFCVTAUsv(i insn) { t.fcvtS(i, false, ir.RoundAway) }

func (t translator) scvtf(f vform, x ir.Temp) ir.Temp { return t.toFloats(f, true, 0, x) }
func (t translator) ucvtf(f vform, x ir.Temp) ir.Temp { return t.toFloats(f, false, 0, x) }

func (t translator) transSCVTFv(i insn)  { t.fpV1(i, t.scvtf) }
func (t translator) transUCVTFv(i insn)  { t.fpV1(i, t.ucvtf) }
func (t translator) transSCVTFsv(i insn) { t.fpS1(i, t.scvtf) }
func (t translator) transUCVTFsv(i insn) { t.fpS1(i, t.ucvtf) }

// fixedV is the shift-by-immediate group's converts: 32- and 64-bit lanes only, as FEAT_FP16 is not there.
func (t translator) fixedV(i insn, scalar bool, body func(f vform, fbits int64, x ir.Temp) ir.Temp) {
	f, n, ok := shiftForm(i, scalar)
	if !ok || f.w < ir.W32 {
		t.unallocated()
		return
	}
	t.put(f, i.rd(), body(f, int64(right(f, n)), t.dupLow(f, t.vn(i))))
}

func (t translator) cvtfFixV(i insn, scalar, signed bool) {
	t.fixedV(i, scalar, func(f vform, fbits int64, x ir.Temp) ir.Temp {
		return t.toFloats(f, signed, fbits, x)
	})
}

func (t translator) fcvtzFixV(i insn, scalar, signed bool) {
	t.fixedV(i, scalar, func(f vform, fbits int64, x ir.Temp) ir.Temp {
		return t.toInts(f, signed, ir.RoundZero, fbits, x)
	})
}

func (t translator) transSCVTFvi(i insn)   { t.cvtfFixV(i, false, true) }
func (t translator) transUCVTFvi(i insn)   { t.cvtfFixV(i, false, false) }
func (t translator) transSCVTFsvi(i insn)  { t.cvtfFixV(i, true, true) }
func (t translator) transUCVTFsvi(i insn)  { t.cvtfFixV(i, true, false) }
func (t translator) transFCVTZSvi(i insn)  { t.fcvtzFixV(i, false, true) }
func (t translator) transFCVTZUvi(i insn)  { t.fcvtzFixV(i, false, false) }
func (t translator) transFCVTZSsvi(i insn) { t.fcvtzFixV(i, true, true) }
func (t translator) transFCVTZUsvi(i insn) { t.fcvtzFixV(i, true, false) }
