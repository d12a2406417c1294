// Package gdbstub lets a debugger see and steer a guest over gdb's remote serial protocol (gdb manual,
// appendix E), and lldb's additions to it. It knows packets, thread ids, stop replies, target descriptions
// and agent expressions; the guest it reaches through Target, an interface that it declares, so it
// imports nothing but the standard library.
//
//	srv := gdbstub.Server{Target: target}
//	err := srv.Serve(ctx, listener)
//
// # Terms
//
// A stop is a value (Stop): which thread, why, with which address or number. All threads stop together
// (all-stop mode). A ThreadID is in every packet that can carry one, with the process id where the client
// knows the multiprocess extension. Signals are the guest's (Linux) numbers everywhere in Go; on the wire
// they have gdb's own numbering, or Linux's for lldb.
//
// # Data flow
//
// Serve accepts one client at a time. A session has a goroutine that reads packets; all else happens on
// the session's own goroutine, which calls the Target only while the guest is stopped, but for Interrupt,
// Detach and Kill. While the guest runs the session waits for a packet, the interrupt byte or a Stop. A client
// that goes away, at any byte, is a detach: its breakpoints go, and the guest runs on.
package gdbstub
