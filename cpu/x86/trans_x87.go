package x86

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/ir"
)

// x87 instructions are helper calls, most of them known to backends by ir.Helper.X87: memory operands are loaded before and stored after by IR ops, so
// that instrumentation sees them and a fault leaves the x87 state alone. The block saves (FNSAVE,
// FXSAVE and their like) go through State.Scratch.

// Mnemonics whose translations differ in a number, by that number.
var (
	x87FloatOps = [...]Op{FADD, FMUL, opNone, opNone, FSUB, FSUBR, FDIV, FDIVR}
	x87PopOps   = [...]Op{FADDP, FMULP, opNone, opNone, FSUBP, FSUBRP, FDIVP, FDIVRP}
	x87IntOps   = [...]Op{FIADD, FIMUL, FICOM, FICOMP, FISUB, FISUBR, FIDIV, FIDIVR}
	x87ConstOps = [...]Op{FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ}
	x87MiscOps  = [...]Op{
		ir.X87Nop: FNOP, ir.X87Chs: FCHS, ir.X87Abs: FABS, ir.X87Xam: FXAM, ir.X87Rndint: FRNDINT, ir.X87Sqrt: FSQRT, xScale: FSCALE, xPrem: FPREM,
		xPrem1: FPREM1, xExtract: FXTRACT, xIncStp: FINCSTP, xDecStp: FDECSTP, x2XM1: F2XM1, xYL2X: FYL2X,
		xYL2XP1: FYL2XP1, xPatan: FPATAN, xPtan: FPTAN, xSin: FSIN, xCos: FCOS, xSinCos: FSINCOS,
	}
	x87MoveOps = [...]struct {
		op Op
		c  ir.Cond
	}{
		{FCMOVB, ir.CondB}, {FCMOVE, ir.CondZ}, {FCMOVBE, ir.CondBE}, {FCMOVU, ir.CondP},
		{FCMOVNB, ir.CondAE}, {FCMOVNE, ir.CondNZ}, {FCMOVNBE, ir.CondA}, {FCMOVNU, ir.CondNP},
	}
)

// transX87 returns the function that translates op if it is of the x87, or nil. Few programs need one: there is no table of them.
func transX87(op Op) transFn {
	if op == opNone {
		return nil
	}
	if fn := transX87Move(op); fn != nil {
		return fn
	}
	if i := slices.Index(x87FloatOps[:], op); i >= 0 {
		return xArith(uint64(i), ir.X87M32, ir.X87M64)
	}
	if i := slices.Index(x87PopOps[:], op); i >= 0 {
		return xArith(uint64(i)|1<<12, 0, 0)
	}
	if i := slices.Index(x87IntOps[:], op); i >= 0 {
		return xArith(uint64(i), ir.X87I16, ir.X87I32)
	}
	if i := slices.Index(x87ConstOps[:], op); i >= 0 {
		return func(t *trans) { t.x87(&x87LoadConst, uint64(i)) }
	}
	if i := slices.Index(x87MiscOps[:], op); i >= 0 {
		return func(t *trans) { t.x87(&x87Misc, uint64(i)) }
	}
	for _, x := range &x87MoveOps {
		if x.op == op {
			return func(t *trans) { t.x87(&x87CMov, uint64(t.in.Args[1].Reg), t.b.SetF(x.c, tFlags)) }
		}
	}
	return nil
}

// transX87Move is the part of transX87 that moves, compares and controls.
func transX87Move(op Op) transFn {
	switch op {
	case FLD:
		return xLoadOp(ir.X87M32, ir.X87M64)
	case FILD:
		return xLoadOp(ir.X87I16, ir.X87I32)
	case FBLD:
		return xBCDLoad
	case FST:
		return xStoreOp(0)
	case FSTP:
		return xStoreOp(xPop)
	case FBSTP:
		return xBCDStore
	case FIST:
		return xIntStore(0)
	case FISTP:
		return xIntStore(xPop)
	case FISTTP:
		return xIntStore(xPop | xTrunc)
	case FXCH:
		return func(t *trans) { t.x87(&x87Exchange, uint64(t.in.Args[0].Reg)) }
	case FTST:
		return func(t *trans) { t.x87(&x87Test, 0) }
	case FCOM, FCOMI:
		return xCompare(0, op == FCOMI)
	case FCOMP, FCOMIP:
		return xCompare(1, op == FCOMIP)
	case FUCOM, FUCOMI:
		return xCompare(1<<8, op == FUCOMI)
	case FUCOMP, FUCOMIP:
		return xCompare(1<<8|1, op == FUCOMIP)
	case FCOMPP:
		return xComparePP(0)
	case FUCOMPP:
		return xComparePP(1 << 8)
	case FLDCW:
		return func(t *trans) { t.x87(&x87LoadCW, 0, t.b.Ld(ir.W16, t.ea(), 0)) }
	case FNSTCW:
		return xStoreCW
	case FNSTSW:
		return xStoreSW
	case FNCLEX:
		return xControl(xClex)
	case FNINIT:
		return xControl(xInit)
	case FFREE:
		return xControl(xFree)
	case FFREEP:
		return xControl(xFreeP)
	case FWAIT:
		return func(t *trans) { t.b.Call(x87Wait, false) }
	case FNSTENV:
		return xStoreEnv(0)
	case FNSAVE:
		return xStoreEnv(xRegs)
	case FLDENV:
		return xLoadEnv(0)
	case FRSTOR:
		return xLoadEnv(xRegs)
	case FXSAVE:
		return xFXSave
	case FXRSTOR:
		return xFXRestore
	}
	return nil
}

// x87 calls the helper of x with a selector and operands, and the opcode for FOP.
func (t *trans) x87(x *x87Insn, sel uint64, ins ...ir.Temp) {
	a := [4]ir.Temp{t.c(sel), t.c(0), t.c(0), t.c(t.fop())}
	copy(a[1:3], ins)
	t.b.Call(x.helper(), false, a[:]...)
}

// fop returns the 11-bit opcode as FOP has it.
func (t *trans) fop() uint64 { return uint64(t.in.Opcode&7)<<8 | uint64(t.in.ModRM) }

// x87Mem loads arithmetic's memory operand: small is the kind of the smaller size.
func (t *trans) x87Mem(small, large uint64) (kind uint64, v ir.Temp) {
	kind = small
	a := t.in.Args[0]
	for _, x := range t.in.Args {
		if x.Kind == ArgMem {
			a = x
		}
	}
	switch {
	case a.Size == 8 && small == ir.X87I16:
		kind = ir.X87I64
	case a.Size == 8, a.Size == 4 && small == ir.X87I16:
		kind = large
	}
	return kind, t.b.Ld(width(a.Size), t.ea(), 0)
}

// xArith is the four operations; sel has the operation and the pop bit. FSUB ST(i),ST(0) and its kind
// come with the operation as the decoder names it, so dst op src.
func xArith(sel, small, large uint64) transFn {
	return func(t *trans) {
		if t.in.HasMem() {
			kind, v := t.x87Mem(small, large)
			t.x87(&x87ArithMem, sel|kind<<4, v)
			return
		}
		d, s := t.in.Args[0].Reg, t.in.Args[1].Reg
		t.x87(&x87Arith, sel|uint64(d)<<4|uint64(s)<<8)
	}
}

func xLoadOp(small, large uint64) transFn {
	return func(t *trans) {
		a := t.in.Args[0]
		if a.Kind == ArgST {
			t.x87(&x87LoadReg, uint64(a.Reg))
			return
		}
		if a.Size == 10 {
			lo, hi := t.load80()
			t.x87(&x87LoadMem, ir.X87M80, lo, hi)
			return
		}
		kind, v := t.x87Mem(small, large)
		t.x87(&x87LoadMem, kind, v)
	}
}

func (t *trans) load80() (lo, hi ir.Temp) {
	ea := t.ea()
	lo = t.b.Ld(ir.W64, ea, 0)
	ea = t.plus(ea, 8)
	return lo, t.b.Ld(ir.W16, ea, 0)
}

// plus adds n to an address whose displacement may be at its limit.
func (t *trans) plus(ea ir.EA, n int32) ir.EA {
	if ea.Disp > 0x7fffffff-n {
		ea.Base = t.b.Op2i(ir.Add, ir.W64, ea.Base, uint64(n))
		return ea
	}
	ea.Disp += n
	return ea
}

func xBCDLoad(t *trans) {
	lo, hi := t.load80()
	t.x87(&x87LoadBCD, 0, lo, hi)
}

// xStoreOp is FST and FSTP.
func xStoreOp(pop uint64) transFn {
	return func(t *trans) {
		sel := pop
		a := t.in.Args[0]
		switch {
		case a.Kind == ArgST:
			if t.in.Opcode == 0xd9 {
				sel |= 2 << 4
			}
			t.x87(&x87StoreReg, uint64(a.Reg)|sel)
		case a.Size == 10:
			t.store80(sel | ir.X87M80)
		case a.Size == 8:
			t.x87Store(sel|ir.X87M64, ir.W64)
		default:
			t.x87Store(sel|ir.X87M32, ir.W32)
		}
	}
}

func xIntStore(sel uint64) transFn {
	return func(t *trans) {
		w := width(t.in.Args[0].Size)
		t.x87Store(sel|[...]uint64{ir.W16: ir.X87I16, ir.W32: ir.X87I32, ir.W64: ir.X87I64}[w], w)
	}
}

func xBCDStore(t *trans) { t.store80(ir.X87M80 | xBCD | xPop) }

// storeAt returns the store's address in one temp, for x87Store's suppressed case.
func (t *trans) storeAt() ir.Temp {
	base, disp := t.addr()
	if disp == 0 {
		return base
	}
	return t.b.Op2i(ir.Add, ir.W64, base, uint64(int64(disp)))
}

func (t *trans) x87Store(sel uint64, w ir.Width) {
	at := t.storeAt()
	v := t.b.Call(x87Store, true, t.c(sel), at)
	t.b.St(w, ir.EA{Base: at, Index: ir.NoTemp}, v, 0)
	t.x87(&x87StoreDone, sel)
}

func (t *trans) store80(sel uint64) {
	at := t.storeAt()
	lo := t.b.Call(x87Store, true, t.c(sel), at)
	hi := t.b.Call(x87Store, true, t.c(sel|1<<8), at)
	// Nothing may change before a fault: the first byte, which is about to be overwritten anyway, is stored
	// back, unseen by hooks; then the upper part goes first, as it is what may lie in the next page.
	old := t.b.New(ir.I64)
	none := ir.NoTemp
	t.b.Emit(ir.Op{Code: ir.Ld, W: ir.W8, D: ir.W64, A: [6]ir.Temp{old, at, none, none, none, none}})
	t.b.Emit(ir.Op{Code: ir.St, W: ir.W8, A: [6]ir.Temp{old, at, none, none, none, none}})
	t.b.St(ir.W16, ir.EA{Base: at, Index: ir.NoTemp, Disp: 8}, hi, 0)
	t.b.St(ir.W64, ir.EA{Base: at, Index: ir.NoTemp}, lo, 0)
	t.x87(&x87StoreDone, sel)
}

// xCompare is the compares of ST(0) with ST(i) or memory; sel has pops in the low nibble.
func xCompare(sel uint64, flags bool) transFn {
	return func(t *trans) {
		if t.in.HasMem() {
			kind, v := t.x87Mem(ir.X87M32, ir.X87M64)
			t.x87(&x87ArithMem, ir.X87Com+sel&1|kind<<4, v)
			return
		}
		i := uint64(t.in.Args[1].Reg)
		if t.in.Args[1].Kind == ArgNone {
			i = uint64(t.in.Args[0].Reg)
		}
		s := i | sel&15<<4 | sel&(1<<8)
		if !flags {
			t.x87(&x87Compare, s)
			return
		}
		f := t.b.Call(x87CompareI.helper(), true, t.c(s), t.c(0), t.c(0), t.c(t.fop()))
		t.b.Set(tFlags, f)
	}
}

func xComparePP(quiet uint64) transFn {
	return func(t *trans) { t.x87(&x87Compare, 1|2<<4|quiet) }
}

func xStoreCW(t *trans) { t.b.St(ir.W16, t.ea(), t.lds(offFCW), 0) }

// xStoreSW is FNSTSW to AX or memory.
func xStoreSW(t *trans) {
	v := t.b.Op2(ir.Or, ir.W64, t.lds(offFSW), t.b.Op2i(ir.Shl, ir.W64, t.lds(offFTop), 11))
	t.set(0, v)
}

func xControl(sel uint64) transFn {
	return func(t *trans) {
		t.b.Call(x87NoWait, false, t.c(sel|uint64(t.in.Args[0].Reg)<<4))
	}
}

// envSel adds the operand size to a selector of the environment instructions.
func (t *trans) envSel(sel uint64) uint64 {
	if t.in.OpSize == 2 {
		sel |= xSmall
	}
	return sel
}

// xStoreEnv is FNSTENV and FNSAVE.
func xStoreEnv(sel uint64) transFn {
	return func(t *trans) {
		sel := t.envSel(sel)
		_, n := envSize(sel)
		t.b.Call(x87EnvOut, false, t.c(sel))
		t.scratchOut(t.storeAt(), n)
		t.b.Call(x87EnvStored, false, t.c(sel))
	}
}

// xLoadEnv is FLDENV and FRSTOR.
func xLoadEnv(sel uint64) transFn {
	return func(t *trans) {
		sel := t.envSel(sel)
		_, n := envSize(sel)
		t.b.Call(x87Wait, false)
		t.scratchIn(t.storeAt(), n)
		t.b.Call(x87EnvIn, false, t.c(sel))
	}
}

// scratchOut stores the first n bytes of State.Scratch at address at, from the end: a store that runs into
// the next page faults before anything has been stored.
func (t *trans) scratchOut(at ir.Temp, n int) {
	ea := ir.EA{Base: at, Index: ir.NoTemp}
	if rest := n % 8; rest != 0 {
		v := t.lds(offScratch + uintptr(n-rest))
		ea.Disp = int32(n - rest)
		if rest&4 != 0 {
			if rest&2 != 0 {
				e := ea
				e.Disp += 4
				t.b.St(ir.W16, e, t.b.Op2i(ir.Shr, ir.W64, v, 32), 0)
			}
			t.b.St(ir.W32, ea, v, 0)
		} else {
			t.b.St(ir.W16, ea, v, 0)
		}
	}
	for i := n/8 - 1; i >= 0; i-- {
		ea.Disp = int32(8 * i)
		t.b.St(ir.W64, ea, t.lds(offScratch+8*uintptr(i)), 0)
	}
}

// scratchIn loads n bytes at address at into State.Scratch.
func (t *trans) scratchIn(at ir.Temp, n int) {
	ea := ir.EA{Base: at, Index: ir.NoTemp}
	for i := range n / 8 {
		ea.Disp = int32(8 * i)
		t.sts(offScratch+8*uintptr(i), t.b.Ld(ir.W64, ea, 0))
	}
	rest := n % 8
	if rest == 0 {
		return
	}
	ea.Disp = int32(n - rest)
	w := ir.W16
	if rest&4 != 0 {
		w = ir.W32
	}
	v := t.b.Ld(w, ea, 0)
	if rest == 6 {
		ea.Disp += 4
		v = t.b.Op2(ir.Or, ir.W64, v, t.b.Op2i(ir.Shl, ir.W64, t.b.Ld(ir.W16, ea, 0), 32))
	}
	t.sts(offScratch+uintptr(n-rest), v)
}

// wide is the selector of FXSAVE64 and FXRSTOR64.
func (t *trans) wide() ir.Temp { return t.c(uint64(t.in.Rex >> 3 & 1)) }

func xFXSave(t *trans) {
	at := t.storeAt()
	t.b.Call(fxSave, false, t.wide(), at)
	t.scratchOut(at, fxsaveSize)
}

// xFXRestore is FXRSTOR; it may change the mode, so it ends the block.
func xFXRestore(t *trans) {
	at := t.storeAt()
	t.b.Call(fxAlign, false, t.wide(), at)
	t.scratchIn(at, 512)
	t.b.Call(fxRestore, false, t.wide())
	t.b.ExitPtr(t.c(t.next))
	t.end = true
}
