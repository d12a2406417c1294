package arm64

import (
	"encoding/binary"
	"strconv"
	"sync"
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"golang.org/x/arch/arm64/arm64asm"
)

// arch is set up by the first call of Arch, which whoever decodes makes: programs that run another guest
// need not wait for it.
var arch cpu.Arch

// tagBits is the size of the tag in addresses.
const tagBits = 8

var setUp = sync.OnceFunc(func() {
	tableInt.rows = tableIntRows[:]
	tableFPSIMD.rows = tableFPSIMDRows[:]
	var s State
	arch = cpu.Arch{
		Name:         "aarch64",
		Globals:      globals(),
		Flags:        gFlags,
		StateSize:    uint32(unsafe.Sizeof(s)),
		PCOffset:     uint32(unsafe.Offsetof(s.PC)),
		FPEnvOffset:  uint32(unsafe.Offsetof(s.FPEnv)),
		MaxInsnLen:   4,
		InsnAlign:    4,
		TagBits:      tagBits, // TCR_EL1.TBI0 without TBID0, as Linux sets it; Arm ARM D8.8.1
		InitState:    initState,
		Mode:         mode,
		Translate:    translate,
		TranslateRun: translateRun,
		Disas:        disas,
		Regs:         regs(),
		Roles: cpu.Roles{
			PC: regPC, SP: regSP, FP: 29, SyscallNr: 8, SyscallArg: [6]int{0, 1, 2, 3, 4, 5}, SyscallRet: 0,
			TLS: regTLS,
		},
		HWCap:      hwcap,
		Platform:   "aarch64",
		ELFMachine: 183, // EM_AARCH64
	}
})

// Arch returns the architecture. It is shared and not to be changed.
func Arch() *cpu.Arch {
	setUp()
	return &arch
}

// mode returns the bits of the State that change translation.
func mode(p unsafe.Pointer) uint32 { return stateOf(p).fpMode() }

// gdb's register numbers. gdb manual, AArch64 Features.
const (
	regSP    = 31
	regPC    = 32
	regCPSR  = 33
	regV0    = 34
	regNFPSR = 66
	regNFPCR = 67
	regTLS   = 68
)

func regs() []cpu.RegInfo {
	const (
		core = "org.gnu.gdb.aarch64.core"
		fpu  = "org.gnu.gdb.aarch64.fpu"
		tls  = "org.gnu.gdb.aarch64.tls"
	)
	var s State
	r := make([]cpu.RegInfo, 0, len(s.X)+len(s.V)+6)
	for i := range s.X {
		r = append(r, cpu.RegInfo{Name: "x" + strconv.Itoa(i), Num: i, Bits: 64, Feature: core, Type: "int",
			Offset: uint32(unsafe.Offsetof(s.X)) + uint32(i)*8})
	}
	r = append(r,
		cpu.RegInfo{Name: "sp", Num: regSP, Bits: 64, Feature: core, Type: "data_ptr", Offset: uint32(unsafe.Offsetof(s.SP))},
		cpu.RegInfo{Name: "pc", Num: regPC, Bits: 64, Feature: core, Type: "code_ptr", Offset: uint32(unsafe.Offsetof(s.PC))},
		cpu.RegInfo{Name: "cpsr", Num: regCPSR, Bits: 32, Feature: core, Type: "cpsr_flags",
			Get: func(p unsafe.Pointer) (lo, hi uint64) { return stateOf(p).NZCV(), 0 },
			Set: func(p unsafe.Pointer, lo, _ uint64) { stateOf(p).SetNZCV(lo) }})
	for i := range s.V {
		r = append(r, cpu.RegInfo{Name: "v" + strconv.Itoa(i), Num: regV0 + i, Bits: 128, Feature: fpu, Type: "aarch64v",
			Offset: uint32(unsafe.Offsetof(s.V)) + uint32(i)*16})
	}
	return append(r,
		cpu.RegInfo{Name: "fpsr", Num: regNFPSR, Bits: 32, Feature: fpu, Type: "int",
			Get: func(p unsafe.Pointer) (lo, hi uint64) { return stateOf(p).ReadFPSR(), 0 },
			Set: func(p unsafe.Pointer, lo, _ uint64) { stateOf(p).WriteFPSR(lo) }},
		cpu.RegInfo{Name: "fpcr", Num: regNFPCR, Bits: 32, Feature: fpu, Type: "int",
			Get: func(p unsafe.Pointer) (lo, hi uint64) { return stateOf(p).FPCR, 0 },
			Set: func(p unsafe.Pointer, lo, _ uint64) { stateOf(p).WriteFPCR(lo) }},
		cpu.RegInfo{Name: "tpidr", Num: regTLS, Bits: 64, Feature: tls, Type: "data_ptr", Offset: uint32(unsafe.Offsetof(s.TPIDR))})
}

// disasMu guards arm64asm, whose decoder writes a package variable.
var disasMu sync.Mutex

// disas returns an instruction's text in Arm syntax.
func disas(code []byte, pc uint64) (string, int) {
	if len(code) < 4 {
		return "", 0
	}
	disasMu.Lock()
	defer disasMu.Unlock()
	in, err := arm64asm.Decode(code[:4])
	if err != nil {
		w := insn(binary.LittleEndian.Uint32(code))
		if row := decode(w); row != nil {
			return ".inst 0x" + strconv.FormatUint(uint64(w), 16) + " // " + row.name, 4
		}
		return ".inst 0x" + strconv.FormatUint(uint64(w), 16), 4
	}
	return arm64asm.GNUSyntax(in), 4
}
