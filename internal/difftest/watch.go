package difftest

import (
	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Watcher is instrumentation that has observers called before each instruction and around each memory access. Nothing of what
// they do may be seen in the guest.
type Watcher struct{}

// observers are called in turn: one looks at the State, the other does not.
var observers = [...]*ir.Helper{
	{Name: "watch", NoGlobals: true, ReadsOnly: true, Observer: true, Fn: disturb},
	{Name: "watch_state", ReadsOnly: true, Observer: true, Fn: disturb},
}

// numbers are the operands and results of disturb: variables, so that it is the processor that computes.
var numbers = struct{ zero, one, three, huge, tiny, sum float64 }{one: 1, three: 3, huge: 1e300, tiny: 1e-300}

// disturb raises all floating-point exceptions.
func disturb(*ir.Env, *[4]ir.Val) ir.Val {
	n := &numbers
	n.sum = n.one/n.three + n.huge*n.huge + n.tiny*n.tiny*n.three + n.one/n.zero + n.zero/n.zero + 5e-324/n.three
	return ir.Val{}
}

func (Watcher) Insn(b *ir.Builder, _ *cpu.Arch, pc uint64, _ []byte, _ bool) {
	b.Call(observers[pc%2], false)
}

func (w Watcher) MemHook(uint64) ir.MemHook { return w }
func (Watcher) EndBlock() bool              { return false }
func (Watcher) Cut(uint64)                  {}
func (Watcher) Unused() bool                { return false }
func (Watcher) BasicBlocks() bool           { return false }

func (Watcher) BeforeMem(b *ir.Builder, o *ir.Op) {
	b.Call(observers[0], false, b.Address(o), b.Const(1))
}

func (Watcher) AfterMem(b *ir.Builder, _ *ir.Op) { b.Call(observers[0], false) }
