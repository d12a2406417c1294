package opt

import "github.com/gotcg/gotcg/tcg/ir"

// foldAddress folds constants and additions of constants into a memory op's displacement.
func (s *State) foldAddress(o *ir.Op) {
	base := int(rows[o.Code].nout)
	indexed := false
	switch o.Code {
	case ir.Ld, ir.LdV:
		indexed = true
	case ir.St, ir.StV:
		base, indexed = 1, true
	}
	if f := &s.facts[o.A[base]]; f.kind == addImm && s.ver[f.src] == f.ver && fits(o.Imm, f.imm) {
		o.Imm += f.imm
		o.A[base] = f.src
	}
	if !indexed || o.A[base+1] == ir.NoTemp {
		return
	}
	x := &o.A[base+1]
	if c, ok := s.constOf(*x); ok {
		if c <<= o.Aux; fits(o.Imm, int64(c)) {
			o.Imm += int64(c)
			*x, o.Aux = ir.NoTemp, 0
		}
		return
	}
	if c, ok := s.constOf(o.A[base]); ok && o.Aux == 0 && fits(o.Imm, int64(c)) {
		o.Imm += int64(c)
		o.A[base], *x = *x, ir.NoTemp
	}
}

// fits reports whether a + b fits a displacement.
func fits(a, b int64) bool {
	return b == int64(int32(b)) && a+b == int64(int32(a+b))
}
