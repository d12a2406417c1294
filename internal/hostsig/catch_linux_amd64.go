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
	before []caughtSignal
)

type caughtSignal struct {
	signal syscall.Signal
	old    sigaction
}

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
	before = make([]caughtSignal, 0, len(signals))
	atomic.StoreUint64(&catchFD, uint64(eventfd))
	for _, s := range signals {
		var old sigaction
		const ignored = 1
		if blocked>>(s-1)&1 != 0 || rtSigaction(s, &sa, &old) != 0 {
			left = append(left, s)
			continue
		}
		if old.handler == ignored {
			_ = rtSigaction(s, &old, nil)
			left = append(left, s)
			continue
		}
		before = append(before, caughtSignal{s, old})
	}
	return left, nil
}

// Caught returns the signals that have come since the last call, signal n as bit n-1.
func Caught() uint64 { return atomic.SwapUint64(&caught, 0) }

// Release ends what Catch began.
func Release() {
	mu.Lock()
	defer mu.Unlock()
	for i := range before {
		_ = rtSigaction(before[i].signal, &before[i].old, nil)
	}
	before = nil
}

// catchHandlerAddr returns the address of the handler of caught signals.
func catchHandlerAddr() uintptr
