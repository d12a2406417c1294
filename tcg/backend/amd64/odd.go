package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// Results that the host and Arm differ in, and how they are found.

// whenNaN leaves for Go when r, as lanes of width w, holds a NaN.
func (c *Compiler) whenNaN(s slow, r xreg, w ir.Width, scalar bool) {
	if scalar {
		c.xx(xUCOMISS|fpForm(w, false), r, r)
		c.when(s, ccP)
		return
	}
	c.op3i(xCMPPS|fpForm(w, false), xmm15, r, r, 3)
	c.when(s, c.anyLane(xmm15, w))
}

// anyLane sets the flags from a mask of lanes; the condition holds if a lane is set.
func (c *Compiler) anyLane(x xreg, w ir.Width) cc {
	c.rx(xMOVMSKPS|fpForm(w, false), rax, x)
	c.testRR(s32, rax, rax)
	return ccNE
}

// whenOdd is whenNaN for an op that rounds off low bits: under Arm's rules tininess is found before
// rounding, x86 finds it afterwards, so a result equal to the smallest normal number is for Go too.
// What is tested inline holds for more results, zero among them; those are told apart out of line.
func (c *Compiler) whenOdd(s slow, r xreg, w ir.Width, scalar bool) {
	var cond cc
	abs, least := oddBounds(w)
	switch {
	case scalar: // the exponent but for its lowest bit is all zeros or all ones
		m := ir.Val{Lo: 0x7f000000}
		if w == ir.W64 {
			m.Lo = 0x7fe << 52
		}
		c.poolRef(m, c.rip(xPTEST, uint8(r)))
		cond = ccBE
	case c.feat.avx: // not above the smallest normal number
		c.op3pool(xPAND, xmm15, r, abs)
		c.op3pooli(xCMPPS|fpForm(w, false), xmm15, xmm15, least, cmpNGT)
		cond = c.anyLane(xmm15, w)
	default:
		c.oddLanes(r, w)
		c.when(s, c.anyLane(xmm15, w))
		return
	}
	from := c.jcc32(cond)
	x := c.addStub(stubOdd, from, s.site, 0, 0)
	x.back, x.x, x.w, x.scalar = c.n, r, w, scalar
}

// cmpNGT is the immediate of VEX compares for "not greater, or unordered" that raises nothing for quiet NaNs.
const cmpNGT = 0x1a

// oddBounds gives the masks of all bits but the sign, and the smallest normal number.
func oddBounds(w ir.Width) (abs, least ir.Val) {
	if w == ir.W64 {
		return splat(1<<63 - 1), splat(1 << 52)
	}
	return splat(0x7fffffff7fffffff), splat(0x0080000000800000)
}

// oddLanes gives XMM15 the mask of lanes of r that are NaNs or the smallest normal number; XMM14 is changed.
func (c *Compiler) oddLanes(r xreg, w ir.Width) {
	abs, least := oddBounds(w)
	form := fpForm(w, false)
	c.op3pool(xPAND, xmm15, r, abs)
	c.loadConstX(xmm14, least)
	c.op3i(xCMPPS|form, xmm14, xmm14, xmm15, 0)
	c.op3i(xCMPPS|form, xmm15, xmm15, xmm15, 3)
	c.op3(xPOR, xmm15, xmm15, xmm14)
}

// emitOdd is the exact test behind whenOdd's: to the site, or back.
func (c *Compiler) emitOdd(s *stub) {
	if s.scalar {
		abs, least := oddBounds(s.w)
		c.op3pool(xPAND, xmm15, s.x, abs)
		c.poolRef(least, c.rip(xUCOMISS|fpForm(s.w, false), uint8(xmm15)))
		c.when(slow{s.n}, ccE) // equal or unordered
	} else {
		c.oddLanes(s.x, s.w)
		c.when(slow{s.n}, c.anyLane(xmm15, s.w))
	}
	c.patch32(c.jmp32(), s.back)
}
