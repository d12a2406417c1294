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
// "sp", "cpsr").
func (m *Machine) Reg(name string) (uint64, error) {
	r, err := m.register(name)
	if err != nil {
		return 0, err
	}
	return m.arch.ReadReg(m.current().State(), r.Num), nil
}

// SetReg sets a register of the current thread, zero-extended to its width.
func (m *Machine) SetReg(name string, v uint64) error {
	r, err := m.register(name)
	if err == nil {
		m.arch.WriteReg(m.current().State(), r.Num, v)
	}
	return err
}

// RegBytes returns the whole value of a register of the current thread, little-endian.
func (m *Machine) RegBytes(name string) ([]byte, error) {
	r, err := m.register(name)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, r.Size())
	r.Read(m.current().State(), buf)
	return buf, nil
}

func (m *Machine) register(name string) (*cpu.RegInfo, error) {
	if r := m.arch.RegByName(name); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("gotcg: no register %q on %s", name, m.arch.Name)
}

// Map maps size bytes of zeroed memory at addr; both are multiples of 4096. What was mapped there goes.
func (m *Machine) Map(addr, size uint64, perm Perm) error {
	if err := m.mem.Map(softmmu.Addr(addr), size, perm, softmmu.Info{}); err != nil {
		return fmt.Errorf("gotcg: map %#x bytes at %#x: %w", size, addr, err)
	}
	return nil
}

// MMIO is a device: its methods are called for each access to the range it was mapped at.
type MMIO = softmmu.MMIO

// MapMMIO maps a device at addr; both addr and size are multiples of 4096.
func (m *Machine) MapMMIO(addr, size uint64, perm Perm, dev MMIO) error {
	if err := m.mem.MapMMIO(softmmu.Addr(addr), size, perm, dev, softmmu.Info{}); err != nil {
		return fmt.Errorf("gotcg: map device at %#x: %w", addr, err)
	}
	return nil
}

// Unmap removes mappings; Protect changes their permissions.
func (m *Machine) Unmap(addr, size uint64) error {
	if err := m.mem.Unmap(softmmu.Addr(addr), size); err != nil {
		return fmt.Errorf("gotcg: unmap %#x bytes at %#x: %w", size, addr, err)
	}
	return nil
}

// Protect changes the permissions of mapped pages.
func (m *Machine) Protect(addr, size uint64, perm Perm) error {
	if err := m.mem.Protect(softmmu.Addr(addr), size, perm); err != nil {
		return fmt.Errorf("gotcg: protect %#x bytes at %#x: %w", size, addr, err)
	}
	return nil
}

// ReadMem copies guest memory, at an address that may have a tag (AArch64), whatever its permissions; it has no side effects.
func (m *Machine) ReadMem(addr uint64, p []byte) error {
	if n := m.mem.Peek(softmmu.Addr(m.arch.Untag(addr)), p); n < len(p) {
		return fmt.Errorf("gotcg: read %d bytes at %#x: nothing is mapped at %#x", len(p), addr, addr+uint64(n))
	}
	return nil
}

// WriteMem copies p into guest memory, whatever its permissions. Translated code follows.
func (m *Machine) WriteMem(addr uint64, p []byte) error {
	if n := m.mem.Poke(softmmu.Addr(m.arch.Untag(addr)), p); n < len(p) {
		return fmt.Errorf("gotcg: write %d bytes at %#x: nothing is mapped at %#x", len(p), addr, addr+uint64(n))
	}
	return nil
}

// Flush forgets all translated code. It may be called from a hook.
func (m *Machine) Flush() { m.eng.Flush() }

// Stats are the engine's counters.
type Stats = tcg.Stats

// Stats returns the engine's counters so far. Not while Run is running.
func (m *Machine) Stats() Stats { return m.eng.Stats() }
