package arm64

import (
	"testing"
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

func TestFPCR(t *testing.T) {
	var s State
	initState(unsafe.Pointer(&s))
	s.WriteFPCR(^uint64(0))
	require.Equal(t, uint64(fpcrMask), s.FPCR)
	require.Equal(t, uint32(modeFZ|modeAHP), s.fpMode())
	for rmode, rc := range []uint64{0, 2, 1, 3} {
		s.WriteFPCR(uint64(rmode) << 22)
		require.Equal(t, ir.FPDefault|ir.FPArm|rc<<ir.FPRoundBit, s.FPEnv)
		require.Zero(t, s.fpMode())
	}
	s.WriteFPCR(fpcrFZ | fpcrDN)
	require.Equal(t, uint64(ir.FPDefault|ir.FPArm|ir.FPFTZ|ir.FPDAZ|ir.FPArmDN), s.FPEnv)
}

// TestFPSR writes and reads the cumulative bits. The environment's denormal bit is IDC under FZ only, and
// outlives a change of FZ then.
func TestFPSR(t *testing.T) {
	var s State
	initState(unsafe.Pointer(&s))
	for _, v := range []uint64{0, fpsrIOC, fpsrDZC, fpsrOFC, fpsrUFC, fpsrIXC, fpsrIDC, fpsrQC, 0x0800009f} {
		s.WriteFPSR(v | 0xf0000060) // RES0 bits
		require.Equal(t, v, s.ReadFPSR())
	}
	s.WriteFPSR(0)
	s.FPEnv |= ir.FPDenormal
	require.Zero(t, s.ReadFPSR())
	s.WriteFPCR(fpcrFZ)
	s.FPEnv |= ir.FPDenormal | ir.FPInexact
	s.WriteFPCR(0)
	require.Zero(t, s.FPEnv&ir.FPDenormal)
	require.Equal(t, uint64(fpsrIDC|fpsrIXC), s.ReadFPSR())
	s.QC = [2]uint64{0, 1 << 40}
	require.Equal(t, uint64(fpsrQC|fpsrIDC|fpsrIXC), s.ReadFPSR())
}
