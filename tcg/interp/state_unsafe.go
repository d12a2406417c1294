package interp

import (
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Globals are host-endian 64-bit words of the State; a V128 global is its low word, then its high.

func loadI64(state unsafe.Pointer, off uint32) uint64 {
	return *(*uint64)(unsafe.Add(state, off))
}

func storeI64(state unsafe.Pointer, off uint32, v uint64) {
	*(*uint64)(unsafe.Add(state, off)) = v
}

func loadV128(state unsafe.Pointer, off uint32) ir.Val {
	return *(*ir.Val)(unsafe.Add(state, off))
}

func storeV128(state unsafe.Pointer, off uint32, v ir.Val) {
	*(*ir.Val)(unsafe.Add(state, off)) = v
}
