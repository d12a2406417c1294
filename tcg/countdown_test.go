package tcg

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSharedCountdown: a block that shares its countdown with one whose region is made is still counted, and a countdown that is
// done counts as hot.
func TestSharedCountdown(t *testing.T) {
	for _, n := range []int32{1, 20, defaultTier2, maxTier2} {
		e := &Engine{tier2: n}
		done := e.countdownDone()
		require.Greater(t, done, n)
		require.LessOrEqual(t, done, max(64*n, 1<<16))
		v := &VCPU{e: e, vcpuMem: &vcpuMem{hot: make([]int32, 1<<hotBits)}}
		require.Zero(t, v.heat(0x1000))
		*v.countdown(0x1000) = done
		require.Equal(t, n, v.heat(0x1000))
	}
}

// TestCountdownsBegin: countdowns begin a page at a time, once.
func TestCountdownsBegin(t *testing.T) {
	v := &VCPU{e: &Engine{tier2: 20}, vcpuMem: &vcpuMem{hot: make([]int32, 1<<hotBits)}}
	require.True(t, v.beginCountdowns(3*hotPage+7))
	require.False(t, v.beginCountdowns(3*hotPage))
	v.hot[3*hotPage]--
	for i, n := range v.hot {
		want := int32(0)
		if i/hotPage == 3 {
			want = 19
		}
		if i == 3*hotPage {
			want = 18
		}
		require.Equal(t, want, n)
	}
}

// TestColdRunsAfter: how often blocks are interpreted falls, steadily, from the first number to the least.
func TestColdRunsAfter(t *testing.T) {
	require.EqualValues(t, firstColdRuns, coldRunsAfter(0))
	require.EqualValues(t, 32, coldRunsAfter(96))
	for n := uint64(1); n < 2*coldBlocks; n++ {
		require.LessOrEqual(t, coldRunsAfter(n), coldRunsAfter(n-1))
		require.GreaterOrEqual(t, coldRunsAfter(n), uint32(leastColdRuns))
	}
	require.EqualValues(t, leastColdRuns, coldRunsAfter(1<<40))
}
