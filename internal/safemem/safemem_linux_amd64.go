package safemem

import (
	"sync"
	"unsafe"

	"github.com/gotcg/gotcg/internal/hostsig"
)

// Init installs the fault handlers. Every other function needs it called before.
func Init() error { return initErr() }

var initErr = sync.OnceValue(func() error {
	if err := hostsig.Install(); err != nil {
		return err
	}
	for _, pc := range []uintptr{entryLoad(), entryStore(), entryCas(), entryMove()} {
		if err := hostsig.RegisterSafe(pc); err != nil {
			return err
		}
	}
	return nil
})

// Load reads size bytes (1, 2, 4, 8 or 16), zero-extended. Aligned loads are single-copy atomic.
func Load(p uintptr, size int) (lo, hi uint64, f Fault) {
	lo, hi, addr, sig, _ := load(p, uintptr(size))
	return lo, hi, Fault{addr, sig}
}

// Store writes the low size bytes (1, 2, 4, 8 or 16). Aligned stores are single-copy atomic.
func Store(p uintptr, size int, lo, hi uint64) Fault {
	addr, sig, _ := store(p, uintptr(size), lo, hi)
	return Fault{addr, sig}
}

// Cas compares size bytes (1, 2, 4, 8 or 16) at p with the expected value and, if equal, replaces
// them, atomically and with full ordering. It returns what was there. A 16-byte p must be aligned.
func Cas(p uintptr, size int, expLo, expHi, newLo, newHi uint64) (lo, hi uint64, f Fault) {
	lo, hi, addr, sig, _ := cas(p, uintptr(size), expLo, expHi, newLo, newHi)
	return lo, hi, Fault{addr, sig}
}

// Move copies n bytes upwards and returns how many were copied before a fault.
func Move(dst, src, n uintptr) (uintptr, Fault) {
	addr, sig, left := move(pointer(dst), pointer(src), n)
	return n - left, Fault{addr, sig}
}

//go:noescape
func load(p, size uintptr) (lo, hi uint64, addr, sig, left uintptr)

//go:noescape
func store(p, size uintptr, lo, hi uint64) (addr, sig, left uintptr)

//go:noescape
func cas(p, size uintptr, expLo, expHi, newLo, newHi uint64) (lo, hi uint64, addr, sig, left uintptr)

// CopyIn copies guest memory at src to dst and returns how many bytes were copied before a fault.
func CopyIn(dst []byte, src uintptr) (int, Fault) {
	if len(dst) == 0 {
		return 0, Fault{}
	}
	addr, sig, left := move(unsafe.Pointer(&dst[0]), pointer(src), uintptr(len(dst)))
	return len(dst) - int(left), Fault{addr, sig}
}

// CopyOut copies src to guest memory at dst and returns how many bytes were copied before a fault.
func CopyOut(dst uintptr, src []byte) (int, Fault) {
	if len(src) == 0 {
		return 0, Fault{}
	}
	addr, sig, left := move(pointer(dst), unsafe.Pointer(&src[0]), uintptr(len(src)))
	return len(src) - int(left), Fault{addr, sig}
}

// pointer turns an address outside the Go heap into a pointer.
func pointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

//go:noescape
func move(dst, src unsafe.Pointer, n uintptr) (addr, sig, left uintptr)

func entryLoad() uintptr
func entryStore() uintptr
func entryCas() uintptr
func entryMove() uintptr
