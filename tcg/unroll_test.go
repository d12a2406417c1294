package tcg_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestUnrolled leaves a loop whose region holds several of its turns out of each of them, counts it, and stops in it.
func TestUnrolled(t *testing.T) {
	for trips := range uint32(10) {
		code := words(
			0xd2800000,          // mov x0, #0
			0xd2800001|1000<<5,  // mov x1, #1000
			0xd2800002|trips<<5, // 1: mov x2, #trips
			0x91000442,          // add x2, x2, #1
			0x91000c00,          // 2: add x0, x0, #3
			0xf1000442,          // subs x2, x2, #1
			0x54ffffc1,          // b.ne 2b
			0xf1000421,          // subs x1, x1, #1
			0x54ffff41,          // b.ne 1b
			0xd4000001,          // svc #0
		)
		for _, tier2 := range []int{-1, 1, 20, 200} {
			t.Run(fmt.Sprint(trips+1, " trips/", tier2), func(t *testing.T) {
				var log strings.Builder
				items, err := debuglog.Parse("cache")
				require.NoError(t, err)
				e, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: tier2, Count: true, Log: debuglog.New(&log, items)}, code)
				require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
				require.EqualValues(t, 3000*(trips+1), arm64.Arch().ReadReg(v.State(), 0))
				require.EqualValues(t, 3+1000*(4+3*(trips+1)), e.Stats().Insns)
				if e.Stats().Regions > 0 && trips == 9 {
					require.Regexp(t, `: [67] pieces, (19|20) instructions`, log.String(), "four turns of 3, and the outer loop's")
				}
				v.SetPC(codeBase)
				for at := range int64(40) {
					v.SetLimit(at)
					require.Equal(t, tcg.StopLimit, v.Run().Kind)
				}
				v.SetLimit(-1)
				require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
				require.EqualValues(t, 3000*(trips+1), arm64.Arch().ReadReg(v.State(), 0))
			})
		}
	}
}
