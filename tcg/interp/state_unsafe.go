package interp

import (
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Globals are host-endian 64-bit words of the State; a V128 global is its low word, then its high.

func loadI64(state unsafe.Pointer, off uint32) uint64 {
	return *(*uint64)(unsafe.Add(state, off))
}

func storeI64(state unsafe.Pointer, off uint32, v uint64) {
	*(*uint64)(unsafe.Add(state, off)) = v
}

// Prepare makes sure that an operand is inside its area; the State's size is the caller's word.

func (r *areas) at(x uint16) unsafe.Pointer {
	return unsafe.Add(r[x&(1<<areaBits-1)], uintptr(x&^(1<<areaBits-1))<<(3-areaBits))
}

func (r *areas) get(x uint16) uint64 { return *(*uint64)(r.at(x)) }

func (r *areas) set(x uint16, v uint64) { *(*uint64)(r.at(x)) = v }

func (r *areas) getV(x uint16) ir.Val { return *(*ir.Val)(r.at(x)) }

func (r *areas) setV(x uint16, v ir.Val) { *(*ir.Val)(r.at(x)) = v }

// word returns the n-th word from p on.
func word(p unsafe.Pointer, n uint32) unsafe.Pointer { return unsafe.Add(p, uintptr(n)*8) }

// op returns the n-th of the rest.
func (p *Prog) op(n uint64) *ir.Op {
	return (*ir.Op)(unsafe.Add(p.rest, uintptr(n)*unsafe.Sizeof(ir.Op{})))
}

// seek returns the number of the word at among p's.
func (p *Prog) seek(at unsafe.Pointer) uint32 {
	return uint32((uintptr(at) - uintptr(p.code)) / 8)
}

// at returns the word with number i of the code.
func (p *Prog) at(i uint32) uint64 { return *(*uint64)(word(p.code, i)) }

// opWords is the size of an ir.Op in words.
const opWords = int(unsafe.Sizeof(ir.Op{})) / 8

// copyOps copies ops to words.
func copyOps(dst []uint64, ops []ir.Op) {
	if len(ops) > 0 {
		copy(dst, unsafe.Slice((*uint64)(unsafe.Pointer(&ops[0])), len(ops)*opWords))
	}
}

// Kept returns the Prog of the block at pc that was kept at words.
func Kept(pc uint64, words *uint64, s Shape, r *Rare) (p Prog) {
	p.SetKept(pc, words, s, r)
	return p
}

// SetKept makes p what Kept returns: put together elsewhere and copied it would wait for its stores.
func (p *Prog) SetKept(pc uint64, words *uint64, s Shape, r *Rare) {
	at := unsafe.Pointer(words)
	p.PC, p.code, p.pool, p.rest, p.rare = pc, at, word(at, uint32(s.pool)), word(at, uint32(s.rest)), r
	p.frame = uint32(s.frame)
}
