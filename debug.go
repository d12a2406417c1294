package gotcg

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gotcg/gotcg/gdbstub"
	"github.com/gotcg/gotcg/tcg"
)

// Debugger lets gdb and lldb attach to a Machine, over gdb's remote protocol. Get it with Machine.Debug.
//
// While a debugger has the guest stopped, Run waits; it returns for the reasons it always does, and when the
// guest is killed. Serve and ServeConn end before the Machine is closed.
type Debugger struct{ d *debugger }

// Debug returns the machine's debugger interface.
func (m *Machine) Debug() *Debugger { return &Debugger{&m.debug} }

// Hold makes Run wait, before it executes anything, until a debugger has attached and lets the guest go.
func (d *Debugger) Hold() {
	d.d.mu.Lock()
	defer d.d.mu.Unlock()
	d.d.hold, d.d.created = true, true
}

// Attached tells whether a debugger is attached.
func (d *Debugger) Attached() bool { return d.d.on.Load() }

// Log has every packet logged.
func (d *Debugger) Log(l *log.Logger) { d.d.server().Log = l }

// Serve accepts debuggers, one at a time, until ctx ends. One that attaches stops the guest; when it detaches or
// goes away, its breakpoints go and the guest runs on.
func (d *Debugger) Serve(ctx context.Context, l net.Listener) error {
	return d.d.server().Serve(ctx, l)
}

// ServeConn serves one debugger until it goes or ctx ends.
func (d *Debugger) ServeConn(ctx context.Context, c io.ReadWriteCloser) error {
	return d.d.server().ServeConn(ctx, c)
}

// debugger is a debugger's part of a machine: what it has inserted, and whose turn it is. The guest belongs to
// Run (executing), or to the client (hold).
type debugger struct {
	m   *Machine
	srv *gdbstub.Server
	// on: a client is attached.
	on atomic.Bool

	mu   sync.Mutex
	cond *sync.Cond // of mu: any of the fields below has changed
	// hold keeps Run from executing; executing: it does. pausing: it is to stop for a moment, silently;
	// interrupt: it is to stop, and the client waits for that.
	// stepping: the client's own goroutine executes guest code, while it has the guest.
	hold, executing, pausing, interrupt, stepping bool
	created                                       bool        // Hold was called: the client may kill the guest when it quits
	stopRun                                       bool        // the machine's Stop was called, and no Run has ended for it
	run                                           *runOptions // of a Run that has not executed anything yet
	// keep: Run waits for a restart when the guest has ended. ended is how it did; killed: by the client.
	keep, killed bool
	ended        *Exit
	// resume is what the client last asked for; stop the first stop since, not told yet.
	resume gdbstub.Resume
	stop   *gdbstub.Stop
	stops  chan gdbstub.Stop
	// gone are ends of threads that came beside another stop; they are told when the client lets the guest go again.
	gone []gdbstub.Stop

	// What the client wants. It changes only while Run is not executing.
	breaks       map[uint64]*gdbstub.Breakpoint // soft and hard, by address
	watches      []*gdbstub.Breakpoint
	threadEvents bool
	catchAll     bool
	catch        map[int]bool
	pass         map[int]bool
	// What the engine has, a little later: see sync.
	set       map[uint64]bool
	watched   []tcg.Watch
	anyWrites bool // some watchpoint is for writes
	// main is the thread of raw code, or the program's first.
	main  *thread
	insns *insnCounter // of monitor insns
}

func (d *debugger) init(m *Machine) {
	d.m = m
	d.cond = sync.NewCond(&d.mu)
	d.stops = make(chan gdbstub.Stop, 1)
	d.clear()
}

func (d *debugger) server() *gdbstub.Server {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.srv == nil {
		d.srv = &gdbstub.Server{Target: (*target)(d)}
	}
	return d.srv
}

// clear forgets what the client wants.
func (d *debugger) clear() {
	d.breaks, d.watches = map[uint64]*gdbstub.Breakpoint{}, nil
	d.threadEvents, d.catchAll, d.catch, d.pass, d.gone = false, false, nil, nil, nil
}

// next notes what bounds the Run that begins.
func (d *debugger) next(o *runOptions) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.run = o
}

// exit is how a Run ends that does not, or not any more, execute anything.
func (d *debugger) exit() Exit {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.stepping {
		d.cond.Wait()
	}
	if d.ended != nil {
		return *d.ended
	}
	return Exit{Kind: Stopped, PC: d.m.PC(), Thread: d.m.Thread()}
}

// begin waits until Run may execute the guest. It reports false when Run is to return: ctx is done, or the
// guest has ended.
func (d *debugger) begin(ctx context.Context) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hold || d.pausing {
		defer context.AfterFunc(ctx, d.wake)()
		for (d.hold || d.pausing) && ctx.Err() == nil && !d.stopRun {
			d.cond.Wait()
		}
	}
	if d.stopRun || ctx.Err() != nil || d.ended != nil {
		d.stopRun = false
		return false
	}
	d.executing = true
	if o := d.run; o != nil {
		d.run = nil
		d.m.prepare(o)
	}
	return true
}

// wake has waiters look again.
func (d *debugger) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cond.Broadcast()
}

// end is told how an execution ended, and reports whether Run is to begin again: when that concerns the debugger,
// and when nobody wanted it. Interrupts may come late, after what they were to end, and then end the next execution.
func (d *debugger) end(ctx context.Context, x *Exit, err error) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.executing = false
	defer d.cond.Broadcast()
	gone := x.Kind == Exited || x.Kind == Signaled
	if gone {
		e := *x
		d.ended = &e
	}
	unwanted := x.Kind == Stopped && !d.stopRun && ctx.Err() == nil
	again := err == nil && (unwanted || d.on.Load() || d.hold || d.pausing) && d.settle(x, gone, unwanted)
	if !again {
		d.interrupt, d.stopRun = false, false
	}
	return again
}

// settle is the part of end for what may concern the debugger. A Stop that it returns true for is for begin to see.
func (d *debugger) settle(x *Exit, gone, unwanted bool) bool {
	switch {
	case gone:
		d.hold = d.keep
		if !d.killed {
			d.tell(d.exitStop(x))
		}
		return d.keep
	case d.stop != nil:
		d.hold = true
		d.tell(*d.stop)
		return true
	case d.interrupt:
		d.hold = true
		d.tell(gdbstub.Stop{Signal: sigINT, Thread: d.current()})
		return true
	case d.stopRun:
		return false
	case d.pausing || d.hold:
		return true
	case unwanted && d.on.Load() && d.allHeld():
		d.hold = true
		d.tell(gdbstub.Stop{Kind: gdbstub.StopNoResumed})
	}
	return unwanted
}

// Signals the debugger makes. signal(7).
const (
	sigINT  = 2
	sigKILL = 9
	sigTRAP = 5
)

// tell sends the client its stop.
func (d *debugger) tell(s gdbstub.Stop) {
	d.stop, d.interrupt = nil, false
	select {
	case d.stops <- s:
	default: // nobody has asked for one
	}
}

func (d *debugger) exitStop(x *Exit) gdbstub.Stop {
	s := gdbstub.Stop{Kind: gdbstub.StopExited, Code: x.Code, Thread: d.id(nil)}
	if x.Kind == Signaled {
		s.Kind, s.Signal = gdbstub.StopKilled, x.Signal
	}
	return s
}

// halt stops an execution and waits until it has. mu is held, and given up meanwhile.
func (d *debugger) halt(ctx context.Context) error {
	if !d.executing {
		return nil
	}
	d.pausing = true
	defer func() {
		d.pausing = false
		d.cond.Broadcast()
	}()
	defer context.AfterFunc(ctx, d.wake)()
	for d.executing {
		if err := ctx.Err(); err != nil {
			return err
		}
		d.poke()
		if d.executing {
			d.cond.Wait()
		}
	}
	return nil
}

// poke stops an execution for the debugger. mu is held, and given up meanwhile.
func (d *debugger) poke() {
	d.mu.Unlock()
	d.m.interrupt()
	d.mu.Lock()
}

// report notes what a thread has come to, and reports whether it is the first since the guest was let go: then
// all threads are to stop.
func (d *debugger) report(s gdbstub.Stop) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		return false
	}
	d.stop = &s
	return true
}

// reportGone does so for the end of a thread, which must not get lost.
func (d *debugger) reportGone(s gdbstub.Stop) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		d.gone = append(d.gone, s)
		return false
	}
	d.stop = &s
	return true
}

// tellGone tells the client of a thread that ended while it was told of something else, instead of letting the guest
// go for r. With a signal to deliver it has to wait. mu is held.
func (d *debugger) tellGone(r *gdbstub.Resume) bool {
	if len(d.gone) == 0 || slices.ContainsFunc(r.Actions, func(a gdbstub.Action) bool { return a.Signal != 0 }) {
		return false
	}
	s := d.gone[0]
	d.gone = d.gone[1:]
	d.tell(s)
	return true
}

// errNotStopped is for what needs a guest that is not executing.
var errNotStopped = errors.New("the program is running")

// sync gives the engine the break- and watchpoints that the client wants. gdb takes all of them out at each stop and
// puts them in before it goes on, so what is in the engine changes only now, and only by the difference.
func (d *debugger) sync() {
	for a := range d.set {
		if d.breaks[a] == nil {
			d.m.eng.ClearBreak(a)
			delete(d.set, a)
		}
	}
	for a := range d.breaks {
		if !d.set[a] {
			if d.set == nil {
				d.set = map[uint64]bool{}
			}
			d.m.eng.SetBreak(a)
			d.set[a] = true
		}
	}
	if !d.sameWatches() {
		d.watched = d.wantedWatches()
		d.m.eng.SetWatches(d.watched)
	}
}

func (d *debugger) wantedWatches() []tcg.Watch {
	var l []tcg.Watch
	d.anyWrites = false
	for _, b := range d.watches {
		w := tcg.Watch{Lo: b.Addr, Hi: b.Addr + uint64(b.Size) - 1, Read: b.Kind != gdbstub.WatchWrite, Write: b.Kind != gdbstub.WatchRead}
		d.anyWrites = d.anyWrites || w.Write
		l = append(l, w)
	}
	return l
}

// sameWatches tells whether the engine has the wanted watchpoints, in any order.
func (d *debugger) sameWatches() bool {
	want := d.wantedWatches()
	if len(want) != len(d.watched) {
		return false
	}
	count := map[tcg.Watch]int{}
	for _, w := range want {
		count[w]++
	}
	for _, w := range d.watched {
		if count[w]--; count[w] < 0 {
			return false
		}
	}
	return true
}

// stepsOnly tells whether a resume has threads do single steps only.
func (d *debugger) stepsOnly(r *gdbstub.Resume) bool {
	for _, t := range d.threads() {
		if a := r.For(d.id(t)); a.Kind == gdbstub.Continue {
			return false
		}
	}
	return true
}
