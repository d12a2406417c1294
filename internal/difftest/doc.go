// Package difftest compares translated x86-64 code with the host CPU: random sequences of one to five
// instructions are run by the engine and by internal/hostexec from the same registers and memory, and
// everything a program can see afterwards is compared.
//
// The generator builds instructions from the decoder's own maps (x86.Encodings), so every encoding that
// is translated occurs. A sequence in which the engine raises an exception is compared up to the
// instruction before it: that checks the precise state, too, and keeps the host out of trouble.
// What the manuals leave undefined is in one table (flagTab); what is not run on the host is in
// another (excluded), with the reason.
package difftest
