// Package x86 is the x86-64 guest: its register block (State), an allocation-free table-driven
// instruction decoder (Decode), and the translation of instructions to tcg/ir ops.
//
// Terms: a *map* is one of the opcode tables of SDM vol. 2 appendix A (one-byte, 0F, 0F 38, 0F 3A);
// a *row* is one entry of a map; a *group* is a row whose meaning depends on the ModRM byte; operand
// kinds are written in the SDM's notation (Ev, Gv, Iz: appendix A.2).
//
// Data flow: bytes -> Decode -> Inst -> one transXXX function per mnemonic -> ir.Builder.
// Decode never touches guest state; translation never touches host code.
package x86
