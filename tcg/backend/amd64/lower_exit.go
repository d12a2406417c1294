package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

func (c *Compiler) lowerNop() {}

// startInsn notes that the code of another guest instruction begins.
func (c *Compiler) startInsn() {
	c.pc = uint64(c.op.Imm)
	c.insn++
	if len(c.expiring) > 0 {
		c.expire()
	}
}

// cmpCC gives the host condition of an integer compare.
var cmpCC = [...]cc{
	0: ccE, ir.NE - ir.EQ: ccNE, ir.LTU - ir.EQ: ccB, ir.GEU - ir.EQ: ccAE, ir.LEU - ir.EQ: ccBE,
	ir.GTU - ir.EQ: ccA, ir.LT - ir.EQ: ccL, ir.GE - ir.EQ: ccGE, ir.LE - ir.EQ: ccLE, ir.GT - ir.EQ: ccG,
	ir.TSTEQ - ir.EQ: ccE, ir.TSTNE - ir.EQ: ccNE,
}

// swapCC gives the condition for swapped operands.
var swapCC = [16]cc{
	ccE: ccE, ccNE: ccNE, ccB: ccA, ccA: ccB, ccAE: ccBE, ccBE: ccAE, ccL: ccG, ccG: ccL, ccGE: ccLE, ccLE: ccGE,
}

// operand is the second operand of an ALU instruction.
type operand struct {
	kind uint8 // 'i', 'r' or 'm'
	r    reg
	imm  int32
	m    mem
}

// constOf returns the value of a temp known to be constant.
func (c *Compiler) constOf(t ir.Temp) (uint64, bool) {
	if k := c.t[t].cst; k != ir.NoTemp {
		return c.blk.Temps[k].Val.Lo, true
	}
	return 0, false
}

// immOf returns t's value as an immediate of an op of size s.
func (c *Compiler) immOf(t ir.Temp, s size) (int32, bool) {
	v, ok := c.constOf(t)
	if !ok {
		return 0, false
	}
	switch s {
	case s8:
		return int32(int8(v)), true
	case s16:
		return int32(int16(v)), true
	case s32:
		return int32(v), true
	}
	return int32(v), v == uint64(int64(int32(v)))
}

// srcOp makes t, input slot k, a second operand: an immediate, a register, or, when this is the last use
// of a value in memory, the memory.
func (c *Compiler) srcOp(t ir.Temp, k int, s size) operand {
	if v, ok := c.immOf(t, s); ok {
		return operand{kind: 'i', imm: v}
	}
	st := &c.t[t]
	if st.reg == none && st.inMem && !st.pin && c.use.next[k] == never && st.cst == ir.NoTemp {
		return operand{kind: 'm', m: c.memOf(st)}
	}
	return operand{kind: 'r', r: c.src(t)}
}

// aluRO emits op dst, operand.
func (c *Compiler) aluRO(op alu, s size, dst reg, x operand) {
	switch x.kind {
	case 'i':
		c.aluRI(op, s, dst, x.imm)
	case 'm':
		c.aluRM(op, s, dst, x.m)
	default:
		c.aluRR(op, s, dst, x.r)
	}
}

// compare emits the compare of input slots k and k+1 of the op's width and returns the host
// condition for cond. It calls kill and clobber.
func (c *Compiler) compare(k int) cc {
	o := c.op
	s := size(o.W)
	cond := cmpCC[o.Cond-ir.EQ]
	test := o.Cond >= ir.TSTEQ
	x, y, kx, ky := o.A[k], o.A[k+1], k, k+1
	if _, ok := c.constOf(x); ok {
		if _, both := c.constOf(y); !both {
			x, y, kx, ky = y, x, ky, kx
			cond = swapCC[cond]
		}
	}
	imm, isImm := c.immOf(y, s)
	st := &c.t[x]
	if !test && isImm && st.reg == none && st.inMem && !st.pin && c.use.next[kx] == never && st.cst == ir.NoTemp {
		m := c.memOf(st)
		c.kill()
		c.clobber()
		c.aluMI(aCMP, s, m, imm)
		return cond
	}
	rx := c.src(x)
	if isImm {
		c.kill()
		c.clobber()
		switch {
		case test && imm > 0 && imm < 128:
			c.testRI(s8, rx, imm)
		case test && imm > 0:
			c.testRI(s32, rx, imm) // no bit above the 31st is asked for
		case test:
			c.testRI(s, rx, imm)
		case imm == 0:
			c.testRR(s, rx, rx)
		default:
			c.aluRI(aCMP, s, rx, imm)
		}
		return cond
	}
	if test {
		ry := c.src(y)
		c.kill()
		c.clobber()
		c.testRR(s, rx, ry)
		return cond
	}
	oy := c.srcOp(y, ky, s)
	c.kill()
	c.clobber()
	c.aluRO(aCMP, s, rx, oy)
	return cond
}

func (c *Compiler) lowerSetC() {
	cc := c.compare(1)
	c.setcc(cc, rax)
	r := c.dstAny()
	c.movZX(s8, r, rax)
	c.def(0, uint8(r))
}

func (c *Compiler) lowerSelC() {
	o := c.op
	x, y := c.src(o.A[3]), c.src(o.A[4])
	cc := c.compare(1)
	c.sel(cc, x, y)
}

func (c *Compiler) lowerExitC() {
	cc := c.compare(0)
	c.sideExit(cc)
	c.settle()
}

// settle applies the fate of a side exit's inputs for the way that does not leave.
func (c *Compiler) settle() {
	for k, t := range c.op.A[:rows[c.op.Code].nin] {
		if t == ir.NoTemp {
			continue
		}
		s := &c.t[t]
		if !s.homed {
			continue
		}
		s.obs = c.use.after>>k&1 != 0
		if s.next == never && !s.obs {
			c.unassign(s)
		}
	}
}

func (c *Compiler) lowerExitF() {
	cc := c.cond(c.op.Cond, c.op.A[0])
	c.kill()
	c.sideExit(cc)
	c.settle()
}

// sideExit emits the exit to the op's target under cc.
func (c *Compiler) sideExit(cc cc) {
	c.endCounterRegion()
	if s := c.target(c.op); s != nil {
		c.condEdge(cc, s)
		return
	}
	back := c.op.Attr&ir.Backward != 0
	n := c.newSlot(backend.SlotTB, uint64(c.op.Imm), back)
	if back && !c.tally.on() && c.idx+1 < len(c.ops) && c.hf.fix&^backend.FlagsInvC == 0 {
		if o := &c.ops[c.idx+1]; o.Code == ir.ExitTB && o.Attr&ir.Backward == 0 && c.target(o) == nil {
			c.loopExit(cc, n)
			return
		}
	}
	recs, nrec := c.dirtyRecs()
	if nrec == 0 && !back && !c.tally.on() {
		c.slotJcc(cc, n)
		return
	}
	c.addStub(stubExit, c.jcc32(cc), n, recs, nrec)
}

// loopExit emits a backward conditional exit that is followed by the block's end: the way back is
// the straight one. The host's flags are kept up to the jump.
func (c *Compiler) loopExit(cc cc, n uint32) {
	if t := c.hf.t; t != ir.NoTemp {
		if s := &c.t[t]; s.reg == none && !s.inMem && s.homed && s.obs {
			inv := c.hf.fix == backend.FlagsInvC
			c.flagsToAX(c.hf.fix)
			if inv {
				c.cmc() // back to what cc was chosen for
			}
			c.flagsHome(s)
			s.inMem = true
		}
	}
	c.writeBack()
	fall := c.newSlot(backend.SlotTB, uint64(c.ops[c.idx+1].Imm), false)
	c.slotJcc(cc^1, fall)
	c.poll(n)
	c.slotJump(n)
	c.merged = true
}

// finalWriteBack puts all globals in place at the end of a block.
func (c *Compiler) finalWriteBack() {
	c.writeFlags()
	c.writeBack()
}

// writeFlags stores a flags word that is only in the host's flags, at the end of a block.
func (c *Compiler) writeFlags() {
	if t := c.hf.t; t != ir.NoTemp {
		if s := &c.t[t]; s.reg == none && !s.inMem && s.homed && s.obs {
			c.flagsToAX(c.hf.fix)
			c.flagsHome(s)
			s.inMem = true
		}
	}
	c.hf.t = ir.NoTemp
}

func (c *Compiler) lowerExitTB() {
	if c.merged {
		c.merged = false
		return
	}
	c.endCounterRegion()
	if s := c.target(c.op); s != nil {
		c.goTo(s)
		return
	}
	back := c.op.Attr&ir.Backward != 0
	n := c.newSlot(backend.SlotTB, uint64(c.op.Imm), back)
	c.finalWriteBack()
	c.addTally()
	if back {
		c.poll(n)
	}
	c.slotJump(n)
}

// lowerExitPtr looks the target up in the jump cache.
func (c *Compiler) lowerExitPtr() {
	c.endCounterRegion()
	r := c.src(c.op.A[0])
	c.kill()
	c.finalWriteBack()
	c.addTally()
	c.ptrJump(r)
}

// ptrJump goes on at the guest PC in r.
func (c *Compiler) ptrJump(r reg) {
	c.movRR(s64, rax, r)
	c.aluMI(aCMP, s32, hdr(backend.OffInterrupt), 0)
	c.patch32(c.jcc32(ccNE), int(c.intrPtr)-int(c.req.Off))
	e, miss := c.jumpEntry(rax, 0)
	c.patch32(miss, int(c.stubs.JumpMiss)-int(c.req.Off))
	c.jmpM(e)
}

// jumpEntry compares the guest PC in RAX with the jump cache's entry for hash h, in the part at an offset; it returns
// where the host address is and the place of the rel32 of the jump for when it is another's. It changes RCX.
func (c *Compiler) jumpEntry(h reg, part int32) (host mem, miss int) {
	// An entry has 16 bytes, the scale of an operand is 8 at most.
	mask, scale := int32(1<<backend.JumpCacheBits-1)<<c.cfg.PCShift, 4-c.cfg.PCShift
	if scale > 3 {
		c.lea(s32, rcx, mem{base: h, index: h})
		mask, scale = mask<<1, scale-1
	} else if h != rcx {
		c.movRR(s32, rcx, h)
	}
	c.aluRI(aAND, s32, rcx, mask)
	e := mem{base: rbp, index: rcx, scale: scale, disp: c.cfg.JumpCache + part - backend.StateBias}
	c.aluRM(aCMP, s64, rax, e)
	miss = c.jcc32(ccNE)
	e.disp += 8
	return e, miss
}

// lowerExitPtrNE goes on when the value is the PC expected.
func (c *Compiler) lowerExitPtrNE() {
	c.endCounterRegion()
	o := c.op
	r := c.src(o.A[0])
	c.kill()
	c.clobber()
	if o.Imm == int64(int32(o.Imm)) {
		c.aluRI(aCMP, s64, r, int32(o.Imm))
	} else {
		c.movRI(rax, uint64(o.Imm))
		c.aluRR(aCMP, s64, r, rax)
	}
	recs, nrec := c.dirtyRecs()
	c.addStub(stubPtr, c.jcc32(ccNE), uint32(r), recs, nrec)
	c.settle()
}

// lowerExitExc leaves with an exception; its code goes to Header.ExitPC.
func (c *Compiler) lowerExitExc() {
	c.endCounterRegion()
	o := c.op
	n := c.newSlot(backend.SlotExc, uint64(o.Imm), false)
	c.slots[n].Exc = ir.ExcKind(o.Aux)
	r := noReg
	if o.A[0] != ir.NoTemp {
		r = c.src(o.A[0])
	}
	c.kill()
	c.finalWriteBack()
	c.addTally()
	if r == noReg {
		c.storeI(s64, hdr(backend.OffExitPC), 0)
	} else {
		c.store(s64, hdr(backend.OffExitPC), r)
	}
	c.movRI(rax, uint64(c.req.Slot+n))
	c.jmpStub(c.excExit)
}

// flushRegion puts all homed values in memory before control splits or joins.
func (c *Compiler) flushRegion() {
	c.clobber()
	c.writeBack()
}

func (c *Compiler) lowerSetLabel() {
	c.flushRegion()
	c.forget()
	c.labels[c.op.Imm] = int32(c.n)
}

func (c *Compiler) lowerBr() {
	c.endCounterRegion()
	c.flushRegion()
	c.lfix = append(c.lfix, labelFix{c.jmp32(), int32(c.op.Imm)})
	c.forget()
}

func (c *Compiler) lowerBrC() {
	cc := c.compare(0)
	c.writeBack() // stores only: the flags stay
	c.lfix = append(c.lfix, labelFix{c.jcc32(cc), int32(c.op.Imm)})
	c.forget()
}

func (c *Compiler) lowerBrF() {
	o := c.op
	t := o.A[0]
	cc := c.cond(o.Cond, t)
	c.kill()
	if s := &c.t[t]; c.hf.t == t && s.reg == none && !s.inMem && s.needed() {
		inv := c.hf.fix == backend.FlagsInvC
		if c.hf.fix&^backend.FlagsInvC != 0 {
			// Corrections change the host's flags: decide first.
			c.setcc(cc, rdx)
			c.clobber()
			c.testRR(s8, rdx, rdx)
			cc, inv = ccNE, false
		} else {
			c.capture(t)
			if inv {
				c.cmc()
			}
		}
	}
	c.writeBack()
	c.lfix = append(c.lfix, labelFix{c.jcc32(cc), int32(o.Imm)})
	c.forget()
}
