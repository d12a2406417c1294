//go:build !(linux && (amd64 || arm64))

package execmem

import "unsafe"

// MaxSize is the largest buffer.
const MaxSize = 0

// Buffer is a code buffer; there is none on this host.
type Buffer struct{}

// New always fails on this host.
func New(int) (*Buffer, error) { return nil, ErrUnsupported }

// NewAnonymous always fails on this host.
func NewAnonymous(int) (*Buffer, error) { return nil, ErrUnsupported }

// Write returns the writable view.
func (b *Buffer) Write() []byte { return nil }

// Addr returns the address of the executable view.
func (b *Buffer) Addr() uintptr { return 0 }

// Size returns the size of the buffer in bytes.
func (b *Buffer) Size() int { return 0 }

// Present does nothing.
func Present(unsafe.Pointer, uintptr) {}

// Ahead does nothing.
func (b *Buffer) Ahead(int) {}

// Patch32 does nothing: there is no Buffer to call it on.
func (b *Buffer) Patch32(int, uint32) {}

// Close does nothing.
func (b *Buffer) Close() error { return nil }
