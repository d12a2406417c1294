package tcg_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestColdRecent: a block behind one that was run is made of the code that is there now, heeds breaks set meanwhile, and may go on in
// another page.
func TestColdRecent(t *testing.T) {
	const rx = softmmu.R | softmmu.X
	ret := func(n byte) []byte { return []byte{0xb8, n, 0, 0, 0, 0x0f, 0x05} } // mov eax, n; syscall
	const across = softmmu.PageSize - 2                                        // mov eax, n in two pages
	for _, mode := range []softmmu.Mode{softmmu.Direct, softmmu.TLB} {
		for _, runs := range []int{1, 3, 20} {
			as, err := softmmu.New(softmmu.Config{Mode: mode})
			if errors.Is(err, softmmu.ErrUnsupported) {
				continue
			}
			require.NoError(t, err)
			require.NoError(t, as.Map(codeBase, 2*softmmu.PageSize, rx, softmmu.Info{}))
			e, err := tcg.New(tcg.Config{Arch: x86.Arch, Mem: as, Verify: true})
			require.NoError(t, err)
			v := e.NewVCPU()
			run := func(off uint64, n int) {
				for range runs {
					v.SetPC(codeBase + off)
					require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
					require.EqualValues(t, n, x86.Arch.ReadReg(v.State(), 0), "%s, %d runs, at %#x", mode, runs, off)
				}
			}
			for _, off := range []softmmu.Addr{0, 32, 64, 600, across - 100, across} {
				as.Poke(codeBase+off, ret(byte(off)))
			}
			run(0, 0)
			run(32, 32)
			as.Poke(codeBase+64, ret(1))
			run(64, 1)
			e.SetBreak(codeBase + 600)
			v.SetPC(codeBase + 600)
			require.Equal(t, tcg.StopBreak, v.Run().Kind)
			e.ClearBreak(codeBase + 600)
			run(600, 600&0xff)
			run(across-100, (across-100)&0xff)
			run(across, across&0xff)
			as.Poke(codeBase+across, ret(7))
			run(across, 7)
			run(across-100, (across-100)&0xff)
			require.NoError(t, as.Unmap(codeBase+softmmu.PageSize, softmmu.PageSize))
			v.SetPC(codeBase + across)
			require.Equal(t, ir.ExcMemory, v.Run().Exc.Kind)
			run(32, 32)
			require.NoError(t, e.Close())
			require.NoError(t, as.Close())
		}
	}
}
