//go:build linux

package linux

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Host calls that do not block, so the Go scheduler need not hear of them.

// transferRaw is read(2) or write(2) of a file that never waits.
func transferRaw(fd int, b []byte, write bool) (int, error) {
	trap := uintptr(unix.SYS_READ)
	if write {
		trap = unix.SYS_WRITE
	}
	n, _, e := syscall.RawSyscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

// transferNowRaw is preadv2(2) or pwritev2(2) of one buffer at the file's position, with RWF_NOWAIT.
func transferNowRaw(fd int, b []byte, write bool) (int, error) {
	trap := uintptr(unix.SYS_PREADV2)
	if write {
		trap = unix.SYS_PWRITEV2
	}
	var v [1]unix.Iovec
	v[0].Base = unsafe.SliceData(b)
	v[0].SetLen(len(b))
	n, _, e := unix.RawSyscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(&v)), 1, ^uintptr(0), ^uintptr(0), unix.RWF_NOWAIT)
	if e != 0 {
		return int(n), e
	}
	return int(n), nil
}

// randomRaw is getrandom(2).
func randomRaw(b []byte) (int, error) {
	n, _, e := unix.Syscall(unix.SYS_GETRANDOM, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0)
	if e != 0 {
		return int(n), e
	}
	return int(n), nil
}
