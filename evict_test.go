package gotcg_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// TestFullCodeBuffer runs more blocks than the code buffer holds, twice: what does not fit drops what is
// there, and nothing else is to be seen of it.
func TestFullCodeBuffer(t *testing.T) {
	const n = 40000
	code := append(bytes.Repeat([]byte{0xff, 0xc0, 0xeb, 0x00}, n), 0x0f, 0x05) // inc eax; jmp +0 ...; syscall
	for _, accel := range accels(t) {
		m, err := gotcg.New(gotcg.Config{Accel: accel, CodeSize: 1})
		require.NoError(t, err)
		require.NoError(t, m.Map(base, uint64(len(code)+0xfff)&^0xfff, gotcg.R|gotcg.X))
		require.NoError(t, m.WriteMem(base, code))
		for i := range uint64(2) {
			m.SetPC(base)
			x, err := m.Run(context.Background())
			require.NoError(t, err)
			require.Equal(t, gotcg.Syscall, x.Exception.Kind)
			rax, _ := m.Reg("rax")
			require.Equal(t, n*(i+1), rax)
		}
		if accel == gotcg.JIT {
			require.NotZero(t, m.Stats().Evictions)
		}
		require.NoError(t, m.Close())
	}
}
