package softmmu

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/gotcg/gotcg/internal/safemem"
)

// Mode is how guest addresses become host addresses.
type Mode uint8

// Modes.
const (
	// Auto is Direct where the host supports it and has room for 2^AutoBits bytes of addresses, else TLB.
	Auto Mode = iota
	// Direct maps guest pages at a fixed distance on the host.
	Direct
	// TLB looks each page up.
	TLB
)

// String returns the mode's name as the command line spells it.
func (m Mode) String() string {
	switch m {
	case Direct:
		return "direct"
	case TLB:
		return "tlb"
	}
	return "auto"
}

// Limits of Config.
const (
	// DefaultBits is the size of a direct-mode address range when Config leaves it open: small enough
	// that several machines fit in one process.
	DefaultBits = 42
	MinBits     = 32
	// AutoBits is the least width that Auto takes in place of Config's: with less, TLB mode has more room for
	// the guest.
	AutoBits = 36
	MaxBits  = 46
	// GuardSize is the size in bytes of the closed zones below and above a direct-mode range: a
	// checked address plus any 32-bit displacement stays in the reservation.
	GuardSize = 2<<30 + 1<<20
	// DefaultMaxRegions and MaxWritableCode, the number of writable code pages in direct mode, keep a
	// guest from using up the host process's mappings (65530 by default).
	DefaultMaxRegions = 16384
	MaxWritableCode   = 16384
)

// Errors of the mapping operations.
var (
	// ErrRange: the range is empty, not page-aligned, or not within the guest's addresses.
	ErrRange = errors.New("softmmu: bad address range")
	// ErrUnmapped: the range has pages that are not mapped.
	ErrUnmapped = errors.New("softmmu: range not mapped")
	// ErrNoMemory: the host or a limit of Config refuses.
	ErrNoMemory = errors.New("softmmu: out of memory")
	// ErrAccess: the backing cannot be given these permissions.
	ErrAccess = errors.New("softmmu: permission denied by the backing")
	// ErrUnsupported: not on this host, or not in this mode.
	ErrUnsupported = errors.New("softmmu: not supported")
)

// Config says what address space to make. The zero value is useful.
type Config struct {
	Mode Mode
	// Bits is the width of a direct-mode address range, or fewer when the host process has no room left;
	// 0 means DefaultBits. TLB mode always has 64.
	Bits uint
	// MaxRegions bounds the length of the region list; 0 means DefaultMaxRegions.
	MaxRegions int
}

// AddressSpace is the memory of one guest address space. Its methods may be called concurrently, save
// Close, which needs every other use to have ended.
type AddressSpace struct {
	mode  Mode
	base  uintptr // host address of guest address 0; direct mode
	limit Addr    // highest address
	maxRg int

	snap atomic.Pointer[table]

	mu   sync.Mutex
	tlbs []*VTLB
	code codePages
	// noted are the code pages and watched pages of memory that is mapped shared, see frame.
	noted map[Addr]*frame
	// shareCode is set for good with the first frame.
	shareCode atomic.Bool
	// dropping are the pages whose mark was taken and whose translations are being forgotten, see takeCode.
	dropping map[Addr]drop
	// storing is held for reading by stores of Go code in TLB mode from their look at the map to their end: a
	// change of permissions waits for them.
	storing sync.RWMutex

	onInvalidate atomic.Pointer[func(Addr, uint64)]
	codeVersion  atomic.Uint64
	reserved     reservation
}

// New makes an address space without any mapping.
func New(c Config) (*AddressSpace, error) {
	if c.Bits != 0 && (c.Bits < MinBits || c.Bits > MaxBits) {
		return nil, fmt.Errorf("softmmu: %d address bits: want %d to %d", c.Bits, MinBits, MaxBits)
	}
	if c.MaxRegions <= 0 {
		c.MaxRegions = DefaultMaxRegions
	}
	if err := safemem.Init(); err != nil {
		return nil, fmt.Errorf("softmmu: %w", err)
	}
	as := &AddressSpace{mode: c.Mode, limit: ^Addr(0), maxRg: c.MaxRegions}
	as.snap.Store(&table{})
	if c.Mode == Auto && directSupported {
		as.mode = Direct
	}
	if as.mode != Direct {
		as.mode = TLB
		return as, nil
	}
	if !directSupported {
		return nil, fmt.Errorf("softmmu: direct mode: %w", ErrUnsupported)
	}
	bits, err := as.reserve(cmp.Or(c.Bits, DefaultBits), c.Mode == Auto)
	switch {
	case err == nil:
		as.limit = 1<<bits - 1
	case c.Mode == Auto:
		as.mode = TLB
	default:
		return nil, err
	}
	return as, nil
}

// reserve takes a range of host addresses of at most so many bits. It takes what there is, but when there is another way.
func (as *AddressSpace) reserve(bits uint, another bool) (uint, error) {
	least := uint(MinBits)
	if another {
		least = min(bits, AutoBits)
	}
	size := func() uint64 { return 1<<bits + 2*GuardSize }
	// Where addresses are rationed, a quarter of them is for all else: the range is not to be had back.
	room := addressRoom() / 4 * 3
	for bits > least && size() > room {
		bits--
	}
	if another && size() > room {
		return 0, ErrNoMemory
	}
	for ; ; bits-- {
		err := as.reserved.take(size())
		if err == nil {
			as.base = as.reserved.start + GuardSize
			return bits, nil
		}
		if bits <= least {
			return 0, fmt.Errorf("softmmu: direct mode: no room for 2^%d bytes of addresses: %w", bits, err)
		}
	}
}

// Close gives all memory back. Nothing may use the address space any more.
func (as *AddressSpace) Close() error {
	as.mu.Lock()
	defer as.mu.Unlock()
	as.snap.Store(&table{})
	for _, t := range as.tlbs {
		t.FlushAll()
	}
	return as.reserved.release()
}

// Mode returns Direct or TLB.
func (as *AddressSpace) Mode() Mode { return as.mode }

// Limit returns the highest guest address: 2^Bits-1, or 2^64-1 in TLB mode.
func (as *AddressSpace) Limit() Addr { return as.limit }

// Base returns the host address of guest address 0 in direct mode, else 0.
func (as *AddressSpace) Base() uintptr { return as.base }

// GuestAddr turns a host fault address into the guest's, in direct mode. Addresses in the lower guard
// zone come out as addresses at the top of the 64-bit range, as the guest computed them.
func (as *AddressSpace) GuestAddr(host uintptr) Addr { return Addr(host - as.base) }

// Regions returns the map, in ascending order.
func (as *AddressSpace) Regions() []Region {
	t := as.snap.Load()
	out := make([]Region, len(t.regs))
	for i := range t.regs {
		out[i] = t.regs[i].public()
	}
	return out
}

// Find returns the region that holds a.
func (as *AddressSpace) Find(a Addr) (Region, bool) {
	if r := as.snap.Load().find(a); r != nil {
		return r.public(), true
	}
	return Region{}, false
}

// Mapped tells whether every byte of [a, a+n) is mapped.
func (as *AddressSpace) Mapped(a Addr, n uint64) bool {
	return n == 0 || uint64(a)+n-1 >= uint64(a) && as.snap.Load().covered(a, a+Addr(n-1))
}

// Check returns the first fault that an access of kind p to [a, a+n) would meet, by the region list
// alone. A range may not wrap around.
func (as *AddressSpace) Check(a Addr, n uint64, p Perm) Fault {
	if n == 0 {
		return Fault{}
	}
	last := a + Addr(n-1)
	if last < a || last > as.limit {
		bad := a
		if bad <= as.limit {
			bad = as.limit + 1
		}
		last = as.limit
		if a > last {
			return Fault{bad, p, FaultRange}
		}
		if f := as.check(a, last, p); !f.OK() {
			return f
		}
		return Fault{bad, p, FaultRange}
	}
	return as.check(a, last, p)
}

func (as *AddressSpace) check(a, last Addr, p Perm) Fault {
	t := as.snap.Load()
	for {
		r := t.find(a)
		if r == nil {
			return Fault{a, p, FaultUnmapped}
		}
		if r.perm.effective()&p != p {
			return Fault{a, p, FaultPerm}
		}
		if r.last >= last {
			return Fault{}
		}
		a = r.last + 1
	}
}
