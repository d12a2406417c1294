package arm64

import (
	"encoding/binary"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// flatMem is guest memory at 0x1000.
type flatMem struct{ p [0x1000]byte }

const memBase = 0x1000

func (m *flatMem) at(addr uint64, n uint, a ir.Access) ([]byte, ir.Fault) {
	if addr < memBase || addr+uint64(n) > memBase+uint64(len(m.p)) {
		return nil, ir.Fault{Addr: addr, Kind: ir.FaultUnmapped, Access: a}
	}
	return m.p[addr-memBase:][:n], ir.Fault{}
}

func (m *flatMem) Load(addr uint64, w ir.Width) (ir.Val, ir.Fault) {
	p, f := m.at(addr, w.Bytes(), ir.AccessRead)
	var buf [16]byte
	copy(buf[:], p)
	return ir.Val{Lo: binary.LittleEndian.Uint64(buf[:]), Hi: binary.LittleEndian.Uint64(buf[8:])}, f
}

func (m *flatMem) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	p, f := m.at(addr, w.Bytes(), ir.AccessWrite)
	var buf [16]byte
	binary.LittleEndian.PutUint64(buf[:], v.Lo)
	binary.LittleEndian.PutUint64(buf[8:], v.Hi)
	copy(p, buf[:])
	return f
}

func (m *flatMem) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	old, f := m.Load(addr, w)
	switch {
	case !f.Ok():
	case op != ir.Cas && op != ir.CasV:
		f = m.Store(addr, w, ir.Val{Lo: ir.EvalAtomic(op, w, old.Lo, arg.Lo)})
	case old.Lo == cmp.Lo&w.Mask() && old.Hi == cmp.Hi:
		f = m.Store(addr, w, arg)
	}
	return old, f
}

func (m *flatMem) Read(addr uint64, p []byte) ir.Fault {
	q, f := m.at(addr, uint(len(p)), ir.AccessRead)
	copy(p, q)
	return f
}

func (m *flatMem) Write(addr uint64, p []byte) ir.Fault {
	q, f := m.at(addr, uint(len(p)), ir.AccessWrite)
	copy(q, p)
	return f
}

// machine executes words one at a time on the interpreter.
type machine struct {
	State
	mem flatMem
}

func newMachine() *machine {
	m := &machine{}
	initState(unsafe.Pointer(&m.State))
	m.SP = memBase + 0x800
	return m
}

func (m *machine) step(t *testing.T, w uint32) interp.Exit {
	var code [4]byte
	binary.LittleEndian.PutUint32(code[:], w)
	b := ir.NewBuilder(globals())
	b.Reset(m.PC)
	b.Insn(m.PC)
	if r := translate(b, m.PC, code[:], mode(unsafe.Pointer(&m.State))); !r.End {
		b.ExitTB(m.PC+4, false)
	}
	require.NoError(t, ir.Verify(&b.Block))
	th := interp.Thread{Env: &ir.Env{State: unsafe.Pointer(&m.State), FPEnv: &m.FPEnv, Mem: &m.mem}}
	x := th.Run(&b.Block)
	m.PC = x.PC
	return x
}

func TestExclusive(t *testing.T) {
	const (
		ldxr  = 0xc85f7c20 // ldxr x0, [x1]
		stxr  = 0xc8037c22 // stxr w3, x2, [x1]
		stxrW = 0x88037c22 // stxr w3, w2, [x1]
		clrex = 0xd5033f5f
		str   = 0xf9000024 // str x4, [x1]
		ldxp  = 0xc87f1420 // ldxp x0, x5, [x1]
		stxp  = 0xc8231822 // stxp w3, x2, x6, [x1]
	)
	for _, c := range []struct {
		name   string
		words  []uint32
		status uint64
		mem    uint64
	}{
		{"pair of insns", []uint32{ldxr, stxr}, 0, 22},
		{"no load", []uint32{stxr}, 1, 11},
		{"cleared", []uint32{ldxr, clrex, stxr}, 1, 11},
		{"changed by a store", []uint32{ldxr, str, stxr}, 1, 44},
		{"other size", []uint32{ldxr, stxrW}, 1, 11},
		{"used up", []uint32{ldxr, stxr, stxr}, 1, 22},
		{"pair of registers", []uint32{ldxp, stxp}, 0, 22},
		{"pair after single", []uint32{ldxr, stxp}, 1, 11},
	} {
		m := newMachine()
		m.X[1], m.X[2], m.X[4], m.X[6] = memBase, 22, 44, 66
		m.X[3] = 99
		m.mem.p[0], m.mem.p[8] = 11, 12
		for _, w := range c.words {
			m.step(t, w)
		}
		require.Equal(t, c.status, m.X[3], c.name)
		v, _ := m.mem.Load(memBase, ir.W64)
		require.Equal(t, c.mem, v.Lo, c.name)
		require.Zero(t, m.ExclSize, c.name)
	}
}

// TestFaultKeepsState: an instruction that faults changes no register, also when it faults at its second access.
func TestFaultKeepsState(t *testing.T) {
	for name, w := range map[string]uint32{
		"ldp x2, x3, [x1], #16":  0xa8c10c22,
		"ldp x2, x3, [x1, #16]!": 0xa9c10c22,
		"ldr x2, [x1], #8":       0xf8408422,
		"str x2, [x1, #8]!":      0xf8008c22,
		"stp x2, x3, [x1, #16]!": 0xa9810c22,
		"ldxr x2, [x1]":          0xc85f7c22,
		"ldp q2, q3, [x1], #32":  0xacc10c22,
		"ld2 {v2.16b, v3.16b}":   0x4cdf8022,
		"ldadd x2, x3, [x1]":     0xf8220023,
		"casp x2, x3, x4, x5":    0x48227c24,
	} {
		for _, addr := range []uint64{8, memBase + 0x1000 - 8, memBase + 0x1000} {
			m := newMachine()
			m.PC = 0x400
			m.X[1], m.X[2], m.X[3] = addr, 2, 3
			before := m.State
			x := m.step(t, w)
			if addr == memBase+0x1000-8 && x.Kind != interp.ExitFault {
				continue // fits
			}
			require.Equal(t, interp.ExitFault, x.Kind, "%s at %#x", name, addr)
			require.Equal(t, uint64(0x400), x.PC)
			require.Equal(t, before, m.State, "%s at %#x", name, addr)
		}
	}
}

func TestSystem(t *testing.T) {
	mrs := func(reg uint32) uint32 { return 0xd5300000 | (reg&0x7fff)<<5 | 5 }
	m := newMachine()
	m.TPIDR = 0x1234
	for reg, want := range map[uint32]uint64{
		regTPIDR: 0x1234, regTPIDRRO: 0, regCTR: ctrValue, regDCZID: 4, regCNTFRQ: cntFrequency,
		idMPIDR: 1 << 31, idPFR0: 0x11, sysReg(3, 0, 0, 7, 0): 0, sysReg(3, 0, 0, 4, 7): 0,
	} {
		x := m.step(t, mrs(reg))
		require.Equal(t, interp.ExitTB, x.Kind, "%#x", reg)
		require.Equal(t, want, m.X[5], "%#x", reg)
	}
	m.step(t, mrs(regCNTVCT))
	first := m.X[5]
	m.step(t, mrs(regCNTVCT))
	require.GreaterOrEqual(t, m.X[5], first)
	for _, reg := range []uint32{sysReg(3, 0, 1, 0, 0), sysReg(3, 3, 4, 2, 1), sysReg(3, 0, 0, 1, 0), sysReg(3, 0, 0, 0, 1), sysReg(3, 3, 14, 0, 1)} {
		x := m.step(t, mrs(reg))
		require.Equal(t, ir.ExcIllegal, x.Exc.Kind, "%#x", reg)
	}
	// DC ZVA clears its 64-byte block.
	for i := range m.mem.p {
		m.mem.p[i] = 0xff
	}
	m.X[5] = memBase + 0x87
	m.step(t, 0xd50b7425)
	for i, c := range m.mem.p {
		require.Equal(t, i < 0x80 || i >= 0xc0, c == 0xff, "byte %#x", i)
	}
	hwcap, _ := arch.HWCap()
	require.NotZero(t, hwcap&hwcapCPUID)
	require.Zero(t, hwcap&(1<<22), "SVE")
}

// TestExits checks the exceptions and branch targets that random sequences do not reach.
func TestExits(t *testing.T) {
	for _, c := range []struct {
		word uint32
		kind ir.ExcKind
		pc   uint64
		code uint64
	}{
		{0xd4000541, ir.ExcSyscall, 0x404, 42}, // svc #42
		{0xd4200020, ir.ExcBreak, 0x400, 1},    // brk #1
		{0xd4400000, ir.ExcIllegal, 0x400, 0},  // hlt
		{0x00001234, ir.ExcIllegal, 0x400, 0},  // udf
		{0xd69f03e0, ir.ExcIllegal, 0x400, 0},  // eret
		{0xd4000002, ir.ExcIllegal, 0x400, 0},  // hvc
	} {
		m := newMachine()
		m.PC = 0x400
		x := m.step(t, c.word)
		require.Equal(t, c.kind, x.Exc.Kind, "%08x", c.word)
		require.Equal(t, c.pc, x.Exc.PC, "%08x", c.word)
		require.Equal(t, c.code, x.Exc.Code, "%08x", c.word)
	}
	m := newMachine()
	m.PC, m.X[0], m.X[30] = 0x1000, 0, 0x2000
	require.Equal(t, uint64(0xffc), m.step(t, 0x17ffffff).PC) // b .-4
	m.PC = 0x1000
	require.Equal(t, uint64(0xff8), m.step(t, 0xb4ffffc0).PC) // cbz x0, .-8
	m.PC = 0x1000
	require.Equal(t, uint64(0x2000), m.step(t, 0xd63f03c0).PC) // blr x30
	require.Equal(t, uint64(0x1004), m.X[30])
	m.PC = 0x1002
	require.Equal(t, ir.ExcAlign, m.step(t, 0xd503201f).Exc.Kind)
}

func TestRegs(t *testing.T) {
	m := newMachine()
	p := unsafe.Pointer(&m.State)
	a := Arch()
	for i := range a.Regs {
		require.Equal(t, i, a.Regs[i].Num, "gdb numbers are dense")
	}
	a.WriteReg(p, 30, 0x1122334455667788)
	require.Equal(t, uint64(0x1122334455667788), m.X[30])
	a.WriteReg(p, a.Roles.PC, 0x400)
	require.Equal(t, uint64(0x400), m.PC)
	a.WriteReg(p, regCPSR, 0xa0000000)
	require.Equal(t, uint64(0xa0000000), a.ReadReg(p, regCPSR))
	require.Equal(t, uint64(ir.FlagOne|ir.FlagS|ir.FlagC), m.Flags)
	a.WriteReg(p, regV0+31, 7)
	require.Equal(t, [2]uint64{7, 0}, m.V[31])
	for name, v := range map[string]uint64{"fpcr": 3<<22 | 1<<24, "fpsr": 1<<27 | 0x1f} {
		r := a.RegByName(name)
		a.WriteReg(p, r.Num, v)
		require.Equal(t, v, a.ReadReg(p, r.Num), name)
	}
}

// sysReg packs a system register's name: see regNZCV.
func sysReg(op0, op1, crn, crm, op2 uint32) uint32 {
	return op0<<14 | op1<<11 | crn<<7 | crm<<3 | op2
}
