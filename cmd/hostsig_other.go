//go:build !linux

package cmd

import (
	"os"
	"syscall"
)

func forwarded() []syscall.Signal {
	return []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM}
}

// catcher leaves all signals to os/signal.
type catcher struct{}

func (*catcher) catch(signals []syscall.Signal) (left []syscall.Signal) { return signals }

// start lets deliver have what os/signal sends to more.
func (*catcher) start(deliver func(syscall.Signal) bool, more chan os.Signal) {
	go func() {
		for s := range more {
			deliver(s.(syscall.Signal))
		}
	}()
}

func stopSelf(int) {}
