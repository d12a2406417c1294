package ir

import "sync"

// aesTables are AES's substitution and its inverse (FIPS 197 5.1.1).
var aesTables = sync.OnceValues(makeAES)

func makeAES() (sbox, inv *[256]byte) {
	sbox, inv = new([256]byte), new([256]byte)
	// p runs through all powers of 3, q through those of 1/3 in GF(2^8).
	p, q := byte(1), byte(1)
	for {
		p ^= xtime(p)
		q ^= q << 1
		q ^= q << 2
		q ^= q << 4
		if q&0x80 != 0 {
			q ^= 9
		}
		s := q ^ (q<<1 | q>>7) ^ (q<<2 | q>>6) ^ (q<<3 | q>>5) ^ (q<<4 | q>>4) ^ 0x63
		sbox[p] = s
		if p == 1 {
			break
		}
	}
	sbox[0] = 0x63
	for i, s := range sbox {
		inv[s] = byte(i)
	}
	return sbox, inv
}

// xtime multiplies by x in GF(2^8).
func xtime(b byte) byte {
	if b&0x80 != 0 {
		return b<<1 ^ 0x1b
	}
	return b << 1
}

func gfMul(a, b byte) (r byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			r ^= a
		}
		a = xtime(a)
	}
	return r
}

func (v Val) bytes() (b [16]byte) {
	for i := range b {
		b[i] = byte(v.Lane(W8, uint(i)))
	}
	return b
}

func fromBytes(b [16]byte) (v Val) {
	for i, x := range b {
		if i < 8 {
			v.Lo |= uint64(x) << (8 * i)
		} else {
			v.Hi |= uint64(x) << (8 * (i - 8))
		}
	}
	return v
}

// aesMix multiplies every column by the polynomial with coefficients c (FIPS 197 5.1.3).
func aesMix(s [16]byte, c [4]byte) (d [16]byte) {
	for i := range d {
		for k := range 4 {
			d[i] ^= gfMul(s[i&^3|k], c[(k-i)&3])
		}
	}
	return d
}

// evalAES is VAes. SDM vol. 1 12.13.
func evalAES(o *Op, in *[5]Val) Val {
	s := in[0].bytes()
	mix, inverse := [4]byte{2, 3, 1, 1}, [4]byte{14, 11, 13, 9}
	switch o.Aux {
	case AesMixInv:
		return fromBytes(aesMix(s, inverse))
	case AesMix:
		return fromBytes(aesMix(s, mix))
	}
	dec := o.Aux == AesDec || o.Aux == AesDecLast
	sbox, inv := aesTables()
	var t [16]byte
	for i := range t {
		row, col := i&3, i>>2
		if dec {
			t[i] = inv[s[row|(col-row)&3<<2]]
		} else {
			t[i] = sbox[s[row|(col+row)&3<<2]]
		}
	}
	switch o.Aux {
	case AesEnc:
		t = aesMix(t, mix)
	case AesDec:
		t = aesMix(t, inverse)
	}
	r := fromBytes(t)
	return Val{r.Lo ^ in[1].Lo, r.Hi ^ in[1].Hi}
}

// evalClmul is VClmul. SDM vol. 2B PCLMULQDQ.
func evalClmul(o *Op, in *[5]Val) (r Val) {
	a, b := in[0].Lane(W64, uint(o.Imm&1)), in[1].Lane(W64, uint(o.Imm>>4&1))
	for i := range 64 {
		if b>>i&1 != 0 {
			r.Lo ^= a << i
			if i > 0 {
				r.Hi ^= a >> (64 - i)
			}
		}
	}
	return r
}
