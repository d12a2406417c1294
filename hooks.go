package gotcg

import (
	"fmt"

	"github.com/gotcg/gotcg/instrument"
	"github.com/gotcg/gotcg/softmmu"
)

// CPU is a handle of the vCPU an event happens on, valid during the event's call. Registers are read by gdb's number:
// that of "rax" is c.Arch().RegByName("rax").Num.
type CPU = instrument.CPU

// Access is a guest memory access, as hooks see it.
type Access = instrument.Access

// host is the machine as package instrument sees it.
type host Machine

func (h *host) Log(text string) { h.log.Printf("%s", text) }

func (h *host) Flush() {
	if h.eng != nil && !h.closed.Load() {
		h.eng.Flush()
	}
}

func (h *host) ReadMemory(addr uint64, buf []byte) bool {
	return h.mem.Peek(softmmu.Addr(h.arch.Untag(addr)), buf) == len(buf)
}

func (h *host) Counters() [][]uint64 { return h.eng.Counters() }

// LoadPlugin loads a registered plugin: "name" or "name,key=value,...", two commas for one in a value. Package plugins/all registers the
// built-in ones. Plugins print their results to the machine's log when it is closed.
func (m *Machine) LoadPlugin(spec string) error {
	if m.closed.Load() {
		return errClosed
	}
	if err := m.set.Load(spec); err != nil {
		return fmt.Errorf("gotcg: %w", err)
	}
	return nil
}

// AddPlugin adds a plugin that build makes; see package instrument for what it may be. One that would be called for
// nothing is an error, as is one with the half of a pair of methods.
func (m *Machine) AddPlugin(name string, build func(*instrument.Instance) (any, error)) error {
	if m.closed.Load() {
		return errClosed
	}
	if err := m.set.Add(name, build); err != nil {
		return fmt.Errorf("gotcg: %w", err)
	}
	return nil
}

// RemovePlugin removes the plugins of a name. They print their results: before it returns or, when an event of theirs is
// under way, right after that.
func (m *Machine) RemovePlugin(name string) bool { return m.set.Remove(name) }

// ClosePlugins lets all plugins print their results and unloads them. Close does so too.
func (m *Machine) ClosePlugins() {
	if m.begun {
		m.begun = false
		m.set.ThreadExit(m.vcpu.Env())
	}
	m.set.Close()
}

// Hook is a function called on events of the guest, for one vCPU at a time: see the package's Hooks. It may be removed,
// from any goroutine and from itself; a second time does nothing.
type Hook struct {
	m    *Machine
	name string
}

// Remove ends the calls, at the next instruction when it is called from the hook.
func (h Hook) Remove() { h.m.set.Remove(h.name) }

func (m *Machine) hook(p any) Hook {
	h := Hook{m, fmt.Sprintf("hook#%d", m.hooks.Add(1))}
	// Adding fails only if build does.
	_ = m.set.Add(h.name, func(*instrument.Instance) (any, error) { return p, nil })
	return h
}

// addrRange is what hooks of a range of instructions have in common; both ends are included.
type addrRange struct{ lo, hi uint64 }

func (r addrRange) has(pc uint64) bool { return pc >= r.lo && pc <= r.hi }

type insnHook struct {
	addrRange
	fn func(c *CPU, pc uint64)
}

func (h *insnHook) NeedsBeforeInsn(pc uint64, _ *CPU) bool { return h.has(pc) }
func (h *insnHook) BeforeInsn(pc uint64, c *CPU)           { h.fn(c, pc) }

// HookInsns has fn called before every execution of an instruction at lo to hi (both included).
func (m *Machine) HookInsns(lo, hi uint64, fn func(c *CPU, pc uint64)) Hook {
	return m.hook(&insnHook{addrRange{lo, hi}, fn})
}

type blockHook struct {
	addrRange
	fn func(c *CPU, pc uint64)
}

func (h *blockHook) NeedsBeforeBlock(pc uint64, _ *CPU) bool { return h.has(pc) }
func (h *blockHook) BeforeBlock(pc uint64, c *CPU)           { h.fn(c, pc) }

// HookBlocks has fn called before every execution of a basic block that begins at lo to hi (both included).
func (m *Machine) HookBlocks(lo, hi uint64, fn func(c *CPU, pc uint64)) Hook {
	return m.hook(&blockHook{addrRange{lo, hi}, fn})
}

type memHook struct {
	addrRange
	fn func(c *CPU, pc uint64, a Access)
}

func (h *memHook) NeedsAfterMem(uint64, *CPU) bool { return true }

func (h *memHook) AfterMem(pc uint64, c *CPU, a Access) {
	if last := a.Addr + uint64(a.Size) - 1; a.Addr <= h.hi && (last >= h.lo || last < a.Addr) {
		h.fn(c, pc, a)
	}
}

// HookMem has fn called after every access of an instruction to some byte at lo to hi (both included), with its value; pc is
// the instruction's address. What system calls read and write is not seen.
func (m *Machine) HookMem(lo, hi uint64, fn func(c *CPU, pc uint64, a Access)) Hook {
	return m.hook(&memHook{addrRange{lo, hi}, fn})
}
