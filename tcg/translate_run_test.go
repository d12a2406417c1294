package tcg_test

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestTranslateRun: a run of instructions is what they are one by one, and ends where it should.
func TestTranslateRun(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	longest := 0
	for _, arch := range []*cpu.Arch{x86.Arch, arm64.Arch()} {
		got, want := ir.NewBuilder(arch.Globals), ir.NewBuilder(arch.Globals)
		for range 20000 {
			code := make([]byte, rnd.Intn(64))
			rnd.Read(code)
			if arch.InsnAlign == 1 { // with more of what goes on
				for i := range code {
					if rnd.Intn(2) == 0 {
						code[i] = []byte{0x48, 0x89, 0x8b, 0x01, 0x50, 0x58, 0xc3, 0x74}[rnd.Intn(8)]
					}
				}
			} else {
				for i := 0; i+4 <= len(code); i += 4 {
					if rnd.Intn(3) != 0 {
						code[i+3] = []byte{0x91, 0x8b, 0xf9, 0xaa, 0xd2, 0x54}[rnd.Intn(6)]
					}
				}
			}
			pc, mode := uint64(0x10000), uint32(0)
			most := cpu.Run{Len: rnd.Intn(64), Insns: 1 + rnd.Intn(8), Temps: 1 + len(arch.Globals) + rnd.Intn(30)}
			got.Reset(pc)
			want.Reset(pc)
			r := arch.TranslateRun(got, pc, code, mode, most)
			var last cpu.Result
			for {
				mark, exits := len(want.Ops), want.Exits
				want.Insn(pc + uint64(want.Len))
				last = arch.Translate(want, pc+uint64(want.Len), code[min(want.Len, len(code)):], mode)
				if last.Short {
					want.Ops = want.Ops[:mark]
					want.Insns--
					break
				}
				want.Ops[mark].Aux = uint8(last.Len)
				want.Len += last.Len
				if last.End || want.Exits != exits || want.Len >= most.Len || want.Insns >= most.Insns || len(want.Helpers) > 0 ||
					len(want.Temps) > most.Temps {
					break
				}
			}
			require.Equal(t, last, r, "% x", code)
			require.Equal(t, ir.Format(&want.Block), ir.Format(&got.Block), "% x", code)
			require.Equal(t, want.Len, got.Len)
			require.Equal(t, want.Insns, got.Insns)
			longest = max(longest, got.Insns)
		}
	}
	require.Greater(t, longest, 4)
}
