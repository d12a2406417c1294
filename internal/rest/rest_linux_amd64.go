package rest

import (
	"sync/atomic"
	"unsafe"
)

const (
	// slack is how much longer the monitor's sleeps may last, in nanoseconds.
	slack = 1_000_000
	// slackCode is the si_code of the signal that tells a thread to set its timer slack.
	slackCode = -100
	// search is how many thread ids after the first thread's are tried.
	search = 256

	sigurg = 23 // the runtime preempts goroutines by it, and bears one that it did not send

	sysRtSigaction      = 13
	sysGetpid           = 39
	sysPrctl            = 157
	sysRtTgsigqueueinfo = 297
	prSetTimerslack     = 29
)

// What the kernel reads and writes has fixed addresses, as a goroutine's stack has not.
var (
	action  sigaction
	message = siginfo{code: slackCode}

	timerSlack uint64         // what a thread that is told sets, in nanoseconds; 0: what it was made with
	chained    uintptr        // the handler of SIGURG before
	monitor    atomic.Uintptr // the thread that rests, or 0
)

// sigaction is the kernel's struct sigaction (rt_sigaction(2)).
type sigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// siginfo is the kernel's siginfo_t (rt_tgsigqueueinfo(2)).
type siginfo struct {
	signal, errno, code int32
	_                   [116]byte
}

func init() { begin() }

// begin lets the monitor rest. Where it cannot, nothing but time is lost.
func begin() {
	at := uintptr(unsafe.Pointer(&action))
	if syscall4(sysRtSigaction, sigurg, 0, at, 8) != 0 || action.handler <= 1 {
		return
	}
	atomic.StoreUintptr(&chained, action.handler)
	action.handler = handlerAddr() // the rest stays the runtime's, so that chaining is a jump
	if syscall4(sysRtSigaction, sigurg, at, 0, 8) != 0 {
		return
	}
	atomic.StoreUint64(&timerSlack, slack)
	// The monitor is the first thread that the runtime starts, and ids are given in order. With cgo it may be
	// another, which sleeps a little longer then.
	self := syscall4(sysGetpid, 0, 0, 0, 0)
	for tid := self + 1; tid <= self+search; tid++ {
		if tell(tid) {
			monitor.Store(tid)
			break
		}
	}
}

// End puts the monitor's sleeps back. Any goroutine may call it, again as well.
func End() {
	if tid := monitor.Swap(0); tid != 0 {
		atomic.StoreUint64(&timerSlack, 0)
		tell(tid)
	}
}

// tell makes a thread of this process set its timer slack; false: there is no such thread.
func tell(tid uintptr) bool {
	return syscall4(sysRtTgsigqueueinfo, syscall4(sysGetpid, 0, 0, 0, 0), tid, sigurg, uintptr(unsafe.Pointer(&message))) == 0
}

// syscall4 makes a system call and returns what it does: -errno in case of an error.
func syscall4(n, a, b, c, d uintptr) uintptr

// handlerAddr returns the address of the handler of SIGURG.
func handlerAddr() uintptr
