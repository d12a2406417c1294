//go:build linux

package linux

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/stretchr/testify/require"
)

func TestEntryState(t *testing.T) {
	cfg := Config{Args: []string{"prog", "one", "two"}, Env: []string{"A=1", "B=2"}, Random: strings.NewReader(strings.Repeat("r", 64))}
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		cfg.Random = strings.NewReader(strings.Repeat("r", 64))
		g := newGuest(t, a, softmmu.Auto, cfg)
		sp := g.cpu.regs[1]
		require.Zero(t, sp%16)
		require.Equal(t, uint64(0x401000), g.cpu.regs[0])
		word := func(i int) uint64 { return getU64(g.mem(sp+uint64(8*i), 8)) }
		str := func(p uint64) string { s, e := g.p.leader.readString(p, 4096, 1); require.Zero(t, e); return s }
		require.Equal(t, uint64(3), word(0))
		require.Equal(t, []string{"prog", "one", "two"}, []string{str(word(1)), str(word(2)), str(word(3))})
		require.Zero(t, word(4))
		require.Equal(t, []string{"A=1", "B=2"}, []string{str(word(5)), str(word(6))})
		require.Zero(t, word(7))
		aux := map[uint64]uint64{}
		for i := 8; word(i) != 0; i += 2 {
			aux[word(i)] = word(i + 1)
		}
		require.Equal(t, uint64(0x400040), aux[abi.AT_PHDR])
		require.Equal(t, uint64(56), aux[abi.AT_PHENT])
		require.Equal(t, uint64(2), aux[abi.AT_PHNUM])
		require.Equal(t, uint64(4096), aux[abi.AT_PAGESZ])
		require.Equal(t, uint64(0x401000), aux[abi.AT_ENTRY])
		require.Equal(t, uint64(0x123), aux[abi.AT_HWCAP])
		require.Equal(t, uint64(0x45), aux[abi.AT_HWCAP2])
		require.Equal(t, uint64(100), aux[abi.AT_CLKTCK])
		require.Equal(t, uint64(os.Getuid()), aux[abi.AT_UID])
		require.Equal(t, g.p.img.Path, str(aux[abi.AT_EXECFN]))
		require.Equal(t, a.String(), str(aux[abi.AT_PLATFORM]))
		require.Equal(t, strings.Repeat("r", 16), string(g.mem(aux[abi.AT_RANDOM], 16)))
		require.NotContains(t, aux, uint64(abi.AT_SYSINFO_EHDR))
	}
}

func TestLoadBss(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		require.Equal(t, bytes.Repeat([]byte{0xaa}, 0x100), g.mem(0x403010, 0x100))
		require.Equal(t, make([]byte, 0x4f00), g.mem(0x403110, 0x4f00))
		require.False(t, g.as.Check(0x402000, 1, softmmu.R).OK(), "gap between segments")
		require.False(t, g.as.Check(0x400000, 1, softmmu.W).OK(), "text is not writable")
		require.True(t, g.as.Check(0x401000, 1, softmmu.X).OK())
	})
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	eachGuest(t, Config{Dir: dir}, func(g *guest) {
		at := int64(abi.AT_FDCWD)
		fd := g.must("openat", at, "file", abi.O_CREAT|abi.O_RDWR|abi.O_TRUNC, 0o644)
		require.Equal(t, int64(3), fd)
		require.Equal(t, int64(5), g.must("write", fd, "hello", 5))
		require.Equal(t, int64(6), g.must("pwrite64", fd, " world", 6, 5))
		buf := g.buf(64)
		require.Equal(t, int64(11), g.must("pread64", fd, buf, 64, 0))
		require.Equal(t, "hello world", string(g.mem(buf, 11)))
		require.Equal(t, int64(2), g.must("lseek", fd, 2, abi.SEEK_SET))
		iov := make([]byte, 32)
		putU64(iov, buf)
		putU64(iov[8:], 3)
		putU64(iov[16:], buf+32)
		putU64(iov[24:], 30)
		require.Equal(t, int64(9), g.must("readv", fd, iov, 2))
		require.Equal(t, "llo world", string(g.mem(buf, 3))+string(g.mem(buf+32, 6)))
		g.fails(abi.EINVAL, "readv", fd, iov, 1025)
		g.fails(abi.EFAULT, "readv", fd, 8, 2)
		require.Zero(t, g.must("read", fd, 8, 2), "at the end of the file the buffer is not looked at")
		g.must("lseek", fd, 0, abi.SEEK_SET)
		g.fails(abi.EFAULT, "read", fd, 8, 2)
		require.Equal(t, int64(0), g.must("read", fd, buf, 0))
		g.fails(abi.EBADF, "read", 99, buf, 1)
		g.fails(abi.EFAULT, "openat", at, 8, 0, 0)
		g.fails(abi.ENOENT, "openat", at, "", 0, 0)
		g.fails(abi.ENAMETOOLONG, "openat", at, strings.Repeat("x", 5000), 0, 0)

		st := g.buf(144)
		g.must("fstat", fd, st)
		require.Equal(t, uint64(11), getU64(g.mem(st+48, 8)))
		g.must("newfstatat", at, "file", st, 0)
		require.Equal(t, uint64(11), getU64(g.mem(st+48, 8)))
		g.must("newfstatat", fd, "", st, abi.AT_EMPTY_PATH)
		stx := g.buf(256)
		g.must("statx", at, "file", 0, 0x7ff, stx)
		require.Equal(t, uint64(11), getU64(g.mem(stx+40, 8)))

		require.Equal(t, int64(4), g.must("dup", fd))
		require.Equal(t, int64(9), g.must("dup3", fd, 9, abi.O_CLOEXEC))
		require.Equal(t, int64(1), g.must("fcntl", 9, abi.F_GETFD, 0))
		require.Equal(t, int64(0), g.must("fcntl", 4, abi.F_GETFD, 0))
		require.Equal(t, int64(20), g.must("fcntl", fd, abi.F_DUPFD, 20))
		require.Equal(t, int64(abi.O_RDWR), g.must("fcntl", fd, abi.F_GETFL, 0)&3)
		g.must("close", fd)
		require.Equal(t, int64(5), g.must("lseek", 4, 5, 0), "the description lives on")
		g.must("close_range", 3, 1000, 0)
		g.fails(abi.EBADF, "lseek", 4, 0, 0)

		g.must("mkdirat", at, "sub", 0o755)
		g.must("symlinkat", "file", at, "link")
		require.Equal(t, int64(4), g.must("readlinkat", at, "link", buf, 64))
		g.must("renameat2", at, "file", at, "sub/moved", 0)
		g.fails(abi.ENOENT, "newfstatat", at, "link", st, 0)
		g.must("newfstatat", at, "link", st, abi.AT_SYMLINK_NOFOLLOW)
		g.must("faccessat", at, "sub/moved", 4)
		g.must("chdir", "sub")
		n := g.must("getcwd", buf, 64)
		require.Equal(t, filepath.Join(dir, "sub")+"\x00", string(g.mem(buf, int(n))))
		g.must("truncate", "moved", 3)
		g.must("linkat", at, "moved", at, "again", 0)
		g.must("fchmodat", at, "moved", 0o600)
		g.must("utimensat", at, "moved", 0, 0)
		d := g.must("openat", at, ".", openDir(g.p.abi), 0)
		dents := g.buf(1024)
		n = g.must("getdents64", d, dents, 1024)
		require.Contains(t, string(g.mem(dents, int(n))), "moved")
		for _, f := range []string{"moved", "again"} {
			g.must("unlinkat", at, f, 0)
		}
		g.must("fchdir", d)
		g.must("chdir", "..")
		g.must("unlinkat", at, "sub", abi.AT_REMOVEDIR)
		g.must("unlinkat", at, "link", 0)
		g.must("statfs", ".", g.buf(120))
	})
}

// openDir is O_DIRECTORY as the ABI numbers it.
func openDir(a abi.Arch) int {
	if a == abi.A64 {
		return abi.O_DIRECTORY_A64
	}
	return abi.O_DIRECTORY
}

func TestUmask(t *testing.T) {
	dir := t.TempDir()
	g := newGuest(t, abi.X64, softmmu.Auto, Config{Dir: dir})
	for _, m := range []int{0, 0o77, 0o22} {
		g.must("umask", m)
		fd := g.must("open", "f", abi.O_CREAT|abi.O_WRONLY, 0o666)
		g.must("close", fd)
		g.must("mkdir", "d", 0o777)
		fi, err := os.Stat(filepath.Join(dir, "f"))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o666&^m), fi.Mode().Perm())
		di, err := os.Stat(filepath.Join(dir, "d"))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o777&^m), di.Mode().Perm())
		g.must("unlink", "f")
		g.must("rmdir", "d")
	}
}

func TestPipePoll(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		p := g.buf(8)
		g.must("pipe2", p, 0)
		m := g.mem(p, 8)
		r, w := int(m[0]), int(m[4])
		pfd := func(fd, ev int) []byte {
			b := make([]byte, 8)
			abi.PollFd{FD: int32(fd), Events: int16(ev)}.Encode(b)
			return b
		}
		zero := make([]byte, 16)
		require.Zero(t, g.must("ppoll", pfd(r, abi.POLLIN), 1, zero, 0))
		g.must("write", w, "x", 1)
		at := g.bytes(pfd(r, abi.POLLIN))
		require.Equal(t, int64(1), g.must("ppoll", at, 1, 0, 0))
		require.Equal(t, int16(abi.POLLIN), abi.DecodePollFd(g.mem(at, 8)).Revents)
		set := make([]byte, 8)
		set[r/8] |= 1 << (r % 8)
		in := g.bytes(set)
		require.Equal(t, int64(1), g.must("pselect6", r+1, in, 0, 0, zero, 0))
		require.Equal(t, set, g.mem(in, 8))
		require.Equal(t, int64(1), g.must("ioctl", r, abi.FIONREAD, g.buf(4))+1)
		ep := g.must("epoll_create1", 0)
		ev := make([]byte, 16)
		abi.EpollEvent{Events: abi.POLLIN, Data: 0x1122334455667788}.Encode(g.p.abi, ev)
		g.must("epoll_ctl", ep, abi.EPOLL_CTL_ADD, r, ev)
		out := g.buf(64)
		require.Equal(t, int64(1), g.must("epoll_pwait", ep, out, 4, -1, 0, 8))
		require.Equal(t, uint64(0x1122334455667788), abi.DecodeEpollEvent(g.p.abi, g.mem(out, 16)).Data)
		at = g.bytes(pfd(99, abi.POLLIN))
		require.Equal(t, int64(1), g.must("ppoll", at, 1, 0, 0))
		require.Equal(t, int16(abi.POLLNVAL), abi.DecodePollFd(g.mem(at, 8)).Revents)
	})
}

func TestSigpipeKills(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	p := g.buf(8)
	g.must("pipe", p)
	m := g.mem(p, 8)
	g.must("close", int(m[0]))
	g.fails(abi.EPIPE, "write", int(m[4]), "x", 1)
	require.NotNil(t, g.p.exit.Load())
	require.Equal(t, 128+13, g.p.exit.Load().Code)
}

func TestSysroot(t *testing.T) {
	root, out := t.TempDir(), t.TempDir()
	w := func(p, s string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(p), 0o755))
		require.NoError(t, os.WriteFile(p, []byte(s), 0o644))
	}
	w(root+"/etc/name", "inside")
	w(out+"/secret", "outside")
	require.NoError(t, os.Symlink(out+"/secret", root+"/abs"))
	require.NoError(t, os.Symlink("../../../../../../.."+out+"/secret", root+"/etc/rel"))
	require.NoError(t, os.Symlink("/etc/name", root+"/ok"))
	require.NoError(t, os.Symlink("/", root+"/etc/rootlink"))
	g := newGuest(t, abi.X64, softmmu.Auto, Config{Sysroot: root})
	at := int64(abi.AT_FDCWD)
	buf := g.buf(256)
	read := func(p string) string {
		fd := g.must("openat", at, p, 0, 0)
		n := g.must("read", fd, buf, 256)
		g.must("close", fd)
		return string(g.mem(buf, int(n)))
	}
	for _, p := range []string{"/etc/name", "/ok", "etc/name", "../../etc/name", "/etc/../../etc/name", "/etc/rootlink/etc/name", "/etc/rootlink/../../ok"} {
		require.Equal(t, "inside", read(p), p)
	}
	esc := []string{"/abs", "/etc/rel", out + "/secret", "../../.." + out + "/secret", "/etc/rootlink/.." + out + "/secret", "/proc/self/root" + out + "/secret", "/proc/self/cwd/../.." + out + "/secret"}
	for _, p := range esc {
		g.fails(abi.ENOENT, "openat", at, p, 0, 0)
		g.fails(abi.ENOENT, "stat", p, buf)
		g.fails(abi.ENOENT, "access", p, 0)
		g.fails(abi.ENOENT, "truncate", p, 0)
		g.fails(abi.ENOENT, "chmod", p, 0)
		g.fails(abi.ENOENT, "utimensat", at, p, 0, 0)
		g.fails(abi.ENOENT, "chdir", p)
	}
	g.must("lstat", "/abs", buf)
	g.must("chdir", "/etc")
	n := g.must("getcwd", buf, 256)
	require.Equal(t, "/etc\x00", string(g.mem(buf, int(n))))
	require.Equal(t, "inside", read("name"))
	g.must("chdir", "../..")
	n = g.must("getcwd", buf, 256)
	require.Equal(t, "/\x00", string(g.mem(buf, int(n))))
	d := g.must("openat", at, "/etc", abi.O_DIRECTORY, 0)
	fd := g.must("openat", d, "../../ok", 0, 0)
	g.must("close", fd)
	g.fails(abi.ENOENT, "openat", d, "../.."+out+"/secret", 0, 0)

	g.must("mkdir", "/new/", 0o755)
	g.must("rename", "/new", "/../renamed")
	require.DirExists(t, root+"/renamed")
	g.must("rmdir", "/renamed")
	g.must("symlink", "/etc/name", "/l2")
	g.must("unlink", "/l2")
	g.fails(abi.ENOENT, "link", out+"/secret", "/stolen")
	g.must("unlink", "/abs")
	require.FileExists(t, out+"/secret")
	fd = g.must("openat", at, "/made", abi.O_CREAT|abi.O_WRONLY, 0o600)
	g.must("close", fd)
	require.FileExists(t, root+"/made")
	n = g.must("readlink", "/proc/self/exe", buf, 256)
	require.Equal(t, g.p.cfg.Exe, string(g.mem(buf, int(n))))
}

func TestProcSelf(t *testing.T) {
	eachGuest(t, Config{Args: []string{"a", "b"}}, func(g *guest) {
		at := int64(abi.AT_FDCWD)
		buf := g.buf(8192)
		read := func(p string) string {
			fd := g.must("openat", at, p, 0, 0)
			n := g.must("read", fd, buf, 8192)
			g.must("close", fd)
			return string(g.mem(buf, int(n)))
		}
		require.Equal(t, "a\x00b\x00", read("/proc/self/cmdline"))
		require.Contains(t, read("/proc/self/maps"), "[stack]")
		require.Regexp(t, `(?s)\[stack\]\nSize: +\d+ kB\n.*VmFlags: rd wr mr`, read("/proc/self/smaps"))
		require.Equal(t, strings.Count(read("/proc/self/maps"), "\n"), strings.Count(read("/proc/self/smaps"), "VmFlags"))
		require.Equal(t, string(g.p.auxv), read("/proc/self/auxv"))
		require.Equal(t, "prog\n", read("/proc/self/comm"))
		require.Equal(t, "\x7fELF", read("/proc/self/exe")[:4])
		fd := g.must("openat", at, "/proc/self/fd", openDir(g.p.abi), 0)
		n := g.must("getdents64", fd, buf, 8192)
		require.Less(t, n, int64(200), "the guest's descriptors, not the host's")
		require.Zero(t, g.must("getdents64", fd, buf, 8192))
		g.fails(abi.EACCES, "openat", at, "/proc/self/mem", abi.O_RDWR, 0)
		require.NoError(t, os.Symlink("/proc/self/mem", filepath.Join(t.TempDir(), "m")))
		g.fails(abi.EACCES, "openat", at, "/proc/../proc/self/mem", abi.O_RDONLY, 0)
	})
}

func TestSignalsAndLimits(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		act := make([]byte, 32)
		abi.Sigaction{Handler: abi.SIG_IGN, Mask: ^uint64(0)}.Encode(act)
		old := g.buf(32)
		g.must("rt_sigaction", 15, act, 0, 8)
		g.must("rt_sigaction", 15, 0, old, 8)
		require.Equal(t, uint64(1), getU64(g.mem(old, 8)))
		g.fails(abi.EINVAL, "rt_sigaction", 9, act, 0, 8)
		g.fails(abi.EINVAL, "rt_sigaction", 15, act, 0, 4)
		pid := g.must("getpid")
		g.must("kill", pid, 15)
		require.Nil(t, g.p.exit.Load())
		set := make([]byte, 8)
		putU64(set, 1<<(abi.SIGABRT-1))
		g.must("rt_sigprocmask", abi.SIG_BLOCK, set, 0, 8)
		g.must("tgkill", pid, pid, int(abi.SIGABRT))
		require.Nil(t, g.p.exit.Load())
		pend := g.buf(8)
		g.must("rt_sigpending", pend, 8)
		require.Equal(t, uint64(1<<(abi.SIGABRT-1)), getU64(g.mem(pend, 8)))

		lim := g.buf(16)
		g.must("prlimit64", 0, abi.RLIMIT_STACK, 0, lim)
		require.Equal(t, uint64(8<<20), getU64(g.mem(lim, 8)))
		g.fails(abi.EINVAL, "prlimit64", 0, 99, 0, lim)
		tiny := make([]byte, 16)
		abi.Rlimit{Cur: 3, Max: 3}.Encode(tiny)
		g.must("prlimit64", 0, abi.RLIMIT_NOFILE, tiny, 0)
		g.fails(abi.EMFILE, "dup", 0)
		g.fails(abi.EMFILE, "pipe2", g.buf(8), 0)
	})
}

func TestTimeCalls(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		ts := make([]byte, 16)
		abi.Timespec{Nsec: 20e6}.Encode(ts)
		start := time.Now()
		g.must("nanosleep", ts, 0)
		require.GreaterOrEqual(t, time.Since(start), 20*time.Millisecond)
		abi.Timespec{Nsec: 1e9}.Encode(ts)
		g.fails(abi.EINVAL, "nanosleep", ts, 0)
		g.fails(abi.EINVAL, "clock_gettime", 999, g.buf(16))
		b := g.buf(16)
		g.must("clock_gettime", 0, b)
		require.InDelta(t, float64(time.Now().Unix()), float64(getU64(g.mem(b, 8))), 2)
		u := g.buf(abi.UtsnameSize)
		g.must("uname", u)
		require.Equal(t, g.p.abi.String(), cstr(g.mem(u+4*65, 65)))
		word := g.bytes([]byte{1, 0, 0, 0})
		g.fails(abi.EAGAIN, "futex", word, abi.FUTEX_WAIT, 2, 0)
		abi.Timespec{Nsec: 1e6}.Encode(ts)
		g.fails(abi.ETIMEDOUT, "futex", word, abi.FUTEX_WAIT|abi.FUTEX_PRIVATE_FLAG, 1, ts)
		require.Zero(t, g.must("futex", word, abi.FUTEX_WAKE, 1))
		require.Equal(t, int64(32), g.must("getrandom", g.buf(32), 32, 0))
		g.fails(abi.EFAULT, "getrandom", 8, 32, 0)
	})
}

func TestUnimplementedIsReportedOnce(t *testing.T) {
	var log bytes.Buffer
	g := newGuest(t, abi.X64, softmmu.Auto, Config{Unimp: &log})
	for range 3 {
		g.fails(abi.ENOSYS, "io_uring_setup", 1, 2)
		g.fails(abi.ENOSYS, "clone", int(abi.SIGCHLD), 0, 0, 0, 0)
	}
	var a Args
	_, e := g.p.leader.dispatch(5000, &a)
	require.Equal(t, abi.ENOSYS, e)
	require.Equal(t, "gotcg: unimplemented: system call io_uring_setup (425)\n"+
		"gotcg: unimplemented: clone of anything but a thread (flags 0x0)\n"+
		"gotcg: unimplemented: system call number 5000\n", log.String())
}

// TestRunLoop drives Run with a scripted CPU: write, then exit; and each fault's signal.
func TestRunLoop(t *testing.T) {
	var trace bytes.Buffer
	g := newGuest(t, abi.A64, softmmu.Auto, Config{Strace: &trace})
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	g.p.fs.fds[1].f = g.p.fs.newFile(int(w.Fd()), true)
	msg := g.str("hi\n")
	g.cpu.script = func(step int) cpu.Exception {
		if step == 0 {
			g.cpu.regs[3], g.cpu.regs[5], g.cpu.regs[6], g.cpu.regs[7] = 64, 1, msg, 3
		} else {
			require.Equal(t, uint64(3), g.cpu.regs[4])
			g.cpu.regs[3], g.cpu.regs[5] = 94, 42
		}
		return cpu.Exception{Kind: cpu.ExcSyscall}
	}
	e, ok, err := g.p.Run(context.Background())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, 42, e.Code)
	require.Zero(t, e.Signal)
	b := make([]byte, 3)
	_, err = r.Read(b)
	require.NoError(t, err)
	require.Equal(t, "hi\n", string(b))
	require.Equal(t, `write(1, "hi\n", 3)                     = 3`+"\n"+
		`exit_group(42)                          = ?`+"\n+++ exited with 42 +++\n", trace.String())
	w.Close()
}

func TestFaults(t *testing.T) {
	mem := func(k cpu.FaultKind, ac cpu.Access) cpu.Exception {
		return cpu.Exception{Kind: cpu.ExcMemory, PC: 0x1000, Fault: cpu.Fault{Addr: 0x10, Kind: k, Access: ac}}
	}
	rows := []struct {
		arch abi.Arch
		exc  cpu.Exception
		sig  abi.Signal
		code int
		text string
	}{
		{abi.X64, mem(cpu.FaultUnmapped, cpu.AccessRead), abi.SIGSEGV, abi.SEGV_MAPERR, "guest killed by SIGSEGV at pc=0x1000 addr=0x10 (read of unmapped memory)"},
		{abi.X64, mem(cpu.FaultPerm, cpu.AccessWrite), abi.SIGSEGV, abi.SEGV_ACCERR, "guest killed by SIGSEGV at pc=0x1000 addr=0x10 (write not permitted)"},
		{abi.X64, mem(cpu.FaultBus, cpu.AccessRead), abi.SIGBUS, abi.BUS_ADRERR, "guest killed by SIGBUS at pc=0x1000 addr=0x10 (read beyond the end of a mapped file)"},
		{abi.A64, mem(cpu.FaultAlign, cpu.AccessRead), abi.SIGBUS, abi.BUS_ADRALN, "guest killed by SIGBUS at pc=0x1000 addr=0x10 (misaligned read)"},
		{abi.X64, cpu.Exception{Kind: cpu.ExcIllegal}, abi.SIGILL, abi.ILL_ILLOPN, "guest killed by SIGILL at pc=0x1000 (illegal instruction)"},
		{abi.X64, cpu.Exception{Kind: cpu.ExcDivide}, abi.SIGFPE, abi.FPE_INTDIV, "guest killed by SIGFPE at pc=0x1000 (integer division)"},
		{abi.X64, cpu.Exception{Kind: cpu.ExcBreak}, abi.SIGTRAP, abi.SI_KERNEL, "guest killed by SIGTRAP at pc=0x1000 (breakpoint instruction)"},
		{abi.A64, cpu.Exception{Kind: cpu.ExcBreak}, abi.SIGTRAP, abi.TRAP_BRKPT, "guest killed by SIGTRAP at pc=0x1000 (breakpoint instruction)"},
		{abi.X64, cpu.Exception{Kind: cpu.ExcInt, Code: 0x80}, abi.SIGSEGV, abi.SI_KERNEL, "guest killed by SIGSEGV at pc=0x1000 (INT 0x80)"},
		{abi.X64, cpu.Exception{Kind: cpu.ExcProtection}, abi.SIGSEGV, abi.SI_KERNEL, "guest killed by SIGSEGV at pc=0x1000 (general protection)"},
	}
	for _, r := range rows {
		require.Equal(t, int32(r.code), faultSignal(r.arch, r.exc).code, r.text)
		g := newGuest(t, r.arch, softmmu.Auto, Config{})
		g.cpu.regs[0] = 0x1000
		g.cpu.script = func(int) cpu.Exception { return r.exc }
		e, ok, err := g.p.Run(context.Background())
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, r.sig, e.Signal)
		require.Equal(t, 128+int(r.sig), e.Code)
		require.Equal(t, r.text, e.String())
	}
}

// TestCancelBlockingRead ends a read of an empty pipe by the context and takes it up again.
func TestCancelBlockingRead(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	p := g.buf(8)
	g.must("pipe", p)
	m := g.mem(p, 8)
	buf := g.buf(8)
	g.cpu.script = func(step int) cpu.Exception {
		if step == 0 {
			g.cpu.regs[3], g.cpu.regs[5], g.cpu.regs[6], g.cpu.regs[7] = 0, uint64(m[0]), buf, 8
		} else {
			g.cpu.regs[3], g.cpu.regs[5] = 60, g.cpu.regs[4]
		}
		return cpu.Exception{Kind: cpu.ExcSyscall}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, ok, err := g.p.Run(ctx)
	require.NoError(t, err)
	require.False(t, ok)
	time.AfterFunc(20*time.Millisecond, g.p.Interrupt)
	_, ok, err = g.p.Run(context.Background())
	require.NoError(t, err)
	require.False(t, ok)
	g.must("write", int(m[4]), "abc", 3)
	e, ok, err := g.p.Run(context.Background())
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, 3, e.Code)
}

func TestArchPrctl(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	g.must("arch_prctl", abi.ARCH_SET_FS, 0x1234)
	require.Equal(t, uint64(0x1234), g.cpu.regs[11])
	g.must("arch_prctl", abi.ARCH_SET_GS, 0x5678)
	require.Equal(t, uint64(0x5678), g.cpu.regs[20])
	b := g.buf(8)
	g.must("arch_prctl", abi.ARCH_GET_GS, b)
	require.Equal(t, uint64(0x5678), getU64(g.mem(b, 8)))
	g.fails(abi.EPERM, "arch_prctl", abi.ARCH_SET_FS, int64(1)<<47)
	g.fails(abi.EINVAL, "arch_prctl", 0x4001, 0)
}

// TestHostileArguments calls every handler with wild arguments: no panic, no huge allocation.
func TestHostileArguments(t *testing.T) {
	wild := []uint64{0, 1, 3, 8, 4096, scratch, scratch + 0xfff8, 1 << 31, 1<<32 - 1, 1 << 43, 1 << 47, 1<<63 - 1, 1 << 63, ^uint64(0), ^uint64(0) - 99}
	skip := map[string]bool{ // wait for ever, end the guest, or signal the test
		"exit": true, "exit_group": true, "kill": true, "tkill": true, "tgkill": true, "pause": true, "rt_sigsuspend": true,
		"rt_sigtimedwait": true, "poll": true, "ppoll": true, "select": true, "pselect6": true, "epoll_wait": true,
		"epoll_pwait": true, "epoll_pwait2": true, "nanosleep": true, "clock_nanosleep": true, "futex": true, "sync": true,
		"syncfs": true, "flock": true, "read": true, "readv": true, "preadv2": true, "write": true, "writev": true, "close": true,
		"close_range": true, "syslog": true,
	}
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		dir := t.TempDir()
		cfg := Config{Sysroot: dir} // and files of its own: the test's output may be one
		for _, f := range []**os.File{&cfg.Stdin, &cfg.Stdout, &cfg.Stderr} {
			var err error
			*f, err = os.CreateTemp(t.TempDir(), "")
			require.NoError(t, err)
			defer (*f).Close()
		}
		g := newGuest(t, a, softmmu.Auto, cfg)
		g.bytes([]byte("name\x00"))
		for _, s := range Syscalls(a) {
			if s.Support == Unimplemented || skip[s.Name] {
				continue
			}
			for i := range 60 {
				var args Args
				for j := range args {
					args[j] = wild[(i*7+j*11+i*j*3+s.Number)%len(wild)]
				}
				g.p.leader.dispatch(uint64(s.Number), &args)
				require.Nil(t, g.p.exit.Load(), s.Name)
				if strings.HasPrefix(s.Name, "inotify_init") { // the host has few: TestInotify of another process may want one
					nr, _ := g.p.abi.SyscallNumber("close_range")
					g.p.leader.dispatch(nr, &Args{3, 1<<32 - 1})
				}
			}
			// Whatever it did to the map, the scratch memory is there for the next.
			require.NoError(t, g.as.Map(scratch, 1<<16, softmmu.RW, softmmu.Info{}))
		}
	}
}
