package tcg_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

var calling = words(
	0xd2800c81, // mov x1, #100
	0x94000004, // bl +16
	0xf1000421, // subs x1, x1, #1
	0x54ffffc1, // b.ne -8
	0xd4000001, // svc #0
	0xd65f03c0, // ret
)

// TestCount: what is executed is counted exactly, in code and in the interpreter, over vCPUs that have retired too;
// every block is entered in one of the ways that are told.
func TestCount(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		as, err := softmmu.New(softmmu.Config{Mode: mode})
		require.NoError(t, err)
		require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
		as.Poke(codeBase, calling)
		e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Accel: accel, Verify: true, Count: true})
		require.NoError(t, err)
		for i := range uint64(3) {
			v := e.NewVCPU()
			v.SetPC(codeBase)
			require.Equal(t, tcg.StopException, v.Run().Kind)
			if i < 2 {
				v.Retire()
			}
			s := e.Stats()
			require.True(t, s.Counted)
			require.Equal(t, 402*(i+1), s.Insns)
			require.Equal(t, 100*(i+1), s.Indirect)
			require.LessOrEqual(t, s.Blocks, 301*(i+1))
			if accel == tcg.AccelInterp {
				require.Equal(t, s.Blocks, s.Entries)
				continue
			}
			require.Equal(t, s.Blocks, s.Entries+s.Colds+s.Followed+s.ChainHits()+s.IndirectHits())
			require.Greater(t, s.IndirectHits(), 80*(i+1))
			if accel == tcg.AccelJIT { // a cold block's is not one of generated code
				require.Equal(t, i+1, s.Exceptions)
			}
			var text strings.Builder
			s.Print(&text)
			require.Regexp(t, `guest instructions executed: +402|804|1206`, text.String())
			require.Regexp(t, `its host bytes: +[0-9.]+\n`, text.String())
		}
		require.NoError(t, e.Close())
		require.NoError(t, as.Close())
	})
}

// TestJumpCacheParts: two functions that share an entry of the jump cache's first part do not push each other out.
func TestJumpCacheParts(t *testing.T) {
	const one, other = codeBase + 0x100, codeBase + 0x100 + 4<<12
	as, err := softmmu.New(softmmu.Config{})
	require.NoError(t, err)
	require.NoError(t, as.Map(codeBase, 8*softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
	as.Poke(codeBase, words(
		0xd2800c81, // mov x1, #100
		0xd63f0040, // blr x2
		0xd63f0060, // blr x3
		0xf1000421, // subs x1, x1, #1
		0x54ffffa1, // b.ne -12
		0xd4000001, // svc #0
	))
	as.Poke(one, words(0xd65f03c0)) // ret
	as.Poke(other, words(0xd65f03c0))
	e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Accel: tcg.AccelJIT, Tier2: -1, Count: true})
	if errors.Is(err, tcg.ErrNoJIT) {
		t.Skip("no JIT on this host")
	}
	require.NoError(t, err)
	v := e.NewVCPU()
	v.SetPC(codeBase)
	s := (*arm64.State)(v.State())
	s.X[2], s.X[3] = one, other
	require.Equal(t, tcg.StopException, v.Run().Kind)
	n := e.Stats()
	require.Equal(t, uint64(400), n.Indirect)
	require.Greater(t, n.IndirectHits(), uint64(380))
	// A block that is given up is found in neither part.
	as.Poke(other, words(0xd65f0fff)) // retab: not on this CPU
	e.Flush()
	v.SetPC(codeBase)
	stop := v.Run()
	require.Equal(t, tcg.StopException, stop.Kind)
	require.Equal(t, uint64(other), v.PC())
	require.NoError(t, e.Close())
	require.NoError(t, as.Close())
}
