package arm64

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/ir"
)

// sext sign-extends the low n bits of v.
func sext(v uint32, n uint) uint64 { return uint64(int64(uint64(v)<<(64-n)) >> (64 - n)) }

// transADR translates ADR. Arm ARM C6.2 ADR.
func (t translator) transADR(i insn) {
	t.setConst(i.rd(), t.pc+sext(i.immhi()<<2|i.immlo(), 21))
}

// transADRP translates ADRP. Arm ARM C6.2 ADRP.
func (t translator) transADRP(i insn) {
	t.setConst(i.rd(), t.pc&^0xfff+sext(i.immhi()<<2|i.immlo(), 21)<<12)
}

// addSubImm is the immediate of the add/subtract (immediate) group.
func addSubImm(i insn) uint64 { return uint64(i.imm12()) << (12 * i.sh()) }

func (t translator) transADDimm(i insn) { t.arithImm(ir.Add, i) }
func (t translator) transSUBimm(i insn) { t.arithImm(ir.Sub, i) }

func (t translator) arithImm(op ir.Opcode, i insn) {
	w, imm := width(i.sf()), addSubImm(i)
	if imm == 0 && w == ir.W64 {
		t.b.MovTo(t.xsp(i.rd()), t.xsp(i.rn())) // MOV to or from SP
		return
	}
	t.b.Op2To(t.xsp(i.rd()), op, w, t.xsp(i.rn()), t.b.Const(imm))
}

func (t translator) transADDSimm(i insn) {
	t.addsF(i.rd(), width(i.sf()), t.xsp(i.rn()), t.b.Const(addSubImm(i)))
}

func (t translator) transSUBSimm(i insn) {
	t.subsF(i.rd(), width(i.sf()), t.xsp(i.rn()), t.b.Const(addSubImm(i)))
}

// addsF sets register rd and the flags from x + y.
func (t translator) addsF(rd uint32, w ir.Width, x, y ir.Temp) {
	t.b.OpFTo(ir.AddF, w, t.xOut(rd), gFlags, x, y)
}

// subsF sets register rd and the flags from x - y.
func (t translator) subsF(rd uint32, w ir.Width, x, y ir.Temp) {
	t.b.OpFTo(ir.SubF, w, t.xOut(rd), gFlags, x, y).Attr = ir.InvC
}

// bitMask decodes the bitmask immediate N:immr:imms of logical instructions; ok is false for reserved values.
// Arm ARM, shared pseudocode DecodeBitMasks.
func bitMask(n, immr, imms uint32, w ir.Width) (mask uint64, ok bool) {
	if n == 1 && w == ir.W32 {
		return 0, false
	}
	length := bits.Len32(n<<6|^imms&0x3f) - 1
	if length < 1 {
		return 0, false
	}
	size := uint(1) << length // element size in bits
	s, r := uint(imms)&(size-1), uint(immr)&(size-1)
	if s == size-1 {
		return 0, false
	}
	elem := uint64(1)<<(s+1) - 1
	if r != 0 {
		elem = elem>>r | elem<<(size-r)
	}
	if size < 64 {
		elem &= 1<<size - 1
	}
	for ; size < 64; size *= 2 {
		elem |= elem << size
	}
	return elem & w.Mask(), true
}

func (t translator) transANDimm(i insn) { t.logicImm(ir.And, i) }
func (t translator) transORRimm(i insn) { t.logicImm(ir.Or, i) }
func (t translator) transEORimm(i insn) { t.logicImm(ir.Xor, i) }

func (t translator) logicImm(op ir.Opcode, i insn) {
	w := width(i.sf())
	mask, ok := bitMask(i.bitn(), i.immr(), i.imms(), w)
	switch {
	case !ok:
		t.unallocated()
	case op == ir.Or && i.rn() == 31: // MOV (bitmask immediate)
		t.setXSP(i.rd(), t.b.Const(mask))
	default:
		t.setXSP(i.rd(), t.b.Op2i(op, w, t.x(i.rn()), mask))
	}
}

func (t translator) transANDSimm(i insn) {
	w := width(i.sf())
	mask, ok := bitMask(i.bitn(), i.immr(), i.imms(), w)
	if !ok {
		t.unallocated()
		return
	}
	t.b.OpFTo(ir.AndF, w, t.xOut(i.rd()), gFlags, t.x(i.rn()), t.b.Const(mask))
}

// moveWide returns the immediate of MOVN and MOVZ and its position; ok is false for a reserved one.
func moveWide(i insn) (imm uint64, pos uint32, ok bool) {
	pos = 16 * i.hw()
	return uint64(i.imm16()) << pos, pos, i.sf() == 1 || i.hw() < 2
}

func (t translator) transMOVN(i insn) {
	imm, _, ok := moveWide(i)
	if !ok {
		t.unallocated()
		return
	}
	t.setX(i.rd(), t.b.Const(^imm&width(i.sf()).Mask()))
}

func (t translator) transMOVZ(i insn) {
	imm, _, ok := moveWide(i)
	if !ok {
		t.unallocated()
		return
	}
	t.setConst(i.rd(), imm)
}

func (t translator) transMOVK(i insn) {
	_, pos, ok := moveWide(i)
	if !ok {
		t.unallocated()
		return
	}
	t.setX(i.rd(), t.b.Deposit(width(i.sf()), t.x(i.rd()), t.b.Const(uint64(i.imm16())), uint8(pos), 16))
}

// bitfield checks the fields of SBFM, BFM and UBFM.
func bitfield(i insn) (w ir.Width, r, s uint8, ok bool) {
	w = width(i.sf())
	r, s = uint8(i.immr()), uint8(i.imms())
	return w, r, s, i.bitn() == i.sf() && (i.sf() == 1 || r < 32 && s < 32)
}

// transSBFM translates SBFM: ASR, SXTB, SXTH, SXTW, SBFX (s >= r), SBFIZ.
func (t translator) transSBFM(i insn) {
	w, r, s, ok := bitfield(i)
	x, n := t.x(i.rn()), uint8(w.Bits())
	var v ir.Temp
	switch {
	case !ok:
		t.unallocated()
		return
	case s == n-1:
		v = t.b.Op2i(ir.Sar, w, x, uint64(r))
	case r == 0 && s == 7:
		v = t.b.Sext(ir.W8, w, x)
	case r == 0 && s == 15:
		v = t.b.Sext(ir.W16, w, x)
	case r == 0 && s == 31:
		v = t.b.Sext(ir.W32, w, x)
	case s >= r:
		v = t.b.Extract(w, x, r, s-r+1, true)
	default:
		v = t.b.Op2i(ir.Shl, w, x, uint64(n-1-s))
		v = t.b.Op2i(ir.Sar, w, v, uint64(r-s-1))
	}
	t.setX(i.rd(), v)
}

// transUBFM translates UBFM: LSL, LSR, UXTB, UXTH, UBFX (s >= r), UBFIZ.
func (t translator) transUBFM(i insn) {
	w, r, s, ok := bitfield(i)
	x, n := t.x(i.rn()), uint8(w.Bits())
	var v ir.Temp
	switch {
	case !ok:
		t.unallocated()
		return
	case s == n-1:
		v = t.b.Op2i(ir.Shr, w, x, uint64(r))
	case s+1 == r:
		v = t.b.Op2i(ir.Shl, w, x, uint64(n-r))
	case s >= r:
		v = t.b.Extract(w, x, r, s-r+1, false)
	default:
		v = t.b.Extract(w, x, 0, s+1, false)
		v = t.b.Op2i(ir.Shl, w, v, uint64(n-r))
	}
	t.setX(i.rd(), v)
}

// transBFM translates BFM: BFXIL (s >= r), BFI, BFC.
func (t translator) transBFM(i insn) {
	w, r, s, ok := bitfield(i)
	if !ok {
		t.unallocated()
		return
	}
	x, pos, n := t.x(i.rn()), uint8(0), s-r+1
	if s >= r {
		if r != 0 {
			x = t.b.Op2i(ir.Shr, w, x, uint64(r))
		}
	} else {
		pos, n = uint8(w.Bits())-r, s+1
	}
	t.setX(i.rd(), t.b.Deposit(w, t.x(i.rd()), x, pos, n))
}

// transEXTR translates EXTR and its alias ROR (immediate).
func (t translator) transEXTR(i insn) {
	w, lsb := width(i.sf()), uint8(i.imms())
	if i.bitn() != i.sf() || i.sf() == 0 && lsb >= 32 {
		t.unallocated()
		return
	}
	if i.rn() == i.rm() {
		t.setX(i.rd(), t.b.Op2i(ir.RotR, w, t.x(i.rn()), uint64(lsb)))
		return
	}
	r := t.b.New(ir.I64)
	t.b.Emit(ir.Op{Code: ir.Extract2, W: w, Aux: lsb, A: operands(r, t.x(i.rm()), t.x(i.rn()))})
	t.setX(i.rd(), r)
}

// operands fills an op's operand slots.
func operands(ts ...ir.Temp) [6]ir.Temp {
	a := [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}
	copy(a[:], ts)
	return a
}
