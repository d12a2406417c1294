//go:build linux

package linux

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// pollNow returns how many of fds are ready at this moment, 0 or less when none is or on an error: ppoll(2) without
// waiting, so the Go scheduler need not hear of it.
func pollNow(fds []unix.PollFd) int {
	var zero unix.Timespec
	n, _, e := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(unsafe.SliceData(fds))), uintptr(len(fds)),
		uintptr(unsafe.Pointer(&zero)), 0, 0, 0)
	if e != 0 {
		return 0
	}
	return int(n)
}
