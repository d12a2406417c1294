package tcg

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/gotcg/gotcg/tcg/opt"
)

// Accel says what executes blocks.
type Accel uint8

const (
	// AccelAuto is the JIT where this host has one, with the interpreter for what runs a few times only, else the
	// interpreter.
	AccelAuto Accel = iota
	// AccelJIT compiles all blocks to host code.
	AccelJIT
	// AccelInterp interprets the IR.
	AccelInterp
)

// String returns the name that --accel takes.
func (a Accel) String() string { return [...]string{"auto", "jit", "interp"}[a%3] }

// Sizes of the code buffer in bytes.
const (
	defaultCodeSize = 64 << 20
	leastCodeSize   = 1 << 20 // by default
	minCodeSize     = 4 * minZone
)

// ErrNoJIT is returned by New for AccelJIT on hosts without a code generator.
var ErrNoJIT = errors.New("tcg: no JIT on this host")

// Instrumenter puts instrumentation into blocks while they are translated. Its methods are called
// with the engine's translation lock held, on one goroutine at a time; they may call Flush.
type Instrumenter interface {
	// Insn is called for each guest instruction, after its InsnStart op and before its own ops;
	// first is true for the block's first. code begins with the instruction's bytes.
	Insn(b *ir.Builder, arch *cpu.Arch, pc uint64, code []byte, first bool)
	// MemHook returns the hook for the memory accesses of the instruction at pc, or nil.
	MemHook(pc uint64) ir.MemHook
	// EndBlock reports whether the block must end after the instruction last given to Insn, so that a
	// flush out of its events takes effect at the next instruction.
	EndBlock() bool
	// Cut tells that the block ends before next for no other reason than EndBlock: what begins there is no block
	// to who observes them.
	Cut(next uint64)
	// BasicBlocks reports whether blocks must end at every branch, because blocks are observed.
	BasicBlocks() bool
	// Unused reports that there is nothing to put into the block that begins now: the other methods are not
	// called for it.
	Unused() bool
}

// Config is how an Engine works. Arch and Mem are required.
type Config struct {
	Arch  *cpu.Arch
	Mem   *softmmu.AddressSpace
	Accel Accel
	// CodeSize is the size of the code buffer in bytes, at least 128 KiB; 0: 64 MiB, or less (1 MiB) where there is no room.
	CodeSize int
	// MaxInsns bounds the guest instructions of a block; 0: 64, 1: one instruction a block.
	MaxInsns int
	// NoChain leaves every block to the run loop.
	NoChain bool
	// ColdRuns is how often a block runs on the interpreter before it is compiled, if there is a JIT; negative: never;
	// 0: as often as pays with AccelAuto, never with AccelJIT. With NoChain or a log of blocks all code is
	// compiled at once.
	ColdRuns int
	// Opt switches passes of the optimizer: see opt.State.Set; empty: all are on.
	Opt string
	// Verify checks every block's IR.
	Verify bool
	// Lockstep runs every block on the interpreter too and compares (JIT only).
	Lockstep bool
	// InjectFlush, for tests, forgets translations, one page's, a part of the buffer's or all, at one
	// of that many block look-ups of each vCPU, chosen by InjectSeed. 0 is never, or what GOTCG_INJECT_FLUSH says; less is never.
	InjectFlush int
	InjectSeed  uint64
	// Tier2 is how often a block is begun until a region is made of it and what follows it; 0: a good number,
	// negative: never.
	Tier2 int
	Instr Instrumenter
	// Count makes blocks count what Stats calls counted.
	Count bool
	// CodeMap is told where host code is; nil: nobody is.
	CodeMap CodeMap
	Log     *debuglog.Log
}

// CodeMap learns where in the process's memory the code of TBs is. Its methods are called by one goroutine at a
// time, with the engine's locks held: they must not call the engine.
type CodeMap interface {
	// Code: the size bytes at addr are host code of the guest code at pc, of which there are len bytes. Tier is
	// 1, or 2 for a region. Len 0 means code that is no guest's.
	Code(addr uintptr, size int, pc uint64, len, tier int)
	// Gone: what was at the addresses [lo, hi) will not run any more, other code takes its place.
	Gone(lo, hi uintptr)
}

// Engine translates and caches blocks of one guest address space.
type Engine struct {
	arch  *cpu.Arch
	mem   *softmmu.AddressSpace
	cfg   Config
	accel Accel
	log   *debuglog.Log
	jit   *jit
	tier2 int32 // Config.Tier2, 0 for never
	// coldRuns is how often a block is interpreted first, which falls, if coldFalls, as blocks are compiled; cold counts the translations for that.
	coldRuns  atomic.Uint32
	coldFalls bool
	cold      *coldCounts
	coldAll   coldEpoch
	// tagSeen: an address with a tag has been met; tags: code is made for that.
	tagSeen, tags atomic.Bool
	_             [64]byte // vCPUs read what is above all the time

	// translating is held by who translates: one at a time, so builder, optimizer and code bytes are
	// reused. It comes before mu.
	translating sync.Mutex
	b           *ir.Builder
	opt         *opt.State
	prep        interp.Preparer
	former      *former
	// jumps are the indirect jumps observed for regions, by PC; rounds counts the waits for that, by the region's.
	jumps  map[uint64]*jumpProfile
	rounds map[uint64]uint8
	spare  []TB // TBs to come
	code   [1024]byte
	again  [1024]byte // what the code is when it has been marked
	// recents are what cold blocks were translated of last, by the lowest bits of the pages' numbers; recent is the one that belongs to the
	// page of the translation under way, or nil.
	recents    [16]recentCode
	recent     *recentCode
	fetched    int  // how many bytes of code were fetched
	endsInCall bool // the block translated last does
	// entered counts the TBs entered into the cache. Changes with both locks held.
	entered uint64

	// mu guards the cache, the chains and the list of vCPUs. It is held for short times.
	mu     sync.Mutex
	cache  tbCache
	making underWay
	// noEntryChecks are the keys of regions that are made without checks where loops are begun: one has failed.
	noEntryChecks map[cpu.TBKey]bool
	// vcpus are the vCPUs that have not retired; free is the memory of some that have.
	vcpus     []*VCPU
	free      []*vcpuMem
	retired   []retired
	nextIndex int
	// breaks are guest addresses Run stops before. The map is replaced, not changed.
	breaks map[uint64]int
	// watches are accesses it stops before; they change only while no vCPU runs.
	watches []Watch

	stats engineStats
}

// New makes an engine.
func New(cfg Config) (*Engine, error) {
	if cfg.Arch == nil || cfg.Mem == nil {
		return nil, errors.New("tcg: Config needs Arch and Mem")
	}
	if cfg.MaxInsns == 0 {
		cfg.MaxInsns = 64
	}
	cfg.fromEnv()
	tier2 := cfg.tier2()
	cfg.NoChain = cfg.NoChain || cfg.Lockstep
	if cfg.CodeSize != 0 {
		cfg.CodeSize = max(cfg.CodeSize, minCodeSize)
	}
	e := &Engine{
		arch: cfg.Arch, mem: cfg.Mem, cfg: cfg, log: cfg.Log, accel: cfg.Accel,
		b: ir.NewBuilder(cfg.Arch.Globals), opt: opt.NewState(), breaks: map[uint64]int{},
	}
	if err := e.opt.Set(cfg.Opt); err != nil {
		return nil, fmt.Errorf("tcg: %w", err)
	}
	e.cache.init()
	for i := range e.recents {
		e.recents[i].page = noPage
	}
	if e.accel != AccelInterp {
		e.tier2 = tier2 // the layout of a vCPU depends on it
		j, err := newJIT(e)
		switch {
		case err == nil:
			e.jit, e.accel = j, AccelJIT
			e.b.HostRep = cfg.Mem.Mode() == softmmu.Direct
		case e.accel == AccelAuto && errors.Is(err, ErrNoJIT):
			e.accel, e.tier2 = AccelInterp, 0
		default:
			return nil, fmt.Errorf("tcg: %w", err)
		}
	}
	e.initCold()
	cfg.Mem.SetInvalidate(e.invalidate)
	return e, nil
}

// Accel returns what the engine uses.
func (e *Engine) Accel() Accel { return e.accel }

// Arch returns the guest architecture.
func (e *Engine) Arch() *cpu.Arch { return e.arch }

// Mem returns the guest's memory.
func (e *Engine) Mem() *softmmu.AddressSpace { return e.mem }

// Close frees the code buffer. No vCPU may be running.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	// Pages stay marked: a store to one opens it.
	e.mem.SetInvalidate(func(softmmu.Addr, uint64) {})
	if e.jit != nil {
		return e.jit.close()
	}
	return nil
}

// Flush forgets all translated blocks. Safe at any time on any goroutine, also from a callback inside a block.
func (e *Engine) Flush() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.flushLocked()
}

// flushLocked drops every block.
func (e *Engine) flushLocked() {
	if e.log.On(debuglog.Cache) {
		e.log.Printf("cache: flush of %d blocks\n", e.cache.byKey.n)
	}
	e.stats.flushes.Add(1)
	e.making.stale = true
	e.dropCold()
	for _, page := range e.cache.byPage {
		for page.first != nil {
			e.unlist(page.first)
		}
		for len(page.regions) > 0 {
			e.unlist(page.regions[0])
		}
	}
	for _, v := range e.vcpus {
		v.forgetCode(0, ^uint64(0))
	}
	e.newEpoch()
}

// FlushRange forgets the blocks that contain any byte of [lo, hi].
func (e *Engine) FlushRange(lo, hi uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dropRange(lo, hi)
}

// invalidate is called by softmmu before [a, a+n) is written to, or when it was unmapped or
// reprotected. The marks of the whole pages are gone, so their TBs go too.
func (e *Engine) invalidate(a softmmu.Addr, n uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dropRange(uint64(a.Page()), uint64((a+softmmu.Addr(n-1)).Page())+softmmu.PageSize-1)
}

// SetBreak makes Run stop before the instruction at pc; ClearBreak undoes one SetBreak.
func (e *Engine) SetBreak(pc uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.breaks = maps.Clone(e.breaks)
	e.breaks[pc]++
	if e.breaks[pc] == 1 {
		e.dropRange(pc, pc)
	}
}

// ClearBreak undoes one SetBreak.
func (e *Engine) ClearBreak(pc uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.breaks = maps.Clone(e.breaks)
	if e.breaks[pc]--; e.breaks[pc] <= 0 {
		delete(e.breaks, pc)
		e.dropRange(pc, pc)
	}
}
