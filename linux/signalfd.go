//go:build linux

package linux

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// signalFD is a signalfd(2). Its host descriptor is an eventfd that is readable while a signal of the set
// is pending for the process or any of its tasks, for poll and epoll; reads are done here.
type signalFD struct {
	p     *Process
	host  int
	set   uint64 // guarded by p.mu
	ready bool   // guarded by p.mu: the eventfd is readable
}

// notifySignalFDs makes signalfds readable, or not any more. p.mu is held.
func (p *Process) notifySignalFDs() {
	if len(p.sigs.fds) == 0 {
		return
	}
	set := p.sigs.shared.set
	for _, t := range p.tasks {
		set |= t.sig.pend.set
	}
	var b [8]byte
	for _, f := range p.sigs.fds {
		if want := f.set&set != 0; want != f.ready {
			f.ready = want
			in := []unix.PollFd{{Fd: int32(f.host), Events: unix.POLLIN}}
			if want {
				_, _ = unix.Write(f.host, []byte{1, 0, 0, 0, 0, 0, 0, 0})
			} else if n, _ := unix.Poll(in, 0); n == 1 { // as it should be; a read that waits would hold p.mu
				_, _ = unix.Read(f.host, b[:])
			}
		}
	}
}

// closed forgets the signalfd when its last descriptor goes.
func (f *signalFD) closed() {
	f.p.mu.Lock()
	defer f.p.mu.Unlock()
	f.p.sigs.fds = slices.DeleteFunc(f.p.sigs.fds, func(o *signalFD) bool { return o == f })
}

// sysSignalfd4 is signalfd4(2), sysSignalfd signalfd(2).
func sysSignalfd4(t *Task, a *Args) (uint64, abi.Errno) {
	fl, e := hostOpenFlags(t.p.abi, a.Int(3))
	if e != 0 || fl&^(unix.O_CLOEXEC|unix.O_NONBLOCK) != 0 || a[2] != abi.SigsetSize {
		return 0, abi.EINVAL
	}
	set, e := t.readU64(a[1])
	if e != 0 {
		return 0, e
	}
	set &^= unblockable
	p := t.p
	if fd := a.FD(0); fd != -1 {
		f, e := t.file(fd)
		if e != 0 {
			return 0, e
		}
		if f.sig == nil {
			return 0, abi.EINVAL
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		f.sig.set = set
		p.notifySignalFDs()
		return uint64(fd), 0
	}
	h, err := unix.Eventfd(0, fl&unix.O_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return 0, hostErrno(err)
	}
	s := &signalFD{p: p, host: h, set: set}
	f := p.fs.newFile(h, false)
	f.sig = s
	p.mu.Lock()
	p.sigs.fds = append(p.sigs.fds, s)
	p.notifySignalFDs()
	p.mu.Unlock()
	fd, e := p.fs.install(f, 0, fl&unix.O_CLOEXEC != 0, p.softLimit(abi.RLIMIT_NOFILE))
	return uint64(fd), e
}

func sysSignalfd(t *Task, a *Args) (uint64, abi.Errno) {
	return sysSignalfd4(t, &Args{a[0], a[1], a[2]})
}

// readSignals is a read of a signalfd into the buffers h, or the first of them: as many signals as fit.
func (t *Task) readSignals(f *file, h *hostBufs) (uint64, abi.Errno) {
	n := uint64(len(h.bufs[0]))
	switch {
	case h.wild:
		return 0, abi.EFAULT
	case n < abi.SignalfdSize:
		return 0, abi.EINVAL
	}
	p := t.p
	p.mu.Lock()
	set := f.sig.set
	info, ok := t.dequeue(set)
	p.mu.Unlock()
	if !ok {
		fl, err := unix.FcntlInt(uintptr(f.host), unix.F_GETFL, 0)
		if err == nil && fl&unix.O_NONBLOCK != 0 {
			return 0, abi.EAGAIN
		}
		if info, ok = t.awaitSignal(set, deadline{}); !ok {
			return 0, abi.ERESTARTSYS
		}
	}
	var b [abi.SignalfdSize]byte
	for done := uint64(0); ; {
		info.EncodeSignalfd(b[:])
		if e := t.copyOut(h.first+done, b[:]); e != 0 {
			if done > 0 {
				return done, 0
			}
			return 0, e
		}
		if done += abi.SignalfdSize; done+abi.SignalfdSize > n {
			return done, 0
		}
		p.mu.Lock()
		info, ok = t.dequeue(set)
		p.mu.Unlock()
		if !ok {
			return done, 0
		}
	}
}
