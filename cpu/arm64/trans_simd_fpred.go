package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Advanced SIMD floating point: pairwise, across lanes, by element. Arm ARM C4.1.96, C7.2.

// fpair combines neighbouring lanes of the two operands.
func (t translator) fpair(i insn, op ir.Opcode) {
	f, ok := fform(i)
	if !ok {
		t.unallocated()
		return
	}
	x, y := t.pairs(f, t.vn(i), t.vm(i))
	t.put(f, i.rd(), t.b.V(op, f.w, t.fp(), x, y))
}

func (t translator) transFADDPv(i insn)   { t.fpair(i, ir.FAdd) }
func (t translator) transFMAXPv(i insn)   { t.fpair(i, ir.FMax) }
func (t translator) transFMINPv(i insn)   { t.fpair(i, ir.FMin) }
func (t translator) transFMAXNMPv(i insn) { t.fpair(i, ir.FMaxNM) }
func (t translator) transFMINNMPv(i insn) { t.fpair(i, ir.FMinNM) }

// fpairS combines lanes 0 and 1 of one register.
func (t translator) fpairS(i insn, op ir.Opcode) {
	f := fformS(i)
	x := t.vn(i)
	y := t.b.VI(ir.VExtr, 0, 0, 0, int64(f.w.Bytes()), x, x)
	t.put(f, i.rd(), t.f2(f, op, x, y))
}

func (t translator) transFADDPsp(i insn)   { t.fpairS(i, ir.FAdd) }
func (t translator) transFMAXPsp(i insn)   { t.fpairS(i, ir.FMax) }
func (t translator) transFMINPsp(i insn)   { t.fpairS(i, ir.FMin) }
func (t translator) transFMAXNMPsp(i insn) { t.fpairS(i, ir.FMaxNM) }
func (t translator) transFMINNMPsp(i insn) { t.fpairS(i, ir.FMinNM) }

// facross reduces the four single lanes, neighbours first (Arm ARM Reduce).
func (t translator) facross(i insn, op ir.Opcode) {
	f := vform{w: ir.W32, full: true}
	x, y := t.pairs(f, t.vn(i), t.vn(i))
	r := t.f2(f, op, x, y)
	f.scalar = true
	t.put(lane0(ir.W32), i.rd(), t.f2(f, op, r, t.b.VI(ir.VExtr, 0, 0, 0, 4, r, r)))
}

func (t translator) transFMAXVv(i insn)   { t.facross(i, ir.FMax) }
func (t translator) transFMINVv(i insn)   { t.facross(i, ir.FMin) }
func (t translator) transFMAXNMVv(i insn) { t.facross(i, ir.FMaxNM) }
func (t translator) transFMINNMVv(i insn) { t.facross(i, ir.FMinNM) }

// felement is the indexed element of an FP encoding in all lanes.
func (t translator) felement(i insn) (ir.Temp, bool) {
	m := t.v(i.idxm()<<4 | i.rmlo())
	if i.fsz() == 0 {
		return t.dupLane(ir.W32, m, i.idxh()<<1|i.idxl()), true
	}
	return t.dupLane(ir.W64, m, i.idxh()), i.idxl() == 0
}

func (t translator) fByElem(i insn, scalar bool, body func(f vform, x, y ir.Temp) ir.Temp) {
	f, ok := fform(i)
	if scalar {
		f, ok = fformS(i), true
	}
	if !ok || i.fsz() != 0 && i.idxl() != 0 {
		t.unallocated()
		return
	}
	y, _ := t.felement(i)
	t.put(f, i.rd(), body(f, t.dupLow(f, t.vn(i)), y))
}

func (t translator) fmulE(f vform, x, y ir.Temp) ir.Temp { return t.f2(f, ir.FMul, x, y) }

func (t translator) fmlaE(i insn, scalar bool, aux uint8) {
	t.fByElem(i, scalar, func(f vform, x, y ir.Temp) ir.Temp { return t.fmla(f, i, aux, x, y) })
}

func (t translator) transFMULe(i insn)   { t.fByElem(i, false, t.fmulE) }
func (t translator) transFMULXe(i insn)  { t.fByElem(i, false, t.fmulx) }
func (t translator) transFMLAe(i insn)   { t.fmlaE(i, false, 0) }
func (t translator) transFMLSe(i insn)   { t.fmlaE(i, false, 1) }
func (t translator) transFMULse(i insn)  { t.fByElem(i, true, t.fmulE) }
func (t translator) transFMULXse(i insn) { t.fByElem(i, true, t.fmulx) }
func (t translator) transFMLAse(i insn)  { t.fmlaE(i, true, 0) }
func (t translator) transFMLSse(i insn)  { t.fmlaE(i, true, 1) }
