package abi

// Arch is a guest ABI.
type Arch uint8

// The guest ABIs.
const (
	X64 Arch = iota + 1 // x86-64, LP64
	A64                 // AArch64, LP64
)

// String returns the name uname(2) gives as machine.
func (a Arch) String() string {
	switch a {
	case X64:
		return "x86_64"
	case A64:
		return "aarch64"
	}
	return "unknown"
}

// SyscallInsnLen returns the length in bytes of the instruction that makes a system call.
func (a Arch) SyscallInsnLen() uint64 {
	if a == A64 {
		return 4 // svc
	}
	return 2 // syscall
}

// names returns the system call names of a by number.
func (a Arch) names() []string {
	switch a {
	case X64:
		return namesX64[:]
	case A64:
		return namesA64[:]
	}
	return nil
}

// SyscallName returns the name of system call nr, or "" if the kernel has none by that number.
func (a Arch) SyscallName(nr uint64) string {
	if t := a.names(); nr < uint64(len(t)) {
		return t[nr]
	}
	return ""
}

// SyscallCount returns one more than the highest system call number of a.
func (a Arch) SyscallCount() int { return len(a.names()) }

// SyscallNumber returns the number of the system call called name.
func (a Arch) SyscallNumber(name string) (uint64, bool) {
	for i, n := range a.names() {
		if n == name && n != "" {
			return uint64(i), true
		}
	}
	return 0, false
}
