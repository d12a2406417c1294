package linux

import (
	"sync"
	"sync/atomic"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// The queues of futex(2) waiters. A futex is a 32-bit word of guest memory; it is named by its address, or
// by file and offset where the word lies in a shared mapping of a file. The word is compared, and where an
// operation changes it changed, atomically against the guest and with the bucket's lock held, so that a
// waiter cannot miss the wake that follows a change of the word.

// futexKey names a futex.
type futexKey struct {
	dev, ino uint64 // of the file in a shared mapping, else 0
	addr     uint64 // guest address, or offset in the file
}

const futexBuckets = 64

// futexTable is a process's waiters, by hash of the key. Two buckets are locked in order of index.
type futexTable struct {
	buckets [futexBuckets]futexBucket
	// pi counts the waiters for PI futexes.
	pi atomic.Int32
}

// futexBucket is the waiters of some futexes, first come first.
type futexBucket struct {
	mu          sync.Mutex
	first, last *futexWaiter
	_           [40]byte // a cache line each
}

// futexWaiter is a task waiting for one futex. Its fields are guarded by the lock of its bucket, but woken.
type futexWaiter struct {
	task       *Task
	key        futexKey
	bits       uint32
	prev, next *futexWaiter
	// bucket is where the waiter queues; it changes when it is requeued, with both buckets locked.
	bucket atomic.Pointer[futexBucket]
	woken  atomic.Bool // it was woken and has left the queue

	pi    bool // it waits for a PI lock, which owner holds
	owner int
	// target is where FUTEX_WAIT_REQUEUE_PI lets it be requeued to.
	target   futexKey
	requeues bool
}

func (ft *futexTable) index(k futexKey) int {
	h := (k.addr>>2 ^ k.ino ^ k.dev<<7) * 0x9e3779b97f4a7c15
	return int(h >> 58)
}

func (ft *futexTable) bucket(k futexKey) *futexBucket { return &ft.buckets[ft.index(k)] }

// lock locks the bucket of k.
func (ft *futexTable) lock(k futexKey) *futexBucket {
	b := ft.bucket(k)
	b.mu.Lock()
	return b
}

// lock2 locks the buckets of two keys, which may be one, and returns what unlocks them.
func (ft *futexTable) lock2(k1, k2 futexKey) (b1, b2 *futexBucket, unlock func()) {
	i, j := ft.index(k1), ft.index(k2)
	b1, b2 = &ft.buckets[i], &ft.buckets[j]
	if i == j {
		b1.mu.Lock()
		return b1, b2, b1.mu.Unlock
	}
	lo, hi := &ft.buckets[min(i, j)], &ft.buckets[max(i, j)]
	lo.mu.Lock()
	hi.mu.Lock()
	return b1, b2, func() {
		hi.mu.Unlock()
		lo.mu.Unlock()
	}
}

// push appends w, which is in no queue.
func (b *futexBucket) push(w *futexWaiter) {
	w.prev, w.next = b.last, nil
	if b.last != nil {
		b.last.next = w
	} else {
		b.first = w
	}
	b.last = w
	w.bucket.Store(b)
}

func (b *futexBucket) remove(w *futexWaiter) {
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		b.first = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		b.last = w.prev
	}
	w.prev, w.next = nil, nil
}

// find returns the first waiter for k.
func (b *futexBucket) find(k futexKey) *futexWaiter {
	for w := b.first; w != nil; w = w.next {
		if w.key == k {
			return w
		}
	}
	return nil
}

// wake takes w out of the queue and lets its task go on. After that w is not the caller's to touch.
func (b *futexBucket) wake(w *futexWaiter) {
	t := w.task
	b.remove(w)
	if w.pi {
		t.p.futex.pi.Add(-1)
	}
	w.woken.Store(true)
	t.unpark()
}

// wakeUp wakes up to n waiters for k that wait for one of bits.
func (b *futexBucket) wakeUp(k futexKey, n int, bits uint32) (woken int, e abi.Errno) {
	for w := b.first; w != nil && woken < n; {
		next := w.next
		if w.key == k {
			if w.pi || w.requeues {
				return woken, abi.EINVAL
			}
			if w.bits&bits != 0 {
				b.wake(w)
				woken++
			}
		}
		w = next
	}
	return woken, 0
}

// leave takes w out of its queue. It reports false when w has been woken already.
func (w *futexWaiter) leave() bool {
	for {
		b := w.bucket.Load()
		b.mu.Lock()
		switch {
		case w.bucket.Load() != b: // requeued meanwhile
			b.mu.Unlock()
			continue
		case w.woken.Load():
			b.mu.Unlock()
			return false
		}
		b.remove(w)
		if w.pi {
			w.task.p.futex.pi.Add(-1)
		}
		b.mu.Unlock()
		return true
	}
}

// futexKeyOf names the futex at addr. An address nobody could map is EFAULT; so is one where nothing is
// mapped, unless the guest says that the futex is private.
func (t *Task) futexKeyOf(addr uint64, private bool) (futexKey, abi.Errno) {
	addr = t.userAt(addr)
	switch {
	case addr%4 != 0:
		return futexKey{}, abi.EINVAL
	case addr >= t.p.mm.top:
		return futexKey{}, abi.EFAULT
	case private:
		return futexKey{addr: addr}, 0
	}
	r, ok := t.p.as.Find(softmmu.Addr(addr))
	switch {
	case !ok || r.Perm == 0:
		return futexKey{}, abi.EFAULT
	case r.Ino == 0 && !r.Shared && r.Perm&softmmu.W == 0: // nobody could ever change it
		return futexKey{}, abi.EFAULT
	case r.Shared && r.Ino != 0:
		return futexKey{r.Dev, r.Ino, r.Offset + addr - uint64(r.Start)}, 0
	}
	return futexKey{addr: addr}, 0
}

// futexLoad reads a futex word.
func (t *Task) futexLoad(addr uint64) (uint32, abi.Errno) {
	v, _, f := t.p.as.Load(t.user().at(addr), 4)
	if !f.OK() {
		return 0, abi.EFAULT
	}
	return uint32(v), 0
}

// futexCas changes a futex word from old to v, and reports whether it was old.
func (t *Task) futexCas(addr uint64, old, v uint32) (bool, abi.Errno) {
	was, _, f := t.p.as.Cas(t.user().at(addr), 4, uint64(old), 0, uint64(v), 0)
	if !f.OK() {
		return false, abi.EFAULT
	}
	return uint32(was) == old, 0
}

// futexWake wakes up to n waiters.
func (t *Task) futexWake(k futexKey, n int, bits uint32) (uint64, abi.Errno) {
	b := t.p.futex.lock(k)
	defer b.mu.Unlock()
	woken, e := b.wakeUp(k, max(n, 1), bits)
	return uint64(woken), e
}

// futexWait waits for a wake while the word is val.
func (t *Task) futexWait(addr uint64, k futexKey, val, bits uint32, d deadline) abi.Errno {
	w := &t.fw
	if e := t.futexQueue(w, addr, k, val, bits); e != 0 {
		return e
	}
	e := t.futexSleep(w, d)
	if e == abi.ERESTARTSYS && d.set {
		e = abi.ERESTART_RESTARTBLOCK
	}
	return e
}

// futexQueue lets w queue for k while the word is val.
func (t *Task) futexQueue(w *futexWaiter, addr uint64, k futexKey, val, bits uint32) abi.Errno {
	b := t.p.futex.lock(k)
	defer b.mu.Unlock()
	v, e := t.futexLoad(addr)
	if e == 0 && v != val {
		e = abi.EAGAIN
	}
	if e == 0 {
		w.task, w.key, w.bits, w.pi, w.requeues = t, k, bits, false, false
		w.woken.Store(false)
		b.push(w)
	}
	return e
}

// futexSleep sleeps until w is woken: 0, or ETIMEDOUT at the deadline, or ERESTARTSYS when the task is
// interrupted; then w is in no queue any more.
func (t *Task) futexSleep(w *futexWaiter, d deadline) abi.Errno {
	for {
		var e abi.Errno
		switch {
		case w.woken.Load():
			return 0
		case t.mustEnd():
			e = abi.ERESTARTSYS
		case d.past():
			e = abi.ETIMEDOUT
		default:
			t.park(d)
			continue
		}
		if w.leave() {
			return e
		}
		return 0
	}
}

// futexRequeue is FUTEX_REQUEUE and, with cmp, FUTEX_CMP_REQUEUE.
func (t *Task) futexRequeue(k1, k2 futexKey, wake, requeue int, cmp *uint32, addr uint64) (uint64, abi.Errno) {
	if wake < 0 || requeue < 0 {
		return 0, abi.EINVAL
	}
	b1, b2, unlock := t.p.futex.lock2(k1, k2)
	defer unlock()
	if cmp != nil {
		v, e := t.futexLoad(addr)
		if e == 0 && v != *cmp {
			e = abi.EAGAIN
		}
		if e != 0 {
			return 0, e
		}
	}
	n := 0
	for w := b1.first; w != nil && n-wake < requeue; {
		next := w.next
		if w.key == k1 {
			if w.pi || w.requeues {
				return uint64(n), abi.EINVAL
			}
			if n++; n <= wake {
				b1.wake(w)
			} else if k1 != k2 {
				b1.remove(w)
				w.key = k2
				b2.push(w)
			}
			if n-wake >= requeue {
				break
			}
		}
		w = next // in the same bucket, what was requeued to its end is passed over by its key
	}
	return uint64(n), 0
}

// futexVector is an element of futex_waitv(2): wait at addr while it is val.
type futexVector struct {
	addr uint64
	key  futexKey
	val  uint32
}

// futexWaitAny waits for any of several futexes and returns the index of one that was woken.
func (t *Task) futexWaitAny(l []futexVector, d deadline) (uint64, abi.Errno) {
	ws := make([]futexWaiter, len(l))
	queued := 0
	var e abi.Errno
	for i := range l {
		if e = t.futexQueue(&ws[i], l[i].addr, l[i].key, l[i].val, ^uint32(0)); e != 0 {
			break
		}
		queued++
	}
	woken := func() bool {
		for i := range ws[:queued] {
			if ws[i].woken.Load() {
				return true
			}
		}
		return false
	}
	for e == 0 && !woken() {
		switch {
		case t.mustEnd():
			e = abi.ERESTARTSYS
		case d.past():
			e = abi.ETIMEDOUT
		default:
			t.park(d)
		}
	}
	at := -1
	for i := range ws[:queued] {
		if !ws[i].leave() { // woken, which comes before any error
			at = i
		}
	}
	if at >= 0 {
		return uint64(at), 0
	}
	return 0, e
}
