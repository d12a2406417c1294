package x86

import "github.com/gotcg/gotcg/tcg/ir"

// push stores v, size bytes, below the stack pointer and moves it. v must not be computed from RSP
// after this.
func (t *trans) push(v ir.Temp, size uint8) {
	b := t.b
	b.St(width(size), ir.EA{Base: tReg(RSP), Index: ir.NoTemp, Disp: -int32(size)}, v, 0)
	b.Op2To(tReg(RSP), ir.Sub, ir.W64, tReg(RSP), b.Const(uint64(size)))
}

// top loads size bytes from the top of the stack.
func (t *trans) top(size uint8) ir.Temp {
	return t.b.Ld(width(size), ir.EA{Base: tReg(RSP), Index: ir.NoTemp}, 0)
}

// drop adds n to the stack pointer.
func (t *trans) drop(n uint64) {
	t.b.Op2To(tReg(RSP), ir.Add, ir.W64, tReg(RSP), t.b.Const(n))
}

// transPUSH translates PUSH. SDM vol. 2 PUSH.
func transPUSH(t *trans) {
	a := t.in.Args[0]
	switch a.Kind {
	case ArgImm:
		t.push(t.c(uint64(t.in.Imm)&width(t.in.OpSize).Mask()), t.in.OpSize)
	case ArgSeg:
		t.push(tSeg0+ir.Temp(a.Reg), t.in.OpSize)
	default:
		t.push(t.get(0), t.in.OpSize)
	}
}

// transPOP translates POP. A memory destination based on RSP uses the incremented RSP; POP RSP gets the
// loaded value. SDM vol. 2 POP.
func transPOP(t *trans) {
	a, n := t.in.Args[0], t.in.OpSize
	if a.Kind == ArgReg && a.Reg != RSP && n == 8 {
		t.b.LdTo(tReg(a.Reg), ir.W64, ir.EA{Base: tReg(RSP), Index: ir.NoTemp}, 0)
		t.drop(8)
		return
	}
	v := t.top(n)
	switch a.Kind {
	case ArgSeg:
		t.setSeg(a.Reg, v)
		t.drop(uint64(n))
	case ArgMem:
		if t.in.Mem.Base == RSP {
			t.in.Mem.Disp += int64(n)
		}
		t.set(0, v)
		t.drop(uint64(n))
	default:
		if a.Reg == RSP && n == 2 {
			t.drop(2)
			t.set(0, v)
			return
		}
		t.set(0, v) // at once, so that the load is to the register
		if a.Reg != RSP {
			t.drop(uint64(n))
		}
	}
}

// eflags returns EFLAGS as a program sees it.
func (t *trans) eflags() ir.Temp {
	b := t.b
	lo := b.Extract(ir.W64, tFlags, 8, 8, false)
	of := b.Op2i(ir.Shl, ir.W32, b.Op2i(ir.And, ir.W32, tFlags, ir.FlagO), 11)
	v := b.Op2(ir.Or, ir.W32, lo, of)
	v = b.Op2(ir.Or, ir.W32, v, tSys)
	return b.Op2i(ir.Or, ir.W32, v, EFlagIF|EFlagR1)
}

// transPUSHF translates PUSHF and PUSHFQ. SDM vol. 2 PUSHF.
func transPUSHF(t *trans) { t.push(t.eflags(), t.in.OpSize) }

// transPOPF translates POPF and POPFQ as user mode sees them: IOPL and IF stay. SDM vol. 2 POPF.
func transPOPF(t *trans) {
	v := t.top(t.in.OpSize)
	t.drop(uint64(t.in.OpSize))
	t.setEflags(v, t.in.OpSize)
}

// setEflags sets the flags from an EFLAGS image of size bytes.
func (t *trans) setEflags(v ir.Temp, size uint8) {
	b := t.b
	of := b.Extract(ir.W64, v, 11, 1, false)
	lo := b.Op2i(ir.Shl, ir.W32, b.Op2i(ir.And, ir.W32, v, ArithMask&0xff), 8)
	fl := b.Op2(ir.Or, ir.W32, lo, of)
	b.Set(tFlags, b.Op2i(ir.Or, ir.W32, fl, ir.FlagOne))
	mask := uint64(SysMask)
	if size == 2 {
		mask &= 0xffff
	}
	sys := b.Op2i(ir.And, ir.W64, v, mask)
	if keep := uint64(SysMask) &^ mask; keep != 0 {
		sys = b.Op2(ir.Or, ir.W64, sys, b.Op2i(ir.And, ir.W64, tSys, keep))
	}
	b.Set(tSys, sys)
}

// transENTER translates ENTER with any nesting level. SDM vol. 2 ENTER.
func transENTER(t *trans) {
	b, n := t.b, t.in.OpSize
	w := width(n)
	level := int32(t.in.Imm2 & 31)
	at := func(base uint8, disp int32) ir.EA {
		return ir.EA{Base: tReg(base), Index: ir.NoTemp, Disp: disp}
	}
	b.St(w, at(RSP, -int32(n)), tReg(RBP), 0)
	frame := b.Op2i(ir.Sub, ir.W64, tReg(RSP), uint64(n))
	below := int32(n)
	for i := int32(1); i < level; i++ {
		below += int32(n)
		b.St(w, at(RSP, -below), b.Ld(w, at(RBP, -i*int32(n)), 0), 0)
	}
	if level > 0 {
		below += int32(n)
		b.St(w, at(RSP, -below), frame, 0)
	}
	sp := b.Op2i(ir.Sub, ir.W64, tReg(RSP), uint64(below)+uint64(t.in.Imm))
	// The processor faults when the new top of the stack could not be written. No hook: this is not an access.
	b.Emit(ir.Op{Code: ir.AtOr, W: w, A: [6]ir.Temp{b.New(ir.I64), sp, t.c(0), ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	b.MovTo(tReg(RSP), sp)
	if n == 2 {
		frame = b.Deposit(ir.W64, tReg(RBP), frame, 0, 16)
	}
	b.Set(tReg(RBP), frame)
}

// transLEAVE translates LEAVE. SDM vol. 2 LEAVE.
func transLEAVE(t *trans) {
	b, n := t.b, t.in.OpSize
	v := b.Ld(width(n), ir.EA{Base: tReg(RBP), Index: ir.NoTemp}, 0)
	b.Set(tReg(RSP), b.Op2i(ir.Add, ir.W64, tReg(RBP), uint64(n)))
	t.setReg(RBP, n, v)
}
