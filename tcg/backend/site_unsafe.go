package backend

import (
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// FPMaskAll are the exception mask bits of an MXCSR. Generated code runs with all of them set: the
// guest's own masks are in its FP environment word only.
const FPMaskAll = 0x3f << ir.FPMaskShift

const fpSticky = 0x3f

// State returns the guest State that follows the header.
func (h *Header) State() unsafe.Pointer { return unsafe.Add(unsafe.Pointer(h), HeaderSize) }

// LoadFPEnv sets the MXCSR generated code will run under from the State's FP environment word.
func (h *Header) LoadFPEnv(env *uint64) {
	h.GuestFPEnv = uint32(*env)&0xffff | FPMaskAll
}

// FoldFPEnv adds the sticky bits generated code has raised to the State's FP environment word. To be
// called after leaving generated code, before anybody looks at the word.
func (h *Header) FoldFPEnv(env *uint64) {
	raised := uint64(h.GuestFPEnv & fpSticky)
	if *env&ir.FPArm != 0 {
		raised &^= ir.FPDenormal
	}
	*env |= raised
}

// Read returns the value at location l of a type at a site whose registers are saved in h.
func (t *Table) Read(h *Header, l Loc, typ ir.Type) ir.Val {
	n := l.N()
	switch l.Kind() {
	case LocReg:
		return ir.Val{Lo: h.Regs[n&15]}
	case LocSum:
		r, add := l.Sum()
		return ir.Val{Lo: h.Regs[r] + uint64(int64(add))}
	case LocGuestAddr:
		return ir.Val{Lo: h.Regs[n&15] - h.GuestBase}
	case LocVReg:
		v := h.VRegs[n&15]
		return ir.Val{Lo: v[0], Hi: v[1]}
	case LocSpill:
		return ir.Val{Lo: h.Spills[n%NumSpills]}
	case LocVSpill:
		v := h.VSpills[n%NumVSpills]
		return ir.Val{Lo: v[0], Hi: v[1]}
	case LocState:
		p := unsafe.Add(h.State(), n)
		v := ir.Val{Lo: *(*uint64)(p)}
		if typ == ir.V128 {
			v.Hi = *(*uint64)(unsafe.Add(p, 8))
		}
		return v
	case LocConst:
		return t.Consts[n]
	case LocHostFlags:
		return ir.Val{Lo: FixFlags(uint64(h.HostFlags), n)}
	case LocFlags:
		return t.readFlags(h, n)
	}
	return ir.Val{}
}

// readFlags recomputes a flags word from its recipe at Sites' Locs[n]: see Recipe.
func (t *Table) readFlags(h *Header, n uint32) ir.Val {
	r := &t.Recipes[n]
	var in [5]ir.Val
	for i, l := range r.Args {
		in[i] = t.Read(h, l, ir.I64)
	}
	switch r.Undo {
	case UndoAdd: // in[0] is the sum
		in[0].Lo -= in[1].Lo
	case UndoSub: // in[0] is the difference
		in[0].Lo += in[1].Lo
	case UndoRevSub: // in[1] is the difference
		in[1].Lo = in[0].Lo - in[1].Lo
	}
	_, f := ir.Eval(&r.Op, &in, nil)
	return f
}

// Write stores v at location l.
func (t *Table) Write(h *Header, l Loc, typ ir.Type, v ir.Val) {
	n := l.N()
	switch l.Kind() {
	case LocReg:
		h.Regs[n&15] = v.Lo
	case LocVReg:
		h.VRegs[n&15] = [2]uint64{v.Lo, v.Hi}
	case LocSpill:
		h.Spills[n%NumSpills] = v.Lo
	case LocVSpill:
		h.VSpills[n%NumVSpills] = [2]uint64{v.Lo, v.Hi}
	case LocState:
		p := unsafe.Add(h.State(), n)
		*(*uint64)(p) = v.Lo
		if typ == ir.V128 {
			*(*uint64)(unsafe.Add(p, 8)) = v.Hi
		}
	}
}

// Recover completes the guest State at site s: every global that lives elsewhere is written there.
func (t *Table) Recover(h *Header, s *Site, globals []ir.GlobalInfo) {
	recs := t.Recs[s.Recs : s.Recs+uint32(s.NRecs)]
	for i := range recs {
		g, l := &globals[recs[i].Global], recs[i].Loc
		if l.Kind() == LocReg { // most are
			*(*uint64)(unsafe.Add(h.State(), g.Offset)) = h.Regs[l&15]
			continue
		}
		if l.Kind() == LocForm {
			form := h.Regs[PinnedReg] >> FormShift & 0xffff
			if form == 0 {
				continue
			}
			l = LocFlags | Loc(l.N()+uint32(form)-1)
		}
		t.Write(h, LocState|Loc(g.Offset), g.Type, t.Read(h, l, g.Type))
	}
	h.Regs[PinnedReg] &= 1<<FormShift - 1 // the flags are in the State now
}

// ExecFunc executes one op that is not control; package interp's ExecOp is one. ok is false when
// env.Exc was raised.
type ExecFunc func(env *ir.Env, o *ir.Op, helpers []*ir.Helper, in *[5]ir.Val) (r, r2 ir.Val, ok bool)

// Do does the work of site s: it reads the operands from the saved registers, has exec do the op,
// writes the outputs and returns true; generated code can then go on at s.Resume. When the op raises
// an exception the guest State is recovered to the instruction's start, the exception is in
// env.Exc and the result is false. env's State must be h.State().
func (t *Table) Do(h *Header, s *Site, env *ir.Env, globals []ir.GlobalInfo, exec ExecFunc) bool {
	env.PC, env.Exc = s.PC, ir.Exception{}
	args := t.Locs[s.Args : s.Args+uint32(s.NArgs)]
	nout := len(s.Op.Code.Info().Out)
	in := &env.In
	*in = [5]ir.Val{}
	for i := nout; i < len(args); i++ {
		if args[i] != LocNone {
			in[i-nout] = t.Read(h, args[i], ir.V128)
		}
	}
	h.FoldFPEnv(env.FPEnv)
	var helper *ir.Helper
	if s.Kind == SiteCall || s.Kind == SitePure {
		helper = t.Helpers[s.Helper]
	}
	synced := s.Kind == SiteCall && !helper.NoGlobals
	if synced {
		t.Recover(h, s, globals)
	}
	var r, r2 ir.Val
	ok := true
	if helper != nil {
		r = helper.Fn(env, (*[4]ir.Val)(in[:4]))
		ok = env.Exc.Kind == ir.ExcNone
	} else {
		r, r2, ok = exec(env, &s.Op, nil, in)
	}
	h.LoadFPEnv(env.FPEnv)
	if !ok {
		if !synced {
			t.Recover(h, s, globals)
		}
		return false
	}
	if nout > 0 {
		t.Write(h, args[0], ir.V128, r)
	}
	if nout > 1 {
		t.Write(h, args[1], ir.I64, r2)
	}
	return true
}
