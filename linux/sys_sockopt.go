//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// Socket options pass through to the host, but for those whose value holds an address or a descriptor: the
// host's kernel would take it for gotcg's own, and read or write gotcg's memory there.

// scmPidfd is SCM_PIDFD, a control message with a descriptor; soPeerPidfd the option that makes one.
const (
	scmPidfd    = 4
	soPeerPidfd = 77
)

// sockoptPasses tells whether an option's value means the same to the host as to the guest.
func sockoptPasses(level, opt int) bool {
	switch level {
	case unix.SOL_SOCKET:
		switch opt {
		case unix.SO_ATTACH_FILTER: // and SO_GET_FILTER, whose length counts instructions
			return false
		case unix.SO_ATTACH_BPF, unix.SO_ATTACH_REUSEPORT_CBPF, unix.SO_ATTACH_REUSEPORT_EBPF, soPeerPidfd:
			return false
		}
		return true
	case unix.IPPROTO_IP: // from 64 up are netfilter's and their like, which pass tables by address
		return opt < 64 || opt == unix.SO_ORIGINAL_DST
	case unix.IPPROTO_IPV6:
		return opt < 64 || opt > 65 && opt < 96
	case unix.IPPROTO_TCP:
		return opt != unix.TCP_ZEROCOPY_RECEIVE
	case unix.SOL_MPTCP: // MPTCP_FULL_INFO, 4, has addresses
		return opt < 4
	case unix.IPPROTO_UDP, unix.IPPROTO_UDPLITE, unix.IPPROTO_ICMPV6, unix.IPPROTO_RAW, unix.SOL_NETLINK:
		return true
	}
	return false
}

// sockoptFD returns the host descriptor of a socket for an option that passes. ENOPROTOOPT: one that does not.
func (t *Task) sockoptFD(a *Args) (int, abi.Errno) {
	h, e := t.hostFD(a.FD(0))
	if e == 0 && !sockoptPasses(a.Int(1), a.Int(2)) {
		t.p.unimp("socket option %d of level %d", a.Int(2), a.Int(1))
		e = abi.ENOPROTOOPT
	}
	return h, e
}

// sysSetsockopt is setsockopt(2).
func sysSetsockopt(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.sockoptFD(a)
	if e != 0 {
		return 0, e
	}
	if uint32(a[4]) > 4096 {
		return 0, abi.EINVAL
	}
	b := make([]byte, uint32(a[4]))
	if e := t.copyIn(a[3], b); e != 0 {
		return 0, e
	}
	return 0, hostErrno(unix.SetsockoptString(h, a.Int(1), a.Int(2), string(b)))
}

// sysGetsockopt is getsockopt(2).
func sysGetsockopt(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.sockoptFD(a)
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
