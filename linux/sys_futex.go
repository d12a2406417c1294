//go:build linux

package linux

import (
	"github.com/gotcg/gotcg/linux/abi"
)

// sysFutex is futex(2) for one thread: nobody can be waiting, so a wake wakes no one and a
// wait ends by its timeout only.
func sysFutex(t *Task, a *Args) (uint64, abi.Errno) {
	op := a.Int(1) &^ (abi.FUTEX_PRIVATE_FLAG | abi.FUTEX_CLOCK_REALTIME)
	if a[0]%4 != 0 {
		return 0, abi.EINVAL
	}
	switch op {
	case abi.FUTEX_WAKE, abi.FUTEX_WAKE_BITSET, abi.FUTEX_REQUEUE:
		if _, e := t.readU32(a[0]); e != 0 {
			return 0, e
		}
		return 0, 0
	case abi.FUTEX_CMP_REQUEUE:
		v, e := t.readU32(a[0])
		if e == 0 && v != uint32(a[5]) {
			e = abi.EAGAIN
		}
		return 0, e
	case abi.FUTEX_WAIT, abi.FUTEX_WAIT_BITSET:
	default:
		t.p.unimp("futex operation %d", op)
		return 0, abi.ENOSYS
	}
	v, e := t.readU32(a[0])
	if e != 0 {
		return 0, e
	}
	if v != uint32(a[2]) {
		return 0, abi.EAGAIN
	}
	d, e := t.deadlineArg(a[3])
	if e == 0 && !t.sleep(d) {
		e = abi.ERESTARTSYS
	}
	if e != 0 {
		return 0, e
	}
	return 0, abi.ETIMEDOUT
}
