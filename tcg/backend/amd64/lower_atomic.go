package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// swapped reports whether an access is of the other byte order.
func swapped(o *ir.Op) bool { return o.Attr&ir.BigEndian != 0 && o.W > ir.W8 }

// atomicAddress is address for an access at base + disp whose operand must leave RAX and RDX alone.
func (c *Compiler) atomicAddress() access {
	o := c.op
	out := noResult
	if c.wanted(0) {
		out = ownResult
	}
	a := c.address(o.A[1], ir.NoTemp, int32(o.Imm), o.W, true, out)
	if a.m.base == rax {
		c.movRR(s64, rcx, rax)
		a.m.base = rcx
	}
	return a
}

func (c *Compiler) lowerCas() {
	o := c.op
	if swapped(o) {
		c.lowerEval()
		return
	}
	s := size(o.W)
	exp, val := c.src(o.A[2]), c.src(o.A[3])
	c.clobber()
	a := c.atomicAddress()
	c.movRR(s64, rax, exp)
	c.mayFault(&a)
	c.cmpxchg(s, a.m, val)
	c.atomicResult(&a, rax)
}

// atomicResult makes the old value in r the output.
func (c *Compiler) atomicResult(a *access, r reg) {
	s := size(c.op.W)
	if !c.wanted(0) {
		c.finish(a)
		if c.op.A[0] != ir.NoTemp {
			c.newValue(0)
		}
		return
	}
	c.movZX(s, a.r, r)
	c.finish(a)
	c.def(0, uint8(a.r))
}

func (c *Compiler) lowerAtXchg() {
	o := c.op
	if swapped(o) {
		c.lowerEval()
		return
	}
	v := c.src(o.A[2])
	a := c.atomicAddress()
	c.movRR(s64, rdx, v)
	c.mayFault(&a)
	c.xchgMR(size(o.W), a.m, rdx)
	c.atomicResult(&a, rdx)
}

func (c *Compiler) lowerAtAdd() {
	o := c.op
	if swapped(o) {
		c.lowerEval()
		return
	}
	s := size(o.W)
	v := c.src(o.A[2])
	c.clobber()
	a := c.atomicAddress()
	if !c.wanted(0) {
		c.mayFault(&a)
		c.lockAluMR(aADD, s, a.m, v)
		c.atomicResult(&a, rdx)
		return
	}
	c.movRR(s64, rdx, v)
	c.mayFault(&a)
	c.xadd(s, a.m, rdx)
	c.atomicResult(&a, rdx)
}

func (c *Compiler) lowerAtAnd() { c.atomicLogic(aAND) }
func (c *Compiler) lowerAtOr()  { c.atomicLogic(aOR) }
func (c *Compiler) lowerAtXor() { c.atomicLogic(aXOR) }

// atomicLogic emits a locked operation, or a compare-and-swap loop when the old value is asked for.
func (c *Compiler) atomicLogic(op alu) {
	o := c.op
	if swapped(o) {
		c.lowerEval()
		return
	}
	s := size(o.W)
	v := c.src(o.A[2])
	c.clobber()
	a := c.atomicAddress()
	if !c.wanted(0) {
		c.mayFault(&a)
		c.lockAluMR(op, s, a.m, v)
		c.atomicResult(&a, rdx)
		return
	}
	c.mayFault(&a)
	c.load(s, rax, a.m)
	loop := c.n
	c.movRR(s64, rdx, rax)
	c.aluRR(op, s64, rdx, v)
	c.swapLoop(&a, s, loop)
	c.atomicResult(&a, rax)
}

func (c *Compiler) lowerAtMinS() { c.atomicPick(ccG) }
func (c *Compiler) lowerAtMaxS() { c.atomicPick(ccL) }
func (c *Compiler) lowerAtMinU() { c.atomicPick(ccA) }
func (c *Compiler) lowerAtMaxU() { c.atomicPick(ccB) }

// atomicPick emits a compare-and-swap loop that stores the operand where the old value compares so with it, else
// the old value.
func (c *Compiler) atomicPick(cc cc) {
	o := c.op
	if swapped(o) {
		c.lowerEval()
		return
	}
	s := size(o.W)
	v := c.src(o.A[2])
	c.clobber()
	a := c.atomicAddress()
	c.mayFault(&a)
	c.load(s, rax, a.m)
	loop := c.n
	c.movRR(s64, rdx, rax)
	c.aluRR(aCMP, s, rax, v)
	c.cmov(cc, s64, rdx, v)
	c.swapLoop(&a, s, loop)
	c.atomicResult(&a, rax)
}

// swapLoop emits the end of a loop that replaces what was read to RAX by RDX. It may fault by itself.
func (c *Compiler) swapLoop(a *access, s size, loop int) {
	second := c.again(a.site)
	c.tab.Sites[second].Host = uint32(c.n)
	c.cmpxchg(s, a.m, rdx)
	j := c.jcc8(ccNE)
	c.b[j] = byte(loop - (j + 1))
	a.second = second + 1
}

// lowerCasV emits CMPXCHG16B, which needs RBX besides the lowering's own registers.
func (c *Compiler) lowerCasV() {
	o := c.op
	if swapped(o) {
		c.lowerEval()
		return
	}
	exp, val := c.srcX(o.A[2]), c.srcX(o.A[3])
	c.clobber()
	if t := c.ownG[rbx]; c.freeG>>rbx&1 == 0 {
		c.evict(t)
	}
	c.pinG |= 1 << rbx
	base := c.allocReg(false)
	out := noResult
	if c.wanted(0) {
		out = vecResult
	}
	a := c.address(o.A[1], ir.NoTemp, int32(o.Imm), o.W, true, out)
	if a.m.base == rax {
		c.movRR(s64, base, rax)
		a.m.base = base
	}
	c.getLane(rax, exp, ir.W64, 0)
	c.getLane(rdx, exp, ir.W64, 1)
	c.getLane(rbx, val, ir.W64, 0)
	c.getLane(rcx, val, ir.W64, 1)
	c.mayFault(&a)
	c.cmpxchg16(a.m)
	if out == noResult {
		c.finish(&a)
		if o.A[0] != ir.NoTemp {
			c.newValue(0)
		}
		return
	}
	c.rr(xMOVD|rexW, uint8(a.x), uint8(rax))
	c.rr(xPINSRD|rexW, uint8(a.x), uint8(rdx))
	c.byte(1)
	c.finish(&a)
	c.def(0, uint8(a.x))
}
