package linux

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
)

// StopHere is the Code of an ExcNone exception with which a CPU asks that the whole process pause
// (breakpoint, instruction limit). With any other code CPU.Run was merely interrupted, and goes on
// unless something else wants the task to stop.
const StopHere = 1

// Task is a guest thread. Its fields are for its own goroutine, but for those said to be shared.
type Task struct {
	p   *Process
	cpu CPU
	tid int
	// calls is cpu if it can tell a system call's registers at once.
	calls callReader

	// Shared: what others tell the task. See kick.
	work    atomic.Bool // something is to be heeded
	polling atomic.Bool // the task waits, or is about to, in a host call that watches wake
	idle    atomic.Bool // the task waits in a system call
	wakeup  chan struct{}
	timer   *time.Timer // of park
	wake    wakeFD
	held    atomic.Bool // a debugger holds it: Run does not start it
	name    atomic.Pointer[string]
	// affinity is what sched_setaffinity(2) set; nil: the host's.
	affinity atomic.Pointer[[]byte]

	clearTID uint64 // set_tid_address
	keepCaps bool   // PR_SET_KEEPCAPS
	tagged   bool   // PR_TAGGED_ADDR_ENABLE
	robust   uint64 // set_robust_list
	fw       futexWaiter
	sig      taskSignals
	args     Args     // of the call under way
	bufs     hostBufs // scratch of reads and writes
	room     pollRoom // scratch of poll
	frames   frameRoom
	pins     []*file // what the call under way uses, see Task.file

	// again is the internal errno with which the last system call was left, to be done again; 0: none.
	// againPC is the PC then. saved is where its wait was to end.
	again   abi.Errno
	againPC uint64
	saved   savedWait

	begun bool         // Watcher.Start was called
	event SyscallEvent // of the call under way
	told  bool         // Watcher.Syscall was called before it, and not yet after it

	ended bool // exit(2)
	code  int  // its status
}

// newTask makes a task for a CPU. It does not run yet, but signals find it.
func (p *Process) newTask(c CPU, tid int, name string, mask uint64) (*Task, error) {
	t := &Task{p: p, cpu: c, tid: tid, wakeup: make(chan struct{}, 1)}
	t.sig.alt.Flags, t.sig.mask = abi.SS_DISABLE, mask
	t.calls, _ = c.(callReader)
	t.name.Store(&name)
	if err := t.wake.open(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.tasks[tid] = t
	p.mu.Unlock()
	return t, nil
}

// liveThreads counts the guests' threads in the host process beside first ones. Each may take a host thread,
// and the Go runtime ends the process when the host refuses one.
var liveThreads atomic.Int64

// close takes the task out of the process and ends its CPU.
func (t *Task) close() {
	p := t.p
	p.mu.Lock()
	delete(p.tasks, t.tid)
	p.endSignals(t)
	p.mu.Unlock()
	t.wake.close()
	if t != p.leader { // whose state the library shows after the end
		t.cpu.Close()
		p.threads.Add(-1)
		liveThreads.Add(-1)
	}
}

// TID returns the thread id.
func (t *Task) TID() int { return t.tid }

// Name returns the thread's name, as prctl(PR_SET_NAME) left it.
func (t *Task) Name() string { return *t.name.Load() }

// CPU returns the task's CPU. Its registers may be used while no Run is under way.
func (t *Task) CPU() CPU { return t.cpu }

// Hold keeps the task from being started by the next Runs, or lets it go. It has no effect on a Run
// under way.
func (t *Task) Hold(on bool) { t.held.Store(on) }

// Tasks returns the live tasks in order of thread id.
func (p *Process) Tasks() []*Task {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sortedTasks()
}

func (p *Process) sortedTasks() []*Task {
	l := make([]*Task, 0, len(p.tasks))
	for _, t := range p.tasks {
		l = append(l, t)
	}
	slices.SortFunc(l, func(a, b *Task) int { return a.tid - b.tid })
	return l
}

// Run runs the guest's tasks until the process ends, until they have paused (ok is false: ctx is done,
// Interrupt was called, or a CPU asked for it; Run may be called again), or until one cannot go on.
// Each task runs on a goroutine of its own, the first of them on the caller's; none outlives Run.
func (p *Process) Run(ctx context.Context) (e Exit, ok bool, err error) {
	p.mu.Lock()
	if x := p.exit.Load(); x != nil {
		p.mu.Unlock()
		return *x, true, nil
	}
	var first *Task
	p.ctx, p.running, p.failure = ctx, true, nil
	p.timers.start()
	for _, t := range p.sortedTasks() {
		switch {
		case t.held.Load():
		case first == nil:
			first = t
		default:
			p.start(t)
		}
	}
	p.mu.Unlock()
	defer p.watch(ctx)()
	func() {
		defer func() { // even when a callback panics on the caller's goroutine
			if r := recover(); r != nil {
				p.boom.Store(&r)
				p.Interrupt()
			}
			p.wg.Wait()
		}()
		if first != nil {
			first.run(ctx)
		}
	}()
	p.timers.stop()
	p.mu.Lock()
	p.running, p.ctx = false, context.Background()
	err = p.failure
	p.mu.Unlock()
	p.stop.Store(false)
	if r := p.boom.Swap(nil); r != nil {
		panic(*r)
	}
	if err != nil {
		return Exit{}, false, err
	}
	if x := p.exit.Load(); x != nil {
		return *x, true, nil
	}
	return Exit{}, false, nil
}

// watch lets the end of ctx pause the Run under way.
func (p *Process) watch(ctx context.Context) (done func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	over := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(over)
		p.Interrupt()
	})
	return func() {
		if !cancel() { // it ran, or runs: it must not end the next Run
			<-over
			p.stop.Store(false)
		}
	}
}

// start runs t on a goroutine of the Run under way. p.mu is held.
func (p *Process) start(t *Task) {
	p.wg.Add(1)
	ctx := p.ctx
	go func() {
		defer p.wg.Done()
		defer func() {
			if r := recover(); r != nil {
				p.boom.Store(&r)
				p.Interrupt()
			}
		}()
		t.run(ctx)
	}()
}

// Interrupt pauses the Run under way, or the next one if there is none: all tasks stop before their
// next instruction or inside a system call that blocks, which the Run after that takes up again.
// Any goroutine may call it.
func (p *Process) Interrupt() {
	p.stop.Store(true)
	p.kickAll()
}

// setExit ends the process, unless it has ended already.
func (p *Process) setExit(e Exit) {
	if p.exit.CompareAndSwap(nil, &e) {
		p.kickAll()
	}
}

func (p *Process) kickAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tasks {
		t.kick()
	}
}

// kick makes the task look at what others have told it: it leaves its CPU, and a wait wakes up. Any
// goroutine may call it, after it has stored what it has to tell, also with p.mu held.
func (t *Task) kick() {
	if t.work.Swap(true) {
		return // who set it kicks, and it has not been heeded yet
	}
	if t.polling.Load() {
		t.wake.poke()
	}
	t.unpark()
	t.cpu.Interrupt()
}

// unpark wakes a wait in park.
func (t *Task) unpark() {
	select {
	case t.wakeup <- struct{}{}:
	default:
	}
}

// heed takes a kick back and gives effect to it.
func (t *Task) heed() {
	t.work.Store(false)
	t.deliverPending()
}

// interrupted tells whether a blocking call is to end now, with an internal errno (ERESTARTSYS and its
// kin): the run pauses, the process ends, or a signal is to be delivered.
func (t *Task) interrupted() bool {
	return t.p.stop.Load() || t.p.exit.Load() != nil || t.signalPending()
}

// run runs the task until it ends or the Run pauses.
func (t *Task) run(ctx context.Context) {
	p := t.p
	t.begin()
	for {
		// Delivering a signal may itself find work. The CPU must not run with the flag set, for a kick then does nothing.
		for t.work.Load() && p.exit.Load() == nil {
			if t.heed(); p.stop.Load() { // what is left is for the next Run, which a debugger counts on
				break
			}
		}
		switch {
		case p.exit.Load() != nil:
			t.finish()
			t.close()
			return
		case t.ended:
			t.finish()
			t.end()
			return
		case p.stop.Load():
			return
		case t.again != 0:
			t.redo()
			continue
		}
		exc, err := t.cpu.Run(ctx)
		switch {
		case err != nil:
			p.fail(err)
			return
		case exc.Kind == cpu.ExcSyscall:
			t.syscall()
		case exc.Kind != cpu.ExcNone:
			t.fault(exc)
		case exc.Code == StopHere:
			p.Interrupt()
		}
	}
}

// fail ends the Run with a task's error.
func (p *Process) fail(err error) {
	p.mu.Lock()
	if p.failure == nil {
		p.failure = err
	}
	p.mu.Unlock()
	p.Interrupt()
}

// end is the end of a thread, exit(2), Linux mm_release: robust futexes and PI locks it holds find new owners,
// and who waits at its clear_child_tid wakes up. The process ends with its last thread, with the status of
// the first.
func (t *Task) end() {
	p := t.p
	t.leaveRobust()
	p.mu.Lock()
	delete(p.tasks, t.tid)
	last := len(p.tasks) == 0
	p.mu.Unlock()
	p.orphanedPI(t.tid)
	if t.clearTID != 0 && t.clearTID%4 == 0 {
		if f := p.as.Store(t.user().at(t.clearTID), 4, 0, 0); f.OK() {
			if k, e := t.futexKeyOf(t.clearTID, false); e == 0 {
				_, _ = t.futexWake(k, 1, ^uint32(0))
			}
		}
	}
	if last {
		p.setExit(Exit{Code: p.leader.code, PC: p.leader.cpu.ReadReg(p.leader.cpu.Arch().Roles.PC)})
		p.traceExit()
	}
	t.close()
}

// task returns the live task with a thread id; 0 is t itself.
func (t *Task) task(tid int) *Task {
	if tid == 0 || tid == t.tid {
		return t
	}
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	return t.p.tasks[tid]
}
