//go:build linux

package linux

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/stretchr/testify/require"
)

// msg puts a struct msghdr in guest memory.
func (g *guest) msg(name, data, control []byte) (hdr, dataAt, controlAt uint64) {
	iov := make([]byte, 16)
	dataAt, controlAt = g.bytes(data), g.bytes(control)
	putU64(iov, dataAt)
	putU64(iov[8:], uint64(len(data)))
	h := make([]byte, msghdrSize)
	if name != nil {
		putU64(h, g.bytes(name))
		putU64(h[8:], uint64(len(name)))
	}
	putU64(h[16:], g.bytes(iov))
	putU64(h[24:], 1)
	if control != nil {
		putU64(h[32:], controlAt)
		putU64(h[40:], uint64(len(control)))
	}
	return g.bytes(h), dataAt, controlAt
}

// rights is a control message of descriptors.
func rights(fds ...uint32) []byte {
	b := make([]byte, cmsghdrSize+4*len(fds))
	putU64(b, uint64(len(b)))
	putU64(b[8:], 1|1<<32) // SOL_SOCKET, SCM_RIGHTS
	for i, fd := range fds {
		putU32(b[cmsghdrSize+4*i:], fd)
	}
	return b
}

func (g *guest) socketpair(typ int) (int, int) {
	p := g.buf(8)
	g.must("socketpair", afUnix, typ, 0, p)
	b := g.mem(p, 8)
	return int(getU32(b)), int(getU32(b[4:]))
}

// TestRights passes descriptors: they arrive under numbers of their own, close-on-exec only when asked for,
// and those that find no room are not left open.
func TestRights(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		a, b := g.socketpair(sockStrm)
		p := g.buf(8)
		g.must("pipe2", p, 0)
		r, w := getU32(g.mem(p, 8)), getU32(g.mem(p+4, 4))
		out, _, _ := g.msg(nil, []byte("x"), rights(w, r))
		require.Equal(t, int64(1), g.must("sendmsg", a, out, 0))
		in, data, control := g.msg(nil, make([]byte, 4), make([]byte, 64))
		require.Equal(t, int64(1), g.must("recvmsg", b, in, 0))
		require.Equal(t, "x", string(g.mem(data, 1)))
		require.Equal(t, uint64(24), getU64(g.mem(in+40, 8)))
		require.Zero(t, getU32(g.mem(in+48, 4)), "flags")
		got := g.mem(control, 24)
		require.Equal(t, []byte{24, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, got[:16])
		w2, r2 := getU32(got[16:]), getU32(got[20:])
		require.NotEqual(t, w, w2)
		require.Zero(t, g.must("fcntl", uint64(w2), abi.F_GETFD, 0))
		g.must("write", uint64(w2), "pipe", 4)
		require.Equal(t, int64(4), g.must("read", uint64(r2), data, 4))

		g.must("sendmsg", a, out, 0)
		in, _, control = g.msg(nil, make([]byte, 4), make([]byte, 64))
		g.must("recvmsg", b, in, 0x40000000) // MSG_CMSG_CLOEXEC
		require.Equal(t, uint32(0x40000000), getU32(g.mem(in+48, 4)))
		require.Equal(t, int64(abi.FD_CLOEXEC), g.must("fcntl", uint64(getU32(g.mem(control+16, 4))), abi.F_GETFD, 0))

		// One number is free: the second descriptor is cut off.
		next := g.must("dup", a)
		g.must("close", next)
		g.must("setrlimit", abi.RLIMIT_NOFILE, append(u64(uint64(next)+1), u64(maxFDs)...))
		g.must("sendmsg", a, out, 0)
		in, _, control = g.msg(nil, make([]byte, 4), make([]byte, 64))
		g.must("recvmsg", b, in, 0)
		require.Equal(t, uint64(24), getU64(g.mem(in+40, 8)))
		require.Equal(t, uint64(20), getU64(g.mem(control, 8)))
		require.Equal(t, uint32(next), getU32(g.mem(control+16, 4)))
		require.Equal(t, uint32(0x8), getU32(g.mem(in+48, 4)), "MSG_CTRUNC")

		bad, _, _ := g.msg(nil, []byte("x"), rights(999))
		g.fails(abi.EBADF, "sendmsg", a, bad, 0)
		short, _, _ := g.msg(nil, []byte("x"), u64(8, 1|1<<32))
		g.fails(abi.EINVAL, "sendmsg", a, short, 0)
	})
}

func u64(v ...uint64) []byte {
	b := make([]byte, 8*len(v))
	for i, x := range v {
		putU64(b[8*i:], x)
	}
	return b
}

// TestCredentials passes who the sender is, unix(7), over an abstract address.
func TestCredentials(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		sa := append([]byte{afUnix, 0, 0}, "gotcg-"+t.Name()+g.p.abi.String()...)
		s, c := g.must("socket", afUnix, sockDgrm, 0), g.must("socket", afUnix, sockDgrm, 0)
		g.must("bind", s, sa, len(sa))
		g.must("setsockopt", s, 1, 16, []byte{1, 0, 0, 0}, 4) // SO_PASSCRED
		name, nlen := g.buf(128), g.bytes([]byte{128, 0, 0, 0})
		g.must("getsockname", s, name, nlen)
		require.Equal(t, sa, g.mem(name, len(sa)))
		cred := u64(28, 1|2<<32, uint64(os.Getpid())|uint64(os.Getuid())<<32, uint64(os.Getgid()))[:28]
		out, _, _ := g.msg(sa, []byte("me"), cred)
		require.Equal(t, int64(2), g.must("sendmsg", c, out, 0))
		in, _, control := g.msg(make([]byte, 20), make([]byte, 4), make([]byte, 32))
		g.must("recvmsg", s, in, 0)
		require.Equal(t, cred, g.mem(control, 28))
		require.Equal(t, uint64(32), getU64(g.mem(in+40, 8)))
	})
}

// TestMessages sends and receives several messages at once.
func TestMessages(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		a, b := g.socketpair(sockDgrm)
		vec := func(texts ...string) uint64 {
			var all []byte
			for _, s := range texts {
				h, _, _ := g.msg(nil, []byte(s), nil)
				all = append(append(all, g.mem(h, msghdrSize)...), make([]byte, 8)...)
			}
			return g.bytes(all)
		}
		out := vec("one", "three", "")
		require.Equal(t, int64(3), g.must("sendmmsg", a, out, 3, 0))
		require.Equal(t, uint32(5), getU32(g.mem(out+mmsghdrSize+msghdrSize, 4)))
		in := vec("....", "....", "....", "....")
		require.Equal(t, int64(3), g.must("recvmmsg", b, in, 4, 0x10000, 0)) // MSG_WAITFORONE
		require.Equal(t, []uint32{3, 4, 0}, []uint32{getU32(g.mem(in+56, 4)), getU32(g.mem(in+64+56, 4)), getU32(g.mem(in+128+56, 4))})
		require.Equal(t, uint32(0x20), getU32(g.mem(in+64+48, 4))&0x20, "MSG_TRUNC")
		g.fails(abi.EAGAIN, "recvmmsg", b, in, 4, 0x40, 0) // MSG_DONTWAIT
		g.fails(abi.EBADF, "recvmmsg", 999, in, 4, 0, 0)
		g.fails(abi.EFAULT, "sendmmsg", a, 8, 1, 0)
		require.Zero(t, g.must("sendmmsg", a, out, 0, 0))
	})
}

// TestSocketTimeout is a blocking receive with SO_RCVTIMEO, which also ends accept.
func TestSocketTimeout(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		a, b := g.socketpair(sockStrm)
		ms := u64(0, 1000)
		g.must("setsockopt", a, 1, 20, ms, 16)
		g.fails(abi.EAGAIN, "recvfrom", a, g.buf(4), 4, 0, 0, 0)
		g.must("sendto", b, "abcdef", 6, 0, 0, 0)
		buf := g.buf(16)
		require.Equal(t, int64(6), g.must("recvfrom", a, buf, 16, 0x100, 0, 0)) // MSG_WAITALL, cut short by the timeout
		require.Equal(t, "abcdef", string(g.mem(buf, 6)))
		s := g.must("socket", afInet, sockStrm, 0)
		g.must("listen", s, 1)
		g.must("setsockopt", s, 1, 20, ms, 16)
		g.fails(abi.EAGAIN, "accept", s, 0, 0)
	})
}

// TestUnixNames wants the names of sockets back as they were bound, under a sysroot and without.
func TestUnixNames(t *testing.T) {
	for _, sysroot := range []bool{false, true} {
		dir := t.TempDir()
		cfg := Config{Dir: dir}
		if sysroot {
			cfg = Config{Sysroot: dir}
		}
		g := newGuest(t, abi.X64, softmmu.Auto, cfg)
		sa := append([]byte{afUnix, 0}, "sock\x00"...)
		s := g.must("socket", afUnix, sockStrm, 0)
		g.must("bind", s, sa, len(sa))
		require.FileExists(t, filepath.Join(dir, "sock"))
		g.must("listen", s, 1)
		c := g.must("socket", afUnix, sockStrm, 0)
		g.must("connect", c, sa, len(sa))
		a := g.must("accept4", s, 0, 0, 0)
		for _, fd := range []int64{s, a} {
			name, nlen := g.buf(128), g.bytes([]byte{128, 0, 0, 0})
			g.must("getsockname", fd, name, nlen)
			require.Equal(t, sa, g.mem(name, int(getU32(g.mem(nlen, 4)))))
		}
		name, nlen := g.buf(128), g.bytes([]byte{4, 0, 0, 0})
		g.must("getpeername", c, name, nlen)
		require.Equal(t, []byte{afUnix, 0, 's', 'o', 0}, g.mem(name, 5))
		require.Equal(t, uint32(len(sa)), getU32(g.mem(nlen, 4)))
	}
}

// TestSockoptAddresses: a value that holds an address never reaches the host, which would take it for one of
// gotcg's.
func TestSockoptAddresses(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		s := g.must("socket", afInet, sockStrm, 0)
		v := g.bytes(u64(1, scratch))
		for _, o := range [][2]int{{1, 26}, {1, 50}, {1, 51}, {1, 52}, {0, 64}, {0, 96}, {41, 64}, {283, 4}, {132, 110}, {263, 22}, {284, 4}} {
			g.fails(abi.ENOPROTOOPT, "setsockopt", s, o[0], o[1], v, 16)
		}
		g.fails(abi.ENOPROTOOPT, "getsockopt", s, 6, 35, v, g.bytes(u64(16)))
		g.fails(abi.ENOPROTOOPT, "getsockopt", s, 1, 26, v, g.bytes(u64(4)))
		g.fails(abi.ENOPROTOOPT, "getsockopt", s, 1, 77, v, g.bytes(u64(4)))
		g.fails(abi.EBADF, "setsockopt", 999, 1, 26, v, 16)
		g.must("setsockopt", s, 6, 1, []byte{1, 0, 0, 0}, 4) // TCP_NODELAY
	})
}
