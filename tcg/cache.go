package tcg

import (
	"bytes"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/interp"
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
	prog  *interp.Prog
	code  uintptr // jit: host entry address
	// accesses is what the block does to memory.
	accesses ir.Accesses
	loops    bool // jit: goes back to its start by itself
	call     bool // ends in a call
	// observed is not nil when the block's indirect jump is looked at: it leaves by an ExcStop that is none.
	observed *jumpProfile
	// slots is the number of the first of the TB's nslots direct exits.
	slots, nslots uint32
	// in is the first of the slots chained to this TB, plus one, 0 if there is none; slot.next goes on.
	// Guarded by the engine's lock, as is next: the next TB with bytes in the TB's first and in its last page.
	in   uint32
	next [2]*TB
	// region is not nil for a TB of tier two.
	region *region
}

// tier returns 1 for a block, 2 for a region.
func (tb *TB) tier() int {
	if tb.region != nil {
		return 2
	}
	return 1
}

// overlaps reports whether a byte of [lo, hi] is the TB's.
func (tb *TB) overlaps(lo, hi uint64) bool {
	if tb.region == nil {
		return tb.Key.PC <= hi && tb.last() >= lo
	}
	for _, x := range tb.region.extents {
		if x.lo <= hi && x.hi >= lo {
			return true
		}
	}
	return false
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

// codePage lists the TBs with bytes in a guest page. Regions are apart, as they may be in many.
type codePage struct {
	first   *TB
	regions []*TB
	cold    bool // vCPUs keep something of it for the interpreter
}

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
	if tb.region != nil {
		page.regions = append(page.regions, tb)
		return
	}
	*tb.link(p), page.first = page.first, tb
}

// remove takes tb out of page p, and reports whether it was the last one there.
func (c *tbCache) remove(p uint64, tb *TB) bool {
	page := c.at(p)
	if tb.region != nil {
		i := slices.Index(page.regions, tb)
		page.regions = slices.Delete(page.regions, i, i+1)
	} else {
		at := &page.first
		for *at != tb {
			at = (*at).link(p)
		}
		*at, *tb.link(p) = *tb.link(p), nil
	}
	return c.forget(p, page)
}

// underWay is the translation being made: what is forgotten meanwhile makes it stale. Guarded by the engine's lock.
type underWay struct {
	from  []extent // where its bytes are from, at most
	stale bool
}

// add notes that n bytes at pc, or as many as there are to the top of the address space, may be part of the translation.
func (u *underWay) add(pc uint64, n int) {
	x := extent{pc, pc + uint64(n) - 1}
	if x.hi < pc {
		x.hi = ^uint64(0)
	}
	u.from = append(u.from, x)
}

// forgotten notes that translations of [lo, hi] are not to be used any more.
func (u *underWay) forgotten(lo, hi uint64) {
	for _, x := range u.from {
		u.stale = u.stale || lo <= x.hi && hi >= x.lo
	}
}

// enter puts tb into the cache and marks its pages as code. It reports false when tb is stale, and not in
// the cache: it was forgotten while it was made, its bytes changed before the mark, or its pages are mapped too often to watch
// all stores to them. The translation lock is held. A region takes the place of the block with its key.
func (e *Engine) enter(tb *TB) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.making.stale {
		return false
	}
	if fresh, ok := e.mark(tb, false); !ok || fresh && !e.unchanged(tb) {
		return false
	}
	var old *TB
	if tb.region != nil {
		old = e.cache.byKey.get(tb.Key)
	}
	e.entered++
	e.cache.byKey.put(tb)
	tb.eachPage(func(p uint64) { e.cache.add(p, tb) })
	if old != nil { // not before: it may be what keeps a page marked
		e.drop(old)
	}
	return true
}

// unchanged reports whether the code of tb, which has just been made, is still what it was made of.
func (e *Engine) unchanged(tb *TB) bool {
	if tb.region != nil {
		return e.former.same()
	}
	return e.same(tb.Key.PC, tb.Len)
}

// same reports whether the code at pc, of which length bytes have just been translated, is still what it was.
func (e *Engine) same(pc uint64, length int) bool {
	now := e.again[:min(length, e.fetched)]
	n, _ := e.mem.Fetch(softmmu.Addr(pc), now)
	return n == len(now) && bytes.Equal(now, e.code[:n])
}

// eachPage calls f for the numbers of the pages that tb has bytes in.
func (tb *TB) eachPage(f func(p uint64)) {
	if tb.region != nil {
		for _, p := range tb.region.pages {
			f(p)
		}
		return
	}
	first, last := tb.Key.PC>>pageShift, tb.last()>>pageShift
	f(first)
	if last != first {
		f(last)
	}
}

// mark makes tb's pages code pages, and tells whether one was not before, and whether all are now. It forgets all code to have
// room, but once.
func (e *Engine) mark(tb *TB, again bool) (fresh, ok bool) {
	full := false
	tb.eachPage(func(p uint64) {
		if full || e.cache.at(p) != nil {
			return
		}
		fresh = true
		err := e.mem.MarkCode(softmmu.Addr(p << pageShift))
		full = errors.Is(err, softmmu.ErrNoMemory)
		// Any other error means that the page cannot be executed: tb raises an exception.
	})
	switch {
	case !full:
		return fresh, true
	case !again:
		e.flushLocked() // unmarks all
		e.making.stale = false
		return e.mark(tb, true)
	}
	tb.eachPage(func(p uint64) {
		if e.cache.at(p) == nil {
			e.mem.UnmarkCode(softmmu.Addr(p << pageShift))
		}
	})
	return true, false
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
	tb.eachPage(func(p uint64) {
		if e.cache.remove(p, tb) {
			e.mem.UnmarkCode(softmmu.Addr(p << pageShift))
		}
	})
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
		if page.cold {
			e.dropCold()
		}
		for tb := page.first; tb != nil; {
			next := *tb.link(p)
			if tb.overlaps(lo, hi) {
				e.drop(tb)
				n++
			}
			tb = next
		}
		for i := len(page.regions) - 1; i >= 0; i-- {
			if tb := page.regions[i]; tb.overlaps(lo, hi) {
				e.drop(tb)
				e.stats.regionsDropped.Add(1)
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
