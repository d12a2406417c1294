//go:build linux

package linux

import (
	"testing"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/stretchr/testify/require"
)

// epollEvent is a struct epoll_event of the guest.
func (g *guest) epollEvent(events uint32, data uint64) []byte {
	b := make([]byte, abi.EpollEventSize(g.p.abi))
	abi.EpollEvent{Events: events, Data: data}.Encode(g.p.abi, b)
	return b
}

// epollWait returns what an epoll set has, without waiting.
func (g *guest) epollWait(ep int64) (out []abi.EpollEvent) {
	size := abi.EpollEventSize(g.p.abi)
	buf := g.buf(8 * size)
	n := g.must("epoll_pwait", ep, buf, 8, 0, 0, 0)
	for i := range n {
		out = append(out, abi.DecodeEpollEvent(g.p.abi, g.mem(buf+uint64(i)*uint64(size), size)))
	}
	return out
}

// TestEpollModes: edge-triggered events come once for each edge, one-shot ones until armed again; a
// descriptor made by dup is a member of its own; closing the last one takes it out.
func TestEpollModes(t *testing.T) {
	const in, et, oneshot = 1, 1 << 31, 1 << 30
	eachGuest(t, Config{}, func(g *guest) {
		ep := g.must("epoll_create1", 0)
		a, b := g.socketpair(sockStrm)
		g.must("epoll_ctl", ep, abi.EPOLL_CTL_ADD, a, g.epollEvent(in|et, 0x1122334455667788))
		require.Empty(t, g.epollWait(ep))
		g.must("write", b, "x", 1)
		require.Equal(t, []abi.EpollEvent{{Events: in, Data: 0x1122334455667788}}, g.epollWait(ep))
		require.Empty(t, g.epollWait(ep))
		g.must("write", b, "y", 1)
		require.Len(t, g.epollWait(ep), 1)

		d := g.must("dup", a)
		g.must("epoll_ctl", ep, abi.EPOLL_CTL_ADD, d, g.epollEvent(in|oneshot, 2))
		g.fails(abi.EEXIST, "epoll_ctl", ep, abi.EPOLL_CTL_ADD, d, g.epollEvent(in, 2))
		require.Equal(t, []abi.EpollEvent{{Events: in, Data: 2}}, g.epollWait(ep))
		require.Empty(t, g.epollWait(ep))
		g.must("epoll_ctl", ep, abi.EPOLL_CTL_MOD, d, g.epollEvent(in, 3))
		require.Equal(t, []abi.EpollEvent{{Events: in, Data: 3}}, g.epollWait(ep))
		g.must("epoll_ctl", ep, abi.EPOLL_CTL_DEL, a, 0)
		g.must("close", a)
		require.Len(t, g.epollWait(ep), 1)
		g.must("close", d)
		require.Empty(t, g.epollWait(ep))
		g.fails(abi.EBADF, "epoll_ctl", ep, abi.EPOLL_CTL_MOD, d, g.epollEvent(in, 3))
		g.fails(abi.EPERM, "epoll_ctl", ep, abi.EPOLL_CTL_ADD, g.must("memfd_create", "m", 0), g.epollEvent(in, 0))
		g.fails(abi.EINVAL, "epoll_pwait", ep, 0, 0, 0, 0, 0)
	})
}

// TestRecordLocks: closing any descriptor of a file drops the process's record locks on it, fcntl(2), but
// not those of an open file description.
func TestRecordLocks(t *testing.T) {
	eachGuest(t, Config{Dir: t.TempDir()}, func(g *guest) {
		at := int64(abi.AT_FDCWD)
		lock := make([]byte, abi.FlockSize)
		whole := abi.Flock{Type: 1, Len: 10}
		whole.Encode(lock)
		fd := g.must("openat", at, "f", abi.O_CREAT|abi.O_RDWR, 0o600)
		other := g.must("openat", at, "f", abi.O_RDWR, 0)
		query := func() int16 {
			l := g.bytes(lock)
			g.must("fcntl", other, abi.F_OFD_GETLK, l)
			return abi.DecodeFlock(g.mem(l, abi.FlockSize)).Type
		}
		const free, write = 2, 1
		g.must("fcntl", fd, abi.F_SETLK, lock)
		require.Equal(t, int16(write), query())
		g.must("close", g.must("dup", fd))
		require.Equal(t, int16(free), query())
		g.must("fcntl", fd, abi.F_OFD_SETLK, lock)
		g.must("close", g.must("dup", fd))
		require.Equal(t, int16(write), query())
		g.fails(abi.EAGAIN, "fcntl", other, abi.F_OFD_SETLK, lock)
		g.must("close", fd)
		require.Equal(t, int16(free), query())
	})
}
