package x86

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"
)

// randomCode makes bytes that are likely an instruction: prefixes, a map, an opcode, random rest.
func randomCode(r *rand.Rand, buf []byte) {
	for i := range buf {
		buf[i] = byte(r.Uint32())
	}
	i := 0
	pfx := []byte{0x66, 0xf2, 0xf3, 0x67, 0x64, 0x65, 0xf0, 0x2e}
	for r.IntN(3) == 0 && i < 3 {
		buf[i] = pfx[r.IntN(len(pfx))]
		i++
	}
	if r.IntN(3) == 0 {
		buf[i] = 0x40 | byte(r.IntN(16))
		i++
	}
	switch r.IntN(6) {
	case 0, 1, 2:
		buf[i] = 0x0f
	case 3:
		buf[i], buf[i+1] = 0x0f, 0x38
	case 4:
		buf[i], buf[i+1] = 0x0f, 0x3a
	}
}

// TestDecodeAgainstXArch compares length and text with golang.org/x/arch on random instructions.
func TestDecodeAgainstXArch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 300000
	if testing.Short() {
		n = 50000
	}
	var buf [32]byte
	bad := map[string]int{}
	compared := 0
	for range n {
		randomCode(r, buf[:])
		in, err := Decode(buf[:], Mode64)
		xi, xerr := x86asm.Decode(buf[:15], 64)
		if tolerated(&in, err, &xi, xerr, buf[:]) {
			continue
		}
		compared++
		if (err == nil) != (xerr == nil) {
			bad["exists "+key(&in, &xi)]++
			if bad["exists "+key(&in, &xi)] == 1 {
				t.Errorf("% x: ours %v %v, x/arch %v %v", buf[:15], in.String(), err, xi, xerr)
			}
			continue
		}
		if err != nil {
			continue
		}
		ours, theirs := normalOurs(&in), normalTheirs(&xi)
		if int(in.Len) != xi.Len || ours != theirs {
			k := key(&in, &xi)
			if bad[k]++; bad[k] == 1 {
				t.Errorf("% x: ours %d %q, x/arch %d %q", buf[:max(int(in.Len), xi.Len)], in.Len, ours, xi.Len, theirs)
			}
		}
	}
	require.Greater(t, compared, n/5)
	t.Logf("%d compared, %d kinds of mismatch", compared, len(bad))
}

func key(in *Inst, xi *x86asm.Inst) string { return in.Op.String() + "/" + xi.Op.String() }

// ourArgs and theirArgs write the explicit operands in one neutral form. Immediates are cut to 16 bits:
// x/arch's extension of them is by its own rules.
func ourArgs(in *Inst) string {
	var b strings.Builder
	for i := range in.NArgs() {
		a := in.Args[i]
		switch a.Kind {
		case ArgMem:
			m := in.Mem
			if a.Size == 0 || m.Base == RegNone && m.Index == RegNone {
				m.Disp = int64(int32(m.Disp))
			}
			fmt.Fprintf(&b, " %s%s", map[bool]string{true: segNames[m.Seg&7] + ":"}[m.Seg == FS || m.Seg == GS], memKey(m.Base, m.Index, 1<<m.Scale, in.AddrSize, m.Disp))
		case ArgImm:
			fmt.Fprintf(&b, " %#x", uint16(in.Imm))
		case ArgImm2:
			fmt.Fprintf(&b, " %#x", in.Imm2)
		case ArgRel:
			fmt.Fprintf(&b, " .%+d", in.Imm)
		case ArgStrSrc, ArgStrDst:
		default:
			b.WriteString(" " + in.argText(a))
		}
	}
	return b.String()
}

func memKey(base, index, scale, addrSize uint8, disp int64) string {
	b, x := "", ""
	if base == RegRIP {
		b = "rip"
	} else if base != RegNone {
		b = regName(base, addrSize)
	}
	if index != RegNone {
		x = fmt.Sprintf("+%s*%d", regName(index, addrSize), scale)
	}
	return fmt.Sprintf("[%s%s%+d]", b, x, disp)
}

var reOldNames = strings.NewReplacer("spb", "spl", "bpb", "bpl", "sib", "sil", "dib", "dil")

func theirReg(r x86asm.Reg) string {
	s := strings.ToLower(r.String())
	switch {
	case r >= x86asm.X0 && r <= x86asm.X15:
		return "xmm" + s[1:]
	case r >= x86asm.M0 && r <= x86asm.M7:
		return "mmx" + s[1:]
	case r >= x86asm.F0 && r <= x86asm.F7:
		return "st" + s[1:]
	case r >= x86asm.R8L && r <= x86asm.R15L:
		return s[:len(s)-1] + "d"
	}
	return reOldNames.Replace(s)
}

func theirArgs(xi *x86asm.Inst) string {
	var b strings.Builder
	for _, a := range xi.Args {
		switch a := a.(type) {
		case x86asm.Reg:
			b.WriteString(" " + theirReg(a))
		case x86asm.Mem:
			switch xi.Op {
			case x86asm.MOVSB, x86asm.MOVSW, x86asm.MOVSD, x86asm.MOVSQ, x86asm.STOSB, x86asm.STOSW, x86asm.STOSD, x86asm.STOSQ,
				x86asm.LODSB, x86asm.LODSW, x86asm.LODSD, x86asm.LODSQ, x86asm.SCASB, x86asm.SCASW, x86asm.SCASD, x86asm.SCASQ,
				x86asm.CMPSB, x86asm.CMPSW, x86asm.CMPSD, x86asm.CMPSQ, x86asm.INSB, x86asm.INSW, x86asm.INSD,
				x86asm.OUTSB, x86asm.OUTSW, x86asm.OUTSD:
				if a.Disp == 0 && a.Index == 0 && (a.Base == x86asm.RSI || a.Base == x86asm.RDI || a.Base == x86asm.ESI || a.Base == x86asm.EDI) && xi.Args[0] != nil && xi.Opcode>>24 != 0x0f {
					continue
				}
			}
			seg, base, idx := "", "", ""
			if a.Segment == x86asm.FS || a.Segment == x86asm.GS {
				seg = theirReg(a.Segment) + ":"
			}
			if a.Base != 0 {
				base = theirReg(a.Base)
			}
			if base == "eip" {
				base = "rip"
			}
			if a.Scale != 0 && a.Index != 0 {
				idx = fmt.Sprintf("+%s*%d", theirReg(a.Index), a.Scale)
			}
			d := a.Disp
			if base != "" || idx != "" {
				d = int64(int32(d))
			}
			if base == "" && idx == "" && xi.Opcode>>24 != 0xa0 {
				d = int64(int32(d))
			}
			fmt.Fprintf(&b, " %s[%s%s%+d]", seg, base, idx, d)
		case x86asm.Imm:
			fmt.Fprintf(&b, " %#x", uint16(a))
		case x86asm.Rel:
			fmt.Fprintf(&b, " .%+d", int64(a))
		}
	}
	return b.String()
}

// normalOurs and normalTheirs give mnemonic and operands in a common form.
func normalOurs(in *Inst) string { return strings.ReplaceAll(in.Mnemonic(), " ", "") + ourArgs(in) }

var nameOf = map[string]string{
	"ja": "jnbe", "jae": "jnb", "je": "jz", "jne": "jnz", "jg": "jnle", "jge": "jnl",
	"cmova": "cmovnbe", "cmovae": "cmovnb", "cmove": "cmovz", "cmovne": "cmovnz", "cmovg": "cmovnle", "cmovge": "cmovnl",
	"seta": "setnbe", "setae": "setnb", "sete": "setz", "setne": "setnz", "setg": "setnle", "setge": "setnl",
	"lcall": "callf", "ljmp": "jmpf", "lret": "retf", "movsd_xmm": "movsd", "cmpsd_xmm": "cmpsd", "xlatb": "xlat",
}

func normalTheirs(xi *x86asm.Inst) string {
	n := strings.ToLower(xi.Op.String())
	if m := nameOf[n]; m != "" {
		n = m
	}
	return n + theirArgs(xi)
}

func opSet(ops ...Op) map[Op]bool {
	m := map[Op]bool{}
	for _, op := range ops {
		m[op] = true
	}
	return m
}

var (
	// xarchLacks are instructions, or all-but-one forms of them, that x/arch does not know.
	xarchLacks = opSet(AADD, AAND, ADCX, ADOX, AOR, AXOR, ENCLS, ENCLU, ENCLV, ENQCMD, ENQCMDS, EXTRQ, FNOP, GETSEC,
		GF2P8AFFINEINVQB, GF2P8AFFINEQB, GF2P8MULB, HRESET, INSERTQ, INVEPT, INVVPID, MCOMMIT, MFENCE, LFENCE, SFENCE, MONITORX, MWAITX,
		MOVDIR64B, MOVDIRI, NOP, PCONFIG, PREFETCHW, PTWRITE, RDSEED, RDSSP, RMPUPDATE, RMPADJUST, RSTORSSP, SAVEPREVSSP,
		SETSSBSY, SKINIT, STGI, CLGI, TLBSYNC, INVLPGB, PSMASH, PVALIDATE, UD0, UD1, UMWAIT, TPAUSE, UMONITOR, VMCALL, VMCLEAR,
		VMFUNC, VMLAUNCH, VMMCALL, VMLOAD, VMSAVE, VMRUN, VMRESUME, VMPTRLD, VMPTRST, VMREAD, VMWRITE, VMXOFF, VMXON, WRSS, WRUSS,
		INCSSP, CLRSSBSY, SERIALIZE, UIRET, TESTUI, CLUI, STUI, RDPKRU, WRPKRU, XSUSLDTRK, XRESLDTRK, CLZERO, RDPRU, MSRINSN, PBNDKB,
		INVLPGA, SENDUIPI, ENDBR32, ENDBR64, CLAC, STAC, XSETBV, MOVNTSS, MOVNTSD, RDPID, INVPCID, EVEX, XOP)
	// aliases are rows of ours that repeat another encoding, which x/arch leaves out.
	aliases = opSet(SHL, TEST, FCOM, FCOMP, FSTP, FXCH, FFREEP)
	// regWidth: x/arch ignores REX.W, or the operand's real width, in a register name.
	regWidth = opSet(MOVMSKPS, MOVMSKPD, PMOVMSKB, PEXTRW, PINSRW, PEXTRB, PINSRB, EXTRACTPS, LAR, LSL, MOVSEG, XLAT, SLDT, STR, SMSW,
		LLDT, LTR, LMSW, VERR, VERW, MOVSXD, FXSAVE, FXRSTOR, XSAVE, XRSTOR, XSAVEOPT, XSAVEC, XSAVES, XRSTORS, FNSTSW,
		CALL, JMP, PUSH, POP, ENTER, RET, RETF, CRC32)
	// otherName: x/arch has another name for it, or for the form with a mandatory prefix.
	otherName = opSet(INT1, INT3, WBNOINVD, CLFLUSHOPT, CLWB, RDRAND, SENDUIPI, VMPTRLD, VMCLEAR, VMXON, VMPTRST, PTWRITE, PAUSE, NOP,
		XCHG, FISTTP, LDMXCSR, PUSHF, POPF, CMPXCHG8B, IRET, SYSRET, RETF, CALLF, JMPF, XLAT, MOVD, FWAIT)
)

// tolerated says which differences are x/arch's or a matter of taste.
func tolerated(in *Inst, err error, xi *x86asm.Inst, xerr error, code []byte) bool {
	rex, pfx, i := 0, 0, 0
	for ; i < 15; i++ {
		f := map1B[code[i]].f
		if f&fRex != 0 {
			rex++
		} else if f&fLegPx == 0 {
			break
		} else if rex > 0 {
			rex = 2
		}
		if b := code[i]; b == 0x66 || b == 0xf2 || b == 0xf3 {
			pfx++
		}
	}
	x87 := code[i]&0xf8 == 0xd8
	switch {
	case rex > 1: // x/arch refuses a REX that is not the last prefix
		return true
	case in.Lock && err != nil: // it does not check LOCK
		return true
	case xi.Op == 0 && (err != nil || xarchLacks[in.Op] || x87 || in.Op == VEX || aliases[in.Op]):
		return true
	case err != nil && pfx > 0: // it ignores prefixes that select no row
		return true
	case in.Op == VEX || in.Op == EVEX || in.Op == XOP || code[i] == 0x62: // measured, not named
		return err != nil || xi.Op == x86asm.VZEROUPPER || xi.Op == x86asm.VZEROALL || int(in.Len) == xi.Len || strings.HasPrefix(xi.String(), "Prefix")
	case err != nil && in.ModRM >= 0xc0: // it takes registers where only memory is allowed
		return true
	case err != nil && code[i] == 0x0f && code[i+1]&0xf8 == 0x20, in.Op == MOVCR, in.Op == MOVDR: // it has more system registers
		return true
	case err != nil && code[i] == 0x8e: // MOV CS
		return true
	case err == nil && xerr == nil && int(in.Len) == xi.Len && (x87 || regWidth[in.Op] || otherName[in.Op]):
		return true
	case err == nil && in.Mem.Base == RegNone && in.Mem.Index == RegNone && int(in.Len) == xi.Len: // absolute: extended otherwise
		return true
	case pfx > 0 && err == nil && (in.Args[0].Kind == ArgRel && in.Pfx66 || xarchLacks[in.Op]):
		return true
	}
	return false
}
