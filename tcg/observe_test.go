package tcg_test

import (
	"math/rand/v2"
	"testing"
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

// tracer counts instructions and has observers called before each and before each access. Their sums tell what was seen in which order.
type tracer struct {
	counter
	arch   *cpu.Arch
	sum, n uint64
	// The operands and the result of arithmetic that raises floating-point exceptions.
	one, three, huge, all float64
	// insn looks at the State, plain and mem do not.
	insn, plain, mem ir.Helper
}

func newTracer(arch *cpu.Arch) *tracer {
	t := &tracer{arch: arch, one: 1, three: 3, huge: 1e300}
	t.insn = ir.Helper{Name: "insn", ReadsOnly: true, Observer: true, Fn: func(env *ir.Env, _ *[4]ir.Val) ir.Val {
		for i, b := range unsafe.Slice((*byte)(env.State), arch.StateSize) {
			if uint32(i)&^7 != arch.PCOffset { // of the last exit
				t.sum = t.sum*31 + uint64(b)
			}
		}
		return t.see(env)
	}}
	t.plain = ir.Helper{Name: "plain", NoGlobals: true, ReadsOnly: true, Observer: true, Fn: func(env *ir.Env, _ *[4]ir.Val) ir.Val {
		return t.see(env)
	}}
	t.mem = ir.Helper{Name: "mem", NoGlobals: true, ReadsOnly: true, Observer: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		t.sum = t.sum*0x9e3779b97f4a7c15 + in[0].Lo*3 + in[1].Lo
		return t.see(env)
	}}
	return t
}

func (t *tracer) see(env *ir.Env) ir.Val {
	t.sum = t.sum*0x9e3779b97f4a7c15 + env.PC
	t.n++
	t.all += t.one/t.three + t.huge*t.huge
	return ir.Val{}
}

func (t *tracer) Insn(b *ir.Builder, arch *cpu.Arch, pc uint64, code []byte, first bool) {
	t.counter.Insn(b, arch, pc, code, first)
	if pc/4%4 == 0 {
		b.Call(&t.insn, false)
		return
	}
	b.Call(&t.plain, false)
}
func (t *tracer) MemHook(uint64) ir.MemHook { return t }
func (t *tracer) BeforeMem(b *ir.Builder, o *ir.Op) {
	b.Call(&t.mem, false, b.Address(o), b.Const(uint64(o.W)))
}
func (t *tracer) AfterMem(*ir.Builder, *ir.Op) {}

// TestObservers has everything that random programs do observed, while code is flushed so often that sites' numbers are used
// again all the time: the observers see the same as on the interpreter, and the programs end the same.
func TestObservers(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: there is the interpreter only")
	}
	seeds := []uint64{134} // a copy of no bytes, known when it is translated
	for i := range *wanders {
		seeds = append(seeds, *wanderOne+i)
	}
	for _, seed := range seeds {
		w := &wanderer{Rand: rand.New(rand.NewPCG(seed, 9))}
		arch := x86.Arch
		if seed%2 == 0 {
			w.regs, w.base, w.ptr, w.sp, w.fuel = 16, gRSI, gRDI, gRSP, 15
			w.program()
		} else {
			arch = arm64.Arch()
			w.regs, w.base, w.ptr, w.sp, w.fuel = 31, 19, 20, 31, 21
			w.programA64()
		}
		var want wandered
		var sum, n uint64
		for way, cfg := range []tcg.Config{
			{Accel: tcg.AccelInterp},
			{Accel: tcg.AccelJIT, CodeSize: 1},
			{Accel: tcg.AccelJIT, CodeSize: 1, InjectFlush: 30},
			{Accel: tcg.AccelJIT, CodeSize: 1, Tier2: 2, InjectFlush: 500},
		} {
			trace := newTracer(arch)
			cfg.Instr = trace
			m := newWanderMachine(t, arch, softmmu.Direct, cfg)
			got := m.wander(w, seed, 0)
			got.insns = m.v.Counters()[1]
			m.close(t)
			if way == 0 {
				want, sum, n = got, trace.sum, trace.n
				continue
			}
			require.Equal(t, want, got, "seed %d, way %d", seed, way)
			require.Equal(t, n, trace.n, "seed %d, way %d: calls", seed, way)
			require.Equal(t, sum, trace.sum, "seed %d, way %d: what they saw", seed, way)
		}
	}
}
