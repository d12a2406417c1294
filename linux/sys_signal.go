//go:build linux

package linux

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// sysRtSigaction is rt_sigaction(2).
func sysRtSigaction(t *Task, a *Args) (uint64, abi.Errno) {
	sig := abi.Signal(a.Int(0))
	if a[3] != abi.SigsetSize || sig < 1 || sig > abi.NSIG {
		return 0, abi.EINVAL
	}
	var b [abi.SigactionSize]byte
	if a[1] != 0 {
		if unblockable&sigBit(sig) != 0 {
			return 0, abi.EINVAL
		}
		if e := t.copyIn(a[1], b[:]); e != 0 {
			return 0, e
		}
	}
	p := t.p
	p.mu.Lock()
	old := p.sigs.actions[sig]
	if a[1] != 0 {
		n := abi.DecodeSigaction(b[:])
		n.Mask &^= unblockable
		n.Flags &= abi.SA_KNOWN // programs see by what is gone what a kernel lacks
		p.sigs.actions[sig] = n
		if n.Handler == abi.SIG_IGN || n.Handler == abi.SIG_DFL && ignoredByDefault&sigBit(sig) != 0 {
			p.flush(sigBit(sig))
		}
	}
	p.mu.Unlock()
	if a[2] == 0 {
		return 0, 0
	}
	old.Encode(b[:])
	return 0, t.copyOut(a[2], b[:])
}

// sysRtSigprocmask is rt_sigprocmask(2).
func sysRtSigprocmask(t *Task, a *Args) (uint64, abi.Errno) {
	if a[3] != abi.SigsetSize {
		return 0, abi.EINVAL
	}
	old := t.sig.mask
	if a[1] != 0 {
		set, e := t.readU64(a[1])
		if e != 0 {
			return 0, e
		}
		switch a.Int(0) {
		case abi.SIG_BLOCK:
			set |= old
		case abi.SIG_UNBLOCK:
			set = old &^ set
		case abi.SIG_SETMASK:
		default:
			return 0, abi.EINVAL
		}
		t.setMask(set)
	}
	if a[2] == 0 {
		return 0, 0
	}
	return 0, t.writeU64(a[2], old)
}

// sysRtSigpending is rt_sigpending(2).
func sysRtSigpending(t *Task, a *Args) (uint64, abi.Errno) {
	if a[1] > abi.SigsetSize {
		return 0, abi.EINVAL
	}
	t.p.mu.Lock()
	set := (t.sig.pend.set | t.p.sigs.shared.set) & t.sig.mask
	t.p.mu.Unlock()
	var b [8]byte
	putU64(b[:], set)
	return 0, t.copyOut(a[0], b[:a[1]])
}

// sysRtSigtimedwait is rt_sigtimedwait(2).
func sysRtSigtimedwait(t *Task, a *Args) (uint64, abi.Errno) {
	if a[3] != abi.SigsetSize {
		return 0, abi.EINVAL
	}
	set, e := t.readU64(a[0])
	if e != 0 {
		return 0, e
	}
	d, e := t.deadlineArg(a[2])
	if e != 0 {
		return 0, e
	}
	info, ok := t.awaitSignal(set&^unblockable, d)
	switch {
	case !ok && d.set && !time.Now().Before(d.at):
		return 0, abi.EAGAIN
	case !ok:
		return 0, abi.ERESTARTNOHAND // EINTR after a handler
	case a[1] != 0:
		var b [abi.SiginfoSize]byte
		info.Encode(b[:])
		e = t.copyOut(a[1], b[:])
	}
	return uint64(info.Signo), e
}

// awaitSignal takes a signal of a set, which may be blocked, and waits for one until the deadline. It
// reports false when none came, or another signal is to be delivered first.
func (t *Task) awaitSignal(set uint64, d deadline) (info abi.Siginfo, ok bool) {
	p := t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	t.sig.waiting = set
	defer func() { t.sig.waiting = 0 }()
	for {
		if info, ok = t.dequeue(set); ok {
			return info, true
		}
		p.mu.Unlock()
		slept := t.sleep(d)
		p.mu.Lock()
		if info, ok = t.dequeue(set); ok || slept || t.sig.forced != nil {
			return info, ok
		}
		if p.stop.Load() || p.exit.Load() != nil || (t.sig.pend.set|p.sigs.shared.set)&^t.sig.mask != 0 {
			return info, false
		}
	}
}

// sysRtSigsuspend is rt_sigsuspend(2).
func sysRtSigsuspend(t *Task, a *Args) (uint64, abi.Errno) {
	if e := t.useMask(a[0], a[1]); e != 0 {
		return 0, e
	}
	if a[0] == 0 {
		return 0, abi.EFAULT
	}
	t.sleep(deadline{})
	return 0, abi.ERESTARTNOHAND
}

// sysPause is pause(2).
func sysPause(t *Task, _ *Args) (uint64, abi.Errno) {
	t.sleep(deadline{})
	return 0, abi.ERESTARTNOHAND
}

// useMask sets the mask at addr, unless it is NULL, for the call under way. withMask or the delivery of
// a signal goes back.
func (t *Task) useMask(addr, size uint64) abi.Errno {
	if addr == 0 {
		return 0
	}
	if size != abi.SigsetSize {
		return abi.EINVAL
	}
	m, e := t.readU64(addr)
	if e != 0 {
		return e
	}
	t.sig.saved, t.sig.restore = t.sig.mask, true
	t.setMask(m)
	return 0
}

// withMask is a waiting call with a signal mask of its own, as ppoll(2) has. When it is interrupted the
// mask stays until signals have been delivered.
func (t *Task) withMask(addr, size uint64, call func() (uint64, abi.Errno)) (uint64, abi.Errno) {
	if e := t.useMask(addr, size); e != 0 {
		return 0, e
	}
	v, e := call()
	if e != abi.ERESTARTNOHAND {
		t.restoreMask()
	}
	return v, e
}

// sysSigaltstack is sigaltstack(2).
func sysSigaltstack(t *Task, a *Args) (uint64, abi.Errno) {
	old := t.sig.alt
	old.Flags = old.Flags&abi.SS_AUTODISARM | altFlags(old, t.cpu.ReadReg(t.cpu.Arch().Roles.SP))
	var b [abi.SigaltstackSize]byte
	if a[0] != 0 {
		if e := t.copyIn(a[0], b[:]); e != 0 {
			return 0, e
		}
		if e := t.setAltStack(abi.DecodeSigaltstack(b[:])); e != 0 {
			return 0, e
		}
	}
	if a[1] == 0 {
		return 0, 0
	}
	old.Encode(b[:])
	return 0, t.copyOut(a[1], b[:])
}

func sysRtSigreturn(t *Task, _ *Args) (uint64, abi.Errno) { return t.sigreturn() }

// sysKill is kill(2). The guest may signal itself; whether it may signal other processes of the host
// Config.AllowKill says. Its process group is taken to be its own: of the host's, gotcg is a member.
func sysKill(t *Task, a *Args) (uint64, abi.Errno) {
	pid, sig := a.Int(0), abi.Signal(a.Int(1))
	if sig < 0 || sig > abi.NSIG {
		return 0, abi.EINVAL
	}
	p := t.p
	switch {
	case pid == p.pid || (pid == 0 || pid == -unix.Getpgrp()) && !p.cfg.AllowKill:
		return 0, t.sendInfo(nil, sig, abi.SI_USER)
	case pid > 0:
		if p.thread(pid) != nil { // any thread's id names the process
			return 0, t.sendInfo(nil, sig, abi.SI_USER)
		}
		if p.hostThread(pid) { // a fault's signal would look like one of gotcg's
			return 0, abi.ESRCH
		}
	}
	if !p.cfg.AllowKill {
		if err := unix.Kill(pid, 0); err != nil {
			return 0, hostErrno(err)
		}
		if sig == 0 {
			return 0, 0
		}
		return 0, abi.EPERM
	}
	return 0, hostErrno(unix.Kill(pid, unix.Signal(sig)))
}

// thread returns the live task with a thread id.
func (p *Process) thread(tid int) *Task {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tasks[tid]
}

// sendInfo sends a signal from t to a task, or with to nil to the process; 0 sends none.
func (t *Task) sendInfo(to *Task, sig abi.Signal, code int32) abi.Errno {
	if sig == 0 {
		return 0
	}
	info := abi.Siginfo{Signo: int32(sig), Code: code}
	info.SetUser(t.p.pid, os.Getuid())
	return t.post(to, &info)
}

func (t *Task) post(to *Task, info *abi.Siginfo) abi.Errno {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	_, e := t.p.post(to, &sigEntry{info: *info})
	return e
}

// sysTgkill is tgkill(2), sysTkill tkill(2).
func sysTgkill(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(0) <= 0 {
		return 0, abi.EINVAL
	}
	return t.tgkill(a.Int(0), a.Int(1), a.Int(2))
}

func sysTkill(t *Task, a *Args) (uint64, abi.Errno) { return t.tgkill(t.p.pid, a.Int(0), a.Int(1)) }

func (t *Task) tgkill(tgid, tid, sig int) (uint64, abi.Errno) {
	if tid <= 0 || sig < 0 || sig > abi.NSIG {
		return 0, abi.EINVAL
	}
	to := t.p.thread(tid)
	if to == nil || tgid != t.p.pid {
		return 0, abi.ESRCH
	}
	return 0, t.sendInfo(to, abi.Signal(sig), abi.SI_TKILL)
}

// queueArg reads the siginfo of rt_sigqueueinfo(2). A program may not pretend that the kernel or
// another sender made it, unless it is for itself.
func (t *Task) queueArg(addr uint64, pid, sig int) (info abi.Siginfo, e abi.Errno) {
	var b [abi.SiginfoSize]byte
	if e := t.copyIn(addr, b[:]); e != 0 {
		return info, e
	}
	info = abi.DecodeSiginfo(b[:])
	info.Signo = int32(sig)
	if sig < 0 || sig > abi.NSIG {
		return info, abi.EINVAL
	}
	if (info.Code >= 0 || info.Code == abi.SI_TKILL) && pid != t.p.pid {
		return info, abi.EPERM
	}
	return info, 0
}

// sysRtSigqueueinfo is rt_sigqueueinfo(2), to the guest itself.
func sysRtSigqueueinfo(t *Task, a *Args) (uint64, abi.Errno) {
	pid := a.Int(0)
	info, e := t.queueArg(a[2], pid, a.Int(1))
	if e != 0 {
		return 0, e
	}
	if pid != t.p.pid && t.p.thread(pid) == nil {
		if err := unix.Kill(pid, 0); err != nil {
			return 0, hostErrno(err)
		}
		return 0, abi.EPERM
	}
	if info.Signo == 0 {
		return 0, 0
	}
	return 0, t.post(nil, &info)
}

// sysRtTgsigqueueinfo is rt_tgsigqueueinfo(2).
func sysRtTgsigqueueinfo(t *Task, a *Args) (uint64, abi.Errno) {
	if a.Int(0) <= 0 || a.Int(1) <= 0 {
		return 0, abi.EINVAL
	}
	info, e := t.queueArg(a[3], a.Int(0), a.Int(2))
	if e != 0 {
		return 0, e
	}
	to := t.p.thread(a.Int(1))
	switch {
	case to == nil || a.Int(0) != t.p.pid:
		return 0, abi.ESRCH
	case info.Signo == 0:
		return 0, 0
	}
	return 0, t.post(to, &info)
}

// sysRestartSyscall is restart_syscall(2). gotcg does calls again without it.
func sysRestartSyscall(*Task, *Args) (uint64, abi.Errno) { return 0, abi.EINTR }
