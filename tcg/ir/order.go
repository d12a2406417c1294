package ir

// The pairs of accesses a Fence keeps in order, in its Aux: an access of the first kind before the fence is
// seen by every thread before one of the second kind after it.
const (
	FenceLdLd = 1 << iota
	FenceLdSt
	FenceStLd
	FenceStSt
	FenceAll = FenceLdLd | FenceLdSt | FenceStLd | FenceStSt
)

// Order is what a memory op keeps in order besides its own address, where every thread sees one order anyway
// (Arm ARM B2.3, SDM vol. 3 8.2).
type Order uint8

const (
	// OrdAcquire: no later access is seen before this load.
	OrdAcquire Order = 1 << iota
	// OrdRelease: no earlier access is seen after this store.
	OrdRelease
	// OrdSC: ops with it stay in program order among each other.
	OrdSC
	// OrdFence: the op is a Fence of FenceAll too (x86 LOCK).
	OrdFence
)

// OrderOf returns the order that memory op o of the block demands. What the attributes say holds; in a TSO
// block an op without any is ordered as x86's: a load is an acquire, a store a release, and a
// read-modify-write a full fence. Not OrdSC: an x86 load may overtake an earlier store.
//
// A backend for a host that is TSO itself emits plain loads and stores for all but OrdSC stores and fences. One for
// a weakly ordered host has LDAPR, STLR and, for OrdSC, LDAR on arm64.
func (b *Block) OrderOf(o *Op) Order {
	var r Order
	for _, x := range [...]struct {
		a Attr
		r Order
	}{{Acquire, OrdAcquire}, {Release, OrdRelease}, {SC, OrdSC}} {
		if o.Attr&x.a != 0 {
			r |= x.r
		}
	}
	if r != 0 || !b.TSO {
		return r
	}
	switch o.Code {
	case Ld, LdV:
		return OrdAcquire
	case St, StV:
		return OrdRelease
	}
	return OrdAcquire | OrdRelease | OrdSC | OrdFence
}
