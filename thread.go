package gotcg

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux"
	"github.com/gotcg/gotcg/tcg"
)

// Thread is a thread of the program. Its registers may be used while no Run is under way; a Thread is
// valid until the next Run.
type Thread struct {
	// ID is the thread's id as gettid(2) returns it; the first thread's is that of the process.
	ID   int
	Name string

	t *linux.Task
	m *Machine
	v *tcg.VCPU
}

// Threads returns the program's live threads in order of ID; none for raw code.
func (m *Machine) Threads() []Thread {
	if m.proc == nil {
		return nil
	}
	var l []Thread
	for _, t := range m.proc.Tasks() {
		l = append(l, Thread{ID: t.TID(), Name: t.Name(), t: t, m: m, v: t.CPU().(*thread).v})
	}
	return l
}

// Thread returns the id of the current thread: the one at which the last Run stopped, or the first; 0 for
// raw code.
func (m *Machine) Thread() int {
	if m.proc == nil {
		return 0
	}
	for _, t := range m.Threads() {
		if t.v == m.current() {
			return t.ID
		}
	}
	return m.proc.PID()
}

// PC returns the thread's program counter.
func (t Thread) PC() uint64 { return t.v.PC() }

// SetPC sets it. A system call in which the thread was stopped is then not taken up again.
func (t Thread) SetPC(pc uint64) { t.v.SetPC(pc) }

// Reg returns the low 64 bits of the register with gdb's name.
func (t Thread) Reg(name string) (uint64, error) {
	r, err := t.m.register(name)
	if err != nil {
		return 0, err
	}
	return t.m.arch.ReadReg(t.v.State(), r.Num), nil
}

// SetReg sets a register, zero-extended to its width.
func (t Thread) SetReg(name string, v uint64) error {
	r, err := t.m.register(name)
	if err == nil {
		t.m.arch.WriteReg(t.v.State(), r.Num, v)
	}
	return err
}

// RegBytes returns the whole value of the register with gdb's name, little-endian.
func (t Thread) RegBytes(name string) ([]byte, error) {
	r, err := t.m.register(name)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, r.Size())
	r.Read(t.v.State(), buf)
	return buf, nil
}

// SetRegBytes sets the register from its whole value.
func (t Thread) SetRegBytes(name string, b []byte) error {
	r, err := t.m.register(name)
	if err != nil {
		return err
	}
	if len(b) != r.Size() {
		return fmt.Errorf("gotcg: %d bytes for register %s of %d", len(b), name, r.Size())
	}
	r.Write(t.v.State(), b)
	return nil
}

// Hold keeps the thread from running in the next Runs, or lets it go.
func (t Thread) Hold(on bool) { t.t.Hold(on) }

// current is the vCPU of the current thread.
func (m *Machine) current() *tcg.VCPU {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cur != nil {
		return m.cur.v
	}
	return m.vcpu
}

// setLimit sets the limit of instructions of all threads, and of those to come.
func (m *Machine) setLimit(n int64) {
	m.limit = n
	m.vcpu.SetLimit(n)
	for _, t := range m.Threads() {
		t.v.SetLimit(n)
	}
}

// thread is a vCPU as the Linux personality sees it.
type thread struct {
	m *Machine
	v *tcg.VCPU
	// kicked: Interrupt was called since Run last returned for it.
	kicked atomic.Bool
	d      threadDebug
	// counted: part of Machine.threads.
	counted bool
}

func (c *thread) Arch() *cpu.Arch { return c.m.arch }

// Run runs guest code until it raises an exception; see linux.CPU.
func (c *thread) Run(context.Context) (cpu.Exception, error) {
	if x, ok := c.handOver(); ok {
		return x, nil
	}
	for {
		if c.m.debug.on.Load() {
			if x, v := c.debugBefore(); v == handOn {
				return x, nil
			}
		}
		s := c.v.Go()
		if s.Err == nil && c.m.debug.on.Load() {
			kept := *s // the debugger may run the vCPU
			s = &kept
			switch x, v := c.debugAfter(kept); v {
			case handOn:
				return x, nil
			case goOn:
				continue
			}
		}
		switch {
		case s.Err != nil:
			return cpu.Exception{}, s.Err
		case s.Kind == tcg.StopException:
			return s.Exc, nil
		case s.Kind == tcg.StopInterrupt:
			if c.kicked.Swap(false) {
				return cpu.Exception{}, nil
			}
		default:
			c.stopped(*s)
			return cpu.Exception{Code: linux.StopHere}, nil
		}
	}
}

// stopped notes the first stop of a Run. A thread that arrives at its breakpoint while another's stop is
// being seen to arrives there again in the next Run.
func (c *thread) stopped(s tcg.Stop) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if c.m.cur == nil {
		c.m.cur, c.m.last = c, s
		return
	}
	c.v.Unstop()
}

func (c *thread) Interrupt() {
	c.kicked.Store(true)
	c.v.Interrupt()
}

func (c *thread) Clone() (linux.CPU, error) {
	n := &thread{m: c.m, v: c.m.eng.NewVCPU()}
	n.v.CopyState(c.v)
	n.d.fresh = true
	n.v.SetLimit(c.m.limit)
	n.counted = true
	if live := c.m.threads.Add(1) + 1; c.m.cfg.OnThread != nil {
		c.m.cfg.OnThread(int(live))
	}
	return n, nil
}

func (c *thread) Close() {
	if c.counted {
		c.counted = false
		c.m.threads.Add(-1)
	}
	c.v.Retire()
}

// runRaw runs code without a process.
func (m *Machine) runRaw(ctx context.Context) error {
	x, err := m.debug.main.Run(ctx)
	switch {
	case err != nil:
		m.last = tcg.Stop{Kind: tcg.StopError, Err: err}
	case x.Kind != cpu.ExcNone:
		m.last = tcg.Stop{Kind: tcg.StopException, Exc: x}
	}
	return err
}

func (c *thread) ReadReg(num int) uint64 { return c.m.arch.ReadReg(c.v.State(), num) }

// ReadCall reads the registers of a system call; see package linux.
func (c *thread) ReadCall(a *linux.Args) (nr uint64) {
	arch, state := c.m.arch, c.v.State()
	for i, n := range &arch.Roles.SyscallArg {
		a[i] = arch.ReadReg(state, n)
	}
	return arch.ReadReg(state, arch.Roles.SyscallNr)
}

func (c *thread) WriteReg(num int, v uint64) { c.m.arch.WriteReg(c.v.State(), num, v) }

func (c *thread) ReadRegBytes(num int, b []byte) int {
	r := c.m.arch.Reg(num)
	if r == nil || len(b) < r.Size() {
		return 0
	}
	return r.Read(c.v.State(), b)
}

func (c *thread) WriteRegBytes(num int, b []byte) int {
	r := c.m.arch.Reg(num)
	if r == nil || len(b) < r.Size() {
		return 0
	}
	return r.Write(c.v.State(), b)
}
