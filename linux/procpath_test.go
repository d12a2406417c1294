//go:build linux

package linux

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// TestOwnProc: however a path is spelled that leads to the process's own /proc, it leads to the guest's descriptors and files, and never to
// those of the process that emulates it.
func TestOwnProc(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	require.NoError(t, os.WriteFile(name, []byte("of the guest"), 0o600))
	for link, to := range map[string]string{
		"self": "/proc/self", "fds": "/proc/self/fd", "in": "in2", "in2": "/dev/fd/2", "one": "/proc/self/fd/2", "loop": "loop", "maps": "/proc/self/maps",
	} {
		require.NoError(t, os.Symlink(to, filepath.Join(dir, link)))
	}
	for _, root := range []string{"", "/"} {
		eachGuest(t, Config{Sysroot: root}, func(g *guest) {
			const cwd = int64(abi.AT_FDCWD)
			g.must("dup3", g.must("openat", cwd, name, abi.O_RDWR, 0), 2, 0) // the test itself has another file there
			same := []string{
				"/proc/self/fd/2", "/dev/fd/2", "//proc/self/fd/2", "/proc//self/fd/2", "/proc/self/./fd/2", "/proc/self/fd/../fd/2",
				"/proc/self/task/../fd/2", "/etc/../proc/self/fd/2", fmt.Sprintf("/proc/%d/fd//2", g.p.pid), "/proc/self/cwd" + name,
				"/proc/self/root" + name,
			}
			mem := []string{"/proc/self/mem", "//proc/self/mem", "/proc/self/../self/mem", "/proc/self/task/../mem", "/proc/self/map_files", "/proc/./self/map_files/"}
			maps := []string{"/proc/self/maps", "//proc/self/maps", "/proc/self/fd/../maps"}
			if root == "" {
				same = append(same, dir+"/self/fd/2", dir+"/fds/2", dir+"/one", dir+"/in")
				mem = append(mem, dir+"/self/mem", dir+"/self/task/../mem", dir+"/self/cwd"+name)
				maps = append(maps, dir+"/maps", dir+"/self/maps")
				g.fails(abi.ELOOP, "openat", cwd, dir+"/loop", 0, 0)
				g.fails(abi.ELOOP, "openat", cwd, dir+"/one", guestOpenFlags(g.p.abi, unix.O_NOFOLLOW), 0)
			}
			g.must("chdir", "/")
			at := g.buf(16)
			first := func(p string) string {
				f := g.must("openat", cwd, p, 0, 0)
				n := g.must("read", f, at, 16)
				g.must("close", f)
				return string(g.mem(at, int(n)))
			}
			for _, p := range same {
				require.Equal(t, "of the guest", first(p), p)
			}
			for _, p := range mem {
				g.fails(abi.EACCES, "openat", cwd, p, abi.O_RDONLY, 0)
			}
			for _, p := range maps {
				require.Regexp(t, "^00400000-", first(p), p)
			}
			link := func(at int64, p string) string {
				b := g.buf(256)
				return string(g.mem(b, int(g.must("readlinkat", at, p, b, 256))))
			}
			// By directories that are open.
			fds := g.must("openat", cwd, "/proc/self/fd", 0, 0)
			self := g.must("openat", cwd, "/proc/self", 0, 0)
			require.Equal(t, name, link(fds, "2"))
			require.Equal(t, name, link(self, "fd/2"))
			require.Equal(t, name, link(cwd, "//proc/self/fd/2"))
			st := g.buf(256)
			g.fails(abi.ENOENT, "newfstatat", fds, "999", st, 0)
			g.fails(abi.EACCES, "openat", self, "mem", abi.O_RDWR, 0)
			g.fails(abi.EACCES, "openat", fds, "../mem", abi.O_RDWR, 0)
			// By the working directory.
			g.must("chdir", "/proc/self")
			require.Equal(t, name, link(cwd, "fd/2"))
			g.fails(abi.EACCES, "openat", cwd, "mem", abi.O_RDONLY, 0)
			g.must("fchdir", fds)
			require.Equal(t, name, link(cwd, "2"))
			b := g.buf(64)
			n := g.must("getcwd", b, 64)
			require.Equal(t, "/proc/self/fd\x00", string(g.mem(b, int(n))))
		})
	}
}

// TestHostThreads: the threads of the process that emulates are not there for the guest, neither in /proc nor to signal.
func TestHostThreads(t *testing.T) {
	const cwd = int64(abi.AT_FDCWD)
	entries, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	eachGuest(t, Config{AllowKill: true}, func(g *guest) {
		seen := 0
		for _, e := range entries {
			tid, err := strconv.Atoi(e.Name())
			require.NoError(t, err)
			if !g.p.hostThread(tid) || g.p.thread(tid) != nil {
				continue
			}
			seen++
			for _, name := range []string{"fd/1", "maps", "mem", "map_files", "environ", "clear_refs"} {
				g.fails(abi.ENOENT, "openat", cwd, fmt.Sprintf("/proc/%d/%s", tid, name), abi.O_RDONLY, 0)
				g.fails(abi.ENOENT, "openat", cwd, fmt.Sprintf("//proc/./%d/%s", tid, name), abi.O_RDONLY, 0)
			}
			g.fails(abi.ESRCH, "kill", tid, int(abi.SIGSEGV))
			g.fails(abi.ESRCH, "tkill", tid, int(abi.SIGSEGV))
			g.at = scratch
		}
		require.NotZero(t, seen)
	})
}
