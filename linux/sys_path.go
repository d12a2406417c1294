//go:build linux

package linux

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// withPath resolves a path argument and runs a host call on the place.
func (t *Task) withPath(dirfd int, addr uint64, how lastElem, f func(r *pathRef) error) (uint64, abi.Errno) {
	path, e := t.readPath(addr)
	if e != 0 {
		return 0, e
	}
	r, e := t.resolve(dirfd, path, how)
	if e != 0 {
		return 0, e
	}
	defer r.close()
	_, err := retry(func() (int, error) { return 0, f(&r) })
	return 0, hostErrno(err)
}

// elem returns how the last element is resolved under an AT_SYMLINK_NOFOLLOW flag.
func elem(flags int) lastElem {
	if flags&abi.AT_SYMLINK_NOFOLLOW != 0 {
		return noFollow
	}
	return follow
}

// emptyPath tells whether AT_EMPTY_PATH applies: the call is about dirfd itself.
func (t *Task) emptyPath(addr uint64, flags int) bool {
	if flags&abi.AT_EMPTY_PATH == 0 {
		return false
	}
	var b [1]byte
	return t.copyIn(addr, b[:]) == 0 && b[0] == 0
}

func sysAccess(t *Task, a *Args) (uint64, abi.Errno) {
	return t.access(abi.AT_FDCWD, a[0], uint32(a[1]), 0)
}

func sysFaccessat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.access(a.FD(0), a[1], uint32(a[2]), 0)
}

func sysFaccessat2(t *Task, a *Args) (uint64, abi.Errno) {
	return t.access(a.FD(0), a[1], uint32(a[2]), a.Int(3))
}

func (t *Task) access(dirfd int, path uint64, mode uint32, flags int) (uint64, abi.Errno) {
	if flags&^(abi.AT_EACCESS|abi.AT_SYMLINK_NOFOLLOW|abi.AT_EMPTY_PATH) != 0 || mode&^7 != 0 {
		return 0, abi.EINVAL
	}
	if t.emptyPath(path, flags) {
		h, e := t.dirFD(dirfd)
		if e != 0 {
			return 0, e
		}
		return 0, hostErrno(unix.Faccessat(unix.AT_FDCWD, procFD(h), mode, flags&abi.AT_EACCESS))
	}
	return t.withPath(dirfd, path, elem(flags), func(r *pathRef) error {
		return unix.Faccessat(r.dir, r.name, mode, r.at(flags&(abi.AT_EACCESS|abi.AT_SYMLINK_NOFOLLOW)))
	})
}

func sysReadlink(t *Task, a *Args) (uint64, abi.Errno) {
	return t.readlink(abi.AT_FDCWD, a[0], a[1], a.Int(2))
}

func sysReadlinkat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.readlink(a.FD(0), a[1], a[2], a.Int(3))
}

func (t *Task) readlink(dirfd int, addr, buf uint64, size int) (uint64, abi.Errno) {
	if size <= 0 {
		return 0, abi.EINVAL
	}
	path, e := t.readString(addr, abi.PATH_MAX, abi.ENAMETOOLONG)
	if e != 0 {
		return 0, e
	}
	var target string
	if rest, ok := t.procSelf(t.spelled(dirfd, path)); ok {
		if l, e, done := t.procLink(rest); done {
			if e != 0 {
				return 0, e
			}
			target = l
		}
	}
	if target == "" {
		var b [abi.PATH_MAX]byte
		n := 0
		read := func(r *pathRef) (err error) {
			n, err = unix.Readlinkat(r.dir, r.name, b[:])
			return err
		}
		if path == "" { // the link that dirfd is, opened with O_PATH|O_NOFOLLOW
			h, he := t.dirFD(dirfd)
			if he != 0 {
				return 0, he
			}
			e = hostErrno(read(&pathRef{dir: h}))
		} else {
			_, e = t.withPath(dirfd, addr, noFollow, func(r *pathRef) error {
				if r.magic {
					return unix.EINVAL // "x/." or "x/": never a link
				}
				return read(r)
			})
		}
		if e != 0 {
			return 0, e
		}
		target = string(b[:n])
	}
	n := min(len(target), size)
	return uint64(n), t.copyOut(buf, []byte(target[:n]))
}

func sysMkdir(t *Task, a *Args) (uint64, abi.Errno) {
	return t.mkdir(abi.AT_FDCWD, a[0], uint32(a[1]))
}

func sysMkdirat(t *Task, a *Args) (uint64, abi.Errno) { return t.mkdir(a.FD(0), a[1], uint32(a[2])) }

func (t *Task) mkdir(dirfd int, path uint64, mode uint32) (uint64, abi.Errno) {
	mode &= 0o1777 &^ t.p.fs.mask()
	return t.withPath(dirfd, path, parent, func(r *pathRef) error {
		err := unix.Mkdirat(r.dir, r.name, mode)
		return t.fixMode(r, mode, err)
	})
}

// fixMode gives a file just created the permission bits that only the host's mask took away.
func (t *Task) fixMode(r *pathRef, mode uint32, err error) error {
	if err == nil && mode&t.p.fs.hostMask() != 0 {
		_ = unix.Fchmodat(r.dir, r.name, mode, 0)
	}
	return err
}

func sysMknod(t *Task, a *Args) (uint64, abi.Errno) {
	return t.mknod(abi.AT_FDCWD, a[0], uint32(a[1]), a[2])
}

func sysMknodat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.mknod(a.FD(0), a[1], uint32(a[2]), a[3])
}

func (t *Task) mknod(dirfd int, path uint64, mode uint32, dev uint64) (uint64, abi.Errno) {
	switch mode & unix.S_IFMT {
	case 0, unix.S_IFREG, unix.S_IFCHR, unix.S_IFBLK, unix.S_IFIFO, unix.S_IFSOCK:
	case unix.S_IFDIR:
		return 0, abi.EPERM
	default:
		return 0, abi.EINVAL
	}
	perm := mode & 0o7777 &^ t.p.fs.mask()
	return t.withPath(dirfd, path, parent, func(r *pathRef) error {
		err := unix.Mknodat(r.dir, r.name, mode&unix.S_IFMT|perm, int(uint32(dev)))
		return t.fixMode(r, perm, err)
	})
}

func sysUnlink(t *Task, a *Args) (uint64, abi.Errno) { return t.unlink(abi.AT_FDCWD, a[0], 0) }

func sysRmdir(t *Task, a *Args) (uint64, abi.Errno) {
	return t.unlink(abi.AT_FDCWD, a[0], unix.AT_REMOVEDIR)
}

func sysUnlinkat(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(2)&^abi.AT_REMOVEDIR != 0 {
		return 0, abi.EINVAL
	}
	return t.unlink(a.FD(0), a[1], a.Int(2))
}

func (t *Task) unlink(dirfd int, path uint64, flags int) (uint64, abi.Errno) {
	return t.withPath(dirfd, path, parent, func(r *pathRef) error {
		if r.magic { // the path ends in "." or ".."
			if flags == 0 {
				return unix.EISDIR
			}
			return unix.EINVAL
		}
		return unix.Unlinkat(r.dir, r.name, flags)
	})
}

func sysRename(t *Task, a *Args) (uint64, abi.Errno) {
	return t.rename(abi.AT_FDCWD, a[0], abi.AT_FDCWD, a[1], 0)
}

func sysRenameat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.rename(a.FD(0), a[1], a.FD(2), a[3], 0)
}

func sysRenameat2(t *Task, a *Args) (uint64, abi.Errno) {
	return t.rename(a.FD(0), a[1], a.FD(2), a[3], uint(uint32(a[4])))
}

// withTwoPaths resolves two path arguments.
func (t *Task) withTwoPaths(d1 int, p1 uint64, how lastElem, d2 int, p2 uint64, f func(r1, r2 *pathRef) error) (uint64, abi.Errno) {
	var inner abi.Errno
	_, e := t.withPath(d1, p1, how, func(r1 *pathRef) error {
		_, inner = t.withPath(d2, p2, parent, func(r2 *pathRef) error { return f(r1, r2) })
		return nil
	})
	if e != 0 {
		return 0, e
	}
	return 0, inner
}

func (t *Task) rename(d1 int, p1 uint64, d2 int, p2 uint64, flags uint) (uint64, abi.Errno) {
	const noReplace, exchange, whiteout = unix.RENAME_NOREPLACE, unix.RENAME_EXCHANGE, unix.RENAME_WHITEOUT
	if flags&^(noReplace|exchange|whiteout) != 0 || flags&exchange != 0 && flags&(noReplace|whiteout) != 0 {
		return 0, abi.EINVAL
	}
	return t.withTwoPaths(d1, p1, parent, d2, p2, func(r1, r2 *pathRef) error {
		if r1.magic || r2.magic {
			return unix.EBUSY
		}
		return unix.Renameat2(r1.dir, r1.name, r2.dir, r2.name, flags)
	})
}

func sysLink(t *Task, a *Args) (uint64, abi.Errno) {
	return t.link(abi.AT_FDCWD, a[0], abi.AT_FDCWD, a[1], 0)
}

func sysLinkat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.link(a.FD(0), a[1], a.FD(2), a[3], a.Int(4))
}

func (t *Task) link(d1 int, p1 uint64, d2 int, p2 uint64, flags int) (uint64, abi.Errno) {
	if flags&^(abi.AT_SYMLINK_FOLLOW|abi.AT_EMPTY_PATH) != 0 {
		return 0, abi.EINVAL
	}
	if _, e := t.readPath(p2); e != 0 { // the old path's errors come first
		var st unix.Stat_t
		nf := abi.AT_SYMLINK_NOFOLLOW
		if flags&abi.AT_SYMLINK_FOLLOW != 0 {
			nf = 0
		}
		if _, e1 := t.withPath(d1, p1, elem(nf), func(r *pathRef) error {
			return unix.Fstatat(r.dir, r.name, &st, r.at(nf))
		}); e1 != 0 {
			return 0, e1
		}
		return 0, e
	}
	if t.emptyPath(p1, flags) {
		h, e := t.dirFD(d1)
		if e != 0 {
			return 0, e
		}
		return t.withPath(d2, p2, parent, func(r *pathRef) error {
			return unix.Linkat(unix.AT_FDCWD, procFD(h), r.dir, r.name, unix.AT_SYMLINK_FOLLOW)
		})
	}
	how := noFollow
	if flags&abi.AT_SYMLINK_FOLLOW != 0 {
		how = follow
	}
	return t.withTwoPaths(d1, p1, how, d2, p2, func(r1, r2 *pathRef) error {
		fl := flags & abi.AT_SYMLINK_FOLLOW
		if r1.magic {
			fl = unix.AT_SYMLINK_FOLLOW
		}
		return unix.Linkat(r1.dir, r1.name, r2.dir, r2.name, fl)
	})
}

func sysSymlink(t *Task, a *Args) (uint64, abi.Errno) { return t.symlink(a[0], abi.AT_FDCWD, a[1]) }

func sysSymlinkat(t *Task, a *Args) (uint64, abi.Errno) { return t.symlink(a[0], a.FD(1), a[2]) }

func (t *Task) symlink(target uint64, dirfd int, path uint64) (uint64, abi.Errno) {
	to, e := t.readPath(target)
	if e != 0 {
		return 0, e
	}
	return t.withPath(dirfd, path, parent, func(r *pathRef) error { return unix.Symlinkat(to, r.dir, r.name) })
}

func sysChmod(t *Task, a *Args) (uint64, abi.Errno) {
	return t.chmod(abi.AT_FDCWD, a[0], uint32(a[1]), 0)
}

func sysFchmodat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.chmod(a.FD(0), a[1], uint32(a[2]), 0)
}

func sysFchmodat2(t *Task, a *Args) (uint64, abi.Errno) {
	return t.chmod(a.FD(0), a[1], uint32(a[2]), a.Int(3))
}

func (t *Task) chmod(dirfd int, path uint64, mode uint32, flags int) (uint64, abi.Errno) {
	if t.emptyPath(path, flags) {
		h, e := t.dirFD(dirfd)
		if e != 0 {
			return 0, e
		}
		return 0, hostErrno(unix.Fchmodat(unix.AT_FDCWD, procFD(h), mode&0o7777, 0))
	}
	if flags&^(abi.AT_SYMLINK_NOFOLLOW|abi.AT_EMPTY_PATH) != 0 {
		return 0, abi.EINVAL
	}
	return t.withPath(dirfd, path, elem(flags), func(r *pathRef) error {
		return unix.Fchmodat(r.dir, r.name, mode&0o7777, r.at(flags&abi.AT_SYMLINK_NOFOLLOW))
	})
}

func sysFchmod(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error { return unix.Fchmod(h, uint32(a[1])&0o7777) })
}

func sysChown(t *Task, a *Args) (uint64, abi.Errno) {
	return t.chown(abi.AT_FDCWD, a[0], a.Int(1), a.Int(2), 0)
}

func sysLchown(t *Task, a *Args) (uint64, abi.Errno) {
	return t.chown(abi.AT_FDCWD, a[0], a.Int(1), a.Int(2), abi.AT_SYMLINK_NOFOLLOW)
}

func sysFchownat(t *Task, a *Args) (uint64, abi.Errno) {
	return t.chown(a.FD(0), a[1], a.Int(2), a.Int(3), a.Int(4))
}

func (t *Task) chown(dirfd int, path uint64, uid, gid, flags int) (uint64, abi.Errno) {
	if flags&^(abi.AT_SYMLINK_NOFOLLOW|abi.AT_EMPTY_PATH) != 0 {
		return 0, abi.EINVAL
	}
	if t.emptyPath(path, flags) {
		h, e := t.dirFD(dirfd)
		if e != 0 {
			return 0, e
		}
		return 0, hostErrno(unix.Fchownat(h, "", uid, gid, unix.AT_EMPTY_PATH))
	}
	return t.withPath(dirfd, path, elem(flags), func(r *pathRef) error {
		return unix.Fchownat(r.dir, r.name, uid, gid, r.at(flags&abi.AT_SYMLINK_NOFOLLOW))
	})
}

func sysFchown(t *Task, a *Args) (uint64, abi.Errno) {
	return t.onFD(a.FD(0), func(h int) error { return unix.Fchown(h, a.Int(1), a.Int(2)) })
}

func sysTruncate(t *Task, a *Args) (uint64, abi.Errno) {
	if int64(a[1]) < 0 {
		return 0, abi.EINVAL
	}
	var st unix.Stat_t
	if _, e := t.withPath(abi.AT_FDCWD, a[0], follow, func(r *pathRef) error {
		return unix.Fstatat(r.dir, r.name, &st, 0)
	}); e != 0 {
		return 0, e
	}
	switch st.Mode & unix.S_IFMT { // opening a pipe or a device would do more than truncating
	case unix.S_IFREG:
	case unix.S_IFDIR:
		return 0, abi.EISDIR
	default:
		return 0, abi.EINVAL
	}
	path, e := t.readPath(a[0])
	if e != 0 {
		return 0, e
	}
	h, e := t.openPath(abi.AT_FDCWD, path, unix.O_WRONLY|unix.O_NONBLOCK, 0)
	if e != 0 {
		return 0, e
	}
	defer unix.Close(h)
	err := unix.Ftruncate(h, int64(a[1]))
	t.wrote(h)
	return 0, hostErrno(err)
}

func sysUtimensat(t *Task, a *Args) (uint64, abi.Errno) {
	var ts []unix.Timespec
	if a[2] != 0 {
		var b [2 * abi.TimespecSize]byte
		if e := t.copyIn(a[2], b[:]); e != 0 {
			return 0, e
		}
		for i := range 2 {
			g := abi.DecodeTimespec(b[i*abi.TimespecSize:])
			ts = append(ts, unix.Timespec{Sec: g.Sec, Nsec: g.Nsec})
		}
	}
	flags := a.Int(3)
	if len(ts) == 2 && ts[0].Nsec == unix.UTIME_OMIT && ts[1].Nsec == unix.UTIME_OMIT {
		return 0, 0 // nothing to do, whatever the path
	}
	byFD := a[1] == 0 && a.FD(0) != abi.AT_FDCWD
	if flags&^(abi.AT_SYMLINK_NOFOLLOW|abi.AT_EMPTY_PATH) != 0 || byFD && flags != 0 {
		return 0, abi.EINVAL
	}
	if byFD || t.emptyPath(a[1], flags) { // futimens
		h, e := t.dirFD(a.FD(0))
		if e != 0 {
			return 0, e
		}
		return 0, hostErrno(unix.UtimesNanoAt(unix.AT_FDCWD, procFD(h), orNow(ts), 0))
	}
	return t.withPath(a.FD(0), a[1], elem(flags), func(r *pathRef) error {
		return unix.UtimesNanoAt(r.dir, r.name, orNow(ts), r.at(flags&abi.AT_SYMLINK_NOFOLLOW))
	})
}

// orNow makes "no times" explicit.
func orNow(ts []unix.Timespec) []unix.Timespec {
	if ts == nil {
		return []unix.Timespec{{Nsec: unix.UTIME_NOW}, {Nsec: unix.UTIME_NOW}}
	}
	return ts
}

// sysUtimes is utimes(2) and, with dirfd, futimesat(2); sysUtime is utime(2).
func sysUtimes(t *Task, a *Args) (uint64, abi.Errno) { return t.utimes(abi.AT_FDCWD, a[0], a[1], 1000) }

func sysFutimesat(t *Task, a *Args) (uint64, abi.Errno) { return t.utimes(a.FD(0), a[1], a[2], 1000) }

func (t *Task) utimes(dirfd int, path, times uint64, scale int64) (uint64, abi.Errno) {
	var ts []unix.Timespec
	if times != 0 {
		var b [2 * abi.TimespecSize]byte
		if e := t.copyIn(times, b[:]); e != 0 {
			return 0, e
		}
		for i := range 2 {
			g := abi.DecodeTimespec(b[i*abi.TimespecSize:])
			if g.Nsec < 0 || g.Nsec >= 1e9/scale {
				return 0, abi.EINVAL
			}
			ts = append(ts, unix.Timespec{Sec: g.Sec, Nsec: g.Nsec * scale})
		}
	}
	return t.withPath(dirfd, path, follow, func(r *pathRef) error {
		return unix.UtimesNanoAt(r.dir, r.name, orNow(ts), 0)
	})
}

func sysUtime(t *Task, a *Args) (uint64, abi.Errno) {
	var ts []unix.Timespec
	if a[1] != 0 {
		var b [16]byte
		if e := t.copyIn(a[1], b[:]); e != 0 {
			return 0, e
		}
		ts = []unix.Timespec{{Sec: int64(getU64(b[:]))}, {Sec: int64(getU64(b[8:]))}}
	}
	return t.withPath(abi.AT_FDCWD, a[0], follow, func(r *pathRef) error {
		return unix.UtimesNanoAt(r.dir, r.name, orNow(ts), 0)
	})
}

// sysGetcwd is getcwd(2): the result includes the NUL.
func sysGetcwd(t *Task, a *Args) (uint64, abi.Errno) {
	f := t.cwdFile()
	var st unix.Stat_t
	if unix.Fstat(f.host, &st) == nil && st.Nlink == 0 {
		return 0, abi.ENOENT
	}
	p := t.p.fs.guestPathOf(f)
	if p == "" {
		return 0, abi.ENOENT
	}
	if uint64(len(p)+1) > a[1] {
		return 0, abi.ERANGE
	}
	return uint64(len(p) + 1), t.copyOut(a[0], append([]byte(p), 0))
}

func sysChdir(t *Task, a *Args) (uint64, abi.Errno) {
	path, e := t.readPath(a[0])
	if e != 0 {
		return 0, e
	}
	h, e := t.openPath(abi.AT_FDCWD, path, unix.O_PATH|unix.O_DIRECTORY, 0)
	if e != 0 {
		return 0, e
	}
	return 0, t.setCwd(h, nil)
}

func sysFchdir(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	h, err := unix.Openat(unix.AT_FDCWD, procFD(f.host), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, hostErrno(err)
	}
	return 0, t.setCwd(h, f.emul)
}

// setCwd makes the O_PATH descriptor h, or what stands in for it, the working directory, if it may be searched.
func (t *Task) setCwd(h int, emul *emulDir) abi.Errno {
	if err := unix.Faccessat(h, ".", unix.X_OK, 0); err != nil {
		_ = unix.Close(h)
		return hostErrno(err)
	}
	s := &t.p.fs
	n := s.newFile(h, false)
	n.emul = emul
	s.mu.Lock()
	old := s.cwd
	s.cwd = n
	s.mu.Unlock()
	old.release()
	return 0
}

func sysUmask(t *Task, a *Args) (uint64, abi.Errno) {
	t.p.fs.mask()
	return uint64(t.p.fs.umask.Swap(uint32(a[0]) & 0o777)), 0
}

// sysGetdents64 is getdents64(2). The record layout is the same on every 64-bit architecture,
// so the host's records are the guest's.
func sysGetdents64(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	size := min(a[2]&0xffffffff, 1<<16)
	if f.emul != nil {
		return t.emulDents(f.emul, a[1], size)
	}
	buf := make([]byte, size)
	n, err := retry(func() (int, error) { return unix.Getdents(f.host, buf) })
	if err != nil {
		return 0, hostErrno(err)
	}
	return uint64(n), t.copyOut(a[1], buf[:n])
}

func (t *Task) emulDents(d *emulDir, out, size uint64) (uint64, abi.Errno) {
	buf := make([]byte, 0, size)
	d.mu.Lock()
	defer d.mu.Unlock()
	for ; d.pos < len(d.entries); d.pos++ {
		ent := &d.entries[d.pos]
		n := ent.Size()
		if uint64(len(buf)+n) > size {
			if len(buf) == 0 {
				return 0, abi.EINVAL
			}
			break
		}
		buf = buf[:len(buf)+n]
		ent.Encode(buf[len(buf)-n:])
	}
	return uint64(len(buf)), t.copyOut(out, buf)
}

// sysXattrNone answers the extended attribute calls: no attributes here.
func sysXattrNone(*Task, *Args) (uint64, abi.Errno) { return 0, abi.EOPNOTSUPP }

// hostName is the node name of the host.
func hostName() string {
	n, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return n
}
