package ir

// evalFlags evaluates the integer ops with flags, and the ops on flags words. The inputs are those
// of the op's row; the first result is the op's first output.
func evalFlags(o *Op, in *[5]Val) (r, f uint64) {
	w := o.W
	a, b := in[0].Lo, in[1].Lo
	switch o.Code {
	case AddF:
		return AddFlags(w, a, b, 0)
	case SubF:
		r, f = SubFlags(w, a, b, 0)
		if o.Attr&InvC != 0 {
			f ^= FlagC
		}
		return r, f
	case AdcF:
		return AddFlags(w, a, b, in[2].Lo>>8&1)
	case SbbF:
		c := in[2].Lo >> 8 & 1
		if o.Attr&InvC != 0 {
			r, f = SubFlags(w, a, b, c^1)
			return r, f ^ FlagC
		}
		return SubFlags(w, a, b, c)
	case AndF:
		r = a & b & w.Mask()
		return r, FlagsSZP(w, r)
	case OrF:
		r = (a | b) & w.Mask()
		return r, FlagsSZP(w, r)
	case XorF:
		r = (a ^ b) & w.Mask()
		return r, FlagsSZP(w, r)
	case IncF:
		r, f = AddFlags(w, a, 1, 0)
		return r, f&^FlagC | b&FlagC
	case DecF:
		r, f = SubFlags(w, a, 1, 0)
		return r, f&^FlagC | b&FlagC
	case MergeF:
		return a&uint64(o.Imm) | b&^uint64(o.Imm), 0
	case SetF:
		return b2u(EvalCond(o.Cond, a)), 0
	case SelF:
		if EvalCond(o.Cond, a) {
			return b, 0
		}
		return in[2].Lo, 0
	}
	return evalShiftFlags(o, in)
}

func evalShiftFlags(o *Op, in *[5]Val) (r, f uint64) {
	a, b, c := in[0].Lo, in[1].Lo, in[2].Lo
	switch o.Code {
	case ShlF:
		return ShlFlags(o.W, a, b, c)
	case ShrF:
		return ShrFlags(o.W, a, b, c)
	case SarF:
		return SarFlags(o.W, a, b, c)
	case RolF:
		return rolFlags(o.W, a, b, c)
	case RorF:
		return rorFlags(o.W, a, b, c)
	case RclF:
		return rclFlags(o.W, a, b, c)
	case RcrF:
		return rcrFlags(o.W, a, b, c)
	case ShldF:
		return shldFlags(o.W, a, b, c, in[3].Lo)
	case ShrdF:
		return shrdFlags(o.W, a, b, c, in[3].Lo)
	}
	return 0, 0
}

// FlagsSZP returns a flags word with S, Z and P set from the w-bit result r; P looks at the low byte only.
func FlagsSZP(w Width, r uint64) uint64 {
	f := uint64(FlagOne)
	f |= r >> (w.Bits() - 1) & 1 << 15
	if r == 0 {
		f |= FlagZ
	}
	return f | uint64(0x9669)>>((r^r>>4)&15)&1<<10
}

// AddFlags returns a+b+c and its flags word; c is 0 or 1.
func AddFlags(w Width, a, b, c uint64) (r, f uint64) {
	a, b = a&w.Mask(), b&w.Mask()
	r = (a + b + c) & w.Mask()
	top := w.Bits() - 1
	f = FlagsSZP(w, r)
	f |= (a&b | (a|b)&^r) >> top & 1 << 8
	f |= (a ^ r) & (b ^ r) >> top & 1
	return r, f | (a^b^r)>>4&1<<12
}

// SubFlags returns a-b-c and its flags word with C meaning borrow; c is 0 or 1.
func SubFlags(w Width, a, b, c uint64) (r, f uint64) {
	a, b = a&w.Mask(), b&w.Mask()
	r = (a - b - c) & w.Mask()
	top := w.Bits() - 1
	f = FlagsSZP(w, r)
	f |= (^a&b | ^(a^b)&r) >> top & 1 << 8
	f |= (a ^ b) & (a ^ r) >> top & 1
	return r, f | (a^b^r)>>4&1<<12
}

// shiftCount masks a shift count as x86 does: to 6 bits for 64-bit operands, else to 5.
func shiftCount(w Width, c uint64) uint {
	if w == W64 {
		return uint(c & 63)
	}
	return uint(c & 31)
}

// ShlFlags: SDM vol. 2B SAL/SAR/SHL/SHR. O, undefined for counts other than 1, is given by the
// same formula for all counts; C, undefined for counts beyond the width, is 0; A is 0.
func ShlFlags(w Width, a, count, old uint64) (r, f uint64) {
	c := shiftCount(w, count)
	a &= w.Mask()
	if c == 0 {
		return a, old
	}
	n := w.Bits()
	r = a << c & w.Mask()
	cf := uint64(0)
	if c <= n {
		cf = a >> (n - c) & 1
	}
	return r, FlagsSZP(w, r) | cf<<8 | r>>(n-1)&1 ^ cf
}

// ShrFlags is SHR; O is the change of the top bit in the last step.
func ShrFlags(w Width, a, count, old uint64) (r, f uint64) {
	c := shiftCount(w, count)
	a &= w.Mask()
	if c == 0 {
		return a, old
	}
	n := w.Bits()
	r = a >> c
	cf := a >> (c - 1) & 1
	of := (a>>(c-1) ^ r) >> (n - 1) & 1
	return r, FlagsSZP(w, r) | cf<<8 | of
}

// SarFlags is SAR.
func SarFlags(w Width, a, count, old uint64) (r, f uint64) {
	c := shiftCount(w, count)
	if c == 0 {
		return a & w.Mask(), old
	}
	s := signExtend(w, a)
	r = uint64(s>>c) & w.Mask()
	return r, FlagsSZP(w, r) | uint64(s>>(c-1))&1<<8
}

// signExtend returns the low w bits of a as a signed number.
func signExtend(w Width, a uint64) int64 {
	sh := 64 - w.Bits()
	return int64(a<<sh) >> sh
}

// rotl rotates the low w bits of a left by c, any c.
func rotl(w Width, a uint64, c uint) uint64 {
	n := w.Bits()
	c &= n - 1
	if c == 0 {
		return a & w.Mask()
	}
	a &= w.Mask()
	return (a<<c | a>>(n-c)) & w.Mask()
}

// rolFlags is ROL: only C and O change. SDM vol. 2B RCL/RCR/ROL/ROR.
func rolFlags(w Width, a, count, old uint64) (r, f uint64) {
	c := shiftCount(w, count)
	if c == 0 {
		return a & w.Mask(), old
	}
	r = rotl(w, a, c)
	cf := r & 1
	return r, old&^(FlagC|FlagO) | cf<<8 | r>>(w.Bits()-1)&1 ^ cf
}

// rorFlags is ROR.
func rorFlags(w Width, a, count, old uint64) (r, f uint64) {
	c := shiftCount(w, count)
	if c == 0 {
		return a & w.Mask(), old
	}
	n := w.Bits()
	r = rotl(w, a, n-c&(n-1))
	cf := r >> (n - 1) & 1
	return r, old&^(FlagC|FlagO) | cf<<8 | (r>>(n-2)^cf)&1
}

// rclFlags is RCL: 8- and 16-bit counts are taken modulo 9 and 17.
func rclFlags(w Width, a, count, old uint64) (r, f uint64) {
	n := w.Bits()
	c := shiftCount(w, count)
	a &= w.Mask()
	if c == 0 {
		return a, old
	}
	cf := old >> 8 & 1
	if w < W32 {
		c %= n + 1
	}
	if r = a; c != 0 {
		r = (a<<c | cf<<(c-1) | a>>(n+1-c)) & w.Mask()
		cf = a >> (n - c) & 1
	}
	return r, old&^(FlagC|FlagO) | cf<<8 | r>>(n-1)&1 ^ cf
}

// rcrFlags is RCR.
func rcrFlags(w Width, a, count, old uint64) (r, f uint64) {
	n := w.Bits()
	c := shiftCount(w, count)
	a &= w.Mask()
	if c == 0 {
		return a, old
	}
	cf := old >> 8 & 1
	if w < W32 {
		c %= n + 1
	}
	if r = a; c != 0 {
		r = (a>>c | cf<<(n-c) | a<<(n+1-c)) & w.Mask()
		cf = a >> (c - 1) & 1
	}
	return r, old&^(FlagC|FlagO) | cf<<8 | (r>>(n-1)^r>>(n-2))&1
}

// shldFlags is SHLD. The 16-bit form with a count above 16 is undefined; here b comes in twice.
// SDM vol. 2B SHLD.
func shldFlags(w Width, a, b, count, old uint64) (r, f uint64) {
	n := w.Bits()
	c := shiftCount(w, count)
	a, b = a&w.Mask(), b&w.Mask()
	if c == 0 {
		return a, old
	}
	var cf uint64
	if c <= n {
		r = (a<<c | b>>(n-c)) & w.Mask()
		cf = a >> (n - c) & 1
	} else {
		r = (b<<(c-n) | b>>(2*n-c)) & w.Mask()
		cf = b >> (2*n - c) & 1
	}
	return r, FlagsSZP(w, r) | cf<<8 | r>>(n-1)&1 ^ cf
}

// shrdFlags is SHRD.
func shrdFlags(w Width, a, b, count, old uint64) (r, f uint64) {
	n := w.Bits()
	c := shiftCount(w, count)
	a, b = a&w.Mask(), b&w.Mask()
	if c == 0 {
		return a, old
	}
	var cf uint64
	if c <= n {
		r = (a>>c | b<<(n-c)) & w.Mask()
		cf = a >> (c - 1) & 1
	} else {
		r = (b>>(c-n) | b<<(2*n-c)) & w.Mask()
		cf = b >> (c - n - 1) & 1
	}
	return r, FlagsSZP(w, r) | cf<<8 | (r>>(n-1)^r>>(n-2))&1
}
