package x86

import "github.com/gotcg/gotcg/tcg/ir"

// strBody is one iteration of a string instruction of size-byte elements: it does its accesses and
// then its register updates.
type strBody func(t *trans, size uint8)

// transMOVS translates MOVS. SDM vol. 2 MOVS.
func transMOVS(t *trans) {
	t.stringOp(t.in.Args[0].Size, movsBody, &helperMOVS)
}

func movsBody(t *trans, size uint8) {
	v := t.b.Ld(width(size), t.strSrc(), 0)
	t.b.St(width(size), t.strDst(), v, 0)
	t.strStep(size, true, true)
}

// transSTOS translates STOS. SDM vol. 2 STOS.
func transSTOS(t *trans) {
	t.stringOp(t.in.Args[0].Size, stosBody, &helperSTOS)
}

func stosBody(t *trans, size uint8) {
	t.b.St(width(size), t.strDst(), tReg(RAX), 0)
	t.strStep(size, false, true)
}

// transLODS translates LODS. SDM vol. 2 LODS.
func transLODS(t *trans) {
	t.stringOp(t.in.Args[1].Size, lodsBody, &helperLODS)
}

func lodsBody(t *trans, size uint8) {
	v := t.b.Ld(width(size), t.strSrc(), 0)
	t.setReg(RAX, size, v)
	t.strStep(size, true, false)
}

// transCMPS translates CMPS. SDM vol. 2 CMPS.
func transCMPS(t *trans) {
	t.stringOp(t.in.Args[0].Size, cmpsBody, &helperCMPS)
}

func cmpsBody(t *trans, size uint8) {
	x := t.b.Ld(width(size), t.strSrc(), 0)
	y := t.b.Ld(width(size), t.strDst(), 0)
	t.compare(size, x, y)
	t.strStep(size, true, true)
}

// transSCAS translates SCAS. SDM vol. 2 SCAS.
func transSCAS(t *trans) {
	t.stringOp(t.in.Args[1].Size, scasBody, &helperSCAS)
}

func scasBody(t *trans, size uint8) {
	y := t.b.Ld(width(size), t.strDst(), 0)
	x := tReg(RAX)
	if t.late && size < 8 {
		x = t.b.Zext(width(size), x)
	}
	t.compare(size, x, y)
	t.strStep(size, false, true)
}

// compare sets the flags by comparing two elements, or notes them: a fault of a later iteration shows the flags from before the
// instruction (SDM vol. 2 REP).
func (t *trans) compare(size uint8, x, y ir.Temp) {
	if t.late {
		t.cmp = [2]ir.Temp{x, y}
		return
	}
	t.flagsOf(ir.SubF, width(size), x, y)
}

// strSrc returns the address of the source element.
func (t *trans) strSrc() ir.EA { return t.withSeg(t.strReg(RSI), t.in.Mem.Seg) }

// strDst returns the address of the destination element; ES has no base.
func (t *trans) strDst() ir.EA { return t.strReg(RDI) }

func (t *trans) strReg(n uint8) ir.EA {
	ea := ir.EA{Base: tReg(n), Index: ir.NoTemp}
	if t.in.AddrSize == 4 {
		ea.Base = t.b.Zext(ir.W32, ea.Base)
	}
	return ea
}

// strStep moves RSI and RDI by one element in the direction DF says.
func (t *trans) strStep(size uint8, src, dst bool) {
	b, w := t.b, t.addrW()
	// size - 2*size*DF
	df := b.Extract(ir.W64, tSys, 10, 1, false)
	step := b.Op2(ir.Sub, w, t.c(uint64(size)), b.Op2i(ir.Shl, ir.W32, df, uint64(width(size))+1))
	if src {
		b.Set(tReg(RSI), b.Op2(ir.Add, w, tReg(RSI), step))
	}
	if dst {
		b.Set(tReg(RDI), b.Op2(ir.Add, w, tReg(RDI), step))
	}
}

// stringOp translates a string instruction with its REP prefix. Repeated ones go to a helper that does
// all iterations, unless instrumentation wants to see each access: then they are a loop in the block
// whose registers are right after every iteration, and which leaves after strBudget of them.
func (t *trans) stringOp(size uint8, body strBody, h *ir.Helper) {
	b, w := t.b, t.addrW()
	if t.in.Rep == RepNone {
		body(t, size)
		return
	}
	if b.OneIteration {
		t.oneIteration(size, body)
		return
	}
	if short := t.shortStrings(); short > 0 {
		t.shortString(size, short, h)
		return
	}
	if b.Hook == nil {
		t.stringCall(size, h)
		return
	}
	again, last, done := b.NewLabel(), b.NewLabel(), b.NewLabel()
	left := b.New(ir.I64)
	b.MovTo(left, t.c(strBudget))
	b.BrC(w, ir.EQ, tReg(RCX), t.c(0), done)
	b.SetLabel(again)
	t.late = t.in.Op == CMPS || t.in.Op == SCAS
	body(t, size)
	b.Set(tReg(RCX), b.Op2i(ir.Sub, w, tReg(RCX), 1))
	if t.late {
		stop := ir.NE
		if t.in.Rep == RepNE {
			stop = ir.EQ
		}
		b.BrC(ir.W64, stop, t.cmp[0], t.cmp[1], last)
	}
	b.BrC(w, ir.EQ, tReg(RCX), t.c(0), last)
	none := ir.NoTemp
	b.Emit(ir.Op{Code: ir.Sub, W: ir.W64, A: [6]ir.Temp{left, left, t.c(1), none, none, none}})
	b.BrC(ir.W64, ir.NE, left, t.c(0), again)
	t.compared(size)
	b.ExitC(w, ir.NE, tReg(RCX), t.c(0), t.pc, true)
	b.SetLabel(last)
	t.compared(size)
	b.SetLabel(done)
}

// compared sets the flags of the elements that were noted.
func (t *trans) compared(size uint8) {
	if t.late {
		t.flagsOf(ir.SubF, width(size), t.cmp[0], t.cmp[1])
	}
}

// oneIteration does one iteration, and goes back to the instruction unless it was the last.
func (t *trans) oneIteration(size uint8, body strBody) {
	b, w := t.b, t.addrW()
	done := b.NewLabel()
	b.BrC(w, ir.EQ, tReg(RCX), t.c(0), done)
	body(t, size)
	b.Set(tReg(RCX), b.Op2i(ir.Sub, w, tReg(RCX), 1))
	t.stopAtElement(done)
	b.ExitC(w, ir.NE, tReg(RCX), t.c(0), t.pc, true)
	b.SetLabel(done)
}

// stopAtElement ends the repetition of CMPS and SCAS by what they compared.
func (t *trans) stopAtElement(done ir.Label) {
	if t.in.Op != CMPS && t.in.Op != SCAS {
		return
	}
	stop := ir.CondNZ
	if t.in.Rep == RepNE {
		stop = ir.CondZ
	}
	t.b.BrF(stop, tFlags, done)
}

// stringCall runs helper h; when it has more to do the instruction begins again.
func (t *trans) stringCall(size uint8, h *ir.Helper) {
	t.b.Accesses |= ir.Loads | ir.Stores
	more := t.b.Call(h, true, t.c(strArgs(t, size)), t.strSegTemp())
	t.b.ExitC(ir.W64, ir.NE, more, t.c(0), t.pc, true)
}

// shortStrings is how many iterations a loop in the block is faster for than a helper.
func (t *trans) shortStrings() uint64 {
	switch {
	case t.b.Hook != nil || t.in.AddrSize != 8:
		return 0
	case t.in.Op == MOVS && t.b.HostRep && t.in.Mem.Seg != FS && t.in.Mem.Seg != GS:
		return 16 // the host's takes 20 ns to begin
	case t.in.Op == MOVS || t.in.Op == STOS && !t.b.HostRep:
		return 24
	}
	return 0
}

// shortString is REP MOVS and REP STOS: a loop when it goes upwards and is short, as compilers' and
// libraries' copies of structures are, else the helper.
func (t *trans) shortString(size uint8, short uint64, h *ir.Helper) {
	b := t.b
	again, few, long, done := b.NewLabel(), b.NewLabel(), b.NewLabel(), b.NewLabel()
	b.BrC(ir.W64, ir.EQ, tReg(RCX), t.c(0), done)
	b.BrC(ir.W64, ir.LEU, tReg(RCX), t.c(short), few)
	b.SetLabel(long)
	t.stringCall(size, h)
	b.Br(done)
	b.SetLabel(few)
	b.BrC(ir.W64, ir.TSTNE, tSys, t.c(EFlagDF), long)
	b.SetLabel(again)
	v := tReg(RAX)
	if t.in.Op == MOVS {
		v = b.Ld(width(size), t.strSrc(), 0)
	}
	b.St(width(size), t.strDst(), v, 0)
	if t.in.Op == MOVS {
		b.Set(tReg(RSI), b.Op2i(ir.Add, ir.W64, tReg(RSI), uint64(size)))
	}
	b.Set(tReg(RDI), b.Op2i(ir.Add, ir.W64, tReg(RDI), uint64(size)))
	b.Set(tReg(RCX), b.Op2i(ir.Sub, ir.W64, tReg(RCX), 1))
	b.BrC(ir.W64, ir.NE, tReg(RCX), t.c(0), again)
	b.SetLabel(done)
}

// strSegTemp returns the base of the source segment.
func (t *trans) strSegTemp() ir.Temp {
	if s := t.segBase(); s != ir.NoTemp {
		return s
	}
	return t.c(0)
}

// strArgs packs what a string helper must know: element size, address size, and whether the repetition
// ends at equal elements.
func strArgs(t *trans, size uint8) uint64 {
	v := uint64(size) | uint64(t.in.AddrSize)<<8
	if t.in.Rep == RepNE {
		v |= 1 << 16
	}
	return v
}
