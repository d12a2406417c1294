package gotcg

import (
	"bytes"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/gdbstub"
	"github.com/gotcg/gotcg/linux"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// threadDebug is what a debugger has to do with a thread. It is the thread's own while it runs, and the
// debugger's while it does not.
type threadDebug struct {
	// pending is what the thread has come to and the client does not know yet.
	pending *gdbstub.Stop
	// exc was raised and not handed on yet; hand: it is to be, when the thread goes on.
	exc  *cpu.Exception
	hand bool
	// asked: exc is a system call that the client has not been asked about.
	asked bool
	// info is the thread's last signal, which it stopped with. told: it was sent by somebody, and is still to be
	// delivered, as the client wants; inject is a signal that the client has sent itself.
	info   abi.Siginfo
	told   bool
	inject int
	// action is what the client had the thread do.
	action gdbstub.Action
	// inCall: a system call was handed on, with number call; before is what its write watchpoints saw.
	inCall bool
	call   int
	before [][]byte
	// redone: the thread is stepping, and the step is the rest of a call that it was stopped in.
	redone bool
	// stepIn: a signal was delivered in a step that began at stepFrom: it ends before the handler's first instruction.
	stepIn   bool
	stepFrom uint64
	tid      int  // once it has been asked for
	fresh    bool // made by clone and not run yet
}

// verdict says how thread.Run goes on after the debugger has looked.
type verdict uint8

const (
	// notMine: as without a debugger.
	notMine verdict = iota
	// goOn: execute guest code.
	goOn
	// handOn: return the exception.
	handOn
)

// stopHere is what a CPU returns to have all threads stop.
var stopHere = cpu.Exception{Code: linux.StopHere}

// stop has the guest stop for s. When another thread was first, s is told later, if it is not found again.
func (c *thread) stop(s gdbstub.Stop, again bool) (cpu.Exception, verdict) {
	s.Thread = c.m.debug.id(c)
	if !c.m.debug.report(s) && !again {
		c.d.pending = &s
	}
	return stopHere, handOn
}

// debugBefore is the debugger's look before the thread executes guest code.
func (c *thread) debugBefore() (cpu.Exception, verdict) {
	d, t := &c.m.debug, &c.d
	if s := t.pending; s != nil {
		t.pending = nil
		return c.stop(*s, false)
	}
	if t.fresh {
		t.fresh = false
		if d.threadEvents {
			return c.stop(gdbstub.Stop{Kind: gdbstub.StopThreadCreate}, false)
		}
	}
	if t.inCall {
		t.inCall = false
		if s, ok := c.afterCall(); ok {
			return c.stop(s, false)
		}
	}
	if t.redone || t.stepIn && c.v.PC() != t.stepFrom {
		t.redone, t.stepIn = false, false
		return c.stop(gdbstub.Stop{Signal: sigTRAP}, true)
	}
	return cpu.Exception{}, goOn
}

// afterCall looks at what a system call has done.
func (c *thread) afterCall() (gdbstub.Stop, bool) {
	d, t := &c.m.debug, &c.d
	for i, b := range d.watches {
		if i >= len(t.before) || b.Kind == gdbstub.WatchRead || t.before[i] == nil {
			continue
		}
		now := make([]byte, b.Size)
		if d.m.mem.Peek(softmmu.Addr(b.Addr), now) == b.Size && !bytes.Equal(now, t.before[i]) && b.Wanted(c) {
			return gdbstub.Stop{Kind: gdbstub.StopWatch, Watch: b.Kind, Addr: b.Addr}, true
		}
	}
	if d.catches(t.call) {
		return gdbstub.Stop{Kind: gdbstub.StopSyscallReturn, Number: t.call}, true
	}
	return gdbstub.Stop{}, false
}

// debugAfter is the debugger's look at why the thread left guest code.
func (c *thread) debugAfter(s tcg.Stop) (cpu.Exception, verdict) {
	switch s.Kind {
	case tcg.StopException:
		return c.raised(s.Exc)
	case tcg.StopBreak:
		return c.atBreak()
	case tcg.StopWatch:
		return c.atWatch()
	case tcg.StopStep:
		a := &c.d.action
		pc := c.v.PC()
		if b := c.m.debug.breaks[pc]; b != nil && a.Kind == gdbstub.StepRange && b.Wanted(c) {
			return c.stop(gdbstub.Stop{Kind: gdbstub.StopBreak, Hard: b.Kind == gdbstub.HardBreak}, true)
		}
		if a.Kind == gdbstub.StepRange && pc >= a.Lo && pc < a.Hi {
			c.v.SetStep(true)
			return cpu.Exception{}, goOn
		}
		return c.stop(gdbstub.Stop{Signal: sigTRAP}, true)
	}
	return cpu.Exception{}, notMine
}

// atBreak is a break in the engine: the client's, with conditions, the Run's own, or one that the client has taken
// out meanwhile.
func (c *thread) atBreak() (cpu.Exception, verdict) {
	b := c.m.debug.breaks[c.v.PC()]
	switch {
	case b != nil && b.Wanted(c):
		c.v.Unstop()
		return c.stop(gdbstub.Stop{Kind: gdbstub.StopBreak, Hard: b.Kind == gdbstub.HardBreak}, true)
	case c.m.until[c.v.PC()]:
		return cpu.Exception{}, notMine
	}
	return cpu.Exception{}, goOn
}

// atWatch is an access that is about to hit. On x86 a watchpoint stops behind the instruction, on others before:
// that is what debuggers expect there. SDM vol. 3 18.2.4.
func (c *thread) atWatch() (cpu.Exception, verdict) {
	d, hit := &c.m.debug, c.v.Hit()
	var b *gdbstub.Breakpoint
	for _, x := range d.watches {
		w := tcg.Watch{Lo: x.Addr, Hi: x.Addr + uint64(x.Size) - 1, Read: x.Kind != gdbstub.WatchWrite, Write: x.Kind != gdbstub.WatchRead}
		if w.Hits(hit) {
			b = x
			break
		}
	}
	if b == nil { // taken out meanwhile
		return cpu.Exception{}, goOn
	}
	s := gdbstub.Stop{Kind: gdbstub.StopWatch, Watch: b.Kind, Addr: max(hit.Addr, b.Addr)}
	if !d.m.watchAfter() {
		if !b.Wanted(c) {
			return cpu.Exception{}, goOn
		}
		return c.stop(s, true)
	}
	stepping := c.d.action.Kind == gdbstub.Step || c.d.action.Kind == gdbstub.StepRange
	c.v.SetStep(true)
	done := c.v.Run()
	c.v.SetStep(stepping)
	if done.Kind != tcg.StopStep {
		if done.Err != nil || done.Kind != tcg.StopException {
			return cpu.Exception{}, goOn
		}
		return c.raised(done.Exc)
	}
	if !b.Wanted(c) {
		if stepping {
			return c.debugAfter(done)
		}
		return cpu.Exception{}, goOn
	}
	return c.stop(s, false)
}

// raised is an exception of the guest: a system call, or what becomes a signal.
func (c *thread) raised(x cpu.Exception) (cpu.Exception, verdict) {
	d, t := &c.m.debug, &c.d
	if c.m.proc == nil && x.Kind == cpu.ExcSyscall {
		return x, handOn
	}
	if x.Kind == cpu.ExcSyscall {
		nr := int(uint32(c.ReadReg(c.m.arch.Roles.SyscallNr)))
		t.call = nr
		if d.catches(nr) {
			t.exc, t.hand = &x, true
			return c.stop(gdbstub.Stop{Kind: gdbstub.StopSyscallEntry, Number: nr}, false)
		}
		c.enterCall()
		return x, handOn
	}
	info := c.m.faultInfo(x)
	if d.pass[int(info.Signo)] {
		t.stepIn = t.action.Kind != gdbstub.Continue
		return x, handOn
	}
	t.exc, t.hand, t.info = &x, false, info
	return c.stop(gdbstub.Stop{Signal: int(info.Signo)}, false)
}

// enterCall notes what the debugger must know after the system call under way.
func (c *thread) enterCall() {
	d, t := &c.m.debug, &c.d
	t.inCall, t.before = true, t.before[:0]
	if !d.anyWrites {
		return
	}
	for _, b := range d.watches {
		var v []byte
		if b.Kind != gdbstub.WatchRead {
			v = make([]byte, b.Size)
			if d.m.mem.Peek(softmmu.Addr(b.Addr), v) != b.Size {
				v = nil
			}
		}
		t.before = append(t.before, v)
	}
}

// busy tells whether the thread has something to do before its next instruction.
func (t *threadDebug) busy() bool {
	return t.pending != nil || t.exc != nil || t.told || t.inject != 0 || t.inCall || t.redone || t.stepIn || t.fresh
}

// handOver returns the exception that was kept while the debugger had the guest, if it is to be handed on.
func (c *thread) handOver() (cpu.Exception, bool) {
	t := &c.d
	x := t.exc
	if x == nil {
		return cpu.Exception{}, false
	}
	t.exc = nil
	if t.asked {
		t.asked = false
		if c.m.debug.on.Load() {
			x, _ := c.raised(*x)
			return x, true
		}
	}
	if !t.hand {
		return cpu.Exception{}, false // the instruction raises it again, or what the client has made of it
	}
	if x.Kind == cpu.ExcSyscall {
		c.enterCall()
	} else {
		t.stepIn = t.action.Kind != gdbstub.Continue
	}
	return *x, true
}

// Signal implements linux.Tracer: the client hears of a signal before it is delivered, and decides.
func (d *debugger) Signal(cpu linux.CPU, info *abi.Siginfo) linux.TraceVerdict {
	c := cpu.(*thread)
	t := &c.d
	sig := int(info.Signo)
	switch {
	case !d.on.Load():
		t.told = false
		return linux.TraceDeliver
	case t.told && d.stopping():
		return linux.TraceStop
	case t.told:
		t.told = false
		if t.action.Signal == 0 {
			return linux.TraceDrop
		}
		*info = t.info
		if t.action.Signal != sig {
			*info = abi.Siginfo{Signo: int32(t.action.Signal)}
		}
	case t.inject == sig:
		t.inject = 0
	case !d.pass[sig]:
		s := gdbstub.Stop{Signal: sig, Thread: d.id(c)}
		if d.report(s) {
			t.told, t.info = true, *info
		}
		return linux.TraceStop
	}
	t.stepIn = t.action.Kind != gdbstub.Continue
	return linux.TraceDeliver
}

// stopping tells whether the guest is about to stop for the client.
func (d *debugger) stopping() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stop != nil || d.hold
}

// Register and Memory make the thread what a condition is about.
func (c *thread) Register(num int) (uint64, bool) {
	if c.m.arch.Reg(num) == nil {
		return 0, false
	}
	return c.ReadReg(num), true
}

// Memory implements gdbstub.ExprMachine.
func (c *thread) Memory(addr uint64, b []byte) bool {
	addr = c.m.arch.Untag(addr)
	if n, _ := c.m.mem.Read(softmmu.Addr(addr), b); n == len(b) {
		return true
	}
	return c.m.mem.Peek(softmmu.Addr(addr), b) == len(b)
}

// catches tells whether the client wants to stop at system call nr.
func (d *debugger) catches(nr int) bool { return d.catchAll || d.catch[nr] }

// debugEnd is the end of a thread, before any other can know of it.
func (c *thread) debugEnd() {
	d := &c.m.debug
	if !d.on.Load() || !d.threadEvents || c == d.main || c.m.proc == nil {
		return
	}
	if d.reportGone(gdbstub.Stop{Kind: gdbstub.StopThreadExit, Thread: d.id(c)}) {
		c.m.interrupt()
	}
}
