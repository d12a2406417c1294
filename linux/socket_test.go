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

const (
	afUnix   = 1
	afInet   = 2
	sockStrm = 1
	sockDgrm = 2
)

func TestSocketTCP(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		s := g.must("socket", afInet, sockStrm, 0)
		one := []byte{1, 0, 0, 0}
		g.must("setsockopt", s, 1, 2, one, 4) // SO_REUSEADDR
		v, l := g.buf(4), g.bytes([]byte{4, 0, 0, 0})
		g.must("getsockopt", s, 1, 2, v, l)
		require.Equal(t, one, g.mem(v, 4))
		sa := make([]byte, 16)
		sa[0], sa[4], sa[7] = afInet, 127, 1
		g.must("bind", s, sa, 16)
		g.must("listen", s, 5)
		name, nlen := g.buf(128), g.bytes([]byte{128, 0, 0, 0})
		g.must("getsockname", s, name, nlen)
		require.Equal(t, []byte{16, 0, 0, 0}, g.mem(nlen, 4))
		c := g.must("socket", afInet, sockStrm, 0)
		g.must("connect", c, name, 16)
		peer, plen := g.buf(128), g.bytes([]byte{128, 0, 0, 0})
		a := g.must("accept4", s, peer, plen, 0)
		require.Equal(t, []byte{127, 0, 0, 1}, g.mem(peer+4, 4))
		require.Equal(t, int64(5), g.must("sendto", c, "hello", 5, 0, 0, 0))
		buf := g.buf(16)
		require.Equal(t, int64(5), g.must("recvfrom", a, buf, 16, 0, 0, 0))
		require.Equal(t, "hello", string(g.mem(buf, 5)))
		g.must("write", a, "bye", 3)
		require.Equal(t, int64(3), g.must("read", c, buf, 16))
		g.must("shutdown", a, 1)
		require.Zero(t, g.must("read", c, buf, 16))
		g.fails(abi.ENOTSOCK, "listen", 1, 5)
		g.fails(abi.EBADF, "bind", 99, sa, 16)
		g.fails(abi.EINVAL, "bind", s, sa, 4096)
		g.fails(abi.EFAULT, "connect", c, 8, 16)
		g.fails(abi.EAFNOSUPPORT, "socket", 99, sockStrm, 0)
	})
}

// TestSocketUnix binds a path relative to the guest's directory, under a sysroot, and sends
// datagrams with sendmsg.
func TestSocketUnix(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "run"), 0o755))
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		g := newGuest(t, a, softmmu.Auto, Config{Sysroot: root, Dir: "/run"})
		sa := append([]byte{afUnix, 0}, "sock\x00"...)
		s := g.must("socket", afUnix, sockDgrm, 0)
		g.must("bind", s, sa, len(sa))
		require.FileExists(t, filepath.Join(root, "run/sock"))
		c := g.must("socket", afUnix, sockDgrm, 0)
		abs := append([]byte{afUnix, 0}, "/../run/sock"...)
		name := g.bytes(abs)
		iov := make([]byte, 16)
		putU64(iov, g.str("datagram"))
		putU64(iov[8:], 8)
		msg := make([]byte, 56)
		putU64(msg, name)
		putU64(msg[8:], uint64(len(abs)))
		putU64(msg[16:], g.bytes(iov))
		putU64(msg[24:], 1)
		require.Equal(t, int64(8), g.must("sendmsg", c, msg, 0))
		buf := g.buf(16)
		putU64(iov, buf)
		putU64(iov[8:], 4)
		putU64(msg, 0)
		putU64(msg[16:], g.bytes(iov))
		at := g.bytes(msg)
		require.Equal(t, int64(4), g.must("recvmsg", s, at, 0))
		require.Equal(t, "data", string(g.mem(buf, 4)))
		require.NotZero(t, getU64(g.mem(at+48, 8))&0x20, "MSG_TRUNC")
		p := g.buf(8)
		g.must("socketpair", afUnix, sockStrm, 0, p)
		fd := g.mem(p, 8)
		g.must("write", int(fd[0]), "x", 1)
		require.Equal(t, int64(1), g.must("read", int(fd[4]), buf, 4))
		g.must("unlinkat", int64(abi.AT_FDCWD), "sock", 0)
	}
}
