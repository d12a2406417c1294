package backend

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// randomTable makes a table as compilers do: sites in order, lists shared with the site before.
func randomTable(r *rand.Rand) *Table {
	t := &Table{}
	loc := func() Loc { return Loc(r.IntN(11))<<24 | Loc(r.IntN(1<<r.IntN(13))) }
	op := func() ir.Op {
		o := ir.Op{Code: ir.Opcode(r.IntN(int(ir.NumOps))), W: ir.Width(r.IntN(5)), D: ir.Width(r.IntN(5))}
		for i := range o.A {
			o.A[i] = ir.NoTemp
		}
		if r.IntN(2) == 0 {
			o.Cond, o.Aux, o.Attr = ir.Cond(r.IntN(20)), uint8(r.Uint32()), ir.Attr(r.Uint32()>>r.IntN(31))
		}
		if r.IntN(2) == 0 {
			o.Imm = int64(r.Uint64()) >> r.IntN(63)
		}
		return o
	}
	pc, code := r.Uint64(), uint32(0)
	for i := range r.IntN(40) {
		s := Site{PC: pc, Insn: uint16(i), Kind: SiteKind(r.IntN(6)), Host: NoOffset}
		switch {
		case i > 0 && r.IntN(3) == 0: // another access of the instruction
			s.PC, s.Insn = t.Sites[i-1].PC, t.Sites[i-1].Insn
		default:
			pc += r.Uint64() >> r.IntN(64)
			s.PC = pc
		}
		code += uint32(r.IntN(200))
		if r.IntN(2) == 0 {
			s.Host = code
		}
		s.Resume = code + uint32(r.IntN(100))
		if i > 0 && r.IntN(3) == 0 {
			p := &t.Sites[i-1]
			s.Op, s.Args, s.NArgs = p.Op, p.Args, p.NArgs
		} else {
			s.Op, s.Args, s.NArgs = op(), uint32(len(t.Locs)), uint8(r.IntN(6))
			for range s.NArgs {
				t.Locs = append(t.Locs, loc())
			}
		}
		if i > 0 && r.IntN(2) == 0 {
			s.Recs, s.NRecs = t.Sites[i-1].Recs, t.Sites[i-1].NRecs
		} else {
			s.Recs, s.NRecs = uint32(len(t.Recs)), uint16(r.IntN(20))
			for range s.NRecs {
				t.Recs = append(t.Recs, Rec{Global: ir.Temp(r.IntN(1000)), Loc: loc()})
			}
		}
		if r.IntN(2) == 0 {
			s.Undo, s.NUndo = uint16(r.IntN(300)), uint16(1+r.IntN(300))
		}
		if s.Kind == SiteCall || s.Kind == SitePure {
			s.Helper = uint16(len(t.Helpers))
			t.Helpers = append(t.Helpers, &ir.Helper{})
		}
		t.Sites = append(t.Sites, s)
	}
	for range r.IntN(5) {
		t.Consts = append(t.Consts, ir.Val{Lo: r.Uint64(), Hi: r.Uint64()})
		t.Recipes = append(t.Recipes, Recipe{Op: op(), Args: [3]Loc{loc(), loc(), loc()}, Undo: UndoKind(r.IntN(4))})
		t.Undos = append(t.Undos, Undo{Slot: r.Uint32(), Amount: int32(r.Uint32())})
	}
	if r.IntN(2) == 0 {
		t.Tally = Tally{Reg: uint8(1 + r.IntN(15)), Slot: r.Uint32()}
	}
	return t
}

// TestPack opens packed tables again.
func TestPack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var a Arena
	type pair struct {
		t   *Table
		p   Packed
		off uint32
	}
	pairs := make([]pair, 2000)
	for i := range pairs {
		x := &pairs[i]
		x.t, x.off = randomTable(r), uint32(r.IntN(1<<26))
		a.Pack(&x.p, x.t, x.off)
	}
	for i := range pairs {
		x := &pairs[i]
		got := x.p.Table()
		require.Same(t, got, x.p.Table())
		require.Equal(t, len(x.t.Sites), len(got.Sites))
		for k := range x.t.Sites {
			want, s := x.t.Sites[k], got.Sites[k]
			require.Equal(t, x.t.Locs[want.Args:want.Args+uint32(want.NArgs)], got.Locs[s.Args:s.Args+uint32(s.NArgs)])
			require.Equal(t, append([]Rec{}, x.t.Recs[want.Recs:want.Recs+uint32(want.NRecs)]...),
				append([]Rec{}, got.Recs[s.Recs:s.Recs+uint32(s.NRecs)]...))
			if k > 0 {
				require.Equal(t, want.Args == x.t.Sites[k-1].Args, s.Args == got.Sites[k-1].Args)
			}
			want.Args, want.Recs, s.Args, s.Recs = 0, 0, 0, 0
			want.Resume += x.off
			if want.Host != NoOffset {
				want.Host += x.off
			}
			require.Equal(t, want, s)
		}
		require.Equal(t, x.t.Helpers, got.Helpers)
		require.Equal(t, append([]ir.Val{}, x.t.Consts...), got.Consts)
		require.Equal(t, append([]Recipe{}, x.t.Recipes...), got.Recipes)
		require.Equal(t, append([]Undo{}, x.t.Undos...), got.Undos)
		require.Equal(t, x.t.Tally, got.Tally)
	}
}

func BenchmarkPack(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	t := randomTable(r)
	for len(t.Sites) < 20 {
		t = randomTable(r)
	}
	var a Arena
	b.ReportAllocs()
	for b.Loop() {
		var p Packed
		a.Pack(&p, t, 1<<20)
	}
}
