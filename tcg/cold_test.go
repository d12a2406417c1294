package tcg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestCold counts how often a loop's blocks are interpreted before they are compiled.
func TestCold(t *testing.T) {
	if !hostcode.Supported {
		return // all is interpreted
	}
	for _, row := range []struct {
		name    string
		cfg     tcg.Config
		limit   bool
		colds   uint64
		blocks  uint64 // at least
		watched bool
	}{
		// The first block, the loop's body up to its branch, and what is behind it.
		{name: "auto", colds: 1 + 2 + 1, blocks: 1},
		{name: "often", cfg: tcg.Config{ColdRuns: 250}, colds: 1 + 99 + 1},
		{name: "once", cfg: tcg.Config{ColdRuns: 1}, colds: 1 + 1 + 1, blocks: 1},
		{name: "jit", cfg: tcg.Config{Accel: tcg.AccelJIT}, blocks: 2},
		{name: "jit, twice", cfg: tcg.Config{Accel: tcg.AccelJIT, ColdRuns: 2}, colds: 1 + 2 + 1, blocks: 1},
		{name: "never", cfg: tcg.Config{ColdRuns: -1}, blocks: 2},
		{name: "interp", cfg: tcg.Config{Accel: tcg.AccelInterp}, blocks: 2},
		{name: "not chained", cfg: tcg.Config{NoChain: true}, blocks: 2},
		{name: "limited", limit: true, blocks: 2},
		{name: "watched", watched: true, blocks: 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			as, err := softmmu.New(softmmu.Config{})
			require.NoError(t, err)
			defer as.Close()
			require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
			as.Poke(codeBase, loop)
			row.cfg.Arch, row.cfg.Mem, row.cfg.Verify = arm64.Arch(), as, true
			e, err := tcg.New(row.cfg)
			require.NoError(t, err)
			defer e.Close()
			v := e.NewVCPU()
			v.SetPC(codeBase)
			if row.limit {
				v.SetLimit(100000)
			}
			if row.watched {
				e.SetWatches([]tcg.Watch{{Lo: 1, Hi: 2, Read: true}})
			}
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			require.EqualValues(t, 5050, arm64.Arch().ReadReg(v.State(), 0))
			s := e.Stats()
			require.Equal(t, row.colds, s.Colds)
			require.GreaterOrEqual(t, s.Translated, row.blocks)
		})
	}
}
