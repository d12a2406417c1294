package softmmu

import (
	"runtime"

	"github.com/gotcg/gotcg/internal/safemem"
)

const sigBus = 7 // linux; other hosts raise none

// host returns the host address of a guest address in direct mode.
func (as *AddressSpace) host(a Addr) uintptr { return as.base + uintptr(a) }

// at returns the host address of a, which lies in r. Not for MMIO.
func (as *AddressSpace) at(r *region, a Addr) uintptr {
	if as.mode == Direct {
		return as.host(a)
	}
	return r.back.chunk.base + uintptr(r.off) + uintptr(a-r.start)
}

// Load reads size bytes (1, 2, 4, 8 or 16) at a, little-endian, zero-extended to hi:lo. An aligned load
// of memory is single-copy atomic. Addresses wrap around at 2^64.
func (as *AddressSpace) Load(a Addr, size int) (lo, hi uint64, f Fault) {
	if as.mode == Direct {
		if a <= as.limit {
			var hf safemem.Fault
			if lo, hi, hf = safemem.Load(as.host(a), size); hf.Sig == 0 {
				return lo, hi, Fault{}
			}
		}
		return as.loadSlow(a, size)
	}
	t := as.snap.Load()
	r := t.find(a)
	if r == nil || r.perm == 0 || uint64(r.last-a) < uint64(size-1) || r.back.mmio != nil {
		return as.loadSlow(a, size)
	}
	lo, hi, hf := safemem.Load(as.at(r, a), size)
	runtime.KeepAlive(r)
	if hf.Sig != 0 || as.snap.Load() != t { // the map may not have been that any more
		return as.loadSlow(a, size)
	}
	return lo, hi, Fault{}
}

// LoadFaulted is Load for an access that has just faulted on the host: what the host would say again is looked up first.
func (as *AddressSpace) LoadFaulted(a Addr, size int) (lo, hi uint64, f Fault) {
	return as.loadSlow(a, size)
}

// StoreFaulted is Store for an access that has just faulted on the host.
func (as *AddressSpace) StoreFaulted(a Addr, size int, lo, hi uint64) Fault {
	return as.storeSlow(a, size, lo, hi)
}

// loadSlow loads from anything, or says why not. The access is split into bytes when it is in
// several regions.
func (as *AddressSpace) loadSlow(a Addr, size int) (lo, hi uint64, f Fault) {
	as.mu.Lock()
	if f = as.checkWrapping(a, size, R); !f.OK() {
		as.mu.Unlock()
		return 0, 0, f
	}
	t := as.snap.Load()
	r := t.find(a)
	switch {
	case r.isMMIO() && uint64(r.last-a) >= uint64(size-1):
		as.mu.Unlock()
		lo, hi = r.readMMIO(a, size)
		return lo, hi, Fault{}
	case uint64(r.last-a) >= uint64(size-1) || !r.isMMIO() && as.adjoin(r, t.find(a+Addr(size-1)), a+Addr(size-1)):
		defer as.mu.Unlock()
		lo, hi, hf := safemem.Load(as.at(r, a), size)
		return lo, hi, as.hostFault(r, a, hf, R)
	}
	as.mu.Unlock()
	var v [2]uint64
	for i := range size {
		b, _, f := as.loadSlow(a+Addr(i), 1)
		if !f.OK() {
			return 0, 0, f
		}
		v[i/8] |= b << (8 * (i % 8))
	}
	return v[0], v[1], Fault{}
}

// checkWrapping is Check for a small access, which may wrap around at 2^64.
func (as *AddressSpace) checkWrapping(a Addr, size int, p Perm) Fault {
	n := uint64(size)
	if left := uint64(^a) + 1; left != 0 && left < n && as.limit == ^Addr(0) {
		if f := as.Check(a, left, p); !f.OK() {
			return f
		}
		return as.Check(0, n-left, p)
	}
	return as.Check(a, n, p)
}

// hostFault explains a host fault in an access to r at a that the region list permits, under mu.
func (as *AddressSpace) hostFault(r *region, a Addr, hf safemem.Fault, p Perm) Fault {
	if hf.Sig == 0 {
		return Fault{}
	}
	if bad := a + Addr(hf.Addr-as.at(r, a)); bad-a < 16 {
		a = bad
	}
	if hf.Sig == sigBus {
		return Fault{a, p, FaultBus}
	}
	return Fault{a, p, FaultPerm}
}

func (r *region) readMMIO(a Addr, size int) (lo, hi uint64) {
	off := r.off + uint64(a-r.start)
	if size == 16 {
		return r.back.mmio.ReadMMIO(off, 8), r.back.mmio.ReadMMIO(off+8, 8)
	}
	lo = r.back.mmio.ReadMMIO(off, size)
	if size < 8 {
		lo &= 1<<(8*size) - 1
	}
	return lo, 0
}

func (r *region) writeMMIO(a Addr, size int, lo, hi uint64) {
	off := r.off + uint64(a-r.start)
	switch {
	case size == 16:
		r.back.mmio.WriteMMIO(off, 8, lo)
		r.back.mmio.WriteMMIO(off+8, 8, hi)
		return
	case size < 8:
		lo &= 1<<(8*size) - 1
	}
	r.back.mmio.WriteMMIO(off, size, lo)
}

// Store writes the low size bytes (1, 2, 4, 8 or 16) of hi:lo at a. An aligned store to memory is
// single-copy atomic. A store to a code page invalidates that page first. A store that faults writes nothing.
func (as *AddressSpace) Store(a Addr, size int, lo, hi uint64) Fault {
	if as.mode == Direct {
		// A store across pages could fault half way: the hardware stores nothing then.
		if a <= as.limit {
			if hf := safemem.Store(as.host(a), size, lo, hi); hf.Sig == 0 {
				return Fault{}
			}
		}
		return as.storeSlow(a, size, lo, hi)
	}
	as.storing.RLock()
	if r := as.plain(a, size); r != nil {
		hf := safemem.Store(as.at(r, a), size, lo, hi)
		runtime.KeepAlive(r)
		if hf.Sig == 0 {
			as.storing.RUnlock()
			return Fault{}
		}
	}
	as.storing.RUnlock()
	return as.storeSlow(a, size, lo, hi)
}

// plain returns the region of a store in TLB mode that needs no more than the region, or nil: it is in one region of
// writable memory that holds no code. storing is held.
func (as *AddressSpace) plain(a Addr, size int) *region {
	r := as.snap.Load().find(a)
	if r == nil || r.perm&(W|X) != W || uint64(r.last-a) < uint64(size-1) || r.back.mmio != nil || r.mayHoldCode() {
		return nil
	}
	return r
}

// storeSlow stores to anything, or says why not.
func (as *AddressSpace) storeSlow(a Addr, size int, lo, hi uint64) Fault {
	var done bool
	f := as.withWritable(a, size, func(r *region, whole bool) Fault {
		if !whole {
			return Fault{}
		}
		done = true
		return as.hostFault(r, a, safemem.Store(as.at(r, a), size, lo, hi), W)
	}, func(r *region) {
		done = true
		r.writeMMIO(a, size, lo, hi)
	})
	if done || !f.OK() {
		return f
	}
	v := [2]uint64{lo, hi}
	for i := range size {
		if f := as.storeSlow(a+Addr(i), 1, v[i/8]>>(8*(i%8)), 0); !f.OK() {
			return f
		}
	}
	return Fault{}
}

// withWritable invalidates the code pages in [a, a+size) and calls ram with mu held and the first
// byte's region, whole telling that all bytes follow each other on the host; or mmio, without a lock, when they
// are in a device's region.
func (as *AddressSpace) withWritable(a Addr, size int, ram func(r *region, whole bool) Fault, mmio func(*region)) Fault {
	last := a + Addr(size-1)
	var forgot uint64 // the code version at our last call of the invalidation function
	for {
		as.mu.Lock()
		if f := as.checkWrapping(a, size, W); !f.OK() {
			as.mu.Unlock()
			return f
		}
		t := as.snap.Load()
		r := t.find(a)
		whole := uint64(r.last-a) >= uint64(size-1)
		if r.isMMIO() {
			as.mu.Unlock()
			if whole {
				mmio(r)
			}
			return Fault{}
		}
		taken := as.takeWritten(a, a)
		others := as.droppedElsewhere(a, a, forgot)
		if last.Page() != a.Page() {
			taken = append(taken, as.takeWritten(last, last)...)
			others = append(others, as.droppedElsewhere(last, last, forgot)...)
		}
		if taken != nil || len(as.dropping) != 0 && (len(others) != 0 || as.droppedAfter(a, a, forgot) || as.droppedAfter(last, last, forgot)) {
			forgot = as.codeVersion.Load()
			as.mu.Unlock()
			as.invalidated(a, uint64(size), taken, others...)
			continue
		}
		if !whole {
			whole = as.adjoin(r, t.find(last), last)
		}
		as.open(t, a)
		if last.Page() != a.Page() {
			as.open(t, last)
		}
		f := ram(r, whole)
		as.mu.Unlock()
		return f
	}
}

// adjoin tells whether the byte at last, in region n, lies on the host where r would have it: an access
// from r to there can be done at once.
func (as *AddressSpace) adjoin(r, n *region, last Addr) bool {
	return n != nil && !n.isMMIO() && (as.mode == Direct || r.back.chunk == n.back.chunk && as.at(r, last) == as.at(n, last))
}

// open gives the page of a the host permissions its region has, after it was a code page or watched. Under mu.
func (as *AddressSpace) open(t *table, a Addr) {
	if as.noted[a.Page()] != nil {
		as.unnote(a.Page())
	}
	if as.mode != Direct {
		return
	}
	if r := t.find(a); r != nil && !r.isMMIO() {
		_ = hostProtect(as.host(a.Page()), PageSize, r.perm) // on failure the store says so
	}
}

// Cas compares size bytes (1, 2, 4, 8 or 16) at a with the expected value and, if equal, replaces
// them, atomically. It returns what was there. A 16-byte address must be aligned (FaultMisaligned).
// Memory must be readable and writable; faults are reported as writes.
func (as *AddressSpace) Cas(a Addr, size int, expLo, expHi, newLo, newHi uint64) (lo, hi uint64, f Fault) {
	if size == 16 && a&15 != 0 {
		return 0, 0, Fault{a, W, FaultMisaligned}
	}
	if as.mode == Direct && a <= as.limit {
		var hf safemem.Fault
		if lo, hi, hf = safemem.Cas(as.host(a), size, expLo, expHi, newLo, newHi); hf.Sig == 0 {
			return lo, hi, Fault{}
		}
	}
	if as.mode == TLB {
		as.storing.RLock()
		if r := as.plain(a, size); r != nil {
			lo, hi, hf := safemem.Cas(as.at(r, a), size, expLo, expHi, newLo, newHi)
			runtime.KeepAlive(r)
			if hf.Sig == 0 {
				as.storing.RUnlock()
				return lo, hi, Fault{}
			}
		}
		as.storing.RUnlock()
	}
	if size < 8 {
		expLo &= 1<<(8*size) - 1
	}
	done := false
	f = as.withWritable(a, size, func(r *region, whole bool) Fault {
		var hf safemem.Fault
		if !whole {
			lo, f, done = as.splitCas(r, a, size, expLo, newLo)
			return f
		}
		done = true
		lo, hi, hf = safemem.Cas(as.at(r, a), size, expLo, expHi, newLo, newHi)
		return as.hostFault(r, a, hf, W)
	}, func(r *region) {
		done = true
		if lo, hi = r.readMMIO(a, size); lo == expLo && (size < 16 || hi == expHi) {
			r.writeMMIO(a, size, newLo, newHi)
		}
	})
	if done || !f.OK() {
		return lo, hi, f
	}
	// Across memory and a device: not atomic.
	lo, hi, f = as.loadSlow(a, size)
	if f.OK() && lo == expLo && hi == expHi {
		f = as.storeSlow(a, size, newLo, newHi)
	}
	return lo, hi, f
}

// splitCas is Cas over the end of r into another region that lies elsewhere on the host, in TLB mode: nobody else may
// store to the two pages meanwhile. done is false when the other region is a device. Under mu.
func (as *AddressSpace) splitCas(r *region, a Addr, size int, exp, val uint64) (was uint64, f Fault, done bool) {
	last := a + Addr(size-1)
	n := as.snap.Load().find(last)
	if n == nil || n.isMMIO() {
		return 0, Fault{}, false
	}
	as.storing.Lock()
	defer as.storing.Unlock()
	var lost []*VTLB
	for _, t := range as.tlbs {
		t.mu.Lock() // no entry comes back before the end
		defer t.mu.Unlock()
		if t.loseWrite(a.Page()) || t.loseWrite(last.Page()) {
			t.loseWrite(last.Page())
			lost = append(lost, t)
		}
	}
	settle(lost)
	at := func(i int) (*region, uintptr) {
		if b := a + Addr(i); b.Page() == last.Page() {
			return n, as.at(n, b)
		}
		return r, as.at(r, a+Addr(i))
	}
	for i := range size {
		g, p := at(i)
		b, _, hf := safemem.Load(p, 1)
		if f := as.hostFault(g, a+Addr(i), hf, W); !f.OK() {
			return 0, f, true
		}
		was |= b << (8 * i)
	}
	if was != exp {
		return was, Fault{}, true
	}
	for i := range size {
		g, p := at(i)
		if f := as.hostFault(g, a+Addr(i), safemem.Store(p, 1, val>>(8*i), 0), W); !f.OK() {
			return 0, f, true // a file was cut short just now
		}
	}
	return was, Fault{}, true
}

// RMW replaces the size bytes (1, 2, 4 or 8) at a by op(old), atomically, and returns the old value.
// op may be called several times. Faults are reported as writes.
func (as *AddressSpace) RMW(a Addr, size int, op func(old uint64) uint64) (old uint64, f Fault) {
	old, _, f = as.Load(a, size)
	for f.OK() {
		var was uint64
		if was, _, f = as.Cas(a, size, old, 0, op(old), 0); was == old {
			break
		}
		old = was
	}
	f.Access = W
	if f.OK() {
		return old, Fault{}
	}
	return 0, f
}
