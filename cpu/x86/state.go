package x86

// General purpose register numbers, as instructions encode them.
const (
	RAX = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// Segment register numbers, as instructions encode them.
const (
	ES = iota
	CS
	SS
	DS
	FS
	GS
)

// FPReg is one x87 register: an 80-bit extended value, or, through Mant, an MMX register.
type FPReg struct {
	// Mant is the 64-bit significand with its explicit integer bit; MMX register i is Mant of
	// FPR[i], by physical number.
	Mant uint64
	// SE has the sign in bit 15 and the biased exponent in bits 14:0; the bits above are zero.
	SE uint64
}

// State is the register block of one x86-64 vCPU. It lives off-heap, holds no Go pointers, and
// generated code addresses it by the offsets below. The general registers come first so that
// they get short displacements.
type State struct {
	Reg [16]uint64 // rax rcx rdx rbx rsp rbp rsi rdi r8..r15
	RIP uint64
	// Flags holds OF SF ZF AF PF CF as an ir flags word (ir.FlagO ...).
	Flags uint64
	// Sys holds the other EFLAGS bits a user program can change, at their EFLAGS positions:
	// DF, TF, NT, AC, ID (SysMask).
	Sys    uint64
	FSBase uint64
	GSBase uint64
	// MXCSR is the SSE control and status word, 32 bits (SDM vol. 1 10.2.3).
	MXCSR uint64
	// XMM registers: low and high halves.
	XMM [16][2]uint64
	// FPR holds the x87 registers by physical number: ST(i) is FPR[(FTop+i)&7].
	FPR [8]FPReg
	// FTop is the x87 top of stack, 0-7; it is kept apart from FSW.
	FTop uint64
	// FSW is the x87 status word with TOP (bits 13:11) zero.
	FSW uint64
	// FCW is the x87 control word.
	FCW uint64
	// FTag has bit i set when FPR[i] is not empty (the abridged form of FXSAVE).
	FTag uint64
	// FIP, FDP and FOP are the x87 last-instruction pointer, data pointer and opcode.
	FIP, FDP, FOP uint64
	// Seg holds the segment selectors ES CS SS DS FS GS.
	Seg [6]uint64
	// TSCAux is what RDTSCP and RDPID read.
	TSCAux uint64
	// XCR0 is what XGETBV reads for ECX = 0.
	XCR0 uint64
	// Scratch is where FXSAVE, FNSAVE and their like put together what they store, and what they load
	// arrives; it holds nothing between instructions.
	Scratch [64]uint64
}

// EFLAGS bits (SDM vol. 1 3.4.3).
const (
	EFlagCF = 1 << 0
	EFlagR1 = 1 << 1 // always set
	EFlagPF = 1 << 2
	EFlagAF = 1 << 4
	EFlagZF = 1 << 6
	EFlagSF = 1 << 7
	EFlagTF = 1 << 8
	EFlagIF = 1 << 9
	EFlagDF = 1 << 10
	EFlagOF = 1 << 11
	EFlagNT = 1 << 14
	EFlagRF = 1 << 16
	EFlagAC = 1 << 18
	EFlagID = 1 << 21

	// SysMask are the EFLAGS bits that live in State.Sys.
	SysMask = EFlagTF | EFlagDF | EFlagNT | EFlagAC | EFlagID
	// ArithMask are the EFLAGS bits that live in State.Flags.
	ArithMask = EFlagCF | EFlagPF | EFlagAF | EFlagZF | EFlagSF | EFlagOF
)
