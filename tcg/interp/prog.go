package interp

import (
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Prog is a block made ready to run: dense instructions whose operands are places, no longer temps. It does not change,
// and may be run by several Threads at once.
//
// An instruction is a word, or two: opcode and modifier (8 bits each), then three operands d, a and b of 16 bits. The second
// word is a PC, a displacement or a further operand, as the opcode's comment says. An operand is the index of a 64-bit word,
// and in its lowest two bits which of three areas it is in: the guest State, the Thread's frame, the Prog's constants.
// A vector is two words.
type Prog struct {
	// PC is the block's; what the instructions hold of PCs of faults is relative to it.
	PC   uint64
	code unsafe.Pointer
	pool unsafe.Pointer // constants
	rest unsafe.Pointer // ir.Ops that are not done by an instruction of their own; their operands are places, too
	rare *Rare
	// frame is the number of words of the Thread's frame.
	frame uint32
}

// Shape says where in its words a lasting Prog has what.
type Shape struct {
	pool, rest uint16 // the numbers of the first words
	frame      uint16
}

// Rare is what few blocks have.
type Rare struct {
	helpers []*ir.Helper
	heads   []head
}

// head is a Head of a region: its PC, and its place among the words of the code.
type head struct {
	pc uint64
	at uint32
}

// The areas of operands.
const (
	inState = iota
	inFrame
	inPool
	areaBits = 2
	// maxWord is the highest index of a word in its area.
	maxWord = 1<<(16-areaBits) - 1
)

// The frame begins with room for what is not wanted, and with a zero that nobody writes.
const (
	nowhere    = inFrame
	zero       = 2<<areaBits | inFrame
	frameStart = 4
)

// The opcodes. m is the modifier, w the ir.Width in its lowest two bits, x the second word.
const (
	opEnd = iota // no block that Verify accepts gets here

	opMov  // d = a
	opMovV // vectors
	opZext32
	opAdd32 // d = a op b, the width in the name
	opAdd64
	opSub32
	opSub64
	opAnd32
	opAnd64
	opOr32
	opOr64
	opXor32
	opXor64
	opMul32
	opMul64
	opShl32
	opShl64
	opShr32
	opShr64
	opSar32
	opSar64
	opSetC // m: w, condition less ir.EQ << 2
	opSetF // m: condition
	opExitPtr
	opHead

	// Here begin those of two words.
	opInt     // d = ir.EvalInt(rest[x], a, b)
	opEval    // ir.Eval(rest[x])
	opRest    // ExecOp(rest[x])
	opSelC    // m: w; x: the operands, condition << 32
	opSelF    // d = m(a) ? b : x
	opAddF    // d and x = result and flags
	opSubF    // m: w, borrow is Arm's << 2
	opAndF    //
	opOrF     //
	opXorF    //
	opShlF    // likewise, the old flags << 16
	opShrF    //
	opSarF    //
	opLd      // m: w, scale << 2, signed << 4, D << 5; x: displacement, PC less Prog.PC << 32
	opSt      // likewise; d is the value
	opLdV     // m: w (three bits), scale << 3
	opStV     //
	opPC      // x is the PC from here on
	opStale   // leaves for x when the block has been overwritten
	opCounter // x as ir.Counter's Imm
	opUndo    // ir.CounterUndo, does nothing
	opExitTB  // d: see exitSlot; x: PC
	opExitC   // m: w, condition less ir.EQ << 2
	opExitF   // m: condition
	opExitNE  // a
	opExitX   // m: kind of exception; a: code
	opBr      // x: place
	opBrC     // as opExitC
	opBrF
)

// d of a direct exit: its number among them, and its attributes.
const (
	exitSlot     = 1<<8 - 1
	exitBackward = 1 << 8
	exitInternal = 1 << 9
)

// NoSlot stands for the number of an exit that has none.
const NoSlot = exitSlot

func endsUndo(op uint8) bool { return op == opExitPtr || op == opHead || op >= opExitTB && op <= opBr }

// areas are the addresses of the areas of operands.
type areas [1 << areaBits]unsafe.Pointer

// long tells whether op has a second word.
func long(op uint8) bool { return op >= opInt }
