package opt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// The made-up guest of these tests: eight registers, a flags word, two vectors.
type state struct {
	R     [8]uint64
	Flags uint64
	_     uint64
	V     [2][2]uint64
	FPEnv uint64
}

const (
	gFlags = 8
	gV     = 9
	nGlob  = 11
)

func testGlobals() (g []ir.GlobalInfo) {
	for i := range 8 {
		g = append(g, ir.GlobalInfo{Name: fmt.Sprintf("r%d", i), Offset: uint32(8 * i)})
	}
	g = append(g, ir.GlobalInfo{Name: "flags", Offset: uint32(unsafe.Offsetof(state{}.Flags))})
	for i := range 2 {
		g = append(g, ir.GlobalInfo{Name: fmt.Sprintf("v%d", i), Type: ir.V128, Offset: uint32(unsafe.Offsetof(state{}.V)) + 16*uint32(i)})
	}
	return g
}

// mem is guest memory of 256 bytes from 0 on; other addresses fault.
type mem [256]byte

func (m *mem) bad(addr uint64, n uint, a ir.Access) (f ir.Fault) {
	if addr > uint64(len(m))-uint64(n) {
		f = ir.Fault{Addr: addr, Kind: ir.FaultUnmapped, Access: a}
	}
	return f
}

func (m *mem) Load(addr uint64, w ir.Width) (v ir.Val, f ir.Fault) {
	if f = m.bad(addr, w.Bytes(), ir.AccessRead); f.Ok() {
		for i := range w.Bytes() {
			v = v.WithLane(ir.W8, i, uint64(m[addr+uint64(i)]))
		}
	}
	return v, f
}

func (m *mem) Store(addr uint64, w ir.Width, v ir.Val) (f ir.Fault) {
	if f = m.bad(addr, w.Bytes(), ir.AccessWrite); f.Ok() {
		for i := range w.Bytes() {
			m[addr+uint64(i)] = byte(v.Lane(ir.W8, i))
		}
	}
	return f
}

func (m *mem) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	old, f := m.Load(addr, w)
	if f.Ok() && (op != ir.Cas && op != ir.CasV || old == cmp) {
		f = m.Store(addr, w, arg)
	}
	return old, f
}

func (m *mem) Read(addr uint64, p []byte) ir.Fault  { return ir.Fault{} }
func (m *mem) Write(addr uint64, p []byte) ir.Fault { return ir.Fault{} }

type outcome struct {
	State    state
	Mem      mem
	Counters [4]uint64
	Kind     interp.ExitKind
	PC       uint64
	Exc      ir.Exception
}

func run(b *ir.Block, s state) outcome {
	o := outcome{State: s}
	for i := range o.Mem {
		o.Mem[i] = byte(i * 37)
	}
	st := &o.State
	m := &o.Mem
	t := &interp.Thread{Env: &ir.Env{State: unsafe.Pointer(st), FPEnv: &st.FPEnv, Mem: m}, Counters: make([]uint64, 4)}
	x := t.Run(b)
	copy(o.Counters[:], t.Counters)
	o.Kind, o.PC, o.Exc = x.Kind, x.PC, x.Exc
	return o
}

// gen makes random blocks that look like translated code: short instructions over a few registers, many
// constants, moves, flags and side exits.
type gen struct {
	*rand.Rand
	b *ir.Builder
}

func (g gen) reg() ir.Temp { return ir.Temp(g.IntN(4)) }

func (g gen) val() ir.Temp {
	switch g.IntN(4) {
	case 0:
		return g.b.Const([]uint64{0, 1, 2, 8, 0xff, 0xffff, 0xffffffff, ^uint64(0), 40, 64, 0x1234567890}[g.IntN(11)])
	case 1:
		for range 5 {
			if t := ir.Temp(g.IntN(len(g.b.Temps))); g.b.Temps[t].Type == ir.I64 && g.ok(t) {
				return t
			}
		}
	}
	return g.reg()
}

// ok: every local of these blocks is defined where it is made, so all are usable but within loops.
func (g gen) ok(ir.Temp) bool { return true }

func (g gen) width(c ir.Opcode) ir.Width {
	for {
		if w := ir.Width(g.IntN(4)); c.Info().Widths == 0 || c.Info().Widths>>w&1 != 0 {
			return w
		}
	}
}

func (g gen) pick(c []ir.Opcode) ir.Opcode { return c[g.IntN(len(c))] }

var (
	binary = []ir.Opcode{ir.Add, ir.Add, ir.Sub, ir.And, ir.Or, ir.Xor, ir.AndN, ir.Mul, ir.Shl, ir.Shr, ir.Sar, ir.RotL, ir.RotR, ir.MulHU}
	unary  = []ir.Opcode{ir.Mov, ir.Mov, ir.Zext, ir.Not, ir.Neg, ir.Clz}
	flag2  = []ir.Opcode{ir.AddF, ir.SubF, ir.AndF, ir.OrF, ir.XorF, ir.SubF}
	flag3  = []ir.Opcode{ir.AdcF, ir.SbbF, ir.ShlF, ir.ShrF, ir.SarF, ir.RolF, ir.RorF, ir.RclF, ir.RcrF}
)

// out stores t in a register half of the time.
func (g gen) out(t ir.Temp) {
	switch g.IntN(3) {
	case 0:
		g.b.Set(g.reg(), t)
	case 1:
		g.b.MovTo(g.reg(), t)
	}
}

func (g gen) flags(t ir.Temp) {
	if g.IntN(4) == 0 {
		r := g.b.New(ir.I64)
		g.b.Emit(ir.Op{Code: ir.MergeF, Imm: int64([]int{ir.FlagC, ir.FlagMask &^ ir.FlagC, ir.FlagZ | ir.FlagS, ir.FlagC | ir.FlagO}[g.IntN(4)]),
			A: [6]ir.Temp{r, t, gFlags, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
		t = r
	}
	if g.IntN(2) == 0 {
		g.b.Set(gFlags, t)
	} else {
		g.b.MovTo(gFlags, t)
	}
}

func (g gen) cond() ir.Cond { return ir.Cond(g.IntN(18)) }

func (g gen) ea() ir.EA {
	a := ir.EA{Base: g.val(), Index: ir.NoTemp, Disp: int32(g.IntN(64))}
	if g.IntN(2) == 0 {
		a.Base = g.b.Op2i(ir.And, ir.W64, a.Base, 0xff)
	}
	if g.IntN(4) == 0 {
		a.Index, a.Scale = g.val(), uint8(g.IntN(3))
	}
	return a
}

func (g gen) insn(pc uint64) {
	b := g.b
	b.Insn(pc)
	for slot := range uint32(3) {
		if g.IntN(3) == 0 {
			b.Emit(ir.Op{Code: ir.Counter, Imm: ir.CounterImm(slot, int32(slot)+1)})
		}
	}
	switch g.IntN(13) {
	case 0, 1:
		b.MovTo(g.reg(), g.val())
	case 2, 3:
		c := g.pick(binary)
		g.out(b.Op2(c, g.width(c), g.val(), g.val()))
	case 4:
		c := g.pick(unary)
		g.out(b.Op1(c, g.width(c), g.val()))
	case 5:
		c := g.pick(flag2)
		r, f := b.OpF(c, g.width(c), 0, g.val(), g.val())
		g.out(r)
		g.flags(f)
	case 6:
		c := g.pick(flag3)
		r, f := b.OpF(c, g.width(c), 0, g.val(), g.val(), gFlags)
		g.flags(f)
		g.out(r)
	case 7:
		switch g.IntN(3) {
		case 0:
			g.out(b.SetF(g.cond(), gFlags))
		case 1:
			g.out(b.SelF(g.cond(), gFlags, g.val(), g.val()))
		case 2:
			g.out(b.SelC(g.width(ir.SelC), ir.EQ+ir.Cond(g.IntN(12)), g.val(), g.val(), g.val(), g.val()))
		}
	case 8:
		g.out(b.Ld(g.width(ir.Ld), g.ea(), 0))
	case 9:
		b.St(g.width(ir.St), g.ea(), g.val(), 0)
	case 10:
		if g.IntN(2) == 0 {
			b.ExitF(g.cond(), gFlags, pc+100, false)
		} else {
			b.ExitC(g.width(ir.ExitC), ir.EQ+ir.Cond(g.IntN(12)), g.val(), g.val(), pc+100, false)
		}
	case 11:
		if g.IntN(2) == 0 {
			g.out(b.Extract(ir.W64, g.val(), uint8(8*g.IntN(2)), 8, g.IntN(2) == 0))
		} else {
			b.MovTo(gV, b.V([]ir.Opcode{ir.VXor, ir.VAdd, ir.VCmpEQ}[g.IntN(3)], ir.W16, 0, gV, b.V(ir.VDup, ir.W32, 0, g.val())))
		}
	case 12:
		r, f := b.OpF([]ir.Opcode{ir.IncF, ir.DecF}[g.IntN(2)], ir.Width(g.IntN(4)), 0, g.reg(), gFlags)
		b.Set(gFlags, f)
		g.out(r)
	}
	if g.IntN(8) == 0 { // if and else, with conditions that may be known
		other, end := b.NewLabel(), b.NewLabel()
		c := func() ir.Temp {
			if g.IntN(2) == 0 {
				return b.Const(uint64(g.IntN(3)))
			}
			return g.val()
		}
		switch g.IntN(3) {
		case 0:
			b.BrF(g.cond(), gFlags, other)
		case 1:
			b.MovTo(5, b.Const(uint64(g.IntN(2))))
			b.BrC(ir.W64, ir.EQ, 5, c(), other)
		default:
			b.BrC(g.width(ir.BrC), ir.EQ+ir.Cond(g.IntN(12)), c(), c(), other)
		}
		b.MovTo(6, b.Op2(ir.Add, ir.W64, g.val(), 5))
		if g.IntN(4) != 0 {
			b.Br(end)
		}
		b.SetLabel(other)
		b.MovTo(4, b.Op2(ir.Xor, ir.W64, g.val(), 6))
		if g.IntN(4) == 0 {
			b.BrC(ir.W64, ir.NE, c(), c(), end)
			b.MovTo(5, g.val())
		}
		b.SetLabel(end)
	}
	if g.IntN(16) == 0 { // a loop that counts r7 down
		l := b.NewLabel()
		b.MovTo(7, b.Const(3))
		x := b.New(ir.I64)
		b.MovTo(x, b.Const(0))
		b.SetLabel(l)
		b.MovTo(x, b.Op2(ir.Add, ir.W64, x, 7))
		g.b.Set(6, b.Op2(ir.Xor, ir.W64, 6, x))
		b.Set(7, b.Op2i(ir.Sub, ir.W64, 7, 1))
		b.BrC(ir.W64, ir.NE, 7, b.Const(0), l)
	}
}

func TestRandomBlocks(t *testing.T) {
	n := 20000
	if testing.Short() {
		n = 3000
	}
	opt := NewState()
	g := gen{rand.New(rand.NewPCG(7, 8)), ir.NewBuilder(testGlobals())}
	before, after := 0, 0
	for i := range n {
		g.b.Reset(0x1000)
		for k := range 1 + g.IntN(16) {
			g.insn(0x1000 + 4*uint64(k))
		}
		g.b.ExitTB(0x2000, false)
		b := &g.b.Block
		orig := *b
		orig.Ops, orig.Temps = slices.Clone(b.Ops), slices.Clone(b.Temps)
		opt.on = allPasses
		if i%4 == 0 {
			opt.on = passSet(g.Uint32()) & allPasses
		}
		opt.Run(b)
		before += len(orig.Ops)
		after += len(b.Ops)
		err := ir.Verify(b)
		// The random code itself may break the precise-state rule; all else must hold.
		if err != nil && ir.Verify(&orig) == nil {
			t.Fatalf("block %d passes %#x: %v\nbefore:\n%s\nafter:\n%s", i, opt.on, err, ir.Format(&orig), ir.Format(b))
		}
		for range 4 {
			s := state{Flags: g.Uint64()&ir.FlagMask | ir.FlagOne, FPEnv: ir.FPDefault}
			for k := range s.R {
				s.R[k] = g.Uint64() >> g.IntN(64)
				if g.IntN(2) == 0 {
					s.R[k] &= 0x7f
				}
			}
			s.V[0] = [2]uint64{g.Uint64(), g.Uint64()}
			want, got := run(&orig, s), run(b, s)
			if want != got {
				t.Fatalf("block %d passes %#x from\n%+v\nwant %+v\ngot  %+v\nbefore:\n%s\nafter:\n%s", i, opt.on, s, want, got, ir.Format(&orig), ir.Format(b))
			}
		}
	}
	t.Logf("%d ops before, %d after", before, after)
}

func TestRunDoesNotAllocate(t *testing.T) {
	g := gen{rand.New(rand.NewPCG(9, 9)), ir.NewBuilder(testGlobals())}
	for k := range 40 {
		g.insn(0x1000 + 4*uint64(k))
	}
	g.b.ExitTB(0, false)
	orig := slices.Clone(g.b.Ops)
	temps := len(g.b.Temps)
	s := NewState()
	require.Zero(t, testing.AllocsPerRun(50, func() {
		g.b.Ops = append(g.b.Ops[:0], orig...)
		g.b.Temps = g.b.Temps[:temps]
		s.Run(&g.b.Block)
	}))
}

func TestSet(t *testing.T) {
	s := NewState()
	require.NoError(t, s.Set("-constfold,-copyprop"))
	require.Equal(t, allPasses&^(constFold|copyProp), s.on)
	require.NoError(t, s.Set("none,deadcode"))
	require.Equal(t, deadCode, s.on)
	require.NoError(t, s.Set("all"))
	require.Equal(t, passSet(allPasses), s.on)
	require.NoError(t, s.Set("-constfold,"))
	require.Equal(t, allPasses&^constFold, s.on)
	require.ErrorContains(t, s.Set("-foo"), `opt: no pass "foo"; there are constfold, `)
	all := passSet(0)
	for _, p := range Passes() {
		all |= p.bit
		require.NotEmpty(t, p.Help)
	}
	require.Equal(t, passSet(allPasses), all)
}

func BenchmarkRun(b *testing.B) {
	g := gen{rand.New(rand.NewPCG(1, 9)), ir.NewBuilder(testGlobals())}
	const insns = 32
	for k := range insns {
		g.insn(0x1000 + 4*uint64(k))
	}
	g.b.ExitTB(0, false)
	orig := slices.Clone(g.b.Ops)
	temps := len(g.b.Temps)
	s := NewState()
	b.ReportAllocs()
	for b.Loop() {
		g.b.Ops = append(g.b.Ops[:0], orig...)
		g.b.Temps = g.b.Temps[:temps]
		s.Run(&g.b.Block)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/insns, "ns/insn")
	b.ReportMetric(float64(len(orig))/insns, "ops/insn")
}
