package x86

import "unsafe"

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
)

// The vector registers must be 16-byte aligned within State.
var _ [0]struct{} = [offXMM % 16]struct{}{}
