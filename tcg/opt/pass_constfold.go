package opt

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/ir"
)

// fold replaces an op whose inputs are all constants by a move of its result.
func (s *State) fold(o *ir.Op, r *row) bool {
	switch {
	case o.Code == ir.Mov || o.Code == ir.VMov:
		return true
	case r.nout != 1:
		return false
	}
	s.in = [5]ir.Val{}
	for k := range r.nin {
		if t := o.A[r.nout+k]; t != ir.NoTemp {
			s.in[k] = s.b.Temps[t].Val
		}
	}
	v, _ := ir.Eval(o, &s.in, nil)
	code, typ := ir.Mov, ir.I64
	if s.b.Temps[o.A[0]].Type == ir.V128 {
		code, typ = ir.VMov, ir.V128
	}
	t, ok := s.newConst(typ, v)
	if ok {
		d := o.A[0]
		o.Start(code, ir.W64)
		o.A[0], o.A[1] = d, t
	}
	return ok
}

// toMove makes o a move of x, zero-extended from o's width if that is needed.
func (s *State) toMove(o *ir.Op, x ir.Temp) {
	code, w := ir.Mov, ir.W64
	if o.W < ir.W64 {
		if k := s.widthKnown(x); k == 0 || k > uint8(o.W)+1 {
			code, w = ir.Zext, o.W
		}
	}
	d := o.A[0]
	o.Start(code, w)
	o.A[0], o.A[1] = d, x
}

func (s *State) toConst(o *ir.Op, v uint64) {
	if t, ok := s.newConst(ir.I64, ir.Val{Lo: v}); ok {
		o.W = ir.W64
		s.toMove(o, t)
	}
}

// simplify applies algebraic identities to an integer op not all of whose inputs are constants.
func (s *State) simplify(o *ir.Op) {
	switch o.Code {
	case ir.Add, ir.Mul, ir.And, ir.Or, ir.Xor:
		if _, ok := s.constOf(o.A[1]); ok {
			o.A[1], o.A[2] = o.A[2], o.A[1]
		}
		fallthrough
	case ir.Sub, ir.AndN, ir.Shl, ir.Shr, ir.Sar, ir.RotL, ir.RotR:
		if c, ok := s.constOf(o.A[2]); ok {
			s.withConst(o, c&o.W.Mask())
		} else if o.A[1] == o.A[2] {
			s.withSelf(o)
		}
	case ir.Zext:
		s.toMove(o, o.A[1])
	case ir.Extract:
		s.extract(o)
	case ir.SelC, ir.SelF:
		if x := o.A[2]; o.Code == ir.SelF && x == o.A[3] {
			o.W = ir.W64
			s.toMove(o, x)
		}
	}
}

// withConst simplifies o with constant second input c.
func (s *State) withConst(o *ir.Op, c uint64) {
	mask := o.W.Mask()
	switch o.Code {
	case ir.Add, ir.Sub, ir.Or, ir.Xor, ir.AndN:
		if c == 0 {
			s.toMove(o, o.A[1])
		}
	case ir.Shl, ir.Shr, ir.Sar, ir.RotL, ir.RotR:
		if c&uint64(o.W.Bits()-1) == 0 {
			s.toMove(o, o.A[1])
		}
	case ir.And:
		switch {
		case c == mask:
			s.toMove(o, o.A[1])
		case c == 0:
			s.toConst(o, 0)
		case c == 0xff || c == 0xffff || c == 0xffffffff:
			o.W = ir.Width(widthOf(c))
			s.toMove(o, o.A[1])
		}
	case ir.Mul:
		switch {
		case c == 0:
			s.toConst(o, 0)
		case c == 1:
			s.toMove(o, o.A[1])
		case c&(c-1) == 0 && o.W >= ir.W32:
			if t, ok := s.newConst(ir.I64, ir.Val{Lo: uint64(bits.TrailingZeros64(c))}); ok {
				o.Code, o.A[2] = ir.Shl, t
			}
		}
	}
}

// withSelf simplifies o with two equal inputs.
func (s *State) withSelf(o *ir.Op) {
	switch o.Code {
	case ir.Sub, ir.Xor, ir.AndN:
		s.toConst(o, 0)
	case ir.And, ir.Or:
		s.toMove(o, o.A[1])
	}
}

// extract turns an Extract of a low field of a legal width into a Zext, and one of bits known to be
// zero above into a move.
func (s *State) extract(o *ir.Op) {
	if o.Aux != 0 || o.Attr&ir.Signed != 0 {
		return
	}
	switch o.Imm {
	case 8, 16, 32, 64:
		o.W = ir.Width(bits.TrailingZeros64(uint64(o.Imm)) - 3)
		s.toMove(o, o.A[1])
	}
}
