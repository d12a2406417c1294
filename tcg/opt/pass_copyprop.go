package opt

import "github.com/gotcg/gotcg/tcg/ir"

// move notes what a Mov or VMov makes known, or drops it when it changes nothing.
//
// Of a local and the global it is moved to, the global is what later uses name: it stays in a
// register or the State anyway, so the local can die at the move.
func (s *State) move(o *ir.Op) {
	d, x := o.A[0], o.A[1]
	if s.on&copyProp == 0 {
		s.ver[d]++
		s.facts[d] = fact{}
		return
	}
	if d == x || s.resolve(d) == x {
		s.drop(o)
		return
	}
	temps := s.b.Temps
	f := s.facts[x]
	s.ver[d]++
	if temps[x].Kind == ir.Local && temps[d].Kind == ir.Global {
		s.facts[d] = f
		s.facts[x] = fact{kind: copyOf, src: d, ver: s.ver[d], known: f.known}
		return
	}
	s.facts[d] = fact{kind: copyOf, src: x, ver: s.ver[x], known: s.widthKnown(x)}
}
