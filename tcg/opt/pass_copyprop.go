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
	f, g := &s.facts[x], &s.facts[d] // field by field: see ir.Op.Start
	s.ver[d]++
	if temps[x].Kind == ir.Local && temps[d].Kind == ir.Global {
		g.src, g.kind, g.known, g.ver, g.imm = f.src, f.kind, f.known, f.ver, f.imm
		f.src, f.kind, f.ver, f.imm = d, copyOf, s.ver[d], 0
		return
	}
	known := s.widthKnown(x)
	g.src, g.kind, g.known, g.ver, g.imm = x, copyOf, known, s.ver[x], 0
}
