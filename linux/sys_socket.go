//go:build linux

package linux

import (
	"strings"
	"time"

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
	ends := [2]*file{t.p.fs.newFile(p[0], false), t.p.fs.newFile(p[1], false)}
	return t.installPair(ends, a[3], a.Int(1)&unix.SOCK_CLOEXEC != 0)
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
	host := t.p.fs.socketPath(&r)
	if len(host) > maxUnixPath {
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
	return t.withSockaddr(a, func(h int, sa []byte) error {
		err := hostSockaddr(unix.SYS_BIND, h, sa)
		if err == nil {
			t.p.fs.nameSocket(sa, t.addressAt(a[1], a[2]))
		}
		return err
	})
}

// addressAt reads again an address that has been read before.
func (t *Task) addressAt(addr, n uint64) []byte {
	b := make([]byte, min(uint64(uint32(n)), maxSockaddr))
	if t.copyIn(addr, b) != 0 {
		return nil
	}
	return b
}

// sysConnect is connect(2). A blocking one is begun without blocking and waited for, so that the wait can be
// interrupted; done again it finds the connection under way and waits on.
func sysConnect(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	sa, r, e := t.sockaddr(a[1], uint64(uint32(a[2])))
	if e != 0 {
		return 0, e
	}
	defer r.close()
	if !f.isStream() || f.nonblocking() {
		_, err := retry(func() (int, error) { return 0, hostSockaddr(unix.SYS_CONNECT, f.host, sa) })
		return 0, hostErrno(err)
	}
	w := sockWait{opt: unix.SO_SNDTIMEO, events: unix.POLLOUT}
	for {
		_, err := f.withoutBlocking(func() (int, error) { return 0, hostSockaddr(unix.SYS_CONNECT, f.host, sa) })
		switch err {
		case unix.EAGAIN: // AF_UNIX with a full backlog
			if e := t.waitSocket(f, &w); e != 0 {
				return 0, e
			}
			continue
		case unix.EALREADY, unix.EINPROGRESS:
		default:
			return 0, hostErrno(err)
		}
		if e := t.waitSocket(f, &w); e == abi.EAGAIN {
			return 0, abi.EINPROGRESS
		} else if e != 0 {
			return 0, e
		}
		v, err := unix.GetsockoptInt(f.host, unix.SOL_SOCKET, unix.SO_ERROR)
		if err != nil {
			return 0, hostErrno(err)
		}
		return 0, abi.Errno(v)
	}
}

// withoutBlocking runs a host call on f as if f were non-blocking.
func (f *file) withoutBlocking(call func() (int, error)) (int, error) {
	f.desc.mu.Lock()
	defer f.desc.mu.Unlock()
	fl, err := unix.FcntlInt(uintptr(f.host), unix.F_GETFL, 0)
	if err == nil && fl&unix.O_NONBLOCK == 0 {
		defer func() { _, _ = unix.FcntlInt(uintptr(f.host), unix.F_SETFL, fl) }()
		_, err = unix.FcntlInt(uintptr(f.host), unix.F_SETFL, fl|unix.O_NONBLOCK)
	}
	if err != nil {
		return -1, err
	}
	return call()
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
	var sa [maxSockaddr]byte
	var n uint32
	h, e := t.acceptHost(f, sa[:], &n, flags|unix.SOCK_CLOEXEC)
	if e != 0 {
		return 0, e
	}
	if e := t.putSockaddr(a[1], a[2], sa[:min(n, maxSockaddr)]); e != 0 {
		_ = unix.Close(h)
		return 0, e
	}
	return t.installHost(h, flags&unix.SOCK_CLOEXEC != 0)
}

// acceptHost accepts a connection, waiting for one in a way that can be interrupted.
func (t *Task) acceptHost(f *file, sa []byte, n *uint32, flags int) (int, abi.Errno) {
	listening, err := unix.GetsockoptInt(f.host, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	w := sockWait{opt: unix.SO_RCVTIMEO, events: unix.POLLIN}
	for {
		if err == nil && listening != 0 { // else it fails at once
			if e := t.waitSocket(f, &w); e != 0 && (e != abi.EAGAIN || w.until.set) {
				return -1, e
			}
		}
		h, err := retry(func() (int, error) {
			*n = uint32(len(sa))
			if listening == 0 {
				return hostAccept(f.host, sa, n, flags)
			}
			return f.withoutBlocking(func() (int, error) { return hostAccept(f.host, sa, n, flags) })
		})
		if err == unix.EAGAIN && !f.nonblocking() { // another thread took it
			continue
		}
		return h, hostErrno(err)
	}
}

// putSockaddr writes an address where the guest has room for the number of bytes at lenAddr, and its
// full length there.
func (t *Task) putSockaddr(addr, lenAddr uint64, sa []byte) abi.Errno {
	if addr == 0 {
		return 0
	}
	sa = t.p.fs.guestSockaddr(sa)
	room, e := t.readU32(lenAddr)
	if e != 0 {
		return e
	}
	if int32(room) < 0 {
		return abi.EINVAL
	}
	if e := t.copyOut(addr, sa[:min(room, uint32(len(sa)))]); e != 0 {
		return e
	}
	return t.writeU32(lenAddr, uint32(len(sa)))
}

func sysGetsockname(t *Task, a *Args) (uint64, abi.Errno) { return t.sockName(a, unix.SYS_GETSOCKNAME) }
func sysGetpeername(t *Task, a *Args) (uint64, abi.Errno) { return t.sockName(a, unix.SYS_GETPEERNAME) }

// sockName is getsockname(2) and getpeername(2).
func (t *Task) sockName(a *Args, trap uintptr) (uint64, abi.Errno) {
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
	return 0, t.putSockaddr(a[1], a[2], sa[:min(n, maxSockaddr)])
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
	return t.send1(f, h, hostMessage{sa: sa}, a.Int(3))
}

// send1 sends the gathered buffers as one message.
func (t *Task) send1(f *file, h *hostBufs, m hostMessage, flags int) (uint64, abi.Errno) {
	if h.wild {
		return 0, abi.EFAULT
	}
	bufs, done := h.bufs, 0
	w := sockWait{opt: unix.SO_SNDTIMEO, events: unix.POLLOUT}
	for {
		n, err := retry(func() (int, error) { return hostSend(f.host, bufs, &m, flags|unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT) })
		if err == nil {
			done += n
			if flags&unix.MSG_DONTWAIT != 0 || uint64(done) >= h.n || f.nonblocking() {
				return uint64(done), 0
			}
			bufs, m = skipBytes(bufs, n), hostMessage{sa: m.sa} // a stream's: the rest goes after it
		}
		e := hostErrno(err)
		if e == abi.EAGAIN && flags&unix.MSG_DONTWAIT == 0 {
			if e = t.waitSocket(f, &w); e == 0 {
				continue
			}
		}
		switch {
		case e == 0:
		case done > 0:
			return uint64(done), 0
		default:
			if e == abi.EPIPE && flags&unix.MSG_NOSIGNAL == 0 {
				t.send(abi.SIGPIPE)
			}
			return 0, e
		}
	}
}

// skipBytes returns bufs without their first n bytes.
func skipBytes(bufs [][]byte, n int) [][]byte {
	out := append([][]byte{}, bufs...)
	for len(out) > 0 && n >= len(out[0]) {
		n -= len(out[0])
		out = out[1:]
	}
	if len(out) > 0 {
		out[0] = out[0][n:]
	}
	return out
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
	m := hostMessage{sa: sa[:]}
	n, e := t.recv(f, h, &m, a.Int(3))
	if e != 0 {
		return 0, e
	}
	return uint64(n), t.putSockaddr(a[4], a[5], m.sa)
}

// recv receives one message, or with MSG_WAITALL of a stream all there is room for, waiting for it in a way
// that can be interrupted.
func (t *Task) recv(f *file, h *hostBufs, m *hostMessage, flags int) (int, abi.Errno) {
	first := *m
	bufs, done := h.bufs, 0
	w := sockWait{opt: unix.SO_RCVTIMEO, events: unix.POLLIN}
	if flags&unix.MSG_ERRQUEUE != 0 {
		flags |= unix.MSG_DONTWAIT // it never waits
	}
	for {
		part := first
		n, err := hostRecv(f.host, bufs, &part, flags&^unix.MSG_WAITALL|unix.MSG_DONTWAIT)
		if err == nil {
			if done == 0 {
				*m = part
			}
			done += n
			const all = unix.MSG_WAITALL
			if flags&(all|unix.MSG_DONTWAIT|unix.MSG_PEEK) != all || n == 0 || uint64(done) >= h.n || len(part.control) > 0 || !f.isStream() || f.nonblocking() {
				return done, 0
			}
			bufs = skipBytes(bufs, n)
			continue
		}
		e := hostErrno(err)
		if e == abi.EAGAIN && flags&unix.MSG_DONTWAIT == 0 {
			if e = t.waitSocket(f, &w); e == 0 {
				continue
			}
		}
		if done > 0 {
			return done, 0
		}
		return 0, e
	}
}

// isStream tells whether f is a stream socket.
func (f *file) isStream() bool {
	typ, err := unix.GetsockoptInt(f.host, unix.SOL_SOCKET, unix.SO_TYPE)
	return err == nil && typ == unix.SOCK_STREAM
}

// sockWait is the wait of a call on a socket, which may wait several times: until when, and how often it has
// been told in vain that the socket is ready.
type sockWait struct {
	opt    int // SO_RCVTIMEO or SO_SNDTIMEO
	events int16
	until  deadline
	begun  bool
	spins  int
}

// waitSocket waits until a blocking socket is ready. The error is EAGAIN for one that does not block or whose
// timeout (socket(7)) has passed, and an internal one when the wait was interrupted.
func (t *Task) waitSocket(f *file, w *sockWait) abi.Errno {
	if f.nonblocking() {
		return abi.EAGAIN
	}
	if !w.begun {
		w.begun = true
		if tv, err := unix.GetsockoptTimeval(f.host, unix.SOL_SOCKET, w.opt); err == nil && tv.Nano() > 0 {
			w.until = t.after(time.Duration(tv.Nano()))
		}
	}
	if w.spins++; w.spins > 1 { // a datagram socket is writable although its peer's queue is full
		if pause := (deadline{time.Now().Add(time.Millisecond), true}); !t.sleep(pause) {
			return w.interrupted()
		}
	}
	n, err, ok := t.waitHost([]unix.PollFd{{Fd: int32(f.host), Events: w.events}, {}}, w.until)
	switch {
	case err != nil:
		return hostErrno(err)
	case !ok:
		return w.interrupted()
	case n == 0:
		return abi.EAGAIN
	}
	return 0
}

// interrupted is the error of an interrupted wait: one with a timeout is not restarted, signal(7).
func (w *sockWait) interrupted() abi.Errno {
	if w.until.set {
		return abi.ERESTARTNOHAND
	}
	return abi.ERESTARTSYS
}
