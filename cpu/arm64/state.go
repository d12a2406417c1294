package arm64

import (
	"strconv"
	"sync"
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// State is the register block of one AArch64 vCPU. The general registers come first, so that generated code
// reaches them with short displacements. It lives off the Go heap and holds no pointers.
type State struct {
	X  [31]uint64
	SP uint64
	// Flags is NZCV as a flags word of package ir (N=S, Z, C, V=O; C in Arm's sense).
	Flags uint64
	PC    uint64
	// FPEnv is the rounding mode and the cumulative exception bits in MXCSR layout (ir.GetEnv).
	FPEnv uint64
	TPIDR uint64
	V     [32][2]uint64
	// FPCR is the control register as the guest wrote it, RES0 bits clear; FPEnv holds what acts.
	FPCR uint64
	// FPSR holds IDC, the status bit that FPEnv has no place for.
	FPSR uint64
	// QC is non-zero in some bit when FPSR.QC is set: saturating ops OR their differences into it.
	QC [2]uint64
	// The exclusive monitor: ExclSize is the number of bytes reserved, 0 when the monitor is open.
	// ExclLo and ExclHi are what the load-exclusive read.
	ExclAddr, ExclSize, ExclLo, ExclHi uint64
}

// Temps of the globals, in the order of globals.
const (
	gX     = ir.Temp(0)
	gSP    = ir.Temp(31)
	gFlags = ir.Temp(32)
	gV     = ir.Temp(33)
	gTPIDR = ir.Temp(65) + iota - 4
	gFPCR
	gFPSR
	gExclAddr
	gExclSize
	gExclLo
	gExclHi
	gQC
	numGlobals
)

var globals = sync.OnceValue(makeGlobals)

func makeGlobals() []ir.GlobalInfo {
	var s State
	g := make([]ir.GlobalInfo, 0, numGlobals)
	add := func(name string, t ir.Type, off uintptr) {
		g = append(g, ir.GlobalInfo{Name: name, Type: t, Offset: uint32(off)})
	}
	for i := range s.X {
		add("x"+strconv.Itoa(i), ir.I64, unsafe.Offsetof(s.X)+uintptr(i)*8)
	}
	add("sp", ir.I64, unsafe.Offsetof(s.SP))
	add("nzcv", ir.I64, unsafe.Offsetof(s.Flags))
	for i := range s.V {
		add("v"+strconv.Itoa(i), ir.V128, unsafe.Offsetof(s.V)+uintptr(i)*16)
	}
	add("tpidr_el0", ir.I64, unsafe.Offsetof(s.TPIDR))
	add("fpcr", ir.I64, unsafe.Offsetof(s.FPCR))
	add("fpsr", ir.I64, unsafe.Offsetof(s.FPSR))
	add("excl_addr", ir.I64, unsafe.Offsetof(s.ExclAddr))
	add("excl_size", ir.I64, unsafe.Offsetof(s.ExclSize))
	add("excl_lo", ir.I64, unsafe.Offsetof(s.ExclLo))
	add("excl_hi", ir.I64, unsafe.Offsetof(s.ExclHi))
	add("qc", ir.V128, unsafe.Offsetof(s.QC))
	return g
}

// stateOf returns the State at p.
func stateOf(p unsafe.Pointer) *State { return (*State)(p) }

// initState sets the registers to their values at the start of a user program.
func initState(p unsafe.Pointer) {
	*stateOf(p) = State{Flags: ir.FlagOne, FPEnv: ir.FPDefault | ir.FPArm}
}

// NZCV returns the condition flags in bits 31:28, as MRS NZCV gives them.
func (s *State) NZCV() uint64 { return nzcvFromFlags(s.Flags) }

// SetNZCV sets the condition flags from bits 31:28 of v.
func (s *State) SetNZCV(v uint64) { s.Flags = flagsFromNZCV(v) }

func nzcvFromFlags(f uint64) uint64 {
	return (f>>15&1)<<31 | (f>>14&1)<<30 | (f>>8&1)<<29 | (f&1)<<28
}

func flagsFromNZCV(v uint64) uint64 {
	return ir.FlagOne | (v>>31&1)<<15 | (v>>30&1)<<14 | (v>>29&1)<<8 | v>>28&1
}
