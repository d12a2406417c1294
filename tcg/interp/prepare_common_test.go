package interp

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// TestCommonIsLower: the common ops become the same instructions whether all places are given out at the start or as they are needed; only
// the places differ.
func TestCommonIsLower(t *testing.T) {
	globals := []ir.GlobalInfo{{Name: "a", Offset: 0}, {Name: "b", Offset: 8}, {Name: "f", Offset: 16}, {Name: "v", Type: ir.V128, Offset: 32}}
	rnd := rand.New(rand.NewSource(1))
	for _, need := range []Need{0, NeedStale, NeedResume, NeedStale | NeedResume} {
		for n := range 200 {
			b := ir.NewBuilder(globals)
			b.Reset(0x1000)
			randomBlock(b, rnd)
			require.NoError(t, ir.Verify(&b.Block), "%s", ir.Format(&b.Block))
			progs := [2]string{}
			for i, limit := range []int{-1, 4096} {
				eager = limit
				p, err := new(Preparer).Prepare(&b.Block, need)
				eager = 4096
				require.NoError(t, err)
				progs[i] = listing(p)
			}
			require.Equal(t, progs[0], progs[1], "need %d, block %d:\n%s", need, n, ir.Format(&b.Block))
		}
	}
}

// listing shows the opcodes, modifiers and second words of p, and of the operands in which area each is.
func listing(p *Prog) (s string) {
	for i := uint32(0); ; i++ {
		w := p.at(i)
		s += fmt.Sprintf("%d %x", uint8(w), uint8(w>>8))
		switch op := uint8(w); {
		case op == opExitTB, op == opExitC, op == opExitF:
			s += fmt.Sprintf(" %x", uint16(w>>16))
		default:
			s += fmt.Sprint(" ", w>>16&3, w>>32&3, w>>48&3)
		}
		if long(uint8(w)) {
			i++
			if op := uint8(w); op < opSelC || op > opSarF {
				s += fmt.Sprintf(" %x", p.at(i))
			}
		}
		s += "\n"
		if uint8(w) == opEnd {
			return s
		}
	}
}

// randomBlock fills b with ops of all forms.
func randomBlock(b *ir.Builder, rnd *rand.Rand) {
	const ga, gb, gf, gv = 0, 1, 2, 3
	pick := func() ir.Temp {
		switch rnd.Intn(4) {
		case 0:
			return ga
		case 1:
			return gb
		case 2:
			return b.Const(uint64(rnd.Intn(5)))
		}
		return b.Op2(ir.Add, ir.W64, ga, gb)
	}
	width := func() ir.Width { return ir.Width(rnd.Intn(4)) }
	ints := []ir.Opcode{ir.Add, ir.Sub, ir.And, ir.Or, ir.Xor, ir.Mul}
	shifts := []ir.Opcode{ir.Shl, ir.Shr, ir.Sar}
	flags := []ir.Opcode{ir.AddF, ir.SubF, ir.AndF, ir.OrF, ir.XorF}
	ea := func() ir.EA {
		x := ir.EA{Base: pick(), Index: ir.NoTemp, Disp: int32(rnd.Intn(64) - 32)}
		if rnd.Intn(2) == 0 {
			x.Index, x.Scale = gb, uint8(rnd.Intn(4))
		}
		return x
	}
	attr := []ir.Attr{0, 0, 0, ir.Acquire, ir.BigEndian, ir.NatAlign, ir.Acquire | ir.SC}
	pc := b.PC
	if rnd.Intn(4) == 0 {
		pc += 1 << 33
	}
	for range 12 {
		b.Insn(pc)
		pc += 4
		switch rnd.Intn(13) {
		case 0:
			b.Set(ga, b.Op2(ints[rnd.Intn(len(ints))], width(), pick(), pick()))
		case 1:
			b.Set(gb, b.Op2(shifts[rnd.Intn(3)], ir.W32+ir.Width(rnd.Intn(2)), pick(), pick()))
		case 2:
			b.Set(ga, b.Zext(width(), gb))
		case 3:
			var a ir.Attr
			c := flags[rnd.Intn(len(flags))]
			if c == ir.SubF && rnd.Intn(2) == 0 {
				a = ir.InvC
			}
			b.OpFTo(c, width(), []ir.Temp{ga, ir.NoTemp}[rnd.Intn(2)], []ir.Temp{gf, ir.NoTemp}[rnd.Intn(2)], pick(), pick()).Attr = a
		case 4:
			b.OpFTo([]ir.Opcode{ir.ShlF, ir.ShrF, ir.SarF}[rnd.Intn(3)], width(), ga, gf, pick(), pick(), gf)
		case 5:
			b.Set(ga, b.Ld(width(), ea(), attr[rnd.Intn(len(attr))]))
		case 6:
			b.Set(gb, b.LdS(ir.W16, ir.W64, ea(), 0))
		case 7:
			b.St(width(), ea(), pick(), 0)
		case 8:
			b.Set(gv, b.LdV(ir.Width(rnd.Intn(5)), ea(), 0))
		case 9:
			b.StV(ir.W128, ea(), gv, 0)
		case 10:
			b.ExitC(width(), ir.EQ+ir.Cond(rnd.Intn(12)), pick(), pick(), pc, rnd.Intn(2) == 0)
		case 11:
			b.ExitF(ir.Cond(rnd.Intn(16)), gf, pc, rnd.Intn(2) == 0)
		case 12:
			b.Set(ga, b.SetC(ir.W32, ir.LT, pick(), pick()))
		}
	}
	if rnd.Intn(2) == 0 {
		b.ExitPtr(gb)
	} else {
		b.ExitTB(pc, rnd.Intn(2) == 0)
	}
}
