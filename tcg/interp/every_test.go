package interp

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// wide is a made-up guest with more registers.
type wide struct {
	I     [6]uint64
	V     [6][2]uint64
	FPEnv uint64
}

// everyOp makes an op at random, whose operands are of the kinds there are, and what its inputs are worth.
type everyOp struct {
	r  *rand.Rand
	b  *ir.Builder
	st *wide
}

// input returns a temp and its value.
func (e *everyOp) input(v bool) (ir.Temp, ir.Val) {
	val := ir.Val{Lo: e.value()}
	if v {
		val.Hi = e.value()
	}
	switch e.r.IntN(3) {
	case 0:
		if v {
			return e.b.ConstV(val.Lo, val.Hi), val
		}
		return e.b.Const(val.Lo), val
	case 1: // a local
		if v {
			t := e.b.New(ir.V128)
			e.b.MovTo(t, e.b.ConstV(val.Lo, val.Hi))
			return t, val
		}
		t := e.b.New(ir.I64)
		e.b.MovTo(t, e.b.Const(val.Lo))
		return t, val
	}
	k := e.r.IntN(6)
	if v {
		return ir.Temp(6 + k), ir.Val{Lo: e.st.V[k][0], Hi: e.st.V[k][1]}
	}
	return ir.Temp(k), ir.Val{Lo: e.st.I[k]}
}

// value returns a number that may be special.
func (e *everyOp) value() uint64 {
	switch e.r.IntN(4) {
	case 0:
		return uint64(e.r.IntN(5)) - 2
	case 1:
		return 1 << e.r.IntN(64)
	case 2:
		return ir.FlagOne | e.r.Uint64()&ir.FlagMask
	}
	return e.r.Uint64()
}

// op appends one op with code c and width w, and returns its inputs' values.
func (e *everyOp) op(c ir.Opcode, w ir.Width) (o *ir.Op, in [5]ir.Val) {
	info := c.Info()
	x := ir.Op{Code: c, W: w, D: ir.Width(e.r.IntN(2)) + ir.W32, A: [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}}
	if info.Flags&ir.CondFlags != 0 {
		x.Cond = ir.Cond(e.r.IntN(int(ir.CondLSa) + 1))
	}
	if info.Flags&ir.CondCmp != 0 {
		x.Cond = ir.EQ + ir.Cond(e.r.IntN(int(ir.TSTNE-ir.EQ)+1))
	}
	for a := ir.Attr(1); a != 0 && a <= info.Attrs; a <<= 1 {
		if info.Attrs&a != 0 && e.r.IntN(2) == 0 {
			x.Attr |= a
		}
	}
	switch c {
	case ir.Extract, ir.Deposit:
		x.Aux = uint8(e.r.IntN(int(w.Bits())))
		x.Imm = int64(1 + e.r.IntN(int(w.Bits())-int(x.Aux)))
	case ir.Extract2:
		x.Aux = uint8(e.r.IntN(int(w.Bits())))
	case ir.Sext:
		x.D = max(w, x.D)
	case ir.MergeF:
		x.Imm = int64(e.r.Uint64() & ir.FlagMask)
	}
	for k := range info.NIn() {
		x.A[info.NOut()+k], in[k] = e.input(info.In[k] == 'v')
	}
	for k := range info.NOut() { // registers 4 and 5 of each kind, or nothing
		if x.A[k] = ir.Temp(4 + k); info.Out[k] == 'v' {
			x.A[k] = ir.Temp(10 + k)
		}
		if info.Flags&ir.OptOut != 0 && e.r.IntN(4) == 0 {
			x.A[k] = ir.NoTemp
		}
	}
	return e.b.Emit(x), in
}

// TestEveryOp runs every integer and flags op, some vector ones, with every kind of operand and compares with ir.Eval.
func TestEveryOp(t *testing.T) {
	var globals []ir.GlobalInfo
	for i := range 6 {
		globals = append(globals, ir.GlobalInfo{Name: string(rune('a' + i)), Offset: uint32(8 * i)})
	}
	for i := range 6 {
		globals = append(globals, ir.GlobalInfo{Name: string(rune('u' + i)), Type: ir.V128, Offset: uint32(48 + 16*i)})
	}
	e := &everyOp{r: rand.New(rand.NewPCG(1, 2)), b: ir.NewBuilder(globals), st: &wide{}}
	for c := ir.Nop; c < ir.NumOps; c++ {
		info := c.Info()
		if info.Flags&ir.Pure == 0 || info.Flags&ir.UsesEnv != 0 || info.NOut() == 0 || c > ir.VSub {
			continue
		}
		for w := ir.W8; w <= ir.W64; w++ {
			if info.Widths != 0 && info.Widths>>w&1 == 0 {
				continue
			}
			for range 50 {
				for i := range e.st.I {
					e.st.I[i], e.st.V[i] = e.value(), [2]uint64{e.value(), e.value()}
				}
				e.b.Reset(0x1000)
				e.b.Insn(0x1000)
				o, in := e.op(c, w)
				op := *o
				e.b.ExitTB(0x2000, false)
				require.NoError(t, ir.Verify(&e.b.Block), ir.Format(&e.b.Block))
				want := *e.st
				v, v2 := ir.Eval(&op, &in, nil)
				for k, out := range []ir.Val{v, v2}[:info.NOut()] {
					switch x := op.A[k]; {
					case x == ir.NoTemp:
					case x < 6:
						want.I[x] = out.Lo
					default:
						want.V[x-6] = [2]uint64{out.Lo, out.Hi}
					}
				}
				th := newThread(&state{})
				th.Env.State = statePointer(e.st)
				require.Equal(t, Exit{Kind: ExitTB, PC: 0x2000}, th.Run(&e.b.Block))
				require.Equal(t, want, *e.st, ir.Format(&e.b.Block))
			}
		}
	}
}

// TestKept: a Prog that is kept does what the block does, with helpers and loops.
func TestKept(t *testing.T) {
	b, err := ir.Parse(region, globals)
	require.NoError(t, err)
	var m Preparer
	_, err = m.Prepare(b, 0)
	require.NoError(t, err)
	words := make([]uint64, m.Words())
	shape, rare, ok := m.Keep(words)
	require.True(t, ok)
	_, err = m.Prepare(&ir.Block{}, 0) // what Prepare returned is no more
	require.NoError(t, err)
	p := Kept(b.PC, &words[0], shape, rare)
	for range 3 {
		s := &state{B: 6}
		th := newThread(s)
		var x Exit
		th.RunProg(&p, &x)
		require.Equal(t, Exit{Kind: ExitPtr, Slot: NoSlot, PC: 33}, x)
		require.EqualValues(t, 33, s.A)
	}
}
