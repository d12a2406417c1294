package ir

import (
	"fmt"
	"unsafe"
)

// ExcKind is the kind of a guest exception, neutral of the architecture.
type ExcKind uint8

const (
	// ExcNone: nothing happened.
	ExcNone ExcKind = iota
	// ExcSyscall: a system call instruction; the State PC is after it.
	ExcSyscall
	// ExcBreak: a breakpoint instruction (INT3: PC after it; BRK: PC of it).
	ExcBreak
	// ExcIllegal: an encoding the architecture says is undefined.
	ExcIllegal
	// ExcUnimplemented: a valid encoding gotcg does not translate; the guest sees ExcIllegal.
	ExcUnimplemented
	// ExcDivide: x86 #DE.
	ExcDivide
	// ExcMemory: a memory access or fetch that is not allowed; Fault says more.
	ExcMemory
	// ExcProtection: x86 #GP without an address (privileged insn, misaligned SSE operand, non-canonical).
	ExcProtection
	// ExcFP: an unmasked floating-point exception (#XM, #MF).
	ExcFP
	// ExcAlign: an alignment fault.
	ExcAlign
	// ExcInt: x86 INT n, other than 3; Code is n.
	ExcInt
	// ExcHalt: the guest asked to stop (bare-metal HLT/WFI).
	ExcHalt
	// ExcOverflow: x86 INTO, BOUND.
	ExcOverflow
	// ExcStop is not a guest's: the engine stops before this instruction, where somebody asked for it.
	ExcStop
	numExcKinds
)

var excNames = [numExcKinds]string{"none", "syscall", "break", "illegal", "unimplemented", "divide", "memory",
	"protection", "fp", "align", "int", "halt", "overflow", "stop"}

// String returns the kind's name as the printer writes it.
func (k ExcKind) String() string {
	if k < numExcKinds {
		return excNames[k]
	}
	return fmt.Sprintf("exc%d", uint8(k))
}

// Access is what a memory access wanted.
type Access uint8

// The accesses.
const (
	AccessRead Access = iota
	AccessWrite
	AccessFetch
)

// String names the access.
func (a Access) String() string { return [...]string{"read", "write", "fetch"}[a&3%3] }

// FaultKind says why a memory access failed.
type FaultKind uint8

const (
	// FaultNone: the access succeeded.
	FaultNone FaultKind = iota
	// FaultUnmapped: nothing is mapped there (SEGV_MAPERR).
	FaultUnmapped
	// FaultPerm: mapped, but the access is not permitted (SEGV_ACCERR).
	FaultPerm
	// FaultRange: outside the guest's address range (non-canonical on x86).
	FaultRange
	// FaultAlign: misaligned where alignment is demanded.
	FaultAlign
	// FaultBus: the backing object ended before this page (SIGBUS, BUS_ADRERR).
	FaultBus
)

// Fault is the outcome of a memory access; Kind FaultNone is success.
type Fault struct {
	Addr   uint64 // guest virtual, first byte that failed
	Kind   FaultKind
	Access Access
}

// Ok reports success.
func (f Fault) Ok() bool { return f.Kind == FaultNone }

// Exception is a guest event that ends a run of translated code, as a value.
type Exception struct {
	Kind ExcKind
	// PC is the guest PC stored in the State with it.
	PC uint64
	// Code is the syscall's immediate, INT n's n, BRK's immediate ...
	Code  uint64
	Fault Fault
}

// Memory is guest memory as the interpreter and helpers see it. Values are little-endian in Lo, Hi. Aligned
// accesses of up to 8 bytes are single-copy atomic, loads acquires and stores releases (Arm ARM B2.2, SDM vol. 3 8.1).
// Implementations are package softmmu's.
type Memory interface {
	// Load reads W bytes at addr.
	Load(addr uint64, w Width) (Val, Fault)
	// Store writes the low W bytes of v.
	Store(addr uint64, w Width, v Val) Fault
	// Atomic does the read-modify-write op (Cas, CasV, AtXchg ...) sequentially consistently and
	// returns the old value; cmp is the expected value of Cas and CasV.
	Atomic(op Opcode, addr uint64, w Width, arg, cmp Val) (Val, Fault)
	// Read and Write copy bytes; on a fault nothing or a prefix has been copied, up to Fault.Addr.
	Read(addr uint64, p []byte) Fault
	Write(addr uint64, p []byte) Fault
}

// Env is what a helper and the interpreter see of a vCPU.
type Env struct {
	// State points at the guest State, FPEnv at its FP environment word (see GetEnv).
	State unsafe.Pointer
	FPEnv *uint64
	Mem   Memory
	// PC is the guest PC of the instruction being executed.
	PC uint64
	// Exc is set by Raise.
	Exc Exception
	// In is room for the inputs of the op being done: what helpers get would escape from the stack.
	In [5]Val
	// Fence is a word of this vCPU's own for whoever needs an atomic operation as a barrier.
	Fence uint32
	// VCPU is the vCPU's index, from 0.
	VCPU int
	// User belongs to who made the Env (the engine's vCPU); helpers of guests do not touch it.
	User any
	// Instr belongs to the engine's Instrumenter.
	Instr any
}

// Raise makes the current instruction end with an exception. The caller returns afterwards.
func (e *Env) Raise(x Exception) { e.Exc = x }

// RaiseFault raises a memory exception.
func (e *Env) RaiseFault(f Fault) {
	e.Exc = Exception{Kind: ExcMemory, PC: e.PC, Fault: f}
}
