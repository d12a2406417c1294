package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// FPCR bits that the guest has. Arm ARM C5.2.8. Trap enables read as zero: exceptions do not trap.
const (
	fpcrRMode = 3 << 22 // 0 nearest, 1 up, 2 down, 3 zero
	fpcrFZ    = 1 << 24
	fpcrDN    = 1 << 25
	fpcrAHP   = 1 << 26
	fpcrMask  = fpcrRMode | fpcrFZ | fpcrDN | fpcrAHP
)

// FPSR bits. Arm ARM C5.2.9.
const (
	fpsrIOC = 1 << 0
	fpsrDZC = 1 << 1
	fpsrOFC = 1 << 2
	fpsrUFC = 1 << 3
	fpsrIXC = 1 << 4
	fpsrIDC = 1 << 7
	fpsrQC  = 1 << 27
)

// modeFZ and modeAHP are mode bits of the TBKey (see mode): FZ makes FP ops carry ir.ExactFP, as a
// host's flush-to-zero is not Arm's; AHP selects other half-precision converts.
const (
	modeFZ = 1 << iota
	modeAHP
)

// fpMode returns the mode bits that FPCR determines.
func (s *State) fpMode() uint32 {
	var m uint32
	if s.FPCR&fpcrFZ != 0 {
		m |= modeFZ
	}
	if s.FPCR&fpcrAHP != 0 {
		m |= modeAHP
	}
	return m
}

// envRound maps FPCR.RMode to the rounding field of the FP environment word.
var envRound = [4]uint64{0, 2, 1, 3}

// writeFPCR sets FPCR and what of it acts in the environment word. The denormal bit of that word is
// FPSR.IDC while FZ is set, and x86's unused denormal-operand bit while it is clear, so IDC is
// carried over to FPSR when FZ is cleared.
func (s *State) writeFPCR(v uint64, env *uint64) {
	s.syncIDC(env)
	s.FPCR = v & fpcrMask
	e := *env &^ (3<<ir.FPRoundBit | ir.FPFTZ | ir.FPDAZ | ir.FPArmDN)
	e |= envRound[v>>22&3] << ir.FPRoundBit
	if v&fpcrFZ != 0 {
		e |= ir.FPFTZ | ir.FPDAZ
	}
	if v&fpcrDN != 0 {
		e |= ir.FPArmDN
	}
	*env = e
}

func (s *State) syncIDC(env *uint64) {
	if s.FPCR&fpcrFZ != 0 && *env&ir.FPDenormal != 0 {
		s.FPSR |= fpsrIDC
	}
	*env &^= ir.FPDenormal
}

// readFPSR gathers the cumulative bits.
func (s *State) readFPSR(env *uint64) uint64 {
	s.syncIDC(env)
	v := s.FPSR & fpsrIDC
	if s.QC[0]|s.QC[1] != 0 {
		v |= fpsrQC
	}
	e := *env
	for _, b := range fpsrBits {
		if e&b.env != 0 {
			v |= b.fpsr
		}
	}
	return v
}

// ReadFPSR returns FPSR while no translated code runs.
func (s *State) ReadFPSR() uint64 { return s.readFPSR(&s.FPEnv) }

// WriteFPSR sets FPSR while no translated code runs.
func (s *State) WriteFPSR(v uint64) { s.writeFPSR(v, &s.FPEnv) }

// WriteFPCR sets FPCR while no translated code runs.
func (s *State) WriteFPCR(v uint64) { s.writeFPCR(v, &s.FPEnv) }

var fpsrBits = [...]struct{ env, fpsr uint64 }{
	{ir.FPInvalid, fpsrIOC}, {ir.FPDivZero, fpsrDZC}, {ir.FPOverflow, fpsrOFC},
	{ir.FPUnderflow, fpsrUFC}, {ir.FPInexact, fpsrIXC},
}

// writeFPSR sets the cumulative bits.
func (s *State) writeFPSR(v uint64, env *uint64) {
	s.FPSR = v & fpsrIDC
	s.QC = [2]uint64{}
	if v&fpsrQC != 0 {
		s.QC[0] = 1
	}
	*env &^= 0x3f
	for _, b := range fpsrBits {
		if v&b.fpsr != 0 {
			*env |= b.env
		}
	}
}

// Helpers behind MRS and MSR of FPCR and FPSR. Writing FPCR changes the mode, so it ends the block.
var (
	helperWriteFPCR = &ir.Helper{Name: "write_fpcr", Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		stateOf(e.State).writeFPCR(in[0].Lo, e.FPEnv)
		return ir.Val{}
	}}
	helperReadFPSR = &ir.Helper{Name: "read_fpsr", Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return ir.Val{Lo: stateOf(e.State).readFPSR(e.FPEnv)}
	}}
	helperWriteFPSR = &ir.Helper{Name: "write_fpsr", Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		stateOf(e.State).writeFPSR(in[0].Lo, e.FPEnv)
		return ir.Val{}
	}}
)

// mrsFPCR, mrsFPSR, msrFPCR and msrFPSR are the bodies of MRS and MSR of these registers.
func (t translator) mrsFPCR(rt uint32) { t.setX(rt, gFPCR) }

func (t translator) mrsFPSR(rt uint32) { t.setX(rt, t.b.Call(helperReadFPSR, true)) }

func (t translator) msrFPSR(rt uint32) { t.b.Call(helperWriteFPSR, false, t.x(rt)) }

func (t translator) msrFPCR(rt uint32) {
	t.b.Call(helperWriteFPCR, false, t.x(rt))
	t.b.ExitPtr(t.b.Const(t.pc + 4)) // not chained: the mode of the next block depends on the value
}
