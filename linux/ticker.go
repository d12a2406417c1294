//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// ticker calls timers.look when the first alarm is due. Its goroutine lives from the first alarm of a Run
// to the Run's end. Process.mu guards it.
type ticker struct {
	open    bool
	timer   int   // timerfd
	end     int   // eventfd, readable when the goroutine is to end
	next    int64 // when timer expires; 0: it does not
	allowed bool  // a Run is under way
	done    chan struct{}
	p       *Process
}

// run lets the ticker work.
func (k *ticker) run(p *Process) { k.p, k.allowed = p, true }

// at makes sure that timers.look is called at due, in nanoseconds of CLOCK_MONOTONIC.
func (k *ticker) at(due int64) {
	if !k.allowed || k.next != 0 && k.next <= due {
		return
	}
	if !k.open {
		var err error
		if k.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err != nil {
			k.p.unimp("timers: %v", err)
			return
		}
		if k.end, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
			_ = unix.Close(k.timer)
			k.p.unimp("timers: %v", err)
			return
		}
		k.open = true
	}
	k.next = due
	_ = unix.TimerfdSettime(k.timer, abi.TFD_TIMER_ABSTIME, &unix.ItimerSpec{Value: unix.NsecToTimespec(max(due, 1))}, nil)
	if k.done == nil {
		k.done = make(chan struct{})
		go k.loop(k.done)
	}
}

func (k *ticker) loop(done chan struct{}) {
	defer close(done)
	fds := []unix.PollFd{{Fd: int32(k.timer), Events: unix.POLLIN}, {Fd: int32(k.end), Events: unix.POLLIN}}
	var b [8]byte
	for {
		_, err := unix.Ppoll(fds, nil, nil)
		switch {
		case err != nil && err != unix.EINTR:
			return
		case err == nil && fds[1].Revents != 0:
			_, _ = unix.Read(k.end, b[:])
			return
		case err == nil && fds[0].Revents != 0:
			k.p.mu.Lock()
			_, _ = unix.Read(k.timer, b[:])
			k.next = 0
			k.p.timers.look()
			k.p.mu.Unlock()
		}
	}
}

// stop ends the goroutine. p.mu is not held.
func (k *ticker) stop(p *Process) {
	p.mu.Lock()
	done := k.done
	k.done, k.allowed, k.next = nil, false, 0
	p.mu.Unlock()
	if done != nil {
		_, _ = unix.Write(k.end, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		<-done
	}
}

// close gives the descriptors back. No Run is under way.
func (k *ticker) close() {
	if k.open {
		_ = unix.Close(k.timer)
		_ = unix.Close(k.end)
	}
	k.open, k.allowed = false, false
}
