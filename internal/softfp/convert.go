package softfp

import "math/bits"

// Convert changes v's format, rounding when it narrows.
func (e *Env) Convert(from, to Format, v uint64) uint64 {
	if e.AHP && (from == F16 || to == F16) {
		return e.convertAHP(from, to, v)
	}
	n := e.unpackFlush(from, v, e.DAZ && from != F16)
	return e.packFlush(to, e.convert(n), e.FTZ && to != F16)
}

func (e *Env) convert(n num) num {
	if n.isNaN() {
		return e.nan1(n)
	}
	e.operands(n, n)
	return n
}

// convertAHP converts from or to Arm's alternative half precision, whose top exponent is an
// ordinary one. Arm ARM FPConvert, FPRoundCV.
func (e *Env) convertAHP(from, to Format, v uint64) uint64 {
	if from == F16 {
		n := e.unpackFlush(F16, v, false)
		if n.cls >= infinity {
			n.cls, n.exp, n.hi = finite, 16, 1<<63|v&0x3ff<<53
		}
		if to == F16 {
			return v
		}
		return e.packFlush(to, n, e.FTZ)
	}
	n := e.unpack(from, v)
	sign := v >> (from.Bits() - 1) << 15
	switch {
	case n.isNaN():
		e.raise(Invalid)
		return sign
	case n.cls == infinity:
		e.raise(Invalid)
		return sign | 0x7fff
	case n.cls == zero:
		return sign
	}
	p := info{11, 5, -14, 16}
	was := e.Flags
	e.Flags = 0
	be, sig := e.finish(&p, p.prec, n, false)
	if e.Flags&Overflow != 0 {
		e.Flags = was | Invalid
		return sign | 0x7fff
	}
	e.Flags |= was
	if n.exp >= p.emin {
		be-- // finish biases by emax, here one more than the bias
	}
	return sign | uint64(be)<<10 | sig<<1>>54
}

// RoundInt rounds v to an integral value in its own format, in mode r. With exact set a changed value
// raises Inexact (FRINTX, ROUNDPS without the suppress bit).
func (e *Env) RoundInt(f Format, v uint64, r Round, exact bool) uint64 {
	n := e.unpack(f, v)
	if n.isNaN() {
		return packNum(f, e.nan1(n))
	}
	return e.packFlush(f, e.roundInt(n, r, exact), false)
}

func (e *Env) roundInt(n num, r Round, exact bool) num {
	e.RoundedUp = false
	if n.cls != finite || n.exp >= 127 {
		return n
	}
	mag, inexact, up := roundMag(n, r)
	if inexact && exact {
		e.raise(Inexact)
	}
	e.RoundedUp = up
	if mag.hi|mag.lo == 0 {
		return num{neg: n.neg}
	}
	out := num{cls: finite, neg: n.neg, exp: 127, hi: mag.hi, lo: mag.lo}
	out.norm()
	return out
}

type u128 struct{ hi, lo uint64 }

// roundMag rounds the magnitude of a finite n with exp < 127 to an integer.
func roundMag(n num, r Round) (mag u128, inexact, up bool) {
	if n.exp < -1 {
		up = r == Up && !n.neg || r == Down && n.neg || r == ToOdd
		if up {
			mag.lo = 1
		}
		return mag, true, up
	}
	// Split into an integer and a fraction: shift right by 127-exp, 1..128.
	s := uint(127 - n.exp)
	var frac u128 // top-aligned
	if s >= 64 {
		if s < 128 {
			mag.lo = n.hi >> (s - 64)
		}
		frac = shl(u128{n.hi, n.lo}, 128-s)
	} else {
		mag = u128{n.hi >> s, n.hi<<(64-s) | n.lo>>s}
		frac = u128{n.lo << (64 - s), 0}
	}
	if frac.hi|frac.lo == 0 {
		return mag, false, false
	}
	const half = 1 << 63
	switch r {
	case NearEven:
		up = frac.hi > half || frac.hi == half && (frac.lo != 0 || mag.lo&1 != 0)
	case NearAway:
		up = frac.hi >= half
	case Down:
		up = n.neg
	case Up:
		up = !n.neg
	case ToOdd:
		up = mag.lo&1 == 0
	}
	if up {
		var c uint64
		mag.lo, c = bits.Add64(mag.lo, 1, 0)
		mag.hi += c
	}
	return mag, true, up
}

func shl(v u128, n uint) u128 {
	if n >= 64 {
		return u128{v.lo << (n - 64), 0}
	}
	if n == 0 {
		return v
	}
	return u128{v.hi<<n | v.lo>>(64-n), v.lo << n}
}

// ToInt converts v × 2^fbits to an integer of width bits (8 to 64), rounding in mode r, and returns it
// in the low width bits. What does not fit raises Invalid and becomes x86's integer indefinite
// (1<<(width-1); all ones if unsigned), or with Arm rules the nearest integer that fits, NaN being 0.
func (e *Env) ToInt(f Format, v uint64, width uint, signed bool, fbits int, r Round) uint64 {
	return e.toInt(e.unpack(f, v), width, signed, fbits, r)
}

func (e *Env) toInt(n num, width uint, signed bool, fbits int, r Round) uint64 {
	e.RoundedUp = false
	switch {
	case n.isNaN():
		return e.badInt(width, signed, false, true)
	case n.cls == infinity:
		return e.badInt(width, signed, n.neg, false)
	case n.cls == zero:
		return 0
	}
	n.exp += int32(fbits)
	if n.exp > 66 {
		return e.badInt(width, signed, n.neg, false)
	}
	mag, inexact, up := roundMag(n, r)
	limit := uint64(1)<<(width-1) - 1 // greatest magnitude that fits
	switch {
	case signed && n.neg:
		limit++
	case !signed && n.neg:
		limit = 0
	case !signed:
		limit = limit<<1 | 1
	}
	if mag.hi != 0 || mag.lo > limit {
		return e.badInt(width, signed, n.neg, false)
	}
	if inexact {
		e.raise(Inexact)
	}
	e.RoundedUp = up
	out := mag.lo
	if n.neg {
		out = -out
	}
	return out & (1<<(width-1)<<1 - 1)
}

func (e *Env) badInt(width uint, signed, neg, nan bool) uint64 {
	e.raise(Invalid)
	top := uint64(1) << (width - 1)
	all := top<<1 - 1
	switch {
	case e.Rules != Arm && signed:
		return top
	case e.Rules != Arm:
		return all
	case nan || neg && !signed:
		return 0
	case neg:
		return top
	case signed:
		return top - 1
	}
	return all
}

// FromInt converts the integer in v's low width bits, divided by 2^fbits, to format f.
func (e *Env) FromInt(f Format, v uint64, width uint, signed bool, fbits int) uint64 {
	return e.pack(f, fromInt(v, width, signed, fbits))
}

func fromInt(v uint64, width uint, signed bool, fbits int) num {
	v <<= 64 - width
	n := num{cls: finite, exp: int32(width) - 1 - int32(fbits)}
	if signed && v>>63 != 0 {
		n.neg, v = true, -v
	}
	if v == 0 {
		return num{}
	}
	n.hi = v
	n.norm()
	return n
}
