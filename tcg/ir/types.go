package ir

import "fmt"

// Type is the type of a temp: a 64-bit integer container or a 128-bit vector.
type Type uint8

const (
	// I64 is a 64-bit container. Integer ops say how many of its bits they use by their Width.
	I64 Type = iota
	// V128 is a 128-bit vector, little-endian lanes; scalar floats live in lane 0.
	V128
)

// String returns the type's name as the printer writes it.
func (t Type) String() string {
	if t == V128 {
		return "v128"
	}
	return "i64"
}

// Width is the width of an integer op, or of a vector op's elements, or of a memory access:
// the log2 of a number of bytes.
type Width uint8

// Widths, named by their bits.
const (
	W8 Width = iota
	W16
	W32
	W64
	W128
)

// Bits returns the width in bits.
func (w Width) Bits() uint { return 8 << w }

// Bytes returns the width in bytes.
func (w Width) Bytes() uint { return 1 << w }

// Mask returns a mask of the width's bits; all ones for W64 and W128.
func (w Width) Mask() uint64 {
	if w >= W64 {
		return ^uint64(0)
	}
	return 1<<w.Bits() - 1
}

// Val is the value of a temp. An I64 value is in Lo, with Hi zero.
type Val struct{ Lo, Hi uint64 }

// Temp names a value of a block: a global, a local or a constant, in one index space.
// The first len(Block.Globals) temps are the guest's globals.
type Temp uint16

// NoTemp stands in an operand slot that is not used (no index register, no old flags).
const NoTemp Temp = 0xffff

// Kind tells what a temp is.
type Kind uint8

const (
	// Global is a field of the guest State: it outlives the block.
	Global Kind = iota
	// Local is a value of one block.
	Local
	// Const is an interned constant; never an output.
	Const
)

// TempInfo describes one temp of a block.
type TempInfo struct {
	Kind Kind
	Type Type
	// Val is the value of a Const.
	Val Val
}

// GlobalInfo describes one field of a guest State that ops may name.
type GlobalInfo struct {
	Name string
	Type Type
	// Offset is in bytes from the start of the guest State. Globals do not overlap.
	// I64 globals occupy 8 bytes, V128 globals 16 bytes (16-byte aligned).
	Offset uint32
}

// Label is a place inside a block.
type Label uint16

// Flags-word layout: what an amd64 host has in AX after LAHF and SETO AL.
// Every flags word has FlagOne set and no bits beyond these.
const (
	FlagO    = 1 << 0
	FlagC    = 1 << 8
	FlagOne  = 1 << 9
	FlagP    = 1 << 10
	FlagA    = 1 << 12
	FlagZ    = 1 << 14
	FlagS    = 1 << 15
	FlagMask = FlagO | FlagC | FlagP | FlagA | FlagZ | FlagS
)

// Cond is a condition over a flags word (SetF, SelF, ExitF, BrF) or over two integers (SetC, SelC,
// ExitC, BrC).
type Cond uint8

// Conditions over a flags word. The first 16 are x86's condition codes in their encoding order;
// HIa and LSa are A64's unsigned higher (C set and Z clear) and its complement, C being Arm's.
const (
	CondO Cond = iota
	CondNO
	CondB  // C set: x86 below, A64 HS
	CondAE // C clear: x86 above or equal, A64 LO
	CondZ
	CondNZ
	CondBE // C or Z set
	CondA  // C and Z clear
	CondS
	CondNS
	CondP
	CondNP
	CondL  // S != O
	CondGE // S == O
	CondLE // Z or S != O
	CondG  // Z clear and S == O
	CondHIa
	CondLSa
	numFlagConds
)

// Conditions over two integers of the op's width.
const (
	EQ Cond = 32 + iota
	NE
	LTU
	GEU
	LEU
	GTU
	LT
	GE
	LE
	GT
	TSTEQ // a & b == 0
	TSTNE // a & b != 0
	endCmpConds
)

var condNames = [...]string{
	CondO: "o", CondNO: "no", CondB: "b", CondAE: "ae", CondZ: "z", CondNZ: "nz", CondBE: "be", CondA: "a",
	CondS: "s", CondNS: "ns", CondP: "p", CondNP: "np", CondL: "l", CondGE: "ge", CondLE: "le", CondG: "g",
	CondHIa: "hi", CondLSa: "ls",
	EQ: "eq", NE: "ne", LTU: "ltu", GEU: "geu", LEU: "leu", GTU: "gtu", LT: "lt", GE: "ges", LE: "les", GT: "gt",
	TSTEQ: "tsteq", TSTNE: "tstne",
}

// String returns the condition's name as the printer writes it; names are unique.
func (c Cond) String() string {
	if int(c) < len(condNames) && condNames[c] != "" {
		return condNames[c]
	}
	return fmt.Sprintf("cond%d", uint8(c))
}

// Valid reports whether c is a condition over flags or over integers, as asked.
func (c Cond) Valid(flags bool) bool {
	if flags {
		return c < numFlagConds
	}
	return c >= EQ && c < endCmpConds
}

// Negate returns the opposite condition.
func (c Cond) Negate() Cond { return c ^ 1 }

// Attr holds an op's modifiers. Which of them an op knows is in its table row.
type Attr uint32

const (
	// InvC: the carry of SubF/SbbF is Arm's (set when there was no borrow).
	InvC Attr = 1 << iota
	// Signed: sign-extending load, signed multiply/divide/convert.
	Signed
	// Scalar: an FP op computes lane 0 only; the other lanes come from its first input.
	Scalar
	// ArmFP: Arm NaN rules (operand order, positive default NaN, Arm min/max); else x86's.
	ArmFP
	// Aligned: a 16-byte access must be aligned; else general protection (x86) or alignment fault.
	Aligned
	// Acquire: later accesses come after this load. Release: earlier ones come before this store. Without SC
	// that is all (A64 LDAPR). See Block.OrderOf for what an access without either must keep.
	Acquire
	Release
	// BigEndian swaps bytes of the access.
	BigEndian
	// Trunc: float to integer rounds toward zero instead of by the FP environment.
	Trunc
	// High: the upper half of the lanes or products is meant.
	High
	// Saturate: vector arithmetic saturates (signedness by Signed).
	Saturate
	// SC, with Acquire or Release: such accesses of one thread stay in program order among each other, a store
	// before a load too (A64 LDAR after STLR).
	SC
	// Backward: an exit whose target may be part of a loop: the interrupt word is polled.
	Backward
	// ArmSat: float to integer saturates and NaN gives 0 (Arm); else x86's integer indefinite.
	ArmSat
	// ExactFP: the op runs under Arm's FPCR.FZ, which no host mode matches (flags of flushed values,
	// tininess before rounding), or under an x86 MXCSR with unmasked exceptions, which it may raise; so a
	// backend evaluates it by Eval.
	ExactFP
	// NatAlign: an address that is no multiple of the access's size raises FaultAlign, before any other fault
	// (A64's exclusive, atomic and ordered accesses, Arm ARM B2.5).
	NatAlign
	// Internal, of a direct exit: Imm is the PC of a Head of the same block, and control goes there. To leave
	// to that PC is right too, so whoever does not care need not look.
	Internal
)

// Rounding modes in the Aux field of FRint and FCvtI, when not by the FP environment.
const (
	RoundEnv  = 0 // as the FP environment says
	RoundNear = 1 // to nearest, ties to even
	RoundDown = 2
	RoundUp   = 3
	RoundZero = 4
	RoundAway = 5 // to nearest, ties away from zero
)

// FP environment word: the MXCSR layout (SDM vol. 1 10.2.3), 32 bits.
const (
	FPInvalid   = 1 << 0
	FPDenormal  = 1 << 1
	FPDivZero   = 1 << 2
	FPOverflow  = 1 << 3
	FPUnderflow = 1 << 4
	FPInexact   = 1 << 5
	FPDAZ       = 1 << 6
	FPMaskShift = 7
	FPRoundBit  = 13
	FPFTZ       = 1 << 15
	FPDefault   = 0x1f80
	// FPArmDN is not in MXCSR: default-NaN mode of Arm, kept in bit 31 of the State's word and
	// never loaded into a host's MXCSR.
	FPArmDN = 1 << 31
	// FPArm marks the word of an Arm guest: FPDenormal is its FPSR.IDC, which a host's denormal-operand
	// bit has nothing to do with.
	FPArm = 1 << 32
)
