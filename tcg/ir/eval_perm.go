package ir

// evalVecPerm evaluates the ops that move lanes.
func evalVecPerm(o *Op, in *[5]Val) (r Val) {
	w := o.W
	a, b := in[0], in[1]
	n := uint(16) >> w // lanes
	half, odd := uint(0), uint(0)
	if o.Attr&High != 0 {
		half, odd = n/2, 1
	}
	switch o.Code {
	case VDup:
		return lanes1(w, a, func(uint64) uint64 { return in[0].Lo })
	case VGet:
		r.Lo = a.Lane(w, uint(o.Aux)&(n-1))
		if o.Attr&Signed != 0 {
			r.Lo = ext(w, r.Lo, true) & o.D.Mask()
		}
	case VIns:
		return a.WithLane(w, uint(o.Aux)&(n-1), b.Lo)
	case VInsV:
		return a.WithLane(w, uint(o.Aux)&(n-1), b.Lane(w, uint(o.Imm)&(n-1)))
	case VLow:
		r.Lo = a.Lo & w.Mask()
	case VZip:
		for i := range n / 2 {
			r = r.WithLane(w, 2*i, a.Lane(w, half+i)).WithLane(w, 2*i+1, b.Lane(w, half+i))
		}
	case VUzp:
		for i := range n / 2 {
			r = r.WithLane(w, i, a.Lane(w, 2*i+odd)).WithLane(w, n/2+i, b.Lane(w, 2*i+odd))
		}
	case VTrn:
		for i := range n / 2 {
			r = r.WithLane(w, 2*i, a.Lane(w, 2*i+odd)).WithLane(w, 2*i+1, b.Lane(w, 2*i+odd))
		}
	case VShuf:
		r = a
		if w == W32 {
			half = 0
		}
		for i := range uint(4) {
			r = r.WithLane(w, half+i, a.Lane(w, half+uint(o.Imm>>(2*i)&3)))
		}
	case VShuf2:
		if w == W64 {
			return Val{a.Lane(w, uint(o.Imm&1)), b.Lane(w, uint(o.Imm>>1&1))}
		}
		for i := range uint(4) {
			src := a
			if i >= 2 {
				src = b
			}
			r = r.WithLane(w, i, src.Lane(w, uint(o.Imm>>(2*i)&3)))
		}
	case VExtr, VTbl, VPshufb:
		return evalBytePerm(o, in)
	case VMsk:
		for i := range n {
			r.Lo |= a.Lane(w, i) >> (w.Bits() - 1) << i
		}
	case VRev:
		per := uint(1) << (o.D - w) // lanes in a container
		for i := range n {
			r = r.WithLane(w, i, a.Lane(w, i^(per-1)))
		}
	}
	return r
}

// evalBytePerm evaluates the ops that move bytes by an index, of which those out of range are zero.
func evalBytePerm(o *Op, in *[5]Val) (r Val) {
	a, b := in[0], in[1]
	switch o.Code {
	case VExtr:
		for i := range uint(16) {
			switch p := uint(o.Imm) + i; {
			case p < 16:
				r = r.WithLane(W8, i, a.Lane(W8, p))
			case p < 32:
				r = r.WithLane(W8, i, b.Lane(W8, p-16))
			}
		}
	case VTbl:
		for i := range uint(16) {
			if x := uint(a.Lane(W8, i)); x < 16*uint(o.Aux) && x < 64 {
				r = r.WithLane(W8, i, in[1+x/16].Lane(W8, x&15))
			}
		}
	case VPshufb:
		for i := range uint(16) {
			if x := uint(b.Lane(W8, i)); x < 128 {
				r = r.WithLane(W8, i, a.Lane(W8, x&15))
			}
		}
	}
	return r
}
