//go:build !(linux && amd64)

package hostsig

import (
	"errors"
	"syscall"
)

// Supported tells whether this host has fault recovery for safemem and for generated code.
const Supported = false

// ErrUnsupported is returned on hosts without handlers.
var ErrUnsupported = errors.New("hostsig: not supported on this host")

// Install always fails on this host.
func Install() error { return ErrUnsupported }

// Catch leaves all signals alone on this host.
func Catch(_ int, signals []syscall.Signal) (left []syscall.Signal, err error) { return signals, nil }

// Caught returns none on this host.
func Caught() uint64 { return 0 }

// Release does nothing on this host.
func Release() {}
