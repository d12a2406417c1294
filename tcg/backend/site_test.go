package backend

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// vcpu is a header with a small State behind it.
type vcpu struct {
	Header
	G     [4]uint64
	V     [2]uint64
	FPEnv uint64
}

var globals = []ir.GlobalInfo{
	{Name: "a", Type: ir.I64, Offset: 0}, {Name: "b", Type: ir.I64, Offset: 8}, {Name: "f", Type: ir.I64, Offset: 16},
	{Name: "v", Type: ir.V128, Offset: 32},
}

func TestLayout(t *testing.T) {
	var v vcpu
	require.Equal(t, unsafe.Pointer(&v.G), v.State())
	require.Zero(t, HeaderSize%64)
	require.Equal(t, uintptr(OffVRegs+HeaderSize), unsafe.Offsetof(v.VRegs))
	require.Zero(t, unsafe.Offsetof(v.VRegs)%16)
	require.Zero(t, unsafe.Offsetof(v.VSpills)%16)
	require.Equal(t, "site", ExitSite.String())
	require.Equal(t, "unknown", numExitReasons.String())
}

func TestReadWrite(t *testing.T) {
	var v vcpu
	tab := Table{Consts: []ir.Val{{Lo: 7, Hi: 8}}}
	for i, l := range []Loc{LocReg | 3, LocSpill | 63, LocState | 8} {
		tab.Write(&v.Header, l, ir.I64, ir.Val{Lo: uint64(i) + 10})
		require.Equal(t, ir.Val{Lo: uint64(i) + 10}, tab.Read(&v.Header, l, ir.I64))
	}
	require.Equal(t, uint64(12), v.G[1])
	for i, l := range []Loc{LocVReg | 15, LocVSpill | 1, LocState | 32} {
		w := ir.Val{Lo: uint64(i) + 20, Hi: uint64(i) + 30}
		tab.Write(&v.Header, l, ir.V128, w)
		require.Equal(t, w, tab.Read(&v.Header, l, ir.V128))
	}
	require.Equal(t, [2]uint64{22, 32}, v.V)
	require.Equal(t, ir.Val{Lo: 7, Hi: 8}, tab.Read(&v.Header, LocConst, ir.V128))
	require.Equal(t, ir.Val{}, tab.Read(&v.Header, LocNone, ir.I64))
	for _, add := range []int32{0, 1, -8, MaxSum - 1, 1 - MaxSum} {
		require.Equal(t, ir.Val{Lo: 10 + uint64(int64(add))}, tab.Read(&v.Header, Sum(3, add), ir.I64))
	}
	require.Equal(t, LocVSpill, (LocVSpill | 9).Kind())
	require.Equal(t, uint32(9), (LocVSpill | 9).N())
}

// TestFlagsRecipes computes flags words from what an op leaves behind.
func TestFlagsRecipes(t *testing.T) {
	a, b := uint64(0x80000000), uint64(0x80000001)
	op := func(c ir.Opcode) ir.Op { return ir.Op{Code: c, W: ir.W32} }
	eval := func(c ir.Opcode, attr ir.Attr) (r, f uint64) {
		o := op(c)
		o.Attr = attr
		x, y := ir.Eval(&o, &[5]ir.Val{{Lo: a}, {Lo: b}}, nil)
		return x.Lo, y.Lo
	}
	sum, addF := eval(ir.AddF, 0)
	dif, subF := eval(ir.SubF, 0)
	for _, c := range []struct {
		code ir.Opcode
		undo UndoKind
		x, y uint64
		want uint64
	}{
		{ir.AddF, UndoNone, a, b, addF},
		{ir.AddF, UndoAdd, sum, b, addF},
		{ir.AddF, UndoAdd, sum, a, addF},
		{ir.SubF, UndoNone, a, b, subF},
		{ir.SubF, UndoSub, dif, b, subF},
		{ir.SubF, UndoRevSub, a, dif, subF},
	} {
		var v vcpu
		v.Regs[1], v.G[0] = c.x, c.y
		tab := Table{Recipes: []Recipe{{Op: op(c.code), Args: [3]Loc{LocReg | 1, LocState}, Undo: c.undo}}}
		require.Equal(t, c.want, tab.Read(&v.Header, LocFlags, ir.I64).Lo)
	}
}

func TestFixFlags(t *testing.T) {
	f := uint64(ir.FlagOne | ir.FlagS | ir.FlagA | ir.FlagO)
	require.Equal(t, f|ir.FlagC, FixFlags(f, FlagsInvC))
	require.Equal(t, f&^(ir.FlagA|ir.FlagO), FixFlags(f, FlagsNoA|FlagsNoO))
	require.Equal(t, f, FixFlags(f&^ir.FlagO, FlagsOfromS))
	require.Equal(t, f&^ir.FlagO|ir.FlagC, FixFlags(f|ir.FlagC, FlagsOfromS))
}

// TestDo runs a site's op, and one that raises: then the State is complete.
func TestDo(t *testing.T) {
	var v vcpu
	env := &ir.Env{State: v.State(), FPEnv: &v.FPEnv}
	tab := Table{
		Locs: []Loc{LocReg | 5, LocReg | 6, LocState},
		Recs: []Rec{{Global: 1, Loc: LocReg | 7}, {Global: 3, Loc: LocVReg | 2}},
		Sites: []Site{
			{PC: 0x40, Kind: SiteEval, NArgs: 3, NRecs: 2, Op: ir.Op{Code: ir.Add, W: ir.W64}},
		},
	}
	v.Regs[6], v.Regs[7], v.VRegs[2], v.G[0] = 5, 99, [2]uint64{1, 2}, 6
	exec := func(env *ir.Env, o *ir.Op, _ []*ir.Helper, in *[5]ir.Val) (ir.Val, ir.Val, bool) {
		if in[0].Lo == 0 {
			env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
			return ir.Val{}, ir.Val{}, false
		}
		r, r2 := ir.Eval(o, in, nil)
		return r, r2, true
	}
	require.True(t, tab.Do(&v.Header, &tab.Sites[0], env, globals, exec))
	require.Equal(t, uint64(11), v.Regs[5])
	require.Zero(t, v.G[1], "nothing is recovered without need")
	v.Regs[6] = 0
	require.False(t, tab.Do(&v.Header, &tab.Sites[0], env, globals, exec))
	require.Equal(t, uint64(0x40), env.Exc.PC)
	require.Equal(t, uint64(99), v.G[1])
	require.Equal(t, [2]uint64{1, 2}, v.V)
}
