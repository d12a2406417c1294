// Package arm64 is the AArch64 guest: its State, its decoder and the translation of A64 instructions to IR.
//
// Decoding is data: a64_int.pat and a64_fpsimd.pat hold one line per encoding, a64.fields the named bit
// fields; internal/decodegen turns them into zdecode_*.go. A decoded row names a method trans<Name> of
// translator, which appends IR through ir.Builder. Words that no row matches are unallocated and raise an
// undefined-instruction exception, rows marked `refused` (encodings of features this CPU does not have) too;
// rows marked `todo` raise ir.ExcUnimplemented.
//
// The condition flags are one flags word in the layout of package ir with carry in Arm's sense. Section
// numbers are those of the Arm Architecture Reference Manual (DDI 0487), see docs/references.md.
package arm64

//go:generate go run gen.go
