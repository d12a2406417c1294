package ir

// Lane access to 128-bit values: little-endian lanes of 8 to 64 bits.

// Lane returns lane i of v, zero-extended; w is W8 to W64.
func (v Val) Lane(w Width, i uint) uint64 {
	per := 8 >> w
	if x := v.Lo; i < uint(per) {
		return x >> (i * w.Bits()) & w.Mask()
	}
	return v.Hi >> ((i - uint(per)) * w.Bits()) & w.Mask()
}

// WithLane returns v with lane i replaced by the low w bits of x.
func (v Val) WithLane(w Width, i uint, x uint64) Val {
	per := uint(8) >> w
	m := w.Mask()
	if i < per {
		s := i * w.Bits()
		v.Lo = v.Lo&^(m<<s) | x&m<<s
		return v
	}
	s := (i - per) * w.Bits()
	v.Hi = v.Hi&^(m<<s) | x&m<<s
	return v
}

// lanes1 applies f to each lane of a.
func lanes1(w Width, a Val, f func(x uint64) uint64) Val {
	var r Val
	m := w.Mask()
	for s := uint(0); s < 64; s += w.Bits() {
		r.Lo |= f(a.Lo>>s&m) & m << s
		r.Hi |= f(a.Hi>>s&m) & m << s
	}
	return r
}

// lanes2 applies f to each pair of lanes of a and b.
func lanes2(w Width, a, b Val, f func(x, y uint64) uint64) Val {
	var r Val
	m := w.Mask()
	for s := uint(0); s < 64; s += w.Bits() {
		r.Lo |= f(a.Lo>>s&m, b.Lo>>s&m) & m << s
		r.Hi |= f(a.Hi>>s&m, b.Hi>>s&m) & m << s
	}
	return r
}
