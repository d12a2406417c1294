package softmmu

import (
	"cmp"
	"errors"
	"fmt"
)

// Remap resizes a mapping in place or moves it, as mremap(2) does. [old, old+oldLen) must lie in one
// region and not overlap [to, to+newLen) unless to == old; whatever is at the new place is replaced.
// Growing adds zeroed memory; what a mapping of a file grows by in place is ErrUnsupported.
func (as *AddressSpace) Remap(old Addr, oldLen uint64, to Addr, newLen uint64) error {
	oldLast, err := as.pages(old, oldLen)
	if err != nil {
		return err
	}
	toLast, err := as.pages(to, newLen)
	if err != nil {
		return err
	}
	r, err := sourceOf(as.snap.Load(), old, oldLast)
	if err != nil {
		return err
	}
	if to == old {
		switch {
		case toLast < oldLast:
			return as.Unmap(toLast+1, uint64(oldLast-toLast))
		case toLast == oldLast:
			return nil
		case r.back != nil && (r.back.file || r.isMMIO()) || r.info.Shared:
			return fmt.Errorf("%w: growing %q in place", ErrUnsupported, r.info.Name)
		}
		return as.Map(oldLast+1, uint64(toLast-oldLast), r.perm, r.info)
	}
	if to <= oldLast && old <= toLast {
		return fmt.Errorf("%w: source and destination overlap", ErrRange)
	}
	if toLast-to < oldLast-old { // shrink first
		if err := as.Unmap(old+(toLast-to)+1, uint64(oldLast-old-(toLast-to))); err != nil {
			return err
		}
		oldLast = old + (toLast - to)
	}
	if err := as.moveTo(old, oldLast, to, toLast); err != nil {
		return err
	}
	return as.change(old, oldLast, 0, func(*table) ([]region, error) { // the chunk lives on
		if as.mode == Direct {
			return nil, hostUnmap(as.host(old), uintptr(oldLast-old)+1)
		}
		return nil, nil
	})
}

// Duplicate maps the memory at [old, old+n), which lies in one shared mapping, once more at to, in place of whatever is there, as
// mremap(2) does with an old size of 0. The two may not overlap.
func (as *AddressSpace) Duplicate(old, to Addr, n uint64) error {
	oldLast, err := as.pages(old, n)
	if err != nil {
		return err
	}
	toLast, err := as.pages(to, n)
	if err != nil {
		return err
	}
	switch r, err := sourceOf(as.snap.Load(), old, oldLast); {
	case err != nil:
		return err
	case to <= oldLast && old <= toLast || r.isMMIO() || !r.info.Shared:
		return fmt.Errorf("%w: %#x cannot be mapped twice", ErrRange, uint64(old))
	}
	return as.moveTo(old, oldLast, to, toLast)
}

// sourceOf checks that [old, last] is one mapping, if perhaps in several regions of anonymous memory,
// and returns its first region.
func sourceOf(t *table, old, last Addr) (first region, err error) {
	n := 0
	ok := t.covered(old, last)
	t.overlapping(old, last, func(r region) {
		if n++; n == 1 {
			first = r
			return
		}
		plain := r.back == nil || !r.back.file && r.back.mmio == nil && !r.info.Shared
		ok = ok && plain && r.perm == first.perm && r.info == first.info
	})
	if !ok {
		return region{}, fmt.Errorf("%w: not one mapping at %#x", ErrUnmapped, uint64(old))
	}
	return first, nil
}

// moveTo makes [to, toLast] have the contents of [old, oldLast] and zeroed memory after them.
func (as *AddressSpace) moveTo(old, oldLast, to, toLast Addr) error {
	return as.change(to, toLast, 2, func(t *table) ([]region, error) {
		r, err := sourceOf(t, old, oldLast) // again, now under the lock
		if err != nil {
			return nil, err
		}
		if as.mode == Direct {
			return as.moveDirect(r, old, oldLast, to, toLast)
		}
		var with []region
		t.overlapping(old, oldLast, func(r region) {
			r.start, r.last = to+(r.start-old), to+(r.last-old)
			err = cmp.Or(err, as.admit(&r))
			with = append(with, r)
		})
		if err != nil {
			return nil, err
		}
		end := to + (oldLast - old)
		if end == toLast {
			return with, nil
		}
		if r.info.Shared || r.isMMIO() || r.back.file {
			return nil, fmt.Errorf("%w: growing %q", ErrUnsupported, r.info.Name)
		}
		tail := region{start: end + 1, last: toLast, perm: r.perm, info: r.info}
		c, err := newChunk(tail.size())
		if err != nil {
			return nil, err
		}
		tail.back = &backing{chunk: c, maxPerm: RWX}
		return append(with, tail), nil
	})
}

// moveDirect is moveTo's part on the host. r is the source.
func (as *AddressSpace) moveDirect(r region, old, oldLast, to, toLast Addr) ([]region, error) {
	r.start, r.last = to, toLast
	if r.isMMIO() {
		return []region{r}, hostUnmap(as.host(to), uintptr(r.size()))
	}
	private := r.back == nil || r.back.file && !r.info.Shared
	if private {
		r.back = nil // a file's private pages go on as anonymous memory
	}
	watched := !private && r.mayHoldCode() && r.storesThrough()
	if watched {
		if err := as.admissible(&r); err != nil {
			return nil, err
		}
		// The new place begins with what the old one has.
		if err := hostProtect(as.host(old), uintptr(oldLast-old)+1, r.perm&^W); err != nil {
			return nil, err
		}
	}
	err := hostMove(as.host(to), as.host(old), uintptr(oldLast-old)+1, uintptr(r.size()), r.perm, private)
	if watched {
		src := r
		src.start, src.last = old, oldLast
		err = errors.Join(err, as.admit(&src))
	}
	if err == nil && watched {
		err = as.admit(&r)
	}
	return []region{r}, err
}
