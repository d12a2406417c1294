//go:build linux

package linux

import (
	"os"
	"strconv"
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
	if path == "" {
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

// openPath opens path with host flags.
func (t *Task) openPath(dirfd int, path string, flags int, mode uint32) (int, abi.Errno) {
	s := &t.p.fs
	if s.root < 0 || strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/dev/") {
		how := follow
		if flags&unix.O_NOFOLLOW != 0 || flags&(unix.O_CREAT|unix.O_EXCL) == unix.O_CREAT|unix.O_EXCL {
			how = noFollow
		}
		_, emulated := t.procSelf(path)
		_, dev := devFD(path)
		if s.root < 0 || emulated || dev {
			r, e := t.resolve(dirfd, path, how)
			if e == 0 {
				defer r.close()
				if r.magic {
					flags &^= unix.O_NOFOLLOW
				}
				fd, err := retry(func() (int, error) { return unix.Openat(r.dir, r.name, flags|unix.O_CLOEXEC, mode) })
				if err != nil {
					return -1, hostErrno(err)
				}
				return fd, s.refuseMemory(fd)
			}
			if s.root < 0 || e != abi.ENOENT {
				return -1, e
			}
		}
	}
	if path == "" {
		return -1, abi.ENOENT
	}
	full, e := t.rootedPath(dirfd, path)
	if e != 0 {
		return -1, e
	}
	fd, err := s.openInRoot(full, flags, mode)
	return fd, hostErrno(err)
}

// refuseMemory closes fd and fails if it is the memory of the gotcg process itself, whatever
// link led to it: through /proc/PID/mem a guest could write to its host.
func (s *fsState) refuseMemory(fd int) abi.Errno {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Dev != s.procDev || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return 0
	}
	p, err := os.Readlink(procFD(fd))
	if err == nil && strings.HasSuffix(p, "/mem") {
		_ = unix.Close(fd)
		return abi.EACCES
	}
	return 0
}

// procSelf tells whether path lies in the guest's own /proc directory and returns the rest.
func (t *Task) procSelf(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "/proc/")
	if !ok {
		return "", false
	}
	id, rest, ok := strings.Cut(rest, "/")
	rest = strings.Trim(rest, "/")
	if !ok || id == "self" || id == "thread-self" {
		return rest, ok
	}
	tid, err := strconv.Atoi(id)
	switch {
	case err != nil || tid <= 0:
		return "", false
	case tid == t.p.pid:
		return rest, true
	case t.p.byTID(tid) != nil: // the kernel finds other threads' directories too
		return "task/" + id + "/" + rest, true
	}
	return "", false
}

// devFD recognizes the device names that stand for the process's own descriptors.
func devFD(path string) (int, bool) {
	switch path {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	if n, ok := strings.CutPrefix(path, "/dev/fd/"); ok {
		fd, err := strconv.Atoi(n)
		return fd, err == nil
	}
	return 0, false
}

// resolveFD refers to the object behind a guest descriptor, or to sub below it.
func (t *Task) resolveFD(fd int, sub string) (pathRef, abi.Errno) {
	host, e := t.hostFD(fd)
	if e != 0 {
		return pathRef{}, abi.ENOENT
	}
	return t.below(host, sub)
}

// below refers to sub below a host directory descriptor, or to what it is itself.
func (t *Task) below(host int, sub string) (pathRef, abi.Errno) {
	if sub == "" {
		return pathRef{dir: unix.AT_FDCWD, name: procFD(host), own: -1, magic: true}, 0
	}
	if t.p.fs.root < 0 {
		return pathRef{dir: host, name: sub, own: -1}, 0
	}
	base, err := t.p.fs.guestPath(host)
	if err != nil {
		return pathRef{}, hostErrno(err)
	}
	return t.p.fs.resolveInRoot(strings.TrimRight(base, "/")+"/"+sub, follow)
}

// resolveProc resolves rest below /proc/self. done is false for what is not emulated.
func (t *Task) resolveProc(rest string, how lastElem) (r pathRef, e abi.Errno, done bool) {
	s := &t.p.fs
	head, sub, _ := strings.Cut(rest, "/")
	plain := pathRef{dir: unix.AT_FDCWD, name: "/proc/self/" + rest, own: -1}
	isLink := sub == "" && how != follow
	switch head {
	case "exe":
		if isLink {
			return plain, 0, true
		}
		return pathRef{dir: unix.AT_FDCWD, name: s.exe, own: -1}, 0, true
	case "cwd":
		if isLink {
			return plain, 0, true
		}
		r, e = t.below(t.cwd(), sub)
		return r, e, true
	case "root":
		if s.root < 0 || isLink {
			return plain, 0, true
		}
		r, e = t.below(s.root, sub)
		return r, e, true
	case "fd":
		n, sub, deeper := strings.Cut(sub, "/")
		if n == "" {
			return plain, 0, true
		}
		fd, err := strconv.Atoi(n)
		if err != nil {
			return r, abi.ENOENT, true
		}
		if host, e := t.hostFD(fd); e != 0 {
			return r, abi.ENOENT, true
		} else if !deeper && how != follow {
			plain.name = procFD(host)
			return plain, 0, true
		}
		r, e = t.resolveFD(fd, sub)
		return r, e, true
	case "task":
		return t.resolveProcTask(rest)
	case "mem", "map_files", "pagemap", "numa_maps", "smaps_rollup": // gotcg's own
		return r, abi.EACCES, true
	case "maps", "smaps", "auxv", "cmdline", "environ", "comm", "stat", "status", "mounts", "mountinfo", "limits", "statm":
		if sub == "" {
			return plain, 0, true
		}
	}
	return r, 0, false
}

// procText returns the contents of an emulated file of /proc/self.
func (t *Task) procText(rest string) ([]byte, bool) {
	p := t.p
	switch rest {
	case "maps":
		return []byte(p.mapsText()), true
	case "smaps":
		return []byte(p.smapsText()), true
	case "auxv":
		return p.auxv, true
	case "cmdline":
		return joinNUL(p.cfg.Args), true
	case "environ":
		return joinNUL(p.cfg.Env), true
	}
	return t.procGenerated(rest)
}

func joinNUL(l []string) []byte {
	var b []byte
	for _, s := range l {
		b = append(append(b, s...), 0)
	}
	return b
}

// procLink returns the target of an emulated symbolic link of /proc/self.
func (t *Task) procLink(rest string) (string, abi.Errno, bool) {
	s := &t.p.fs
	switch rest {
	case "exe":
		return t.p.cfg.Exe, 0, true
	case "root":
		return "/", 0, true
	case "cwd":
		p, err := s.guestPath(t.cwd())
		return p, hostErrno(err), true
	}
	if n, ok := strings.CutPrefix(rest, "fd/"); ok {
		fd, err := strconv.Atoi(n)
		if err != nil {
			return "", abi.ENOENT, true
		}
		f, e := t.file(fd)
		if e != 0 {
			return "", abi.ENOENT, true
		}
		return s.guestPathOf(f), 0, true
	}
	return "", 0, false
}

// openProc opens an emulated file or directory of /proc/self. done is false for others.
func (t *Task) openProc(rest string, flags int) (*file, abi.Errno, bool) {
	s := &t.p.fs
	if rest == "fd" || rest == "task" {
		host, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, hostErrno(err), true
		}
		f := s.newFile(host, false)
		f.emul = &emulDir{path: "/proc/self/" + rest}
		if rest == "fd" {
			f.emul.entries = s.fdEntries()
		} else {
			f.emul.entries = t.p.taskEntries()
		}
		return f, 0, true
	}
	text, ok := t.procText(rest)
	if !ok {
		return nil, 0, false
	}
	var names *Task
	if flags&unix.O_ACCMODE != unix.O_RDONLY {
		if names = t.procComm(rest); names == nil {
			return nil, abi.EACCES, true
		}
	}
	host, err := unix.MemfdCreate(rest, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, hostErrno(err), true
	}
	if _, err := unix.Pwrite(host, text, 0); err != nil {
		_ = unix.Close(host)
		return nil, hostErrno(err), true
	}
	f := s.newFile(host, false)
	f.names = names
	return f, 0, true
}

// fdEntries lists the guest's descriptors as directory entries.
func (s *fsState) fdEntries() []abi.Dirent {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []abi.Dirent{{Ino: 1, Type: abi.DT_DIR, Name: "."}, {Ino: 1, Type: abi.DT_DIR, Name: ".."}}
	for i := range s.fds {
		if s.fds[i].f != nil {
			out = append(out, abi.Dirent{Ino: uint64(i) + 2, Type: abi.DT_LNK, Name: strconv.Itoa(i)})
		}
	}
	for i := range out {
		out[i].Off = int64(i) + 1
	}
	return out
}
