package backend

import (
	"errors"
	"sync/atomic"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Config is what a code generator must know of the engine and the guest. It does not change while
// code made with it lives.
type Config struct {
	// Globals are the guest's globals, as in every Block compiled.
	Globals []ir.GlobalInfo
	// FPEnvOffset is the offset in the State of the FP environment word (see ir.GetEnv).
	FPEnvOffset int32
	// Flags, if not 0, is the global that is the guest's flags word.
	Flags ir.Temp
	// PCShift is the shift of the jump cache's index: 0 for byte-aligned guests, 2 for A64.
	PCShift uint8
	// JumpCache and TLB are the offsets of a vCPU's jump cache and softmmu TLB from its State.
	JumpCache, TLB int32
	// Counters is the offset from the State of the vCPU's scoreboard: 64-bit counters by slot.
	// They are near the State because an add to [RBP+n] is forwarded to the next one by some hosts
	// (Zen) without a way through memory: a loop that counts is held up by 5 cycles otherwise.
	Counters int32
	// TLBMode selects TLB look-ups for guest memory; else direct mode (Header.GuestBase).
	TLBMode bool
	// GuestLimit is the value of Header.GuestLimit.
	GuestLimit uint64
	// X87 is where the guest's x87 is, nil if it has none: see ir.Helper.X87.
	X87 *ir.X87Layout
	// Rep are the globals of the guest's repeated string instructions, nil if it has none: see ir.Helper.Rep.
	Rep *ir.RepLayout
	// NoFeatures leaves out host features beyond SSE4.1, for tests.
	NoFeatures bool
}

// Stubs are the offsets in the code buffer of the common stubs.
type Stubs struct {
	// Resume restores what was saved at a site, by Header.Saved, and jumps to Header.ResumeAddr. It is entered directly.
	Resume [NumSaved]uint32
	// Enter enters the code at Header.ResumeAddr.
	Enter uint32
	// SaveExit saves Regs and VRegs and returns; a site's stub jumps there with the site's number in RAX.
	SaveExit uint32
	// Fault is where the signal handler sends a faulting thread, registers as they were at the
	// fault: sets ExitFault, saves all, returns. FaultPC, FaultAddr and FaultSig are set by the handler.
	Fault uint32
	// JumpMiss is the host code of empty entries of the jump cache's first part, JumpNone of the second; guest PC in RAX.
	JumpMiss, JumpNone uint32
	// End is the offset of the first byte after the stubs.
	End uint32
}

// Request says where compiled code goes.
type Request struct {
	// Buf is where the code is written (the writable view); compiled code is at most len(Buf) bytes.
	Buf []byte
	// Off is Buf's offset in the code buffer, a multiple of 16.
	Off uint32
	// Slot and Site are the numbers of the block's first slot and site.
	Slot, Site uint32
	// Loop allows a block that ends in an exit back to its own start to run as a loop inside the code,
	// leaving by the interrupt word only.
	Loop bool
	// NoEntryChecks: no address is checked before it is accessed.
	NoEntryChecks bool
	// Hot, if not 0, is the offset from the State of the block's countdown, 32 bits: each time the block is begun, and
	// each further round of a loop, takes one off; when that makes it negative the block is left with ExitHot.
	Hot int32
	// Tag is how many of the highest bits of guest addresses are to be taken for zero; the low byte of Header.GuestLimit is then how
	// many others there are.
	Tag uint8
	// MarkFP has code that uses the FP environment set Header.FPUsed, as code with calls of observers always does: other code
	// must not be reached from such code without a way through Go.
	MarkFP bool
}

// Code is a compiled block. Its slices are the compiler's: valid until the next Compile.
type Code struct {
	// Len is the number of bytes used of Request.Buf; entry is the first.
	Len   int
	Slots []Slot
	// Loops: the block runs as a loop (Request.Loop).
	Loops bool
	Table
}

// Table holds the sites of a block and what they refer to; indexes are relative to these slices.
type Table struct {
	Sites  []Site
	Locs   []Loc
	Recs   []Rec
	Consts []ir.Val
	// Recipes compute flags words nobody stored.
	Recipes []Recipe
	// Helpers are the functions that sites call.
	Helpers []*ir.Helper
	// Undos are the CounterUndo ops of the block in order.
	Undos []Undo
	// Tally is what the block counts in a register.
	Tally Tally
}

// Tally is a counter that code counts in host register Reg, 0 for none: at each of its sites what is there is still to be
// added to counter Slot, and the register to be 0 then.
type Tally struct {
	Reg  uint8
	Slot uint32
}

// Take adds what is in the register, of those saved at a site, to the counter.
func (y Tally) Take(h *Header, counters []uint64) {
	if y.Reg != 0 {
		c, r := &counters[y.Slot], &h.Regs[y.Reg&15]
		atomic.StoreUint64(c, *c+*r)
		*r = 0
	}
}

// Recipe computes a flags word as the second output of Op over Args, after undoing what the op
// itself overwrote.
type Recipe struct {
	Op   ir.Op
	Args [3]Loc
	Undo UndoKind
}

// UndoKind says which input of a Recipe must be worked out from the op's result.
type UndoKind uint8

const (
	UndoNone   UndoKind = iota // all inputs are still there
	UndoAdd                    // input 0 is the sum
	UndoSub                    // input 0 is the difference
	UndoRevSub                 // input 1 is the difference
)

// Undo is an amount to take back from a counter, see ir.CounterUndo.
type Undo struct {
	Slot   uint32
	Amount int32
}

// Slot is a way out of a TB to a guest PC known when it was compiled.
type Slot struct {
	Kind SlotKind
	// Exc is the exception of a SlotExc, and Code the location of its code operand (LocNone: 0).
	Exc ir.ExcKind
	// Backward: the exit may close a loop, and polls.
	Backward bool
	PC       uint64
	// Jump is the offset in the code of the rel32 that chaining patches; it is 4-byte aligned, so
	// that the patch is atomic. Unpatched it leads to Stub, also an offset. Both are NoOffset when only
	// an interrupt or a countdown leaves through the slot.
	Jump, Stub uint32
}

// SlotKind tells slots apart.
type SlotKind uint8

const (
	// SlotTB is a chainable direct exit.
	SlotTB SlotKind = iota
	// SlotExc is the end of a block by an exception; Header.ExitPC holds its code.
	SlotExc
)

// SiteKind says what Go has to do at a site.
type SiteKind uint8

const (
	// SiteMem: do the guest memory access Op (also reached by a host fault).
	SiteMem SiteKind = iota
	// SiteEval: evaluate the pure op Op.
	SiteEval
	// SiteEnv: GetEnv or SetEnv.
	SiteEnv
	// SiteCall: call Helper. Unless NoGlobals the globals are recovered into the State before and,
	// but for ReadsOnly, considered changed after.
	SiteCall
	// SitePure: call Helper, a pure function.
	SitePure
	// SiteFault: a host fault here means the guest exception of Op (division).
	SiteFault
	// SiteLeave: nothing but to leave, with the State complete but for the PC, which is the site's: an interrupt was seen
	// on the way round a loop.
	SiteLeave
	// SiteRange: the same because an address that a loop would use is out of range; compiled anew, and without checks where
	// loops are begun (Request.NoEntryChecks), the block goes on.
	SiteRange
)

// Site is a place inside a block where Go takes over.
type Site struct {
	// PC is the guest instruction's; Insn its index in the block, from 0.
	PC   uint64
	Insn uint16
	Kind SiteKind
	// NArgs is the number of operand locations: Op's outputs, then its inputs.
	NArgs uint8
	NRecs uint16
	// Leaving the block here takes back Undos[Undo:Undo+NUndo].
	Undo, NUndo uint16
	// Args and Recs index the Table's Locs and Recs.
	Args, Recs uint32
	// Host is the offset of the host instruction that may fault for this site, NoOffset if none can.
	Host uint32
	// Resume is the offset where generated code goes on afterwards.
	Resume uint32
	// Helper is the index in Table.Helpers of a SiteCall's or SitePure's function. (No pointer: there
	// are many sites.)
	Helper uint16
	Op     ir.Op
}

// NoOffset is a code offset that is not one.
const NoOffset = ^uint32(0)

// Rec says where the value of a global is at a site, if not in the State.
type Rec struct {
	Global ir.Temp
	Loc    Loc
}

// PinnedReg is the number of the register that holds the flags word all the time, if it has no other place. Bits from
// FormShift on may be anything but where a LocForm is.
const (
	PinnedReg = 15
	FormShift = 16
)

// Loc says where a value is at a site: kind in the upper byte, number in the rest.
type Loc uint32

// Kinds of locations.
const (
	LocNone   Loc = iota << 24
	LocReg        // Header.Regs[n]
	LocVReg       // Header.VRegs[n]
	LocSpill      // Header.Spills[n]
	LocVSpill     // Header.VSpills[n]
	LocState      // at offset n in the State (8 or 16 bytes by type)
	LocConst      // Table.Consts[n]
	LocFlags      // a flags word to be computed by Table.Recipes[n]
	// LocHostFlags: Header.HostFlags, corrected as the bits of n say (FlagsInvC ...).
	LocHostFlags
	// LocForm: a flags word, in the State if the form is 0, else to be computed by Table.Recipes[n+form-1]. The form is in
	// the 16 bits from FormShift of Header.Regs[PinnedReg].
	LocForm
	// LocGuestAddr: Header.Regs[n] - Header.GuestBase, where a register holds a guest address as the host sees it.
	LocGuestAddr
	// LocSum: Header.Regs[n&15] and the signed rest of n, see Sum.
	LocSum
)

// MaxSum bounds the constant of a LocSum.
const MaxSum = 1 << 19

// Sum returns where a value is that is a register's and a constant.
func Sum(reg uint8, add int32) Loc {
	if add == 0 {
		return LocReg | Loc(reg)
	}
	return LocSum | Loc(uint32(add)<<4&0xffffff) | Loc(reg)
}

// Sum returns the register and the constant of a LocSum.
func (l Loc) Sum() (reg uint8, add int32) { return uint8(l & 15), int32(l<<8) >> 12 }

// Corrections of a flags word taken from the host's flags.
const (
	FlagsInvC   = 1 << iota // carry is inverted
	FlagsNoA                // A := 0
	FlagsNoO                // O := 0
	FlagsOfromS             // O := S xor C
)

// FixFlags applies corrections to a flags word taken from the host.
func FixFlags(f uint64, fix uint32) uint64 {
	if fix&FlagsInvC != 0 {
		f ^= ir.FlagC
	}
	if fix&FlagsNoA != 0 {
		f &^= ir.FlagA
	}
	if fix&(FlagsNoO|FlagsOfromS) != 0 {
		f &^= ir.FlagO
	}
	if fix&FlagsOfromS != 0 {
		f |= (f>>15 ^ f>>8) & 1
	}
	return f
}

// Kind and N take a location apart.
func (l Loc) Kind() Loc { return l &^ 0xffffff }

// N returns the location's number.
func (l Loc) N() uint32 { return uint32(l & 0xffffff) }

// Backend generates code for one kind of host.
type Backend interface {
	// Name is the host's GOARCH.
	Name() string
	// EmitStubs writes the common stubs to the start of a code buffer.
	EmitStubs(buf []byte) (Stubs, error)
	// Compile turns a block into code. The block must pass ir.Verify. Not safe for concurrent use.
	Compile(b *ir.Block, r Request) (Code, error)
}

// ErrTooBig is returned by Compile when the code does not fit into Request.Buf.
var ErrTooBig = errors.New("backend: code does not fit")
