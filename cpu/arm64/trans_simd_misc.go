package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Advanced SIMD two-register miscellaneous and across lanes: integer. Arm ARM C4.1.96, C7.2.

// cmpZero compares lanes with zero; swap makes it 0 op x.
func (t translator) cmpZero(i insn, f vform, op ir.Opcode, swap bool) {
	x, y := t.vn(i), t.zeroV()
	if swap {
		x, y = y, x
	}
	t.v2(i, f, op, signedAttr(op != ir.VCmpEQ), x, y)
}

func (t translator) cmpZeroV(i insn, op ir.Opcode, swap bool) {
	t.any64(i, func(f vform) { t.cmpZero(i, f, op, swap) })
}

func (t translator) transCMGTvz(i insn)  { t.cmpZeroV(i, ir.VCmpGT, false) }
func (t translator) transCMGEvz(i insn)  { t.cmpZeroV(i, ir.VCmpGE, false) }
func (t translator) transCMEQvz(i insn)  { t.cmpZeroV(i, ir.VCmpEQ, false) }
func (t translator) transCMLEvz(i insn)  { t.cmpZeroV(i, ir.VCmpGE, true) }
func (t translator) transCMLTvz(i insn)  { t.cmpZeroV(i, ir.VCmpGT, true) }
func (t translator) transCMGTsvz(i insn) { t.cmpZero(i, d1, ir.VCmpGT, false) }
func (t translator) transCMGEsvz(i insn) { t.cmpZero(i, d1, ir.VCmpGE, false) }
func (t translator) transCMEQsvz(i insn) { t.cmpZero(i, d1, ir.VCmpEQ, false) }
func (t translator) transCMLEsvz(i insn) { t.cmpZero(i, d1, ir.VCmpGE, true) }
func (t translator) transCMLTsvz(i insn) { t.cmpZero(i, d1, ir.VCmpGT, true) }

func (t translator) transABSv(i insn) {
	t.any64(i, func(f vform) { t.put(f, i.rd(), t.b.V(ir.VAbs, f.w, 0, t.vn(i))) })
}

func (t translator) transNEGv(i insn) {
	t.any64(i, func(f vform) { t.v2(i, f, ir.VSub, 0, t.zeroV(), t.vn(i)) })
}

func (t translator) transABSsv(i insn) { t.put(d1, i.rd(), t.b.V(ir.VAbs, ir.W64, 0, t.vn(i))) }
func (t translator) transNEGsv(i insn) { t.v2(i, d1, ir.VSub, 0, t.zeroV(), t.vn(i)) }

// sqabs: the complement of a negative operand, less minus one with saturation.
func (t translator) sqabs(i insn, f vform) {
	sign := t.vshr(f.w, true, t.vn(i), uint32(f.w.Bits()-1))
	t.satInto(f, i.rd(), ir.VSub, true, t.vxor(t.vn(i), sign), sign)
}

func (t translator) transSQABSv(i insn)  { t.any64(i, func(f vform) { t.sqabs(i, f) }) }
func (t translator) transSQABSsv(i insn) { t.sqabs(i, formS(i)) }

func (t translator) sqneg(i insn, f vform) {
	t.satInto(f, i.rd(), ir.VSub, true, t.zeroV(), t.vn(i))
}

func (t translator) transSQNEGv(i insn)  { t.any64(i, func(f vform) { t.sqneg(i, f) }) }
func (t translator) transSQNEGsv(i insn) { t.sqneg(i, formS(i)) }

// mixedAdd is SUQADD (signed accumulator, unsigned operand) and USQADD, done by a helper.
func (t translator) mixedAdd(i insn, f vform, signedAcc bool) {
	h := suqaddHelpers()[f.w]
	if !signedAcc {
		h = usqaddHelpers()[f.w]
	}
	qc := t.b.CallPure(h.qc, ir.V128, t.vd(i), t.vn(i))
	r := t.b.CallPure(h.res, ir.V128, t.vd(i), t.vn(i))
	t.saturated(f, qc)
	t.put(f, i.rd(), r)
}

func (t translator) transSUQADDv(i insn) {
	t.any64(i, func(f vform) { t.mixedAdd(i, f, true) })
}
func (t translator) transUSQADDv(i insn) {
	t.any64(i, func(f vform) { t.mixedAdd(i, f, false) })
}
func (t translator) transSUQADDsv(i insn) { t.mixedAdd(i, formS(i), true) }
func (t translator) transUSQADDsv(i insn) { t.mixedAdd(i, formS(i), false) }

// rev reverses lanes inside containers of width d.
func (t translator) rev(i insn, d ir.Width) {
	f := form(i)
	if f.w >= d {
		t.unallocated()
		return
	}
	r := t.b.New(ir.V128)
	t.b.Emit(ir.Op{Code: ir.VRev, W: f.w, D: d, A: operands(r, t.vn(i))})
	t.put(f, i.rd(), r)
}

func (t translator) transREV64v(i insn) { t.rev(i, ir.W64) }
func (t translator) transREV32v(i insn) { t.rev(i, ir.W32) }
func (t translator) transREV16v(i insn) { t.rev(i, ir.W16) }

func (t translator) transCLZv(i insn) {
	t.no64(i, func(f vform) { t.put(f, i.rd(), t.b.V(ir.VClz, f.w, 0, t.vn(i))) })
}

// transCLSv counts the leading zeros of the operand with its sign taken out, less the sign bit.
func (t translator) transCLSv(i insn) {
	t.no64(i, func(f vform) {
		x := t.vn(i)
		x = t.vxor(x, t.vshr(f.w, true, x, uint32(f.w.Bits()-1)))
		t.put(f, i.rd(), t.vsub(f.w, t.b.V(ir.VClz, f.w, 0, x), t.repV(f.w, 1)))
	})
}

func (t translator) transCNTv(i insn) {
	if i.vsize() != 0 {
		t.unallocated()
		return
	}
	t.put(form(i), i.rd(), t.b.V(ir.VPopcnt, ir.W8, 0, t.vn(i)))
}

func (t translator) transNOTv(i insn) { t.logic(i, t.vnot(t.vn(i))) }

// transRBITv reverses the bits of bytes by look-up of their nibbles.
func (t translator) transRBITv(i insn) {
	const revLo, revHi = 0xe060a020c0408000, 0xf070b030d0509010
	nibble := t.repV(ir.W8, 15)
	lo := t.vand(t.vn(i), nibble)
	hi := t.vand(t.vshr(ir.W16, false, t.vn(i), 4), nibble)
	up := t.b.V(ir.VPshufb, 0, 0, t.b.ConstV(revLo, revHi), lo)
	down := t.b.V(ir.VPshufb, 0, 0, t.b.ConstV(revLo>>4, revHi>>4), hi)
	t.put(vform{w: ir.W8, full: i.q() != 0}, i.rd(), t.vor(up, down))
}

// addLP is SADDLP, UADDLP and the accumulating forms: neighbours added into wide lanes.
func (t translator) addLP(i insn, signed, acc bool) {
	t.no64(i, func(f vform) {
		r := t.pairSums(f.w, signed, t.vn(i))
		if acc {
			r = t.vadd(f.w+1, t.vd(i), r)
		}
		t.put(f, i.rd(), r)
	})
}

// pairSums adds neighbouring lanes into lanes twice as wide.
func (t translator) pairSums(w ir.Width, signed bool, x ir.Temp) ir.Temp {
	n := uint32(w.Bits())
	odd := t.vshr(w+1, signed, x, n)
	var even ir.Temp
	if signed {
		even = t.vshr(w+1, true, t.vshl(w+1, x, n), n)
	} else {
		even = t.vand(x, t.repV(w+1, w.Mask()))
	}
	return t.vadd(w+1, even, odd)
}

func (t translator) transSADDLPv(i insn) { t.addLP(i, true, false) }
func (t translator) transUADDLPv(i insn) { t.addLP(i, false, false) }
func (t translator) transSADALPv(i insn) { t.addLP(i, true, true) }
func (t translator) transUADALPv(i insn) { t.addLP(i, false, true) }

// xtn narrows lanes of twice the encoded width.
func (t translator) xtn(i insn, scalar bool, k narrowKind) {
	w := ir.Width(i.vsize())
	if w == ir.W64 {
		t.unallocated()
		return
	}
	t.setNarrow(i, w+1, scalar, k, t.vn(i))
}

func (t translator) transXTNv(i insn)     { t.xtn(i, false, narrowTrunc) }
func (t translator) transSQXTNv(i insn)   { t.xtn(i, false, narrowS) }
func (t translator) transUQXTNv(i insn)   { t.xtn(i, false, narrowU) }
func (t translator) transSQXTUNv(i insn)  { t.xtn(i, false, narrowSU) }
func (t translator) transSQXTNsv(i insn)  { t.xtn(i, true, narrowS) }
func (t translator) transUQXTNsv(i insn)  { t.xtn(i, true, narrowU) }
func (t translator) transSQXTUNsv(i insn) { t.xtn(i, true, narrowSU) }

// transSHLLv widens and shifts by the narrow width.
func (t translator) transSHLLv(i insn) {
	t.no64(i, func(f vform) {
		x := t.widen(i, f.w, false, t.vn(i))
		t.put(long(f.w), i.rd(), t.vshl(f.w+1, x, uint32(f.w.Bits())))
	})
}

// estimate is URECPE and URSQRTE.
func (t translator) estimate(i insn, h *ir.Helper) {
	if i.fsz() != 0 {
		t.unallocated()
		return
	}
	t.put(form(i), i.rd(), t.b.CallPure(h, ir.V128, t.vn(i)))
}

func (t translator) transURECPEv(i insn)  { t.estimate(i, helperURECPE) }
func (t translator) transURSQRTEv(i insn) { t.estimate(i, helperURSQRTE) }

// acrossForm refuses the shapes that across-lanes encodings do not have: 64-bit lanes, and 2S.
func (t translator) acrossForm(i insn, body func(f vform)) {
	f := form(i)
	if f.w == ir.W64 || f.w == ir.W32 && !f.full {
		t.unallocated()
		return
	}
	body(f)
}

func (t translator) transADDVv(i insn) {
	t.acrossForm(i, func(f vform) {
		x := t.trim(f, t.vn(i))
		t.put(vform{w: f.w, scalar: true}, i.rd(), t.b.V(ir.VAddV, f.w, 0, x))
	})
}

func (t translator) addLV(i insn, signed bool) {
	t.acrossForm(i, func(f vform) {
		x := t.pairSums(f.w, signed, t.trim(f, t.vn(i)))
		t.put(vform{w: f.w + 1, scalar: true}, i.rd(), t.b.V(ir.VAddV, f.w+1, 0, x))
	})
}

func (t translator) transSADDLVv(i insn) { t.addLV(i, true) }
func (t translator) transUADDLVv(i insn) { t.addLV(i, false) }

// minMaxV folds the register over itself until lane 0 has the result.
func (t translator) minMaxV(i insn, op ir.Opcode, signed bool) {
	t.acrossForm(i, func(f vform) {
		x := t.vn(i)
		n := int64(4)
		if f.full {
			n = 8
		}
		for ; n >= int64(f.w.Bytes()); n /= 2 {
			x = t.b.V(op, f.w, signedAttr(signed), x, t.b.VI(ir.VExtr, 0, 0, 0, n, x, x))
		}
		t.put(vform{w: f.w, scalar: true}, i.rd(), x)
	})
}

func (t translator) transSMAXVv(i insn) { t.minMaxV(i, ir.VMax, true) }
func (t translator) transSMINVv(i insn) { t.minMaxV(i, ir.VMin, true) }
func (t translator) transUMAXVv(i insn) { t.minMaxV(i, ir.VMax, false) }
func (t translator) transUMINVv(i insn) { t.minMaxV(i, ir.VMin, false) }
