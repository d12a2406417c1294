package softmmu

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"
)

// The TLB's layout, which generated code knows. The entry of address a is number
// (a >> PageBits) & (number of entries - 1). An access of size bytes hits when
//
//	(a + size - 1) &^ (PageSize-1) == tag
//
// so an access that crosses a page never hits, and then the host address is a + Addend (mod 2^64).
// The tag is ReadTag for loads, WriteTag for stores and atomics.
const (
	TLBEntrySize  = int32(unsafe.Sizeof(TLBEntry{}))
	TLBReadTag    = int32(unsafe.Offsetof(TLBEntry{}.ReadTag))
	TLBWriteTag   = int32(unsafe.Offsetof(TLBEntry{}.WriteTag))
	TLBAddend     = int32(unsafe.Offsetof(TLBEntry{}.Addend))
	tlbInvalidTag = ^uint64(0) // not the address of a page
)

// TLBEntry is one entry as generated code sees it. No Go pointers: it may lie off-heap.
type TLBEntry struct {
	ReadTag, WriteTag uint64
	// Addend is the host address of the page minus its guest address, modulo 2^64.
	Addend uint64
	_      uint64
}

// VTLB is the page cache of one vCPU. Generated code reads it; Fill writes it; changes of the map, on
// any goroutine, invalidate entries of all TLBs of the address space.
type VTLB struct {
	as *AddressSpace
	// settled returns when the vCPU uses no entry any more that was dropped before the call; may be nil.
	settled func()

	mu      sync.Mutex
	entries []TLBEntry
	// chunks keeps the host memory alive that the entries point to.
	chunks []*chunk
}

// NewTLB makes a TLB over the given entries, whose number is a power of two. They may lie in a vCPU's
// off-heap memory, which must then stay until Close. settled returns when the vCPU uses no entry any
// more that was dropped before: it is called with locks held, and must not wait for anything but generated code.
// nil: nothing uses the entries but between other uses of the address space.
func (as *AddressSpace) NewTLB(entries []TLBEntry, settled func()) *VTLB {
	if n := len(entries); n == 0 || n&(n-1) != 0 {
		panic(fmt.Sprintf("BUG: softmmu: a TLB of %d entries", n))
	}
	t := &VTLB{as: as, settled: settled, entries: entries, chunks: make([]*chunk, len(entries))}
	t.FlushAll()
	as.mu.Lock()
	defer as.mu.Unlock()
	as.tlbs = append(as.tlbs, t)
	return t
}

// index returns the number of the page's entry.
func (t *VTLB) index(page Addr) int { return int(uint64(page) >> PageBits & uint64(len(t.entries)-1)) }

// Close detaches the TLB from its address space.
func (t *VTLB) Close() {
	t.as.mu.Lock()
	for i, o := range t.as.tlbs {
		if o == t {
			t.as.tlbs = append(t.as.tlbs[:i:i], t.as.tlbs[i+1:]...)
			break
		}
	}
	t.as.mu.Unlock()
	t.FlushAll()
}

// FlushAll invalidates every entry.
func (t *VTLB) FlushAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.entries {
		t.drop(i)
	}
}

func (t *VTLB) drop(i int) {
	e := &t.entries[i]
	atomic.StoreUint64(&e.ReadTag, tlbInvalidTag)
	atomic.StoreUint64(&e.WriteTag, tlbInvalidTag)
	t.chunks[i] = nil
}

// settle returns when no vCPU of the TLBs uses an entry any more that was dropped before.
func settle(lost []*VTLB) {
	for _, t := range lost {
		if t.settled != nil {
			t.settled()
		}
	}
}

// flush invalidates the entries of pages in [a, last] and tells whether there were any. The new map must be
// published before.
func (t *VTLB) flush(a, last Addr) (lost bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.entries {
		e := &t.entries[i]
		if tag := e.ReadTag; tag >= uint64(a) && tag <= uint64(last) && tag != tlbInvalidTag {
			t.drop(i)
			lost = true
		} else if tag := e.WriteTag; tag >= uint64(a) && tag <= uint64(last) && tag != tlbInvalidTag {
			t.drop(i)
			lost = true
		}
	}
	return lost
}

// dropWrite makes stores to the page miss, and tells whether they would not have.
func (t *VTLB) dropWrite(page Addr) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.loseWrite(page)
}

// loseWrite is dropWrite under t.mu.
func (t *VTLB) loseWrite(page Addr) bool {
	e := &t.entries[t.index(page)]
	if e.WriteTag != uint64(page) {
		return false
	}
	atomic.StoreUint64(&e.WriteTag, tlbInvalidTag)
	return true
}

// Fill enters the page of a, if it is memory that permits the access p (R or W). It tells whether the
// page can be in the TLB: device pages and, for writing, code pages cannot, and the access is done by
// Load and Store of the address space. Faults are found there too.
func (t *VTLB) Fill(a Addr, p Perm) bool {
	page := a.Page()
	as := t.as
	r := as.snap.Load().find(page)
	if r == nil || as.mode == Direct {
		return false
	}
	isCode, known := false, r.perm&W != 0 && r.mayHoldCode()
	if known { // MarkCode on another goroutine must wait, or see the entry
		as.mu.Lock()
		defer as.mu.Unlock()
		isCode = as.storesSeen(page)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	was := r.perm
	r = as.snap.Load().find(page) // again: flush comes after the publication of a change
	if r == nil || r.isMMIO() || r.perm.effective()&p != p || r.perm != was {
		return false
	}
	write := tlbInvalidTag
	// When memory becomes such that may hold code now, the flag comes first, what drops the entry after us.
	if r.perm&W != 0 && !isCode && (known || !r.mayHoldCode()) {
		write = uint64(page)
	}
	i := t.index(page)
	e := &t.entries[i]
	// The vCPU of this TLB is here, not in generated code: the order of the stores is free.
	e.Addend = uint64(as.at(r, page)) - uint64(page)
	t.chunks[i] = r.back.chunk
	atomic.StoreUint64(&e.ReadTag, uint64(page))
	atomic.StoreUint64(&e.WriteTag, write)
	return p != W || write == uint64(page)
}
