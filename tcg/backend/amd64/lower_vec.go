package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// byW holds an encoding per lane width; 0 where there is none.
type byW [4]enc

var (
	encAdd   = byW{xPADDB, xPADDW, xPADDD, xPADDQ}
	encAddS  = byW{xPADDSB, xPADDSW}
	encAddU  = byW{xPADDUSB, xPADDUSW}
	encSub   = byW{xPSUBB, xPSUBW, xPSUBD, xPSUBQ}
	encSubS  = byW{xPSUBSB, xPSUBSW}
	encSubU  = byW{xPSUBUSB, xPSUBUSW}
	encMul   = byW{0, xPMULLW, xPMULLD}
	encMulH  = byW{0, xPMULHW}
	encMulHU = byW{0, xPMULHUW}
	encMinS  = byW{xPMINSB, xPMINSW, xPMINSD}
	encMinU  = byW{xPMINUB, xPMINUW, xPMINUD}
	encMaxS  = byW{xPMAXSB, xPMAXSW, xPMAXSD}
	encMaxU  = byW{xPMAXUB, xPMAXUW, xPMAXUD}
	encAvg   = byW{xPAVGB, xPAVGW}
	encEQ    = byW{xPCMPEQB, xPCMPEQW, xPCMPEQD, xPCMPEQQ}
	encGT    = byW{xPCMPGTB, xPCMPGTW, xPCMPGTD, xPCMPGTQ}
	encZipL  = byW{xPUNPCKLBW, xPUNPCKLWD, xPUNPCKLDQ, xPUNPCKLQDQ}
	encZipH  = byW{xPUNPCKHBW, xPUNPCKHWD, xPUNPCKHDQ, xPUNPCKHQDQ}
	encPackS = byW{0, xPACKSSWB, xPACKSSDW}
	encPackU = byW{0, xPACKUSWB, xPACKUSDW}
	encShImm = byW{0, xPSHIMMW, xPSHIMMD, xPSHIMMQ}
	encShl   = byW{0, xPSLLW, xPSLLD, xPSLLQ}
	encShr   = byW{0, xPSRLW, xPSRLD, xPSRLQ}
	encSar   = byW{0, xPSRAW, xPSRAD}
	encZX    = byW{xPMOVZXBW, xPMOVZXWD, xPMOVZXDQ}
	encSX    = byW{xPMOVSXBW, xPMOVSXWD, xPMOVSXDQ}
	encAbs   = byW{xPABSB, xPABSW, xPABSD}
	encAddP  = byW{0, xPHADDW, xPHADDD}
)

// vecRow is an op that is one instruction for the widths that have one.
type vecRow struct {
	plain, signed byW
	comm          bool
}

// vecTable has these ops.
var vecTable = [ir.NumOps]vecRow{
	ir.VMul:        {encMul, encMul, true},
	ir.VMulH:       {encMulHU, encMulH, true},
	ir.VMin:        {encMinU, encMinS, true},
	ir.VMax:        {encMaxU, encMaxS, true},
	ir.VAvg:        {encAvg, encAvg, true},
	ir.VCmpEQ:      {encEQ, encEQ, true},
	ir.VMulAddPair: {byW{0, xPMADDWD}, byW{0, xPMADDWD}, true},
	ir.VMulEven:    {byW{0, 0, xPMULUDQ}, byW{0, 0, xPMULDQ}, true},
	ir.VPack:       {encPackU, encPackS, false},
}

// lowerVSimple is an op that is one instruction for the widths that have one.
func (c *Compiler) lowerVSimple() {
	o := c.op
	row := &vecTable[o.Code]
	e := row.plain[o.W&3]
	if o.Attr&ir.Signed != 0 {
		e = row.signed[o.W&3]
	}
	if e == 0 {
		c.lowerEval()
		return
	}
	c.vec2(e, row.comm)
}

func (c *Compiler) lowerVMov() {
	if c.moved() {
		return
	}
	a := c.op.A[1]
	r := c.srcX(a)
	hi, h96 := c.t[a].zeroHi, c.t[a].zero96
	c.kill()
	c.takeX(r, hi, h96)
}

// takeX makes the value in r, an input's register, the output.
func (c *Compiler) takeX(r xreg, hi, h96 bool) {
	if !c.wanted(0) {
		c.newValue(0)
		return
	}
	if !c.diesX(r) || c.better(c.freeX&^c.pinX, uint8(r)) {
		n := c.vDst()
		c.xmov(n, r)
		r = n
	}
	c.defX(r)
	c.t[c.op.A[0]].zeroHi, c.t[c.op.A[0]].zero96 = hi, h96
}

// zeros notes what is known of the upper lanes of the output.
func (c *Compiler) zeros(hi, h96 bool) {
	if t := c.op.A[0]; t != ir.NoTemp {
		c.t[t].zeroHi, c.t[t].zero96 = hi, h96
	}
}

func (c *Compiler) lowerVAnd() {
	h1, l1 := c.upper(1)
	h2, l2 := c.upper(2)
	c.vec2(xPAND, true)
	c.zeros(h1 || h2, l1 || l2)
}

// vec2Zero is vec2 for an op that leaves bits zero that are so in both inputs.
func (c *Compiler) vec2Zero(e enc) {
	h1, l1 := c.upper(1)
	h2, l2 := c.upper(2)
	c.vec2(e, true)
	c.zeros(h1 && h2, l1 && l2)
}

func (c *Compiler) lowerVOr() { c.vec2Zero(xPOR) }

func (c *Compiler) lowerVXor() {
	if c.op.A[1] == c.op.A[2] {
		c.kill()
		r := c.vDst()
		c.xx(xPXOR, r, r)
		c.defX(r)
		return
	}
	c.vec2Zero(xPXOR)
}

func (c *Compiler) lowerVAndN() {
	hi, h96 := c.upper(1)
	defer c.zeros(hi, h96)
	if v, ok := c.poolable(2); ok {
		a := c.vIn1()
		r := c.vDst()
		c.op3pool(xPAND, r, a, ir.Val{Lo: ^v.Lo, Hi: ^v.Hi})
		c.defX(r)
		return
	}
	a, b := c.vIn2()
	r := c.vDst()
	c.op3(xPANDN, r, b, a)
	c.defX(r)
}

// lowerVSel: ((a ^ b) & m) ^ b.
func (c *Compiler) lowerVSel() {
	o := c.op
	m, a, b := c.srcX(o.A[1]), c.srcX(o.A[2]), c.srcX(o.A[3])
	c.kill()
	r := c.vDst()
	c.op3(xPXOR, r, a, b)
	c.op3(xPAND, r, r, m)
	c.op3(xPXOR, r, r, b)
	c.defX(r)
}

func (c *Compiler) lowerVDup() {
	o := c.op
	a := c.src(o.A[1])
	c.kill()
	r := c.vDst()
	if o.W == ir.W64 {
		c.rr(xMOVD|rexW, uint8(r), uint8(a))
		c.op3(xPUNPCKLQDQ, r, r, r)
	} else {
		c.xr(xMOVD, r, a)
		switch o.W {
		case ir.W32:
			c.xxi(xPSHUFD, r, r, 0)
		case ir.W16:
			c.xxi(xPSHUFLW, r, r, 0)
			c.op3(xPUNPCKLQDQ, r, r, r)
		default:
			c.xx(xPXOR, xmm15, xmm15)
			c.op3(xPSHUFB, r, r, xmm15)
		}
	}
	c.defX(r)
}

func (c *Compiler) lowerVGet() {
	o := c.op
	a := c.vIn1()
	r := c.dst()
	c.getLane(r, a, o.W, o.Aux)
	if o.Attr&ir.Signed != 0 && o.D > o.W {
		c.extend(size(o.W), size(o.D), r)
	}
	c.def(0, uint8(r))
}

// getLane moves lane n of x to r, zero-extended.
func (c *Compiler) getLane(r reg, x xreg, w ir.Width, n uint8) {
	switch {
	case w == ir.W64 && n == 0:
		c.rr(xMOVDst|rexW, uint8(x), uint8(r))
	case w == ir.W32 && n == 0:
		c.rr(xMOVDst, uint8(x), uint8(r))
	case w == ir.W64:
		c.rr(xPEXTRD|rexW, uint8(x), uint8(r))
		c.byte(n)
	case w == ir.W32:
		c.rr(xPEXTRD, uint8(x), uint8(r))
		c.byte(n)
	case w == ir.W16:
		c.rr(xPEXTRW, uint8(r), uint8(x))
		c.byte(n)
	default:
		c.rr(xPEXTRB, uint8(x), uint8(r))
		c.byte(n)
	}
}

// setLane puts the low bits of r into lane n of x.
func (c *Compiler) setLane(x xreg, r reg, w ir.Width, n uint8) {
	e := [4]enc{xPINSRB, xPINSRW, xPINSRD, xPINSRD | rexW}[w&3]
	c.rr(e, uint8(x), uint8(r))
	c.byte(n)
}

// vDstFrom returns a register that holds a's value and may be written.
func (c *Compiler) vDstFrom(a xreg) xreg {
	if c.diesX(a) && !c.better(c.freeX&^c.pinX, uint8(a)) {
		return a
	}
	r := c.vDst()
	c.xmov(r, a)
	return r
}

func (c *Compiler) lowerVIns() {
	o := c.op
	if k := c.t[o.A[1]].cst; k != ir.NoTemp && c.blk.Temps[k].Val == (ir.Val{}) && o.Aux == 0 && o.W >= ir.W32 {
		e := enc(xMOVD) // zeroes the rest
		if o.W == ir.W64 {
			e |= rexW
		}
		b := c.src(o.A[2])
		c.kill()
		r := c.vDst()
		c.rr(e, uint8(r), uint8(b))
		c.defX(r)
		c.t[o.A[0]].zeroHi, c.t[o.A[0]].zero96 = true, o.W == ir.W32
		return
	}
	a, b := c.srcX(o.A[1]), c.src(o.A[2])
	c.kill()
	r := c.vDstFrom(a)
	c.setLane(r, b, o.W, o.Aux)
	c.defX(r)
}

func (c *Compiler) lowerVInsV() {
	o := c.op
	a, b := c.vIn2()
	to, from := o.Aux, uint8(o.Imm)
	switch o.W {
	case ir.W64:
		r := c.vDst()
		if to == 0 {
			c.op3i(xSHUFPS|pd, r, b, a, from|2)
		} else {
			c.op3i(xSHUFPS|pd, r, a, b, from<<1)
		}
		c.defX(r)
	case ir.W32:
		r := c.vDst()
		c.op3i(xINSERTPS, r, a, b, from<<6|to<<4)
		c.defX(r)
	default:
		r := c.vDst()
		c.getLane(rax, b, o.W, from)
		c.xmov(r, a)
		c.setLane(r, rax, o.W, to)
		c.defX(r)
	}
}

func (c *Compiler) lowerVLow() {
	o := c.op
	s := &c.t[o.A[1]]
	known := s.zeroHi && o.W == ir.W64 || s.zero96
	h96 := s.zero96 || o.W == ir.W32
	a := c.vIn1()
	if known {
		c.takeX(a, true, h96)
		return
	}
	r := c.vDstAny()
	c.lowLane(r, a, o.W)
	c.defX(r)
	c.t[o.A[0]].zeroHi, c.t[o.A[0]].zero96 = true, o.W == ir.W32
}

// lowLane emits r = lane 0 of a, zero above.
func (c *Compiler) lowLane(r, a xreg, w ir.Width) {
	if w == ir.W64 {
		c.xx(xMOVQld, r, a)
		return
	}
	c.op3i(xINSERTPS, r, a, a, 0x0e)
}

func (c *Compiler) lowerVAdd() { c.addSub(encAdd, encAddS, encAddU, true) }
func (c *Compiler) lowerVSub() { c.addSub(encSub, encSubS, encSubU, false) }

func (c *Compiler) addSub(plain, signed, unsigned byW, comm bool) {
	o := c.op
	e := plain[o.W&3]
	if o.Attr&ir.Saturate != 0 {
		e = unsigned[o.W&3]
		if o.Attr&ir.Signed != 0 {
			e = signed[o.W&3]
		}
	}
	if e == 0 {
		c.lowerEval()
		return
	}
	c.vec2(e, comm)
}

func (c *Compiler) lowerVMulL() {
	o := c.op
	a, b := c.vIn2()
	r := c.vDst()
	high, signed := o.Attr&ir.High != 0, o.Attr&ir.Signed != 0
	switch o.W {
	case ir.W32:
		sel := uint8(0x50)
		if high {
			sel = 0xfa
		}
		e := enc(xPMULUDQ)
		if signed {
			e = xPMULDQ
		}
		c.xxi(xPSHUFD, xmm15, b, sel)
		c.xxi(xPSHUFD, r, a, sel)
		c.op3(e, r, r, xmm15)
	default:
		e := encZX[o.W&3]
		if signed {
			e = encSX[o.W&3]
		}
		c.half(xmm15, b, high)
		c.xx(e, xmm15, xmm15)
		c.half(r, a, high)
		c.xx(e, r, r)
		c.op3(encMul[o.W+1], r, r, xmm15)
	}
	c.defX(r)
}

// half moves the lower or upper half of a into the lower half of r.
func (c *Compiler) half(r, a xreg, high bool) {
	if high {
		c.xxi(xPSHUFD, r, a, 0xee)
		return
	}
	c.xmov(r, a)
}

func (c *Compiler) lowerVAbs() {
	o := c.op
	a := c.vIn1()
	r := c.vDst()
	if o.W == ir.W64 {
		// Sign masks by 32-bit lanes, then (a ^ s) - s.
		c.vecShift(xPSHIMMD, 4, xmm15, a, 31)
		c.xxi(xPSHUFD, xmm15, xmm15, 0xf5)
		c.op3(xPXOR, r, a, xmm15)
		c.op3(xPSUBQ, r, r, xmm15)
	} else {
		c.xx(encAbs[o.W&3], r, a)
	}
	c.defX(r)
}

// invert flips all bits of r.
func (c *Compiler) invert(r xreg) {
	c.xx(xPCMPEQB, xmm15, xmm15)
	c.op3(xPXOR, r, r, xmm15)
}

func splat(v uint64) ir.Val { return ir.Val{Lo: v, Hi: v} }

func (c *Compiler) lowerVCmpGT() {
	o := c.op
	if o.W == ir.W64 && !c.feat.sse42 {
		c.lowerEval()
		return
	}
	signed := o.Attr&ir.Signed != 0
	a, b := c.vIn2()
	r := c.vDst()
	switch {
	case signed:
		c.op3(encGT[o.W&3], r, a, b)
	case o.W == ir.W64:
		c.signFlip(r, a, b)
		c.op3(xPCMPGTQ, r, r, xmm15)
	default:
		c.op3(encMaxU[o.W&3], r, a, b)
		c.op3(encEQ[o.W&3], r, r, b)
		c.invert(r)
	}
	c.defX(r)
}

// signFlip gives r and XMM15 the values of a and b with the lanes' sign bits flipped (64-bit lanes).
func (c *Compiler) signFlip(r, a, b xreg) {
	k := splat(1 << 63)
	c.op3pool(xPXOR, xmm15, b, k)
	c.op3pool(xPXOR, r, a, k)
}

func (c *Compiler) lowerVCmpGE() {
	o := c.op
	if o.W == ir.W64 && !c.feat.sse42 {
		c.lowerEval()
		return
	}
	signed := o.Attr&ir.Signed != 0
	a, b := c.vIn2()
	r := c.vDst()
	switch {
	case signed:
		c.op3(encGT[o.W&3], r, b, a)
		c.invert(r)
	case o.W == ir.W64:
		c.signFlip(r, b, a)
		c.op3(xPCMPGTQ, r, r, xmm15)
		c.invert(r)
	default:
		c.op3(encMaxU[o.W&3], r, a, b)
		c.op3(encEQ[o.W&3], r, r, a)
	}
	c.defX(r)
}

// rep8 repeats a byte in all lanes.
func rep8(b uint8) ir.Val { return splat(uint64(b) * 0x0101010101010101) }

func (c *Compiler) lowerVShiftI() {
	o := c.op
	n := o.Imm
	bits := int64(o.W.Bits())
	if n >= bits && o.Code != ir.VSarI {
		c.kill()
		r := c.vDst()
		c.xx(xPXOR, r, r)
		c.defX(r)
		return
	}
	k := uint8(min(n, bits-1))
	a := c.vIn1()
	r := c.vDst()
	switch {
	case o.W == ir.W8:
		c.shift8(o.Code, r, a, k)
	case o.Code == ir.VShlI:
		c.vecShift(encShImm[o.W&3], 6, r, a, k)
	case o.Code == ir.VShrI:
		c.vecShift(encShImm[o.W&3], 2, r, a, k)
	case o.W == ir.W64:
		c.vecShift(xPSHIMMD, 4, xmm15, a, 31)
		c.xxi(xPSHUFD, xmm15, xmm15, 0xf5)
		c.xshift(xPSHIMMQ, 6, xmm15, 64-k)
		c.vecShift(xPSHIMMQ, 2, r, a, k)
		c.op3(xPOR, r, r, xmm15)
	default:
		c.vecShift(encShImm[o.W&3], 4, r, a, k)
	}
	c.defX(r)
}

// shift8 shifts byte lanes by way of 16-bit lanes.
func (c *Compiler) shift8(op ir.Opcode, r, a xreg, k uint8) {
	if op == ir.VShlI {
		c.vecShift(xPSHIMMW, 6, r, a, k)
		c.op3pool(xPAND, r, r, rep8(0xff<<k))
		return
	}
	c.vecShift(xPSHIMMW, 2, r, a, k)
	c.op3pool(xPAND, r, r, rep8(0xff>>k))
	if op == ir.VSarI {
		m := rep8(0x80 >> k)
		c.op3pool(xPXOR, r, r, m)
		c.op3pool(xPSUBB, r, r, m)
	}
}

func (c *Compiler) lowerVShiftS() {
	o := c.op
	e := encShl[o.W&3]
	switch o.Code {
	case ir.VShrS:
		e = encShr[o.W&3]
	case ir.VSarS:
		e = encSar[o.W&3]
	}
	if e == 0 {
		c.lowerEval()
		return
	}
	c.vec2(e, false)
}

func (c *Compiler) lowerVZip() {
	if c.op.Attr&ir.High != 0 {
		c.vec2(encZipH[c.op.W&3], false)
		return
	}
	c.vec2(encZipL[c.op.W&3], false)
}
