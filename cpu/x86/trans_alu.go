package x86

import "github.com/gotcg/gotcg/tcg/ir"

// transInt has the integer instructions without system interest.
var transInt = [...]transFn{
	ADD: func(t *trans) { t.alu(ir.AddF, ir.AtAdd) },
	ADC: func(t *trans) { t.carryALU(ir.AdcF) },
	SUB: transSUB,
	SBB: func(t *trans) { t.carryALU(ir.SbbF) },
	AND: func(t *trans) { t.alu(ir.AndF, ir.AtAnd) },
	OR:  func(t *trans) { t.alu(ir.OrF, ir.AtOr) },
	XOR: transXOR,
	CMP: transCMP, TEST: transTEST,
	INC: func(t *trans) { t.incDec(ir.IncF, 1) },
	DEC: func(t *trans) { t.incDec(ir.DecF, ^uint64(0)) },
	NEG: transNEG, NOT: transNOT,
	MUL: transMUL, IMUL: transIMUL,
	DIV:  func(t *trans) { t.divide(ir.Div2U) },
	IDIV: func(t *trans) { t.divide(ir.Div2S) },

	SHL:  func(t *trans) { t.shift(ir.ShlF, false) },
	SHR:  func(t *trans) { t.shift(ir.ShrF, false) },
	SAR:  func(t *trans) { t.shift(ir.SarF, false) },
	ROL:  func(t *trans) { t.shift(ir.RolF, true) },
	ROR:  func(t *trans) { t.shift(ir.RorF, true) },
	RCL:  func(t *trans) { t.shift(ir.RclF, true) },
	RCR:  func(t *trans) { t.shift(ir.RcrF, true) },
	SHLD: func(t *trans) { t.doubleShift(ir.ShldF) },
	SHRD: func(t *trans) { t.doubleShift(ir.ShrdF) },

	BT: transBT, BTS: transBTS, BTR: transBTR, BTC: transBTC,
	BSF: transBSF, TZCNT: transBSF, // without BMI1, F3 0F BC is BSF: SDM vol. 2 TZCNT
	BSR: transBSR, LZCNT: transLZCNT, POPCNT: transPOPCNT,
	BSWAP: transBSWAP, MOVBE: transMOVBE,

	MOV: transMOV, MOVZX: transMOVZX, MOVSX: transMOVSX, MOVSXD: transMOVSX, MOVNTI: transMOV,
	LEA: transLEA, XCHG: transXCHG, CMOVCC: transCMOVCC, SETCC: transSETCC,
	CBW: transCBW, CWD: transCWD, XLAT: transXLAT, LAHF: transLAHF, SAHF: transSAHF,
	CLC: transCLC, STC: transSTC, CMC: transCMC, CLD: transCLD, STD: transSTD,
	CMPXCHG: transCMPXCHG, CMPXCHG8B: transCMPXCHG8B, XADD: transXADD,

	PUSH: transPUSH, POP: transPOP, PUSHF: transPUSHF, POPF: transPOPF,
	ENTER: transENTER, LEAVE: transLEAVE,

	JCC: transJCC, JMP: transJMP, CALL: transCALL, RET: transRET,
	LOOP: transLOOP, LOOPE: transLOOP, LOOPNE: transLOOP, JCXZ: transJCXZ,

	MOVS: transMOVS, STOS: transSTOS, LODS: transLODS, CMPS: transCMPS, SCAS: transSCAS,
}

// alu translates a two-operand op with flags; LOCK uses atomic op at. SDM vol. 2 ADD, AND, OR.
func (t *trans) alu(c, at ir.Opcode) {
	src := t.get(1)
	if t.in.Lock {
		t.lockedALU(c, at, src, src)
		return
	}
	t.opFlags(c, t.get(0), src)
}

// lockedALU does atomic op at with operand arg, then flag op c on the old value and src.
func (t *trans) lockedALU(c, at ir.Opcode, src, arg ir.Temp) {
	base, disp := t.addr()
	w := t.opW()
	old := t.b.Atomic(at, w, base, disp, arg, 0)
	t.flagsOf(c, w, old, src)
}

// transSUB translates SUB; a register less itself is the zero idiom. SDM vol. 2 SUB.
func transSUB(t *trans) {
	if t.zeroIdiom() {
		return
	}
	src := t.get(1)
	if t.in.Lock {
		t.lockedALU(ir.SubF, ir.AtAdd, src, t.b.Op1(ir.Neg, t.opW(), src))
		return
	}
	t.opFlags(ir.SubF, t.get(0), src)
}

// transXOR translates XOR; a register with itself is the zero idiom. SDM vol. 2 XOR.
func transXOR(t *trans) {
	if !t.zeroIdiom() {
		t.alu(ir.XorF, ir.AtXor)
	}
}

// zeroIdiom translates XOR r, r and SUB r, r of 4 or 8 bytes: zero, and flags ZF PF.
func (t *trans) zeroIdiom() bool {
	a, s := t.in.Args[0], t.in.Args[1]
	if a != s || a.Kind != ArgReg || a.Size < 4 {
		return false
	}
	t.b.MovTo(ir.Temp(a.Reg), t.c(0))
	t.b.MovTo(tFlags, t.c(ir.FlagOne|ir.FlagZ|ir.FlagP))
	return true
}

// carryALU translates ADC and SBB. SDM vol. 2 ADC, SBB.
func (t *trans) carryALU(c ir.Opcode) {
	src := t.get(1)
	if t.in.Lock {
		fl := t.casLoop(func(old ir.Temp) (ir.Temp, ir.Temp) {
			return t.b.OpF(c, t.opW(), 0, old, src, tFlags)
		})
		t.b.Set(tFlags, fl)
		return
	}
	t.opFlags(c, t.get(0), src, tFlags)
}

// casLoop does a locked read-modify-write that no atomic op covers: f gives the new value and a second
// result, which is returned, from the old value.
func (t *trans) casLoop(f func(old ir.Temp) (val, extra ir.Temp)) ir.Temp {
	b, w := t.b, t.opW()
	base, disp := t.addr()
	again := b.NewLabel()
	b.SetLabel(again)
	old := b.Ld(w, ir.EA{Base: base, Index: ir.NoTemp, Disp: disp}, 0)
	val, extra := f(old)
	got := b.Cas(w, base, disp, old, val, 0)
	b.BrC(w, ir.NE, got, old, again)
	return extra
}

// transCMP translates CMP. SDM vol. 2 CMP.
func transCMP(t *trans) {
	x := t.get(0)
	t.flagsOf(ir.SubF, t.opW(), x, t.get(1))
}

// transTEST translates TEST. SDM vol. 2 TEST.
func transTEST(t *trans) {
	x := t.get(0)
	t.flagsOf(ir.AndF, t.opW(), x, t.get(1))
}

// incDec translates INC and DEC, which keep CF. SDM vol. 2 INC, DEC.
func (t *trans) incDec(c ir.Opcode, delta uint64) {
	if t.in.Lock {
		base, disp := t.addr()
		w := t.opW()
		old := t.b.Atomic(ir.AtAdd, w, base, disp, t.c(delta&w.Mask()), 0)
		t.flagsOf(c, w, old, tFlags)
		return
	}
	t.opFlags(c, t.get(0), tFlags)
}

// transNEG translates NEG: 0 - x. SDM vol. 2 NEG.
func transNEG(t *trans) {
	if t.in.Lock {
		fl := t.casLoop(func(old ir.Temp) (ir.Temp, ir.Temp) {
			return t.b.OpF(ir.SubF, t.opW(), 0, t.c(0), old)
		})
		t.b.Set(tFlags, fl)
		return
	}
	t.opFlags(ir.SubF, t.c(0), t.get(0))
}

// transNOT translates NOT, which leaves the flags. SDM vol. 2 NOT.
func transNOT(t *trans) {
	w := t.opW()
	if t.in.Lock {
		base, disp := t.addr()
		t.b.Atomic(ir.AtXor, w, base, disp, t.c(w.Mask()), 0)
		return
	}
	t.set(0, t.b.Op1(ir.Not, w, t.get(0)))
}
