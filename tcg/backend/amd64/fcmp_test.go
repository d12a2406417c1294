//go:build unix

package amd64_test

import (
	"math"
	"testing"

	"github.com/gotcg/gotcg/tcg/ir"
)

// TestArmCompareAndTest checks Arm compares with a test right after them, for every condition and relation, with the
// flags word used up by the test and not.
func TestArmCompareAndTest(t *testing.T) {
	m := newMachine(t, nil)
	nan := math.NaN()
	v0, v1 := ir.Temp(nG), ir.Temp(nG+1)
	for _, p := range [][2]float64{{1, 2}, {2, 2}, {3, 2}, {nan, 2}, {2, nan}} {
		var st gstate
		st.FPEnv = ir.FPDefault
		for i := range st.G {
			st.G[i] = uint64(i) * 0x1111
		}
		st.G[gF] = ir.FlagOne
		st.V[0][0], st.V[1][0] = math.Float64bits(p[0]), math.Float64bits(p[1])
		for cond := ir.CondO; cond <= ir.CondLSa; cond++ {
			for kind := range 3 {
				for _, more := range []int{0, 1, 2} { // flags: a local used up, a local used again, a global
					b := ir.NewBuilder(testGlobals)
					b.Insn(0x1000)
					flags := b.New(ir.I64)
					if more == 2 {
						flags = gF
					}
					b.Emit(ir.Op{Code: ir.FCmpF, W: ir.W64, Attr: ir.ArmFP,
						A: [6]ir.Temp{flags, v0, v1, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
					b.Insn(0x1004)
					switch kind {
					case 0:
						b.Set(0, b.SetF(cond, flags))
					case 1:
						b.Set(0, b.SelF(cond, flags, 1, 2))
					case 2:
						b.ExitF(cond, flags, 0x2000, false)
					}
					if more == 1 {
						b.MovTo(3, flags)
					}
					b.ExitTB(0x3000, false)
					m.check(&b.Block, st)
				}
			}
		}
	}
}
