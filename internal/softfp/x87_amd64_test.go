package softfp

import (
	"encoding/binary"
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
	n := 20000
	if testing.Short() {
		n = 4000
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
