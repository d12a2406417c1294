package gotcg

import (
	"fmt"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// ExitKind tells why Run returned.
type ExitKind uint8

const (
	// Exited: the program ended by itself, with Code.
	Exited ExitKind = iota
	// Signaled: the program was killed by Signal; Code is 128 + its number.
	Signaled
	// Raised: raw code raised Exception (a system call, a fault, an illegal instruction ...).
	// The State is precise; Run may be called again, after the cause has been mended. A system call has the PC behind its
	// instruction, so that Run goes on there, and so has INT3; anything else, BRK among it, has it at the instruction.
	Raised
	// UntilReached: the PC is at an Until address, whose instruction has not run.
	UntilReached
	// LimitReached: as many instructions as the Limit have run.
	LimitReached
	// Stopped: Stop was called or the context ended.
	Stopped
)

var exitNames = [...]string{"exited", "signaled", "raised", "until", "limit", "stopped"}

// String names the kind.
func (k ExitKind) String() string {
	if int(k) < len(exitNames) {
		return exitNames[k]
	}
	return fmt.Sprintf("exit%d", uint8(k))
}

// Exit is the outcome of a Run, as a value.
type Exit struct {
	Kind ExitKind
	// Code is the program's exit status, 128+Signal for Signaled.
	Code int
	// Signal is the guest's signal number for Signaled.
	Signal int
	// PC is the guest PC, of Thread. See Raised for where an exception leaves it.
	PC uint64
	// Thread is the id of the program's thread that reached the address or the limit; of the first
	// thread for other kinds, 0 for raw code.
	Thread int
	// Exception is what the guest raised, for Raised.
	Exception Exception
	// Text describes a Signaled exit: "SIGSEGV at pc=0x401000 addr=0x0 (read of unmapped memory)".
	Text string
}

// Exception is a guest exception: its Kind is one of those below, or another of package tcg/ir; Code is the number in the
// instruction (SVC, BRK, INT); Fault is what went wrong with memory: the address of the first byte that failed (Addr),
// how it was accessed (Access), and why that failed (Kind).
type Exception = cpu.Exception

// Exception kinds a caller of Run meets (see package tcg/ir for all).
const (
	Syscall    = ir.ExcSyscall
	Breakpoint = ir.ExcBreak
	Illegal    = ir.ExcIllegal
	Divide     = ir.ExcDivide
	MemFault   = ir.ExcMemory
	Protection = ir.ExcProtection
)

// String describes the exit in one line.
func (e Exit) String() string {
	switch e.Kind {
	case Exited:
		return fmt.Sprintf("exited with status %d", e.Code)
	case Signaled:
		return "guest killed by " + e.Text
	case Raised:
		if e.Exception.Kind == ir.ExcMemory {
			f := e.Exception.Fault
			return fmt.Sprintf("%s fault at address %#x, pc %#x", f.Access, f.Addr, e.PC)
		}
		return fmt.Sprintf("%s at pc %#x", e.Exception.Kind, e.PC)
	}
	return fmt.Sprintf("%s at pc %#x", e.Kind, e.PC)
}
