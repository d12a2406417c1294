package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// unary1 prepares a one-input op whose result one instruction writes: input and output registers.
func (c *Compiler) unary1(clobbers bool) (dst, src reg) {
	src = c.src(c.op.A[1])
	c.kill()
	if clobbers {
		c.clobber()
	}
	return c.dstAny(), src
}

func (c *Compiler) lowerSext() {
	o := c.op
	r, a := c.unary1(false)
	if o.D <= o.W {
		c.movZX(size(o.D), r, a)
	} else {
		c.movSX(size(o.W), max(size(o.D), s32), r, a)
		c.narrow(o.D, r)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerZext() {
	o := c.op
	r, a := c.unary1(false)
	if o.W != ir.W64 || r != a {
		c.movZX(size(o.W), r, a)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerExtract() {
	o := c.op
	pos, n := o.Aux, uint8(o.Imm)
	if n == 0 || n+pos > 64 {
		c.lowerEval()
		return
	}
	signed := o.Attr&ir.Signed != 0
	if pos == 0 && (n == 8 || n == 16 || n == 32) {
		r, a := c.unary1(false)
		s := s8 + size(n>>4)
		if n == 32 {
			s = s32
		}
		if signed {
			c.movSX(s, max(s32, size(o.W)), r, a)
			c.narrow(o.W, r)
		} else {
			c.movZX(s, r, a)
		}
		c.def(0, uint8(r))
		return
	}
	a := c.src(o.A[1])
	c.kill()
	c.clobber()
	r := c.dstFrom(a)
	switch {
	case signed:
		if pos+n < 64 {
			c.shiftRI(shSHL, s64, r, 64-pos-n)
		}
		if n < 64 {
			c.shiftRI(shSAR, s64, r, 64-n)
		}
		if o.W < ir.W64 {
			c.movZX(size(o.W), r, r)
		}
	case pos+n == 64:
		if pos > 0 {
			c.shiftRI(shSHR, s64, r, pos)
		}
	case n <= 31:
		s := s64
		if pos+n <= 32 {
			s = s32
		}
		if pos > 0 {
			c.shiftRI(shSHR, s, r, pos)
		}
		if n == 8 || n == 16 {
			c.movZX(s8+size(n>>4), r, r)
		} else {
			c.aluRI(aAND, s32, r, int32(1)<<n-1)
		}
	default:
		c.shiftRI(shSHL, s64, r, 64-pos-n)
		c.shiftRI(shSHR, s64, r, 64-n)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerDeposit() {
	o := c.op
	pos, n := o.Aux, uint8(o.Imm)
	w := uint8(o.W.Bits())
	if n == 0 || pos+n > w {
		c.lowerEval()
		return
	}
	if n == w {
		b := c.src(o.A[2])
		c.kill()
		r := c.dstAny()
		c.movZX(size(o.W), r, b)
		c.def(0, uint8(r))
		return
	}
	a, b := c.src(o.A[1]), c.src(o.A[2])
	c.kill()
	simple := pos == 0 && (n == 8 || n == 16)
	if !simple {
		c.clobber()
	}
	r := c.dstFrom(a)
	switch {
	case simple:
		c.rr((0x8a|bySize[s8+size(n>>4)])&^0, uint8(r), uint8(b))
	case pos == 8 && n == 8:
		if r == b { // both inputs are one temp
			c.movRR(s32, rax, b)
			b = rax
		}
		c.shiftRI(shROR, s64, r, 8)
		c.rr(0x8a|bySize[s8], uint8(r), uint8(b))
		c.shiftRI(shROL, s64, r, 8)
	default:
		mask := (uint64(1)<<n - 1) << pos
		c.field(rax, b, pos, n)
		if m := ^mask; m == uint64(int64(int32(m))) {
			c.aluRI(aAND, s64, r, int32(m))
		} else {
			c.movRI(rcx, m)
			c.aluRR(aAND, s64, r, rcx)
		}
		c.aluRR(aOR, s64, r, rax)
	}
	if o.W < ir.W64 {
		c.movZX(size(o.W), r, r)
	}
	c.def(0, uint8(r))
}

// field puts the low n bits of b at bit pos of dst, all else zero.
func (c *Compiler) field(dst, b reg, pos, n uint8) {
	switch n {
	case 8, 16:
		c.movZX(s8+size(n>>4), dst, b)
	case 32:
		c.movRR(s32, dst, b)
	default:
		c.movRR(s64, dst, b)
		if n < 31 {
			c.aluRI(aAND, s32, dst, int32(1)<<n-1)
		} else {
			c.shiftRI(shSHL, s64, dst, 64-n)
			if pos < 64-n {
				c.shiftRI(shSHR, s64, dst, 64-n-pos)
			}
			return
		}
	}
	if pos > 0 {
		c.shiftRI(shSHL, s64, dst, pos)
	}
}

func (c *Compiler) lowerExtract2() {
	o := c.op
	s := size(o.W)
	lo, hi := c.src(o.A[1]), c.src(o.A[2])
	c.kill()
	c.clobber()
	r := c.dstFrom(lo)
	switch {
	case o.Aux == 0:
		c.movRR(s, r, r)
	case lo == hi:
		c.shiftRI(shROR, s, r, o.Aux)
	default:
		c.shdRI(true, s, r, hi, o.Aux)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerBswap() {
	o := c.op
	a := c.src(o.A[1])
	c.kill()
	if o.W == ir.W16 {
		c.clobber()
	}
	r := c.dstFrom(a)
	if o.W == ir.W16 {
		c.movZX(s16, r, r)
	}
	c.swapBytes(size(o.W), r)
	c.def(0, uint8(r))
}

// lowerBswapL reverses the bytes of the 16- or 32-bit lanes of all 64 bits.
func (c *Compiler) lowerBswapL() {
	o := c.op
	a := c.src(o.A[1])
	c.kill()
	c.clobber()
	r := c.dstFrom(a)
	if o.W == ir.W32 {
		c.bswap(s64, r)
		c.shiftRI(shROL, s64, r, 32)
	} else {
		c.swapBits(r, 0x00ff00ff00ff00ff, 8)
	}
	c.def(0, uint8(r))
}

// swapBits swaps neighbouring groups of n bits; mask selects the lower of each pair.
func (c *Compiler) swapBits(r reg, mask uint64, n uint8) {
	c.movRI(rcx, mask)
	c.movRR(s64, rax, r)
	c.shiftRI(shSHR, s64, rax, n)
	c.aluRR(aAND, s64, rax, rcx)
	c.aluRR(aAND, s64, r, rcx)
	c.shiftRI(shSHL, s64, r, n)
	c.aluRR(aOR, s64, r, rax)
}

func (c *Compiler) lowerRbit() {
	o := c.op
	a := c.src(o.A[1])
	c.kill()
	c.clobber()
	r := c.dstFrom(a)
	c.bswap(s64, r)
	c.swapBits(r, 0x0f0f0f0f0f0f0f0f, 4)
	c.swapBits(r, 0x3333333333333333, 2)
	c.swapBits(r, 0x5555555555555555, 1)
	if o.W < ir.W64 {
		c.shiftRI(shSHR, s64, r, uint8(64-o.W.Bits()))
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerClz() {
	o := c.op
	if !c.feat.lzcnt {
		c.lowerEval()
		return
	}
	r, a := c.unary1(true)
	if o.W < ir.W32 {
		c.movZX(size(o.W), r, a)
		c.lzcnt(s32, r, r)
		c.aluRI(aSUB, s32, r, int32(32-o.W.Bits()))
	} else {
		c.lzcnt(size(o.W), r, a)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerCtz() {
	o := c.op
	if !c.feat.bmi1 {
		c.lowerEval()
		return
	}
	r, a := c.unary1(true)
	if o.W < ir.W32 {
		c.movRR(s32, r, a)
		c.aluRI(aOR, s32, r, int32(1)<<o.W.Bits())
		c.tzcnt(s32, r, r)
	} else {
		c.tzcnt(size(o.W), r, a)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerCls() {
	o := c.op
	if !c.feat.lzcnt {
		c.lowerEval()
		return
	}
	s := size(o.W)
	r, a := c.unary1(true)
	c.movRR(s, rax, a)
	c.movRR(s, rcx, a)
	c.shiftRI(shSAR, s, rcx, uint8(o.W.Bits()-1))
	c.aluRR(aXOR, s, rax, rcx)
	c.lzcnt(s, r, rax)
	c.aluRI(aSUB, s32, r, 1)
	c.def(0, uint8(r))
}

func (c *Compiler) lowerPopcnt() {
	o := c.op
	if !c.feat.popcnt {
		c.lowerEval()
		return
	}
	r, a := c.unary1(true)
	if o.W < ir.W32 {
		c.movZX(size(o.W), r, a)
		c.popcnt(s32, r, r)
	} else {
		c.popcnt(size(o.W), r, a)
	}
	c.def(0, uint8(r))
}

func (c *Compiler) lowerCrc32() {
	o := c.op
	if o.Aux == 0 || !c.feat.sse42 {
		c.lowerEval()
		return
	}
	a, b := c.src(o.A[1]), c.src(o.A[2])
	c.kill()
	r := c.dstFrom(a)
	if !c.dies(a) || r != a {
		c.movRR(s32, r, r)
	}
	c.crc32(size(o.W), r, b)
	c.movRR(s32, r, r)
	c.def(0, uint8(r))
}
