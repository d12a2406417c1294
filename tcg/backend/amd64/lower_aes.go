package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// SSE3 and SSE4.2.
const (
	xPCMPESTRM = 0x60 | m3A | p66
	xPCMPESTRI = 0x61 | m3A | p66
	xPCMPISTRM = 0x62 | m3A | p66
	xPCMPISTRI = 0x63 | m3A | p66

	xADDSUBPS = 0xd0 | m0F | pF2
	xADDSUBPD = 0xd0 | m0F | p66
)

func (c *Compiler) lowerVAes() {
	if !c.feat.aes {
		c.lowerEval()
		return
	}
	switch c.op.Aux {
	case ir.AesMixInv:
		a, _ := c.vIn2()
		r := c.vDst()
		c.xx(xAESIMC, r, a)
		c.defX(r)
	case ir.AesMix: // undo the substitution and the shift that AESENC does before it
		a, _ := c.vIn2()
		r := c.vDst()
		c.xx(xPXOR, xmm15, xmm15)
		c.op3(xAESDECLAST, r, a, xmm15)
		c.xx(xAESENC, r, xmm15)
		c.defX(r)
	default:
		c.vec2([...]enc{ir.AesEnc: xAESENC, ir.AesEncLast: xAESENCLAST, ir.AesDec: xAESDEC, ir.AesDecLast: xAESDECLAST}[c.op.Aux], false)
	}
}

func (c *Compiler) lowerVClmul() {
	if !c.feat.pclmul {
		c.lowerEval()
		return
	}
	imm := uint8(c.op.Imm)
	a, b := c.vIn2()
	r := c.vDst()
	c.op3i(xPCLMULQDQ, r, a, b, imm)
	c.defX(r)
}

func (c *Compiler) lowerFAddSub() {
	if c.exact() {
		return
	}
	e := enc(xADDSUBPS)
	if c.op.W == ir.W64 {
		e = xADDSUBPD
	}
	c.vec2(e, false)
}

// vStrIn loads the explicit lengths, if there are some, into RAX and RDX, and returns the strings.
func (c *Compiler) vStrIn() (a, b xreg, explicit bool) {
	o := c.op
	a, b = c.srcX(o.A[1]), c.srcX(o.A[2])
	explicit = o.Imm&ir.StrExplicit != 0
	c.clobber()
	if explicit {
		la, lb := c.src(o.A[3]), c.src(o.A[4])
		c.movRR(s64, rax, la)
		c.movRR(s64, rdx, lb)
	}
	c.kill()
	return a, b, explicit
}

func (c *Compiler) lowerVStr() {
	if !c.feat.sse42 {
		c.lowerEval()
		return
	}
	imm := uint8(c.op.Imm)
	a, b, explicit := c.vStrIn()
	r := c.dst()
	e := enc(xPCMPISTRI)
	if explicit {
		e = xPCMPESTRI | rexW
	}
	c.xxi(e, a, b, imm)
	c.lahf()
	c.setcc(ccO, rax)
	c.movZX(s16, r, rax)
	c.shiftRI(shSHL, s64, r, 32)
	c.aluRR(aOR, s64, r, rcx)
	c.def(0, uint8(r))
}

// lowerVStrM works around the result's fixed register, XMM0.
func (c *Compiler) lowerVStrM() {
	if !c.feat.sse42 {
		c.lowerEval()
		return
	}
	imm := uint8(c.op.Imm)
	a, b, explicit := c.vStrIn()
	r := c.vDst()
	e := enc(xPCMPISTRM)
	if explicit {
		e = xPCMPESTRM | rexW
	}
	c.xmov(xmm14, xmm0)
	c.xxi(e, a, b, imm)
	c.xmov(xmm15, xmm0)
	c.xmov(xmm0, xmm14)
	c.xmov(r, xmm15)
	c.defX(r)
}
