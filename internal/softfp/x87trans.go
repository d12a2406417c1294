package softfp

// The x87's transcendental functions, to nearly correct rounding: they are computed to more than 100 bits and
// then rounded to 64 by the rounding mode, whatever the precision control. Processors may differ from
// this in the last place. Arguments of the trigonometric ones are reduced by pi to 256 bits, where
// processors use 66 or more. SDM vol. 1 8.3.10.

func (n num) isOne() bool { return n.cls == finite && n.exp == 0 && n.hi == 1<<63 && n.lo == 0 }

func (e *Env) inexact80(n num) F80 {
	n.lo |= 1 // the functions are never exact but for what is handled apart
	return e.pack80(n, 64)
}

// TwoXM1 returns 2^a - 1 for a in [-1, 1]; beyond, where the processor's result is undefined, a itself (F2XM1).
func (e *Env) TwoXM1(a F80) F80 {
	n := e.unpack80(a)
	switch {
	case n.isNaN():
		return packNum80(e.nan1(n))
	case n.cls == zero:
		return a
	case n.cls == infinity && n.neg:
		return F80{1 << 63, 0xbfff}
	case n.cls == infinity:
		return a
	}
	e.operands(n, n)
	if n.exp > 0 || n.exp == 0 && !n.isOne() {
		e.raise(Inexact)
		return a
	}
	if n.isOne() {
		e.raise(Inexact) // as processors do, though it is exact
		if n.neg {
			n.exp = -1
		}
		return e.pack80(n, 64)
	}
	y := wMul(n, wLn2)
	return e.inexact80(wMul(y, horner(y, expCoef.get())))
}

// YL2X returns y × log2(x) (FYL2X).
func (e *Env) YL2X(y, x F80) F80 {
	ny, nx := e.unpack80(y), e.unpack80(x)
	if ny.isNaN() || nx.isNaN() {
		return packNum80(e.nan2(nx, ny))
	}
	switch {
	case nx.cls != zero && nx.neg,
		nx.cls == zero && ny.cls == zero,
		nx.cls == infinity && ny.cls == zero,
		nx.isOne() && ny.cls == infinity:
		return packNum80(e.invalid())
	case nx.cls == zero:
		if ny.cls == finite {
			e.raise(DivZero)
		}
		return packNum80(num{cls: infinity, neg: !ny.neg})
	}
	e.operands(nx, ny)
	switch {
	case nx.cls == infinity:
		return packNum80(num{cls: infinity, neg: ny.neg})
	case ny.cls == infinity:
		return packNum80(num{cls: infinity, neg: ny.neg != (nx.exp < 0)})
	case nx.isOne():
		return packNum80(num{neg: ny.neg})
	case ny.cls == zero:
		return packNum80(num{neg: ny.neg != (nx.exp < 0)})
	}
	// x = m × 2^k with m in [1/sqrt2, sqrt2).
	k := int64(nx.exp)
	m := nx
	m.exp = 0
	if m.hi > 0xb504f333f9de6484 {
		m.exp = -1
		k++
	}
	if nx.hi == 1<<63 { // a power of two: exact, but processors say otherwise
		r := e.pack80(mulExact(ny, wInt(k)), 64)
		e.raise(Inexact)
		if r.SE&0x7fff == 0 {
			e.raise(Underflow)
		}
		return r
	}
	l := wAdd(wInt(k), wLog2(wAdd(m, wInt(-1))))
	return e.inexact80(wMul(l, ny))
}

// YL2XP1 returns y × log2(x+1) (FYL2XP1); x should be within 1 - sqrt(1/2) of 0.
func (e *Env) YL2XP1(y, x F80) F80 {
	ny, nx := e.unpack80(y), e.unpack80(x)
	if ny.isNaN() || nx.isNaN() {
		return packNum80(e.nan2(nx, ny))
	}
	neg := ny.neg != nx.neg
	switch {
	case nx.cls == zero && ny.cls == infinity,
		nx.cls == infinity && ny.cls == zero,
		nx.cls == infinity && nx.neg:
		return packNum80(e.invalid())
	}
	e.operands(nx, ny)
	switch {
	case nx.cls == infinity || ny.cls == infinity:
		return packNum80(num{cls: infinity, neg: neg})
	case nx.cls == zero || ny.cls == zero:
		return packNum80(num{neg: neg})
	}
	if nx.exp >= -1 { // outside the specified range
		m := wAdd(nx, wInt(1))
		if m.cls == zero || m.neg {
			e.raise(Inexact)
			return x
		}
		k := int64(m.exp)
		m.exp = 0
		return e.inexact80(wMul(wAdd(wInt(k), wLog2(wAdd(m, wInt(-1)))), ny))
	}
	return e.inexact80(wMul(wLog2(nx), ny))
}

// Patan returns the angle of the point (x, y), in [-pi, pi] (FPATAN).
func (e *Env) Patan(y, x F80) F80 {
	ny, nx := e.unpack80(y), e.unpack80(x)
	if ny.isNaN() || nx.isNaN() {
		return packNum80(e.nan2(nx, ny))
	}
	e.operands(nx, ny)
	neg := ny.neg
	ny.neg = false
	left := nx.neg
	nx.neg = false
	quarter := wPi // pi/4
	quarter.exp -= 2
	var r num
	switch {
	case ny.cls == zero && !left, nx.cls == infinity && ny.cls != infinity && !left:
		return packNum80(num{neg: neg})
	case ny.cls == zero, nx.cls == infinity && ny.cls != infinity:
		r = wPi
	case ny.cls == infinity && nx.cls == infinity:
		r = quarter
		if left {
			r = wMul(quarter, wInt(3))
		}
	case ny.cls == infinity || nx.cls == zero:
		r = quarter
		r.exp++
	default:
		r = atan2(ny, nx)
		if left {
			r = wAdd(wPi, wNeg(r))
		}
	}
	r.neg = neg
	return e.inexact80(r)
}

// atan2 is the angle of (x, y) in the first quadrant.
func atan2(y, x num) num {
	if order(y, x) == Greater {
		half := wPi
		half.exp--
		return wAdd(half, wNeg(wAtan(wDiv(x, y))))
	}
	return wAtan(wDiv(y, x))
}

// sinCos returns the sine and cosine of a finite non-zero n below 2^63.
func sinCos(n num) (s, c num) {
	r, k := reduce(n)
	r2 := wMul(r, r)
	s = wMul(r, horner(r2, sinCoef.get()))
	c = horner(r2, cosCoef.get())
	switch k {
	case 1:
		s, c = c, wNeg(s)
	case 2:
		s, c = wNeg(s), wNeg(c)
	case 3:
		s, c = wNeg(c), s
	}
	if n.neg {
		s.neg = !s.neg
	}
	return s, c
}

// trig handles what is no finite non-zero argument in range; done tells that r is the result.
func (e *Env) trig(a F80) (n num, r F80, done, ok bool) {
	n = e.unpack80(a)
	switch {
	case n.isNaN():
		return n, packNum80(e.nan1(n)), true, true
	case n.cls == infinity:
		return n, packNum80(e.invalid()), true, true
	case n.cls == finite && n.exp >= 63:
		return n, a, true, false
	}
	e.operands(n, n)
	return n, a, n.cls == zero, true
}

// Sin80 returns the sine of a; ok false: a is out of range and the result is a (FSIN).
func (e *Env) Sin80(a F80) (r F80, ok bool) {
	n, r, done, ok := e.trig(a)
	if done {
		return r, ok
	}
	s, _ := sinCos(n)
	return e.inexact80(s), true
}

// Cos80 returns the cosine of a (FCOS).
func (e *Env) Cos80(a F80) (r F80, ok bool) {
	n, r, done, ok := e.trig(a)
	if done {
		if n.cls == zero {
			return F80{1 << 63, 0x3fff}, true
		}
		return r, ok
	}
	_, c := sinCos(n)
	return e.inexact80(c), true
}

// SinCos80 returns both (FSINCOS).
func (e *Env) SinCos80(a F80) (s, c F80, ok bool) {
	n, r, done, ok := e.trig(a)
	if done {
		if n.cls == zero {
			return r, F80{1 << 63, 0x3fff}, true
		}
		return r, r, ok
	}
	ns, nc := sinCos(n)
	return e.inexact80(ns), e.inexact80(nc), true
}

// Tan80 returns the tangent of a (FPTAN).
func (e *Env) Tan80(a F80) (r F80, ok bool) {
	n, r, done, ok := e.trig(a)
	if done {
		return r, ok
	}
	if n.exp < -70 { // just above n
		return e.inexact80(n), true
	}
	s, c := sinCos(n)
	return e.inexact80(wDiv(s, c)), true
}
