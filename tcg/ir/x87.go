package ir

// X87Layout tells where in a guest State an x87 register stack is. All fields are offsets in bytes.
type X87Layout struct {
	// FPR: eight registers by physical number, 16 bytes each: the 80-bit value, then zeros.
	FPR int32
	// Top (0-7), Status (the status word without TOP), Control and Tags (bit n: register n is not
	// empty) are 8-byte fields.
	Top, Status, Control, Tags int32
}

// X87Kind says what a helper does to the x87 at Arch.X87. The helper's first input is a constant selector,
// described here from its lowest bit on; ST(i) is register (Top+i) mod 8. A backend may do the common
// case in place: no register empty that should not be, or not empty that should be, and all
// exceptions masked. Then the effect is that of the host's instruction of the name, but for the
// instruction and data pointers, which only change while an exception is unmasked.
type X87Kind uint8

// X87Arith: ST(dst) op= ST(src); op 4 bits, dst 4, src 4, pop 1; one of dst and src is 0.
// X87ArithMem: ST(0) op= second input; op 4 bits, memory kind 4. Op may be X87Com or X87ComP.
// X87Compare: ST(0) with ST(i): FCOM, FUCOM; i 4 bits, pops 4, quiet 1.
// X87CompareI: likewise FCOMI, FUCOMI; the output is the flags word.
// X87Load: push the second input (and third, bits 79:64); memory kind.
// X87LoadConst: push the constant of opcode D9 E8 + selector.
// X87LoadReg: push ST(i).
// X87StoreReg: ST(i) = ST(0); i 4 bits, pop 1.
// X87Store: the output is ST(0) as it is stored in memory, no state changes; memory kind 4 bits, 1 unused,
// trunc 1, BCD 1, 1 unused, bits 79:64 1.
// X87StoreDone: the flags and the pop of that store; memory kind 4 bits, pop 1, the rest as above.
// X87Exchange: ST(0) and ST(i).
// X87CMov: ST(0) = ST(i) if the second input is not 0.
// X87Misc: X87Chs and so on.
// X87LoadCW: the control word = second input.
const (
	X87None X87Kind = iota
	X87Arith
	X87ArithMem
	X87Compare
	X87CompareI
	X87Load
	X87LoadConst
	X87LoadReg
	X87StoreReg
	X87Store
	X87StoreDone
	X87Exchange
	X87CMov
	X87Misc
	X87LoadCW
	NumX87Kinds
)

// Arithmetic by number, as ModRM.reg of opcode D8 has it.
const (
	X87Add = iota
	X87Mul
	X87Com
	X87ComP
	X87Sub  // dst - src
	X87SubR // src - dst
	X87Div
	X87DivR
)

// Memory kinds.
const (
	X87M32 = iota // float
	X87M64
	X87I16
	X87I32
	X87I64
	X87M80
)

// Operations of X87Misc that backends may know; there are others.
const (
	X87Nop = iota
	X87Chs
	X87Abs
	X87Xam
	X87Rndint
	X87Sqrt
	X87MiscOther
)
