//go:build linux

package linux

import (
	"testing"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/stretchr/testify/require"
)

// outcome is what a system call of another thread returned.
type outcome struct {
	n uint64
	e abi.Errno
}

// background makes a system call on a thread of its own.
func (g *guest) background(name string, args ...uint64) <-chan outcome {
	nr, ok := g.p.abi.SyscallNumber(name)
	require.True(g.t, ok, name)
	t, err := g.p.newTask(&fakeCPU{arch: g.cpu.arch, regs: map[int]uint64{}}, newTID(), "background", 0)
	require.NoError(g.t, err)
	out := make(chan outcome, 1)
	go func() {
		var a Args
		copy(a[:], args)
		n, e := t.dispatch(nr, &a)
		t.close()
		out <- outcome{n, e}
	}()
	return out
}

// first returns the outcome that comes first, and the channel of the other.
func first(a, b <-chan outcome) (outcome, <-chan outcome) {
	select {
	case r := <-a:
		return r, b
	case r := <-b:
		return r, a
	}
}

// TestTwoWaiters: an edge-triggered event wakes one of two threads, and the other waits for the next.
func TestTwoWaiters(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		const inET = 1 | 1<<31
		ep := g.must("epoll_create1", 0)
		r, w := g.socketpair(sockStrm)
		g.must("epoll_ctl", ep, abi.EPOLL_CTL_ADD, r, g.epollEvent(inET, 7))
		wait := func() <-chan outcome {
			return g.background("epoll_pwait", uint64(ep), g.buf(64), 4, ^uint64(0), 0, 0)
		}
		a, b := wait(), wait()
		for range 3 {
			g.must("write", w, "x", 1)
			var got outcome
			got, a = first(a, b)
			require.Equal(g.t, outcome{n: 1}, got)
			b = wait()
		}
		g.must("write", w, "x", 1)
		got, rest := first(a, b)
		require.Equal(g.t, outcome{n: 1}, got)
		g.p.Interrupt()
		require.Equal(g.t, outcome{e: abi.ERESTARTNOHAND}, <-rest)
	})
}

// TestTwoReaders: of two threads that read a pipe each byte wakes one; a read goes on although its descriptor
// is closed, and the pipe loses its reader after it.
func TestTwoReaders(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		ignore := u64(1, 0, 0, 0)
		g.must("rt_sigaction", int(abi.SIGPIPE), ignore, 0, 8)
		p := g.buf(8)
		g.must("pipe2", p, 0)
		r, w := uint64(getU32(g.mem(p, 8))), uint64(getU32(g.mem(p+4, 4)))
		read := func() <-chan outcome { return g.background("read", r, g.buf(16), 16) }
		a, b := read(), read()
		for range 3 {
			g.must("write", w, "x", 1)
			var got outcome
			got, a = first(a, b)
			require.Equal(g.t, outcome{n: 1}, got)
			b = read()
		}
		for g.pinned(r) < 3 { // the table's reference and those of two reads that have begun
		}
		g.must("close", r)
		for range 2 {
			g.must("write", w, "y", 1)
			var got outcome
			got, a = first(a, b)
			b = nil
			require.Equal(g.t, outcome{n: 1}, got)
		}
		g.fails(abi.EPIPE, "write", w, "z", 1)
	})
}

// pinned returns the references to a descriptor's file.
func (g *guest) pinned(fd uint64) int32 {
	g.p.fs.mu.Lock()
	defer g.p.fs.mu.Unlock()
	return g.p.fs.fds[fd].f.refs.Load()
}

// TestBlockingWrite: a blocking write writes everything, across what the pipe holds at once.
func TestBlockingWrite(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		p := g.buf(8)
		g.must("pipe2", p, 0)
		r, w := uint64(getU32(g.mem(p, 8))), uint64(getU32(g.mem(p+4, 4)))
		g.must("fcntl", w, abi.F_SETPIPE_SZ, 4096)
		const size = 40000
		done := g.background("write", w, scratch, size)
		buf, got := uint64(scratch+20000), int64(0)
		for got < size {
			got += g.must("read", r, buf, 8192)
		}
		require.Equal(g.t, outcome{n: size}, <-done)

		// Interrupted with a part written, that part is the result.
		done = g.background("write", w, scratch, size)
		require.Equal(g.t, int64(100), g.must("read", r, buf, 100))
		g.p.Interrupt()
		part := <-done
		require.Zero(g.t, part.e)
		require.Greater(g.t, part.n, uint64(0))
		require.Less(g.t, part.n, uint64(size))
	})
}

// TestBlockingLocks: who waits for a lock gets it when it is free, and can be interrupted.
func TestBlockingLocks(t *testing.T) {
	eachGuest(t, Config{Dir: t.TempDir()}, func(g *guest) {
		at := int64(abi.AT_FDCWD)
		a := g.must("openat", at, "f", abi.O_CREAT|abi.O_RDWR, 0o600)
		b := uint64(g.must("openat", at, "f", abi.O_RDWR, 0))
		whole, free := make([]byte, abi.FlockSize), make([]byte, abi.FlockSize)
		lock, unlock := abi.Flock{Type: 1}, abi.Flock{Type: 2}
		lock.Encode(whole)
		unlock.Encode(free)
		const ex, un, nb = 2, 8, 4
		want := g.bytes(whole)
		for _, k := range []struct {
			name       string
			take, drop []any
			wait       []uint64
		}{
			{"flock", []any{a, ex}, []any{a, un}, []uint64{b, ex}},
			{"fcntl", []any{a, abi.F_OFD_SETLK, whole}, []any{a, abi.F_OFD_SETLK, free}, []uint64{b, abi.F_OFD_SETLKW, want}},
		} {
			g.must(k.name, k.take...)
			waits := g.background(k.name, k.wait...)
			g.must(k.name, k.drop...)
			require.Equal(g.t, outcome{}, <-waits)
		}
		g.fails(abi.EAGAIN, "flock", a, ex|nb)
		stuck := g.background("flock", uint64(a), ex)
		g.p.Interrupt()
		require.Equal(g.t, outcome{e: abi.ERESTARTSYS}, <-stuck)
		g.fails(abi.EINVAL, "flock", a, 3)
	})
}

// TestWildBuffer: a buffer that no guest can have is EFAULT at once, also of a file that a read of nothing waits for.
func TestWildBuffer(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		fd := g.must("inotify_init1", 0)
		g.fails(abi.EFAULT, "read", fd, uint64(1)<<62, 16)
		g.fails(abi.EBADF, "write", fd, uint64(1)<<62, 16)
		r, w := g.socketpair(sockStrm)
		g.fails(abi.EFAULT, "read", r, uint64(1)<<62, 16)
		g.fails(abi.EFAULT, "write", w, uint64(1)<<62, 16)
	})
}

// TestSyslogTakesNothing: the messages of the host's kernel stay, and nobody waits for more of them.
func TestSyslogTakesNothing(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		for _, action := range []int{0, 1, 2, 4, 5, 6, 7, 8} {
			g.fails(abi.EPERM, "syslog", action, g.buf(16), 16)
		}
	})
}
