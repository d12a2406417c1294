package x86

import "github.com/gotcg/gotcg/tcg/ir"

// vrow says how an MMX or SSE mnemonic becomes IR: a function and what it is to emit. MMX and SSE
// forms of a mnemonic share the row; the operands' kinds tell them apart.
type vrow struct {
	fn   func(t *trans, r *vrow)
	op   ir.Opcode
	w    ir.Width
	attr ir.Attr
	aux  uint8
}

// vecRow returns the row of op, or nil.
func vecRow(op Op) *vrow {
	i := int(op)
	if i < len(vecMov) && vecMov[i].fn != nil {
		return &vecMov[i]
	}
	if i < len(vecInt) && vecInt[i].fn != nil {
		return &vecInt[i]
	}
	if i < len(vecFP) && vecFP[i].fn != nil {
		return &vecFP[i]
	}
	if i < len(vecSSE3) && vecSSE3[i].fn != nil {
		return &vecSSE3[i]
	}
	return nil
}

// transVec translates an instruction that has a vrow.
func transVec(t *trans) {
	r := vecRow(t.in.Op)
	r.fn(t, r)
}

// xmm returns the global of an XMM register.
func xmm(n uint8) ir.Temp { return tXMM0 + ir.Temp(n) }

// vread returns an operand as a vector: an XMM register, an MMX register zero-extended, or memory
// zero-extended. A 16-byte memory operand must be aligned (SDM vol. 2 2.4.3, legacy SSE).
func (t *trans) vread(a *Arg) ir.Temp {
	switch a.Kind {
	case ArgXMM:
		return xmm(a.Reg)
	case ArgMMX:
		return t.mmread(a.Reg)
	}
	return t.vload(a.Size, ir.Aligned)
}

// vload loads the memory operand; align applies to 16 bytes only.
func (t *trans) vload(size uint8, align ir.Attr) ir.Temp {
	w := width(size)
	if w != ir.W128 {
		align = 0
	}
	return t.b.LdV(w, t.ea(), align)
}

// vstore stores to the memory operand.
func (t *trans) vstore(size uint8, v ir.Temp, align ir.Attr) {
	w := width(size)
	if w != ir.W128 {
		align = 0
	}
	t.b.StV(w, t.ea(), v, align)
}

// vwrite assigns v to a register operand, whole; it is the last thing an instruction does.
func (t *trans) vwrite(a *Arg, v ir.Temp) {
	if a.Kind == ArgMMX {
		t.mmwrite(a.Reg, v)
		return
	}
	t.b.Set(xmm(a.Reg), v)
}

// vBin is dst = op(dst, src).
func vBin(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	a := t.vread(&d)
	b := t.vread(&s)
	t.vwrite(&d, t.b.VI(r.op, r.w, r.attr, r.aux, 0, a, b))
}

// vBinR is dst = op(src, dst): PANDN, and the compares that IR has one way round only.
func vBinR(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	a := t.vread(&d)
	b := t.vread(&s)
	t.vwrite(&d, t.b.VI(r.op, r.w, r.attr, r.aux, 0, b, a))
}

// vXor is vBin with the idiom for zero.
func vXor(t *trans, r *vrow) {
	if t.in.Args[0].Kind == ArgXMM && t.in.Args[0] == t.in.Args[1] {
		t.b.MovTo(xmm(t.in.Args[0].Reg), t.b.ConstV(0, 0))
		return
	}
	vBin(t, r)
}

// vEq is vBin with the idiom for all ones.
func vEq(t *trans, r *vrow) {
	if t.in.Args[0].Kind == ArgXMM && t.in.Args[0] == t.in.Args[1] {
		t.b.MovTo(xmm(t.in.Args[0].Reg), t.b.ConstV(^uint64(0), ^uint64(0)))
		return
	}
	vBin(t, r)
}

// vUn is dst = op(src).
func vUn(t *trans, r *vrow) {
	s := t.vread(&t.in.Args[1])
	t.vwrite(&t.in.Args[0], t.b.VI(r.op, r.w, r.attr, r.aux, 0, s))
}

// vUnImm is dst = op(src) with the immediate selector (PSHUFD, PSHUFW).
func vUnImm(t *trans, r *vrow) {
	s := t.vread(&t.in.Args[1])
	t.vwrite(&t.in.Args[0], t.b.VI(r.op, r.w, r.attr, r.aux, t.in.Imm&0xff, s))
}

// vShuf2 is SHUFPS and SHUFPD.
func vShuf2(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	sel := t.in.Imm & 0xff
	if r.w == ir.W64 {
		sel &= 3
	}
	t.vwrite(&d, t.b.VI(r.op, r.w, 0, 0, sel, xmm(d.Reg), s))
}

// vShift is the shifts: by an immediate, or by the low quadword of a register or memory. r.op is the
// op by immediate; the op by vector is its counterpart.
func vShift(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	a := t.vread(&d)
	if s.Kind == ArgImm {
		t.vwrite(&d, t.b.VI(r.op, r.w, 0, 0, t.in.Imm&0xff, a))
		return
	}
	op := map1Shift(r.op)
	n := t.vread(&s)
	t.vwrite(&d, t.b.VI(op, r.w, 0, 0, 0, a, n))
}

func map1Shift(op ir.Opcode) ir.Opcode {
	switch op {
	case ir.VShlI:
		return ir.VShlS
	case ir.VShrI:
		return ir.VShrS
	}
	return ir.VSarS
}

// vByteShift is PSLLDQ and PSRLDQ (aux 1).
func vByteShift(t *trans, r *vrow) {
	d := xmm(t.in.Args[0].Reg)
	zero := t.b.ConstV(0, 0)
	n := t.in.Imm & 0xff
	switch {
	case n == 0:
	case n > 15:
		t.b.MovTo(d, zero)
	case r.aux == 1:
		t.b.Set(d, t.b.VI(ir.VExtr, 0, 0, 0, n, d, zero))
	default:
		t.b.Set(d, t.b.VI(ir.VExtr, 0, 0, 0, 16-n, zero, d))
	}
}

// vPack is the packs; the MMX form packs both registers side by side.
func vPack(t *trans, r *vrow) {
	d := t.in.Args[0]
	a := t.vread(&d)
	s := t.vread(&t.in.Args[1])
	if d.Kind == ArgMMX {
		a = t.vpair(a, s)
		s = a
	}
	t.vwrite(&d, t.b.V(r.op, r.w, r.attr, a, s))
}

// vpair returns lo's low quadword below hi's.
func (t *trans) vpair(lo, hi ir.Temp) ir.Temp { return t.b.V(ir.VZip, ir.W64, 0, lo, hi) }

// vUnpackH is PUNPCKH*; the MMX form is the upper half of interleaving the low quadwords.
func vUnpackH(t *trans, r *vrow) {
	d := t.in.Args[0]
	a := t.vread(&d)
	s := t.vread(&t.in.Args[1])
	if d.Kind != ArgMMX {
		t.vwrite(&d, t.b.V(ir.VZip, r.w, ir.High, a, s))
		return
	}
	z := t.b.V(ir.VZip, r.w, 0, a, s)
	t.vwrite(&d, t.b.VI(ir.VInsV, ir.W64, 0, 0, 1, z, z))
}

// vMask is MOVMSKPS, MOVMSKPD and PMOVMSKB.
func vMask(t *trans, r *vrow) {
	s := t.in.Args[1]
	m := t.b.Op1(ir.VMsk, r.w, t.vread(&s))
	t.b.Set(ir.Temp(t.in.Args[0].Reg), m)
	if s.Kind == ArgMMX {
		t.mmdone(-1)
	}
}

// vInsert is PINSRB, PINSRW, PINSRD and PINSRQ.
func vInsert(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	a := t.vread(&d)
	w := r.w
	if t.in.Op == PINSRD {
		w = width(s.Size)
	}
	var v ir.Temp
	if s.Kind == ArgMem {
		v = t.b.Ld(w, t.ea(), 0)
	} else {
		v = ir.Temp(s.Reg)
	}
	t.vwrite(&d, t.b.VI(ir.VIns, w, 0, t.lane(&d, w), 0, a, v))
}

// lane returns the immediate as a lane number of w in a register of a's kind.
func (t *trans) lane(a *Arg, w ir.Width) uint8 {
	n := uint8(16) >> w
	if a.Kind == ArgMMX {
		n = 8 >> w
	}
	return uint8(t.in.Imm) & (n - 1)
}

// vExtract is PEXTRB, PEXTRW, PEXTRD, PEXTRQ and EXTRACTPS.
func vExtract(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	w := r.w
	if t.in.Op == PEXTRD {
		w = width(d.Size)
	}
	v := t.b.VGet(w, ir.W64, false, t.vread(&s), t.lane(&s, w))
	if d.Kind == ArgMem {
		t.b.St(w, t.ea(), v, 0)
		return
	}
	t.b.Set(ir.Temp(d.Reg), v)
	if s.Kind == ArgMMX {
		t.mmdone(-1)
	}
}

// vMaskMove is MASKMOVDQU and MASKMOVQ: the bytes whose mask byte has its top bit set go to DS:rDI. Each
// is a store of its own, so that bytes not selected are not touched.
func vMaskMove(t *trans, _ *vrow) {
	src, mask := t.in.Args[0], t.in.Args[1]
	v := t.vread(&src)
	m := t.b.Op1(ir.VMsk, ir.W8, t.vread(&mask))
	n := uint8(16)
	if src.Kind == ArgMMX {
		n = 8
	}
	ea := ir.EA{Base: ir.Temp(RDI), Index: t.segBase()}
	if t.in.AddrSize == 4 {
		ea.Base = t.b.Zext(ir.W32, ea.Base)
	}
	for i := range n {
		skip := t.b.NewLabel()
		t.b.BrC(ir.W64, ir.TSTEQ, m, t.b.Const(1<<i), skip)
		e := ea
		e.Disp = int32(i)
		t.b.St(ir.W8, e, t.b.VGet(ir.W8, ir.W64, false, v, i), 0)
		t.b.SetLabel(skip)
	}
	if src.Kind == ArgMMX {
		t.mmdone(-1)
	}
}
