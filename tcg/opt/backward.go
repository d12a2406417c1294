package opt

import "github.com/gotcg/gotcg/tcg/ir"

// backward walks the ops once from the end and drops or weakens those whose outputs nobody sees.
//
// s.seen[t] tells of temp t whether its value is wanted at this point. For a local, 1 is yes. For a
// global the question is whether it is overwritten before anybody can look: seen[g] equals epoch, which
// changes at every observer, when it is.
//
// Between the first and the last label or branch of an instruction nothing is dropped, and what is written there may
// not be: that makes nothing before it dead.
func (s *State) backward() {
	ops := s.b.Ops
	n := len(s.b.Temps)
	if cap(s.seen) < n {
		s.seen = make([]uint32, n, 2*n+64)
	}
	s.seen = s.seen[:n]
	clear(s.seen)
	first := len(ops) // of the ops from there on some are under a branch
	ng := ir.Temp(len(s.b.Globals))
	epoch := uint32(2)
	for i := len(ops) - 1; i >= 0; i-- {
		o := &ops[i]
		if o.Code == ir.InsnStart {
			continue
		}
		r := &rows[o.Code]
		if s.b.Labels > 0 && first == len(ops) && o.Code.Info().Flags&ir.Labelled != 0 {
			first = firstLabelled(ops, i)
		}
		if i >= first {
			if i == first {
				first = len(ops)
			}
		} else {
			if r.class == pureInt || r.class == pureVec {
				if s.on&deadCode != 0 && s.dead(o.A[0], ng, epoch) {
					s.drop(o)
					continue
				}
			} else if r.class == flagOp {
				s.deadOutputs(o, ng, epoch)
				r = &rows[o.Code]
				for len(s.seen) < len(s.b.Temps) {
					s.seen = append(s.seen, 0)
				}
			}
			for k := range r.nout {
				if t := o.A[k]; t < ng {
					s.seen[t] = epoch
				} else if t != ir.NoTemp {
					s.seen[t] = 0
				}
			}
		}
		if r.class == observer || o.Attr&ir.ExactFP != 0 && o.MayRaise() {
			epoch++
		}
		for k := r.nout; k < r.nout+r.nin; k++ {
			if t := o.A[k]; t != ir.NoTemp {
				s.seen[t] = 1
			}
		}
	}
}

// dead reports whether nobody sees the value output t gets here.
func (s *State) dead(t, ng ir.Temp, epoch uint32) bool {
	if t < ng {
		return s.seen[t] == epoch
	}
	return t == ir.NoTemp || s.seen[t] == 0
}

// firstLabelled returns the index of the first label, or branch to one, of the instruction that op i, the last such,
// is of.
func firstLabelled(ops []ir.Op, i int) int {
	first := i
	for ; i >= 0 && ops[i].Code != ir.InsnStart && ops[i].Code != ir.Head; i-- {
		if ops[i].Code.Info().Flags&ir.Labelled != 0 {
			first = i
		}
	}
	return first
}
