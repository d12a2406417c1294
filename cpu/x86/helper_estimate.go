package x86

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/ir"
)

// fEstimate is RCPPS and RSQRTPS (aux 1). Processors differ in the estimates' bits within the
// documented error of 1.5 × 2^-12; here the estimate is the exact value cut to 12 bits, rounded to nearest,
// the same on every host. No exception is raised. SDM vol. 2B RCPPS, RSQRTPS.
func fEstimate(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	h := &helperRcp
	if r.aux == 1 {
		h = &helperRsqrt
	}
	v := t.b.CallPure(h, ir.V128, s)
	if r.attr&ir.Scalar != 0 {
		v = t.b.V(ir.VInsV, ir.W32, 0, xmm(d.Reg), v)
	}
	t.b.Set(xmm(d.Reg), v)
}

var helperRcp = ir.Helper{Name: "rcpps", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
	return lanes32(in[0], rcp32)
}}

var helperRsqrt = ir.Helper{Name: "rsqrtps", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
	return lanes32(in[0], rsqrt32)
}}

func lanes32(v ir.Val, f func(uint32) uint32) ir.Val {
	two := func(x uint64) uint64 { return uint64(f(uint32(x))) | uint64(f(uint32(x>>32)))<<32 }
	return ir.Val{Lo: two(v.Lo), Hi: two(v.Hi)}
}

const (
	f32Sign = 1 << 31
	f32Inf  = 0xff << 23
)

// rcp32 estimates 1/x. Denormals count as zeros, and a result that would be one is zero.
func rcp32(x uint32) uint32 {
	sign, mag := x&f32Sign, x&^f32Sign
	switch {
	case mag > f32Inf:
		return x | 1<<22
	case mag == f32Inf:
		return sign
	case mag < 1<<23:
		return sign | f32Inf
	}
	// m in [2^23, 2^24): 2^36/m is in (2^12, 2^13], rounded to a 12-bit fraction.
	m := uint64(x&(1<<23-1) | 1<<23)
	q := (uint64(1)<<37/m + 1) >> 1
	exp := 253 - int(mag>>23)
	if q == 1<<13 {
		q = 1 << 12
		exp++
	}
	if exp <= 0 {
		return sign
	}
	return sign | uint32(exp)<<23 | uint32(q&(1<<12-1))<<11
}

// rsqrt32 estimates 1/sqrt(x).
func rsqrt32(x uint32) uint32 {
	mag := x &^ f32Sign
	switch {
	case mag > f32Inf:
		return x | 1<<22
	case mag < 1<<23:
		return x&f32Sign | f32Inf
	case x&f32Sign != 0:
		return 0xffc00000
	case mag == f32Inf:
		return 0
	}
	// x = m × 2^e with e even and m in [1,4): 1/sqrt(m) in (1/2, 1].
	m := uint64(x&(1<<23-1) | 1<<23)
	e := int(mag>>23) - 127
	if e&1 != 0 {
		m <<= 1
		e--
	}
	// The largest r in [2^13, 2^14] with r/2^14 <= 1/sqrt(m); then rounding to 12 bits of fraction.
	r := uint64(1) << 13
	for step := uint64(1) << 13; step != 0; step >>= 1 {
		if n := r + step; n < 1<<14+1 && fits(n, m) {
			r = n
		}
	}
	r = (r + 1) >> 1
	exp := 126 - e/2
	if r == 1<<13 {
		r = 1 << 12
		exp++
	}
	return uint32(exp)<<23 | uint32(r&(1<<12-1))<<11
}

// fits reports r² × m <= 2^51, that is r/2^14 <= 1/sqrt(m/2^23).
func fits(r, m uint64) bool {
	hi, lo := bits.Mul64(r*r, m)
	return hi == 0 && lo <= 1<<51
}
