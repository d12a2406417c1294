package linux

import "github.com/gotcg/gotcg/linux/abi"

// Watcher is told what tasks do: on the task's goroutine, its registers complete. Tasks call it at the
// same time.
type Watcher interface {
	// Start comes before a task's first instruction, End after its last.
	Start(t *Task)
	End(t *Task)
	// Wants reports whether the calls below that belong to it are wanted now.
	Wants(w Watch) bool
	// Idle comes when the task begins to wait in a system call, Resume when it goes on.
	Idle(t *Task)
	Resume(t *Task)
	// Syscall comes before each system call and, with Done set, after it.
	Syscall(t *Task, e *SyscallEvent)
	// Signal comes when a signal is delivered that is not ignored, before anything is done about it; handler
	// is 0 when it ends or stops the process.
	Signal(t *Task, info *abi.Siginfo, handler uint64)
}

// Watch names calls of a Watcher.
type Watch uint8

// What may be watched.
const (
	WatchIdle Watch = iota
	WatchSyscalls
	WatchSignals
)

// SyscallEvent is what a Watcher sees of a system call.
type SyscallEvent struct {
	Number uint64
	Name   string // "" if there is no such number
	Args   Args
	// Done: the call has been made. There is no such event for one that never returns (exit), nor for one
	// that was interrupted to be made again, which begins anew.
	Done bool
	// Skip may be set before the call: it is not made, and Ret is its result.
	Skip bool
	// Ret is the result register, which may be changed once Done.
	Ret uint64
}

// watcher returns who watches w, or nil.
func (t *Task) watcher(w Watch) Watcher {
	if x := t.p.cfg.Watcher; x != nil && x.Wants(w) {
		return x
	}
	return nil
}

// begin and finish tell of the task's life.
func (t *Task) begin() {
	if !t.begun {
		t.begun = true
		if w := t.p.cfg.Watcher; w != nil {
			w.Start(t)
		}
	}
}

func (t *Task) finish() {
	if w := t.p.cfg.Watcher; w != nil {
		w.End(t)
	}
}

// tellResult tells of the end of the system call under way, and returns what the watcher makes of it.
func (t *Task) tellResult(v uint64, e abi.Errno) (uint64, abi.Errno) {
	if !t.told {
		return v, e
	}
	w := t.watcher(WatchSyscalls)
	if w == nil {
		return v, e
	}
	t.told = false
	t.event.Done, t.event.Ret = true, e.Result(v)
	w.Syscall(t, &t.event)
	return t.event.Ret, 0
}

// tellSignal tells of the delivery of a signal that is not ignored.
func (t *Task) tellSignal(info *abi.Siginfo, act abi.Sigaction) {
	w := t.watcher(WatchSignals)
	if w == nil {
		return
	}
	s := abi.Signal(info.Signo)
	switch {
	case s == abi.SIGKILL || s == abi.SIGSTOP:
		act.Handler = 0
	case act.Handler == abi.SIG_IGN || act.Handler == abi.SIG_DFL && ignoredByDefault&sigBit(s) != 0:
		return
	}
	w.Signal(t, info, act.Handler)
}
