//go:build linux && amd64

package hostcount

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// BenchmarkRun runs the snippets warm. cpu-ns/insn is the CPU time of a guest instruction.
func BenchmarkRun(b *testing.B) {
	for i := range guests {
		g := &guests[i]
		f, syms, err := g.file()
		require.NoError(b, err)
		require.NoError(b, f.Close())
		for _, sym := range syms {
			b.Run(g.name+"/"+sym.Name, func(b *testing.B) {
				const n = 120
				counted, err := newSnippet(g, sym.Name, gotcg.Config{Count: true})
				require.NoError(b, err)
				counted.n = n
				_, err = counted.call()
				require.NoError(b, err)
				insns := counted.m.Stats().Insns
				require.NoError(b, counted.m.Close())

				s, err := newSnippet(g, sym.Name, gotcg.Config{})
				require.NoError(b, err)
				s.n = n
				for range 1000 {
					_, err := s.call()
					require.NoError(b, err)
				}
				start := cpuTime()
				for b.Loop() {
					require.NoError(b, s.registers())
					_, err := s.run()
					require.NoError(b, err)
				}
				b.ReportMetric(float64(cpuTime()-start)/float64(b.N)/float64(insns), "cpu-ns/insn")
				require.NoError(b, s.m.Close())
			})
		}
	}
}

// cpuTime is the CPU time of the process so far, in nanoseconds.
func cpuTime() int64 {
	var ru syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &ru)
	return ru.Utime.Nano() + ru.Stime.Nano()
}
