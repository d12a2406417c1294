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

// hostMessage is what a message has besides its buffers: the address of the peer, control data with host
// descriptors, and flags (received ones only).
type hostMessage struct {
	sa, control []byte
	flags       int32
}

// msghdr makes a struct msghdr of buffers and m.
func (m *hostMessage) msghdr(bufs [][]byte) unix.Msghdr {
	iov := make([]unix.Iovec, len(bufs))
	for i, b := range bufs {
		iov[i].Base = unsafe.SliceData(b)
		iov[i].SetLen(len(b))
	}
	h := unix.Msghdr{Name: unsafe.SliceData(m.sa), Namelen: uint32(len(m.sa)), Iov: unsafe.SliceData(iov), Control: unsafe.SliceData(m.control)}
	h.SetIovlen(len(iov))
	h.SetControllen(len(m.control))
	return h
}

// hostSend is sendmsg(2).
func hostSend(fd int, bufs [][]byte, m *hostMessage, flags int) (int, error) {
	h := m.msghdr(bufs)
	n, _, e := unix.Syscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&h)), uintptr(flags))
	return int(n), errOf(e)
}

// hostRecv is recvmsg(2). m has room for address and control data; on return they are as long as what was
// received, the address at most as long as the room.
func hostRecv(fd int, bufs [][]byte, m *hostMessage, flags int) (int, error) {
	for {
		h := m.msghdr(bufs)
		n, _, e := unix.Syscall(unix.SYS_RECVMSG, uintptr(fd), uintptr(unsafe.Pointer(&h)), uintptr(flags))
		if e == unix.EINTR {
			continue
		}
		if e == 0 {
			m.sa = m.sa[:min(int(h.Namelen), len(m.sa))]
			m.control = m.control[:min(int(h.Controllen), len(m.control))]
			m.flags = h.Flags
		}
		return int(n), errOf(e)
	}
}
