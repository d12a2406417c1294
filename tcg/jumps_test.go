package tcg

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
)

// TestObservedJumpsAreBounded observes jumps without end, as a guest can that makes code.
func TestObservedJumpsAreBounded(t *testing.T) {
	e := &Engine{tier2: defaultTier2}
	e.cache.init()
	f := &former{e: e}
	for pc := range uint64(10 * jumpProfiles) {
		f.key, f.want = cpu.TBKey{PC: pc}, []uint64{pc}
		require.True(t, f.observe())
	}
	require.LessOrEqual(t, len(e.jumps), jumpProfiles+maxRegionNodes)
	require.LessOrEqual(t, len(e.rounds), jumpProfiles+maxRegionNodes)
}
