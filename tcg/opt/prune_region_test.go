package opt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/gotcg/gotcg/tcg/opt"
)

// TestPruneKeepsHeads folds a branch in one segment of a region: the others, which exits lead to, stay.
func TestPruneKeepsHeads(t *testing.T) {
	b := ir.NewBuilder([]ir.GlobalInfo{{Name: "r"}})
	b.Reset(0x1000)
	b.Region = true
	b.Insn(0x1000)
	l := b.NewLabel()
	b.BrC(ir.W64, ir.EQ, b.Const(1), b.Const(1), l)
	b.MovTo(0, b.Const(1))
	b.SetLabel(l)
	b.ExitC(ir.W64, ir.NE, 0, b.Const(0), 0x2000, false)
	b.Ops[len(b.Ops)-1].Attr |= ir.Internal
	b.ExitTB(0x3000, false)
	b.Head(0x2000)
	b.Insn(0x2000)
	b.ExitTB(0x4000, false)
	require.NoError(t, ir.Verify(&b.Block))
	opt.NewState().Run(&b.Block)
	require.NoError(t, ir.Verify(&b.Block), ir.Format(&b.Block))
}
