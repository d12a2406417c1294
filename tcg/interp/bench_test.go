package interp

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// BenchmarkRun runs a block of six instructions: loads, additions with flags, a compare and an exit. Once is with making
// it ready each time, kept without.
func BenchmarkRun(b *testing.B) {
	blk, err := ir.Parse(`block 0x1000
insn pc=0x1000 len=4
 %1 = ld.64:64 [b+0x8]
 a, %2 = addf.64 a, %1
insn pc=0x1004 len=4
 %3 = add.64 b, $0x10
 %4 = and.64 %3, $0x7f
insn pc=0x1008 len=4
 %5 = shl.64 %4, $0x2
insn pc=0x100c len=4
 st.32 a, [%4+0x10]
insn pc=0x1010 len=4
 %6 = zext.32 a
 _, %7 = subf.32 a, $0x5
insn pc=0x1014 len=4
 exit_f.nz %7 pc=0x1000
 exit_tb pc=0x1018
`, globals)
	require.NoError(b, err)
	th := newThread(&state{A: 100, B: 32})
	perInsn := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/6, "ns/insn")
	}
	b.Run("once", func(b *testing.B) {
		for b.Loop() {
			th.Run(blk)
		}
		perInsn(b)
	})
	b.Run("kept", func(b *testing.B) {
		var m Preparer
		p, err := m.Prepare(blk, 0)
		require.NoError(b, err)
		var x Exit
		for b.Loop() {
			th.RunProg(p, &x)
		}
		perInsn(b)
	})
}
