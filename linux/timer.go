package linux

import (
	"runtime"
	"sync"
	"time"

	"github.com/gotcg/gotcg/linux/abi"
)

// Timers that send signals: setitimer(2) and timer_create(2). While a Run is under way a goroutine waits
// for the first of them (ticker); Go's own timers are too coarse, a millisecond. Like the kernel, a periodic
// timer is armed again only when its signal has been taken, and then counts what it missed, so a fast timer
// cannot flood a guest. Times are nanoseconds of the timer's clock.

// clockUserTime is the clock of ITIMER_VIRTUAL: user time of the process. It is not a clock id of Linux.
const clockUserTime = -1

// timers are a process's. Process.mu guards them.
type timers struct {
	p       *Process
	itimers [3]itimer
	posix   map[int32]*posixTimer
	nextID  int32
	armed   map[*alarm]struct{}
	tick    ticker
}

// alarm is a point on a clock at which expire is called, with Process.mu held.
type alarm struct {
	p         *Process
	clock     int32
	at, every int64 // at is 0 when it is not armed
	last      int64 // when it last expired
	due       int64 // when to look, in nanoseconds of CLOCK_MONOTONIC
	expire    func()
}

// itimer is one of setitimer(2)'s.
type itimer struct {
	alarm
	sig abi.Signal
}

// posixTimer is one of timer_create(2)'s.
type posixTimer struct {
	alarm
	id     int32
	ev     abi.Sigevent
	to     *Task  // SIGEV_THREAD_ID
	set    uint64 // counts settings: the signal of an earlier one does not go on with this one
	missed int32  // timer_getoverrun
}

// initSignals sets up what NewProcess leaves to signals.
func (p *Process) initSignals() {
	tm := &p.timers
	tm.p, tm.posix, tm.armed = p, map[int32]*posixTimer{}, map[*alarm]struct{}{}
	for i, k := range [3]struct {
		clock int32
		sig   abi.Signal
	}{{abi.CLOCK_MONOTONIC, abi.SIGALRM}, {clockUserTime, abi.SIGVTALRM}, {abi.CLOCK_PROCESS_CPUTIME_ID, abi.SIGPROF}} {
		t := &tm.itimers[i]
		t.p, t.clock, t.sig = p, k.clock, k.sig
		t.expire = t.fire
	}
	for s := abi.Signal(1); s <= abi.NSIG; s++ {
		if p.cfg.Ignored&^unblockable&sigBit(s) != 0 {
			p.sigs.actions[s].Handler = abi.SIG_IGN
		}
	}
	p.sigs.tramp = sync.OnceValue(p.mapTrampoline)
}

// close stops all timers.
func (tm *timers) close() {
	if tm.p == nil {
		return
	}
	tm.p.mu.Lock()
	defer tm.p.mu.Unlock()
	clear(tm.armed)
	tm.tick.close()
}

// start has the alarms looked at while a Run is under way; p.mu is held. stop ends that.
func (tm *timers) start() {
	tm.tick.run(tm.p)
	for a := range tm.armed {
		tm.tick.at(a.due)
	}
}

func (tm *timers) stop() { tm.tick.stop(tm.p) }

// look lets the alarms whose time has come expire, and waits for the next. p.mu is held.
func (tm *timers) look() {
	now, _ := readClock(abi.CLOCK_MONOTONIC)
	for a := range tm.armed {
		switch {
		case a.due > now:
			tm.tick.at(a.due)
			continue
		case tm.p.exit.Load() != nil:
			continue
		}
		if c, _ := readClock(a.clock); c < a.at {
			a.schedule(0)
			continue
		}
		a.last, a.at = a.at, 0
		delete(tm.armed, a)
		a.expire()
	}
}

// arm makes the alarm expire at a point of its clock.
func (a *alarm) arm(at int64) {
	a.at = max(at, 1)
	a.schedule(0)
}

func (a *alarm) disarm() {
	a.at, a.every = 0, 0
	delete(a.p.timers.armed, a)
}

// schedule has the alarm looked at, at least least from now. CPU time may pass on all processors at once, so
// for it this can only be a look before the end.
func (a *alarm) schedule(least time.Duration) {
	now, _ := readClock(a.clock)
	d := time.Duration(max(a.at-now, 0))
	if a.clock == clockUserTime || a.clock == abi.CLOCK_PROCESS_CPUTIME_ID {
		d = max(d/time.Duration(runtime.NumCPU()), time.Millisecond)
	}
	d = max(min(d, time.Hour), least)
	mono, _ := readClock(abi.CLOCK_MONOTONIC)
	a.due = mono + int64(d)
	tm := &a.p.timers
	tm.armed[a] = struct{}{}
	tm.tick.at(a.due)
}

// forward arms a periodic alarm for its next point after now and returns how many it missed since it
// expired.
func (a *alarm) forward(least time.Duration) (missed int64) {
	if a.every == 0 {
		return 0
	}
	now, _ := readClock(a.clock)
	missed = max(now-a.last, 0) / a.every
	a.at = satAdd(a.last, satMul(missed+1, a.every))
	a.schedule(least)
	return missed
}

// left returns the time until the alarm expires as timer_gettime(2) gives it, and its period.
func (a *alarm) left(now int64) (value, every int64) {
	at := a.at
	if at == 0 && a.every != 0 { // it expired, and its signal has not been taken
		at = satAdd(a.last, satMul(max(now-a.last, 0)/a.every+1, a.every))
	}
	if at == 0 {
		return 0, a.every
	}
	return max(at-now, 1), a.every
}

// satAdd and satMul do not overflow: far away is as good as for ever.
func satAdd(x, y int64) int64 {
	if s := x + y; s >= x {
		return s
	}
	return 1<<63 - 1
}

func satMul(x, y int64) int64 {
	if x != 0 && y > (1<<63-1)/x {
		return 1<<63 - 1
	}
	return x * y
}

// fire sends the signal of an interval timer.
func (t *itimer) fire() {
	info := abi.Siginfo{Signo: int32(t.sig), Code: abi.SI_KERNEL}
	_, _ = t.p.post(nil, &sigEntry{info: info})
	if t.sig != abi.SIGALRM {
		t.forward(0)
	}
}

// alarmTaken goes on with ITIMER_REAL when a SIGALRM has been taken. p.mu is held.
func (tm *timers) alarmTaken() {
	if t := &tm.itimers[abi.ITIMER_REAL]; t.every != 0 && t.at == 0 {
		t.forward(0)
	}
}

// fire sends the signal of a POSIX timer.
func (t *posixTimer) fire() {
	if t.ev.Notify == abi.SIGEV_NONE {
		return // timer_gettime works the time out
	}
	e := &sigEntry{info: abi.Siginfo{Signo: t.ev.Signo, Code: abi.SI_TIMER}, timer: t, arm: t.set}
	e.info.SetTimer(t.id, 0, t.ev.Value)
	if t.to != nil && t.p.tasks[t.to.tid] != t.to {
		return // the thread has ended
	}
	if sent, _ := t.p.post(t.to, e); !sent { // ignored: nobody will take it, so go on slowly
		t.forward(time.Millisecond)
	}
}

// taken goes on with the timer whose signal has been taken, and tells in it how many were missed. p.mu
// is held.
func (tm *timers) taken(e *sigEntry) {
	t := e.timer
	if e.arm != t.set || t.at != 0 {
		return
	}
	t.missed = int32(min(t.forward(0), 1<<31-1)) // DELAYTIMER_MAX
	e.info.SetTimer(t.id, t.missed, t.ev.Value)
}

// nanos turns a struct timespec into nanoseconds; what does not fit is as good as never.
func nanos(s abi.Timespec) int64 {
	return satAdd(satMul(s.Sec, 1e9), s.Nsec)
}

// timespec is the reverse.
func nanosTimespec(n int64) abi.Timespec { return abi.Timespec{Sec: n / 1e9, Nsec: n % 1e9} }
