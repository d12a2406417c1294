//go:build linux

package linux

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

func (t *Task) putTimespec(addr uint64, s abi.Timespec) abi.Errno {
	var b [abi.TimespecSize]byte
	s.Encode(b[:])
	return t.copyOut(addr, b[:])
}

// getTimespec reads a struct timespec and checks it.
func (t *Task) getTimespec(addr uint64) (abi.Timespec, abi.Errno) {
	var b [abi.TimespecSize]byte
	if e := t.copyIn(addr, b[:]); e != 0 {
		return abi.Timespec{}, e
	}
	s := abi.DecodeTimespec(b[:])
	if s.Sec < 0 || s.Nsec < 0 || s.Nsec >= 1e9 {
		return s, abi.EINVAL
	}
	return s, 0
}

// duration turns s into a time.Duration, cut at about 292 years.
func duration(s abi.Timespec) time.Duration {
	if s.Sec >= 1<<33 {
		return 1<<63 - 1
	}
	return time.Duration(s.Sec)*time.Second + time.Duration(s.Nsec)
}

func timespecOf(d time.Duration) abi.Timespec {
	return abi.Timespec{Sec: int64(d / time.Second), Nsec: int64(d % time.Second)}
}

func sysClockGettime(t *Task, a *Args) (uint64, abi.Errno) {
	var s unix.Timespec
	switch id := int32(a[0]); id {
	case unix.CLOCK_REALTIME: // Go asks the host's vDSO for these two
		now := time.Now()
		s.Sec, s.Nsec = now.Unix(), int64(now.Nanosecond())
	case unix.CLOCK_MONOTONIC:
		s = unix.NsecToTimespec(nanotime())
	default:
		if err := unix.ClockGettime(id, &s); err != nil {
			return 0, hostErrno(err)
		}
	}
	return 0, t.putTimespec(a[1], abi.Timespec{Sec: s.Sec, Nsec: s.Nsec})
}

func sysClockGetres(t *Task, a *Args) (uint64, abi.Errno) {
	var s unix.Timespec
	if err := unix.ClockGetres(int32(a[0]), &s); err != nil {
		return 0, hostErrno(err)
	}
	if a[1] == 0 {
		return 0, 0
	}
	return 0, t.putTimespec(a[1], abi.Timespec{Sec: s.Sec, Nsec: s.Nsec})
}

func sysGettimeofday(t *Task, a *Args) (uint64, abi.Errno) {
	now := time.Now()
	if a[0] != 0 {
		if e := t.putTimespec(a[0], abi.Timespec{Sec: now.Unix(), Nsec: int64(now.Nanosecond() / 1000)}); e != 0 {
			return 0, e
		}
	}
	return 0, t.copyOutOpt(a[1], make([]byte, 8)) // struct timezone: UTC
}

func sysTime(t *Task, a *Args) (uint64, abi.Errno) {
	now := uint64(time.Now().Unix())
	if a[0] != 0 {
		if e := t.writeU64(a[0], now); e != 0 {
			return 0, e
		}
	}
	return now, 0
}

// sysSetTime refuses to set the host's clock.
func sysSetTime(*Task, *Args) (uint64, abi.Errno) { return 0, abi.EPERM }

func sysNanosleep(t *Task, a *Args) (uint64, abi.Errno) {
	s, e := t.getTimespec(a[0])
	if e != 0 {
		return 0, e
	}
	return t.sleepFor(abi.CLOCK_MONOTONIC, s, a[1])
}

func sysClockNanosleep(t *Task, a *Args) (uint64, abi.Errno) {
	s, e := t.getTimespec(a[2])
	if e != 0 {
		return 0, e
	}
	clock := int32(a[0])
	var now unix.Timespec
	if clock == abi.CLOCK_THREAD_CPUTIME_ID || unix.ClockGettime(clock, &now) != nil {
		return 0, abi.EINVAL
	}
	if a.Int(1)&abi.TIMER_ABSTIME == 0 {
		return t.sleepFor(clock, s, a[3])
	}
	return 0, t.sleepUntil(clock, s)
}

// addClock returns the reading of clock after s has passed.
func addClock(clock int32, s abi.Timespec) abi.Timespec {
	var now unix.Timespec
	_ = unix.ClockGettime(clock, &now)
	s.Sec += now.Sec
	if s.Nsec += now.Nsec; s.Nsec >= 1e9 {
		s.Sec, s.Nsec = s.Sec+1, s.Nsec-1e9
	}
	if s.Sec < 0 {
		s.Sec = 1<<63 - 1
	}
	return s
}

// fineSleep is the longest sleep for which the host's precision matters: Go's timers are good for a
// millisecond only.
const fineSleep = 2 * time.Millisecond

// sleepUntil sleeps until clock reads at least end. The error is ERESTARTNOHAND when it was interrupted.
func (t *Task) sleepUntil(clock int32, end abi.Timespec) abi.Errno {
	var err error
	for {
		left, e := untilClock(clock, end)
		if e != 0 || left <= 0 {
			return e
		}
		d := deadline{time.Now().Add(min(left, time.Hour)), true}
		ok := false
		if left > fineSleep {
			ok = t.sleep(d)
		} else if _, err, ok = t.waitHost([]unix.PollFd{{}}, d); err != nil {
			return hostErrno(err)
		}
		if !ok {
			return abi.ERESTARTNOHAND
		}
	}
}

// untilClock returns how long it is until clock reads end; not positive: it does.
func untilClock(clock int32, end abi.Timespec) (time.Duration, abi.Errno) {
	var now unix.Timespec
	if err := unix.ClockGettime(clock, &now); err != nil {
		return 0, hostErrno(err)
	}
	if end.Sec-now.Sec > 1<<32 {
		return 1<<63 - 1, 0
	}
	return time.Duration(end.Sec-now.Sec)*time.Second + time.Duration(end.Nsec-now.Nsec), 0
}

// sleepFor is a relative sleep; rem, unless NULL, gets what is left of it when a signal ends it.
func (t *Task) sleepFor(clock int32, d abi.Timespec, rem uint64) (uint64, abi.Errno) {
	if !t.saved.redo || !t.saved.set {
		t.saved = savedWait{set: true, end: addClock(clock, d)}
	}
	end := t.saved.end
	e := t.sleepUntil(clock, end)
	if e != abi.ERESTARTNOHAND {
		return 0, e
	}
	if rem != 0 {
		left, _ := untilClock(clock, end)
		if e := t.putTimespec(rem, timespecOf(max(left, 0))); e != 0 {
			return 0, e
		}
	}
	return 0, abi.ERESTART_RESTARTBLOCK
}

func sysTimes(t *Task, a *Args) (uint64, abi.Errno) {
	var h unix.Tms
	ticks, err := unix.Times(&h)
	if err != nil {
		return 0, hostErrno(err)
	}
	g := abi.Tms{Utime: int64(h.Utime), Stime: int64(h.Stime), Cutime: int64(h.Cutime), Cstime: int64(h.Cstime)}
	var b [abi.TmsSize]byte
	g.Encode(b[:])
	return uint64(ticks), t.copyOutOpt(a[0], b[:])
}

func sysGetrusage(t *Task, a *Args) (uint64, abi.Errno) {
	var h unix.Rusage
	if err := unix.Getrusage(a.Int(0), &h); err != nil {
		return 0, hostErrno(err)
	}
	return 0, t.putRusage(a[1], &h)
}

func (t *Task) putRusage(addr uint64, h *unix.Rusage) abi.Errno {
	g := abi.Rusage{
		Utime: abi.Timespec{Sec: h.Utime.Sec, Nsec: h.Utime.Usec},
		Stime: abi.Timespec{Sec: h.Stime.Sec, Nsec: h.Stime.Usec},
		Rest: [14]int64{h.Maxrss, h.Ixrss, h.Idrss, h.Isrss, h.Minflt, h.Majflt, h.Nswap, h.Inblock, h.Oublock,
			h.Msgsnd, h.Msgrcv, h.Nsignals, h.Nvcsw, h.Nivcsw},
	}
	var b [abi.RusageSize]byte
	g.Encode(b[:])
	return t.copyOut(addr, b[:])
}
