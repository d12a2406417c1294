//go:build linux

package linux

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/stretchr/testify/require"
)

// fakeCPU is a CPU without instructions: registers and a script of exceptions.
type fakeCPU struct {
	arch   *cpu.Arch
	regs   map[int]uint64
	script func(step int) cpu.Exception
	step   int
	cloned func(child *fakeCPU) // gives a clone its script
}

func (c *fakeCPU) Arch() *cpu.Arch          { return c.arch }
func (c *fakeCPU) ReadReg(n int) uint64     { return c.regs[n] }
func (c *fakeCPU) WriteReg(n int, v uint64) { c.regs[n] = v }
func (c *fakeCPU) Run(context.Context) (cpu.Exception, error) {
	c.step++
	return c.script(c.step - 1), nil
}
func (c *fakeCPU) Interrupt()                    {}
func (c *fakeCPU) Close()                        {}
func (c *fakeCPU) ReadRegBytes(int, []byte) int  { return 0 }
func (c *fakeCPU) WriteRegBytes(int, []byte) int { return 0 }

// Clone returns a CPU with the same registers and a script of its own.
func (c *fakeCPU) Clone() (CPU, error) {
	n := &fakeCPU{arch: c.arch, regs: maps.Clone(c.regs), cloned: c.cloned}
	c.cloned(n)
	return n, nil
}

// raise lets the CPU make a system call.
func (c *fakeCPU) raise(g *guest, name string, args ...uint64) cpu.Exception {
	nr, ok := g.p.abi.SyscallNumber(name)
	require.True(g.t, ok, name)
	c.regs[c.arch.Roles.SyscallNr] = nr
	for i, v := range args {
		c.regs[c.arch.Roles.SyscallArg[i]] = v
	}
	return cpu.Exception{Kind: cpu.ExcSyscall}
}

// fakeArch has the registers the personality asks for, numbered 0 up.
func fakeArch(a abi.Arch) *cpu.Arch {
	m := uint16(emX64)
	if a == abi.A64 {
		m = emA64
	}
	return &cpu.Arch{Name: a.String(), ELFMachine: m, HWCap: func() (uint64, uint64) { return 0x123, 0x45 }, Platform: a.String(),
		Regs:  []cpu.RegInfo{{Name: "gs_base", Num: 20, Bits: 64}},
		Roles: cpu.Roles{PC: 0, SP: 1, FP: 2, SyscallNr: 3, SyscallRet: 4, SyscallArg: [6]int{5, 6, 7, 8, 9, 10}, TLS: 11}}
}

const scratch = 0x10000000 // guest memory for arguments, 64 KiB

// guest is a process for tests, with calls made by name.
type guest struct {
	t   *testing.T
	p   *Process
	as  *softmmu.AddressSpace
	cpu *fakeCPU
	at  uint64 // next free scratch byte
}

func newGuest(t *testing.T, a abi.Arch, mode softmmu.Mode, cfg Config) *guest {
	t.Helper()
	machine := map[abi.Arch]uint16{abi.X64: emX64, abi.A64: emA64}[a]
	file := makeELF(machine, etExec, 0x401000, 0x3000,
		ph{typ: ptLoad, flags: pfR | pfX, off: 0, vaddr: 0x400000, filesz: 0x1800, memsz: 0x1800},
		ph{typ: ptLoad, flags: pfR | pfW, off: 0x2010, vaddr: 0x403010, filesz: 0x100, memsz: 0x5000})
	for i := 0x2010; i < 0x3000; i++ {
		file[i] = 0xaa
	}
	path := filepath.Join(t.TempDir(), "prog")
	require.NoError(t, os.WriteFile(path, file, 0o755))
	img, err := ParseELF(bytes.NewReader(file), int64(len(file)), path)
	require.NoError(t, err)
	as, err := softmmu.New(softmmu.Config{Mode: mode})
	require.NoError(t, err)
	c := &fakeCPU{arch: fakeArch(a), regs: map[int]uint64{}}
	p, err := NewProcess(cfg, img, as, c)
	require.NoError(t, err)
	t.Cleanup(func() {
		p.Close()
		require.NoError(t, as.Close())
	})
	require.NoError(t, as.Map(scratch, 1<<16, softmmu.RW, softmmu.Info{}))
	return &guest{t, p, as, c, scratch}
}

// eachGuest runs f for both ABIs and both memory modes.
func eachGuest(t *testing.T, cfg Config, f func(g *guest)) {
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		for _, m := range []softmmu.Mode{softmmu.Auto, softmmu.TLB} {
			t.Run(a.String()+"/"+m.String(), func(t *testing.T) { f(newGuest(t, a, m, cfg)) })
		}
	}
}

// bytes puts b in scratch memory and returns its address.
func (g *guest) bytes(b []byte) uint64 {
	a := g.at
	_, f := g.as.Write(softmmu.Addr(a), b)
	require.True(g.t, f.OK())
	g.at = (a + uint64(len(b)) + 15) &^ 15
	require.Less(g.t, g.at, uint64(scratch+1<<16))
	return a
}

func (g *guest) str(s string) uint64 { return g.bytes(append([]byte(s), 0)) }

func (g *guest) buf(n int) uint64 { return g.bytes(make([]byte, n)) }

func (g *guest) mem(a uint64, n int) []byte {
	b := make([]byte, n)
	_, f := g.as.Read(softmmu.Addr(a), b)
	require.True(g.t, f.OK(), "%v", f)
	return b
}

// call makes a system call; ok is the result, or the negated errno.
func (g *guest) call(name string, args ...any) int64 {
	g.t.Helper()
	nr, ok := g.p.abi.SyscallNumber(name)
	require.True(g.t, ok, name)
	var a Args
	for i, v := range args {
		switch v := v.(type) {
		case int:
			a[i] = uint64(v)
		case int64:
			a[i] = uint64(v)
		case uint64:
			a[i] = v
		case string:
			a[i] = g.str(v)
		case []byte:
			a[i] = g.bytes(v)
		default:
			g.t.Fatalf("argument %T", v)
		}
	}
	v, e := g.p.leader.dispatch(nr, &a)
	g.p.leader.heed()
	return int64(e.Result(v))
}

// must is call that expects success.
func (g *guest) must(name string, args ...any) int64 {
	g.t.Helper()
	v := g.call(name, args...)
	require.GreaterOrEqual(g.t, v, int64(0), "%s: %v", name, abi.Errno(-v))
	return v
}

// fails is call that expects an errno.
func (g *guest) fails(want abi.Errno, name string, args ...any) {
	g.t.Helper()
	v := g.call(name, args...)
	require.Equal(g.t, -int64(want), v, "%s: got %d (%v), want %v", name, v, abi.Errno(-v), want)
}
