package opt

import "github.com/gotcg/gotcg/tcg/ir"

// condFlags has the flags each pair of conditions looks at.
var condFlags = [...]uint64{
	ir.CondO >> 1: ir.FlagO, ir.CondB >> 1: ir.FlagC, ir.CondZ >> 1: ir.FlagZ, ir.CondBE >> 1: ir.FlagC | ir.FlagZ,
	ir.CondS >> 1: ir.FlagS, ir.CondP >> 1: ir.FlagP, ir.CondL >> 1: ir.FlagS | ir.FlagO,
	ir.CondLE >> 1: ir.FlagZ | ir.FlagS | ir.FlagO, ir.CondHIa >> 1: ir.FlagC | ir.FlagZ,
}

// seeFlags replaces the flags input of an op that looks at some flags only by the word they come from.
func (s *State) seeFlags(o *ir.Op) {
	switch o.Code {
	case ir.SetF, ir.SelF, ir.BrF:
		s.seeThrough(&o.A[rows[o.Code].nout], condFlags[o.Cond>>1])
	case ir.ExitF:
		s.seeThrough(&o.A[0], condFlags[o.Cond>>1])
	case ir.AdcF, ir.SbbF:
		s.seeThrough(&o.A[4], ir.FlagC)
	case ir.IncF, ir.DecF:
		s.seeThrough(&o.A[3], ir.FlagC)
	case ir.MergeF:
		s.seeThrough(&o.A[1], uint64(o.Imm))
		s.seeThrough(&o.A[2], (ir.FlagMask|ir.FlagOne)&^uint64(o.Imm))
	}
}

// seeThrough follows merges from *t as long as all wanted flags come from one side.
func (s *State) seeThrough(t *ir.Temp, want uint64) {
	for range 4 {
		f := &s.facts[*t]
		if f.kind != merge {
			return
		}
		mask := uint64(f.imm) >> 16 & 0xffff
		old, oldVer := ir.Temp(f.imm), uint32(f.imm>>32)
		switch {
		case want&^mask == 0 && s.ver[f.src] == f.ver:
			*t = f.src
		case want&mask == 0 && s.ver[old] == oldVer:
			*t = old
		default:
			return
		}
		*t = s.resolve(*t)
	}
}

// shiftByConst frees a shift by a constant count other than 0 from its old flags: all are written.
func (s *State) shiftByConst(o *ir.Op) {
	slot, old := 3, 4
	switch o.Code {
	case ir.ShlF, ir.ShrF, ir.SarF:
	case ir.ShldF, ir.ShrdF:
		slot, old = 4, 5
	default:
		return
	}
	c, ok := s.constOf(o.A[slot])
	mask := uint64(31)
	if o.W == ir.W64 {
		mask = 63
	}
	if _, done := s.constOf(o.A[old]); !ok || c&mask == 0 || done {
		return
	}
	if t, ok := s.newConst(ir.I64, ir.Val{Lo: ir.FlagOne}); ok {
		o.A[old] = t
	}
}
