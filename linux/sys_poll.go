//go:build linux

package linux

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// pollRoom is what poll(2) and its kin need for few descriptors, so that they allocate nothing.
type pollRoom struct {
	raw  [smallPoll * abi.PollFdSize]byte
	fds  [smallPoll]abi.PollFd
	host [smallPoll + 1]unix.PollFd
}

const smallPoll = 4

// defaultPollMask is what a file is ready for whose kind has no poll method, DEFAULT_POLLMASK of include/linux/poll.h.
const defaultPollMask = unix.POLLIN | unix.POLLOUT | 0x40 | 0x100 // POLLRDNORM, POLLWRNORM

// alwaysReady tells whether f has no poll method for certain: memory devices, and regular files of the common file systems (not
// those of proc, sysfs or FUSE, which may have one). A descriptor opened with O_PATH is not polled at all.
func (f *file) alwaysReady() bool {
	if r := f.ready.Load(); r != 0 {
		return r == 2
	}
	yes := f.instant
	var st unix.Stat_t
	var fs unix.Statfs_t
	if !yes && !f.mayBlock && f.emul == nil && unix.Fstat(f.host, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFREG &&
		unix.Fstatfs(f.host, &fs) == nil {
		switch uint32(fs.Type) {
		case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC:
			yes = true
		}
	}
	if yes {
		fl, err := unix.FcntlInt(uintptr(f.host), unix.F_GETFL, 0)
		yes = err == nil && fl&unix.O_PATH == 0
	}
	if yes {
		f.ready.Store(2)
	} else {
		f.ready.Store(1)
	}
	return yes
}

// hostPoll polls guest descriptors until an event or the deadline. The error is ERESTARTNOHAND when the
// wait was interrupted.
func (t *Task) hostPoll(fds []abi.PollFd, d deadline) (n int, e abi.Errno) {
	if len(fds) == 1 && fds[0].FD >= 0 {
		f, e := t.file(int(fds[0].FD))
		if e == 0 && f.alwaysReady() && fds[0].Events&defaultPollMask != 0 {
			fds[0].Revents = fds[0].Events & defaultPollMask
			return 1, 0
		}
	}
	host := t.room.host[:]
	if len(fds) < len(host) {
		host = host[:len(fds)+1]
	} else {
		host = make([]unix.PollFd, len(fds)+1)
	}
	ready := 0
	for i := range fds {
		fds[i].Revents = 0
		host[i] = unix.PollFd{Fd: -1}
		if fds[i].FD < 0 {
			continue
		}
		h, e := t.hostFD(int(fds[i].FD))
		if e != 0 {
			fds[i].Revents = abi.POLLNVAL
			ready++
			continue
		}
		host[i] = unix.PollFd{Fd: int32(h), Events: fds[i].Events}
	}
	if ready > 0 {
		d = deadline{time.Now(), true}
	}
	_, err, ok := t.waitHost(host, d)
	switch {
	case err != nil:
		return 0, hostErrno(err)
	case !ok && ready == 0:
		return 0, abi.ERESTARTNOHAND
	}
	for i := range fds {
		if host[i].Revents != 0 {
			fds[i].Revents = host[i].Revents
			ready++
		}
	}
	return ready, 0
}

func sysPoll(t *Task, a *Args) (uint64, abi.Errno) {
	d := deadline{}
	if ms := a.Int(2); ms >= 0 {
		d = t.after(time.Duration(ms) * time.Millisecond)
	}
	return t.poll(a[0], a[1], d)
}

// sysPpoll is ppoll(2). The signal mask has no effect: nothing is delivered asynchronously.
func sysPpoll(t *Task, a *Args) (uint64, abi.Errno) {
	d, e := t.deadlineArg(a[2])
	if e != 0 {
		return 0, e
	}
	n, e := t.withMask(a[3], a[4], func() (uint64, abi.Errno) { return t.poll(a[0], a[1], d) })
	return n, t.putLeft(a[2], d, e)
}

// putLeft writes what is left of the time of a wait that is over, or that a signal ended.
func (t *Task) putLeft(addr uint64, d deadline, e abi.Errno) abi.Errno {
	if !d.set || e != 0 && e != abi.ERESTARTNOHAND {
		return e
	}
	if bad := t.putTimespec(addr, timespecOf(max(time.Until(d.at), 0))); bad != 0 && e == 0 {
		return bad
	}
	return e
}

// deadlineArg reads an optional relative struct timespec.
func (t *Task) deadlineArg(addr uint64) (deadline, abi.Errno) {
	if addr == 0 {
		return deadline{}, 0
	}
	s, e := t.getTimespec(addr)
	return t.after(duration(s)), e
}

func (t *Task) poll(addr, count uint64, d deadline) (uint64, abi.Errno) {
	count &= 0xffffffff
	if count > t.p.softLimit(abi.RLIMIT_NOFILE) || count > maxFDs {
		return 0, abi.EINVAL
	}
	raw, fds := t.room.raw[:], t.room.fds[:]
	if count <= uint64(len(fds)) {
		raw, fds = raw[:count*abi.PollFdSize], fds[:count]
	} else {
		raw, fds = make([]byte, count*abi.PollFdSize), make([]abi.PollFd, count)
	}
	if e := t.copyIn(addr, raw); e != 0 {
		return 0, e
	}
	for i := range fds {
		fds[i] = abi.DecodePollFd(raw[i*abi.PollFdSize:])
	}
	n, e := t.hostPoll(fds, d)
	if e != 0 {
		return 0, e
	}
	for i := range fds {
		fds[i].Encode(raw[i*abi.PollFdSize:])
	}
	return uint64(n), t.copyOut(addr, raw)
}

func sysSelect(t *Task, a *Args) (uint64, abi.Errno) {
	d := deadline{}
	if a[4] != 0 {
		var b [abi.TimespecSize]byte
		if e := t.copyIn(a[4], b[:]); e != 0 {
			return 0, e
		}
		tv := abi.DecodeTimespec(b[:])
		if tv.Sec < 0 || tv.Nsec < 0 {
			return 0, abi.EINVAL
		}
		d = t.after(duration(abi.Timespec{Sec: tv.Sec + tv.Nsec/1e6, Nsec: tv.Nsec % 1e6 * 1000}))
	}
	n, e := t.selectFDs(a, d)
	if e == 0 && d.set {
		left := timespecOf(max(time.Until(d.at), 0))
		left.Nsec /= 1000
		e = t.putTimespec(a[4], left)
	}
	return n, e
}

// sysPselect6 is pselect6(2).
func sysPselect6(t *Task, a *Args) (uint64, abi.Errno) {
	d, e := t.deadlineArg(a[4])
	if e != 0 {
		return 0, e
	}
	var mask, size uint64
	if a[5] != 0 {
		if mask, e = t.readU64(a[5]); e == 0 {
			size, e = t.readU64(a[5] + 8)
		}
		if e != 0 {
			return 0, e
		}
	}
	n, e := t.withMask(mask, size, func() (uint64, abi.Errno) { return t.selectFDs(a, d) })
	return n, t.putLeft(a[4], d, e)
}

// selectEvents are the poll events that make a descriptor readable, writable or exceptional
// for select(2), fs/select.c.
var selectEvents = [3]struct{ want, got int16 }{
	{unix.POLLIN, unix.POLLIN | unix.POLLHUP | unix.POLLERR},
	{unix.POLLOUT, unix.POLLOUT | unix.POLLERR},
	{unix.POLLPRI, unix.POLLPRI},
}

// selectFDs does select with the sets at a[1..3].
func (t *Task) selectFDs(a *Args, d deadline) (uint64, abi.Errno) {
	nfds := a.Int(0)
	if nfds < 0 {
		return 0, abi.EINVAL
	}
	nfds = min(nfds, maxFDs)
	size := (nfds + 63) / 64 * 8
	var sets [3][]byte
	for i := range sets {
		if a[1+i] != 0 {
			sets[i] = make([]byte, size)
			if e := t.copyIn(a[1+i], sets[i]); e != 0 {
				return 0, e
			}
		}
	}
	var fds []abi.PollFd
	for fd := range nfds {
		var ev int16
		for i, s := range sets {
			if s != nil && s[fd/8]&(1<<(fd%8)) != 0 {
				ev |= selectEvents[i].want
			}
		}
		if ev == 0 {
			continue
		}
		if _, e := t.file(fd); e != 0 {
			return 0, e
		}
		fds = append(fds, abi.PollFd{FD: int32(fd), Events: ev})
	}
	if _, e := t.hostPoll(fds, d); e != 0 {
		return 0, e
	}
	return t.selectResult(a, sets, fds)
}

// selectResult writes the sets of descriptors that are ready and counts them.
func (t *Task) selectResult(a *Args, sets [3][]byte, fds []abi.PollFd) (uint64, abi.Errno) {
	n := uint64(0)
	for i, s := range sets {
		if s == nil {
			continue
		}
		out := make([]byte, len(s))
		for _, p := range fds {
			bit := byte(1) << (p.FD % 8)
			if s[p.FD/8]&bit != 0 && p.Revents&selectEvents[i].got != 0 {
				out[p.FD/8] |= bit
				n++
			}
		}
		if e := t.copyOut(a[1+i], out); e != 0 {
			return 0, e
		}
	}
	return n, 0
}

func sysEventfd2(t *Task, a *Args) (uint64, abi.Errno) {
	fl, e := hostOpenFlags(t.p.abi, a.Int(1)&^1)
	if e != 0 {
		return 0, e
	}
	h, err := unix.Eventfd(uint(uint32(a[0])), fl&unix.EFD_NONBLOCK|a.Int(1)&1|unix.EFD_CLOEXEC)
	if err != nil {
		return 0, hostErrno(err)
	}
	return t.installHost(h, fl&unix.O_CLOEXEC != 0)
}

func sysEventfd(t *Task, a *Args) (uint64, abi.Errno) {
	return sysEventfd2(t, &Args{a[0]})
}

func sysEpollCreate1(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(0)&^abi.O_CLOEXEC != 0 {
		return 0, abi.EINVAL
	}
	h, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return 0, hostErrno(err)
	}
	return t.installHost(h, a.Int(0) != 0)
}

func sysEpollCreate(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(0) <= 0 {
		return 0, abi.EINVAL
	}
	return sysEpollCreate1(t, &Args{})
}

func sysEpollCtl(t *Task, a *Args) (uint64, abi.Errno) {
	ep, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	fd, e := t.hostFD(a.FD(2))
	if e != 0 {
		return 0, e
	}
	var ev unix.EpollEvent
	if a.Int(1) != abi.EPOLL_CTL_DEL {
		var b [16]byte
		if e := t.copyIn(a[3], b[:abi.EpollEventSize(t.p.abi)]); e != 0 {
			return 0, e
		}
		g := abi.DecodeEpollEvent(t.p.abi, b[:])
		ev = unix.EpollEvent{Events: g.Events, Fd: int32(g.Data), Pad: int32(g.Data >> 32)}
	}
	return 0, hostErrno(unix.EpollCtl(ep, a.Int(1), fd, &ev))
}

// sysEpollPwait is epoll_pwait(2).
func sysEpollPwait(t *Task, a *Args) (uint64, abi.Errno) {
	return t.withMask(a[4], a[5], func() (uint64, abi.Errno) { return sysEpollWait(t, a) })
}

// sysEpollWait is epoll_wait(2).
func sysEpollWait(t *Task, a *Args) (uint64, abi.Errno) {
	d := deadline{}
	if ms := a.Int(3); ms >= 0 {
		d = t.after(time.Duration(ms) * time.Millisecond)
	}
	return t.epollWait(a, d)
}

func sysEpollPwait2(t *Task, a *Args) (uint64, abi.Errno) {
	d, e := t.deadlineArg(a[3])
	if e != 0 {
		return 0, e
	}
	return t.withMask(a[4], a[5], func() (uint64, abi.Errno) { return t.epollWait(a, d) })
}

func (t *Task) epollWait(a *Args, d deadline) (uint64, abi.Errno) {
	maxEv := a.Int(2)
	if maxEv <= 0 {
		return 0, abi.EINVAL
	}
	ep, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	// The kernel decides which waiter gets an event (EPOLLET, EPOLLONESHOT), so events are only taken with
	// epoll_wait; what is waited for between two tries is that the set has one.
	var evs [128]unix.EpollEvent
	for {
		n, err := retry(func() (int, error) { return unix.EpollWait(ep, evs[:min(maxEv, len(evs))], 0) })
		if err != nil {
			return 0, hostErrno(err)
		}
		if n > 0 {
			return t.putEpollEvents(a[1], evs[:n])
		}
		n, err, ok := t.waitHost([]unix.PollFd{{Fd: int32(ep), Events: unix.POLLIN}, {}}, d)
		switch {
		case err != nil:
			return 0, hostErrno(err)
		case !ok:
			return 0, abi.ERESTARTNOHAND
		case n == 0:
			return 0, 0
		}
	}
}

func (t *Task) putEpollEvents(addr uint64, evs []unix.EpollEvent) (uint64, abi.Errno) {
	size := abi.EpollEventSize(t.p.abi)
	out := make([]byte, len(evs)*size)
	for i := range evs {
		g := abi.EpollEvent{Events: evs[i].Events, Data: uint64(uint32(evs[i].Fd)) | uint64(uint32(evs[i].Pad))<<32}
		g.Encode(t.p.abi, out[i*size:])
	}
	return uint64(len(evs)), t.copyOut(addr, out)
}
