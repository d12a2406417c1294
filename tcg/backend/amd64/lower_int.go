package amd64

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// moved does a copy that needs no code: of a temp to itself, or of a constant.
func (c *Compiler) moved() bool {
	d, a := c.op.A[0], c.op.A[1]
	if d == a {
		s := &c.t[d]
		s.next, s.obs, s.hard = c.use.next[0], c.use.obs&1 != 0, c.use.hard&1 != 0
		return true
	}
	k := c.t[a].cst
	if k == ir.NoTemp {
		return false
	}
	c.kill()
	s := c.newValue(0)
	s.cst = k
	if s.homed && s.needed() {
		c.constG = append(c.constG, d)
	}
	return true
}

// lowerMov copies a value: a constant stays one, a dying local's register is taken over.
func (c *Compiler) lowerMov() {
	if c.moved() {
		return
	}
	d, a := c.op.A[0], c.op.A[1]
	if s := &c.t[a]; c.hf.t == a && s.reg == none && !s.inMem && c.use.next[1] == never && !s.homed && !c.canonical(d) {
		// A flags word moves from a local to a global while it is in the host's flags.
		fix := c.hf.fix
		c.kill()
		c.defFlags(0, fix)
		return
	}
	r := c.src(a)
	chk := c.t[a].chk
	c.kill()
	if !c.wanted(0) {
		c.newValue(0)
		return
	}
	if !c.dies(r) || c.better(c.freeG&^c.pinG, uint8(r)) {
		n := c.dst()
		c.movRR(s64, n, r)
		r = n
	}
	c.def(0, uint8(r))
	c.t[d].chk = chk
}

// slack returns the chk of a value derived from t by adding imm.
func (c *Compiler) slack(t ir.Temp, w ir.Width, imm int32) uint32 {
	k := c.t[t].chk
	if k == 0 || w != ir.W64 || imm > maxSlack/2 || imm < -maxSlack/2 {
		return 0
	}
	if k += uint32(max(imm, -imm)); k >= maxSlack/2 {
		return 0
	}
	return k
}

// inputs2 orders the inputs of a commutative op so that a constant comes second.
func (c *Compiler) inputs2(comm bool) (a, b ir.Temp, kb int) {
	o := c.op
	n := int(rows[o.Code].nout)
	a, b = o.A[n], o.A[n+1]
	if comm && c.t[a].cst != ir.NoTemp && c.t[b].cst == ir.NoTemp {
		return b, a, n
	}
	return a, b, n + 1
}

// narrow zero-extends a result of a width below 32 bits.
func (c *Compiler) narrow(w ir.Width, r reg) {
	if w < ir.W32 {
		c.movZX(size(w), r, r)
	}
}

// wide is the size at which an op without flags is done: 32 bits at least.
func wide(w ir.Width) size { return max(size(w), s32) }

func (c *Compiler) lowerAdd() {
	o := c.op
	a, b, kb := c.inputs2(true)
	if o.W < ir.W32 {
		c.alu2(aADD, true)
		return
	}
	s := size(o.W)
	if v, ok := c.immOf(b, s); ok && c.addLater(a, v) {
		return
	}
	ra := c.src(a)
	chk := uint32(0)
	x := c.srcOp(b, kb, s)
	if x.kind == 'i' {
		chk = c.slack(a, o.W, x.imm)
	}
	c.kill()
	var r reg
	switch {
	case x.kind == 'm' || c.dies(ra) && !c.keepFlags():
		c.clobber()
		r = c.dstFrom(ra)
		c.aluRO(aADD, s, r, x)
	case x.kind == 'r' && c.dies(x.r) && !c.keepFlags():
		c.clobber()
		r = x.r
		c.aluRR(aADD, s, r, ra)
	case x.kind == 'i':
		r = c.dstAny()
		c.lea(s, r, at(ra, x.imm))
	default:
		r = c.dstAny()
		c.lea(s, r, mem{base: ra, index: x.r})
	}
	c.def(0, uint8(r))
	c.t[o.A[0]].chk = chk
}

func (c *Compiler) lowerSub() {
	o := c.op
	if v, ok := c.immOf(o.A[2], size(o.W)); ok && o.W >= ir.W32 && v != -1<<31 {
		if c.addLater(o.A[1], -v) {
			return
		}
		ra := c.src(o.A[1])
		chk := c.slack(o.A[1], o.W, v)
		c.kill()
		var r reg
		if c.dies(ra) && !c.keepFlags() {
			c.clobber()
			r = ra
			c.aluRI(aSUB, size(o.W), r, v)
		} else {
			r = c.dstAny()
			c.lea(size(o.W), r, at(ra, -v))
		}
		c.def(0, uint8(r))
		c.t[o.A[0]].chk = chk
		return
	}
	c.alu2(aSUB, false)
}

func (c *Compiler) lowerAnd() { c.alu2(aAND, true) }
func (c *Compiler) lowerOr()  { c.alu2(aOR, true) }
func (c *Compiler) lowerXor() { c.alu2(aXOR, true) }

// alu2 emits a two-input op without flags.
func (c *Compiler) alu2(op alu, comm bool) {
	o := c.op
	a, b, kb := c.inputs2(comm)
	s := wide(o.W)
	if v, ok := c.constOf(b); ok && op == aAND {
		// Masks that are zero extensions.
		switch v & o.W.Mask() {
		case 0xff, 0xffff, 0xffffffff:
			ra := c.src(a)
			c.kill()
			r := c.dstAny()
			c.movZX(size(bits.TrailingZeros(uint(bits.Len64(v&o.W.Mask()))))-3, r, ra)
			c.def(0, uint8(r))
			return
		}
	}
	ra := c.src(a)
	x := c.srcOp(b, kb, s)
	if s == s32 && o.W < ir.W32 && x.kind == 'i' {
		x.imm = int32(uint32(x.imm) & uint32(o.W.Mask()))
	}
	c.kill()
	c.clobber()
	if comm && x.kind == 'r' && !c.dies(ra) && c.dies(x.r) {
		ra, x.r = x.r, ra
	}
	r := c.dstFrom(ra)
	c.aluRO(op, s, r, x)
	c.narrow(o.W, r)
	c.def(0, uint8(r))
}

func (c *Compiler) lowerMul() {
	o := c.op
	a, b, _ := c.inputs2(true)
	s := wide(o.W)
	ra := c.src(a)
	if v, ok := c.immOf(b, s); ok {
		c.kill()
		c.clobber()
		r := c.dstAny()
		c.imulRRI(s, r, ra, v)
		c.narrow(o.W, r)
		c.def(0, uint8(r))
		return
	}
	rb := c.src(b)
	c.kill()
	c.clobber()
	if !c.dies(ra) && c.dies(rb) {
		ra, rb = rb, ra
	}
	r := c.dstFrom(ra)
	c.imulRR(s, r, rb)
	c.narrow(o.W, r)
	c.def(0, uint8(r))
}

// lowerAndN is AndN and OrN.
func (c *Compiler) lowerAndN() {
	o := c.op
	ra, rb := c.src(o.A[1]), c.src(o.A[2])
	c.kill()
	c.clobber()
	s := wide(o.W)
	if o.Code == ir.AndN && c.feat.bmi1 {
		r := c.dstAny()
		c.andn(s, r, rb, ra)
		c.narrow(o.W, r)
		c.def(0, uint8(r))
		return
	}
	op := aAND
	if o.Code == ir.OrN {
		op = aOR
	}
	c.movRR(s, rax, rb)
	c.unary(g3NOT, s, rax)
	r := c.dstFrom(ra)
	c.aluRR(op, s, r, rax)
	c.narrow(o.W, r)
	c.def(0, uint8(r))
}

func (c *Compiler) lowerNot() {
	o := c.op
	ra := c.src(o.A[1])
	c.kill()
	r := c.dstFrom(ra)
	c.unary(g3NOT, wide(o.W), r)
	c.narrow(o.W, r)
	c.def(0, uint8(r))
}

func (c *Compiler) lowerNeg() {
	o := c.op
	ra := c.src(o.A[1])
	c.kill()
	c.clobber()
	r := c.dstFrom(ra)
	c.unary(g3NEG, wide(o.W), r)
	c.narrow(o.W, r)
	c.def(0, uint8(r))
}

func shiftKind(op ir.Opcode) shiftOp {
	switch op {
	case ir.Shl, ir.ShlF:
		return shSHL
	case ir.Shr, ir.ShrF:
		return shSHR
	case ir.Sar, ir.SarF:
		return shSAR
	case ir.RotL, ir.RolF:
		return shROL
	case ir.RotR, ir.RorF:
		return shROR
	case ir.RclF:
		return shRCL
	}
	return shRCR
}

func (c *Compiler) lowerShift() {
	o := c.op
	op, s := shiftKind(o.Code), size(o.W)
	ra := c.src(o.A[1])
	if v, ok := c.constOf(o.A[2]); ok {
		n := uint8(v) & uint8(o.W.Bits()-1)
		c.kill()
		if n == 0 {
			r := c.dstAny()
			c.movRR(s, r, ra)
			c.def(0, uint8(r))
			return
		}
		if op == shSHL && n <= 3 && (!c.dies(ra) || c.keepFlags()) {
			r := c.dstAny()
			if n == 1 {
				c.lea(s, r, mem{base: ra, index: ra})
			} else {
				c.lea(s, r, mem{base: noReg, index: ra, scale: n})
			}
			c.def(0, uint8(r))
			return
		}
		c.clobber()
		r := c.dstFrom(ra)
		c.shiftRI(op, s, r, n)
		c.def(0, uint8(r))
		return
	}
	rb := c.src(o.A[2])
	c.kill()
	if c.feat.bmi2 {
		r := c.dstAny()
		c.shiftX(op, s, r, ra, rb)
		c.def(0, uint8(r))
		return
	}
	c.clobber()
	c.movRR(s32, rcx, rb)
	r := c.dstFrom(ra)
	c.shiftCL(op, s, r)
	if o.W == ir.W32 {
		c.movRR(s32, r, r) // a count of 0 leaves the upper half alone on no host, but say so
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerRot() {
	o := c.op
	c.rotate(o.A[1], o.A[2])
}

// rotate emits a rotation of input t by count n, without flags, as output 0.
func (c *Compiler) rotate(t, n ir.Temp) {
	o := c.op
	op, s := shiftKind(o.Code), size(o.W)
	ra := c.src(t)
	if v, ok := c.constOf(n); ok {
		k := uint8(v) & uint8(o.W.Bits()-1)
		c.kill()
		if s >= s32 && c.feat.bmi2 {
			if op == shROL {
				k = -k & uint8(o.W.Bits()-1)
			}
			r := c.dstAny()
			c.rorX(s, r, ra, k)
			c.def(0, uint8(r))
			return
		}
		c.clobber()
		r := c.dstFrom(ra)
		if k != 0 {
			c.shiftRI(op, s, r, k)
		}
		c.movZX(s, r, r)
		c.def(0, uint8(r))
		return
	}
	rb := c.src(n)
	c.kill()
	c.clobber()
	c.movRR(s32, rcx, rb)
	r := c.dstFrom(ra)
	c.shiftCL(op, s, r)
	if s < s64 {
		c.movZX(s, r, r)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerMulH() {
	o := c.op
	ra, rb := c.src(o.A[1]), c.src(o.A[2])
	c.kill()
	c.clobber()
	r := c.dstAny()
	switch {
	case o.W == ir.W32:
		if o.Code == ir.MulHS {
			c.movSX(s32, s64, rax, ra)
			c.movSX(s32, s64, rcx, rb)
		} else {
			c.movRR(s32, rax, ra)
			c.movRR(s32, rcx, rb)
		}
		c.imulRR(s64, rax, rcx)
		c.shiftRI(shSHR, s64, rax, 32)
		c.movRR(s32, r, rax)
	case o.Code == ir.MulHU && c.feat.bmi2:
		c.movRR(s64, rdx, ra)
		c.mulX(s64, r, rax, rb)
	default:
		c.movRR(s64, rax, ra)
		if o.Code == ir.MulHS {
			c.unary(g3IMUL, s64, rb)
		} else {
			c.unary(g3MUL, s64, rb)
		}
		c.movRR(s64, r, rdx)
	}
	c.def(0, uint8(r))
}

// lowerDivArm is the division that gives 0 for a divisor of 0 and wraps.
func (c *Compiler) lowerDivArm() {
	o := c.op
	s := size(o.W)
	ra, rb := c.src(o.A[1]), c.src(o.A[2])
	c.kill()
	c.clobber()
	c.movRR(s, rax, ra)
	c.testRR(s, rb, rb)
	zero := c.jcc8(ccE)
	neg := 0
	if o.Code == ir.DivS {
		c.aluRI(aCMP, s, rb, -1)
		neg = c.jcc8(ccE)
		c.cdq(s)
		c.unary(g3IDIV, s, rb)
	} else {
		c.zero(rdx)
		c.unary(g3DIV, s, rb)
	}
	done := c.jmp8()
	if neg != 0 {
		c.patch8(neg)
		c.unary(g3NEG, s, rax)
		done2 := c.jmp8()
		c.patch8(zero)
		c.zero(rax)
		c.patch8(done2)
	} else {
		c.patch8(zero)
		c.zero(rax)
	}
	c.patch8(done)
	r := c.dstAny()
	c.movRR(s, r, rax)
	c.def(0, uint8(r))
}

// lowerDiv2 is x86's division: the host instruction faults where the guest's does.
func (c *Compiler) lowerDiv2() {
	o := c.op
	s := size(o.W)
	hi, lo, d := c.src(o.A[2]), c.src(o.A[3]), c.src(o.A[4])
	c.clobber()
	n := c.site(backend.SiteFault)
	c.kill()
	op := g3DIV
	if o.Code == ir.Div2S {
		op = g3IDIV
	}
	if s == s8 {
		c.movZX(s8, rax, lo)
		c.movZX(s8, rcx, hi)
		c.shiftRI(shSHL, s32, rcx, 8)
		c.aluRR(aOR, s32, rax, rcx)
	} else {
		c.movRR(s64, rax, lo)
		c.movRR(s64, rdx, hi)
	}
	q, r := noReg, noReg
	if c.wanted(0) {
		q = c.dst()
		c.siteOut(n, 0, backend.LocReg|backend.Loc(q))
	}
	if c.wanted(1) {
		r = c.dst()
		c.siteOut(n, 1, backend.LocReg|backend.Loc(r))
	}
	c.tab.Sites[n].Host = uint32(c.n)
	c.unary(op, s, d)
	if s == s8 {
		c.movRR(s32, rdx, rax)
		c.shiftRI(shSHR, s32, rdx, 8)
	}
	if q != noReg {
		c.movZX(s, q, rax)
	}
	if r != noReg {
		c.movZX(s, r, rdx)
	}
	c.tab.Sites[n].Resume = uint32(c.n)
	c.def(0, uint8(q))
	c.def(1, uint8(r))
}
