package instrument

import (
	"encoding/binary"

	"github.com/gotcg/gotcg/cpu"
)

// cpu.Arch.ELFMachine of the guests.
const emX64, emA64 = 62, 183

// isSyscall reports whether code begins with a system call instruction: SYSCALL or INT 80h on x86, SVC
// on A64. SDM vol. 2B SYSCALL, vol. 2A INT n; Arm ARM C6.2 SVC.
func isSyscall(a *cpu.Arch, code []byte) bool {
	switch a.ELFMachine {
	case emX64:
		return len(code) >= 2 && (code[0] == 0x0f && code[1] == 0x05 || code[0] == 0xcd && code[1] == 0x80)
	case emA64:
		return len(code) >= 4 && binary.LittleEndian.Uint32(code)&0xffe0001f == 0xd4000001
	}
	return false
}

// IsSyscall reports whether code begins with a system call instruction of the guest.
func (c *CPU) IsSyscall(code []byte) bool { return isSyscall(c.set.arch, code) }

// SyscallLens returns the lengths in bytes that system call instructions of the guest have.
func (c *CPU) SyscallLens() []int {
	if c.set.arch.ELFMachine == emA64 {
		return []int{4}
	}
	return []int{2}
}
