package a64diff

import (
	"math"
	"math/rand/v2"
)

// Values that some floating-point instruction treats apart: zeros, ones, infinities, NaNs of both kinds,
// denormals, the ends of the normal range, and the ends of integer and of narrower formats' ranges.
var (
	specialHalf = []uint64{0, 0x8000, 1, 0x7fff, 0xffff, 0x7c00, 0xfc00, 0x7e00, 0xfe01, 0x7c01, 0xfd00, 0x03ff, 0x0400,
		0x8400, 0x3c00, 0xbc00, 0x7bff, 0x3555, 0x4000, 0xff, 0x80, 0xff00, 0x7f80}
	specialSingle = []uint64{0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x80800000, 0x3f800000, 0xbf800000,
		0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7f800001, 0xffa00000, 0x7fffffff,
		0xffffffff, 0x3f000000, 0x3effffff, 0x4b000000, 0x4b7fffff, 0x4f000000, 0xcf000000, 0x4effffff, 0x4f800000,
		0x5f000000, 0x5f800000, 0xdf000000, 0x3fc00000, 0x40200000, 0x33000000, 0x33800000, 0x38800000, 0x387fe000,
		0x477fe000, 0x477ff000, 0x00400000, 0x7e800000, 0x7f000000, 0x00200000, 0x7e000000, 0x20000000, 0x5e800000}
	specialDouble = []uint64{0, 1 << 63, 1, 1<<63 | 1, 0x000fffffffffffff, 0x0010000000000000, 0x8010000000000000,
		0x3ff0000000000000, 0xbff0000000000000, 0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000,
		0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000012345, 0x7ff0000000000001, 0xfff4000000000000,
		0x7fffffffffffffff, 0xffffffffffffffff, 0x3fe0000000000000, 0x3fdfffffffffffff, 0x4330000000000000,
		0x433fffffffffffff, 0x41e0000000000000, 0xc1e0000000000000, 0x41dfffffffc00000, 0x43e0000000000000,
		0x43f0000000000000, 0xc3e0000000000000, 0x3ff8000000000000, 0x4004000000000000, 0x36a0000000000000,
		0x3690000000000000, 0x3810000000000000, 0x380fffffffffffff, 0x47efffffe0000000, 0x47effffff0000000,
		0x3f10000000000000, 0x3e60000000000000, 0x7fd0000000000000, 0x0008000000000000, 0x0004000000000000,
		0x2000000000000000, 0x5ff0000000000000, 0x1ff0000000000000}
)

// near returns a special value of the given bits, a neighbour of one, or one with a bit flipped.
func near(rnd *rand.Rand, special []uint64, bits int) uint64 {
	x := special[rnd.IntN(len(special))]
	switch rnd.IntN(4) {
	case 0:
		x += rnd.Uint64N(5) - 2
	case 1:
		x ^= 1 << rnd.IntN(bits)
	}
	return x & (1<<(bits-1)<<1 - 1)
}

func half(rnd *rand.Rand) uint16 {
	if rnd.IntN(2) == 0 {
		return uint16(near(rnd, specialHalf, 16))
	}
	return uint16(rnd.Uint32())
}

func single(rnd *rand.Rand) uint32 {
	switch rnd.IntN(6) {
	case 0, 1, 2:
		return uint32(near(rnd, specialSingle, 32))
	case 3: // moderate exponents
		return rnd.Uint32()&0x807fffff | (100+rnd.Uint32N(60))<<23
	case 4:
		return math.Float32bits(float32(rnd.IntN(2001)-1000) / 2)
	}
	return rnd.Uint32()
}

func double(rnd *rand.Rand) uint64 {
	switch rnd.IntN(6) {
	case 0, 1, 2:
		return near(rnd, specialDouble, 64)
	case 3:
		return rnd.Uint64()&0x800fffffffffffff | (990+rnd.Uint64N(70))<<52
	case 4:
		return math.Float64bits(float64(rnd.IntN(2001)-1000) / 2)
	}
	return rnd.Uint64()
}
