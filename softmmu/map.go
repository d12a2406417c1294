package softmmu

import (
	"cmp"
	"fmt"
	"io"
)

// File says what file MapFile maps. It is used during the call only.
type File struct {
	// FD is a host file descriptor; Reader reads the same file, for hosts that cannot map it.
	FD     int
	Reader io.ReaderAt
	// Offset is where in the file the mapping starts, a multiple of PageSize.
	Offset int64
	Shared bool
}

// pages checks that [a, a+n) is a non-empty page-aligned range of guest addresses, n rounded up to
// pages, and returns its last address.
func (as *AddressSpace) pages(a Addr, n uint64) (last Addr, err error) {
	n, ok := pageUp(n)
	last = a + Addr(n-1)
	if !ok || n == 0 || a&pageMask != 0 || last < a || last > as.limit {
		return 0, fmt.Errorf("%w: %#x bytes at %#x", ErrRange, n, uint64(a))
	}
	return last, nil
}

// change runs a change of the map on [a, last]: blocks translated from its pages are forgotten before, f does
// the host's part and returns the regions now in the range, which are published. adds is about how
// many those are, or sameCount. When Protect returns no other vCPU uses the old permissions any more. Memory that was
// unmapped may still be reached by an access that was under way; see [chunk].
func (as *AddressSpace) change(a, last Addr, adds int, f func(t *table) ([]region, error)) error {
	as.mu.Lock()
	// First, because the change may open a page to stores that nobody notices then.
	var forgot uint64
	for range maxForget {
		taken := as.takeCode(a, last)
		if taken == nil && (len(as.dropping) == 0 || !as.droppedAfter(a, last, forgot)) {
			break
		}
		forgot = as.codeVersion.Load()
		as.mu.Unlock()
		as.invalidated(a, uint64(last-a)+1, taken)
		as.mu.Lock()
	}
	t := as.snap.Load()
	if len(t.regs)+2 > as.maxRg && as.tooMany(t, a, last, adds) {
		as.mu.Unlock()
		return fmt.Errorf("%w: %d regions", ErrNoMemory, len(t.regs))
	}
	taken := as.takeCode(a, last)
	left := as.leave(a, last)
	with, err := f(t)
	if err == nil {
		as.storing.Lock()
		as.snap.Store(t.replace(a, last, with...))
		as.storing.Unlock()
	} else {
		as.returnTo(left)
	}
	var lost []*VTLB
	for _, tlb := range as.tlbs {
		if tlb.flush(a, last) && adds == sameCount {
			lost = append(lost, tlb)
		}
	}
	settle(lost)
	as.mu.Unlock()
	if taken != nil { // code kept being translated meanwhile
		as.invalidated(a, uint64(last-a)+1, taken)
	}
	return err
}

// maxForget bounds how often change forgets the translations of code that is translated again at once.
const maxForget = 1000

// sameCount says that a change leaves as many regions in its range as there are.
const sameCount = -1

// tooMany tells whether the list would grow over its bound.
func (as *AddressSpace) tooMany(t *table, a, last Addr, adds int) bool {
	if adds == sameCount {
		adds = 0
		t.overlapping(a, last, func(region) { adds++ })
	}
	n := len(t.replace(a, last).regs) + adds
	return n > as.maxRg && n > len(t.regs)
}

// Map maps n bytes (rounded up to pages) of zeroed anonymous memory at a, in place of whatever is
// there. With info.Shared it is memory that a later Clone would share.
func (as *AddressSpace) Map(a Addr, n uint64, p Perm, info Info) error {
	last, err := as.pages(a, n)
	if err != nil {
		return err
	}
	return as.change(a, last, 1, func(t *table) ([]region, error) {
		r := region{start: a, last: last, perm: p, info: info}
		if as.mode == Direct {
			if info.Shared {
				r.back = &backing{maxPerm: RWX, obj: &object{shared: true}}
			}
			if !info.Shared && t.empty(a, last) {
				return []region{r}, hostOpen(as.host(a), uintptr(r.size()), p)
			}
			return []region{r}, hostMap(as.host(a), uintptr(r.size()), p, info.Shared)
		}
		c, err := newChunk(r.size())
		if err != nil {
			return nil, err
		}
		r.back = &backing{chunk: c, maxPerm: RWX}
		if info.Shared {
			r.back.obj = &object{shared: true}
		}
		return []region{r}, nil
	})
}

// MapFile maps n bytes (rounded up to pages) of a file at a, in place of whatever is there. Pages
// wholly beyond the file's end fault with FaultBus. On hosts without fault recovery the file's bytes
// are copied and shared writable mappings are ErrUnsupported, and so are files of huge pages on all.
func (as *AddressSpace) MapFile(a Addr, n uint64, p Perm, f File, info Info) error {
	last, err := as.pages(a, n)
	if err != nil {
		return err
	}
	if f.Offset < 0 || f.Offset&pageMask != 0 {
		return fmt.Errorf("%w: file offset %#x", ErrRange, f.Offset)
	}
	if ofHugePages(f.FD) {
		return fmt.Errorf("%w: a file of huge pages", ErrUnsupported)
	}
	info.Shared, info.Offset = f.Shared, uint64(f.Offset)
	return as.change(a, last, 1, func(t *table) ([]region, error) {
		o := t.objectOf(&info)
		if f.Shared {
			if err := as.share(t, o); err != nil {
				return nil, err
			}
		}
		r := region{start: a, last: last, perm: p, info: info}
		if as.mode == Direct {
			r.back = &backing{file: true, maxPerm: RWX, obj: o}
			if len(o.frames) == 0 || !r.storesThrough() {
				return []region{r}, hostMapFile(as.host(a), uintptr(r.size()), p, f)
			}
			if err := as.admissible(&r); err != nil {
				return nil, err
			}
			if err := hostMapFile(as.host(a), uintptr(r.size()), p&^W, f); err != nil {
				return nil, err
			}
			return []region{r}, as.admit(&r)
		}
		c, max, err := newFileChunk(r.size(), p, f)
		if err != nil {
			return nil, err
		}
		r.back = &backing{chunk: c, file: true, maxPerm: max, obj: o}
		return []region{r}, as.admit(&r)
	})
}

// MapMMIO makes accesses to the n bytes at a call dev. In direct mode each costs a host fault.
func (as *AddressSpace) MapMMIO(a Addr, n uint64, p Perm, dev MMIO, info Info) error {
	last, err := as.pages(a, n)
	if err != nil {
		return err
	}
	return as.change(a, last, 1, func(*table) ([]region, error) {
		if as.mode == Direct {
			if err := hostUnmap(as.host(a), uintptr(last-a)+1); err != nil {
				return nil, err
			}
		}
		r := region{start: a, last: last, perm: p, info: info, back: &backing{mmio: dev, maxPerm: RW}}
		return []region{r}, nil
	})
}

// Unmap unmaps the pages of [a, a+n); unmapped ones are no error.
func (as *AddressSpace) Unmap(a Addr, n uint64) error {
	last, err := as.pages(a, n)
	if err != nil {
		return err
	}
	return as.change(a, last, 0, func(t *table) ([]region, error) {
		if as.mode == Direct {
			return nil, hostUnmap(as.host(a), uintptr(last-a)+1)
		}
		t.overlapping(a, last, func(r region) { r.discard() })
		return nil, nil
	})
}

// discard gives the host memory of r back early; what still reads it sees zeros.
func (r *region) discard() {
	if r.back.chunk != nil && !r.back.file && !r.info.Shared {
		r.back.chunk.discard(r.off, r.size())
	}
}

// Protect sets the permissions of the pages of [a, a+n), which must all be mapped.
func (as *AddressSpace) Protect(a Addr, n uint64, p Perm) error {
	last, err := as.pages(a, n)
	if err != nil {
		return err
	}
	return as.change(a, last, sameCount, func(t *table) ([]region, error) {
		if !t.covered(a, last) {
			return nil, fmt.Errorf("%w: %#x bytes at %#x", ErrUnmapped, n, uint64(a))
		}
		var with []region
		var bad error
		t.overlapping(a, last, func(r region) {
			if r.back != nil && p&^r.back.maxPerm != 0 {
				bad = ErrAccess
			}
			r.perm = p
			bad = cmp.Or(bad, as.admissible(&r))
			with = append(with, r)
		})
		if bad != nil {
			return nil, bad
		}
		for i := range with {
			if err := as.admit(&with[i]); err != nil {
				return nil, err
			}
		}
		return with, nil
	})
}

// Discard makes anonymous private pages of [a, a+n) read as zeros and file pages as the file has
// them (madvise(2), MADV_DONTNEED).
func (as *AddressSpace) Discard(a Addr, n uint64) error {
	last, err := as.pages(a, n)
	if err != nil {
		return err
	}
	return as.change(a, last, sameCount, func(t *table) ([]region, error) {
		if !t.covered(a, last) {
			return nil, fmt.Errorf("%w: %#x bytes at %#x", ErrUnmapped, n, uint64(a))
		}
		var with []region
		t.overlapping(a, last, func(r region) {
			with = append(with, r)
			if r.mayHoldCode() && r.storesThrough() {
				err = cmp.Or(err, as.admit(&r))
			}
			if r.isMMIO() || r.info.Shared {
				return
			}
			if as.mode == Direct {
				err = hostDiscard(as.host(r.start), uintptr(r.size()))
				// The host forgets no protection: write-protected code pages were taken back.
			} else {
				r.back.chunk.discard(r.off, r.size())
			}
		})
		return with, err
	})
}

// FindFree returns the start of n free bytes (rounded up to pages) in [lo, hi], hi inclusive: the
// highest such place when topDown, else the lowest.
func (as *AddressSpace) FindFree(n uint64, lo, hi Addr, topDown bool) (Addr, bool) {
	n, ok := pageUp(n)
	if hi > as.limit {
		hi = as.limit
	}
	lo = (lo + pageMask) &^ pageMask
	if !ok || n == 0 || hi < lo || uint64(hi-lo) < n-1 {
		return 0, false
	}
	regs := as.snap.Load().regs
	if topDown {
		top := hi // last free address
		for i := len(regs) - 1; i >= -1; i-- {
			floor := lo
			if i >= 0 && regs[i].last >= floor {
				floor = regs[i].last + 1
			}
			if i >= 0 && regs[i].start > top {
				continue
			}
			if floor <= top && (i < 0 || regs[i].last < top) && uint64(top-floor) >= n-1 {
				if at := (top - Addr(n-1)).Page(); at >= floor {
					return at, true
				}
			}
			if i < 0 || regs[i].start <= lo {
				return 0, false
			}
			top = min(top, regs[i].start-1)
		}
		return 0, false
	}
	at := lo
	for i := range regs {
		if regs[i].last < at {
			continue
		}
		if regs[i].start > at && uint64(regs[i].start-at) >= n {
			break
		}
		if regs[i].last >= hi {
			return 0, false
		}
		at = regs[i].last + 1
	}
	return at, hi >= at && uint64(hi-at) >= n-1
}
