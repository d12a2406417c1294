package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// The exclusive monitor is address, size and value of the last load-exclusive; a store-exclusive is a
// compare-and-swap against that value. SVC opens the monitor, as the kernel's exception return does.
// Misaligned exclusive, ordered and atomic accesses fault: FEAT_LSE2 is not claimed (Arm ARM B2.5).

// Attributes of ordered accesses: LDAR and STLR keep their order among each other, LDAPR only that of an
// acquire (Arm ARM B2.3.11).
const (
	acquire   = ir.Acquire | ir.SC | ir.NatAlign
	acquirePC = ir.Acquire | ir.NatAlign
	release   = ir.Release | ir.SC | ir.NatAlign
)

// rmwOrder is the order of an atomic instruction with A and L bits.
func rmwOrder(acq, rel uint32) ir.Attr {
	attr := ir.NatAlign
	if acq != 0 {
		attr |= acquire
	}
	if rel != 0 {
		attr |= release
	}
	return attr
}

// base is the address [Xn|SP].
func (t translator) base(i insn) ir.EA { return ir.EA{Base: t.xsp(i.rn()), Index: ir.NoTemp} }

func (t translator) transLDXR(i insn)  { t.loadEx(i, ir.NatAlign) }
func (t translator) transLDAXR(i insn) { t.loadEx(i, acquire) }

func (t translator) loadEx(i insn, attr ir.Attr) {
	w := ir.Width(i.size())
	v := t.b.Ld(w, t.base(i), attr)
	t.b.MovTo(gExclLo, v)
	t.reserve(i, w.Bytes())
	t.setX(i.rt(), v)
}

// reserve sets the monitor's address and size.
func (t translator) reserve(i insn, size uint) {
	t.b.MovTo(gExclAddr, t.xsp(i.rn()))
	t.b.MovTo(gExclSize, t.b.Const(uint64(size)))
}

func (t translator) transLDXP(i insn)  { t.loadExPair(i, ir.NatAlign) }
func (t translator) transLDAXP(i insn) { t.loadExPair(i, acquire) }

// loadExPair loads two registers by one access, of 8 or 16 bytes.
func (t translator) loadExPair(i insn, attr ir.Attr) {
	var lo, hi ir.Temp
	if i.sz30() == 0 {
		v := t.b.Ld(ir.W64, t.base(i), attr)
		lo = t.b.Zext(ir.W32, v)
		hi = t.b.Op2i(ir.Shr, ir.W64, v, 32)
		t.b.MovTo(gExclLo, v)
	} else {
		v := t.b.LdV(ir.W128, t.base(i), attr)
		lo = t.b.VGet(ir.W64, ir.W64, false, v, 0)
		hi = t.b.VGet(ir.W64, ir.W64, false, v, 1)
		t.b.MovTo(gExclLo, lo)
		t.b.MovTo(gExclHi, hi)
	}
	t.reserve(i, 8<<i.sz30())
	if i.rt() != i.rt2() { // else CONSTRAINED UNPREDICTABLE: the first value stays
		t.setX(i.rt2(), hi)
	}
	t.setX(i.rt(), lo)
}

func (t translator) transSTXR(i insn)  { t.storeEx(i, 0) }
func (t translator) transSTLXR(i insn) { t.storeEx(i, release&^ir.NatAlign) }

func (t translator) storeEx(i insn, attr ir.Attr) {
	w := ir.Width(i.size())
	t.ifReserved(i, w, func() ir.Temp {
		old := t.b.Cas(w, t.xsp(i.rn()), 0, gExclLo, t.x(i.rt()), attr)
		return t.b.SetC(w, ir.NE, old, gExclLo)
	})
}

func (t translator) transSTXP(i insn)  { t.storeExPair(i, 0) }
func (t translator) transSTLXP(i insn) { t.storeExPair(i, release&^ir.NatAlign) }

func (t translator) storeExPair(i insn, attr ir.Attr) {
	t.ifReserved(i, ir.W64+ir.Width(i.sz30()), func() ir.Temp {
		if i.sz30() == 0 {
			v := t.b.Deposit(ir.W64, t.x(i.rt()), t.x(i.rt2()), 32, 32)
			old := t.b.Cas(ir.W64, t.xsp(i.rn()), 0, gExclLo, v, attr)
			return t.b.SetC(ir.W64, ir.NE, old, gExclLo)
		}
		old := t.b.Cas(ir.W128, t.xsp(i.rn()), 0, t.pair(gExclLo, gExclHi), t.pair(t.x(i.rt()), t.x(i.rt2())), attr)
		d := t.b.Op2(ir.Xor, ir.W64, t.b.VGet(ir.W64, ir.W64, false, old, 0), gExclLo)
		e := t.b.Op2(ir.Xor, ir.W64, t.b.VGet(ir.W64, ir.W64, false, old, 1), gExclHi)
		return t.b.SetC(ir.W64, ir.NE, t.b.Op2(ir.Or, ir.W64, d, e), t.b.Const(0))
	})
}

// pair makes a vector of two 64-bit values.
func (t translator) pair(lo, hi ir.Temp) ir.Temp {
	v := t.b.V(ir.VDup, ir.W64, 0, lo)
	return t.b.VI(ir.VIns, ir.W64, 0, 1, 0, v, hi)
}

// ifReserved runs store, which returns the status, if the monitor holds [Rn] with the given size; else the
// status is 1 and nothing is stored. Another tag makes no difference; as long as tags have not been met it
// does, a store-exclusive may fail for any reason (Arm ARM B2.12.1). Either way Rs gets the status and the monitor is opened.
func (t translator) ifReserved(i insn, w ir.Width, store func() ir.Temp) {
	size := w.Bytes()
	fail, end := t.b.NewLabel(), t.b.NewLabel()
	d := t.b.Op2(ir.Xor, ir.W64, gExclAddr, t.xsp(i.rn()))
	s := t.b.Op2i(ir.Xor, ir.W64, gExclSize, uint64(size))
	differs := t.b.Op2(ir.Or, ir.W64, d, s)
	if t.b.Tags {
		differs = t.b.Op2i(ir.Shl, ir.W64, differs, tagBits)
	}
	t.b.BrC(ir.W64, ir.NE, differs, t.b.Const(0), fail)
	t.setX(i.rs(), store())
	t.b.Br(end)
	t.b.SetLabel(fail)
	t.b.Call(helperNoStore, false, t.xsp(i.rn()), gExclAddr, t.b.Const(uint64(size-1)))
	t.setX(i.rs(), t.b.Const(1))
	t.b.SetLabel(end)
	t.b.MovTo(gExclSize, t.b.Const(0))
}

// helperNoStore does what is left of a store-exclusive that the monitor does not pass: the alignment fault, which comes before
// the look at the monitor (one that passes is aligned, as the load was; Arm ARM, AArch64.ExclusiveMonitorsPass). If the
// address is the monitor's but for the tag, it has the engine meet that.
var helperNoStore = &ir.Helper{Name: "a64_no_store", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	addr, monitor, mask := in[0].Lo, in[1].Lo, in[2].Lo
	if addr&mask != 0 {
		env.RaiseFault(ir.Fault{Addr: addr, Kind: ir.FaultAlign, Access: ir.AccessWrite})
	} else if addr != monitor && (addr^monitor)<<tagBits == 0 {
		env.Mem.Load(addr, ir.W8)
		env.Mem.Load(monitor, ir.W8)
	}
	return ir.Val{}
}}

func (t translator) transCLREX(insn) { t.b.MovTo(gExclSize, t.b.Const(0)) }

func (t translator) loadAcquire(i insn, attr ir.Attr) {
	t.setX(i.rt(), t.b.Ld(ir.Width(i.size()), t.base(i), attr))
}

func (t translator) storeRelease(i insn) {
	t.b.St(ir.Width(i.size()), t.base(i), t.x(i.rt()), release)
}

func (t translator) transLDAR(i insn)  { t.loadAcquire(i, acquire) }
func (t translator) transLDLAR(i insn) { t.loadAcquire(i, acquire) }
func (t translator) transLDAPR(i insn) { t.loadAcquire(i, acquirePC) }
func (t translator) transSTLR(i insn)  { t.storeRelease(i) }
func (t translator) transSTLLR(i insn) { t.storeRelease(i) }

func (t translator) transSTLUR(i insn) {
	t.b.St(ir.Width(i.size()), t.ea(i.rn(), simm9(i), offset), t.x(i.rt()), release)
}

// loadAcquireImm is the LDAPUR family.
func (t translator) loadAcquireImm(i insn, k loadKind) {
	t.setX(i.rt(), t.load(ir.Width(i.size()), t.ea(i.rn(), simm9(i), offset), k, acquirePC))
}

func (t translator) transLDAPUR(i insn)   { t.loadAcquireImm(i, loadU) }
func (t translator) transLDAPURSx(i insn) { t.loadAcquireImm(i, loadS64) }
func (t translator) transLDAPURSW(i insn) { t.loadAcquireImm(i, loadS64) }
func (t translator) transLDAPURSw(i insn) { t.loadAcquireImm(i, loadS32) }

// transCAS translates CAS and its A, L, byte and halfword forms.
func (t translator) transCAS(i insn) {
	t.setX(i.rs(), t.b.Cas(ir.Width(i.size()), t.xsp(i.rn()), 0, t.x(i.rs()), t.x(i.rt()), rmwOrder(i.acq22(), i.rel15())))
}

// transCASP translates CASP, whose register pairs must be even.
func (t translator) transCASP(i insn) {
	rs, rt := i.rs(), i.rt()
	if (rs|rt)&1 != 0 {
		t.unallocated()
		return
	}
	attr := rmwOrder(i.acq22(), i.rel15())
	var lo, hi ir.Temp
	if i.sz30() == 0 {
		want := t.b.Deposit(ir.W64, t.x(rs), t.x(rs+1), 32, 32)
		v := t.b.Deposit(ir.W64, t.x(rt), t.x(rt+1), 32, 32)
		old := t.b.Cas(ir.W64, t.xsp(i.rn()), 0, want, v, attr)
		lo, hi = t.b.Zext(ir.W32, old), t.b.Op2i(ir.Shr, ir.W64, old, 32)
	} else {
		old := t.b.Cas(ir.W128, t.xsp(i.rn()), 0, t.pair(t.x(rs), t.x(rs+1)), t.pair(t.x(rt), t.x(rt+1)), attr)
		lo, hi = t.b.VGet(ir.W64, ir.W64, false, old, 0), t.b.VGet(ir.W64, ir.W64, false, old, 1)
	}
	t.setX(rs+1, hi)
	t.setX(rs, lo)
}

// atomic applies op with operand v to memory at [Rn] and puts the old value in Rt.
func (t translator) atomic(i insn, op ir.Opcode, v ir.Temp) {
	t.setX(i.rt(), t.b.Atomic(op, ir.Width(i.size()), t.xsp(i.rn()), 0, v, rmwOrder(i.acq23(), i.rel22())))
}

func (t translator) transLDADD(i insn)  { t.atomic(i, ir.AtAdd, t.x(i.rs())) }
func (t translator) transLDCLR(i insn)  { t.atomic(i, ir.AtAnd, t.b.Op1(ir.Not, ir.W64, t.x(i.rs()))) }
func (t translator) transLDEOR(i insn)  { t.atomic(i, ir.AtXor, t.x(i.rs())) }
func (t translator) transLDSET(i insn)  { t.atomic(i, ir.AtOr, t.x(i.rs())) }
func (t translator) transLDSMAX(i insn) { t.atomic(i, ir.AtMaxS, t.x(i.rs())) }
func (t translator) transLDSMIN(i insn) { t.atomic(i, ir.AtMinS, t.x(i.rs())) }
func (t translator) transLDUMAX(i insn) { t.atomic(i, ir.AtMaxU, t.x(i.rs())) }
func (t translator) transLDUMIN(i insn) { t.atomic(i, ir.AtMinU, t.x(i.rs())) }
func (t translator) transSWP(i insn)    { t.atomic(i, ir.AtXchg, t.x(i.rs())) }
