package gotcg_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/instrument"
	_ "github.com/gotcg/gotcg/plugins/all"
)

func TestPlugins(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		var log strings.Builder
		cfg.Log, cfg.Plugins = &log, []string{"insn-count", "bb-count"}
		m, err := gotcg.New(cfg)
		require.NoError(t, err)
		require.NoError(t, m.Map(base, 0x1000, gotcg.R|gotcg.X))
		require.NoError(t, m.WriteMem(base, sum))
		m.SetPC(base)
		_, err = m.Run(context.Background())
		require.NoError(t, err)
		require.NoError(t, m.Close())
		require.Equal(t, "cpu 0 insns: 303\ntotal insns: 303\nCPU0: bb's: 101, insns: 303\nTotal: bb's: 101, insns: 303\n", log.String())
	})
	_, err := gotcg.New(gotcg.Config{Plugins: []string{"nonsense"}})
	require.ErrorContains(t, err, `gotcg: instrument: no plugin "nonsense"`)
}

func TestHooks(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		m := newMachine(t, cfg, 0x50, 0x58, 0xeb, 0xfc) // push rax; pop rax; jmp -4
		require.NoError(t, m.SetReg("rax", 0x1122334455667788))
		var got []string
		var insns gotcg.Hook
		insns = m.HookInsns(base+1, base+1, func(c *gotcg.CPU, pc uint64) {
			got = append(got, fmt.Sprintf("insn %#x rsp %#x", pc, c.Register(7)))
			insns.Remove()
		})
		blocks := 0
		m.HookBlocks(base, base, func(*gotcg.CPU, uint64) { blocks++ })
		m.HookMem(0, base-1, func(_ *gotcg.CPU, pc uint64, a gotcg.Access) {
			if len(got) < 4 {
				got = append(got, fmt.Sprintf("pc %#x addr %#x size %d load %v value %#x", pc, a.Addr, a.Size, a.Load, a.Value[0]))
			}
		})
		_, err := m.Run(context.Background(), gotcg.Limit(30))
		require.NoError(t, err)
		require.Equal(t, []string{
			"pc 0x10000 addr 0xfff8 size 8 load false value 0x1122334455667788",
			"insn 0x10001 rsp 0xfff8",
			"pc 0x10001 addr 0xfff8 size 8 load true value 0x1122334455667788",
			"pc 0x10000 addr 0xfff8 size 8 load false value 0x1122334455667788",
		}, got)
		require.Equal(t, 10, blocks)
	})
}

// A hook sees memory accesses while they happen.
func ExampleMachine_HookMem() {
	m, err := gotcg.New(gotcg.Config{})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	m.Map(0x1000, 0x2000, gotcg.R|gotcg.W|gotcg.X)
	m.WriteMem(0x1000, []byte{0x89, 0x07, 0x0f, 0x05}) // mov [rdi], eax; syscall
	m.SetReg("rdi", 0x2000)
	m.SetReg("rax", 42)
	m.SetPC(0x1000)
	m.HookMem(0x2000, 0x2fff, func(_ *gotcg.CPU, pc uint64, a gotcg.Access) {
		fmt.Printf("pc %#x stores %d to %#x\n", pc, a.Value[0], a.Addr)
	})
	m.Run(context.Background())
	// Output: pc 0x1000 stores 42 to 0x2000
}

// A plugin by name: its results go to the log when the machine is closed.
func ExampleMachine_LoadPlugin() {
	m, err := gotcg.New(gotcg.Config{Log: os.Stdout})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	m.Map(0x1000, 0x1000, gotcg.R|gotcg.X)
	m.WriteMem(0x1000, []byte{0x90, 0x90, 0x0f, 0x05}) // nop; nop; syscall
	m.SetPC(0x1000)
	if err := m.LoadPlugin("insn-count"); err != nil {
		panic(err)
	}
	m.Run(context.Background())
	// Output:
	// cpu 0 insns: 3
	// total insns: 3
}

// pages is a plugin that counts the pages a guest touches.
type pages struct {
	*instrument.Instance
	seen map[uint64]bool
}

func (p *pages) NeedsBeforeMem(uint64, *instrument.CPU) bool { return true }

func (p *pages) BeforeMem(_ uint64, _ *instrument.CPU, a instrument.Access) {
	p.seen[a.Addr>>12] = true
}

func (p *pages) Exit() { p.Logf("%d pages touched\n", len(p.seen)) }

// A plugin of one's own.
func ExampleMachine_AddPlugin() {
	m, err := gotcg.New(gotcg.Config{Log: os.Stdout})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	m.Map(0x1000, 0x3000, gotcg.R|gotcg.W|gotcg.X)
	m.WriteMem(0x1000, []byte{0x89, 0x07, 0x89, 0x87, 0, 0x10, 0, 0, 0x0f, 0x05}) // mov [rdi], eax; mov [rdi+0x1000], eax; syscall
	m.SetReg("rdi", 0x2000)
	m.SetPC(0x1000)
	m.AddPlugin("pages", func(i *instrument.Instance) (any, error) {
		return &pages{i, map[uint64]bool{}}, nil
	})
	m.Run(context.Background())
	// Output: 2 pages touched
}

// half has one method of a pair.
type half struct{ *instrument.Instance }

func (half) BeforeInsn(uint64, *instrument.CPU) {}
func (half) Exit()                              {}

// TestPluginOfNothing: interfaces are optional, so that mistakes in them are no errors of the compiler's.
func TestPluginOfNothing(t *testing.T) {
	m := newMachine(t, gotcg.Config{}, sum...)
	add := func(p any) error {
		return m.AddPlugin("mine", func(*instrument.Instance) (any, error) { return p, nil })
	}
	require.EqualError(t, add(half{}), "gotcg: instrument: plugin mine: gotcg_test.half has BeforeInsn but no NeedsBeforeInsn (with the parameters it should have)")
	require.EqualError(t, add(5), "gotcg: instrument: plugin mine: int has no event's methods (with the parameters they should have)")
	require.Error(t, add(nil))
	require.False(t, m.RemovePlugin("mine"))
}

// TestHookMemRange: an access is at all of its bytes.
func TestHookMemRange(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		m := newMachine(t, cfg, 0x48, 0x8b, 0x06, 0x0f, 0x05) // mov rax, [rsi]; syscall
		hits := 0
		m.HookMem(base-0x100, base-0xf9, func(*gotcg.CPU, uint64, gotcg.Access) { hits++ })
		for at, want := range map[uint64]int{base - 0x108: 0, base - 0x107: 1, base - 0x100: 1, base - 0xf9: 1, base - 0xf8: 0} {
			hits = 0
			m.SetPC(base)
			require.NoError(t, m.SetReg("rsi", at))
			x, err := m.Run(context.Background())
			require.NoError(t, err)
			require.Equal(t, gotcg.Syscall, x.Exception.Kind)
			require.Equal(t, want, hits, "%#x", at)
		}
	})
}
