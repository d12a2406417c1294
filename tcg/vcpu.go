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

	*vcpuMem
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
	current *TB
	check   *lockstep
	// User belongs to the caller.
	User any
}

// layout gives the offsets of the parts of a vCPU's memory from the guest State, in bytes.
type layout struct{ counters, jumpCache, tlb, size int }

const lineSize = 64

func (e *Engine) layout() layout {
	up := func(n int) int { return (n + lineSize - 1) &^ (lineSize - 1) }
	var l layout
	l.counters = up(int(e.arch.StateSize))
	l.jumpCache = up(l.counters + 8*NumCounters)
	l.tlb = l.jumpCache + (16 << backend.JumpCacheBits)
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

// SetPC sets the guest PC.
func (v *VCPU) SetPC(pc uint64) { *v.pc() = pc }

func (v *VCPU) pc() *uint64 { return (*uint64)(unsafe.Add(v.state, v.e.arch.PCOffset)) }

// Unstop takes a StopBreak back: the next Run stops there again. Not while Run is running.
func (v *VCPU) Unstop() { v.pass = false }

// SetLimit makes Run return StopLimit once n more guest instructions have begun; n < 0: no limit.
func (v *VCPU) SetLimit(n int64) {
	limited := n >= 0
	if limited != v.limited {
		v.forgetAll()
	}
	v.limited = limited
	v.limit = uint64(max(n, 0))
}

// forget removes tb from the vCPU's look-up caches.
func (v *VCPU) forget(tb *TB) {
	if i := jcHash(tb.Key.PC); v.tbs[i].Load() == tb {
		v.tbs[i].Store(nil)
	}
	if e := v.jcEntry(tb.Key.PC); e.PC == tb.Key.PC {
		v.resetJC(e)
	}
}

func (v *VCPU) forgetAll() {
	for i := range v.tbs {
		v.tbs[i].Store(nil)
	}
	v.clearJC()
}

func (v *VCPU) clearJC() {
	for i := range v.jc {
		v.resetJC(&v.jc[i])
	}
}

// keepMode empties the jump cache, which knows PCs only, when the guest's mode bits have changed.
func (v *VCPU) keepMode(mode uint32) {
	if mode != v.jcMode {
		v.jcMode = mode
		v.clearJC()
	}
}

func jcHash(pc uint64) uint64 { return (pc ^ pc>>12) & (1<<12 - 1) }

// lookup finds or makes the TB for the vCPU's PC.
func (v *VCPU) lookup(flags uint32) (*TB, softmmu.Fault) {
	pc := v.PC()
	key := cpu.TBKey{PC: pc, Flags: flags, Mode: v.mode()}
	v.keepMode(key.Mode)
	h := jcHash(pc)
	if tb := v.tbs[h].Load(); tb != nil && tb.Key == key {
		return tb, softmmu.Fault{}
	}
	v.e.mu.Lock()
	defer v.e.mu.Unlock()
	tb, fault := v.e.find(key)
	if tb != nil {
		v.tbs[h].Store(tb)
	}
	return tb, fault
}

func (v *VCPU) mode() uint32 {
	if m := v.e.arch.Mode; m != nil {
		return m(v.state)
	}
	return 0
}

// find looks key up or translates it. The lock is held.
func (e *Engine) find(key cpu.TBKey) (*TB, softmmu.Fault) {
	if tb := e.cache.byKey[key]; tb != nil {
		return tb, softmmu.Fault{}
	}
	return e.translate(key)
}
