//go:build linux

package main

import "syscall"

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

// stopSelf stops gotcg with its guest, until SIGCONT.
func stopSelf(int) { _ = syscall.Kill(syscall.Getpid(), syscall.SIGSTOP) }
