//go:build linux

package linux

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/stretchr/testify/require"
)

const threadFlags = abi.CLONE_VM | abi.CLONE_FS | abi.CLONE_FILES | abi.CLONE_SIGHAND | abi.CLONE_THREAD | abi.CLONE_SYSVSEM

// cloneArgsOf puts clone's arguments in the ABI's order.
func cloneArgsOf(a abi.Arch, flags, stack, ptid, ctid, tls uint64) []uint64 {
	if a == abi.A64 {
		return []uint64{flags, stack, ptid, tls, ctid}
	}
	return []uint64{flags, stack, ptid, ctid, tls}
}

// TestClone checks what a new thread starts with, and what its end does: the first thread joins it by its futex.
func TestClone(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		ptid, ctid := g.bytes(make([]byte, 4)), g.bytes(make([]byte, 4))
		tids := make(chan uint64, 1)
		g.cpu.cloned = func(c *fakeCPU) {
			c.script = func(step int) cpu.Exception {
				if step > 0 {
					time.Sleep(10 * time.Millisecond) // the other waits by now, or soon
					return c.raise(g, "exit", 5)
				}
				r := &c.arch.Roles
				if c.regs[r.SyscallRet] != 0 || c.regs[r.SP] != 0x7000 || c.regs[r.TLS] != 0x1234 || c.regs[30] != 99 {
					tids <- 0
				} else {
					tids <- getU64(append(g.mem(ctid, 4), 0, 0, 0, 0))
				}
				return c.raise(g, "gettid")
			}
		}
		g.cpu.regs[30] = 99
		g.cpu.script = func(step int) cpu.Exception {
			switch step {
			case 0:
				flags := uint64(threadFlags | abi.CLONE_SETTLS | abi.CLONE_PARENT_SETTID | abi.CLONE_CHILD_SETTID | abi.CLONE_CHILD_CLEARTID)
				return g.cpu.raise(g, "clone", cloneArgsOf(g.p.abi, flags, 0x7000, ptid, ctid, 0x1234)...)
			case 1:
				tid := g.cpu.regs[4]
				require.Greater(g.t, tid, uint64(g.p.pid))
				require.Equal(g.t, tid, <-tids)
				require.Equal(g.t, tid, getU64(append(g.mem(ptid, 4), 0, 0, 0, 0)))
				return g.cpu.raise(g, "futex", ctid, abi.FUTEX_WAIT, tid, 0)
			}
			require.Equal(g.t, make([]byte, 4), g.mem(ctid, 4))
			return g.cpu.raise(g, "exit_group", 7)
		}
		e, ok, err := g.p.Run(context.Background())
		require.NoError(g.t, err)
		require.True(g.t, ok)
		require.Equal(g.t, 7, e.Code)
	})
}

// TestFirstThreadEndsFirst: the process goes on, may be paused and taken up again, and ends with the first
// thread's status.
func TestFirstThreadEndsFirst(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	const sleep = 300 * time.Millisecond
	ts := make([]byte, 16)
	abi.Timespec{Nsec: int64(sleep)}.Encode(ts)
	at := g.bytes(ts)
	begin := time.Now()
	g.cpu.cloned = func(c *fakeCPU) {
		c.script = func(step int) cpu.Exception {
			if step == 0 {
				return c.raise(g, "nanosleep", at, 0)
			}
			return c.raise(g, "exit", 9)
		}
	}
	g.cpu.script = func(step int) cpu.Exception {
		if step == 0 {
			return g.cpu.raise(g, "clone", threadFlags, 0x7000)
		}
		return g.cpu.raise(g, "exit", 3)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if l := g.p.Tasks(); len(l) == 1 && l[0].TID() != g.p.pid {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, ok, err := g.p.Run(ctx)
	require.NoError(t, err)
	require.False(t, ok)
	require.Len(t, g.p.Tasks(), 1)
	require.NotEqual(t, g.p.pid, g.p.Tasks()[0].TID())
	e, ok, err := g.p.Run(context.Background())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, 3, e.Code)
	require.GreaterOrEqual(t, time.Since(begin), sleep, "the sleep goes on where it was")
}

// TestThreadLimit: a guest that clones without end gets EAGAIN, and ends as it should.
func TestThreadLimit(t *testing.T) {
	g := newGuest(t, abi.A64, softmmu.Auto, Config{})
	lim := make([]byte, 16)
	abi.Rlimit{Cur: 20, Max: 20}.Encode(lim)
	g.must("prlimit64", 0, abi.RLIMIT_NPROC, lim, 0)
	g.cpu.cloned = func(c *fakeCPU) {
		c.script = func(int) cpu.Exception { return c.raise(g, "ppoll", 0, 0, 0, 0, 8) }
	}
	threads := 0
	g.cpu.script = func(int) cpu.Exception {
		if int64(g.cpu.regs[4]) == -int64(abi.EAGAIN) {
			return g.cpu.raise(g, "exit_group", 1)
		}
		threads++
		return g.cpu.raise(g, "clone", cloneArgsOf(abi.A64, threadFlags, 0x7000, 0, 0, 0)...)
	}
	_, ok, err := g.p.Run(context.Background())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, 20, threads, "19 threads beside the first, and one that failed")
	require.Zero(t, g.p.threads.Load())
	require.Empty(t, g.p.Tasks())
}

// TestRequeue moves waiters from one futex to another, in one bucket and across two, and wakes them there.
func TestRequeue(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	const n = 6
	for _, distance := range []uint64{4, 8, 4096, 20000} {
		a := uint64(scratch + 4096)
		b := a + distance
		k, e := g.p.leader.futexKeyOf(a, true)
		require.Zero(t, e)
		done := make(chan abi.Errno, n)
		for i := range n {
			w, err := g.p.newTask(g.cpu, 1<<20+i, "waiter", 0)
			require.NoError(t, err)
			go func() {
				e := w.futexWait(a, k, 0, ^uint32(0), deadline{})
				w.close()
				done <- e
			}()
		}
		queued := func() (got int) {
			bucket := g.p.futex.lock(k)
			defer bucket.mu.Unlock()
			for w := bucket.first; w != nil; w = w.next {
				if w.key == k {
					got++
				}
			}
			return got
		}
		for queued() < n {
			runtime.Gosched()
		}
		g.fails(abi.EAGAIN, "futex", a, abi.FUTEX_CMP_REQUEUE|abi.FUTEX_PRIVATE_FLAG, 1, 2, b, 1)
		require.Equal(t, int64(3), g.must("futex", a, abi.FUTEX_CMP_REQUEUE|abi.FUTEX_PRIVATE_FLAG, 1, 2, b, 0))
		require.Zero(t, <-done)
		require.Equal(t, n-3, queued())
		require.Equal(t, int64(1), g.must("futex", b, abi.FUTEX_WAKE|abi.FUTEX_PRIVATE_FLAG, 1))
		require.Equal(t, int64(n-3), g.must("futex", a, abi.FUTEX_REQUEUE|abi.FUTEX_PRIVATE_FLAG, 0, 100, b))
		require.Zero(t, queued())
		require.Equal(t, int64(n-2), g.must("futex", b, abi.FUTEX_WAKE|abi.FUTEX_PRIVATE_FLAG, 100))
		for range n - 1 {
			require.Zero(t, <-done)
		}
	}
}

// TestNameOfAnotherThread: pthread_setname_np of another thread is a write to its comm.
func TestNameOfAnotherThread(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	w, err := g.p.newTask(g.cpu, 1<<20, "before", 0)
	require.NoError(t, err)
	defer w.close()
	fd := g.must("openat", abi.AT_FDCWD, "/proc/self/task/1048576/comm", abi.O_RDWR, 0)
	require.Equal(t, int64(21), g.must("write", fd, "a name that is longer", 21))
	require.Equal(t, "a name that is ", w.Name())
	g.must("close", fd)
	fd = g.must("openat", abi.AT_FDCWD, "/proc/self/comm", abi.O_WRONLY|abi.O_TRUNC, 0)
	g.must("write", fd, "first", 5)
	require.Equal(t, "first", g.p.leader.Name())
	g.fails(abi.EACCES, "openat", abi.AT_FDCWD, "/proc/self/task/1048576/stat", abi.O_RDWR, 0)
	fd = g.must("openat", abi.AT_FDCWD, "/proc/self/task/1048576/comm", 0, 0)
	buf := g.buf(32)
	require.Equal(t, int64(16), g.must("read", fd, buf, 32))
	require.Equal(t, "a name that is \n", string(g.mem(buf, 16)))
}
