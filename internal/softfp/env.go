package softfp

// Round is a rounding mode. The first four have the encoding of MXCSR.RC and x87 FCW.RC.
type Round uint8

// Rounding modes.
const (
	NearEven Round = iota // to nearest, ties to even
	Down                  // toward minus infinity
	Up                    // toward plus infinity
	Zero                  // toward zero
	NearAway              // to nearest, ties away from zero (Arm FCVTA*, FRINTA)
	ToOdd                 // inexact results get an odd last bit (Arm FCVTXN)
)

// Rules selects an architecture's choices where IEEE 754 leaves them open.
type Rules uint8

const (
	// X86 is SSE: the first NaN operand wins, quieted; the default NaN is negative; tininess is
	// found after rounding; out-of-range integers give the integer indefinite.
	X86 Rules = iota
	// X87 is as X86, but of two NaNs the one with the larger significand wins (SDM vol. 1 table 4-7).
	X87
	// Arm takes signalling NaNs first, then operand order; the default NaN is positive; tininess is
	// found before rounding; out-of-range integers saturate.
	Arm
)

// Flags are sticky exception flags with the bit positions of MXCSR and the x87 status word.
type Flags uint8

// Exception flags. Denormal is x86's denormal operand (DE), and Arm's input denormal (IDC), which
// Arm sets only when an input was flushed to zero.
const (
	Invalid Flags = 1 << iota
	Denormal
	DivZero
	Overflow
	Underflow
	Inexact
)

// Env is a floating-point environment. The zero value is x86 rules, round to nearest, no flushing,
// all exceptions masked.
type Env struct {
	Round Round
	Rules Rules
	// FTZ flushes tiny results to zero (MXCSR.FTZ; Arm FPCR.FZ, which also needs DAZ set).
	// On x86 it has no effect while underflow is unmasked.
	FTZ bool
	// DAZ treats denormal inputs as zeros (MXCSR.DAZ; Arm FPCR.FZ).
	DAZ bool
	// FZ16 does for F16 what FTZ and DAZ do for the other formats (Arm FPCR.FZ16). Conversions
	// from and to F16 never flush the F16 side.
	FZ16 bool
	// DN makes every NaN result the default NaN (Arm FPCR.DN).
	DN bool
	// AHP selects Arm's alternative half precision (no infinities or NaNs) for conversions from
	// and to F16 (Arm FPCR.AHP).
	AHP bool
	// Prec is the x87 precision control: 0 or 64, 53 or 24 bits. Only F80 arithmetic heeds it.
	Prec uint8
	// Unmasked tells which exceptions are unmasked; with Underflow in it a tiny result raises
	// Underflow even if exact, and FTZ is off. Trapping is up to the caller.
	Unmasked Flags
	// Flags collects the exceptions raised; operations only set bits.
	Flags Flags
	// RoundedUp is set by the last rounding: it went up in magnitude (x87 status bit C1).
	RoundedUp bool
}

// MXCSREnv returns the environment an MXCSR value describes; the flags begin clear.
// SDM vol. 1 10.2.3.
func MXCSREnv(mxcsr uint32) Env {
	return Env{
		Round:    Round(mxcsr >> 13 & 3),
		FTZ:      mxcsr&(1<<15) != 0,
		DAZ:      mxcsr&(1<<6) != 0,
		Unmasked: Flags(^mxcsr >> 7 & 0x3f),
	}
}

func (e *Env) raise(f Flags) { e.Flags |= f }

// Ordering is the result of a comparison.
type Ordering int8

// The four relations of IEEE 754.
const (
	Less      Ordering = -1
	Equal     Ordering = 0
	Greater   Ordering = 1
	Unordered Ordering = 2
)
