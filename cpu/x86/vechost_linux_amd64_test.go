package x86

import (
	"encoding/binary"
	"syscall"
	"testing"
	"unsafe"

	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

// vecHost runs single instructions natively.
type vecHost struct {
	h    *backend.Header
	buf  *execmem.Buffer
	data []byte // at the pinned register
	mem  []byte
	raw  []byte
}

func newVecHost(t testing.TB) *vecHost {
	// At a fixed place, so that the engine's guest has its memory at the same address.
	at, _, e := syscall.Syscall6(syscall.SYS_MMAP, veData-8192, 16384, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE|0x100000, ^uintptr(0), 0) // MAP_FIXED_NOREPLACE
	require.Zero(t, e)
	raw := unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&at))), 16384)
	buf, err := execmem.New(4096)
	require.NoError(t, err)
	m := &vecHost{buf: buf, raw: raw, mem: raw[8192 : 8192+vfMem]}
	h := unsafe.Pointer(&raw[0])
	m.h = (*backend.Header)(h)
	pin := int(backend.HeaderSize) + int(backend.StateBias)
	m.data = raw[pin : pin+vfEnd]
	m.h.GuestFPEnv = 0x1f80
	w := buf.Write()
	n := copy(w[1024:], m.epilogue())
	require.Less(t, n, 1024)
	require.NoError(t, hostcode.Register(buf, buf.Addr()+1024))
	t.Cleanup(func() {
		hostcode.Unregister(buf)
		_ = buf.Close()
		_, _, _ = syscall.Syscall(syscall.SYS_MUNMAP, at, 16384, 0)
	})
	return m
}

// addr is the host, and guest, address of the memory.
func (m *vecHost) addr() uint64 { return uint64(uintptr(unsafe.Pointer(&m.mem[0]))) }

func disp32(op []byte, d int) []byte { return binary.LittleEndian.AppendUint32(op, uint32(d)) }

var vfRegs = []int{RAX, RCX, RDX, RBX, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15}

func movRBP(store bool, r, d int) []byte {
	op := byte(0x8b)
	if store {
		op = 0x89
	}
	return disp32([]byte{0x48 | byte(r>>3)<<2, op, 0x85 | byte(r&7)<<3}, d)
}

func (m *vecHost) epilogue() []byte {
	c := movRBP(true, RAX, vfData)
	c = append(c, 0x9c, 0x58)                         // pushfq; pop rax
	c = append(c, movRBP(true, RAX, vfData+8*RSP)...) // flags in RSP's place
	for _, r := range vfRegs[1:] {
		c = append(c, movRBP(true, r, vfData+8*r)...)
	}
	c = append(c, disp32([]byte{0x48, 0x0f, 0xae, 0x85}, vfFX)...) // fxsave64
	return append(c, 0xdb, 0xe3, 0xc3)                             // fninit; ret
}

// run executes insn and returns the host signal, 0 for none.
func (m *vecHost) run(insn []byte, s *State) uint64 {
	fx := m.data[vfFX:]
	s.PutFXSave(fx, uint32(s.MXCSR), true)
	for _, r := range vfRegs {
		binary.LittleEndian.PutUint64(m.data[vfData+8*r:], s.Reg[r])
	}
	binary.LittleEndian.PutUint64(m.data[vfData+8*RSP:], s.EFLAGS())
	c := disp32([]byte{0x48, 0x0f, 0xae, 0x8d}, vfFX) // fxrstor64
	for _, r := range vfRegs[1:] {
		c = append(c, movRBP(false, r, vfData+8*r)...)
	}
	c = append(c, movRBP(false, RAX, vfData+8*RSP)...)
	c = append(c, 0x50, 0x9d) // push rax; popfq
	c = append(c, movRBP(false, RAX, vfData)...)
	c = append(c, insn...)
	c = append(c, m.epilogue()...)
	clear(m.buf.Write()[:1024])
	copy(m.buf.Write(), c)
	m.h.FaultSig = 0
	hostcode.Enter(m.h, m.buf.Addr())
	for _, r := range vfRegs {
		s.Reg[r] = binary.LittleEndian.Uint64(m.data[vfData+8*r:])
	}
	s.SetEFLAGS(binary.LittleEndian.Uint64(m.data[vfData+8*RSP:]))
	s.MXCSR = uint64(s.TakeFXSave(fx, true))
	return m.h.FaultSig
}

// vecMem is the same memory for the interpreter.
type vecMem struct {
	base uint64
	b    []byte
}

func (m *vecMem) at(addr uint64, n int, a ir.Access) ([]byte, ir.Fault) {
	if off := addr - m.base; off <= uint64(len(m.b)-n) {
		return m.b[off : off+uint64(n)], ir.Fault{}
	}
	return nil, ir.Fault{Addr: addr, Kind: ir.FaultUnmapped, Access: a}
}

func (m *vecMem) Load(addr uint64, w ir.Width) (ir.Val, ir.Fault) {
	p, f := m.at(addr, int(w.Bytes()), ir.AccessRead)
	var b [16]byte
	copy(b[:], p)
	return ir.Val{Lo: binary.LittleEndian.Uint64(b[:]), Hi: binary.LittleEndian.Uint64(b[8:])}, f
}

func (m *vecMem) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	p, f := m.at(addr, int(w.Bytes()), ir.AccessWrite)
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], v.Lo)
	binary.LittleEndian.PutUint64(b[8:], v.Hi)
	copy(p, b[:])
	return f
}

func (m *vecMem) Atomic(ir.Opcode, uint64, ir.Width, ir.Val, ir.Val) (ir.Val, ir.Fault) {
	panic("no atomics here")
}

func (m *vecMem) Read(addr uint64, p []byte) ir.Fault {
	b, f := m.at(addr, len(p), ir.AccessRead)
	copy(p, b)
	return f
}

func (m *vecMem) Write(addr uint64, p []byte) ir.Fault {
	b, f := m.at(addr, len(p), ir.AccessWrite)
	copy(b, p)
	return f
}

// vecEngine runs instructions under the JIT.
type vecEngine struct {
	as   *softmmu.AddressSpace
	v    *tcg.VCPU
	next uint64
}

const (
	veCode = 0x10000
	veSize = 1 << 20
	veData = 0x20000000
)

func newVecEngine(t testing.TB) *vecEngine {
	as, err := softmmu.New(softmmu.Config{Mode: softmmu.Direct})
	require.NoError(t, err)
	require.NoError(t, as.Map(veCode, veSize, softmmu.RWX, softmmu.Info{}))
	require.NoError(t, as.Map(veData, vfMem, softmmu.RW, softmmu.Info{}))
	e, err := tcg.New(tcg.Config{Arch: Arch, Mem: as, Accel: tcg.AccelJIT, CodeSize: 16 << 20})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, e.Close())
		require.NoError(t, as.Close())
	})
	return &vecEngine{as: as, v: e.NewVCPU(), next: veCode}
}

// run executes insn from *s and memory mem.
func (e *vecEngine) run(insn []byte, s *State, mem []byte) ir.ExcKind {
	if e.next += 32; e.next >= veCode+veSize-64 {
		e.next = veCode
	}
	e.as.Poke(softmmu.Addr(e.next), append(append([]byte{}, insn...), 0xcc))
	e.as.Write(veData, mem)
	g := StateAt(e.v.State())
	*g = *s
	e.v.SetPC(e.next)
	x := e.v.Run().Exc.Kind
	if x == ir.ExcBreak {
		x = ir.ExcNone
	}
	g.Reg[RSP] = s.Reg[RSP]
	*s = *g
	e.as.Read(veData, mem)
	return x
}
