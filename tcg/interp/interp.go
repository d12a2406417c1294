package interp

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/tcg/ir"
)

// ExitKind tells how a block was left.
type ExitKind uint8

const (
	// ExitTB: by a direct exit (ExitTB, or a taken ExitC or ExitF); Exit.PC is its target.
	ExitTB ExitKind = iota
	// ExitPtr: by an indirect exit; Exit.PC is the target.
	ExitPtr
	// ExitExc: by an ExitExc op; Exit.Exc is the exception, its PC the State's new PC.
	ExitExc
	// ExitFault: an op raised Exit.Exc; the State is that of the start of the instruction at
	// Exit.PC (or, when a helper raised it, what the helper made of it).
	ExitFault
)

// Exit is how and where a block was left. Storing the PC in the State is the caller's business.
type Exit struct {
	Kind ExitKind
	// Backward: the exit op had that attribute.
	Backward bool
	// Op is the index of the op that left.
	Op int
	PC uint64
	// Exc is set for ExitExc and ExitFault.
	Exc ir.Exception
}

// Thread is what one vCPU needs to execute blocks.
type Thread struct {
	// Env gives the State, the FP environment and memory. Env.PC is kept up to date while a block runs.
	Env *ir.Env
	// Counters is the vCPU's scoreboard, indexed by Counter ops; others may read it, atomically.
	Counters []uint64
	// Stale, if not nil, is set when the block under way has been overwritten: it is left at the
	// next instruction.
	Stale *atomic.Bool

	// Quiet leaves out calls of observers: somebody else runs the same block with them.
	Quiet bool

	// Resume is how many memory accesses the block makes before what instrumentation wants is done:
	// it has been done before. It counts down.
	Resume int

	// NoInternal takes exits with ir.Internal as ways out of the block, like any other.
	NoInternal bool
	// Interrupt, if not nil, is looked at, atomically, by internal exits that are backward: when it is not zero the
	// block is left there.
	Interrupt *uint32
	// Rounds, if positive, is how many internal exits that are backward may be taken: at the last the block is left.
	Rounds int
	// StopAt, if not 0, is the PC of a Head plus one: when control comes there from below, where host code polls, the
	// block is left.
	StopAt uint64

	// in is a field because what helpers get would escape from the stack.
	in     [5]ir.Val
	vals   []ir.Val
	labels []int
	heads  []head
	block  *ir.Block
}

// head is a Head of the block: its PC and its index among the ops.
type head struct {
	pc int64
	at int
}

// Run executes block b from its start until it is left.
func (t *Thread) Run(b *ir.Block) Exit {
	if len(t.vals) < len(b.Temps) {
		t.vals = make([]ir.Val, len(b.Temps)+64)
	}
	t.block = b
	t.labels, t.heads = t.labels[:0], t.heads[:0]
	env := t.Env
	env.PC = b.PC
	env.Exc.Kind = ir.ExcNone
	for i := 0; i < len(b.Ops); i++ {
		o := &b.Ops[i]
		switch c := o.Code; {
		case c < ir.AddF && c != ir.Div2U && c != ir.Div2S:
			t.set(o.A[0], ir.Val{Lo: ir.EvalInt(o, t.lo(o.A[1]), t.lo(o.A[2]), t.lo(o.A[3]), t.lo(o.A[4]))})
		case c == ir.InsnStart:
			if i > 0 && t.Stale != nil && t.Stale.Load() {
				t.undoCounters(b, i)
				return Exit{Kind: ExitTB, Op: i, PC: uint64(o.Imm)}
			}
			env.PC = uint64(o.Imm)
		case c == ir.ExitTB,
			c == ir.ExitC && ir.EvalCmp(o.Cond, o.W, t.lo(o.A[0]), t.lo(o.A[1])),
			c == ir.ExitF && ir.EvalCond(o.Cond, t.lo(o.A[0])):
			if o.Attr&ir.Internal != 0 && !t.NoInternal && !(o.Attr&ir.Backward != 0 && t.interrupted()) {
				if to := t.head(o); t.StopAt != uint64(o.Imm)+1 || to > i {
					i = to
					continue
				}
			}
			return Exit{Kind: ExitTB, Op: i, PC: uint64(o.Imm), Backward: o.Attr&ir.Backward != 0}
		case c == ir.ExitC, c == ir.ExitF, c == ir.Head: // goes on
		case c == ir.ExitPtr, c == ir.ExitPtrNE && t.lo(o.A[0]) != uint64(o.Imm):
			return Exit{Kind: ExitPtr, Op: i, PC: t.lo(o.A[0])}
		case c == ir.ExitExc:
			x := ir.Exception{Kind: ir.ExcKind(o.Aux), PC: uint64(o.Imm), Code: t.lo(o.A[0])}
			return Exit{Kind: ExitExc, Op: i, PC: x.PC, Exc: x}
		case c == ir.Br:
			i = t.label(o)
		case c == ir.BrC:
			if ir.EvalCmp(o.Cond, o.W, t.lo(o.A[0]), t.lo(o.A[1])) {
				i = t.label(o)
			}
		case c == ir.BrF:
			if ir.EvalCond(o.Cond, t.lo(o.A[0])) {
				i = t.label(o)
			}
		case c == ir.Counter:
			if t.Resume == 0 {
				atomic.AddUint64(&t.Counters[o.CounterSlot()], uint64(int64(o.CounterAmount())))
			}
		default:
			if !t.exec(o) {
				t.undoCounters(b, i)
				return Exit{Kind: ExitFault, Op: i, PC: env.PC, Exc: env.Exc}
			}
		}
	}
	// A block that Verify accepts does not get here.
	return Exit{Kind: ExitExc, Op: len(b.Ops), PC: env.PC, Exc: ir.Exception{Kind: ir.ExcIllegal, PC: env.PC}}
}

// exec executes any op that is not control.
func (t *Thread) exec(o *ir.Op) bool {
	info := o.Code.Info()
	if t.Quiet || t.Resume > 0 {
		if o.Code == ir.Call && t.block.Helpers[o.Imm].Observer {
			return true
		}
	}
	nout := len(info.Out)
	for k := range info.In {
		t.in[k] = t.get(o.A[nout+k])
	}
	r, r2, ok := ExecOp(t.Env, o, t.block.Helpers, &t.in)
	if t.Resume > 0 && info.Flags&ir.MemOp != 0 {
		t.Resume--
	}
	if !ok {
		return false
	}
	if nout > 0 {
		t.set(o.A[0], r)
		if nout > 1 {
			t.set(o.A[1], r2)
		}
	}
	return true
}

// lo returns the low 64 bits of temp x, 0 for NoTemp.
func (t *Thread) lo(x ir.Temp) uint64 {
	b := t.block
	if int(x) < len(b.Globals) {
		return loadI64(t.Env.State, b.Globals[x].Offset)
	}
	if x == ir.NoTemp {
		return 0
	}
	if b.Temps[x].Kind == ir.Const {
		return b.Temps[x].Val.Lo
	}
	return t.vals[x].Lo
}

func (t *Thread) get(x ir.Temp) ir.Val {
	b := t.block
	if int(x) < len(b.Globals) {
		g := &b.Globals[x]
		if g.Type == ir.V128 {
			return loadV128(t.Env.State, g.Offset)
		}
		return ir.Val{Lo: loadI64(t.Env.State, g.Offset)}
	}
	if x == ir.NoTemp {
		return ir.Val{}
	}
	if b.Temps[x].Kind == ir.Const {
		return b.Temps[x].Val
	}
	return t.vals[x]
}

func (t *Thread) set(x ir.Temp, v ir.Val) {
	b := t.block
	if int(x) < len(b.Globals) {
		g := &b.Globals[x]
		if g.Type == ir.V128 {
			storeV128(t.Env.State, g.Offset, v)
		} else {
			storeI64(t.Env.State, g.Offset, v.Lo)
		}
		return
	}
	if x != ir.NoTemp {
		t.vals[x] = v
	}
}

// label returns the index of the SetLabel op that branch o goes to.
func (t *Thread) label(o *ir.Op) int {
	b := t.block
	if len(t.labels) == 0 {
		for range b.Labels {
			t.labels = append(t.labels, len(b.Ops))
		}
		for i := range b.Ops {
			if b.Ops[i].Code == ir.SetLabel {
				t.labels[b.Ops[i].Imm] = i
			}
		}
	}
	return t.labels[o.Imm]
}

// interrupted reports whether somebody wants the thread to leave its block.
func (t *Thread) interrupted() bool {
	if t.Rounds > 0 {
		if t.Rounds--; t.Rounds == 0 {
			return true
		}
	}
	return t.Interrupt != nil && atomic.LoadUint32(t.Interrupt) != 0
}

// head returns the index of the Head that internal exit o goes to.
func (t *Thread) head(o *ir.Op) int {
	if len(t.heads) == 0 {
		for i := range t.block.Ops {
			if h := &t.block.Ops[i]; h.Code == ir.Head {
				t.heads = append(t.heads, head{h.Imm, i})
			}
		}
	}
	for _, h := range t.heads {
		if h.pc == o.Imm {
			return h.at
		}
	}
	return len(t.block.Ops)
}

// undoCounters takes back what merged counters added too early when the block is left by a fault
// of op i: every CounterUndo from there to the next exit, see package opt.
func (t *Thread) undoCounters(b *ir.Block, i int) {
	for j := i + 1; j < len(b.Ops); j++ {
		o := &b.Ops[j]
		switch {
		case o.Code == ir.CounterUndo:
			atomic.AddUint64(&t.Counters[o.CounterSlot()], -uint64(int64(o.CounterAmount())))
		case o.Code.Info().Flags&(ir.SideExit|ir.EndsBlock|ir.Joins) != 0:
			return
		}
	}
}
