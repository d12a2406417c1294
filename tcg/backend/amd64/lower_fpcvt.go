package amd64

import (
	"github.com/gotcg/gotcg/tcg/ir"
)

// Converts between floating-point formats and integers.

func (c *Compiler) lowerFCvtFF() {
	o := c.op
	scalar := o.Attr&ir.Scalar != 0
	if o.W == ir.W16 || o.D == ir.W16 || o.W == o.D || o.Attr&ir.High != 0 && (scalar || o.D < o.W) {
		c.lowerEval()
		return
	}
	if c.exact() {
		return
	}
	u := c.fpUnary(o.D)
	up, a, r := u.up, u.a, u.r
	switch {
	case scalar && o.D == ir.W64:
		c.op3(xCVTSS2SD, r, up, a)
	case scalar:
		c.op3(xCVTSD2SS, r, up, a)
	case o.D == ir.W64:
		if o.Attr&ir.High != 0 {
			c.xxi(xPSHUFD, xmm15, a, 0xee)
			a = xmm15
		}
		c.xx(xCVTPS2PD, r, a)
	default:
		c.xx(xCVTPD2PS, r, a)
	}
	if !c.arm() {
		c.defX(r)
		c.cvtKeep(u.hi, u.h96)
		return
	}
	if o.D < o.W {
		c.whenOdd(u.s, r, o.D, scalar)
	} else {
		c.whenNaN(u.s, r, o.D, scalar)
	}
	c.doneX(u.s, r)
	c.cvtKeep(u.hi, u.h96)
}

// cvtKeep is fpKeep for a convert, whose lane 0 is as wide as its result.
func (c *Compiler) cvtKeep(hi, h96 bool) {
	if t := c.op.A[0]; t != ir.NoTemp && c.op.Attr&ir.Scalar != 0 {
		c.t[t].zeroHi, c.t[t].zero96 = hi, h96 && c.op.D == ir.W32
	}
}

func (c *Compiler) lowerFCvtI() {
	o := c.op
	sat, signed, trunc := o.Attr&ir.ArmSat != 0, o.Attr&ir.Signed != 0, o.Attr&ir.Trunc != 0
	if o.Imm == 0 && o.D >= ir.W32 && sat && o.Attr&ir.ExactFP == 0 && !trunc && o.Aux != ir.RoundEnv {
		c.lowerFCvtIRound()
		return
	}
	if o.Imm != 0 || o.D < ir.W32 || !signed && !sat || !trunc && o.Aux != ir.RoundEnv {
		c.lowerEval()
		return
	}
	if c.exact() {
		return
	}
	a := c.srcX(o.A[1])
	c.clobber()
	s := slow{}
	if sat {
		s = c.slowPath()
	}
	c.kill()
	r := c.dst()
	e := enc(xCVTSS2SI)
	if trunc {
		e = xCVTTSS2SI
	}
	if o.W == ir.W64 {
		e ^= pF3 ^ pF2
	}
	if o.D == ir.W64 || !signed {
		e |= rexW
	}
	if !signed {
		c.whenOutside(s, a)
	}
	c.rx(e, r, a)
	if !sat {
		c.def(0, uint8(r))
		return
	}
	if signed {
		c.aluRI(aCMP, size(o.D), r, 1)
		c.when(s, ccO) // only the integer indefinite overflows here
	} else if o.D == ir.W32 {
		c.movRR(s32, rax, r) // rounding may have carried to 1 << 32
		c.aluRR(aCMP, s64, rax, r)
		c.when(s, ccNE)
	}
	c.doneG(s, r)
}

// lowerFCvtIRound rounds by a mode of its own first, for numbers that have a fraction.
func (c *Compiler) lowerFCvtIRound() {
	o := c.op
	if o.Aux == ir.RoundAway && o.D == ir.W64 && o.Attr&ir.Signed != 0 && c.roundedBefore() {
		return
	}
	a := c.srcX(o.A[1])
	c.clobber()
	s := c.slowPath()
	c.kill()
	r, x := c.dst(), c.allocXReg(false)
	c.whenBig(s, a, o.D)
	if o.Attr&ir.Signed == 0 {
		c.xx(xPXOR, xmm15, xmm15)
		c.xx(xUCOMISS|fpForm(o.W, false), a, xmm15)
		c.when(s, ccB)
	}
	imm, ok := roundImm(o.Aux)
	switch {
	case !ok:
		c.roundAway(x, a, a, 3)
	case o.W == ir.W64:
		c.op3i(xROUNDSD, x, a, a, imm)
	default:
		c.op3i(xROUNDSS, x, a, a, imm)
	}
	e := enc(xCVTTSS2SI)
	if o.W == ir.W64 {
		e ^= pF3 ^ pF2
	}
	if o.D == ir.W64 {
		e |= rexW
	}
	c.rx(e, r, x)
	c.doneG(s, r)
}

// roundedBefore converts a value to 64 bits that was rounded likewise a while ago: what came of that is converted, and
// the value rounded once more for the flag only. It is so that C's lround and round are called for the same number.
func (c *Compiler) roundedBefore() bool {
	o := c.op
	if c.rounded.a != o.A[1] || c.t[c.rounded.r].reg == none || c.rounded.w != o.W {
		return false
	}
	a, x := c.srcX(o.A[1]), xreg(c.t[c.rounded.r].reg)
	c.clobber()
	s := c.slowPath()
	c.kill()
	r := c.dst()
	e, round := xCVTTSS2SI|rexW, enc(xROUNDSS)
	if o.W == ir.W64 {
		e, round = e^(pF3^pF2), xROUNDSD
	}
	c.op3i(round, xmm15, a, a, 3)
	c.rx(e, r, x)
	c.aluRI(aCMP, s64, r, 1)
	c.when(s, ccO) // only the integer indefinite overflows here
	c.doneG(s, r)
	return true
}

// rounding is an FRint away from zero of lane 0 of a, that made r.
type rounding struct {
	a, r ir.Temp
	w    ir.Width
}

// whenOutside leaves for Go unless 0 <= lane 0 of a < 1<<32 (unsigned 32) or 1<<63 (unsigned 64). The
// conversion itself would raise flags that Arm's does not.
func (c *Compiler) whenOutside(s slow, a xreg) {
	o := c.op
	e := xUCOMISS | fpForm(o.W, false)
	c.xx(xPXOR, xmm15, xmm15)
	c.xx(e, a, xmm15)
	c.when(s, ccB)
	bits := [2][2]uint64{{0x4f800000, 0x5f000000}, {0x41f0000000000000, 0x43e0000000000000}}
	c.loadConstX(xmm15, ir.Val{Lo: bits[o.W-ir.W32][o.D-ir.W32]})
	c.xx(e, a, xmm15)
	c.when(s, ccAE)
}

func (c *Compiler) lowerICvtF() {
	o := c.op
	if o.Imm != 0 || o.D < ir.W32 {
		c.lowerEval()
		return
	}
	if c.exact() {
		return
	}
	signed := o.Attr&ir.Signed != 0
	hi, h96 := c.upper(1)
	zero := c.isZeroV(o.A[1])
	var up xreg
	if !zero {
		up = c.srcX(o.A[1])
	}
	b := c.src(o.A[2])
	big := !signed && o.D == ir.W64
	s := slow{}
	if big {
		c.clobber()
		s = c.slowPath()
	}
	c.kill()
	r := c.vDst()
	if big {
		c.testRR(s64, b, b)
		c.when(s, ccS)
	}
	e := enc(xCVTSI2SS)
	if o.W == ir.W64 {
		e = xCVTSI2SD
	}
	switch {
	case o.D == ir.W64:
		e |= rexW
	case !signed:
		c.movRR(s32, rax, b)
		b = rax
		e |= rexW
	}
	if zero {
		c.xx(xPXOR, r, r)
	} else {
		c.xmov(r, up)
	}
	c.xr(e, r, b)
	if big {
		c.doneX(s, r)
	} else {
		c.defX(r)
	}
	c.t[o.A[0]].zeroHi, c.t[o.A[0]].zero96 = hi, h96 && o.W == ir.W32
}

func (c *Compiler) lowerVCvtFI() {
	o := c.op
	sat, trunc := o.Attr&ir.ArmSat != 0, o.Attr&ir.Trunc != 0
	if o.Attr&ir.Signed == 0 || o.Imm != 0 || o.D != ir.W32 || !trunc && o.Aux != ir.RoundEnv || sat && o.W != ir.W32 {
		c.lowerEval()
		return
	}
	if c.exact() {
		return
	}
	a := c.srcX(o.A[1])
	c.clobber()
	s := slow{}
	if sat {
		s = c.slowPath()
	}
	c.kill()
	r := c.vDst()
	e := enc(xCVTPS2DQ)
	switch {
	case o.W == ir.W64 && trunc:
		e = xCVTTPD2DQ
	case o.W == ir.W64:
		e = xCVTPD2DQ
	case trunc:
		e = xCVTTPS2DQ
	}
	c.xx(e, r, a)
	if !sat {
		c.defX(r)
		return
	}
	c.op3pool(xPCMPEQD, xmm15, r, splat(0x8000000080000000))
	c.when(s, c.anyLane(xmm15, ir.W32))
	c.doneX(s, r)
}

func (c *Compiler) lowerVCvtIF() {
	o := c.op
	if o.Attr&ir.Signed == 0 || o.Imm != 0 || o.W != ir.W32 || o.D < ir.W32 {
		c.lowerEval()
		return
	}
	if c.exact() {
		return
	}
	a := c.vIn1()
	r := c.vDst()
	if o.D == ir.W64 {
		c.xx(xCVTDQ2PD, r, a)
	} else {
		c.xx(xCVTDQ2PS, r, a)
	}
	c.defX(r)
}
