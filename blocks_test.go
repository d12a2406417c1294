//go:build linux

package gotcg_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// TestHookBlocks: hooks may flush, so blocks end behind what they are called for; what goes on there is no block of its own.
// The numbers are those of bb-count, which never flushes.
func TestHookBlocks(t *testing.T) {
	const all = ^uint64(0)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	defer null.Close()
	every(t, func(t *testing.T, cfg gotcg.Config) {
		cfg.Stdout = null
		for _, prog := range []string{"primes.x64", "primes.a64", "rep.x64"} {
			var log strings.Builder
			run := func(cfg gotcg.Config, prepare func(m *gotcg.Machine)) {
				cfg.Args = []string{prog, "20"}
				m, err := gotcg.Load("testdata/elf/bin/"+prog, cfg)
				require.NoError(t, err)
				prepare(m)
				_, err = m.Run(context.Background())
				require.NoError(t, err)
				require.NoError(t, m.Close())
			}
			counting := cfg
			counting.Log, counting.Plugins = &log, []string{"bb-count"}
			run(counting, func(*gotcg.Machine) {})
			var want int
			_, err := fmt.Sscanf(log.String(), "CPU0: bb's: %d,", &want)
			require.NoError(t, err)
			for _, others := range []int{0, 3} {
				blocks := 0
				run(cfg, func(m *gotcg.Machine) {
					if others&1 != 0 {
						m.HookInsns(0, all, func(*gotcg.CPU, uint64) {})
					}
					m.HookBlocks(0, all, func(*gotcg.CPU, uint64) { blocks++ })
					if others&2 != 0 {
						m.HookMem(0, all, func(*gotcg.CPU, uint64, gotcg.Access) {})
					}
				})
				require.Equal(t, want, blocks, "%s, others %b", prog, others)
			}
		}
	})
}

// TestHookBlocksLoop: a block of one instruction that jumps to itself begins each time.
func TestHookBlocksLoop(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		m := newMachine(t, cfg, 0xb9, 0x10, 0x27, 0, 0, 0xe2, 0xfe, 0x0f, 0x05) // mov ecx, 10000; loop .; syscall
		m.HookInsns(base, base+16, func(*gotcg.CPU, uint64) {})
		blocks := map[uint64]int{}
		m.HookBlocks(base, base+16, func(_ *gotcg.CPU, pc uint64) { blocks[pc]++ })
		_, err := m.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, map[uint64]int{base: 1, base + 5: 9999, base + 7: 1}, blocks)
	})
}
