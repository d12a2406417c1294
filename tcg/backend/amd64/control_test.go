//go:build unix

package amd64_test

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

var helpers = []*ir.Helper{
	{Name: "mix", Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		s := (*gstate)(env.State)
		s.G[0], s.V[0][1] = s.G[1]^in[0].Lo, s.G[2]
		return ir.Val{Lo: s.G[3] + in[1].Lo}
	}},
	{Name: "look", ReadsOnly: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		s := (*gstate)(env.State)
		return ir.Val{Lo: s.G[4] + s.V[1][0] + in[0].Lo + s.G[gF]}
	}},
	{Name: "alone", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val { return ir.Val{Lo: in[0].Lo*3 + in[3].Lo} }},
	{Name: "pure", Pure: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val { return ir.Val{Lo: in[0].Lo + 1, Hi: in[1].Hi} }},
	{Name: "raise", Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		if in[0].Lo&7 == 0 {
			env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC, Code: in[0].Lo})
		}
		return ir.Val{Lo: in[0].Lo >> 1}
	}},
}

// control appends a random call, counter, environment access or loop.
func (g *gen) control() {
	b := g.bld
	switch g.IntN(8) {
	case 0, 1:
		h := helpers[[...]int{0, 1, 2, 4}[g.IntN(4)]]
		b.Insn(0x1000 + uint64(b.Insns)*4)
		if r := b.Call(h, g.IntN(2) == 0, g.intIn(), g.intIn(), g.intIn(), g.intIn()); r != ir.NoTemp {
			g.ints = append(g.ints, r)
		}
	case 2:
		b.Insn(0x1000 + uint64(b.Insns)*4)
		g.vecs = append(g.vecs, b.CallPure(helpers[3], ir.V128, g.intIn(), g.vecIn()))
	case 3:
		b.Insn(0x1000 + uint64(b.Insns)*4)
		b.Emit(ir.Op{Code: ir.Counter, Imm: ir.CounterImm(uint32(g.IntN(4)), int32(g.IntN(100))), A: [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	case 4:
		b.Insn(0x1000 + uint64(b.Insns)*4)
		b.Emit(ir.Op{Code: ir.CounterUndo, Imm: ir.CounterImm(uint32(g.IntN(4)), int32(g.IntN(9))), A: [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	case 5:
		b.Insn(0x1000 + uint64(b.Insns)*4)
		b.Emit(ir.Op{Code: ir.SetEnv, A: [6]ir.Temp{b.Const(ir.FPDefault | g.Uint64()&0x6000 | g.Uint64()&0x3d), ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	case 6:
		b.Insn(0x1000 + uint64(b.Insns)*4)
		t := b.New(ir.I64)
		b.Emit(ir.Op{Code: ir.GetEnv, A: [6]ir.Temp{t, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
		g.ints = append(g.ints, b.Op2i(ir.And, ir.W64, t, ^uint64(ir.FPDenormal)))
	case 7:
		g.loop()
	}
}

// loop appends an instruction with a loop of up to 7 rounds, or a skip.
func (g *gen) loop() {
	b := g.bld
	b.Insn(0x1000 + uint64(b.Insns)*4)
	n, sum := b.New(ir.I64), b.New(ir.I64)
	b.Emit(ir.Op{Code: ir.And, W: ir.W64, A: [6]ir.Temp{n, g.intIn(), b.Const(7), ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	b.MovTo(sum, g.intIn())
	_, f := b.OpF(ir.SubF, ir.W64, 0, n, b.Const(3))
	l, end := b.NewLabel(), b.NewLabel()
	switch g.IntN(3) {
	case 0:
		b.BrC(ir.W64, ir.EQ, n, b.Const(0), end)
	case 1:
		b.BrF(ir.Cond(g.IntN(16)), f, end)
	}
	b.SetLabel(l)
	b.MovTo(g.intGlobal(), b.Op2(ir.Add, ir.W64, g.pick(g.ints[:nG-1]), sum))
	b.MovTo(sum, b.Op2(ir.Xor, ir.W64, sum, n))
	b.MovTo(ir.Temp(nG+g.IntN(nV)), b.V(ir.VAdd, ir.W8, 0, g.pick(g.vecs[:nV]), g.pick(g.vecs)))
	if g.IntN(2) == 0 {
		r, f2 := b.OpF(ir.SubF, ir.W64, 0, n, b.Const(1))
		b.MovTo(n, r)
		b.MovTo(gF, f2)
		b.BrF(ir.CondG, f2, l)
	} else {
		b.MovTo(n, b.Op2i(ir.Sub, ir.W64, n, 1))
		b.BrC(ir.W64, ir.GT, n, b.Const(0), l)
	}
	b.SetLabel(end)
	if g.IntN(2) == 0 {
		b.MovTo(sum, b.Op2(ir.Add, ir.W64, sum, g.intIn())) // new value after the last label
	}
	g.ints = append(g.ints, sum)
	g.flags = append(g.flags, f)
}

// TestRandomControl checks blocks with calls, counters, loops and the FP environment.
func TestRandomControl(t *testing.T) {
	ops := dataOps()
	for _, tlb := range []bool{false, true} {
		m := newMachine(t, func(c *backend.Config) { c.TLBMode = tlb })
		for i := range 600 * *rounds {
			g := &gen{Rand: rand.New(rand.NewPCG(77, i)), faults: i%3 == 0, ctl: true}
			list := ops
			if i%2 == 0 {
				list = ops[:int(ir.LdV)]
			}
			b := g.block(1+g.IntN(2+int(i%600)/8), list)
			m.check(b, g.state())
		}
	}
}

// TestPolls checks that backward and indirect exits leave when the interrupt word is set.
func TestPolls(t *testing.T) {
	m := newMachine(t, nil)
	b := ir.NewBuilder(testGlobals)
	for _, c := range []struct {
		name   string
		emit   func()
		reason backend.ExitReason
	}{
		{"forward", func() { b.ExitTB(0x2000, false) }, backend.ExitSlot},
		{"backward", func() { b.ExitTB(0x2000, true) }, backend.ExitInterruptSlot},
		{"indirect", func() { b.ExitPtr(0) }, backend.ExitInterruptPC},
		{"conditional", func() { b.ExitC(ir.W64, ir.EQ, 0, 0, 0x2000, true); b.ExitTB(0x3000, false) }, backend.ExitInterruptSlot},
	} {
		b.Reset(0x1000)
		b.Insn(0x1000)
		c.emit()
		off := m.compile(&b.Block)
		m.state().G[0] = 0x2000
		m.hdr.Interrupt = 1
		m.enter(off)
		require.Equal(t, c.reason, m.hdr.ExitReason, c.name)
		m.hdr.Interrupt = 0
		m.enter(off)
		require.NotEqual(t, c.reason == backend.ExitInterruptSlot || c.reason == backend.ExitInterruptPC,
			m.hdr.ExitReason == c.reason, c.name)
	}
}

// TestChain patches a slot's jump to another block and back.
func TestChain(t *testing.T) {
	m := newMachine(t, nil)
	b := ir.NewBuilder(testGlobals)
	b.Reset(0x1000)
	b.Insn(0x1000)
	b.Set(0, b.Op2i(ir.Add, ir.W64, 0, 1))
	b.ExitTB(0x2000, false)
	off := m.compile(&b.Block)
	s := m.work.Slots[0]
	require.Zero(t, (off+s.Jump)%4, "the patch must be atomic")
	require.Equal(t, uint64(0x2000), s.PC)
	second := (off + uint32(m.work.Len) + 15) &^ 15
	b.Reset(0x2000)
	b.Insn(0x2000)
	b.Set(1, b.Op2i(ir.Add, ir.W64, 0, 5))
	b.ExitTB(0x3000, false)
	_, err := m.c.Compile(&b.Block, backend.Request{Buf: m.buf.Write()[second:], Off: second, Slot: 7})
	require.NoError(t, err)

	*m.state() = gstate{}
	m.enter(off)
	require.Equal(t, backend.ExitSlot, m.hdr.ExitReason)
	require.Equal(t, uint32(1000), m.hdr.ExitArg)
	m.buf.Patch32(int(off+s.Jump), second-(off+s.Jump+4))
	m.enter(off)
	require.Equal(t, uint32(7), m.hdr.ExitArg)
	require.Equal(t, [2]uint64{2, 7}, [2]uint64(m.state().G[:2]))
	m.buf.Patch32(int(off+s.Jump), s.Stub-(s.Jump+4))
	m.enter(off)
	require.Equal(t, uint32(1000), m.hdr.ExitArg)
}

// TestJumpCache finds an indirect target without leaving.
func TestJumpCache(t *testing.T) {
	for _, shift := range []uint8{0, 2} {
		m := newMachine(t, func(c *backend.Config) { c.PCShift = shift })
		b := ir.NewBuilder(testGlobals)
		b.Reset(0x1000)
		b.Insn(0x1000)
		b.ExitPtr(0)
		off := m.compile(&b.Block)
		second := (off + uint32(m.work.Len) + 15) &^ 15
		b.Reset(0x7f0012345678)
		b.Insn(0x7f0012345678)
		b.Set(1, b.Const(99))
		b.ExitTB(0x3000, false)
		_, err := m.c.Compile(&b.Block, backend.Request{Buf: m.buf.Write()[second:], Off: second})
		require.NoError(t, err)
		*m.state() = gstate{}
		m.state().G[0] = b.PC
		m.enter(off)
		require.Equal(t, backend.ExitIndirect, m.hdr.ExitReason)
		require.Equal(t, b.PC, m.hdr.ExitPC)
		idx := int(b.PC >> shift & (1<<backend.JumpCacheBits - 1))
		e := (*backend.JumpCacheEntry)(unsafe.Add(m.hdr.State(), int(m.cfg.JumpCache)+16*idx))
		e.PC, e.Host = b.PC, uint64(m.buf.Addr())+uint64(second)
		m.enter(off)
		require.Equal(t, backend.ExitSlot, m.hdr.ExitReason)
		require.Equal(t, uint64(99), m.state().G[1])
	}
}

// TestTooBig checks that a full buffer is an error and nothing else.
func TestTooBig(t *testing.T) {
	m := newMachine(t, nil)
	g := &gen{Rand: rand.New(rand.NewPCG(5, 5))}
	for _, b := range []*ir.Block{g.block(200, dataOps()), g.region(60, dataOps())} {
		for n := 2048; n < 1<<16; n += 512 {
			_, err := m.c.Compile(b, backend.Request{Buf: make([]byte, n), Off: 1 << 16})
			if err != nil {
				require.ErrorIs(t, err, backend.ErrTooBig)
			}
		}
	}
}

// TestManyLoops checks that homes of values that live across labels are used again.
func TestManyLoops(t *testing.T) {
	m := newMachine(t, nil)
	g := &gen{Rand: rand.New(rand.NewPCG(3, 4))}
	g.block(1, []ir.Opcode{ir.Add})
	g.bld.Ops = g.bld.Ops[:len(g.bld.Ops)-1]
	for range 100 {
		g.ints, g.flags = g.ints[:nG-1], g.flags[:1]
		g.loop()
	}
	g.bld.ExitTB(0x9000, false)
	m.check(&g.bld.Block, g.state())
}

// TestHot checks that a block leaves when its countdown has run out, at its start or on the way back to it.
func TestHot(t *testing.T) {
	m := newMachine(t, nil)
	m.hot = m.cfg.Counters + 8*20
	count := (*int32)(unsafe.Add(m.hdr.State(), m.hot))
	b := ir.NewBuilder(testGlobals)
	for _, loop := range []bool{false, true} {
		m.loop = loop
		b.Reset(0x1000)
		b.Insn(0x1000)
		b.MovTo(0, b.Op2i(ir.Add, ir.W64, 0, 3))
		b.Insn(0x1004)
		b.MovTo(1, b.Op2i(ir.Sub, ir.W64, 1, 1))
		b.ExitC(ir.W64, ir.NE, 1, b.Const(0), 0x1000, true)
		b.ExitTB(0x2000, false)
		off := m.compile(&b.Block)
		*m.state() = gstate{}
		m.state().G[1] = 1 << 40
		*count = 5
		n := 0
		for m.enter(off); m.hdr.ExitReason != backend.ExitHot; m.enter(off) {
			n++
		}
		require.Equal(t, !loop, n > 0, "a loop stays inside, but for the scheduler's interrupts")
		require.Equal(t, uint64(0x1000), m.work.Slots[m.hdr.ExitArg-1000].PC)
		require.Equal(t, uint64(15), m.state().G[0])
		require.Equal(t, uint64(1<<40-5), m.state().G[1])
		require.Equal(t, int32(-1), *count)
	}
}
