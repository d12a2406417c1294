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

// TestReturnsOfRecursion plans a region that begins behind the entry of a function that calls itself: where it returns to is known
// only when the call's way comes by the region's beginning. What returns were seen to do comes first.
func TestReturnsOfRecursion(t *testing.T) {
	to := func(pc, fn uint64) edge { return edge{to: nodeKey{pc: pc}, fn: fn, freq: 100} }
	e := &Engine{tier2: fewBegins - 1} // the counts tell nothing
	f := &former{e: e, byPC: map[nodeKey]int{}, returns: map[uint64][]uint64{0x1000: {0x1008}, 0x2000: {0x1010}}}
	for i, n := range []node{
		{nodeKey: nodeKey{pc: 0x1004}, end: endCall, taken: 0x1000, edges: []edge{to(0x1000, 0x1000)}},
		{nodeKey: nodeKey{pc: 0x1000}, end: endCond, fn: 0x1000, edges: []edge{to(0x1004, 0x1000), to(0x1030, 0x1000)}},
		{nodeKey: nodeKey{pc: 0x1008}, end: endCall, taken: 0x2000, edges: []edge{to(0x2000, 0x2000)}},
		{nodeKey: nodeKey{pc: 0x1010}, end: endReturn},
		{nodeKey: nodeKey{pc: 0x1030}, end: endReturn, fn: 0x1000, edges: []edge{{to: nodeKey{pc: 0x3000}, fn: outside, freq: 300}}},
		{nodeKey: nodeKey{pc: 0x2000}, end: endReturn, fn: 0x2000},
	} {
		n.freq = 200
		f.nodes = append(f.nodes, n)
		f.byPC[n.nodeKey] = i
	}
	f.returnEdges()
	leads := map[uint64][]uint64{}
	for _, n := range f.nodes {
		if n.end == endReturn {
			for _, e := range n.edges {
				leads[n.pc] = append(leads[n.pc], e.to.pc)
			}
		}
	}
	require.Equal(t, map[uint64][]uint64{0x1010: {0x1008}, 0x1030: {0x3000, 0x1008}, 0x2000: {0x1010}}, leads)
}
