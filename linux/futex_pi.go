package linux

import (
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// PI futexes, futex(2) "Priority-inheritance futexes": the word is the owner's thread id with two flags. All
// tasks have one priority here, so what is left of priority inheritance is the lock itself, which is handed
// from its owner to the task that has waited longest.

// lockPI takes the PI futex at addr for t, or waits for it, or with try does not.
func (t *Task) lockPI(addr uint64, k futexKey, try bool, d deadline) abi.Errno {
	b := t.p.futex.lock(k)
	for {
		v, e := t.futexLoad(addr)
		if e != 0 {
			b.mu.Unlock()
			return e
		}
		owner := int(v & abi.FUTEX_TID_MASK)
		top := b.find(k)
		nv := v | abi.FUTEX_WAITERS
		switch {
		case owner == t.tid:
			e = abi.EDEADLK
		case top != nil && !top.pi:
			e = abi.EINVAL
		case owner == 0 && top == nil:
			nv = uint32(t.tid) | v&abi.FUTEX_OWNER_DIED
		case owner == 0 && v&abi.FUTEX_OWNER_DIED == 0: // the guest wrote it while others wait
			e = abi.EINVAL
		case owner == 0 && try:
			e = abi.EAGAIN
		case owner == 0: // the owner is about to hand it to top
			owner = top.owner
		case t.task(owner) == nil: // it ended without a word, unless it did just now
			e = abi.ESRCH
			if w, e2 := t.futexLoad(addr); e2 == 0 && w != v {
				continue
			}
		case try:
			e = abi.EAGAIN
		}
		if e != 0 {
			b.mu.Unlock()
			return e
		}
		done, e := t.futexCas(addr, v, nv)
		switch {
		case e != 0:
			b.mu.Unlock()
			return e
		case !done:
			continue
		case owner == 0:
			b.mu.Unlock()
			return 0
		}
		w := &t.fw
		w.task, w.key, w.bits, w.pi, w.owner, w.requeues = t, k, 0, true, owner, false
		w.woken.Store(false)
		t.p.futex.pi.Add(1)
		b.push(w)
		b.mu.Unlock()
		if t.task(owner) == nil { // it may have ended before the waiter queued
			t.p.orphanedPI(owner)
		}
		break
	}
	if e := t.futexSleep(&t.fw, d); e != abi.ERESTARTSYS {
		return e
	}
	return abi.ERESTARTNOINTR
}

// unlockPI gives the PI futex at addr to its first waiter, or frees it.
func (t *Task) unlockPI(addr uint64, k futexKey) abi.Errno {
	b := t.p.futex.lock(k)
	defer b.mu.Unlock()
	for {
		v, e := t.futexLoad(addr)
		switch {
		case e != 0:
			return e
		case int(v&abi.FUTEX_TID_MASK) != t.tid:
			return abi.EPERM
		}
		w, nv := b.find(k), uint32(0)
		if w != nil {
			if !w.pi {
				return abi.EINVAL
			}
			nv = uint32(w.task.tid) | abi.FUTEX_WAITERS
		}
		done, e := t.futexCas(addr, v, nv)
		if e != 0 {
			return e
		}
		if done {
			if w != nil {
				b.handOver(w)
			}
			return 0
		}
	}
}

// handOver wakes w, which owns its lock now.
func (b *futexBucket) handOver(w *futexWaiter) {
	k, owner := w.key, w.task.tid
	b.wake(w)
	for w := b.first; w != nil; w = w.next {
		if w.key == k {
			w.owner = owner
		}
	}
}

// orphanedPI hands the PI locks that the ended task tid held, and others wait for, to the first of them.
func (p *Process) orphanedPI(tid int) {
	if p.futex.pi.Load() == 0 {
		return
	}
	for i := range p.futex.buckets {
		b := &p.futex.buckets[i]
		b.mu.Lock()
		for w := b.first; w != nil; {
			if !w.pi || w.owner != tid {
				w = w.next
				continue
			}
			if w.key.ino == 0 {
				_, _ = p.as.RMW(softmmu.Addr(w.key.addr), 4, func(uint64) uint64 {
					return uint64(w.task.tid) | abi.FUTEX_WAITERS | abi.FUTEX_OWNER_DIED
				})
			}
			b.handOver(w)
			w = b.first // the list has changed
		}
		b.mu.Unlock()
	}
}

// waitRequeuePI is FUTEX_WAIT_REQUEUE_PI: a wait at addr that ends with the lock k2 in hand.
func (t *Task) waitRequeuePI(addr uint64, k, k2 futexKey, val uint32, d deadline) abi.Errno {
	if k == k2 {
		return abi.EINVAL
	}
	w := &t.fw
	b := t.p.futex.lock(k)
	v, e := t.futexLoad(addr)
	if e == 0 && v != val {
		e = abi.EAGAIN
	}
	if e != 0 {
		b.mu.Unlock()
		return e
	}
	w.task, w.key, w.bits, w.pi, w.requeues, w.target = t, k, ^uint32(0), false, true, k2
	w.woken.Store(false)
	b.push(w)
	b.mu.Unlock()
	if e = t.futexSleep(w, d); e == abi.ERESTARTSYS {
		return abi.ERESTARTNOINTR
	}
	return e
}

// requeuePI is FUTEX_CMP_REQUEUE_PI: the first waiter gets the lock at addr2 if it is free, the others, up to
// requeue of them, wait for it.
func (t *Task) requeuePI(addr, addr2 uint64, k1, k2 futexKey, wake, requeue int, cmp uint32) (uint64, abi.Errno) {
	if wake != 1 || requeue < 0 || k1 == k2 {
		return 0, abi.EINVAL
	}
	b1, b2, unlock := t.p.futex.lock2(k1, k2)
	defer unlock()
	v, e := t.futexLoad(addr)
	if e == 0 && v != cmp {
		e = abi.EAGAIN
	}
	if e != 0 {
		return 0, e
	}
	n := 0
	for w := b1.first; w != nil && n-wake < requeue; {
		next := w.next
		if w.key == k1 {
			if !w.requeues || w.target != k2 {
				return uint64(n), abi.EINVAL
			}
			if e := t.requeueOne(b1, b2, w, addr2); e != 0 {
				return uint64(n), e
			}
			n++
		}
		w = next
	}
	return uint64(n), 0
}

// requeueOne gives w the lock at addr2, or lets it wait for it.
func (t *Task) requeueOne(b1, b2 *futexBucket, w *futexWaiter, addr2 uint64) abi.Errno {
	for {
		v, e := t.futexLoad(addr2)
		if e != 0 {
			return e
		}
		owner := int(v & abi.FUTEX_TID_MASK)
		nv := v | abi.FUTEX_WAITERS
		switch {
		case owner == w.task.tid:
			return abi.EDEADLK
		case owner == 0:
			nv = uint32(w.task.tid) | v&abi.FUTEX_OWNER_DIED
			if w.next != nil {
				nv |= abi.FUTEX_WAITERS
			}
		case t.task(owner) == nil:
			if w, e := t.futexLoad(addr2); e == 0 && w != v {
				continue
			}
			return abi.ESRCH
		}
		done, e := t.futexCas(addr2, v, nv)
		switch {
		case e != 0:
			return e
		case !done:
			continue
		case owner == 0:
			b1.wake(w)
			return 0
		}
		b1.remove(w)
		w.key, w.pi, w.owner, w.requeues = w.target, true, owner, false
		t.p.futex.pi.Add(1)
		b2.push(w)
		return 0
	}
}

// robustLimit bounds the walk of a robust list, as the kernel's ROBUST_LIST_LIMIT.
const robustLimit = 2048

// leaveRobust marks the robust futexes that t holds as their owner's estate and wakes a waiter of each.
// get_robust_list(2), Linux Documentation/locking/robust-futex-ABI.rst.
func (t *Task) leaveRobust() {
	head := t.robust
	if head == 0 {
		return
	}
	t.robust = 0
	next, e1 := t.readU64(head)
	off, e2 := t.readU64(head + 8)
	pending, e3 := t.readU64(head + 16)
	if e1 != 0 || e2 != 0 || e3 != 0 {
		return
	}
	for n := 0; next&^1 != head && n < robustLimit; n++ {
		entry := next
		var e abi.Errno
		next, e = t.readU64(entry &^ 1) // before the entry is handled: a waker may reuse it
		if entry&^1 != pending&^1 && !t.leaveFutex(entry&^1+off, entry&1 != 0, false) {
			return
		}
		if e != 0 {
			return
		}
	}
	if pending&^1 != 0 {
		t.leaveFutex(pending&^1+off, pending&1 != 0, true)
	}
}

// leaveFutex marks the futex at addr as left by its owner if that is t. pending: t was about to take or give
// up the lock. It reports whether the word could be accessed.
func (t *Task) leaveFutex(addr uint64, pi, pending bool) bool {
	if addr%4 != 0 {
		return false
	}
	for {
		v, e := t.futexLoad(addr)
		if e != 0 {
			return false
		}
		k, e := t.futexKeyOf(addr, false)
		if e != 0 {
			return false
		}
		owner := int(v & abi.FUTEX_TID_MASK)
		if pending && !pi && owner == 0 { // unlocked, but the waiter not woken yet
			_, _ = t.futexWake(k, 1, ^uint32(0))
			return true
		}
		if owner != t.tid {
			return true
		}
		done, e := t.futexCas(addr, v, v&abi.FUTEX_WAITERS|abi.FUTEX_OWNER_DIED)
		if e != 0 {
			return false
		}
		if done {
			if !pi && v&abi.FUTEX_WAITERS != 0 {
				_, _ = t.futexWake(k, 1, ^uint32(0))
			}
			return true
		}
	}
}
