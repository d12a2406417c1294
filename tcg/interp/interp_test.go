package interp

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// state is a made-up guest: two integers, a PC-like one, a vector.
type state struct {
	A, B  uint64
	V     [2]uint64
	FPEnv uint64
}

var globals = []ir.GlobalInfo{
	{Name: "a", Type: ir.I64, Offset: uint32(unsafe.Offsetof(state{}.A))},
	{Name: "b", Type: ir.I64, Offset: uint32(unsafe.Offsetof(state{}.B))},
	{Name: "v", Type: ir.V128, Offset: uint32(unsafe.Offsetof(state{}.V))},
}

const gA, gB, gV = 0, 1, 2

// flatMem is guest memory from address 0 to len-1.
type flatMem []byte

func (m flatMem) check(addr uint64, n uint, a ir.Access) ir.Fault {
	for i := range uint64(n) {
		if addr+i >= uint64(len(m)) {
			return ir.Fault{Addr: addr + i, Kind: ir.FaultUnmapped, Access: a}
		}
	}
	return ir.Fault{}
}

func (m flatMem) Load(addr uint64, w ir.Width) (v ir.Val, f ir.Fault) {
	if f = m.check(addr, w.Bytes(), ir.AccessRead); !f.Ok() {
		return v, f
	}
	for i := range uint64(w.Bytes()) {
		if i < 8 {
			v.Lo |= uint64(m[addr+i]) << (8 * i)
		} else {
			v.Hi |= uint64(m[addr+i]) << (8 * (i - 8))
		}
	}
	return v, f
}

func (m flatMem) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	if f := m.check(addr, w.Bytes(), ir.AccessWrite); !f.Ok() {
		return f
	}
	for i := range uint64(w.Bytes()) {
		if i < 8 {
			m[addr+i] = byte(v.Lo >> (8 * i))
		} else {
			m[addr+i] = byte(v.Hi >> (8 * (i - 8)))
		}
	}
	return ir.Fault{}
}

func (m flatMem) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	old, f := m.Load(addr, w)
	if !f.Ok() {
		return old, f
	}
	n := arg
	switch op {
	case ir.Cas, ir.CasV:
		if old != cmp {
			return old, f
		}
	case ir.AtAdd:
		n.Lo += old.Lo
	}
	return old, m.Store(addr, w, n)
}

func (m flatMem) Read(addr uint64, p []byte) ir.Fault {
	f := m.check(addr, uint(len(p)), ir.AccessRead)
	if f.Ok() {
		copy(p, m[addr:])
	}
	return f
}

func (m flatMem) Write(addr uint64, p []byte) ir.Fault {
	f := m.check(addr, uint(len(p)), ir.AccessWrite)
	if f.Ok() {
		copy(m[addr:], p)
	}
	return f
}

func newThread(s *state) *Thread {
	s.FPEnv = ir.FPDefault
	return &Thread{
		Env:      &ir.Env{State: unsafe.Pointer(s), FPEnv: &s.FPEnv, Mem: make(flatMem, 256)},
		Counters: make([]uint64, 4),
	}
}

func TestLoop(t *testing.T) {
	s := &state{A: 0, B: 10}
	b := ir.NewBuilder(globals)
	b.Reset(0x1000)
	b.Insn(0x1000)
	l := b.NewLabel()
	b.SetLabel(l)
	b.Set(gA, b.Op2(ir.Add, ir.W64, gA, gB))
	b.Set(gB, b.Op2i(ir.Sub, ir.W64, gB, 1))
	b.BrC(ir.W64, ir.NE, gB, b.Const(0), l)
	b.ExitTB(0x1004, true)
	x := newThread(s).Run(&b.Block)
	require.Equal(t, Exit{Kind: ExitTB, PC: 0x1004, Backward: true}, x)
	require.Equal(t, uint64(55), s.A)
}

func TestSideExitsAndFlags(t *testing.T) {
	for _, a := range []uint64{1, 2, 3} {
		s := &state{A: a, B: 2}
		b := ir.NewBuilder(globals)
		_, f := b.OpF(ir.SubF, ir.W32, 0, gA, gB)
		b.ExitF(ir.CondB, f, 0x10, false)
		b.ExitC(ir.W64, ir.EQ, gA, gB, 0x20, false)
		b.ExitPtr(gA)
		x := newThread(s).Run(&b.Block)
		require.Equal(t, map[uint64]uint64{1: 0x10, 2: 0x20, 3: 3}[a], x.PC)
		require.Equal(t, a == 3, x.Kind == ExitPtr)
	}
}

func TestMemory(t *testing.T) {
	s := &state{A: 0x10, B: 2, V: [2]uint64{0x1122334455667788, 0x99aabbccddeeff00}}
	th := newThread(s)
	b := ir.NewBuilder(globals)
	b.StV(ir.W128, ir.EA{Base: gA, Index: gB, Scale: 3, Disp: -16}, gV, 0)
	x := b.Ld(ir.W8, ir.EA{Base: b.Const(0x10), Index: ir.NoTemp, Disp: 8}, 0)
	y := b.LdS(ir.W16, ir.W32, ir.EA{Base: b.Const(0x18), Index: ir.NoTemp}, ir.BigEndian)
	v := b.LdV(ir.W32, ir.EA{Base: gA, Index: ir.NoTemp, Disp: 12}, 0)
	old := b.Atomic(ir.AtAdd, ir.W64, gA, 0, b.Const(1), 0)
	b.Set(gA, b.Op2(ir.Add, ir.W64, b.Op2(ir.Add, ir.W64, x, y), old))
	b.MovTo(gV, v)
	b.ExitTB(0, false)
	require.Equal(t, ExitTB, th.Run(&b.Block).Kind)
	require.Equal(t, 0+uint64(0x00ff)+0x1122334455667788, s.A)
	require.Equal(t, [2]uint64{0x99aabbcc, 0}, s.V)
	m := th.Env.Mem.(flatMem)
	require.Equal(t, byte(0x89), m[0x10])
}

func TestFaultIsPrecise(t *testing.T) {
	s := &state{A: 1, B: 0xff}
	th := newThread(s)
	b := ir.NewBuilder(globals)
	b.Insn(0x100)
	b.Emit(ir.Op{Code: ir.Counter, Imm: ir.CounterImm(2, 3)})
	b.Set(gA, b.Op2i(ir.Add, ir.W64, gA, 1))
	b.Insn(0x101)
	b.Emit(ir.Op{Code: ir.CounterUndo, Imm: ir.CounterImm(2, 1)})
	x := b.Ld(ir.W32, ir.EA{Base: gB, Index: ir.NoTemp}, 0)
	b.Set(gA, x)
	b.Insn(0x105)
	b.Emit(ir.Op{Code: ir.CounterUndo, Imm: ir.CounterImm(2, 1)})
	b.ExitTB(0, false)
	e := th.Run(&b.Block)
	require.Equal(t, ExitFault, e.Kind)
	require.Equal(t, ir.Exception{Kind: ir.ExcMemory, PC: 0x101, Fault: ir.Fault{Addr: 0x100, Kind: ir.FaultUnmapped}}, e.Exc)
	require.Equal(t, uint64(2), s.A)
	require.Equal(t, uint64(2), th.Counters[2], "only what ran is counted")
}

func TestExceptions(t *testing.T) {
	rows := []struct {
		name string
		make func(b *ir.Builder)
		kind ir.ExcKind
	}{
		{"divide", func(b *ir.Builder) {
			q, r := b.New(ir.I64), b.New(ir.I64)
			b.Emit(ir.Op{Code: ir.Div2U, W: ir.W32, A: [6]ir.Temp{q, r, gA, gA, b.Const(0)}})
		}, ir.ExcDivide},
		{"align", func(b *ir.Builder) {
			b.LdV(ir.W128, ir.EA{Base: b.Const(8), Index: ir.NoTemp}, ir.Aligned)
		}, ir.ExcProtection},
		{"helper", func(b *ir.Builder) {
			b.Call(&ir.Helper{Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
				e.Raise(ir.Exception{Kind: ir.ExcIllegal, PC: e.PC})
				return ir.Val{}
			}}, false)
		}, ir.ExcIllegal},
		{"syscall", func(b *ir.Builder) { b.ExitExc(ir.ExcSyscall, 0x100, b.Const(5)) }, ir.ExcSyscall},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			b := ir.NewBuilder(globals)
			b.Insn(0x100)
			r.make(b)
			b.ExitTB(0, false)
			e := newThread(&state{}).Run(&b.Block)
			require.Equal(t, r.kind, e.Exc.Kind)
			require.Equal(t, uint64(0x100), e.Exc.PC)
		})
	}
}

func TestRunDoesNotAllocate(t *testing.T) {
	b := ir.NewBuilder(globals)
	b.Set(gA, b.Op2i(ir.Add, ir.W64, gA, 1))
	r, _ := b.OpF(ir.AddF, ir.W64, 0, gA, gB)
	b.Set(gB, r)
	b.Ld(ir.W32, ir.EA{Base: b.Const(8), Index: ir.NoTemp}, 0)
	b.ExitTB(0, false)
	th := newThread(&state{})
	require.Zero(t, testing.AllocsPerRun(100, func() { th.Run(&b.Block) }))
}

// region is a loop of two segments, b times: a += 3, then a += 5 when b is even.
const region = `block 0x1000
 head pc=0x1000
insn pc=0x1000 len=4
 counter slot=1 add=2
 a = add.64 a, $0x3
 exit_c.64.tsteq{internal} b, $0x1 pc=0x2000
insn pc=0x1004 len=4
 counter_undo slot=1 add=1
 exit_tb{internal} pc=0x3000
 head pc=0x2000
insn pc=0x2000 len=4
 a = add.64 a, $0x5
 head pc=0x3000
insn pc=0x3000 len=4
 b = sub.64 b, $0x1
 exit_c.64.ne{backward,internal} b, $0x0 pc=0x1000
insn pc=0x3004 len=4
 exit_ptr_ne a pc=0x24
insn pc=0x3008 len=4
 exit_tb pc=0x4000
`

func TestRegion(t *testing.T) {
	one := uint32(1)
	rows := []struct {
		name  string
		b     uint64
		setup func(*Thread)
		want  Exit
		a     uint64
	}{
		{"whole", 6, func(*Thread) {}, Exit{Kind: ExitPtr, Slot: NoSlot, PC: 33}, 33},
		{"expected", 7, func(*Thread) {}, Exit{Kind: ExitTB, Slot: 3, PC: 0x4000}, 36},
		{"interrupted", 6, func(th *Thread) { th.Interrupt = &one }, Exit{Kind: ExitTB, Slot: 2, PC: 0x1000, Backward: true}, 8},
		{"outside", 6, func(th *Thread) { th.NoInternal = true }, Exit{Kind: ExitTB, PC: 0x2000}, 3},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			b, err := ir.Parse(region, globals)
			require.NoError(t, err)
			require.NoError(t, ir.Verify(b))
			s := &state{B: r.b}
			th := newThread(s)
			r.setup(th)
			require.Equal(t, r.want, th.Run(b))
			require.Equal(t, r.a, s.A)
		})
	}
}

func statePointer[T any](s *T) unsafe.Pointer { return unsafe.Pointer(s) }
