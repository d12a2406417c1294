//go:build !(linux && amd64)

package softmmu

import (
	"errors"
	"fmt"
	"io"
	"unsafe"
)

// maxChunk bounds one mapping: the memory is allocated at once.
const maxChunk = 1 << 31

// chunk is host memory of TLB mode: Go memory, kept by whoever refers to the chunk.
type chunk struct {
	base uintptr
	mem  []uint64
}

func newChunk(n uint64) (*chunk, error) {
	if n > maxChunk {
		return nil, ErrNoMemory
	}
	mem := make([]uint64, n/8+2)
	base := (uintptr(unsafe.Pointer(&mem[0])) + 15) &^ 15
	return &chunk{base, mem}, nil
}

// newFileChunk copies the file's bytes: this host has no recovery from a file cut short.
func newFileChunk(n uint64, p Perm, f File) (*chunk, Perm, error) {
	if f.Shared && p&W != 0 {
		return nil, 0, fmt.Errorf("%w: shared writable file mapping", ErrUnsupported)
	}
	c, err := newChunk(n)
	if err != nil {
		return nil, 0, err
	}
	if f.Reader == nil {
		return nil, 0, fmt.Errorf("%w: this host maps files through File.Reader", ErrUnsupported)
	}
	if _, err := f.Reader.ReadAt(hostBytes(c.base, int(n)), f.Offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, fmt.Errorf("softmmu: %w", err)
	}
	max := RWX
	if f.Shared {
		max = RX
	}
	return c, max, nil
}

// discard zeroes memory.
func (c *chunk) discard(off, n uint64) { clear(hostBytes(c.base+uintptr(off), int(n))) }
