package linux

import (
	"math/bits"

	"github.com/gotcg/gotcg/linux/abi"
)

// sigBit is signal s in a signal set.
func sigBit(s abi.Signal) uint64 { return 1 << (uint(s) - 1) }

const (
	// unblockable cannot be blocked, caught or ignored, signal(7).
	unblockable = 1<<(abi.SIGKILL-1) | 1<<(abi.SIGSTOP-1)
	// stopSet are the signals whose default action is to stop.
	stopSet = 1<<(abi.SIGSTOP-1) | 1<<(abi.SIGTSTP-1) | 1<<(abi.SIGTTIN-1) | 1<<(abi.SIGTTOU-1)
	// ignoredByDefault are those whose default action is to do nothing. SIGCONT's is to go on, which
	// happens when it is sent.
	ignoredByDefault = 1<<(abi.SIGCHLD-1) | 1<<(abi.SIGCONT-1) | 1<<(abi.SIGURG-1) | 1<<(abi.SIGWINCH-1)
	// coreSet are those whose default action is to dump core.
	coreSet = 1<<(abi.SIGQUIT-1) | 1<<(abi.SIGILL-1) | 1<<(abi.SIGTRAP-1) | 1<<(abi.SIGABRT-1) | 1<<(abi.SIGBUS-1) |
		1<<(abi.SIGFPE-1) | 1<<(abi.SIGSEGV-1) | 1<<(abi.SIGXCPU-1) | 1<<(abi.SIGXFSZ-1) | 1<<(abi.SIGSYS-1)
	// synchronous are delivered before others.
	synchronous = 1<<(abi.SIGSEGV-1) | 1<<(abi.SIGBUS-1) | 1<<(abi.SIGILL-1) | 1<<(abi.SIGTRAP-1) | 1<<(abi.SIGFPE-1) |
		1<<(abi.SIGSYS-1)
)

// sigEntry is one queued signal. timer is the POSIX timer that sent it, which goes on once the
// signal has been taken; arm is the setting of the timer that expired.
type sigEntry struct {
	info  abi.Siginfo
	timer *posixTimer
	arm   uint64
}

// sigQueue holds pending signals: a standard signal once, real-time signals each time. Process.mu
// guards it.
type sigQueue struct {
	set uint64 // which are pending
	// list has their entries in order of arrival. A pending signal without one came when the limit
	// on queued signals was reached.
	list []sigEntry
}

// take removes the first entry of s. The caller has found s in set.
func (q *sigQueue) take(s abi.Signal) (e sigEntry, queued bool) {
	at, more := -1, false
	for i := range q.list {
		if abi.Signal(q.list[i].info.Signo) != s {
			continue
		}
		if at < 0 {
			at = i
		} else {
			more = true
			break
		}
	}
	if !more {
		q.set &^= sigBit(s)
	}
	if at < 0 {
		return sigEntry{info: abi.Siginfo{Signo: int32(s), Code: abi.SI_USER}}, false
	}
	e = q.list[at]
	q.list = append(q.list[:at], q.list[at+1:]...)
	if len(q.list) == 0 {
		q.list = nil
	}
	return e, true
}

// flush drops the signals of a set and returns how many entries went.
func (q *sigQueue) flush(set uint64) (n int) {
	if q.set&set == 0 {
		return 0
	}
	q.set &^= set
	kept := q.list[:0]
	for _, e := range q.list {
		if sigBit(abi.Signal(e.info.Signo))&set == 0 {
			kept = append(kept, e)
		} else {
			n++
		}
	}
	clear(q.list[len(kept):])
	q.list = kept
	return n
}

// firstSignal chooses from a set that is not empty: synchronous signals first, then the lowest.
func firstSignal(set uint64) abi.Signal {
	if set&synchronous != 0 {
		set &= synchronous
	}
	return abi.Signal(bits.TrailingZeros64(set) + 1)
}
