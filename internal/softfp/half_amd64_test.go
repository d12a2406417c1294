package softfp

import (
	"math/rand/v2"
	"testing"

	"github.com/gotcg/gotcg/internal/hostfp"
	"golang.org/x/sys/cpu"
)

// TestHostHalf compares the half-precision conversions with F16C's: all halves, and random singles.
func TestHostHalf(t *testing.T) {
	if !cpu.X86.HasAVX2 { // x/sys/cpu does not tell of F16C, which is older
		t.Skip("the host may not have F16C")
	}
	for _, m := range mxcsrs() {
		for h := range uint64(1 << 16) {
			hr, hm := hostfp.Half16to32(m, 0, h, 0)
			e := MXCSREnv(m)
			r := e.Convert(F16, F32, h)
			e.Flags &^= Denormal // F16C does not report denormal halves
			if hr&(1<<32-1) != r || Flags(hm&0x3f) != e.Flags {
				t.Fatalf("%04x mxcsr %04x: host %#x %02x, soft %#x %02x", h, m, hr, hm&0x3f, r, e.Flags)
			}
		}
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range 20000 {
		v := operand(r, F32)
		if r.IntN(2) == 0 { // into the range of halves
			v = v&^(0xff<<23) | (100+r.Uint64N(50))<<23
		}
		for _, m := range mxcsrs() {
			hr, hm := hostfp.Half32to16(m, 0, v, 0)
			e := MXCSREnv(m)
			got := e.Convert(F32, F16, v)
			if hr&0xffff != got || Flags(hm&0x3f) != e.Flags {
				t.Fatalf("%08x mxcsr %04x: host %#x %02x, soft %#x %02x", v, m, hr, hm&0x3f, got, e.Flags)
			}
		}
	}
}

// TestHalfArithmetic checks half-precision arithmetic against doubles, which hold its exact results or round
// them far enough beyond that rounding twice does no harm.
func TestHalfArithmetic(t *testing.T) {
	type op = func(e *Env, f Format, a, b uint64) uint64
	r := rand.New(rand.NewPCG(6, 6))
	for name, o := range map[string]op{"add": (*Env).Add, "sub": (*Env).Sub, "mul": (*Env).Mul, "div": (*Env).Div,
		"sqrt": func(e *Env, f Format, a, _ uint64) uint64 { return e.Sqrt(f, a) }} {
		for range 100000 {
			a, b := operand(r, F16), operand(r, F16)
			if a&0x7fff > 0x7c00 || b&0x7fff > 0x7c00 {
				continue // converting a NaN quiets it
			}
			round := Round(r.IntN(4))
			e := Env{Round: round, Rules: Rules(r.IntN(2)) * Arm}
			got := o(&e, F16, a, b)
			w := Env{Round: ToOdd, Rules: e.Rules} // rounding to odd first keeps what the second rounding needs
			wide := o(&w, F64, w.Convert(F16, F64, a), w.Convert(F16, F64, b))
			n := Env{Round: round, Rules: e.Rules}
			want := n.Convert(F64, F16, wide)
			if wide<<1 == 0 && name != "mul" { // the sign of an exact zero depends on the mode
				want, got = want&0x7fff, got&0x7fff
			}
			if want != got || (w.Flags|n.Flags)&^Denormal != e.Flags&^Denormal {
				t.Fatalf("%s %04x %04x mode %d: want %04x %02x, got %04x %02x", name, a, b, round, want, w.Flags|n.Flags, got, e.Flags)
			}
		}
	}
}
