package x86

import "sync"

// feature is a CPUID feature bit beyond the x86-64 baseline, and the mnemonics it stands for. It is
// claimed exactly when all of them are translated.
type feature struct {
	name string
	leaf uint32 // CPUID leaf, subleaf 0
	reg  uint8  // RAX RBX RCX RDX
	bit  uint8
	ops  []Op
}

// features lists the optional features there is a decision about. SDM vol. 2 CPUID, AMD APM vol. 3 E.
var features = []feature{
	{"sse3", 1, RCX, 0, []Op{ADDSUBPD, ADDSUBPS, HADDPD, HADDPS, HSUBPD, HSUBPS, LDDQU, MOVDDUP, MOVSHDUP, MOVSLDUP, FISTTP}},
	{"pclmulqdq", 1, RCX, 1, []Op{PCLMULQDQ}},
	{"ssse3", 1, RCX, 9, []Op{PSHUFB, PHADDW, PHADDD, PHADDSW, PMADDUBSW, PHSUBW, PHSUBD, PHSUBSW, PSIGNB, PSIGNW, PSIGND, PMULHRSW,
		PABSB, PABSW, PABSD, PALIGNR}},
	{"cx16", 1, RCX, 13, []Op{CMPXCHG8B}},
	{"sse4_1", 1, RCX, 19, []Op{PBLENDVB, BLENDVPS, BLENDVPD, PTEST, PMOVSXBW, PMOVSXBD, PMOVSXBQ, PMOVSXWD, PMOVSXWQ, PMOVSXDQ,
		PMOVZXBW, PMOVZXBD, PMOVZXBQ, PMOVZXWD, PMOVZXWQ, PMOVZXDQ, PMULDQ, PCMPEQQ, MOVNTDQA, PACKUSDW, PMINSB, PMINSD, PMINUW,
		PMINUD, PMAXSB, PMAXSD, PMAXUW, PMAXUD, PMULLD, PHMINPOSUW, ROUNDPS, ROUNDPD, ROUNDSS, ROUNDSD, BLENDPS, BLENDPD, PBLENDW,
		PEXTRB, PEXTRD, EXTRACTPS, PINSRB, INSERTPS, PINSRD, DPPS, DPPD, MPSADBW}},
	{"sse4_2", 1, RCX, 20, []Op{CRC32, PCMPESTRM, PCMPESTRI, PCMPISTRM, PCMPISTRI, PCMPGTQ}},
	{"movbe", 1, RCX, 22, []Op{MOVBE}},
	{"popcnt", 1, RCX, 23, []Op{POPCNT}},
	{"aes", 1, RCX, 25, []Op{AESIMC, AESENC, AESENCLAST, AESDEC, AESDECLAST, AESKEYGENASSIST}},
	{"xsave", 1, RCX, 26, []Op{XSAVE, XRSTOR, XGETBV, XSETBV, XSAVEOPT, XSAVEC, XSAVES, XRSTORS}},
	{"rdrand", 1, RCX, 30, []Op{RDRAND}},
	{"fsgsbase", 7, RBX, 0, []Op{RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE}},
	{"erms", 7, RBX, 9, []Op{MOVS, STOS}},
	{"rtm", 7, RBX, 11, []Op{XBEGIN, XEND, XABORT, XTEST}},
	{"rdseed", 7, RBX, 18, []Op{RDSEED}},
	{"adx", 7, RBX, 19, []Op{ADCX, ADOX}},
	{"clflushopt", 7, RBX, 23, []Op{CLFLUSHOPT}},
	{"clwb", 7, RBX, 24, []Op{CLWB}},
	{"sha_ni", 7, RBX, 29, []Op{SHA1NEXTE, SHA1MSG1, SHA1MSG2, SHA1RNDS4, SHA256RNDS2, SHA256MSG1, SHA256MSG2}},
	{"waitpkg", 7, RCX, 5, []Op{TPAUSE, UMONITOR, UMWAIT}},
	{"gfni", 7, RCX, 8, []Op{GF2P8MULB, GF2P8AFFINEQB, GF2P8AFFINEINVQB}},
	{"rdpid", 7, RCX, 22, []Op{RDPID}},
	{"movdiri", 7, RCX, 27, []Op{MOVDIRI}},
	{"movdir64b", 7, RCX, 28, []Op{MOVDIR64B}},
	{"serialize", 7, RDX, 14, []Op{SERIALIZE}},
	{"lahf_lm", 0x80000001, RCX, 0, []Op{LAHF, SAHF}},
	{"abm", 0x80000001, RCX, 5, []Op{LZCNT}},
	{"sse4a", 0x80000001, RCX, 6, []Op{EXTRQ, INSERTQ, MOVNTSS, MOVNTSD}},
	{"3dnowprefetch", 0x80000001, RCX, 8, []Op{PREFETCHW}},
	{"rdtscp", 0x80000001, RDX, 27, []Op{RDTSCP}},
}

// neverOps are instructions that raise #UD in user mode on a processor without their extension, none
// of which is planned: virtualization, enclaves, protection keys, user interrupts and the like.
var neverOps = []Op{
	VEX, EVEX, XOP, UD0, UD1, UD2, RSM, CLAC, STAC, MONITOR, MWAIT, MONITORX, MWAITX, SYSENTER, SYSEXIT, GETSEC,
	ENCLV, ENCLS, ENCLU, VMCALL, VMLAUNCH, VMRESUME, VMXOFF, VMFUNC, VMREAD, VMWRITE, VMPTRLD, VMCLEAR, VMXON, VMPTRST,
	VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI, SKINIT, INVLPGA, INVEPT, INVVPID, INVPCID, PCONFIG, MSRINSN, PBNDKB,
	RSTORSSP, SETSSBSY, SAVEPREVSSP, CLRSSBSY, WRUSS, WRSS, INCSSP, XSUSLDTRK, XRESLDTRK, UIRET, TESTUI, CLUI, STUI,
	SENDUIPI, RDPKRU, WRPKRU, MCOMMIT, CLZERO, RDPRU, INVLPGB, TLBSYNC, RMPADJUST, RMPUPDATE, PSMASH, PVALIDATE, PTWRITE,
	ENQCMD, ENQCMDS, AADD, AAND, AXOR, AOR, HRESET,
}

// privilegedOps raise #GP in user mode. SDM vol. 3 5.9. The descriptor-table stores do so too, as
// under UMIP.
var privilegedOps = []Op{
	HLT, CLI, STI, IN, OUT, INS, OUTS, LGDT, LIDT, LLDT, LTR, LMSW, CLTS, MOVCR, MOVDR, INVD, WBINVD, WBNOINVD, INVLPG,
	WRMSR, RDMSR, RDPMC, SWAPGS, SYSRET, SGDT, SIDT, SLDT, STR, SMSW,
}

// claims is what follows from features.
type claims struct {
	refused [numOps]bool // the ops of features that are not claimed, and neverOps
	bits    [claimedRegs]uint32
}

// claimedRegs is how many registers of leaves there are in claims.bits: see claimedReg.
const claimedRegs = 3 * 4

// claimedReg returns where in claims.bits those of a register of a leaf are: of features, or -1.
func claimedReg(leaf uint32, reg uint8) int {
	switch leaf {
	case 1:
		return int(reg)
	case 7:
		return 4 + int(reg)
	case 0x80000001:
		return 8 + int(reg)
	}
	return -1
}

// isTranslated tells about the tables of translations, one of whose functions is CPUID's: Go would see a cycle.
var isTranslated func(Op) bool

func init() { isTranslated = Translated }

var claimed = sync.OnceValue(func() *claims {
	c := &claims{}
	for _, op := range neverOps {
		c.refused[op] = true
	}
	for _, f := range features {
		all := true
		for _, op := range f.ops {
			all = all && isTranslated(op)
		}
		if all {
			c.bits[claimedReg(f.leaf, f.reg)] |= 1 << f.bit
			continue
		}
		for _, op := range f.ops {
			c.refused[op] = true
		}
	}
	return c
})

// Claimed reports whether the guest's CPUID claims the named feature (as in /proc/cpuinfo).
func Claimed(name string) bool {
	for _, f := range features {
		if f.name == name {
			return claimed().bits[claimedReg(f.leaf, f.reg)]>>f.bit&1 != 0
		}
	}
	return false
}
