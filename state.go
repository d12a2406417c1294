package gotcg

import (
	"fmt"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// PC returns the current thread's program counter. The current thread is the one at which the last Run
// stopped (Exit.Thread), or the first.
func (m *Machine) PC() uint64 { return m.current().PC() }

// SetPC sets the current thread's program counter.
func (m *Machine) SetPC(pc uint64) { m.current().SetPC(pc) }

// Reg returns the low 64 bits of the current thread's register with gdb's name ("rax", "eflags", "x0",
// "sp", "cpsr"; RegNames has all).
func (m *Machine) Reg(name string) (uint64, error) { return m.at().Reg(name) }

// SetReg sets a register of the current thread, zero-extended to its width.
func (m *Machine) SetReg(name string, v uint64) error { return m.at().SetReg(name, v) }

// RegBytes returns the whole value of a register of the current thread, little-endian.
func (m *Machine) RegBytes(name string) ([]byte, error) { return m.at().RegBytes(name) }

// SetRegBytes sets a register of the current thread from its whole value, little-endian: 16 bytes for "xmm0" or "v0".
func (m *Machine) SetRegBytes(name string, b []byte) error { return m.at().SetRegBytes(name, b) }

// at is the current thread, but for its id.
func (m *Machine) at() Thread { return Thread{m: m, v: m.current()} }

// RegNames returns the names of the guest's registers, which are gdb's, in gdb's order.
func (m *Machine) RegNames() (names []string) {
	for i := range m.arch.Regs {
		names = append(names, m.arch.Regs[i].Name)
	}
	return names
}

func (m *Machine) register(name string) (*cpu.RegInfo, error) {
	if r := m.arch.RegByName(name); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("gotcg: no register %q on %s", name, m.arch.Name)
}

// Map maps size bytes of zeroed memory at addr, which is a multiple of 4096; size is rounded up to one. What was mapped
// there goes. It is an error where the guest has no such addresses (Config.AddressBits). As on the hosts, memory that may be
// written or executed may be read.
func (m *Machine) Map(addr, size uint64, perm Perm) error {
	if m.closed.Load() {
		return errClosed
	}
	if err := m.mem.Map(softmmu.Addr(addr), size, perm, softmmu.Info{}); err != nil {
		return fmt.Errorf("gotcg: map %#x bytes at %#x: %w", size, addr, err)
	}
	return nil
}

// MMIO is a device: its methods are called for each access to the range it was mapped at.
//
//	ReadMMIO(off uint64, size int) uint64
//	WriteMMIO(off uint64, size int, val uint64)
//
// off counts from the start of the range; size is 1, 2, 4 or 8 bytes: an access of 16 makes two calls. They come on the
// goroutine of the vCPU, those of several vCPUs at once.
type MMIO = softmmu.MMIO

// MapMMIO maps a device at addr; both addr and size are multiples of 4096.
func (m *Machine) MapMMIO(addr, size uint64, perm Perm, dev MMIO) error {
	if m.closed.Load() {
		return errClosed
	}
	if err := m.mem.MapMMIO(softmmu.Addr(addr), size, perm, dev, softmmu.Info{}); err != nil {
		return fmt.Errorf("gotcg: map device at %#x: %w", addr, err)
	}
	return nil
}

// Unmap removes what is mapped at addr to addr+size, if anything is; addr is a multiple of 4096, and size is rounded up to one.
func (m *Machine) Unmap(addr, size uint64) error {
	if m.closed.Load() {
		return errClosed
	}
	if err := m.mem.Unmap(softmmu.Addr(addr), size); err != nil {
		return fmt.Errorf("gotcg: unmap %#x bytes at %#x: %w", size, addr, err)
	}
	return nil
}

// Protect changes the permissions of mapped pages. That some are not mapped is an error.
func (m *Machine) Protect(addr, size uint64, perm Perm) error {
	if m.closed.Load() {
		return errClosed
	}
	if err := m.mem.Protect(softmmu.Addr(addr), size, perm); err != nil {
		return fmt.Errorf("gotcg: protect %#x bytes at %#x: %w", size, addr, err)
	}
	return nil
}

// ReadMem copies guest memory, at an address that may have a tag (AArch64), whatever its permissions; it has no side effects
// (a device is not asked). Where nothing is mapped it ends with an error, and so does WriteMem; what lies before is copied.
func (m *Machine) ReadMem(addr uint64, p []byte) error {
	if n := m.mem.Peek(softmmu.Addr(m.arch.Untag(addr)), p); n < len(p) {
		return fmt.Errorf("gotcg: read %d bytes at %#x: there is no memory at %#x", len(p), addr, addr+uint64(n))
	}
	return nil
}

// WriteMem copies p into guest memory, whatever its permissions. Translated code follows.
func (m *Machine) WriteMem(addr uint64, p []byte) error {
	if n := m.mem.Poke(softmmu.Addr(m.arch.Untag(addr)), p); n < len(p) {
		return fmt.Errorf("gotcg: write %d bytes at %#x: there is no memory at %#x", len(p), addr, addr+uint64(n))
	}
	return nil
}

// Flush forgets all translated code. It may be called from a hook.
func (m *Machine) Flush() { (*host)(m).Flush() }

// Stats are the engine's counters.
type Stats = tcg.Stats

// Stats returns the engine's counters so far. Not while Run is running.
func (m *Machine) Stats() Stats { return m.eng.Stats() }
