//go:build !linux

package main

import (
	"os"
	"syscall"
)

var forwarded = []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM}

// catchSignals leaves all to os/signal.
func catchSignals(signals []syscall.Signal, _ chan<- os.Signal) (left []syscall.Signal, release func()) {
	return signals, func() {}
}

func stopSelf(int) {}
