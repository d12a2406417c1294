package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// index says how an immediate-offset access uses and updates its base register.
type index uint8

const (
	offset  index = iota // base + imm, base kept
	postIdx              // base, then base += imm
	preIdx               // base += imm, then base
)

// ea is the address of an access to base register rn with immediate imm. Stack-pointer alignment checking is
// not modelled.
func (t translator) ea(rn uint32, imm int64, ix index) ir.EA {
	if ix == postIdx {
		imm = 0
	}
	return ir.EA{Base: t.xsp(rn), Index: ir.NoTemp, Disp: int32(imm)}
}

// writeback updates the base register. In a load with Rn = Rt (CONSTRAINED UNPREDICTABLE) the written-back
// address is what stays, as on most cores.
func (t translator) writeback(rn uint32, imm int64, ix index) {
	if ix != offset {
		t.setXSP(rn, t.b.Op2i(ir.Add, ir.W64, t.xsp(rn), uint64(imm)))
	}
}

// loadKind says how a loaded value is extended.
type loadKind uint8

const (
	loadU   loadKind = iota // zero-extended
	loadS64                 // sign-extended to 64 bits
	loadS32                 // sign-extended to 32 bits, zero above
)

func (t translator) load(size ir.Width, a ir.EA, k loadKind, attr ir.Attr) ir.Temp {
	switch k {
	case loadS64:
		return t.b.LdS(size, ir.W64, a, attr)
	case loadS32:
		return t.b.LdS(size, ir.W32, a, attr)
	}
	return t.b.Ld(size, a, attr)
}

// loadImm loads Rt from base Rn and an immediate.
func (t translator) loadImm(i insn, size uint32, imm int64, ix index, k loadKind) {
	if ix == offset && k == loadU && i.rt() != 31 {
		t.b.LdTo(gX+ir.Temp(i.rt()), ir.Width(size), t.ea(i.rn(), imm, ix), 0)
		return
	}
	v := t.load(ir.Width(size), t.ea(i.rn(), imm, ix), k, 0)
	if ix == offset || i.rt() != i.rn() || i.rn() == 31 {
		t.setX(i.rt(), v)
	}
	t.writeback(i.rn(), imm, ix)
}

// storeImm stores Rt to base Rn and an immediate.
func (t translator) storeImm(i insn, imm int64, ix index) {
	t.b.St(ir.Width(i.size()), t.ea(i.rn(), imm, ix), t.x(i.rt()), 0)
	t.writeback(i.rn(), imm, ix)
}

// simm9 is the unscaled immediate, bytes.
func simm9(i insn) int64 { return int64(sext(i.imm9(), 9)) }

// uimm12 is the unsigned immediate scaled by the access size, bytes.
func uimm12(i insn, size uint32) int64 { return int64(i.imm12()) << size }

func (t translator) transSTUR(i insn)   { t.storeImm(i, simm9(i), offset) }
func (t translator) transLDUR(i insn)   { t.loadImm(i, i.size(), simm9(i), offset, loadU) }
func (t translator) transLDURSx(i insn) { t.loadImm(i, i.size(), simm9(i), offset, loadS64) }
func (t translator) transLDURSW(i insn) { t.loadImm(i, i.size(), simm9(i), offset, loadS64) }
func (t translator) transLDURSw(i insn) { t.loadImm(i, i.size(), simm9(i), offset, loadS32) }

func (t translator) transSTRpost(i insn)   { t.storeImm(i, simm9(i), postIdx) }
func (t translator) transLDRpost(i insn)   { t.loadImm(i, i.size(), simm9(i), postIdx, loadU) }
func (t translator) transLDRSxpost(i insn) { t.loadImm(i, i.size(), simm9(i), postIdx, loadS64) }
func (t translator) transLDRSWpost(i insn) { t.loadImm(i, i.size(), simm9(i), postIdx, loadS64) }
func (t translator) transLDRSwpost(i insn) { t.loadImm(i, i.size(), simm9(i), postIdx, loadS32) }

// The unprivileged forms are ordinary accesses at EL0.
func (t translator) transSTTR(i insn)   { t.storeImm(i, simm9(i), offset) }
func (t translator) transLDTR(i insn)   { t.loadImm(i, i.size(), simm9(i), offset, loadU) }
func (t translator) transLDTRSx(i insn) { t.loadImm(i, i.size(), simm9(i), offset, loadS64) }
func (t translator) transLDTRSW(i insn) { t.loadImm(i, i.size(), simm9(i), offset, loadS64) }
func (t translator) transLDTRSw(i insn) { t.loadImm(i, i.size(), simm9(i), offset, loadS32) }

func (t translator) transSTRpre(i insn)   { t.storeImm(i, simm9(i), preIdx) }
func (t translator) transLDRpre(i insn)   { t.loadImm(i, i.size(), simm9(i), preIdx, loadU) }
func (t translator) transLDRSxpre(i insn) { t.loadImm(i, i.size(), simm9(i), preIdx, loadS64) }
func (t translator) transLDRSWpre(i insn) { t.loadImm(i, i.size(), simm9(i), preIdx, loadS64) }
func (t translator) transLDRSwpre(i insn) { t.loadImm(i, i.size(), simm9(i), preIdx, loadS32) }

func (t translator) transSTRimm(i insn) { t.storeImm(i, uimm12(i, i.size()), offset) }
func (t translator) transLDRimm(i insn) { t.loadImm(i, i.size(), uimm12(i, i.size()), offset, loadU) }
func (t translator) transLDRSximm(i insn) {
	t.loadImm(i, i.size(), uimm12(i, i.size()), offset, loadS64)
}
func (t translator) transLDRSWimm(i insn) {
	t.loadImm(i, i.size(), uimm12(i, i.size()), offset, loadS64)
}
func (t translator) transLDRSwimm(i insn) {
	t.loadImm(i, i.size(), uimm12(i, i.size()), offset, loadS32)
}

// regEA is the address of a register-offset access of 1<<size bytes; ok is false for a reserved option.
func (t translator) regEA(i insn, size uint32) (a ir.EA, ok bool) {
	a = ir.EA{Base: t.xsp(i.rn()), Index: ir.NoTemp}
	if i.option()&2 == 0 {
		t.unallocated()
		return a, false
	}
	if i.rm() != 31 {
		a.Index = t.extend(ir.W64, t.x(i.rm()), i.option(), 0)
		a.Scale = uint8(size * i.scaled())
	}
	return a, true
}

func (t translator) loadReg(i insn, k loadKind) {
	if a, ok := t.regEA(i, i.size()); ok {
		t.setX(i.rt(), t.load(ir.Width(i.size()), a, k, 0))
	}
}

func (t translator) transLDRreg(i insn)   { t.loadReg(i, loadU) }
func (t translator) transLDRSxreg(i insn) { t.loadReg(i, loadS64) }
func (t translator) transLDRSWreg(i insn) { t.loadReg(i, loadS64) }
func (t translator) transLDRSwreg(i insn) { t.loadReg(i, loadS32) }

func (t translator) transSTRreg(i insn) {
	if a, ok := t.regEA(i, i.size()); ok {
		t.b.St(ir.Width(i.size()), a, t.x(i.rt()), 0)
	}
}

// Prefetches are hints.
func (t translator) transPRFUM(insn)   {}
func (t translator) transPRFMimm(insn) {}
func (t translator) transPRFMlit(insn) {}

func (t translator) transPRFMreg(i insn) {
	if i.option()&2 == 0 {
		t.unallocated()
	}
}

// literalEA is the address of a PC-relative literal.
func (t translator) literalEA(i insn) ir.EA {
	return ir.EA{Base: t.b.Const(t.pc + sext(i.imm19(), 19)<<2), Index: ir.NoTemp}
}

func (t translator) transLDRlit(i insn) {
	t.setX(i.rt(), t.b.Ld(width(i.sz30()), t.literalEA(i), 0))
}

func (t translator) transLDRSWlit(i insn) {
	t.setX(i.rt(), t.b.LdS(ir.W32, ir.W64, t.literalEA(i), 0))
}

// loadPair loads Rt and Rt2, w each. Both loads come before either register is written. With Rt = Rt2
// (CONSTRAINED UNPREDICTABLE) the first value stays.
func (t translator) loadPair(i insn, w ir.Width, k loadKind, ix index) {
	imm := int64(sext(i.imm7(), 7)) << w
	a := t.ea(i.rn(), imm, ix)
	v1 := t.load(w, a, k, 0)
	a.Disp += int32(w.Bytes())
	v2 := t.load(w, a, k, 0)
	keep := func(rt uint32) bool { return ix != offset && rt == i.rn() && rt != 31 }
	if !keep(i.rt2()) && i.rt() != i.rt2() {
		t.setX(i.rt2(), v2)
	}
	if !keep(i.rt()) {
		t.setX(i.rt(), v1)
	}
	t.writeback(i.rn(), imm, ix)
}

func (t translator) storePair(i insn, ix index) {
	w := width(i.sf())
	imm := int64(sext(i.imm7(), 7)) << w
	a := t.ea(i.rn(), imm, ix)
	t.b.St(w, a, t.x(i.rt()), 0)
	a.Disp += int32(w.Bytes())
	t.b.St(w, a, t.x(i.rt2()), 0)
	t.writeback(i.rn(), imm, ix)
}

func (t translator) transSTNP(i insn)    { t.storePair(i, offset) }
func (t translator) transSTPoff(i insn)  { t.storePair(i, offset) }
func (t translator) transSTPpost(i insn) { t.storePair(i, postIdx) }
func (t translator) transSTPpre(i insn)  { t.storePair(i, preIdx) }
func (t translator) transLDNP(i insn)    { t.loadPair(i, width(i.sf()), loadU, offset) }
func (t translator) transLDPoff(i insn)  { t.loadPair(i, width(i.sf()), loadU, offset) }
func (t translator) transLDPpost(i insn) { t.loadPair(i, width(i.sf()), loadU, postIdx) }
func (t translator) transLDPpre(i insn)  { t.loadPair(i, width(i.sf()), loadU, preIdx) }

func (t translator) transLDPSWoff(i insn)  { t.loadPair(i, ir.W32, loadS64, offset) }
func (t translator) transLDPSWpost(i insn) { t.loadPair(i, ir.W32, loadS64, postIdx) }
func (t translator) transLDPSWpre(i insn)  { t.loadPair(i, ir.W32, loadS64, preIdx) }
