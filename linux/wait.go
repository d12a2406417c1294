//go:build linux

package linux

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// How a task waits. Waiting for host descriptors is a ppoll(2) of them and the task's wake descriptor
// (waitHost); waiting for another task or for time only is park, which takes no host thread. Both end
// when the task is kicked; the caller then asks interrupted, and either returns an internal errno or
// goes on waiting.

// wakeFD is the eventfd that becomes readable when the task is kicked while it polls.
type wakeFD struct {
	mu sync.Mutex
	fd int // guarded by mu for who is not the task; -1: closed
}

func (w *wakeFD) open() (err error) {
	if w.fd, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("linux: eventfd: %w", err)
	}
	return nil
}

func (w *wakeFD) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd >= 0 {
		_ = unix.Close(w.fd)
	}
	w.fd = -1
}

func (w *wakeFD) poke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd >= 0 {
		_, _ = unix.Write(w.fd, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

func (w *wakeFD) drain() {
	var b [8]byte
	_, _ = unix.Read(w.fd, b[:])
}

// left returns the time left as the host's calls take it; nil waits for ever.
func (d deadline) left() *unix.Timespec {
	if !d.set {
		return nil
	}
	n := max(time.Until(d.at), 0)
	return &unix.Timespec{Sec: int64(n / time.Second), Nsec: int64(n % time.Second)}
}

// waitHost polls host descriptors until one is ready (n > 0), the deadline passes (n is 0), or the task is
// interrupted; then ok is false. The last element of fds is the wake descriptor's.
func (t *Task) waitHost(fds []unix.PollFd, d deadline) (n int, err error, ok bool) {
	// What one waits for is often there, as when a shell reads its input byte by byte.
	if len(fds) == 2 && fds[0].Fd >= 0 {
		if n := pollNow(fds[:1]); n > 0 {
			return n, nil, true
		}
	}
	return t.waitLong(fds, d)
}

// waitLong is waitHost when nothing was ready.
func (t *Task) waitLong(fds []unix.PollFd, d deadline) (n int, err error, ok bool) {
	fds[len(fds)-1] = unix.PollFd{Fd: int32(t.wake.fd), Events: unix.POLLIN}
	t.polling.Store(true)
	defer t.polling.Store(false)
	t.idle.Store(true)
	defer t.idle.Store(false)
	watcher, idle := t.watcher(WatchIdle), false
	for {
		left := d.left()
		if t.work.Load() || watcher != nil && !idle { // kicked already, or not said to be idle yet: look, do not wait
			left = &unix.Timespec{}
		}
		n, err := unix.Ppoll(fds, left, nil)
		if err != nil && err != unix.EINTR {
			return 0, err, true
		}
		woken := err == nil && fds[len(fds)-1].Revents != 0
		if woken {
			t.wake.drain()
			n--
		}
		switch {
		case err == nil && n > 0:
			return n, nil, true
		case t.mustEnd():
			return 0, nil, false
		case d.past():
			return 0, nil, true
		case watcher != nil && !idle:
			idle = true
			watcher.Idle(t)
			defer watcher.Resume(t)
		}
	}
}

// waitFD waits until f is ready, unless it is non-blocking. The error is ERESTARTSYS when the wait was
// interrupted.
func (t *Task) waitFD(f *file, events int16) abi.Errno {
	if !f.mayBlock {
		return 0
	}
	if fl, err := f.flags(); err != nil || fl&unix.O_NONBLOCK != 0 {
		return 0
	}
	if _, _, ok := t.waitHost([]unix.PollFd{{Fd: int32(f.host), Events: events}, {}}, deadline{}); !ok {
		return abi.ERESTARTSYS
	}
	return 0
}
