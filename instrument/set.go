package instrument

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Instance is one loaded plugin's way to the emulator.
type Instance struct {
	set  *Set
	name string
	p    any

	insn   InsnPlugin
	mem    MemPlugin
	after  AfterMemPlugin
	block  BlockPlugin
	inline Inliner
	// flushes: may call Flush from an event.
	flushes bool
	guard   guard
	// slots of its counters; guarded by the Set's mu.
	slots []uint32
	// Helpers of the events, made once.
	hInsn, hMem, hAfter *ir.Helper
	// hBlock, by whether it is the first one called at its instruction.
	hBlock [2]*ir.Helper
}

// Name returns the name the plugin was loaded by.
func (i *Instance) Name() string { return i.name }

// Arch describes the guest architecture.
func (i *Instance) Arch() *cpu.Arch { return i.set.arch }

// Logf writes to the emulator's log as it stands: end lines with \n.
func (i *Instance) Logf(format string, args ...any) { i.set.host.Log(fmt.Sprintf(format, args...)) }

// NewCounter returns a new inline counter, or an error when there are no more: all plugins together have about 4,000. Counts
// by address or the like belong in a map of a BlockPlugin or InsnPlugin.
func (i *Instance) NewCounter() (*Counter, error) {
	s := i.set
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Counter{set: s, slot: s.slots}
	switch {
	case s.slots < numCounters:
		s.slots++
	case len(s.free) > 0:
		// The one given back longest ago: no vCPU is in code that counts for its plugin any more.
		c.slot, s.free = s.free[0], s.free[1:]
		c.base = c.PerCPU()
	default:
		return nil, fmt.Errorf("instrument: plugin %s: all %d inline counters are taken", i.name, numCounters-1)
	}
	i.slots = append(i.slots, c.slot)
	return c, nil
}

// giveBack lets others have the instance's counters.
func (i *Instance) giveBack() {
	s := i.set
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free, i.slots = append(s.free, i.slots...), nil
}

// Flush drops all translations, so that plugins are asked again about every instruction. From an event it
// takes effect after the present instruction (see NonFlusher); from a question asked at translation, soon.
func (i *Instance) Flush() { i.set.flush() }

// Set holds the plugins of one guest, and embeds them in its translations: it is the engine's
// Instrumenter.
//
// Locks: a plugin's guard comes first, then mu, then the engine's. The guard is taken inside the
// engine's translation lock, so a flush must not wait for that one.
type Set struct {
	host Host
	arch *cpu.Arch

	mu    sync.Mutex
	slots uint32   // counters up to here have been given out
	free  []uint32 // of plugins that were removed
	insts []*Instance
	// list is insts as translator and events see them.
	list atomic.Pointer[loaded]

	// The rest belongs to the translation under way.
	hook   memHook
	static CPU  // the handle at translation
	end    bool // the instruction under translation ends its block
	leader bool // it has a block event
	insn   Insn

	cutAt cutTable
}

// loaded are the plugins at a time, and those among them that want an event which does not come from
// translated code.
type loaded struct {
	all                                []*Instance
	threads, idlers, syscalls, signals []*Instance
	// basic: blocks end at every branch; blocks: there are block events.
	basic, blocks bool
}

// NewSet returns a Set without plugins, for a guest of architecture arch.
func NewSet(host Host, arch *cpu.Arch) *Set {
	s := &Set{host: host, arch: arch, slots: firstSlot}
	s.static.set = s
	s.hook.set = s
	s.list.Store(&loaded{})
	return s
}

// Load adds the plugin that spec names: "name" or "name,key=value,...". Two commas stand for one in a value.
func (s *Set) Load(spec string) error {
	name, args, _ := strings.Cut(spec, ",")
	info, err := lookup(name)
	if err != nil {
		return err
	}
	a, err := parseArgs(info, args)
	if err != nil {
		return err
	}
	inst := &Instance{set: s, name: name}
	p, err := info.New(inst, a)
	if err != nil {
		inst.giveBack()
		return fmt.Errorf("instrument: plugin %s: %w", name, err)
	}
	return s.add(inst, p)
}

// Add adds a plugin made by build, which gets the Instance to keep.
func (s *Set) Add(name string, build func(*Instance) (any, error)) error {
	inst := &Instance{set: s, name: name}
	p, err := build(inst)
	if err != nil {
		inst.giveBack()
		return fmt.Errorf("instrument: plugin %s: %w", name, err)
	}
	return s.add(inst, p)
}

func (s *Set) add(i *Instance, p any) error {
	if err := checkEvents(p); err != nil {
		i.giveBack()
		return fmt.Errorf("instrument: plugin %s: %w", i.name, err)
	}
	i.p = p
	i.insn, _ = p.(InsnPlugin)
	i.mem, _ = p.(MemPlugin)
	i.after, _ = p.(AfterMemPlugin)
	i.block, _ = p.(BlockPlugin)
	i.inline, _ = p.(Inliner)
	if x, ok := p.(Concurrent); ok {
		i.guard.free = x.EventsConcurrent()
	}
	i.flushes = true
	if n, ok := p.(NonFlusher); ok && n.NeverFlushes() {
		i.flushes = false
	}
	i.makeHelpers()
	s.mu.Lock()
	s.insts = append(s.insts, i)
	s.publish()
	s.mu.Unlock()
	s.flush()
	return nil
}

// Remove takes out the plugins of a name and reports whether there were any. They get no event that has not begun yet,
// and are told Exit: before Remove returns or, when an event of theirs is under way, right after it.
func (s *Set) Remove(name string) bool {
	s.mu.Lock()
	var gone []*Instance
	s.insts = slices.DeleteFunc(s.insts, func(i *Instance) bool {
		if i.name == name {
			gone = append(gone, i)
		}
		return i.name == name
	})
	s.publish()
	s.mu.Unlock()
	if gone == nil {
		return false
	}
	s.flush()
	for _, i := range gone {
		i.remove()
	}
	return true
}

// publish makes a new list for translator and events. s.mu is held.
func (s *Set) publish() {
	l := &loaded{all: slices.Clone(s.insts)}
	for _, i := range l.all {
		if _, ok := i.p.(ThreadPlugin); ok {
			l.threads = append(l.threads, i)
		}
		if _, ok := i.p.(IdlePlugin); ok {
			l.idlers = append(l.idlers, i)
		}
		if _, ok := i.p.(SyscallPlugin); ok {
			l.syscalls = append(l.syscalls, i)
		}
		if _, ok := i.p.(SignalPlugin); ok {
			l.signals = append(l.signals, i)
		}
		o, ok := i.p.(BlockObserver)
		l.blocks = l.blocks || i.block != nil
		l.basic = l.basic || i.block != nil || ok && o.ObservesBlocks()
	}
	s.list.Store(l)
}

// Loaded returns the names of the loaded plugins.
func (s *Set) Loaded() (names []string) {
	for _, i := range s.list.Load().all {
		names = append(names, i.name)
	}
	return names
}

// Close tells all plugins, once, that the run is over, and takes them out.
func (s *Set) Close() {
	s.mu.Lock()
	l := s.insts
	s.insts = nil
	s.publish()
	s.mu.Unlock()
	if len(l) == 0 {
		return
	}
	s.flush()
	for _, i := range l {
		i.remove()
	}
}

// flush drops all translations, also the one under way: the engine's lock that it takes is not held during
// a question.
func (s *Set) flush() { s.host.Flush() }

// cpu returns the handle of the vCPU of env.
func (s *Set) cpu(env *ir.Env) *CPU {
	if c, ok := env.Instr.(*CPU); ok && c.set == s {
		return c
	}
	c := &CPU{set: s, env: env}
	env.Instr = c
	return c
}

// EndBlock reports whether the block must end after the instruction last given to Insn: it has an event that
// may flush translations, which is to take effect at the next instruction.
func (s *Set) EndBlock() bool { return s.end || s.hook.flushes && s.hook.used }

// Unused reports whether no plugin is loaded.
func (s *Set) Unused() bool { return len(s.list.Load().all) == 0 }

// BasicBlocks reports whether blocks must end at every branch because a plugin observes them.
func (s *Set) BasicBlocks() bool { return s.list.Load().basic }
