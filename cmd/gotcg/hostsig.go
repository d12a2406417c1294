//go:build linux

package main

import (
	"math/bits"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/internal/hostsig"
)

// forwarded are the signals passed on to the guest: all that come from outside. Not among them are those the
// host's kernel sends for what gotcg itself does (faults, SIGPIPE, SIGTTIN and SIGTTOU, SIGCHLD), those of the Go runtime
// (SIGURG, SIGPROF, 32 and 33), and SIGABRT, which shows where gotcg is.
var forwarded = forwardedSignals()

func forwardedSignals() []syscall.Signal {
	l := []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGTERM,
		syscall.SIGSTKFLT, syscall.SIGCONT, syscall.SIGTSTP, syscall.SIGXCPU, syscall.SIGXFSZ, syscall.SIGVTALRM, syscall.SIGWINCH,
		syscall.SIGIO, syscall.SIGPWR,
	}
	for s := syscall.Signal(34); s <= 64; s++ {
		l = append(l, s)
	}
	return l
}

// catchSignals sends the signals to c without os/signal, which takes a millisecond to begin with so many, and
// returns those that it cannot.
func catchSignals(signals []syscall.Signal, c chan<- os.Signal) (left []syscall.Signal, release func()) {
	none := func() {}
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return signals, none
	}
	event := os.NewFile(uintptr(fd), "eventfd")
	left, err = hostsig.Catch(fd, signals)
	if err != nil || len(left) == len(signals) {
		hostsig.Release()
		_ = event.Close()
		return signals, none
	}
	go func() {
		var count [8]byte
		for {
			if _, err := event.Read(count[:]); err != nil {
				return
			}
			for set := hostsig.Caught(); set != 0; set &= set - 1 {
				c <- syscall.Signal(bits.TrailingZeros64(set) + 1)
			}
		}
	}()
	return left, hostsig.Release // a handler may still be about to write: the descriptor stays
}

// stopSelf stops gotcg with its guest, until SIGCONT.
func stopSelf(int) { _ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP) }
