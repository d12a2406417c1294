package x86

import (
	"encoding/binary"
	"time"

	"github.com/gotcg/gotcg/tcg/ir"
)

var (
	helperCPUID = ir.Helper{Name: "cpuid", Fn: cpuid}
	helperRDTSC = ir.Helper{Name: "rdtsc", NoGlobals: true, Fn: rdtsc}
)

// cpuidMax and cpuidMaxExt are the highest basic and extended leaves.
const (
	cpuidMax    = 7
	cpuidMaxExt = 0x80000008
)

// Baseline bits of leaf 1 EDX: FPU TSC CX8 CMOV CLFSH MMX FXSR SSE SSE2.
const leaf1EDX = 1<<0 | 1<<4 | 1<<8 | 1<<15 | 1<<19 | 1<<23 | 1<<24 | 1<<25 | 1<<26

const (
	vendorID = "AuthenticAMD"
	hyperID  = "gotcg gotcg "
	brand    = "gotcg virtual x86-64 processor"
)

// cpuid implements CPUID: the x86-64 baseline and what features.go finds translated. The vendor
// decides which way a libc asks for cache sizes (leaves 8000_0005 and 6) and nothing else here.
// SDM vol. 2 CPUID; AMD APM vol. 3 E.
func cpuid(env *ir.Env, _ *[4]ir.Val) ir.Val {
	s := stateOf(env)
	a, b, c, d := cpuidLeaf(uint32(s.Reg[RAX]), uint32(env.VCPU))
	s.Reg[RAX], s.Reg[RBX], s.Reg[RCX], s.Reg[RDX] = uint64(a), uint64(b), uint64(c), uint64(d)
	return ir.Val{}
}

// word returns four bytes of s as a register shows them.
func word(s string, i int) uint32 {
	var p [4]byte
	if i < len(s) {
		copy(p[:], s[i:])
	}
	return binary.LittleEndian.Uint32(p[:])
}

// cpuidLeaf returns EAX, EBX, ECX and EDX of a leaf, subleaf 0.
func cpuidLeaf(leaf, vcpu uint32) (a, b, c, d uint32) {
	bit := func(reg uint8) uint32 { return claimedBits(leaf, reg) }
	switch leaf {
	case 0:
		return cpuidMax, word(vendorID, 0), word(vendorID, 8), word(vendorID, 4)
	case 1: // family 15, model 107, stepping 1; CLFLUSH line of 64 bytes; hypervisor present
		return 0x060fb1, vcpu<<24 | 8<<8, bit(RCX) | 1<<31, bit(RDX) | leaf1EDX
	case 7:
		return 0, bit(RBX), bit(RCX), bit(RDX)
	case 0x40000000:
		return leaf, word(hyperID, 0), word(hyperID, 4), word(hyperID, 8)
	case 0x80000000:
		return cpuidMaxExt, word(vendorID, 0), word(vendorID, 8), word(vendorID, 4)
	case 0x80000001: // SYSCALL, NX, LM
		return 0x060fb1, 0, bit(RCX), bit(RDX) | leaf1EDX&(1<<0|1<<4|1<<8|1<<15|1<<23|1<<24) | 1<<11 | 1<<20 | 1<<29
	case 0x80000002, 0x80000003, 0x80000004:
		i := int(leaf-0x80000002) * 16
		return word(brand, i), word(brand, i+4), word(brand, i+8), word(brand, i+12)
	case 0x80000005: // L1: 32 KiB data and code, 8 ways, 64-byte lines; TLBs of 64 entries
		return 0xff40ff40, 0xff40ff40, 32<<24 | 8<<16 | 1<<8 | 64, 32<<24 | 8<<16 | 1<<8 | 64
	case 0x80000006: // L2: 512 KiB, 8 ways; L3: 16 MiB, 16 ways
		return 0, 0x42004200, 512<<16 | 6<<12 | 1<<8 | 64, 32<<18 | 8<<12 | 1<<8 | 64
	case 0x80000007: // invariant TSC
		return 0, 0, 0, 1 << 8
	case 0x80000008: // 48 virtual, 40 physical address bits
		return 48<<8 | 40, 0, 0, 0
	}
	return 0, 0, 0, 0
}

var tscStart = time.Now()

// rdtsc is the time stamp counter: nanoseconds since the process started, so it runs at 1 GHz.
func rdtsc(*ir.Env, *[4]ir.Val) ir.Val { return ir.Val{Lo: uint64(time.Since(tscStart))} }
