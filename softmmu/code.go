package softmmu

import (
	"fmt"
	"slices"
)

// codePages is the set of pages with translated code.
type codePages map[Addr]struct{}

// drop tells of a page whose mark was taken: by how many whose invalidation has not ended, and the code version
// after the last.
type drop struct {
	pending int
	version uint64
}

// SetInvalidate sets the function that forgets translated code: it is called with the range of guest
// addresses whose code is stale, before a store to a code page is done and before a change of the map,
// on the goroutine that made it, with no lock of this package held. It may be called for the same
// range on several goroutines at once.
func (as *AddressSpace) SetInvalidate(f func(a Addr, n uint64)) { as.onInvalidate.Store(&f) }

// CodeVersion changes whenever code is invalidated. A translator reads it before MarkCode, and
// drops the translation if it has changed when the block is about to be entered in the cache.
func (as *AddressSpace) CodeVersion() uint64 { return as.codeVersion.Load() }

// MarkCode makes the page of a a code page: stores to it call the invalidation function first. Mark
// before reading the bytes to translate. The mark goes away with the first invalidation. The
// page must be executable (ErrUnmapped). ErrNoMemory: there are too many code pages that are also
// writable; the engine drops some.
func (as *AddressSpace) MarkCode(a Addr) error {
	a = a.Page()
	as.mu.Lock()
	defer as.mu.Unlock()
	if _, ok := as.code[a]; ok {
		return nil
	}
	r := as.snap.Load().find(a)
	if r == nil || r.perm&X == 0 || r.isMMIO() {
		return fmt.Errorf("%w: no code at %#x", ErrUnmapped, uint64(a))
	}
	if as.mode == Direct && r.perm&W != 0 {
		if err := as.room(1); err != nil {
			return err
		}
		if err := hostProtect(as.host(a), PageSize, r.perm&^W); err != nil {
			return err
		}
	}
	if o := r.object(); o != nil && o.shared {
		if err := as.codeFrame(as.snap.Load(), r, a); err != nil {
			return err
		}
	}
	if as.code == nil {
		as.code = codePages{}
	}
	as.code[a] = struct{}{}
	var lost []*VTLB
	for _, t := range as.tlbs {
		if t.dropWrite(a) {
			lost = append(lost, t)
		}
	}
	settle(lost)
	return nil
}

// UnmarkCode ends the tracking of a's page, whose translations are all gone.
func (as *AddressSpace) UnmarkCode(a Addr) {
	a = a.Page()
	as.mu.Lock()
	defer as.mu.Unlock()
	if _, ok := as.code[a]; !ok {
		return
	}
	f := as.unmark(a).f
	as.codeVersion.Add(1)
	if as.dropping[a].pending == 0 && (f == nil || !f.live()) { // else who is at it opens the page
		as.open(as.snap.Load(), a)
	}
}

// IsCode tells whether one of the pages that [a, a+n) touches is marked, or was and is being invalidated.
func (as *AddressSpace) IsCode(a Addr, n uint64) bool {
	if n == 0 {
		return false
	}
	last := a + Addr(n-1)
	if last < a {
		last = ^Addr(0)
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	found := false
	as.code.in(a, last, func(Addr) { found = true })
	return found || as.droppedAfter(a, last, 0) || as.lives(a, last)
}

// storesSeen tells whether stores to a page must be, since there is code, or is being forgotten, in its memory; if not the page
// is not watched any more. Under mu.
func (as *AddressSpace) storesSeen(page Addr) bool {
	if _, ok := as.code[page]; ok || as.droppedAfter(page, page, 0) {
		return true
	}
	f := as.noted[page]
	if f == nil {
		return false
	}
	if !f.live() {
		as.unnote(page)
	}
	return f.live()
}

// mark is a page that was a code page, and its frame, if any.
type mark struct {
	page Addr
	f    *frame
}

// unmark removes a code page. Under mu.
func (as *AddressSpace) unmark(p Addr) mark {
	delete(as.code, p)
	f := as.noted[p]
	if f != nil {
		f.code--
	}
	return mark{p, f}
}

// takeCode removes the code pages that [a, last] touches, and returns them. The host's protection stays. Under mu.
//
// Until invalidated has been called with them they are being dropped: another store there may not go on before the
// translations are forgotten either, or its thread could run what it has just overwritten. It does not wait for
// whoever took the mark, it forgets them itself: see withWritable.
func (as *AddressSpace) takeCode(a, last Addr) (taken []mark) {
	as.code.in(a, last, func(p Addr) { taken = append(taken, as.unmark(p)) })
	as.drop(taken)
	return taken
}

// takeWritten is takeCode before a store: it takes those too that have the same memory. Under mu.
func (as *AddressSpace) takeWritten(a, last Addr) (taken []mark) {
	as.code.in(a, last, func(p Addr) { taken = append(taken, as.unmark(p)) })
	as.eachNoted(a, last, func(_ Addr, f *frame) { taken = as.unmarkAll(f, taken) })
	as.drop(taken)
	return taken
}

// unmarkAll removes the code pages of a frame, and appends them to taken. Under mu.
func (as *AddressSpace) unmarkAll(f *frame, taken []mark) []mark {
	for p := range f.pages {
		if f.code == 0 {
			break
		}
		if _, ok := as.code[p]; ok {
			taken = append(taken, as.unmark(p))
		}
	}
	return taken
}

// drop notes that the translations of the pages are being forgotten. Under mu.
func (as *AddressSpace) drop(taken []mark) {
	if taken == nil {
		return
	}
	v := as.codeVersion.Add(1)
	if as.dropping == nil {
		as.dropping = map[Addr]drop{}
	}
	for _, m := range taken {
		as.dropping[m.page] = drop{as.dropping[m.page].pending + 1, v}
		if m.f != nil {
			m.f.dropping, m.f.version = append(m.f.dropping, m.page), v
		}
	}
}

// droppedElsewhere returns the pages with the same memory as one that [a, last] touches that are being dropped since after a
// code version. Under mu.
func (as *AddressSpace) droppedElsewhere(a, last Addr, version uint64) (pages []Addr) {
	if len(as.dropping) == 0 {
		return nil
	}
	as.eachNoted(a, last, func(_ Addr, f *frame) {
		if f.version > version {
			pages = append(pages, f.dropping...)
		}
	})
	return pages
}

// droppedAfter tells whether a page that [a, last] touches is being dropped since after a code version. Under mu.
func (as *AddressSpace) droppedAfter(a, last Addr, version uint64) bool {
	for p, d := range as.dropping {
		if p >= a.Page() && p <= last && d.version > version {
			return true
		}
	}
	return false
}

// in calls f for each code page that [a, last] touches.
func (c codePages) in(a, last Addr, f func(Addr)) {
	if len(c) == 0 {
		return
	}
	a = a.Page()
	n := uint64(last-a) >> PageBits // pages after the first
	if n > uint64(len(c)) {
		for p := range c {
			if p >= a && p <= last {
				f(p)
			}
		}
		return
	}
	for i := range n + 1 {
		p := a + Addr(i<<PageBits)
		if _, ok := c[p]; ok {
			f(p)
		}
	}
}

// invalidated calls the invalidation function for [a, a+n) and other pages, and ends the dropping of the pages whose marks were
// taken. Not under mu.
func (as *AddressSpace) invalidated(a Addr, n uint64, taken []mark, others ...Addr) {
	if f := as.onInvalidate.Load(); f != nil {
		(*f)(a, n)
		for _, m := range taken {
			if m.page < a.Page() || m.page > a+Addr(n-1) {
				(*f)(m.page, PageSize)
			}
		}
		for _, p := range others {
			(*f)(p, PageSize)
		}
	}
	if taken == nil {
		return
	}
	as.mu.Lock()
	defer as.mu.Unlock()
	for _, m := range taken {
		if f := m.f; f != nil {
			i := slices.Index(f.dropping, m.page)
			f.dropping = slices.Delete(f.dropping, i, i+1)
			f.end()
		}
		d := as.dropping[m.page]
		if d.pending--; d.pending == 0 {
			delete(as.dropping, m.page)
			continue
		}
		as.dropping[m.page] = d
	}
}
