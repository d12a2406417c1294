// Package softmmu holds guest memory: the map of a guest's address space, and every access to it.
//
// An [AddressSpace] works in one of two modes, with the same operations and results:
//
//   - Direct: the guest's whole address range [0, 2^Bits) is reserved once on the host, between two
//     guard zones of GuardSize bytes. Guest address a is host address Base()+a and the host's page
//     permissions are the guest's, so generated code loads with one instruction. No guest page is
//     ever executable on the host. An MMIO page or a page with translated code is closed to the
//     host (for writing), and the fault leads to the slow path.
//   - TLB: the guest has all 2^64 addresses. A region points at a chunk of host memory anywhere, and
//     generated code finds the page through a small table per vCPU, the [TLB], which the slow path
//     fills. Runs on every host.
//
// # Terms
//
// A region is a run of pages with one set of permissions and one backing. A page is 4096 bytes. A code
// page is one that the engine has translated code from: see MarkCode. A watched page has the same memory as a code page, elsewhere:
// stores to it are noticed in the same way.
//
// # Hostile guests
//
// An access by Go code may race with an unmap on another thread, or with somebody cutting short a
// mapped file. Accesses therefore go through package safemem, and in TLB mode a chunk's
// host memory lives as long as any table, TLB or Span refers to it. No guest can make an operation of this
// package crash the host process or touch host memory that is not its own.
//
// # Locks
//
// AddressSpace.mu serializes changes of the map. Readers use an immutable snapshot of the region
// list. The invalidation callback is called without any lock held.
//
// In TLB mode stores of Go code hold AddressSpace.storing for reading, so that a change can wait for those that looked at
// the map before it; those of generated code are waited for through VTLB.settled. The order is mu, storing, VTLB.mu.
package softmmu
