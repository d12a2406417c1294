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
// Locks: Process.mm.mu guards the memory map, Process.fds.mu the file table. Neither is held
// while a host call can block, and neither is taken with the other held.
package linux
