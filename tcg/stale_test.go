package tcg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// during calls do for the first instruction of a region that is translated.
type during struct {
	counter
	do func()
}

func (d *during) Insn(b *ir.Builder, _ *cpu.Arch, _ uint64, _ []byte, _ bool) {
	if do := d.do; b.Region && do != nil {
		d.do = nil
		do()
	}
}

// TestRegionStale forgets code while a region of two distant pieces is made: only that of the pieces matters.
func TestRegionStale(t *testing.T) {
	const far = 64 * softmmu.PageSize
	code := make([]byte, far+softmmu.PageSize)
	near := nested(300, 40)
	copy(code, near[:softmmu.PageSize])
	copy(code[0x1c:], words(0x94000000|(far-0x1c)/4)) // bl
	copy(code[far:], near[softmmu.PageSize:])
	for name, c := range map[string]struct {
		lo, hi uint64
		stale  uint64
	}{
		"between": {codeBase + 8*softmmu.PageSize, codeBase + 9*softmmu.PageSize - 1, 0},
		"callee":  {codeBase + far, codeBase + far, 1},
		"all":     {0, ^uint64(0), 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := &during{}
			e, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: 1000, Instr: d}, code)
			if e.Accel() != tcg.AccelJIT {
				return // there are no regions
			}
			d.do = func() { e.FlushRange(c.lo, c.hi) }
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			require.EqualValues(t, nestedSum(300, 40), arm64.Arch().ReadReg(v.State(), 0))
			s := e.Stats()
			require.Nil(t, d.do)
			require.Equal(t, c.stale, s.RegionsStale)
			require.Greater(t, s.Regions, c.stale, "it is tried again")
		})
	}
}
