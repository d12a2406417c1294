package x86

import (
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// HWCAP2_FSGSBASE of Linux.
const hwcap2FSGSBase = 1 << 1

// Arch describes the x86-64 guest.
var Arch = &cpu.Arch{
	Name:        "x86-64",
	Globals:     globals,
	Flags:       tFlags,
	StateSize:   uint32(stateSize),
	PCOffset:    uint32(offRIP),
	FPEnvOffset: uint32(offMXCSR),
	X87: &ir.X87Layout{
		FPR: int32(offFPR), Top: int32(offFTop), Status: int32(offFSW), Control: int32(offFCW), Tags: int32(offFTag),
	},
	Rep:          &ir.RepLayout{Count: tReg(RCX), Src: tReg(RSI), Dst: tReg(RDI), Acc: tReg(RAX), Down: tSys, DownMask: EFlagDF},
	MaxInsnLen:   MaxLen,
	InsnAlign:    1,
	TSO:          true,
	InitState:    func(p unsafe.Pointer) { StateAt(p).Init() },
	Mode:         func(p unsafe.Pointer) uint32 { return StateAt(p).fpMode() },
	Translate:    Translate,
	TranslateRun: TranslateRun,
	Disas:        Disas,
	Regs:         gdbRegs,
	Roles: cpu.Roles{
		PC: 16, SP: RSPgdb, FP: 6,
		SyscallNr: 0, SyscallArg: [6]int{5, 4, 3, 10, 8, 9}, SyscallRet: 0,
		TLS: gdbFSBase,
	},
	HWCap:      hwcap,
	Platform:   "x86_64",
	ELFMachine: 62,
}

// hwcap returns AT_HWCAP, which is EDX of CPUID leaf 1, and AT_HWCAP2. Linux arch/x86/include/asm/elf.h.
func hwcap() (hwcap, hwcap2 uint64) {
	_, _, _, edx := cpuidLeaf(1, 0)
	return uint64(edx), hwcap2FSGSBase
}

// Init sets the state of a new 64-bit user program: flags and registers clear, x87 and SSE as
// FNINIT and reset leave them, flat segments.
func (s *State) Init() {
	*s = State{Flags: ir.FlagOne, MXCSR: ir.FPDefault, FCW: 0x37f}
	s.Seg[CS], s.Seg[SS] = SelCode, SelData
}

// EFLAGS returns the flags as PUSHF would push them.
func (s *State) EFLAGS() uint64 {
	return s.Flags>>8&0xff | s.Flags&ir.FlagO<<11 | s.Sys | EFlagIF | EFlagR1
}

// SetEFLAGS sets the flags a user program can change.
func (s *State) SetEFLAGS(v uint64) {
	s.Flags = ir.FlagOne | v&(ArithMask&0xff)<<8 | v>>11&1
	s.Sys = v & SysMask
}
