//go:build linux && (amd64 || arm64)

package execmem

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// MaxSize is the largest buffer: every place in it reaches every other by a 32-bit displacement.
const MaxSize = 1 << 30

// Buffer is a code buffer. Its methods do not lock; the bytes belong to the caller.
type Buffer struct {
	rw []byte
	rx []byte
	// Pages from lo to hi were made present by Ahead.
	lo, hi int
}

// New makes a buffer of size bytes, rounded up to pages. Memory is used as it is written.
func New(size int) (*Buffer, error) {
	size, err := pages(size)
	if err != nil {
		return nil, err
	}
	fd, err := memfd(size)
	if err != nil { // not allowed here (vm.memfd_noexec), or RLIMIT_FSIZE is too low
		return NewAnonymous(size)
	}
	defer func() { _ = unix.Close(fd) }()
	return views(fd, size)
}

// views maps the file twice and seals it in between: who else opens it, by a link in /proc (a guest, even), can neither write nor cut it.
func views(fd, size int) (b *Buffer, err error) {
	b = &Buffer{}
	if b.rw, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return nil, fmt.Errorf("execmem: write view: %w", err)
	}
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
	if _, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals|unix.F_SEAL_FUTURE_WRITE); err == unix.EINVAL { // a kernel before 5.1
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals)
	}
	if err == nil {
		b.rx, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_SHARED)
	}
	if err != nil {
		_ = unix.Munmap(b.rw)
		return nil, fmt.Errorf("execmem: execute view: %w", err)
	}
	return b, nil
}

// memfd makes a file of size bytes that is in no directory.
func memfd(size int) (int, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err == nil && limit.Cur < uint64(size) {
		return -1, unix.EFBIG // ftruncate would send SIGXFSZ too
	}
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate("gotcg-code", flags|mfdExec)
	if err == unix.EINVAL { // a kernel before 6.3 does not know the flag
		fd, err = unix.MemfdCreate("gotcg-code", flags)
	}
	if err != nil {
		return -1, err
	}
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// NewAnonymous is New without a file in /proc/self/maps but shared anonymous memory: perf looks for the symbols
// of such memory in the process's perf map.
func NewAnonymous(size int) (*Buffer, error) {
	size, err := pages(size)
	if err != nil {
		return nil, err
	}
	b := &Buffer{}
	if b.rw, err = unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANON); err != nil {
		return nil, fmt.Errorf("execmem: write view: %w", err)
	}
	if b.rx, err = unix.Mmap(-1, 0, size, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON); err == nil {
		// An old size of zero maps the same memory once more: mremap(2).
		_, err = unix.MremapPtr(unsafe.Pointer(&b.rw[0]), 0, unsafe.Pointer(&b.rx[0]), uintptr(size), unix.MREMAP_MAYMOVE|unix.MREMAP_FIXED)
		if err == nil {
			err = unix.Mprotect(b.rx, unix.PROT_READ|unix.PROT_EXEC)
		}
	}
	if err != nil {
		_ = b.Close()
		return nil, fmt.Errorf("execmem: execute view: %w", err)
	}
	return b, nil
}

// pages rounds a buffer's size up to whole pages.
func pages(size int) (int, error) {
	if size <= 0 || size > MaxSize {
		return 0, fmt.Errorf("execmem: a buffer of %d bytes", size)
	}
	page := syscall.Getpagesize()
	return (size + page - 1) &^ (page - 1), nil
}

// mfdExec is MFD_EXEC of memfd_create(2): the file may be mapped executable.
const mfdExec = 0x10

// Write returns the writable view.
func (b *Buffer) Write() []byte { return b.rw }

// Addr returns the address of the executable view, page-aligned.
func (b *Buffer) Addr() uintptr { return uintptr(unsafe.Pointer(&b.rx[0])) }

// Size returns the size of the buffer in bytes.
func (b *Buffer) Size() int { return len(b.rw) }

// What Ahead makes present at a time, how much in the buffer's first pages, since a short run needs few, and how much of it
// there must be.
const (
	aheadStep  = 64 << 10
	aheadFirst = 16 << 10
	aheadLeft  = 8 << 10
)

// Ahead is to be called before code is written at off, by whoever writes: it makes the next pages present
// in both views at once, which costs far less than two faults a page. Where the kernel cannot (before
// Linux 5.14), the faults do it.
func (b *Buffer) Ahead(off int) {
	if off >= b.lo && off+aheadLeft <= b.hi || off >= len(b.rw) {
		return
	}
	if off < b.lo || off > b.hi {
		b.lo = off &^ (aheadStep - 1)
		b.hi = b.lo
	}
	from, step := b.hi, aheadStep
	if from < aheadStep {
		step = aheadFirst
	}
	if b.hi = min(from+step, len(b.rw)); b.hi > from {
		_ = unix.Madvise(b.rw[from:b.hi], unix.MADV_POPULATE_WRITE)
		_ = unix.Madvise(b.rx[from:b.hi], unix.MADV_POPULATE_READ)
	}
}

// Present makes the pages that lie in the n bytes at p present at once, which costs far less than a fault each: for tables
// that will be written all over. It does not change them.
func Present(p unsafe.Pointer, n uintptr) {
	from, to := (uintptr(p)+pageSize-1)&^(pageSize-1), (uintptr(p)+n)&^(pageSize-1)
	if from < to {
		_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(p, from-uintptr(p))), to-from), unix.MADV_POPULATE_WRITE)
	}
}

const pageSize = 4 << 10

// Patch32 writes the four bytes at offset off, a multiple of 4, at once: threads running the code see
// the old or the new value.
func (b *Buffer) Patch32(off int, v uint32) {
	if off%4 != 0 {
		panic(fmt.Sprintf("BUG: execmem: patch at offset %#x", off))
	}
	_ = b.rw[off+3]
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&b.rw[off])), v)
}

// Close unmaps the buffer. No thread may be in it.
func (b *Buffer) Close() error {
	err := unix.Munmap(b.rw)
	if b.rx != nil {
		err = errors.Join(err, unix.Munmap(b.rx))
	}
	b.rw, b.rx = nil, nil
	if err != nil {
		return fmt.Errorf("execmem: munmap: %w", err)
	}
	return nil
}
