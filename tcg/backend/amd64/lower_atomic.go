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
	d := a.r
	c.mayFault(&a)
	c.load(s, rax, a.m)
	loop := c.n
	c.movRR(s64, rdx, rax)
	c.aluRR(op, s64, rdx, v)
	second := c.again(a.site)
	c.tab.Sites[second].Host = uint32(c.n)
	c.cmpxchg(s, a.m, rdx)
	j := c.jcc8(ccNE)
	c.b[j] = byte(loop - (j + 1))
	c.movZX(s, d, rax)
	c.tab.Sites[second].Resume = uint32(c.n)
	c.finish(&a)
	c.def(0, uint8(d))
}
