package cpu

import "github.com/gotcg/gotcg/tcg/ir"

// The exception kinds and what comes with them, under this package's name for rooms that do not
// deal with IR.
type (
	ExcKind   = ir.ExcKind
	Fault     = ir.Fault
	FaultKind = ir.FaultKind
	Access    = ir.Access
)

// Exception kinds, see package ir.
const (
	ExcNone          = ir.ExcNone
	ExcSyscall       = ir.ExcSyscall
	ExcBreak         = ir.ExcBreak
	ExcIllegal       = ir.ExcIllegal
	ExcUnimplemented = ir.ExcUnimplemented
	ExcDivide        = ir.ExcDivide
	ExcMemory        = ir.ExcMemory
	ExcProtection    = ir.ExcProtection
	ExcFP            = ir.ExcFP
	ExcAlign         = ir.ExcAlign
	ExcInt           = ir.ExcInt
	ExcHalt          = ir.ExcHalt
	ExcOverflow      = ir.ExcOverflow
)

// Fault kinds and accesses, see package ir.
const (
	FaultUnmapped = ir.FaultUnmapped
	FaultPerm     = ir.FaultPerm
	FaultRange    = ir.FaultRange
	FaultAlign    = ir.FaultAlign
	FaultBus      = ir.FaultBus

	AccessRead  = ir.AccessRead
	AccessWrite = ir.AccessWrite
	AccessFetch = ir.AccessFetch
)
