package instrument

import (
	"debug/elf"
	"encoding/binary"

	"github.com/gotcg/gotcg/cpu"
)

// isSyscall reports whether code begins with a system call instruction: SYSCALL or INT 80h on x86, SVC
// on A64. SDM vol. 2B SYSCALL, vol. 2A INT n; Arm ARM C6.2 SVC.
func isSyscall(a *cpu.Arch, code []byte) bool {
	switch elf.Machine(a.ELFMachine) {
	case elf.EM_X86_64, elf.EM_386:
		return len(code) >= 2 && (code[0] == 0x0f && code[1] == 0x05 || code[0] == 0xcd && code[1] == 0x80)
	case elf.EM_AARCH64:
		return len(code) >= 4 && binary.LittleEndian.Uint32(code)&0xffe0001f == 0xd4000001
	}
	return false
}

// IsSyscall reports whether code begins with a system call instruction of the guest.
func (c *CPU) IsSyscall(code []byte) bool { return isSyscall(c.set.arch, code) }

// SyscallLens returns the lengths in bytes that system call instructions of the guest have.
func (c *CPU) SyscallLens() []int {
	if elf.Machine(c.set.arch.ELFMachine) == elf.EM_AARCH64 {
		return []int{4}
	}
	return []int{2}
}
