//go:build linux

package linux

import _ "unsafe" // for go:linkname

// nanotime is the host's CLOCK_MONOTONIC in nanoseconds, which the Go runtime reads through the vDSO.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64
