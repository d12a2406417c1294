package x86

import "github.com/gotcg/gotcg/tcg/ir"

// fUn is dst = op(src) for ops that take (upper source, operand): SQRT*, CVTSS2SD, CVTSD2SS, ROUND*.
func fUn(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	up := s
	if r.attr&ir.Scalar != 0 {
		up = xmm(d.Reg)
	}
	t.b.Set(xmm(d.Reg), t.b.V(r.op, r.w, r.attr, up, s))
}

// fConvert is the float to float conversions; aux is the width of the result.
func fConvert(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	up := s
	if r.attr&ir.Scalar != 0 {
		up = xmm(d.Reg)
	}
	v := t.b.V(r.op, r.w, r.attr, up, s)
	t.lastOp().D = ir.Width(r.aux)
	t.b.Set(xmm(d.Reg), v)
}

// lastOp returns the op appended last, to set fields the builder's call has no place for.
func (t *trans) lastOp() *ir.Op { return &t.b.Ops[len(t.b.Ops)-1] }

// fCompare is CMPPS and its kin: masks by predicate. Bits 7:3 of the immediate are ignored.
func fCompare(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	t.b.Set(xmm(d.Reg), t.b.VI(ir.FCmpM, r.w, r.attr, uint8(t.in.Imm)&7, 0, xmm(d.Reg), s))
}

// fComi is COMIS* (aux 1) and UCOMIS*.
func fComi(t *trans, r *vrow) {
	s := t.vread(&t.in.Args[1])
	f := t.b.Op2(ir.FCmpF, r.w, xmm(t.in.Args[0].Reg), s)
	t.lastOp().Aux = r.aux
	t.b.Set(tFlags, f)
}

// fToInt is CVTSS2SI and its kin: lane 0 to a general register of 32 or 64 bits.
func fToInt(t *trans, r *vrow) {
	d := t.in.Args[0]
	v := t.b.Op1(ir.FCvtI, r.w, t.vread(&t.in.Args[1]))
	o := t.lastOp()
	o.D = width(d.Size)
	o.Attr = r.attr | ir.Signed
	t.b.Set(ir.Temp(d.Reg), v)
}

// fFromInt is CVTSI2SS and CVTSI2SD.
func fFromInt(t *trans, r *vrow) {
	d, s := t.in.Args[0], t.in.Args[1]
	w := width(s.Size)
	var i ir.Temp
	if s.Kind == ArgMem {
		i = t.b.Ld(w, t.ea(), 0)
	} else {
		i = ir.Temp(s.Reg)
	}
	v := t.b.V(ir.ICvtF, r.w, ir.Signed, xmm(d.Reg), i)
	t.lastOp().D = w
	t.b.Set(xmm(d.Reg), v)
}

// fCvtVec is the packed conversions between integers and floats; aux is the width of the result.
func fCvtVec(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.in.Args[1]
	in := t.vread(&s)
	if d.Kind == ArgMMX && s.Kind == ArgXMM && r.w == ir.W32 {
		in = t.b.V(ir.VLow, ir.W64, 0, in) // CVTPS2PI reads two lanes; the others must raise nothing
	}
	if s.Kind == ArgMMX || d.Kind == ArgMMX {
		t.mmdone(-1) // even if the conversion raises an unmasked exception
	}
	v := t.b.V(r.op, r.w, r.attr|ir.Signed, in)
	t.lastOp().D = ir.Width(r.aux)
	if t.in.Op == CVTPI2PS {
		v = t.b.V(ir.VInsV, ir.W64, 0, xmm(d.Reg), v)
	}
	t.vwrite(&d, v)
}

// fHoriz is HADDP* and HSUBP*: op on the even and the odd lanes of both operands.
func fHoriz(t *trans, r *vrow) {
	d := t.in.Args[0]
	s := t.vread(&t.in.Args[1])
	even := t.b.V(ir.VUzp, r.w, 0, xmm(d.Reg), s)
	odd := t.b.V(ir.VUzp, r.w, ir.High, xmm(d.Reg), s)
	t.b.Set(xmm(d.Reg), t.b.V(r.op, r.w, 0, even, odd))
}

// modeFPTrap is the TBKey mode bit for an MXCSR with unmasked exceptions: FP ops carry ir.ExactFP and
// may raise #XM.
const modeFPTrap = 1

// fpMode returns the mode bits that MXCSR determines.
func (s *State) fpMode() uint32 {
	if ^s.MXCSR&ir.FPDefault != 0 {
		return modeFPTrap
	}
	return 0
}

// vLDMXCSR loads MXCSR; a reserved bit set is #GP. SDM vol. 1 10.2.3. New exception masks may change the
// mode, so they go through a helper and end the block.
func vLDMXCSR(t *trans, _ *vrow) {
	b := t.b
	v := b.Ld(ir.W32, t.ea(), 0)
	old := b.New(ir.I64)
	b.Emit(ir.Op{Code: ir.GetEnv, A: [6]ir.Temp{old, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	same := b.NewLabel()
	odd := b.Op2i(ir.And, ir.W64, b.Op2(ir.Xor, ir.W64, v, old), 0xffffffff&^mxcsrMask|ir.FPDefault)
	b.BrC(ir.W64, ir.EQ, odd, t.c(0), same)
	b.Call(&helperLDMXCSR, false, v)
	b.ExitPtr(t.c(t.next))
	b.SetLabel(same)
	b.Emit(ir.Op{Code: ir.SetEnv, A: [6]ir.Temp{v, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
}

var helperLDMXCSR = ir.Helper{Name: "ldmxcsr", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	if in[0].Lo&^mxcsrMask != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
	} else {
		*env.FPEnv = in[0].Lo
	}
	return ir.Val{}
}}

// mxcsrMask is MXCSR_MASK as FXSAVE reports it: all of SSE2's bits, DAZ among them.
const mxcsrMask = 0xffff

// vSTMXCSR stores MXCSR.
func vSTMXCSR(t *trans, _ *vrow) {
	v := t.b.New(ir.I64)
	t.b.Emit(ir.Op{Code: ir.GetEnv, A: [6]ir.Temp{v, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	t.b.St(ir.W32, t.ea(), v, 0)
}
