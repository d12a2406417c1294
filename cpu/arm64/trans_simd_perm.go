package arm64

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Advanced SIMD copy, permute, extract, table look-up and modified immediate. Arm ARM C4.1.96, C7.2.

// laneOf decodes imm5 of the copy group: the lowest set bit gives the lane width, the bits above it
// the lane number.
func laneOf(imm5 uint32) (w ir.Width, n uint32, ok bool) {
	z := bits.TrailingZeros32(imm5)
	return ir.Width(z), imm5 >> (z + 1), z <= 3
}

func (t translator) transDUPv(i insn) {
	w, n, ok := laneOf(i.imm5())
	f := vform{w: w, full: i.q() != 0}
	if !ok || w == ir.W64 && !f.full {
		t.unallocated()
		return
	}
	t.put(f, i.rd(), t.dupLane(w, t.vn(i), n))
}

func (t translator) transDUPr(i insn) {
	w, _, ok := laneOf(i.imm5())
	f := vform{w: w, full: i.q() != 0}
	if !ok || w == ir.W64 && !f.full {
		t.unallocated()
		return
	}
	t.put(f, i.rd(), t.b.V(ir.VDup, w, 0, t.x(i.rn())))
}

// transDUPel is DUP (element, scalar), also MOV (scalar).
func (t translator) transDUPelsv(i insn) {
	w, n, ok := laneOf(i.imm5())
	if !ok {
		t.unallocated()
		return
	}
	x := t.vn(i)
	if n != 0 {
		x = t.b.VI(ir.VExtr, 0, 0, 0, int64(n)<<w, x, x)
	}
	t.put(vform{w: w, scalar: true}, i.rd(), x)
}

// getLane is SMOV and UMOV.
func (t translator) getLane(i insn, d ir.Width, signed bool) {
	w, n, ok := laneOf(i.imm5())
	bad := !ok
	switch {
	case signed:
		bad = bad || w >= d
	case d == ir.W32:
		bad = bad || w > d
	}
	if bad {
		t.unallocated()
		return
	}
	if !signed {
		d = ir.W64
	}
	t.setX(i.rd(), t.b.VGet(w, d, signed, t.vn(i), uint8(n)))
}

func (t translator) transSMOVw(i insn) { t.getLane(i, ir.W32, true) }
func (t translator) transSMOVx(i insn) { t.getLane(i, ir.W64, true) }
func (t translator) transUMOVw(i insn) { t.getLane(i, ir.W32, false) }
func (t translator) transUMOVx(i insn) { t.getLane(i, ir.W64, false) }

func (t translator) transINSr(i insn) {
	w, n, ok := laneOf(i.imm5())
	if !ok {
		t.unallocated()
		return
	}
	t.setV(i.rd(), t.b.VI(ir.VIns, w, 0, uint8(n), 0, t.vd(i), t.x(i.rn())))
}

func (t translator) transINSv(i insn) {
	w, n, ok := laneOf(i.imm5())
	if !ok {
		t.unallocated()
		return
	}
	t.setV(i.rd(), t.b.VI(ir.VInsV, w, 0, uint8(n), int64(i.imm4()>>w), t.vd(i), t.vn(i)))
}

// zip is ZIP1 and ZIP2. In the 64-bit shape both halves come out of one interleave.
func (t translator) zip(i insn, hi bool) {
	t.any64(i, func(f vform) {
		attr := ir.Attr(0)
		if hi && f.full {
			attr = ir.High
		}
		r := t.b.V(ir.VZip, f.w, attr, t.vn(i), t.vm(i))
		if hi && !f.full {
			r = t.upper(r)
		}
		t.put(f, i.rd(), r)
	})
}

func (t translator) transZIP1v(i insn) { t.zip(i, false) }
func (t translator) transZIP2v(i insn) { t.zip(i, true) }

func (t translator) uzp(i insn, attr ir.Attr) {
	t.any64(i, func(f vform) {
		x, y := t.vn(i), t.vm(i)
		if !f.full {
			x = t.join(x, y)
			y = x
		}
		t.v2(i, f, ir.VUzp, attr, x, y)
	})
}

func (t translator) transUZP1v(i insn) { t.uzp(i, 0) }
func (t translator) transUZP2v(i insn) { t.uzp(i, ir.High) }
func (t translator) transTRN1v(i insn) { t.plain(i, ir.VTrn, 0) }
func (t translator) transTRN2v(i insn) { t.plain(i, ir.VTrn, ir.High) }

func (t translator) transEXTv(i insn) {
	n := int64(i.imm4())
	x, y := t.vn(i), t.vm(i)
	f := vform{full: i.q() != 0}
	if !f.full {
		if n >= 8 {
			t.unallocated()
			return
		}
		x = t.join(x, y)
		y = x
	}
	t.put(f, i.rd(), t.b.VI(ir.VExtr, 0, 0, 0, n, x, y))
}

// tbl looks the bytes of rm up in the 1 to 4 registers from rn on; TBX keeps the destination where
// the index is out of range.
func (t translator) tbl(i insn, keep bool) {
	n := i.tbllen() + 1
	idx := t.vm(i)
	in := []ir.Temp{idx, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}
	for k := range n {
		in[1+k] = t.v((i.rn() + k) & 31)
	}
	r := t.b.VI(ir.VTbl, 0, 0, uint8(n), 0, in...)
	if keep {
		out := t.b.V(ir.VCmpGT, ir.W8, 0, idx, t.repV(ir.W8, uint64(16*n-1)))
		r = t.vor(r, t.vand(t.vd(i), out))
	}
	t.put(vform{full: i.q() != 0}, i.rd(), r)
}

func (t translator) transTBLv(i insn) { t.tbl(i, false) }
func (t translator) transTBXv(i insn) { t.tbl(i, true) }

// expandImm is AdvSIMDExpandImm (Arm ARM shared/functions/vector) for 64 bits.
func expandImm(op, cmode, imm8 uint64) uint64 {
	switch cmode >> 1 {
	case 0, 1, 2, 3:
		return rep(ir.W32, imm8<<(8*(cmode>>1)))
	case 4, 5:
		return rep(ir.W16, imm8<<(8*(cmode>>1&1)))
	case 6:
		n := 8 << (cmode & 1)
		return rep(ir.W32, imm8<<n|ones(uint(n)))
	}
	switch {
	case cmode&1 == 0 && op == 0:
		return rep(ir.W8, imm8)
	case cmode&1 == 0:
		var v uint64
		for b := range 8 {
			v |= (imm8 >> b & 1) * 0xff << (8 * b)
		}
		return v
	case op == 0:
		return rep(ir.W32, expandFP(ir.W32, imm8))
	}
	return expandFP(ir.W64, imm8)
}

// expandFP is VFPExpandImm: sign, 3 bits of exponent, 4 bits of fraction.
func expandFP(w ir.Width, imm8 uint64) uint64 {
	sign, b, low := imm8>>7, imm8>>6&1, imm8&0x3f
	switch w {
	case ir.W16:
		return sign<<15 | (b^1)<<14 | (b*3)<<12 | low<<6
	case ir.W32:
		return sign<<31 | (b^1)<<30 | (b*0x1f)<<25 | low<<19
	}
	return sign<<63 | (b^1)<<62 | (b*0xff)<<54 | low<<48
}

func modImm(i insn) uint64 {
	return expandImm(uint64(i.u()), uint64(i.cmode()), uint64(i.immabc()<<5|i.immdefgh()))
}

// movImm writes a constant to the 64 or 128 bits.
func (t translator) movImm(i insn, v uint64) {
	hi := v
	if i.q() == 0 {
		hi = 0
	}
	t.setV(i.rd(), t.b.ConstV(v, hi))
}

func (t translator) transMOVIlsl(i insn) { t.movImm(i, modImm(i)) }
func (t translator) transMOVIlhl(i insn) { t.movImm(i, modImm(i)) }
func (t translator) transMOVImsm(i insn) { t.movImm(i, modImm(i)) }
func (t translator) transMOVInb(i insn)  { t.movImm(i, modImm(i)) }
func (t translator) transMOVIdds(i insn) { t.movImm(i, modImm(i)) }
func (t translator) transMOVId2d(i insn) { t.movImm(i, modImm(i)) }
func (t translator) transFMOVss(i insn)  { t.movImm(i, modImm(i)) }
func (t translator) transFMOVd2d(i insn) { t.movImm(i, modImm(i)) }
func (t translator) transMVNIlsl(i insn) { t.movImm(i, ^modImm(i)) }
func (t translator) transMVNIlhl(i insn) { t.movImm(i, ^modImm(i)) }
func (t translator) transMVNImsm(i insn) { t.movImm(i, ^modImm(i)) }

func (t translator) orrImm(i insn) {
	v := modImm(i)
	t.put(vform{full: i.q() != 0}, i.rd(), t.vor(t.vd(i), t.b.ConstV(v, v)))
}

func (t translator) bicImm(i insn) {
	v := ^modImm(i)
	t.put(vform{full: i.q() != 0}, i.rd(), t.vand(t.vd(i), t.b.ConstV(v, v)))
}

func (t translator) transORRlsl(i insn) { t.orrImm(i) }
func (t translator) transORRlhl(i insn) { t.orrImm(i) }
func (t translator) transBIClsl(i insn) { t.bicImm(i) }
func (t translator) transBIClhl(i insn) { t.bicImm(i) }
