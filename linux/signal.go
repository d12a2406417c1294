package linux

import (
	"fmt"
	"math/bits"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// signalState holds the dispositions. Handlers are recorded; delivery to them is not there
// yet, so a signal with a handler has its default effect when a fault makes it, and stays
// pending when kill(2) does.
type signalState struct {
	actions [abi.NSIG + 1]abi.Sigaction
}

// sigBit is signal s in a signal set.
func sigBit(s abi.Signal) uint64 { return 1 << (uint(s) - 1) }

// ignoredByDefault are the signals whose default action is to do nothing; stopping and
// continuing are not emulated and count as nothing too. signal(7).
const ignoredByDefault = 1<<(abi.SIGCHLD-1) | 1<<(abi.SIGCONT-1) | 1<<(abi.SIGURG-1) | 1<<(abi.SIGWINCH-1) |
	1<<(abi.SIGTSTP-1) | 1<<(abi.SIGTTIN-1) | 1<<(abi.SIGTTOU-1) | 1<<(abi.SIGSTOP-1)

// send makes signal s pending for t, which heeds it soon. Any goroutine may call it.
func (t *Task) send(s abi.Signal) {
	if s < 1 || s > abi.NSIG {
		return
	}
	t.p.mu.Lock()
	t.pending |= sigBit(s)
	t.p.mu.Unlock()
	t.kick()
}

// action returns the disposition of s.
func (p *Process) action(s abi.Signal) abi.Sigaction {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sigs.actions[s]
}

// signalPending tells whether a signal is to be delivered to t.
func (t *Task) signalPending() bool {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	return t.pending&^t.sigMask != 0
}

// take takes the lowest pending signal that is not blocked.
func (t *Task) take() (abi.Signal, abi.Sigaction, bool) {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	got := t.pending &^ t.sigMask
	if got == 0 {
		return 0, abi.Sigaction{}, false
	}
	s := abi.Signal(bits.TrailingZeros64(got) + 1)
	t.pending &^= sigBit(s)
	return s, t.p.sigs.actions[s], true
}

// deliverPending gives effect to pending signals that are not blocked.
func (t *Task) deliverPending() {
	for t.p.exit.Load() == nil {
		s, act, ok := t.take()
		if !ok {
			return
		}
		switch h := act.Handler; {
		case h == abi.SIG_IGN && s != abi.SIGKILL && s != abi.SIGSTOP:
		case h == abi.SIG_DFL || s == abi.SIGKILL || s == abi.SIGSTOP:
			if ignoredByDefault&sigBit(s) == 0 {
				t.die(Exit{Signal: s})
			}
		default:
			t.p.unimp("delivery of %v to a handler", s)
		}
	}
}

// die ends the process with a fatal signal.
func (t *Task) die(e Exit) {
	e.Code = 128 + int(e.Signal)
	e.PC = t.cpu.ReadReg(t.cpu.Arch().Roles.PC)
	t.p.setExit(e)
	t.trace("+++ killed by %v +++\n", e.Signal)
}

// fault turns an exception into the signal the kernel would send, and ends the process with
// it: a synchronous signal that has no handler, or is blocked or ignored, is fatal.
func (t *Task) fault(x cpu.Exception) {
	e, code := faultSignal(t.p.abi, x)
	if x.Kind == cpu.ExcUnimplemented {
		var code [16]byte
		n, _ := t.p.as.Read(softmmu.Addr(x.PC), code[:])
		t.p.unimp("instruction at %#x: % x", x.PC, code[:n])
	}
	if h := t.p.action(e.Signal).Handler; h > abi.SIG_IGN {
		t.p.unimp("delivery of %v to a handler", e.Signal)
	}
	t.trace("--- %v {si_signo=%v, si_code=%d, si_addr=%#x} ---\n", e.Signal, e.Signal, code, e.Addr)
	t.die(e)
}

// faultSignal maps an exception to a signal and its si_code. Sources: Linux
// arch/x86/kernel/traps.c, arch/x86/mm/fault.c, arch/arm64/kernel/traps.c, arch/arm64/mm/fault.c.
func faultSignal(a abi.Arch, x cpu.Exception) (Exit, int) {
	e := Exit{Addr: x.PC}
	switch x.Kind {
	case cpu.ExcBreak:
		e.Signal, e.Reason = abi.SIGTRAP, "breakpoint instruction"
		if a == abi.X64 {
			e.Addr = 0
			return e, abi.SI_KERNEL
		}
		return e, abi.TRAP_BRKPT
	case cpu.ExcIllegal:
		e.Signal, e.Reason = abi.SIGILL, "illegal instruction"
		return e, abi.ILL_ILLOPN
	case cpu.ExcUnimplemented:
		e.Signal, e.Reason = abi.SIGILL, "instruction not implemented by gotcg"
		return e, abi.ILL_ILLOPN
	case cpu.ExcDivide:
		e.Signal, e.Reason = abi.SIGFPE, "integer division"
		return e, abi.FPE_INTDIV
	case cpu.ExcFP:
		e.Signal, e.Reason = abi.SIGFPE, "floating-point exception"
		return e, abi.FPE_FLTINV
	case cpu.ExcMemory:
		return memorySignal(a, x, e)
	case cpu.ExcAlign:
		e.Signal, e.Reason = abi.SIGBUS, "misaligned access"
		e.Addr, e.HasAddr = x.Fault.Addr, true
		return e, abi.BUS_ADRALN
	case cpu.ExcProtection:
		e.Signal, e.Reason = abi.SIGSEGV, "general protection"
	case cpu.ExcInt:
		e.Signal, e.Reason = abi.SIGSEGV, fmt.Sprintf("INT %#x", x.Code)
	case cpu.ExcOverflow:
		e.Signal, e.Reason = abi.SIGSEGV, "overflow trap"
	case cpu.ExcHalt:
		e.Signal, e.Reason = abi.SIGSEGV, "privileged instruction"
		if a == abi.A64 {
			e.Signal = abi.SIGILL
			return e, abi.ILL_ILLOPC
		}
	default:
		e.Signal, e.Reason = abi.SIGILL, x.Kind.String()
		return e, abi.ILL_ILLOPC
	}
	e.Addr = 0
	return e, abi.SI_KERNEL
}

// memorySignal is faultSignal for ExcMemory.
func memorySignal(a abi.Arch, x cpu.Exception, e Exit) (Exit, int) {
	f := x.Fault
	e.Signal, e.Addr, e.HasAddr = abi.SIGSEGV, f.Addr, true
	switch f.Kind {
	case cpu.FaultPerm:
		e.Reason = f.Access.String() + " not permitted"
		return e, abi.SEGV_ACCERR
	case cpu.FaultAlign:
		e.Reason = "misaligned " + f.Access.String()
		if a == abi.A64 {
			e.Signal = abi.SIGBUS
			return e, abi.BUS_ADRALN
		}
		return e, abi.SI_KERNEL
	case cpu.FaultBus:
		e.Signal, e.Reason = abi.SIGBUS, f.Access.String()+" beyond the end of a mapped file"
		return e, abi.BUS_ADRERR
	case cpu.FaultRange:
		e.Reason = f.Access.String() + " outside the address range"
	default:
		e.Reason = f.Access.String() + " of unmapped memory"
	}
	return e, abi.SEGV_MAPERR
}
