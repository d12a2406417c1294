//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// Messages with control data, sendmsg(2) and its family. Control messages have the same layout on
// all 64-bit Linux architectures (cmsg(3)); of their contents only the descriptors of SCM_RIGHTS
// are the guest's own numbers.

const (
	msghdrSize  = 56
	mmsghdrSize = 64
	cmsghdrSize = 16
	// maxControl bounds the control data of one message, in bytes. The kernel's own limit when
	// sending is net.core.optmem_max, much less by default.
	maxControl = 1 << 17
	// maxMessages bounds the messages of one sendmmsg(2), UIO_MAXIOV.
	maxMessages = abi.IOV_MAX
)

// msghdr is struct msghdr with guest addresses.
type msghdr struct {
	name, iov, iovlen, control, controllen uint64
	namelen                                uint32
}

func (t *Task) msghdr(addr uint64) (m msghdr, e abi.Errno) {
	var b [msghdrSize]byte
	if e = t.copyIn(addr, b[:]); e != 0 {
		return m, e
	}
	m = msghdr{name: getU64(b[0:]), namelen: uint32(getU64(b[8:])), iov: getU64(b[16:]), iovlen: getU64(b[24:]),
		control: getU64(b[32:]), controllen: getU64(b[40:])}
	switch {
	case int32(m.namelen) < 0:
		e = abi.EINVAL
	case m.iovlen > abi.IOV_MAX:
		e = abi.EMSGSIZE
	}
	if m.name == 0 {
		m.namelen = 0
	}
	return m, e
}

// cmsgs calls f for each control message in b; f may change data. It reports false if b is malformed.
func cmsgs(b []byte, f func(level, typ uint32, data []byte) abi.Errno) (bool, abi.Errno) {
	for len(b) >= cmsghdrSize {
		n := getU64(b)
		if n < cmsghdrSize || n > uint64(len(b)) {
			return false, 0
		}
		if e := f(uint32(getU64(b[8:])), uint32(getU64(b[8:])>>32), b[cmsghdrSize:n]); e != 0 {
			return true, e
		}
		b = b[min((n+7)&^7, uint64(len(b))):]
	}
	return true, 0
}

// controlOut reads the control data of a message to be sent, with host descriptors, of which those in lent are to be closed then.
func (t *Task) controlOut(m *msghdr) (b []byte, lent []int, e abi.Errno) {
	if m.controllen == 0 {
		return nil, nil, 0
	}
	if m.controllen > maxControl {
		return nil, nil, abi.ENOBUFS
	}
	b = make([]byte, m.controllen)
	if e := t.copyIn(m.control, b); e != 0 {
		return nil, nil, e
	}
	ok, e := cmsgs(b, func(level, typ uint32, data []byte) abi.Errno {
		if level != unix.SOL_SOCKET || typ != unix.SCM_RIGHTS {
			return 0
		}
		for ; len(data) >= 4; data = data[4:] {
			f, e := t.file(int(int32(getU32(data))))
			if e != 0 {
				return e
			}
			h, temporary := f.lend()
			if temporary {
				lent = append(lent, h)
			}
			putU32(data, uint32(h))
		}
		return 0
	})
	if !ok {
		e = abi.EINVAL
	}
	return b, lent, e
}

// controlIn gives received descriptors their guest numbers, in place. Those that find no place are
// closed and cut off, as unix(7) has it; the new length of the control data and flags to add are
// returned.
func (t *Task) controlIn(b []byte, cloexec bool) (n int, flags int32) {
	n = len(b)
	at := 0
	_, _ = cmsgs(b, func(level, typ uint32, data []byte) abi.Errno {
		start := at
		at += (cmsghdrSize + len(data) + 7) &^ 7
		if level != unix.SOL_SOCKET || typ != unix.SCM_RIGHTS && typ != scmPidfd {
			return 0
		}
		for i := 0; i+4 <= len(data); i += 4 {
			host := int(getU32(data[i:]))
			if flags != 0 {
				_ = unix.Close(host)
				continue
			}
			fd, e := t.installHost(host, cloexec)
			if e == 0 {
				putU32(data[i:], uint32(fd))
				continue
			}
			flags |= unix.MSG_CTRUNC
			if n = start; i > 0 {
				n += (cmsghdrSize + i + 7) &^ 7
				putU64(b[start:], uint64(cmsghdrSize+i))
			}
		}
		return 0
	})
	return n, flags
}

// fileMsghdr returns the file and the message header that sendmsg and recvmsg are called with.
func (t *Task) fileMsghdr(fd int, addr uint64) (*file, msghdr, abi.Errno) {
	f, e := t.file(fd)
	if e != 0 {
		return nil, msghdr{}, e
	}
	m, e := t.msghdr(addr)
	return f, m, e
}

// sysSendmsg is sendmsg(2).
func sysSendmsg(t *Task, a *Args) (uint64, abi.Errno) { return t.sendmsg(a.FD(0), a[1], a.Int(2)) }

func (t *Task) sendmsg(fd int, addr uint64, flags int) (uint64, abi.Errno) {
	f, m, e := t.fileMsghdr(fd, addr)
	if e != 0 {
		return 0, e
	}
	var sa []byte
	if m.namelen != 0 {
		var r pathRef
		if sa, r, e = t.sockaddr(m.name, uint64(min(m.namelen, maxSockaddr))); e != 0 {
			return 0, e
		}
		defer r.close()
	}
	h, e := t.iovec(fd, m.iov, m.iovlen, softmmu.R)
	if e != 0 {
		return 0, e
	}
	defer h.done()
	control, lent, e := t.controlOut(&m)
	for _, h := range lent {
		defer unix.Close(h)
	}
	if e != 0 {
		return 0, e
	}
	return t.send1(f, h, hostMessage{sa: sa, control: control}, flags)
}

// sysRecvmsg is recvmsg(2).
func sysRecvmsg(t *Task, a *Args) (uint64, abi.Errno) { return t.recvmsg(a.FD(0), a[1], a.Int(2)) }

func (t *Task) recvmsg(fd int, addr uint64, flags int) (uint64, abi.Errno) {
	f, m, e := t.fileMsghdr(fd, addr)
	if e != 0 {
		return 0, e
	}
	h, e := t.iovec(fd, m.iov, m.iovlen, softmmu.W)
	if e != 0 {
		return 0, e
	}
	defer h.done()
	var sa [maxSockaddr]byte
	r := hostMessage{sa: sa[:], control: make([]byte, min(m.controllen, maxControl))}
	n, e := t.recv(f, h, &r, flags|unix.MSG_CMSG_CLOEXEC)
	if e != 0 {
		return 0, e
	}
	if flags&unix.MSG_CMSG_CLOEXEC == 0 {
		r.flags &^= unix.MSG_CMSG_CLOEXEC
	}
	clen, more := t.controlIn(r.control, flags&unix.MSG_CMSG_CLOEXEC != 0)
	r.flags |= more
	if m.name != 0 {
		name := t.p.fs.guestSockaddr(r.sa)
		if e := t.copyOut(m.name, name[:min(len(name), int(m.namelen))]); e != 0 {
			return 0, e
		}
		if e := t.writeU32(addr+8, uint32(len(name))); e != 0 {
			return 0, e
		}
	}
	if e := t.copyOut(m.control, r.control[:clen]); e != 0 {
		return 0, e
	}
	if e := t.writeU64(addr+40, uint64(clen)); e != 0 {
		return 0, e
	}
	return uint64(n), t.writeU32(addr+48, uint32(r.flags))
}

// sysSendmmsg is sendmmsg(2): it stops at the first message that fails, and tells of the failure
// only when nothing was sent.
func sysSendmmsg(t *Task, a *Args) (uint64, abi.Errno) {
	count := min(uint64(uint32(a[2])), maxMessages)
	var done uint64
	for ; done < count; done++ {
		at := a[1] + done*mmsghdrSize
		n, e := t.sendmsg(a.FD(0), at, a.Int(3))
		if e == 0 {
			e = t.writeU32(at+msghdrSize, uint32(n))
		}
		if e != 0 {
			if done == 0 {
				return 0, e
			}
			break
		}
	}
	return done, 0
}

// sysRecvmmsg is recvmmsg(2). As there, the timeout is looked at after each message only.
func sysRecvmmsg(t *Task, a *Args) (uint64, abi.Errno) {
	d, e := t.deadlineArg(a[4])
	if e != 0 {
		return 0, e
	}
	if _, e := t.file(a.FD(0)); e != 0 {
		return 0, e
	}
	count, flags := min(uint64(uint32(a[2])), maxMessages), a.Int(3)
	var done uint64
	for done < count {
		at := a[1] + done*mmsghdrSize
		n, e := t.recvmsg(a.FD(0), at, flags&^unix.MSG_WAITFORONE)
		if e == 0 {
			e = t.writeU32(at+msghdrSize, uint32(n))
		}
		if e != 0 {
			if done == 0 {
				return 0, e
			}
			break
		}
		done++
		if flags&unix.MSG_WAITFORONE != 0 {
			flags |= unix.MSG_DONTWAIT
		}
		if d.past() {
			break
		}
	}
	return done, 0
}
