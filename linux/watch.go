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
	// Signal comes when a signal is delivered, before anything is done about it; handler is 0 when it
	// ends the process.
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

// tellSignal tells of the delivery of a signal.
func (t *Task) tellSignal(info *abi.Siginfo, handler uint64) {
	if w := t.watcher(WatchSignals); w != nil {
		w.Signal(t, info, handler)
	}
}
