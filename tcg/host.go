package tcg

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/arch/x86/x86asm"

	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/backend/amd64"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
)

// hostBackend returns the code generator for this host.
func hostBackend(cfg backend.Config) (backend.Backend, error) {
	if !hostcode.Supported || !amd64.Supported() {
		return nil, ErrNoJIT
	}
	return amd64.New(cfg), nil
}

func registerCode(buf *execmem.Buffer, fault uintptr) error { return hostcode.Register(buf, fault) }

func unregisterCode(buf *execmem.Buffer) { hostcode.Unregister(buf) }

func enterCode(h *backend.Header, addr uintptr) { hostcode.Enter(h, addr) }

func reenterCode(h *backend.Header, addr uintptr) { hostcode.Reenter(h, addr) }

// awaitOutside returns when v has been outside generated code since the call: whatever it had looked up in its
// TLB is not used any more. v may be in Run or not, the caller may be v's goroutine; no lock is needed, and
// locks may be held, since generated code holds none.
func (v *VCPU) awaitOutside() {
	if v.e.jit == nil {
		return
	}
	hostcode.Barrier()
	n := atomic.LoadUint32(&v.hdr.Entries)
	if n&1 == 0 {
		return
	}
	atomic.StoreUint32(&v.hdr.Interrupt, 1)
	for i := 0; atomic.LoadUint32(&v.hdr.Entries) == n; i++ {
		if i < 100 {
			runtime.Gosched()
			continue
		}
		time.Sleep(20 * time.Microsecond) // its thread has no CPU
	}
}

// disas lists n bytes of host code at off.
func (j *jit) disas(off uint32, n int) string {
	var s strings.Builder
	for end := off + uint32(n); off < end; {
		in, err := x86asm.Decode(j.rw[off:end], 64)
		l := uint32(in.Len)
		text := "(bad)"
		if err != nil {
			l = 1
		} else {
			text = x86asm.GNUSyntax(in, uint64(j.base)+uint64(off), nil)
		}
		fmt.Fprintf(&s, "0x%08x:  %-30x %s\n", off, j.rw[off:off+l], text)
		off += l
	}
	return s.String()
}
