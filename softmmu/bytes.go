package softmmu

import (
	"runtime"

	"github.com/gotcg/gotcg/internal/safemem"
)

// Read copies guest memory at a to b, as the guest could read it, and returns how many bytes were
// copied before the fault. Devices are not read (FaultPerm).
func (as *AddressSpace) Read(a Addr, b []byte) (int, Fault) { return as.readPerm(a, b, R) }

// Fetch is Read for bytes to be translated: the pages must be executable.
func (as *AddressSpace) Fetch(a Addr, b []byte) (int, Fault) { return as.readPerm(a, b, X) }

func (as *AddressSpace) readPerm(a Addr, b []byte, p Perm) (int, Fault) {
	if r := as.whole(a, len(b), p); r != nil {
		_, f := safemem.CopyIn(b, as.at(r, a))
		runtime.KeepAlive(r)
		if f.Sig == 0 {
			return len(b), Fault{}
		}
	}
	return as.pieces(a, len(b), p, func(r *region, a Addr, from, to int) (int, safemem.Fault) {
		return safemem.CopyIn(b[from:to], as.at(r, a))
	})
}

// Write copies b to guest memory at a, as the guest could write it, and returns how many bytes were
// copied before the fault. Code in the way is invalidated. Devices are not written (FaultPerm).
func (as *AddressSpace) Write(a Addr, b []byte) (int, Fault) {
	if r := as.whole(a, len(b), W); r != nil && !as.spanHoldsCode(r) {
		_, f := safemem.CopyOut(as.at(r, a), b)
		runtime.KeepAlive(r)
		if f.Sig == 0 {
			return len(b), Fault{}
		}
	}
	return as.pieces(a, len(b), W, func(r *region, a Addr, from, to int) (int, safemem.Fault) {
		if as.mode == TLB && r.info.Shared && !r.mayHoldCode() {
			as.storing.RLock()
			if !r.mayHoldCode() { // nor will it before the unlock
				defer as.storing.RUnlock()
				return safemem.CopyOut(as.at(r, a), b[from:to])
			}
			as.storing.RUnlock()
		}
		if r.mayHoldCode() {
			last := a + Addr(to-from-1)
			as.clearCode(a, last)
			if as.mode == TLB { // the host does not stop us where it has been translated meanwhile
				defer as.clearCode(a, last)
			}
		}
		return safemem.CopyOut(as.at(r, a), b[from:to])
	})
}

// whole returns the region of which all of [a, a+n) is part if it permits one of the accesses p and is no device, nil if
// there is none such. n is not 0.
func (as *AddressSpace) whole(a Addr, n int, p Perm) *region {
	last := a + Addr(n) - 1
	if n == 0 || last < a || last > as.limit {
		return nil
	}
	r := as.snap.Load().find(a)
	if r == nil || r.last < last || r.perm.effective()&p == 0 || r.isMMIO() {
		return nil
	}
	return r
}

// pieces calls f for each region's part of [a, a+n).
func (as *AddressSpace) pieces(a Addr, n int, p Perm, f func(r *region, a Addr, from, to int) (int, safemem.Fault)) (int, Fault) {
	done, tries := 0, 0
	for done < n {
		if a > as.limit || a+Addr(done) > as.limit || a+Addr(done) < a {
			return done, Fault{a + Addr(done), p, FaultRange}
		}
		at := a + Addr(done)
		r := as.snap.Load().find(at)
		if r == nil {
			return done, Fault{at, p, FaultUnmapped}
		}
		if r.perm.effective()&p == 0 || r.isMMIO() {
			return done, Fault{at, p, FaultPerm}
		}
		to := n
		if left := uint64(r.last-at) + 1; left != 0 && left < uint64(n-done) {
			to = done + int(left)
		}
		k, hf := f(r, at, done, to)
		runtime.KeepAlive(r)
		done += k
		if hf.Sig == sigBus {
			return done, Fault{a + Addr(done), p, FaultBus}
		}
		if k > 0 {
			tries = 0
		} else if tries++; tries > 100 { // the map keeps changing under us
			return done, Fault{a + Addr(done), p, FaultPerm}
		}
	}
	return done, Fault{}
}

// clearCode invalidates the code pages in [a, last] and opens them for writing.
func (as *AddressSpace) clearCode(a, last Addr) {
	as.mu.Lock()
	taken := as.takeWritten(a, last)
	others := as.droppedElsewhere(a, last, 0)
	had := taken != nil || len(as.dropping) != 0 && (len(others) != 0 || as.droppedAfter(a, last, 0))
	as.mu.Unlock()
	if had {
		as.invalidated(a, uint64(last-a)+1, taken, others...)
	}
	if as.mode != Direct {
		return
	}
	// Also when no mark was found: a mark taken by a failed change of the map leaves the page closed.
	as.mu.Lock()
	defer as.mu.Unlock()
	t := as.snap.Load()
	t.overlapping(a.Page(), last.Page()+pageMask, func(r region) {
		if r.perm&RWX != RWX || r.isMMIO() {
			return
		}
		again := as.lives(r.start, r.last)
		as.code.in(r.start, r.last, func(Addr) { again = true })
		if again {
			return // the copy faults, and comes back here
		}
		_ = hostProtect(as.host(r.start), uintptr(r.size()), r.perm)
	})
	as.eachNoted(a, last, func(p Addr, f *frame) {
		if !f.live() {
			as.open(t, p)
		}
	})
}

// Peek copies guest memory at a to b whatever its permissions, for debuggers and loaders, and returns
// how many bytes were copied. Devices are not read.
func (as *AddressSpace) Peek(a Addr, b []byte) int { return as.force(a, b, false) }

// Poke copies b to guest memory at a whatever its permissions and returns how many bytes were
// copied. Code in the way is invalidated. Devices are not written.
func (as *AddressSpace) Poke(a Addr, b []byte) int { return as.force(a, b, true) }

func (as *AddressSpace) force(a Addr, b []byte, write bool) int {
	n, _ := as.pieces2(a, len(b), func(r *region, at Addr, from, to int) int {
		if write {
			as.clearCode(at, at+Addr(to-from-1))
			defer as.clearCode(at, at+Addr(to-from-1)) // what was translated while it was written
		}
		if as.mode == Direct {
			k, _ := forced(as.host(at), b[from:to], write)
			return k
		}
		if write {
			k, _ := safemem.CopyOut(as.at(r, at), b[from:to])
			return k
		}
		k, _ := safemem.CopyIn(b[from:to], as.at(r, at))
		return k
	})
	return n
}

// pieces2 calls f for each region's part of [a, a+n) until one is cut short.
func (as *AddressSpace) pieces2(a Addr, n int, f func(r *region, a Addr, from, to int) int) (int, bool) {
	for done := 0; done < n; {
		at := a + Addr(done)
		r := as.snap.Load().find(at)
		if r == nil || r.isMMIO() || at < a {
			return done, false
		}
		to := n
		if left := uint64(r.last-at) + 1; left != 0 && left < uint64(n-done) {
			to = done + int(left)
		}
		k := f(r, at, done, to)
		runtime.KeepAlive(r)
		if done += k; done < to {
			return done, false
		}
	}
	return n, true
}

// Span is a range of guest memory as host memory, for a host system call to read or write. Go code
// must not touch Bytes itself where the guest could take the memory away.
type Span struct {
	Bytes []byte
	keep  *backing
	// as is set when the memory may hold code that was written to, at a.
	as *AddressSpace
	a  Addr
}

// Done ends the use of Bytes.
func (s *Span) Done() {
	runtime.KeepAlive(s.keep)
	if s.as != nil { // what was translated while it was written
		s.as.clearCode(s.a, s.a+Addr(len(s.Bytes)-1))
	}
	*s = Span{}
}

// Reopen tells whether the memory may hold code. A host system call that fails (EFAULT) or ends early because somebody began to
// run code there meanwhile can be made again then: the code has been invalidated once more.
func (s *Span) Reopen() bool {
	if s.as == nil {
		return false
	}
	s.as.clearCode(s.a, s.a+Addr(len(s.Bytes)-1))
	return true
}

// Slice returns [a, a+n) as one range of host memory if it permits the access p and is one range on
// the host. Asked for W it invalidates the code there. The caller calls Done on the Span afterwards;
// if ok is false it copies with Read and Write instead.
func (as *AddressSpace) Slice(a Addr, n uint64, p Perm) (s Span, ok bool) {
	last := a + Addr(n-1)
	if n == 0 || n > 1<<40 || last < a || last > as.limit {
		return Span{}, false
	}
	t := as.snap.Load()
	r := t.find(a)
	if r == nil || as.mode != Direct && r.last < last {
		return Span{}, false
	}
	mmio, code := r.isMMIO(), as.spanHoldsCode(r)
	if r.last >= last { // nearly always
		if r.perm.effective()&p != p {
			return Span{}, false
		}
	} else {
		if !as.check(a, last, p).OK() {
			return Span{}, false
		}
		t.overlapping(a, last, func(r region) {
			mmio = mmio || r.isMMIO()
			code = code || as.spanHoldsCode(&r)
		})
	}
	if mmio {
		return Span{}, false
	}
	s = Span{Bytes: hostBytes(as.at(r, a), int(n)), keep: r.back}
	if p&W != 0 && code {
		as.clearCode(a, last)
		s.as, s.a = as, a
	}
	return s, true
}

// spanHoldsCode tells whether a Span of r may be one of code until it is done with.
func (as *AddressSpace) spanHoldsCode(r *region) bool {
	return r.mayHoldCode() || as.mode == TLB && r.storesThrough() // whose object may hold code before Done
}
