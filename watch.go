package gotcg

import (
	"github.com/gotcg/gotcg/instrument"
	"github.com/gotcg/gotcg/linux"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/tcg/ir"
)

// watcher passes what the program's threads do on to the plugins, and their ends to the debugger.
type watcher Machine

func envOf(t *linux.Task) *ir.Env { return t.CPU().(*thread).v.Env() }

func (w *watcher) Start(t *linux.Task)  { w.set.ThreadStart(envOf(t), t.TID()) }
func (w *watcher) Idle(t *linux.Task)   { w.set.Idle(envOf(t)) }
func (w *watcher) Resume(t *linux.Task) { w.set.Resume(envOf(t)) }

func (w *watcher) End(t *linux.Task) {
	w.set.ThreadExit(envOf(t))
	t.CPU().(*thread).debugEnd()
}

func (w *watcher) Wants(what linux.Watch) bool {
	switch what {
	case linux.WatchIdle:
		return w.set.WantsIdle()
	case linux.WatchSyscalls:
		return w.set.WantsSyscalls()
	}
	return w.set.WantsSignals()
}

func (w *watcher) Syscall(t *linux.Task, e *linux.SyscallEvent) {
	x := instrument.Syscall{Number: e.Number, Name: e.Name, Args: e.Args, Skip: e.Skip, Ret: e.Ret}
	if !e.Done {
		w.set.BeforeSyscall(envOf(t), &x)
		e.Skip, e.Ret = x.Skip, x.Ret
		return
	}
	w.set.AfterSyscall(envOf(t), &x)
	e.Ret = x.Ret
}

func (w *watcher) Signal(t *linux.Task, info *abi.Siginfo, handler uint64) {
	c := t.CPU()
	x := instrument.Signal{Number: int(info.Signo), Code: info.Code, PC: c.ReadReg(c.Arch().Roles.PC), Handler: handler}
	if info.Form() == abi.FormFault {
		x.Addr = info.Addr()
	}
	w.set.Signal(envOf(t), x)
}
