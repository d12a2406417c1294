// Package instrument is what plugins are written against: what they may see of a running guest and
// what they may do.
//
// # A plugin
//
// A plugin is a Go value that implements some of the small interfaces of this package; which ones is
// found by type assertion when it is added. None is obligatory, but one that nothing would be called of is refused, and so is
// half of a pair. A method with other parameters is no method of an interface here: a line like
//
//	var _ instrument.InsnPlugin = (*plugin)(nil)
//
// has the compiler say so.
//
// Plugins observe. They read registers and memory through the CPU they are given and change neither, but for the results of
// system calls (SyscallPlugin).
//
// The pairs of a question and an event (InsnPlugin, MemPlugin, AfterMemPlugin, BlockPlugin) work so:
// while a guest instruction is translated the plugin is asked whether it wants its event there. If so,
// a call is embedded in the translation, and before every execution of the instruction the question
// is asked again: a plugin that has changed its mind to no is not called; one that has changed its mind
// to yes is called only once the translations have been flushed (Instance.Flush).
//
// An Inliner works at translation only: it puts counters into generated code that cost an addition and no
// call. That is the way to count.
//
// Memory and block events are embedded with the same mechanism: IR ops beside the instruction's own, so
// interpreter and generated code, all memory modes and the optimizer treat them alike. Without a plugin
// there are none.
//
// # Order and concurrency
//
// Events of one instruction come in this order: block, instruction, then its accesses. Several plugins
// are called in the order in which they were added, each for block and instruction at once.
//
// Every vCPU calls from its own goroutine. The events and questions of one plugin come one at a time, under a lock
// of that plugin; one that is Concurrent gets them as they happen and guards what it shares (PerCPU keeps a value
// for each vCPU). Questions asked at translation come one at a time in any case. Any event may flush, and load and
// remove plugins; it must not wait for another vCPU.
//
// An instruction is an architectural one: a repeated string instruction is one instruction with many
// accesses. One that faults has had its events before the fault, and has them again when restarted.
package instrument
