package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

func (c *Compiler) lowerAddF() { c.aluF(aADD, true) }
func (c *Compiler) lowerSubF() { c.aluF(aSUB, false) }
func (c *Compiler) lowerAndF() { c.aluF(aAND, true) }
func (c *Compiler) lowerOrF()  { c.aluF(aOR, true) }
func (c *Compiler) lowerXorF() { c.aluF(aXOR, true) }

// invC is the correction an op's carry attribute asks for.
func (c *Compiler) invC() uint32 {
	if c.op.Attr&ir.InvC != 0 {
		return backend.FlagsInvC
	}
	return 0
}

// aluF emits a two-input op with flags.
func (c *Compiler) aluF(op alu, comm bool) {
	o := c.op
	a, b, kb := c.inputs2(comm)
	s := size(o.W)
	if !c.wanted(0) && (op == aSUB || op == aAND) {
		c.compareF(op, a, b, kb)
		return
	}
	if v, ok := c.immOf(b, s); ok && c.addLaterF(op, a, v) {
		return
	}
	ra := c.src(a)
	x := c.srcOp(b, kb, s)
	chk := uint32(0)
	if x.kind == 'i' && (op == aADD || op == aSUB) {
		chk = c.slack(a, o.W, x.imm)
	}
	c.kill()
	c.clobber()
	if c.use.recipe == recipeResultB && c.use.save == saveB && x.kind == 'r' {
		c.saved = x.r
	} else if comm && x.kind == 'r' && !c.dies(ra) && c.dies(x.r) {
		ra, x.r = x.r, ra
	}
	r := c.dstFrom(ra)
	c.aluRO(op, s, r, x)
	c.resultF(r, c.invC())
	if t := o.A[0]; t != ir.NoTemp {
		c.t[t].chk = chk
	}
}

// resultF defines result r and the flags.
func (c *Compiler) resultF(r reg, fix uint32) {
	c.narrow(c.op.W, r)
	c.def(0, uint8(r))
	c.defFlags(1, fix)
}

// compareF is aluF when only the flags are looked at.
func (c *Compiler) compareF(op alu, a, b ir.Temp, kb int) {
	o := c.op
	s := size(o.W)
	nout := 2
	ka := nout + nout + 1 - kb
	imm, isImm := c.immOf(b, s)
	st := &c.t[a]
	if op == aSUB && isImm && st.reg == none && st.inMem && !st.pin && c.use.next[ka] == never && st.cst == ir.NoTemp {
		m := c.memOf(st)
		c.kill()
		c.clobber()
		c.aluMI(aCMP, s, m, imm)
		c.flagsOnly()
		return
	}
	ra := c.src(a)
	rb := noReg
	switch {
	case op == aAND && isImm:
		c.kill()
		c.clobber()
		c.testRI(s, ra, imm)
	case op == aAND:
		rb = c.src(b)
		c.kill()
		c.clobber()
		c.testRR(s, ra, rb)
	case isImm && imm == 0:
		c.kill()
		c.clobber()
		c.testRR(s, ra, ra)
	default:
		x := c.srcOp(b, kb, s)
		if x.kind == 'r' {
			rb = x.r
		}
		c.kill()
		c.clobber()
		c.aluRO(aCMP, s, ra, x)
	}
	if c.saved = ra; (c.use.save == saveA) != (ka == nout) {
		c.saved = rb
	}
	c.flagsOnly()
}

func (c *Compiler) flagsOnly() {
	if c.op.A[0] != ir.NoTemp {
		c.newValue(0)
	}
	c.defFlags(1, c.invC())
}

func (c *Compiler) lowerAdcF() { c.carryF(aADC, true) }
func (c *Compiler) lowerSbbF() { c.carryF(aSBB, false) }

// keepInput makes sure the flags input t survives the op if it is needed later: what is in the host's
// flags and not t is captured, t itself too, but it stays in the host's flags for the op to use.
func (c *Compiler) keepInput(t ir.Temp) {
	if c.hf.t != t {
		c.clobber()
		return
	}
	if c.hf.fix&^backend.FlagsInvC != 0 {
		// A correction that changes the host's flags: take the captured word from then on.
		if s := &c.t[t]; s.reg == none && !s.inMem {
			c.captureReg()
		}
		c.hf.t = ir.NoTemp
		return
	}
	if s := &c.t[t]; s.reg == none && !s.inMem && s.needed() {
		c.capture(t)
	}
}

// carryF emits an op with carry in.
func (c *Compiler) carryF(op alu, comm bool) {
	o := c.op
	a, b, kb := c.inputs2(comm)
	s := size(o.W)
	f := o.A[4]
	if c.hf.t == f && c.hf.fix&^backend.FlagsInvC != 0 {
		c.keepInput(f)
	}
	ra := c.src(a)
	x := c.srcOp(b, kb, s)
	fs := c.flagSrc(f)
	c.kill()
	c.keepInput(f)
	r := c.dstFrom(ra)
	c.setCarry(f, fs, op == aSBB && o.Attr&ir.InvC != 0)
	c.aluRO(op, s, r, x)
	c.resultF(r, c.invC())
}

func (c *Compiler) lowerIncF() { c.incF(0, aADD) }
func (c *Compiler) lowerDecF() { c.incF(1, aSUB) }

// incF emits INC or DEC, which keep the carry.
func (c *Compiler) incF(digit uint8, op alu) {
	o := c.op
	s := size(o.W)
	ra := c.src(o.A[2])
	imm := int32(1)
	if op == aSUB {
		imm = -1
	}
	chk := c.slack(o.A[2], o.W, imm)
	f := o.A[3]
	if !c.wanted(1) {
		c.kill()
		c.clobber()
		r := c.dstFrom(ra)
		c.aluRI(op, wide(o.W), r, 1)
		c.resultF(r, 0)
	} else {
		if c.hf.t == f && c.hf.fix&^backend.FlagsInvC != 0 {
			c.keepInput(f)
		}
		fs := c.flagSrc(f)
		c.kill()
		c.keepInput(f)
		r := c.dstFrom(ra)
		c.setCarry(f, fs, false)
		c.rr(0xfe|bySize[s]&^byteReg, digit, uint8(r))
		c.resultF(r, 0)
	}
	if t := o.A[0]; t != ir.NoTemp {
		c.t[t].chk = chk
	}
}

// shiftMask is the mask x86 applies to a shift count.
func shiftMask(w ir.Width) uint8 {
	if w == ir.W64 {
		return 63
	}
	return 31
}

// lowerShiftF is ShlF, ShrF, SarF.
func (c *Compiler) lowerShiftF() {
	o := c.op
	op, s := shiftKind(o.Code), size(o.W)
	if v, ok := c.constOf(o.A[3]); ok {
		n := uint8(v) & shiftMask(o.W)
		switch {
		case n == 0:
			c.countZero(o.A[2], o.A[4])
		case uint(n) >= o.W.Bits():
			c.lowerEval()
		default:
			ra := c.src(o.A[2])
			c.kill()
			c.clobber()
			r := c.dstFrom(ra)
			if c.use.save == saveA {
				if c.saved = ra; r == ra {
					c.saved = c.copyOf(ra)
				}
			}
			c.shiftRI(op, s, r, n)
			c.resultF(r, shiftFix(op, n))
		}
		return
	}
	if c.wanted(1) {
		c.varShiftF(op)
		return
	}
	ra, rb := c.src(o.A[2]), c.src(o.A[3])
	c.kill()
	c.clobber()
	if s >= s32 && c.feat.bmi2 {
		r := c.dstAny()
		c.shiftX(op, s, r, ra, rb)
		c.resultF(r, 0)
		return
	}
	c.movRR(s32, rcx, rb)
	r := c.dstFrom(ra)
	c.shiftCL(op, s, r)
	if s == s32 {
		c.movRR(s32, r, r)
	}
	c.resultF(r, 0)
}

// shiftFix is the correction of the host's flags after a shift by n, 1 <= n < width.
func shiftFix(op shiftOp, n uint8) uint32 {
	fix := uint32(backend.FlagsNoA)
	if n > 1 {
		if op == shSHL {
			fix |= backend.FlagsOfromS
		} else {
			fix |= backend.FlagsNoO
		}
	}
	return fix
}

// countZero is a shift by 0: the value is only narrowed and the flags stay.
func (c *Compiler) countZero(t, f ir.Temp) {
	o := c.op
	ra := c.src(t)
	rf := noReg
	if c.wanted(1) {
		rf = c.src(f)
	}
	c.kill()
	r := c.dst()
	c.movZX(size(o.W), r, ra)
	if rf != noReg {
		n := c.dst()
		c.movRR(s32, n, rf)
		rf = n
	}
	c.def(0, uint8(r))
	if o.A[1] != ir.NoTemp {
		c.def(1, uint8(rf))
	}
}

// varShiftF is a shift by a variable count whose flags are looked at: they change only when the
// count is not 0.
func (c *Compiler) varShiftF(op shiftOp) {
	o := c.op
	s := size(o.W)
	if s < s32 {
		c.lowerEval()
		return
	}
	ra, rb, rold := c.src(o.A[2]), c.src(o.A[3]), c.src(o.A[4])
	c.kill()
	c.clobber()
	r := c.dst()
	f := c.dst()
	c.movRR(s32, rcx, rb)
	c.movRR(s, r, ra)
	c.movRR(s32, f, rold)
	c.testRI(s8, rcx, int32(shiftMask(o.W)))
	skip := c.jcc8(ccE)
	c.shiftCL(op, s, r)
	fix := uint32(backend.FlagsNoA)
	switch op {
	case shSHL:
		fix |= backend.FlagsOfromS
	case shSAR:
		fix |= backend.FlagsNoO
	}
	c.flagsToAX(fix)
	if op == shSHR {
		c.aluRI(aAND, s32, rcx, int32(shiftMask(o.W)))
		c.aluRI(aCMP, s32, rcx, 1)
		one := c.jcc8(ccE)
		c.aluRI(aAND, s32, rax, ^int32(1))
		c.patch8(one)
	}
	c.movZX(s16, f, rax)
	c.patch8(skip)
	c.def(0, uint8(r))
	c.def(1, uint8(f))
}

// lowerRotF is RolF and RorF, which change only C and O.
func (c *Compiler) lowerRotF() {
	o := c.op
	if !c.wanted(1) {
		if o.A[1] != ir.NoTemp {
			c.newValue(1)
		}
		c.rotate(o.A[2], o.A[3])
		return
	}
	v, ok := c.constOf(o.A[3])
	n := uint8(v) & shiftMask(o.W)
	switch {
	case !ok || uint(n) >= o.W.Bits():
		c.lowerEval()
		return
	case n == 0:
		c.countZero(o.A[2], o.A[4])
		return
	}
	ra, rold := c.src(o.A[2]), c.src(o.A[4])
	c.kill()
	c.clobber()
	s := size(o.W)
	r := c.dst()
	f := c.dst()
	c.movRR(s, r, ra)
	c.shiftRI(shiftKind(o.Code), s, r, n)
	c.narrow(o.W, r)
	top := uint8(o.W.Bits() - 1)
	// RCX bit 0: the new C; RAX bit 0: the new O.
	c.movRR(s64, rcx, r)
	c.movRR(s64, rax, r)
	if o.Code == ir.RolF {
		c.shiftRI(shSHR, s64, rax, top)
		c.aluRR(aXOR, s32, rax, rcx)
	} else {
		c.shiftRI(shSHR, s64, rcx, top)
		c.shiftRI(shSHR, s64, rax, top-1)
		c.aluRR(aXOR, s32, rax, rcx)
	}
	c.aluRI(aAND, s32, rcx, 1)
	c.aluRI(aAND, s32, rax, 1)
	c.shiftRI(shSHL, s32, rcx, 8)
	c.aluRR(aOR, s32, rax, rcx)
	c.movRR(s32, f, rold)
	c.aluRI(aAND, s32, f, ^int32(ir.FlagC|ir.FlagO))
	c.aluRR(aOR, s32, f, rax)
	c.def(0, uint8(r))
	c.def(1, uint8(f))
}

// lowerRclF is RclF and RcrF by 1; other counts are Go's.
func (c *Compiler) lowerRclF() {
	o := c.op
	v, ok := c.constOf(o.A[3])
	if !ok || v&uint64(shiftMask(o.W)) != 1 {
		c.lowerEval()
		return
	}
	f := o.A[4]
	ra := c.src(o.A[2])
	if c.hf.t != f || c.hf.fix != 0 {
		if c.hf.t == f {
			c.src(f)
			c.hf.t = ir.NoTemp
		}
		c.loadFlags(f)
	}
	c.kill()
	c.keepInput(f)
	r := c.dstFrom(ra)
	c.shiftRI(shiftKind(o.Code), size(o.W), r, 1)
	c.resultF(r, 0)
}

// lowerShdF is ShldF and ShrdF.
func (c *Compiler) lowerShdF() {
	o := c.op
	s := size(o.W)
	right := o.Code == ir.ShrdF
	v, ok := c.constOf(o.A[4])
	n := uint8(v) & shiftMask(o.W)
	if !ok && (s == s16 || c.wanted(1)) || ok && (n == 0 || uint(n) >= o.W.Bits() || right && n > 1 && c.wanted(1)) {
		c.lowerEval()
		return
	}
	ra, rb := c.src(o.A[2]), c.src(o.A[3])
	if ok {
		c.kill()
		c.clobber()
		r := c.dstFrom(ra)
		c.shdRI(right, s, r, rb, n)
		fix := uint32(backend.FlagsNoA)
		if n > 1 {
			fix |= backend.FlagsOfromS
		}
		c.resultF(r, fix)
		return
	}
	rc := c.src(o.A[4])
	c.kill()
	c.clobber()
	c.movRR(s32, rcx, rc)
	r := c.dstFrom(ra)
	c.shdCL(right, s, r, rb)
	if s == s32 {
		c.movRR(s32, r, r)
	}
	c.resultF(r, 0)
}
