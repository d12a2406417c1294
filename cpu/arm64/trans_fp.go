package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Scalar floating point: arithmetic, compares, selects, moves. Arm ARM C4.1.96 "data processing,
// scalar floating-point", C7.2.

// fp returns the attributes of an FP op under Arm's rules.
func (t translator) fp() ir.Attr {
	if t.mode&modeFZ != 0 {
		return ir.ArmFP | ir.ExactFP
	}
	return ir.ArmFP
}

// ftype decodes the type field of scalar FP. Half precision arithmetic is FEAT_FP16, which the guest
// does not have, so that it is undefined like the reserved type.
func (t translator) ftype(i insn, body func(w ir.Width)) {
	if i.ftype() > 1 {
		t.unallocated()
		return
	}
	body(ir.W32 + ir.Width(i.ftype()))
}

// lane0 is the shape of a scalar FP value.
func lane0(w ir.Width) vform { return vform{w: w, scalar: true} }

func signBit(w ir.Width) uint64 { return 1 << (w.Bits() - 1) }

// fop2 is a scalar op of two operands.
func (t translator) fop2(w ir.Width, op ir.Opcode, x, y ir.Temp) ir.Temp {
	return t.b.V(op, w, t.fp()|ir.Scalar, x, y)
}

// fop1 is a scalar op of one operand; the result is zero above it.
func (t translator) fop1(w ir.Width, op ir.Opcode, aux uint8, imm int64, x ir.Temp) ir.Temp {
	return t.b.VI(op, w, t.fp()|ir.Scalar, aux, imm, t.zeroV(), x)
}

func (t translator) farith(i insn, op ir.Opcode) {
	t.ftype(i, func(w ir.Width) { t.put(lane0(w), i.rd(), t.fop2(w, op, t.vn(i), t.vm(i))) })
}

func (t translator) transFADDs(i insn)   { t.farith(i, ir.FAdd) }
func (t translator) transFSUBs(i insn)   { t.farith(i, ir.FSub) }
func (t translator) transFMULs(i insn)   { t.farith(i, ir.FMul) }
func (t translator) transFDIVs(i insn)   { t.farith(i, ir.FDiv) }
func (t translator) transFMAXs(i insn)   { t.farith(i, ir.FMax) }
func (t translator) transFMINs(i insn)   { t.farith(i, ir.FMin) }
func (t translator) transFMAXNMs(i insn) { t.farith(i, ir.FMaxNM) }
func (t translator) transFMINNMs(i insn) { t.farith(i, ir.FMinNM) }

func (t translator) transFNMULs(i insn) {
	t.ftype(i, func(w ir.Width) {
		r := t.fop2(w, ir.FMul, t.vn(i), t.vm(i))
		t.put(lane0(w), i.rd(), t.vxor(r, t.b.ConstV(signBit(w), 0)))
	})
}

// fma is FMADD and its kin; aux bit 0 negates the product, bit 1 the addend.
func (t translator) fma(i insn, aux uint8) {
	t.ftype(i, func(w ir.Width) {
		r := t.b.VI(ir.FMulAdd, w, t.fp()|ir.Scalar, aux, 0, t.vn(i), t.vm(i), t.v(i.ra()))
		t.put(lane0(w), i.rd(), r)
	})
}

func (t translator) transFMADDs(i insn)  { t.fma(i, 0) }
func (t translator) transFMSUBs(i insn)  { t.fma(i, 1) }
func (t translator) transFNMADDs(i insn) { t.fma(i, 3) }
func (t translator) transFNMSUBs(i insn) { t.fma(i, 2) }

func (t translator) transFMOVs(i insn) {
	t.ftype(i, func(w ir.Width) { t.put(lane0(w), i.rd(), t.vn(i)) })
}

func (t translator) transFABSs(i insn) {
	t.ftype(i, func(w ir.Width) {
		t.setV(i.rd(), t.vand(t.vn(i), t.b.ConstV(w.Mask()>>1, 0)))
	})
}

func (t translator) transFNEGs(i insn) {
	t.ftype(i, func(w ir.Width) {
		t.put(lane0(w), i.rd(), t.vxor(t.vn(i), t.b.ConstV(signBit(w), 0)))
	})
}

func (t translator) transFSQRTs(i insn) {
	t.ftype(i, func(w ir.Width) { t.setV(i.rd(), t.fop1(w, ir.FSqrt, 0, 0, t.vn(i))) })
}

// frint rounds to integral; exact says that inexact is signalled.
func (t translator) frint(i insn, mode uint8, exact bool) {
	t.ftype(i, func(w ir.Width) {
		t.setV(i.rd(), t.fop1(w, ir.FRint, mode, quietImm(exact), t.vn(i)))
	})
}

// quietImm is FRint's Imm: 1 when inexact is not signalled.
func quietImm(exact bool) int64 {
	if exact {
		return 0
	}
	return 1
}

func (t translator) transFRINTNs(i insn) { t.frint(i, ir.RoundNear, false) }
func (t translator) transFRINTPs(i insn) { t.frint(i, ir.RoundUp, false) }
func (t translator) transFRINTMs(i insn) { t.frint(i, ir.RoundDown, false) }
func (t translator) transFRINTZs(i insn) { t.frint(i, ir.RoundZero, false) }
func (t translator) transFRINTAs(i insn) { t.frint(i, ir.RoundAway, false) }
func (t translator) transFRINTXs(i insn) { t.frint(i, ir.RoundEnv, true) }
func (t translator) transFRINTIs(i insn) { t.frint(i, ir.RoundEnv, false) }

func (t translator) transFMOVimm(i insn) {
	t.ftype(i, func(w ir.Width) { t.setV(i.rd(), t.b.ConstV(expandFP(w, uint64(i.imm8())), 0)) })
}

// fcmp computes NZCV; signal: a quiet NaN raises invalid operation too.
func (t translator) fcmp(w ir.Width, signal uint8, x, y ir.Temp) ir.Temp {
	f := t.b.New(ir.I64)
	t.b.Emit(ir.Op{Code: ir.FCmpF, W: w, Attr: t.fp(), Aux: signal,
		A: operands(f, x, y)})
	return f
}

func (t translator) compare(i insn, signal uint8, zero bool) {
	t.ftype(i, func(w ir.Width) {
		y := t.zeroV()
		if !zero {
			y = t.vm(i)
		}
		t.b.Set(gFlags, t.fcmp(w, signal, t.vn(i), y))
	})
}

func (t translator) transFCMPs(i insn)   { t.compare(i, 0, false) }
func (t translator) transFCMPsz(i insn)  { t.compare(i, 0, true) }
func (t translator) transFCMPEs(i insn)  { t.compare(i, 1, false) }
func (t translator) transFCMPEsz(i insn) { t.compare(i, 1, true) }

// fccmp compares if the condition holds. Where it does not, both operands are masked to zero, whose
// comparison raises nothing.
func (t translator) fccmp(i insn, signal uint8) {
	t.ftype(i, func(w ir.Width) {
		other := t.b.Const(flagsFromNZCV(uint64(i.nzcv()) << 28))
		c := i.cond()
		if always(c) {
			t.b.Set(gFlags, t.fcmp(w, signal, t.vn(i), t.vm(i)))
			return
		}
		m := t.b.V(ir.VDup, ir.W64, 0, t.b.Op1(ir.Neg, ir.W64, t.b.SetF(conds[c], gFlags)))
		f := t.fcmp(w, signal, t.vand(t.vn(i), m), t.vand(t.vm(i), m))
		t.b.Set(gFlags, t.b.SelF(conds[c], gFlags, f, other))
	})
}

func (t translator) transFCCMPs(i insn)  { t.fccmp(i, 0) }
func (t translator) transFCCMPEs(i insn) { t.fccmp(i, 1) }

func (t translator) transFCSELs(i insn) {
	t.ftype(i, func(w ir.Width) {
		if always(i.cond()) {
			t.put(lane0(w), i.rd(), t.vn(i))
			return
		}
		x := t.b.VGet(w, ir.W64, false, t.vn(i), 0)
		y := t.b.VGet(w, ir.W64, false, t.vm(i), 0)
		t.setV(i.rd(), t.fromInt(t.b.SelF(conds[i.cond()], gFlags, x, y)))
	})
}

// fromInt is a vector with x in its lowest 64 bits.
func (t translator) fromInt(x ir.Temp) ir.Temp {
	return t.b.VI(ir.VIns, ir.W64, 0, 0, 0, t.zeroV(), x)
}
