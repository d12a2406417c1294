// Package linux is the Linux personality: it loads an ELF program into a guest address space
// and answers its system calls, so that a guest program runs as a process of its own on the host.
//
// Terms: an Image is a parsed ELF file; a Process owns an address space, memory map, file
// table and signal table; a Task is one guest thread with its CPU. The CPU is reached through
// the interface of the same name, which the root package implements with the engine.
//
// One system call's way: the CPU stops with a syscall exception; Task.syscall reads number
// and arguments by role, looks the number up in the table of the guest's ABI (table.go), the
// handler (sys_*.go) copies its arguments through the address space, does the work on the
// host, and returns a value and an abi.Errno, which are folded into the result register.
// Handlers never see which architecture they serve, except through Process.abi for layouts.
//
// Host side: files, directories, time and so on are the host's own, through its Linux
// system calls. Parsing ELF files works everywhere; running programs needs a Linux host
// (ErrHost).
//
// Threads: each task runs on a goroutine of its own inside Process.Run (run.go), and only it touches its
// Task, but for the fields marked as shared. Who has something to tell a task (a signal, the end, a pause)
// stores it and calls Task.kick; the task leaves its CPU or its wait (wait.go) and heeds it. A blocking call
// that is to end returns ERESTARTSYS or its kin, which never reach the guest: Task.syscall leaves the call to
// be done again, and Task.interruptedCall settles it when a signal's handler comes in between.
//
// Locks: Process.mu guards tasks and signals, Process.mm.mu the memory map, Process.fs.mu the file table,
// Process.limMu the limits. None is held while a host call can block. Order: mm.mu before fs.mu, limMu;
// mu before limMu and before the locks of a task's wake descriptor and of the CPU. How signals go their way:
// docs/signals.md.
package linux
