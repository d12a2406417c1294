package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// maxSlack bounds how far from a checked base an access may be: the guard zones on both sides of
// the reservation are larger.
const maxSlack = 1 << 30

// access is a guest memory access being emitted.
type access struct {
	m    mem
	site uint32
	jcc  int // place of the rel32 to the slow path, 0: none
	jal  int // likewise, of a misaligned address
	// second is 1 + the site of a second instruction that may fault, 0 for none.
	second uint32
	// r and x are the output's register; nothing may be spilled between the check and the access,
	// since the slow path comes back after it.
	r reg
	x xreg
}

// result says what register an access needs for its output.
type result uint8

const (
	noResult  result = iota
	intResult        // may be that of a dying input
	ownResult        // an integer register that no input has
	vecResult
)

// output allocates the output's register.
func (c *Compiler) output(a *access, k result) {
	// A load that faults leaves the old value where it was: the register of a global is the one to load it to.
	old := uint8(none)
	if t := c.op.A[0]; c.op.Code == ir.Ld || c.op.Code == ir.LdV {
		if int(t) < len(c.gtmpl) && (!c.canonical(t) || c.t[t].reg == c.rg.canon[t]) {
			old = c.t[t].reg
		}
	}
	switch {
	case old != none && k == intResult:
		a.r = reg(old)
	case old != none:
		a.x = xreg(old)
		c.siteOut(a.site, 0, backend.LocVReg|backend.Loc(a.x))
		return
	case k == intResult:
		a.r = c.dstAny()
	case k == ownResult:
		a.r = c.dst()
	case k == vecResult:
		a.x = c.allocXReg(true)
		c.siteOut(a.site, 0, backend.LocVReg|backend.Loc(a.x))
		return
	default:
		a.r = noReg
		return
	}
	c.siteOut(a.site, 0, backend.LocReg|backend.Loc(a.r))
}

// address prepares the access of the current op at base + index<<scale + disp, of 1<<w bytes. It
// brings the address into a memory operand, makes the site and emits the check. Inputs must be in
// place; kill is called. The operand may use RAX; in TLB mode RCX and RDX are changed too.
func (c *Compiler) address(base, index ir.Temp, disp int32, w ir.Width, write bool, out result) access {
	var a access
	rb, ri, k, konst := c.addressParts(base, index, disp)
	value, add := disp, c.t[base].add // the base's register is short of add
	disp += add
	if c.cfg.TLBMode {
		return c.addressTLB(rb, ri, k, disp, w, write, out)
	}
	bare := rb != noReg && ri == noReg
	p := pair{index: index, base: base, scale: c.op.Aux, disp: int64(value)}
	if konst {
		k += uint64(int64(disp))
		p.base, p.disp = ir.NoTemp, int64(k)
		if ri == noReg {
			k = c.constUntagged(k)
		}
	}
	known := false
	switch {
	case ri != noReg:
		known = c.op.Aux <= 3 && c.recheck(p)
	case konst:
		known = k < c.cfg.GuestLimit-64 && c.cfg.GuestLimit > 64
	default:
		known = c.near(base, value)
	}
	align := c.op.Attr&ir.NatAlign != 0 && w > ir.W8 && w < ir.W128 // 16 bytes: the host faults
	tagged := c.req.Tag != 0 && !(konst && ri == noReg)
	if !known || align || tagged {
		c.clobber()
	}
	a.site = c.site(backend.SiteMem)
	c.kill()
	c.output(&a, out)
	ri, scale := c.scaled(ri)
	switch {
	case konst && ri == noReg:
		if k < 1<<31 && known && !align {
			a.m = mem{base: noReg, index: noReg, disp: int32(k), gs: true}
			return a
		}
		c.movRI(rax, k)
		a.m = mem{base: rax, index: noReg, gs: true}
		rb = rax
	case bare:
		if tagged {
			c.untag(rax, rb)
			rb = rax
		}
		a.m = mem{base: rb, index: noReg, disp: disp, gs: true}
	default:
		if konst {
			disp = int32(k)
		}
		a.m = mem{base: rb, index: ri, scale: scale, disp: disp, gs: true}
		if known && !align && !tagged {
			return a
		}
		rb = c.addressSum(&a, tagged, align)
	}
	if align {
		c.alignCheck(&a, rb, w)
	}
	if known {
		return a
	}
	c.aluRR(aCMP, s64, rb, r14)
	a.jcc = c.jcc32(ccA)
	if bare && disp < maxSlack && disp > -maxSlack {
		c.t[base].chk = 1 + uint32(max(add, -add))
	}
	if ri != noReg && c.op.Aux <= 3 {
		c.addPair(p)
	}
	return a
}

// addressSum makes the sum of the operand's parts in RAX, to be checked, and the operand that, but for a load, which need not
// wait for the sum.
func (c *Compiler) addressSum(a *access, tagged, align bool) reg {
	m := a.m
	m.gs = false
	c.lea(s64, rax, m)
	wait := align || m.index == rax || c.op.Code != ir.Ld && c.op.Code != ir.LdV
	if tagged {
		c.untag(rax, rax)
	}
	if tagged || wait {
		a.m = mem{base: rax, index: noReg, gs: true}
	}
	return rax
}

// addressParts brings base and index to registers, what is constant of them to k. konst: there is no base, and the displacement can be
// added to k.
func (c *Compiler) addressParts(base, index ir.Temp, disp int32) (rb, ri reg, k uint64, konst bool) {
	k, konst = c.constOf(base)
	rb, ri = noReg, noReg
	if index != ir.NoTemp {
		if v, ok := c.constOf(index); ok && konst {
			k += v << c.op.Aux
		} else {
			ri = c.src(index)
		}
	}
	if !konst {
		rb = c.base(base, disp)
	} else if ri != noReg && k+uint64(int64(disp)) != uint64(int64(int32(k+uint64(int64(disp))))) {
		rb, konst = c.src(base), false
	}
	return rb, ri, k, konst
}

// near reports whether an access at disp of base needs no check, and takes note of it.
func (c *Compiler) near(base ir.Temp, disp int32) bool {
	chk, d := c.t[base].chk, uint32(max(disp, -disp))
	if chk == 0 || chk+d >= maxSlack {
		return false
	}
	c.t[base].chk = min(chk, 1+d)
	return true
}

// untag makes dst the address src without its tag. It changes flags. (An address with the bit below the tag set is none that
// could be accessed, with ones above or with zeros.)
func (c *Compiler) untag(dst, src reg) {
	if c.feat.bmi2 {
		c.bzhi(s64, dst, src, r14)
		return
	}
	if dst != src {
		c.movRR(s64, dst, src)
	}
	c.shiftRI(shSHL, s64, dst, c.req.Tag)
	c.shiftRI(shSHR, s64, dst, c.req.Tag)
}

// constUntagged is untag for an address that is known.
func (c *Compiler) constUntagged(k uint64) uint64 { return k << c.req.Tag >> c.req.Tag }

// alignCheck sends an access whose address in a.m, on base rb, is no multiple of its size to the slow path.
func (c *Compiler) alignCheck(a *access, rb reg, w ir.Width) {
	mask := int32(w.Bytes()) - 1
	if a.m.disp&mask != 0 {
		c.lea(s32, rcx, at(rb, a.m.disp))
		rb = rcx
	}
	c.testRI(s8, rb, mask)
	a.jal = c.jcc32(ccNE)
}

// scaled returns an index register and scale that an amd64 operand can hold: a factor above 8 is
// shifted into RAX.
func (c *Compiler) scaled(ri reg) (reg, uint8) {
	if ri == noReg || c.op.Aux <= 3 {
		return ri, c.op.Aux
	}
	c.movRR(s64, rax, ri)
	c.shiftRI(shSHL, s64, rax, c.op.Aux)
	return rax, 0
}

// addressTLB is address in TLB mode.
func (c *Compiler) addressTLB(rb, ri reg, k uint64, disp int32, w ir.Width, write bool, out result) access {
	var a access
	c.clobber()
	a.site = c.site(backend.SiteMem)
	c.kill()
	c.output(&a, out)
	ri, scale := c.scaled(ri)
	switch {
	case rb == noReg && ri == noReg:
		c.movRI(rax, c.constUntagged(k+uint64(int64(disp))))
	case rb == noReg:
		c.lea(s64, rax, mem{base: noReg, index: ri, scale: scale, disp: int32(k + uint64(int64(disp)))})
	default:
		c.lea(s64, rax, mem{base: rb, index: ri, scale: scale, disp: disp})
	}
	if c.req.Tag != 0 {
		c.untag(rax, rax)
	}
	c.movRR(s32, rcx, rax)
	c.shiftRI(shSHR, s32, rcx, 12-5)
	c.aluRI(aAND, s32, rcx, (1<<backend.TLBBits-1)<<5)
	tagged := int32(-4096)
	if c.op.Attr&ir.NatAlign != 0 && w > ir.W8 { // an aligned access lies in one page, a misaligned one hits no tag
		tagged |= int32(w.Bytes()) - 1
	}
	if w == ir.W8 || tagged != -4096 {
		c.movRR(s64, rdx, rax)
	} else {
		c.lea(s64, rdx, at(rax, int32(w.Bytes())-1))
	}
	c.aluRI(aAND, s64, rdx, tagged)
	e := mem{base: rbp, index: rcx, disp: c.cfg.TLB - backend.StateBias}
	if write {
		e.disp += 8
	}
	c.aluRM(aCMP, s64, rdx, e)
	a.jcc = c.jcc32(ccNE)
	e.disp = c.cfg.TLB - backend.StateBias + 16
	c.aluRM(aADD, s64, rax, e)
	a.m = at(rax, 0)
	return a
}

// mayFault marks the next instruction as the one that faults for the access.
func (c *Compiler) mayFault(a *access) { c.tab.Sites[a.site].Host = uint32(c.n) }

// finish marks the end of an access: the slow path resumes here.
func (c *Compiler) finish(a *access) {
	c.tab.Sites[a.site].Resume = uint32(c.n)
	if a.second != 0 {
		c.tab.Sites[a.second-1].Resume = uint32(c.n)
	}
	for _, from := range [...]int{a.jcc, a.jal} {
		if from != 0 {
			c.addStub(stubSite, from, a.site, 0, 0)
		}
	}
}

func (c *Compiler) lowerLd() {
	o := c.op
	if o.W == ir.W16 && o.Attr&ir.BigEndian != 0 && !c.feat.bmi2 {
		c.clobber()
	}
	if c.foldLoad() {
		return
	}
	a := c.address(o.A[1], o.A[2], int32(o.Imm), o.W, false, intResult)
	r := a.r
	c.mayFault(&a)
	s := size(o.W)
	switch {
	case o.Attr&ir.BigEndian != 0:
		c.load(s, r, a.m)
		c.swapBytes(s, r)
		if o.Attr&ir.Signed != 0 {
			c.extend(s, size(o.D), r)
		}
	case o.Attr&ir.Signed == 0:
		c.load(s, r, a.m)
	case o.D <= ir.W16:
		c.loadSX(s, s32, r, a.m)
		c.movZX(size(o.D), r, r)
	default:
		c.loadSX(s, size(o.D), r, a.m)
	}
	c.finish(&a)
	c.def(0, uint8(r))
}

// extend sign-extends r from s to d, zero above.
func (c *Compiler) extend(s, d size, r reg) {
	c.movSX(s, max(d, s32), r, r)
	if d < s32 {
		c.movZX(d, r, r)
	}
}

// swapBytes reverses the bytes of the low s of r, whose upper bits are zero. 16 bits change flags.
func (c *Compiler) swapBytes(s size, r reg) {
	switch s {
	case s8:
	case s16:
		c.bswap(s32, r)
		if c.feat.bmi2 {
			c.rorX(s32, r, r, 16)
		} else {
			c.clobber()
			c.shiftRI(shSHR, s32, r, 16)
		}
	default:
		c.bswap(s, r)
	}
}

func (c *Compiler) lowerSt() {
	o := c.op
	s := size(o.W)
	imm, isImm := c.immOf(o.A[0], s)
	swap := swapped(o)
	if swap && !c.feat.bmi2 && s == s16 {
		c.clobber()
	}
	isImm = isImm && !swap && o.Attr&ir.SC == 0
	var v reg
	if !isImm {
		v = c.src(o.A[0])
	}
	a := c.address(o.A[1], o.A[2], int32(o.Imm), o.W, true, noResult)
	if swap {
		c.movZX(s, rcx, v)
		c.swapBytes(s, rcx)
		v = rcx
	}
	switch {
	case isImm:
		c.mayFault(&a)
		c.storeI(s, a.m, imm)
	case o.Attr&ir.SC != 0: // the store is a full barrier too
		c.movRR(s64, rcx, v)
		c.mayFault(&a)
		c.xchgMR(s, a.m, rcx)
	default:
		c.mayFault(&a)
		c.store(s, a.m, v)
	}
	c.finish(&a)
}

// oddV reports whether a vector access is of a kind that no guest makes often: Go does it.
func oddV(o *ir.Op) bool {
	odd := ir.SC
	if o.Code == ir.LdV {
		odd = 0
	}
	if o.W != ir.W128 {
		odd |= ir.Aligned | ir.NatAlign
	}
	return swapped(o) || o.Attr&odd != 0
}

func (c *Compiler) lowerLdV() {
	o := c.op
	if oddV(o) {
		c.lowerEval()
		return
	}
	if c.foldLoadV() {
		return
	}
	a := c.address(o.A[1], o.A[2], int32(o.Imm), o.W, false, vecResult)
	r := a.x
	c.mayFault(&a)
	switch o.W {
	case ir.W128:
		if o.Attr&(ir.Aligned|ir.NatAlign) != 0 {
			c.xm(xMOVAPS, r, a.m)
		} else {
			c.xm(xMOVUPS, r, a.m)
		}
	case ir.W64:
		c.xm(xMOVQld, r, a.m)
	case ir.W32:
		c.xm(xMOVD, r, a.m)
	default:
		c.load(size(o.W), rcx, a.m)
		c.xr(xMOVD, r, rcx)
	}
	c.finish(&a)
	c.def(0, uint8(r))
	s := &c.t[o.A[0]]
	s.zeroHi, s.zero96 = o.W <= ir.W64, o.W <= ir.W32
}

func (c *Compiler) lowerStV() {
	o := c.op
	if oddV(o) {
		c.lowerEval()
		return
	}
	v := c.srcX(o.A[0])
	a := c.address(o.A[1], o.A[2], int32(o.Imm), o.W, true, noResult)
	if o.W < ir.W32 {
		c.rr(xMOVDst, uint8(v), uint8(rcx))
	}
	c.mayFault(&a)
	switch o.W {
	case ir.W128:
		if o.Attr&(ir.Aligned|ir.NatAlign) != 0 {
			c.xm(xMOVAPS+1, v, a.m)
		} else {
			c.xm(xMOVUPS+1, v, a.m)
		}
	case ir.W64:
		c.xm(xMOVQst, v, a.m)
	case ir.W32:
		c.xm(xMOVDst, v, a.m)
	default:
		c.store(size(o.W), a.m, rcx)
	}
	c.finish(&a)
}

// lowerFence: the host keeps all order but that of a load after a store, which any locked operation keeps too,
// for the ordinary memory that all guest memory is, several times faster than MFENCE. SDM vol. 3 8.2.2.
func (c *Compiler) lowerFence() {
	if c.op.Aux&ir.FenceStLd == 0 {
		return
	}
	c.clobber()
	c.lockOrMI(hdr(backend.OffExitArg), 0)
}

// lowerGetEnv merges the sticky bits raised since the last exit into the State's word.
func (c *Compiler) lowerGetEnv() {
	c.kill()
	c.clobber()
	r := c.dst()
	c.stmxcsr(hdr(backend.OffGuestFPEnv))
	c.load(s32, r, hdr(backend.OffGuestFPEnv))
	c.aluRI(aAND, s32, r, 0x3f)
	c.aluRM(aOR, s64, r, at(rbp, c.cfg.FPEnvOffset-backend.StateBias))
	c.def(0, uint8(r))
}

func (c *Compiler) lowerLdS() {
	c.kill()
	r := c.dst()
	c.load(s64, r, at(rbp, int32(c.op.Imm)-backend.StateBias))
	c.def(0, uint8(r))
}

func (c *Compiler) lowerStS() {
	v := c.src(c.op.A[0])
	c.kill()
	c.store(s64, at(rbp, int32(c.op.Imm)-backend.StateBias), v)
}

func (c *Compiler) lowerSetEnv() {
	v := c.src(c.op.A[0])
	c.kill()
	c.clobber()
	c.store(s64, at(rbp, c.cfg.FPEnvOffset-backend.StateBias), v)
	c.movZX(s16, rax, v)
	c.aluRI(aOR, s32, rax, backend.FPMaskAll)
	c.store(s32, hdr(backend.OffGuestFPEnv), rax)
	c.ldmxcsr(hdr(backend.OffGuestFPEnv))
}
