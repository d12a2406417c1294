package gotcg

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/gdbstub"
	"github.com/gotcg/gotcg/linux"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// target is the machine as package gdbstub sees it.
type target debugger

func (t *target) d() *debugger { return (*debugger)(t) }

// thread returns a task's CPU.
func cpuOf(t *linux.Task) *thread { return t.CPU().(*thread) }

// threads returns the guest's threads; the first is the main one.
func (d *debugger) threads() []*thread {
	if d.m.proc == nil {
		return []*thread{d.main}
	}
	var l []*thread
	for _, t := range d.m.proc.Tasks() {
		l = append(l, cpuOf(t))
	}
	return l
}

// id returns the id of a thread; nil is the process's first.
func (d *debugger) id(c *thread) gdbstub.ThreadID {
	if d.m.proc == nil {
		return gdbstub.ThreadID{PID: 1, TID: 1}
	}
	pid := d.m.proc.PID()
	if c == nil || c == d.main {
		return gdbstub.ThreadID{PID: pid, TID: pid}
	}
	if c.d.tid == 0 {
		for _, t := range d.m.proc.Tasks() {
			if cpuOf(t) == c {
				c.d.tid = t.TID()
			}
		}
	}
	return gdbstub.ThreadID{PID: pid, TID: c.d.tid}
}

// current is the id of the thread at which the guest stopped last.
func (d *debugger) current() gdbstub.ThreadID {
	v := d.m.current()
	for _, c := range d.threads() {
		if c.v == v {
			return d.id(c)
		}
	}
	return d.id(nil)
}

// byID returns the thread with an id, and its task (nil for raw code).
func (d *debugger) byID(id gdbstub.ThreadID) (*thread, *linux.Task) {
	if d.m.proc == nil {
		if id.PID == 1 && id.TID == 1 {
			return d.main, nil
		}
		return nil, nil
	}
	if id.PID != d.m.proc.PID() {
		return nil, nil
	}
	for _, t := range d.m.proc.Tasks() {
		if t.TID() == id.TID {
			return cpuOf(t), t
		}
	}
	return nil, nil
}

// allHeld tells whether no thread that is left may run.
func (d *debugger) allHeld() bool {
	for _, c := range d.threads() {
		if d.resume.For(d.id(c)).Kind != gdbstub.Hold {
			return false
		}
	}
	return true
}

// Info implements gdbstub.Target.
func (t *target) Info() gdbstub.Info {
	m := t.m
	info := gdbstub.Info{Arch: "i386:x86-64", Triple: "x86_64-unknown-linux-gnu", OSABI: "GNU/Linux", PointerSize: 8, Created: t.created,
		WatchBefore: !m.watchAfter(), Watchpoints: maxWatches}
	if m.cfg.Arch == AArch64 {
		info.Arch, info.Triple = "aarch64", "aarch64-unknown-linux-gnu"
	}
	if m.proc == nil {
		info.OSABI = "none"
	}
	roles := &m.arch.Roles
	for i := range m.arch.Regs {
		r := &m.arch.Regs[i]
		g := gdbstub.Reg{Name: r.Name, Num: r.Num, Bits: r.Bits, Feature: r.Feature, Type: r.Type}
		switch r.Num {
		case roles.PC:
			g.Generic = "pc"
		case roles.SP:
			g.Generic = "sp"
		case roles.FP:
			g.Generic = "fp"
		}
		info.Regs = append(info.Regs, g)
	}
	if t.d().hasOrigRAX() {
		info.Regs = append(info.Regs, gdbstub.Reg{Name: "orig_rax", Num: t.d().origRAX(), Bits: 64, Feature: "org.gnu.gdb.i386.linux", Type: "int64"})
	}
	info.Expedite = []int{roles.PC, roles.SP, roles.FP}
	return info
}

// orig_rax is the number of the system call that a thread is in, or -1: gdb cannot do with GNU/Linux on x86 without it.
func (d *debugger) hasOrigRAX() bool { return d.m.proc != nil && d.m.cfg.Arch == X86_64 }

func (d *debugger) origRAX() int { return d.m.arch.Regs[len(d.m.arch.Regs)-1].Num + 1 }

// Attach implements gdbstub.Target.
func (t *target) Attach(ctx context.Context) (gdbstub.Stop, error) {
	d := t.d()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.on.Store(true)
	d.hold = true
	if err := d.halt(ctx); err != nil {
		return gdbstub.Stop{}, err
	}
	d.drain()
	if d.ended != nil {
		return d.exitStop(d.ended), nil
	}
	s := gdbstub.Stop{Thread: d.current()}
	if d.created {
		s.Signal = sigTRAP
	}
	return s, nil
}

// drain throws stops away that nobody waits for.
func (d *debugger) drain() {
	d.stop, d.interrupt = nil, false
	select {
	case <-d.stops:
	default:
	}
}

// Detach implements gdbstub.Target.
func (t *target) Detach() {
	d := t.d()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keep = false
	if !d.on.Load() {
		d.hold = d.hold && d.ended == nil
		d.cond.Broadcast()
		return
	}
	_ = d.halt(context.Background())
	d.clear()
	d.sync()
	for _, c := range d.threads() {
		c.v.SetStep(false)
		c.d.pending, c.d.redone, c.d.inCall = nil, false, false
	}
	d.holdThreads(gdbstub.Resume{Actions: []gdbstub.Action{{Kind: gdbstub.Continue}}})
	d.drain()
	d.on.Store(false)
	d.hold, d.created = false, false
	d.cond.Broadcast()
}

// Kill implements gdbstub.Target.
func (t *target) Kill() {
	d := t.d()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.killed = true
	if d.ended == nil {
		if d.m.proc != nil {
			d.m.proc.Kill()
		}
		_ = d.halt(context.Background())
		if d.ended == nil {
			d.ended = &Exit{Kind: Signaled, Code: 128 + sigKILL, Signal: sigKILL, PC: d.m.PC(), Text: "SIGKILL by the debugger"}
		}
	}
	d.clear()
	d.drain()
	d.hold = d.keep
	d.cond.Broadcast()
}

// Threads implements gdbstub.Target.
func (t *target) Threads() []gdbstub.Thread {
	d := t.d()
	if d.m.proc == nil {
		return []gdbstub.Thread{{ID: d.id(nil), Name: "raw code"}}
	}
	var l []gdbstub.Thread
	for _, k := range d.m.proc.Tasks() {
		g := gdbstub.Thread{ID: gdbstub.ThreadID{PID: d.m.proc.PID(), TID: k.TID()}, Name: k.Name()}
		if _, ok := k.LeftCall(); ok {
			g.State = "in " + d.m.proc.ABI().SyscallName(cpuOf(k).ReadReg(d.m.arch.Roles.SyscallNr))
		}
		l = append(l, g)
	}
	return l
}

// ReadRegister implements gdbstub.Target.
func (t *target) ReadRegister(id gdbstub.ThreadID, num int, b []byte) (int, error) {
	d := t.d()
	c, task := d.byID(id)
	if c == nil {
		return 0, gdbstub.ErrThread
	}
	var pc uint64
	left := false
	if task != nil {
		pc, left = task.LeftCall()
	}
	if d.hasOrigRAX() && num == d.origRAX() {
		v := ^uint64(0)
		if left {
			v = c.ReadReg(d.m.arch.Roles.SyscallNr)
		} else if c.d.exc != nil && c.d.exc.Kind == cpu.ExcSyscall {
			v = uint64(c.d.call)
		}
		binary.LittleEndian.PutUint64(b, v)
		return 8, nil
	}
	if left && num == d.m.arch.Roles.PC {
		binary.LittleEndian.PutUint64(b, pc)
		return 8, nil
	}
	n := c.ReadRegBytes(num, b)
	if n == 0 {
		return 0, fmt.Errorf("no register %d", num)
	}
	return n, nil
}

// WriteRegister implements gdbstub.Target.
func (t *target) WriteRegister(id gdbstub.ThreadID, num int, b []byte) error {
	d := t.d()
	c, task := d.byID(id)
	if c == nil {
		return gdbstub.ErrThread
	}
	if d.hasOrigRAX() && num == d.origRAX() {
		return nil
	}
	if task != nil {
		task.Rewind()
	}
	if c.WriteRegBytes(num, b) == 0 {
		return fmt.Errorf("no register %d", num)
	}
	if num == d.m.arch.Roles.PC && c.d.exc != nil { // what was raised there is not any more
		c.d.exc = nil
	}
	return nil
}

// ReadMemory implements gdbstub.Target.
func (t *target) ReadMemory(addr uint64, b []byte) int {
	addr = t.m.arch.Untag(addr)
	n, _ := t.m.mem.Read(softmmu.Addr(addr), b)
	if n < len(b) { // not readable, or not there
		n += t.m.mem.Peek(softmmu.Addr(addr+uint64(n)), b[n:])
	}
	return n
}

// WriteMemory implements gdbstub.Target.
func (t *target) WriteMemory(addr uint64, b []byte) int {
	return t.m.mem.Poke(softmmu.Addr(t.m.arch.Untag(addr)), b)
}

// maxWatch is the longest range that can be watched, in bytes.
const maxWatch = 1 << 20

// maxWatches is how many ranges can be watched at a time.
const maxWatches = 64

// Insert implements gdbstub.Target.
func (t *target) Insert(b *gdbstub.Breakpoint) error {
	if a := t.m.arch.Untag(b.Addr); a != b.Addr {
		c := *b
		c.Addr = a
		b = &c
	}
	if b.Kind <= gdbstub.HardBreak {
		t.breaks[b.Addr] = b
		return nil
	}
	if b.Size <= 0 || b.Size > maxWatch || b.Addr+uint64(b.Size) < b.Addr {
		return fmt.Errorf("cannot watch %d bytes at %#x", b.Size, b.Addr)
	}
	_ = t.Remove(b.Kind, b.Addr, b.Size)
	if len(t.watches) >= maxWatches {
		return fmt.Errorf("too many watchpoints")
	}
	t.watches = append(t.watches, b)
	return nil
}

// Remove implements gdbstub.Target.
func (t *target) Remove(kind gdbstub.BreakKind, addr uint64, size int) error {
	addr = t.m.arch.Untag(addr)
	if kind <= gdbstub.HardBreak {
		if b := t.breaks[addr]; b != nil && b.Kind == kind {
			delete(t.breaks, addr)
		}
		return nil
	}
	t.watches = slices.DeleteFunc(t.watches, func(b *gdbstub.Breakpoint) bool { return b.Kind == kind && b.Addr == addr && b.Size == size })
	return nil
}

// Resume implements gdbstub.Target.
func (t *target) Resume(r gdbstub.Resume) error {
	d := t.d()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended != nil || d.executing {
		return errNotStopped
	}
	d.drain()
	if d.tellGone(&r) {
		return nil
	}
	d.resume = r
	// A step of some threads, the others held, needs no break, and no watchpoint that the engine has too many:
	// gdb takes them out to step over one, and they would all be put in again for the next.
	pass := len(d.watches) == 0
	if !d.stepsOnly(&r) || !pass {
		d.sync()
	}
	d.holdThreads(r)
	for _, c := range d.threads() {
		a := r.For(d.id(c))
		if a.Kind == gdbstub.Hold {
			continue
		}
		d.prepare(c, a, pass)
	}
	d.created = false
	if d.stepNow(&r) {
		return nil
	}
	d.hold = false
	d.cond.Broadcast()
	return nil
}

// maxStepsNow bounds the steps that are done while the client waits.
const maxStepsNow = 2000

// stepNow does the steps of a single thread here and now, which is several times as fast as having Run do them. It
// reports false when there is more to it: other threads go too, a system call is to be done, or a signal waits. mu is
// held, and given up meanwhile; the guest remains the client's.
func (d *debugger) stepNow(r *gdbstub.Resume) bool {
	var c *thread
	for _, t := range d.threads() {
		switch a := r.For(d.id(t)); {
		case a.Kind == gdbstub.Hold:
		case c != nil || a.Kind == gdbstub.Continue || a.Signal != 0 || d.run != nil:
			return false
		default:
			c = t
		}
	}
	if c == nil || d.m.proc == nil || c.d.busy() {
		return false
	}
	if _, task := d.byID(d.id(c)); task == nil || task.Busy() {
		return false
	}
	d.stepping = true
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.stepping = false
		d.cond.Broadcast()
	}()
	for range maxStepsNow {
		s := c.v.Run()
		if s.Err != nil || s.Kind == tcg.StopInterrupt || s.Kind == tcg.StopLimit {
			return false
		}
		if s.Kind == tcg.StopException && s.Exc.Kind == cpu.ExcSyscall { // Run is to hand it on
			c.d.exc, c.d.hand, c.d.asked = &s.Exc, true, true
			return false
		}
		if _, v := c.debugAfter(s); v == handOn {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.tell(*d.stop)
			return true
		}
	}
	return false
}

// prepare readies a thread for going on.
func (d *debugger) prepare(c *thread, a gdbstub.Action, pass bool) {
	step := a.Kind != gdbstub.Continue
	c.d.action = a
	c.v.Unstop()
	c.v.SetStep(step)
	c.v.PassWatches(pass)
	_, task := d.byID(d.id(c))
	c.d.redone = false
	if step && task != nil {
		_, c.d.redone = task.LeftCall()
	}
	c.d.stepFrom, c.d.stepIn = c.v.PC(), false
	switch x := c.d.exc; {
	case x != nil && x.Kind != cpu.ExcSyscall:
		c.d.hand = a.Signal != 0 && a.Signal == int(c.d.info.Signo)
		if a.Signal != 0 && !c.d.hand && task != nil {
			c.d.inject = a.Signal
		}
	case a.Signal != 0 && !c.d.told && task != nil:
		c.d.inject = a.Signal
	}
	if c.d.inject != 0 {
		task.Signal(abi.Signal(c.d.inject))
	}
}

// holdThreads keeps threads from running, or lets them.
func (d *debugger) holdThreads(r gdbstub.Resume) {
	if d.m.proc == nil {
		return
	}
	for _, k := range d.m.proc.Tasks() {
		k.Hold(r.For(d.id(cpuOf(k))).Kind == gdbstub.Hold)
	}
}

// Interrupt implements gdbstub.Target.
func (t *target) Interrupt() {
	d := t.d()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.hold || d.ended != nil: // it has stopped already
	case d.executing:
		d.interrupt = true
		d.poke()
	default: // no Run is under way: the next one waits
		d.hold = true
		d.tell(gdbstub.Stop{Signal: sigINT, Thread: d.current()})
	}
}

// Stops implements gdbstub.Target.
func (t *target) Stops() <-chan gdbstub.Stop { return t.stops }

// faultInfo returns the signal that an exception becomes.
func (m *Machine) faultInfo(x cpu.Exception) abi.Siginfo {
	if m.proc != nil {
		return m.proc.FaultOf(x)
	}
	i := abi.Siginfo{Signo: int32(abi.SIGSEGV)}
	switch x.Kind {
	case ir.ExcBreak:
		i.Signo = int32(abi.SIGTRAP)
	case ir.ExcIllegal, ir.ExcUnimplemented, ir.ExcHalt:
		i.Signo = int32(abi.SIGILL)
	case ir.ExcDivide, ir.ExcFP:
		i.Signo = int32(abi.SIGFPE)
	case ir.ExcMemory:
		i.Code = abi.SEGV_MAPERR
		i.SetFault(x.Fault.Addr)
	}
	return i
}

// watchAfter tells whether watchpoints stop behind the instruction.
func (m *Machine) watchAfter() bool { return m.cfg.Arch == X86_64 }
