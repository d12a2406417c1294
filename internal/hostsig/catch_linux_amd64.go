package hostsig

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"unsafe"
)

var (
	caught  uint64 // bit n-1: signal n has come
	catchFD uint64

	// before are the handlers that Catch replaced; guarded by mu.
	before map[syscall.Signal]sigaction
)

// Catch makes the process note the signals for Caught, and add 1 to the eventfd at each. It is what os/signal does at a
// twentieth of the cost: os/signal changes the mask of a thread of its own for each signal, two switches of threads
// each time. Signals that are blocked, ignored or without a handler of the Go runtime are left alone and returned.
func Catch(eventfd int, signals []syscall.Signal) (left []syscall.Signal, err error) {
	mu.Lock()
	defer mu.Unlock()
	if before != nil {
		return signals, nil
	}
	var blocked uint64
	_, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, 0, 0, uintptr(unsafe.Pointer(&blocked)), 8, 0, 0)
	if e != 0 {
		return nil, fmt.Errorf("hostsig: reading the signal mask: %w", e)
	}
	before = make(map[syscall.Signal]sigaction, len(signals))
	atomic.StoreUint64(&catchFD, uint64(eventfd))
	for _, s := range signals {
		var old sigaction
		if e := rtSigaction(s, nil, &old); e != 0 || old.handler <= 1 || blocked>>(s-1)&1 != 0 {
			left = append(left, s)
			continue
		}
		sa := old // flags, mask and restorer stay those of the Go runtime, the signal stack among them
		sa.handler = catchHandlerAddr()
		if e := rtSigaction(s, &sa, nil); e != 0 {
			return nil, fmt.Errorf("hostsig: setting the handler of %v: %w", s, e)
		}
		before[s] = old
	}
	return left, nil
}

// Caught returns the signals that have come since the last call, signal n as bit n-1.
func Caught() uint64 { return atomic.SwapUint64(&caught, 0) }

// Release ends what Catch began.
func Release() {
	mu.Lock()
	defer mu.Unlock()
	for s, sa := range before {
		_ = rtSigaction(s, &sa, nil)
	}
	before = nil
}

// catchHandlerAddr returns the address of the handler of caught signals.
func catchHandlerAddr() uintptr
