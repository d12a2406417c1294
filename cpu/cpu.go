// Package cpu is the contract between the engine and the guest architectures: what a guest has for
// State, registers and events, and how one instruction of it becomes IR. Guests live below it
// (cpu/x86, cpu/arm64); nothing here knows one of them.
package cpu

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Exception is a guest event as a value.
type Exception = ir.Exception

// TBKey holds everything that changes what is translated: the PC, the guest's mode bits, and the
// engine's translation flags.
type TBKey struct {
	PC    uint64
	Mode  uint32 // guest mode bits (Arch.Mode)
	Flags uint32 // engine flags (tcg)
}

// Result is what translating one instruction came to.
type Result struct {
	// Len is the instruction's length in bytes.
	Len int
	// End: the block is over; its exits have been appended.
	End bool
	// Short: code ended before the instruction did; nothing was appended. The engine ends the block
	// before it, or raises a fetch fault at the first missing byte when the block is empty.
	Short bool
	// Flow says what the jump that ends the block is for.
	Flow Flow
}

// Flow tells apart what jumps are for.
type Flow uint8

const (
	// FlowNone: no call nor return.
	FlowNone Flow = iota
	// FlowCall: the callee is expected to come back to the next instruction.
	FlowCall
	// FlowReturn: the jump comes back from a call.
	FlowReturn
	// FlowSerial: code that was changed before must be seen behind the instruction.
	FlowSerial
)

// Run bounds a run of instructions.
type Run struct {
	// Len, Insns and Temps are those of the block at which the run is over.
	Len, Insns, Temps int
}

// Over tells whether a run that began when b had that many exits is over, other than by an instruction that ends the block: the last
// instruction may leave the block or calls a helper, or there is as much of something as there may be.
func (r *Run) Over(b *ir.Builder, exits int) bool {
	return b.Exits != exits || b.Len >= r.Len || b.Insns >= r.Insns || len(b.Helpers) > 0 || len(b.Temps) > r.Temps
}

// Arch describes a guest architecture. It is immutable and shared.
type Arch struct {
	Name string // "x86-64", "aarch64"
	// Globals are the State's fields that ops name, hottest first.
	Globals []ir.GlobalInfo
	// StateSize is the size of the guest State in bytes; PCOffset and FPEnvOffset are offsets in it
	// of 8-byte fields (FPEnv: see ir.GetEnv).
	StateSize, PCOffset, FPEnvOffset uint32
	// Flags is the global that is the flags word.
	Flags ir.Temp
	// X87 is where the State has an x87, nil if it has none.
	X87 *ir.X87Layout
	// Rep are the globals of repeated string instructions, nil if the guest has none.
	Rep *ir.RepLayout
	// MaxInsnLen and InsnAlign are in bytes.
	MaxInsnLen, InsnAlign int
	// TagBits is how many of the highest bits of an address are a tag: what is accessed, or jumped to, is at the
	// address with the highest bit below them in their place. Generated code does not do that until a tag has been met.
	TagBits uint8
	// TSO: ordinary guest accesses are ordered as x86's.
	TSO bool
	// InitState sets a State to what a new user-mode program sees before the ABI's registers.
	InitState func(state unsafe.Pointer)
	// Mode returns the mode bits for a TBKey.
	Mode func(state unsafe.Pointer) uint32
	// Translate appends the IR of the instruction at pc, whose bytes begin code; InsnStart has been
	// appended. It never fails: what cannot be translated becomes an ExitExc.
	Translate func(b *ir.Builder, pc uint64, code []byte, mode uint32) Result
	// TranslateRun appends instructions, each with its InsnStart, from pc on, whose bytes begin code: at least one, until there is
	// something that the block may have to end at, see Run. It returns the last one's Result. One that is Short is not appended. It is what
	// many calls of Translate do, and may be nil.
	TranslateRun func(b *ir.Builder, pc uint64, code []byte, mode uint32, most Run) Result
	// Disas returns the instruction's text and length (0: not one).
	Disas func(code []byte, pc uint64) (string, int)
	// Regs are the registers by gdb number, in gdb's order.
	Regs  []RegInfo
	Roles Roles
	// HWCap returns AT_HWCAP and AT_HWCAP2, honest about what is translated.
	HWCap func() (hwcap, hwcap2 uint64)
	// Platform is AT_PLATFORM's string.
	Platform string
	// ELFMachine is e_machine.
	ELFMachine uint16
}

// Untag returns where an access by addr goes: see TagBits.
func (a *Arch) Untag(addr uint64) uint64 {
	return uint64(int64(addr<<(a.TagBits&63)) >> (a.TagBits & 63))
}

// RegInfo describes one register as gdb numbers it.
type RegInfo struct {
	Name string
	Num  int
	// Bits is the register's width; values are little-endian, (Bits+7)/8 bytes.
	Bits int
	// Feature and Type are gdb's target description's ("org.gnu.gdb.i386.core", "int64").
	Feature, Type string
	// Offset is the field's offset in the State when the register is stored there as it is;
	// otherwise Get and Set convert, at most 128 bits. What Get returns above the width does not count, and Set gets zeros there.
	Offset uint32
	Get    func(state unsafe.Pointer) (lo, hi uint64)
	Set    func(state unsafe.Pointer, lo, hi uint64)
}

// Roles names registers, by gdb number, that an operating system's ABI or a debugger needs.
type Roles struct {
	PC, SP, FP int
	SyscallNr  int
	SyscallArg [6]int
	SyscallRet int
	// TLS is the thread pointer (x86: fs_base; A64: tpidr_el0), -1 when it has no number.
	TLS int
}

// Size returns the register's size in bytes.
func (r *RegInfo) Size() int { return (r.Bits + 7) / 8 }

// Read copies the register's value into buf, which holds at least Size bytes.
func (r *RegInfo) Read(state unsafe.Pointer, buf []byte) int {
	n := r.Size()
	if r.Get != nil {
		lo, hi := r.Get(state)
		var b [16]byte
		binary.LittleEndian.PutUint64(b[:], lo)
		binary.LittleEndian.PutUint64(b[8:], hi)
		copy(buf[:n], b[:])
		return n
	}
	copy(buf, r.stored(state))
	return n
}

// Write sets the register from buf, which holds at least Size bytes.
func (r *RegInfo) Write(state unsafe.Pointer, buf []byte) int {
	n := r.Size()
	if r.Set != nil {
		var b [16]byte
		copy(b[:], buf[:n])
		r.Set(state, binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:]))
		return n
	}
	copy(r.stored(state), buf)
	return n
}

// stored are the bytes of a register that is stored as it is.
func (r *RegInfo) stored(state unsafe.Pointer) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(state, r.Offset)), r.Size())
}

// Reg returns the register with the gdb number, or nil.
func (a *Arch) Reg(num int) *RegInfo {
	if num >= 0 && num < len(a.Regs) && a.Regs[num].Num == num {
		return &a.Regs[num]
	}
	for i := range a.Regs {
		if a.Regs[i].Num == num {
			return &a.Regs[i]
		}
	}
	return nil
}

// RegByName returns the register with gdb's name, or nil.
func (a *Arch) RegByName(name string) *RegInfo {
	for i := range a.Regs {
		if a.Regs[i].Name == name {
			return &a.Regs[i]
		}
	}
	return nil
}

// ReadReg returns the low 64 bits of register num.
func (a *Arch) ReadReg(state unsafe.Pointer, num int) uint64 {
	if uint(num) < uint(len(a.Regs)) {
		if r := &a.Regs[num]; r.Num == num && r.Get == nil && r.Bits == 64 {
			return *(*uint64)(unsafe.Add(state, r.Offset))
		}
	}
	return a.readReg(state, num)
}

func (a *Arch) readReg(state unsafe.Pointer, num int) uint64 {
	r := a.Reg(num)
	if r == nil {
		return 0
	}
	if r.Get == nil {
		return low64(r.stored(state))
	}
	lo, _ := r.Get(state)
	return lo & r.mask()
}

// mask has the register's bits below 64.
func (r *RegInfo) mask() uint64 {
	if r.Bits < 64 {
		return 1<<r.Bits - 1
	}
	return math.MaxUint64
}

// low64 is what the first bytes of b, 8 at most, are as a number.
func low64(b []byte) (v uint64) {
	for i := min(len(b), 8) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// WriteReg sets the low 64 bits of register num, zero above.
func (a *Arch) WriteReg(state unsafe.Pointer, num int, v uint64) {
	r := a.Reg(num)
	if r == nil {
		return
	}
	if r.Set == nil && r.Bits == 64 {
		*(*uint64)(unsafe.Add(state, r.Offset)) = v
		return
	}
	if r.Set != nil {
		r.Set(state, v&r.mask(), 0)
		return
	}
	b := r.stored(state)
	clear(b)
	putLow64(b, v)
}

// putLow64 sets the first bytes of b, 8 at most.
func putLow64(b []byte, v uint64) {
	for i := range min(len(b), 8) {
		b[i] = byte(v >> (8 * i))
	}
}
