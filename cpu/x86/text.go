package x86

import (
	"fmt"
	"strings"
)

var (
	regNames64 = [16]string{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"}
	regNames32 = [16]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"}
	regNames16 = [16]string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"}
	regNames8  = [16]string{"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"}
	segNames   = [8]string{"es", "cs", "ss", "ds", "fs", "gs", "?", "?"}
	ccNames    = [16]string{"o", "no", "b", "nb", "z", "nz", "be", "nbe", "s", "ns", "p", "np", "l", "nl", "le", "nle"}
)

// regName returns the name of the general register n at a size of 1, 2, 4 or 8 bytes.
func regName(n, size uint8) string {
	switch size {
	case 1:
		return regNames8[n&15]
	case 2:
		return regNames16[n&15]
	case 4:
		return regNames32[n&15]
	}
	return regNames64[n&15]
}

// sizeName is the assembler's word for a memory size in bytes, or empty.
func sizeName(size uint8) string {
	names := [...]string{1: "byte", 2: "word", 4: "dword", 6: "fword", 8: "qword", 10: "tbyte", 16: "xmmword"}
	if int(size) < len(names) {
		return names[size]
	}
	return ""
}

// Mnemonic returns the assembler's name, with the operand size or condition it carries.
func (in *Inst) Mnemonic() string {
	bwdq := func(n uint8) string {
		return string("bwd?q"[min(n, 8)>>1&7])
	}
	pick := func(w, d, q string) string {
		return [3]string{w, d, q}[min(in.OpSize>>1, 4)>>1]
	}
	switch in.Op {
	case JCC:
		return "j" + ccNames[in.Cond]
	case SETCC:
		return "set" + ccNames[in.Cond]
	case CMOVCC:
		return "cmov" + ccNames[in.Cond]
	case CBW:
		return pick("cbw", "cwde", "cdqe")
	case CWD:
		return pick("cwd", "cdq", "cqo")
	case MOVS, STOS, INS, CMPS:
		return in.Op.String() + bwdq(in.Args[0].Size)
	case LODS, SCAS, OUTS:
		return in.Op.String() + bwdq(in.Args[1].Size)
	case PUSHF, POPF:
		return in.Op.String() + pick("", "d", "q")
	case IRET:
		return in.Op.String() + pick("", "d", "q")
	case JCXZ:
		if in.AddrSize == 4 {
			return "jecxz"
		}
		return "jrcxz"
	case MOVD:
		if in.OpSize == 8 {
			return "movq"
		}
	case PEXTRD, PINSRD:
		if in.OpSize == 8 {
			return in.Op.String()[:5] + "q"
		}
	case CMPXCHG8B:
		if in.OpSize == 8 {
			return "cmpxchg16b"
		}
	case FXSAVE, FXRSTOR, XSAVE, XRSTOR, XSAVEOPT, XSAVEC, XSAVES, XRSTORS:
		if in.OpSize == 8 {
			return in.Op.String() + "64"
		}
	case MOVCR, MOVDR, MOVSEG:
		return "mov"
	}
	return in.Op.String()
}

// String returns the instruction in Intel syntax; branch targets are relative to its own address,
// written as ".".
func (in *Inst) String() string {
	var b strings.Builder
	if in.Lock {
		b.WriteString("lock ")
	}
	switch in.Op {
	case MOVS, STOS, LODS, INS, OUTS:
		if in.Rep != 0 {
			b.WriteString("rep ")
		}
	case CMPS, SCAS:
		switch in.Rep {
		case RepE:
			b.WriteString("repe ")
		case RepNE:
			b.WriteString("repne ")
		}
	}
	b.WriteString(in.Mnemonic())
	for i := range in.NArgs() {
		if i == 0 {
			b.WriteByte(' ')
		} else {
			b.WriteString(", ")
		}
		b.WriteString(in.argText(in.Args[i]))
	}
	return b.String()
}

// argText returns the text of one operand.
func (in *Inst) argText(a Arg) string {
	switch a.Kind {
	case ArgReg:
		return regName(a.Reg, a.Size)
	case ArgRegH:
		return [4]string{"ah", "ch", "dh", "bh"}[a.Reg&3]
	case ArgMem:
		return in.memText(a.Size)
	case ArgImm:
		if in.Imm < 0 {
			return fmt.Sprintf("-%#x", -uint64(in.Imm))
		}
		return fmt.Sprintf("%#x", in.Imm)
	case ArgImm2:
		return fmt.Sprintf("%#x", in.Imm2)
	case ArgRel:
		return fmt.Sprintf(".%+d", in.Imm+int64(in.Len))
	case ArgStrSrc:
		s := ""
		if in.Mem.Seg == FS || in.Mem.Seg == GS {
			s = segNames[in.Mem.Seg] + ":"
		}
		return s + "[" + regName(RSI, in.AddrSize) + "]"
	case ArgStrDst:
		return "[" + regName(RDI, in.AddrSize) + "]"
	case ArgXMM:
		return fmt.Sprintf("xmm%d", a.Reg)
	case ArgMMX:
		return fmt.Sprintf("mmx%d", a.Reg)
	case ArgST:
		return fmt.Sprintf("st%d", a.Reg)
	case ArgSeg:
		return segNames[a.Reg&7]
	case ArgCR:
		return fmt.Sprintf("cr%d", a.Reg)
	case ArgDR:
		return fmt.Sprintf("dr%d", a.Reg)
	}
	return "?"
}

// memText returns the text of the memory operand, size bytes wide.
func (in *Inst) memText(size uint8) string {
	var b strings.Builder
	if n := sizeName(size); n != "" {
		b.WriteString(n + " ptr ")
	}
	m := &in.Mem
	if m.Seg == FS || m.Seg == GS {
		b.WriteString(segNames[m.Seg] + ":")
	}
	b.WriteByte('[')
	sep := ""
	switch m.Base {
	case RegNone:
	case RegRIP:
		b.WriteString(map[uint8]string{4: "eip", 8: "rip"}[in.AddrSize])
		sep = "+"
	default:
		b.WriteString(regName(m.Base, in.AddrSize))
		sep = "+"
	}
	if m.Index != RegNone {
		fmt.Fprintf(&b, "%s%s*%d", sep, regName(m.Index, in.AddrSize), 1<<m.Scale)
		sep = "+"
	}
	switch {
	case m.Disp < 0 && sep != "":
		fmt.Fprintf(&b, "-%#x", -uint64(m.Disp))
	case m.Disp != 0 || sep == "":
		fmt.Fprintf(&b, "%s%#x", sep, uint64(m.Disp))
	}
	b.WriteByte(']')
	return b.String()
}

// Disas returns the text of the instruction at pc, in Intel syntax, and its length; 0 when the bytes
// are not an instruction.
func Disas(code []byte, pc uint64) (string, int) {
	in, err := Decode(code, Mode64)
	if err != nil {
		return "", 0
	}
	s := in.String()
	if i := in.NArgs(); i > 0 && in.Args[i-1].Kind == ArgRel {
		s = strings.TrimSuffix(s, in.argText(in.Args[i-1])) + fmt.Sprintf("%#x", in.Target(pc))
	}
	return s, int(in.Len)
}
