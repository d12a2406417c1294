package softmmu

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// Memory that is mapped at several addresses: code in it may be written at another address than it runs at. When a page is
// marked as code the other pages with the same memory that could be stored to are watched: closed to stores in direct mode,
// kept out of the TLBs in TLB mode. A store to one takes the marks of all. A watched page stays so until something stores to
// it, or it is mapped anew; what is mapped while there is code is watched from the start.
//
// Nothing of this costs anything for memory that is never mapped shared.

// object is memory that can be mapped more than once: a file, or shared anonymous memory.
type object struct {
	dev, ino uint64 // of a file; 0, 0: nobody said which it is
	// shared: a mapping that stores through to the object has been made. frames are pages that hold code or are watched
	// because they did, by their offset in the object. Both under AddressSpace.mu.
	shared bool
	frames map[uint64]*frame
	// coded is set for good when the object has the first frame.
	coded atomic.Bool
}

// frame is a page of an object. Under AddressSpace.mu.
type frame struct {
	obj *object
	off uint64
	// pages are its addresses that are code pages or watched.
	pages map[Addr]struct{}
	// code is how many of them are code pages. dropping are those whose mark was taken and whose translations are being
	// forgotten, since the code version; one may be there more than once.
	code     int
	dropping []Addr
	version  uint64
}

// end forgets the frame when there is nothing to know of it any more.
func (f *frame) end() {
	if len(f.pages) == 0 && !f.live() {
		delete(f.obj.frames, f.off)
	}
}

// live tells whether translations of the frame may exist, so that stores to it must be seen.
func (f *frame) live() bool { return f.code > 0 || len(f.dropping) > 0 }

// object returns what r is a mapping of, or nil when nothing else could be one of the same memory.
func (r *region) object() *object {
	if r.back == nil {
		return nil
	}
	return r.back.obj
}

// frameOff returns the offset of a, which lies in r, in r's object.
func (r *region) frameOff(a Addr) uint64 {
	if r.back.file {
		return r.info.Offset + uint64(a-r.start)
	}
	return r.off + uint64(a-r.start)
}

// storesThrough tells whether a store to r is one to its object.
func (r *region) storesThrough() bool { return r.info.Shared && r.perm&W != 0 && r.object() != nil }

// mayHoldCode tells whether a store to r may be one to translated code.
func (r *region) mayHoldCode() bool {
	if r.perm&X != 0 {
		return true
	}
	o := r.object()
	return o != nil && r.info.Shared && o.coded.Load()
}

// objectOf returns the object of a file, that of a mapping in t if there is one.
func (t *table) objectOf(info *Info) *object {
	if info.Dev|info.Ino != 0 {
		for i := range t.regs {
			if o := t.regs[i].object(); o != nil && o.dev == info.Dev && o.ino == info.Ino {
				return o
			}
		}
	}
	return &object{dev: info.Dev, ino: info.Ino}
}

// share notes that o is about to be mapped shared: what is code in private mappings of it could be written there. Under mu.
func (as *AddressSpace) share(t *table, o *object) error {
	if o.shared {
		return nil
	}
	o.shared = true
	for p := range as.code {
		if r := t.find(p); r != nil && r.object() == o && as.noted[p] == nil {
			if err := as.codeFrame(t, r, p); err != nil {
				o.shared = false
				return err
			}
		}
	}
	return nil
}

// codeFrame counts page a of r, which is a code page or is about to be, to its frame, and watches the others with its memory.
// Under mu.
func (as *AddressSpace) codeFrame(t *table, r *region, a Addr) error {
	o, off := r.object(), r.frameOff(a)
	f := o.frames[off]
	if f == nil {
		f = &frame{obj: o, off: off, pages: map[Addr]struct{}{}}
		if o.frames == nil {
			o.frames = map[uint64]*frame{}
		}
		o.frames[off] = f
	}
	if !o.coded.Load() {
		as.shareCode.Store(true)
		as.storing.Lock() // waits for stores that went by what it was
		o.coded.Store(true)
		as.storing.Unlock()
	}
	f.code++
	err := as.note(f, a)
	var lost []Addr
	for i := range t.regs {
		q := &t.regs[i]
		if err != nil || q.object() != o || !q.storesThrough() {
			continue
		}
		if d := off - q.frameOff(q.start); d < q.size() {
			page := q.start + Addr(d)
			if _, ok := f.pages[page]; !ok {
				if err = as.close(f, q, page); err == nil {
					lost = append(lost, page)
				}
			}
		}
	}
	as.loseWrites(lost)
	if err != nil {
		f.code--
		f.end()
	}
	return err
}

// SharedCode tells whether code has been met in memory that is mapped shared: FileWritten has something to do.
func (as *AddressSpace) SharedCode() bool { return as.shareCode.Load() }

// FileWritten forgets the code from a file that is mapped shared, after the file was written to by other means than stores.
func (as *AddressSpace) FileWritten(dev, ino uint64) {
	as.mu.Lock()
	var taken []mark
	for _, f := range as.snap.Load().objectOf(&Info{Dev: dev, Ino: ino}).frames {
		taken = as.unmarkAll(f, taken)
	}
	as.drop(taken)
	as.mu.Unlock()
	if taken != nil {
		as.invalidated(taken[0].page, PageSize, taken)
	}
}

// note makes page a one of f's. It fails when there are too many. Under mu.
func (as *AddressSpace) note(f *frame, a Addr) error {
	if as.noted[a] == f {
		return nil
	}
	if err := as.room(1); err != nil {
		return err
	}
	if as.noted == nil {
		as.noted = map[Addr]*frame{}
	}
	as.noted[a] = f
	f.pages[a] = struct{}{}
	return nil
}

// room returns an error when no n pages more may be closed to stores: each may split a mapping of the host process. Under mu.
func (as *AddressSpace) room(n int) error {
	for swept := false; ; swept = true {
		closed := len(as.noted)
		if as.mode == Direct {
			closed += len(as.code)
		}
		switch {
		case closed+n <= MaxWritableCode:
			return nil
		case swept:
			return fmt.Errorf("%w: %d pages with code", ErrNoMemory, closed)
		}
		as.sweep()
	}
}

// unnote forgets the frame of page a, which is no code page.
func (as *AddressSpace) unnote(a Addr) {
	f := as.noted[a]
	delete(as.noted, a)
	delete(f.pages, a)
	f.end()
}

// sweep opens the watched pages whose frames hold no code any more. Under mu.
func (as *AddressSpace) sweep() {
	t := as.snap.Load()
	for a, f := range as.noted {
		if !f.live() {
			as.open(t, a)
		}
	}
}

// close watches page a of r, which has f's memory. The TLBs still have it. Under mu.
func (as *AddressSpace) close(f *frame, r *region, a Addr) error {
	if err := as.note(f, a); err != nil {
		return err
	}
	if as.mode != Direct {
		return nil
	}
	err := hostProtect(as.host(a), PageSize, r.perm&^W)
	if err != nil {
		as.unnote(a)
	}
	return err
}

// loseWrites makes stores of generated code to the pages miss. Under mu.
func (as *AddressSpace) loseWrites(pages []Addr) {
	const many = 64
	if len(pages) == 0 {
		return
	}
	var lost []*VTLB
	for _, t := range as.tlbs {
		if had := len(pages) > many && t.flush(0, ^Addr(0)); had {
			lost = append(lost, t)
			continue
		}
		for _, p := range pages {
			if t.dropWrite(p) {
				lost = append(lost, t)
			}
		}
	}
	settle(lost)
}

// eachNoted calls f for the pages that [a, last] touches and that have frames. f may forget the page.
func (as *AddressSpace) eachNoted(a, last Addr, f func(Addr, *frame)) {
	if len(as.noted) == 0 {
		return
	}
	a = a.Page()
	n := uint64(last-a) >> PageBits // pages after the first
	if n > uint64(len(as.noted)) {
		for p, fr := range as.noted {
			if p >= a && p <= last {
				f(p, fr)
			}
		}
		return
	}
	for i := range n + 1 {
		p := a + Addr(i<<PageBits)
		if fr := as.noted[p]; fr != nil {
			f(p, fr)
		}
	}
}

// lives tells whether a page that [a, last] touches has a frame with code.
func (as *AddressSpace) lives(a, last Addr) (found bool) {
	as.eachNoted(a, last, func(_ Addr, f *frame) { found = found || f.live() })
	return found
}

// leave forgets the frames of the pages of [a, last], none of which is a code page any more: they are mapped anew, which
// opens them. Under mu.
func (as *AddressSpace) leave(a, last Addr) (left map[Addr]*frame) {
	as.eachNoted(a, last, func(p Addr, f *frame) {
		if left == nil {
			left = map[Addr]*frame{}
		}
		left[p] = f
		as.unnote(p)
	})
	return left
}

// returnTo undoes leave, when the pages were not mapped anew. Under mu.
func (as *AddressSpace) returnTo(left map[Addr]*frame) {
	for p, f := range left {
		if !f.live() || as.note(f, p) != nil {
			as.open(as.snap.Load(), p)
		}
	}
}

// admissible returns an error when admit could not watch all that it must of r. Under mu.
func (as *AddressSpace) admissible(r *region) error {
	if live := as.liveIn(r); live != nil {
		return as.room(len(live))
	}
	return nil
}

// admit gives the host's pages of r, which is about to be published, the permissions of r, but leaves those closed whose memory
// holds code: they are watched. Under mu.
func (as *AddressSpace) admit(r *region) error {
	if r.isMMIO() {
		return nil
	}
	live := as.liveIn(r)
	for _, a := range live {
		if err := as.close(r.object().frames[r.frameOff(a)], r, a); err != nil {
			return err
		}
	}
	if as.mode != Direct {
		return nil
	}
	from := r.start
	for _, a := range append(live, r.last+1) {
		if a != from {
			if err := hostProtect(as.host(from), uintptr(a-from), r.perm); err != nil {
				return err
			}
		}
		from = a + PageSize
	}
	return nil
}

// liveIn returns the pages of r, ascending, stores to which must be seen since their memory holds code.
func (as *AddressSpace) liveIn(r *region) (live []Addr) {
	o := r.object()
	if o == nil || len(o.frames) == 0 || !r.storesThrough() {
		return nil
	}
	first := r.frameOff(r.start)
	if n := r.size() >> PageBits; n > uint64(len(o.frames)) {
		for off, f := range o.frames {
			if d := off - first; d < r.size() && f.live() {
				live = append(live, r.start+Addr(d))
			}
		}
		slices.Sort(live)
		return live
	}
	for d := uint64(0); d < r.size(); d += PageSize {
		if f := o.frames[first+d]; f != nil && f.live() {
			live = append(live, r.start+Addr(d))
		}
	}
	return live
}
