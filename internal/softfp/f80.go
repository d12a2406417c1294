package softfp

// F80 is a value of the x87 double extended format: sign and exponent, and the significand with its
// explicit integer bit. SDM vol. 1 4.2.2.
type F80 struct {
	Sig uint64
	SE  uint16
}

// Indefinite80 is the x87's default NaN.
var Indefinite80 = F80{3 << 62, 0xffff}

func (e *Env) unpack80(v F80) num {
	be := int32(v.SE & 0x7fff)
	n := num{neg: v.SE>>15 != 0, hi: v.Sig}
	intBit := v.Sig>>63 != 0
	switch {
	case be == 0x7fff && !intBit, be != 0 && !intBit:
		n.cls = unsupported
	case be == 0x7fff && v.Sig<<1 == 0:
		n.cls = infinity
	case be == 0x7fff && v.Sig&quietBit != 0:
		n.cls = qnan
	case be == 0x7fff:
		n.cls = snan
	case be != 0:
		n.cls, n.exp = finite, be-16383
	case v.Sig != 0: // denormal or pseudo-denormal
		n.cls, n.denorm, n.exp = finite, true, -16382
		n.norm()
	}
	return n
}

func packNum80(n num) F80 {
	v := F80{SE: 0x7fff, Sig: 1 << 63}
	switch n.cls {
	case zero:
		v = F80{}
	case infinity:
	default:
		v.Sig |= n.hi
	}
	if n.neg {
		v.SE |= 0x8000
	}
	return v
}

func (e *Env) pack80(n num, prec uint8) F80 {
	if n.cls != finite {
		return packNum80(n)
	}
	if prec == 0 {
		prec = 64
	}
	be, sig := e.finish(&infos[f80], uint(prec), n, false)
	v := F80{sig, uint16(be)}
	if n.neg {
		v.SE |= 0x8000
	}
	return v
}

// Add80 returns a + b, rounded to e.Prec bits as are the results of the other arithmetic on F80.
func (e *Env) Add80(a, b F80) F80 {
	return e.pack80(e.add(e.unpack80(a), e.unpack80(b), false), e.Prec)
}

// Sub80 returns a - b.
func (e *Env) Sub80(a, b F80) F80 {
	return e.pack80(e.add(e.unpack80(a), e.unpack80(b), true), e.Prec)
}

// Mul80 returns a × b.
func (e *Env) Mul80(a, b F80) F80 {
	return e.pack80(e.mul(e.unpack80(a), e.unpack80(b)), e.Prec)
}

// Div80 returns a / b.
func (e *Env) Div80(a, b F80) F80 {
	return e.pack80(e.div(e.unpack80(a), e.unpack80(b)), e.Prec)
}

// Sqrt80 returns the square root of a.
func (e *Env) Sqrt80(a F80) F80 {
	return e.pack80(e.sqrt(e.unpack80(a)), e.Prec)
}

// Compare80 orders a and b; with signal set (FCOM) quiet NaNs raise Invalid too.
func (e *Env) Compare80(a, b F80, signal bool) Ordering {
	return e.compare(e.unpack80(a), e.unpack80(b), signal)
}

// RoundInt80 rounds to an integral value in e's rounding mode (FRNDINT).
func (e *Env) RoundInt80(a F80) F80 {
	n := e.unpack80(a)
	if n.isNaN() {
		return packNum80(e.nan1(n))
	}
	e.operands(n, n)
	n = e.roundInt(n, e.Round, true)
	up := e.RoundedUp
	v := e.pack80(n, 64)
	e.RoundedUp = up
	return v
}

// ToInt80 converts to a signed integer of width bits in mode r (FIST, FISTTP).
func (e *Env) ToInt80(a F80, width uint, r Round) uint64 {
	return e.toInt(e.unpack80(a), width, true, 0, r)
}

// FromInt80 converts a signed integer exactly (FILD).
func FromInt80(v int64) F80 {
	var e Env
	return e.pack80(fromInt(uint64(v), 64, true, 0), 64)
}

// To80 widens a value of format f (FLD m32fp, m64fp).
func (e *Env) To80(f Format, v uint64) F80 {
	return e.pack80(e.convert(e.unpackFlush(f, v, false)), 64)
}

// From80 rounds to format f (FST m32fp, m64fp).
func (e *Env) From80(f Format, v F80) uint64 {
	n := e.unpack80(v)
	if n.isNaN() {
		return packNum(f, e.nan1(n))
	}
	return e.packFlush(f, n, false)
}
