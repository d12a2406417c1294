//go:build linux

package cmd

import (
	"math/bits"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/internal/hostsig"
)

// forwarded are the signals passed on to the guest: all that come from outside. Not among them are those the
// host's kernel sends for what gotcg itself does (faults, SIGPIPE, SIGTTIN and SIGTTOU, SIGCHLD), those of the Go runtime
// (SIGURG, SIGPROF, 32 and 33), and SIGABRT, which shows where gotcg is.
func forwarded() []syscall.Signal {
	l := append(make([]syscall.Signal, 0, 64),
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGTERM,
		syscall.SIGSTKFLT, syscall.SIGCONT, syscall.SIGTSTP, syscall.SIGXCPU, syscall.SIGXFSZ, syscall.SIGVTALRM, syscall.SIGWINCH,
		syscall.SIGIO, syscall.SIGPWR)
	for s := syscall.Signal(34); s <= 64; s++ {
		l = append(l, s)
	}
	return l
}

// catcher receives signals without os/signal, which takes a millisecond to begin with so many.
type catcher struct{ event *os.File }

// catch begins to receive the signals, and returns those that it cannot.
func (c *catcher) catch(signals []syscall.Signal) (left []syscall.Signal) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return signals
	}
	event := os.NewFile(uintptr(fd), "eventfd")
	left, err = hostsig.Catch(fd, signals)
	if err != nil || len(left) == len(signals) {
		hostsig.Release()
		_ = event.Close()
		return signals
	}
	c.event = event
	return left
}

// endTime is how long a program that has ended may take to leave its results before a signal ends gotcg.
const endTime = time.Second

// start lets deliver have the signals, and what os/signal sends to more, one after the other. Those it refuses do to gotcg
// what they would, but not at once: timeout(1) sends its signal twice, and the first one ends the program.
func (c *catcher) start(deliver func(syscall.Signal) bool, more chan os.Signal) {
	var mu sync.Mutex
	one := func(s syscall.Signal) {
		mu.Lock()
		defer mu.Unlock()
		if !deliver(s) {
			time.Sleep(endTime)
			hostsig.Release()
			_ = syscall.Kill(syscall.Getpid(), s)
		}
	}
	if more != nil {
		go func() {
			for s := range more {
				one(s.(syscall.Signal))
			}
		}()
	}
	if c.event == nil {
		return
	}
	go func() {
		var count [8]byte
		for {
			if _, err := c.event.Read(count[:]); err != nil {
				return
			}
			for set := hostsig.Caught(); set != 0; set &= set - 1 {
				one(syscall.Signal(bits.TrailingZeros64(set) + 1))
			}
		}
	}()
}

// stopSelf stops gotcg with its guest, until SIGCONT.
func stopSelf(int) { _ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP) }
