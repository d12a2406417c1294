package softfp

import (
	"math/bits"
	"sync"
)

// Wide numbers are finite or zero nums used with all 128 bits of significand, for the x87's
// transcendental functions. Their arithmetic truncates with a sticky lowest bit: relative errors are a few
// 2^-127, far below the 2^-64 of the results.

func wInt(v int64) num { return fromInt(uint64(v), 64, true, 0) }

func wNeg(a num) num {
	a.neg = !a.neg
	return a
}

func wAdd(a, b num) num {
	var e Env
	return e.addFinite(a, b)
}

func wMul(a, b num) num {
	if a.cls == zero || b.cls == zero {
		return num{neg: a.neg != b.neg}
	}
	h, m0 := bits.Mul64(a.hi, b.hi)
	m1h, m1l := bits.Mul64(a.hi, b.lo)
	m2h, m2l := bits.Mul64(a.lo, b.hi)
	l, _ := bits.Mul64(a.lo, b.lo)
	x, c1 := bits.Add64(m1l, m2l, 0)
	x, c2 := bits.Add64(x, l, 0)
	m0, c := bits.Add64(m0, m1h, c1)
	h += c
	m0, c = bits.Add64(m0, m2h, c2)
	h += c
	if x != 0 {
		m0 |= 1
	}
	r := num{cls: finite, neg: a.neg != b.neg, exp: a.exp + b.exp + 1, hi: h, lo: m0}
	r.norm()
	return r
}

// wDiv divides by a non-zero b: long division by b's high half, corrected by its low half.
func wDiv(a, b num) num {
	if a.cls == zero {
		return num{neg: a.neg != b.neg}
	}
	inv := wRecip(b)
	q := wMul(a, inv)
	// One correction: q += (a - q×b) × 1/b.
	return wAdd(q, wMul(wAdd(a, wNeg(wMul(q, b))), inv))
}

// wRecip returns 1/b to nearly 128 bits: 64 by division, the rest by a Newton step.
func wRecip(b num) num {
	var e Env
	one := num{cls: finite, hi: 1 << 63}
	r := e.div(one, num{cls: finite, neg: b.neg, exp: b.exp, hi: b.hi})
	return wMul(r, wAdd(wInt(2), wNeg(wMul(r, b))))
}

// horner evaluates c[0] + x×(c[1] + x×(...)).
func horner(x num, c []num) num {
	s := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		s = wAdd(c[i], wMul(x, s))
	}
	return s
}

// Constants.
var (
	wPi    = num{cls: finite, exp: 1, hi: 0xc90fdaa22168c234, lo: 0xc4c6628b80dc1cd1}
	wLn2   = num{cls: finite, exp: -1, hi: 0xb17217f7d1cf79ab, lo: 0xc9e3b39803f2f6af}
	wLog2E = num{cls: finite, exp: 0, hi: 0xb8aa3b295c17f0bb, lo: 0xbe87fed0691d3e88}
)

// Series coefficients, computed when they are first needed.
var (
	expCoef  = series{first: 1, step: 1, n: 30}                  // (e^y - 1)/y: 1/1!, 1/2! ...
	sinCoef  = series{first: 1, step: 2, n: 17, alternate: true} // sin(y)/y in y²
	cosCoef  = series{first: 0, step: 2, n: 17, alternate: true} // cos(y) in y²
	athCoef  = series{n: 26}                                     // atanh(t)/t in t²
	atanCoef = series{n: 16, alternate: true}                    // atan(t)/t in t², t at most 1/16
)

// series are coefficients, made when they are needed first: makeFactorials, or makeOdd if step is 0.
type series struct {
	first, step, n int64
	alternate      bool
	once           sync.Once
	c              []num
}

func (s *series) get() []num {
	s.once.Do(func() {
		if s.step == 0 {
			s.c = makeOdd(int(s.n), s.alternate)
		} else {
			s.c = makeFactorials(s.first, s.step, s.n, s.alternate)
		}
	})
	return s.c
}

// makeFactorials returns n coefficients 1/first!, 1/(first+step)! ..., of alternating sign if asked.
func makeFactorials(first, step, n int64, alternate bool) []num {
	c := make([]num, n)
	f := wInt(1)
	k := int64(0)
	for i := range c {
		for want := first + int64(i)*step; k < want; {
			k++
			f = wDiv(f, wInt(k))
		}
		c[i] = f
		c[i].neg = alternate && i&1 != 0
	}
	return c
}

// makeOdd returns 1, 1/3, 1/5 ...
func makeOdd(n int, alternate bool) []num {
	c := make([]num, n)
	for i := range c {
		c[i] = wDiv(wInt(1), wInt(int64(2*i+1)))
		c[i].neg = alternate && i&1 != 0
	}
	return c
}

var atanTab struct {
	once sync.Once
	tab  [9]num
}

// atanEighths returns atan(k/8).
func atanEighths(k int64) num {
	t := &atanTab
	t.once.Do(func() {
		long := makeOdd(26, true)
		for k := int64(1); k <= 8; k++ {
			// atan(k/8) = atan((k-1)/8) + atan(8/(64+k(k-1)))
			d := wDiv(wInt(8), wInt(64+k*(k-1)))
			t.tab[k] = wAdd(t.tab[k-1], wMul(d, horner(wMul(d, d), long)))
		}
	})
	return t.tab[k]
}

// wAtan returns atan(z) for z in [0, 1].
func wAtan(z num) num {
	if z.cls == zero {
		return z
	}
	k := int64(0)
	if z.exp >= -4 {
		eighths := z.hi >> 59 // z × 2^4 / 2^exp
		k = int64(eighths>>(0-z.exp)+1) >> 1
	}
	if k == 0 {
		return wMul(z, horner(wMul(z, z), atanCoef.get()))
	}
	c := wInt(k)
	c.exp -= 3
	d := wDiv(wAdd(z, wNeg(c)), wAdd(wInt(1), wMul(z, c)))
	if d.cls == zero {
		return atanEighths(k)
	}
	return wAdd(atanEighths(k), wMul(d, horner(wMul(d, d), atanCoef.get())))
}

// wLog2 returns log2(1+u) given u and m = 1+u, where m is in about [0.7, 1.42].
func wLog2(u num) num {
	t := wDiv(u, wAdd(u, wInt(2)))
	l := wMul(t, horner(wMul(t, t), athCoef.get()))
	l.exp++
	return wMul(l, wLog2E)
}

// twoOverPi is the fraction of 2/pi, most significant limb first.
var twoOverPi = [4]uint64{0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561}

// reduce returns |n| - k×pi/2, in [-pi/4, pi/4], and k mod 4, for |n| < 2^63.
func reduce(n num) (r num, k uint) {
	n.neg = false
	if n.exp < -1 { // less than 1/2
		return n, 0
	}
	// n × 2/pi as an integer limb and five of fraction.
	var p [6]uint64 // least significant first
	for i := 3; i >= 0; i-- {
		hi, lo := bits.Mul64(n.hi, twoOverPi[i])
		var c uint64
		p[3-i], c = bits.Add64(p[3-i], lo, 0)
		p[4-i] += hi + c
	}
	s := uint(n.exp + 1)
	for i := 5; s > 0 && i > 0; i-- {
		p[i] = p[i]<<s | p[i-1]>>(64-s)
	}
	p[0] <<= s
	k = uint(p[5] & 3)
	neg := p[4]>>63 != 0
	if neg {
		k = (k + 1) & 3
		c := uint64(1)
		for i := range 5 {
			p[i], c = bits.Add64(^p[i], 0, c)
		}
	}
	r = num{cls: finite, exp: -1}
	top := 4
	for top > 1 && p[top] == 0 {
		top--
		r.exp -= 64
	}
	z := uint(bits.LeadingZeros64(p[top]))
	r.hi, r.lo = p[top], p[top-1]
	if z > 0 {
		r.hi = r.hi<<z | r.lo>>(64-z)
		r.lo <<= z
		if top > 1 {
			r.lo |= p[top-2] >> (64 - z)
		}
	}
	r.exp -= int32(z)
	half := wPi
	half.exp--
	r = wMul(r, half)
	r.neg = neg
	return r, k
}
