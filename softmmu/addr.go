package softmmu

import "fmt"

// Addr is a guest virtual address in bytes.
type Addr uint64

// Pages are 4096 bytes on both guests.
const (
	PageBits = 12
	PageSize = 1 << PageBits
	pageMask = PageSize - 1
)

// Page returns the start of the page that holds a.
func (a Addr) Page() Addr { return a &^ pageMask }

// pageUp rounds n up to whole pages; the second result is false when that overflows.
func pageUp(n uint64) (uint64, bool) {
	r := (n + pageMask) &^ pageMask
	return r, r >= n
}

// Perm is a set of permissions, and the kind of an access.
type Perm uint8

// Permissions. As on the hosts, W and X imply R when an access is checked.
const (
	R Perm = 1 << iota
	W
	X

	RW  = R | W
	RX  = R | X
	RWX = R | W | X
)

// String returns the permissions as /proc/self/maps writes them: "r-x".
func (p Perm) String() string {
	b := []byte("---")
	for i, c := range "rwx" {
		if p&(1<<i) != 0 {
			b[i] = byte(c)
		}
	}
	return string(b)
}

// effective adds what the permissions imply.
func (p Perm) effective() Perm {
	if p&(W|X) != 0 {
		p |= R
	}
	return p
}

// FaultKind says why an access failed.
type FaultKind uint8

// Fault kinds.
const (
	// FaultNone: there was no fault.
	FaultNone FaultKind = iota
	// FaultUnmapped: no region holds the address.
	FaultUnmapped
	// FaultPerm: the region does not permit the access.
	FaultPerm
	// FaultMisaligned: the access demands an alignment that the address does not have.
	FaultMisaligned
	// FaultRange: the address lies outside the guest's address range.
	FaultRange
	// FaultBus: the page's backing is gone (a mapped file was cut short).
	FaultBus
)

var faultNames = [...]string{"none", "unmapped", "permission", "misaligned", "out of range", "bus error"}

// String returns the kind's name.
func (k FaultKind) String() string {
	if int(k) < len(faultNames) {
		return faultNames[k]
	}
	return "unknown"
}

// Fault describes a failed guest access. It is a value: the zero Fault means success. It is not an
// error in the Go sense, but has the method so that it can be wrapped in one.
type Fault struct {
	// Addr is the first guest address that could not be accessed.
	Addr Addr
	// Access is what was tried: R, W or X.
	Access Perm
	Kind   FaultKind
}

// OK tells whether there was no fault.
func (f Fault) OK() bool { return f.Kind == FaultNone }

// Error describes the fault.
func (f Fault) Error() string {
	return fmt.Sprintf("softmmu: %s access at %#x: %s", f.Access, uint64(f.Addr), f.Kind)
}
