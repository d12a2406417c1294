package gotcg_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// TestTagsSeen: hooks and plugins see AArch64 addresses without their tags, and memory may be asked for with them.
func TestTagsSeen(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		cfg.Arch = gotcg.AArch64
		m, err := gotcg.New(cfg)
		require.NoError(t, err)
		defer func() { require.NoError(t, m.Close()) }()
		require.NoError(t, m.Map(base, 0x1000, gotcg.R|gotcg.W|gotcg.X))
		for i, w := range []uint32{0x39000020, 0xf9400022, 0xd4000001} { // strb w0, [x1]; ldr x2, [x1]; svc #0
			require.NoError(t, m.WriteMem(base+uint64(4*i)|0x33<<56, []byte{byte(w), byte(w >> 8), byte(w >> 16), byte(w >> 24)}))
		}
		require.NoError(t, m.SetReg("x0", 0x77))
		require.NoError(t, m.SetReg("x1", base+0x800|0xaa<<56))
		m.SetPC(base | 0x11<<56)
		require.EqualValues(t, base, m.PC())
		var pcs []uint64
		m.HookMem(base+0x800, base+0x800, func(c *gotcg.CPU, pc uint64, a gotcg.Access) {
			var b [1]byte
			require.True(t, c.ReadMemory(a.Addr|0xee<<56, b[:]))
			require.EqualValues(t, base+0x800, a.Addr)
			require.EqualValues(t, 0x77, b[0])
			pcs = append(pcs, pc)
		})
		x, err := m.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, gotcg.Raised, x.Kind)
		require.Equal(t, []uint64{base, base + 4}, pcs)
		var b [1]byte
		require.NoError(t, m.ReadMem(base+0x800|0x44<<56, b[:]))
		require.EqualValues(t, 0x77, b[0])
	})
}
