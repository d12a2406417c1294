package difftest

import (
	"math"

	"github.com/gotcg/gotcg/cpu/x86"
)

var floats = [...]float64{0, math.Copysign(0, -1), 1, -1, 2, 0.5, 3, -1.5, 1e10, 1e-10, 1e300, 1e-300, 2147483647, 2147483648,
	-2147483648, 9.2233720368547758e18, math.Pi, 65504, 1e38, 1e-38, 0.1, 1e-45, 4.9e-324, math.MaxFloat64, math.MaxFloat32}

// float returns a double that is likely to be interesting, as bits.
func (g *gen) float() uint64 {
	switch g.r.IntN(10) {
	case 0:
		return math.Float64bits(math.Inf(1 - 2*g.r.IntN(2)))
	case 1: // NaNs, quiet or signalling
		return 0x7ff0000000000000 | uint64(g.r.IntN(2))<<63 | g.r.Uint64()>>12 | 1
	case 2: // denormals
		return g.r.Uint64() >> (12 + g.r.IntN(50))
	case 3, 4, 5:
		return math.Float64bits(floats[g.r.IntN(len(floats))])
	case 6:
		return math.Float64bits(float64(int64(g.value())))
	case 7:
		return math.Float64bits(g.r.NormFloat64())
	}
	return g.r.Uint64()
}

func (g *gen) float32() uint64 {
	switch g.r.IntN(8) {
	case 0: // NaNs
		return uint64(0x7f800000 | g.r.Uint32()>>9 | uint32(g.r.IntN(2))<<31 | 1)
	case 1: // denormals
		return uint64(g.r.Uint32() >> (9 + g.r.IntN(20)))
	case 2:
		return uint64(g.r.Uint32())
	}
	return uint64(math.Float32bits(float32(math.Float64frombits(g.float()))))
}

func (g *gen) lane() uint64 {
	switch g.r.IntN(4) {
	case 0:
		return g.value()
	case 1:
		return g.float()
	case 2:
		return g.float32() | g.float32()<<32
	}
	return g.r.Uint64()
}

func (g *gen) initVectors(s *x86.State) {
	for i := range s.XMM {
		s.XMM[i] = [2]uint64{g.lane(), g.lane()}
		if i > 0 && g.one(4) {
			s.XMM[i] = s.XMM[g.r.IntN(i)]
		}
	}
	s.MXCSR = 0x1f80 | uint64(g.r.IntN(4))<<13 | uint64(g.r.IntN(64))
	if g.one(4) {
		s.MXCSR |= 1 << 15
	}
	if g.one(4) {
		s.MXCSR |= 1 << 6
	}
}

// initX87 fills the x87 registers; all exceptions are masked.
func (g *gen) initX87(s *x86.State) {
	r := g.r
	s.FTop = uint64(r.IntN(8))
	s.FTag = 0xff
	if g.one(3) {
		s.FTag = r.Uint64() & 0xff
	}
	s.FCW = 0x37f
	if g.one(3) {
		s.FCW = 0x7f | uint64([3]int{0, 2, 3}[r.IntN(3)])<<8 | uint64(r.IntN(4))<<10
	}
	s.FSW = r.Uint64() & 0x473f
	if s.FSW&0x40 == 0 && g.one(2) {
		s.FSW |= 0x41
	}
	for i := range s.FPR {
		s.FPR[i] = g.extended()
	}
}

// extended returns an 80-bit value of some class.
func (g *gen) extended() x86.FPReg {
	sign := uint64(g.r.IntN(2)) << 15
	mant := g.r.Uint64() | 1<<63
	if g.one(2) {
		mant = 1<<63 | g.r.Uint64()>>1<<g.r.IntN(63)&^(1<<63)
	}
	switch g.r.IntN(10) {
	case 0:
		return x86.FPReg{SE: sign}
	case 1:
		return x86.FPReg{SE: sign | 0x7fff, Mant: 1 << 63}
	case 2:
		return x86.FPReg{SE: sign | 0x7fff, Mant: mant}
	case 3:
		return x86.FPReg{SE: sign, Mant: mant >> (1 + g.r.IntN(60))}
	case 4:
		return x86.FPReg{SE: sign | uint64(g.r.IntN(0x8000)), Mant: g.r.Uint64()} // may be an unnormal
	case 5, 6:
		return x86.FPReg{SE: sign | uint64(0x3fff-70+g.r.IntN(140)), Mant: mant}
	}
	return x86.FPReg{SE: sign | uint64(0x3fff-4+g.r.IntN(40)), Mant: mant}
}
