package x86

import "github.com/gotcg/gotcg/tcg/ir"

// transCMPXCHG translates CMPXCHG. The accumulator changes only when the comparison fails.
// SDM vol. 2 CMPXCHG.
func transCMPXCHG(t *trans) {
	b, w, a := t.b, t.opW(), t.in.Args[0]
	src := t.get(1)
	if a.Kind != ArgMem {
		t.cmpxchgReg(src)
		return
	}
	var old ir.Temp
	if t.in.Lock {
		base, disp := t.addr()
		old = b.Cas(w, base, disp, tReg(RAX), src, 0)
	} else {
		old = t.get(0)
		t.set(0, b.SelC(w, ir.EQ, old, tReg(RAX), src, old))
	}
	t.setAccumulator(old)
}

// setAccumulator sets flags by comparing the accumulator with old, and it to old if they differ.
func (t *trans) setAccumulator(old ir.Temp) {
	b, w := t.b, t.opW()
	v := old
	if w < ir.W32 {
		v = b.Deposit(ir.W64, tReg(RAX), old, 0, uint8(w.Bits()))
	}
	t.flagsOf(ir.SubF, w, tReg(RAX), old)
	b.Set(tReg(RAX), b.SelC(w, ir.NE, tReg(RAX), old, v, tReg(RAX)))
}

// cmpxchgReg translates CMPXCHG with a register destination, which is not written, and so not
// zero-extended either, when the comparison fails.
func (t *trans) cmpxchgReg(src ir.Temp) {
	b, w, a := t.b, t.opW(), t.in.Args[0]
	old := t.copyOf(0)
	eq := b.SetC(w, ir.EQ, old, tReg(RAX))
	if w == ir.W32 {
		src = b.Zext(w, src)
	}
	if w >= ir.W32 {
		dst := ir.Temp(a.Reg)
		src = b.SelC(w, ir.NE, eq, t.c(0), src, dst)
		t.setAccumulator(old)
		b.Set(dst, src)
		return
	}
	src = b.SelC(w, ir.NE, eq, t.c(0), src, old)
	t.setAccumulator(old)
	t.setArgReg(a, src)
}

// transCMPXCHG8B translates CMPXCHG8B and CMPXCHG16B; only ZF changes. SDM vol. 2 CMPXCHG8B/16B.
func transCMPXCHG8B(t *trans) {
	b := t.b
	base, disp := t.addr()
	if t.in.OpSize == 8 {
		t.cmpxchg16b(base, disp)
		return
	}
	want := b.Deposit(ir.W64, tReg(RAX), tReg(RDX), 32, 32)
	old := b.Cas(ir.W64, base, disp, want, b.Deposit(ir.W64, tReg(RBX), tReg(RCX), 32, 32), 0)
	eq := b.SetC(ir.W64, ir.EQ, old, want)
	lo := b.Zext(ir.W32, old)
	hi := b.Op2i(ir.Shr, ir.W64, old, 32)
	t.setPair(eq, lo, hi)
}

// setPair sets ZF to eq and, unless eq, RDX:RAX to hi and lo.
func (t *trans) setPair(eq, lo, hi ir.Temp) {
	b := t.b
	zf := b.Op2i(ir.Shl, ir.W32, eq, 14)
	b.Set(tReg(RAX), b.SelC(ir.W32, ir.NE, eq, t.c(0), tReg(RAX), lo))
	b.Set(tReg(RDX), b.SelC(ir.W32, ir.NE, eq, t.c(0), tReg(RDX), hi))
	t.mergeFlags(ir.FlagZ, zf)
}

func (t *trans) cmpxchg16b(base ir.Temp, disp int32) {
	b := t.b
	pair := func(lo, hi uint8) ir.Temp {
		return b.VI(ir.VIns, ir.W64, 0, 1, 0, b.V(ir.VDup, ir.W64, 0, tReg(lo)), tReg(hi))
	}
	want := pair(RAX, RDX)
	old := b.Cas(ir.W128, base, disp, want, pair(RBX, RCX), ir.Aligned)
	lo := b.VGet(ir.W64, ir.W64, false, old, 0)
	hi := b.VGet(ir.W64, ir.W64, false, old, 1)
	diff := b.Op2(ir.Or, ir.W64, b.Op2(ir.Xor, ir.W64, lo, tReg(RAX)), b.Op2(ir.Xor, ir.W64, hi, tReg(RDX)))
	t.setPair(b.SetC(ir.W64, ir.EQ, diff, t.c(0)), lo, hi)
}

// transXADD translates XADD. SDM vol. 2 XADD.
func transXADD(t *trans) {
	b, w := t.b, t.opW()
	a, s := t.in.Args[0], t.in.Args[1]
	src := t.get(1)
	if a.Kind == ArgMem {
		var old, fl ir.Temp
		if t.in.Lock {
			base, disp := t.addr()
			old = b.Atomic(ir.AtAdd, w, base, disp, src, 0)
			t.flagsOf(ir.AddF, w, old, src)
		} else {
			var sum ir.Temp
			old = t.get(0)
			sum, fl = b.OpF(ir.AddF, w, 0, old, src)
			t.set(0, sum)
			b.Set(tFlags, fl)
		}
		t.setArgReg(s, old)
		return
	}
	old := t.copyOf(0)
	sum, fl := b.OpF(ir.AddF, w, 0, old, src)
	b.Set(tFlags, fl)
	t.setArgReg(s, old)
	t.setArgReg(a, sum)
}
