//go:build unix

package amd64_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/gotcg/gotcg/tcg/ir"
)

// TestFoldedLoads checks loads that are emitted with the op behind them: results into other registers and the same, values
// that are looked at again, aligned and not, addresses that fault, that are misaligned, and that take the slow path and
// succeed.
func TestFoldedLoads(t *testing.T) {
	m := newMachine(t, nil)
	rnd := rand.New(rand.NewPCG(7, 8))
	words := []uint64{0, 1, 0x3ff0000000000000, 0xbff8000000000000, 0x7ff8000000000001, 0x7ff0000000000002, 0x3f8000007fc00003, 0x7f80000480000000,
		0x0010000000000000, ^uint64(0), 0x123456789abcdef0}
	for i := 0; i < memSize; i += 8 {
		binary.LittleEndian.PutUint64(m.mem[i:], words[rnd.IntN(len(words))])
	}
	vec := []ir.Opcode{ir.FAdd, ir.FSub, ir.FMul, ir.FDiv, ir.FMin, ir.FMax, ir.FCmpF, ir.VAnd, ir.VOr, ir.VXor, ir.VAdd, ir.VSub, ir.VMul, ir.VMin, ir.VCmpEQ}
	for range 6000 {
		var st gstate
		st.FPEnv = ir.FPDefault
		for i := range st.V {
			st.V[i] = [2]uint64{words[rnd.IntN(len(words))], words[rnd.IntN(len(words))]}
		}
		st.G[gF] = ir.FlagOne
		st.G[0], st.G[1], st.G[2] = 0x1000, uint64(rnd.IntN(4))*0x10, memSize+0x40 // which is outside, minus something it is not
		st.G[4], st.G[5] = words[rnd.IntN(len(words))], words[rnd.IntN(len(words))]
		st.G[3] = words[rnd.IntN(len(words))]
		b := ir.NewBuilder(testGlobals)
		for range 1 + rnd.IntN(4) {
			b.Insn(0x1000 + uint64(b.Insns)*4)
			ld := ir.Op{Code: ir.LdV, W: ir.W128, Imm: int64(rnd.IntN(4)) * 0x10, A: [6]ir.Temp{b.New(ir.V128), 0, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}}
			switch rnd.IntN(8) {
			case 0:
				ld.A[1], ld.Imm = 2, -0x80
			case 1:
				ld.A[2], ld.Aux = 1, uint8(rnd.IntN(4))
			case 2:
				ld.Imm += int64(rnd.IntN(16))
			case 3:
				ld.A[1] = 3
			}
			x := ir.Temp(nG + rnd.IntN(3))
			f := ir.Op{Code: vec[rnd.IntN(len(vec))], A: [6]ir.Temp{ir.Temp(nG + rnd.IntN(3)), x, ld.A[0], ir.NoTemp, ir.NoTemp, ir.NoTemp}}
			for f.W = ir.Width(rnd.IntN(4)); f.Code.Info().Widths != 0 && f.Code.Info().Widths>>f.W&1 == 0; {
				f.W = ir.Width(rnd.IntN(4))
			}
			if f.Code.Info().Attrs&ir.Scalar != 0 && rnd.IntN(2) == 0 {
				f.Attr |= ir.Scalar
			}
			if f.Code == ir.FCmpF {
				f.A[0], f.Aux = gF, uint8(rnd.IntN(2))
			}
			if rnd.IntN(2) == 0 {
				ld, f = intPair(b, ld, rnd)
			}
			switch {
			case ld.Code == ir.Ld:
			case f.Attr&ir.Scalar != 0 || f.Code == ir.FCmpF:
				ld.W = f.W
			case rnd.IntN(2) == 0:
				ld.Attr = ir.Aligned
			}
			if ld.Code == ir.LdV && rnd.IntN(16) == 0 {
				f.A[1], f.A[2] = f.A[2], f.A[1] // nothing to fold
			}
			b.Emit(ld)
			b.Emit(f)
			switch k := rnd.IntN(8); {
			case k == 0 && ld.Code == ir.LdV:
				b.MovTo(ir.Temp(nG+3), ld.A[0])
			case k == 0:
				b.MovTo(6, ld.A[0])
			case k < 4 && (f.A[0] == gF || f.A[1] == gF):
				b.Set(4, b.SetF(ir.Cond(rnd.IntN(18)), gF))
			case k == 4:
				b.ExitF(ir.Cond(rnd.IntN(18)), gF, 0x5000, false)
			}
		}
		b.ExitTB(0x2000, false)
		m.check(&b.Block, st)
	}
}

// intPair makes a load one of an integer, and an op behind it.
func intPair(b *ir.Builder, ld ir.Op, rnd *rand.Rand) (load, op ir.Op) {
	ld.Code, ld.W, ld.D = ir.Ld, ir.Width(rnd.IntN(4)), ir.W64
	ld.A[0] = b.New(ir.I64)
	ops := []ir.Opcode{ir.Add, ir.Sub, ir.And, ir.Or, ir.Xor, ir.AddF, ir.SubF, ir.SubF, ir.SubF, ir.AndF, ir.AndF, ir.OrF, ir.XorF}
	f := ir.Op{Code: ops[rnd.IntN(len(ops))], W: ld.W}
	f.A = [6]ir.Temp{ir.Temp(4 + rnd.IntN(3)), ir.Temp(4 + rnd.IntN(3)), ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}
	if rnd.IntN(3) == 0 {
		f.A[1] = b.Const([]uint64{0, 1, 0x7f, 0x80, 0x1234, 0xffffffff, 1 << 40, ^uint64(0)}[rnd.IntN(8)])
	}
	f.A[2] = ld.A[0]
	if rnd.IntN(2) == 0 {
		f.A[1], f.A[2] = f.A[2], f.A[1]
	}
	if f.Code >= ir.AddF {
		f.A[1], f.A[2], f.A[3] = gF, f.A[1], f.A[2]
		if rnd.IntN(2) == 0 {
			f.A[0] = ir.NoTemp
		}
		if f.Code.Info().Attrs&ir.InvC != 0 && rnd.IntN(4) == 0 {
			f.Attr = ir.InvC
		}
	}
	return ld, f
}
