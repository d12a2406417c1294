package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// vform is the shape of an Advanced SIMD operand: lanes of width w in a whole register, in its
// lower half, or in the lowest lane only.
type vform struct {
	w      ir.Width
	full   bool // 128 bits
	scalar bool // lane 0 only
}

// form is the shape of a vector encoding with a two-bit size and Q.
func form(i insn) vform { return vform{w: ir.Width(i.vsize()), full: i.q() != 0} }

// formS is the shape of a scalar Advanced SIMD encoding with a two-bit size.
func formS(i insn) vform { return vform{w: ir.Width(i.vsize()), scalar: true} }

// fform is the shape of a vector FP encoding with a one-bit size; false when the lanes do not fit.
func fform(i insn) (vform, bool) {
	f := vform{w: ir.W32 + ir.Width(i.fsz()), full: i.q() != 0}
	return f, f.full || f.w == ir.W32
}

// fformS is the shape of a scalar Advanced SIMD FP encoding.
func fformS(i insn) vform { return vform{w: ir.W32 + ir.Width(i.fsz()), scalar: true} }

// d1 is the shape of scalar encodings that exist for 64-bit lanes only.
var d1 = vform{w: ir.W64, scalar: true}

// ones is n one bits.
func ones(n uint) uint64 {
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<n - 1
}

// rep is the low w bits of x in every lane of 64 bits.
func rep(w ir.Width, x uint64) uint64 {
	x &= w.Mask()
	for n := w.Bits(); n < 64; n *= 2 {
		x |= x << n
	}
	return x
}

// repV is a constant with the low w bits of x in every lane.
func (t translator) repV(w ir.Width, x uint64) ir.Temp {
	r := rep(w, x)
	return t.b.ConstV(r, r)
}

func (t translator) zeroV() ir.Temp { return t.b.ConstV(0, 0) }
func (t translator) onesV() ir.Temp { return t.b.ConstV(^uint64(0), ^uint64(0)) }

// trim clears what lies above the shape.
func (t translator) trim(f vform, x ir.Temp) ir.Temp {
	switch {
	case f.full:
		return x
	case !f.scalar:
		return t.b.V(ir.VLow, ir.W64, 0, x)
	case f.w >= ir.W32:
		return t.b.V(ir.VLow, f.w, 0, x)
	}
	return t.b.V(ir.VAnd, 0, 0, x, t.b.ConstV(f.w.Mask(), 0))
}

// put writes x, trimmed to the shape, to vector register n.
func (t translator) put(f vform, n uint32, x ir.Temp) { t.setV(n, t.trim(f, x)) }

// saturated accumulates FPSR.QC: diff is non-zero in some lane of the shape when a result saturated.
func (t translator) saturated(f vform, diff ir.Temp) {
	t.b.Set(gQC, t.b.V(ir.VOr, 0, 0, gQC, t.trim(f, diff)))
}

// dupLow copies the lower half of x to its upper half, so that an operation on the whole register
// raises no FP exceptions that the lower half does not raise.
func (t translator) dupLow(f vform, x ir.Temp) ir.Temp {
	if f.full || f.scalar {
		return x
	}
	return t.b.V(ir.VZip, ir.W64, 0, x, x)
}

// join puts the lower halves of x and y side by side.
func (t translator) join(x, y ir.Temp) ir.Temp { return t.b.V(ir.VZip, ir.W64, 0, x, y) }

// upper moves the upper half of x to the lower half; what is above is not defined.
func (t translator) upper(x ir.Temp) ir.Temp {
	return t.b.VI(ir.VExtr, 0, 0, 0, 8, x, x)
}

// setHalf writes the lower half of x to the half of register n that Q selects: the lower one,
// clearing the upper, or the upper one (the "2" forms of narrowing instructions).
func (t translator) setHalf(i insn, x ir.Temp) {
	if i.q() == 0 {
		t.setV(i.rd(), t.b.V(ir.VLow, ir.W64, 0, x))
		return
	}
	t.setV(i.rd(), t.join(t.v(i.rd()), x))
}

// high is the High attribute for the "2" forms of widening instructions.
func high(i insn) ir.Attr {
	if i.q() != 0 {
		return ir.High
	}
	return 0
}

func signedAttr(signed bool) ir.Attr {
	if signed {
		return ir.Signed
	}
	return 0
}

// dupLane copies lane n of x to all lanes.
func (t translator) dupLane(w ir.Width, x ir.Temp, n uint32) ir.Temp {
	switch w {
	case ir.W64:
		if n == 0 {
			return t.b.V(ir.VZip, ir.W64, 0, x, x)
		}
		return t.b.V(ir.VZip, ir.W64, ir.High, x, x)
	case ir.W32:
		return t.b.VI(ir.VShuf, ir.W32, 0, 0, int64(n*0x55), x)
	case ir.W16:
		return t.b.V(ir.VPshufb, 0, 0, x, t.repV(ir.W16, uint64(2*n|(2*n+1)<<8)))
	}
	return t.b.V(ir.VPshufb, 0, 0, x, t.repV(ir.W8, uint64(n)))
}

// v2 writes a binary op on whole lanes.
func (t translator) v2(i insn, f vform, op ir.Opcode, attr ir.Attr, x, y ir.Temp) {
	t.put(f, i.rd(), t.b.V(op, f.w, attr, x, y))
}

func (t translator) vn(i insn) ir.Temp { return t.v(i.rn()) }
func (t translator) vm(i insn) ir.Temp { return t.v(i.rm()) }
func (t translator) vd(i insn) ir.Temp { return t.v(i.rd()) }

// neg complements all bits.
func (t translator) vnot(x ir.Temp) ir.Temp { return t.b.V(ir.VXor, 0, 0, x, t.onesV()) }

// op shorthands that keep the bodies readable.
func (t translator) vadd(w ir.Width, x, y ir.Temp) ir.Temp { return t.b.V(ir.VAdd, w, 0, x, y) }
func (t translator) vsub(w ir.Width, x, y ir.Temp) ir.Temp { return t.b.V(ir.VSub, w, 0, x, y) }
func (t translator) vand(x, y ir.Temp) ir.Temp             { return t.b.V(ir.VAnd, 0, 0, x, y) }
func (t translator) vor(x, y ir.Temp) ir.Temp              { return t.b.V(ir.VOr, 0, 0, x, y) }
func (t translator) vxor(x, y ir.Temp) ir.Temp             { return t.b.V(ir.VXor, 0, 0, x, y) }
func (t translator) vshl(w ir.Width, x ir.Temp, n uint32) ir.Temp {
	return t.shiftI(ir.VShlI, w, x, n)
}

// vshr shifts right, arithmetically when signed; a shift by the lane's width is allowed.
func (t translator) vshr(w ir.Width, signed bool, x ir.Temp, n uint32) ir.Temp {
	if signed {
		return t.shiftI(ir.VSarI, w, x, n)
	}
	return t.shiftI(ir.VShrI, w, x, n)
}

func (t translator) shiftI(op ir.Opcode, w ir.Width, x ir.Temp, n uint32) ir.Temp {
	if n == 0 {
		return x
	}
	return t.b.VI(op, w, 0, 0, int64(n), x)
}
