package ir

import "math/bits"

// StrExplicit in the Imm of VStr and VStrM: the lengths are the third and fourth inputs; else strings end
// at a zero element. The low 8 bits are x86's immediate (SDM vol. 2B 4.1).
const StrExplicit = 1 << 8

// evalStr compares two strings: the result bits (IntRes2), the index, and the flags word.
func evalStr(imm uint64, in *[5]Val) (res, index, flags uint64) {
	w, n := W8, 16
	if imm&1 != 0 {
		w, n = W16, 8
	}
	la, lb := strClip(in[2].Lo, n), strClip(in[3].Lo, n)
	if imm&StrExplicit == 0 {
		la, lb = strEnd(in[0], w, n), strEnd(in[1], w, n)
	}
	res = strCompare(imm, w, n, in[0], in[1], la, lb)
	switch imm >> 4 & 3 {
	case 1:
		res ^= 1<<n - 1
	case 3:
		res ^= 1<<lb - 1
	}
	index = uint64(n)
	flags = FlagOne | res&1 // O is bit 0
	if res != 0 {
		flags |= FlagC
		index = uint64(bits.TrailingZeros64(res))
		if imm&0x40 != 0 {
			index = uint64(bits.Len64(res) - 1)
		}
	}
	if lb < n {
		flags |= FlagZ
	}
	if la < n {
		flags |= FlagS
	}
	return res, index, flags
}

// strClip returns the magnitude of an explicit length, at most n.
func strClip(v uint64, n int) int {
	x := int64(v)
	if x < 0 {
		x = -x
	}
	if x < 0 || x > int64(n) {
		return n
	}
	return int(x)
}

// strEnd returns the index of the first zero element.
func strEnd(v Val, w Width, n int) int {
	for i := range n {
		if v.Lane(w, uint(i)) == 0 {
			return i
		}
	}
	return n
}

// strCompare computes IntRes1: for each element of b what the aggregation says of it.
func strCompare(imm uint64, w Width, n int, a, b Val, la, lb int) (res uint64) {
	elem := func(v Val, i int) int64 {
		x := v.Lane(w, uint(i))
		if imm&2 != 0 {
			s := 64 - w.Bits()
			return int64(x<<s) >> s
		}
		return int64(x)
	}
	for j := range n {
		var hit bool
		switch imm >> 2 & 3 {
		case 0: // equal any
			for i := 0; i < la && j < lb; i++ {
				hit = hit || elem(a, i) == elem(b, j)
			}
		case 1: // ranges
			for i := 0; i+1 < la && j < lb; i += 2 {
				x := elem(b, j)
				hit = hit || elem(a, i) <= x && x <= elem(a, i+1)
			}
		case 2: // equal each
			hit = j >= la && j >= lb || j < la && j < lb && elem(a, j) == elem(b, j)
		case 3: // equal ordered: a occurs in b at j, as far as the register goes
			hit = true
			for i := 0; i < la && i+j < n; i++ {
				hit = hit && i+j < lb && elem(a, i) == elem(b, i+j)
			}
		}
		if hit {
			res |= 1 << j
		}
	}
	return res
}

// evalStrMask spreads the result bits over the elements, or leaves them bits.
func evalStrMask(imm, res uint64) (v Val) {
	if imm&0x40 == 0 {
		return Val{Lo: res}
	}
	w := W8
	if imm&1 != 0 {
		w = W16
	}
	for i := range uint(16) >> w {
		if res>>i&1 != 0 {
			v = v.WithLane(w, i, w.Mask())
		}
	}
	return v
}
