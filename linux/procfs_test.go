//go:build linux

package linux

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/stretchr/testify/require"
)

// readFile reads a guest file whole.
func (g *guest) readFile(path string) string {
	g.t.Helper()
	fd := g.must("openat", int64(abi.AT_FDCWD), path, 0, 0)
	buf := g.buf(8192)
	n := g.must("read", fd, buf, 8192)
	g.must("close", fd)
	return string(g.mem(buf, int(n)))
}

func TestProcFiles(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		pid := g.p.pid
		task := fmt.Sprintf("/proc/self/task/%d", pid)
		g.must("prctl", abi.PR_SET_NAME, "my name) x")
		require.Equal(t, "my name) x\n", g.readFile("/proc/self/comm"))
		require.Equal(t, "my name) x\n", g.readFile(task+"/comm"))
		require.True(t, strings.HasPrefix(g.readFile("/proc/self/stat"), fmt.Sprintf("%d (my name) x) R ", pid)))
		st := g.readFile(fmt.Sprintf("/proc/%d/status", pid))
		for _, want := range []string{"Name:\tmy name) x\n", fmt.Sprintf("\nPid:\t%d\n", pid), "\nThreads:\t1\n"} {
			require.Contains(t, st, want)
		}
		require.NotContains(t, st, "SigCgt")
		require.Len(t, strings.Fields(g.readFile("/proc/self/statm")), 7)
		require.Contains(t, g.readFile("/proc/self/limits"), "Max open files            1024 ")

		d := g.must("openat", int64(abi.AT_FDCWD), "/proc/self/task", abi.O_DIRECTORY, 0)
		buf := g.buf(512)
		n := g.must("getdents64", d, buf, 512)
		require.Equal(t, 1, strings.Count(string(g.mem(buf, int(n))), fmt.Sprint(pid)))
		st8 := g.buf(256)
		g.must("newfstatat", int64(abi.AT_FDCWD), task+"/status", st8, 0)
		g.fails(abi.ENOENT, "newfstatat", int64(abi.AT_FDCWD), "/proc/self/task/1/status", st8, 0)
		g.fails(abi.ENOENT, "openat", int64(abi.AT_FDCWD), task+"/mem", 2, 0)
		g.fails(abi.EACCES, "openat", int64(abi.AT_FDCWD), "/proc/self/mem", 2, 0)
	})
}

func TestInotify(t *testing.T) {
	dir := t.TempDir()
	eachGuest(t, Config{Sysroot: dir}, func(g *guest) {
		fd := g.must("inotify_init1", 0o4000)
		wd := g.must("inotify_add_watch", fd, "/", 0x100) // IN_CREATE
		buf := g.buf(256)
		g.fails(abi.EAGAIN, "read", fd, buf, 256)
		name := filepath.Join(dir, "new")
		require.NoError(t, os.WriteFile(name, nil, 0o600))
		require.NoError(t, os.Remove(name))
		require.Equal(t, int64(32), g.must("read", fd, buf, 256))
		require.Equal(t, u64(uint64(wd)|0x100<<32, 16<<32), g.mem(buf, 16))
		require.Equal(t, "new\x00", string(g.mem(buf+16, 4)))
		g.must("inotify_rm_watch", fd, wd)
		g.fails(abi.EINVAL, "inotify_rm_watch", fd, wd)
		g.fails(abi.ENOENT, "inotify_add_watch", fd, "/none", 0x100)
		g.fails(abi.EINVAL, "inotify_add_watch", 1, "/", 0x100)
		g.fails(abi.EINVAL, "inotify_init1", 1)
	})
}

// TestPidfd: the guest can open itself, ask whether it lives, and has no children to wait for.
func TestPidfd(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		fd := g.must("pidfd_open", g.p.pid, 0)
		require.Equal(t, int64(abi.FD_CLOEXEC), g.must("fcntl", fd, abi.F_GETFD, 0))
		g.must("pidfd_send_signal", fd, 0, 0, 0)
		g.must("pidfd_send_signal", g.must("dup", fd), 0, 0, 0)
		g.must("pidfd_send_signal", fd, int(abi.SIGURG), 0, 0)
		g.fails(abi.ECHILD, "waitid", 3, fd, 0, 4, 0)
		g.fails(abi.EINVAL, "pidfd_send_signal", fd, 99, 0, 0)
		g.fails(abi.EBADF, "pidfd_send_signal", 1, 0, 0, 0)
		g.fails(abi.EINVAL, "pidfd_open", 0, 0)
		g.fails(abi.EINVAL, "pidfd_open", g.p.pid, 1)
		g.fails(abi.ESRCH, "pidfd_open", 1<<30, 0)
	})
}
