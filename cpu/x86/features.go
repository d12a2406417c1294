package x86

import "slices"

// feature is a CPUID feature bit beyond the x86-64 baseline, and the mnemonics it stands for. It is
// claimed exactly when all of them are translated (TestCPUIDHonest).
type feature struct {
	name    string
	leaf    uint32 // CPUID leaf, subleaf 0
	reg     uint8  // RAX RBX RCX RDX
	bit     uint8
	claimed bool
	ops     []Op
}

// features lists the optional features there is a decision about. SDM vol. 2 CPUID, AMD APM vol. 3 E.
var features = []feature{
	{"sse3", 1, RCX, 0, true, []Op{ADDSUBPD, ADDSUBPS, HADDPD, HADDPS, HSUBPD, HSUBPS, LDDQU, MOVDDUP, MOVSHDUP, MOVSLDUP, FISTTP}},
	{"pclmulqdq", 1, RCX, 1, true, []Op{PCLMULQDQ}},
	{"ssse3", 1, RCX, 9, true, []Op{PSHUFB, PHADDW, PHADDD, PHADDSW, PMADDUBSW, PHSUBW, PHSUBD, PHSUBSW, PSIGNB, PSIGNW, PSIGND, PMULHRSW,
		PABSB, PABSW, PABSD, PALIGNR}},
	{"cx16", 1, RCX, 13, true, []Op{CMPXCHG8B}},
	{"sse4_1", 1, RCX, 19, true, []Op{PBLENDVB, BLENDVPS, BLENDVPD, PTEST, PMOVSXBW, PMOVSXBD, PMOVSXBQ, PMOVSXWD, PMOVSXWQ, PMOVSXDQ,
		PMOVZXBW, PMOVZXBD, PMOVZXBQ, PMOVZXWD, PMOVZXWQ, PMOVZXDQ, PMULDQ, PCMPEQQ, MOVNTDQA, PACKUSDW, PMINSB, PMINSD, PMINUW,
		PMINUD, PMAXSB, PMAXSD, PMAXUW, PMAXUD, PMULLD, PHMINPOSUW, ROUNDPS, ROUNDPD, ROUNDSS, ROUNDSD, BLENDPS, BLENDPD, PBLENDW,
		PEXTRB, PEXTRD, EXTRACTPS, PINSRB, INSERTPS, PINSRD, DPPS, DPPD, MPSADBW}},
	{"sse4_2", 1, RCX, 20, true, []Op{CRC32, PCMPESTRM, PCMPESTRI, PCMPISTRM, PCMPISTRI, PCMPGTQ}},
	{"movbe", 1, RCX, 22, true, []Op{MOVBE}},
	{"popcnt", 1, RCX, 23, true, []Op{POPCNT}},
	{"aes", 1, RCX, 25, true, []Op{AESIMC, AESENC, AESENCLAST, AESDEC, AESDECLAST, AESKEYGENASSIST}},
	{"xsave", 1, RCX, 26, false, []Op{XSAVE, XRSTOR, XGETBV, XSETBV, XSAVEOPT, XSAVEC, XSAVES, XRSTORS}},
	{"rdrand", 1, RCX, 30, false, []Op{RDRAND}},
	{"fsgsbase", 7, RBX, 0, true, []Op{RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE}},
	{"erms", 7, RBX, 9, true, []Op{MOVS, STOS}},
	{"rtm", 7, RBX, 11, false, []Op{XBEGIN, XEND, XABORT, XTEST}},
	{"rdseed", 7, RBX, 18, false, []Op{RDSEED}},
	{"adx", 7, RBX, 19, false, []Op{ADCX, ADOX}},
	{"clflushopt", 7, RBX, 23, false, []Op{CLFLUSHOPT}},
	{"clwb", 7, RBX, 24, false, []Op{CLWB}},
	{"sha_ni", 7, RBX, 29, false, []Op{SHA1NEXTE, SHA1MSG1, SHA1MSG2, SHA1RNDS4, SHA256RNDS2, SHA256MSG1, SHA256MSG2}},
	{"waitpkg", 7, RCX, 5, false, []Op{TPAUSE, UMONITOR, UMWAIT}},
	{"gfni", 7, RCX, 8, false, []Op{GF2P8MULB, GF2P8AFFINEQB, GF2P8AFFINEINVQB}},
	{"rdpid", 7, RCX, 22, false, []Op{RDPID}},
	{"movdiri", 7, RCX, 27, false, []Op{MOVDIRI}},
	{"movdir64b", 7, RCX, 28, false, []Op{MOVDIR64B}},
	{"serialize", 7, RDX, 14, false, []Op{SERIALIZE}},
	{"lahf_lm", 0x80000001, RCX, 0, true, []Op{LAHF, SAHF}},
	{"abm", 0x80000001, RCX, 5, true, []Op{LZCNT}},
	{"sse4a", 0x80000001, RCX, 6, false, []Op{EXTRQ, INSERTQ, MOVNTSS, MOVNTSD}},
	{"3dnowprefetch", 0x80000001, RCX, 8, true, []Op{PREFETCHW}},
	{"rdtscp", 0x80000001, RDX, 27, true, []Op{RDTSCP}},
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

// claimedBits returns the bits of features that are claimed in a register of a CPUID leaf.
func claimedBits(leaf uint32, reg uint8) (bits uint32) {
	for i := range features {
		if f := &features[i]; f.claimed && f.leaf == leaf && f.reg == reg {
			bits |= 1 << f.bit
		}
	}
	return bits
}

// notClaimed reports whether op belongs to an extension CPUID does not claim: the processor raises
// #UD, which is not a gap in the translation.
func notClaimed(op Op) bool {
	for i := range features {
		if f := &features[i]; !f.claimed && slices.Contains(f.ops, op) {
			return true
		}
	}
	return slices.Contains(neverOps, op)
}

// Claimed reports whether the guest's CPUID claims the named feature (as in /proc/cpuinfo).
func Claimed(name string) bool {
	for _, f := range features {
		if f.name == name {
			return f.claimed
		}
	}
	return false
}
