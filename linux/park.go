package linux

import (
	"time"

	"github.com/gotcg/gotcg/linux/abi"
)

// deadline is a point in time to stop waiting at, or none.
type deadline struct {
	at  time.Time
	set bool
}

// past tells whether it is time to stop.
func (d deadline) past() bool { return d.set && !time.Now().Before(d.at) }

// savedWait is where the wait of a call ends, kept while the call is left so that doing it again does not
// start its time anew.
type savedWait struct {
	redo  bool // the call under way is being done again
	set   bool
	until deadline
	end   abi.Timespec
}

// after returns the deadline d from now, or what it was when the call was first made; a negative d is
// none. A call has one.
func (t *Task) after(d time.Duration) deadline {
	if t.saved.redo && t.saved.set {
		return t.saved.until
	}
	if d < 0 {
		return deadline{}
	}
	t.saved = savedWait{set: true, until: deadline{time.Now().Add(d), true}}
	return t.saved.until
}

// park waits until unpark, a kick, or the deadline; it may also return for no reason.
func (t *Task) park(d deadline) {
	if w := t.watcher(WatchIdle); w != nil {
		select {
		case <-t.wakeup:
			return
		default:
		}
		w.Idle(t)
		defer w.Resume(t)
	}
	t.idle.Store(true)
	defer t.idle.Store(false)
	if !d.set {
		<-t.wakeup
		return
	}
	n := time.Until(d.at)
	if n <= 0 {
		return
	}
	if t.timer == nil {
		t.timer = time.NewTimer(n)
	} else {
		t.timer.Reset(n)
	}
	select {
	case <-t.wakeup:
		t.timer.Stop()
	case <-t.timer.C:
	}
}

// sleep parks until the deadline. It reports false when the task is interrupted before.
func (t *Task) sleep(d deadline) bool {
	for !d.past() {
		if t.mustEnd() {
			return false
		}
		t.park(d)
	}
	return true
}

// mustEnd takes a kick back that does not concern the call under way, and reports whether there is one that
// ends it.
func (t *Task) mustEnd() bool {
	if !t.work.Swap(false) || !t.interrupted() {
		return false
	}
	t.work.Store(true)
	return true
}
