package softmmu

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// The TLB's layout, which generated code knows. The entry of address a is number
// (a >> PageBits) & (TLBEntries-1). An access of size bytes hits when
//
//	(a + size - 1) &^ (PageSize-1) == tag
//
// so an access that crosses a page never hits, and then the host address is a + Addend (mod 2^64).
// The tag is ReadTag for loads, WriteTag for stores and atomics.
const (
	TLBBits    = 10
	TLBEntries = 1 << TLBBits

	TLBEntrySize  = int32(unsafe.Sizeof(TLBEntry{}))
	TLBSize       = TLBEntries * TLBEntrySize
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

// TLB is the page cache of one vCPU. Generated code reads it; Fill writes it; changes of the map, on
// any goroutine, invalidate entries of all TLBs of the address space.
type TLB struct {
	as *AddressSpace

	mu      sync.Mutex
	entries *[TLBEntries]TLBEntry
	// chunks keeps the host memory alive that the entries point to.
	chunks [TLBEntries]*chunk
}

// NewTLB makes a TLB over the given entries, which may lie in a vCPU's off-heap memory, or its own when
// mem is nil. Close ends its use.
func (as *AddressSpace) NewTLB(mem *[TLBEntries]TLBEntry) *TLB {
	if mem == nil {
		mem = new([TLBEntries]TLBEntry)
	}
	t := &TLB{as: as, entries: mem}
	t.FlushAll()
	as.mu.Lock()
	defer as.mu.Unlock()
	as.tlbs = append(as.tlbs, t)
	return t
}

// Close detaches the TLB from its address space.
func (t *TLB) Close() {
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

// Entries returns the entries, for their address.
func (t *TLB) Entries() *[TLBEntries]TLBEntry { return t.entries }

// FlushAll invalidates every entry.
func (t *TLB) FlushAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.entries {
		t.drop(i)
	}
}

func (t *TLB) drop(i int) {
	e := &t.entries[i]
	atomic.StoreUint64(&e.ReadTag, tlbInvalidTag)
	atomic.StoreUint64(&e.WriteTag, tlbInvalidTag)
	t.chunks[i] = nil
}

// flush invalidates the entries of pages in [a, last]. The new map must be published before.
func (t *TLB) flush(a, last Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.entries {
		e := &t.entries[i]
		if tag := e.ReadTag; tag >= uint64(a) && tag <= uint64(last) && tag != tlbInvalidTag {
			t.drop(i)
		} else if tag := e.WriteTag; tag >= uint64(a) && tag <= uint64(last) && tag != tlbInvalidTag {
			t.drop(i)
		}
	}
}

// dropWrite makes stores to the page miss.
func (t *TLB) dropWrite(page Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := &t.entries[uint64(page)>>PageBits&(TLBEntries-1)]
	if e.WriteTag == uint64(page) {
		atomic.StoreUint64(&e.WriteTag, tlbInvalidTag)
	}
}

// Fill enters the page of a, if it is memory that permits the access p (R or W). It tells whether the
// page can be in the TLB: device pages and, for writing, code pages cannot, and the access is done by
// Load and Store of the address space. Faults are found there too.
func (t *TLB) Fill(a Addr, p Perm) bool {
	page := a.Page()
	as := t.as
	r := as.snap.Load().find(page)
	if r == nil || as.mode == Direct {
		return false
	}
	isCode := false
	if r.perm&(W|X) == W|X { // MarkCode on another goroutine must wait, or see the entry
		as.mu.Lock()
		defer as.mu.Unlock()
		_, isCode = as.code[page]
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	was := r.perm
	r = as.snap.Load().find(page) // again: flush comes after the publication of a change
	if r == nil || r.isMMIO() || r.perm.effective()&p != p || r.perm != was {
		return false
	}
	write := tlbInvalidTag
	if r.perm&W != 0 && !isCode {
		write = uint64(page)
	}
	i := uint64(page) >> PageBits & (TLBEntries - 1)
	e := &t.entries[i]
	// The vCPU of this TLB is here, not in generated code: the order of the stores is free.
	e.Addend = uint64(as.at(r, page)) - uint64(page)
	t.chunks[i] = r.back.chunk
	atomic.StoreUint64(&e.ReadTag, uint64(page))
	atomic.StoreUint64(&e.WriteTag, write)
	return p != W || write == uint64(page)
}
