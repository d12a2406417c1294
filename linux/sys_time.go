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
	if err := unix.ClockGettime(int32(a[0]), &s); err != nil {
		return 0, hostErrno(err)
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
	return t.sleepUntil(abi.CLOCK_MONOTONIC, addClock(abi.CLOCK_MONOTONIC, s))
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
		s = addClock(clock, s)
	}
	return t.sleepUntil(clock, s)
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

// sleepUntil sleeps until clock reads at least end. When the context of Run ends the sleep, the
// rest of it is slept by the next Run.
func (t *Task) sleepUntil(clock int32, end abi.Timespec) (uint64, abi.Errno) {
	if t.sleepEnd != nil { // begun in an earlier Run
		end, t.sleepEnd = *t.sleepEnd, nil
	}
	for {
		var now unix.Timespec
		if err := unix.ClockGettime(clock, &now); err != nil {
			return 0, hostErrno(err)
		}
		if now.Sec > end.Sec || now.Sec == end.Sec && now.Nsec >= end.Nsec {
			return 0, 0
		}
		d := abi.Timespec{Sec: end.Sec - now.Sec, Nsec: end.Nsec - now.Nsec}
		if d.Nsec < 0 {
			d.Sec, d.Nsec = d.Sec-1, d.Nsec+1e9
		}
		if d.Sec > 3600 {
			d = abi.Timespec{Sec: 3600}
		}
		p := []unix.PollFd{{Fd: int32(t.p.fs.wake), Events: unix.POLLIN}}
		n, err := unix.Ppoll(p, &unix.Timespec{Sec: d.Sec, Nsec: d.Nsec}, nil)
		if err == nil && n > 0 && t.stopping() {
			t.restart, t.sleepEnd = true, &end
			return 0, abi.EINTR
		}
		if err != nil && err != unix.EINTR {
			return 0, hostErrno(err)
		}
	}
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
