//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// readClock returns a clock's time in nanoseconds.
func readClock(clock int32) (int64, bool) {
	if clock == clockUserTime {
		var u unix.Rusage
		err := unix.Getrusage(unix.RUSAGE_SELF, &u)
		return u.Utime.Nano(), err == nil
	}
	var now unix.Timespec
	err := unix.ClockGettime(clock, &now)
	return now.Nano(), err == nil
}

// getItimerval reads a struct itimerval.
func (t *Task) getItimerval(addr uint64) (value, every int64, e abi.Errno) {
	var b [abi.ItimerspecSize]byte
	if e := t.copyIn(addr, b[:]); e != 0 {
		return 0, 0, e
	}
	v := abi.DecodeItimerspec(b[:])
	for _, s := range []*abi.Timespec{&v.Value, &v.Interval} {
		if s.Sec < 0 || s.Nsec < 0 || s.Nsec >= 1e6 {
			return 0, 0, abi.EINVAL
		}
		s.Nsec *= 1000
	}
	return nanos(v.Value), nanos(v.Interval), 0
}

// sysSetitimer is setitimer(2), sysGetitimer getitimer(2).
func sysSetitimer(t *Task, a *Args) (uint64, abi.Errno) {
	var value, every int64
	if a[1] != 0 { // NULL disarms, an oddity of Linux
		var e abi.Errno
		if value, every, e = t.getItimerval(a[1]); e != 0 {
			return 0, e
		}
	}
	oldValue, oldEvery, e := t.itimer(a.Int(0), true, value, every)
	if e != 0 || a[2] == 0 {
		return 0, e
	}
	return 0, t.putItimerval(a[2], oldValue, oldEvery)
}

func sysGetitimer(t *Task, a *Args) (uint64, abi.Errno) {
	value, every, e := t.itimer(a.Int(0), false, 0, 0)
	if e != 0 {
		return 0, e
	}
	return 0, t.putItimerval(a[1], value, every)
}

// putItimerval writes a struct itimerval; less than a microsecond to go counts as one.
func (t *Task) putItimerval(addr uint64, value, every int64) abi.Errno {
	if value > 0 {
		value = max(value, 1000)
	}
	v := abi.Itimerspec{Interval: nanosTimespec(every), Value: nanosTimespec(value)}
	v.Interval.Nsec /= 1000
	v.Value.Nsec /= 1000
	var b [abi.ItimerspecSize]byte
	v.Encode(b[:])
	return t.copyOut(addr, b[:])
}

// itimer returns an interval timer's state and, with set, sets it.
func (t *Task) itimer(which int, set bool, value, every int64) (oldValue, oldEvery int64, e abi.Errno) {
	if which < 0 || which > abi.ITIMER_PROF {
		return 0, 0, abi.EINVAL
	}
	p := t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	it := &p.timers.itimers[which]
	now, _ := readClock(it.clock)
	if it.at != 0 {
		oldValue = max(it.at-now, 1)
	}
	oldEvery = it.every
	if set {
		it.disarm()
		if value != 0 {
			it.every = every
			it.arm(satAdd(now, value))
		}
	}
	return oldValue, oldEvery, 0
}

// sysAlarm is alarm(2).
func sysAlarm(t *Task, a *Args) (uint64, abi.Errno) {
	old, _, e := t.itimer(abi.ITIMER_REAL, true, int64(uint32(a[0]))*1e9, 0)
	if old == 0 {
		return 0, e
	}
	return uint64(max((old+5e8)/1e9, 1)), e
}

// sysTimerCreate is timer_create(2).
func sysTimerCreate(t *Task, a *Args) (uint64, abi.Errno) {
	clock := int32(a[0])
	switch clock {
	case abi.CLOCK_REALTIME, abi.CLOCK_MONOTONIC, abi.CLOCK_BOOTTIME, abi.CLOCK_TAI, abi.CLOCK_PROCESS_CPUTIME_ID:
	case abi.CLOCK_REALTIME_ALARM, abi.CLOCK_BOOTTIME_ALARM:
		return 0, abi.EPERM // it would wake the host
	case abi.CLOCK_MONOTONIC_RAW, abi.CLOCK_REALTIME_COARSE, abi.CLOCK_MONOTONIC_COARSE:
		return 0, abi.EOPNOTSUPP
	default:
		if clock == abi.CLOCK_THREAD_CPUTIME_ID {
			t.p.unimp("timer_create on a thread's CPU time")
		}
		return 0, abi.EINVAL
	}
	ev := abi.Sigevent{Signo: int32(abi.SIGALRM)}
	if a[1] != 0 {
		var b [abi.SigeventSize]byte
		if e := t.copyIn(a[1], b[:]); e != 0 {
			return 0, e
		}
		ev = abi.DecodeSigevent(b[:])
	}
	p := t.p
	limit := p.softLimit(abi.RLIMIT_SIGPENDING)
	p.mu.Lock()
	defer p.mu.Unlock()
	tm := &posixTimer{ev: ev}
	switch ev.Notify {
	case abi.SIGEV_THREAD_ID:
		if tm.to = p.tasks[int(ev.TID)]; tm.to == nil {
			return 0, abi.EINVAL
		}
		fallthrough
	case abi.SIGEV_SIGNAL, abi.SIGEV_THREAD:
		if ev.Signo < 1 || ev.Signo > abi.NSIG {
			return 0, abi.EINVAL
		}
	case abi.SIGEV_NONE:
	default:
		return 0, abi.EINVAL
	}
	ts := &p.timers
	if uint64(len(ts.posix)) >= min(limit, maxQueued) {
		return 0, abi.EAGAIN
	}
	for ts.posix[ts.nextID] != nil {
		ts.nextID = (ts.nextID + 1) & 0x7fffffff
	}
	tm.id, tm.p, tm.clock = ts.nextID, p, clock
	tm.expire = tm.fire
	if a[1] == 0 {
		tm.ev.Value = uint64(tm.id)
	}
	if e := t.writeU32(a[2], uint32(tm.id)); e != 0 {
		return 0, e
	}
	ts.posix[tm.id] = tm
	ts.nextID = (ts.nextID + 1) & 0x7fffffff
	return 0, 0
}

// onTimer calls f with the POSIX timer of a number, holding Process.mu.
func (t *Task) onTimer(id uint64, f func(*posixTimer)) abi.Errno {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	tm := t.p.timers.posix[int32(id)]
	if tm == nil {
		return abi.EINVAL
	}
	f(tm)
	return 0
}

// sysTimerSettime is timer_settime(2).
func sysTimerSettime(t *Task, a *Args) (uint64, abi.Errno) {
	var b [abi.ItimerspecSize]byte
	if a[2] == 0 {
		return 0, abi.EINVAL
	}
	if e := t.copyIn(a[2], b[:]); e != 0 {
		return 0, e
	}
	v := abi.DecodeItimerspec(b[:])
	for _, s := range []abi.Timespec{v.Value, v.Interval} {
		if s.Sec < 0 || s.Nsec < 0 || s.Nsec >= 1e9 {
			return 0, abi.EINVAL
		}
	}
	var old abi.Itimerspec
	e := t.onTimer(a[0], func(tm *posixTimer) {
		now, _ := readClock(tm.clock)
		value, every := tm.left(now)
		old = abi.Itimerspec{Interval: nanosTimespec(every), Value: nanosTimespec(value)}
		tm.disarm()
		tm.set++
		tm.missed = 0
		if v.Value == (abi.Timespec{}) {
			return
		}
		tm.every = nanos(v.Interval)
		at := nanos(v.Value)
		if a.Int(1)&abi.TIMER_ABSTIME == 0 {
			at = satAdd(now, at)
		}
		tm.arm(at)
	})
	if e != 0 || a[3] == 0 {
		return 0, e
	}
	old.Encode(b[:])
	return 0, t.copyOut(a[3], b[:])
}

// sysTimerGettime is timer_gettime(2).
func sysTimerGettime(t *Task, a *Args) (uint64, abi.Errno) {
	var b [abi.ItimerspecSize]byte
	e := t.onTimer(a[0], func(tm *posixTimer) {
		now, _ := readClock(tm.clock)
		value, every := tm.left(now)
		abi.Itimerspec{Interval: nanosTimespec(every), Value: nanosTimespec(value)}.Encode(b[:])
	})
	if e != 0 {
		return 0, e
	}
	return 0, t.copyOut(a[1], b[:])
}

func sysTimerGetoverrun(t *Task, a *Args) (n uint64, e abi.Errno) {
	e = t.onTimer(a[0], func(tm *posixTimer) { n = uint64(tm.missed) })
	return n, e
}

func sysTimerDelete(t *Task, a *Args) (uint64, abi.Errno) {
	return 0, t.onTimer(a[0], func(tm *posixTimer) {
		tm.disarm()
		tm.set++
		delete(t.p.timers.posix, tm.id)
	})
}

// sysTimerfdCreate is timerfd_create(2): the host's, whose descriptors the guest reads and polls like any.
func sysTimerfdCreate(t *Task, a *Args) (uint64, abi.Errno) {
	fl, e := hostOpenFlags(t.p.abi, a.Int(1))
	if e != 0 || fl&^(unix.O_CLOEXEC|unix.O_NONBLOCK) != 0 {
		return 0, abi.EINVAL
	}
	h, err := unix.TimerfdCreate(a.Int(0), fl|unix.TFD_CLOEXEC)
	if err != nil {
		return 0, hostErrno(err)
	}
	return t.installHost(h, fl&unix.O_CLOEXEC != 0)
}

func sysTimerfdSettime(t *Task, a *Args) (uint64, abi.Errno) {
	var b [abi.ItimerspecSize]byte
	if e := t.copyIn(a[2], b[:]); e != 0 {
		return 0, e
	}
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	v := abi.DecodeItimerspec(b[:])
	in := unix.ItimerSpec{Interval: unix.Timespec(v.Interval), Value: unix.Timespec(v.Value)}
	var old unix.ItimerSpec
	if err := unix.TimerfdSettime(h, a.Int(1), &in, &old); err != nil {
		return 0, hostErrno(err)
	}
	return 0, t.putHostItimer(a[3], &old)
}

func sysTimerfdGettime(t *Task, a *Args) (uint64, abi.Errno) {
	h, e := t.hostFD(a.FD(0))
	if e != 0 {
		return 0, e
	}
	var cur unix.ItimerSpec
	if err := unix.TimerfdGettime(h, &cur); err != nil {
		return 0, hostErrno(err)
	}
	if a[1] == 0 {
		return 0, abi.EFAULT
	}
	return 0, t.putHostItimer(a[1], &cur)
}

func (t *Task) putHostItimer(addr uint64, v *unix.ItimerSpec) abi.Errno {
	var b [abi.ItimerspecSize]byte
	abi.Itimerspec{Interval: abi.Timespec(v.Interval), Value: abi.Timespec(v.Value)}.Encode(b[:])
	return t.copyOutOpt(addr, b[:])
}
