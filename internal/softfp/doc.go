// Package softfp is IEEE 754 binary arithmetic in integers: exact rounding in every mode, sticky
// exception flags, and the NaN, denormal and tininess rules of x86 SSE, x87 and Arm.
//
// It is the meaning of the IR's floating-point ops (tcg/ir Eval) and the arithmetic of the x87
// helpers. Host floating point is not used, so results do not depend on the host.
//
// Formats are [F16], [F32] and [F64], whose values are bit patterns in a uint64, and the x87 double
// extended format, [F80]. Every operation is a method of [Env], which holds the rounding mode and
// rules and collects flags; nothing allocates. A value is unpacked into a sign, an exponent and a
// 128-bit significand (leading one at bit 127, lowest bit sticky), computed on, and rounded once.
//
// Sources: IEEE 754-2019; SDM vol. 1 ch. 4, 8, 10, 11; Arm ARM "shared/functions/float".
package softfp
