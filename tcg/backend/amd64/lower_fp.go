package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Floating point runs on the host's unit under the guest's MXCSR. Arm's rules differ from x86's in
// NaN results, in min and max of equals, and in what conversions give out of range: where the host's
// result could differ, the op is done again by Go at an out-of-line site.

// fpSuffix turns a ...PS encoding into that of the op's width and form.
func fpSuffix(o *ir.Op) enc { return fpForm(o.W, o.Attr&ir.Scalar != 0) }

func fpForm(w ir.Width, scalar bool) enc {
	switch {
	case scalar && w == ir.W64:
		return sd
	case scalar:
		return ss
	case w == ir.W64:
		return pd
	}
	return 0
}

// slow is the out-of-line evaluation of the current op.
type slow struct{ site uint32 }

// slowPath makes the site of the current op, whose output will be in vector register r. To be called
// before kill; the output's register is given to done.
func (c *Compiler) slowPath() slow { return slow{c.site(backend.SiteEval)} }

// when leaves for Go when cc holds.
func (c *Compiler) when(s slow, cc cc) {
	c.addStub(stubSite, c.jcc32(cc), s.site, 0, 0)
}

// doneX marks where the slow path comes back and defines output r.
func (c *Compiler) doneX(s slow, r xreg) {
	c.siteOut(s.site, 0, backend.LocVReg|backend.Loc(r))
	c.tab.Sites[s.site].Resume = uint32(c.n)
	c.defX(r)
}

func (c *Compiler) doneG(s slow, r reg) {
	c.siteOut(s.site, 0, backend.LocReg|backend.Loc(r))
	c.tab.Sites[s.site].Resume = uint32(c.n)
	c.def(0, uint8(r))
}

// exact sends the op to Go when no host mode does what it asks for.
func (c *Compiler) exact() bool {
	if c.op.Attr&ir.ExactFP != 0 {
		c.lowerEval()
		return true
	}
	return false
}

func (c *Compiler) arm() bool { return c.op.Attr&ir.ArmFP != 0 }

// fpKeep carries what is known of the upper lanes from the first input to the output of a scalar op.
func (c *Compiler) fpKeep(hi, h96 bool) {
	if t := c.op.A[0]; t != ir.NoTemp && c.op.Attr&ir.Scalar != 0 {
		s := &c.t[t]
		s.zeroHi = hi
		s.zero96 = h96 && c.op.W == ir.W32
	}
}

// upper is what is known of the upper lanes of input k.
func (c *Compiler) upper(k int) (hi, h96 bool) {
	s := &c.t[c.op.A[k]]
	if s.cst != ir.NoTemp {
		v := c.blk.Temps[s.cst].Val
		return v.Hi == 0, v.Hi == 0 && v.Lo>>32 == 0
	}
	return s.zeroHi, s.zero96
}

func (c *Compiler) lowerFArith() {
	if c.exact() {
		return
	}
	o := c.op
	e := [...]enc{0: xADDPS, ir.FSub - ir.FAdd: xSUBPS, ir.FMul - ir.FAdd: xMULPS, ir.FDiv - ir.FAdd: xDIVPS}[o.Code-ir.FAdd]
	e |= fpSuffix(o)
	hi, h96 := c.upper(1)
	if !c.arm() {
		c.vec2(e, false)
		c.fpKeep(hi, h96)
		return
	}
	a, b := c.srcX(o.A[1]), c.srcX(o.A[2])
	c.clobber()
	s := c.slowPath()
	c.kill()
	r := c.vDst()
	c.op3(e, r, a, b)
	if o.Code == ir.FMul || o.Code == ir.FDiv {
		c.whenOdd(s, r, o.W, o.Attr&ir.Scalar != 0)
	} else { // sums that are tiny are exact
		c.whenNaN(s, r, o.W, o.Attr&ir.Scalar != 0)
	}
	c.doneX(s, r)
	c.fpKeep(hi, h96)
}

func (c *Compiler) lowerFMinMax() {
	if c.exact() {
		return
	}
	o := c.op
	e := enc(xMINPS)
	if o.Code == ir.FMax || o.Code == ir.FMaxNM {
		e = xMAXPS
	}
	e |= fpSuffix(o)
	hi, h96 := c.upper(1)
	if !c.arm() {
		if o.Code >= ir.FMinNM {
			c.lowerEval()
			return
		}
		c.vec2(e, false)
		c.fpKeep(hi, h96)
		return
	}
	// Unordered inputs are Go's. Of two zeros x86 gives the second; Arm the negative one (the positive one for
	// a maximum), so both orders are computed and joined bit by bit.
	join := enc(xPOR)
	if o.Code == ir.FMax || o.Code == ir.FMaxNM {
		join = xPAND
	}
	a, b := c.srcX(o.A[1]), c.srcX(o.A[2])
	c.clobber()
	s := c.slowPath()
	c.kill()
	r := c.vDst()
	if o.Attr&ir.Scalar != 0 {
		c.xx(xUCOMISS|fpForm(o.W, false), a, b)
		c.when(s, ccP)
	} else {
		c.op3i(xCMPPS|fpForm(o.W, false), xmm15, a, b, 3)
		c.when(s, c.anyLane(xmm15, o.W))
	}
	c.op3(e, r, a, b)
	c.op3(e, xmm14, b, a)
	switch {
	case o.Attr&ir.Scalar == 0:
		c.op3(join, r, r, xmm14)
	case o.W == ir.W64:
		c.op3(join, xmm14, xmm14, r)
		c.xx(xMOVSDld, r, xmm14)
	default:
		c.op3(join, xmm14, xmm14, r)
		c.xx(xMOVSSld, r, xmm14)
	}
	c.doneX(s, r)
	c.fpKeep(hi, h96)
}

// isZeroV reports whether t is the vector zero.
func (c *Compiler) isZeroV(t ir.Temp) bool {
	k := c.t[t].cst
	return k != ir.NoTemp && c.blk.Temps[k].Val == ir.Val{}
}

// upAndSrc brings the inputs of an op of one operand into registers: what the upper lanes of a result of width w are taken
// from, and the operand. That is one register if the upper lanes are zero in both.
func (c *Compiler) upAndSrc(w ir.Width) (up, a xreg) {
	o := c.op
	if hi, h96 := c.upper(2); c.isZeroV(o.A[1]) && (h96 || hi && w == ir.W64) {
		a = c.srcX(o.A[2])
		return a, a
	}
	return c.srcX(o.A[1]), c.srcX(o.A[2])
}

// fpUnary is what an op on one operand has at hand: the operand, the register whose upper lanes the result gets, the
// result's register, what is known of the upper lanes, and for an Arm guest the slow path.
type fpUnary struct {
	up, a, r xreg
	hi, h96  bool
	s        slow
}

// fpUnary begins an op on one operand; w is the width of the result's lanes.
func (c *Compiler) fpUnary(w ir.Width) (u fpUnary) {
	u.hi, u.h96 = c.upper(1)
	u.up, u.a = c.upAndSrc(w)
	c.clobber()
	if c.arm() {
		u.s = c.slowPath()
	}
	c.kill()
	u.r = c.vDst()
	return u
}

// fpUnaryDone ends one whose only rare result is a NaN.
func (c *Compiler) fpUnaryDone(u *fpUnary, w ir.Width, scalar bool) {
	if !c.arm() {
		c.defX(u.r)
	} else {
		c.whenNaN(u.s, u.r, w, scalar)
		c.doneX(u.s, u.r)
	}
	c.fpKeep(u.hi, u.h96)
}

func (c *Compiler) lowerFSqrt() {
	if c.exact() {
		return
	}
	o := c.op
	scalar := o.Attr&ir.Scalar != 0
	u := c.fpUnary(o.W)
	up, a, r := u.up, u.a, u.r
	if scalar {
		c.op3(xSQRTPS|fpSuffix(o), r, up, a)
	} else {
		c.xx(xSQRTPS|fpSuffix(o), r, a)
	}
	c.fpUnaryDone(&u, o.W, scalar)
}

func (c *Compiler) lowerFMulAdd() {
	o := c.op
	if !c.feat.fma {
		c.lowerEval()
		return
	}
	if c.exact() {
		return
	}
	scalar := o.Attr&ir.Scalar != 0
	hi, h96 := c.upper(1)
	x, y, z := c.srcX(o.A[1]), c.srcX(o.A[2]), c.srcX(o.A[3])
	c.clobber()
	s := c.slowPath()
	c.kill()
	r := c.vDst()
	e := xVFMADD213 + enc(o.Aux&1)<<2 + enc(o.Aux&2)
	if scalar {
		e++
	}
	if o.W == ir.W64 {
		e |= rexW
	}
	c.xmov(r, x)
	c.vxx(e, r, y, z)
	c.whenOdd(s, r, o.W, scalar)
	c.doneX(s, r)
	c.fpKeep(hi, h96)
}

func (c *Compiler) lowerFCmpM() {
	if c.exact() {
		return
	}
	o := c.op
	a, b := c.vIn2()
	r := c.vDst()
	c.op3i(xCMPPS|fpSuffix(o), r, a, b, o.Aux&7)
	c.defX(r)
}

// roundImm gives ROUNDSD's immediate for a rounding mode; ok is false for ties away from zero.
func roundImm(mode uint8) (imm uint8, ok bool) {
	switch mode {
	case ir.RoundEnv:
		return 4, true
	case ir.RoundNear, ir.RoundDown, ir.RoundUp, ir.RoundZero:
		return mode - 1, true
	}
	return 0, false
}

func (c *Compiler) lowerFRint() {
	o := c.op
	imm, ok := roundImm(o.Aux)
	if !ok && o.Attr&(ir.Scalar|ir.ArmFP|ir.ExactFP) == ir.Scalar|ir.ArmFP && o.Imm&1 != 0 {
		c.lowerFRintAway()
		return
	}
	if !ok {
		c.lowerEval()
		return
	}
	if c.exact() {
		return
	}
	if o.Imm&1 != 0 {
		imm |= 8
	}
	scalar := o.Attr&ir.Scalar != 0
	u := c.fpUnary(o.W)
	up, a, r := u.up, u.a, u.r
	switch {
	case !scalar && o.W == ir.W64:
		c.xxi(xROUNDPD, r, a, imm)
	case !scalar:
		c.xxi(xROUNDPS, r, a, imm)
	case o.W == ir.W64:
		c.op3i(xROUNDSD, r, up, a, imm)
	default:
		c.op3i(xROUNDSS, r, up, a, imm)
	}
	c.fpUnaryDone(&u, o.W, scalar)
}

// lowerFRintAway rounds lane 0 to nearest, ties away from zero.
func (c *Compiler) lowerFRintAway() {
	o := c.op
	hi, h96 := c.upper(1)
	up, a := c.upAndSrc(o.W)
	c.clobber()
	s := c.slowPath()
	c.kill()
	r := c.vDst()
	c.whenBig(s, a, o.W)
	c.roundAway(r, up, a, 8|3)
	c.doneX(s, r)
	c.fpKeep(hi, h96)
	if o.A[0] != o.A[2] && c.wanted(0) {
		c.rounded = rounding{o.A[2], o.A[0], o.W}
	}
}

// whenBig leaves for Go unless lane 0 of a is smaller in magnitude than the least number without fraction bits,
// and, for converts to 32 bits, than 1<<31 - 1.
func (c *Compiler) whenBig(s slow, a xreg, d ir.Width) {
	bound, abs := splat(0x4b000000), splat(0x7fffffff7fffffff)
	switch {
	case c.op.W == ir.W64 && d == ir.W32:
		bound, abs = splat(0x41dfffffffc00000), splat(1<<63-1)
	case c.op.W == ir.W64:
		bound, abs = splat(0x4330000000000000), splat(1<<63-1)
	}
	c.op3pool(xPAND, xmm15, a, abs)
	c.loadConstX(xmm14, bound)
	c.xx(xUCOMISS|fpForm(c.op.W, false), xmm14, xmm15)
	c.when(s, ccBE)
}

// roundAway makes lane 0 of r that of a rounded to nearest, ties away from zero: truncated, and one further when
// at least a half has been cut off. Only the truncation can raise a flag; imm says whether it may.
func (c *Compiler) roundAway(r, up, a xreg, imm uint8) {
	w := c.op.W
	trunc, form := xROUNDSD, sd
	sign, half, one := splat(1<<63), splat(0x3fe0000000000000), splat(0x3ff0000000000000)
	abs, _ := oddBounds(w)
	if w == ir.W32 {
		trunc, form = xROUNDSS, ss
		sign, half, one = splat(0x8000000080000000), splat(0x3f0000003f000000), splat(0x3f8000003f800000)
	}
	c.op3i(trunc, r, up, a, imm)
	c.op3(xSUBPS|form, xmm14, a, r)
	c.op3pool(xPAND, xmm14, xmm14, abs)
	c.loadConstX(xmm15, half)
	c.op3i(xCMPPS|form, xmm15, xmm15, xmm14, 2)
	c.op3pool(xPAND, xmm15, xmm15, one)
	c.op3pool(xPAND, xmm14, a, sign)
	c.op3(xPOR, xmm15, xmm15, xmm14)
	c.op3(xADDPS|form, r, r, xmm15)
}

// fcmp says that the host's flags at op at are those of a compare whose Arm flags word is t.
type fcmp struct {
	at      int
	t       ir.Temp
	swapped bool // the operands were
}

// Host conditions after a compare of x with y, and of y with x, for flags conditions on Arm's flags of x with y;
// noCC where no single host condition says the same.
var (
	fcmpCC = [ir.CondLSa + 1]cc{
		ir.CondO: ccP, ir.CondNO: ccNP, ir.CondB: noCC, ir.CondAE: noCC, ir.CondZ: noCC, ir.CondNZ: noCC, ir.CondBE: noCC, ir.CondA: noCC,
		ir.CondS: noCC, ir.CondNS: noCC, ir.CondP: noCC, ir.CondNP: noCC, ir.CondL: ccB, ir.CondGE: ccAE, ir.CondLE: ccBE, ir.CondG: ccA,
		ir.CondHIa: noCC, ir.CondLSa: noCC,
	}
	fcmpSwappedCC = [ir.CondLSa + 1]cc{
		ir.CondO: noCC, ir.CondNO: noCC, ir.CondB: ccBE, ir.CondAE: ccA, ir.CondZ: noCC, ir.CondNZ: noCC, ir.CondBE: noCC, ir.CondA: noCC,
		ir.CondS: ccA, ir.CondNS: ccBE, ir.CondP: noCC, ir.CondNP: noCC, ir.CondL: noCC, ir.CondGE: noCC, ir.CondLE: noCC, ir.CondG: noCC,
		ir.CondHIa: ccB, ir.CondLSa: ccAE,
	}
)

const noCC cc = 0xff

// fcmpUser finds the op that tests the current compare's flags word, if nothing comes between; k is its slot.
func (c *Compiler) fcmpUser() (f fcmp, k int) {
	f = fcmp{at: -1, t: c.op.A[0]}
	n := c.idx + 1
	for n < len(c.ops) && c.ops[n].Code == ir.InsnStart {
		n++
	}
	if n == len(c.ops) {
		return f, 0
	}
	o := &c.ops[n]
	switch o.Code {
	case ir.SetF, ir.SelF:
		k = 1
	case ir.ExitF:
	default:
		return f, 0
	}
	if o.A[k] == f.t && int(o.Cond) < len(fcmpCC) && (fcmpCC[o.Cond] != noCC || fcmpSwappedCC[o.Cond] != noCC) {
		f.at, f.swapped = n, fcmpCC[o.Cond] == noCC
	}
	return f, k
}

// lowerFCmpF compares lane 0. x86's flags are the host's; Arm's are selected, but a test that follows at once uses
// the host's.
func (c *Compiler) lowerFCmpF() {
	if c.exact() {
		return
	}
	o := c.op
	a, b := c.srcX(o.A[1]), c.srcX(o.A[2])
	c.kill()
	c.clobber()
	e := enc(xUCOMISS)
	if o.Aux&1 != 0 {
		e = xCOMISS
	}
	e |= fpForm(o.W, false)
	if !c.arm() {
		c.xx(e, a, b)
		c.defFlags(0, 0)
		return
	}
	f, k := c.fcmpUser()
	c.fcmp = f
	less, greater := uint64(ir.FlagOne|ir.FlagS), uint64(ir.FlagOne|ir.FlagC)
	if f.swapped {
		a, b = b, a
		less, greater = greater, less
	}
	c.xx(e, a, b)
	if f.at >= 0 && c.use.next[0] == uint16(f.at) && c.use.obs&1 == 0 && c.uses[f.at].next[k] == never {
		c.newValue(0) // the test is all there is
		return
	}
	r := c.dst()
	c.movRI(r, greater)
	c.movRI(rax, less)
	c.cmov(ccB, s32, r, rax)
	c.movRI(rax, ir.FlagOne|ir.FlagZ|ir.FlagC)
	c.cmov(ccE, s32, r, rax)
	c.movRI(rax, ir.FlagOne|ir.FlagC|ir.FlagO)
	c.cmov(ccP, s32, r, rax)
	c.def(0, uint8(r))
}
