package a64diff

import (
	"errors"
	"testing"

	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/stretchr/testify/require"
)

// TestModeChange calls the same code, directly and by register, with FPCR.FZ set and clear in turn: a jump must not
// lead to a block translated for the other mode.
//
//	        mov x0, #8; mov x1, #1<<24; movi d3, #0; mov x6, #1; fmov d0, x6; fmov d1, #2.0; adr x5, f2
//	loop:   eor x1, x1, #1<<24; msr fpcr, x1; bl f1; blr x5; subs x0, x0, #1; b.ne loop
//	        mrs x7, fpsr; b end
//	f1:     fmul d2, d0, d1; fadd d3, d3, d2; ret
//	f2:     fadd d4, d0, d0; add x8, x8, #1; ret
//	end:
func TestModeChange(t *testing.T) {
	c := &Case{Words: []uint32{0xd2800100, 0xd2a02001, 0x2f00e403, 0xd2800026, 0x9e6700c0, 0x1e601001, 0x10000185,
		0xd2680021, 0xd51b4401, 0x94000006, 0xd63f00a0, 0xf1000400, 0x54ffff61, 0xd53b4427, 0x14000007,
		0x1e610802, 0x1e622863, 0xd65f03c0, 0x1e602804, 0x91000508, 0xd65f03c0}, input: &Block{}}
	im := NewImage([]*Case{c})
	for _, x := range executors {
		m, err := im.NewMachine(x.cfg, x.mode)
		if errors.Is(err, tcg.ErrNoJIT) || errors.Is(err, softmmu.ErrUnsupported) {
			continue
		}
		require.NoError(t, err)
		for range 2 { // the second time everything is translated and chained
			b, err := m.Run(im, 0)
			require.NoError(t, err)
			require.Equal(t, [2]uint64{}, b.V[3], x.name) // the last pass is one with FZ
			require.Equal(t, [2]uint64{}, b.V[4], x.name)
			require.Equal(t, uint64(8), b.X[8], x.name)
			require.Equal(t, uint64(0x80), b.X[7], x.name) // IDC: a host's flush-to-zero would not set it
			require.Equal(t, uint64(1<<24), b.FPCR, x.name)
		}
		m.Close()
	}
}
