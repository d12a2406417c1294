package linux

import (
	"context"

	"github.com/gotcg/gotcg/cpu"
)

// callReader is a CPU that reads the registers of a system call faster than one by one: its number and arguments.
type callReader interface {
	ReadCall(*Args) (nr uint64)
}

// CPU is one guest core as the personality needs it. The root package implements it with the
// engine; tests implement it with a script.
type CPU interface {
	// Arch describes the guest architecture. Registers are named by the numbers in its Roles.
	Arch() *cpu.Arch
	// Run executes guest code until an exception, which it returns with the guest state
	// complete: after a syscall the PC is that of the next instruction, for anything else that
	// of the instruction at fault. An exception of kind none means that the CPU was interrupted,
	// or with Code StopHere that the process is to pause; error means that it cannot go on.
	Run(ctx context.Context) (cpu.Exception, error)
	// Interrupt makes Run, or the next Run, return an exception of kind none soon. Any goroutine
	// may call it, also while or after the CPU is closed.
	Interrupt()
	// Clone makes a CPU for a new thread, with the registers of this one.
	Clone() (CPU, error)
	// Close ends the CPU with its thread. It is called once; the goroutine that ran it calls it.
	Close()
	// ReadReg and WriteReg access the low 64 bits of a register by gdb number; WriteReg
	// clears the rest.
	ReadReg(num int) uint64
	WriteReg(num int, v uint64)
	// ReadRegBytes copies a register's whole value, little-endian, and returns its size in bytes,
	// 0 if there is none or b is too short; WriteRegBytes sets it from b.
	ReadRegBytes(num int, b []byte) int
	WriteRegBytes(num int, b []byte) int
}
