package hostsig

import (
	"syscall"
	"unsafe"
)

// rtSigaction is the raw system call: libc's and the runtime's views of a handler must not differ.
func rtSigaction(sig syscall.Signal, sa, old *sigaction) syscall.Errno {
	_, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(sa)), uintptr(unsafe.Pointer(old)), 8, 0, 0)
	return e
}
