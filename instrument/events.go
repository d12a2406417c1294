package instrument

import "github.com/gotcg/gotcg/tcg/ir"

// ThreadPlugin is told of the vCPUs, which are the guest's threads: on the vCPU's goroutine, before its first
// instruction and after its last. It is not told of those that run already when it is loaded.
type ThreadPlugin interface {
	ThreadStart(c *CPU)
	ThreadExit(c *CPU)
}

// IdlePlugin is told when a guest thread begins to wait in a system call, and when it goes on.
type IdlePlugin interface {
	Idle(c *CPU)
	Resume(c *CPU)
}

// Syscall is a system call of a guest.
type Syscall struct {
	Number uint64
	// Name is empty for a number that has no meaning.
	Name string
	Args [6]uint64
	// Skip, set by BeforeSyscall, leaves the call out: Ret is its result.
	Skip bool
	// Ret is what the guest gets in its result register: a negative errno after a failure. AfterSyscall may
	// change it.
	Ret uint64
}

// SyscallPlugin sees the system calls of a Linux guest. Registers may be read. A call that has no end
// (exit) has no AfterSyscall; one that was interrupted and is made again has another BeforeSyscall.
type SyscallPlugin interface {
	BeforeSyscall(c *CPU, s *Syscall)
	AfterSyscall(c *CPU, s *Syscall)
}

// Signal is the delivery of a signal to a guest thread.
type Signal struct {
	// Number and Code are siginfo's si_signo and si_code. sigaction(2).
	Number int
	Code   int32
	// Addr is si_addr of a fault.
	Addr uint64
	// PC is where the thread was interrupted, Handler where it goes on: 0 when the signal ends or stops the process.
	PC, Handler uint64
}

// SignalPlugin is told of signals that are not ignored, before the first instruction of their handler.
type SignalPlugin interface {
	Signal(c *CPU, s Signal)
}

// The rest of this file is for who runs the guest. env is that of the vCPU whose goroutine calls, which is
// outside translated code, its State complete.

// ThreadStart tells that env's vCPU is about to begin, as guest thread tid (0: no operating system).
func (s *Set) ThreadStart(env *ir.Env, tid int) {
	s.cpu(env).tid = tid
	for _, i := range s.list.Load().threads {
		tell(i, s.at(env), ThreadPlugin.ThreadStart)
	}
}

// ThreadExit tells that env's vCPU has ended.
func (s *Set) ThreadExit(env *ir.Env) {
	for _, i := range s.list.Load().threads {
		tell(i, s.at(env), ThreadPlugin.ThreadExit)
	}
}

// Idle tells that env's vCPU waits in a system call.
func (s *Set) Idle(env *ir.Env) {
	for _, i := range s.list.Load().idlers {
		tell(i, s.at(env), IdlePlugin.Idle)
	}
}

// Resume tells that env's vCPU goes on after Idle.
func (s *Set) Resume(env *ir.Env) {
	for _, i := range s.list.Load().idlers {
		tell(i, s.at(env), IdlePlugin.Resume)
	}
}

// WantsIdle reports whether a plugin is told of waits.
func (s *Set) WantsIdle() bool { return len(s.list.Load().idlers) > 0 }

// WantsSignals reports whether a plugin is told of signals.
func (s *Set) WantsSignals() bool { return len(s.list.Load().signals) > 0 }

// WantsSyscalls reports whether a plugin looks at system calls.
func (s *Set) WantsSyscalls() bool { return len(s.list.Load().syscalls) > 0 }

// BeforeSyscall tells of a system call; a plugin may have set x.Skip and x.Ret afterwards. Plugins after one that
// skips are told nevertheless.
func (s *Set) BeforeSyscall(env *ir.Env, x *Syscall) {
	for _, i := range s.list.Load().syscalls {
		tell(i, s.at(env), func(p SyscallPlugin, c *CPU) { p.BeforeSyscall(c, x) })
	}
}

// AfterSyscall tells of a system call's result, x.Ret, which a plugin may change.
func (s *Set) AfterSyscall(env *ir.Env, x *Syscall) {
	for _, i := range s.list.Load().syscalls {
		tell(i, s.at(env), func(p SyscallPlugin, c *CPU) { p.AfterSyscall(c, x) })
	}
}

// Signal tells of a signal's delivery.
func (s *Set) Signal(env *ir.Env, x Signal) {
	for _, i := range s.list.Load().signals {
		tell(i, s.at(env), func(p SignalPlugin, c *CPU) { p.Signal(c, x) })
	}
}

// tell delivers an event to i, which is a P.
func tell[P any](i *Instance, c *CPU, event func(P, *CPU)) {
	i.lock()
	defer i.unlock()
	if !i.guard.gone.Load() {
		event(i.p.(P), c)
	}
}

// at returns the handle of env's vCPU outside translated code.
func (s *Set) at(env *ir.Env) *CPU {
	env.PC = s.arch.ReadReg(env.State, s.arch.Roles.PC)
	return s.cpu(env)
}
