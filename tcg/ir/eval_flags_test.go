package ir

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var edges = []uint64{0, 1, 2, 3, 7, 8, 0x0f, 0x10, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x100, 0x7fff, 0x8000, 0xffff,
	0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffffe,
	0xffffffffffffffff, 0x0123456789abcdef, 0xfedcba9876543210}

func eval1(c Opcode, w Width, attr Attr, ins ...uint64) (r, f uint64) {
	o := Op{Code: c, W: w, Attr: attr}
	var in [5]Val
	for i, v := range ins {
		in[i].Lo = v
	}
	a, b := Eval(&o, &in, nil)
	return a.Lo, b.Lo
}

func refSZP(w Width, r uint64) uint64 {
	f := uint64(FlagOne)
	if r == 0 {
		f |= FlagZ
	}
	if r&(1<<(w.Bits()-1)) != 0 {
		f |= FlagS
	}
	if bits.OnesCount8(uint8(r))%2 == 0 {
		f |= FlagP
	}
	return f
}

// refAdd adds bit by bit.
func refAdd(w Width, a, b, c uint64) (r, f uint64) {
	var into, half uint64
	for i := uint(0); i < w.Bits(); i++ {
		x, y := a>>i&1, b>>i&1
		r |= (x ^ y ^ c) << i
		into = c
		c = b2u(x+y+c > 1)
		if i == 3 {
			half = c
		}
	}
	return r, refSZP(w, r) | c<<8 | (into ^ c) | half<<12
}

func TestAddSubFlags(t *testing.T) {
	const old0, old1 = FlagOne, FlagOne | FlagC
	for w := W8; w <= W64; w++ {
		for _, a := range edges {
			for _, b := range edges {
				check := func(c Opcode, attr Attr, old, wr, wf uint64) {
					r, f := eval1(c, w, attr, a, b, old)
					require.Equal(t, [2]uint64{wr, wf}, [2]uint64{r, f}, "%v %v %#x %#x old %#x", c, w.Bits(), a, b, old)
				}
				r, f := refAdd(w, a, b, 0)
				check(AddF, 0, 0, r, f)
				check(AdcF, 0, old0, r, f)
				r, f = refAdd(w, a, b, 1)
				check(AdcF, 0, old1, r, f)
				// a - b is a + ^b + 1 with carry and half carry inverted.
				r, f = refAdd(w, a, ^b, 1)
				check(SubF, 0, 0, r, f^FlagC^FlagA)
				check(SbbF, 0, old0, r, f^FlagC^FlagA)
				check(SubF, InvC, 0, r, f^FlagA)
				check(SbbF, InvC, old1, r, f^FlagA)
				r, f = refAdd(w, a, ^b, 0)
				check(SbbF, 0, old1, r, f^FlagC^FlagA)
				check(SbbF, InvC, old0, r, f^FlagA)
				m := w.Mask()
				check(AndF, 0, 0, a&b&m, refSZP(w, a&b&m))
				check(OrF, 0, 0, (a|b)&m, refSZP(w, (a|b)&m))
				check(XorF, 0, 0, (a^b)&m, refSZP(w, (a^b)&m))
			}
			for _, old := range []uint64{old0, old1} {
				r, f := refAdd(w, a, 1, 0)
				gr, gf := eval1(IncF, w, 0, a, old)
				require.Equal(t, [2]uint64{r, f&^FlagC | old&FlagC}, [2]uint64{gr, gf}, "inc %#x", a)
				r, f = refAdd(w, a, ^uint64(0), 0)
				gr, gf = eval1(DecF, w, 0, a, old)
				require.Equal(t, [2]uint64{r, (f^FlagA)&^FlagC | old&FlagC}, [2]uint64{gr, gf}, "dec %#x", a)
			}
		}
	}
}

// refShift does a shift or rotate one step at a time: C is the bit that left, O by the rule for a
// count of 1 applied to the last step.
func refShift(c Opcode, w Width, a, b, count, old uint64) (r, f uint64) {
	n := w.Bits()
	cnt := uint(count) & 31
	if w == W64 {
		cnt = uint(count) & 63
	}
	m := w.Mask()
	a, b = a&m, b&m
	if cnt == 0 {
		return a, old
	}
	top := func(x uint64) uint64 { return x >> (n - 1) & 1 }
	cf, of, steps := old>>8&1, uint64(0), cnt
	if (c == RclF || c == RcrF) && cnt%(n+1) == 0 {
		steps = 0
		of = top(a) ^ cf
		if c == RcrF {
			of = top(a) ^ a>>(n-2)&1
		}
	}
	for ; steps > 0; steps-- {
		prev := a
		switch c {
		case ShlF:
			cf, a = top(a), a<<1&m
			of = top(a) ^ cf
		case ShrF:
			cf, a = a&1, a>>1
			of = top(prev)
		case SarF:
			cf, a = a&1, a>>1|top(a)<<(n-1)
		case RolF:
			cf = top(a)
			a = (a<<1 | cf) & m
			of = top(a) ^ cf
		case RorF:
			cf = a & 1
			a = a>>1 | cf<<(n-1)
			of = top(a) ^ top(prev)
		case RclF:
			a, cf = (a<<1|cf)&m, top(a)
			of = top(a) ^ cf
		case RcrF:
			a, cf = a>>1|cf<<(n-1), a&1
			of = top(a) ^ top(prev)
		case ShldF:
			cf = top(a)
			a = (a<<1 | top(b)) & m
			b = (b<<1 | top(b)) & m
			of = top(a) ^ cf
		case ShrdF:
			cf = a & 1
			a = a>>1 | (b&1)<<(n-1)
			b = b>>1 | (b&1)<<(n-1)
			of = top(a) ^ top(prev)
		}
	}
	if c >= RolF && c <= RcrF {
		return a, old&^(FlagC|FlagO) | cf<<8 | of
	}
	return a, refSZP(w, a) | cf<<8 | of
}

func TestShiftFlags(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for c := ShlF; c <= ShrdF; c++ {
		for w := W8; w <= W64; w++ {
			if c.Info().Widths>>w&1 == 0 {
				continue
			}
			for count := range uint64(256) {
				if (c == ShldF || c == ShrdF) && w == W16 && count&31 > 16 {
					continue // undefined by the SDM
				}
				for _, a := range edges {
					b := rng.Uint64()
					old := rng.Uint64()&FlagMask | FlagOne
					wr, wf := refShift(c, w, a, b, count, old)
					var r, f uint64
					if c >= ShldF {
						r, f = eval1(c, w, 0, a, b, count, old)
					} else {
						r, f = eval1(c, w, 0, a, count, old)
					}
					require.Equal(t, [2]uint64{wr, wf}, [2]uint64{r, f}, "%v %d %#x %#x count %d old %#x", c, w.Bits(), a, b, count, old)
				}
			}
		}
	}
}

func TestCond(t *testing.T) {
	for f := range uint64(32) {
		o, c, z, s, p := f&1 != 0, f&2 != 0, f&4 != 0, f&8 != 0, f&16 != 0
		word := FlagOne | f&1 | f>>1&1<<8 | f>>2&1<<14 | f>>3&1<<15 | f>>4&1<<10
		want := map[Cond]bool{CondO: o, CondB: c, CondZ: z, CondBE: c || z, CondS: s, CondP: p, CondL: s != o,
			CondLE: z || s != o, CondHIa: c && !z}
		require.Len(t, want, int(numFlagConds)/2)
		for cond, w := range want {
			require.Equal(t, w, EvalCond(cond, word), "%v %#x", cond, word)
			require.Equal(t, !w, EvalCond(cond.Negate(), word), "%v %#x", cond.Negate(), word)
		}
	}
	for w := W8; w <= W64; w++ {
		for _, a := range edges {
			for _, b := range edges {
				r, f := eval1(SubF, w, 0, a, b)
				_, l := eval1(AndF, w, 0, a, b)
				for cmp, fl := range map[Cond]Cond{EQ: CondZ, LTU: CondB, LEU: CondBE, LT: CondL, LE: CondLE} {
					require.Equal(t, EvalCond(fl, f), EvalCmp(cmp, w, a, b), "%v %#x %#x %#x", cmp, a, b, r)
					require.Equal(t, !EvalCond(fl, f), EvalCmp(cmp.Negate(), w, a, b), "%v", cmp.Negate())
				}
				require.Equal(t, EvalCond(CondZ, l), EvalCmp(TSTEQ, w, a, b))
			}
		}
	}
}

func TestDiv(t *testing.T) {
	for w := W8; w <= W32; w++ {
		n := w.Bits()
		m := w.Mask()
		for _, hi := range edges {
			for _, lo := range edges {
				for _, d := range edges {
					msg := fmt.Sprintf("%d: %#x:%#x / %#x", n, hi, lo, d)
					q, r, ok := EvalDiv(Div2U, w, hi, lo, d)
					v := hi&m<<n | lo&m
					wok := d&m != 0 && v/max(d&m, 1) <= m
					require.Equal(t, wok, ok, msg)
					if ok {
						require.Equal(t, [2]uint64{v / (d & m), v % (d & m)}, [2]uint64{q, r}, msg)
					}
					q, r, ok = EvalDiv(Div2S, w, hi, lo, d)
					s := signExtend(w+1, v)
					sd := signExtend(w, d)
					wok = sd != 0
					var wq int64
					if wok && !(sd == -1 && s == -s) {
						wq = s / sd
						wok = signExtend(w, uint64(wq)) == wq
					} else if wok {
						wok = s == 0
					}
					require.Equal(t, wok, ok, msg)
					if ok {
						require.Equal(t, [2]uint64{uint64(wq) & m, uint64(s%sd) & m}, [2]uint64{q, r}, msg)
					}
				}
			}
		}
	}
	for _, q := range edges { // 64 bits: multiply back
		for _, d := range edges {
			for _, rem := range []uint64{0, 1, d - 1} {
				if d == 0 || rem >= d {
					continue
				}
				hi, lo := bits.Mul64(q, d)
				lo, c := bits.Add64(lo, rem, 0)
				gq, gr, ok := EvalDiv(Div2U, W64, hi+c, lo, d)
				require.True(t, ok)
				require.Equal(t, [2]uint64{q, rem}, [2]uint64{gq, gr})
			}
		}
		_, _, ok := EvalDiv(Div2S, W64, q, 1, 0)
		require.False(t, ok)
	}
	q, r, ok := EvalDiv(Div2S, W64, ^uint64(0), 1<<63, ^uint64(0)) // minimum / -1
	require.False(t, ok, "%x %x", q, r)
	q, r, ok = EvalDiv(Div2S, W64, ^uint64(0), ^uint64(6), 2) // -7 / 2
	require.True(t, ok)
	require.Equal(t, [2]int64{-3, -1}, [2]int64{int64(q), int64(r)})
	q, _, ok = EvalDiv(Div2S, W64, ^uint64(0), 1<<63, 1)
	require.True(t, ok)
	require.Equal(t, uint64(1)<<63, q)
}
