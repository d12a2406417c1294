package tcg_test

import (
	"cmp"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
)

// wanders makes TestWander longer: go test -wanders 5000 -run TestWander ./tcg.
var (
	wanders   = flag.Uint64("wanders", 24, "TestWander runs so many programs")
	wanderOne = flag.Uint64("wander.seed", 0, "TestWander begins with this one")
)

// Memory of a wanderer.
const (
	wanderCode  = 0x400000
	wanderData  = 0x600000
	wanderStack = 0x700000
)

// wanderer makes random x86-64 programs out of short blocks that lead to one another in every way there is, until the
// fuel in R15 is used up or something faults.
type wanderer struct {
	*rand.Rand
	code   []byte
	labels []int // where blocks begin; the last is the end
	fix    []fixup
	imms   []int // bytes that may be overwritten
	stores []int // places of the rel32 of stores to them
	// regs is how many registers there are; base points to data, ptr somewhere near it, fuel goes down. walk is a pointer that
	// moves, index a small number that does, wild points anywhere.
	regs, base, ptr, sp, fuel, walk, index, wild int
	// moves: memory is accessed by the latter three, too.
	moves bool
	// forever: no fuel is used.
	forever bool
	// shared: the code is not overwritten.
	shared bool
}

type fixup struct{ at, label int }

func (w *wanderer) put(b ...byte) { w.code = append(w.code, b...) }

// reg picks a register that holds data.
func (w *wanderer) reg() byte { return []byte{0, 1, 2, 3, 8, 9, 10, 11}[w.IntN(8)] }

// rr emits an instruction with two registers.
func (w *wanderer) rr(rex byte, r, m byte, op ...byte) {
	w.put(0x40 | rex | r>>3<<2 | m>>3)
	w.put(op...)
	w.put(0xc0 | r&7<<3 | m&7)
}

// rm emits an instruction with a register and [rsi + disp], or [rdi + disp].
func (w *wanderer) rm(rex byte, r byte, op ...byte) {
	base, disp := byte(6), uint32(w.IntN(0xfe0))
	if w.IntN(3) == 0 {
		base, disp = 7, uint32(w.IntN(1<<[]int{5, 5, 5, 11}[w.IntN(4)]))
	}
	w.put(0x40 | rex | r>>3<<2)
	w.put(op...)
	w.put(0x80 | r&7<<3 | base)
	w.code = binary.LittleEndian.AppendUint32(w.code, disp)
}

func (w *wanderer) rexW() byte { return byte(w.IntN(2)) << 3 }

// ref emits a rel32 that leads to a label.
func (w *wanderer) ref(label int) {
	w.fix = append(w.fix, fixup{len(w.code), label})
	w.put(0, 0, 0, 0)
}

// insn emits something random.
func (w *wanderer) insn() {
	if w.moves && w.IntN(2) == 0 {
		w.move()
		return
	}
	r, m := w.reg(), w.reg()
	switch w.IntN(20) {
	case 0, 1, 2:
		w.rr(w.rexW(), r, m, byte(w.IntN(8))<<3|1)
	case 3:
		w.rr(w.rexW(), byte(w.IntN(8)), m, 0x83)
		w.put(byte(w.Uint32()))
	case 4:
		w.rr(w.rexW(), byte(w.IntN(2)), m, 0xff)
	case 5:
		w.rr(w.rexW(), []byte{0, 1, 2, 3, 4, 5, 7}[w.IntN(7)], m, 0xc1)
		w.put(byte(w.IntN(70)))
	case 6:
		w.rr(w.rexW(), []byte{4, 5, 7}[w.IntN(3)], m, 0xd3)
	case 7:
		w.put(0x40|m>>3, 0xb8|m&7)
		w.code = binary.LittleEndian.AppendUint32(w.code, w.Uint32()>>w.IntN(32))
	case 8:
		w.rm(w.rexW(), r, 0x8b)
	case 9:
		w.rm(w.rexW(), r, 0x89)
	case 10:
		w.rm(w.rexW(), r, byte(w.IntN(8))<<3|3)
	case 11:
		w.rm(w.rexW(), r, byte(w.IntN(8))<<3|byte(w.IntN(2)))
	case 12: // rdi = rsi + something below 8 KiB
		w.rr(0, m, 7, 0x89)
		w.put(0x81, 0xe7, 0xff, 0x1f, 0, 0, 0x48, 0x01, 0xf7)
	case 13:
		w.rr(0, 0, m, 0x0f, 0x90|byte(w.IntN(16)))
	case 14:
		w.rr(w.rexW(), r, m, 0x0f, 0x40|byte(w.IntN(16)))
	case 15:
		w.put(0x9c) // pushfq, pop
		w.put(0x40|m>>3, 0x58|m&7)
	case 16:
		w.vector(r)
	case 17:
		w.put(0xb0) // mov al, imm8
		w.imms = append(w.imms, len(w.code))
		w.put(byte(w.Uint32()))
	case 18:
		if w.IntN(4) > 0 || w.shared {
			return
		}
		w.put(0xc6, 0x05) // mov byte [rip + x], imm8
		w.stores = append(w.stores, len(w.code))
		w.put(0, 0, 0, 0, byte(w.Uint32()))
	case 19:
		w.str()
	}
}

// str emits a repeated string instruction of any kind.
func (w *wanderer) str() {
	w.put(0x56, 0x48, 0x8d, 0xbe) // push rsi; lea rdi, [rsi + x]; mov ecx, n
	w.code = binary.LittleEndian.AppendUint32(w.code, uint32(w.IntN([]int{20, 0xf00}[w.IntN(2)])))
	w.put(0xb9)
	w.code = binary.LittleEndian.AppendUint32(w.code, uint32(w.IntN([]int{60, 300}[w.IntN(2)])))
	down := w.IntN(8) == 0
	if down {
		w.put(0xfd) // std
	}
	w.put([]byte{0xf2, 0xf3}[w.IntN(2)], 0x40|w.rexW(), []byte{0xa4, 0xa6, 0xaa, 0xae}[w.IntN(4)]|byte(w.IntN(2)))
	if down {
		w.put(0xfc) // cld
	}
	w.put(0x5e) // pop rsi
}

func (w *wanderer) vector(r byte) {
	x, y := byte(w.IntN(4)), byte(w.IntN(4))
	switch w.IntN(7) {
	case 0:
		w.put(0x66, 0x48|r>>3, 0x0f, 0x6e, 0xc0|x<<3|r&7) // movq x, r
	case 1:
		w.put(0x66, 0x48|r>>3, 0x0f, 0x7e, 0xc0|x<<3|r&7)
	case 2:
		w.put(0x66, 0x0f, 0xfe, 0xc0|x<<3|y) // paddd
	case 3:
		w.put([]byte{0xf2, 0xf3}[w.IntN(2)], 0x0f, []byte{0x58, 0x59, 0x5c, 0x5e}[w.IntN(4)], 0xc0|x<<3|y)
	case 4:
		w.put(0x66, 0x0f, 0x2e, 0xc0|x<<3|y) // ucomisd
	case 5:
		w.rm(0, x, 0x0f, 0x10)
	case 6:
		w.rm(0, x, 0x0f, 0x11)
	}
}

// leave emits the end of block i.
func (w *wanderer) leave(n int) {
	to := func() int { return w.IntN(n) }
	if w.moves && w.IntN(4) == 0 {
		w.put(0x49, 0x83, 0xef, w.burn(), 0x0f, 0x89) // sub r15, 1; jns
		w.ref(w.near())
		return
	}
	switch w.IntN(12) {
	case 0, 1:
		w.put(0xe9)
		w.ref(to())
	case 2, 3, 4, 5, 6:
		w.put(0x0f, 0x80|byte(w.IntN(16)))
		w.ref(to())
	case 7:
		w.put(0xe8)
		w.ref(to())
	case 8:
		w.put(0xc3)
	case 9, 10:
		w.put(0x48, 0x8d, 0x05) // lea rax, [l]; lea rdx, [l]; cmovcc rax, rdx; jmp or call rax
		w.ref(to())
		w.put(0x48, 0x8d, 0x15)
		w.ref(to())
		w.put(0x48, 0x0f, 0x40|byte(w.IntN(16)), 0xc2)
		w.put(0xff, []byte{0xe0, 0xd0}[w.IntN(2)])
	}
}

// program makes a program.
func (w *wanderer) program() {
	n := 2 + w.IntN(9)
	for range n {
		w.labels = append(w.labels, len(w.code))
		switch {
		case w.forever:
			w.put(0x49, 0x83, 0xef, 0x00)
		case w.IntN(3) > 0:
			w.put(0x49, 0x83, 0xef, 0x01) // sub r15, 1; js end
		default:
			w.put(0x49, 0xff, 0xcf) // dec r15
		}
		w.put(0x0f, 0x88)
		w.ref(n)
		for range w.IntN(7) {
			w.insn()
		}
		w.leave(n)
		if w.IntN(20) == 0 {
			for len(w.code)%4096 < 4000 && len(w.code) < 3*4096 { // the next is on another page, or across two
				w.put(0x90)
				if w.IntN(2000) == 0 {
					break
				}
			}
		}
	}
	w.put(0xe9)
	w.ref(w.IntN(n))
	w.labels = append(w.labels, len(w.code))
	w.put(0x0f, 0x05)
	for _, f := range w.fix {
		binary.LittleEndian.PutUint32(w.code[f.at:], uint32(w.labels[f.label]-f.at-4))
	}
	for _, at := range w.stores {
		to := at + 4 // its own operand
		if len(w.imms) > 0 {
			to = w.imms[w.IntN(len(w.imms))]
		}
		binary.LittleEndian.PutUint32(w.code[at:], uint32(to-at-5))
	}
}

// wanderMachine is a guest of one configuration.
type wanderMachine struct {
	as *softmmu.AddressSpace
	e  *tcg.Engine
	v  *tcg.VCPU
	// watch is the instrumentation, or nil.
	watch *wanderWatch
}

func newWanderMachine(t *testing.T, arch *cpu.Arch, mode softmmu.Mode, cfg tcg.Config) *wanderMachine {
	as, err := softmmu.New(softmmu.Config{Mode: mode})
	require.NoError(t, err)
	require.NoError(t, as.Map(wanderCode, 0x8000, softmmu.RWX, softmmu.Info{}))
	require.NoError(t, as.Map(wanderData, 0x2000, softmmu.RW, softmmu.Info{}))
	require.NoError(t, as.Map(wanderStack-0x10000, 0x10000, softmmu.RW, softmmu.Info{}))
	cfg.Arch, cfg.Mem, cfg.Verify, cfg.CodeSize = arch, as, true, cmp.Or(cfg.CodeSize, 1<<20)
	e, err := tcg.New(cfg)
	require.NoError(t, err)
	w, _ := cfg.Instr.(*wanderWatch)
	return &wanderMachine{as, e, e.NewVCPU(), w}
}

func (m *wanderMachine) close(t *testing.T) {
	require.NoError(t, m.e.Close())
	require.NoError(t, m.as.Close())
}

// wandered is how a program ended.
type wandered struct {
	stop             tcg.Stop
	state, mem, code []byte
	insns            uint64
	// counts and seen are what a wanderWatch counted and saw.
	counts [wanderSlots]uint64
	seen   uint64
}

// begin loads the program and sets the registers it begins with.
func (m *wanderMachine) begin(w *wanderer, seed uint64) {
	m.as.Poke(wanderCode, w.code)
	m.beginAt(m.v, w, seed, wanderData, wanderStack)
}

// beginAt sets the registers that v begins with, with its data and stack at places of its own.
func (m *wanderMachine) beginAt(v *tcg.VCPU, w *wanderer, seed, data, stack uint64) {
	r := rand.New(rand.NewPCG(seed, 3))
	a := m.e.Arch()
	for i := range w.regs {
		a.WriteReg(v.State(), i, r.Uint64()>>r.IntN(64))
	}
	a.WriteReg(v.State(), w.base, data)
	a.WriteReg(v.State(), w.ptr, data+64)
	a.WriteReg(v.State(), w.sp, stack-0x1000)
	if w.moves {
		a.WriteReg(v.State(), w.walk, data+r.Uint64N(0x2000))
		a.WriteReg(v.State(), w.index, r.Uint64N(0x80))
		a.WriteReg(v.State(), w.wild, w.pointer(r, data))
	}
	for at := stack - 0x1000; at < stack; at += 8 { // more returns than calls are all right
		m.as.Store(softmmu.Addr(at), 8, wanderCode+uint64(w.labels[r.IntN(len(w.labels)-1)]), 0)
	}
	a.WriteReg(v.State(), w.fuel, uint64(20+r.IntN(3000)))
	v.SetPC(wanderCode)
}

// run runs v, going on when it is interrupted, or stopped at a break or a limit: each time it runs limit instructions at most,
// if that is not 0.
func (m *wanderMachine) run(v *tcg.VCPU, limit int) (stop tcg.Stop) {
	for i := 0; ; i++ {
		if limit > 0 {
			v.SetLimit([]int64{int64(limit), -1}[i%2])
			if i%2 == 1 {
				v.Interrupt()
			}
		}
		switch stop = v.Run(); stop.Kind {
		case tcg.StopInterrupt, tcg.StopBreak, tcg.StopLimit:
		default:
			return stop
		}
	}
}

// wander runs the program.
func (m *wanderMachine) wander(w *wanderer, seed uint64, limit int) (o wandered) {
	m.begin(w, seed)
	o.stop = m.run(m.v, limit)
	if f := &o.stop.Exc.Fault; f.Kind == ir.FaultRange {
		f.Kind = ir.FaultUnmapped // in TLB mode all addresses exist
	}
	o.insns = m.e.Stats().Insns
	o.state = append([]byte(nil), unsafe.Slice((*byte)(m.v.State()), m.e.Arch().StateSize)...)
	o.mem, o.code = make([]byte, 0x2000), make([]byte, len(w.code))
	m.as.Peek(wanderData, o.mem)
	m.as.Peek(wanderCode, o.code)
	for i := wanderInsns; i < wanderSlots; i++ {
		o.counts[i] = m.e.Total(i)
	}
	if m.watch != nil {
		o.seen = *m.watch.sum
	}
	return o
}

// TestWander runs programs full of jumps on the interpreter, and as regions in several ways: they end the same, with the same
// State, also where they fault, overwrite their code, or are interrupted all the time.
func TestWander(t *testing.T) {
	t.Run("x64", func(t *testing.T) {
		wanderAll(t, x86.Arch, func(w *wanderer) {
			w.beX64()
			w.program()
		})
	})
	t.Run("a64", func(t *testing.T) {
		wanderAll(t, arm64.Arch(), func(w *wanderer) {
			w.beA64()
			w.programA64()
		})
	})
}

// TestWanderForever interrupts programs that do not end, however control goes round in them.
func TestWanderForever(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: there is the interpreter only")
	}
	const times = 5
	for seed := range *wanders / 3 {
		w := &wanderer{Rand: rand.New(rand.NewPCG(seed, 5)), forever: true, moves: seed/4%2 == 1}
		arch := x86.Arch
		if seed%2 == 0 {
			w.beX64()
			w.program()
		} else {
			arch = arm64.Arch()
			w.beA64()
			w.programA64()
		}
		m := newWanderMachine(t, arch, softmmu.Mode(seed/2%2), tcg.Config{Tier2: int(1 + seed%3*10)})
		m.begin(w, seed)
		watchdog := watch(t.Name(), 60*time.Second)
		for range times {
			go func() {
				time.Sleep(300 * time.Microsecond)
				m.v.Interrupt()
			}()
			if m.v.Run().Kind != tcg.StopInterrupt {
				break // it has faulted
			}
		}
		watchdog.Stop()
		m.close(t)
	}
}

func wanderAll(t *testing.T, arch *cpu.Arch, program func(*wanderer)) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: there is the interpreter only")
	}
	ways := []struct {
		name string
		mode softmmu.Mode
		cfg  tcg.Config
		// limit is as run has it; meanwhile is done all the time by somebody else.
		limit     int
		watched   bool
		meanwhile func(*wanderMachine)
	}{
		{name: "at once", cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 1}},
		{name: "soon", cfg: tcg.Config{Tier2: 20, InjectFlush: 200}},
		{name: "tlb", mode: softmmu.TLB, cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 1}},
		{name: "flushed", cfg: tcg.Config{Tier2: 1, InjectFlush: 10}},
		{name: "interrupted", cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 2}, meanwhile: func(m *wanderMachine) { m.v.Interrupt() }},
		{name: "flushed by others", cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 2}, meanwhile: func(m *wanderMachine) {
			at := wanderCode + rand.Uint64N(0x400)
			m.e.FlushRange(at, at+8)
			if at&7 == 0 {
				m.e.Flush()
			}
		}},
		{name: "counted", cfg: tcg.Config{Tier2: 3, Count: true}},
		{name: "lockstep", cfg: tcg.Config{Tier2: 5, Lockstep: true}},
		{name: "limited", cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 2, Count: true}, limit: 100},
		{name: "watched at once", cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 1}, watched: true},
		{name: "watched soon", cfg: tcg.Config{Tier2: 10, InjectFlush: 300}, watched: true},
		{name: "watched tlb", mode: softmmu.TLB, cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 3, InjectFlush: 100}, watched: true},
		{name: "watched limited", cfg: tcg.Config{Tier2: 2, Count: true}, limit: 90, watched: true},
		{name: "watched interrupted", cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 2}, meanwhile: func(m *wanderMachine) { m.v.Interrupt() }, watched: true},
		{name: "watched in tier one", cfg: tcg.Config{Tier2: -1, ColdRuns: 3}, watched: true},
		{name: "stopped by others", cfg: tcg.Config{Accel: tcg.AccelJIT, Tier2: 2}, meanwhile: func(m *wanderMachine) {
			at := wanderCode + rand.Uint64N(0x400)
			m.e.SetBreak(at)
			time.Sleep(20 * time.Microsecond)
			m.e.ClearBreak(at)
		}},
	}
	for i := range *wanders {
		seed := *wanderOne + i
		w := &wanderer{Rand: rand.New(rand.NewPCG(seed, 2)), moves: seed%4 != 0}
		program(w)
		calls := seed / 4 % 4 * 2
		one := newWanderMachine(t, arch, softmmu.TLB, tcg.Config{Accel: tcg.AccelInterp, Count: true, Instr: newWanderWatch(calls)})
		want := one.wander(w, seed, 0)
		one.close(t)
		for k := range ways {
			way := &ways[k]
			if way.cfg.Lockstep && seed%4 != 0 {
				continue // it takes its time
			}
			cfg := way.cfg
			if way.watched {
				cfg.Instr = newWanderWatch(calls)
			}
			m := newWanderMachine(t, arch, way.mode, cfg)
			end := make(chan bool)
			var wait sync.WaitGroup
			if way.meanwhile != nil {
				wait.Go(func() {
					for {
						select {
						case <-end:
							return
						default:
							way.meanwhile(m)
							time.Sleep(20 * time.Microsecond)
						}
					}
				})
			}
			got := m.wander(w, seed, way.limit)
			close(end)
			wait.Wait()
			require.Equal(t, want.stop, got.stop, "seed %d, %s", seed, way.name)
			require.Equal(t, want.state, got.state, "seed %d, %s: State", seed, way.name)
			require.Equal(t, want.mem, got.mem, "seed %d, %s: memory", seed, way.name)
			require.Equal(t, want.code, got.code, "seed %d, %s: code", seed, way.name)
			if way.cfg.Count {
				require.Equal(t, want.insns, got.insns, "seed %d, %s: instructions", seed, way.name)
			}
			if way.watched {
				require.Equal(t, want.counts, got.counts, "seed %d, %s: counts", seed, way.name)
				require.Equal(t, want.seen, got.seen, "seed %d, %s: what was seen", seed, way.name)
			}
			m.close(t)
		}
	}
}

// disturb has code forgotten in every way there is, until end is closed.
func (m *wanderMachine) disturb(end chan bool) {
	for i := 0; ; i++ {
		select {
		case <-end:
			return
		default:
		}
		at := uint64(wanderCode + i*40%0x800)
		switch i % 4 {
		case 0:
			m.e.FlushRange(at, at+8)
		case 1:
			m.e.SetBreak(at)
			m.e.ClearBreak(at)
		case 2:
			m.as.Protect(wanderCode, softmmu.PageSize, softmmu.RWX)
		case 3:
			m.as.Protect(wanderCode, softmmu.PageSize, softmmu.R|softmmu.X)
		}
		time.Sleep(30 * time.Microsecond)
	}
}

// TestWanderTogether runs a program on three vCPUs of one engine at once, each with its own data: each ends as alone.
func TestWanderTogether(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: there is the interpreter only")
	}
	const (
		vcpus = 3
		apart = 0x200000 // nobody is next to another
	)
	place := func(i int) (data, stack uint64) {
		return wanderData + uint64(i+1)*apart, wanderStack + uint64(i+1)*apart
	}
	for seed := range *wanders / 2 {
		seed += *wanderOne
		w := &wanderer{Rand: rand.New(rand.NewPCG(seed, 7)), shared: true, moves: seed/2%2 == 1}
		arch := x86.Arch
		if seed%2 == 0 {
			w.beX64()
			w.program()
		} else {
			arch = arm64.Arch()
			w.beA64()
			w.programA64()
		}
		machine := func(cfg tcg.Config) *wanderMachine {
			m := newWanderMachine(t, arch, softmmu.Mode(seed/2%2), cfg)
			for i := range vcpus {
				data, stack := place(i)
				require.NoError(t, m.as.Map(softmmu.Addr(data), 0x2000, softmmu.RW, softmmu.Info{}))
				require.NoError(t, m.as.Map(softmmu.Addr(stack-0x10000), 0x10000, softmmu.RW, softmmu.Info{}))
			}
			m.as.Poke(wanderCode, w.code)
			if seed/4%2 == 0 { // what is interpreted first is kept
				require.NoError(t, m.as.Protect(wanderCode, 0x8000, softmmu.R|softmmu.X))
			}
			return m
		}
		run := func(m *wanderMachine, i int) (o wandered) {
			v := m.e.NewVCPU()
			defer v.Retire()
			data, stack := place(i)
			m.beginAt(v, w, seed+uint64(i), data, stack)
			o.stop = m.run(v, 0)
			o.state = append([]byte(nil), unsafe.Slice((*byte)(v.State()), arch.StateSize)...)
			o.mem = make([]byte, 0x2000)
			m.as.Peek(softmmu.Addr(data), o.mem)
			return o
		}
		one := machine(tcg.Config{Accel: tcg.AccelInterp})
		all := machine(tcg.Config{Tier2: int(1 + seed%3*10), InjectFlush: int(seed%2) * 100})
		var want, got [vcpus]wandered
		for i := range vcpus {
			want[i] = run(one, i)
		}
		var wait, others sync.WaitGroup
		for i := range vcpus {
			wait.Go(func() { got[i] = run(all, i) })
		}
		end := make(chan bool)
		if seed/8%2 == 0 {
			others.Go(func() { all.disturb(end) })
		}
		wait.Wait()
		close(end)
		others.Wait()
		for i := range vcpus {
			require.Equal(t, want[i], got[i], "seed %d, vCPU %d", seed, i)
		}
		one.close(t)
		all.close(t)
	}
}
