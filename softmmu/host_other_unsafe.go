//go:build !(linux && amd64)

package softmmu

import (
	"math"
	"unsafe"
)

const directSupported = false

// reservation is unused: there is no direct mode on this host.
type reservation struct{ start uintptr }

func (r *reservation) take(uint64) error { return ErrUnsupported }
func (r *reservation) release() error    { return nil }

func addressRoom() uint64 { return math.MaxUint64 }

func hostOpen(uintptr, uintptr, Perm) error                         { return ErrUnsupported }
func hostMap(uintptr, uintptr, Perm, bool) error                    { return ErrUnsupported }
func hostMapFile(uintptr, uintptr, Perm, File) error                { return ErrUnsupported }
func ofHugePages(int) bool                                          { return false } // files are read
func hostUnmap(uintptr, uintptr) error                              { return ErrUnsupported }
func hostProtect(uintptr, uintptr, Perm) error                      { return ErrUnsupported }
func hostDiscard(uintptr, uintptr) error                            { return ErrUnsupported }
func hostMove(uintptr, uintptr, uintptr, uintptr, Perm, bool) error { return ErrUnsupported }
func forced(uintptr, []byte, bool) (int, error)                     { return 0, ErrUnsupported }

// hostBytes is host memory as a slice.
func hostBytes(at uintptr, n int) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&at))), n)
}
