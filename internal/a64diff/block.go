package a64diff

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Block is the register block before or after a sequence, in the layout that the image's code uses.
type Block struct {
	X          [31]uint64
	SP         uint64
	NZCV       uint64 // bits 31:28
	FPCR, FPSR uint64
	Sum        uint64 // checksum of scratch memory, after a case that accesses memory
	V          [32][2]uint64
}

// Offsets in a block, bytes.
const (
	offSP    = 248
	offNZCV  = 256
	offFPCR  = 264
	offFPSR  = 272
	offSum   = 280
	offV     = 288
	blockLen = 800
)

func (b *Block) append(p []byte) []byte {
	le := binary.LittleEndian
	for _, x := range b.X {
		p = le.AppendUint64(p, x)
	}
	for _, x := range []uint64{b.SP, b.NZCV, b.FPCR, b.FPSR, b.Sum} {
		p = le.AppendUint64(p, x)
	}
	for _, v := range b.V {
		p = le.AppendUint64(le.AppendUint64(p, v[0]), v[1])
	}
	return p
}

func (b *Block) parse(p []byte) {
	u := func(off int) uint64 { return binary.LittleEndian.Uint64(p[off:]) }
	for i := range b.X {
		b.X[i] = u(8 * i)
	}
	b.SP, b.NZCV, b.FPCR, b.FPSR, b.Sum = u(offSP), u(offNZCV), u(offFPCR), u(offFPSR), u(offSum)
	for i := range b.V {
		b.V[i] = [2]uint64{u(offV + 16*i), u(offV + 16*i + 8)}
	}
}

// Scratch memory: cases access it through pointers near its middle.
const (
	scratchAddr = 0x20000000
	scratchLen  = 16 << 10
	scratchMid  = scratchAddr + scratchLen/2
)

// scratchInit is the scratch memory's content at the start of a case.
var scratchInit = func() []byte {
	rnd := rand.New(rand.NewPCG(0x5c7a7c4, 0))
	var p []byte
	for len(p) < scratchLen {
		p = binary.LittleEndian.AppendUint64(p, interesting(rnd))
	}
	return p
}()

// Checksum of scratch memory, as the image computes it: Horner's rule from the first word.
const sumFactor = 0x9e3779b97f4a7c15

func checksum(p []byte) (sum uint64) {
	for ; len(p) >= 8; p = p[8:] {
		sum = sum*sumFactor + binary.LittleEndian.Uint64(p)
	}
	return sum
}

// Roles of registers in cases that access memory; sequences do not write them but by write-back.
const (
	ptrFirst   = 16 // x16, x17 and SP: any alignment, written back
	ptrAligned = 18 // x18, x19: 16-byte aligned, never written back
	idxU       = 20 // small, not negative
	idxW       = 21 // small negative in 32 bits, upper half random
	idxX       = 22 // small negative
	ptrEnd     = 23
)

// Input makes the register block of a seed. Its results are recorded: a change makes all vectors stale.
func Input(seed uint64, mem bool) *Block {
	rnd := rand.New(rand.NewPCG(seed, 0xa64))
	b := &Block{}
	for i := range b.X {
		b.X[i] = interesting(rnd)
	}
	b.SP = interesting(rnd)
	b.NZCV = rnd.Uint64() & (15 << 28)
	if rnd.IntN(2) == 0 {
		b.FPCR = rnd.Uint64() & (3 << 22) // rounding mode
	}
	if rnd.IntN(4) == 0 {
		b.FPCR |= rnd.Uint64() & (1<<24 | 1<<25 | 1<<26) // FZ, DN, AHP
	}
	if rnd.IntN(4) == 0 {
		b.FPSR = rnd.Uint64() & (1<<27 | 0x9f)
	}
	kind := rnd.IntN(4)
	for i := range b.V {
		b.V[i] = vector(rnd, kind)
	}
	if mem {
		for i := ptrFirst; i < ptrAligned; i++ {
			b.X[i] = scratchMid + rnd.Uint64N(64)
		}
		for i := ptrAligned; i < idxU; i++ {
			b.X[i] = scratchMid + rnd.Uint64N(8)*16
		}
		b.SP = scratchMid + rnd.Uint64N(32)*16
		b.X[idxU] = rnd.Uint64N(32)
		b.X[idxW] = rnd.Uint64()<<32 | uint64(uint32(-int32(rnd.Uint64N(32))))
		b.X[idxX] = -rnd.Uint64N(32)
	}
	return b
}

// tag gives the pointers to scratch memory tags, of a seed, in their top bytes.
func (b *Block) tag(seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 0x7a9))
	for i := ptrFirst; i < idxU; i++ {
		b.X[i] |= rnd.Uint64N(256) << 56
	}
	b.SP |= rnd.Uint64N(256) << 56
}

// interesting returns a random integer, often one near a boundary.
func interesting(rnd *rand.Rand) uint64 {
	switch rnd.IntN(8) {
	case 0:
		return rnd.Uint64N(16) - 8
	case 1:
		return uint64(1)<<rnd.IntN(64) - rnd.Uint64N(3) + 1
	case 2:
		return uint64(int64(int32(rnd.Uint32())))
	case 3:
		return uint64(rnd.Uint32())
	case 4:
		return [...]uint64{0, math.MaxUint64, 1 << 63, math.MaxInt64, 1 << 31, math.MaxInt32, math.MaxUint32, 0x8080808080808080}[rnd.IntN(8)]
	}
	return rnd.Uint64()
}

// vector returns a random vector of lanes of one kind: integers, bytes, singles, doubles.
func vector(rnd *rand.Rand, kind int) [2]uint64 {
	var v [2]uint64
	for i := range v {
		switch kind {
		case 0:
			v[i] = interesting(rnd)
		case 1:
			v[i] = uint64(single(rnd))<<32 | uint64(single(rnd))
		case 2:
			v[i] = double(rnd)
		case 3:
			for k := range 4 {
				v[i] |= uint64(half(rnd)) << (16 * k)
			}
		}
	}
	return v
}
