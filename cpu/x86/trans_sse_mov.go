package x86

import "github.com/gotcg/gotcg/tcg/ir"

// vMov is the whole-register moves; r.attr is Aligned or 0. A load into or from a part of a register
// (MOVSS, MOVLPS ...) has functions of its own.
func vMov(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	switch {
	case d.Kind == ArgMem:
		t.vstore(d.Size, xmm(s.Reg), r.attr)
	case s.Kind == ArgMem:
		t.b.Set(xmm(d.Reg), t.vload(s.Size, r.attr))
	case d.Reg != s.Reg:
		t.b.MovTo(xmm(d.Reg), xmm(s.Reg))
	}
}

// vMovScalar is MOVSS and MOVSD: a load clears the rest of the register, a register move keeps it.
func vMovScalar(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	if d.Kind == ArgXMM && s.Kind == ArgXMM {
		t.b.Set(xmm(d.Reg), t.b.V(ir.VInsV, r.w, 0, xmm(d.Reg), xmm(s.Reg)))
		return
	}
	vMov(t, r)
}

// vMovHalf is MOVLPS, MOVLPD, MOVHLPS (aux: destination half) and MOVHPS, MOVHPD, MOVLHPS.
func vMovHalf(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	switch {
	case d.Kind == ArgMem && r.aux == 0:
		t.b.StV(ir.W64, t.ea(), xmm(s.Reg), 0)
	case d.Kind == ArgMem:
		t.b.St(ir.W64, t.ea(), t.b.VGet(ir.W64, ir.W64, false, xmm(s.Reg), 1), 0)
	case s.Kind == ArgMem:
		v := t.b.LdV(ir.W64, t.ea(), 0)
		t.b.Set(xmm(d.Reg), t.b.VI(ir.VInsV, ir.W64, 0, r.aux, 0, xmm(d.Reg), v))
	default:
		t.b.Set(xmm(d.Reg), t.b.VI(ir.VInsV, ir.W64, 0, r.aux, int64(1-r.aux), xmm(d.Reg), xmm(s.Reg)))
	}
}

// vMovQ is MOVQ between vector registers or memory: the upper half of an XMM destination is cleared.
func vMovQ(t *trans, _ *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	switch {
	case d.Kind == ArgMem && s.Kind == ArgMMX:
		t.b.St(ir.W64, t.ea(), t.mmget(s.Reg), 0)
		t.mmdone(-1)
	case d.Kind == ArgMem:
		t.b.StV(ir.W64, t.ea(), xmm(s.Reg), 0)
	case s.Kind == ArgMem && d.Kind == ArgMMX:
		t.mmset(d.Reg, t.b.Ld(ir.W64, t.ea(), 0))
	case s.Kind == ArgMem:
		t.b.Set(xmm(d.Reg), t.b.LdV(ir.W64, t.ea(), 0))
	case d.Kind == ArgMMX:
		t.mmset(d.Reg, t.mmget(s.Reg))
	default:
		t.b.Set(xmm(d.Reg), t.b.V(ir.VLow, ir.W64, 0, xmm(s.Reg)))
	}
}

// vMovD is MOVD and MOVQ between a general register or memory and a vector register.
func vMovD(t *trans, _ *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	switch {
	case d.Kind == ArgMMX:
		w := width(s.Size)
		if s.Kind == ArgMem {
			t.mmset(d.Reg, t.b.Ld(w, t.ea(), 0))
			return
		}
		t.mmset(d.Reg, t.b.Zext(w, ir.Temp(s.Reg)))
	case d.Kind == ArgXMM:
		w := width(s.Size)
		if s.Kind == ArgMem {
			t.b.Set(xmm(d.Reg), t.b.LdV(w, t.ea(), 0))
			return
		}
		t.b.Set(xmm(d.Reg), t.b.V(ir.VIns, w, 0, t.b.ConstV(0, 0), ir.Temp(s.Reg)))
	default:
		t.movDOut(d, s)
	}
}

func (t *trans) movDOut(d, s Arg) {
	w := width(d.Size)
	switch {
	case s.Kind == ArgMMX && d.Kind == ArgMem:
		t.b.St(w, t.ea(), t.mmget(s.Reg), 0)
	case s.Kind == ArgMMX:
		t.b.Set(ir.Temp(d.Reg), t.b.Zext(w, t.mmget(s.Reg)))
	case d.Kind == ArgMem:
		t.b.StV(w, t.ea(), xmm(s.Reg), 0)
	default:
		t.b.Set(ir.Temp(d.Reg), t.b.VGet(w, ir.W64, false, xmm(s.Reg), 0))
	}
	if s.Kind == ArgMMX {
		t.mmdone(-1)
	}
}

// vMovQ2DQ and vMovDQ2Q move between MMX and XMM registers.
func vMovQ2DQ(t *trans, _ *vrow) {
	t.b.Set(xmm(t.in.Args[0].Reg), t.mmread(t.in.Args[1].Reg))
	t.mmdone(-1)
}

func vMovDQ2Q(t *trans, _ *vrow) {
	t.mmwrite(t.in.Args[0].Reg, xmm(t.in.Args[1].Reg))
}

// vMovNTQ is MOVNTQ.
func vMovNTQ(t *trans, _ *vrow) {
	t.b.St(ir.W64, t.ea(), t.mmget(t.in.Args[1].Reg), 0)
	t.mmdone(-1)
}

// vDup is MOVSLDUP, MOVSHDUP and MOVDDUP: op(src, src).
func vDup(t *trans, r *vrow) {
	s := t.vread(&t.in.Args[1])
	t.b.Set(xmm(t.in.Args[0].Reg), t.b.V(r.op, r.w, r.attr, s, s))
}
