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
	for _, pc := range []uintptr{entryLoad(), entryStore(), entryCas(), entryMove(), entryMove4(), entryMove8()} {
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

// Move copies n bytes upwards and returns how many were copied before a fault. Where both places are aligned to 8
// or 4 bytes so are the accesses, each single-copy atomic: a guest thread may be looking at a pointer there.
func Move(dst, src, n uintptr) (uintptr, Fault) { return copyMem(pointer(dst), pointer(src), n) }

func copyMem(dst, src unsafe.Pointer, n uintptr) (uintptr, Fault) {
	done := uintptr(0)
	if both := uintptr(dst) | uintptr(src); n >= 4 && both&3 == 0 {
		var addr, sig, left uintptr
		if both&7 == 0 {
			addr, sig, left = move8(dst, src, n/8)
			done = (n/8 - left) * 8
		} else {
			addr, sig, left = move4(dst, src, n/4)
			done = (n/4 - left) * 4
		}
		if sig != 0 || done == n {
			return done, Fault{addr, sig}
		}
	}
	addr, sig, left := move(unsafe.Add(dst, done), unsafe.Add(src, done), n-done)
	return n - left, Fault{addr, sig}
}

// word tells whether n bytes at p are one aligned word.
func word(p uintptr, n int) bool { return n <= 8 && n&(n-1) == 0 && p&uintptr(n-1) == 0 }

//go:noescape
func load(p, size uintptr) (lo, hi uint64, addr, sig, left uintptr)

//go:noescape
func store(p, size uintptr, lo, hi uint64) (addr, sig, left uintptr)

//go:noescape
func cas(p, size uintptr, expLo, expHi, newLo, newHi uint64) (lo, hi uint64, addr, sig, left uintptr)

// CopyIn copies guest memory at src to dst and returns how many bytes were copied before a fault. An aligned word is
// read as one.
func CopyIn(dst []byte, src uintptr) (int, Fault) {
	if len(dst) == 0 {
		return 0, Fault{}
	}
	if word(src, len(dst)) {
		v, _, f := Load(src, len(dst))
		if f.Sig != 0 {
			return 0, f
		}
		for i := range dst {
			dst[i] = byte(v >> (8 * i))
		}
		return len(dst), f
	}
	n, f := copyMem(unsafe.Pointer(&dst[0]), pointer(src), uintptr(len(dst)))
	return int(n), f
}

// CopyOut copies src to guest memory at dst and returns how many bytes were copied before a fault. An aligned word is
// written as one.
func CopyOut(dst uintptr, src []byte) (int, Fault) {
	if len(src) == 0 {
		return 0, Fault{}
	}
	if word(dst, len(src)) {
		v := uint64(0)
		for i := range src {
			v |= uint64(src[i]) << (8 * i)
		}
		if f := Store(dst, len(src), v, 0); f.Sig != 0 {
			return 0, f
		}
		return len(src), Fault{}
	}
	n, f := copyMem(pointer(dst), unsafe.Pointer(&src[0]), uintptr(len(src)))
	return int(n), f
}

// pointer turns an address outside the Go heap into a pointer.
func pointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

//go:noescape
func move(dst, src unsafe.Pointer, n uintptr) (addr, sig, left uintptr)

//go:noescape
func move4(dst, src unsafe.Pointer, n uintptr) (addr, sig, left uintptr)

//go:noescape
func move8(dst, src unsafe.Pointer, n uintptr) (addr, sig, left uintptr)

func entryLoad() uintptr
func entryStore() uintptr
func entryCas() uintptr
func entryMove() uintptr
func entryMove4() uintptr
func entryMove8() uintptr
