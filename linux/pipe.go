//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// A pipe that the guest makes does not block on the host, whatever it does for the guest. So read(2) and write(2) of it never wait where
// nobody could interrupt them, and cost less than preadv2(2) and pwritev2(2), which other files take.

// sysPipe2 is pipe2(2), and sysPipe pipe(2).
func sysPipe2(t *Task, a *Args) (uint64, abi.Errno) {
	fl, e := hostOpenFlags(t.p.abi, a.Int(1))
	if e != 0 {
		return 0, e
	}
	return t.pipe(a[0], fl)
}

func sysPipe(t *Task, a *Args) (uint64, abi.Errno) { return t.pipe(a[0], 0) }

func (t *Task) pipe(addr uint64, flags int) (uint64, abi.Errno) {
	if flags&^(unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_DIRECT) != 0 {
		return 0, abi.EINVAL
	}
	var p [2]int
	if err := unix.Pipe2(p[:], flags|unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return 0, hostErrno(err)
	}
	var ends [2]*file
	for i, h := range p {
		ends[i] = t.p.fs.newFile(h, false)
		ends[i].desc.pipe = true
		ends[i].desc.waits.Store(flags&unix.O_NONBLOCK == 0)
	}
	return t.installPair(ends, addr, flags&unix.O_CLOEXEC != 0)
}

// flags returns the status flags that the guest has set, F_GETFL of fcntl(2).
func (f *file) flags() (int, error) {
	f.desc.mu.Lock()
	defer f.desc.mu.Unlock()
	fl, err := unix.FcntlInt(uintptr(f.host), unix.F_GETFL, 0)
	if f.desc.pipe && f.desc.waits.Load() {
		fl &^= unix.O_NONBLOCK
	}
	return fl, err
}

// setFlags is F_SETFL of fcntl(2).
func (f *file) setFlags(fl int) error {
	f.desc.mu.Lock()
	defer f.desc.mu.Unlock()
	waits := fl&unix.O_NONBLOCK == 0
	if f.desc.pipe {
		fl |= unix.O_NONBLOCK
	}
	_, err := unix.FcntlInt(uintptr(f.host), unix.F_SETFL, fl)
	if err == nil {
		f.desc.waits.Store(waits)
	}
	return err
}

// nonblocking tells whether the guest has set O_NONBLOCK.
func (f *file) nonblocking() bool {
	if f.desc.pipe {
		return !f.desc.waits.Load()
	}
	fl, err := f.flags()
	return err == nil && fl&unix.O_NONBLOCK != 0
}

// pipeNow is transferNow for a pipe of the guest's own.
func (f *file) pipeNow(bufs [][]byte, write bool) (int, error) {
	if len(bufs) == 1 && len(bufs[0]) <= maxRaw {
		return transferRaw(f.host, bufs[0], write)
	}
	return f.transfer(bufs, write, nil)
}

// lend returns a host descriptor of f to be given to another process, and whether it is to be closed then. That of a pipe of the guest's own
// has flags of its own from then on, since it blocks there as it does for the guest now.
func (f *file) lend() (h int, temporary bool) {
	if !f.desc.pipe {
		return f.host, false
	}
	fl, err := f.flags()
	if err != nil {
		return f.host, false
	}
	h, err = unix.Open(procFD(f.host), fl&unix.O_ACCMODE|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil { // nobody has the other end
		return f.host, false
	}
	_, _ = unix.FcntlInt(uintptr(h), unix.F_SETFL, fl)
	return h, true
}
