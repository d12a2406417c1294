package softfp

import "math/bits"

// Format is an interchange format whose values fit 64 bits.
type Format uint8

// The formats.
const (
	F16 Format = iota
	F32
	F64
	f80
)

// info is a format's parameters: precision with the leading one, field widths, exponent range.
type info struct {
	prec, expBits uint
	emin, emax    int32
}

var infos = [...]info{
	F16: {11, 5, -14, 15},
	F32: {24, 8, -126, 127},
	F64: {53, 11, -1022, 1023},
	f80: {64, 15, -16382, 16383},
}

// Bits returns the format's width.
func (f Format) Bits() uint { return 16 << f }

// SignBit returns the format's sign bit.
func (f Format) SignBit() uint64 { return 1 << (f.Bits() - 1) }

// DefaultNaN returns the default NaN of f under e's rules.
func (e *Env) DefaultNaN(f Format) uint64 { return packNum(f, e.defaultNaN()) }

// class is the kind of an unpacked value; the order matters (>= qnan is a NaN of some sort).
type class uint8

const (
	zero class = iota
	finite
	infinity
	qnan
	snan
	unsupported // an F80 pattern without meaning: pseudo-infinity, pseudo-NaN, unnormal
)

// num is an unpacked value. A finite one is ±(hi:lo / 2^127) × 2^exp with the top bit of hi set;
// a NaN holds its fraction at the top of hi below bit 63.
type num struct {
	cls    class
	neg    bool
	denorm bool // was a denormal operand
	exp    int32
	hi, lo uint64
}

func (n num) isNaN() bool { return n.cls >= qnan }

func (e *Env) flushes(f Format) (in, out bool) {
	if f == F16 {
		return e.FZ16, e.FZ16
	}
	return e.DAZ, e.FTZ
}

// unpack takes apart a value of a 16-, 32- or 64-bit format and applies input flushing.
func (e *Env) unpack(f Format, v uint64) num {
	in, _ := e.flushes(f)
	return e.unpackFlush(f, v, in)
}

func (e *Env) unpackFlush(f Format, v uint64, flush bool) num {
	p := &infos[f]
	fb := p.prec - 1
	frac := v & (1<<fb - 1)
	be := int32(v>>fb) & (1<<p.expBits - 1)
	n := num{neg: v>>(f.Bits()-1)&1 != 0}
	switch {
	case be == 1<<p.expBits-1:
		n.hi = 1<<63 | frac<<(63-fb)
		switch {
		case frac == 0:
			n.cls = infinity
		case frac>>(fb-1) != 0:
			n.cls = qnan
		default:
			n.cls = snan
		}
	case be != 0:
		n.cls, n.exp, n.hi = finite, be-p.emax, 1<<63|frac<<(63-fb)
	case frac != 0 && flush:
		if e.Rules == Arm && f != F16 {
			e.raise(Denormal)
		}
	case frac != 0:
		n.cls, n.denorm = finite, true
		s := bits.LeadingZeros64(frac)
		n.exp, n.hi = p.emin-int32(s)+63-int32(fb), frac<<s
	}
	return n
}

// packNum encodes a value that needs no rounding: zero, infinity or NaN.
func packNum(f Format, n num) uint64 {
	p := &infos[f]
	fb := p.prec - 1
	var v uint64
	if n.neg {
		v = f.SignBit()
	}
	switch n.cls {
	case zero:
	case infinity:
		v |= (1<<p.expBits - 1) << fb
	default:
		v |= (1<<p.expBits-1)<<fb | n.hi<<1>>(64-fb)
	}
	return v
}

// pack rounds n to f.
func (e *Env) pack(f Format, n num) uint64 {
	_, out := e.flushes(f)
	return e.packFlush(f, n, out)
}

func (e *Env) packFlush(f Format, n num, flush bool) uint64 {
	if n.cls != finite {
		return packNum(f, n)
	}
	p := &infos[f]
	be, sig := e.finish(p, p.prec, n, flush)
	v := uint64(be)<<(p.prec-1) | sig<<1>>(65-p.prec)
	if n.neg {
		v |= f.SignBit()
	}
	return v
}

// finish rounds a finite n to prec bits within p's exponent range and raises what that raises. It
// returns the biased exponent and the significand with its integer bit at bit 63.
func (e *Env) finish(p *info, prec uint, n num, flush bool) (be int32, sig uint64) {
	e.RoundedUp = false
	if n.exp < p.emin {
		return e.finishTiny(p, prec, n, flush)
	}
	sig, inexact, carry := e.roundSig(n.hi, n.lo, prec, n.neg)
	exp := n.exp
	if carry {
		sig = 1 << 63
		exp++
	}
	if exp > p.emax {
		if e.Unmasked&Overflow != 0 && e.Rules != Arm {
			return e.wrapped(p, exp-wrapExp, sig, Overflow, inexact)
		}
		e.raise(Overflow | Inexact)
		if e.overflowsToInf(n.neg) {
			e.RoundedUp = true
			return 1<<p.expBits - 1, 1 << 63
		}
		e.RoundedUp = false
		return 1<<p.expBits - 2, ^uint64(0) << (64 - prec)
	}
	if inexact {
		e.raise(Inexact)
	}
	return exp + p.emax, sig
}

// wrapExp is what the x87 adds to or takes from the exponent of a register result whose overflow or
// underflow is unmasked. SDM vol. 1 8.5.4.
const wrapExp = 24576

// wrapped finishes a result under an unmasked overflow or underflow: inexact only if rounding to the
// precision was. Only the x87 delivers it.
func (e *Env) wrapped(p *info, exp int32, sig uint64, f Flags, inexact bool) (be int32, out uint64) {
	e.raise(f)
	if inexact {
		e.raise(Inexact)
	}
	be = exp + p.emax
	if p.prec == 64 && (be <= 0 || be >= 1<<p.expBits-1) { // FSCALE by far too much
		e.raise(Inexact)
	}
	switch {
	case be >= 1<<p.expBits-1:
		e.RoundedUp = true
		return 1<<p.expBits - 1, 1 << 63
	case be <= 0:
		return 0, 0
	}
	return be, sig
}

func (e *Env) finishTiny(p *info, prec uint, n num, flush bool) (be int32, sig uint64) {
	tiny := true
	if e.Rules == Arm {
		if flush {
			e.raise(Underflow)
			return 0, 0
		}
	} else if unmasked := e.Unmasked&Underflow != 0; unmasked || n.exp == p.emin-1 {
		sig, inexact, carry := e.roundSig(n.hi, n.lo, prec, n.neg)
		exp := n.exp
		if carry {
			sig = 1 << 63
			exp++
		}
		tiny = exp < p.emin
		if tiny && unmasked {
			return e.wrapped(p, exp+wrapExp, sig, Underflow, inexact)
		}
	}
	if e.Rules != Arm && tiny && flush {
		e.RoundedUp = false
		e.raise(Underflow | Inexact)
		return 0, 0
	}
	hi, lo := shrJam(n.hi, n.lo, uint(p.emin-n.exp))
	sig, inexact, _ := e.roundSig(hi, lo, prec, n.neg)
	if inexact {
		e.raise(Inexact)
	}
	if tiny && inexact {
		e.raise(Underflow)
	}
	return int32(sig >> 63), sig
}

func (e *Env) overflowsToInf(neg bool) bool {
	switch e.Round {
	case NearEven, NearAway:
		return true
	case Down:
		return neg
	case Up:
		return !neg
	}
	return false
}

// roundSig rounds hi:lo to its top prec bits; carry reports that the result is 2^64.
func (e *Env) roundSig(hi, lo uint64, prec uint, neg bool) (sig uint64, inexact, carry bool) {
	drop := 64 - prec
	unit := uint64(1) << drop
	rest := hi & (unit - 1)
	sig = hi &^ (unit - 1)
	if rest|lo == 0 {
		e.RoundedUp = false
		return sig, false, false
	}
	if drop == 0 {
		rest = lo
	} else {
		rest = rest<<(64-drop) | lo>>drop
		if lo<<(64-drop) != 0 {
			rest |= 1
		}
	}
	// rest is the dropped part as a fraction of a unit, scaled by 2^64, sticky.
	up := false
	switch e.Round {
	case NearEven:
		up = rest > 1<<63 || rest == 1<<63 && sig&unit != 0
	case NearAway:
		up = rest >= 1<<63
	case Down:
		up = neg
	case Up:
		up = !neg
	case ToOdd:
		sig |= unit
	}
	e.RoundedUp = up
	if up {
		sig += unit
		carry = sig == 0
	}
	return sig, true, carry
}

// shrJam shifts hi:lo right by n; bits shifted out stay as a one in the lowest bit.
func shrJam(hi, lo uint64, n uint) (uint64, uint64) {
	switch {
	case n == 0:
		return hi, lo
	case n < 64:
		out := lo << (64 - n)
		lo = hi<<(64-n) | lo>>n
		if out != 0 {
			lo |= 1
		}
		return hi >> n, lo
	case n < 128:
		n -= 64
		out := lo
		lo = hi >> n
		if n > 0 {
			out |= hi << (64 - n)
		}
		if out != 0 {
			lo |= 1
		}
		return 0, lo
	}
	if hi|lo != 0 {
		return 0, 1
	}
	return 0, 0
}

// norm shifts a non-zero significand up until its top bit is set.
func (n *num) norm() {
	if n.hi == 0 {
		n.hi, n.lo = n.lo, 0
		n.exp -= 64
	}
	s := bits.LeadingZeros64(n.hi)
	if s > 0 {
		n.hi = n.hi<<s | n.lo>>(64-s)
		n.lo <<= s
		n.exp -= int32(s)
	}
}
