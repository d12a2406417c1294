package tcg

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
)

// TestAbsorbed comes by regions of several sizes: large ones are chained to, the sooner the more there are.
func TestAbsorbed(t *testing.T) {
	for _, row := range []struct {
		made     uint64
		insns    int
		absorbed bool
	}{
		{0, 40, true},
		{0, maxAbsorbed, true},
		{0, maxAbsorbed + 1, false},
		{manyInsns, maxAbsorbed, true},
		{manyInsns + 1, lessAbsorbed, true},
		{manyInsns + 1, lessAbsorbed + 1, false},
	} {
		e := &Engine{tier2: defaultTier2}
		e.cache.init()
		e.stats.regionInsns.Store(row.made)
		e.cache.byKey.put(&TB{Key: cpu.TBKey{PC: 0x1000}, region: &region{insns: row.insns}})
		f := &former{e: e}
		f.arrive(edge{to: nodeKey{pc: 0x1000}, freq: e.tier2})
		require.Equal(t, row.absorbed, len(f.queue) == 1, "%+v", row)
	}
}
