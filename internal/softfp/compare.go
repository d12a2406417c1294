package softfp

// Compare orders a and b. A signalling NaN raises Invalid; with signal set (COMISS, CMPLTPS, FCMPE) a
// quiet one does too.
func (e *Env) Compare(f Format, a, b uint64, signal bool) Ordering {
	return e.compare(e.unpack(f, a), e.unpack(f, b), signal)
}

func (e *Env) compare(a, b num, signal bool) Ordering {
	if a.isNaN() || b.isNaN() {
		if signal || a.cls >= snan || b.cls >= snan {
			e.raise(Invalid)
		}
		return Unordered
	}
	e.operands(a, b)
	return order(a, b)
}

// order compares two values that are no NaNs.
func order(a, b num) Ordering {
	if a.cls == zero && b.cls == zero {
		return Equal
	}
	sa, sb := side(a), side(b)
	if sa != sb {
		if sa < sb {
			return Less
		}
		return Greater
	}
	r := Equal
	switch {
	case a.cls != b.cls:
		r = Less // finite against infinity
		if a.cls > b.cls {
			r = Greater
		}
	case a.cls != finite:
	case a.exp != b.exp:
		r = Less
		if a.exp > b.exp {
			r = Greater
		}
	case a.hi < b.hi || a.hi == b.hi && a.lo < b.lo:
		r = Less
	case a.hi != b.hi || a.lo != b.lo:
		r = Greater
	}
	if sa < 0 {
		r = -r
	}
	return r
}

func side(a num) int {
	switch {
	case a.cls == zero:
		return 0
	case a.neg:
		return -1
	}
	return 1
}

// Min returns the smaller of a and b. X86: b when they compare equal or unordered, any NaN raising
// Invalid (MINPS). Arm: NaNs propagate and -0 is less than +0 (FMIN).
func (e *Env) Min(f Format, a, b uint64) uint64 { return e.minMax(f, a, b, Less) }

// Max is the counterpart of Min.
func (e *Env) Max(f Format, a, b uint64) uint64 { return e.minMax(f, a, b, Greater) }

func (e *Env) minMax(f Format, a, b uint64, want Ordering) uint64 {
	na, nb := e.unpack(f, a), e.unpack(f, b)
	if e.Rules != Arm {
		if na.isNaN() || nb.isNaN() {
			e.raise(Invalid)
		} else {
			e.operands(na, nb)
			if order(na, nb) == want {
				return e.pickX86(f, a, na)
			}
		}
		return e.pickX86(f, b, nb)
	}
	if na.isNaN() || nb.isNaN() {
		return packNum(f, e.nan2(na, nb))
	}
	return e.minMaxArm(f, na, nb, want)
}

// pickX86 returns v as it is, or as the zero that DAZ made of it.
func (e *Env) pickX86(f Format, v uint64, n num) uint64 {
	if n.cls == zero {
		return packNum(f, n)
	}
	return v
}

func (e *Env) minMaxArm(f Format, a, b num, want Ordering) uint64 {
	if a.cls == zero && b.cls == zero {
		a.neg = a.neg && b.neg || want == Less && (a.neg || b.neg)
		return packNum(f, a)
	}
	if order(a, b) != want {
		a = b
	}
	if a.cls == finite {
		return e.packFlush(f, a, false)
	}
	return packNum(f, a)
}

// MinNum is Arm's FMINNM: as Min, but a quiet NaN loses against a number.
func (e *Env) MinNum(f Format, a, b uint64) uint64 { return e.minMaxNum(f, a, b, Less) }

// MaxNum is Arm's FMAXNM.
func (e *Env) MaxNum(f Format, a, b uint64) uint64 { return e.minMaxNum(f, a, b, Greater) }

func (e *Env) minMaxNum(f Format, a, b uint64, want Ordering) uint64 {
	na, nb := e.unpack(f, a), e.unpack(f, b)
	switch {
	case na.cls == qnan && !nb.isNaN():
		na = nb
	case nb.cls == qnan && !na.isNaN():
		nb = na
	case na.isNaN() || nb.isNaN():
		return packNum(f, e.nan2(na, nb))
	}
	return e.minMaxArm(f, na, nb, want)
}
