package tcg_test

import (
	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// wanderWatch is instrumentation that counts in several counters and has what instructions do seen: all of it, or only every
// so manieth instruction. What it counts and sees is what executors must agree on.
type wanderWatch struct {
	// calls: observers are called, too, before one instruction of so many, by PC, and around all its accesses.
	calls uint64
	sum   *uint64
	insn  *ir.Helper
	mem   *ir.Helper
	hook  bool
}

// The counters of a wanderWatch: instructions, those of every second PC or so, accesses before and after.
const (
	wanderInsns = tcg.FirstSlot + iota
	wanderSome
	wanderOften
	wanderBefore
	wanderAfter
	wanderSlots
)

func newWanderWatch(calls uint64) *wanderWatch {
	w := &wanderWatch{calls: calls, sum: new(uint64)}
	w.insn = &ir.Helper{Name: "saw", ReadsOnly: true, Observer: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		v := env.User.(*tcg.VCPU)
		a := v.Engine().Arch()
		w.note(env.PC)
		for i := range 6 {
			w.note(a.ReadReg(v.State(), i))
		}
		return ir.Val{}
	}}
	w.mem = &ir.Helper{Name: "saw_mem", NoGlobals: true, ReadsOnly: true, Observer: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		w.note(env.PC ^ in[0].Lo<<1 ^ in[1].Lo<<60)
		return ir.Val{}
	}}
	return w
}

func (w *wanderWatch) note(x uint64) { *w.sum = (*w.sum ^ x) * 0x9e3779b97f4a7c15 }

func count(b *ir.Builder, slot uint32, n int32) {
	b.Emit(ir.Op{Code: ir.Counter, Imm: ir.CounterImm(slot, n), A: [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
}

// Insn implements tcg.Instrumenter.
func (w *wanderWatch) Insn(b *ir.Builder, _ *cpu.Arch, pc uint64, _ []byte, _ bool) {
	count(b, wanderInsns, 1)
	w.hook = w.calls != 0 && pc>>2%w.calls == 0
	if pc&4 != 0 {
		count(b, wanderSome, int32(pc&0xff)-99)
	}
	if w.hook {
		b.Call(w.insn, false)
	}
	if pc%3 == 0 {
		count(b, wanderOften, 3)
	}
}

// MemHook implements tcg.Instrumenter.
func (w *wanderWatch) MemHook(uint64) ir.MemHook { return w }

// BeforeMem implements ir.MemHook.
func (w *wanderWatch) BeforeMem(b *ir.Builder, o *ir.Op) {
	count(b, wanderBefore, 1)
	if w.hook {
		b.Call(w.mem, false, b.Address(o), b.Const(1))
	}
}

// AfterMem implements ir.MemHook.
func (w *wanderWatch) AfterMem(b *ir.Builder, o *ir.Op) {
	if w.hook {
		b.Call(w.mem, false, b.Address(o), b.Const(2))
	}
	count(b, wanderAfter, 1)
}

func (*wanderWatch) EndBlock() bool    { return false }
func (*wanderWatch) Cut(uint64)        {}
func (*wanderWatch) BasicBlocks() bool { return false }
func (*wanderWatch) Unused() bool      { return false }
