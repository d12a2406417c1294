package cmd

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gotcg/gotcg"
)

// forwarder passes the signals sent to gotcg on to the guest.
type forwarder struct {
	ignored []int // what was ignored when gotcg started
	catcher catcher
	c       chan os.Signal // those that the catcher left, nil if none
	over    atomic.Bool    // the guest has ended, or is given up
	killed  bool           // the guest was sent a signal that kills it
}

// hostSignals begins to receive signals.
func hostSignals() *forwarder {
	f := &forwarder{}
	all := forwarded()
	wanted := all[:0]
	for _, s := range all {
		if signal.Ignored(s) {
			f.ignored = append(f.ignored, int(s))
		} else {
			wanted = append(wanted, s)
		}
	}
	if wanted = f.catcher.catch(wanted); len(wanted) > 0 {
		f.c = make(chan os.Signal, 128)
		for _, s := range wanted {
			signal.Notify(f.c, s)
		}
	}
	return f
}

// stop ends it: signals do to gotcg what they would. Those that are caught are no longer taken from it, which comes to the same:
// to have each handler as it was takes as long as a system call each.
func (f *forwarder) stop() {
	f.over.Store(true)
	if f.c != nil {
		signal.Stop(f.c)
	}
}

// run runs the guest. A guest that a signal kills ends like any other, so plugins print what they have. When it is inside
// a call of the host that does not end within a second, giveUp is called, on another goroutine; it does not return.
func (f *forwarder) run(ctx context.Context, m *gotcg.Machine, giveUp func(killer syscall.Signal)) (gotcg.Exit, error) {
	deliver := func(s syscall.Signal) bool {
		if f.over.Load() {
			return false
		}
		if m.Signal(int(s)) && !f.killed && !m.Debug().Attached() { // a debugger may keep it
			f.killed = true
			time.AfterFunc(time.Second, func() {
				if f.over.CompareAndSwap(false, true) {
					giveUp(s)
				}
			})
		}
		return true
	}
	f.catcher.start(deliver, f.c)
	exit, err := m.Run(ctx)
	if !f.over.CompareAndSwap(false, true) {
		select {} // giveUp ends the process
	}
	return exit, err
}
