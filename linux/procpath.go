//go:build linux

package linux

import (
	"cmp"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// The paths of /proc, proc(5), that lead to the process itself: the host's lead to gotcg, to its memory and descriptors.
//
// procSelf knows them by their usual spelling, and spelled spells so what leads there by way of a directory that is open, of "//", "." or
// "..". Where a symbolic link leads there, it is what has been opened that tells (opened), or that it has not been (linked).

// spelled returns path, relative to dirfd, in the spelling of procSelf if it leads to the guest's own /proc, and else as it is.
func (t *Task) spelled(dirfd int, name string) string {
	base := ""
	switch {
	case name == "":
		return name
	case name[0] != '/':
		if base = t.procDir(dirfd); base == "" {
			return name
		}
	case !strings.Contains(name, "proc/") || !strings.Contains(name, "//") && !strings.Contains(name, "/."):
		return name
	}
	full := t.tidy(base + "/" + name)
	if _, ok := t.procSelf(full); ok || base != "" {
		return full
	}
	return name
}

// tidy removes "//", "." and ".." from an absolute path, up to a ".." behind a link of the guest's own /proc.
func (t *Task) tidy(name string) string {
	out := "/"
	for rest := name; rest != ""; {
		elem, after, _ := strings.Cut(rest, "/")
		if own, ok := t.procSelf(out); ok && elem == ".." && (own == "cwd" || own == "root" || strings.HasPrefix(own, "fd/")) {
			return out + "/" + rest
		}
		out, rest = path.Join(out, elem), after
	}
	return out
}

// procDir returns the path of a directory, by its descriptor or AT_FDCWD, if it is in /proc.
func (t *Task) procDir(dirfd int) string {
	s := &t.p.fs
	var f *file
	if dirfd == abi.AT_FDCWD {
		f = t.cwdFile()
	} else if f, _ = t.file(dirfd); f == nil {
		return ""
	}
	if f.emul != nil {
		return f.emul.path
	}
	const no, yes = 1, 2
	v := f.proc.Load()
	if v == 0 {
		var st unix.Stat_t
		if v = no; unix.Fstat(f.host, &st) == nil && s.isProc(f.host, st.Dev) {
			v = yes
		}
		f.proc.Store(v)
	}
	if v == no {
		return ""
	}
	p, _ := s.guestPath(f.host)
	return p
}

// isProc tells whether a file is of a proc file system, mounted wherever. dev is the number of its device.
func (s *fsState) isProc(host int, dev uint64) bool {
	if dev == s.procDev || dev == s.plainDev.Load() {
		return dev == s.procDev
	}
	var st unix.Statfs_t
	if unix.Fstatfs(host, &st) == nil && st.Type == unix.PROC_SUPER_MAGIC {
		return true
	}
	s.plainDev.Store(dev)
	return false
}

// opened makes the file of what the host has opened. Where a link has led to the guest's own /proc, it is what gotcg makes up there; the
// memory of a process is refused, since through it a guest could write to its host.
func (t *Task) opened(host, flags int) (*file, abi.Errno) {
	s := &t.p.fs
	var st unix.Stat_t
	if err := unix.Fstat(host, &st); err == nil && s.isProc(host, st.Dev) {
		p, _ := s.guestPath(host)
		e := abi.Errno(0)
		if rest, ok := t.procSelf(p); ok {
			f, oe, done := t.openProc(rest, flags)
			if done {
				_ = unix.Close(host)
				return f, oe
			}
			_, e, _ = t.resolveProc(rest, noFollow)
		}
		if e == 0 && st.Mode&unix.S_IFMT == unix.S_IFREG && strings.HasSuffix(p, "/mem") {
			e = abi.EACCES
		}
		if e != 0 {
			_ = unix.Close(host)
			return nil, e
		}
	}
	return s.newFile(host, false), 0
}

// linked returns where a path leads at whose end, or at that of a symbolic link there, is one of the links of /proc that openNoMagic does
// not follow: to a path of procSelf or devFD, or, of another process, by the link's text. Such links further up are refused.
func (t *Task) linked(dirfd int, name string) (string, abi.Errno) {
	const maxLinks = 40 // path_resolution(7)
	for range maxLinks {
		dir, last := path.Split(name)
		at, e := t.dirFD(dirfd)
		if e != 0 {
			return "", e
		}
		fd, err := openNoMagic(at, cmp.Or(dir, "."), unix.O_PATH|unix.O_DIRECTORY, 0)
		if err == unix.ELOOP {
			return "", abi.EACCES
		} else if err != nil {
			return "", hostErrno(err)
		}
		var b [abi.PATH_MAX]byte
		n, notLink := unix.Readlinkat(fd, last, b[:])
		base, err := t.p.fs.guestPath(fd)
		_ = unix.Close(fd)
		if err != nil {
			return "", hostErrno(err)
		}
		full := path.Join(base, last)
		_, own := t.procSelf(full)
		if _, dev := devFD(full); own || dev || notLink != nil {
			return full, 0
		}
		if name, dirfd = string(b[:n]), abi.AT_FDCWD; name[0] != '/' {
			name = base + "/" + name
		}
	}
	return "", abi.ELOOP
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
	case t.p.byTID(tid) != nil, t.p.hostThread(tid): // the kernel finds other threads' directories too
		return "task/" + id + "/" + rest, true
	}
	return "", false
}

// hostThread tells whether a thread id of the host is one of gotcg's own threads, which the guest is not to know.
func (p *Process) hostThread(tid int) bool {
	return tid > 0 && tid != p.pid && unix.Tgkill(os.Getpid(), tid, 0) == nil
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
		return pathRef{dir: unix.AT_FDCWD, name: s.exe, own: -1, magic: true}, 0, true
	case "cwd":
		if isLink {
			return plain, 0, true
		}
		r, e = t.below(t.cwd(), sub)
		return r, e, true
	case "root":
		switch {
		case isLink:
			return plain, 0, true
		case s.root < 0:
			return pathRef{dir: unix.AT_FDCWD, name: "/" + sub, own: -1}, 0, true
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
