package ir

import "math/bits"

// evalVec evaluates the integer vector ops: bitwise ones here, lane by lane and permuting ones below.
func evalVec(o *Op, in *[5]Val) Val {
	a, b := in[0], in[1]
	switch o.Code {
	case VMov:
		return a
	case VAnd:
		return Val{a.Lo & b.Lo, a.Hi & b.Hi}
	case VOr:
		return Val{a.Lo | b.Lo, a.Hi | b.Hi}
	case VXor:
		return Val{a.Lo ^ b.Lo, a.Hi ^ b.Hi}
	case VAndN:
		return Val{a.Lo &^ b.Lo, a.Hi &^ b.Hi}
	case VSel:
		m, c := in[0], in[2]
		return Val{b.Lo&m.Lo | c.Lo&^m.Lo, b.Hi&m.Hi | c.Hi&^m.Hi}
	case VShlS, VShrS, VSarS, VShlI, VShrI, VSarI:
		return evalVecShift(o, a, b.Lo)
	case VAes:
		return evalAES(o, in)
	case VStr:
		_, i, f := evalStr(uint64(o.Imm), in)
		return Val{Lo: i | f<<32}
	case VStrM:
		r, _, _ := evalStr(uint64(o.Imm), in)
		return evalStrMask(uint64(o.Imm), r)
	case VClmul:
		return evalClmul(o, in)
	case VMulL, VMulEven, VMulAddPair, VPack, VNarrow, VWiden, VSad, VAddV, VAddP:
		return evalVecWidth(o, a, b)
	}
	if o.Code >= VAdd && o.Code <= VCmpGE || o.Code == VShlVar || o.Code == VPopcnt || o.Code == VClz {
		return evalVecLanes(o, a, b)
	}
	return evalVecPerm(o, in)
}

// evalVecLanes evaluates the ops that work on lanes one by one.
func evalVecLanes(o *Op, a, b Val) Val {
	w := o.W
	signed := o.Attr&Signed != 0
	switch o.Code {
	case VAdd, VSub:
		if o.Attr&Saturate != 0 {
			return lanes2(w, a, b, func(x, y uint64) uint64 { return saturatingAdd(w, x, y, o.Code == VSub, signed) })
		}
		if o.Code == VSub {
			return lanes2(w, a, b, func(x, y uint64) uint64 { return x - y })
		}
		return lanes2(w, a, b, func(x, y uint64) uint64 { return x + y })
	case VMul:
		return lanes2(w, a, b, func(x, y uint64) uint64 { return x * y })
	case VMulH:
		return lanes2(w, a, b, func(x, y uint64) uint64 { return mulHigh(w, x, y, signed) })
	case VMin:
		return lanes2(w, a, b, func(x, y uint64) uint64 {
			if less(w, y, x, signed) {
				return y
			}
			return x
		})
	case VMax:
		return lanes2(w, a, b, func(x, y uint64) uint64 {
			if less(w, x, y, signed) {
				return y
			}
			return x
		})
	case VAvg:
		return lanes2(w, a, b, func(x, y uint64) uint64 { return (x | y) - (x^y)>>1 })
	case VAbs:
		return lanes1(w, a, func(x uint64) uint64 {
			if signExtend(w, x) < 0 {
				return -x
			}
			return x
		})
	case VCmpEQ:
		return lanes2(w, a, b, func(x, y uint64) uint64 { return -b2u(x == y) })
	case VCmpGT:
		return lanes2(w, a, b, func(x, y uint64) uint64 { return -b2u(less(w, y, x, signed)) })
	case VCmpGE:
		return lanes2(w, a, b, func(x, y uint64) uint64 { return -b2u(!less(w, x, y, signed)) })
	case VShlVar:
		return lanes2(w, a, b, func(x, y uint64) uint64 { return shiftBySigned(w, x, int8(y), signed) })
	case VPopcnt:
		return lanes1(w, a, func(x uint64) uint64 { return uint64(bits.OnesCount64(x)) })
	case VClz:
		return lanes1(w, a, func(x uint64) uint64 { return uint64(bits.LeadingZeros64(x)) - uint64(64-w.Bits()) })
	}
	return Val{}
}

func less(w Width, a, b uint64, signed bool) bool {
	if signed {
		return signExtend(w, a) < signExtend(w, b)
	}
	return a < b
}

// saturatingAdd adds or subtracts two lanes, both already masked to w bits.
func saturatingAdd(w Width, a, b uint64, sub, signed bool) uint64 {
	m := w.Mask()
	if !signed {
		if sub {
			if a < b {
				return 0
			}
			return a - b
		}
		if r := (a + b) & m; r >= a {
			return r
		}
		return m
	}
	r, f := AddFlags(w, a, b, 0)
	if sub {
		r, f = SubFlags(w, a, b, 0)
	}
	if f&FlagO == 0 {
		return r
	}
	if signExtend(w, a) < 0 {
		return m ^ m>>1
	}
	return m >> 1
}

func shiftBySigned(w Width, x uint64, n int8, signed bool) uint64 {
	switch {
	case n >= 0:
		return x << uint(n)
	case signed:
		return uint64(signExtend(w, x) >> min(uint(-int(n)), 63))
	}
	return x >> uint(-int(n))
}

// evalVecShift shifts all lanes by one count, n or Imm.
func evalVecShift(o *Op, a Val, n uint64) Val {
	w := o.W
	if o.Code <= VSarI {
		n = uint64(o.Imm)
	}
	switch o.Code {
	case VShlI, VShlS:
		return lanes1(w, a, func(x uint64) uint64 { return x << n })
	case VShrI, VShrS:
		return lanes1(w, a, func(x uint64) uint64 { return x >> n })
	}
	n = min(n, uint64(w.Bits()-1))
	return lanes1(w, a, func(x uint64) uint64 { return uint64(signExtend(w, x) >> n) })
}

// evalVecWidth evaluates the ops whose result lanes differ in width or number from their input's.
func evalVecWidth(o *Op, a, b Val) (r Val) {
	w := o.W
	n := uint(16) >> w // lanes
	signed := o.Attr&Signed != 0
	half := uint(0)
	if o.Attr&High != 0 {
		half = n / 2
	}
	switch o.Code {
	case VMulL:
		for i := range n / 2 {
			r = r.WithLane(w+1, i, ext(w, a.Lane(w, half+i), signed)*ext(w, b.Lane(w, half+i), signed))
		}
	case VMulEven:
		for i := range n / 2 {
			r = r.WithLane(w+1, i, ext(w, a.Lane(w, 2*i), signed)*ext(w, b.Lane(w, 2*i), signed))
		}
	case VMulAddPair:
		for i := range n / 2 {
			x := ext(w, a.Lane(w, 2*i), true) * ext(w, b.Lane(w, 2*i), true)
			r = r.WithLane(w+1, i, x+ext(w, a.Lane(w, 2*i+1), true)*ext(w, b.Lane(w, 2*i+1), true))
		}
	case VPack:
		for i := range n {
			r = r.WithLane(w-1, i, saturate(w, a.Lane(w, i), true, signed))
			r = r.WithLane(w-1, n+i, saturate(w, b.Lane(w, i), true, signed))
		}
	case VNarrow:
		for i := range n {
			x := a.Lane(w, i)
			if o.Attr&Saturate != 0 {
				x = saturate(w, x, signed, signed)
			}
			r = r.WithLane(w-1, i, x)
		}
	case VWiden:
		for i := range n / 2 {
			r = r.WithLane(w+1, i, ext(w, a.Lane(w, half+i), signed))
		}
	case VSad:
		for i := range uint(16) {
			x, y := a.Lane(W8, i), b.Lane(W8, i)
			r = r.WithLane(W64, i/8, r.Lane(W64, i/8)+max(x, y)-min(x, y))
		}
	case VAddV:
		for i := range n {
			r.Lo += a.Lane(w, i)
		}
		r.Lo &= w.Mask()
	case VAddP:
		for i := range n / 2 {
			r = r.WithLane(w, i, a.Lane(w, 2*i)+a.Lane(w, 2*i+1))
			r = r.WithLane(w, n/2+i, b.Lane(w, 2*i)+b.Lane(w, 2*i+1))
		}
	}
	return r
}

// ext extends a lane of w bits to 64.
func ext(w Width, x uint64, signed bool) uint64 {
	if signed {
		return uint64(signExtend(w, x))
	}
	return x
}

// saturate narrows a lane of w bits, signed or not, to half its width, signed or not.
func saturate(w Width, x uint64, from, to bool) uint64 {
	m := (w - 1).Mask()
	if !from {
		return min(x, m)
	}
	lo, hi := int64(0), int64(m)
	if to {
		lo, hi = -int64(m>>1)-1, int64(m>>1)
	}
	return uint64(max(lo, min(hi, signExtend(w, x))))
}
