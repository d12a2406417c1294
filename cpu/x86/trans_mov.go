package x86

import "github.com/gotcg/gotcg/tcg/ir"

// tReg returns the temp of general register n.
func tReg(n uint8) ir.Temp { return ir.Temp(n) }

// transMOV translates MOV and MOVNTI. SDM vol. 2 MOV, MOVNTI.
func transMOV(t *trans) {
	a, s := &t.in.Args[0], &t.in.Args[1]
	b := t.b
	switch {
	case a.Kind == ArgMem && s.Kind == ArgReg:
		b.St(width(a.Size), t.ea(), ir.Temp(s.Reg), 0)
	case a.Kind != ArgReg || a.Size < 4:
		t.set(0, t.get(1))
	case s.Kind == ArgMem:
		b.LdTo(ir.Temp(a.Reg), width(a.Size), t.ea(), 0)
	case a.Size == 4 && s.Kind == ArgReg:
		b.Op2To(ir.Temp(a.Reg), ir.Zext, ir.W32, ir.Temp(s.Reg), ir.NoTemp)
	default:
		b.MovTo(ir.Temp(a.Reg), t.get(1))
	}
}

// transMOVZX translates MOVZX. SDM vol. 2 MOVZX.
func transMOVZX(t *trans) { t.set(0, t.getZ(1)) }

// transMOVSX translates MOVSX and MOVSXD. SDM vol. 2 MOVSX/MOVSXD.
func transMOVSX(t *trans) {
	w := t.opW()
	v := t.getS(1, w)
	if a := t.in.Args[1]; w == ir.W32 && a.Size == 4 && a.Kind == ArgReg {
		v = t.b.Zext(ir.W32, v) // MOVSXD without REX.W
	}
	t.set(0, v)
}

// transLEA translates LEA; segment bases play no part. SDM vol. 2 LEA.
func transLEA(t *trans) {
	w := width(t.in.OpSize)
	t.set(0, t.lea(min(max(w, ir.W32), t.addrW())))
}

// transXCHG translates XCHG, atomic with memory. SDM vol. 2 XCHG.
func transXCHG(t *trans) {
	b, w := t.b, t.opW()
	x, y := t.in.Args[0], t.in.Args[1]
	if x.Kind == ArgMem {
		v := t.get(1)
		base, disp := t.addr()
		t.setArgReg(y, b.Atomic(ir.AtXchg, w, base, disp, v, 0))
		return
	}
	if x == y && x.Size != 4 {
		return
	}
	old := t.copyOf(0)
	v := t.get(1)
	if w == ir.W32 {
		v = b.Zext(w, v)
	}
	t.setArgReg(x, v)
	t.setArgReg(y, old)
}

// copyOf returns the value of register operand i in a temp of its own, zero-extended.
func (t *trans) copyOf(i int) ir.Temp {
	a := t.in.Args[i]
	if a.Kind == ArgRegH {
		return t.get(i)
	}
	return t.b.Zext(width(a.Size), ir.Temp(a.Reg))
}

// transCMOVCC translates CMOVcc: the source is read in any case, and a 32-bit destination is
// zero-extended in any case. SDM vol. 2 CMOVcc.
func transCMOVCC(t *trans) {
	v := t.get(1)
	r := t.b.SelF(ir.Cond(t.in.Cond), tFlags, v, ir.Temp(t.in.Args[0].Reg))
	if t.in.OpSize == 4 {
		r = t.b.Zext(ir.W32, r)
	}
	t.set(0, r)
}

// transSETCC translates SETcc. SDM vol. 2 SETcc.
func transSETCC(t *trans) { t.set(0, t.b.SetF(ir.Cond(t.in.Cond), tFlags)) }

// transCBW translates CBW, CWDE and CDQE. SDM vol. 2 CBW/CWDE/CDQE.
func transCBW(t *trans) {
	w := width(t.in.OpSize)
	t.setReg(RAX, t.in.OpSize, t.b.Sext(w-1, w, tReg(RAX)))
}

// transCWD translates CWD, CDQ and CQO. SDM vol. 2 CWD/CDQ/CQO.
func transCWD(t *trans) {
	w := width(t.in.OpSize)
	x := tReg(RAX)
	if w == ir.W16 {
		x = t.b.Sext(ir.W16, ir.W32, x)
	}
	t.setReg(RDX, t.in.OpSize, t.b.Op2i(ir.Sar, max(w, ir.W32), x, uint64(max(w, ir.W32).Bits()-1)))
}

// transXLAT translates XLATB. SDM vol. 2 XLAT.
func transXLAT(t *trans) {
	b := t.b
	al := b.Zext(ir.W8, tReg(RAX))
	ea := ir.EA{Base: tReg(RBX), Index: al}
	if t.in.AddrSize == 4 {
		ea = ir.EA{Base: b.Op2(ir.Add, ir.W32, tReg(RBX), al), Index: ir.NoTemp}
	}
	t.setReg(RAX, 1, b.Ld(ir.W8, t.withSeg(ea, t.in.Mem.Seg), 0))
}

// withSeg adds a segment base to an address with Scale zero.
func (t *trans) withSeg(ea ir.EA, seg uint8) ir.EA {
	base := ir.NoTemp
	switch seg {
	case FS:
		base = tFSBase
	case GS:
		base = tGSBase
	default:
		return ea
	}
	if ea.Index == ir.NoTemp {
		ea.Index = base
	} else {
		ea.Base = t.b.Op2(ir.Add, ir.W64, base, ea.Base)
	}
	return ea
}

// transLAHF translates LAHF: the flags word's second byte is just what AH gets. SDM vol. 2 LAHF.
func transLAHF(t *trans) {
	t.setArgReg(Arg{Kind: ArgRegH, Reg: RAX, Size: 1}, t.b.Extract(ir.W64, tFlags, 8, 8, false))
}

// transSAHF translates SAHF. SDM vol. 2 SAHF.
func transSAHF(t *trans) {
	t.mergeFlags(ir.FlagMask&^ir.FlagO, tReg(RAX))
}

// transCLC translates CLC. SDM vol. 2 CLC.
func transCLC(t *trans) { t.b.Set(tFlags, t.b.Op2i(ir.AndN, ir.W64, tFlags, ir.FlagC)) }

// transSTC translates STC. SDM vol. 2 STC.
func transSTC(t *trans) { t.b.Set(tFlags, t.b.Op2i(ir.Or, ir.W64, tFlags, ir.FlagC)) }

// transCMC translates CMC. SDM vol. 2 CMC.
func transCMC(t *trans) { t.b.Set(tFlags, t.b.Op2i(ir.Xor, ir.W64, tFlags, ir.FlagC)) }

// transCLD translates CLD. SDM vol. 2 CLD.
func transCLD(t *trans) { t.b.Set(tSys, t.b.Op2i(ir.AndN, ir.W64, tSys, EFlagDF)) }

// transSTD translates STD. SDM vol. 2 STD.
func transSTD(t *trans) { t.b.Set(tSys, t.b.Op2i(ir.Or, ir.W64, tSys, EFlagDF)) }
