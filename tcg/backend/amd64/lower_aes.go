package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// SSE3.
const (
	xADDSUBPS = 0xd0 | m0F | pF2
	xADDSUBPD = 0xd0 | m0F | p66
)

func init() {
	lowerings[ir.VAes] = (*Compiler).lowerVAes
	lowerings[ir.VClmul] = (*Compiler).lowerVClmul
	lowerings[ir.FAddSub] = (*Compiler).lowerFAddSub
}

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
