// Package instest runs instruction tests kept as text, one row an instruction or a few:
//
//	0x1000 [48 01 d8] "add rax, rbx" rax=1 rbx=2 => rax=3 eflags=0x206
//
// that is: the guest address, the bytes, their disassembly (as cpu.Arch.Disas writes it, instructions
// separated by "; "), what is set before, and what must hold afterwards. Registers have gdb's names;
// [0x8010]=0a0b sets or demands memory bytes. What is not named starts as zero (or as cpu.Arch.InitState
// leaves it) and must not change, but the flags register and the x87's
// instruction pointer and opcode, which are checked only where they are named.
//
// After => an exception may stand: !divide, !protection, !memory:0x9000 (with the fault's address),
// !syscall ... (ir.ExcKind's names). Without one the PC must be behind the bytes, unless it is named.
// # starts a comment. Data memory is at DataBase, the page behind it is not mapped.
package instest
