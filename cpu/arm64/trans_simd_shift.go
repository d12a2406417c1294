package arm64

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Advanced SIMD shift by immediate, vector and scalar. Arm ARM C4.1.96, C7.2.

// shiftForm decodes immh:immb: the lane width is that of immh's highest set bit. n is the raw value.
func shiftForm(i insn, scalar bool) (f vform, n uint32, ok bool) {
	n = i.immh()<<3 | i.immb()
	if i.immh() == 0 {
		return f, 0, false
	}
	f = vform{w: ir.Width(bits.Len32(i.immh()) - 1), full: !scalar && i.q() != 0, scalar: scalar}
	return f, n, scalar || f.full || f.w != ir.W64
}

// right is the amount of a right shift (1 to the lane's bits); left of a left shift.
func right(f vform, n uint32) uint32 { return 2*uint32(f.w.Bits()) - n }
func left(f vform, n uint32) uint32  { return n - uint32(f.w.Bits()) }

func (t translator) shiftBy(i insn, scalar bool, body func(f vform, n uint32)) {
	f, n, ok := shiftForm(i, scalar)
	if !ok {
		t.unallocated()
		return
	}
	body(f, n)
}

// rshr is x >> n rounded to nearest: the last bit shifted out is added.
func (t translator) rshr(w ir.Width, signed bool, x ir.Temp, n uint32) ir.Temp {
	bit := t.vand(t.vshr(w, false, x, n-1), t.repV(w, 1))
	return t.vadd(w, t.vshr(w, signed, x, n), bit)
}

// shr is the family SSHR, USHR, SRSHR, URSHR and their accumulating forms.
func (t translator) shr(i insn, scalar, signed, round, acc bool) {
	t.shiftBy(i, scalar, func(f vform, n uint32) {
		n = right(f, n)
		var r ir.Temp
		if round {
			r = t.rshr(f.w, signed, t.vn(i), n)
		} else {
			r = t.vshr(f.w, signed, t.vn(i), n)
		}
		if acc {
			r = t.vadd(f.w, t.vd(i), r)
		}
		t.put(f, i.rd(), r)
	})
}

func (t translator) transSSHRvi(i insn)   { t.shr(i, false, true, false, false) }
func (t translator) transUSHRvi(i insn)   { t.shr(i, false, false, false, false) }
func (t translator) transSSRAvi(i insn)   { t.shr(i, false, true, false, true) }
func (t translator) transUSRAvi(i insn)   { t.shr(i, false, false, false, true) }
func (t translator) transSRSHRvi(i insn)  { t.shr(i, false, true, true, false) }
func (t translator) transURSHRvi(i insn)  { t.shr(i, false, false, true, false) }
func (t translator) transSRSRAvi(i insn)  { t.shr(i, false, true, true, true) }
func (t translator) transURSRAvi(i insn)  { t.shr(i, false, false, true, true) }
func (t translator) transSSHRsvi(i insn)  { t.shr(i, true, true, false, false) }
func (t translator) transUSHRsvi(i insn)  { t.shr(i, true, false, false, false) }
func (t translator) transSSRAsvi(i insn)  { t.shr(i, true, true, false, true) }
func (t translator) transUSRAsvi(i insn)  { t.shr(i, true, false, false, true) }
func (t translator) transSRSHRsvi(i insn) { t.shr(i, true, true, true, false) }
func (t translator) transURSHRsvi(i insn) { t.shr(i, true, false, true, false) }
func (t translator) transSRSRAsvi(i insn) { t.shr(i, true, true, true, true) }
func (t translator) transURSRAsvi(i insn) { t.shr(i, true, false, true, true) }

func (t translator) shl(i insn, scalar bool) {
	t.shiftBy(i, scalar, func(f vform, n uint32) {
		t.put(f, i.rd(), t.vshl(f.w, t.vn(i), left(f, n)))
	})
}

func (t translator) transSHLvi(i insn)  { t.shl(i, false) }
func (t translator) transSHLsvi(i insn) { t.shl(i, true) }

// insert is SLI and SRI: the bits that the shift does not fill keep the destination's.
func (t translator) insert(i insn, scalar, toLeft bool) {
	t.shiftBy(i, scalar, func(f vform, n uint32) {
		var keep uint64
		var r ir.Temp
		if toLeft {
			n = left(f, n)
			keep, r = ones(uint(n)), t.vshl(f.w, t.vn(i), n)
		} else {
			n = right(f, n)
			keep, r = ^(f.w.Mask() >> n), t.vshr(f.w, false, t.vn(i), n)
		}
		t.put(f, i.rd(), t.vor(r, t.vand(t.vd(i), t.repV(f.w, keep))))
	})
}

func (t translator) transSLIvi(i insn)  { t.insert(i, false, true) }
func (t translator) transSRIvi(i insn)  { t.insert(i, false, false) }
func (t translator) transSLIsvi(i insn) { t.insert(i, true, true) }
func (t translator) transSRIsvi(i insn) { t.insert(i, true, false) }

// transSQSHL and its kin: a left shift saturates when shifting back does not give the operand.
func (t translator) sqshl(i insn, scalar bool) {
	t.shiftBy(i, scalar, func(f vform, n uint32) {
		n = left(f, n)
		x := t.vn(i)
		r := t.vshl(f.w, x, n)
		fits := t.b.V(ir.VCmpEQ, f.w, 0, t.vshr(f.w, true, r, n), x)
		sign := t.vshr(f.w, true, x, uint32(f.w.Bits()-1))
		limit := t.vxor(sign, t.repV(f.w, f.w.Mask()>>1))
		res := t.b.V(ir.VSel, 0, 0, fits, r, limit)
		t.saturated(f, t.vnot(fits))
		t.put(f, i.rd(), res)
	})
}

// uqshl is UQSHL, and SQSHLU, which gives 0 for negative operands.
func (t translator) uqshl(i insn, scalar, fromSigned bool) {
	t.shiftBy(i, scalar, func(f vform, n uint32) {
		n = left(f, n)
		x := t.vn(i)
		r := t.vshl(f.w, x, n)
		bad := t.vnot(t.b.V(ir.VCmpEQ, f.w, 0, t.vshr(f.w, false, r, n), x))
		res := t.vor(r, bad)
		if fromSigned {
			negative := t.vshr(f.w, true, x, uint32(f.w.Bits()-1))
			res = t.b.V(ir.VAndN, 0, 0, res, negative)
			bad = t.vor(bad, negative)
		}
		t.saturated(f, bad)
		t.put(f, i.rd(), res)
	})
}

func (t translator) transSQSHLvi(i insn)   { t.sqshl(i, false) }
func (t translator) transUQSHLvi(i insn)   { t.uqshl(i, false, false) }
func (t translator) transSQSHLUvi(i insn)  { t.uqshl(i, false, true) }
func (t translator) transSQSHLsvi(i insn)  { t.sqshl(i, true) }
func (t translator) transUQSHLsvi(i insn)  { t.uqshl(i, true, false) }
func (t translator) transSQSHLUsvi(i insn) { t.uqshl(i, true, true) }

// narrowKind is how a narrowing treats lanes that do not fit.
type narrowKind uint8

const (
	narrowTrunc narrowKind = iota
	narrowS                // signed to signed
	narrowU                // unsigned to unsigned
	narrowSU               // signed to unsigned
)

// narrow takes lanes of width w of x to the next narrower width, in the lower half, and returns the
// lanes' difference from x (wide) for QC, NoTemp when it does not saturate.
func (t translator) narrow(w ir.Width, k narrowKind, x ir.Temp) (r, diff ir.Temp) {
	switch k {
	case narrowTrunc:
		return t.b.V(ir.VNarrow, w, 0, x), ir.NoTemp
	case narrowS:
		r = t.b.V(ir.VNarrow, w, ir.Saturate|ir.Signed, x)
		return r, t.vxor(x, t.b.V(ir.VWiden, w-1, ir.Signed, r))
	case narrowSU:
		pos := t.b.V(ir.VMax, w, ir.Signed, x, t.zeroV())
		r = t.b.V(ir.VNarrow, w, ir.Saturate, pos)
	default:
		r = t.b.V(ir.VNarrow, w, ir.Saturate, x)
	}
	return r, t.vxor(x, t.b.V(ir.VWiden, w-1, 0, r))
}

// setNarrow writes the narrowed lanes of x (w wide), saturating as k says, to the half that Q
// selects, or to the lowest lane.
func (t translator) setNarrow(i insn, w ir.Width, scalar bool, k narrowKind, x ir.Temp) {
	r, diff := t.narrow(w, k, x)
	if diff != ir.NoTemp {
		t.saturated(vform{w: w, full: !scalar, scalar: scalar}, diff)
	}
	if scalar {
		t.put(vform{w: w - 1, scalar: true}, i.rd(), r)
		return
	}
	t.setHalf(i, r)
}

// shrn is the family SHRN, RSHRN, SQSHRN, UQSHRN, SQSHRUN and the rounding forms.
func (t translator) shrn(i insn, scalar, round bool, k narrowKind) {
	f, n, _ := shiftForm(i, scalar)
	if i.immh() == 0 || f.w == ir.W64 {
		t.unallocated()
		return
	}
	n = right(f, n)
	wide, signed := f.w+1, k == narrowS || k == narrowSU
	var x ir.Temp
	if round {
		x = t.rshr(wide, signed, t.vn(i), n)
	} else {
		x = t.vshr(wide, signed, t.vn(i), n)
	}
	t.setNarrow(i, wide, scalar, k, x)
}

func (t translator) transSHRNvi(i insn)      { t.shrn(i, false, false, narrowTrunc) }
func (t translator) transRSHRNvi(i insn)     { t.shrn(i, false, true, narrowTrunc) }
func (t translator) transSQSHRNvi(i insn)    { t.shrn(i, false, false, narrowS) }
func (t translator) transSQRSHRNvi(i insn)   { t.shrn(i, false, true, narrowS) }
func (t translator) transUQSHRNvi(i insn)    { t.shrn(i, false, false, narrowU) }
func (t translator) transUQRSHRNvi(i insn)   { t.shrn(i, false, true, narrowU) }
func (t translator) transSQSHRUNvi(i insn)   { t.shrn(i, false, false, narrowSU) }
func (t translator) transSQRSHRUNvi(i insn)  { t.shrn(i, false, true, narrowSU) }
func (t translator) transSQSHRNsvi(i insn)   { t.shrn(i, true, false, narrowS) }
func (t translator) transSQRSHRNsvi(i insn)  { t.shrn(i, true, true, narrowS) }
func (t translator) transUQSHRNsvi(i insn)   { t.shrn(i, true, false, narrowU) }
func (t translator) transUQRSHRNsvi(i insn)  { t.shrn(i, true, true, narrowU) }
func (t translator) transSQSHRUNsvi(i insn)  { t.shrn(i, true, false, narrowSU) }
func (t translator) transSQRSHRUNsvi(i insn) { t.shrn(i, true, true, narrowSU) }

// shll is SSHLL and USHLL (also SXTL, UXTL).
func (t translator) shll(i insn, signed bool) {
	f, n, _ := shiftForm(i, false)
	if i.immh() == 0 || f.w == ir.W64 {
		t.unallocated()
		return
	}
	n = left(f, n)
	t.put(long(f.w), i.rd(), t.vshl(f.w+1, t.widen(i, f.w, signed, t.vn(i)), n))
}

func (t translator) transSSHLLvi(i insn) { t.shll(i, true) }
func (t translator) transUSHLLvi(i insn) { t.shll(i, false) }
