package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// clobber must be called before anything that changes the host's flags is emitted. A flags word
// that is only there and still needed is captured. It uses RAX.
func (c *Compiler) clobber() {
	t := c.hf.t
	if t == ir.NoTemp {
		return
	}
	if s := &c.t[t]; s.reg == none && !s.inMem && c.flagsNeeded(s) && c.recipe.t != t {
		c.capture(t)
	}
	c.hf.t = ir.NoTemp
}

// keepFlags reports whether the host's flags hold a value that clobber would have to capture.
func (c *Compiler) keepFlags() bool {
	if c.hf.t == ir.NoTemp {
		return false
	}
	s := &c.t[c.hf.t]
	return s.reg == none && !s.inMem && c.flagsNeeded(s) && c.recipe.t != c.hf.t
}

// capture saves flags word t from the host's flags: to its home when nothing reads it before a
// store would be needed anyway, else to a register. Without corrections the host's flags stay as
// they are, but for an inverted carry, which c.hf.fix then no longer says.
func (c *Compiler) capture(t ir.Temp) {
	s := &c.t[t]
	c.dropRecipe(t)
	c.flagsToAX(c.hf.fix)
	if c.hf.fix == backend.FlagsInvC {
		c.hf.fix = 0
	}
	if s.homed && s.next == never {
		if int(t) < len(c.blk.Globals) {
			c.flagsHome(s)
		} else {
			c.movZX(s16, rax, rax)
			c.store(s64, c.memOf(s), rax)
		}
		s.inMem = true
		return
	}
	r := c.allocReg(false)
	c.movZX(s16, r, rax)
	c.assign(t, uint8(r))
}

// captureReg saves the flags word in the host's flags to a register.
func (c *Compiler) captureReg() {
	c.dropRecipe(c.hf.t)
	c.flagsToAX(c.hf.fix)
	r := c.allocReg(false)
	c.movZX(s16, r, rax)
	c.assign(c.hf.t, uint8(r))
	if c.hf.fix == backend.FlagsInvC {
		c.hf.fix = 0
	} else if c.hf.fix != 0 {
		c.hf.t = ir.NoTemp
	}
}

// flagsToAX makes a flags word in AX of the host's flags and corrections; the rest of RAX is
// undefined. Corrections other than of the carry change the host's flags and may use RCX.
func (c *Compiler) flagsToAX(fix uint32) {
	if fix&backend.FlagsInvC != 0 {
		c.cmc()
	}
	c.lahf()
	c.setcc(ccO, rax)
	mask := int32(-1)
	if fix&backend.FlagsNoA != 0 {
		mask &^= ir.FlagA
	}
	if fix&(backend.FlagsNoO|backend.FlagsOfromS) != 0 {
		mask &^= ir.FlagO
	}
	if fix&backend.FlagsOfromS != 0 {
		c.movRR(s32, rcx, rax)
		c.shiftRI(shSHR, s32, rcx, 7)
		c.aluRR(aXOR, s32, rcx, rax)
		c.shiftRI(shSHR, s32, rcx, 8)
		c.aluRI(aAND, s32, rcx, 1)
	}
	if mask != -1 {
		c.aluRI(aAND, s32, rax, mask)
	}
	if fix&backend.FlagsOfromS != 0 {
		c.aluRR(aOR, s32, rax, rcx)
	}
}

// defFlags makes output slot k the flags word now in the host's flags, with corrections.
func (c *Compiler) defFlags(k int, fix uint32) {
	t := c.op.A[k]
	c.hf.t = ir.NoTemp
	if t == ir.NoTemp {
		return
	}
	s := c.newValue(k)
	if s.needed() {
		c.hf = hostFlags{t: t, fix: fix}
		c.setRecipe()
	}
}

// loadFlags brings flags word t into the host's flags, all of it.
func (c *Compiler) loadFlags(t ir.Temp) {
	if c.hf.t == t {
		return
	}
	c.clobber()
	s := &c.t[t]
	switch {
	case s.reg != none:
		c.movRR(s32, rax, reg(s.reg))
	case s.cst != ir.NoTemp:
		c.movRI(rax, c.blk.Temps[s.cst].Val.Lo)
	case s.pin:
		c.movRR(s32, rax, r15)
	default:
		c.load(s16, rax, c.memOf(s))
	}
	c.aluRI(aADD, s8, rax, 127)
	c.sahf()
	c.hf = hostFlags{t: t}
}

// flagSrc is where a flags word is outside the host's flags, taken before kill.
type flagSrc struct {
	reg uint8
	cst ir.Temp
	m   mem
}

func (c *Compiler) flagSrc(t ir.Temp) flagSrc {
	s := &c.t[t]
	if s.reg != none {
		c.pinG |= 1 << s.reg
	} else if s.pin && s.cst == ir.NoTemp {
		return flagSrc{uint8(r15), s.cst, mem{}}
	}
	return flagSrc{s.reg, s.cst, c.memOf(s)}
}

// setCarry makes the host's carry the C of flags word t, or its complement, just before an
// instruction that uses it. The rest of the host's flags is undefined if t was not there.
func (c *Compiler) setCarry(t ir.Temp, s flagSrc, invert bool) {
	if c.hf.t == t {
		if (c.hf.fix&backend.FlagsInvC != 0) != invert {
			c.cmc()
			c.hf.fix ^= backend.FlagsInvC
		}
		return
	}
	switch {
	case s.reg != none:
		c.btRI(s32, reg(s.reg), 8)
	case s.cst != ir.NoTemp:
		if (c.blk.Temps[s.cst].Val.Lo&ir.FlagC != 0) != invert {
			c.stc()
		} else {
			c.clc()
		}
		return
	default:
		c.rm(0xba|m0F, 4, s.m)
		c.byte(8)
	}
	if invert {
		c.cmc()
	}
}

// ccOf gives the host condition for a flags condition when the carry is as the flags word has it.
var ccOf = [...]cc{
	ir.CondO: ccO, ir.CondNO: ccNO, ir.CondB: ccB, ir.CondAE: ccAE, ir.CondZ: ccE, ir.CondNZ: ccNE,
	ir.CondBE: ccBE, ir.CondA: ccA, ir.CondS: ccS, ir.CondNS: ccNS, ir.CondP: ccP, ir.CondNP: ccNP,
	ir.CondL: ccL, ir.CondGE: ccGE, ir.CondLE: ccLE, ir.CondG: ccG,
}

// condBits gives, for conditions that are a test of bits of a flags word, the bits; the even
// condition of the pair is "any set".
var condBits = [...]int32{
	ir.CondO >> 1: ir.FlagO, ir.CondB >> 1: ir.FlagC, ir.CondZ >> 1: ir.FlagZ,
	ir.CondBE >> 1: ir.FlagC | ir.FlagZ, ir.CondS >> 1: ir.FlagS, ir.CondP >> 1: ir.FlagP,
	ir.CondLE >> 1: 0, ir.CondHIa >> 1: 0,
}

// cond makes the host's flags fit to test cond of flags word t and returns the host condition.
func (c *Compiler) cond(cond ir.Cond, t ir.Temp) cc {
	if c.fcmp.at == c.idx && c.fcmp.t == t {
		if c.fcmp.swapped {
			return fcmpSwappedCC[cond]
		}
		return fcmpCC[cond]
	}
	if c.hf.t == t && c.hf.fix&^backend.FlagsInvC != 0 && usesO(cond) {
		c.captureReg() // the host's O is not t's
	}
	if c.hf.t != t {
		s := &c.t[t]
		if b := condBits[cond>>1]; b != 0 && s.cst == ir.NoTemp {
			c.clobber()
			if s.reg != none {
				c.testRI(s32, reg(s.reg), b)
			} else if s.pin {
				c.testRI(s32, r15, b)
			} else {
				c.testMI(c.memOf(s), b)
			}
			return ccNE ^ cc(cond&1)
		}
		c.loadFlags(t)
	}
	inv := c.hf.fix&backend.FlagsInvC != 0
	switch cond {
	case ir.CondB, ir.CondAE:
		if inv {
			return ccOf[cond] ^ 1
		}
	case ir.CondBE, ir.CondA:
		if inv {
			c.cmc()
			c.hf.fix ^= backend.FlagsInvC
		}
	case ir.CondHIa, ir.CondLSa:
		if !inv {
			c.cmc()
			c.hf.fix ^= backend.FlagsInvC
		}
		return ccA ^ cc(cond-ir.CondHIa)
	}
	return ccOf[cond]
}

func usesO(c ir.Cond) bool {
	return c <= ir.CondNO || c >= ir.CondL && c <= ir.CondG
}

// testMI emits TEST [m], imm on the byte that holds all bits, or 16 bits.
func (a *asm) testMI(m mem, bits int32) {
	switch {
	case bits&0xff == bits:
		a.rm(0xf6, 0, m)
		a.byte(byte(bits))
	case bits&0xff == 0:
		m.disp++
		a.rm(0xf6, 0, m)
		a.byte(byte(bits >> 8))
	default:
		a.rm(0xf7|p66, 0, m)
		a.byte(byte(bits))
		a.byte(byte(bits >> 8))
	}
}

func (c *Compiler) lowerSetF() {
	o := c.op
	cc := c.cond(o.Cond, o.A[1])
	c.setcc(cc, rax)
	c.kill()
	r := c.dstAny()
	c.movZX(s8, r, rax)
	c.def(0, uint8(r))
}

func (c *Compiler) lowerSelF() {
	o := c.op
	x, y := c.src(o.A[2]), c.src(o.A[3])
	cc := c.cond(o.Cond, o.A[1])
	c.kill()
	c.sel(cc, x, y)
}

// sel defines output 0 as cc ? x : y; kill has been called and the host's flags are set.
func (c *Compiler) sel(cc cc, x, y reg) {
	if c.dies(x) && !c.dies(y) {
		x, y, cc = y, x, cc^1
	}
	r := c.dstFrom(y)
	if x != y {
		c.cmov(cc, s64, r, x)
	}
	c.def(0, uint8(r))
}

// lowerMergeF: new & Imm | old &^ Imm.
func (c *Compiler) lowerMergeF() {
	o := c.op
	x, y := c.src(o.A[1]), c.src(o.A[2])
	c.kill()
	c.clobber()
	c.movRR(s32, rax, x)
	c.movRR(s32, rcx, y)
	c.aluRI(aAND, s32, rax, int32(o.Imm))
	c.aluRI(aAND, s32, rcx, ^int32(o.Imm))
	c.aluRR(aOR, s32, rax, rcx)
	r := c.dstAny()
	c.movRR(s32, r, rax)
	c.def(0, uint8(r))
}
