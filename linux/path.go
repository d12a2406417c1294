//go:build linux

package linux

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// pathRef is a guest path as something the host's *at calls take. It holds a descriptor that
// pins the place, so that the guest cannot change a symbolic link between check and use.
type pathRef struct {
	dir  int // host directory descriptor, or AT_FDCWD
	name string
	own  int // descriptor to close, or -1
	// magic: name is a /proc/self/fd link that must be followed to reach the object, so
	// AT_SYMLINK_NOFOLLOW may not be given.
	magic bool
}

func (r *pathRef) close() {
	if r.own >= 0 {
		_ = unix.Close(r.own)
	}
}

// at adds AT_SYMLINK_NOFOLLOW to flags where it was asked for and means the guest's object.
func (r *pathRef) at(flags int) int {
	if r.magic {
		return flags &^ unix.AT_SYMLINK_NOFOLLOW
	}
	return flags
}

// How the last element of a path is resolved.
type lastElem int

const (
	follow   lastElem = iota // a symbolic link is followed
	noFollow                 // the link itself is meant
	parent                   // the name in its directory is meant: create, remove, rename
)

// resolve finds the place that path names, relative to the guest's descriptor dirfd or
// AT_FDCWD. Without a sysroot the host resolves it; with one every element is resolved below
// the root by openat2(2) with RESOLVE_IN_ROOT, so neither ".." nor a link leads out of it.
func (t *Task) resolve(dirfd int, path string, how lastElem) (pathRef, abi.Errno) {
	s := &t.p.fs
	if path = t.spelled(dirfd, path); path == "" {
		return pathRef{}, abi.ENOENT
	}
	if rest, ok := t.procSelf(path); ok {
		if r, e, done := t.resolveProc(rest, how); done {
			return r, e
		}
	} else if fd, ok := devFD(path); ok && how == follow {
		return t.resolveFD(fd, "")
	}
	if s.root < 0 {
		if path[0] == '/' {
			return pathRef{dir: unix.AT_FDCWD, name: path, own: -1}, 0
		}
		dir, e := t.dirFD(dirfd)
		return pathRef{dir: dir, name: path, own: -1}, e
	}
	full, e := t.rootedPath(dirfd, path)
	if e != 0 {
		return pathRef{}, e
	}
	return s.resolveInRoot(full, how)
}

// resolveInRoot resolves an absolute guest path under the sysroot.
func (s *fsState) resolveInRoot(full string, how lastElem) (pathRef, abi.Errno) {
	trimmed := strings.TrimRight(full, "/")
	i := strings.LastIndexByte(trimmed, '/')
	last := trimmed[i+1:]
	if how == follow || last == "" || last == "." || last == ".." || how == noFollow && trimmed != full {
		fd, err := s.openInRoot(full, unix.O_PATH, 0)
		if err != nil {
			return pathRef{}, hostErrno(err)
		}
		return pathRef{dir: unix.AT_FDCWD, name: procFD(fd), own: fd, magic: true}, 0
	}
	fd, err := s.openInRoot(trimmed[:i+1], unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return pathRef{}, hostErrno(err)
	}
	return pathRef{dir: fd, name: full[i+1:], own: fd}, 0
}

// openInRoot opens a guest path under the sysroot.
func (s *fsState) openInRoot(path string, flags int, mode uint32) (int, error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC), Resolve: unix.RESOLVE_IN_ROOT}
	if flags&(unix.O_CREAT|unix.O_TMPFILE&^unix.O_DIRECTORY) != 0 {
		how.Mode = uint64(mode & 0o7777)
	}
	for range 100 {
		fd, err := retry(func() (int, error) { return unix.Openat2(s.root, path, &how) })
		if err != unix.EAGAIN { // a rename raced with ".."
			return fd, err
		}
	}
	return -1, unix.EAGAIN
}

// dirFD returns the host descriptor of the guest's dirfd argument.
func (t *Task) dirFD(dirfd int) (int, abi.Errno) {
	if dirfd == abi.AT_FDCWD {
		return t.cwd(), 0
	}
	return t.hostFD(dirfd)
}

// rootedPath makes path absolute in the guest's root. Nothing is cleaned lexically: ".." after
// a link is for the kernel to resolve.
func (t *Task) rootedPath(dirfd int, path string) (string, abi.Errno) {
	if path[0] == '/' {
		return path, 0
	}
	fd, e := t.dirFD(dirfd)
	if e != 0 {
		return "", e
	}
	base, err := t.p.fs.guestPath(fd)
	if err != nil {
		return "", hostErrno(err)
	}
	return strings.TrimRight(base, "/") + "/" + path, 0
}

// openPath opens path with host flags. Links of /proc that lead to what a process has open are followed where they are the guest's
// own, and by their text otherwise: gotcg's must not be.
func (t *Task) openPath(dirfd int, path string, flags int, mode uint32) (int, abi.Errno) {
	s := &t.p.fs
	if path = t.spelled(dirfd, path); path == "" {
		return -1, abi.ENOENT
	}
	_, emulated := t.procSelf(path)
	_, dev := devFD(path)
	if s.root < 0 || emulated || dev {
		fd, e := t.openHost(dirfd, path, flags, mode)
		if e == abi.ELOOP && s.root < 0 && flags&unix.O_NOFOLLOW == 0 {
			if path, e = t.linked(dirfd, path); e == 0 {
				fd, e = t.openHost(abi.AT_FDCWD, path, flags, mode)
			}
		}
		if s.root < 0 || e != abi.ENOENT {
			return fd, e
		}
	}
	full, e := t.rootedPath(dirfd, path)
	if e != 0 {
		return -1, e
	}
	fd, err := s.openInRoot(full, flags, mode)
	return fd, hostErrno(err)
}

// openHost opens a path that the host resolves, but for what is the guest's own.
func (t *Task) openHost(dirfd int, path string, flags int, mode uint32) (int, abi.Errno) {
	how := follow
	if flags&unix.O_NOFOLLOW != 0 || flags&(unix.O_CREAT|unix.O_EXCL) == unix.O_CREAT|unix.O_EXCL {
		how = noFollow
	}
	r, e := t.resolve(dirfd, path, how)
	if e != 0 {
		return -1, e
	}
	defer r.close()
	if r.magic {
		flags &^= unix.O_NOFOLLOW
		fd, err := retry(func() (int, error) { return unix.Openat(r.dir, r.name, flags|unix.O_CLOEXEC, mode) })
		return fd, hostErrno(err)
	}
	fd, err := openNoMagic(r.dir, r.name, flags, mode)
	return fd, hostErrno(err)
}

// openNoMagic is openat(2) that follows none of the links of /proc to what a process has open: ELOOP.
func openNoMagic(dir int, name string, flags int, mode uint32) (int, error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC), Mode: uint64(mode), Resolve: unix.RESOLVE_NO_MAGICLINKS}
	fd, err := retry(func() (int, error) { return unix.Openat2(dir, name, &how) })
	if err == unix.ENOSYS || err == unix.EPERM { // before Linux 5.6, or a container's filter that does not know the call
		return retry(func() (int, error) { return unix.Openat(dir, name, flags|unix.O_CLOEXEC, mode) })
	}
	return fd, err
}
