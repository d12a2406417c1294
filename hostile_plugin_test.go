package gotcg_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/instrument"
)

// nosy is a plugin that has every kind of event, looks at registers and memory in each, and flushes now and then.
type nosy struct {
	*instrument.Instance
	n int
}

func (p *nosy) look(c *instrument.CPU, addr uint64) {
	var buf [64]byte
	c.ReadMemory(addr, buf[:])
	c.ReadRegister(p.n%40, buf[:])
	if p.n++; p.n%50 == 0 {
		p.Flush()
	}
}

func (p *nosy) NeedsBeforeInsn(pc uint64, c *instrument.CPU) bool          { return pc%3 != 0 }
func (p *nosy) BeforeInsn(pc uint64, c *instrument.CPU)                    { p.look(c, pc) }
func (p *nosy) NeedsBeforeBlock(uint64, *instrument.CPU) bool              { return true }
func (p *nosy) BeforeBlock(pc uint64, c *instrument.CPU)                   { p.look(c, pc) }
func (p *nosy) NeedsBeforeMem(uint64, *instrument.CPU) bool                { return true }
func (p *nosy) BeforeMem(_ uint64, c *instrument.CPU, a instrument.Access) { p.look(c, a.Addr) }
func (p *nosy) NeedsAfterMem(uint64, *instrument.CPU) bool                 { return true }
func (p *nosy) AfterMem(_ uint64, c *instrument.CPU, a instrument.Access)  { p.look(c, a.Addr) }

// TestPluginsOnRandomCode: random bytes as code leave the same registers, memory and outcome with and
// without plugins.
func TestPluginsOnRandomCode(t *testing.T) {
	programs := 400
	if testing.Short() {
		programs = 60
	}
	for _, arch := range []gotcg.Arch{gotcg.X86_64, gotcg.AArch64} {
		t.Run(arch.String(), func(t *testing.T) {
			every(t, func(t *testing.T, cfg gotcg.Config) {
				cfg.Arch, cfg.Verify, cfg.Log = arch, true, io.Discard
				plain := randomMachine(t, cfg)
				cfg.Plugins = []string{"insn-count,sizes", "bb-count,inline=off", "mem", "exec-log,reg=*", "mem,print-accesses"}
				plugged := randomMachine(t, cfg)
				require.NoError(t, plugged.AddPlugin("nosy", func(i *instrument.Instance) (any, error) { return &nosy{Instance: i}, nil }))
				rng := rand.New(rand.NewPCG(11, uint64(arch)))
				for i := range programs {
					seed := rng.Uint64()
					want, got := runRandom(t, plain, seed), runRandom(t, plugged, seed)
					require.Equal(t, want, got, "program %d, seed %#x", i, seed)
				}
			})
		})
	}
}

const randomData = base + 0x4000

func randomMachine(t *testing.T, cfg gotcg.Config) *gotcg.Machine {
	m, err := gotcg.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	require.NoError(t, m.Map(base, 0x2000, gotcg.R|gotcg.W|gotcg.X))
	require.NoError(t, m.Map(randomData, 0x2000, gotcg.R|gotcg.W))
	return m
}

func regNames(arch gotcg.Arch) (names []string) {
	if arch == gotcg.AArch64 {
		for i := range 31 {
			names = append(names, fmt.Sprintf("x%d", i))
		}
		return append(names, "sp")
	}
	names = []string{"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"}
	for i := 8; i < 16; i++ {
		names = append(names, fmt.Sprintf("r%d", i))
	}
	return names
}

// runRandom runs the program of a seed and describes what came of it.
func runRandom(t *testing.T, m *gotcg.Machine, seed uint64) string {
	rng := rand.New(rand.NewPCG(seed, 1))
	code := make([]byte, 0x2000)
	for i := 0; i < len(code); i += 8 {
		binary.LittleEndian.PutUint64(code[i:], rng.Uint64())
	}
	require.NoError(t, m.WriteMem(base, code))
	data := make([]byte, 0x2000)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	require.NoError(t, m.WriteMem(randomData, data))
	arch := gotcg.X86_64
	if m.SetReg("rax", 0) != nil {
		arch = gotcg.AArch64
	}
	for _, r := range regNames(arch) {
		v := rng.Uint64()
		if rng.IntN(3) > 0 {
			v = randomData + v%0x2000&^15
		}
		require.NoError(t, m.SetReg(r, v))
	}
	out := ""
	pc := uint64(base)
	for range 4 { // go on behind what raises an exception
		m.SetPC(pc)
		x, err := m.Run(context.Background(), gotcg.Limit(100))
		require.NoError(t, err)
		out += fmt.Sprintf("%v\n", x)
		pc += 256
	}
	for _, r := range regNames(arch) {
		v, err := m.Reg(r)
		require.NoError(t, err)
		out += fmt.Sprintf("%s %#x\n", r, v)
	}
	require.NoError(t, m.ReadMem(base, code))
	require.NoError(t, m.ReadMem(randomData, data))
	return out + fmt.Sprintf("%x %x", code, data)
}
