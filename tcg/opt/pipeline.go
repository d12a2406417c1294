package opt

import (
	"fmt"
	"strings"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Pass names an optimization that can be switched off by itself, to find out which one is at fault.
type Pass struct {
	Name, Help string
	// walk is the walk the pass is part of.
	walk walk
	bit  passSet
}

type passSet uint16

const (
	counters passSet = 1 << iota
	constFold
	copyProp
	addrFold
	mergeFlags
	deadCode
	deadFlags
	allPasses = 1<<iota - 1
)

// walk is one run over a block's ops.
type walk uint8

const (
	walkForward walk = iota
	walkBackward
	walkCounters
)

// passes is the pipeline in order.
var passes = []Pass{
	{"constfold", "evaluate ops on constants; algebraic identities", walkForward, constFold},
	{"copyprop", "use what a temp is a copy of; drop moves that change nothing", walkForward, copyProp},
	{"addrfold", "fold constant offsets into memory operands", walkForward, addrFold},
	{"mergeflags", "let users of single flags see through flag merges", walkForward, mergeFlags},
	{"deadcode", "drop ops whose results nobody sees", walkBackward, deadCode},
	{"deadflags", "turn ops whose flags nobody sees into plain ones", walkBackward, deadFlags},
	{"counters", "merge inline counters of a stretch without exits into one", walkCounters, counters},
}

// before holds the ordering rules, which TestPassOrder checks: what the first of a pair leaves is what the second looks for.
var before = [][2]string{
	{"constfold", "counters"},  // an exit that goes would join two stretches already merged
	{"constfold", "deadcode"},  // folding leaves inputs without users
	{"copyprop", "deadcode"},   // so does copying
	{"mergeflags", "deadcode"}, // a merge seen through may be dead
	{"copyprop", "addrfold"},   // offsets are found on the resolved base
	{"mergeflags", "deadflags"},
}

// Passes returns the pipeline in order.
func Passes() []Pass { return passes }

// State holds the working storage of the passes; it is reused from block to block and belongs to
// one goroutine at a time.
type State struct {
	on passSet

	b     *ir.Block
	facts []fact   // by temp
	ver   []uint32 // by temp: number of definitions so far
	seen  []uint32 // by temp, see backward
	// fresh are the constants made for this block by folding.
	fresh   []ir.Temp
	changed bool
	// branches: a branch has been folded.
	branches bool
	refs     []int // by label: branches to it
	// counted: there are Counter ops, or nobody has looked.
	counted bool
	in      [5]ir.Val
}

// NewState returns a State with all passes on.
func NewState() *State { return &State{on: allPasses} }

// Set switches passes by name: "-constfold,-copyprop" switches two off, "none" all,
// "all" none; a name alone switches one on.
func (s *State) Set(spec string) error {
	for _, w := range strings.Split(spec, ",") {
		name, off := strings.CutPrefix(w, "-")
		bit := passSet(0)
		for _, p := range passes {
			if p.Name == name {
				bit = p.bit
			}
		}
		switch {
		case w == "":
		case w == "all":
			s.on = allPasses
		case w == "none":
			s.on = 0
		case bit == 0:
			var names []string
			for _, p := range passes {
				names = append(names, p.Name)
			}
			return fmt.Errorf("opt: no pass %q; there are %s", name, strings.Join(names, ", "))
		case off:
			s.on &^= bit
		default:
			s.on |= bit
		}
	}
	return nil
}

// Run optimizes b in place. A block that ir.Verify accepts is one that it accepts afterwards.
func (s *State) Run(b *ir.Block) {
	if s.on == 0 {
		return
	}
	s.b = b
	s.fresh = s.fresh[:0]
	s.changed, s.branches = false, false
	s.counted = s.on&(constFold|copyProp|addrFold|mergeFlags) == 0
	s.grow()
	if s.on&(constFold|copyProp|addrFold|mergeFlags) != 0 {
		s.forward()
		if s.branches {
			s.prune()
		}
	}
	if s.on&(deadCode|deadFlags) != 0 {
		s.backward()
	}
	if s.on&counters != 0 && s.counted {
		s.mergeCounters()
	}
	s.compact()
	s.b = nil
}

// compact takes out the Nops the walks have left.
func (s *State) compact() {
	if !s.changed {
		return
	}
	ops := s.b.Ops
	n := 0
	for i := range ops {
		if ops[i].Code == ir.Nop {
			continue
		}
		if n != i {
			ops[n] = ops[i]
		}
		n++
	}
	s.b.Ops = ops[:n]
}

// drop makes op o a Nop.
func (s *State) drop(o *ir.Op) {
	o.Code = ir.Nop
	s.changed = true
}

// row is what the walks need of an op's table row, in a compact form.
type row struct {
	nout, nin uint8
	class     class
	// width of the first output: see outWidth.
	width outWidth
}

type class uint8

const (
	other    class = iota
	pureInt        // one integer output, a function of its inputs
	pureVec        // one vector output or input, likewise
	flagOp         // result and flags
	observer       // all globals may be looked at: fault, exit, call, Head
)

var rows = func() (r [ir.NumOps]row) {
	for c := range ir.NumOps {
		info := c.Info()
		x := &r[c]
		x.nout, x.nin = uint8(info.NOut()), uint8(info.NIn())
		x.width = outWidths[c]
		switch f := info.Flags; {
		case f&(ir.MayFault|ir.SideExit|ir.EndsBlock|ir.Joins) != 0:
			x.class = observer
		case f&ir.Pure == 0 || f&ir.SideEffect != 0:
		case x.nout == 2:
			x.class = flagOp
		case c < ir.VMov:
			x.class = pureInt
		default:
			x.class = pureVec
		}
	}
	return r
}()
