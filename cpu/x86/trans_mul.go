package x86

import "github.com/gotcg/gotcg/tcg/ir"

// Flags words of a multiplication: CF and OF say that the upper half is significant. The others are
// undefined and cleared.
const (
	mulFits     = ir.FlagOne
	mulOverflow = ir.FlagOne | ir.FlagC | ir.FlagO
)

// mulFlags sets the flags to overflow where x and y of width w differ.
func (t *trans) mulFlags(w ir.Width, x, y ir.Temp) {
	t.b.Set(tFlags, t.b.SelC(w, ir.NE, x, y, t.c(mulOverflow), t.c(mulFits)))
}

// transMUL translates MUL. SDM vol. 2 MUL.
func transMUL(t *trans) {
	b, w := t.b, t.opW()
	src := t.get(0)
	if w < ir.W32 {
		p := b.Op2(ir.Mul, ir.W32, b.Zext(w, tReg(RAX)), b.Zext(w, src))
		t.mulFlags(ir.W32, b.Op2i(ir.Shr, ir.W32, p, uint64(w.Bits())), t.c(0))
		t.setNarrowProduct(w, p)
		return
	}
	hi := b.Op2(ir.MulHU, w, tReg(RAX), src)
	lo := b.Op2(ir.Mul, w, tReg(RAX), src)
	b.Set(tReg(RAX), lo)
	t.mulFlags(w, hi, t.c(0))
	b.MovTo(tReg(RDX), hi)
}

// setNarrowProduct stores the product p of 8-bit factors in AX, or of 16-bit ones in DX:AX.
func (t *trans) setNarrowProduct(w ir.Width, p ir.Temp) {
	t.setReg(RAX, 2, p)
	if w == ir.W16 {
		t.setReg(RDX, 2, t.b.Op2i(ir.Shr, ir.W32, p, 16))
	}
}

// transIMUL translates the one-, two- and three-operand forms of IMUL. SDM vol. 2 IMUL.
func transIMUL(t *trans) {
	b, w := t.b, t.opW()
	if t.in.Args[1].Kind != ArgNone {
		x, y := t.in.NArgs()-2, t.in.NArgs()-1
		t.imulTruncating(x, y)
		return
	}
	if w < ir.W32 {
		src := t.getS(0, ir.W32)
		p := b.Op2(ir.Mul, ir.W32, b.Sext(w, ir.W32, tReg(RAX)), src)
		t.mulFlags(ir.W32, b.Sext(w, ir.W32, p), p)
		t.setNarrowProduct(w, p)
		return
	}
	src := t.get(0)
	hi := b.Op2(ir.MulHS, w, tReg(RAX), src)
	lo := b.Op2(ir.Mul, w, tReg(RAX), src)
	b.Set(tReg(RAX), lo)
	t.mulFlags(w, hi, b.Op2i(ir.Sar, w, tReg(RAX), uint64(w.Bits()-1)))
	b.MovTo(tReg(RDX), hi)
}

// imulTruncating translates IMUL r, x, y, whose product is cut to the operand size.
func (t *trans) imulTruncating(i, j int) {
	b, w := t.b, t.opW()
	if w == ir.W16 {
		x := t.getS(i, ir.W32)
		y := t.imulImm(j, ir.W32)
		p := b.Op2(ir.Mul, ir.W32, x, y)
		t.mulFlags(ir.W32, b.Sext(ir.W16, ir.W32, p), p)
		t.setArgReg(t.in.Args[0], p)
		return
	}
	x := t.get(i)
	y := t.imulImm(j, w)
	// The product is made twice: the first one dies with the flags, which nearly always do.
	lo := b.Op2(ir.Mul, w, x, y)
	hi := b.Op2(ir.MulHS, w, x, y)
	t.mulFlags(w, hi, b.Op2i(ir.Sar, w, lo, uint64(w.Bits()-1)))
	b.Set(ir.Temp(t.in.Args[0].Reg), b.Op2(ir.Mul, w, x, y))
}

// imulImm returns IMUL's last operand, sign-extended to w.
func (t *trans) imulImm(j int, w ir.Width) ir.Temp {
	if t.in.Args[j].Kind != ArgImm {
		return t.getS(j, w)
	}
	if t.in.OpSize == 2 {
		return t.c(uint64(uint32(int16(t.in.Imm))))
	}
	return t.c(uint64(t.in.Imm) & w.Mask())
}

// divide translates DIV and IDIV. The flags are undefined and kept. SDM vol. 2 DIV, IDIV.
func (t *trans) divide(c ir.Opcode) {
	b, w := t.b, t.opW()
	d := t.get(0)
	hi := tReg(RDX)
	if w == ir.W8 {
		hi = b.Extract(ir.W64, tReg(RAX), 8, 8, false)
	}
	q, r := b.New(ir.I64), b.New(ir.I64)
	b.Emit(ir.Op{Code: c, W: w, A: [6]ir.Temp{q, r, hi, tReg(RAX), d, ir.NoTemp}})
	if w == ir.W8 {
		b.Set(tReg(RAX), b.Deposit(ir.W64, tReg(RAX), b.Deposit(ir.W64, q, r, 8, 8), 0, 16))
		return
	}
	if w >= ir.W32 {
		b.Set(tReg(RAX), q)
		b.Set(tReg(RDX), r)
		return
	}
	t.setReg(RAX, 2, q)
	t.setReg(RDX, 2, r)
}
