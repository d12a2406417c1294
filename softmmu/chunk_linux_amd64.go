package softmmu

import (
	"runtime"
	"syscall"
)

// chunk is host memory of TLB mode. It is unmapped when the garbage collector finds that nothing
// refers to it: no region list, no TLB, no Span. Generated code that still has a stale pointer keeps its
// thread from a collection's end, so it cannot outlive the chunk.
type chunk struct{ base, size uintptr }

func ownChunk(p, n uintptr) *chunk {
	c := &chunk{p, n}
	runtime.AddCleanup(c, func(m [2]uintptr) {
		_, _, _ = syscall.Syscall(syscall.SYS_MUNMAP, m[0], m[1], 0)
	}, [2]uintptr{p, n})
	return c
}

func newChunk(n uint64) (*chunk, error) {
	if n > 1<<MaxBits {
		return nil, ErrNoMemory
	}
	p, err := mmap(0, uintptr(n), syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|mapNoReserve, -1, 0)
	if err != nil {
		return nil, err
	}
	return ownChunk(p, uintptr(n)), nil
}

// newFileChunk maps a file. A shared mapping of a file that is open for reading only can never be
// given W; the host decides.
func newFileChunk(n uint64, p Perm, f File) (*chunk, Perm, error) {
	if n > 1<<MaxBits {
		return nil, 0, ErrNoMemory
	}
	flags, max := syscall.MAP_PRIVATE, RWX
	if f.Shared {
		flags = syscall.MAP_SHARED
	}
	at, err := mmap(0, uintptr(n), syscall.PROT_READ|syscall.PROT_WRITE, flags|mapNoReserve, f.FD, f.Offset)
	if err != nil && f.Shared && p&W == 0 {
		max = RX
		at, err = mmap(0, uintptr(n), syscall.PROT_READ, flags|mapNoReserve, f.FD, f.Offset)
	}
	if err != nil {
		return nil, 0, err
	}
	return ownChunk(at, uintptr(n)), max, nil
}

// discard makes private memory read as when it was mapped.
func (c *chunk) discard(off, n uint64) { _ = hostDiscard(c.base+uintptr(off), uintptr(n)) }
