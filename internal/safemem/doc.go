// Package safemem reads and writes host memory that may go away under the reader: guest memory,
// which another guest thread may unmap and whose backing file somebody may truncate.
//
// On linux/amd64 a fault comes back as a value, through the handlers of package hostsig. On other
// hosts guest memory is Go memory that never goes away, and no access faults.
package safemem

// Fault is a host fault. The zero value means that the access was done.
type Fault struct {
	// Addr is the host address that faulted.
	Addr uintptr
	// Sig is the host signal's number (SIGSEGV, SIGBUS); 0 means no fault.
	Sig uintptr
}
