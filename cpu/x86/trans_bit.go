package x86

import "github.com/gotcg/gotcg/tcg/ir"

// bitOp is what a bit test does to the bit.
type bitOp uint8

const (
	bitTest bitOp = iota
	bitSet
	bitReset
	bitFlip
)

// transBT translates BT. SDM vol. 2 BT.
func transBT(t *trans) { t.bitTest(bitTest) }

// transBTS translates BTS. SDM vol. 2 BTS.
func transBTS(t *trans) { t.bitTest(bitSet) }

// transBTR translates BTR. SDM vol. 2 BTR.
func transBTR(t *trans) { t.bitTest(bitReset) }

// transBTC translates BTC. SDM vol. 2 BTC.
func transBTC(t *trans) { t.bitTest(bitFlip) }

// bitTest copies a bit to CF, keeping the other flags, and changes it. With a memory operand and a
// register offset the offset is signed and reaches beyond the operand.
func (t *trans) bitTest(op bitOp) {
	b, w := t.b, t.opW()
	n, isConst := t.bitNumber()
	if t.isMem(0) && !isConst {
		t.bitString()
	}
	mask := t.c(1)
	switch {
	case op == bitTest:
	case isConst:
		v, _ := b.ConstVal(n)
		mask = t.c(1 << v)
	default:
		mask = t.shl1(n)
	}
	if t.in.Lock && op != bitTest {
		base, disp := t.addr()
		at, arg := ir.AtXor, mask
		switch op {
		case bitSet:
			at = ir.AtOr
		case bitReset:
			at, arg = ir.AtAnd, b.Op1(ir.Not, w, mask)
		}
		t.setCarryBit(b.Atomic(at, w, base, disp, arg, 0), n, isConst)
		return
	}
	old := t.get(0)
	switch op {
	case bitTest:
		t.setCarryBit(old, n, isConst)
		return
	case bitSet:
		mask = b.Op2(ir.Or, w, old, mask)
	case bitReset:
		mask = b.Op2(ir.AndN, w, old, mask)
	case bitFlip:
		mask = b.Op2(ir.Xor, w, old, mask)
	}
	if t.isMem(0) {
		t.set(0, mask)
		t.setCarryBit(old, n, isConst)
		return
	}
	t.setCarryBit(old, n, isConst)
	t.set(0, mask)
}

// bitNumber returns the bit offset modulo the operand size, and whether it is a constant.
func (t *trans) bitNumber() (ir.Temp, bool) {
	m := uint64(t.opW().Bits() - 1)
	if t.in.Args[1].Kind == ArgImm {
		return t.c(uint64(t.in.Imm) & m), true
	}
	return t.b.Op2i(ir.And, ir.W32, t.get(1), m), false
}

// bitString moves the memory operand's address to the element that holds the bit.
func (t *trans) bitString() {
	b, w := t.b, t.opW()
	off := t.get(1)
	if w < ir.W64 {
		off = b.Sext(w, ir.W64, off)
	}
	// The offset in elements, times their size in bytes.
	off = b.Op2i(ir.Sar, ir.W64, off, uint64(w)+3)
	base, disp := t.addr()
	t.mem = ir.EA{Base: base, Index: off, Scale: uint8(w), Disp: disp}
	if t.in.AddrSize == 4 {
		a := b.Op2(ir.Add, ir.W32, base, b.Op2i(ir.Shl, ir.W32, off, uint64(w)))
		t.mem = ir.EA{Base: a, Index: ir.NoTemp, Disp: disp}
	}
}

// shl1 returns 1 << n for n below the operand size.
func (t *trans) shl1(n ir.Temp) ir.Temp {
	return t.b.Op2(ir.Shl, max(t.opW(), ir.W32), t.c(1), n)
}

// setCarryBit sets CF to bit n of v.
func (t *trans) setCarryBit(v, n ir.Temp, isConst bool) {
	b := t.b
	var bit ir.Temp
	if k, _ := b.ConstVal(n); isConst {
		bit = b.Extract(ir.W64, v, uint8(k), 1, false)
	} else {
		bit = b.Op2i(ir.And, ir.W32, b.Op2(ir.Shr, max(t.opW(), ir.W32), v, n), 1)
	}
	bit = b.Op2i(ir.Shl, ir.W32, bit, 8)
	t.mergeFlags(ir.FlagC, bit)
}

// mergeFlags replaces the flags in mask by those of word.
func (t *trans) mergeFlags(mask int64, word ir.Temp) {
	d := t.b.New(ir.I64)
	t.b.Emit(ir.Op{Code: ir.MergeF, Imm: mask, A: [6]ir.Temp{d, word, tFlags, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	t.b.Set(tFlags, d)
}

// transBSF translates BSF: ZF, and a destination that stays when the source is zero. SDM vol. 2 BSF.
func transBSF(t *trans) {
	src := t.get(1)
	t.bitScan(src, t.b.Op1(ir.Ctz, t.opW(), src))
}

// transBSR translates BSR. SDM vol. 2 BSR.
func transBSR(t *trans) {
	src := t.get(1)
	w := t.opW()
	lz := t.b.Op1(ir.Clz, w, src)
	t.bitScan(src, t.b.Op2i(ir.Xor, ir.W32, lz, uint64(w.Bits()-1)))
}

// bitScan stores index in the destination unless src is zero, and sets ZF by src.
func (t *trans) bitScan(src, index ir.Temp) {
	w, a := t.opW(), t.in.Args[0]
	old := ir.Temp(a.Reg)
	t.flagsOf(ir.AndF, w, src, src)
	if w == ir.W16 {
		index = t.b.Deposit(ir.W64, old, index, 0, 16)
	}
	t.b.Set(old, t.b.SelC(w, ir.NE, src, t.c(0), index, old))
}

// transLZCNT translates LZCNT: ZF when the result is zero, CF when the source is. SDM vol. 2 LZCNT.
func transLZCNT(t *trans) {
	b, w := t.b, t.opW()
	src := t.get(1)
	n := b.Op1(ir.Clz, w, src)
	z := b.SetC(w, ir.EQ, n, t.c(0))
	c := b.SetC(w, ir.EQ, src, t.c(0))
	fl := b.Op2(ir.Or, ir.W32, b.Op2i(ir.Shl, ir.W32, z, 14), b.Op2i(ir.Shl, ir.W32, c, 8))
	b.Set(tFlags, b.Op2i(ir.Or, ir.W32, fl, ir.FlagOne))
	t.set(0, n)
}

// transPOPCNT translates POPCNT: all flags zero but ZF. SDM vol. 2 POPCNT.
func transPOPCNT(t *trans) {
	b, w := t.b, t.opW()
	src := t.get(1)
	n := b.Op1(ir.Popcnt, w, src)
	b.Set(tFlags, b.SelC(w, ir.EQ, n, t.c(0), t.c(ir.FlagOne|ir.FlagZ), t.c(ir.FlagOne)))
	t.set(0, n)
}

// transBSWAP translates BSWAP; the undefined 16-bit form gives zero. SDM vol. 2 BSWAP.
func transBSWAP(t *trans) {
	if t.in.OpSize == 2 {
		t.set(0, t.c(0))
		return
	}
	t.set(0, t.b.Op1(ir.Bswap, t.opW(), t.get(0)))
}

// transMOVBE translates MOVBE. SDM vol. 2 MOVBE.
func transMOVBE(t *trans) { t.set(0, t.b.Op1(ir.Bswap, t.opW(), t.get(1))) }
