//go:build linux

package linux

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Host socket calls on raw address bytes, which golang.org/x/sys/unix wraps in types per family.

// ptr returns the address of b's bytes, or nil.
func ptr(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func errOf(e unix.Errno) error {
	if e != 0 {
		return e
	}
	return nil
}

// hostSockaddr is bind(2) or connect(2).
func hostSockaddr(trap uintptr, fd int, sa []byte) error {
	_, _, e := unix.Syscall(trap, uintptr(fd), uintptr(ptr(sa)), uintptr(len(sa)))
	return errOf(e)
}

// hostAccept is accept4(2).
func hostAccept(fd int, sa []byte, n *uint32, flags int) (int, error) {
	h, _, e := unix.Syscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(ptr(sa)), uintptr(unsafe.Pointer(n)), uintptr(flags), 0, 0)
	return int(h), errOf(e)
}

// hostSockName is getsockname(2) or getpeername(2).
func hostSockName(trap uintptr, fd int, sa []byte, n *uint32) error {
	_, _, e := unix.Syscall(trap, uintptr(fd), uintptr(ptr(sa)), uintptr(unsafe.Pointer(n)))
	return errOf(e)
}

// hostGetsockopt is getsockopt(2).
func hostGetsockopt(fd, level, opt int, b []byte, n *uint32) error {
	_, _, e := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), uintptr(opt), uintptr(ptr(b)), uintptr(unsafe.Pointer(n)), 0)
	return errOf(e)
}

// message makes a struct msghdr of buffers and address.
func message(bufs [][]byte, sa []byte) (unix.Msghdr, []unix.Iovec) {
	iov := make([]unix.Iovec, len(bufs))
	for i, b := range bufs {
		iov[i].Base = unsafe.SliceData(b)
		iov[i].SetLen(len(b))
	}
	m := unix.Msghdr{Name: unsafe.SliceData(sa), Namelen: uint32(len(sa)), Iov: unsafe.SliceData(iov)}
	m.SetIovlen(len(iov))
	return m, iov
}

// hostSend is sendmsg(2); sa may be nil.
func hostSend(fd int, bufs [][]byte, sa []byte, flags int) (int, error) {
	m, _ := message(bufs, sa)
	n, _, e := unix.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&m)), uintptr(flags))
	return int(n), errOf(e)
}

// hostRecv is recvmsg(2). It returns the bytes received, the length of the sender's address and
// the message's flags.
func hostRecv(fd int, bufs [][]byte, sa []byte, flags int) (n int, salen uint32, mflags int32, err error) {
	for {
		m, _ := message(bufs, sa)
		r, _, e := unix.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&m)), uintptr(flags))
		if e == unix.EINTR {
			continue
		}
		return int(r), m.Namelen, m.Flags, errOf(e)
	}
}
