package x86

import (
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Offsets of State fields, in bytes.
const (
	offReg    = unsafe.Offsetof(State{}.Reg)
	offRIP    = unsafe.Offsetof(State{}.RIP)
	offFlags  = unsafe.Offsetof(State{}.Flags)
	offSys    = unsafe.Offsetof(State{}.Sys)
	offFSBase = unsafe.Offsetof(State{}.FSBase)
	offGSBase = unsafe.Offsetof(State{}.GSBase)
	offMXCSR  = unsafe.Offsetof(State{}.MXCSR)
	offXMM    = unsafe.Offsetof(State{}.XMM)
	offFPR    = unsafe.Offsetof(State{}.FPR)
	offFTop   = unsafe.Offsetof(State{}.FTop)
	offFSW    = unsafe.Offsetof(State{}.FSW)
	offFCW    = unsafe.Offsetof(State{}.FCW)
	offFTag   = unsafe.Offsetof(State{}.FTag)
	offTSCAux = unsafe.Offsetof(State{}.TSCAux)
	offSeg    = unsafe.Offsetof(State{}.Seg)

	offScratch = unsafe.Offsetof(State{}.Scratch)

	stateSize = unsafe.Sizeof(State{})
)

// The vector registers must be 16-byte aligned within State.
var _ [0]struct{} = [offXMM % 16]struct{}{}

// stateOf returns the State a helper works on.
func stateOf(env *ir.Env) *State { return (*State)(env.State) }

// StateAt returns the State behind p, for code that holds a vCPU's block.
func StateAt(p unsafe.Pointer) *State { return (*State)(p) }

// scratch returns State.Scratch as bytes.
func (s *State) scratch() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(&s.Scratch)), 512) }
