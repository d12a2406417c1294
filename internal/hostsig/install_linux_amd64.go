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

// maxSafe and maxCode are the numbers of recoverable functions and of code buffers that can be
// registered at a time.
const (
	maxSafe = 8
	maxCode = 256
)

// safeRange is a function whose faults return to its caller. Laid out for the handler.
type safeRange struct{ start, end uintptr }

// codeRange is a registered code buffer as the handlers read it.
type codeRange struct {
	start, end uintptr
	Code
}

// Code says what to do about signals that arrive in a code buffer. The offsets are from the address in
// RBP, which generated code keeps there everywhere in the buffer.
type Code struct {
	// Fault is the host address where a fault goes on, with registers as they were.
	Fault uintptr
	// PC, Addr and Sig are the offsets of 64-bit words that get the faulting host PC, the address
	// the host reported and the signal number.
	PC, Addr, Sig int64
	// Interrupt is the offset of a 32-bit word that SIGURG sets to 1.
	Interrupt int64
}

var (
	mu         sync.Mutex
	installed  bool
	installErr error

	// Read by the handlers: fixed addresses, no Go pointers, one writer at a time (mu).
	safeRanges [maxSafe]safeRange

	codeRanges [maxCode]codeRange
	numCode    uint64 // entries of codeRanges ever used

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
	if fn := runtime.FuncForPC(entry); fn != nil {
		const align = 16 // functions begin at multiples of more
		for f := fn; f != nil && f.Entry() == fn.Entry(); f = runtime.FuncForPC(end) {
			end = end&^(align-1) + align
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

// RegisterCode makes signals in the host code [start, start+size) go where c says. Install must have
// been called.
func RegisterCode(start, size uintptr, c Code) error {
	mu.Lock()
	defer mu.Unlock()
	for i := range codeRanges {
		r := &codeRanges[i]
		if r.end != 0 {
			continue
		}
		r.Code = c
		atomic.StoreUintptr(&r.start, start)
		atomic.StoreUintptr(&r.end, start+size)
		if i >= int(atomic.LoadUint64(&numCode)) {
			atomic.StoreUint64(&numCode, uint64(i)+1)
		}
		return nil
	}
	return fmt.Errorf("hostsig: more than %d code buffers", maxCode)
}

// UnregisterCode forgets the code buffer at start, which no thread may be in.
func UnregisterCode(start uintptr) {
	mu.Lock()
	defer mu.Unlock()
	for i := range codeRanges {
		if r := &codeRanges[i]; r.start == start && r.end != 0 {
			atomic.StoreUintptr(&r.end, 0)
		}
	}
}

// faultHandlerAddr returns the address of the SIGSEGV/SIGBUS/SIGFPE handler.
func faultHandlerAddr() uintptr

// urgHandlerAddr returns the address of the SIGURG handler.
func urgHandlerAddr() uintptr
