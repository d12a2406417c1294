package x86

import "github.com/gotcg/gotcg/tcg/ir"

// transSys has the system instructions of user mode, hints, fences and exceptions.
var transSys = [...]transFn{
	NOP: transNOP, PAUSE: transNOP, ENDBR64: transNOP, ENDBR32: transNOP, RDSSP: transNOP,
	PREFETCHW: transNOP, PREFETCHNTA: transNOP, PREFETCHT0: transNOP, PREFETCHT1: transNOP, PREFETCHT2: transNOP,
	LFENCE: transLFENCE, SFENCE: transSFENCE, MFENCE: transMFENCE, CLFLUSH: transCLFLUSH,

	SYSCALL: transSYSCALL, INT3: transINT3, INT1: transINT3, INT: transINT,
	UD0: transUD, UD1: transUD, UD2: transUD,

	CPUID: transCPUID, RDTSC: transRDTSC, RDTSCP: transRDTSCP,
	RDFSBASE: func(t *trans) { t.readBase(tFSBase) },
	RDGSBASE: func(t *trans) { t.readBase(tGSBase) },
	WRFSBASE: func(t *trans) { t.writeBase(tFSBase) },
	WRGSBASE: func(t *trans) { t.writeBase(tGSBase) },
	MOVSEG:   transMOVSEG,
	LAR:      func(t *trans) { t.selectorQuery(&helperLAR) },
	LSL:      func(t *trans) { t.selectorQuery(&helperLSL) },
	VERR:     func(t *trans) { t.verify(&helperVERR) },
	VERW:     func(t *trans) { t.verify(&helperVERW) },
}

// transPrivileged translates the instructions that raise #GP in user mode.
func transPrivileged(t *trans) { t.raise(ir.ExcProtection) }

// transNOP translates instructions without effect here: NOP, hints, prefetches.
func transNOP(*trans) {}

// transMFENCE translates MFENCE. SDM vol. 2 MFENCE.
func transMFENCE(t *trans) {
	t.b.Fence(ir.FenceAll)
}

// transLFENCE translates LFENCE. SDM vol. 2 LFENCE.
func transLFENCE(t *trans) { t.b.Fence(ir.FenceLdLd | ir.FenceLdSt) }

// transSFENCE translates SFENCE. Non-temporal stores are ordinary ones here, in order anyway. SDM vol. 2 SFENCE.
func transSFENCE(t *trans) { t.b.Fence(ir.FenceStSt) }

// transCLFLUSH translates CLFLUSH, which may fault like a load of a byte. SDM vol. 2 CLFLUSH.
func transCLFLUSH(t *trans) { t.b.Ld(ir.W8, t.ea(), 0) }

// transSYSCALL translates SYSCALL: RCX is the return address, R11 the flags. SDM vol. 2 SYSCALL.
func transSYSCALL(t *trans) {
	t.b.Set(tReg(R11), t.eflags())
	t.b.MovTo(tReg(RCX), t.c(t.next))
	t.raiseAt(ir.ExcSyscall, t.next, ir.NoTemp)
}

// transINT3 translates INT3 and INT1; the PC is behind it. SDM vol. 2 INT n.
func transINT3(t *trans) { t.raiseAt(ir.ExcBreak, t.next, ir.NoTemp) }

// transINT translates INT n: 3 is a breakpoint, 80h is for the personality to judge; for the others
// user mode has no gate, which is #GP. SDM vol. 2 INT n.
func transINT(t *trans) {
	switch t.in.Imm {
	case 3:
		transINT3(t)
	case 0x80:
		t.raiseAt(ir.ExcInt, t.next, t.c(0x80))
	default:
		t.raise(ir.ExcProtection)
	}
}

// transUD translates UD0, UD1 and UD2. SDM vol. 2 UD.
func transUD(t *trans) { t.raise(ir.ExcIllegal) }

// transCPUID translates CPUID. It serializes, so it ends the block: instructions changed before it are seen after it. SDM
// vol. 2 CPUID, vol. 3 9.3.
func transCPUID(t *trans) {
	t.b.Call(&helperCPUID, false)
	t.jump(t.next)
}

// transRDTSC translates RDTSC. SDM vol. 2 RDTSC.
func transRDTSC(t *trans) {
	b := t.b
	v := b.Call(&helperRDTSC, true)
	b.Set(tReg(RAX), b.Zext(ir.W32, v))
	b.Set(tReg(RDX), b.Op2i(ir.Shr, ir.W64, v, 32))
}

// transRDTSCP translates RDTSCP; ECX gets the processor's number. SDM vol. 2 RDTSCP.
func transRDTSCP(t *trans) {
	transRDTSC(t)
	t.b.Set(tReg(RCX), t.b.Zext(ir.W32, tTSCAux))
}

// readBase translates RDFSBASE and RDGSBASE. SDM vol. 2 RDFSBASE/RDGSBASE.
func (t *trans) readBase(base ir.Temp) {
	if t.in.Args[0].Size == 4 {
		t.set(0, t.b.Zext(ir.W32, base))
		return
	}
	t.set(0, base)
}

// writeBase translates WRFSBASE and WRGSBASE; a non-canonical base is #GP. SDM vol. 2 WRFSBASE/WRGSBASE.
func (t *trans) writeBase(base ir.Temp) {
	if t.in.Args[0].Size == 4 {
		t.b.Set(base, t.b.Zext(ir.W32, t.get(0)))
		return
	}
	v := t.get(0)
	t.b.Call(&helperCanonical, false, v)
	t.b.MovTo(base, v)
}

// transMOVSEG translates MOV to and from segment registers. SDM vol. 2 MOV.
func transMOVSEG(t *trans) {
	if a := t.in.Args[0]; a.Kind == ArgSeg {
		t.setSeg(a.Reg, t.get(1))
		return
	}
	t.set(0, tSeg0+ir.Temp(t.in.Args[1].Reg))
}

// setSeg loads segment register n with selector v.
func (t *trans) setSeg(n uint8, v ir.Temp) { t.b.Call(&helperSetSeg, false, t.c(uint64(n)), v) }

// selectorQuery translates LAR and LSL: ZF says whether the destination is written.
// SDM vol. 2 LAR, LSL.
func (t *trans) selectorQuery(h *ir.Helper) {
	b, a := t.b, t.in.Args[0]
	v := b.CallPure(h, ir.I64, t.getZ(1))
	ok := b.SetC(ir.W64, ir.NE, v, t.c(0))
	t.mergeFlags(ir.FlagZ, b.Op2i(ir.Shl, ir.W32, ok, 14))
	old := ir.Temp(a.Reg)
	if a.Size == 2 {
		v = b.Deposit(ir.W64, old, v, 0, 16)
	}
	b.Set(old, b.SelC(ir.W64, ir.NE, ok, t.c(0), v, old))
}

// verify translates VERR and VERW. SDM vol. 2 VERR/VERW.
func (t *trans) verify(h *ir.Helper) {
	v := t.b.CallPure(h, ir.I64, t.getZ(0))
	t.mergeFlags(ir.FlagZ, t.b.Op2i(ir.Shl, ir.W32, v, 14))
}
