// Package a64diff compares gotcg's AArch64 with qemu-aarch64 on random instruction sequences.
//
// A generator reads the decoder's pattern tables and makes cases: an initial register block and a few
// instructions, among them every encoding that is translated. Many cases go into one static ELF image, which
// loads the registers, runs the sequence and stores the registers again, case by case, and writes all results
// to standard output. qemu-aarch64 runs the image; gotcg runs the same sequences at the same addresses on the
// interpreter or the JIT. Recorded results (testdata/vectors) let the tests run without qemu.
//
// An input block is a function of a case's seed only, so recorded vectors hold seeds, not registers.
package a64diff
