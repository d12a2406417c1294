package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Advanced SIMD three same, and its scalar forms: integer. Arm ARM C4.1.96, C7.2.

// no64 refuses the reserved size of encodings without 64-bit lanes.
func (t translator) no64(i insn, f func(vform)) {
	if s := form(i); s.w != ir.W64 {
		f(s)
		return
	}
	t.unallocated()
}

// any64 is for encodings with all sizes: 64-bit lanes need Q.
func (t translator) any64(i insn, f func(vform)) {
	if s := form(i); s.w != ir.W64 || s.full {
		f(s)
		return
	}
	t.unallocated()
}

// plain is a three-same encoding that is one IR op, all sizes; plain3 has no 64-bit lanes.
func (t translator) plain(i insn, op ir.Opcode, attr ir.Attr) {
	t.any64(i, func(f vform) { t.v2(i, f, op, attr, t.vn(i), t.vm(i)) })
}

func (t translator) plain3(i insn, op ir.Opcode, attr ir.Attr) {
	t.no64(i, func(f vform) { t.v2(i, f, op, attr, t.vn(i), t.vm(i)) })
}

func (t translator) transADDv(i insn)  { t.plain(i, ir.VAdd, 0) }
func (t translator) transSUBv(i insn)  { t.plain(i, ir.VSub, 0) }
func (t translator) transMULv(i insn)  { t.plain3(i, ir.VMul, 0) }
func (t translator) transSMAXv(i insn) { t.plain3(i, ir.VMax, ir.Signed) }
func (t translator) transSMINv(i insn) { t.plain3(i, ir.VMin, ir.Signed) }
func (t translator) transUMAXv(i insn) { t.plain3(i, ir.VMax, 0) }
func (t translator) transUMINv(i insn) { t.plain3(i, ir.VMin, 0) }
func (t translator) transCMGTv(i insn) { t.plain(i, ir.VCmpGT, ir.Signed) }
func (t translator) transCMGEv(i insn) { t.plain(i, ir.VCmpGE, ir.Signed) }
func (t translator) transCMHIv(i insn) { t.plain(i, ir.VCmpGT, 0) }
func (t translator) transCMHSv(i insn) { t.plain(i, ir.VCmpGE, 0) }
func (t translator) transCMEQv(i insn) { t.plain(i, ir.VCmpEQ, 0) }

func (t translator) transADDsv(i insn)  { t.v2(i, d1, ir.VAdd, 0, t.vn(i), t.vm(i)) }
func (t translator) transSUBsv(i insn)  { t.v2(i, d1, ir.VSub, 0, t.vn(i), t.vm(i)) }
func (t translator) transCMGTsv(i insn) { t.v2(i, d1, ir.VCmpGT, ir.Signed, t.vn(i), t.vm(i)) }
func (t translator) transCMGEsv(i insn) { t.v2(i, d1, ir.VCmpGE, ir.Signed, t.vn(i), t.vm(i)) }
func (t translator) transCMHIsv(i insn) { t.v2(i, d1, ir.VCmpGT, 0, t.vn(i), t.vm(i)) }
func (t translator) transCMHSsv(i insn) { t.v2(i, d1, ir.VCmpGE, 0, t.vn(i), t.vm(i)) }
func (t translator) transCMEQsv(i insn) { t.v2(i, d1, ir.VCmpEQ, 0, t.vn(i), t.vm(i)) }

func (t translator) cmtst(i insn, f vform) {
	t.put(f, i.rd(), t.vnot(t.b.V(ir.VCmpEQ, f.w, 0, t.vand(t.vn(i), t.vm(i)), t.zeroV())))
}

func (t translator) transCMTSTv(i insn)  { t.any64(i, func(f vform) { t.cmtst(i, f) }) }
func (t translator) transCMTSTsv(i insn) { t.cmtst(i, d1) }

// logic is a bitwise encoding.
func (t translator) logic(i insn, r ir.Temp) { t.put(form(i), i.rd(), r) }

func (t translator) transANDv(i insn) { t.logic(i, t.vand(t.vn(i), t.vm(i))) }
func (t translator) transBICv(i insn) { t.logic(i, t.b.V(ir.VAndN, 0, 0, t.vn(i), t.vm(i))) }
func (t translator) transORNv(i insn) { t.logic(i, t.vor(t.vn(i), t.vnot(t.vm(i)))) }
func (t translator) transEORv(i insn) { t.logic(i, t.vxor(t.vn(i), t.vm(i))) }
func (t translator) transBSLv(i insn) { t.logic(i, t.b.V(ir.VSel, 0, 0, t.vd(i), t.vn(i), t.vm(i))) }
func (t translator) transBITv(i insn) { t.logic(i, t.b.V(ir.VSel, 0, 0, t.vm(i), t.vn(i), t.vd(i))) }
func (t translator) transBIFv(i insn) { t.logic(i, t.b.V(ir.VSel, 0, 0, t.vm(i), t.vd(i), t.vn(i))) }

// transORRv is also MOV (vector).
func (t translator) transORRv(i insn) {
	if i.rn() == i.rm() {
		t.logic(i, t.vn(i))
		return
	}
	t.logic(i, t.vor(t.vn(i), t.vm(i)))
}

func (t translator) transMLAv(i insn) {
	t.no64(i, func(f vform) {
		t.put(f, i.rd(), t.vadd(f.w, t.vd(i), t.b.V(ir.VMul, f.w, 0, t.vn(i), t.vm(i))))
	})
}

func (t translator) transMLSv(i insn) {
	t.no64(i, func(f vform) {
		t.put(f, i.rd(), t.vsub(f.w, t.vd(i), t.b.V(ir.VMul, f.w, 0, t.vn(i), t.vm(i))))
	})
}

// absDiff is |x - y| of lanes taken as signed or unsigned.
func (t translator) absDiff(w ir.Width, signed bool, x, y ir.Temp) ir.Temp {
	a := signedAttr(signed)
	return t.vsub(w, t.b.V(ir.VMax, w, a, x, y), t.b.V(ir.VMin, w, a, x, y))
}

func (t translator) abd(i insn, signed, acc bool) {
	t.no64(i, func(f vform) {
		r := t.absDiff(f.w, signed, t.vn(i), t.vm(i))
		if acc {
			r = t.vadd(f.w, t.vd(i), r)
		}
		t.put(f, i.rd(), r)
	})
}

func (t translator) transSABDv(i insn) { t.abd(i, true, false) }
func (t translator) transUABDv(i insn) { t.abd(i, false, false) }
func (t translator) transSABAv(i insn) { t.abd(i, true, true) }
func (t translator) transUABAv(i insn) { t.abd(i, false, true) }

// hadd is (x + y) >> 1 without overflow: x & y + (x ^ y) >> 1.
func (t translator) hadd(i insn, signed bool) {
	t.no64(i, func(f vform) {
		x, y := t.vn(i), t.vm(i)
		t.put(f, i.rd(), t.vadd(f.w, t.vand(x, y), t.vshr(f.w, signed, t.vxor(x, y), 1)))
	})
}

// rhadd is (x + y + 1) >> 1: x | y - (x ^ y) >> 1.
func (t translator) rhadd(i insn, signed bool) {
	t.no64(i, func(f vform) {
		x, y := t.vn(i), t.vm(i)
		t.put(f, i.rd(), t.vsub(f.w, t.vor(x, y), t.vshr(f.w, signed, t.vxor(x, y), 1)))
	})
}

// hsub is (x - y) >> 1: the halves' difference, less one when only y is odd.
func (t translator) hsub(i insn, signed bool) {
	t.no64(i, func(f vform) {
		x, y := t.vn(i), t.vm(i)
		d := t.vsub(f.w, t.vshr(f.w, signed, x, 1), t.vshr(f.w, signed, y, 1))
		borrow := t.vand(t.b.V(ir.VAndN, 0, 0, y, x), t.repV(f.w, 1))
		t.put(f, i.rd(), t.vsub(f.w, d, borrow))
	})
}

func (t translator) transSHADDv(i insn)  { t.hadd(i, true) }
func (t translator) transUHADDv(i insn)  { t.hadd(i, false) }
func (t translator) transSRHADDv(i insn) { t.rhadd(i, true) }
func (t translator) transURHADDv(i insn) {
	t.no64(i, func(f vform) {
		if f.w <= ir.W16 {
			t.v2(i, f, ir.VAvg, 0, t.vn(i), t.vm(i))
			return
		}
		t.rhadd(i, false)
	})
}
func (t translator) transSHSUBv(i insn) { t.hsub(i, true) }
func (t translator) transUHSUBv(i insn) { t.hsub(i, false) }

// sat is a saturating add or subtract; QC is set where it differs from the wrapping one.
func (t translator) sat(i insn, f vform, op ir.Opcode, signed bool) {
	t.satInto(f, i.rd(), op, signed, t.vn(i), t.vm(i))
}

func (t translator) satInto(f vform, rd uint32, op ir.Opcode, signed bool, x, y ir.Temp) {
	wrap := t.b.V(op, f.w, 0, x, y)
	r := t.b.V(op, f.w, ir.Saturate|signedAttr(signed), x, y)
	diff := t.vxor(r, wrap)
	t.saturated(f, diff)
	t.put(f, rd, r)
}

func (t translator) transSQADDv(i insn) {
	t.any64(i, func(f vform) { t.sat(i, f, ir.VAdd, true) })
}
func (t translator) transUQADDv(i insn) {
	t.any64(i, func(f vform) { t.sat(i, f, ir.VAdd, false) })
}
func (t translator) transSQSUBv(i insn) {
	t.any64(i, func(f vform) { t.sat(i, f, ir.VSub, true) })
}
func (t translator) transUQSUBv(i insn) {
	t.any64(i, func(f vform) { t.sat(i, f, ir.VSub, false) })
}
func (t translator) transSQADDsv(i insn) { t.sat(i, formS(i), ir.VAdd, true) }
func (t translator) transUQADDsv(i insn) { t.sat(i, formS(i), ir.VAdd, false) }
func (t translator) transSQSUBsv(i insn) { t.sat(i, formS(i), ir.VSub, true) }
func (t translator) transUQSUBsv(i insn) { t.sat(i, formS(i), ir.VSub, false) }

func (t translator) transSSHLv(i insn)  { t.plain(i, ir.VShlVar, ir.Signed) }
func (t translator) transUSHLv(i insn)  { t.plain(i, ir.VShlVar, 0) }
func (t translator) transSSHLsv(i insn) { t.v2(i, d1, ir.VShlVar, ir.Signed, t.vn(i), t.vm(i)) }
func (t translator) transUSHLsv(i insn) { t.v2(i, d1, ir.VShlVar, 0, t.vn(i), t.vm(i)) }

// shlVar is a rounding or saturating shift by a register, done by a helper.
func (t translator) shlVar(i insn, f vform, k shiftKind) {
	h := &shiftHelpers()[k][f.w]
	x, y := t.vn(i), t.vm(i)
	var qc ir.Temp
	if k.saturates() {
		qc = t.b.CallPure(h.qc, ir.V128, x, y)
	}
	r := t.b.CallPure(h.res, ir.V128, x, y)
	if k.saturates() {
		t.saturated(f, qc)
	}
	t.put(f, i.rd(), r)
}

func (t translator) transSRSHLv(i insn)  { t.any64(i, func(f vform) { t.shlVar(i, f, shiftSR) }) }
func (t translator) transURSHLv(i insn)  { t.any64(i, func(f vform) { t.shlVar(i, f, shiftUR) }) }
func (t translator) transSQSHLv(i insn)  { t.any64(i, func(f vform) { t.shlVar(i, f, shiftSQ) }) }
func (t translator) transUQSHLv(i insn)  { t.any64(i, func(f vform) { t.shlVar(i, f, shiftUQ) }) }
func (t translator) transSQRSHLv(i insn) { t.any64(i, func(f vform) { t.shlVar(i, f, shiftSQR) }) }
func (t translator) transUQRSHLv(i insn) { t.any64(i, func(f vform) { t.shlVar(i, f, shiftUQR) }) }

func (t translator) transSRSHLsv(i insn)  { t.shlVar(i, d1, shiftSR) }
func (t translator) transURSHLsv(i insn)  { t.shlVar(i, d1, shiftUR) }
func (t translator) transSQSHLsv(i insn)  { t.shlVar(i, formS(i), shiftSQ) }
func (t translator) transUQSHLsv(i insn)  { t.shlVar(i, formS(i), shiftUQ) }
func (t translator) transSQRSHLsv(i insn) { t.shlVar(i, formS(i), shiftSQR) }
func (t translator) transUQRSHLsv(i insn) { t.shlVar(i, formS(i), shiftUQR) }

// pairs returns the even and the odd lanes of y:x (x is low), for pairwise operations. In the
// 64-bit shape both halves of the results are alike.
func (t translator) pairs(f vform, x, y ir.Temp) (even, odd ir.Temp) {
	if !f.full {
		x = t.join(x, y)
		y = x
	}
	return t.b.V(ir.VUzp, f.w, 0, x, y), t.b.V(ir.VUzp, f.w, ir.High, x, y)
}

func (t translator) pairwise(i insn, op ir.Opcode, attr ir.Attr) {
	t.no64(i, func(f vform) {
		if i.rn() == i.rm() && f.w < ir.W32 {
			// Both halves are alike: the even lanes of the operation with the next lane.
			x := t.dupLow(f, t.vn(i))
			m := t.b.V(op, f.w, attr, x, t.vshr(f.w+1, false, x, uint32(f.w.Bits())))
			t.v2(i, f, ir.VUzp, 0, m, m)
			return
		}
		x, y := t.pairs(f, t.vn(i), t.vm(i))
		t.v2(i, f, op, attr, x, y)
	})
}

func (t translator) transSMAXPv(i insn) { t.pairwise(i, ir.VMax, ir.Signed) }
func (t translator) transSMINPv(i insn) { t.pairwise(i, ir.VMin, ir.Signed) }
func (t translator) transUMAXPv(i insn) { t.pairwise(i, ir.VMax, 0) }
func (t translator) transUMINPv(i insn) { t.pairwise(i, ir.VMin, 0) }

func (t translator) transADDPv(i insn) {
	t.any64(i, func(f vform) {
		x, y := t.vn(i), t.vm(i)
		if !f.full {
			x = t.join(x, y)
			y = x
		}
		t.v2(i, f, ir.VAddP, 0, x, y)
	})
}

// transADDPsp is ADDP (scalar): the sum of the two 64-bit lanes.
func (t translator) transADDPsp(i insn) {
	if i.vsize() != 3 {
		t.unallocated()
		return
	}
	t.v2(i, d1, ir.VAdd, 0, t.vn(i), t.upper(t.vn(i)))
}

// dmulh is SQDMULH and SQRDMULH: (2*x*y [+ rounding]) >> lane bits, saturated. Saturation happens
// for minimum * minimum only; its wrapped result is the minimum, which is all ones off the maximum.
func (t translator) dmulh(i insn, f vform, round bool, y ir.Temp) {
	if f.w != ir.W16 && f.w != ir.W32 {
		t.unallocated()
		return
	}
	x := t.vn(i)
	r := t.dmulHalf(f.w, round, x, y, 0)
	if f.full {
		r = t.join(r, t.dmulHalf(f.w, round, x, y, ir.High))
	}
	least := t.repV(f.w, 1<<(f.w.Bits()-1))
	bad := t.vand(t.b.V(ir.VCmpEQ, f.w, 0, x, least), t.b.V(ir.VCmpEQ, f.w, 0, y, least))
	r = t.vxor(r, bad)
	t.saturated(f, bad)
	t.put(f, i.rd(), r)
}

// dmulHalf computes the lower (or upper, with attribute High) half of the lanes into the lower half.
func (t translator) dmulHalf(w ir.Width, round bool, x, y ir.Temp, half ir.Attr) ir.Temp {
	p := t.b.V(ir.VMulL, w, ir.Signed|half, x, y)
	if round {
		p = t.vadd(w+1, p, t.repV(w+1, 1<<(w.Bits()-2)))
	}
	return t.b.V(ir.VNarrow, w+1, 0, t.vshr(w+1, false, p, uint32(w.Bits()-1)))
}

func (t translator) transSQDMULHv(i insn)   { t.dmulh(i, form(i), false, t.vm(i)) }
func (t translator) transSQRDMULHv(i insn)  { t.dmulh(i, form(i), true, t.vm(i)) }
func (t translator) transSQDMULHsv(i insn)  { t.dmulh(i, formS(i), false, t.vm(i)) }
func (t translator) transSQRDMULHsv(i insn) { t.dmulh(i, formS(i), true, t.vm(i)) }

// transPMULv is the carry-less product of bytes.
func (t translator) transPMULv(i insn) {
	if i.vsize() != 0 {
		t.unallocated()
		return
	}
	t.put(form(i), i.rd(), t.b.CallPure(helperPMUL, ir.V128, t.vn(i), t.vm(i)))
}
