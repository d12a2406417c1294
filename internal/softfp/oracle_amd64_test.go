package softfp

import (
	"math/rand/v2"
	"testing"

	"github.com/gotcg/gotcg/internal/hostfp"
	"golang.org/x/sys/cpu"
)

// operand makes a value of f: often a special one, a neighbour of one, or near another exponent's edge.
func operand(r *rand.Rand, f Format) uint64 {
	p := infos[f]
	fb := p.prec - 1
	frac := r.Uint64() & (1<<fb - 1)
	switch r.IntN(6) {
	case 0:
		frac = 0
	case 1:
		frac = 1<<fb - 1
	case 2:
		frac = 1 << r.IntN(int(fb))
	case 3:
		frac &= 7
	}
	var be uint64
	bias := uint64(p.emax)
	top := uint64(1)<<p.expBits - 1
	switch r.IntN(8) {
	case 0:
		be = 0
	case 1:
		be = top
	case 2:
		be = top - 1 - r.Uint64N(3)
	case 3:
		be = 1 + r.Uint64N(3)
	case 4, 5:
		be = bias - 4 + r.Uint64N(70)%(top-bias)
	case 6:
		be = bias - 2 + r.Uint64N(4)
	default:
		be = r.Uint64() & top
	}
	return r.Uint64N(2)<<(f.Bits()-1) | be<<fb | frac
}

// mxcsrs are the environments tried: all rounding modes with and without FTZ and DAZ.
func mxcsrs() []uint32 {
	var m []uint32
	for i := range uint32(16) {
		m = append(m, 0x1f80|i>>2<<13|i&1<<15|i&2<<5)
	}
	return m
}

type sseCase struct {
	name string
	host hostfp.Op
	src  Format
	soft func(e *Env, a, b, c uint64) uint64
	mask uint64
}

func sseCases() []sseCase {
	type op = func(e *Env, f Format, a, b uint64) uint64
	var cs []sseCase
	two := func(name string, h32, h64 hostfp.Op, o op) {
		cs = append(cs,
			sseCase{name + "32", h32, F32, func(e *Env, a, b, _ uint64) uint64 { return o(e, F32, a, b) }, 1<<32 - 1},
			sseCase{name + "64", h64, F64, func(e *Env, a, b, _ uint64) uint64 { return o(e, F64, a, b) }, 1<<64 - 1})
	}
	two("add", hostfp.Add32, hostfp.Add64, (*Env).Add)
	two("sub", hostfp.Sub32, hostfp.Sub64, (*Env).Sub)
	two("mul", hostfp.Mul32, hostfp.Mul64, (*Env).Mul)
	two("div", hostfp.Div32, hostfp.Div64, (*Env).Div)
	two("min", hostfp.Min32, hostfp.Min64, (*Env).Min)
	two("max", hostfp.Max32, hostfp.Max64, (*Env).Max)
	two("sqrt", hostfp.Sqrt32, hostfp.Sqrt64, func(e *Env, f Format, _, b uint64) uint64 { return e.Sqrt(f, b) })
	two("roundx", hostfp.Roundx32, hostfp.Roundx64, func(e *Env, f Format, _, b uint64) uint64 { return e.RoundInt(f, b, e.Round, false) })
	two("round", hostfp.Round32, hostfp.Round64, func(e *Env, f Format, _, b uint64) uint64 { return e.RoundInt(f, b, e.Round, true) })
	eflags := func(signal bool) op {
		return func(e *Env, f Format, a, b uint64) uint64 {
			switch e.Compare(f, a, b, signal) {
			case Less:
				return 1
			case Equal:
				return 0x40
			case Greater:
				return 0
			}
			return 0x45
		}
	}
	n := len(cs)
	two("comi", hostfp.Comi32, hostfp.Comi64, eflags(true))
	two("ucomi", hostfp.Ucomi32, hostfp.Ucomi64, eflags(false))
	for i := n; i < len(cs); i++ {
		cs[i].mask = 0x45
	}
	cvt := func(name string, h hostfp.Op, f Format, mask uint64, o func(e *Env, b uint64) uint64) {
		cs = append(cs, sseCase{name, h, f, func(e *Env, a, b, _ uint64) uint64 { return o(e, b) }, mask})
	}
	cvt("cvt32to64", hostfp.Cvt32to64, F32, 1<<64-1, func(e *Env, b uint64) uint64 { return e.Convert(F32, F64, b) })
	cvt("cvt64to32", hostfp.Cvt64to32, F64, 1<<32-1, func(e *Env, b uint64) uint64 { return e.Convert(F64, F32, b) })
	ints := []struct {
		name   string
		h, ht  hostfp.Op
		f      Format
		width  uint
		from   hostfp.Op
		fwidth uint64
	}{
		{"32i32", hostfp.Cvt32toI32, hostfp.Cvtt32toI32, F32, 32, hostfp.CvtI32to32, 1<<32 - 1},
		{"64i32", hostfp.Cvt64toI32, hostfp.Cvtt64toI32, F64, 32, hostfp.CvtI32to64, 1<<64 - 1},
		{"32i64", hostfp.Cvt32toI64, hostfp.Cvtt32toI64, F32, 64, hostfp.CvtI64to32, 1<<32 - 1},
		{"64i64", hostfp.Cvt64toI64, hostfp.Cvtt64toI64, F64, 64, hostfp.CvtI64to64, 1<<64 - 1},
	}
	for _, c := range ints {
		mask := uint64(1)<<(c.width-1)<<1 - 1
		cvt("cvt"+c.name, c.h, c.f, mask, func(e *Env, b uint64) uint64 { return e.ToInt(c.f, b, c.width, true, 0, e.Round) })
		cvt("cvtt"+c.name, c.ht, c.f, mask, func(e *Env, b uint64) uint64 { return e.ToInt(c.f, b, c.width, true, 0, Zero) })
		cs = append(cs, sseCase{"from" + c.name, c.from, F64, func(e *Env, a, _, _ uint64) uint64 {
			return e.FromInt(c.f, a, c.width, true, 0)
		}, c.fwidth})
	}
	if cpu.X86.HasFMA {
		cs = append(cs,
			sseCase{"fma32", hostfp.Fma32, F32, func(e *Env, a, b, c uint64) uint64 { return e.MulAdd(F32, b, a, c) }, 1<<32 - 1},
			sseCase{"fma64", hostfp.Fma64, F64, func(e *Env, a, b, c uint64) uint64 { return e.MulAdd(F64, b, a, c) }, 1<<64 - 1})
	}
	return cs
}

// TestHostSSE compares every operation with the host's, results and sticky flags, in every mode.
func TestHostSSE(t *testing.T) {
	n := 10000
	if testing.Short() {
		n = 1000
	}
	for _, c := range sseCases() {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(len(c.name))))
			bad := 0
			for i := range n {
				a, b, x := operand(r, c.src), operand(r, c.src), operand(r, c.src)
				if i%4 == 0 {
					b = a ^ r.Uint64N(3)
				}
				if c.name[:3] == "fma" && i%2 == 0 { // near-cancelling addend
					var e Env
					x = e.Mul(c.src, a, b) ^ c.src.SignBit() + r.Uint64N(3)
				}
				for _, m := range mxcsrs() {
					hr, hm := c.host(m, a, b, x)
					e := MXCSREnv(m)
					sr := c.soft(&e, a, b, x)
					if hr&c.mask != sr&c.mask || Flags(hm&0x3f) != e.Flags {
						if bad++; bad < 5 {
							t.Errorf("mxcsr %04x a %#x b %#x c %#x: host %#x flags %02x, soft %#x flags %02x",
								m, a, b, x, hr&c.mask, hm&0x3f, sr&c.mask, e.Flags)
						}
					}
				}
			}
		})
	}
}
