package ir

import (
	"math/bits"
	"sync"
)

// EvalInt is Eval for the integer ops without flags (Mov to SelC): a, b, x and y are the inputs.
func EvalInt(o *Op, a, b, x, y uint64) uint64 {
	w := o.W
	m := w.Mask()
	switch o.Code {
	case Mov:
		return a
	case Add:
		return (a + b) & m
	case Sub:
		return (a - b) & m
	case Mul:
		return (a * b) & m
	case And:
		return a & b & m
	case Or:
		return (a | b) & m
	case Xor:
		return (a ^ b) & m
	case AndN:
		return a &^ b & m
	case OrN:
		return (a | ^b) & m
	case Not:
		return ^a & m
	case Neg:
		return -a & m
	case Shl:
		return a << (b & uint64(w.Bits()-1)) & m
	case Shr:
		return a & m >> (b & uint64(w.Bits()-1))
	case Sar:
		return uint64(signExtend(w, a)>>(b&uint64(w.Bits()-1))) & m
	case RotL:
		return rotl(w, a, uint(b))
	case RotR:
		return rotl(w, a, -uint(b))
	case Sext:
		return uint64(signExtend(w, a)) & o.D.Mask()
	case Zext:
		return a & m
	case SetC:
		if EvalCmp(o.Cond, w, a, b) {
			return 1
		}
		return 0
	case SelC:
		if EvalCmp(o.Cond, w, a, b) {
			return x
		}
		return y
	}
	return evalIntRare(o, a, b)
}

func evalIntRare(o *Op, a, b uint64) uint64 {
	w := o.W
	m := w.Mask()
	switch o.Code {
	case MulHU:
		return mulHigh(w, a, b, false)
	case MulHS:
		return mulHigh(w, a, b, true)
	case DivU:
		if b&m == 0 {
			return 0
		}
		return a & m / (b & m)
	case DivS:
		x, y := signExtend(w, a), signExtend(w, b)
		if y == 0 {
			return 0
		}
		return uint64(x/y) & m
	case Extract:
		return extract(o, a)
	case Deposit:
		f := fieldMask(o)
		return (a&^f | b<<o.Aux&f) & m
	case Extract2:
		n, p := w.Bits(), uint(o.Aux)
		return (a&m>>p | b&m<<(n-p)) & m
	case Bswap:
		return bits.ReverseBytes64(a) >> (64 - w.Bits())
	case BswapL:
		v := bits.ReverseBytes64(a)
		if w == W16 {
			return v>>48 | v>>16&0xffff0000 | v<<16&0xffff00000000 | v<<48
		}
		return v>>32 | v<<32
	case Clz:
		return uint64(bits.LeadingZeros64(a&m)) - uint64(64-w.Bits())
	case Ctz:
		return uint64(min(uint(bits.TrailingZeros64(a&m)), w.Bits()))
	case Cls:
		x := signExtend(w, a)
		return uint64(bits.LeadingZeros64(uint64(x^x>>63))) - uint64(64-w.Bits()) - 1
	case Popcnt:
		return uint64(bits.OnesCount64(a & m))
	case Rbit:
		return bits.Reverse64(a) >> (64 - w.Bits())
	case Crc32:
		return crcStep(o, a, b)
	}
	return 0
}

func mulHigh(w Width, a, b uint64, signed bool) uint64 {
	if w < W64 {
		if signed {
			return uint64(signExtend(w, a)*signExtend(w, b)) >> w.Bits() & w.Mask()
		}
		return (a & w.Mask()) * (b & w.Mask()) >> w.Bits()
	}
	hi, _ := bits.Mul64(a, b)
	if signed {
		hi -= uint64(int64(a)>>63) & b
		hi -= uint64(int64(b)>>63) & a
	}
	return hi
}

// fieldMask returns the mask of the field at bit Aux, Imm bits long.
func fieldMask(o *Op) uint64 {
	if o.Imm >= 64 {
		return ^uint64(0) << o.Aux
	}
	return (1<<uint64(o.Imm) - 1) << o.Aux
}

func extract(o *Op, a uint64) uint64 {
	a = a & fieldMask(o) >> o.Aux
	if o.Attr&Signed != 0 && o.Imm > 0 {
		s := 64 - uint64(o.Imm)
		a = uint64(int64(a<<s) >> s)
	}
	return a & o.W.Mask()
}

// crcTables are those of the polynomials of Ethernet and of Castagnoli, by byte. (hash/crc32 makes its own when a program
// starts.)
var crcTables = [2]func() *[256]uint32{
	sync.OnceValue(func() *[256]uint32 { return makeCRC(0xedb88320) }),
	sync.OnceValue(func() *[256]uint32 { return makeCRC(0x82f63b78) }),
}

func makeCRC(poly uint32) *[256]uint32 {
	var t [256]uint32
	for i := range t {
		c := uint32(i)
		for range 8 {
			c = c>>1 ^ poly&-(c&1)
		}
		t[i] = c
	}
	return &t
}

func crcStep(o *Op, acc, v uint64) uint64 {
	t := crcTables[min(o.Aux, 1)]()
	c := uint32(acc)
	for n := o.W.Bytes(); n > 0; n-- {
		c = t[byte(c)^byte(v)] ^ c>>8
		v >>= 8
	}
	return uint64(c)
}

// EvalDiv evaluates Div2U and Div2S: quotient and remainder of hi:lo divided by d, each w bits wide.
// ok is false when d is 0 or the quotient does not fit (x86 raises #DE). SDM vol. 2A DIV, IDIV.
func EvalDiv(c Opcode, w Width, hi, lo, d uint64) (q, r uint64, ok bool) {
	m := w.Mask()
	hi, lo, d = hi&m, lo&m, d&m
	if c == Div2U {
		if d == 0 || hi >= d {
			return 0, 0, false
		}
		if w == W64 {
			q, r = bits.Div64(hi, lo, d)
			return q, r, true
		}
		v := hi<<w.Bits() | lo
		return v / d, v % d, true
	}
	sd := uint64(signExtend(w, d))
	neg, dneg := signExtend(w, hi) < 0, int64(sd) < 0
	if dneg {
		sd = -sd
	}
	if neg {
		var c uint64
		lo, c = bits.Sub64(0, lo, 0)
		if w < W64 {
			lo, c = lo&m, b2u(lo != 0)
		}
		hi = (0 - hi - c) & m
	}
	if sd == 0 || hi >= sd {
		return 0, 0, false
	}
	if w == W64 {
		q, r = bits.Div64(hi, lo, sd)
	} else {
		v := hi<<w.Bits() | lo
		q, r = v/sd, v%sd
	}
	limit := uint64(1) << (w.Bits() - 1)
	if neg != dneg {
		if q > limit {
			return 0, 0, false
		}
		q = -q
	} else if q >= limit {
		return 0, 0, false
	}
	if neg {
		r = -r
	}
	return q & m, r & m, true
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
