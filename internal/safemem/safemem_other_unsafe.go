//go:build !(linux && amd64)

package safemem

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Guest memory is Go memory here, 16-byte aligned and little-endian whatever the host. Aligned accesses of up to 8
// bytes are operations of sync/atomic, which are sequentially consistent, on the word of 4 or 8 bytes they lie in.

// Init does nothing on this host.
func Init() error { return nil }

// casMu makes the compare-and-swaps atomic that sync/atomic has no operation for: of 16 bytes, and across words. They
// are atomic against each other only.
var casMu sync.Mutex

func bytesAt(p uintptr, n int) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&p))), n)
}

func word32(p uintptr) *uint32 { return (*uint32)(unsafe.Pointer(&bytesAt(p&^3, 4)[0])) }
func word64(p uintptr) *uint64 { return (*uint64)(unsafe.Pointer(&bytesAt(p&^7, 8)[0])) }

// le32 and le64 turn a word read in host order into the little-endian value, and back.
func le32(v uint32) uint32 {
	var b [4]byte
	binary.NativeEndian.PutUint32(b[:], v)
	return binary.LittleEndian.Uint32(b[:])
}

func le64(v uint64) uint64 {
	var b [8]byte
	binary.NativeEndian.PutUint64(b[:], v)
	return binary.LittleEndian.Uint64(b[:])
}

// aligned tells whether an access is one of sync/atomic's, or a part of one.
func aligned(p uintptr, size int) bool { return size <= 8 && p&uintptr(size-1) == 0 }

// part returns where in its 4-byte word an aligned access of up to 2 bytes is.
func part(p uintptr, size int) (shift uint, mask uint32) { return uint(p&3) * 8, 1<<(8*size) - 1 }

// Load reads size bytes (1, 2, 4, 8 or 16), zero-extended. Aligned loads of up to 8 are single-copy atomic.
func Load(p uintptr, size int) (lo, hi uint64, f Fault) {
	switch {
	case size == 16:
		lo, _, _ = Load(p, 8)
		hi, _, _ = Load(p+8, 8)
		return lo, hi, Fault{}
	case !aligned(p, size):
		var b [8]byte
		copy(b[:], bytesAt(p, size))
		return binary.LittleEndian.Uint64(b[:]), 0, Fault{}
	case size == 8:
		return le64(atomic.LoadUint64(word64(p))), 0, Fault{}
	case size == 4:
		return uint64(le32(atomic.LoadUint32(word32(p)))), 0, Fault{}
	}
	shift, mask := part(p, size)
	return uint64(le32(atomic.LoadUint32(word32(p))) >> shift & mask), 0, Fault{}
}

// Store writes the low size bytes (1, 2, 4, 8 or 16). Aligned stores of up to 8 are single-copy atomic.
func Store(p uintptr, size int, lo, hi uint64) Fault {
	switch {
	case size == 16:
		Store(p, 8, lo, 0)
		Store(p+8, 8, hi, 0)
	case !aligned(p, size):
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], lo)
		copy(bytesAt(p, size), b[:])
	case size == 8:
		atomic.StoreUint64(word64(p), le64(lo))
	case size == 4:
		atomic.StoreUint32(word32(p), le32(uint32(lo)))
	default:
		for {
			old, _, _ := Load(p, size)
			if now, _, _ := casPart(p, size, old, lo); now == old {
				break
			}
		}
	}
	return Fault{}
}

// casPart is Cas for aligned accesses of up to 2 bytes.
func casPart(p uintptr, size int, exp, val uint64) (was, hi uint64, f Fault) {
	shift, mask := part(p, size)
	for {
		host := atomic.LoadUint32(word32(p))
		old := le32(host)
		if was = uint64(old >> shift & mask); was != exp {
			return was, 0, Fault{}
		}
		now := old&^(mask<<shift) | uint32(val)&mask<<shift
		if atomic.CompareAndSwapUint32(word32(p), host, le32(now)) {
			return was, 0, Fault{}
		}
	}
}

// Cas compares size bytes (1, 2, 4, 8 or 16) at p with the expected value and, if equal, replaces
// them, atomically. It returns what was there.
func Cas(p uintptr, size int, expLo, expHi, newLo, newHi uint64) (lo, hi uint64, f Fault) {
	if size < 8 {
		expLo &= 1<<(8*size) - 1
	}
	switch {
	case !aligned(p, size):
		casMu.Lock()
		defer casMu.Unlock()
		lo, hi, _ = Load(p, size)
		if lo == expLo && (size < 16 || hi == expHi) {
			Store(p, size, newLo, newHi)
		}
		return lo, hi, Fault{}
	case size == 8:
		for {
			if lo, _, _ = Load(p, 8); lo != expLo || atomic.CompareAndSwapUint64(word64(p), le64(expLo), le64(newLo)) {
				return lo, 0, Fault{}
			}
		}
	case size == 4:
		for {
			if lo, _, _ = Load(p, 4); lo != expLo || atomic.CompareAndSwapUint32(word32(p), le32(uint32(expLo)), le32(uint32(newLo))) {
				return lo, 0, Fault{}
			}
		}
	}
	return casPart(p, size, expLo, newLo)
}

// Move copies n bytes upwards and returns how many were copied before a fault. Where both places are aligned to 8
// bytes so are the accesses.
func Move(dst, src, n uintptr) (uintptr, Fault) {
	i := uintptr(0)
	if (dst|src)&7 == 0 {
		for ; n-i >= 8; i += 8 {
			atomic.StoreUint64(word64(dst+i), atomic.LoadUint64(word64(src+i)))
		}
	}
	copy(bytesAt(dst+i, int(n-i)), bytesAt(src+i, int(n-i)))
	return n, Fault{}
}

// CopyIn copies guest memory at src to dst and returns how many bytes were copied before a fault. Aligned words are
// read as such.
func CopyIn(dst []byte, src uintptr) (int, Fault) {
	i := 0
	for src+uintptr(i)&7 == 0 && len(dst)-i >= 8 {
		v, _, _ := Load(src+uintptr(i), 8)
		binary.LittleEndian.PutUint64(dst[i:], v)
		i += 8
	}
	if n := len(dst) - i; n > 0 && n&(n-1) == 0 && aligned(src+uintptr(i), n) {
		v, _, _ := Load(src+uintptr(i), n)
		for ; i < len(dst); i++ {
			dst[i] = byte(v)
			v >>= 8
		}
	}
	copy(dst[i:], bytesAt(src+uintptr(i), len(dst)-i))
	return len(dst), Fault{}
}

// CopyOut copies src to guest memory at dst and returns how many bytes were copied before a fault. Aligned words are
// written as such.
func CopyOut(dst uintptr, src []byte) (int, Fault) {
	i := 0
	for dst+uintptr(i)&7 == 0 && len(src)-i >= 8 {
		Store(dst+uintptr(i), 8, binary.LittleEndian.Uint64(src[i:]), 0)
		i += 8
	}
	if n := len(src) - i; n > 0 && n&(n-1) == 0 && aligned(dst+uintptr(i), n) {
		v := uint64(0)
		for k := range n {
			v |= uint64(src[i+k]) << (8 * k)
		}
		Store(dst+uintptr(i), n, v, 0)
		i = len(src)
	}
	copy(bytesAt(dst+uintptr(i), len(src)-i), src[i:])
	return len(src), Fault{}
}
