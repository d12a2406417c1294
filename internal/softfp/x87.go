package softfp

import "math/bits"

// Widen80 converts a memory operand of x87 arithmetic to F80 without quieting or flags; denorm
// tells that it was a denormal, which the operation must report (see MemDenormal).
func Widen80(f Format, v uint64) (x F80, denorm bool) {
	e := Env{Rules: X87}
	n := e.unpackFlush(f, v, false)
	return e.pack80(n, 64), n.denorm
}

// MemDenormal raises Denormal for an operation whose memory operand was a denormal, unless a NaN or a
// higher exception took precedence; other is the other operand.
func (e *Env) MemDenormal(denorm bool, other F80) {
	if denorm && e.Flags&(Invalid|DivZero) == 0 && !e.unpack80(other).isNaN() {
		e.raise(Denormal)
	}
}

// Class80 is what FXAM says of a register that is not empty.
type Class80 uint8

// Classes of F80 values.
const (
	Unsupported80 Class80 = iota
	NaN80
	Normal80
	Infinity80
	Zero80
	Denormal80
)

// Classify80 returns v's class.
func Classify80(v F80) Class80 {
	var e Env
	n := e.unpack80(v)
	switch {
	case n.cls == unsupported:
		return Unsupported80
	case n.isNaN():
		return NaN80
	case n.cls == infinity:
		return Infinity80
	case n.cls == zero:
		return Zero80
	case n.denorm:
		return Denormal80
	}
	return Normal80
}

// Extract80 splits a into an exponent, as a value, and a significand in [1,2) (FXTRACT).
func (e *Env) Extract80(a F80) (exp, sig F80) {
	n := e.unpack80(a)
	switch {
	case n.isNaN():
		r := packNum80(e.nan1(n))
		return r, r
	case n.cls == infinity:
		return packNum80(num{cls: infinity}), a
	case n.cls == zero:
		e.raise(DivZero)
		return packNum80(num{cls: infinity, neg: true}), a
	}
	e.operands(n, n)
	exp = FromInt80(int64(n.exp))
	n.exp = 0
	return exp, e.pack80(n, 64)
}

// Scale80 returns a × 2^trunc(b) (FSCALE).
func (e *Env) Scale80(a, b F80) F80 {
	na, nb := e.unpack80(a), e.unpack80(b)
	if na.isNaN() || nb.isNaN() {
		return packNum80(e.nan2(na, nb))
	}
	if nb.cls == infinity && (na.cls == zero && !nb.neg || na.cls == infinity && nb.neg) {
		return packNum80(e.invalid())
	}
	e.operands(na, nb)
	switch {
	case na.cls != finite:
		return packNum80(na)
	case nb.cls == infinity && nb.neg:
		return packNum80(num{neg: na.neg})
	case nb.cls == infinity:
		return packNum80(num{cls: infinity, neg: na.neg})
	case nb.cls == finite && nb.exp >= 0:
		by := int32(0x10000)
		if nb.exp < 16 {
			by = int32(nb.hi >> (63 - nb.exp))
		}
		if nb.neg {
			by = -by
		}
		na.exp += by
	}
	return e.pack80(na, 64)
}

// Rem80 is FPREM, or with nearest FPREM1: the remainder of a / b, the quotient's low bits, and
// partial when only a part of the reduction was done because the exponents differ by 64 or more.
func (e *Env) Rem80(a, b F80, nearest bool) (r F80, quo uint64, partial bool) {
	na, nb := e.unpack80(a), e.unpack80(b)
	if na.isNaN() || nb.isNaN() {
		return packNum80(e.nan2(na, nb)), 0, false
	}
	if na.cls == infinity || nb.cls == zero {
		return packNum80(e.invalid()), 0, false
	}
	e.operands(na, nb)
	if na.cls == zero || nb.cls == infinity {
		return e.pack80(na, 64), 0, false
	}
	d := na.exp - nb.exp
	out := num{cls: finite, neg: na.neg, exp: nb.exp}
	switch {
	case d < -1 || d == -1 && !nearest:
		return e.pack80(na, 64), 0, false
	case d == -1:
		// a < b: the quotient is 1 when a is more than half of b, and then the remainder is a-b.
		if na.hi <= nb.hi {
			return e.pack80(na, 64), 0, false
		}
		out.neg = !na.neg
		out.hi, out.lo = bits.Sub64(nb.hi, na.hi>>1, 0)
		if na.hi&1 != 0 {
			out.hi--
			out.lo = 1 << 63
		} else {
			out.lo = 0
		}
		out.norm()
		return e.pack80(out, 64), 1, false
	case d >= 64:
		n := d&31 | 32
		partial = true
		out.exp += d - n
		d = n
	}
	var hi uint64
	if d > 0 {
		hi = na.hi >> (64 - d)
	}
	var rem uint64
	quo, rem = bits.Div64(hi, na.hi<<d, nb.hi)
	if nearest && !partial {
		if twice := rem << 1; rem>>63 != 0 || twice > nb.hi || twice == nb.hi && quo&1 != 0 {
			rem = nb.hi - rem
			quo++
			out.neg = !out.neg
		}
	}
	if rem == 0 {
		return packNum80(num{neg: na.neg}), quo, partial
	}
	out.hi = rem
	out.norm()
	return e.pack80(out, 64), quo, partial
}

// ToBCD80 rounds a to 18 decimal digits and a sign byte (FBSTP). SDM vol. 1 4.7.
func (e *Env) ToBCD80(a F80) (lo uint64, hi uint16) {
	const limit = 999999999999999999
	was := e.Flags
	v := int64(e.toInt(e.unpack80(a), 64, true, 0, e.Round))
	if v > limit || v < -limit {
		e.Flags = was | Invalid
		return 0xc000000000000000, 0xffff
	}
	if a.SE>>15 != 0 {
		hi = 0x8000
		v = -v
	}
	for i := range 18 {
		d := uint64(v % 10)
		v /= 10
		if i < 16 {
			lo |= d << (4 * i)
		} else {
			hi |= uint16(d) << (4 * (i - 16))
		}
	}
	return lo, hi
}

// FromBCD80 is FBLD.
func FromBCD80(lo uint64, hi uint16) F80 {
	var v int64
	for i := 17; i >= 0; i-- {
		d := lo >> (4 * (i & 15)) & 15
		if i >= 16 {
			d = uint64(hi>>(4*(i-16))) & 15
		}
		v = v*10 + int64(d)
	}
	x := FromInt80(v)
	x.SE |= hi & 0x8000
	return x
}

// Const80 returns one of the constants FLD1 FLDL2T FLDL2E FLDPI FLDLG2 FLDLN2 FLDZ, by number,
// rounded as e says (the precision control has no say).
func (e *Env) Const80(i int) F80 {
	// The significand's 64 bits and the exact value's next bits, which decide directed rounding.
	tab := [...]struct {
		exp      int32
		sig, low uint64
	}{
		{0, 1 << 63, 0},
		{1, 0xd49a784bcd1b8afe, 0x492bf6ff4dafdb4c},  // log2 10
		{0, 0xb8aa3b295c17f0bb, 0xbe87fed0691d3e88},  // log2 e
		{1, 0xc90fdaa22168c234, 0xc4c6628b80dc1cd1},  // pi
		{-2, 0x9a209a84fbcff798, 0x8f8959ac0b7c9178}, // log10 2
		{-1, 0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af}, // ln 2
	}
	if i >= len(tab) {
		return F80{}
	}
	c := tab[i]
	q := *e
	return q.pack80(num{cls: finite, exp: c.exp, hi: c.sig, lo: c.low}, 64)
}
