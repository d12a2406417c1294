// Package hostexec runs a short sequence of x86-64 instructions on the host CPU, from and to a full
// register image: the oracle of the differential tests. Only tests use it.
//
// A Runner owns one code area and one scratch area at the addresses the caller wants, so that the same
// bytes, PCs and pointers mean the same in a guest. The sequence is copied to the code area with a jump
// to the exit stub behind it. It must not fault: a host fault in it ends the process, as would
// one in any Go assembly.
package hostexec

// Regs is a register image. FX is the FXSAVE64 layout (SDM vol. 1 10.5): x87, MXCSR and XMM.
type Regs struct {
	GPR   [16]uint64 // in encoding order
	Flags uint64     // RFLAGS
	_     [3]uint64  // for the entry stub
	FX    [512]byte
}
