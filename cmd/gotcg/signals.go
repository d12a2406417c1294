package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gotcg/gotcg"
)

// errBlocked: the guest did not stop within a second.
var errBlocked = errors.New("the guest is blocked")

// forwarder passes the signals sent to gotcg on to the guest.
type forwarder struct {
	c       chan os.Signal
	release func()
	ignored []int // what was ignored when gotcg started
}

// hostSignals begins to receive signals.
func hostSignals() *forwarder {
	f := &forwarder{c: make(chan os.Signal, 128)}
	wanted := make([]syscall.Signal, 0, len(forwarded))
	for _, s := range forwarded {
		if signal.Ignored(s) {
			f.ignored = append(f.ignored, int(s))
		} else {
			wanted = append(wanted, s)
		}
	}
	wanted, f.release = catchSignals(wanted, f.c)
	for _, s := range wanted {
		signal.Notify(f.c, s)
	}
	return f
}

func (f *forwarder) stop() {
	f.release()
	signal.Stop(f.c)
}

// run runs the guest. A guest that a signal kills ends like any other, so plugins print what they have; the
// error is errBlocked, with the signal, when it is inside a call of the host that does not end.
func (f *forwarder) run(ctx context.Context, m *gotcg.Machine) (gotcg.Exit, syscall.Signal, error) {
	type outcome struct {
		exit gotcg.Exit
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		exit, err := m.Run(ctx)
		done <- outcome{exit, err}
	}()
	var killer syscall.Signal
	var late <-chan time.Time
	for {
		select {
		case o := <-done:
			return o.exit, 0, o.err
		case s := <-f.c:
			if s, ok := s.(syscall.Signal); ok && m.Signal(int(s)) && late == nil && !m.Debug().Attached() { // a debugger may keep it
				killer, late = s, time.After(time.Second)
			}
		case <-late:
			return gotcg.Exit{}, killer, errBlocked
		}
	}
}
