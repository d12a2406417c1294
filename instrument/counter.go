package instrument

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/tcg/ir"
)

// numCounters is the size of a vCPU's scoreboard (tcg.NumCounters); slots up to firstSlot (tcg.FirstSlot) are the
// engine's.
const (
	numCounters = 4096
	firstSlot   = 8
)

// Counter is a 64-bit counter per vCPU that generated code adds to.
type Counter struct {
	set  *Set
	slot uint32
	// base is what a removed plugin had counted in the slot before.
	base []uint64
}

// PerCPU returns the counter's values by vCPU. While the guest runs they may lag behind.
func (c *Counter) PerCPU() []uint64 {
	boards := c.set.host.Counters()
	v := make([]uint64, len(boards))
	for i, b := range boards {
		if int(c.slot) < len(b) { // else zero
			v[i] = atomic.LoadUint64(&b[c.slot])
		}
		if i < len(c.base) {
			v[i] -= c.base[i]
		}
	}
	return v
}

// Total returns the sum over all vCPUs.
func (c *Counter) Total() uint64 {
	var sum uint64
	for _, v := range c.PerCPU() {
		sum += v
	}
	return sum
}

// Insn is an instruction under translation, for Inliners. It is valid during the call.
type Insn struct {
	PC uint64
	// First: the instruction begins a block, or is behind one that has an event of a plugin that may flush (NonFlusher).
	First bool
	// CPU is a handle without registers.
	CPU *CPU

	set  *Set
	b    *ir.Builder
	code []byte
	text string
	n    int
}

// decode fills in length and text.
func (in *Insn) decode() {
	if in.n == 0 {
		in.text, in.n = in.set.arch.Disas(in.code, in.PC)
		in.n = max(1, min(in.n, len(in.code)))
	}
}

// Code returns the instruction's bytes; do not keep them.
func (in *Insn) Code() []byte {
	in.decode()
	return in.code[:in.n]
}

// Disas returns the instruction's text.
func (in *Insn) Disas() string {
	in.decode()
	return in.text
}

// IsSyscall reports whether the instruction is a system call.
func (in *Insn) IsSyscall() bool { return isSyscall(in.set.arch, in.code) }

// Count adds n to c at every execution of the instruction.
func (in *Insn) Count(c *Counter, n int32) { in.b.Emit(counterOp(c, n)) }

// CountAccesses adds 1 to loads or stores, where not nil, before every memory access of the instruction; an
// atomic read-modify-write is one of each, and counts once when both are the same Counter.
func (in *Insn) CountAccesses(loads, stores *Counter) {
	in.set.hook.count = append(in.set.hook.count, [2]*Counter{loads, stores})
}

func counterOp(c *Counter, n int32) ir.Op {
	return ir.Op{Code: ir.Counter, Imm: ir.CounterImm(c.slot, n),
		A: [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}}
}
