//go:build !(linux && amd64)

package safemem

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Init does nothing on this host.
func Init() error { return nil }

// casMu makes the compare-and-swaps atomic that sync/atomic has no operation for. They are not
// atomic against plain stores: hosts without fault recovery run guests by the interpreter only.
var casMu sync.Mutex

func bytesAt(p uintptr, n int) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&p))), n)
}

// Load reads size bytes (1, 2, 4, 8 or 16), zero-extended. Aligned loads are single-copy atomic.
func Load(p uintptr, size int) (lo, hi uint64, f Fault) {
	b := bytesAt(p, size)
	switch size {
	case 1:
		return uint64(b[0]), 0, Fault{}
	case 2:
		return uint64(binary.LittleEndian.Uint16(b)), 0, Fault{}
	case 4:
		if p%4 == 0 {
			return uint64(le32(atomic.LoadUint32((*uint32)(unsafe.Pointer(&b[0]))))), 0, Fault{}
		}
		return uint64(binary.LittleEndian.Uint32(b)), 0, Fault{}
	case 16:
		return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), Fault{}
	}
	return binary.LittleEndian.Uint64(b), 0, Fault{}
}

// Store writes the low size bytes (1, 2, 4, 8 or 16). Aligned stores are single-copy atomic.
func Store(p uintptr, size int, lo, hi uint64) Fault {
	b := bytesAt(p, size)
	switch size {
	case 1:
		b[0] = byte(lo)
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(lo))
	case 4:
		if p%4 == 0 {
			atomic.StoreUint32((*uint32)(unsafe.Pointer(&b[0])), le32(uint32(lo)))
			break
		}
		binary.LittleEndian.PutUint32(b, uint32(lo))
	case 16:
		binary.LittleEndian.PutUint64(b[8:], hi)
		fallthrough
	default:
		binary.LittleEndian.PutUint64(b, lo)
	}
	return Fault{}
}

// Cas compares size bytes (1, 2, 4, 8 or 16) at p with the expected value and, if equal, replaces
// them, atomically against other calls of Cas. It returns what was there.
func Cas(p uintptr, size int, expLo, expHi, newLo, newHi uint64) (lo, hi uint64, f Fault) {
	casMu.Lock()
	defer casMu.Unlock()
	if size < 8 {
		expLo &= 1<<(8*size) - 1
	}
	lo, hi, _ = Load(p, size)
	if lo == expLo && (size < 16 || hi == expHi) {
		Store(p, size, newLo, newHi)
	}
	return lo, hi, Fault{}
}

// Move copies n bytes upwards and returns how many were copied before a fault.
func Move(dst, src, n uintptr) (uintptr, Fault) {
	copy(bytesAt(dst, int(n)), bytesAt(src, int(n)))
	return n, Fault{}
}

// CopyIn copies guest memory at src to dst and returns how many bytes were copied before a fault.
func CopyIn(dst []byte, src uintptr) (int, Fault) {
	return copy(dst, bytesAt(src, len(dst))), Fault{}
}

// CopyOut copies src to guest memory at dst and returns how many bytes were copied before a fault.
func CopyOut(dst uintptr, src []byte) (int, Fault) {
	return copy(bytesAt(dst, len(src)), src), Fault{}
}

// le32 turns a word read in host order into the little-endian value, and back.
func le32(v uint32) uint32 {
	var b [4]byte
	binary.NativeEndian.PutUint32(b[:], v)
	return binary.LittleEndian.Uint32(b[:])
}
