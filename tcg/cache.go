package tcg

import (
	"bytes"
	"errors"
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TB is a translation block.
type TB struct {
	Key cpu.TBKey
	// Len is the guest range's length in bytes from Key.PC; Insns its instructions.
	Len   int
	Insns int
	// gone: dropped from the cache. Who is inside it may finish it; who finds it in a cache of his own may
	// not enter it.
	gone atomic.Bool

	block *ir.Block // interp: a copy that lives as long as the TB
	code  uintptr   // jit: host entry address
	loops bool      // jit: goes back to its start by itself
	// slots is the number of the first of the TB's nslots direct exits.
	slots, nslots uint32
	// in are the slots of other TBs chained to this one; guarded by the engine's lock.
	in []uint32
}

// last returns the address of the TB's last guest byte.
func (tb *TB) last() uint64 { return tb.Key.PC + uint64(max(tb.Len, 1)) - 1 }

// tbCache finds TBs by key and by the guest pages they came from.
type tbCache struct {
	byKey  map[cpu.TBKey]*TB
	byPage map[uint64][]*TB // guest page number -> TBs with bytes there
}

func (c *tbCache) init() {
	c.byKey = map[cpu.TBKey]*TB{}
	c.byPage = map[uint64][]*TB{}
}

const pageShift = 12

// underWay is the translation being made: what is forgotten meanwhile makes it stale. Guarded by the engine's lock.
type underWay struct {
	lo, hi uint64 // where its bytes are from, at most
	stale  bool
}

// forgotten notes that translations of [lo, hi] are not to be used any more.
func (u *underWay) forgotten(lo, hi uint64) { u.stale = u.stale || lo <= u.hi && hi >= u.lo }

// enter puts tb into the cache and marks its pages as code. It reports false when tb is stale, and not in
// the cache: it was forgotten while it was made, or its bytes changed before the mark. The translation lock
// is held.
func (e *Engine) enter(tb *TB) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.making.stale {
		return false
	}
	if e.mark(tb) {
		now := e.again[:min(tb.Len, len(e.again))]
		n, _ := e.mem.Fetch(softmmu.Addr(tb.Key.PC), now)
		if got := e.code[:len(now)]; n == len(now) && !bytes.Equal(now, got) {
			return false
		}
	}
	e.cache.byKey[tb.Key] = tb
	for p := tb.Key.PC >> pageShift; ; p++ {
		e.cache.byPage[p] = append(e.cache.byPage[p], tb)
		if p == tb.last()>>pageShift {
			return true
		}
	}
}

// mark makes tb's pages code pages, and tells whether one was not before.
func (e *Engine) mark(tb *TB) (fresh bool) {
	for p := tb.Key.PC >> pageShift; ; p++ {
		if len(e.cache.byPage[p]) == 0 {
			fresh = true
			err := e.mem.MarkCode(softmmu.Addr(p << pageShift))
			if errors.Is(err, softmmu.ErrNoMemory) && len(e.cache.byKey) > 0 {
				e.flushLocked(true) // unmarks all
				e.making.stale = false
				return e.mark(tb)
			}
			// Any other error means that the page cannot be executed: tb raises an exception.
		}
		if p == tb.last()>>pageShift {
			return fresh
		}
	}
}

// drop takes tb out of the cache: nobody finds it any more nor reaches it by a chain. The lock is held.
func (e *Engine) drop(tb *TB) {
	if !e.unlist(tb, true) {
		return
	}
	for _, v := range e.vcpus {
		v.forget(tb)
		if tb.loops { // v may be in it, and would stay
			atomic.StoreUint32(&v.hdr.Interrupt, 1)
		}
	}
}

// unlist is drop, with or without the chains, but for the vCPUs' jump caches. It reports false for a TB
// that was dropped before.
func (e *Engine) unlist(tb *TB, unlink bool) bool {
	if tb.gone.Swap(true) {
		return false
	}
	delete(e.cache.byKey, tb.Key)
	for p := tb.Key.PC >> pageShift; ; p++ {
		l := e.cache.byPage[p]
		for i, x := range l {
			if x == tb {
				l[i] = l[len(l)-1]
				l[len(l)-1] = nil
				l = l[:len(l)-1]
				break
			}
		}
		if len(l) == 0 {
			delete(e.cache.byPage, p)
			e.mem.UnmarkCode(softmmu.Addr(p << pageShift))
		} else {
			e.cache.byPage[p] = l
		}
		if p == tb.last()>>pageShift {
			break
		}
	}
	if unlink && e.jit != nil {
		e.jit.unlink(tb)
	}
	return true
}

// dropRange drops the TBs with bytes in [lo, hi]. The lock is held.
func (e *Engine) dropRange(lo, hi uint64) {
	e.making.forgotten(lo, hi)
	n := 0
	each := func(p uint64) {
		for _, tb := range append([]*TB(nil), e.cache.byPage[p]...) {
			if tb.Key.PC <= hi && tb.last() >= lo {
				e.drop(tb)
				n++
			}
		}
	}
	first, last := lo>>pageShift, hi>>pageShift
	if last-first < uint64(len(e.cache.byPage)) {
		for p := first; ; p++ {
			each(p)
			if p == last {
				break
			}
		}
	} else {
		for p := range e.cache.byPage {
			if p >= first && p <= last {
				each(p)
			}
		}
	}
	e.stats.invalidated.Add(uint64(n))
	if n > 0 && e.log.On(debuglog.Cache) {
		e.log.Printf("cache: %d blocks of %#x..%#x dropped\n", n, lo, hi)
	}
}
