package opt

import "github.com/gotcg/gotcg/tcg/ir"

// forward walks the ops once in order. For each it replaces inputs by what they are copies of, simplifies
// the op, and notes what is now known of its outputs.
func (s *State) forward() {
	ops := s.b.Ops
	for i := range ops {
		o := &ops[i]
		switch o.Code {
		case ir.InsnStart:
			continue
		case ir.Counter:
			s.counted = true
		}
		r := &rows[o.Code]
		if o.W < ir.W32 && s.on&copyProp != 0 {
			s.narrowInputs(o)
		}
		allConst := s.inputs(o, r)
		switch r.class {
		case pureInt:
			if s.on&mergeFlags != 0 {
				s.seeFlags(o)
			}
			if s.on&constFold != 0 && (!allConst || !s.fold(o, r)) {
				s.simplify(o)
			}
		case pureVec:
			if allConst && s.on&constFold != 0 {
				s.fold(o, r)
			}
		case flagOp:
			if s.on&mergeFlags != 0 {
				s.seeFlags(o)
			}
			if s.on&constFold != 0 {
				s.shiftByConst(o)
			}
		case observer:
			s.observed(o, allConst)
		}
		switch o.Code {
		case ir.Nop:
			continue
		case ir.Mov, ir.VMov:
			s.move(o)
			continue
		case ir.SetLabel, ir.Head:
			s.forget()
			continue
		case ir.BrC, ir.BrF:
			if s.on&constFold != 0 {
				s.foldBranch(o)
			}
			continue
		}
		s.outputs(o)
	}
}

// inputs resolves o's inputs and reports whether all of them are constants.
func (s *State) inputs(o *ir.Op, r *row) bool {
	allConst := r.nin > 0
	temps := s.b.Temps
	for k := r.nout; k < r.nout+r.nin; k++ {
		t := o.A[k]
		if t == ir.NoTemp {
			continue
		}
		if s.facts[t].kind == copyOf && s.on&copyProp != 0 {
			t = s.resolve(t)
			o.A[k] = t
		}
		if temps[t].Kind != ir.Const {
			allConst = false
		}
	}
	return allConst
}

// narrowInputs makes an op that looks at low bits of inputs only read what was put there, so that who has written a part of a
// register need not wait for the rest of it.
func (s *State) narrowInputs(o *ir.Op) {
	from, to := 1, 3
	switch o.Code {
	case ir.Zext, ir.Sext:
		to = 2
	case ir.Add, ir.Sub, ir.And, ir.Or, ir.Xor, ir.SetC:
	case ir.AddF, ir.SubF, ir.AdcF, ir.SbbF, ir.AndF, ir.OrF, ir.XorF:
		from, to = 2, 4
	case ir.St:
		from, to = 0, 1
	case ir.ExitC, ir.BrC:
		from, to = 0, 2
	default:
		return
	}
	for k := from; k < to; k++ {
		t := s.resolve(o.A[k])
		if f := &s.facts[t]; f.kind == lowOf && s.ver[f.src] == f.ver && uint64(f.imm) >= uint64(o.W.Bits()) {
			o.A[k] = f.src
		}
	}
}

// outputs notes the definitions o makes, and what is known of them.
func (s *State) outputs(o *ir.Op) {
	r := &rows[o.Code]
	if r.nout == 0 {
		if o.Code == ir.Call {
			s.called(o)
		}
		return
	}
	known := s.knownWidth(o, r.width)
	var kind factKind
	var src ir.Temp
	var ver uint32
	var imm int64
	switch o.Code {
	case ir.Add, ir.Sub:
		if o.W == ir.W64 && o.A[1] != o.A[0] && s.b.Temps[o.A[0]].Kind == ir.Local {
			if c, ok := s.constOf(o.A[2]); ok {
				if o.Code == ir.Sub {
					c = -c
				}
				kind, src, ver, imm = addImm, o.A[1], s.ver[o.A[1]], int64(c)
			}
		}
	case ir.Deposit:
		if o.Aux == 0 && o.A[2] != o.A[0] {
			kind, src, ver, imm = lowOf, o.A[2], s.ver[o.A[2]], o.Imm
		}
	case ir.MergeF:
		if o.A[1] != o.A[0] && o.A[2] != o.A[0] {
			kind, src, ver = merge, o.A[1], s.ver[o.A[1]]
			imm = int64(o.A[2]) | o.Imm<<16 | int64(s.ver[o.A[2]])<<32
		}
	case ir.Call:
		s.called(o)
	}
	if t := o.A[0]; t != ir.NoTemp {
		s.ver[t]++
		f := &s.facts[t] // field by field: see ir.Op.Start
		f.src, f.kind, f.known, f.ver, f.imm = src, kind, known, ver, imm
	}
	if r.nout == 2 {
		if t := o.A[1]; t != ir.NoTemp {
			s.ver[t]++
			f := &s.facts[t]
			f.src, f.kind, f.known, f.ver, f.imm = 0, noFact, known, 0, 0 // Div2
			if r.class == flagOp {
				f.known = uint8(ir.W16) + 1
			}
		}
	}
}

func (s *State) called(o *ir.Op) {
	if h := s.b.Helpers[o.Imm]; !h.NoGlobals && !h.ReadsOnly {
		s.forgetGlobals()
	}
}

// observed simplifies memory ops and exits.
func (s *State) observed(o *ir.Op, allConst bool) {
	switch o.Code {
	case ir.ExitF:
		if s.on&mergeFlags != 0 {
			s.seeFlags(o)
		}
		if f, ok := s.constOf(o.A[0]); ok && s.on&constFold != 0 && !ir.EvalCond(o.Cond, f) {
			s.drop(o)
		}
	case ir.ExitC:
		if allConst && s.on&constFold != 0 {
			a, _ := s.constOf(o.A[0])
			b, _ := s.constOf(o.A[1])
			if !ir.EvalCmp(o.Cond, o.W, a, b) {
				s.drop(o)
			}
		}
	case ir.ExitPtrNE:
		if a, ok := s.constOf(o.A[0]); ok && s.on&constFold != 0 && a == uint64(o.Imm) {
			s.drop(o)
		}
	default:
		if s.on&addrFold != 0 && o.Code >= ir.Ld && o.Code <= ir.AtMaxU {
			s.foldAddress(o)
		}
	}
}
