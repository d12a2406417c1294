package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// Advanced SIMD load/store of structures: LD1-LD4, ST1-ST4, LDnR. Arm ARM C4.1.94, C7.2.

// postBack returns the base register's increment of a post-indexed encoding: register rm, or the
// number of bytes transferred when rm is 31.
func (t translator) structBack(i insn, bytes int64) {
	if i.rm() == 31 {
		t.writeBack(i, bytes)
		return
	}
	t.setXSP(i.rn(), t.b.Op2(ir.Add, ir.W64, t.xsp(i.rn()), t.x(i.rm())))
}

func (t translator) reg(i insn, k int) uint32 { return (i.rt() + uint32(k)) & 31 }

// loadBytes loads n bytes (a multiple of 8) from the base register into whole vectors.
func (t translator) loadBytes(i insn, n int) []ir.Temp {
	var out []ir.Temp
	for off := 0; off < n; off += 16 {
		w := ir.W128
		if n-off < 16 {
			w = ir.W64
		}
		out = append(out, t.b.LdV(w, t.vea(i.rn(), int64(off)), 0))
	}
	return out
}

func (t translator) storeBytes(i insn, v []ir.Temp, n int) {
	for off := 0; off < n; off += 16 {
		w := ir.W128
		if n-off < 16 {
			w = ir.W64
		}
		t.b.StV(w, t.vea(i.rn(), int64(off)), v[off/16], 0)
	}
}

// multForm is the shape of the multiple-structures group; interleaving needs Q for 64-bit lanes.
func multForm(i insn) vform { return vform{w: ir.Width(i.elsize()), full: i.q() != 0} }

func (f vform) bytes() int {
	if f.full {
		return 16
	}
	return 8
}

// ld1 loads n registers one after the other.
func (t translator) ld1(i insn, n int, back bool) {
	f := multForm(i)
	w := ir.W64
	if f.full {
		w = ir.W128
	}
	var v [4]ir.Temp
	for k := range n {
		v[k] = t.b.LdV(w, t.vea(i.rn(), int64(k*f.bytes())), 0)
	}
	for k := n - 1; k >= 0; k-- {
		t.setV(t.reg(i, k), v[k])
	}
	if back {
		t.structBack(i, int64(n*f.bytes()))
	}
}

func (t translator) st1(i insn, n int, back bool) {
	f := multForm(i)
	w := ir.W64
	if f.full {
		w = ir.W128
	}
	for k := range n {
		t.b.StV(w, t.vea(i.rn(), int64(k*f.bytes())), t.v(t.reg(i, k)), 0)
	}
	if back {
		t.structBack(i, int64(n*f.bytes()))
	}
}

// ldn loads n registers from interleaved structures of n lanes.
func (t translator) ldn(i insn, n int, back bool) {
	f := multForm(i)
	if f.w == ir.W64 && !f.full {
		t.unallocated()
		return
	}
	m := t.loadBytes(i, n*f.bytes())
	var r [4]ir.Temp
	switch n {
	case 2:
		r[0], r[1] = t.unzip(f, m)
	case 3:
		for k := range 3 {
			r[k] = t.table(m, gather3(f.w, k))
		}
	case 4:
		even := []ir.Temp{t.unzip1(f.w, 0, m[0], m[1])}
		odd := []ir.Temp{t.unzip1(f.w, ir.High, m[0], m[1])}
		if f.full {
			even = append(even, t.unzip1(f.w, 0, m[2], m[3]))
			odd = append(odd, t.unzip1(f.w, ir.High, m[2], m[3]))
		}
		r[0], r[2] = t.unzip(f, even)
		r[1], r[3] = t.unzip(f, odd)
	}
	for k := range n {
		r[k] = t.trim(f, r[k])
	}
	for k := range n {
		t.setV(t.reg(i, k), r[k])
	}
	if back {
		t.structBack(i, int64(n*f.bytes()))
	}
}

func (t translator) unzip1(w ir.Width, attr ir.Attr, x, y ir.Temp) ir.Temp {
	return t.b.V(ir.VUzp, w, attr, x, y)
}

// unzip takes the even and the odd lanes of one (64-bit shape) or two vectors.
func (t translator) unzip(f vform, m []ir.Temp) (even, odd ir.Temp) {
	x, y := m[0], m[0]
	if f.full {
		y = m[1]
	}
	return t.unzip1(f.w, 0, x, y), t.unzip1(f.w, ir.High, x, y)
}

// table looks idx up in the vectors of m.
func (t translator) table(m []ir.Temp, idx [16]byte) ir.Temp {
	in := []ir.Temp{t.constBytes(idx), ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}
	copy(in[1:], m)
	return t.b.VI(ir.VTbl, 0, 0, uint8(len(m)), 0, in...)
}

func (t translator) constBytes(b [16]byte) ir.Temp {
	var v [2]uint64
	for k, x := range b {
		v[k/8] |= uint64(x) << (k % 8 * 8)
	}
	return t.b.ConstV(v[0], v[1])
}

// gather3 are the byte positions of element k of structures of three lanes.
func gather3(w ir.Width, k int) (idx [16]byte) {
	n := int(w.Bytes())
	for p := range idx {
		lane, in := p/n, p%n
		idx[p] = byte((lane*3+k)*n + in)
	}
	return idx
}

// scatter3 are the positions, in three registers of size bytes each put one after the other every
// 16 bytes, of the bytes of output vector k.
func scatter3(f vform, k int) (idx [16]byte) {
	n := int(f.w.Bytes())
	for p := range idx {
		at := 16*k + p
		lane, in := at/n, at%n
		idx[p] = byte(lane%3*16 + lane/3*n + in)
	}
	return idx
}

// stn stores n registers as interleaved structures.
func (t translator) stn(i insn, n int, back bool) {
	f := multForm(i)
	if f.w == ir.W64 && !f.full {
		t.unallocated()
		return
	}
	var v [4]ir.Temp
	for k := range n {
		v[k] = t.v(t.reg(i, k))
	}
	var m []ir.Temp
	switch n {
	case 2:
		m = t.interleave(f, v[0], v[1])
	case 3:
		for k := 0; k < 3*f.bytes(); k += 16 {
			m = append(m, t.table(v[:3], scatter3(f, k/16)))
		}
	case 4:
		a, b := t.interleave(f, v[0], v[2]), t.interleave(f, v[1], v[3])
		wide := vform{w: f.w, full: true}
		for k := range a {
			m = append(m, t.interleave(wide, a[k], b[k])...)
		}
	}
	t.storeBytes(i, m, n*f.bytes())
	if back {
		t.structBack(i, int64(n*f.bytes()))
	}
}

// interleave returns x0 y0 x1 y1 ... as one (64-bit shape) or two vectors.
func (t translator) interleave(f vform, x, y ir.Temp) []ir.Temp {
	m := []ir.Temp{t.b.V(ir.VZip, f.w, 0, x, y)}
	if f.full {
		m = append(m, t.b.V(ir.VZip, f.w, ir.High, x, y))
	}
	return m
}

func (t translator) transLD1m1(i insn) { t.ld1(i, 1, false) }
func (t translator) transLD1m2(i insn) { t.ld1(i, 2, false) }
func (t translator) transLD1m3(i insn) { t.ld1(i, 3, false) }
func (t translator) transLD1m4(i insn) { t.ld1(i, 4, false) }
func (t translator) transLD2m2(i insn) { t.ldn(i, 2, false) }
func (t translator) transLD3m3(i insn) { t.ldn(i, 3, false) }
func (t translator) transLD4m4(i insn) { t.ldn(i, 4, false) }
func (t translator) transST1m1(i insn) { t.st1(i, 1, false) }
func (t translator) transST1m2(i insn) { t.st1(i, 2, false) }
func (t translator) transST1m3(i insn) { t.st1(i, 3, false) }
func (t translator) transST1m4(i insn) { t.st1(i, 4, false) }
func (t translator) transST2m2(i insn) { t.stn(i, 2, false) }
func (t translator) transST3m3(i insn) { t.stn(i, 3, false) }
func (t translator) transST4m4(i insn) { t.stn(i, 4, false) }

func (t translator) transLD1m1post(i insn) { t.ld1(i, 1, true) }
func (t translator) transLD1m2post(i insn) { t.ld1(i, 2, true) }
func (t translator) transLD1m3post(i insn) { t.ld1(i, 3, true) }
func (t translator) transLD1m4post(i insn) { t.ld1(i, 4, true) }
func (t translator) transLD2m2post(i insn) { t.ldn(i, 2, true) }
func (t translator) transLD3m3post(i insn) { t.ldn(i, 3, true) }
func (t translator) transLD4m4post(i insn) { t.ldn(i, 4, true) }
func (t translator) transST1m1post(i insn) { t.st1(i, 1, true) }
func (t translator) transST1m2post(i insn) { t.st1(i, 2, true) }
func (t translator) transST1m3post(i insn) { t.st1(i, 3, true) }
func (t translator) transST1m4post(i insn) { t.st1(i, 4, true) }
func (t translator) transST2m2post(i insn) { t.stn(i, 2, true) }
func (t translator) transST3m3post(i insn) { t.stn(i, 3, true) }
func (t translator) transST4m4post(i insn) { t.stn(i, 4, true) }

// lane is the lane number of a single-structure access: Q:S:size without the bits below the width.
func structLane(i insn, w ir.Width) uint8 {
	return uint8((i.q()<<3 | i.scaled()<<2 | i.elsize()) >> w)
}

// ldLane loads one lane of n registers; the other lanes stay.
func (t translator) ldLane(i insn, n int, w ir.Width, back bool) {
	var x [4]ir.Temp
	for k := range n {
		x[k] = t.b.Ld(w, t.vea(i.rn(), int64(k)<<w), 0)
	}
	for k := range n {
		r := t.reg(i, k)
		t.setV(r, t.b.VI(ir.VIns, w, 0, structLane(i, w), 0, t.v(r), x[k]))
	}
	if back {
		t.structBack(i, int64(n)<<w)
	}
}

func (t translator) stLane(i insn, n int, w ir.Width, back bool) {
	var x [4]ir.Temp
	for k := range n {
		x[k] = t.b.VGet(w, ir.W64, false, t.v(t.reg(i, k)), structLane(i, w))
	}
	for k := range n {
		t.b.St(w, t.vea(i.rn(), int64(k)<<w), x[k], 0)
	}
	if back {
		t.structBack(i, int64(n)<<w)
	}
}

// ldRep loads one structure and copies its elements to all lanes.
func (t translator) ldRep(i insn, n int, back bool) {
	f := multForm(i)
	var x [4]ir.Temp
	for k := range n {
		x[k] = t.b.Ld(f.w, t.vea(i.rn(), int64(k)<<f.w), 0)
	}
	for k := range n {
		t.put(f, t.reg(i, k), t.b.V(ir.VDup, f.w, 0, x[k]))
	}
	if back {
		t.structBack(i, int64(n)<<f.w)
	}
}

func (t translator) transLD1R(i insn)     { t.ldRep(i, 1, false) }
func (t translator) transLD2R(i insn)     { t.ldRep(i, 2, false) }
func (t translator) transLD3R(i insn)     { t.ldRep(i, 3, false) }
func (t translator) transLD4R(i insn)     { t.ldRep(i, 4, false) }
func (t translator) transLD1Rpost(i insn) { t.ldRep(i, 1, true) }
func (t translator) transLD2Rpost(i insn) { t.ldRep(i, 2, true) }
func (t translator) transLD3Rpost(i insn) { t.ldRep(i, 3, true) }
func (t translator) transLD4Rpost(i insn) { t.ldRep(i, 4, true) }

func (t translator) transLD1b(i insn)     { t.ldLane(i, 1, ir.W8, false) }
func (t translator) transLD1bpost(i insn) { t.ldLane(i, 1, ir.W8, true) }
func (t translator) transLD1h(i insn)     { t.ldLane(i, 1, ir.W16, false) }
func (t translator) transLD1hpost(i insn) { t.ldLane(i, 1, ir.W16, true) }
func (t translator) transLD1s(i insn)     { t.ldLane(i, 1, ir.W32, false) }
func (t translator) transLD1spost(i insn) { t.ldLane(i, 1, ir.W32, true) }
func (t translator) transLD1d(i insn)     { t.ldLane(i, 1, ir.W64, false) }
func (t translator) transLD1dpost(i insn) { t.ldLane(i, 1, ir.W64, true) }
func (t translator) transLD2b(i insn)     { t.ldLane(i, 2, ir.W8, false) }
func (t translator) transLD2bpost(i insn) { t.ldLane(i, 2, ir.W8, true) }
func (t translator) transLD2h(i insn)     { t.ldLane(i, 2, ir.W16, false) }
func (t translator) transLD2hpost(i insn) { t.ldLane(i, 2, ir.W16, true) }
func (t translator) transLD2s(i insn)     { t.ldLane(i, 2, ir.W32, false) }
func (t translator) transLD2spost(i insn) { t.ldLane(i, 2, ir.W32, true) }
func (t translator) transLD2d(i insn)     { t.ldLane(i, 2, ir.W64, false) }
func (t translator) transLD2dpost(i insn) { t.ldLane(i, 2, ir.W64, true) }
func (t translator) transLD3b(i insn)     { t.ldLane(i, 3, ir.W8, false) }
func (t translator) transLD3bpost(i insn) { t.ldLane(i, 3, ir.W8, true) }
func (t translator) transLD3h(i insn)     { t.ldLane(i, 3, ir.W16, false) }
func (t translator) transLD3hpost(i insn) { t.ldLane(i, 3, ir.W16, true) }
func (t translator) transLD3s(i insn)     { t.ldLane(i, 3, ir.W32, false) }
func (t translator) transLD3spost(i insn) { t.ldLane(i, 3, ir.W32, true) }
func (t translator) transLD3d(i insn)     { t.ldLane(i, 3, ir.W64, false) }
func (t translator) transLD3dpost(i insn) { t.ldLane(i, 3, ir.W64, true) }
func (t translator) transLD4b(i insn)     { t.ldLane(i, 4, ir.W8, false) }
func (t translator) transLD4bpost(i insn) { t.ldLane(i, 4, ir.W8, true) }
func (t translator) transLD4h(i insn)     { t.ldLane(i, 4, ir.W16, false) }
func (t translator) transLD4hpost(i insn) { t.ldLane(i, 4, ir.W16, true) }
func (t translator) transLD4s(i insn)     { t.ldLane(i, 4, ir.W32, false) }
func (t translator) transLD4spost(i insn) { t.ldLane(i, 4, ir.W32, true) }
func (t translator) transLD4d(i insn)     { t.ldLane(i, 4, ir.W64, false) }
func (t translator) transLD4dpost(i insn) { t.ldLane(i, 4, ir.W64, true) }

func (t translator) transST1b(i insn)     { t.stLane(i, 1, ir.W8, false) }
func (t translator) transST1bpost(i insn) { t.stLane(i, 1, ir.W8, true) }
func (t translator) transST1h(i insn)     { t.stLane(i, 1, ir.W16, false) }
func (t translator) transST1hpost(i insn) { t.stLane(i, 1, ir.W16, true) }
func (t translator) transST1s(i insn)     { t.stLane(i, 1, ir.W32, false) }
func (t translator) transST1spost(i insn) { t.stLane(i, 1, ir.W32, true) }
func (t translator) transST1d(i insn)     { t.stLane(i, 1, ir.W64, false) }
func (t translator) transST1dpost(i insn) { t.stLane(i, 1, ir.W64, true) }
func (t translator) transST2b(i insn)     { t.stLane(i, 2, ir.W8, false) }
func (t translator) transST2bpost(i insn) { t.stLane(i, 2, ir.W8, true) }
func (t translator) transST2h(i insn)     { t.stLane(i, 2, ir.W16, false) }
func (t translator) transST2hpost(i insn) { t.stLane(i, 2, ir.W16, true) }
func (t translator) transST2s(i insn)     { t.stLane(i, 2, ir.W32, false) }
func (t translator) transST2spost(i insn) { t.stLane(i, 2, ir.W32, true) }
func (t translator) transST2d(i insn)     { t.stLane(i, 2, ir.W64, false) }
func (t translator) transST2dpost(i insn) { t.stLane(i, 2, ir.W64, true) }
func (t translator) transST3b(i insn)     { t.stLane(i, 3, ir.W8, false) }
func (t translator) transST3bpost(i insn) { t.stLane(i, 3, ir.W8, true) }
func (t translator) transST3h(i insn)     { t.stLane(i, 3, ir.W16, false) }
func (t translator) transST3hpost(i insn) { t.stLane(i, 3, ir.W16, true) }
func (t translator) transST3s(i insn)     { t.stLane(i, 3, ir.W32, false) }
func (t translator) transST3spost(i insn) { t.stLane(i, 3, ir.W32, true) }
func (t translator) transST3d(i insn)     { t.stLane(i, 3, ir.W64, false) }
func (t translator) transST3dpost(i insn) { t.stLane(i, 3, ir.W64, true) }
func (t translator) transST4b(i insn)     { t.stLane(i, 4, ir.W8, false) }
func (t translator) transST4bpost(i insn) { t.stLane(i, 4, ir.W8, true) }
func (t translator) transST4h(i insn)     { t.stLane(i, 4, ir.W16, false) }
func (t translator) transST4hpost(i insn) { t.stLane(i, 4, ir.W16, true) }
func (t translator) transST4s(i insn)     { t.stLane(i, 4, ir.W32, false) }
func (t translator) transST4spost(i insn) { t.stLane(i, 4, ir.W32, true) }
func (t translator) transST4d(i insn)     { t.stLane(i, 4, ir.W64, false) }
func (t translator) transST4dpost(i insn) { t.stLane(i, 4, ir.W64, true) }
