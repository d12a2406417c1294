package tcg

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// memory is guest memory as the IR's executors see it.
type memory struct {
	as *softmmu.AddressSpace
	v  *VCPU
	// tag is how many of the highest bits of an address are a tag.
	tag uint8
	// faulted: the next access, a load or store, has just faulted in generated code; what it may do is looked up before it is done.
	faulted bool
}

// maxTag is how many bits of an address may be a tag.
const maxTag = 8

// untagged is cpu.Arch.Untag.
func untagged(addr uint64, tag uint8) uint64 { return uint64(int64(addr<<(tag&63)) >> (tag & 63)) }

// at returns where an access to addr goes.
//
// Generated code that knows of no tags leaves to Go for one: it is above the limit that the code compares with. Where the code takes
// an address for proven, because an access by it was made here, the next one faults: no such address is canonical on the
// host, SDM vol. 1 3.3.7.1.
func (m *memory) at(addr uint64) softmmu.Addr {
	if addr>>(63-maxTag) == 0 {
		return softmmu.Addr(addr)
	}
	return m.atTagged(addr)
}

// atTagged is at for an address that may have a tag. Inlined it would keep at from being that.
//
//go:noinline
func (m *memory) atTagged(addr uint64) softmmu.Addr {
	a := untagged(addr, m.tag)
	if a != addr {
		m.v.sawTag()
	}
	return softmmu.Addr(a)
}

// fault is f, of an access at addr, as the guest sees it: the address has its tag.
func (m *memory) fault(f softmmu.Fault, addr uint64) ir.Fault {
	r := irFault(f)
	r.Addr += addr - untagged(addr, m.tag)
	return r
}

// guestLimit returns the highest address that generated code uses itself. That it is a few less than there are costs nothing:
// accesses above are made in Go.
func (e *Engine) guestLimit() uint64 {
	l := uint64(e.mem.Limit())
	if n := 64 - uint64(e.arch.TagBits); n < 64 {
		l = (l-n)&^0xff + n // see backend.Request.Tag
	}
	return l
}

// sawTag notes that the guest makes use of tags. What runs now is left soon.
func (v *VCPU) sawTag() {
	if e := v.e; !e.tags.Load() {
		e.tagSeen.Store(true)
		atomic.StoreUint32(&v.hdr.Interrupt, 1)
	}
}

// useTags has code made anew, such as takes tags off itself.
func (e *Engine) useTags() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tags.Swap(true) {
		return
	}
	if e.log.On(debuglog.Cache) {
		e.log.Printf("cache: an address has a tag\n")
	}
	e.noEntryChecks = nil
	e.flushLocked()
}

var faultKinds = [...]ir.FaultKind{
	softmmu.FaultNone:       ir.FaultNone,
	softmmu.FaultUnmapped:   ir.FaultUnmapped,
	softmmu.FaultPerm:       ir.FaultPerm,
	softmmu.FaultMisaligned: ir.FaultAlign,
	softmmu.FaultRange:      ir.FaultRange,
	softmmu.FaultBus:        ir.FaultBus,
}

// irFault translates softmmu's fault to the IR's.
func irFault(f softmmu.Fault) ir.Fault {
	r := ir.Fault{Addr: uint64(f.Addr), Kind: faultKinds[f.Kind]}
	switch f.Access {
	case softmmu.W:
		r.Access = ir.AccessWrite
	case softmmu.X:
		r.Access = ir.AccessFetch
	}
	return r
}

// Load implements ir.Memory.
func (m *memory) Load(addr uint64, w ir.Width) (ir.Val, ir.Fault) {
	if m.faulted {
		return m.loadFaulted(addr, w)
	}
	lo, hi, f := m.as.Load(m.at(addr), int(w.Bytes()))
	if !f.OK() {
		return ir.Val{}, m.fault(f, addr)
	}
	return ir.Val{Lo: lo, Hi: hi}, ir.Fault{}
}

// Store implements ir.Memory.
func (m *memory) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	if m.faulted {
		return m.storeFaulted(addr, w, v)
	}
	if f := m.as.Store(m.at(addr), int(w.Bytes()), v.Lo, v.Hi); !f.OK() {
		return m.fault(f, addr)
	}
	return ir.Fault{}
}

func (m *memory) loadFaulted(addr uint64, w ir.Width) (ir.Val, ir.Fault) {
	m.faulted = false
	lo, hi, f := m.as.LoadFaulted(m.at(addr), int(w.Bytes()))
	if !f.OK() {
		return ir.Val{}, m.fault(f, addr)
	}
	return ir.Val{Lo: lo, Hi: hi}, ir.Fault{}
}

func (m *memory) storeFaulted(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	m.faulted = false
	if f := m.as.StoreFaulted(m.at(addr), int(w.Bytes()), v.Lo, v.Hi); !f.OK() {
		return m.fault(f, addr)
	}
	return ir.Fault{}
}

// Atomic implements ir.Memory.
func (m *memory) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	a, n := m.at(addr), int(w.Bytes())
	if op == ir.Cas || op == ir.CasV {
		lo, hi, f := m.as.Cas(a, n, cmp.Lo, cmp.Hi, arg.Lo, arg.Hi)
		if !f.OK() {
			return ir.Val{}, m.fault(f, addr)
		}
		return ir.Val{Lo: lo, Hi: hi}, ir.Fault{}
	}
	old, f := m.as.RMW(a, n, func(old uint64) uint64 { return ir.EvalAtomic(op, w, old, arg.Lo) })
	if !f.OK() {
		return ir.Val{}, m.fault(f, addr)
	}
	return ir.Val{Lo: old}, ir.Fault{}
}

// Read implements ir.Memory.
func (m *memory) Read(addr uint64, p []byte) ir.Fault {
	if _, f := m.as.Read(m.at(addr), p); !f.OK() {
		return m.fault(f, addr)
	}
	return ir.Fault{}
}

// Write implements ir.Memory.
func (m *memory) Write(addr uint64, p []byte) ir.Fault {
	if _, f := m.as.Write(m.at(addr), p); !f.OK() {
		return m.fault(f, addr)
	}
	return ir.Fault{}
}
