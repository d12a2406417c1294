package tcg_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

func benchEngine(b *testing.B, code []byte) (*tcg.Engine, func()) {
	as, err := softmmu.New(softmmu.Config{})
	require.NoError(b, err)
	require.NoError(b, as.Map(codeBase, uint64(len(code)), softmmu.RWX, softmmu.Info{}))
	require.NoError(b, as.Map(hammerData, 64*softmmu.PageSize, softmmu.RW, softmmu.Info{}))
	as.Poke(codeBase, code)
	e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Accel: tcg.AccelJIT})
	require.NoError(b, err)
	return e, func() {
		require.NoError(b, e.Close())
		require.NoError(b, as.Close())
	}
}

// BenchmarkContended has threads translate and run the same code from nothing.
func BenchmarkContended(b *testing.B) {
	const n = 20000
	for _, threads := range []int{1, 2, 16} {
		b.Run(fmt.Sprint(threads), func(b *testing.B) {
			for b.Loop() {
				e, done := benchEngine(b, longWay(n))
				var wg sync.WaitGroup
				for i := range threads {
					wg.Go(func() {
						v := e.NewVCPU()
						arm64.Arch().WriteReg(v.State(), 1, hammerData+uint64(i)*softmmu.PageSize)
						arm64.Arch().WriteReg(v.State(), 3, 3)
						v.SetPC(codeBase)
						v.Run()
						v.Retire()
					})
				}
				wg.Wait()
				done()
			}
		})
	}
}

// BenchmarkRun is a Run of one instruction, a system call.
func BenchmarkRun(b *testing.B) {
	e, done := benchEngine(b, words(0xd4000001))
	v := e.NewVCPU()
	for b.Loop() {
		v.SetPC(codeBase)
		v.Run()
	}
	done()
}

// BenchmarkVCPU makes and retires a vCPU that runs one instruction.
func BenchmarkVCPU(b *testing.B) {
	e, done := benchEngine(b, words(0xd4000001))
	for b.Loop() {
		v := e.NewVCPU()
		v.SetPC(codeBase)
		v.Run()
		v.Retire()
	}
	done()
}
