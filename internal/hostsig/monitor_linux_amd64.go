package hostsig

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

const (
	// relaxed is how much longer the monitor's sleeps may last, in nanoseconds.
	relaxed = 1_000_000
	// slackCode is the si_code of the signal that tells a thread to set its timer slack, which no other thread can.
	slackCode = -100
	// monitorSearch is how many thread ids after the first thread's are tried.
	monitorSearch = 256
)

var (
	timerSlack uint64 // what a thread that gets slackCode sets, in nanoseconds; 0: what it was made with
	monitor    atomic.Int32
)

// RelaxMonitor lets each sleep of the Go runtime's monitor thread last up to 1 ms longer (PR_SET_TIMERSLACK(2const)).
// While goroutines run it sleeps 20 us at a time for the first 50 times, which takes a sixth of the processor time of a
// run of 5 ms. Goroutines are still preempted, up to 1 ms later; but when one waits in a system call, others
// get its processor that much later, so that RestoreMonitor is to follow where more goroutines than one have work.
// A thread that the monitor makes meanwhile keeps its slack.
//
// It is for the command: the runtime is the host program's own otherwise.
func RelaxMonitor() error {
	if err := Install(); err != nil {
		return err
	}
	atomic.StoreUint64(&timerSlack, relaxed)
	// The monitor is the first thread that the runtime starts, and ids are given in order. With cgo it may be
	// another of ours, which sleeps a little longer then.
	pid := syscall.Getpid()
	for tid := pid + 1; tid <= pid+monitorSearch; tid++ {
		if sendSlack(tid) == nil {
			monitor.Store(int32(tid))
			break
		}
	}
	return nil
}

// RestoreMonitor ends what RelaxMonitor began. Any goroutine may call it, again as well.
func RestoreMonitor() {
	if tid := monitor.Swap(0); tid != 0 {
		atomic.StoreUint64(&timerSlack, 0)
		_ = sendSlack(int(tid))
	}
}

// sendSlack makes a thread of this process set its timer slack.
func sendSlack(tid int) error {
	info := struct { // siginfo_t (rt_tgsigqueueinfo(2))
		signal, errno, code int32
		_                   [116]byte
	}{code: slackCode}
	_, _, e := syscall.RawSyscall6(syscall.SYS_RT_TGSIGQUEUEINFO, uintptr(syscall.Getpid()), uintptr(tid),
		uintptr(syscall.SIGURG), uintptr(unsafe.Pointer(&info)), 0, 0)
	if e != 0 {
		return e
	}
	return nil
}
