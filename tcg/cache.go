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
	// accesses is what the block does to memory.
	accesses ir.Accesses
	loops    bool // jit: goes back to its start by itself
	// slots is the number of the first of the TB's nslots direct exits.
	slots, nslots uint32
	// in is the first of the slots chained to this TB, plus one, 0 if there is none; slot.next goes on.
	// Guarded by the engine's lock, as is next: the next TB with bytes in the TB's first and in its last page.
	in   uint32
	next [2]*TB
}

// last returns the address of the TB's last guest byte.
func (tb *TB) last() uint64 { return tb.Key.PC + uint64(max(tb.Len, 1)) - 1 }

// tbCache finds TBs by key and by the guest pages they came from.
type tbCache struct {
	byKey  tbMap
	byPage map[uint64]*codePage
	// page is the codePage number asked for last, if there is one.
	page   *codePage
	number uint64
}

// codePage lists the TBs with bytes in a guest page.
type codePage struct{ first *TB }

func (c *tbCache) init() { c.byPage = map[uint64]*codePage{} }

const pageShift = 12

// at returns the page with number p, nil when no TB is from there.
func (c *tbCache) at(p uint64) *codePage {
	if c.page == nil || c.number != p {
		c.page, c.number = c.byPage[p], p
	}
	return c.page
}

// link returns where tb has the next TB of page p.
func (tb *TB) link(p uint64) **TB {
	if p == tb.Key.PC>>pageShift {
		return &tb.next[0]
	}
	return &tb.next[1]
}

// add lists tb in page p.
func (c *tbCache) add(p uint64, tb *TB) {
	page := c.at(p)
	if page == nil {
		page = &codePage{}
		c.byPage[p], c.page = page, page
	}
	*tb.link(p), page.first = page.first, tb
}

// remove takes tb out of page p, and reports whether it was the last one there.
func (c *tbCache) remove(p uint64, tb *TB) bool {
	page := c.at(p)
	at := &page.first
	for *at != tb {
		at = (*at).link(p)
	}
	*at, *tb.link(p) = *tb.link(p), nil
	if page.first != nil {
		return false
	}
	delete(c.byPage, p)
	c.page = nil
	return true
}

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
		now := e.again[:min(tb.Len, e.fetched)]
		n, _ := e.mem.Fetch(softmmu.Addr(tb.Key.PC), now)
		if got := e.code[:len(now)]; n < len(now) || !bytes.Equal(now, got) {
			return false
		}
	}
	e.entered++
	e.cache.byKey.put(tb)
	for p := tb.Key.PC >> pageShift; ; p++ {
		e.cache.add(p, tb)
		if p == tb.last()>>pageShift {
			return true
		}
	}
}

// mark makes tb's pages code pages, and tells whether one was not before.
func (e *Engine) mark(tb *TB) (fresh bool) {
	for p := tb.Key.PC >> pageShift; ; p++ {
		if e.cache.at(p) == nil {
			fresh = true
			err := e.mem.MarkCode(softmmu.Addr(p << pageShift))
			if errors.Is(err, softmmu.ErrNoMemory) && e.cache.byKey.n > 0 {
				e.flushLocked() // unmarks all
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
	if !e.unlist(tb) {
		return
	}
	for _, v := range e.vcpus {
		v.forget(tb)
		if tb.loops { // v may be in it, and would stay
			atomic.StoreUint32(&v.hdr.Interrupt, 1)
		}
	}
}

// unlist is drop but for the vCPUs' jump caches. It reports false for a TB that was dropped before.
func (e *Engine) unlist(tb *TB) bool {
	if tb.gone.Swap(true) {
		return false
	}
	e.cache.byKey.remove(tb)
	for p := tb.Key.PC >> pageShift; ; p++ {
		if e.cache.remove(p, tb) {
			e.mem.UnmarkCode(softmmu.Addr(p << pageShift))
		}
		if p == tb.last()>>pageShift {
			break
		}
	}
	if e.jit != nil {
		e.jit.unlink(tb)
	}
	return true
}

// dropRange drops the TBs with bytes in [lo, hi]. The lock is held.
func (e *Engine) dropRange(lo, hi uint64) {
	e.making.forgotten(lo, hi)
	n := 0
	each := func(p uint64) {
		page := e.cache.at(p)
		if page == nil {
			return
		}
		for tb := page.first; tb != nil; {
			next := *tb.link(p)
			if tb.Key.PC <= hi && tb.last() >= lo {
				e.drop(tb)
				n++
			}
			tb = next
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
