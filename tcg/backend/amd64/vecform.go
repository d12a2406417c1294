package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// op3 emits dst = op(a, b). Without AVX it may change XMM15 when dst is b, also when a is XMM15.
func (c *Compiler) op3(e enc, dst, a, b xreg) {
	switch {
	case c.feat.avx:
		c.vxx(e, dst, a, b)
	case dst == a:
		c.xx(e, dst, b)
	case dst == b && a == xmm15:
		c.xx(e, a, b)
		c.xmov(dst, a)
	case dst == b:
		c.xmov(xmm15, b)
		c.xmov(dst, a)
		c.xx(e, dst, xmm15)
	default:
		c.xmov(dst, a)
		c.xx(e, dst, b)
	}
}

// op3i is op3 with an immediate.
func (c *Compiler) op3i(e enc, dst, a, b xreg, imm uint8) {
	if !c.feat.avx && dst == b && dst != a && a == xmm15 {
		c.xx(e, a, b)
		c.byte(imm)
		c.xmov(dst, a)
		return
	}
	c.op3(e, dst, a, b)
	c.byte(imm)
}

// op3pool emits dst = op(a, constant).
func (c *Compiler) op3pool(e enc, dst, a xreg, v ir.Val) {
	if c.feat.avx && dst != a {
		c.poolRef(v, c.vrip(e, uint8(dst), uint8(a)))
		return
	}
	c.xmov(dst, a)
	c.poolRef(v, c.rip(e, uint8(dst)))
}

// op3pooli is op3pool with an immediate, for AVX.
func (c *Compiler) op3pooli(e enc, dst, a xreg, v ir.Val, imm uint8) {
	c.poolRef(v, c.vrip(e, uint8(dst), uint8(a))|poolImm)
	c.byte(imm)
}

// vecShift emits dst = a shifted by a constant; digit as in xshift.
func (c *Compiler) vecShift(e enc, digit uint8, dst, a xreg, imm uint8) {
	if c.feat.avx {
		c.vshift(e, digit, dst, a, imm)
		return
	}
	c.xmov(dst, a)
	c.xshift(e, digit, dst, imm)
}

// vIn2 brings two vector inputs into registers and calls kill.
func (c *Compiler) vIn2() (a, b xreg) {
	a, b = c.srcX(c.op.A[1]), c.srcX(c.op.A[2])
	c.kill()
	return a, b
}

func (c *Compiler) vIn1() xreg {
	a := c.srcX(c.op.A[1])
	c.kill()
	return a
}

// vDst returns a register for a vector output that overlaps no input; vDstAny one that may.
func (c *Compiler) vDst() xreg    { return c.allocXReg(false) }
func (c *Compiler) vDstAny() xreg { return c.allocXReg(true) }

func (c *Compiler) defX(r xreg) { c.def(0, uint8(r)) }

// poolable reports whether input k is a constant that is best taken from memory.
func (c *Compiler) poolable(k int) (ir.Val, bool) {
	s := &c.t[c.op.A[k]]
	if s.cst == ir.NoTemp || s.reg != none {
		return ir.Val{}, false
	}
	v := c.blk.Temps[s.cst].Val
	return v, v != (ir.Val{}) && v != splat(^uint64(0))
}

// vec2 emits a two-input op that is one instruction.
func (c *Compiler) vec2(e enc, comm bool) {
	x := c.op.A[1]
	v, inPool := c.poolable(2)
	if !inPool && comm {
		x = c.op.A[2]
		v, inPool = c.poolable(1)
	}
	if inPool {
		a := c.srcX(x)
		c.kill()
		r := a
		if c.feat.avx || !c.diesX(a) {
			r = c.allocXReg(c.feat.avx)
		}
		c.op3pool(e, r, a, v)
		c.defX(r)
		return
	}
	a, b := c.vIn2()
	var r xreg
	switch {
	case c.feat.avx:
		r = c.vDstAny()
	case c.diesX(a):
		r = a
	case comm && c.diesX(b):
		a, b = b, a
		r = a
	default:
		r = c.vDst()
	}
	c.op3(e, r, a, b)
	c.defX(r)
}
