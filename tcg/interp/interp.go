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
	// Slot is the number of the direct exit among the block's, NoSlot for any other and from there on.
	Slot uint8
	PC   uint64
	// Exc is set for ExitExc and ExitFault.
	Exc ir.Exception
}

// Thread is what one vCPU needs to execute blocks.
type Thread struct {
	// Env gives the State, the FP environment and memory. Where it matters Env.PC is kept up to date while a block runs.
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
	// block is left. With StopAbove also when it comes there from above, where host code may check addresses.
	StopAt    uint64
	StopAbove bool

	// in is a field because what helpers get would escape from the stack.
	in    [5]ir.Val
	frame []uint64
	once  Preparer
}

// Run executes block b, which must pass ir.Verify, from its start until it is left. Who runs a block often keeps its Prog.
func (t *Thread) Run(b *ir.Block) Exit {
	var need Need
	if t.Stale != nil {
		need |= NeedStale
	}
	if t.Resume > 0 {
		need |= NeedResume
	}
	p, err := t.once.Prepare(b, need)
	if err != nil {
		panic(err)
	}
	var x Exit
	t.RunProg(p, &x)
	return x
}

// exec executes o, one of the rest.
func (t *Thread) exec(p *Prog, r *areas, o *ir.Op) bool {
	info := o.Code.Info()
	var helpers []*ir.Helper
	if p.rare != nil {
		helpers = p.rare.helpers
	}
	if t.Quiet || t.Resume > 0 {
		if o.Code == ir.Call && helpers[o.Imm].Observer {
			return true
		}
	}
	nout := len(info.Out)
	t.gather(r, o, info, nout)
	v, v2, ok := ExecOp(t.Env, o, helpers, &t.in)
	if t.Resume > 0 && info.Flags&ir.MemOp != 0 {
		t.Resume--
	}
	if !ok {
		return false
	}
	scatter(r, o, info, nout, v, v2)
	return true
}

// eval executes o, one of the rest that is a function of its inputs alone.
func (t *Thread) eval(r *areas, o *ir.Op) {
	info := o.Code.Info()
	nout := len(info.Out)
	t.gather(r, o, info, nout)
	v, v2 := ir.Eval(o, &t.in, nil)
	scatter(r, o, info, nout, v, v2)
}

// gather reads the inputs of o.
func (t *Thread) gather(r *areas, o *ir.Op, info *ir.OpInfo, nout int) {
	for k := range info.In {
		x := uint16(o.A[nout+k])
		if c := info.In[k]; c == 'v' || c == '*' && o.D>>(nout+k)&1 != 0 {
			t.in[k] = r.getV(x)
		} else {
			t.in[k] = ir.Val{Lo: r.get(x)}
		}
	}
}

// scatter writes the outputs of o.
func scatter(r *areas, o *ir.Op, info *ir.OpInfo, nout int, v, v2 ir.Val) {
	if nout == 0 {
		return
	}
	if c := info.Out[0]; c == 'v' || c == '*' && o.D&1 != 0 {
		r.setV(uint16(o.A[0]), v)
	} else {
		r.set(uint16(o.A[0]), v.Lo)
	}
	if nout > 1 {
		r.set(uint16(o.A[1]), v2.Lo)
	}
}

// stays tells whether a taken direct exit with the attributes d, at word from, goes to the Head at pc, and where that is.
func (t *Thread) stays(p *Prog, d uint16, pc uint64, from uint32) (at uint32, ok bool) {
	if d&exitInternal == 0 || t.NoInternal || d&exitBackward != 0 && t.interrupted() {
		return 0, false
	}
	for _, h := range p.rare.heads {
		if h.pc == pc {
			return h.at, t.StopAt != pc+1 || h.at > from
		}
	}
	return 0, false
}

// stopsAt tells whether the block is to be left at the Head at word i.
func (t *Thread) stopsAt(p *Prog, i uint32) (pc uint64, ok bool) {
	for _, h := range p.rare.heads {
		if h.at == i {
			return h.pc, t.StopAt == h.pc+1
		}
	}
	return 0, false
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

// undoCounters takes back what merged counters added too early when the block is left before the instruction at
// word i of p: every CounterUndo from there to the next exit, see package opt.
func (t *Thread) undoCounters(p *Prog, i uint32) {
	for {
		w := p.at(i)
		if uint8(w) == opUndo {
			o := ir.Op{Imm: int64(p.at(i + 1))}
			atomic.AddUint64(&t.Counters[o.CounterSlot()], -uint64(int64(o.CounterAmount())))
		}
		if uint8(w) == opEnd || endsUndo(uint8(w)) {
			return
		}
		if i++; long(uint8(w)) {
			i++
		}
	}
}

// fault leaves p by Env.Exc: word i is behind what raised it.
func (t *Thread) fault(p *Prog, i uint32, x *Exit) {
	t.undoCounters(p, i)
	*x = Exit{Kind: ExitFault, Slot: NoSlot, PC: t.Env.PC, Exc: t.Env.Exc}
}
