//go:build linux

package linux

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/stretchr/testify/require"
)

// sigCPU has the registers of a real guest, and a script in the place of instructions. next returns what the
// guest does at its PC.
type sigCPU struct {
	*archRegs
	next func(pc uint64) cpu.Exception
	kick atomic.Bool
}

func (c *sigCPU) Arch() *cpu.Arch     { return c.arch }
func (c *sigCPU) Interrupt()          { c.kick.Store(true) }
func (c *sigCPU) Close()              {}
func (c *sigCPU) Clone() (CPU, error) { return nil, abi.EAGAIN }
func (c *sigCPU) pc() uint64          { return c.ReadReg(c.arch.Roles.PC) }
func (c *sigCPU) Run(context.Context) (cpu.Exception, error) {
	c.kick.Store(false)
	return c.next(c.pc()), nil
}

// sys is a system call instruction with its registers set.
func (c *sigCPU) sys(a abi.Arch, name string, args ...uint64) cpu.Exception {
	nr, ok := a.SyscallNumber(name)
	if !ok {
		panic("no " + name)
	}
	r := &c.arch.Roles
	c.WriteReg(r.SyscallNr, nr)
	for i, v := range args {
		c.WriteReg(r.SyscallArg[i], v)
	}
	c.WriteReg(r.PC, c.pc()+a.SyscallInsnLen())
	return cpu.Exception{Kind: cpu.ExcSyscall, PC: c.pc()}
}

const (
	handlerPC  = 0x401800
	restorerPC = 0x401900
	startPC    = 0x401000
)

// sigGuest is a guest whose first task has a sigCPU, stopped at startPC.
func sigGuest(t *testing.T, a abi.Arch, cfg Config) (*guest, *sigCPU) {
	g := newGuest(t, a, softmmu.Auto, cfg)
	c := &sigCPU{archRegs: newArchRegs(a)}
	g.p.leader.cpu = c
	c.WriteReg(c.arch.Roles.SP, scratch+0xf000)
	c.WriteReg(c.arch.Roles.PC, startPC)
	return g, c
}

func (g *guest) action(sig abi.Signal, handler, flags, mask uint64) {
	b := make([]byte, abi.SigactionSize)
	abi.Sigaction{Handler: handler, Flags: flags | abi.SA_RESTORER | abi.SA_SIGINFO, Restorer: restorerPC, Mask: mask}.Encode(b)
	g.must("rt_sigaction", int(sig), b, 0, abi.SigsetSize)
}

// TestRestart has what becomes of each kind of call that a handler interrupts, signal(7).
func TestRestart(t *testing.T) {
	type call struct {
		name           string
		plain, restart abi.Errno // the result; 0: done again
		args           func(g *guest) []uint64
	}
	long := func(g *guest) uint64 {
		b := make([]byte, 16)
		abi.Timespec{Sec: 1000}.Encode(b)
		return g.bytes(b)
	}
	calls := []call{
		{"read", abi.EINTR, 0, func(g *guest) []uint64 {
			p := g.buf(8)
			g.must("pipe2", p, 0)
			return []uint64{uint64(g.mem(p, 1)[0]), g.buf(8), 8}
		}},
		{"nanosleep", abi.EINTR, abi.EINTR, func(g *guest) []uint64 { return []uint64{long(g), 0} }},
		{"clock_nanosleep", abi.EINTR, abi.EINTR, func(g *guest) []uint64 { return []uint64{1, 0, long(g), 0} }},
		{"ppoll", abi.EINTR, abi.EINTR, func(g *guest) []uint64 { return []uint64{0, 0, long(g), 0, 0} }},
		{"pselect6", abi.EINTR, abi.EINTR, func(*guest) []uint64 { return []uint64{0, 0, 0, 0, 0, 0} }},
		{"epoll_pwait", abi.EINTR, abi.EINTR, func(g *guest) []uint64 {
			return []uint64{uint64(g.must("epoll_create1", 0)), g.buf(64), 1, ^uint64(0), 0, 8}
		}},
		{"rt_sigsuspend", abi.EINTR, abi.EINTR, func(g *guest) []uint64 { return []uint64{g.buf(8), 8} }},
		{"rt_sigtimedwait", abi.EINTR, abi.EINTR, func(g *guest) []uint64 {
			set := make([]byte, 8)
			putU64(set, sigBit(abi.SIGUSR2))
			return []uint64{g.bytes(set), 0, long(g), 8}
		}},
		{"futex", abi.EINTR, 0, func(g *guest) []uint64 { return []uint64{g.buf(4), abi.FUTEX_WAIT | abi.FUTEX_PRIVATE_FLAG, 0, 0} }},
	}
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		for _, k := range calls {
			for _, flags := range []uint64{0, abi.SA_RESTART} {
				t.Run(a.String()+"/"+k.name, func(t *testing.T) {
					g, c := sigGuest(t, a, Config{})
					args := k.args(g)
					g.action(abi.SIGUSR1, handlerPC, flags, 0)
					want := k.plain
					if flags != 0 {
						want = k.restart
					}
					visits, sender := 0, make(chan struct{})
					c.next = func(pc uint64) cpu.Exception {
						switch pc {
						case startPC:
							if visits++; visits == 1 {
								go func() {
									defer close(sender)
									time.Sleep(5 * time.Millisecond) // it waits by then; if not, the handler runs before it
									g.p.Signal(abi.SIGUSR1)
								}()
								return c.sys(a, k.name, args...)
							}
							return c.sys(a, "exit_group", 100)
						case handlerPC:
							if a == abi.X64 {
								c.handlerReturns(a)
							}
							return c.sys(a, "rt_sigreturn")
						}
						return c.sys(a, "exit_group", -c.ReadReg(c.arch.Roles.SyscallRet))
					}
					x, ok, err := g.p.Run(context.Background())
					<-sender
					require.NoError(t, err)
					require.True(t, ok)
					if want == 0 {
						require.Equal(t, 100, x.Code, "done again")
					} else {
						require.Equal(t, int(want), x.Code)
					}
				})
			}
		}
	}
}

// TestKickWhileHandling has handlers that never make a system call: whatever was delivered before, the next signal
// still interrupts the CPU.
func TestKickWhileHandling(t *testing.T) {
	g, c := sigGuest(t, abi.X64, Config{})
	g.action(abi.SIGUSR1, handlerPC, abi.SA_NODEFER, 0)
	g.action(abi.SIGUSR2, handlerPC, abi.SA_NODEFER, 0)
	runs := 0
	c.next = func(pc uint64) cpu.Exception {
		require.False(t, g.p.leader.work.Load(), "a kick would be lost")
		if runs++; runs == 1 {
			g.p.Signal(abi.SIGUSR1)
			g.p.Signal(abi.SIGUSR2)
			return cpu.Exception{}
		}
		require.EqualValues(t, handlerPC, pc)
		return c.sys(abi.X64, "exit_group", 0)
	}
	_, ok, err := g.p.Run(context.Background())
	require.NoError(t, err)
	require.True(t, ok)
}

// TestPauseKeepsCalls interrupts the Run, not the guest: the call goes on in the next Run as if nothing had been.
func TestPauseKeepsCalls(t *testing.T) {
	g, c := sigGuest(t, abi.X64, Config{})
	ts := make([]byte, 16)
	abi.Timespec{Nsec: 60e6}.Encode(ts)
	addr := g.bytes(ts)
	c.next = func(pc uint64) cpu.Exception {
		if pc == startPC {
			return c.sys(abi.X64, "nanosleep", addr, 0)
		}
		return c.sys(abi.X64, "exit_group", c.ReadReg(0)+7)
	}
	start := time.Now()
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 7*time.Millisecond)
		x, ok, err := g.p.Run(ctx)
		cancel()
		require.NoError(t, err)
		if ok {
			require.Equal(t, 7, x.Code)
			break
		}
	}
	require.GreaterOrEqual(t, time.Since(start), 60*time.Millisecond)
}

// TestStop has the stop signals, with and without somebody to stop the process.
func TestStop(t *testing.T) {
	var stops []abi.Signal
	for _, hook := range []bool{true, false} {
		cfg := Config{}
		if hook {
			cfg.OnStop = func(s abi.Signal) { stops = append(stops, s) }
		}
		g, c := sigGuest(t, abi.A64, cfg)
		steps := 0
		c.next = func(uint64) cpu.Exception {
			if steps++; steps == 1 {
				g.p.Signal(abi.SIGTSTP)
				return cpu.Exception{}
			}
			return c.sys(abi.A64, "exit_group", 5)
		}
		x, ok, err := g.p.Run(context.Background())
		require.NoError(t, err)
		if !hook {
			require.False(t, ok)
			require.Equal(t, 1, steps)
			x, ok, err = g.p.Run(context.Background())
			require.NoError(t, err)
		}
		require.True(t, ok)
		require.Equal(t, 5, x.Code)
	}
	require.Equal(t, []abi.Signal{abi.SIGTSTP}, stops)
	g, _ := sigGuest(t, abi.X64, Config{})
	g.p.Signal(abi.SIGSTOP)
	require.NotZero(t, g.p.sigs.shared.set)
	g.p.Signal(abi.SIGCONT)
	require.Zero(t, g.p.sigs.shared.set, "SIGCONT takes a stop back, and is ignored itself")
}

// TestQueueLimit has the limit on queued signals and who may queue what.
func TestQueueLimit(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	pid := g.must("getpid")
	lim := make([]byte, 16)
	abi.Rlimit{Cur: 2, Max: 2}.Encode(lim)
	g.must("prlimit64", 0, abi.RLIMIT_SIGPENDING, lim, 0)
	all := make([]byte, 8)
	putU64(all, ^uint64(0))
	g.must("rt_sigprocmask", abi.SIG_BLOCK, all, 0, 8)
	info := make([]byte, abi.SiginfoSize)
	(&abi.Siginfo{Code: abi.SI_QUEUE}).Encode(info)
	for range 2 {
		g.must("rt_sigqueueinfo", pid, 40, info)
	}
	g.fails(abi.EAGAIN, "rt_sigqueueinfo", pid, 40, info)
	g.fails(abi.EAGAIN, "rt_tgsigqueueinfo", pid, pid, 41, info)
	g.must("kill", pid, int(abi.SIGUSR1)) // comes without its siginfo
	p := g.buf(8)
	g.must("rt_sigpending", p, 8)
	require.Equal(t, sigBit(40)|sigBit(abi.SIGUSR1), getU64(g.mem(p, 8)))
	for _, want := range []int64{int64(abi.SIGUSR1), 40, 40} {
		require.Equal(t, want, g.must("rt_sigtimedwait", all, 0, make([]byte, 16), 8))
	}
	g.fails(abi.EAGAIN, "rt_sigtimedwait", all, 0, make([]byte, 16), 8)
	require.Zero(t, g.p.sigs.queued)

	g.fails(abi.EPERM, "kill", 1, int(abi.SIGUSR1))
	g.fails(abi.EPERM, "kill", -1, int(abi.SIGUSR1))
	g.fails(abi.ESRCH, "kill", 1<<30, 0)
	g.fails(abi.ESRCH, "tgkill", pid, 1<<30, 10)
	g.fails(abi.EINVAL, "kill", pid, 65)
	(&abi.Siginfo{Code: abi.SI_USER}).Encode(info)
	g.fails(abi.EPERM, "rt_sigqueueinfo", 1, 40, info)
}

// TestChoose has which of several tasks takes a signal of the process.
func TestChoose(t *testing.T) {
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	p := g.p
	var tasks []*Task
	for i := range 3 {
		n, err := p.newTask(&fakeCPU{arch: g.cpu.arch}, 100000000+i, "t", sigBit(abi.SIGUSR2))
		require.NoError(t, err)
		p.threads.Add(1)
		liveThreads.Add(1)
		tasks = append(tasks, n)
	}
	kicked := func() (got []int) {
		for i, n := range append([]*Task{p.leader}, tasks...) {
			if n.work.Swap(false) {
				got = append(got, i)
			}
		}
		return got
	}
	p.sigs.actions[abi.SIGUSR1].Handler = handlerPC
	p.sigs.actions[abi.SIGUSR2].Handler = handlerPC
	p.Signal(abi.SIGUSR1)
	require.Equal(t, []int{0}, kicked(), "the first task, if it can")
	p.leader.setMask(sigBit(abi.SIGUSR1) | sigBit(abi.SIGUSR2))
	got := kicked()
	require.Len(t, got, 1, "it hands on what it begins to block")
	require.NotEqual(t, 0, got[0])
	p.Signal(abi.SIGUSR2)
	require.Empty(t, kicked(), "all block it")
	tasks[1].setMask(0)
	require.Equal(t, []int{2}, kicked(), "who unblocks it takes it")
	p.mu.Lock()
	_, ok := tasks[1].dequeue(^uint64(0))
	require.True(t, ok)
	p.mu.Unlock()
	tasks[2].close()
	p.mu.Lock()
	p.flush(^uint64(0))
	p.mu.Unlock()
	for range 2 { // the others in turn
		p.Signal(abi.SIGUSR1)
		got := kicked()
		p.Signal(abi.SIGTERM)
		require.NotEqual(t, got, kicked())
		p.mu.Lock()
		p.flush(^uint64(0))
		p.mu.Unlock()
	}
}

// TestFaultFrames has what a handler is told of faults, beside TestFaults.
func TestFaultFrames(t *testing.T) {
	mem := func(addr uint64, k cpu.FaultKind, ac cpu.Access) cpu.Exception {
		return cpu.Exception{Kind: cpu.ExcMemory, PC: 0x1000, Fault: cpu.Fault{Addr: addr, Kind: k, Access: ac}}
	}
	for _, r := range []struct {
		arch abi.Arch
		exc  cpu.Exception
		sig  abi.Signal
		code int32
		addr uint64
		last lastFault
	}{
		{abi.X64, mem(16, cpu.FaultUnmapped, cpu.AccessRead), abi.SIGSEGV, abi.SEGV_MAPERR, 16, lastFault{trapno: 14, err: 4, cr2: 16}},
		{abi.X64, mem(16, cpu.FaultPerm, cpu.AccessWrite), abi.SIGSEGV, abi.SEGV_ACCERR, 16, lastFault{trapno: 14, err: 7, cr2: 16}},
		{abi.X64, mem(16, cpu.FaultPerm, cpu.AccessFetch), abi.SIGSEGV, abi.SEGV_ACCERR, 16, lastFault{trapno: 14, err: 0x15, cr2: 16}},
		{abi.X64, mem(1<<63, cpu.FaultRange, cpu.AccessRead), abi.SIGSEGV, abi.SI_KERNEL, 0, lastFault{trapno: 13}},
		{abi.X64, mem(1<<46, cpu.FaultRange, cpu.AccessRead), abi.SIGSEGV, abi.SEGV_MAPERR, 1 << 46, lastFault{trapno: 14, err: 4, cr2: 1 << 46}},
		{abi.X64, mem(^uint64(0), cpu.FaultRange, cpu.AccessRead), abi.SIGSEGV, abi.SEGV_MAPERR, ^uint64(0), lastFault{trapno: 14, err: 5, cr2: ^uint64(0)}},
		{abi.X64, mem(16, cpu.FaultBus, cpu.AccessWrite), abi.SIGBUS, abi.BUS_ADRERR, 16, lastFault{trapno: 14, err: 6, cr2: 16}},
		{abi.X64, cpu.Exception{Kind: cpu.ExcInt, Code: 0x80}, abi.SIGSEGV, abi.SI_KERNEL, 0, lastFault{trapno: 13, err: 0x402}},
		{abi.A64, mem(16, cpu.FaultUnmapped, cpu.AccessRead), abi.SIGSEGV, abi.SEGV_MAPERR, 16, lastFault{addr: 16, esr: 0x92000007}},
		{abi.A64, mem(16, cpu.FaultPerm, cpu.AccessWrite), abi.SIGSEGV, abi.SEGV_ACCERR, 16, lastFault{addr: 16, esr: 0x9200004f}},
		{abi.A64, mem(16, cpu.FaultPerm, cpu.AccessFetch), abi.SIGSEGV, abi.SEGV_ACCERR, 16, lastFault{addr: 16, esr: 0x8200000f}},
		{abi.A64, mem(0x5a00000000000010, cpu.FaultUnmapped, cpu.AccessRead), abi.SIGSEGV, abi.SEGV_MAPERR, 0x5a00000000000010, lastFault{addr: 16, esr: 0x92000007}},
		{abi.A64, cpu.Exception{Kind: cpu.ExcAlign, PC: 2}, abi.SIGBUS, abi.BUS_ADRALN, 2, lastFault{addr: 2, esr: 0x8a000000}},
		{abi.A64, cpu.Exception{Kind: cpu.ExcIllegal, PC: 8}, abi.SIGILL, abi.ILL_ILLOPC, 8, lastFault{}},
	} {
		f := faultSignal(r.arch, r.exc)
		info := f.info()
		require.Equal(t, []any{r.sig, r.code, r.addr}, []any{f.exit.Signal, info.Code, info.Addr()}, "%v %v", r.arch, r.exc)
		if r.arch == abi.A64 && r.exc.Kind == cpu.ExcAlign {
			f.last.esr &^= 0x21
		}
		require.Equal(t, r.last, f.last, "%v %v", r.arch, r.exc)
	}
	r := newArchRegs(abi.X64)
	for _, c := range []struct {
		mxcsr, fsw, fcw, raised uint64
		code                    int32
		trap                    uint64
	}{
		{0x1d84, 0, 0x37f, 0, abi.FPE_FLTDIV, 19}, {0x1f80, 1, 0x37e, 0, abi.FPE_FLTINV, 16}, {0x1f80, 0, 0x37f, 0x20, abi.FPE_FLTRES, 19},
		{0x1b88, 0, 0x37f, 0, abi.FPE_FLTOVF, 19}, {0x1f80, 0x10, 0x36f, 0, abi.FPE_FLTUND, 16},
	} {
		r.WriteReg(x64MXCSR, c.mxcsr)
		r.WriteReg(x64Fstat, c.fsw)
		r.WriteReg(x64Fctrl, c.fcw)
		code, trap := fpCode(r, c.raised)
		require.Equal(t, []any{c.code, c.trap}, []any{code, trap})
	}
}

// TestNoStack has handlers that cannot be entered: the signal becomes a SIGSEGV, whose handler may have a stack of
// its own.
func TestNoStack(t *testing.T) {
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		for _, alt := range []bool{false, true} {
			g, c := sigGuest(t, a, Config{})
			g.action(abi.SIGUSR1, handlerPC+16, 0, 0)
			g.action(abi.SIGSEGV, handlerPC, abi.SA_ONSTACK, 0)
			if alt {
				s := make([]byte, abi.SigaltstackSize)
				abi.Sigaltstack{SP: scratch + 0x2000, Size: 0x4000}.Encode(s)
				g.must("sigaltstack", s, 0)
			}
			c.WriteReg(c.arch.Roles.SP, 0x1000)
			c.next = func(pc uint64) cpu.Exception {
				if pc == handlerPC {
					return c.sys(a, "exit_group", 3)
				}
				g.p.Signal(abi.SIGUSR1)
				return cpu.Exception{}
			}
			x, ok, err := g.p.Run(context.Background())
			require.NoError(t, err)
			require.True(t, ok)
			if alt {
				require.Equal(t, 3, x.Code)
			} else {
				require.Equal(t, abi.SIGSEGV, x.Signal)
			}
		}
	}
}

// TestBadSigreturn has frames that are none: SIGSEGV, to its handler if there is one.
func TestBadSigreturn(t *testing.T) {
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		g, c := sigGuest(t, a, Config{})
		g.action(abi.SIGSEGV, handlerPC, 0, 0)
		rng := rand.New(rand.NewPCG(7, 8))
		junk := make([]byte, 0x2000)
		for i := range junk {
			junk[i] = byte(rng.Uint32())
		}
		at := g.bytes(junk)
		c.next = func(pc uint64) cpu.Exception {
			if pc == handlerPC {
				return c.sys(a, "exit_group", c.ReadReg(map[abi.Arch]int{abi.X64: x64RDI}[a]))
			}
			c.WriteReg(c.arch.Roles.SP, at+0x1800)
			return c.sys(a, "rt_sigreturn")
		}
		x, ok, err := g.p.Run(context.Background())
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, int(abi.SIGSEGV), x.Code)
	}
}
