package gotcg

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLateInterrupt: the debugger and a context that ends interrupt from goroutines of their own. What comes after
// the execution it was for has ended does not end the next Run; Stop does.
func TestLateInterrupt(t *testing.T) {
	m, err := New(Config{Arch: X86_64})
	require.NoError(t, err)
	defer m.Close()
	require.NoError(t, m.Map(0x1000, 0x1000, R|X))
	require.NoError(t, m.WriteMem(0x1000, []byte{0xeb, 0xfe})) // jmp .
	require.NoError(t, m.SetReg("rip", 0x1000))
	for _, n := range []int64{100, 0, 100_000} {
		m.interrupt()
		x, err := m.Run(t.Context(), Limit(n))
		require.NoError(t, err)
		require.Equal(t, LimitReached, x.Kind, "%d instructions", n)
	}

	m.Stop()
	x, err := m.Run(t.Context())
	require.NoError(t, err)
	require.Equal(t, Stopped, x.Kind)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x, err = m.Run(ctx)
	require.NoError(t, err)
	require.Equal(t, Stopped, x.Kind)

	x, err = m.Run(t.Context(), Limit(3))
	require.NoError(t, err)
	require.Equal(t, LimitReached, x.Kind)
}
