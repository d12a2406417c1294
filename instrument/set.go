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
	// Helpers of the events, made once.
	hInsn, hBlock, hMem, hAfter *ir.Helper
}

// Name returns the name the plugin was loaded by.
func (i *Instance) Name() string { return i.name }

// Logf writes to the emulator's log as it stands: end lines with \n.
func (i *Instance) Logf(format string, args ...any) { i.set.host.Log(fmt.Sprintf(format, args...)) }

// NewCounter returns a new inline counter, or an error when there are no more.
func (i *Instance) NewCounter() (*Counter, error) {
	s := i.set
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.slots >= numCounters {
		return nil, fmt.Errorf("instrument: plugin %s: all %d inline counters are taken", i.name, numCounters-1)
	}
	s.slots++
	return &Counter{s, s.slots - 1}, nil
}

// Flush drops all translations, so that plugins are asked again about every instruction. From an event it
// takes effect after the present instruction (see NonFlusher); from a question asked at translation, soon.
func (i *Instance) Flush() { i.set.flush() }

// Set holds the plugins of one guest, and embeds them in its translations: it is the engine's
// Instrumenter.
type Set struct {
	host Host

	mu    sync.Mutex
	slots uint32
	insts []*Instance
	// list is insts as the translator sees them.
	list atomic.Pointer[[]*Instance]

	arch *cpu.Arch
	// translating: the engine's lock is held by a question.
	translating atomic.Bool
	hook        memHook
	static      CPU  // the handle at translation
	end         bool // the instruction under translation ends its block
	insn        Insn
	cpus        [256]atomic.Pointer[CPU]
}

// NewSet returns a Set without plugins, for a guest of architecture arch.
func NewSet(host Host, arch *cpu.Arch) *Set {
	s := &Set{host: host, arch: arch, slots: 1}
	s.static.set = s
	s.hook.set = s
	s.list.Store(&[]*Instance{})
	return s
}

// Load adds the plugin that spec names: "name" or "name,key=value,...".
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
		return fmt.Errorf("instrument: plugin %s: %w", name, err)
	}
	s.add(inst, p)
	return nil
}

// Add adds a plugin made by build, which gets the Instance to keep.
func (s *Set) Add(name string, build func(*Instance) (any, error)) error {
	inst := &Instance{set: s, name: name}
	p, err := build(inst)
	if err != nil {
		return fmt.Errorf("instrument: plugin %s: %w", name, err)
	}
	s.add(inst, p)
	return nil
}

func (s *Set) add(i *Instance, p any) {
	i.p = p
	i.insn, _ = p.(InsnPlugin)
	i.mem, _ = p.(MemPlugin)
	i.after, _ = p.(AfterMemPlugin)
	i.block, _ = p.(BlockPlugin)
	i.inline, _ = p.(Inliner)
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
}

// Remove takes out the plugins of a name, after telling them Exit, and reports whether there were any.
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
	exit(gone)
	return true
}

// publish makes a new list for the translator. s.mu is held.
func (s *Set) publish() {
	l := slices.Clone(s.insts)
	s.list.Store(&l)
}

// Empty reports whether there are no plugins.
func (s *Set) Empty() bool { return len(*s.list.Load()) == 0 }

// Close tells all plugins, once, that the run is over.
func (s *Set) Close() {
	s.mu.Lock()
	l := s.insts
	s.insts = nil
	s.publish()
	s.mu.Unlock()
	exit(l)
}

func exit(l []*Instance) {
	for _, i := range l {
		if x, ok := i.p.(Exiter); ok {
			x.Exit()
		}
	}
}

func (s *Set) flush() {
	if s.translating.Load() {
		go s.host.Flush()
		return
	}
	s.host.Flush()
}

// cpu returns the handle of the vCPU of env.
func (s *Set) cpu(env *ir.Env) *CPU {
	if uint(env.VCPU) < uint(len(s.cpus)) {
		p := &s.cpus[env.VCPU]
		if c := p.Load(); c != nil && c.env == env {
			return c
		}
		c := &CPU{s, env}
		p.Store(c)
		return c
	}
	return &CPU{s, env}
}

// EndBlock reports whether the block must end after the instruction last given to Insn: it has an event that
// may flush translations, which is to take effect at the next instruction.
func (s *Set) EndBlock() bool { return s.end }

// BasicBlocks reports whether blocks must end at every branch because a plugin observes them.
func (s *Set) BasicBlocks() bool {
	for _, i := range *s.list.Load() {
		if i.block != nil {
			return true
		}
		if o, ok := i.p.(BlockObserver); ok && o.ObservesBlocks() {
			return true
		}
	}
	return false
}
