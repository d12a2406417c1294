package tcg

import (
	"sync/atomic"
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// NumCounters is the number of inline counters a vCPU has; slot 0 is the engine's.
const NumCounters = 4096

// VCPU is one guest core. Its methods are for the goroutine that runs it, but Interrupt.
type VCPU struct {
	e *Engine
	// Index is the vCPU's number: unique in its engine, and never used again.
	Index int
	stats vcpuStats
	// observed are the calls of observers since code was entered, not in stats yet: an atomic addition would wait
	// for the registers just saved to reach the cache.
	observed uint64
	// seen are the observers called last, nil if none was.
	seen *observers

	*vcpuMem
	// epoch is the code buffer's epoch that v has come to, or idle.
	epoch atomic.Uint64
	// cleaned is the epoch in which tbs was last cleared of TBs that were gone.
	cleaned uint64
	// jcMode is the mode bits of the blocks in jc.
	jcMode uint32

	env    ir.Env
	thread interp.Thread
	memory *memory
	tlb    *softmmu.VTLB // nil in direct mode
	in     [5]ir.Val     // inputs of the site's op

	// limit is how many instructions may still run in limit mode.
	limit   uint64
	limited bool
	stop    atomic.Bool // Interrupt was called
	pass    bool        // the next block ignores a break at its start
	// What a debugger asked for: a step, with accesses that do not stop; hit is the access of the last
	// StopWatch, the hitAt-th of the instruction at hitPC - 1 (0: none), which has not been executed since.
	step        stepState
	passWatches bool
	jcUsed      bool // the jump cache may have entries, which a step's indirect jump must not take
	hit         Hit
	hitAt       int
	hitPC       uint64
	current     *TB
	// cold: the block at the PC is to be interpreted: coldNext, if it has been translated for that.
	cold     bool
	coldNext coldRef
	coldMem  coldMemory
	coldExit interp.Exit
	colds    *coldStore
	check    *lockstep
	ended    Stop // why Run ends
	inject   *injector
	// User belongs to the caller.
	User any
}

// layout gives the offsets of the parts of a vCPU's memory from the guest State, in bytes.
type layout struct{ counters, hot, jumpCache, tlb, size int }

const lineSize = 64

func (e *Engine) layout() layout {
	up := func(n int) int { return (n + lineSize - 1) &^ (lineSize - 1) }
	var l layout
	l.counters = up(int(e.arch.StateSize))
	l.hot = up(l.counters + 8*NumCounters)
	l.jumpCache = l.hot
	if e.tier2 > 0 {
		l.jumpCache += 4 << hotBits
	}
	l.tlb = l.jumpCache + backend.JumpCacheSize
	l.size = l.tlb
	if e.mem.Mode() == softmmu.TLB {
		l.size += int(softmmu.TLBEntrySize) << backend.TLBBits
	}
	return l
}

// Engine returns the engine the vCPU belongs to.
func (v *VCPU) Engine() *Engine { return v.e }

// Env returns what helpers see of the vCPU. Not while Run is running, but for the goroutine that runs it.
func (v *VCPU) Env() *ir.Env { return &v.env }

// State returns the guest State, valid as long as the vCPU. Not while Run is running.
func (v *VCPU) State() unsafe.Pointer { return v.state }

// PC returns the guest PC.
func (v *VCPU) PC() uint64 { return *v.pc() }

// SetPC sets the guest PC, which has no tag: Arm ARM, AArch64.BranchAddr.
func (v *VCPU) SetPC(pc uint64) {
	if pc>>(63-maxTag) != 0 {
		pc = untagged(pc, v.memory.tag)
	}
	*v.pc() = pc
}

func (v *VCPU) pc() *uint64 { return (*uint64)(unsafe.Add(v.state, v.e.arch.PCOffset)) }

// Unstop takes a StopBreak back: the next Run stops there again. Not while Run is running.
func (v *VCPU) Unstop() { v.pass = false }

// SetLimit makes Run return StopLimit once n more guest instructions have begun; n < 0: no limit.
func (v *VCPU) SetLimit(n int64) {
	limited := n >= 0
	if limited != v.limited {
		v.forgetCode(0, ^uint64(0))
	}
	v.limited = limited
	v.limit = uint64(max(n, 0))
}

// forget removes tb from the vCPU's jump cache. Any goroutine may call it, with the engine's lock held and
// after tb is gone: v itself looks whether it is after putting it there.
func (v *VCPU) forget(tb *TB) {
	if j := v.e.jit; j != nil {
		first, second := v.jcEntries(tb.Key.PC)
		atomic.CompareAndSwapUint64(&first.Host, uint64(tb.code), j.miss())
		atomic.CompareAndSwapUint64(&second.Host, uint64(tb.code), j.none())
	}
}

// forgetCode is forget for all TBs with code at the host addresses [lo, hi).
func (v *VCPU) forgetCode(lo, hi uint64) {
	j := v.e.jit
	if j == nil {
		return
	}
	for i := range v.jc {
		p, empty := &v.jc[i].Host, j.empty(i)
		if at := atomic.LoadUint64(p); at >= max(lo, 1) && at < hi && at != empty {
			atomic.CompareAndSwapUint64(p, at, empty)
		}
	}
}

// forgetGone removes the TBs that are gone from the run loop's jump cache, so that they can be collected.
func (v *VCPU) forgetGone() {
	for i := range v.tbs {
		tb := v.tbs[i].tb
		if tb != nil && tb.gone.Load() {
			v.tbs[i] = found{}
		}
	}
}

// keepMode empties the jump cache, which knows PCs only, when the guest's mode bits have changed.
func (v *VCPU) keepMode(mode uint32) {
	if mode != v.jcMode {
		v.jcMode = mode
		v.forgetCode(0, ^uint64(0))
	}
}

// found is an entry of the run loop's jump cache: a TB and its PC, so that one of another PC costs no look at it.
type found struct {
	pc uint64
	tb *TB
}

func jcHash(pc uint64) uint64 { return (pc ^ pc>>12) & (1<<tbsBits - 1) }

// lookup finds or makes the TB for the vCPU's PC. Without TB and fault the next instruction is to be executed
// by single, or the next block by runCold if v.cold is set. It may be a quiescent point: the caller holds no slot nor site.
func (v *VCPU) lookup(flags uint32) (*TB, softmmu.Fault) {
	pc := v.PC()
	if v.inject != nil {
		v.inject.lookup(v.e, pc)
	}
	key := cpu.TBKey{PC: pc, Flags: flags, Mode: v.mode()}
	v.keepMode(key.Mode)
	at := &v.tbs[jcHash(pc)]
	if tb := at.tb; at.pc == pc && tb != nil && tb.Key == key && !tb.gone.Load() {
		return tb, softmmu.Fault{}
	}
	var worn bool
	if flags == 0 { // most of what code does not find itself is cold
		if r := v.kept(pc, key.Mode); r != 0 {
			if worn = uint32(v.colds.at(r).runs) >= v.e.coldRuns.Load(); !worn {
				v.cold, v.coldNext = true, r
				return nil, softmmu.Fault{}
			}
		}
	}
	tb, cold, entered := v.findCold(key, worn)
	if cold {
		v.cold, v.coldNext = true, 0
		return nil, softmmu.Fault{}
	}
	var fault softmmu.Fault
	if tb == nil {
		tb, fault = v.translate(key, entered)
	}
	if tb != nil {
		*at = found{pc, tb}
	}
	return tb, fault
}

func (v *VCPU) mode() uint32 {
	if m := v.e.arch.Mode; m != nil {
		return m(v.state)
	}
	return 0
}

// find looks key up.
func (e *Engine) find(key cpu.TBKey) *TB {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.cache.byKey.get(key)
}
