package instrument

import (
	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// CPU is a handle of the vCPU an event happens on; it is valid during the call it is passed to. At a
// question asked at translation it has no registers.
type CPU struct {
	set *Set
	env *ir.Env
	tid int
	cuts
}

// Index returns the vCPU's number, from 0, which no later vCPU gets again; at translation 0.
func (c *CPU) Index() int {
	if c.env == nil {
		return 0
	}
	return c.env.VCPU
}

// ThreadID returns the guest's number of the thread that the vCPU is (gettid(2)), 0 without an operating system
// and at translation.
func (c *CPU) ThreadID() int { return c.tid }

// Arch describes the guest architecture.
func (c *CPU) Arch() *cpu.Arch { return c.set.arch }

// ReadMemory copies len(buf) bytes of guest memory at addr (guest virtual) without side effects and
// reports success; on failure buf's content is undefined.
func (c *CPU) ReadMemory(addr uint64, buf []byte) bool { return c.set.host.ReadMemory(addr, buf) }

// ReadRegister copies the register with gdb's number reg to buf, little-endian, and returns its size in
// bytes: 0 if there is no such register, there are no registers now, or buf is too small.
func (c *CPU) ReadRegister(reg int, buf []byte) int {
	if c.env == nil {
		return 0
	}
	if reg == c.set.arch.Roles.PC {
		// The State's PC is that of the last exit.
		var pc [8]byte
		for i := range pc {
			pc[i] = byte(c.env.PC >> (8 * i))
		}
		return copy(buf, pc[:])
	}
	r := c.set.arch.Reg(reg)
	if r == nil || len(buf) < r.Size() {
		return 0
	}
	return r.Read(c.env.State, buf)
}

// Register returns the low 64 bits of the register with gdb's number reg, 0 if there is none.
func (c *CPU) Register(reg int) uint64 {
	var buf [64]byte
	var v uint64
	for i := min(c.ReadRegister(reg, buf[:]), 8) - 1; i >= 0; i-- {
		v = v<<8 | uint64(buf[i])
	}
	return v
}

// Code returns the bytes of the instruction at pc, or nil, and its disassembly.
func (c *CPU) Code(pc uint64) (code []byte, text string) {
	a := c.set.arch
	buf := make([]byte, a.MaxInsnLen)
	for n := len(buf); n > 0; n -= max(a.InsnAlign, 1) {
		if c.ReadMemory(pc, buf[:n]) {
			buf = buf[:n]
			break
		}
	}
	text, n := a.Disas(buf, pc)
	return buf[:min(max(n, 0), len(buf))], text
}
