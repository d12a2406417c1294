//go:build linux

package linux

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// Sockets pass through to the host: numbers and address layouts are the same on all of Linux's
// little-endian 64-bit architectures. Only descriptors and the paths in AF_UNIX addresses are
// translated.

// maxSockaddr is the size of struct sockaddr_storage, in bytes.
const maxSockaddr = 128

// socketFlags are the bits of socket(2)'s type that are flags.
const socketFlags = unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK

func sysSocket(t *Task, a *Args) (uint64, abi.Errno) {
	h, err := unix.Socket(a.Int(0), a.Int(1)|unix.SOCK_CLOEXEC, a.Int(2))
	if err != nil {
		return 0, hostErrno(err)
	}
	return t.installHost(h, a.Int(1)&unix.SOCK_CLOEXEC != 0)
}

func sysSocketpair(t *Task, a *Args) (uint64, abi.Errno) {
	p, err := unix.Socketpair(a.Int(0), a.Int(1)|unix.SOCK_CLOEXEC, a.Int(2))
	if err != nil {
		return 0, hostErrno(err)
	}
	return t.installPair(p, a[3], a.Int(1)&unix.SOCK_CLOEXEC != 0)
}

// sockaddr reads an address argument. A path of AF_UNIX becomes one that the host resolves to
// the guest's place; the returned reference pins it.
func (t *Task) sockaddr(addr, n uint64) ([]byte, pathRef, abi.Errno) {
	none := pathRef{own: -1}
	if n > maxSockaddr {
		return nil, none, abi.EINVAL
	}
	b := make([]byte, n)
	if e := t.copyIn(addr, b); e != 0 {
		return nil, none, e
	}
	if n <= 2 || b[0] != unix.AF_UNIX || b[1] != 0 || b[2] == 0 { // not AF_UNIX, unnamed or abstract
		return b, none, 0
	}
	path := strings.TrimRight(string(b[2:]), "\x00")
	if i := strings.IndexByte(path, 0); i >= 0 {
		path = path[:i]
	}
	r, e := t.resolve(abi.AT_FDCWD, path, parent)
	if e != 0 {
		return nil, none, e
	}
	host := r.name
	if r.dir != unix.AT_FDCWD {
		host = procFD(r.dir) + "/" + r.name
	}
	if len(host) > 107 {
		r.close()
		return nil, none, abi.ENAMETOOLONG
	}
	return append(append(b[:2:2], host...), 0), r, 0
}

// withSockaddr runs a host call that takes an address.
func (t *Task) withSockaddr(a *Args, f func(h int, sa []byte) error) (uint64, abi.Errno) {
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	sa, r, e := t.sockaddr(a[1], uint64(uint32(a[2])))
	if e != 0 {
		return 0, e
	}
	defer r.close()
	return 0, hostErrno(f(h, sa))
}

func sysBind(t *Task, a *Args) (uint64, abi.Errno) {
	return t.withSockaddr(a, func(h int, sa []byte) error { return hostSockaddr(unix.SYS_BIND, h, sa) })
}

func sysConnect(t *Task, a *Args) (uint64, abi.Errno) {
	return t.withSockaddr(a, func(h int, sa []byte) error { return hostSockaddr(unix.SYS_CONNECT, h, sa) })
}

func sysListen(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error { return unix.Listen(h, a.Int(1)) })
}

func sysShutdown(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error { return unix.Shutdown(h, a.Int(1)) })
}

func sysAccept(t *Task, a *Args) (uint64, abi.Errno) { return t.accept(a, 0) }

func sysAccept4(t *Task, a *Args) (uint64, abi.Errno) { return t.accept(a, a.Int(3)) }

func (t *Task) accept(a *Args, flags int) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	if flags&^socketFlags != 0 {
		return 0, abi.EINVAL
	}
	listening, err := unix.GetsockoptInt(f.host, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err == nil && listening != 0 {
		if e := t.waitFD(f, unix.POLLIN); e != 0 {
			return 0, e
		}
	}
	var sa [maxSockaddr]byte
	var n uint32
	h, err := retry(func() (int, error) {
		n = maxSockaddr
		return hostAccept(f.host, sa[:], &n, flags|unix.SOCK_CLOEXEC)
	})
	if err != nil {
		return 0, hostErrno(err)
	}
	if e := t.putSockaddr(a[1], a[2], sa[:], n); e != 0 {
		_ = unix.Close(h)
		return 0, e
	}
	return t.installHost(h, flags&unix.SOCK_CLOEXEC != 0)
}

// putSockaddr writes an address of n bytes where the guest has room for the number at lenAddr,
// and its full length there.
func (t *Task) putSockaddr(addr, lenAddr uint64, sa []byte, n uint32) abi.Errno {
	if addr == 0 {
		return 0
	}
	room, e := t.readU32(lenAddr)
	if e != 0 {
		return e
	}
	if int32(room) < 0 {
		return abi.EINVAL
	}
	if e := t.copyOut(addr, sa[:min(room, n, uint32(len(sa)))]); e != 0 {
		return e
	}
	return t.writeU32(lenAddr, n)
}

// sockName is getsockname(2) and getpeername(2).
func sockName(trap uintptr) handler {
	return func(t *Task, a *Args) (uint64, abi.Errno) {
		h, e := t.hostFD(a.FD(0))
		if e != 0 {
			return 0, e
		}
		var sa [maxSockaddr]byte
		n := uint32(maxSockaddr)
		if err := hostSockName(trap, h, sa[:], &n); err != nil {
			return 0, hostErrno(err)
		}
		if a[1] == 0 {
			return 0, abi.EFAULT
		}
		return 0, t.putSockaddr(a[1], a[2], sa[:], n)
	}
}

func sysSendto(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	var sa []byte
	if a[4] != 0 {
		var r pathRef
		if sa, r, e = t.sockaddr(a[4], uint64(uint32(a[5]))); e != 0 {
			return 0, e
		}
		defer r.close()
	}
	h := t.buffers(a[1], a[2], softmmu.R)
	defer h.done()
	return t.send1(f, h, sa, a.Int(3))
}

// send1 sends the gathered buffers as one message.
func (t *Task) send1(f *file, h *hostBufs, sa []byte, flags int) (uint64, abi.Errno) {
	if h.wild {
		return 0, abi.EFAULT
	}
	n, err := retry(func() (int, error) { return hostSend(f.host, h.bufs, sa, flags|unix.MSG_NOSIGNAL) })
	if err == unix.EPIPE && flags&unix.MSG_NOSIGNAL == 0 {
		t.send(abi.SIGPIPE)
	}
	return uint64(n), hostErrno(err)
}

func sysRecvfrom(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	h := t.buffers(a[1], a[2], softmmu.W)
	defer h.done()
	if h.wild {
		return 0, abi.EFAULT
	}
	var sa [maxSockaddr]byte
	n, salen, _, err := t.recv(f, h, sa[:], a.Int(3))
	if err != nil {
		return 0, hostErrno(err)
	}
	return uint64(n), t.putSockaddr(a[4], a[5], sa[:], salen)
}

// recv receives one message, waiting for it so that Run's context can end the wait.
func (t *Task) recv(f *file, h *hostBufs, sa []byte, flags int) (n int, salen uint32, mflags int32, err error) {
	try := flags | unix.MSG_DONTWAIT
	if flags&unix.MSG_WAITALL != 0 {
		try |= unix.MSG_PEEK // for the error only: what is there may be a part
	}
	n, salen, mflags, err = hostRecv(f.host, h.bufs, sa, try)
	if err != nil && err != unix.EAGAIN || flags&unix.MSG_DONTWAIT != 0 || err == nil && flags&unix.MSG_WAITALL == 0 {
		return n, salen, mflags, err
	}
	if e := t.waitFD(f, unix.POLLIN); e != 0 {
		return 0, 0, 0, unix.Errno(e)
	}
	return hostRecv(f.host, h.bufs, sa, flags)
}

// msghdr is struct msghdr with guest addresses, 56 bytes.
type msghdr struct {
	name, iov, iovlen, control, controllen uint64
	namelen                                uint32
}

func (t *Task) msghdr(addr uint64) (m msghdr, e abi.Errno) {
	var b [56]byte
	if e = t.copyIn(addr, b[:]); e == 0 {
		m = msghdr{name: getU64(b[0:]), namelen: uint32(getU64(b[8:])), iov: getU64(b[16:]), iovlen: getU64(b[24:]),
			control: getU64(b[32:]), controllen: getU64(b[40:])}
	}
	return m, e
}

// sysSendmsg is sendmsg(2) without control messages.
func sysSendmsg(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	m, e := t.msghdr(a[1])
	if e != 0 {
		return 0, e
	}
	if m.controllen != 0 {
		t.p.unimp("sendmsg with control messages")
		return 0, abi.EOPNOTSUPP
	}
	var sa []byte
	if m.name != 0 {
		var r pathRef
		if sa, r, e = t.sockaddr(m.name, uint64(m.namelen)); e != 0 {
			return 0, e
		}
		defer r.close()
	}
	h, e := t.iovec(a.FD(0), m.iov, m.iovlen, softmmu.R)
	if e != 0 {
		return 0, e
	}
	defer h.done()
	return t.send1(f, h, sa, a.Int(2))
}

// sysRecvmsg is recvmsg(2) without control messages.
func sysRecvmsg(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	m, e := t.msghdr(a[1])
	if e != 0 {
		return 0, e
	}
	h, e := t.iovec(a.FD(0), m.iov, m.iovlen, softmmu.W)
	if e != 0 {
		return 0, e
	}
	defer h.done()
	var sa [maxSockaddr]byte
	n, salen, flags, err := t.recv(f, h, sa[:], a.Int(2))
	if err != nil {
		return 0, hostErrno(err)
	}
	if m.name != 0 {
		if e := t.copyOut(m.name, sa[:min(salen, m.namelen, maxSockaddr)]); e != 0 {
			return 0, e
		}
	}
	if e := t.writeU32(a[1]+8, salen); e != 0 {
		return 0, e
	}
	if e := t.writeU64(a[1]+40, 0); e != 0 { // no control messages
		return 0, e
	}
	return uint64(n), t.writeU32(a[1]+48, uint32(flags))
}

func sysSetsockopt(t *Task, a *Args) (uint64, abi.Errno) {
	if uint32(a[4]) > 4096 {
		return 0, abi.EINVAL
	}
	b := make([]byte, uint32(a[4]))
	if e := t.copyIn(a[3], b); e != 0 {
		return 0, e
	}
	return t.onFD(a.FD(0), func(h int) error { return unix.SetsockoptString(h, a.Int(1), a.Int(2), string(b)) })
}

func sysGetsockopt(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	n, e := t.readU32(a[4])
	if e != 0 {
		return 0, e
	}
	if int32(n) < 0 {
		return 0, abi.EINVAL
	}
	b := make([]byte, min(n, 4096))
	n = uint32(len(b))
	if err := hostGetsockopt(h, a.Int(1), a.Int(2), b, &n); err != nil {
		return 0, hostErrno(err)
	}
	if e := t.copyOut(a[3], b[:min(n, uint32(len(b)))]); e != 0 {
		return 0, e
	}
	return 0, t.writeU32(a[4], n)
}
