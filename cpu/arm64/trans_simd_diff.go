package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Advanced SIMD three different: lengthening, widening and narrowing. Arm ARM C4.1.96, C7.2.

// widen takes the half of x that Q selects to lanes twice as wide.
func (t translator) widen(i insn, w ir.Width, signed bool, x ir.Temp) ir.Temp {
	return t.b.V(ir.VWiden, w, high(i)|signedAttr(signed), x)
}

// long is the shape of the 128-bit result of a lengthening encoding.
func long(w ir.Width) vform { return vform{w: w + 1, full: true} }

// addSubL is SADDL, SSUBL and the W forms, whose first operand is wide already.
func (t translator) addSubL(i insn, op ir.Opcode, signed, wideN bool) {
	t.no64(i, func(f vform) {
		x := t.vn(i)
		if !wideN {
			x = t.widen(i, f.w, signed, x)
		}
		t.v2(i, long(f.w), op, 0, x, t.widen(i, f.w, signed, t.vm(i)))
	})
}

func (t translator) transSADDLv(i insn) { t.addSubL(i, ir.VAdd, true, false) }
func (t translator) transUADDLv(i insn) { t.addSubL(i, ir.VAdd, false, false) }
func (t translator) transSSUBLv(i insn) { t.addSubL(i, ir.VSub, true, false) }
func (t translator) transUSUBLv(i insn) { t.addSubL(i, ir.VSub, false, false) }
func (t translator) transSADDWv(i insn) { t.addSubL(i, ir.VAdd, true, true) }
func (t translator) transUADDWv(i insn) { t.addSubL(i, ir.VAdd, false, true) }
func (t translator) transSSUBWv(i insn) { t.addSubL(i, ir.VSub, true, true) }
func (t translator) transUSUBWv(i insn) { t.addSubL(i, ir.VSub, false, true) }

// highNarrow is ADDHN, SUBHN and the rounding forms: the upper halves of wide sums.
func (t translator) highNarrow(i insn, op ir.Opcode, round bool) {
	t.no64(i, func(f vform) {
		wide, n := f.w+1, uint32(f.w.Bits())
		s := t.b.V(op, wide, 0, t.vn(i), t.vm(i))
		if round {
			s = t.vadd(wide, s, t.repV(wide, 1<<(n-1)))
		}
		t.setHalf(i, t.b.V(ir.VNarrow, wide, 0, t.vshr(wide, false, s, n)))
	})
}

func (t translator) transADDHNv(i insn)  { t.highNarrow(i, ir.VAdd, false) }
func (t translator) transSUBHNv(i insn)  { t.highNarrow(i, ir.VSub, false) }
func (t translator) transRADDHNv(i insn) { t.highNarrow(i, ir.VAdd, true) }
func (t translator) transRSUBHNv(i insn) { t.highNarrow(i, ir.VSub, true) }

// abdL is SABDL, SABAL and the unsigned forms. The difference of two lanes, unsigned, fits them.
func (t translator) abdL(i insn, signed, acc bool) {
	t.no64(i, func(f vform) {
		r := t.widen(i, f.w, false, t.absDiff(f.w, signed, t.vn(i), t.vm(i)))
		if acc {
			r = t.vadd(f.w+1, t.vd(i), r)
		}
		t.put(long(f.w), i.rd(), r)
	})
}

func (t translator) transSABDLv(i insn) { t.abdL(i, true, false) }
func (t translator) transUABDLv(i insn) { t.abdL(i, false, false) }
func (t translator) transSABALv(i insn) { t.abdL(i, true, true) }
func (t translator) transUABALv(i insn) { t.abdL(i, false, true) }

// mulL multiplies into wide lanes and adds to (op VAdd), subtracts from (VSub) or replaces
// (VMov) the destination.
func (t translator) mulL(i insn, f vform, op ir.Opcode, signed bool, y ir.Temp) {
	r := t.b.V(ir.VMulL, f.w, high(i)|signedAttr(signed), t.vn(i), y)
	if op != ir.VMov {
		r = t.b.V(op, f.w+1, 0, t.vd(i), r)
	}
	t.put(long(f.w), i.rd(), r)
}

func (t translator) mulLv(i insn, op ir.Opcode, signed bool) {
	t.no64(i, func(f vform) { t.mulL(i, f, op, signed, t.vm(i)) })
}

func (t translator) transSMULLv(i insn) { t.mulLv(i, ir.VMov, true) }
func (t translator) transUMULLv(i insn) { t.mulLv(i, ir.VMov, false) }
func (t translator) transSMLALv(i insn) { t.mulLv(i, ir.VAdd, true) }
func (t translator) transUMLALv(i insn) { t.mulLv(i, ir.VAdd, false) }
func (t translator) transSMLSLv(i insn) { t.mulLv(i, ir.VSub, true) }
func (t translator) transUMLSLv(i insn) { t.mulLv(i, ir.VSub, false) }

// dmulL is SQDMULL, SQDMLAL and SQDMLSL: the doubled product saturates, then the sum does. scalar
// says that lane 0 only is meant.
func (t translator) dmulL(i insn, f vform, op ir.Opcode, y ir.Temp) {
	if f.w != ir.W16 && f.w != ir.W32 {
		t.unallocated()
		return
	}
	half := high(i)
	g := long(f.w)
	if f.scalar {
		half, g = 0, vform{w: f.w + 1, scalar: true}
	}
	p := t.b.V(ir.VMulL, f.w, ir.Signed|half, t.vn(i), y)
	wrap := t.vadd(g.w, p, p)
	r := t.b.V(ir.VAdd, g.w, ir.Saturate|ir.Signed, p, p)
	qc := t.vxor(r, wrap)
	if op != ir.VMov {
		x := r
		wrap = t.b.V(op, g.w, 0, t.vd(i), x)
		r = t.b.V(op, g.w, ir.Saturate|ir.Signed, t.vd(i), x)
		qc = t.vor(qc, t.vxor(r, wrap))
	}
	t.saturated(g, qc)
	t.put(g, i.rd(), r)
}

func (t translator) transSQDMULLv(i insn) { t.dmulL(i, form(i), ir.VMov, t.vm(i)) }
func (t translator) transSQDMLALv(i insn) { t.dmulL(i, form(i), ir.VAdd, t.vm(i)) }
func (t translator) transSQDMLSLv(i insn) { t.dmulL(i, form(i), ir.VSub, t.vm(i)) }

func (t translator) transSQDMULLsv(i insn) { t.dmulL(i, formS(i), ir.VMov, t.vm(i)) }
func (t translator) transSQDMLALsv(i insn) { t.dmulL(i, formS(i), ir.VAdd, t.vm(i)) }
func (t translator) transSQDMLSLsv(i insn) { t.dmulL(i, formS(i), ir.VSub, t.vm(i)) }

// transPMULLv is the carry-less product of 8-bit lanes.
func (t translator) transPMULLv(i insn) {
	x, y := t.vn(i), t.vm(i)
	if i.q() != 0 {
		x, y = t.upper(x), t.upper(y)
	}
	t.setV(i.rd(), t.b.CallPure(helperPMULL8, ir.V128, x, y))
}

// By element. Arm ARM C4.1.96 "vector x indexed element".

// element returns the indexed element of the second operand in all lanes, and its lane width from
// size; false when the size has no such form.
func (t translator) element(i insn) (ir.Temp, bool) {
	h, l, m := i.idxh(), i.idxl(), i.idxm()
	switch i.vsize() {
	case 1:
		return t.dupLane(ir.W16, t.v(i.rmlo()), h<<2|l<<1|m), true
	case 2:
		return t.dupLane(ir.W32, t.v(m<<4|i.rmlo()), h<<1|l), true
	}
	return 0, false
}

func (t translator) byElement(i insn, f func(y ir.Temp)) {
	y, ok := t.element(i)
	if !ok {
		t.unallocated()
		return
	}
	f(y)
}

func (t translator) transMULe(i insn) {
	t.byElement(i, func(y ir.Temp) { t.v2(i, form(i), ir.VMul, 0, t.vn(i), y) })
}

func (t translator) mlaE(i insn, op ir.Opcode) {
	t.byElement(i, func(y ir.Temp) {
		f := form(i)
		t.v2(i, f, op, 0, t.vd(i), t.b.V(ir.VMul, f.w, 0, t.vn(i), y))
	})
}

func (t translator) transMLAe(i insn) { t.mlaE(i, ir.VAdd) }
func (t translator) transMLSe(i insn) { t.mlaE(i, ir.VSub) }

func (t translator) mulLe(i insn, op ir.Opcode, signed bool) {
	t.byElement(i, func(y ir.Temp) { t.mulL(i, form(i), op, signed, y) })
}

func (t translator) transSMULLe(i insn) { t.mulLe(i, ir.VMov, true) }
func (t translator) transUMULLe(i insn) { t.mulLe(i, ir.VMov, false) }
func (t translator) transSMLALe(i insn) { t.mulLe(i, ir.VAdd, true) }
func (t translator) transUMLALe(i insn) { t.mulLe(i, ir.VAdd, false) }
func (t translator) transSMLSLe(i insn) { t.mulLe(i, ir.VSub, true) }
func (t translator) transUMLSLe(i insn) { t.mulLe(i, ir.VSub, false) }

func (t translator) dmulLe(i insn, f vform, op ir.Opcode) {
	t.byElement(i, func(y ir.Temp) { t.dmulL(i, f, op, y) })
}

func (t translator) transSQDMULLe(i insn)  { t.dmulLe(i, form(i), ir.VMov) }
func (t translator) transSQDMLALe(i insn)  { t.dmulLe(i, form(i), ir.VAdd) }
func (t translator) transSQDMLSLe(i insn)  { t.dmulLe(i, form(i), ir.VSub) }
func (t translator) transSQDMULLse(i insn) { t.dmulLe(i, formS(i), ir.VMov) }
func (t translator) transSQDMLALse(i insn) { t.dmulLe(i, formS(i), ir.VAdd) }
func (t translator) transSQDMLSLse(i insn) { t.dmulLe(i, formS(i), ir.VSub) }

func (t translator) dmulhE(i insn, f vform, round bool) {
	t.byElement(i, func(y ir.Temp) { t.dmulh(i, f, round, y) })
}

func (t translator) transSQDMULHe(i insn)   { t.dmulhE(i, form(i), false) }
func (t translator) transSQRDMULHe(i insn)  { t.dmulhE(i, form(i), true) }
func (t translator) transSQDMULHse(i insn)  { t.dmulhE(i, formS(i), false) }
func (t translator) transSQRDMULHse(i insn) { t.dmulhE(i, formS(i), true) }
