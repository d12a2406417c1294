package amd64

import "github.com/gotcg/gotcg/tcg/ir"

func (c *Compiler) lowerVUzp() {
	o := c.op
	odd := o.Attr&ir.High != 0
	switch o.W {
	case ir.W64:
		if odd {
			c.vec2(xPUNPCKHQDQ, false)
		} else {
			c.vec2(xPUNPCKLQDQ, false)
		}
		return
	case ir.W32:
		a, b := c.vIn2()
		r := c.vDst()
		sel := uint8(0x88)
		if odd {
			sel = 0xdd
		}
		c.op3i(xSHUFPS, r, a, b, sel)
		c.defX(r)
		return
	}
	a, b := c.vIn2()
	r := c.vDst()
	sh, mask, pack, n := enc(xPSHIMMW), splat(0x00ff00ff00ff00ff), enc(xPACKUSWB), uint8(8)
	if o.W == ir.W16 {
		sh, mask, pack, n = xPSHIMMD, splat(0x0000ffff0000ffff), xPACKUSDW, 16
	}
	y := xmm15
	switch {
	case a == b:
		y = r
	case odd:
		c.vecShift(sh, 2, y, b, n)
	default:
		c.op3pool(xPAND, y, b, mask)
	}
	if odd {
		c.vecShift(sh, 2, r, a, n)
	} else {
		c.op3pool(xPAND, r, a, mask)
	}
	c.op3(pack, r, r, y)
	c.defX(r)
}

func (c *Compiler) lowerVTrn() {
	o := c.op
	odd := o.Attr&ir.High != 0
	if o.W == ir.W64 {
		c.lowerVZip()
		return
	}
	a, b := c.vIn2()
	r := c.vDst()
	switch o.W {
	case ir.W32:
		c.xxi(xPSHUFD, xmm15, b, 0xd8)
		c.xxi(xPSHUFD, r, a, 0xd8)
		e := enc(xPUNPCKLDQ)
		if odd {
			e = xPUNPCKHDQ
		}
		c.op3(e, r, r, xmm15)
	case ir.W16:
		if odd {
			c.vecShift(xPSHIMMD, 2, r, a, 16)
			c.op3i(xPBLENDW, r, r, b, 0xaa)
		} else {
			c.vecShift(xPSHIMMD, 6, xmm15, b, 16)
			c.op3i(xPBLENDW, r, a, xmm15, 0xaa)
		}
	default:
		lo, hi := splat(0x00ff00ff00ff00ff), splat(0xff00ff00ff00ff00)
		if odd {
			c.op3pool(xPAND, xmm15, b, hi)
			c.vecShift(xPSHIMMW, 2, r, a, 8)
		} else {
			c.vecShift(xPSHIMMW, 6, xmm15, b, 8)
			c.op3pool(xPAND, r, a, lo)
		}
		c.op3(xPOR, r, r, xmm15)
	}
	c.defX(r)
}

func (c *Compiler) lowerVShuf() {
	o := c.op
	a := c.vIn1()
	r := c.vDstAny()
	e := enc(xPSHUFD)
	if o.W == ir.W16 {
		e = xPSHUFLW
		if o.Attr&ir.High != 0 {
			e = xPSHUFHW
		}
	}
	c.xxi(e, r, a, uint8(o.Imm))
	c.defX(r)
}

func (c *Compiler) lowerVShuf2() {
	o := c.op
	a, b := c.vIn2()
	r := c.vDst()
	e := enc(xSHUFPS)
	if o.W == ir.W64 {
		e |= pd
	}
	c.op3i(e, r, a, b, uint8(o.Imm))
	c.defX(r)
}

func (c *Compiler) lowerVExtr() {
	a, b := c.vIn2()
	r := c.vDst()
	c.op3i(xPALIGNR, r, b, a, uint8(c.op.Imm))
	c.defX(r)
}

func (c *Compiler) lowerVPshufb() { c.vec2(xPSHUFB, false) }

// lowerVTbl looks up in up to 4 tables: an index is made to have bit 7 set where PSHUFB must give 0.
func (c *Compiler) lowerVTbl() {
	o := c.op
	n := int(o.Aux)
	idx := c.srcX(o.A[1])
	var tab [4]xreg
	for k := range n {
		tab[k] = c.srcX(o.A[2+k])
	}
	c.kill()
	r := c.vDst()
	t := xreg(xmm14)
	for k := range n {
		c.xmov(xmm15, idx)
		if k > 0 {
			c.poolRef(rep8(uint8(16*k)), c.rip(xPSUBB, uint8(xmm15)))
		}
		c.poolRef(rep8(0x70), c.rip(xPADDUSB, uint8(xmm15)))
		if k == 0 {
			c.op3(xPSHUFB, r, tab[0], xmm15)
			continue
		}
		c.op3(xPSHUFB, t, tab[k], xmm15)
		c.op3(xPOR, r, r, t)
	}
	c.defX(r)
}

func (c *Compiler) lowerVNarrow() {
	o := c.op
	sat, signed := o.Attr&ir.Saturate != 0, o.Attr&ir.Signed != 0
	if sat && o.W == ir.W64 {
		c.lowerEval()
		return
	}
	a := c.vIn1()
	r := c.vDst()
	if o.W == ir.W64 {
		c.xxi(xPSHUFD, r, a, 0x08)
		c.xx(xMOVQld, r, r)
		c.defX(r)
		return
	}
	mask := splat(0x00ff00ff00ff00ff)
	min := enc(xPMINUW)
	if o.W == ir.W32 {
		mask, min = splat(0x0000ffff0000ffff), xPMINUD
	}
	c.xx(xPXOR, xmm15, xmm15)
	switch {
	case sat && signed:
		c.op3(encPackS[o.W&3], r, a, xmm15)
	case sat:
		c.op3pool(min, r, a, mask)
		c.op3(encPackU[o.W&3], r, r, xmm15)
	default:
		c.op3pool(xPAND, r, a, mask)
		c.op3(encPackU[o.W&3], r, r, xmm15)
	}
	c.defX(r)
}

func (c *Compiler) lowerVWiden() {
	o := c.op
	a := c.vIn1()
	r := c.vDst()
	e := encZX[o.W&3]
	if o.Attr&ir.Signed != 0 {
		e = encSX[o.W&3]
	}
	if o.Attr&ir.High != 0 {
		c.xxi(xPSHUFD, r, a, 0xee)
		a = r
	}
	c.xx(e, r, a)
	c.defX(r)
}

func (c *Compiler) lowerVSad() { c.vec2(xPSADBW, true) }

func (c *Compiler) lowerVMsk() {
	o := c.op
	a := c.vIn1()
	r := c.dst()
	switch o.W {
	case ir.W8:
		c.rx(xPMOVMSKB, r, a)
	case ir.W16:
		c.xx(xPXOR, xmm15, xmm15)
		c.op3(xPACKSSWB, xmm14, a, xmm15)
		c.rx(xPMOVMSKB, r, xmm14)
	case ir.W32:
		c.rx(0x50|m0F, r, a)
	default:
		c.rx(0x50|m0F|pd, r, a)
	}
	c.def(0, uint8(r))
}

// lowerVAddV adds up all lanes.
func (c *Compiler) lowerVAddV() {
	o := c.op
	a := c.vIn1()
	r := c.vDst()
	if o.W == ir.W8 {
		c.xx(xPXOR, xmm15, xmm15)
		c.op3(xPSADBW, r, a, xmm15)
		c.xxi(xPSHUFD, xmm15, r, 0x4e)
		c.op3(xPADDQ, r, r, xmm15)
		c.op3pool(xPAND, r, r, ir.Val{Lo: 0xff})
		c.defX(r)
		return
	}
	add := encAdd[o.W&3]
	c.xxi(xPSHUFD, xmm15, a, 0x4e)
	c.op3(add, r, a, xmm15)
	if o.W <= ir.W32 {
		c.xxi(xPSHUFD, xmm15, r, 0xb1)
		c.op3(add, r, r, xmm15)
	}
	if o.W == ir.W16 {
		c.xxi(xPSHUFLW, xmm15, r, 0xb1)
		c.op3(add, r, r, xmm15)
	}
	if o.W == ir.W64 {
		c.xx(xMOVQld, r, r)
	} else {
		c.op3pool(xPAND, r, r, ir.Val{Lo: o.W.Mask()})
	}
	c.defX(r)
}

func (c *Compiler) lowerVAddP() {
	o := c.op
	switch o.W {
	case ir.W16, ir.W32:
		c.vec2(encAddP[o.W&3], false)
	case ir.W64:
		a, b := c.vIn2()
		r := c.vDst()
		c.op3(xPUNPCKLQDQ, xmm15, a, b)
		c.op3(xPUNPCKHQDQ, r, a, b)
		c.op3(xPADDQ, r, r, xmm15)
		c.defX(r)
	default:
		a, b := c.vIn2()
		r := c.vDst()
		c.pairs8(xmm14, b)
		c.pairs8(r, a)
		c.op3(xPACKUSWB, r, r, xmm14)
		c.defX(r)
	}
}

// pairs8 gives r the sums, modulo 256, of neighbouring bytes in 16-bit lanes.
func (c *Compiler) pairs8(r, a xreg) {
	c.vecShift(xPSHIMMW, 2, xmm15, a, 8)
	c.op3(xPADDB, r, a, xmm15)
	c.poolRef(splat(0x00ff00ff00ff00ff), c.rip(xPAND, uint8(r)))
}

func (c *Compiler) lowerVRev() {
	o := c.op
	var m [16]byte
	lane, box := int(o.W.Bytes()), int(o.D.Bytes())
	for i := range m {
		at := i % box / lane
		m[i] = byte(i/box*box + (box/lane-1-at)*lane + i%lane)
	}
	a := c.vIn1()
	r := c.vDst()
	c.op3pool(xPSHUFB, r, a, bytesVal(m))
	c.defX(r)
}

func bytesVal(m [16]byte) (v ir.Val) {
	for i := range 8 {
		v.Lo |= uint64(m[i]) << (8 * i)
		v.Hi |= uint64(m[i+8]) << (8 * i)
	}
	return v
}

// lowerVPopcnt counts bits by a table of the 16 nibbles.
func (c *Compiler) lowerVPopcnt() {
	a := c.vIn1()
	r := c.vDst()
	table := bytesVal([16]byte{0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4})
	c.vecShift(xPSHIMMW, 2, xmm15, a, 4)
	c.poolRef(rep8(15), c.rip(xPAND, uint8(xmm15)))
	c.op3pool(xPAND, r, a, rep8(15))
	c.loadConstX(xmm14, table)
	c.op3(xPSHUFB, xmm14, xmm14, xmm15)
	c.loadConstX(xmm15, table)
	c.op3(xPSHUFB, xmm15, xmm15, r)
	c.op3(xPADDB, r, xmm14, xmm15)
	c.defX(r)
}
