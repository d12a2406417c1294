package difftest

import (
	"github.com/gotcg/gotcg/cpu/x86"
)

const (
	cf   = x86.EFlagCF
	pf   = x86.EFlagPF
	af   = x86.EFlagAF
	zf   = x86.EFlagZF
	sf   = x86.EFlagSF
	of   = x86.EFlagOF
	all  = x86.ArithMask
	none = 0
)

// flagUse says which arithmetic flags an instruction reads, defines, and leaves undefined. Those it
// only may define (a shift by CL) are in none of the last two unless listed.
type flagUse struct{ reads, defines, undefined uint64 }

// condReads are the flags of the conditions, by pairs.
var condReads = [8]uint64{of, cf, zf, cf | zf, sf, pf, sf | of, zf | sf | of}

// flagTab is the table of flags per mnemonic; what is absent neither reads nor writes flags.
// SDM vol. 1 appendix A.
var flagTab = map[x86.Op]flagUse{
	x86.ADD: {defines: all}, x86.SUB: {defines: all}, x86.CMP: {defines: all}, x86.NEG: {defines: all},
	x86.ADC: {reads: cf, defines: all}, x86.SBB: {reads: cf, defines: all},
	x86.INC: {defines: all &^ cf}, x86.DEC: {defines: all &^ cf},
	x86.AND: {defines: all &^ af, undefined: af}, x86.OR: {defines: all &^ af, undefined: af},
	x86.XOR: {defines: all &^ af, undefined: af}, x86.TEST: {defines: all &^ af, undefined: af},
	x86.XADD: {defines: all}, x86.CMPXCHG: {defines: all}, x86.CMPXCHG8B: {defines: zf},
	x86.CMPS: {}, x86.SCAS: {}, // a count of zero keeps the old ones
	x86.MUL: {defines: cf | of, undefined: sf | zf | af | pf}, x86.IMUL: {defines: cf | of, undefined: sf | zf | af | pf},
	x86.DIV: {undefined: all}, x86.IDIV: {undefined: all},
	x86.SHL: {undefined: of | af}, x86.SHR: {undefined: of | af}, x86.SAR: {undefined: of | af},
	x86.ROL: {undefined: of}, x86.ROR: {undefined: of},
	x86.RCL: {reads: cf, undefined: of}, x86.RCR: {reads: cf, undefined: of},
	x86.SHLD: {undefined: of | af}, x86.SHRD: {undefined: of | af},
	x86.BT: {defines: cf, undefined: of | sf | af | pf}, x86.BTS: {defines: cf, undefined: of | sf | af | pf},
	x86.BTR: {defines: cf, undefined: of | sf | af | pf}, x86.BTC: {defines: cf, undefined: of | sf | af | pf},
	x86.BSF: {defines: zf, undefined: all &^ zf}, x86.BSR: {defines: zf, undefined: all &^ zf},
	x86.LZCNT: {defines: cf | zf, undefined: of | sf | pf | af}, x86.POPCNT: {defines: all},
	x86.LAHF: {reads: all &^ of}, x86.SAHF: {defines: all &^ of},
	x86.CLC: {defines: cf}, x86.STC: {defines: cf}, x86.CMC: {reads: cf},
	x86.PUSHF: {reads: all}, x86.POPF: {defines: all},
	x86.LOOPE: {reads: zf}, x86.LOOPNE: {reads: zf},
	x86.UCOMISS: {defines: all}, x86.UCOMISD: {defines: all}, x86.COMISS: {defines: all}, x86.COMISD: {defines: all},
	x86.FCOMI: {defines: all &^ (af | of | sf)}, x86.FUCOMI: {defines: all &^ (af | of | sf)},
	x86.FCOMIP: {defines: all &^ (af | of | sf)}, x86.FUCOMIP: {defines: all &^ (af | of | sf)},
	x86.FCMOVB: {reads: cf}, x86.FCMOVE: {reads: zf}, x86.FCMOVBE: {reads: cf | zf}, x86.FCMOVU: {reads: pf},
	x86.FCMOVNB: {reads: cf}, x86.FCMOVNE: {reads: zf}, x86.FCMOVNBE: {reads: cf | zf}, x86.FCMOVNU: {reads: pf},
	x86.PTEST: {defines: all}, x86.PCMPISTRI: {defines: all}, x86.PCMPISTRM: {defines: all},
	x86.PCMPESTRI: {defines: all}, x86.PCMPESTRM: {defines: all},
	x86.ADCX: {reads: cf, defines: cf}, x86.ADOX: {reads: of, defines: of},
}

// use returns the flags that in reads, defines and leaves undefined.
func use(in *x86.Inst) flagUse {
	u := flagTab[in.Op]
	switch in.Op {
	case x86.JCC, x86.SETCC, x86.CMOVCC:
		u.reads = condReads[in.Cond>>1]
	case x86.SHL, x86.SHR, x86.SAR, x86.SHLD, x86.SHRD, x86.ROL, x86.ROR, x86.RCL, x86.RCR:
		u = shiftUse(in, u)
	}
	return u
}

// shiftUse refines the flags of a shift whose count is known: by 0 none, by 1 OF is defined, CF
// of SHL and SHR is undefined from the operand's width on.
func shiftUse(in *x86.Inst, u flagUse) flagUse {
	w := uint64(in.Args[0].Size) * 8
	last := in.Args[in.NArgs()-1]
	narrow := in.Op == x86.SHL || in.Op == x86.SHR || in.Op == x86.SHLD || in.Op == x86.SHRD
	if last.Kind != x86.ArgImm {
		if narrow && w < 32 {
			u.undefined |= cf
		}
		return u
	}
	n := uint64(in.Imm) & 31
	if w == 64 {
		n = uint64(in.Imm) & 63
	}
	rotate := u.undefined&af == 0
	switch {
	case n == 0:
		return flagUse{}
	case n == 1:
		u.undefined &^= of
		u.defines |= of
	}
	if rotate {
		u.defines |= cf
		return u
	}
	u.defines |= cf | pf | zf | sf
	if narrow && n >= w {
		u.undefined |= cf
		u.defines &^= cf
	}
	return u
}

// excluded are translated instructions that are not run on the host, with the reason.
var excluded = map[x86.Op]string{
	x86.CPUID: "the guest's answers are its own", x86.RDTSC: "time", x86.RDTSCP: "time",
	x86.SYSCALL: "leaves the sequence", x86.INT: "leaves the sequence", x86.INT1: "leaves the sequence", x86.INT3: "leaves the sequence",
	x86.CALL: "a code pointer in memory, used as an address, finds other code: directed rows",
	x86.RET:  "needs a return address on the stack: directed rows", x86.POPF: "could set TF or AC: directed rows",
	x86.WRFSBASE: "FS is Go's", x86.RDFSBASE: "FS is Go's", x86.WRGSBASE: "GS is the JIT's", x86.RDGSBASE: "GS is the JIT's",
	x86.LAR: "descriptors are the host's", x86.LSL: "descriptors are the host's", x86.VERR: "descriptors are the host's", x86.VERW: "descriptors are the host's",
	x86.TZCNT: "the host has BMI1, the guest has not: F3 0F BC is BSF there",
	x86.RCPPS: "approximations differ between vendors", x86.RCPSS: "approximations differ between vendors",
	x86.RSQRTPS: "approximations differ between vendors", x86.RSQRTSS: "approximations differ between vendors",
	x86.LDMXCSR: "random memory sets reserved bits or unmasks exceptions", x86.FLDENV: "random memory unmasks exceptions",
	x86.FRSTOR: "random memory unmasks exceptions", x86.FXRSTOR: "random memory sets reserved bits", x86.FLDCW: "random memory unmasks exceptions",
	x86.FXSAVE: "instruction pointers are the vendor's business", x86.FNSAVE: "instruction pointers", x86.FNSTENV: "instruction pointers",
	x86.FSIN: "last bits are the vendor's", x86.FCOS: "last bits are the vendor's", x86.FSINCOS: "last bits are the vendor's",
	x86.FPTAN: "last bits are the vendor's", x86.FPATAN: "last bits are the vendor's", x86.F2XM1: "last bits are the vendor's",
	x86.FYL2X: "last bits are the vendor's", x86.FYL2XP1: "last bits are the vendor's",
	x86.LFS: "FS is Go's; AMD has no 10-byte far pointers", x86.LGS: "GS is the JIT's", x86.LSS: "far: directed rows",
	x86.RETF: "far: directed rows", x86.IRET: "far: directed rows", x86.JMPF: "far: directed rows", x86.CALLF: "far: directed rows",
	x86.UD0: "always #UD", x86.UD1: "always #UD", x86.UD2: "always #UD",
}

// usable reports whether a decoded instruction may be part of a sequence.
func usable(in *x86.Inst) bool {
	if excluded[in.Op] != "" || !x86.Translated(in.Op) {
		return false
	}
	a := in.Args[0]
	if in.Pfx66 && a.Kind == x86.ArgRel {
		return false // AMD processors cut the target to 16 bits, Intel's and we do not
	}
	switch in.Op {
	case x86.MOVSEG, x86.POP:
		return a.Kind != x86.ArgSeg // the host's FS is Go's
	case x86.BSWAP:
		return in.OpSize != 2 // undefined
	case x86.SHLD, x86.SHRD: // by more than 16 bits: undefined
		return in.OpSize != 2 || in.Args[2].Kind == x86.ArgImm && in.Imm&31 <= 16
	case x86.JMP:
		return a.Kind == x86.ArgRel // indirect: directed rows
	}
	return true
}
