//go:build !(linux && amd64)

package hostsig

import "errors"

// Supported tells whether this host has fault recovery for safemem and for generated code.
const Supported = false

// ErrUnsupported is returned on hosts without handlers.
var ErrUnsupported = errors.New("hostsig: not supported on this host")

// Install always fails on this host.
func Install() error { return ErrUnsupported }
