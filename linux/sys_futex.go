//go:build linux

package linux

import (
	"time"

	"github.com/gotcg/gotcg/linux/abi"
)

// sysFutex is futex(2).
func sysFutex(t *Task, a *Args) (uint64, abi.Errno) {
	op := a.Int(1) &^ (abi.FUTEX_PRIVATE_FLAG | abi.FUTEX_CLOCK_REALTIME)
	private := a.Int(1)&abi.FUTEX_PRIVATE_FLAG != 0
	if a.Int(1)&abi.FUTEX_CLOCK_REALTIME != 0 {
		switch op {
		case abi.FUTEX_WAIT_BITSET, abi.FUTEX_WAIT_REQUEUE_PI, abi.FUTEX_LOCK_PI2:
		default:
			return 0, abi.ENOSYS
		}
	}
	bits := ^uint32(0)
	if op == abi.FUTEX_WAIT_BITSET || op == abi.FUTEX_WAKE_BITSET {
		if bits = uint32(a[5]); bits == 0 {
			return 0, abi.EINVAL
		}
	}
	k, e := t.futexKeyOf(a[0], private)
	if e != 0 && op <= abi.FUTEX_LOCK_PI2 && op != abi.FUTEX_FD {
		return 0, e
	}
	switch op {
	case abi.FUTEX_WAKE, abi.FUTEX_WAKE_BITSET:
		return t.futexWake(k, a.Int(2), bits)
	case abi.FUTEX_UNLOCK_PI:
		return 0, t.unlockPI(a[0], k)
	case abi.FUTEX_TRYLOCK_PI:
		return 0, t.lockPI(a[0], k, true, deadline{})
	case abi.FUTEX_WAIT, abi.FUTEX_WAIT_BITSET, abi.FUTEX_LOCK_PI, abi.FUTEX_LOCK_PI2, abi.FUTEX_WAIT_REQUEUE_PI:
		return t.futexBlock(a, op, k, private, bits)
	}
	if op != abi.FUTEX_REQUEUE && op != abi.FUTEX_CMP_REQUEUE && op != abi.FUTEX_WAKE_OP && op != abi.FUTEX_CMP_REQUEUE_PI {
		t.p.unimp("futex operation %d", op)
		return 0, abi.ENOSYS
	}
	k2, e := t.futexKeyOf(a[4], private)
	if e != 0 {
		return 0, e
	}
	cmp := uint32(a[5])
	switch op {
	case abi.FUTEX_REQUEUE:
		return t.futexRequeue(k, k2, a.Int(2), a.Int(3), nil, a[0])
	case abi.FUTEX_CMP_REQUEUE:
		return t.futexRequeue(k, k2, a.Int(2), a.Int(3), &cmp, a[0])
	case abi.FUTEX_WAKE_OP:
		return t.futexWakeOp(k, k2, a)
	}
	return t.requeuePI(a[0], a[4], k, k2, a.Int(2), a.Int(3), cmp)
}

// futexBlock is the operations that wait.
func (t *Task) futexBlock(a *Args, op int, k futexKey, private bool, bits uint32) (uint64, abi.Errno) {
	clock := int32(abi.CLOCK_MONOTONIC)
	if op == abi.FUTEX_LOCK_PI || a.Int(1)&abi.FUTEX_CLOCK_REALTIME != 0 {
		clock = abi.CLOCK_REALTIME
	}
	var d deadline
	if a[3] != 0 {
		s, e := t.getTimespec(a[3])
		if e != 0 {
			return 0, e
		}
		if op == abi.FUTEX_WAIT { // relative
			d = t.after(duration(s))
		} else if d, e = t.at(clock, s); e != 0 {
			return 0, e
		}
	}
	switch op {
	case abi.FUTEX_LOCK_PI, abi.FUTEX_LOCK_PI2:
		return 0, t.lockPI(a[0], k, false, d)
	case abi.FUTEX_WAIT_REQUEUE_PI:
		k2, e := t.futexKeyOf(a[4], private)
		if e == 0 {
			e = t.waitRequeuePI(a[0], k, k2, uint32(a[2]), d)
		}
		return 0, e
	}
	return 0, t.futexWait(a[0], k, uint32(a[2]), bits, d)
}

// at returns the deadline at which clock reads s.
func (t *Task) at(clock int32, s abi.Timespec) (deadline, abi.Errno) {
	left, e := untilClock(clock, s)
	return deadline{time.Now().Add(left), true}, e
}

// futexWakeOp is FUTEX_WAKE_OP: change the second word, wake waiters of the first and, if the second's old
// value compares, of the second.
func (t *Task) futexWakeOp(k1, k2 futexKey, a *Args) (uint64, abi.Errno) {
	enc := uint32(a[5])
	op, cmp := enc>>28&7, enc>>24&15
	arg := int32(enc<<8) >> 20
	cmpArg := int32(enc<<20) >> 20
	if enc&(abi.FUTEX_OP_OPARG_SHIFT<<28) != 0 {
		arg = 1 << (uint32(arg) & 31)
	}
	if op > abi.FUTEX_OP_XOR || cmp > abi.FUTEX_OP_CMP_GE {
		return 0, abi.ENOSYS
	}
	b1, b2, unlock := t.p.futex.lock2(k1, k2)
	defer unlock()
	was, f := t.p.as.RMW(t.user().at(a[4]), 4, func(old uint64) uint64 {
		v := uint32(old)
		switch op {
		case abi.FUTEX_OP_SET:
			v = uint32(arg)
		case abi.FUTEX_OP_ADD:
			v += uint32(arg)
		case abi.FUTEX_OP_OR:
			v |= uint32(arg)
		case abi.FUTEX_OP_ANDN:
			v &^= uint32(arg)
		default:
			v ^= uint32(arg)
		}
		return uint64(v)
	})
	if !f.OK() {
		return 0, abi.EFAULT
	}
	old := int32(was)
	n, e := b1.wakeUp(k1, max(a.Int(2), 1), ^uint32(0))
	if e == 0 && [...]bool{old == cmpArg, old != cmpArg, old < cmpArg, old <= cmpArg, old > cmpArg, old >= cmpArg}[cmp] {
		var m int
		m, e = b2.wakeUp(k2, max(a.Int(3), 1), ^uint32(0))
		n += m
	}
	return uint64(n), e
}

// sysFutexWaitv is futex_waitv(2).
func sysFutexWaitv(t *Task, a *Args) (uint64, abi.Errno) {
	n, clock := uint32(a[1]), int32(a[4])
	if uint32(a[2]) != 0 || n == 0 || n > abi.FUTEX_WAITV_MAX || a[0] == 0 {
		return 0, abi.EINVAL
	}
	var d deadline
	if a[3] != 0 {
		if clock != abi.CLOCK_REALTIME && clock != abi.CLOCK_MONOTONIC {
			return 0, abi.EINVAL
		}
		s, e := t.getTimespec(a[3])
		if e != 0 {
			return 0, e
		}
		if d, e = t.at(clock, s); e != 0 {
			return 0, e
		}
	}
	l := make([]futexVector, n)
	for i := range l {
		var b [abi.FutexWaitvSize]byte
		if e := t.copyIn(a[0]+uint64(i)*abi.FutexWaitvSize, b[:]); e != 0 {
			return 0, e
		}
		val, addr, flags, reserved := getU64(b[:]), getU64(b[8:]), uint32(getU64(b[16:])), uint32(getU64(b[16:])>>32)
		if flags&^abi.FUTEX_PRIVATE_FLAG != abi.FUTEX2_SIZE_U32 || reserved != 0 || val>>32 != 0 {
			return 0, abi.EINVAL
		}
		k, e := t.futexKeyOf(addr, flags&abi.FUTEX_PRIVATE_FLAG != 0)
		if e != 0 {
			return 0, e
		}
		l[i] = futexVector{addr, k, uint32(val)}
	}
	return t.futexWaitAny(l, d)
}

// sysSetRobustList is set_robust_list(2).
func sysSetRobustList(t *Task, a *Args) (uint64, abi.Errno) {
	if a[1] != robustHeadSize {
		return 0, abi.EINVAL
	}
	t.robust = a[0]
	return 0, 0
}

// robustHeadSize is the size of struct robust_list_head.
const robustHeadSize = 24

// sysGetRobustList is get_robust_list(2).
func sysGetRobustList(t *Task, a *Args) (uint64, abi.Errno) {
	to := t.task(a.Int(0))
	if to == nil {
		return 0, abi.ESRCH
	}
	if to != t {
		t.p.unimp("get_robust_list of another thread")
		return 0, abi.EPERM
	}
	if e := t.writeU64(a[2], robustHeadSize); e != 0 {
		return 0, e
	}
	return 0, t.writeU64(a[1], t.robust)
}
