package tcg_test

import (
	"encoding/binary"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// hammer is an engine that many goroutines use at once.
type hammer struct {
	t    *testing.T
	arch *cpu.Arch
	as   *softmmu.AddressSpace
	e    *tcg.Engine
	quit atomic.Bool
	// others are the goroutines that disturb.
	others sync.WaitGroup
}

const hammerData = 0x400000

// hammers runs f for every way to run there is on this host, with code at codeBase and a page of data for each of
// a few vCPUs.
func hammers(t *testing.T, arch *cpu.Arch, code []byte, cfg tcg.Config, f func(h *hammer)) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		defer watch(t.Name(), time.Minute).Stop()
		as, err := softmmu.New(softmmu.Config{Mode: mode})
		require.NoError(t, err)
		defer func() { require.NoError(t, as.Close()) }()
		require.NoError(t, as.Map(codeBase, uint64(len(code)), softmmu.RWX, softmmu.Info{}))
		require.NoError(t, as.Map(hammerData, 64*softmmu.PageSize, softmmu.RW, softmmu.Info{}))
		as.Poke(codeBase, code)
		cfg.Arch, cfg.Mem, cfg.Accel = arch, as, accel
		e, err := tcg.New(cfg)
		require.NoError(t, err)
		h := &hammer{t: t, arch: arch, as: as, e: e}
		f(h)
		h.quit.Store(true)
		h.others.Wait()
		t.Logf("%+v", e.Stats())
		require.NoError(t, e.Close())
	})
}

// disturb calls f again and again until the test is over.
func (h *hammer) disturb(f func(i int)) {
	h.others.Go(func() {
		for i := 0; !h.quit.Load(); i++ {
			f(i)
			runtime.Gosched()
		}
	})
}

// run runs v through interrupts and breaks up to an exception.
func (h *hammer) run(v *tcg.VCPU) cpu.Exception {
	for {
		switch s := v.Run(); s.Kind {
		case tcg.StopException:
			return s.Exc
		case tcg.StopInterrupt, tcg.StopBreak:
		default:
			h.t.Errorf("vCPU %d stopped: %v %v", v.Index, s.Kind, s.Err)
			return cpu.Exception{}
		}
	}
}

// longWay is A64 code of n blocks, each adding 1 to X0; every 16th calls a leaf that adds 1 to the word X1 points at. It
// goes round X3 times.
func longWay(n int) []byte {
	var w []uint32
	leaf := n*3 + 3
	for i := range n {
		call := uint32(0xd503201f) // nop
		if i%16 == 0 {
			call = 0x94000000 | uint32(leaf-len(w)-1)&(1<<26-1) // bl leaf
		}
		w = append(w, 0x91000400, call, 0x14000001) // add x0, x0, #1; call; b +4
	}
	back := uint32(-(len(w) + 1)) & (1<<19 - 1)
	w = append(w, 0xf1000463, 0x54000001|back<<5, 0xd4000001)     // subs x3, x3, #1; b.ne start; svc #0
	w = append(w, 0xf9400022, 0x91000442, 0xf9000022, 0xd65f03c0) // leaf: ldr x2, [x1]; add; str; ret
	return words(w...)
}

// wayRound sends a new vCPU the long way and checks what it brings.
func (h *hammer) wayRound(n, rounds, id int) {
	v := h.e.NewVCPU()
	defer v.Retire()
	data := uint64(hammerData + id*softmmu.PageSize)
	h.as.Poke(softmmu.Addr(data), make([]byte, 8))
	h.arch.WriteReg(v.State(), 1, data)
	h.arch.WriteReg(v.State(), 3, uint64(rounds))
	v.SetPC(codeBase)
	if x := h.run(v); x.Kind != ir.ExcSyscall {
		h.t.Errorf("vCPU %d ended by %v", v.Index, x)
	}
	if got := h.arch.ReadReg(v.State(), 0); got != uint64(n*rounds) {
		h.t.Errorf("vCPU %d counted %d of %d", v.Index, got, n*rounds)
	}
	var b [8]byte
	h.as.Peek(softmmu.Addr(data), b[:])
	if got := binary.LittleEndian.Uint64(b[:]); got != uint64((n+15)/16*rounds) {
		h.t.Errorf("vCPU %d called %d of %d", v.Index, got, (n+15)/16*rounds)
	}
}

// hammerTime is how long a hammer goes on in one mode.
const hammerTime = 150 * time.Millisecond

// wayThreads has goroutines send vCPUs the long way, one after another, for a time.
func (h *hammer) wayThreads(threads, n, rounds int) {
	var wg sync.WaitGroup
	end := time.Now().Add(hammerTime)
	for id := range threads {
		wg.Go(func() {
			for ok := true; ok; ok = time.Now().Before(end) && !h.t.Failed() {
				h.wayRound(n, rounds, id)
			}
		})
	}
	wg.Wait()
}

// TestHammerEvict has vCPUs come, run more code than the buffer holds, and go.
func TestHammerEvict(t *testing.T) {
	const n = 3000
	hammers(t, arm64.Arch(), longWay(n), tcg.Config{CodeSize: 1, Tier2: -1}, func(h *hammer) {
		h.wayThreads(4, n, 3)
		if h.e.Accel() == tcg.AccelJIT {
			require.NotZero(h.t, h.e.Stats().Evictions)
		}
	})
}

// TestHammerFlush has everybody flush, break and interrupt from outside.
func TestHammerFlush(t *testing.T) {
	const n = 300
	hammers(t, arm64.Arch(), longWay(n), tcg.Config{}, func(h *hammer) {
		h.disturb(func(int) { h.e.Flush(); time.Sleep(time.Millisecond) })
		h.disturb(func(i int) {
			lo := uint64(codeBase + i%n*12)
			h.e.FlushRange(lo, lo+40)
			h.e.SetBreak(lo)
			h.e.ClearBreak(lo)
		})
		h.disturb(func(int) {
			h.e.EachVCPU(func(v *tcg.VCPU) { v.Interrupt() })
			h.e.Total(0)
			h.e.Counters()
			h.e.Stats()
			time.Sleep(100 * time.Microsecond)
		})
		h.wayThreads(4, n, 20)
	})
}

// TestHammerInject runs with translations forgotten all the time by the vCPUs themselves.
func TestHammerInject(t *testing.T) {
	const n = 200
	for _, every := range []int{1, 3, 50} {
		hammers(t, arm64.Arch(), longWay(n), tcg.Config{CodeSize: 1, InjectFlush: every, InjectSeed: uint64(every)}, func(h *hammer) {
			h.wayThreads(3, n, 2)
			for h.e.Stats().Flushes == 0 && !h.t.Failed() { // a busy machine has not come so far
				h.wayRound(n, 2, 0)
			}
		})
	}
}

// stallInCallback has a vCPU sit in a helper while others fill the code buffer several times over: nobody waits
// for it.
type stallInCallback struct {
	counter
	helper *ir.Helper
	at     uint64
}

func (s *stallInCallback) Insn(b *ir.Builder, _ *cpu.Arch, pc uint64, _ []byte, _ bool) {
	if pc == s.at {
		b.Call(s.helper, false)
	}
}

// TestHammerCallback: a vCPU in a callback waits for another one, which needs all of the code buffer.
func TestHammerCallback(t *testing.T) {
	const n = 3000
	var others sync.WaitGroup
	in, once := make(chan bool), sync.Once{}
	s := &stallInCallback{at: codeBase + 3*4}
	s.helper = &ir.Helper{Name: "stall", NoGlobals: true, Observer: true, Fn: func(env *ir.Env, _ *[4]ir.Val) ir.Val {
		if env.User.(*tcg.VCPU).User == "stall" {
			once.Do(func() { close(in); others.Wait() })
			env.User.(*tcg.VCPU).Engine().Flush()
		}
		return ir.Val{}
	}}
	hammers(t, arm64.Arch(), longWay(n), tcg.Config{CodeSize: 1, Instr: s}, func(h *hammer) {
		in, once = make(chan bool), sync.Once{}
		v := h.e.NewVCPU()
		v.User = "stall"
		h.arch.WriteReg(v.State(), 1, hammerData)
		h.arch.WriteReg(v.State(), 3, 5)
		v.SetPC(codeBase)
		others.Go(func() {
			<-in
			for range 3 {
				h.wayRound(n, 2, 1)
			}
		})
		require.Equal(h.t, ir.ExcSyscall, h.run(v).Kind)
		require.EqualValues(h.t, 5*n, h.arch.ReadReg(v.State(), 0))
	})
}

// newCode is x86 code of a writer, at 0, that puts 1, 2, ... into the immediate of the function at 0x1000 and
// then into [RSI], and waits for it to come back in [RSI+4]; and of a reader, at 0x100, that looks at [RSI]
// first, serializes as SDM vol. 3 9.1.3 wants, calls the function and must not get an older number. Both go on until [RSI+8] is not 0 and end in SYSCALL, the
// reader in INT3 when it got an older one.
func newCode() []byte {
	b := make([]byte, 0x2000)
	copy(b, []byte{
		0x31, 0xc0, // xor eax, eax
		0xff, 0xc0, // 1: inc eax
		0x89, 0x07, // mov [rdi], eax
		0x89, 0x06, // mov [rsi], eax
		0x83, 0x7e, 0x08, 0x00, // 2: cmp dword [rsi+8], 0
		0x75, 0x07, // jne 3f
		0x39, 0x46, 0x04, // cmp [rsi+4], eax
		0x75, 0xf5, // jne 2b
		0xeb, 0xed, // jmp 1b
		0x0f, 0x05, // 3: syscall
	})
	copy(b[0x100:], []byte{
		0x83, 0x7e, 0x08, 0x00, // 1: cmp dword [rsi+8], 0
		0x75, 0x17, // jne 2f
		0x44, 0x8b, 0x06, // mov r8d, [rsi]
		0x31, 0xc0, // xor eax, eax
		0x0f, 0xa2, // cpuid: serializes
		0xe8, 0, 0, 0, 0, // call 0x1003
		0x44, 0x39, 0xc0, // cmp eax, r8d
		0x72, 0x08, // jb 3f
		0x44, 0x89, 0x46, 0x04, // mov [rsi+4], r8d
		0xeb, 0xe3, // jmp 1b
		0x0f, 0x05, // 2: syscall
		0xcc, // 3: int3
	})
	binary.LittleEndian.PutUint32(b[0x10e:], 0x1003-0x112)
	b[0x1003] = 0xb8 // mov eax, imm32, which is aligned
	b[0x1008] = 0xc3 // ret
	return b
}

// TestHammerNewCode has a thread change code that another runs: who has seen what was stored after the change
// runs the changed code.
func TestHammerNewCode(t *testing.T) {
	hammers(t, x86.Arch, newCode(), tcg.Config{}, func(h *hammer) {
		var wg sync.WaitGroup
		for i := range 2 {
			v := h.e.NewVCPU()
			s := x86.StateAt(v.State())
			s.Reg[x86.RDI], s.Reg[x86.RSI] = codeBase+0x1004, hammerData
			s.Reg[x86.RSP], s.RIP = uint64(hammerData+(i+2)*softmmu.PageSize), uint64(codeBase+i*0x100)
			wg.Go(func() {
				if x := h.run(v); x.Kind != ir.ExcSyscall {
					h.t.Errorf("vCPU %d: %v at %#x; eax %d, flag was %d", v.Index, x, v.PC(), s.Reg[x86.RAX], s.Reg[x86.R8])
					h.as.Poke(hammerData+8, []byte{1})
				}
			})
		}
		time.Sleep(hammerTime)
		// On a busy machine one of the two may not have had its turn yet.
		for h.e.Stats().Invalidated == 0 && !h.t.Failed() {
			time.Sleep(time.Millisecond)
		}
		h.as.Poke(hammerData+8, []byte{1})
		wg.Wait()
	})
}

// TestHammerCold: vCPUs that keep code for the interpreter, while its page becomes writable and closed again, is written to,
// and forgotten.
func TestHammerCold(t *testing.T) {
	const n, rounds = 40, 150
	code := longWay(n)
	hammers(t, arm64.Arch(), code, tcg.Config{ColdRuns: 100}, func(h *hammer) {
		size := (uint64(len(code)) + softmmu.PageSize - 1) &^ (softmmu.PageSize - 1)
		h.disturb(func(i int) {
			perm := softmmu.R | softmmu.X
			if i%5 == 4 {
				perm = softmmu.RWX
			}
			switch i % 3 {
			case 0:
				require.NoError(h.t, h.as.Protect(codeBase, size, perm))
			case 1:
				at := (4 * i) % len(code) &^ 3
				h.as.Poke(codeBase+softmmu.Addr(at), code[at:at+4])
			default:
				h.e.FlushRange(codeBase+uint64(i)%size, codeBase+uint64(i)%size)
			}
			time.Sleep(50 * time.Microsecond)
		})
		var g sync.WaitGroup
		for id := range 3 {
			g.Go(func() {
				for range 3 {
					h.wayRound(n, rounds, id)
				}
			})
		}
		g.Wait()
	})
}

// TestHammerColdMoved: who interrupts a vCPU may send it elsewhere, to code not met before, and back: it then runs that and
// not the block that it was about to interpret.
func TestHammerColdMoved(t *testing.T) {
	const n, rounds, handlers = 40, 400, 3000
	code := longWay(n)
	first := len(code)
	for range handlers {
		code = append(code, words(0x910004a5, 0xd4000001)...) // add x5, x5, #1; svc #0
	}
	hammers(t, arm64.Arch(), code, tcg.Config{}, func(h *hammer) {
		size := (uint64(len(code)) + softmmu.PageSize - 1) &^ (softmmu.PageSize - 1)
		require.NoError(t, h.as.Protect(codeBase, size, softmmu.R|softmmu.X))
		v := h.e.NewVCPU()
		h.disturb(func(int) { v.Interrupt() })
		h.arch.WriteReg(v.State(), 1, hammerData)
		h.arch.WriteReg(v.State(), 3, rounds)
		v.SetPC(codeBase)
		sent := 0
		for {
			s := v.Run()
			if s.Kind == tcg.StopException {
				require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
				break
			}
			if sent == handlers {
				continue
			}
			pc := v.PC()
			v.SetPC(codeBase + uint64(first+8*sent))
			sent++
			require.Equal(t, ir.ExcSyscall, h.run(v).Kind)
			require.EqualValues(t, sent, h.arch.ReadReg(v.State(), 5))
			v.SetPC(pc)
		}
		require.EqualValues(t, rounds*n, h.arch.ReadReg(v.State(), 0))
	})
}
