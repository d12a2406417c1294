package linux

import (
	"context"

	"github.com/gotcg/gotcg/cpu"
)

// CPU is one guest core as the personality needs it. The root package implements it with the
// engine; tests implement it with a script.
type CPU interface {
	// Arch describes the guest architecture. Registers are named by the numbers in its Roles.
	Arch() *cpu.Arch
	// Run executes guest code until an exception, which it returns with the guest state
	// complete: after a syscall the PC is that of the next instruction, for anything else that
	// of the instruction at fault. An exception of kind none means that the CPU was asked to
	// stop (context, budget, breakpoint); error means that it cannot go on.
	Run(ctx context.Context) (cpu.Exception, error)
	// ReadReg and WriteReg access the low 64 bits of a register by gdb number; WriteReg
	// clears the rest.
	ReadReg(num int) uint64
	WriteReg(num int, v uint64)
}
