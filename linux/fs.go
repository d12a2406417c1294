//go:build linux

package linux

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// maxFDs bounds the guest's descriptor numbers.
const maxFDs = 1 << 16

// fsState is a process's files: descriptor table, root and working directory. The guest's
// descriptor numbers are its own; the host's never show.
type fsState struct {
	mu  sync.Mutex
	fds []fdEntry // guarded by mu; index is the guest's number

	// root is an O_PATH descriptor of the sysroot, -1 without one. rootPath is its host path.
	root     int
	rootPath string
	cwd      *file         // guarded by mu; the working directory, O_PATH
	umask    atomic.Uint32 // the guest's file mode creation mask, or noMask: use mask
	hostMask func() uint32 // the host process's, which the kernel applies anyway
	procDev  uint64        // device number of /proc
	plainDev atomic.Uint64 // the last one seen that is not of a proc file system

	// sockNames are bound AF_UNIX addresses, the host's to the guest's; guarded by mu.
	sockNames map[string][]byte

	// bad is host memory that cannot be accessed. It stands in for a guest buffer that cannot: the
	// host's kernel then says which error comes first.
	bad []byte

	exe string // host path of the program
}

// fdEntry is one guest descriptor.
type fdEntry struct {
	f       *file
	cloexec bool
}

// file is what is behind a guest descriptor. It has a host descriptor of its own, so that what the kernel
// keeps by descriptor (epoll(7)) or does when one is closed (record locks) is as for the guest's.
type file struct {
	host     int
	refs     atomic.Int32
	keep     bool // the host descriptor is not ours to close
	mayBlock bool // reads can wait: not a regular file or directory
	instant  bool // neither reads nor writes ever wait: /dev/null and its kin
	pid      int  // of a pidfd
	emul     *emulDir
	sig      *signalFD     // of a signalfd
	ready    atomic.Uint32 // what alwaysReady found: 0 not asked yet, 1 no, 2 yes
	proc     atomic.Uint32 // what procDir found: 0 not asked yet, 1 not in /proc, 2 in it
	names    *Task         // whose name a write sets: /proc/self/task/TID/comm
	desc     *description
}

// description is what descriptors made by dup share, besides what the host keeps for them.
type description struct {
	mu    sync.Mutex  // held while O_NONBLOCK is set for one host call only
	pipe  bool        // of the guest's own: non-blocking on the host
	waits atomic.Bool // it blocks for the guest
}

// dup makes another descriptor's file.
func (s *fsState) dup(f *file) (*file, abi.Errno) {
	h, err := unix.FcntlInt(uintptr(f.host), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, hostErrno(err)
	}
	n := &file{host: h, mayBlock: f.mayBlock, instant: f.instant, pid: f.pid, emul: f.emul, desc: f.desc}
	n.refs.Store(1)
	return n, 0
}

// emulDir is a directory whose entries gotcg makes up, /proc/self/fd.
type emulDir struct {
	path    string
	entries []abi.Dirent
	mu      sync.Mutex
	pos     int // guarded by mu
}

// hostErrno turns an error of a host call into the guest's. Error numbers are the same on all
// Linux hosts gotcg knows.
func hostErrno(err error) abi.Errno {
	if err == nil {
		return 0
	}
	if e, ok := err.(unix.Errno); ok { // nearly always
		return abi.Errno(e)
	}
	var e unix.Errno
	if errors.As(err, &e) {
		return abi.Errno(e)
	}
	return abi.EIO
}

// retry repeats a host call while a signal of the Go runtime interrupts it.
func retry[T any](f func() (T, error)) (T, error) {
	for {
		v, err := f()
		if err != unix.EINTR {
			return v, err
		}
	}
}

// open sets up the standard files, root and working directory.
func (s *fsState) open(p *Process) error {
	s.root = -1
	s.exe = p.img.Path
	s.hostMask = sync.OnceValue(readHostUmask)
	s.umask.Store(noMask)
	var st unix.Stat_t
	if unix.Stat("/proc", &st) == nil {
		s.procDev = st.Dev
	}
	var err error
	if s.bad, err = unix.Mmap(-1, 0, 1<<16, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON); err != nil {
		s.close()
		return fmt.Errorf("linux: %w", err)
	}
	if err := s.openDirs(p.cfg.Sysroot, p.cfg.Dir); err != nil {
		s.close()
		return err
	}
	for i, f := range []*os.File{p.cfg.Stdin, p.cfg.Stdout, p.cfg.Stderr} {
		fd := i
		if f != nil {
			fd = int(f.Fd())
		}
		s.fds = append(s.fds, fdEntry{f: s.newFile(fd, true)})
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
			s.fds[i].f = nil // closed on the host, so closed in the guest
		}
	}
	return nil
}

// openDirs opens the root and the working directory.
func (s *fsState) openDirs(sysroot, dir string) error {
	if sysroot != "" {
		fd, err := unix.Open(sysroot, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("linux: sysroot %s: %w", sysroot, err)
		}
		s.root = fd
		if s.rootPath, err = os.Readlink(procFD(fd)); err != nil {
			return fmt.Errorf("linux: sysroot %s: %w", sysroot, err)
		}
		if dir == "" {
			dir = "/"
		}
	}
	if dir == "" {
		dir = "."
	}
	var fd int
	var err error
	if s.root >= 0 {
		fd, err = s.openInRoot(dir, unix.O_PATH|unix.O_DIRECTORY, 0)
		if err == unix.ENOSYS {
			return fmt.Errorf("linux: a sysroot needs openat2(2), which came with Linux 5.6: %w", err)
		}
	} else {
		fd, err = unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return fmt.Errorf("linux: working directory %s: %w", dir, err)
	}
	s.cwd = s.newFile(fd, false)
	return nil
}

// close closes everything the guest has open.
func (s *fsState) close() {
	s.mu.Lock()
	fds := append(s.fds, fdEntry{f: s.cwd})
	s.fds, s.cwd = nil, nil
	s.mu.Unlock()
	for _, e := range fds {
		if e.f != nil {
			e.f.release()
		}
	}
	if s.root >= 0 {
		_ = unix.Close(s.root)
	}
	s.root = -1
	if s.bad != nil {
		_ = unix.Munmap(s.bad)
		s.bad = nil
	}
}

// noMask stands for the host process's mask, which is read when first needed.
const noMask = 1 << 31

// mask returns the guest's file mode creation mask.
func (s *fsState) mask() uint32 {
	if m := s.umask.Load(); m != noMask {
		return m
	}
	s.umask.CompareAndSwap(noMask, s.hostMask())
	return s.umask.Load()
}

// readHostUmask reads the host process's umask without changing it.
func readHostUmask() uint32 {
	b, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(b), "\n") {
		if v, ok := strings.CutPrefix(l, "Umask:"); ok {
			if m, err := strconv.ParseUint(strings.TrimSpace(v), 8, 32); err == nil {
				return uint32(m)
			}
		}
	}
	return 0o022
}

func procFD(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }

// newFile wraps a host descriptor.
func (s *fsState) newFile(host int, keep bool) *file {
	f := &file{host: host, keep: keep, desc: &description{}}
	f.refs.Store(1)
	var st unix.Stat_t
	if err := unix.Fstat(host, &st); err == nil {
		m := st.Mode & unix.S_IFMT
		f.mayBlock = m != unix.S_IFREG && m != unix.S_IFDIR
		if m == unix.S_IFCHR && unix.Major(st.Rdev) == 1 { // MEM_MAJOR; drivers/char/mem.c devlist
			minor := unix.Minor(st.Rdev)
			f.instant = minor == 3 || minor == 5 || minor == 7 // null, zero, full
		}
	}
	return f
}

// release drops a reference and closes the host descriptor with the last one.
func (f *file) release() abi.Errno {
	if f.refs.Add(-1) != 0 || f.keep {
		return 0
	}
	if f.sig != nil {
		f.sig.closed()
	}
	return hostErrno(unix.Close(f.host))
}

// get returns the file of a guest descriptor, with a reference for the caller.
func (s *fsState) get(fd int) (*file, abi.Errno) {
	s.mu.Lock()
	if fd < 0 || fd >= len(s.fds) || s.fds[fd].f == nil {
		s.mu.Unlock()
		return nil, abi.EBADF
	}
	f := s.fds[fd].f
	f.refs.Add(1)
	s.mu.Unlock()
	return f, 0
}

// file returns the file of a guest descriptor. It stays open until the system call ends, whatever other
// threads close.
func (t *Task) file(fd int) (*file, abi.Errno) {
	f, e := t.p.fs.get(fd)
	if e == 0 {
		t.pins = append(t.pins, f)
	}
	return f, e
}

// hostFD returns the host descriptor of a guest one, open until the system call ends.
func (t *Task) hostFD(fd int) (int, abi.Errno) {
	f, e := t.file(fd)
	if e != 0 {
		return -1, e
	}
	return f.host, 0
}

// cwd returns the working directory's host descriptor, open until the system call ends.
func (t *Task) cwd() int { return t.cwdFile().host }

func (t *Task) cwdFile() *file {
	s := &t.p.fs
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cwd.refs.Add(1)
	t.pins = append(t.pins, s.cwd)
	return s.cwd
}

// unpin gives back what file, hostFD and cwd took.
func (t *Task) unpin() {
	for i, f := range t.pins {
		f.release()
		t.pins[i] = nil
	}
	t.pins = t.pins[:0]
}

// install gives f the lowest free guest number of at least low. It takes over the reference.
func (s *fsState) install(f *file, low int, cloexec bool, limit uint64) (int, abi.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fd := low
	for fd < len(s.fds) && s.fds[fd].f != nil {
		fd++
	}
	if uint64(fd) >= min(limit, maxFDs) {
		f.release()
		return -1, abi.EMFILE
	}
	s.grow(fd)
	s.fds[fd] = fdEntry{f, cloexec}
	return fd, 0
}

// grow makes the table hold fd; mu is held.
func (s *fsState) grow(fd int) {
	for fd >= len(s.fds) {
		s.fds = append(s.fds, fdEntry{})
	}
}

// installHost is install for a new host descriptor.
func (t *Task) installHost(host int, cloexec bool) (uint64, abi.Errno) {
	return t.installFile(t.p.fs.newFile(host, false), cloexec)
}

func (t *Task) installFile(f *file, cloexec bool) (uint64, abi.Errno) {
	fd, e := t.p.fs.install(f, 0, cloexec, t.p.softLimit(abi.RLIMIT_NOFILE))
	if e != 0 {
		return 0, e
	}
	return uint64(fd), 0
}

// remove takes a guest descriptor out of the table.
func (s *fsState) remove(fd int) (*file, abi.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fd < 0 || fd >= len(s.fds) || s.fds[fd].f == nil {
		return nil, abi.EBADF
	}
	f := s.fds[fd].f
	s.fds[fd] = fdEntry{}
	return f, 0
}

// guestPathOf returns the path of an open file as the guest names it; "" if it has none.
func (s *fsState) guestPathOf(f *file) string {
	if f.emul != nil {
		return f.emul.path
	}
	p, err := s.guestPath(f.host)
	if err != nil {
		return ""
	}
	return p
}

// guestPath returns the path behind a host descriptor as the guest names it.
func (s *fsState) guestPath(host int) (string, error) {
	p, err := os.Readlink(procFD(host))
	if err != nil || s.root < 0 || !strings.HasPrefix(p, "/") {
		return p, err
	}
	if p == s.rootPath {
		return "/", nil
	}
	rest := strings.TrimPrefix(p, s.rootPath)
	if s.rootPath == "/" {
		return p, nil
	}
	if rest == p || rest[0] != '/' {
		return "", unix.EXDEV // inherited from outside the root
	}
	return rest, nil
}

// random is the source of AT_RANDOM and getrandom(2).
func (p *Process) random() io.Reader {
	if p.cfg.Random != nil {
		return p.cfg.Random
	}
	return hostRandom{}
}

// hostRandom reads the host's getrandom(2). (crypto/rand adds a generator of its own, and 32 MiB of memory for it; unix.Getrandom
// one in the vDSO, which takes longer to begin than the few bytes that most programs want.)
type hostRandom struct{}

func (hostRandom) Read(b []byte) (int, error) {
	return retry(func() (int, error) { return randomRaw(b) })
}

// fileIdent returns the device and inode numbers of f.
func fileIdent(f *os.File) (dev, ino uint64) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return 0, 0
	}
	return st.Dev, st.Ino
}
