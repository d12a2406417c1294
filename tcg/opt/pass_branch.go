package opt

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/ir"
)

// foldBranch drops a branch whose condition is known not to hold, and makes one that is known to hold
// unconditional. A64's store-exclusive, in the block of its load-exclusive, so loses the look at the monitor.
func (s *State) foldBranch(o *ir.Op) {
	a, ok := s.constOf(o.A[0])
	if !ok {
		return
	}
	taken := false
	if o.Code == ir.BrF {
		taken = ir.EvalCond(o.Cond, a)
	} else {
		b, ok := s.constOf(o.A[1])
		if !ok {
			return
		}
		taken = ir.EvalCmp(o.Cond, o.W, a, b)
	}
	s.branches = true
	if !taken {
		s.drop(o)
		return
	}
	*o = ir.Op{Code: ir.Br, Imm: o.Imm, A: [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}}
}

// onlyLoop reports whether all n branches to the label that ops begins with come from the straight code behind it: a loop that
// nobody else leads into.
func onlyLoop(ops []ir.Op, n int) bool {
	for i := range ops[1:] {
		o := &ops[1+i]
		switch flags := o.Code.Info().Flags; {
		case o.Code == ir.SetLabel || flags&ir.Joins != 0:
			return n == 0
		case flags&ir.Labelled != 0 && o.Imm == ops[0].Imm:
			n--
		}
	}
	return n == 0
}

// prune drops what no way leads to any more after foldBranch, branches to where control goes anyway, and labels
// without a branch. When no label is left the block is straight again.
func (s *State) prune() {
	ops := s.b.Ops
	refs := slices.Grow(s.refs[:0], s.b.Labels)[:s.b.Labels]
	s.refs = refs
	clear(refs)
	for i := range ops {
		if o := &ops[i]; o.Code.Info().Flags&ir.Labelled != 0 && o.Code != ir.SetLabel {
			refs[o.Imm]++
		}
	}
	left := 0
	dead := false
	var br *ir.Op // the branch after which all is dead so far
	for i := range ops {
		o := &ops[i]
		flags := o.Code.Info().Flags
		switch {
		case o.Code == ir.Nop:
			continue
		case o.Code == ir.SetLabel:
			if br != nil && br.Imm == o.Imm {
				s.drop(br)
				refs[o.Imm]--
				br, dead = nil, false
			}
			if refs[o.Imm] == 0 {
				s.drop(o)
				continue
			}
			if dead && onlyLoop(ops[i:], refs[o.Imm]) {
				s.drop(o)
				continue
			}
			br, dead = nil, false
			left++
			continue
		case flags&ir.Joins != 0: // a Head: exits lead here
			br, dead = nil, false
			continue
		case dead:
			if flags&ir.Labelled != 0 {
				refs[o.Imm]--
			}
			s.drop(o)
			continue
		}
		if dead = flags&ir.EndsBlock != 0; o.Code == ir.Br {
			br = o
		}
	}
	if left == 0 {
		s.b.Labels = 0
	}
}
