package instrument_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/instrument"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// fleet runs one block on several vCPUs at once, translated anew after every flush: the least engine that
// a Set can be hammered with.
type fleet struct {
	set *instrument.Set
	log sync.Mutex
	out strings.Builder

	translation sync.Mutex
	b           *ir.Builder
	block       atomic.Pointer[ir.Block]
	flushes     atomic.Int64
	threads     []*interp.Thread
}

// nowhere is memory that holds zeroes.
type nowhere struct{}

func (nowhere) Load(uint64, ir.Width) (ir.Val, ir.Fault) { return ir.Val{}, ir.Fault{} }
func (nowhere) Store(uint64, ir.Width, ir.Val) ir.Fault  { return ir.Fault{} }
func (nowhere) Read(_ uint64, p []byte) ir.Fault         { clear(p); return ir.Fault{} }
func (nowhere) Write(uint64, []byte) ir.Fault            { return ir.Fault{} }
func (nowhere) Atomic(ir.Opcode, uint64, ir.Width, ir.Val, ir.Val) (ir.Val, ir.Fault) {
	return ir.Val{}, ir.Fault{}
}

func newFleet(n int) *fleet {
	f := &fleet{b: ir.NewBuilder(arm64.Arch().Globals)}
	f.set = instrument.NewSet(f, arm64.Arch())
	for i := range n {
		state := make([]uint64, arm64.Arch().StateSize/8+1)
		env := &ir.Env{State: unsafe.Pointer(&state[0]), FPEnv: new(uint64), Mem: nowhere{}, VCPU: i}
		f.threads = append(f.threads, &interp.Thread{Env: env, Counters: make([]uint64, 4096)})
	}
	return f
}

func (f *fleet) Log(text string) {
	f.log.Lock()
	defer f.log.Unlock()
	f.out.WriteString(text)
}

func (f *fleet) Flush() {
	f.flushes.Add(1)
	f.block.Store(nil)
}

func (f *fleet) ReadMemory(_ uint64, buf []byte) bool { clear(buf); return true }

func (f *fleet) Counters() (c [][]uint64) {
	for _, t := range f.threads {
		c = append(c, t.Counters)
	}
	return c
}

const blockInsns = 3

// translate returns the block, made of instructions that load and store.
func (f *fleet) translate() *ir.Block {
	f.translation.Lock()
	defer f.translation.Unlock()
	if b := f.block.Load(); b != nil {
		return b
	}
	began := f.flushes.Load()
	f.b.Reset(base)
	for i := range blockInsns {
		pc := uint64(base + 4*i)
		f.b.Insn(pc)
		f.set.Insn(f.b, arm64.Arch(), pc, []byte{0x1f, 0x20, 0x03, 0xd5}, i == 0)
		f.b.Hook = f.set.MemHook(pc)
		f.b.St(ir.W64, ir.EA{Base: f.b.Const(0x1000), Index: ir.NoTemp}, f.b.Ld(ir.W64, ir.EA{Base: f.b.Const(0x2000), Index: ir.NoTemp}, 0), 0)
	}
	f.b.ExitTB(base, true)
	b := f.b.Block
	b.Ops = append([]ir.Op(nil), b.Ops...)
	b.Temps = append([]ir.TempInfo(nil), b.Temps...)
	b.Helpers = append([]*ir.Helper(nil), b.Helpers...)
	if f.flushes.Load() == began {
		f.block.Store(&b)
	}
	return &b
}

// run executes the block n times on each vCPU, as threads that begin and end.
func (f *fleet) run(n int) {
	var wg sync.WaitGroup
	for i, t := range f.threads {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f.set.ThreadStart(t.Env, 100+i)
			for k := range n {
				b := f.block.Load()
				if b == nil {
					b = f.translate()
				}
				t.Run(b)
				if k%8 == 0 {
					x := instrument.Syscall{Number: uint64(k)}
					f.set.BeforeSyscall(t.Env, &x)
					f.set.Idle(t.Env)
					f.set.Resume(t.Env)
					f.set.AfterSyscall(t.Env, &x)
					f.set.Signal(t.Env, instrument.Signal{Number: 10})
				}
			}
			f.set.ThreadExit(t.Env)
		}()
	}
	wg.Wait()
}

// greedy has every event and guards nothing: under -race its counts say whether its events come one at a time.
type greedy struct {
	*instrument.Instance
	insns, blocks, mems, threads, idle, calls, signals int
	exits                                              atomic.Int32
}

func (p *greedy) NeedsBeforeInsn(uint64, *instrument.CPU) bool         { return true }
func (p *greedy) BeforeInsn(uint64, *instrument.CPU)                   { p.insns++ }
func (p *greedy) NeedsBeforeBlock(uint64, *instrument.CPU) bool        { return true }
func (p *greedy) BeforeBlock(uint64, *instrument.CPU)                  { p.blocks++ }
func (p *greedy) NeedsBeforeMem(uint64, *instrument.CPU) bool          { return true }
func (p *greedy) BeforeMem(uint64, *instrument.CPU, instrument.Access) { p.mems++ }
func (p *greedy) NeedsAfterMem(uint64, *instrument.CPU) bool           { return true }
func (p *greedy) AfterMem(uint64, *instrument.CPU, instrument.Access)  { p.mems++ }
func (p *greedy) ThreadStart(c *instrument.CPU)                        { p.threads += c.ThreadID() }
func (p *greedy) ThreadExit(c *instrument.CPU)                         { p.threads -= c.ThreadID() }
func (p *greedy) Idle(*instrument.CPU)                                 { p.idle++ }
func (p *greedy) Resume(*instrument.CPU)                               { p.idle++ }
func (p *greedy) BeforeSyscall(*instrument.CPU, *instrument.Syscall)   { p.calls++ }
func (p *greedy) AfterSyscall(*instrument.CPU, *instrument.Syscall)    { p.calls++ }
func (p *greedy) Signal(*instrument.CPU, instrument.Signal)            { p.signals++ }
func (p *greedy) Exit()                                                { p.exits.Add(1) }

const (
	hammerCPUs = 4
	hammerRuns = 400
)

// TestEventsOneAtATime: a plugin without locks counts every event of several vCPUs.
func TestEventsOneAtATime(t *testing.T) {
	f := newFleet(hammerCPUs)
	p := new(greedy)
	require.NoError(t, f.set.Add("greedy", func(i *instrument.Instance) (any, error) { p.Instance = i; return p, nil }))
	f.run(hammerRuns)
	f.set.Close()
	const blocks = hammerCPUs * hammerRuns
	require.Equal(t, blocks, p.blocks)
	require.Equal(t, blocks*blockInsns, p.insns)
	require.Equal(t, blocks*blockInsns*4, p.mems)
	require.Zero(t, p.threads)
	require.Equal(t, blocks/8*2, p.idle)
	require.Equal(t, blocks/8*2, p.calls)
	require.Equal(t, blocks/8, p.signals)
	require.EqualValues(t, 1, p.exits.Load())
}

// TestCountsWhileFlushed: the built-in plugins' counts are exact by vCPU while somebody flushes, inline and by
// calls, and the lines of exec-log are whole and in each vCPU's order.
func TestCountsWhileFlushed(t *testing.T) {
	for _, form := range []string{"on", "off"} {
		f := newFleet(hammerCPUs)
		for _, p := range []string{"insn-count", "bb-count", "mem"} {
			require.NoError(t, f.set.Load(p+",inline="+form))
		}
		require.NoError(t, f.set.Load("exec-log"))
		stop := f.meanwhile(f.Flush)
		f.run(hammerRuns)
		stop()
		f.set.Close()
		lines := strings.Split(strings.TrimSpace(f.out.String()), "\n")
		next := map[string]int{}
		whole := regexp.MustCompile(`^([0-3]), 0x(1000[048]), 0xd503201f, "(?i:nop) ?", load, 0x2000, store, 0x1000$`)
		for n, l := range lines {
			m := whole.FindStringSubmatch(l)
			if m == nil {
				require.Equal(t, hammerCPUs*hammerRuns*blockInsns, n, l)
				break
			}
			require.Equal(t, fmt.Sprintf("%x", base+4*(next[m[1]]%blockInsns)), m[2])
			next[m[1]]++
		}
		for i := range hammerCPUs {
			require.Contains(t, lines, fmt.Sprintf("cpu %d insns: %d", i, hammerRuns*blockInsns))
			require.Contains(t, lines, fmt.Sprintf("CPU%d: bb's: %d, insns: %d", i, hammerRuns, hammerRuns*blockInsns))
		}
		require.Contains(t, lines, fmt.Sprintf("total insns: %d", hammerCPUs*hammerRuns*blockInsns))
		require.Contains(t, lines, fmt.Sprintf("mem accesses: %d", hammerCPUs*hammerRuns*blockInsns*2))
	}
}

// meanwhile does f over and over until the function it returns is called.
func (f *fleet) meanwhile(do func()) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-quit:
				return
			default:
				do()
			}
		}
	}()
	return func() { close(quit); <-done }
}

// TestLoadWhileRunning: plugins come and go, from outside and from their own events, while vCPUs run; each is
// told Exit once, after which it hears nothing more.
func TestLoadWhileRunning(t *testing.T) {
	f := newFleet(hammerCPUs)
	var mu sync.Mutex
	var all []*greedy
	stop := f.meanwhile(func() {
		p := new(greedy)
		if f.set.Add("greedy", func(i *instrument.Instance) (any, error) { p.Instance = i; return p, nil }) != nil ||
			f.set.Load("insn-count") != nil || f.set.Load("bb-count,inline=off") != nil {
			t.Error("not loaded")
		}
		mu.Lock()
		all = append(all, p)
		mu.Unlock()
		for _, name := range []string{"bb-count", "greedy", "insn-count"} {
			if !f.set.Remove(name) {
				t.Error("not there: ", name)
			}
		}
	})
	var shies []*shy
	for i := range 20 {
		p := &shy{set: f.set, name: fmt.Sprint("shy", i), after: 10 * i}
		shies = append(shies, p)
		require.NoError(t, f.set.Add(p.name, func(*instrument.Instance) (any, error) { return p, nil }))
	}
	f.run(hammerRuns)
	stop()
	f.set.Close()
	for _, p := range all {
		require.EqualValues(t, 1, p.exits.Load())
	}
	for _, p := range shies {
		require.Equal(t, p.after+1, p.n, "no event after it has removed itself")
		require.Equal(t, 1, p.exits)
	}
}

// shy removes itself, from its own event, after some events.
type shy struct {
	set             *instrument.Set
	name            string
	n, after, exits int
}

func (p *shy) NeedsBeforeInsn(uint64, *instrument.CPU) bool { return true }

func (p *shy) BeforeInsn(uint64, *instrument.CPU) {
	if p.n++; p.n == p.after+1 {
		p.set.Remove(p.name)
	}
}

func (p *shy) Exit() { p.exits++ }

// TestSyscallPower: a plugin skips a call, and changes results.
func TestSyscallPower(t *testing.T) {
	f := newFleet(1)
	p := new(denier)
	require.NoError(t, f.set.Add("denier", func(*instrument.Instance) (any, error) { return p, nil }))
	require.True(t, f.set.WantsSyscalls())
	env := f.threads[0].Env
	f.set.ThreadStart(env, 77)
	x := instrument.Syscall{Number: 1, Args: [6]uint64{5}}
	f.set.BeforeSyscall(env, &x)
	require.True(t, x.Skip)
	f.set.AfterSyscall(env, &x)
	require.EqualValues(t, 78, x.Ret)
}

type denier struct{}

func (denier) BeforeSyscall(c *instrument.CPU, s *instrument.Syscall) {
	s.Skip, s.Ret = true, uint64(c.ThreadID())
}
func (denier) AfterSyscall(_ *instrument.CPU, s *instrument.Syscall) { s.Ret++ }

// TestCountersAreGivenBack: plugins may come and go as often as they like, and each counts from zero.
func TestCountersAreGivenBack(t *testing.T) {
	f := newFleet(2)
	f.run(1)
	for range 5000 {
		require.Error(t, f.set.Load("mem,inline=on,callback=on"))
		require.NoError(t, f.set.Load("insn-count"))
		require.True(t, f.set.Remove("insn-count"))
	}
	f.out.Reset()
	for range 2 {
		require.NoError(t, f.set.Load("insn-count"))
		f.run(7)
		require.True(t, f.set.Remove("insn-count"))
	}
	want := "cpu 0 insns: 21\ncpu 1 insns: 21\ntotal insns: 42\n"
	require.Equal(t, want+want, f.out.String())
}
