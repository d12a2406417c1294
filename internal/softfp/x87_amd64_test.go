package softfp

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gotcg/gotcg/internal/hostfp"
)

func operand80(r *rand.Rand) F80 {
	v := operand(r, F64)
	var e Env
	x := e.To80(F64, v)
	switch r.IntN(8) {
	case 0: // any pattern, the senseless ones among them
		x.Sig = r.Uint64()
	case 1:
		x.SE = uint16(r.Uint64())
	case 2:
		x = F80{r.Uint64() >> r.IntN(64), uint16(r.Uint64N(2)) << 15}
	case 3:
		x = F80{r.Uint64() | 1<<63, uint16(r.Uint64N(2))<<15 | uint16(0x7ffe-r.Uint64N(3))}
	case 4, 5:
		x = F80{1<<63 | r.Uint64()<<r.IntN(64), uint16(r.Uint64N(2))<<15 | uint16(16383-70+r.Uint64N(140))}
	}
	return x
}

func put(v F80) *[16]byte {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], v.Sig)
	binary.LittleEndian.PutUint16(b[8:], v.SE)
	return &b
}

func get(b *[16]byte) F80 {
	return F80{binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint16(b[8:])}
}

// TestHostX87 compares F80 arithmetic with the host's x87, in all rounding modes and precisions.
func TestHostX87(t *testing.T) {
	n := 10000
	if testing.Short() {
		n = 1000
	}
	cases := []struct {
		name string
		host hostfp.Op80
		soft func(e *Env, a, b F80) F80
	}{
		{"fadd", hostfp.FAdd, (*Env).Add80},
		{"fsub", hostfp.FSub, (*Env).Sub80},
		{"fmul", hostfp.FMul, (*Env).Mul80},
		{"fdiv", hostfp.FDiv, (*Env).Div80},
		{"fsqrt", hostfp.FSqrt, func(e *Env, a, _ F80) F80 { return e.Sqrt80(a) }},
		{"frndint", hostfp.FRndint, func(e *Env, a, _ F80) F80 { return e.RoundInt80(a) }},
		{"fld32", hostfp.FLd32, func(e *Env, a, _ F80) F80 { return e.To80(F32, a.Sig&(1<<32-1)) }},
		{"fld64", hostfp.FLd64, func(e *Env, a, _ F80) F80 { return e.To80(F64, a.Sig) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2, uint64(len(c.name))))
			bad := 0
			for i := range n {
				a, b := operand80(r), operand80(r)
				if i%4 == 0 {
					b.Sig = a.Sig ^ r.Uint64N(3)
				}
				if c.name == "fld32" || c.name == "fld64" {
					a.Sig = operand(r, F32+Format(c.name[3]/'6'))
				}
				for m := range uint32(12) {
					pc := m % 3
					if pc > 0 {
						pc++
					}
					cw := 0x7f | pc<<8 | m/3<<10
					var out [16]byte
					sw := c.host(cw, put(a), put(b), &out)
					e := Env{Rules: X87, Round: Round(m / 3), Prec: []uint8{24, 0, 53, 64}[pc]}
					got := c.soft(&e, a, b)
					flags := Flags(sw & 0x3f)
					c1 := sw&0x200 != 0
					if get(&out) != got || flags != e.Flags || e.Flags&Inexact != 0 && c1 != e.RoundedUp {
						if bad++; bad < 5 {
							t.Errorf("cw %04x a %04x:%016x b %04x:%016x: host %x flags %02x c1 %v, soft %x flags %02x c1 %v",
								cw, a.SE, a.Sig, b.SE, b.Sig, get(&out), flags, c1, got, e.Flags, e.RoundedUp)
						}
					}
				}
			}
		})
	}
}

// TestHostX87Rem compares the remainders, with their condition bits, and FSCALE.
func TestHostX87Rem(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	bad := 0
	for range 60000 {
		a, b := operand80(r), operand80(r)
		if r.IntN(2) == 0 {
			b.SE = b.SE&0x8000 | (a.SE-uint16(r.IntN(140)-4))&0x7fff
		}
		if r.IntN(16) == 0 {
			b.SE = 16383 + uint16(r.IntN(18))
		}
		for k, h := range []hostfp.Op80{hostfp.FPrem, hostfp.FPrem1, hostfp.FScale} {
			var out [16]byte
			sw := h(0x37f, put(a), put(b), &out)
			e := Env{Rules: X87}
			var got F80
			cc := uint32(0)
			if k < 2 {
				var q uint64
				var part bool
				got, q, part = e.Rem80(a, b, k == 1)
				cc = uint32(q&1<<9 | q>>1&1<<14 | q>>2&1<<8)
				if part {
					cc = 1 << 10
				}
				if got.SE&0x7fff == 0x7fff { // stay from before
					cc, sw = 0, sw&^0x4700
				}
			} else {
				got = e.Scale80(a, b)
				if e.Flags&Inexact != 0 && e.RoundedUp {
					cc = 1 << 9
				}
				sw &^= 0x4500 // stays from before
			}
			if get(&out) != got || Flags(sw&0x3f) != e.Flags || sw&0x4700 != cc {
				if bad++; bad < 8 {
					t.Errorf("op %d a %04x:%016x b %04x:%016x: host %x sw %04x, soft %x flags %02x cc %04x",
						k, a.SE, a.Sig, b.SE, b.Sig, get(&out), sw&0x473f, got, e.Flags, cc)
				}
			}
		}
	}
}

// TestHostX87Transcendental bounds the distance to the host's transcendental functions, which may differ in
// the last place.
func TestHostX87Transcendental(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	one := func(f func(e *Env, a F80) (F80, bool)) func(e *Env, a, b F80) F80 {
		return func(e *Env, a, _ F80) F80 { v, _ := f(e, a); return v }
	}
	small := func(lo, hi int) func() F80 {
		return func() F80 {
			return F80{r.Uint64() | 1<<63, uint16(r.Uint64N(2))<<15 | uint16(16383+lo+r.IntN(hi-lo))}
		}
	}
	pos := func(g func() F80) func() F80 { return func() F80 { v := g(); v.SE &= 0x7fff; return v } }
	cases := []struct {
		name string
		host hostfp.Op80
		soft func(e *Env, a, b F80) F80
		a, b func() F80
		ulps uint64
	}{
		{"fsin", hostfp.FSin, one((*Env).Sin80), small(-20, -1), small(0, 1), 1},
		{"fcos", hostfp.FCos, one((*Env).Cos80), small(-20, -1), small(0, 1), 1},
		{"fptan", hostfp.FTan, one((*Env).Tan80), small(-20, -1), small(0, 1), 1},
		// The host reduces by a shorter pi.
		{"fsin big", hostfp.FSin, one((*Env).Sin80), small(-1, 8), small(0, 1), 1 << 24},
		{"fcos big", hostfp.FCos, one((*Env).Cos80), small(-1, 8), small(0, 1), 1 << 24},
		{"fptan big", hostfp.FTan, one((*Env).Tan80), small(-1, 8), small(0, 1), 1 << 24},
		{"f2xm1", hostfp.F2XM1, func(e *Env, a, _ F80) F80 { return e.TwoXM1(a) }, small(-70, 0), small(0, 1), 1},
		{"fpatan", hostfp.FPatan, (*Env).Patan, small(-40, 40), small(-40, 40), 1},
		{"fyl2x", hostfp.FYL2X, (*Env).YL2X, small(-40, 40), pos(small(-40, 40)), 1},
		{"fyl2x1", hostfp.FYL2X, (*Env).YL2X, small(-1, 0), pos(small(-1, 1)), 1},
		{"fyl2xp1", hostfp.FYL2XP1, (*Env).YL2XP1, small(-4, 4), small(-60, -2), 1},
	}
	for _, c := range cases {
		var worst, same uint64
		var bad string
		for range 5000 {
			a, b := c.a(), c.b()
			var out [16]byte
			sw := c.host(0x37f, put(a), put(b), &out)
			e := Env{Rules: X87}
			got, want := c.soft(&e, a, b), get(&out)
			d := got.Sig - want.Sig
			if int64(d) < 0 {
				d = -d
			}
			if got.SE != want.SE {
				d = 1 << 40
			}
			if d == 0 {
				same++
			}
			if d > worst {
				worst = d
				bad = fmt.Sprintf("a %04x:%016x b %04x:%016x: host %x sw %04x, soft %x flags %02x", a.SE, a.Sig, b.SE, b.Sig, want, sw, got, e.Flags)
			}
		}
		t.Logf("%s: %d of 5000 equal, worst %d", c.name, same, worst)
		if worst > c.ulps {
			t.Error(c.name, worst, bad)
		}
	}
}

// TestHostX87Special compares the transcendental functions on zeros, infinities, NaNs and denormals.
func TestHostX87Special(t *testing.T) {
	vals := []F80{
		{0, 0}, {0, 0x8000}, {1 << 63, 0x7fff}, {1 << 63, 0xffff}, {1 << 63, 0x3fff}, {1 << 63, 0xbfff},
		{3 << 62, 0x7fff}, {5 << 61, 0xffff}, {1<<63 | 1, 0x7fff}, {1<<63 | 2, 0xffff}, {12345, 0}, {1, 0x8000},
		{1 << 63, 0}, {1 << 62, 0x4000}, {3 << 62, 0x3fff}, {3 << 62, 0xc000}, {1 << 63, 0x3ffe}, {1 << 63, 0xbffd},
		{3 << 62, 0x403d}, {3 << 62, 0x403e}, {3 << 62, 0x4050}, {5 << 61, 1}, {5 << 61, 0x7ffe}, {5 << 61, 0xfffe},
	}
	one := func(f func(e *Env, a F80) (F80, bool)) func(e *Env, a, b F80) (F80, bool) {
		return func(e *Env, a, _ F80) (F80, bool) { return f(e, a) }
	}
	two := func(f func(e *Env, a, b F80) F80) func(e *Env, a, b F80) (F80, bool) {
		return func(e *Env, a, b F80) (F80, bool) { return f(e, a, b), true }
	}
	cases := []struct {
		name  string
		host  hostfp.Op80
		soft  func(e *Env, a, b F80) (F80, bool)
		unary bool
	}{
		{"fsin", hostfp.FSin, one((*Env).Sin80), true},
		{"fcos", hostfp.FCos, one((*Env).Cos80), true},
		{"f2xm1", hostfp.F2XM1, two(func(e *Env, a, _ F80) F80 { return e.TwoXM1(a) }), true},
		{"fpatan", hostfp.FPatan, two((*Env).Patan), false},
		{"fyl2x", hostfp.FYL2X, two((*Env).YL2X), false},
		{"fyl2xp1", hostfp.FYL2XP1, two((*Env).YL2XP1), false},
	}
	for _, c := range cases {
		for _, a := range vals {
			for _, b := range vals {
				if c.unary && b != vals[0] {
					continue
				}
				var out [16]byte
				sw := c.host(0x37f, put(a), put(b), &out)
				e := Env{Rules: X87}
				got, ok := c.soft(&e, a, b)
				want := get(&out)
				close := got.SE == want.SE && got.Sig-want.Sig+1 < 3
				if c.unary && a == (F80{3 << 62, 0x403d}) { // the host's pi is shorter
					close = true
				}
				if !close || Flags(sw&0x3f) != e.Flags || (sw&0x400 == 0) != ok && c.name[1] != '2' && c.unary {
					t.Errorf("%s a %04x:%016x b %04x:%016x: host %04x:%016x sw %04x, soft %04x:%016x flags %02x",
						c.name, a.SE, a.Sig, b.SE, b.Sig, want.SE, want.Sig, sw&0x773f, got.SE, got.Sig, e.Flags)
				}
			}
		}
	}
}
