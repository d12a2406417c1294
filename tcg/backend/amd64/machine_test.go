//go:build unix

package amd64_test

import (
	"encoding/binary"
	"fmt"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/backend/amd64"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

const (
	nG = 14 // I64 globals; the last is used as a flags word
	nV = 8  // V128 globals
	gF = nG - 1
)

// gstate is a made-up guest.
type gstate struct {
	G     [nG]uint64
	V     [nV][2]uint64
	FPEnv uint64
	_     uint64
}

var testGlobals = func() (g []ir.GlobalInfo) {
	for i := range nG {
		g = append(g, ir.GlobalInfo{Name: fmt.Sprintf("g%d", i), Type: ir.I64, Offset: uint32(8 * i)})
	}
	for i := range nV {
		g = append(g, ir.GlobalInfo{Name: fmt.Sprintf("v%d", i), Type: ir.V128, Offset: uint32(8*nG + 16*i)})
	}
	return g
}()

const memSize = 1 << 16

// flat is guest memory: memSize bytes from address 0.
type flat []byte

func (m flat) check(addr uint64, w ir.Width, a ir.Access) ir.Fault {
	for i := range uint64(w.Bytes()) {
		if addr+i >= memSize {
			return ir.Fault{Addr: addr + i, Kind: ir.FaultUnmapped, Access: a}
		}
	}
	return ir.Fault{}
}

func (m flat) Load(addr uint64, w ir.Width) (v ir.Val, f ir.Fault) {
	if f = m.check(addr, w, ir.AccessRead); !f.Ok() {
		return v, f
	}
	var b [16]byte
	copy(b[:w.Bytes()], m[addr:])
	return ir.Val{Lo: binary.LittleEndian.Uint64(b[:]), Hi: binary.LittleEndian.Uint64(b[8:])}, f
}

func (m flat) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	if f := m.check(addr, w, ir.AccessWrite); !f.Ok() {
		return f
	}
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], v.Lo)
	binary.LittleEndian.PutUint64(b[8:], v.Hi)
	copy(m[addr:], b[:w.Bytes()])
	return ir.Fault{}
}

func (m flat) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	old, f := m.Load(addr, w)
	if !f.Ok() {
		return old, f
	}
	n := arg
	switch op {
	case ir.Cas, ir.CasV:
		if w < ir.W64 {
			cmp.Lo &= w.Mask()
		}
		if w < ir.W128 {
			cmp.Hi = 0
		}
		if old != cmp {
			return old, f
		}
	default:
		n = ir.Val{Lo: ir.EvalAtomic(op, w, old.Lo, arg.Lo)}
	}
	return old, m.Store(addr, w, n)
}

// tagged is flat without the top byte of addresses.
type tagged struct{ flat }

func untagged(addr uint64) uint64 { return uint64(int64(addr<<8) >> 8) }

func (m tagged) fault(f ir.Fault, addr uint64) ir.Fault {
	f.Addr += addr - untagged(addr)
	return f
}

func (m tagged) Load(addr uint64, w ir.Width) (ir.Val, ir.Fault) {
	v, f := m.flat.Load(untagged(addr), w)
	return v, m.fault(f, addr)
}

func (m tagged) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	return m.fault(m.flat.Store(untagged(addr), w, v), addr)
}

func (m tagged) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	v, f := m.flat.Atomic(op, untagged(addr), w, arg, cmp)
	return v, m.fault(f, addr)
}

func (m flat) Read(uint64, []byte) ir.Fault  { return ir.Fault{} }
func (m flat) Write(uint64, []byte) ir.Fault { return ir.Fault{} }

// machine runs blocks as generated code and on the interpreter.
type machine struct {
	t    testing.TB
	c    *amd64.Compiler
	buf  *execmem.Buffer
	st   backend.Stubs
	cfg  backend.Config
	raw  []byte
	hdr  *backend.Header
	mem  flat
	work backend.Code
	cnt  []uint64
	// loop: blocks that go back to their start are loops, and run until they end otherwise.
	loop bool
	// hot is the offset of the countdown, 0 for none.
	hot int32
	// noEntryChecks: one has failed.
	noEntryChecks bool
	ranges        int // how many have
	tag           uint8
	slow          int // accesses that were made in Go
}

const guard = 1 << 31

const numCounters = 64

func newMachine(t testing.TB, mod func(*backend.Config)) *machine {
	if !hostcode.Supported {
		t.Skip("no generated code on this host")
	}
	m := &machine{t: t}
	stateSize := int32(unsafe.Sizeof(gstate{}))
	m.cfg = backend.Config{
		Globals: testGlobals, Flags: gF, FPEnvOffset: int32(unsafe.Offsetof(gstate{}.FPEnv)),
		Counters: (stateSize + 63) &^ 63, GuestLimit: memSize - 1,
	}
	m.cfg.JumpCache = m.cfg.Counters + 8*numCounters
	m.cfg.TLB = m.cfg.JumpCache + backend.JumpCacheSize
	if mod != nil {
		mod(&m.cfg)
	}
	var err error
	m.buf, err = execmem.New(1 << 20)
	require.NoError(t, err)
	m.c = amd64.New(m.cfg)
	m.st, err = m.c.EmitStubs(m.buf.Write())
	require.NoError(t, err)
	require.NoError(t, hostcode.Register(m.buf, m.buf.Addr()+uintptr(m.st.Fault)))
	m.raw, err = syscall.Mmap(-1, 0, 2*guard+memSize, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_NORESERVE)
	require.NoError(t, err)
	m.mem = flat(m.raw[guard : guard+memSize])
	require.NoError(t, syscall.Mprotect(m.mem, syscall.PROT_READ|syscall.PROT_WRITE))
	size := int(backend.HeaderSize) + int(m.cfg.TLB) + 32<<backend.TLBBits
	blk, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	m.hdr = (*backend.Header)(unsafe.Pointer(&blk[0]))
	m.hdr.GuestLimit = memSize - 1
	m.hdr.GuestBase = uint64(uintptr(unsafe.Pointer(&m.mem[0])))
	m.cnt = unsafe.Slice((*uint64)(unsafe.Add(m.hdr.State(), m.cfg.Counters)), numCounters)
	for i := range 2 << backend.JumpCacheBits {
		e := (*backend.JumpCacheEntry)(unsafe.Add(m.hdr.State(), int(m.cfg.JumpCache)+16*i))
		e.Host = uint64(m.buf.Addr()) + uint64(m.st.JumpMiss)
		if i >= 1<<backend.JumpCacheBits {
			e.Host = uint64(m.buf.Addr()) + uint64(m.st.JumpNone)
		}
	}
	m.fillTLB()
	t.Cleanup(func() {
		hostcode.Unregister(m.buf)
		require.NoError(t, m.buf.Close())
		require.NoError(t, syscall.Munmap(m.raw))
		require.NoError(t, syscall.Munmap(blk))
	})
	return m
}

// useTags has the code that is made take tags off addresses.
func (m *machine) useTags() {
	m.tag = 8
	m.hdr.GuestLimit = (memSize-1)&^0xff | 56
}

func (m *machine) memory() ir.Memory {
	if m.tag != 0 {
		return tagged{m.mem}
	}
	return m.mem
}

// fillTLB maps every other page; the rest takes the slow path.
func (m *machine) fillTLB() {
	for i := range 1 << backend.TLBBits {
		e := (*backend.TLBEntry)(unsafe.Add(m.hdr.State(), int(m.cfg.TLB)+32*i))
		e.ReadTag, e.WriteTag, e.Addend = ^uint64(0), ^uint64(0), m.hdr.GuestBase
		if i < memSize>>12 && i%2 == 0 {
			e.ReadTag, e.WriteTag = uint64(i)<<12, uint64(i)<<12
		}
	}
}

func (m *machine) state() *gstate { return (*gstate)(m.hdr.State()) }

// outcome is how a run ended.
type outcome struct {
	Kind string
	PC   uint64
	Exc  ir.Exception
	St   gstate
	Cnt  [8]uint64
}

// compile compiles b into the buffer.
func (m *machine) compile(b *ir.Block) uint32 {
	off := (m.st.End + 15) &^ 15
	code, err := m.c.Compile(b, backend.Request{Buf: m.buf.Write()[off:], Off: off, Slot: 1000, Site: 2000, Loop: m.loop, Hot: m.hot, NoEntryChecks: m.noEntryChecks, Tag: m.tag})
	require.NoError(m.t, err)
	m.work = code
	return off
}

// enter runs the code at an offset of the buffer until it leaves.
func (m *machine) enter(off uint32) {
	want := m.hdr.Interrupt
	for {
		m.hdr.ExitReason = 0
		m.hdr.GuestFPEnv = ir.FPDefault
		hostcode.Enter(m.hdr, m.at(m.buf.Addr()+uintptr(off)))
		if m.hdr.Interrupt == want || m.hdr.ExitReason != backend.ExitInterruptSlot && m.hdr.ExitReason != backend.ExitInterruptPC {
			return
		}
		m.hdr.Interrupt = want // the Go scheduler set it, not the test
	}
}

// at returns where to enter the code at addr.
func (m *machine) at(addr uintptr) uintptr {
	m.hdr.ResumeAddr = uint64(addr)
	return m.buf.Addr() + uintptr(m.st.Enter)
}

// run compiles b and runs it until it leaves.
func (m *machine) run(b *ir.Block) outcome {
	off := m.compile(b)
	base := m.buf.Addr() + uintptr(off)
	env := &ir.Env{State: m.hdr.State(), FPEnv: &m.state().FPEnv, Mem: m.memory()}
	m.hdr.LoadFPEnv(env.FPEnv)
	at := m.at(base)
	code := &m.work
	for {
		m.hdr.ExitReason = 0
		hostcode.Enter(m.hdr, at)
		m.hdr.FoldFPEnv(env.FPEnv)
		switch m.hdr.ExitReason {
		case backend.ExitSlot, backend.ExitInterruptSlot:
			if m.loop && code.Slots[m.hdr.ExitArg-1000].PC == b.PC {
				at = m.at(base)
				continue
			}
			return m.outcome("tb", code.Slots[m.hdr.ExitArg-1000].PC, ir.Exception{})
		case backend.ExitIndirect, backend.ExitInterruptPC:
			return m.outcome("ptr", m.hdr.ExitPC, ir.Exception{})
		case backend.ExitException:
			s := code.Slots[m.hdr.ExitArg-1000]
			return m.outcome("exc", s.PC, ir.Exception{Kind: s.Exc, PC: s.PC, Code: m.hdr.ExitPC})
		}
		var s *backend.Site
		if m.hdr.ExitReason == backend.ExitSite {
			s = &code.Sites[m.hdr.ExitArg-2000]
		} else {
			for i := range code.Sites {
				if uint64(base)+uint64(code.Sites[i].Host) == m.hdr.FaultPC {
					s = &code.Sites[i]
				}
			}
			if s == nil {
				m.t.Fatalf("fault at code offset %#x addr %#x has no site\n%s", m.hdr.FaultPC-uint64(base), m.hdr.FaultAddr-m.hdr.GuestBase, ir.Format(b))
			}
		}
		code.Tally.Take(m.hdr, m.cnt)
		if s.Kind == backend.SiteMem {
			m.slow++
		}
		if s.Kind == backend.SiteRange {
			m.noEntryChecks = true
			m.ranges++
		}
		if s.Kind == backend.SiteLeave || s.Kind == backend.SiteRange {
			code.Recover(m.hdr, s, testGlobals)
			if s.PC == b.PC && !hasHead(b, s.PC) {
				at = m.at(base)
				continue
			}
			return m.run(from(b, s.PC))
		}
		if !code.Do(m.hdr, s, env, testGlobals, interp.ExecOp) {
			for _, u := range code.Undos[s.Undo : s.Undo+s.NUndo] {
				m.cnt[u.Slot] -= uint64(int64(u.Amount))
			}
			x := env.Exc
			return m.outcome("fault", s.PC, x)
		}
		if s.Resume == backend.NoOffset {
			m.t.Fatalf("site without resume: %s", ir.FormatOp(b, &s.Op))
		}
		m.hdr.ResumeAddr = uint64(base) + uint64(s.Resume)
		at = m.buf.Addr() + uintptr(m.st.Resume[m.hdr.Saved])
	}
}

func (m *machine) outcome(kind string, pc uint64, x ir.Exception) outcome {
	return outcome{Kind: kind, PC: pc, Exc: x, St: *m.state(), Cnt: [8]uint64(m.cnt)}
}

// interpret runs b on the interpreter.
func (m *machine) interpret(b *ir.Block) outcome {
	env := &ir.Env{State: m.hdr.State(), FPEnv: &m.state().FPEnv, Mem: m.memory()}
	th := interp.Thread{Env: env, Counters: m.cnt}
	x := th.Run(b)
	for m.loop && x.Kind == interp.ExitTB && x.PC == b.PC {
		x = th.Run(b)
	}
	kind := [...]string{"tb", "ptr", "exc", "fault"}[x.Kind]
	return m.outcome(kind, x.PC, x.Exc)
}

// check runs b both ways from the same state and compares everything.
func (m *machine) check(b *ir.Block, st gstate) {
	m.t.Helper()
	before := append([]byte(nil), m.mem[:]...)
	clear(m.cnt)
	*m.state() = st
	want := m.interpret(b)
	wantMem := append([]byte(nil), m.mem[:]...)
	copy(m.mem, before)
	clear(m.cnt)
	*m.state() = st
	m.noEntryChecks = false
	got := m.run(b)
	// A denormal operand sticks under x86's rules only; no guest looks at the bit under Arm's.
	got.St.FPEnv &^= ir.FPDenormal
	want.St.FPEnv &^= ir.FPDenormal
	if got != want || string(wantMem) != string(m.mem) {
		m.t.Fatalf("interpreter and generated code differ\nbefore %x\n%s", st, m.report(b, want, got))
	}
}

func (m *machine) report(b *ir.Block, want, got outcome) string {
	s := ir.Format(b) + "\n" + disas(m.buf.Write()[(m.st.End+15)&^15:][:m.work.Len])
	s += fmt.Sprintf("want %s pc=%#x exc=%+v env=%#x\n got %s pc=%#x exc=%+v env=%#x\n", want.Kind, want.PC, want.Exc, want.St.FPEnv, got.Kind, got.PC, got.Exc, got.St.FPEnv)
	for i := range want.St.G {
		if want.St.G[i] != got.St.G[i] {
			s += fmt.Sprintf("* g%d want %#x got %#x\n", i, want.St.G[i], got.St.G[i])
		}
	}
	for i := range want.St.V {
		if want.St.V[i] != got.St.V[i] {
			s += fmt.Sprintf("* v%d want %#x got %#x\n", i, want.St.V[i], got.St.V[i])
		}
	}
	return s + fmt.Sprintf("counters want %v got %v\n", want.Cnt, got.Cnt)
}
