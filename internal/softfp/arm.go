package softfp

// MulX returns a × b, but ±2 for zero times infinity. Arm ARM FPMulX.
func (e *Env) MulX(f Format, a, b uint64) uint64 {
	na, nb := e.unpack(f, a), e.unpack(f, b)
	if na.cls == infinity && nb.cls == zero || na.cls == zero && nb.cls == infinity {
		return e.pack(f, num{cls: finite, neg: na.neg != nb.neg, exp: 1, hi: 1 << 63})
	}
	return e.pack(f, e.mul(na, nb))
}

// RecipStep returns 2 - a×b rounded once. Arm ARM FPRecipStepFused.
func (e *Env) RecipStep(f Format, a, b uint64) uint64 {
	return e.step(f, a, b, num{cls: finite, exp: 1, hi: 1 << 63}, 0)
}

// RSqrtStep returns (3 - a×b) / 2 rounded once. Arm ARM FPRSqrtStepFused.
func (e *Env) RSqrtStep(f Format, a, b uint64) uint64 {
	return e.step(f, a, b, num{cls: finite, exp: 1, hi: 3 << 62}, 1)
}

func (e *Env) step(f Format, a, b uint64, from num, halve int32) uint64 {
	na, nb := e.unpack(f, a^f.SignBit()), e.unpack(f, b)
	if na.isNaN() || nb.isNaN() {
		return packNum(f, e.nan2(na, nb))
	}
	p := num{}
	if !(na.cls == infinity && nb.cls == zero || na.cls == zero && nb.cls == infinity) {
		p = mulExact(na, nb)
	}
	if p.cls == infinity {
		return packNum(f, p)
	}
	r := e.addFinite(from, p)
	if r.cls == finite {
		r.exp -= halve
	}
	return e.pack(f, r)
}

// RecipExp returns Arm's FRECPX: the exponent inverted, for the scaling of reciprocals.
func (e *Env) RecipExp(f Format, a uint64) uint64 {
	p := &infos[f]
	n := e.unpack(f, a)
	if n.isNaN() {
		return packNum(f, e.nan1(n))
	}
	all := uint64(1)<<p.expBits - 1
	exp := a >> (p.prec - 1) & all
	if exp == 0 {
		exp = all - 1
	} else {
		exp = ^exp & all
	}
	return a&f.SignBit() | exp<<(p.prec-1)
}

// RecipEstimate returns Arm's 8-bit reciprocal estimate (FRECPE). Arm ARM FPRecipEstimate.
func (e *Env) RecipEstimate(f Format, a uint64) uint64 {
	n := e.unpack(f, a)
	p := &infos[f]
	switch {
	case n.isNaN():
		return packNum(f, e.nan1(n))
	case n.cls == infinity:
		return packNum(f, num{neg: n.neg})
	case n.cls == zero:
		e.raise(DivZero)
		return packNum(f, num{cls: infinity, neg: n.neg})
	case n.exp < p.emin-2:
		e.raise(Overflow | Inexact)
		if e.overflowsToInf(n.neg) {
			return packNum(f, num{cls: infinity, neg: n.neg})
		}
		return packNum(f, num{cls: infinity, neg: n.neg}) - 1
	}
	if _, out := e.flushes(f); out && n.exp >= p.emax-1 {
		e.raise(Underflow)
		return packNum(f, num{neg: n.neg})
	}
	est := recipEstimate(uint32(n.hi >> 55)) // 256..511
	r := num{cls: finite, neg: n.neg, exp: -1 - n.exp, hi: uint64(est) << 55}
	if n.exp == p.emax || n.exp == p.emax-1 {
		return e.packDenormal(f, r)
	}
	return e.packFlush(f, r, false)
}

// packDenormal truncates an estimate whose exponent is below the normal range, with no flags.
func (e *Env) packDenormal(f Format, n num) uint64 {
	q := Env{Round: Zero, Rules: Arm}
	return q.packFlush(f, n, false)
}

// recipEstimate is 2^19/(2a+1) rounded, for a in 256..511; the result is in 256..511.
func recipEstimate(a uint32) uint32 {
	a = a*2 + 1
	b := uint32(1<<19) / a
	return (b + 1) / 2
}

// RSqrtEstimate returns Arm's 8-bit estimate of 1/sqrt (FRSQRTE). Arm ARM FPRSqrtEstimate.
func (e *Env) RSqrtEstimate(f Format, a uint64) uint64 {
	n := e.unpack(f, a)
	switch {
	case n.isNaN():
		return packNum(f, e.nan1(n))
	case n.cls == zero:
		e.raise(DivZero)
		return packNum(f, num{cls: infinity, neg: n.neg})
	case n.neg:
		return packNum(f, e.invalid())
	case n.cls == infinity:
		return 0
	}
	// Scale into [0.25, 1): 9 bits of fraction, odd exponents in the lower half.
	var est uint32
	if n.exp&1 != 0 { // value in [0.5,1) × 2^(exp+1)
		est = rsqrtEstimate(uint32(n.hi >> 55))
	} else {
		est = rsqrtEstimate(uint32(n.hi >> 56))
	}
	r := num{cls: finite, exp: (-1 - n.exp) >> 1, hi: uint64(est) << 55}
	return e.packFlush(f, r, false)
}

// rsqrtEstimate is the 8-bit estimate for a in 128..511, standing for [0.25, 1); result 256..511.
func rsqrtEstimate(a uint32) uint32 {
	if a < 256 {
		a = a*2 + 1
	} else {
		a = a >> 1 << 1
		a = (a + 1) * 2
	}
	b := uint32(512)
	for a*(b+1)*(b+1) < 1<<28 {
		b++
	}
	return (b + 1) / 2
}

// RecipEstimateU32 returns URECPE of one lane. Arm ARM UnsignedRecipEstimate.
func RecipEstimateU32(a uint32) uint32 {
	if a>>31 == 0 {
		return ^uint32(0)
	}
	return recipEstimate(a>>23) << 23
}

// RSqrtEstimateU32 returns URSQRTE of one lane. Arm ARM UnsignedRSqrtEstimate.
func RSqrtEstimateU32(a uint32) uint32 {
	if a>>30 == 0 {
		return ^uint32(0)
	}
	return rsqrtEstimate(a>>23) << 23
}
