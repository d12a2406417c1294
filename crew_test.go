package gotcg_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/instrument"
)

// crewCounts are the instructions of each thread of crew, whose number no race decides. QEMU's totals are
// 843334 and 845968, "leave" 118760 and 119781; docs/counts.md compares each thread.
func crewCounts(name string) (counts []uint64, total uint64) {
	main, first, step, add := uint64(419620), uint64(12408), uint64(11500), uint64(0)
	chain, links, tail := uint64(50), uint64(62), []uint64{61, 45}
	if strings.HasSuffix(name, "a64") {
		main, add, chain, links, tail = 419323, 245, 63, 87, []uint64{85, 54}
	}
	counts = append(counts, main)
	for i := range uint64(8) {
		counts = append(counts, first+add+i*step)
	}
	counts = append(counts, chain)
	for range 37 {
		counts = append(counts, links)
	}
	counts = append(counts, tail...)
	for _, n := range counts {
		total += n
	}
	return counts, total
}

// leaveCounts are the totals of "crew leave".
var leaveCounts = map[string]int{"crew.x64": 118760, "crew.a64": 119781}

// everyFlushed runs f in each mode of every, and under the JIT with translations forgotten all the time.
func everyFlushed(t *testing.T, f func(t *testing.T, cfg gotcg.Config)) {
	every(t, f)
	t.Run("flushed", func(t *testing.T) { f(t, gotcg.Config{NoChain: true, InjectFlush: 200}) })
	t.Run("flushed/tlb", func(t *testing.T) { f(t, gotcg.Config{Mem: gotcg.TLB, InjectFlush: 3}) })
}

// runCrew runs crew and returns its output and the plugins'.
func runCrew(t *testing.T, name string, cfg gotcg.Config, prepare func(m *gotcg.Machine)) (out, log string, code int) {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "out")
	require.NoError(t, err)
	defer f.Close()
	var b strings.Builder
	cfg.Log, cfg.Stdout, cfg.Verify = &b, f, false
	cfg.Args = append([]string{"crew"}, cfg.Args...)
	m, err := gotcg.Load(filepath.Join("testdata/elf/bin", name), cfg)
	require.NoError(t, err)
	if prepare != nil {
		prepare(m)
	}
	x, err := m.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, gotcg.Exited, x.Kind, x.String())
	require.NoError(t, m.Close())
	text, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	return string(text), b.String(), x.Code
}

// TestCountsOfThreads: insn-count and bb-count tell each thread's instructions exactly, those of threads that have
// ended long ago too, inline and by calls, whatever executes them and however often translations are forgotten; the
// program does what it does without plugins.
func TestCountsOfThreads(t *testing.T) {
	for _, name := range []string{"crew.x64", "crew.a64"} {
		t.Run(name, func(t *testing.T) {
			counts, total := crewCounts(name)
			var insns, blocks strings.Builder
			for i, n := range counts {
				fmt.Fprintf(&insns, "cpu %d insns: %d\n", i, n)
				fmt.Fprintf(&blocks, `CPU%d: bb's: \d+, insns: %d\n`, i, n)
			}
			fmt.Fprintf(&insns, "total insns: %d\n", total)
			fmt.Fprintf(&blocks, `Total: bb's: \d+, insns: %d\n$`, total)
			plain, _, _ := runCrew(t, name, gotcg.Config{}, nil)
			require.Contains(t, plain, "links 0x41d\n")
			mems := ""
			everyFlushed(t, func(t *testing.T, cfg gotcg.Config) {
				for _, form := range []string{"on", "off"} {
					if form == "off" && testing.Short() && (cfg.Mem == gotcg.TLB || cfg.Accel == gotcg.Interp) {
						continue
					}
					cfg.Plugins = []string{"insn-count,inline=" + form, "mem,inline=" + form, "bb-count,inline=" + form}
					out, log, code := runCrew(t, name, cfg, nil)
					require.Zero(t, code)
					require.Equal(t, plain, out)
					rest, found := strings.CutPrefix(log, insns.String())
					require.True(t, found, log)
					require.Regexp(t, "^mem accesses: .*\nloads: .*\nstores: .*\nCPU0", rest)
					mem, rest, _ := strings.Cut(rest, "CPU0")
					require.Regexp(t, "^"+blocks.String(), "CPU0"+rest)
					if mems == "" {
						mems = mem
					}
					require.Equal(t, mems, mem)
				}
			})
		})
	}
}

// TestLogsOfThreads: the lines of exec-log are whole, each thread's are in its order and as many as it executes,
// and they are the same under every executor, also when the first thread leaves before the others.
func TestLogsOfThreads(t *testing.T) {
	line := regexp.MustCompile(`^([0-4]), 0x[0-9a-f]+, 0x[0-9a-f]+, "[^"]+"(, (load|store), 0x[0-9a-f]+)*$`)
	for name, total := range leaveCounts {
		t.Run(name, func(t *testing.T) {
			wants := map[gotcg.MemMode]*[5][]string{} // the stack is elsewhere in the other memory mode
			every(t, func(t *testing.T, cfg gotcg.Config) {
				if testing.Short() && cfg.Mem == gotcg.TLB {
					return // a log of 120,000 lines in one memory mode only
				}
				cfg.Args = []string{"leave"}
				cfg.Plugins = []string{"exec-log"}
				_, log, code := runCrew(t, name, cfg, nil)
				require.Equal(t, 7, code)
				lines := strings.Split(strings.TrimSuffix(log, "\n"), "\n")
				require.Len(t, lines, total)
				var got [5][]string
				for _, l := range lines {
					m := line.FindStringSubmatch(l)
					require.NotNil(t, m, l)
					i := m[1][0] - '0'
					got[i] = append(got[i], l)
				}
				want := wants[cfg.Mem]
				if want == nil {
					want, wants[cfg.Mem] = &got, &got
				}
				for i := range got {
					require.True(t, slices.Equal(want[i], got[i]), "thread %d", i)
				}
			})
		})
	}
}

// turnover loads and unloads plugins and hooks, and flushes, out of its events on every thread.
type turnover struct {
	*instrument.Instance
	m        *gotcg.Machine
	n, hooks int
	live     int
	most     int
}

func (p *turnover) ThreadStart(*gotcg.CPU) { p.live++; p.most = max(p.most, p.live) }
func (p *turnover) ThreadExit(*gotcg.CPU)  { p.live-- }

func (p *turnover) NeedsBeforeBlock(uint64, *gotcg.CPU) bool { return true }

func (p *turnover) BeforeBlock(pc uint64, c *gotcg.CPU) {
	switch p.n++; p.n % 1000 {
	case 200:
		_ = p.m.LoadPlugin("bb-count,inline=off")
	case 400:
		var h gotcg.Hook
		h = p.m.HookInsns(0, ^uint64(0), func(*gotcg.CPU, uint64) {
			if p.hooks++; p.hooks%3 == 0 {
				h.Remove()
			}
		})
	case 600:
		p.Flush()
	case 800:
		p.m.RemovePlugin("bb-count")
	}
}

// TestPluginsComeAndGo: plugins and hooks are loaded and removed, and everything is flushed, out of events of
// several threads; what is counted beside it, from the start, is exact all the same.
func TestPluginsComeAndGo(t *testing.T) {
	for _, name := range []string{"crew.x64", "crew.a64"} {
		every(t, func(t *testing.T, cfg gotcg.Config) {
			cfg.Plugins, cfg.Args = []string{"insn-count"}, []string{"leave"}
			p := new(turnover)
			_, log, code := runCrew(t, name, cfg, func(m *gotcg.Machine) {
				require.NoError(t, m.AddPlugin("turnover", func(i *instrument.Instance) (any, error) {
					p.Instance, p.m = i, m
					return p, nil
				}))
			})
			require.Equal(t, 7, code)
			require.Contains(t, log, fmt.Sprintf("total insns: %d\n", leaveCounts[name]))
			require.Zero(t, p.live)
			require.Greater(t, p.most, 1)
			require.Greater(t, p.n, 8000)
		})
	}
}
