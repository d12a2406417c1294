package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Loads and stores of SIMD&FP registers: single, pair, literal. Arm ARM C4.1.94, C7.2.
//
// Registers are written after the last access that may fault, so that the instruction can be redone.

// ea is base register rn (31: SP) plus a displacement.
func (t translator) vea(rn uint32, disp int64) ir.EA {
	return ir.EA{Base: t.xsp(rn), Index: ir.NoTemp, Disp: int32(disp)}
}

// vaddr is where an access is, and what happens to the base register after it.
type vaddr struct {
	ea   ir.EA
	back int64 // added to the base afterwards
}

func post(t translator, i insn, by int64) vaddr { return vaddr{t.vea(i.rn(), 0), by} }
func pre(t translator, i insn, by int64) vaddr  { return vaddr{t.vea(i.rn(), by), by} }
func plainEA(t translator, i insn, disp int64) vaddr {
	return vaddr{t.vea(i.rn(), disp), 0}
}

// writeBack updates the base register.
func (t translator) writeBack(i insn, by int64) {
	if by != 0 {
		t.setXSP(i.rn(), t.b.Op2i(ir.Add, ir.W64, t.xsp(i.rn()), uint64(by)))
	}
}

func (t translator) ldrV(i insn, w ir.Width, a vaddr) {
	v := t.b.LdV(w, a.ea, 0)
	t.setV(i.rt(), v)
	t.writeBack(i, a.back)
}

func (t translator) strV(i insn, w ir.Width, a vaddr) {
	t.b.StV(w, a.ea, t.v(i.rt()), 0)
	t.writeBack(i, a.back)
}

func size(i insn) ir.Width { return ir.Width(i.size()) }

func imm9(i insn) int64 { return int64(sext(i.imm9(), 9)) }

func (t translator) transSTRfpost(i insn) { t.strV(i, size(i), post(t, i, imm9(i))) }
func (t translator) transLDRfpost(i insn) { t.ldrV(i, size(i), post(t, i, imm9(i))) }
func (t translator) transSTRqpost(i insn) { t.strV(i, ir.W128, post(t, i, imm9(i))) }
func (t translator) transLDRqpost(i insn) { t.ldrV(i, ir.W128, post(t, i, imm9(i))) }
func (t translator) transSTRfpre(i insn)  { t.strV(i, size(i), pre(t, i, imm9(i))) }
func (t translator) transLDRfpre(i insn)  { t.ldrV(i, size(i), pre(t, i, imm9(i))) }
func (t translator) transSTRqpre(i insn)  { t.strV(i, ir.W128, pre(t, i, imm9(i))) }
func (t translator) transLDRqpre(i insn)  { t.ldrV(i, ir.W128, pre(t, i, imm9(i))) }
func (t translator) transSTURf(i insn)    { t.strV(i, size(i), plainEA(t, i, imm9(i))) }
func (t translator) transLDURf(i insn)    { t.ldrV(i, size(i), plainEA(t, i, imm9(i))) }
func (t translator) transSTURq(i insn)    { t.strV(i, ir.W128, plainEA(t, i, imm9(i))) }
func (t translator) transLDURq(i insn)    { t.ldrV(i, ir.W128, plainEA(t, i, imm9(i))) }

func scaledImm(i insn, w ir.Width) int64 { return int64(i.imm12()) << w }

func (t translator) transSTRfimm(i insn) {
	t.strV(i, size(i), plainEA(t, i, scaledImm(i, size(i))))
}
func (t translator) transLDRfimm(i insn) {
	t.ldrV(i, size(i), plainEA(t, i, scaledImm(i, size(i))))
}
func (t translator) transSTRqimm(i insn) {
	t.strV(i, ir.W128, plainEA(t, i, scaledImm(i, ir.W128)))
}
func (t translator) transLDRqimm(i insn) {
	t.ldrV(i, ir.W128, plainEA(t, i, scaledImm(i, ir.W128)))
}

// regOff is base plus an extended and scaled index register.
func (t translator) regOff(i insn, w ir.Width) (vaddr, bool) {
	var scale uint8
	if i.scaled() != 0 {
		scale = uint8(w)
	}
	x := t.x(i.rm())
	switch i.option() {
	case 2:
		x = t.b.Zext(ir.W32, x)
	case 6:
		x = t.b.Sext(ir.W32, ir.W64, x)
	case 3, 7:
	default:
		t.unallocated()
		return vaddr{}, false
	}
	if scale > 3 { // more than an address of the IR scales by
		x, scale = t.b.Op2i(ir.Shl, ir.W64, x, uint64(scale)), 0
	}
	return vaddr{ea: ir.EA{Base: t.xsp(i.rn()), Index: x, Scale: scale}}, true
}

func (t translator) accessReg(i insn, w ir.Width, store bool) {
	a, ok := t.regOff(i, w)
	switch {
	case !ok:
	case store:
		t.strV(i, w, a)
	default:
		t.ldrV(i, w, a)
	}
}

func (t translator) transSTRfreg(i insn) { t.accessReg(i, size(i), true) }
func (t translator) transLDRfreg(i insn) { t.accessReg(i, size(i), false) }
func (t translator) transSTRqreg(i insn) { t.accessReg(i, ir.W128, true) }
func (t translator) transLDRqreg(i insn) { t.accessReg(i, ir.W128, false) }

// ldpV loads a pair. In a pair of the same register (CONSTRAINED UNPREDICTABLE, Arm ARM K1) the second
// value stays.
func (t translator) ldpV(i insn, w ir.Width, a vaddr) {
	x := t.b.LdV(w, a.ea, 0)
	a.ea.Disp += int32(w.Bytes())
	y := t.b.LdV(w, a.ea, 0)
	t.setV(i.rt2(), y)
	if i.rt() != i.rt2() {
		t.setV(i.rt(), x)
	}
	t.writeBack(i, a.back)
}

func (t translator) stpV(i insn, w ir.Width, a vaddr) {
	t.b.StV(w, a.ea, t.v(i.rt()), 0)
	a.ea.Disp += int32(w.Bytes())
	t.b.StV(w, a.ea, t.v(i.rt2()), 0)
	t.writeBack(i, a.back)
}

func imm7(i insn, w ir.Width) int64 { return int64(sext(i.imm7(), 7)) << w }

func (t translator) transSTPs(i insn) { t.stpV(i, ir.W32, plainEA(t, i, imm7(i, ir.W32))) }
func (t translator) transLDPs(i insn) { t.ldpV(i, ir.W32, plainEA(t, i, imm7(i, ir.W32))) }
func (t translator) transSTPd(i insn) { t.stpV(i, ir.W64, plainEA(t, i, imm7(i, ir.W64))) }
func (t translator) transLDPd(i insn) { t.ldpV(i, ir.W64, plainEA(t, i, imm7(i, ir.W64))) }
func (t translator) transSTPq(i insn) { t.stpV(i, ir.W128, plainEA(t, i, imm7(i, ir.W128))) }
func (t translator) transLDPq(i insn) { t.ldpV(i, ir.W128, plainEA(t, i, imm7(i, ir.W128))) }

// The no-allocate forms differ in a cache hint only.
func (t translator) transSTNPs(i insn) { t.transSTPs(i) }
func (t translator) transLDNPs(i insn) { t.transLDPs(i) }
func (t translator) transSTNPd(i insn) { t.transSTPd(i) }
func (t translator) transLDNPd(i insn) { t.transLDPd(i) }
func (t translator) transSTNPq(i insn) { t.transSTPq(i) }
func (t translator) transLDNPq(i insn) { t.transLDPq(i) }

func (t translator) transSTPspre(i insn)  { t.stpV(i, ir.W32, pre(t, i, imm7(i, ir.W32))) }
func (t translator) transLDPspre(i insn)  { t.ldpV(i, ir.W32, pre(t, i, imm7(i, ir.W32))) }
func (t translator) transSTPdpre(i insn)  { t.stpV(i, ir.W64, pre(t, i, imm7(i, ir.W64))) }
func (t translator) transLDPdpre(i insn)  { t.ldpV(i, ir.W64, pre(t, i, imm7(i, ir.W64))) }
func (t translator) transSTPqpre(i insn)  { t.stpV(i, ir.W128, pre(t, i, imm7(i, ir.W128))) }
func (t translator) transLDPqpre(i insn)  { t.ldpV(i, ir.W128, pre(t, i, imm7(i, ir.W128))) }
func (t translator) transSTPspost(i insn) { t.stpV(i, ir.W32, post(t, i, imm7(i, ir.W32))) }
func (t translator) transLDPspost(i insn) { t.ldpV(i, ir.W32, post(t, i, imm7(i, ir.W32))) }
func (t translator) transSTPdpost(i insn) { t.stpV(i, ir.W64, post(t, i, imm7(i, ir.W64))) }
func (t translator) transLDPdpost(i insn) { t.ldpV(i, ir.W64, post(t, i, imm7(i, ir.W64))) }
func (t translator) transSTPqpost(i insn) { t.stpV(i, ir.W128, post(t, i, imm7(i, ir.W128))) }
func (t translator) transLDPqpost(i insn) { t.ldpV(i, ir.W128, post(t, i, imm7(i, ir.W128))) }

// literal loads from pc plus a word offset.
func (t translator) literal(i insn, w ir.Width) {
	addr := t.pc + sext(i.imm19(), 19)<<2
	t.setV(i.rt(), t.b.LdV(w, ir.EA{Base: t.b.Const(addr), Index: ir.NoTemp}, 0))
}

func (t translator) transLDRflits(i insn) { t.literal(i, ir.W32) }
func (t translator) transLDRflitd(i insn) { t.literal(i, ir.W64) }
func (t translator) transLDRflitq(i insn) { t.literal(i, ir.W128) }
