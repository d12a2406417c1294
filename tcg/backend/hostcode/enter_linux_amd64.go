package hostcode

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/internal/hostsig"
	"github.com/gotcg/gotcg/tcg/backend"
)

// Supported tells whether this host runs generated code.
const Supported = true

// Offsets from the pinned register, for the assembly.
const (
	//lint:ignore U1000 used by the assembly
	stateBias = backend.StateBias
	//lint:ignore U1000 used by the assembly
	headerSize = backend.HeaderSize
	//lint:ignore U1000 used by the assembly
	offEntryRSP = backend.OffEntryRSP - backend.StateBias
	//lint:ignore U1000 used by the assembly
	offGuestLimit = backend.OffGuestLimit - backend.StateBias
	//lint:ignore U1000 used by the assembly
	offGuestBase = backend.OffGuestBase - backend.StateBias
	//lint:ignore U1000 used by the assembly
	offGuestFPEnv = backend.OffGuestFPEnv - backend.StateBias
	//lint:ignore U1000 used by the assembly
	offHostFPEnv = backend.OffHostFPEnv - backend.StateBias
	//lint:ignore U1000 used by the assembly
	offEntries = backend.OffEntries - backend.StateBias
	//lint:ignore U1000 used by the assembly
	offFPUsed = backend.OffFPUsed - backend.StateBias
)

// Register tells the signal handlers about a code buffer. A fault in it goes on at host address
// fault (see backend.Stubs).
func Register(buf *execmem.Buffer, fault uintptr) error {
	findFSGSBase()
	if err := hostsig.Install(); err != nil {
		return fmt.Errorf("hostcode: %w", err)
	}
	return hostsig.RegisterCode(buf.Addr(), uintptr(buf.Size()), hostsig.Code{
		Fault:     fault,
		PC:        int64(backend.OffFaultPC) - backend.StateBias,
		Addr:      int64(backend.OffFaultAddr) - backend.StateBias,
		Sig:       int64(backend.OffFaultSig) - backend.StateBias,
		Interrupt: int64(backend.OffInterrupt) - backend.StateBias,
	})
}

// Unregister forgets the code buffer; no thread may be in it.
func Unregister(buf *execmem.Buffer) { hostsig.UnregisterCode(buf.Addr()) }

// Enter runs generated code at host address code until it returns, with the pinned registers and
// the guest's FP environment of the header. The goroutine cannot be preempted meanwhile; a request
// to sets the header's interrupt word. The header must not move: it is off the stack.
//
//go:noinline
func Enter(h *backend.Header, code uintptr) {
	// Not inlined: its prologue is where the goroutine is preempted, when the signal for that has always met generated code.
	enter(unsafe.Pointer(h), code)
}

// Reenter is Enter for generated code that has just been left for what does not look at the guest's FP environment, on
// the same goroutine: the header's GuestFPEnv is what it was then. Code that uses the FP environment must say so: see
// backend.Request.MarkFP.
// It is no place where the goroutine may be preempted: what is called between Enter and Reenter must be.
func Reenter(h *backend.Header, code uintptr) { reenter(unsafe.Pointer(h), code) }

// fsgsbase tells whether the kernel lets programs use WRGSBASE (HWCAP2_FSGSBASE, getauxval(3)). It is found
// out when a code buffer is registered first.
var fsgsbase bool

var findFSGSBase = sync.OnceFunc(func() { fsgsbase = hwcap2()&2 != 0 })

//go:noescape
func enter(h unsafe.Pointer, code uintptr)

//go:noescape
func reenter(h unsafe.Pointer, code uintptr)
