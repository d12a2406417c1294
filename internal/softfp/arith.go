package softfp

import (
	"math"
	"math/bits"
)

// Add returns a + b in format f.
func (e *Env) Add(f Format, a, b uint64) uint64 {
	return e.pack(f, e.add(e.unpack(f, a), e.unpack(f, b), false))
}

// Sub returns a - b in format f. A NaN operand b keeps its sign.
func (e *Env) Sub(f Format, a, b uint64) uint64 {
	return e.pack(f, e.add(e.unpack(f, a), e.unpack(f, b), true))
}

// Mul returns a × b in format f.
func (e *Env) Mul(f Format, a, b uint64) uint64 {
	return e.pack(f, e.mul(e.unpack(f, a), e.unpack(f, b)))
}

// Div returns a / b in format f.
func (e *Env) Div(f Format, a, b uint64) uint64 {
	return e.pack(f, e.div(e.unpack(f, a), e.unpack(f, b)))
}

// Sqrt returns the square root of a in format f.
func (e *Env) Sqrt(f Format, a uint64) uint64 {
	return e.pack(f, e.sqrt(e.unpack(f, a)))
}

// MulAdd returns a × b + c rounded once, in format f. Negate operands for the other fused forms
// (Arm negates before it looks for NaNs; x86 negates the sign of non-NaNs only: see NegNum).
func (e *Env) MulAdd(f Format, a, b, c uint64) uint64 {
	return e.pack(f, e.mulAdd(e.unpack(f, a), e.unpack(f, b), e.unpack(f, c)))
}

// NegNum returns v with its sign flipped unless v is a NaN.
func NegNum(f Format, v uint64) uint64 {
	p := &infos[f]
	if v&(f.SignBit()-1) > (1<<p.expBits-1)<<(p.prec-1) {
		return v
	}
	return v ^ f.SignBit()
}

func (e *Env) add(a, b num, sub bool) num {
	if a.isNaN() || b.isNaN() {
		return e.nan2(a, b)
	}
	b.neg = b.neg != sub
	if a.cls == infinity && b.cls == infinity && a.neg != b.neg {
		return e.invalid()
	}
	e.operands(a, b)
	if a.cls == infinity {
		return a
	}
	if b.cls == infinity {
		return b
	}
	return e.addFinite(a, b)
}

// addFinite adds two zeros or finite numbers of any signs.
func (e *Env) addFinite(a, b num) num {
	if a.cls == zero && b.cls == zero {
		if a.neg != b.neg {
			a.neg = e.Round == Down
		}
		return a
	}
	if a.cls == zero {
		return b
	}
	if b.cls == zero {
		return a
	}
	if a.exp < b.exp || a.exp == b.exp && (a.hi < b.hi || a.hi == b.hi && a.lo < b.lo) {
		a, b = b, a
	}
	bhi, blo := shrJam(b.hi, b.lo, uint(a.exp-b.exp)+1)
	r := num{cls: finite, neg: a.neg, exp: a.exp + 1}
	ahi, alo := shrJam(a.hi, a.lo, 1)
	var c uint64
	if a.neg == b.neg {
		r.lo, c = bits.Add64(alo, blo, 0)
		r.hi, _ = bits.Add64(ahi, bhi, c)
	} else {
		r.lo, c = bits.Sub64(alo, blo, 0)
		r.hi, _ = bits.Sub64(ahi, bhi, c)
		if r.hi|r.lo == 0 {
			return num{neg: e.Round == Down}
		}
	}
	r.norm()
	return r
}

func (e *Env) mul(a, b num) num {
	if a.isNaN() || b.isNaN() {
		return e.nan2(a, b)
	}
	if a.cls == infinity && b.cls == zero || a.cls == zero && b.cls == infinity {
		return e.invalid()
	}
	e.operands(a, b)
	return mulExact(a, b)
}

// mulExact multiplies operands that are no NaNs and not zero times infinity.
func mulExact(a, b num) num {
	neg := a.neg != b.neg
	if a.cls == infinity || b.cls == infinity {
		return num{cls: infinity, neg: neg}
	}
	if a.cls == zero || b.cls == zero {
		return num{neg: neg}
	}
	r := num{cls: finite, neg: neg, exp: a.exp + b.exp + 1}
	r.hi, r.lo = bits.Mul64(a.hi, b.hi)
	r.norm()
	return r
}

func (e *Env) div(a, b num) num {
	if a.isNaN() || b.isNaN() {
		return e.nan2(a, b)
	}
	if a.cls == b.cls && a.cls != finite {
		return e.invalid() // 0/0, inf/inf
	}
	neg := a.neg != b.neg
	if b.cls == zero && a.cls == finite {
		e.raise(DivZero)
		return num{cls: infinity, neg: neg}
	}
	e.operands(a, b)
	if a.cls == infinity || b.cls == zero {
		return num{cls: infinity, neg: neg}
	}
	if a.cls == zero || b.cls == infinity {
		return num{neg: neg}
	}
	r := num{cls: finite, neg: neg, exp: a.exp - b.exp}
	var rem uint64
	r.hi, rem = bits.Div64(a.hi>>1, a.hi<<63, b.hi)
	r.lo, rem = bits.Div64(rem, 0, b.hi)
	if rem != 0 {
		r.lo |= 1
	}
	r.norm()
	return r
}

func (e *Env) sqrt(a num) num {
	if a.isNaN() {
		return e.nan1(a)
	}
	if a.cls != zero && a.neg {
		return e.invalid()
	}
	e.operands(a, a)
	if a.cls != finite {
		return a
	}
	// sqrt(m × 2^x), x even, m in [1,4): the root of the 128-bit integer m × 2^126.
	x := a.exp
	hi, lo := a.hi>>1, a.hi<<63
	if x&1 != 0 {
		hi, lo = a.hi, 0
		x--
	}
	r := num{cls: finite, exp: x / 2}
	var remHi, remLo uint64
	r.hi, remHi, remLo = isqrt(hi, lo)
	if remHi != 0 || remLo > r.hi {
		r.lo = 1 << 63
	}
	if remHi|remLo != 0 {
		r.lo |= 1
	}
	return r
}

// isqrt returns the integer square root of hi:lo, hi >= 2^62, and the remainder.
func isqrt(hi, lo uint64) (root, remHi, remLo uint64) {
	est := math.Sqrt(float64(hi)) * (1 << 32)
	root = math.MaxUint64
	if est < 1<<64-1<<12 {
		root = uint64(est)
	}
	if root <= hi {
		root = math.MaxUint64
	}
	if hi < root { // one Newton step: within a unit or two
		q, _ := bits.Div64(hi, lo, root)
		sum, carry := bits.Add64(root, q, 0)
		root = sum>>1 | carry<<63
	}
	for {
		sqHi, sqLo := bits.Mul64(root, root)
		var b uint64
		remLo, b = bits.Sub64(lo, sqLo, 0)
		remHi, b = bits.Sub64(hi, sqHi, b)
		if b != 0 {
			root--
			continue
		}
		// The remainder must not exceed 2×root.
		if twoHi := root >> 63; remHi > twoHi || remHi == twoHi && remLo > root<<1 {
			root++
			continue
		}
		return root, remHi, remLo
	}
}

func (e *Env) mulAdd(a, b, c num) num {
	bad := a.cls == infinity && b.cls == zero || a.cls == zero && b.cls == infinity
	if a.isNaN() || b.isNaN() || c.isNaN() {
		return e.nan3(a, b, c, bad)
	}
	p := num{}
	if !bad {
		p = mulExact(a, b)
	}
	if bad || p.cls == infinity && c.cls == infinity && p.neg != c.neg {
		return e.invalid()
	}
	e.operands(a, b)
	e.operands(c, c)
	if p.cls == infinity {
		return p
	}
	if c.cls == infinity {
		return c
	}
	return e.addFinite(p, c)
}
