//go:build linux

package linux

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// hostOpenFlags turns the guest's open flags into the host's. Bits that no open flag has are
// ignored, as open(2) does.
func hostOpenFlags(arch abi.Arch, fl int) (int, abi.Errno) {
	if arch == abi.A64 { // to the x86-64 numbering
		const moved = abi.O_DIRECTORY_A64 | abi.O_NOFOLLOW_A64 | abi.O_DIRECT_A64 | abi.O_LARGEFILE_A64
		g := fl
		fl &^= moved
		for _, m := range openMovedA64 {
			if g&m[0] != 0 {
				fl |= m[1]
			}
		}
	}
	out := fl & abi.O_ACCMODE
	for _, m := range openFlagMap {
		if fl&m[0] == m[0] {
			out |= m[1]
		}
	}
	return out, 0
}

// guestOpenFlags is the reverse, for F_GETFL.
func guestOpenFlags(arch abi.Arch, host int) int {
	out := host & unix.O_ACCMODE
	for _, m := range openFlagMap {
		if host&m[1] == m[1] && m[1] != 0 {
			out |= m[0]
		}
	}
	if arch != abi.A64 {
		return out
	}
	g := out &^ (abi.O_DIRECTORY | abi.O_NOFOLLOW | abi.O_DIRECT | abi.O_LARGEFILE)
	for _, m := range openMovedA64 {
		if out&m[1] != 0 {
			g |= m[0]
		}
	}
	return g
}

var openMovedA64 = [][2]int{
	{abi.O_DIRECTORY_A64, abi.O_DIRECTORY}, {abi.O_NOFOLLOW_A64, abi.O_NOFOLLOW},
	{abi.O_DIRECT_A64, abi.O_DIRECT}, {abi.O_LARGEFILE_A64, abi.O_LARGEFILE},
}

// openFlagMap pairs guest (x86-64 numbering) and host flags. O_LARGEFILE is set by the kernel
// itself on 64-bit hosts.
var openFlagMap = [][2]int{
	{abi.O_CREAT, unix.O_CREAT}, {abi.O_EXCL, unix.O_EXCL}, {abi.O_NOCTTY, unix.O_NOCTTY},
	{abi.O_TRUNC, unix.O_TRUNC}, {abi.O_APPEND, unix.O_APPEND}, {abi.O_NONBLOCK, unix.O_NONBLOCK},
	{abi.O_DSYNC, unix.O_DSYNC}, {abi.O_ASYNC, unix.O_ASYNC}, {abi.O_DIRECT, unix.O_DIRECT},
	{abi.O_DIRECTORY, unix.O_DIRECTORY}, {abi.O_NOFOLLOW, unix.O_NOFOLLOW}, {abi.O_NOATIME, unix.O_NOATIME},
	{abi.O_CLOEXEC, unix.O_CLOEXEC}, {abi.O_SYNC, unix.O_SYNC}, {abi.O_PATH, unix.O_PATH},
	{abi.O_TMPFILE, unix.O_TMPFILE},
}

func sysOpen(t *Task, a *Args) (uint64, abi.Errno) {
	return t.open(abi.AT_FDCWD, a[0], a.Int(1), uint32(a[2]))
}

func sysOpenat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.open(a.FD(0), a[1], a.Int(2), uint32(a[3]))
}

func sysCreat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.open(abi.AT_FDCWD, a[0], abi.O_CREAT|abi.O_WRONLY|abi.O_TRUNC, uint32(a[1]))
}

func (t *Task) open(dirfd int, addr uint64, gflags int, mode uint32) (uint64, abi.Errno) {
	flags, e := hostOpenFlags(t.p.abi, gflags)
	if e != 0 {
		return 0, e
	}
	if flags&(unix.O_PATH|unix.O_CREAT|unix.O_DIRECTORY) == unix.O_CREAT|unix.O_DIRECTORY {
		return 0, abi.EINVAL // since Linux 6.4, and before the path is looked at
	}
	path, e := t.readPath(addr)
	if e != 0 {
		return 0, e
	}
	if flags&unix.O_PATH != 0 {
		flags &= unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	}
	f, e := t.openFile(dirfd, path, flags, mode)
	if e != 0 {
		return 0, e
	}
	return t.installFile(f, flags&unix.O_CLOEXEC != 0)
}

// openFile opens path with host flags, or what gotcg makes up in its place.
func (t *Task) openFile(dirfd int, path string, flags int, mode uint32) (*file, abi.Errno) {
	if rest, ok := t.procSelf(t.spelled(dirfd, path)); ok {
		if f, e, done := t.openProc(rest, flags); done {
			return f, e
		}
	}
	host, e := t.openMasked(dirfd, path, flags, mode)
	if e != 0 {
		return nil, e
	}
	if flags&unix.O_TRUNC != 0 {
		t.wrote(host)
	}
	return t.opened(host, flags)
}

// openMasked opens with the guest's file mode creation mask. The host's mask applies anyway:
// bits that only it takes away are put back on files this call created.
func (t *Task) openMasked(dirfd int, path string, flags int, mode uint32) (int, abi.Errno) {
	s := &t.p.fs
	creates := flags&unix.O_CREAT != 0 || flags&unix.O_TMPFILE == unix.O_TMPFILE
	if !creates {
		return t.openPath(dirfd, path, flags, 0)
	}
	if mode &= 0o7777 &^ s.mask(); mode&s.hostMask() == 0 {
		return t.openPath(dirfd, path, flags, mode)
	}
	if flags&unix.O_TMPFILE != unix.O_TMPFILE {
		host, e := t.openPath(dirfd, path, flags|unix.O_EXCL, mode)
		if e == abi.EEXIST && flags&unix.O_EXCL == 0 {
			return t.openPath(dirfd, path, flags, mode)
		}
		if e == 0 {
			_ = unix.Fchmod(host, mode)
		}
		return host, e
	}
	host, e := t.openPath(dirfd, path, flags, mode)
	if e == 0 {
		_ = unix.Fchmod(host, mode)
	}
	return host, e
}

// sysOpenat2 is openat2(2); resolve flags other than none are passed on without a sysroot only.
func sysOpenat2(t *Task, a *Args) (uint64, abi.Errno) {
	if a[3] < 24 {
		return 0, abi.EINVAL
	}
	if a[3] > abi.PageSize {
		return 0, abi.E2BIG
	}
	b := make([]byte, a[3])
	if e := t.copyIn(a[2], b); e != 0 {
		return 0, e
	}
	for _, v := range b[24:] {
		if v != 0 { // fields of a later kernel
			return 0, abi.E2BIG
		}
	}
	if getU64(b[16:]) != 0 {
		t.p.unimp("openat2 resolve flags %#x", getU64(b[16:]))
		return 0, abi.EINVAL
	}
	return t.open(a.FD(0), a[1], int(int32(getU64(b[:]))), uint32(getU64(b[8:])))
}

func sysClose(t *Task, a *Args) (uint64, abi.Errno) { return 0, t.closeFD(a.FD(0)) }

// sysCloseRange is close_range(2).
func sysCloseRange(t *Task, a *Args) (uint64, abi.Errno) {
	first, last, flags := uint32(a[0]), uint32(a[1]), uint32(a[2])
	const cloexec = 4
	if first > last || flags&^uint32(cloexec|2) != 0 {
		return 0, abi.EINVAL
	}
	s := &t.p.fs
	s.mu.Lock()
	var drop []*file
	for i := int64(first); i <= int64(last) && i < int64(len(s.fds)); i++ {
		switch {
		case s.fds[i].f == nil:
		case flags&cloexec != 0:
			s.fds[i].cloexec = true
		default:
			drop = append(drop, s.fds[i].f)
			s.fds[i] = fdEntry{}
		}
	}
	s.mu.Unlock()
	for _, f := range drop {
		f.release()
	}
	return 0, 0
}

func sysDup(t *Task, a *Args) (uint64, abi.Errno) { return t.dup(a.FD(0), 0, false) }

// dup installs another number of at least low for fd's file.
func (t *Task) dup(fd, low int, cloexec bool) (uint64, abi.Errno) {
	f, e := t.file(fd)
	if e != 0 {
		return 0, e
	}
	if f, e = t.p.fs.dup(f); e != 0 {
		return 0, e
	}
	n, e := t.p.fs.install(f, low, cloexec, t.p.softLimit(abi.RLIMIT_NOFILE))
	if e != 0 {
		return 0, e
	}
	return uint64(n), 0
}

func sysDup2(t *Task, a *Args) (uint64, abi.Errno) {
	if a.FD(0) == a.FD(1) {
		_, e := t.file(a.FD(0))
		return uint64(a.FD(0)), e
	}
	return t.dupTo(a.FD(0), a.FD(1), false)
}

func sysDup3(t *Task, a *Args) (uint64, abi.Errno) {
	if a.FD(0) == a.FD(1) || a.Int(2)&^abi.O_CLOEXEC != 0 {
		return 0, abi.EINVAL
	}
	return t.dupTo(a.FD(0), a.FD(1), a.Int(2) != 0)
}

func (t *Task) dupTo(from, to int, cloexec bool) (uint64, abi.Errno) {
	s := &t.p.fs
	f, e := t.file(from)
	if e != 0 {
		return 0, e
	}
	if to < 0 || uint64(to) >= min(t.p.softLimit(abi.RLIMIT_NOFILE), maxFDs) {
		return 0, abi.EBADF
	}
	if f, e = s.dup(f); e != 0 {
		return 0, e
	}
	s.mu.Lock()
	s.grow(to)
	old := s.fds[to].f
	s.fds[to] = fdEntry{f, cloexec}
	s.mu.Unlock()
	if old != nil {
		old.release()
	}
	return uint64(to), 0
}

// sysFcntl is fcntl(2).
func sysFcntl(t *Task, a *Args) (uint64, abi.Errno) {
	fd, cmd := a.FD(0), a.Int(1)
	f, e := t.file(fd)
	if e != 0 {
		return 0, e
	}
	switch cmd {
	case abi.F_DUPFD, abi.F_DUPFD_CLOEXEC:
		if low := a.Int(2); low < 0 || uint64(low) >= t.p.softLimit(abi.RLIMIT_NOFILE) {
			return 0, abi.EINVAL
		}
		return t.dup(fd, a.Int(2), cmd == abi.F_DUPFD_CLOEXEC)
	case abi.F_GETFD, abi.F_SETFD:
		return t.fdFlags(fd, cmd == abi.F_SETFD, a.Int(2)&abi.FD_CLOEXEC != 0)
	case abi.F_GETFL:
		v, err := f.flags()
		fl := guestOpenFlags(t.p.abi, v)
		if t.p.abi == abi.X64 {
			fl |= v & abi.O_LARGEFILE
		}
		return uint64(fl), hostErrno(err)
	case abi.F_SETFL:
		fl, _ := hostOpenFlags(t.p.abi, a.Int(2))
		return 0, hostErrno(f.setFlags(fl))
	case abi.F_GETLK, abi.F_SETLK, abi.F_SETLKW, abi.F_OFD_GETLK, abi.F_OFD_SETLK, abi.F_OFD_SETLKW:
		return 0, t.lock(f.host, cmd, a[2])
	case abi.F_GETPIPE_SZ, abi.F_SETPIPE_SZ, abi.F_ADD_SEALS, abi.F_GET_SEALS, abi.F_GETOWN, abi.F_GETSIG:
		v, err := unix.FcntlInt(uintptr(f.host), cmd, a.Int(2))
		return uint64(v), hostErrno(err)
	case abi.F_SETOWN, abi.F_SETSIG:
		t.p.unimp("fcntl command %d", cmd)
		return 0, 0
	}
	t.p.unimp("fcntl command %d", cmd)
	return 0, abi.EINVAL
}

// fdFlags gets or sets the close-on-exec flag of a guest descriptor.
func (t *Task) fdFlags(fd int, set, cloexec bool) (uint64, abi.Errno) {
	s := &t.p.fs
	s.mu.Lock()
	defer s.mu.Unlock()
	if fd >= len(s.fds) || s.fds[fd].f == nil {
		return 0, abi.EBADF
	}
	if set {
		s.fds[fd].cloexec = cloexec
	} else if s.fds[fd].cloexec {
		return abi.FD_CLOEXEC, 0
	}
	return 0, 0
}

// lock does the record lock commands of fcntl(2).
func (t *Task) lock(host, cmd int, addr uint64) abi.Errno {
	var b [abi.FlockSize]byte
	if e := t.copyIn(addr, b[:]); e != 0 {
		return e
	}
	g := abi.DecodeFlock(b[:])
	h := unix.Flock_t{Type: g.Type, Whence: g.Whence, Start: g.Start, Len: g.Len, Pid: g.PID}
	try := cmd
	switch cmd { // waits are ours, see untilFree
	case abi.F_SETLKW:
		try = abi.F_SETLK
	case abi.F_OFD_SETLKW:
		try = abi.F_OFD_SETLK
	}
	e := t.untilFree(try != cmd, func() error { return unix.FcntlFlock(uintptr(host), try, &h) })
	if e != 0 {
		return e
	}
	if cmd != abi.F_GETLK && cmd != abi.F_OFD_GETLK {
		return 0
	}
	g = abi.Flock{Type: h.Type, Whence: h.Whence, Start: h.Start, Len: h.Len, PID: h.Pid}
	g.Encode(b[:])
	return t.copyOut(addr, b[:])
}

func sysFlock(t *Task, a *Args) (uint64, abi.Errno) {
	switch a.Int(1) &^ unix.LOCK_NB {
	case unix.LOCK_SH, unix.LOCK_EX, unix.LOCK_UN:
	default:
		return 0, abi.EINVAL
	}
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	wait := a.Int(1)&unix.LOCK_NB == 0
	return 0, t.untilFree(wait, func() error { return unix.Flock(h, a.Int(1)|unix.LOCK_NB) })
}

// untilFree tries to lock until that succeeds. A wait in the host could not be interrupted, so this one looks
// again and again; deadlocks of record locks are not found (EDEADLK).
func (t *Task) untilFree(wait bool, lock func() error) abi.Errno {
	for d := 100 * time.Microsecond; ; d = min(2*d, 10*time.Millisecond) {
		_, err := retry(func() (int, error) { return 0, lock() })
		if !wait || err != unix.EAGAIN && err != unix.EACCES {
			return hostErrno(err)
		}
		if !t.sleep(deadline{time.Now().Add(d), true}) {
			return abi.ERESTARTSYS
		}
	}
}

// onFD runs a host call that takes a descriptor and returns nothing.
func (t *Task) onFD(fd int, f func(host int) error) (uint64, abi.Errno) {
	h, e := t.hostFD(fd)
	if e != 0 {
		return 0, e
	}
	_, err := retry(func() (int, error) { return 0, f(h) })
	return 0, hostErrno(err)
}

func sysFsync(t *Task, a *Args) (uint64, abi.Errno) { return t.onFD(a.FD(0), unix.Fsync) }

func sysFdatasync(t *Task, a *Args) (uint64, abi.Errno) { return t.onFD(a.FD(0), unix.Fdatasync) }

func sysSyncfs(t *Task, a *Args) (uint64, abi.Errno) { return t.onFD(a.FD(0), unix.Syncfs) }

func sysSync(*Task, *Args) (uint64, abi.Errno) {
	unix.Sync()
	return 0, 0
}

func sysSyncFileRange(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error { return unix.SyncFileRange(h, int64(a[1]), int64(a[2]), a.Int(3)) })
}

func sysFadvise64(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error { return unix.Fadvise(h, int64(a[1]), int64(a[2]), a.Int(3)) })
}

func sysReadahead(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(int) error { return nil })
}

func sysFtruncate(t *Task, a *Args) (uint64, abi.Errno) {
	if int64(a[1]) < 0 {
		return 0, abi.EINVAL
	}
	return t.onFD(a.FD(0), func(h int) error {
		err := unix.Ftruncate(h, int64(a[1]))
		t.wrote(h)
		return err
	})
}

func sysFallocate(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error {
		err := unix.Fallocate(h, uint32(a[1]), int64(a[2]), int64(a[3]))
		t.wrote(h)
		return err
	})
}
