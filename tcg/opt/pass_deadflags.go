package opt

import "github.com/gotcg/gotcg/tcg/ir"

// plainOps has the op that gives the result of an op with flags. Shifts: not for narrow widths, whose
// count works differently.
var plainOps = [ir.NumOps]ir.Opcode{
	ir.AddF: ir.Add, ir.SubF: ir.Sub, ir.AndF: ir.And, ir.OrF: ir.Or, ir.XorF: ir.Xor, ir.IncF: ir.Add, ir.DecF: ir.Sub,
	ir.ShlF: ir.Shl, ir.ShrF: ir.Shr, ir.SarF: ir.Sar, ir.RolF: ir.RotL, ir.RorF: ir.RotR,
}

// deadOutputs treats an op with result and flags: it is dropped when both are dead, becomes the plain op
// when its flags are, and only a compare when its result is.
func (s *State) deadOutputs(o *ir.Op, ng ir.Temp, epoch uint32) {
	noRes, noFlags := s.dead(o.A[0], ng, epoch), s.dead(o.A[1], ng, epoch)
	switch {
	case noRes && noFlags:
		if s.on&deadCode != 0 {
			s.drop(o)
			o.A = noTemps
		}
	case s.on&deadFlags == 0:
	case noFlags:
		o.A[1] = ir.NoTemp
		s.toPlain(o)
	case noRes:
		o.A[0] = ir.NoTemp
	}
}

var noTemps = [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}

func (s *State) toPlain(o *ir.Op) {
	p := plainOps[o.Code]
	if p == ir.Nop || o.W < ir.W32 && (p == ir.Shl || p == ir.Shr || p == ir.Sar) {
		return
	}
	b := o.A[3]
	if o.Code == ir.IncF || o.Code == ir.DecF {
		one, ok := s.newConst(ir.I64, ir.Val{Lo: 1})
		if !ok {
			return
		}
		b = one
	}
	d, x := o.A[0], o.A[2]
	o.Start(p, o.W)
	o.A[0], o.A[1], o.A[2] = d, x, b
	if s.on&constFold == 0 {
		return
	}
	// What the forward walk knew at the end of the block does not hold here.
	s.facts[o.A[1]], s.facts[b] = fact{}, fact{}
	if _, ok := s.constOf(o.A[1]); ok {
		if _, ok := s.constOf(o.A[2]); ok && s.fold(o, &rows[p]) {
			return
		}
	}
	s.simplify(o)
}
