// Package hostsig owns the host signal handlers that gotcg puts in front of the Go runtime's.
//
// A fault is looked up by the program counter it was raised at:
//
//   - in one of the functions of package safemem: the function returns the fault as a value;
//   - in a registered code buffer: the whole host context is copied to the area that generated
//     code keeps its pinned register pointed at, and execution goes on at that buffer's exit stub;
//   - anywhere else: the Go runtime's own handler runs as if ours were not there, so that nil
//     dereferences in Go code still panic and recover, and os/signal and the profiler still work.
//
// SIGURG, which the runtime sends to preempt a goroutine, also sets the interrupt word of the vCPU
// when it lands in a code buffer: generated code is no safe point, so it has to leave by itself.
//
// Handlers are installed once per process, on first use, and stay.
//
// Catch, for the command, notes signals that come from outside.
package hostsig
