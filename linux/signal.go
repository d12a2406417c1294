package linux

import (
	"os"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// signalState is what the process's tasks share of signals. Process.mu guards it.
type signalState struct {
	actions [abi.NSIG + 1]abi.Sigaction
	shared  sigQueue // pending for the process: any task may take them
	queued  uint64   // entries in all queues, and POSIX timers; RLIMIT_SIGPENDING bounds it
	next    int      // thread id after which the search for a task to take a signal begins
	fds     []*signalFD
	tramp   func() uint64 // address of the AArch64 trampoline, which the first call maps
}

// taskSignals is a task's own part. Process.mu guards the fields that others read; only the task
// itself writes mask, waiting and the fields below.
type taskSignals struct {
	pend    sigQueue // guarded by Process.mu: pending for this task
	mask    uint64   // guarded by Process.mu: blocked
	waiting uint64   // guarded by Process.mu: what sigtimedwait(2) or a read of a signalfd waits for

	alt abi.Sigaltstack
	// saved is the mask to go back to when a call that has one of its own (sigsuspend, ppoll) is over;
	// a handler that ends the call returns to it.
	saved   uint64
	restore bool
	// forced is a signal that the task has brought upon itself in a system call, delivered before any other.
	forced *abi.Siginfo
	// held is a signal that a debugger stopped the task with, before its delivery.
	held *abi.Siginfo
	last lastFault
}

// Signal sends signal sig to the process, as kill(2) from outside would. Any goroutine may call it,
// whether or not a Run is under way. It reports whether the signal will end the process.
func (p *Process) Signal(sig abi.Signal) (fatal bool) {
	if sig < 1 || sig > abi.NSIG || p.exit.Load() != nil {
		return false
	}
	info := abi.Siginfo{Signo: int32(sig), Code: abi.SI_USER}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.post(nil, &sigEntry{info: info})
	bit := sigBit(sig)
	return sig == abi.SIGKILL || p.sigs.actions[sig].Handler == abi.SIG_DFL && (ignoredByDefault|stopSet)&bit == 0 && p.choose(bit) != nil
}

// send sends a signal the kernel itself makes (SIGPIPE) to t. Any goroutine may call it.
func (t *Task) send(s abi.Signal) {
	info := abi.Siginfo{Signo: int32(s), Code: abi.SI_USER}
	info.SetUser(t.p.pid, os.Getuid())
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	t.p.post(t, &sigEntry{info: info})
}

// post makes a signal pending: for t, or with t nil for the process; and has a task look. p.mu is
// held. The error is EAGAIN when a real-time signal finds no room. sent is false when the signal was
// ignored or is pending already.
func (p *Process) post(t *Task, e *sigEntry) (sent bool, errno abi.Errno) {
	s := abi.Signal(e.info.Signo)
	bit := sigBit(s)
	switch { // a stop signal and SIGCONT take each other back, even when they are blocked
	case stopSet&bit != 0:
		p.flush(sigBit(abi.SIGCONT))
	case s == abi.SIGCONT:
		p.flush(stopSet)
	}
	to := t
	if to == nil {
		to = p.leader
	}
	if p.ignores(to, s) {
		return false, 0
	}
	q := &p.sigs.shared
	if t != nil {
		q = &t.sig.pend
	}
	if s < abi.SIGRTMIN && q.set&bit != 0 {
		return false, 0
	}
	switch limit := p.softLimit(abi.RLIMIT_SIGPENDING); {
	case p.sigs.queued < min(limit, maxQueued) || e.timer != nil || e.info.Code == abi.SI_KERNEL:
		q.list = append(q.list, *e)
		p.sigs.queued++
	case s >= abi.SIGRTMIN && e.info.Code != abi.SI_USER && e.info.Code != abi.SI_TKILL:
		return false, abi.EAGAIN
	}
	q.set |= bit
	p.notifySignalFDs()
	if t == nil && e.info.Code == abi.SI_KERNEL && (s == abi.SIGPROF || s == abi.SIGVTALRM) {
		t = p.chooseBusy(bit)
	}
	if t == nil {
		t = p.choose(bit)
	}
	if t != nil && t.wants(bit) {
		t.kick()
	}
	return true, 0
}

// maxQueued bounds queued signals whatever the guest sets its limit to.
const maxQueued = 1 << 17

// ignores tells whether s need not even become pending for t. A blocked signal does: its disposition
// may change. p.mu is held.
func (p *Process) ignores(t *Task, s abi.Signal) bool {
	if (t.sig.mask|t.sig.waiting)&sigBit(s) != 0 || unblockable&sigBit(s) != 0 {
		return false
	}
	h := p.sigs.actions[s].Handler
	return h == abi.SIG_IGN || h == abi.SIG_DFL && ignoredByDefault&sigBit(s) != 0
}

// wants tells whether t would do something about a signal of the set. p.mu is held.
func (t *Task) wants(set uint64) bool {
	return set&(^t.sig.mask|t.sig.waiting|unblockable) != 0
}

// choose picks the task to take a signal sent to the process: the first if it can, else the next in
// turn; nil when all block it. p.mu is held.
func (p *Process) choose(bit uint64) *Task {
	if t := p.tasks[p.leader.tid]; t != nil && t.wants(bit) {
		return t
	}
	return p.inTurn(func(t *Task) bool { return t.wants(bit) })
}

// chooseBusy picks a task that does not wait, the next in turn, as the one that has used the processor time
// that a signal is about; nil: none. p.mu is held.
func (p *Process) chooseBusy(bit uint64) *Task {
	return p.inTurn(func(t *Task) bool { return !t.idle.Load() && t.wants(bit) })
}

// inTurn returns the task after the one last chosen, in order of thread id, that fits; nil: none does. p.mu is
// held.
func (p *Process) inTurn(fits func(*Task) bool) *Task {
	var low, next *Task // the lowest thread id of all, and of those after the last chosen
	for tid, t := range p.tasks {
		if !fits(t) {
			continue
		}
		if low == nil || tid < low.tid {
			low = t
		}
		if tid > p.sigs.next && (next == nil || tid < next.tid) {
			next = t
		}
	}
	if next == nil {
		next = low
	}
	if next != nil {
		p.sigs.next = next.tid
	}
	return next
}

// retarget finds other tasks for signals sent to the process that t will not take. p.mu is held.
func (p *Process) retarget(t *Task, set uint64) {
	set &= p.sigs.shared.set
	for _, o := range p.tasks {
		if set == 0 {
			return
		}
		if take := set &^ o.sig.mask; o != t && take != 0 {
			set &^= take
			o.kick()
		}
	}
}

// flush drops pending signals everywhere. p.mu is held.
func (p *Process) flush(set uint64) {
	p.sigs.queued -= uint64(p.sigs.shared.flush(set))
	for _, t := range p.tasks {
		p.sigs.queued -= uint64(t.sig.pend.flush(set))
	}
	p.notifySignalFDs()
}

// setMask sets what t blocks. Only t itself calls it.
func (t *Task) setMask(m uint64) {
	m &^= unblockable
	p := t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	more := m &^ t.sig.mask
	t.sig.mask = m
	if more != 0 {
		p.retarget(t, more)
	}
	if (t.sig.pend.set|p.sigs.shared.set)&^m != 0 {
		t.work.Store(true)
	}
}

// endSignals is the end of a task: its own signals go, and others take those of the process. p.mu is
// held, and t is no longer among the tasks.
func (p *Process) endSignals(t *Task) {
	p.sigs.queued -= uint64(t.sig.pend.flush(^uint64(0)))
	p.retarget(t, ^uint64(0))
}

// signalPending tells whether a signal is to be delivered to t, or is what it waits for.
func (t *Task) signalPending() bool {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	return t.sig.forced != nil || t.wants(t.sig.pend.set|t.p.sigs.shared.set)
}

// dequeue takes the next pending signal of a set, t's own before the process's. p.mu is held.
func (t *Task) dequeue(set uint64) (abi.Siginfo, bool) {
	p := t.p
	q := &t.sig.pend
	if q.set&set == 0 {
		q = &p.sigs.shared
	}
	if q.set&set == 0 {
		return abi.Siginfo{}, false
	}
	s := firstSignal(q.set & set)
	e, queued := q.take(s)
	if queued {
		p.sigs.queued--
	}
	if e.timer != nil {
		p.timers.taken(&e)
	}
	if s == abi.SIGALRM && q == &p.sigs.shared {
		p.timers.alarmTaken()
	}
	p.notifySignalFDs()
	return e.info, true
}

// deliverPending gives effect to pending signals that are not blocked.
func (t *Task) deliverPending() {
	p := t.p
	for p.exit.Load() == nil {
		if f := t.sig.forced; f != nil {
			t.sig.forced = nil
			t.force(f, Exit{})
			continue
		}
		info, ok := t.takeSignal()
		if !ok {
			break
		}
		switch t.traced(&info) {
		case TraceStop:
			return
		case TraceDrop:
			continue
		}
		p.mu.Lock()
		act := p.caught(abi.Signal(info.Signo))
		p.mu.Unlock()
		t.deliver(&info, act, Exit{})
	}
	t.restoreMask()
}

// caught returns the disposition with which s is delivered now. p.mu is held.
func (p *Process) caught(s abi.Signal) abi.Sigaction {
	act := p.sigs.actions[s]
	if act.Flags&abi.SA_RESETHAND != 0 && act.Handler > abi.SIG_IGN {
		p.sigs.actions[s].Handler = abi.SIG_DFL
	}
	return act
}

// restoreMask goes back to the mask before a call with a mask of its own.
func (t *Task) restoreMask() {
	if t.sig.restore {
		t.sig.restore = false
		t.setMask(t.sig.saved)
	}
}

// force delivers a signal that cannot wait: when it is blocked or ignored its default action ends the
// process. why describes the exception behind it.
func (t *Task) force(info *abi.Siginfo, why Exit) {
	s := abi.Signal(info.Signo)
	p := t.p
	p.mu.Lock()
	if p.sigs.actions[s].Handler == abi.SIG_IGN || t.sig.mask&sigBit(s) != 0 {
		p.sigs.actions[s].Handler = abi.SIG_DFL
		t.sig.mask &^= sigBit(s)
	}
	act := p.caught(s)
	p.mu.Unlock()
	t.deliver(info, act, why)
}

// deliver gives a signal its effect on t.
func (t *Task) deliver(info *abi.Siginfo, act abi.Sigaction, why Exit) {
	s := abi.Signal(info.Signo)
	t.hideTag(info, act)
	t.traceSignal(info)
	t.tellSignal(info, act)
	switch {
	case s == abi.SIGKILL || act.Handler == abi.SIG_DFL && (ignoredByDefault|stopSet)&sigBit(s) == 0:
		why.Signal = s
		t.die(why)
	case s == abi.SIGSTOP || act.Handler == abi.SIG_DFL && stopSet&sigBit(s) != 0:
		t.p.stopped(s)
	case act.Handler > abi.SIG_IGN:
		t.enter(info, act)
	}
}

// stopped is the default action of stop signals. Without somebody to stop the whole host process, the
// Run pauses.
func (p *Process) stopped(s abi.Signal) {
	if p.cfg.OnStop != nil {
		p.cfg.OnStop(s)
		return
	}
	p.Interrupt()
}

// enter makes t run a handler.
func (t *Task) enter(info *abi.Siginfo, act abi.Sigaction) {
	t.interruptedCall(act.Flags&abi.SA_RESTART != 0)
	s := abi.Signal(info.Signo)
	f := &sigFrame{sig: s, act: act, info: info, mask: t.sig.mask, alt: t.sig.alt, last: t.sig.last}
	if t.sig.restore {
		t.sig.restore, f.mask = false, t.sig.saved
	}
	if t.p.abi == abi.A64 && act.Flags&abi.SA_RESTORER == 0 {
		f.tramp = t.p.sigs.tramp()
	}
	if !pushFrame(t.p.abi, t.cpu, t.user(), f, &t.frames) {
		if s == abi.SIGSEGV { // no way to tell the program
			t.die(Exit{Signal: s, Reason: "no stack for the handler of SIGSEGV"})
			return
		}
		t.force(&abi.Siginfo{Signo: int32(abi.SIGSEGV), Code: abi.SI_KERNEL}, Exit{Reason: "no stack for the handler of " + s.String()})
		return
	}
	if t.sig.alt.Flags&abi.SS_AUTODISARM != 0 {
		t.sig.alt = abi.Sigaltstack{Flags: abi.SS_DISABLE}
	}
	m := t.sig.mask | act.Mask
	if act.Flags&abi.SA_NODEFER == 0 {
		m |= sigBit(s)
	}
	t.setMask(m)
}

// sigreturn is rt_sigreturn(2).
func (t *Task) sigreturn() (uint64, abi.Errno) {
	mask, alt, ok := popFrame(t.p.abi, t.cpu, t.user(), &t.frames)
	if !ok {
		t.sig.forced = &abi.Siginfo{Signo: int32(abi.SIGSEGV), Code: abi.SI_KERNEL}
		t.work.Store(true)
	} else {
		t.setMask(mask)
		_ = t.setAltStack(alt)
	}
	return t.cpu.ReadReg(t.cpu.Arch().Roles.SyscallRet), 0 // as the frame has it
}

// setAltStack is sigaltstack(2) without its copying.
func (t *Task) setAltStack(n abi.Sigaltstack) abi.Errno {
	if altFlags(t.sig.alt, t.cpu.ReadReg(t.cpu.Arch().Roles.SP)) == abi.SS_ONSTACK {
		return abi.EPERM
	}
	size := uint64(abi.MINSIGSTKSZ_X64)
	if t.p.abi == abi.A64 {
		size = abi.MINSIGSTKSZ_A64
	}
	switch mode := n.Flags &^ abi.SS_AUTODISARM; {
	case mode != 0 && mode != abi.SS_DISABLE && mode != abi.SS_ONSTACK:
		return abi.EINVAL
	case mode == abi.SS_DISABLE:
		n.SP, n.Size = 0, 0
	case n == t.sig.alt:
	case n.Size < size:
		return abi.ENOMEM
	}
	t.sig.alt = n
	return 0
}

// mapTrampoline maps the page that handlers without SA_RESTORER return to.
func (p *Process) mapTrampoline() uint64 {
	p.mm.mu.Lock()
	defer p.mm.mu.Unlock()
	a, ok := p.findFree(0, abi.PageSize)
	if !ok || p.as.Map(softmmu.Addr(a), abi.PageSize, softmmu.RX, softmmu.Info{Name: "[sigpage]"}) != nil {
		return 0 // the handler's return faults
	}
	p.as.Poke(softmmu.Addr(a), a64Trampoline)
	return a
}

// die ends the process with a fatal signal.
func (t *Task) die(e Exit) {
	e.Code = 128 + int(e.Signal)
	e.PC = t.cpu.ReadReg(t.cpu.Arch().Roles.PC)
	e.Core = coreSet&sigBit(e.Signal) != 0
	t.p.setExit(e)
	t.trace("+++ killed by %v +++\n", e.Signal)
}

// fault turns an exception into the signal the kernel would send.
func (t *Task) fault(x cpu.Exception) {
	f := faultSignal(t.p.abi, x)
	if x.Kind == cpu.ExcUnimplemented {
		var code [16]byte
		n, _ := t.p.as.Read(softmmu.Addr(x.PC), code[:])
		t.p.unimp("instruction at %#x: % x", x.PC, code[:n])
	}
	if x.Kind == cpu.ExcFP && t.p.abi == abi.X64 {
		f.code, f.last.trapno = fpCode(t.cpu, x.Code)
	}
	if t.p.abi == abi.X64 && f.last.trapno != trapPF {
		f.last.cr2 = t.sig.last.cr2
	}
	if !f.keep {
		t.sig.last = f.last
	}
	info := f.info()
	t.force(&info, f.exit)
}

// traceSignal writes strace's line for a signal that is delivered.
func (t *Task) traceSignal(i *abi.Siginfo) {
	if t.p.cfg.Strace == nil {
		return
	}
	s := abi.Signal(i.Signo)
	switch i.Form() {
	case abi.FormFault:
		t.trace("--- %v {si_signo=%v, si_code=%d, si_addr=%#x} ---\n", s, s, i.Code, i.Addr())
	case abi.FormTimer:
		t.trace("--- %v {si_signo=%v, si_code=SI_TIMER, si_timerid=%d, si_overrun=%d} ---\n", s, s, i.TimerID(), i.Overrun())
	case abi.FormRT:
		t.trace("--- %v {si_signo=%v, si_code=%d, si_pid=%d, si_value=%#x} ---\n", s, s, i.Code, i.PID(), i.Value())
	default:
		t.trace("--- %v {si_signo=%v, si_code=%d, si_pid=%d} ---\n", s, s, i.Code, i.PID())
	}
}
