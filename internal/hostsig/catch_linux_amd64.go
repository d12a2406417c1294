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
// each time. Signals that are blocked or ignored, or cannot be caught, are left alone and returned.
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
	var sa sigaction // flags, mask and restorer are those of the Go runtime, the signal stack among them
	if e := rtSigaction(syscall.SIGURG, nil, &sa); e != 0 {
		return nil, fmt.Errorf("hostsig: reading the handler of SIGURG: %w", e)
	}
	sa.handler = catchHandlerAddr()
	before = make(map[syscall.Signal]sigaction, len(signals))
	atomic.StoreUint64(&catchFD, uint64(eventfd))
	for _, s := range signals {
		var old sigaction
		const ignored = 1
		if rtSigaction(s, nil, &old) != 0 || old.handler == ignored || blocked>>(s-1)&1 != 0 || rtSigaction(s, &sa, nil) != 0 {
			left = append(left, s)
			continue
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
