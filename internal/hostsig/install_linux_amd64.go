package hostsig

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

// Supported tells whether this host has fault recovery for safemem and for generated code.
const Supported = true

// maxSafe is the number of recoverable functions that can be registered.
const maxSafe = 8

// safeRange is a function whose faults return to its caller. Laid out for the handler.
type safeRange struct{ start, end uintptr }

var (
	mu         sync.Mutex
	installed  bool
	installErr error

	// Read by the handlers: fixed addresses, no Go pointers, one writer at a time (mu).
	safeRanges [maxSafe]safeRange

	oldSEGV, oldBUS, oldFPE, oldURG uintptr
)

// sigaction is the kernel's struct sigaction (rt_sigaction(2)), not libc's.
type sigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// Install puts the handlers in place. It is cheap to call again.
func Install() error {
	mu.Lock()
	defer mu.Unlock()
	if installed || installErr != nil {
		return installErr
	}
	for _, s := range []struct {
		sig  syscall.Signal
		old  *uintptr
		addr uintptr
	}{
		{syscall.SIGSEGV, &oldSEGV, faultHandlerAddr()},
		{syscall.SIGBUS, &oldBUS, faultHandlerAddr()},
		{syscall.SIGFPE, &oldFPE, faultHandlerAddr()},
		{syscall.SIGURG, &oldURG, urgHandlerAddr()},
	} {
		if err := replace(s.sig, s.old, s.addr); err != nil {
			installErr = err
			return err
		}
	}
	installed = true
	return nil
}

// replace makes addr the handler of sig and keeps the one before in *old. Flags, mask and restorer
// stay those of the Go runtime, so that chaining to its handler is a plain jump.
func replace(sig syscall.Signal, old *uintptr, addr uintptr) error {
	var sa sigaction
	if e := rtSigaction(sig, nil, &sa); e != 0 {
		return fmt.Errorf("hostsig: reading the handler of %v: %w", sig, e)
	}
	if sa.handler <= 1 { // SIG_DFL, SIG_IGN: nothing to chain to
		return fmt.Errorf("hostsig: the Go runtime has no handler for %v", sig)
	}
	atomic.StoreUintptr(old, sa.handler)
	sa.handler = addr
	if e := rtSigaction(sig, &sa, nil); e != 0 {
		return fmt.Errorf("hostsig: setting the handler of %v: %w", sig, e)
	}
	return nil
}

// RegisterSafe makes faults inside the function that starts at entry return to its caller. The
// function must be assembly without a frame, never calling another, and hold in R8 the address of
// three result words: fault address, signal number, and what RCX was.
func RegisterSafe(entry uintptr) error {
	end := entry
	for f := runtime.FuncForPC(entry); f != nil; end++ {
		if g := runtime.FuncForPC(end); g == nil || g.Entry() != f.Entry() {
			break
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for i := range safeRanges {
		r := &safeRanges[i]
		if r.start != 0 {
			continue
		}
		atomic.StoreUintptr(&r.end, end)
		atomic.StoreUintptr(&r.start, entry)
		return nil
	}
	return fmt.Errorf("hostsig: more than %d recoverable functions", maxSafe)
}

// faultHandlerAddr returns the address of the SIGSEGV/SIGBUS/SIGFPE handler.
func faultHandlerAddr() uintptr

// urgHandlerAddr returns the address of the SIGURG handler.
func urgHandlerAddr() uintptr
