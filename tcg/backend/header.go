package backend

import "unsafe"

// ExitReason tells why generated code returned to Go.
type ExitReason uint32

// Exit reasons. For the TB exits the guest State is complete but for the PC, which the Slot or
// Header.ExitPC gives; for the others it is spread over the saved registers as the Site says.
const (
	// ExitNone is in the header while generated code runs.
	ExitNone ExitReason = iota
	// ExitSlot: a direct exit that is not chained. ExitArg is the slot's index; the PC is the slot's.
	ExitSlot
	// ExitIndirect: the jump cache had no entry. ExitPC is the guest PC.
	ExitIndirect
	// ExitInterruptSlot: the interrupt word was seen set at a direct exit. ExitArg is the slot.
	ExitInterruptSlot
	// ExitInterruptPC: the interrupt word was seen set at an indirect exit. ExitPC is the guest PC.
	ExitInterruptPC
	// ExitException: the block ended in an ExitExc op. ExitArg is the slot; the slot gives PC and kind.
	ExitException
	// ExitSite: a site's stub. ExitArg is the site's index; registers are saved.
	ExitSite
	// ExitFault: a host fault at FaultPC inside generated code; registers are saved. The engine finds
	// the site by FaultPC.
	ExitFault
	// ExitHot: the block's countdown (Request.Hot) has run out. ExitArg is a slot whose PC is the block's: nothing of
	// the block, or of another round of the loop that it is, has been done.
	ExitHot
	numExitReasons
)

var exitReasonNames = [numExitReasons]string{
	"none", "slot", "indirect", "interrupt-slot", "interrupt-pc", "exception", "site", "fault", "hot",
}

// String returns the reason's name.
func (r ExitReason) String() string {
	if r < numExitReasons {
		return exitReasonNames[r]
	}
	return "unknown"
}

// Sizes of the header's spill areas, in values.
const (
	NumSpills  = 64
	NumVSpills = 64
)

// Header is the part of a vCPU's memory block that generated code, the entry code and the signal
// handlers share. It lies directly before the guest State, is 64-byte aligned and holds no Go
// pointers. Only generated code and its vCPU's goroutine touch it, but for Interrupt, which
// anybody may set atomically, and Entries, which anybody may read.
type Header struct {
	// Regs are the general registers at a site, by host number (0 = RAX on amd64).
	Regs [16]uint64
	// VRegs are the vector registers at a site, by host number; 16-byte aligned.
	VRegs [16][2]uint64

	// Spills and VSpills hold temps that found no register.
	Spills  [NumSpills]uint64
	VSpills [NumVSpills][2]uint64

	// FaultPC, FaultAddr and FaultSig describe a host fault in generated code: host PC, the
	// address the host reported (host virtual) and the host signal number.
	FaultPC   uint64
	FaultAddr uint64
	FaultSig  uint64

	// ResumeAddr is the host address the common resume stub jumps to after restoring Regs and VRegs.
	ResumeAddr uint64
	// EntryRSP is the host stack pointer inside the entry routine; for the signal handlers.
	EntryRSP uint64
	// GuestLimit is the highest guest address that may reach host memory in direct mode (the
	// reservation's size minus one, or a little less: see Request.Tag). The entry code loads it into its pinned register.
	GuestLimit uint64
	// GuestBase is the host address of guest address 0 in direct mode: the GS base on amd64.
	GuestBase uint64
	// ExitPC is the guest PC of an indirect exit.
	ExitPC uint64

	// ExitArg is a slot or site index, see ExitReason.
	ExitArg uint32
	// ExitReason says why generated code returned.
	ExitReason ExitReason
	// GuestFPEnv is the MXCSR generated code runs under: loaded on entry, stored back on leaving.
	// Only bits an MXCSR may hold are ever set here.
	GuestFPEnv uint32
	// HostFPEnv is the MXCSR of the Go code, saved on entry and restored on leaving.
	HostFPEnv uint32
	// Interrupt is the interrupt word: not zero asks generated code to leave at the next poll.
	Interrupt uint32
	// Scratch32 is a generated-code temporary (FP environment changes within an op).
	Scratch32 uint32

	// HostFlags are the host's arithmetic flags at a site, laid out as a flags word.
	HostFlags uint32
	// Entries counts entries into generated code and returns from it: odd means that the vCPU is inside. Written by the
	// entry code without ordering: who reads it does hostcode.Barrier before.
	Entries uint32
	// Saved tells what was saved at a site: generated code is resumed by Stubs.Resume[Saved].
	Saved uint32
	// FPUsed: generated code may have changed the MXCSR since it was entered; otherwise GuestFPEnv still tells what it is.
	FPUsed uint32
	_      [3]uint64
}

// NumSaved is the number of sets of registers that are saved at sites; 0 is that of all.
const NumSaved = 5

// HeaderSize is the size of Header in bytes, a multiple of 64; the guest State starts there.
const HeaderSize = int32(unsafe.Sizeof(Header{}))

// The size is a multiple of 64, checked at compile time.
var _ [0]struct{} = [HeaderSize % 64]struct{}{}

// Offsets of Header fields relative to the guest State pointer (all negative).
const (
	OffRegs       = int32(unsafe.Offsetof(Header{}.Regs)) - HeaderSize
	OffVRegs      = int32(unsafe.Offsetof(Header{}.VRegs)) - HeaderSize
	OffSpills     = int32(unsafe.Offsetof(Header{}.Spills)) - HeaderSize
	OffVSpills    = int32(unsafe.Offsetof(Header{}.VSpills)) - HeaderSize
	OffFaultPC    = int32(unsafe.Offsetof(Header{}.FaultPC)) - HeaderSize
	OffFaultAddr  = int32(unsafe.Offsetof(Header{}.FaultAddr)) - HeaderSize
	OffFaultSig   = int32(unsafe.Offsetof(Header{}.FaultSig)) - HeaderSize
	OffResumeAddr = int32(unsafe.Offsetof(Header{}.ResumeAddr)) - HeaderSize
	OffEntryRSP   = int32(unsafe.Offsetof(Header{}.EntryRSP)) - HeaderSize
	OffGuestLimit = int32(unsafe.Offsetof(Header{}.GuestLimit)) - HeaderSize
	OffGuestBase  = int32(unsafe.Offsetof(Header{}.GuestBase)) - HeaderSize
	OffExitPC     = int32(unsafe.Offsetof(Header{}.ExitPC)) - HeaderSize
	OffExitArg    = int32(unsafe.Offsetof(Header{}.ExitArg)) - HeaderSize
	OffExitReason = int32(unsafe.Offsetof(Header{}.ExitReason)) - HeaderSize
	OffGuestFPEnv = int32(unsafe.Offsetof(Header{}.GuestFPEnv)) - HeaderSize
	OffHostFPEnv  = int32(unsafe.Offsetof(Header{}.HostFPEnv)) - HeaderSize
	OffInterrupt  = int32(unsafe.Offsetof(Header{}.Interrupt)) - HeaderSize
	OffScratch32  = int32(unsafe.Offsetof(Header{}.Scratch32)) - HeaderSize
	OffHostFlags  = int32(unsafe.Offsetof(Header{}.HostFlags)) - HeaderSize
	OffSaved      = int32(unsafe.Offsetof(Header{}.Saved)) - HeaderSize
	OffFPUsed     = int32(unsafe.Offsetof(Header{}.FPUsed)) - HeaderSize
	OffEntries    = int32(unsafe.Offsetof(Header{}.Entries)) - HeaderSize
)

// StateBias is added to the guest State pointer in the pinned register (RBP on amd64), so that
// one-byte displacements reach the first 256 bytes of the State.
const StateBias = 128

// JumpCacheEntry maps a guest PC to its TB's host entry. A jump cache has two parts of entries that are found by different
// bits of the PC: the code of an indirect jump looks in the first, Stubs.JumpMiss in the second. So PCs that share an
// entry, as those of two functions may, do not push each other out. An empty entry has the address of Stubs.JumpMiss, in the
// second part Stubs.JumpNone, which behaves as if the compare had failed; or it is all zero, but for the first of each part.
type JumpCacheEntry struct {
	PC   uint64
	Host uint64
}

// JumpCacheBits is the log2 of the number of entries of each part of a vCPU's jump cache. The index of a PC is
// (PC >> Config.PCShift) & (1<<JumpCacheBits - 1), that in the second part the same of PC ^ PC >> JumpCacheBits; JumpCacheSize
// is the size of both in bytes.
const (
	JumpCacheBits = 12
	JumpCacheSize = 2 * 16 << JumpCacheBits
)

// TLBEntry is one entry of the softmmu TLB generated code looks up in TLB mode. A tag is the guest
// page address, or all ones where the access must take the slow path.
type TLBEntry struct {
	ReadTag  uint64
	WriteTag uint64
	// Addend is host address minus guest address of the page.
	Addend uint64
	_      uint64
}

// TLBBits is the log2 of the number of entries of the TLB; index = (addr >> 12) & (1<<TLBBits - 1).
const TLBBits = 8
