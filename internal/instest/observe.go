package instest

import (
	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// observer is instrumentation that has a helper called before and after each memory access: what an instruction does must not
// depend on that.
type observer struct{}

var observed = &ir.Helper{Name: "observed", NoGlobals: true, ReadsOnly: true, Observer: true,
	Fn: func(*ir.Env, *[4]ir.Val) ir.Val { return ir.Val{} }}

func (observer) Insn(*ir.Builder, *cpu.Arch, uint64, []byte, bool) {}
func (o observer) MemHook(uint64) ir.MemHook                       { return o }
func (observer) EndBlock() bool                                    { return false }
func (observer) Cut(uint64)                                        {}
func (observer) BasicBlocks() bool                                 { return false }
func (observer) Unused() bool                                      { return false }

func (observer) BeforeMem(b *ir.Builder, o *ir.Op) { b.Call(observed, false, b.Address(o), b.Const(1)) }
func (observer) AfterMem(b *ir.Builder, _ *ir.Op)  { b.Call(observed, false) }
