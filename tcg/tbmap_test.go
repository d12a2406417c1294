package tcg

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
)

// TestTBMap compares a tbMap with a Go map.
func TestTBMap(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var m tbMap
	want := map[cpu.TBKey]*TB{}
	require.Nil(t, m.get(cpu.TBKey{}))
	m.remove(&TB{})
	for range 100000 {
		key := cpu.TBKey{PC: 0x400000 + r.Uint64N(3000)*4, Mode: r.Uint32N(2), Flags: r.Uint32N(2)}
		switch tb := want[key]; {
		case r.IntN(3) == 0 && tb != nil:
			m.remove(tb)
			delete(want, key)
		case r.IntN(8) == 0:
			m.remove(&TB{Key: key}) // another one of the key: stays
		default:
			tb = &TB{Key: key}
			m.put(tb)
			want[key] = tb
		}
		require.Same(t, want[key], m.get(key))
	}
	require.Len(t, want, m.n)
	for key, tb := range want {
		require.Same(t, tb, m.get(key))
	}
	require.Len(t, m.all(), m.n)
	for _, tb := range m.all() {
		m.remove(tb)
	}
	require.Zero(t, m.n)
	for _, tb := range m.slots {
		require.Nil(t, tb)
	}
}
