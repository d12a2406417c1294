//go:build unix

package amd64_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// stackOp appends an instruction of what pushes, pops, compares and leaves in between. g0 to g2 point to memory, g3 to g10 are data.
func (g *gen) stackOp(pc uint64) {
	b := g.bld
	b.Insn(pc)
	p, x, y := ir.Temp(g.IntN(3)), ir.Temp(3+g.IntN(8)), ir.Temp(3+g.IntN(8))
	near := b.Const(uint64(8 * (g.IntN(5) - 2)))
	op := func(o ir.Op, a ...ir.Temp) {
		o.A = noTemps
		copy(o.A[:], a)
		b.Emit(o)
	}
	disp := int64(8 * (g.IntN(5) - 2))
	switch g.IntN(16) {
	case 0, 1: // push
		op(ir.Op{Code: ir.St, W: ir.W64, Imm: -8}, x, p)
		op(ir.Op{Code: ir.Sub, W: ir.W64}, p, p, b.Const(8))
	case 2, 3: // pop
		op(ir.Op{Code: ir.Ld, W: ir.W64, D: ir.W64}, x, p)
		op(ir.Op{Code: ir.Add, W: ir.W64}, p, p, b.Const(8))
	case 4:
		op(ir.Op{Code: []ir.Opcode{ir.AddF, ir.SubF}[g.IntN(2)], W: ir.W64, Attr: ir.Attr(g.IntN(2)) * ir.InvC}, p, gF, p, near)
	case 5:
		op(ir.Op{Code: ir.Add, W: ir.W64}, p, b.Const(uint64(g.IntN(9)-4)<<(4*g.IntN(8))), p)
	case 6:
		op(ir.Op{Code: ir.Ld, W: ir.W64, D: ir.W64, Imm: disp}, x, p, y)
	case 7:
		op(ir.Op{Code: ir.St, W: ir.W32, Imm: disp}, p, p)
	case 8:
		op(ir.Op{Code: ir.Ld, W: ir.W8, D: ir.W64, Imm: disp}, x, p)
		op(ir.Op{Code: ir.SubF, W: ir.W8}, ir.NoTemp, gF, x, y)
	case 9:
		code := []ir.Opcode{ir.AddF, ir.SubF, ir.AndF, ir.OrF, ir.XorF, ir.ShlF}[g.IntN(6)]
		o := ir.Op{Code: code, W: ir.Width(g.IntN(4))}
		if code == ir.ShlF {
			op(o, x, gF, x, b.Const(3), gF)
			break
		}
		op(o, []ir.Temp{x, y, ir.NoTemp}[g.IntN(3)], gF, x, []ir.Temp{y, b.Const(5), p}[g.IntN(3)])
	case 10:
		b.MovTo([]ir.Temp{x, ir.Temp(g.IntN(3))}[g.IntN(2)], p)
	case 11:
		b.ExitC(ir.Width(g.IntN(4)), ir.EQ+ir.Cond(g.IntN(12)), x, []ir.Temp{y, b.Const(0), p}[g.IntN(3)], 0x5000, false)
	case 12:
		b.ExitPtrNE(x, 8)
	case 13:
		b.ExitF(ir.Cond(g.IntN(18)), gF, 0x6000, false)
	case 14:
		b.MovTo(x, b.Op2i(ir.Add, ir.W64, p, uint64(disp)))
	default:
		op(ir.Op{Code: ir.Ld, W: ir.W64, D: ir.W64, Imm: disp}, b.New(ir.I64), p)
	}
}

// stackRegion makes n pieces of such instructions, joined by ways to their Heads.
func (g *gen) stackRegion(n int) *ir.Block {
	for {
		g.bld = ir.NewBuilder(testGlobals)
		b := g.bld
		b.Reset(segPC(0))
		g.counter = gF - 1
		for i := range n {
			if i > 0 || g.IntN(4) > 0 {
				b.Head(segPC(i))
			}
			b.Insn(segPC(i))
			b.MovTo(g.counter, b.Op2i(ir.Sub, ir.W64, g.counter, 1))
			b.ExitC(ir.W64, ir.LE, g.counter, b.Const(0), 0x9000, false)
			for k := range 1 + g.IntN(12) {
				g.stackOp(segPC(i) + 4 + uint64(k))
				if g.IntN(8) == 0 {
					g.ints, g.flags = []ir.Temp{3, 4, 5, 6}, []ir.Temp{gF}
					g.internal(i, n, false)
				}
			}
			if g.IntN(3) > 0 || i == n-1 {
				g.internal(i, n, true)
			}
		}
		if ir.Verify(&b.Block) == nil {
			return &b.Block
		}
	}
}

// TestOffsets: constants that are still to be added to registers, and flags that are still to be computed, are right wherever
// somebody looks: in addresses, at faults in the middle of pushes, on ways to Heads and out.
func TestOffsets(t *testing.T) {
	for mode := range 3 {
		m := newMachine(t, func(c *backend.Config) { c.TLBMode = mode == 1 })
		for i := range 3000 * *rounds {
			g := &gen{Rand: rand.New(rand.NewPCG(77, i))}
			var st gstate
			st.FPEnv = ir.FPDefault
			for k := range st.G {
				st.G[k] = []uint64{0, 8, 3, 1 << 31, ^uint64(0), 0x5555, g.Uint64()}[g.IntN(7)]
			}
			for k := range 3 {
				st.G[k] = []uint64{0, 0x10, 0x1000, 0x2008, memSize - 0x20, memSize, memSize + 8, ^uint64(7)}[g.IntN(8)]
			}
			st.G[gF], st.G[gF-1] = g.Uint64()&ir.FlagMask|ir.FlagOne, uint64(1+g.IntN(9))
			b := g.stackRegion(1 + g.IntN(4))
			b.Region = true
			m.hdr.Interrupt = uint32(i / 7 % 2)
			m.check(b, st)
		}
	}
}

// TestOffsetEvicted has the register of a global whose sum is still to be made taken away for the result of a load that faults:
// the site was noted before.
func TestOffsetEvicted(t *testing.T) {
	m := newMachine(t, nil)
	b := ir.NewBuilder(testGlobals)
	b.Reset(0x1000)
	load := func(to ir.Temp, disp int64) {
		o := ir.Op{Code: ir.Ld, W: ir.W64, D: ir.W64, Imm: disp, A: noTemps}
		o.A[0], o.A[1] = to, 1
		b.Emit(o)
	}
	b.Insn(0x1000)
	sub := ir.Op{Code: ir.Sub, W: ir.W64, A: noTemps}
	sub.A[0], sub.A[1], sub.A[2] = 0, 0, b.Const(8)
	b.Emit(sub)
	for k := range 7 { // with g0 and g1 all registers
		b.Insn(0x1004 + 4*uint64(k))
		load(ir.Temp(4+k), int64(8*k))
	}
	b.Insn(0x1100)
	load(11, 2*memSize)
	b.Insn(0x1104)
	load(12, 0) // so that g1 stays
	b.ExitTB(0x2000, false)
	m.check(&b.Block, gstate{G: [nG]uint64{0: 0x1234, 1: 0x1000, gF: ir.FlagOne}, FPEnv: ir.FPDefault})
}
