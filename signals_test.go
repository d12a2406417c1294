//go:build linux

package gotcg_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

var signalCases = []string{"regs", "segv", "jump", "alt", "nest", "queue", "waits", "timers", "faults", "threads"}

// TestSignals runs the cases of testdata/elf/src/signals.c, each a program that checks itself, under every
// executor and memory mode, and where they are there on the host and in qemu-user.
func TestSignals(t *testing.T) {
	for _, arch := range []string{".x64", ".a64"} {
		for _, c := range signalCases {
			t.Run(c+arch, func(t *testing.T) {
				t.Run("reference", func(t *testing.T) {
					out, code := nativeSignals(t, "signals"+arch, c)
					require.Equal(t, c+" ok\n", out)
					require.Zero(t, code)
				})
				every(t, func(t *testing.T, cfg gotcg.Config) {
					out, x := runELF(t, cfg, "signals"+arch, c)
					require.Equal(t, c+" ok\n", out)
					require.Equal(t, gotcg.Exited, x.Kind, x.Text)
				})
			})
		}
	}
}

// nativeSignals is native with a processor without SVE: with it, qemu-user takes the vector registers of a
// frame from a record that the program does not know.
func nativeSignals(t *testing.T, name string, args ...string) (string, int) {
	if filepath.Ext(name) != ".a64" || runtime.GOARCH == "arm64" {
		return native(t, name, args...)
	}
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Skip("no qemu-aarch64: the program checks itself, under gotcg only")
	}
	path, err := filepath.Abs("testdata/elf/bin/" + name)
	require.NoError(t, err)
	cmd := exec.Command(qemu, append([]string{"-cpu", "cortex-a72", path}, args...)...)
	cmd.Stderr = os.Stderr
	out, _ := cmd.Output()
	return string(out), cmd.ProcessState.ExitCode()
}

// TestHostileSignals runs threads that install random handlers, send each other random signals and return from
// frames they have spoiled. The guest may end in any way, or not at all; gotcg must neither fail nor hang.
func TestHostileSignals(t *testing.T) {
	seeds := 30
	if testing.Short() {
		seeds = 6
	}
	for _, name := range []string{"signals.x64", "signals.a64"} {
		for seed := range seeds {
			path, err := filepath.Abs("testdata/elf/bin/" + name)
			require.NoError(t, err)
			cfg := gotcg.Config{Args: []string{path, "hostile", strconv.Itoa(seed)}}
			if seed%3 == 1 {
				cfg.Mem, cfg.InjectFlush = gotcg.TLB, 20
			}
			m, err := gotcg.Load(path, cfg)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			done := make(chan error, 1)
			go func() {
				_, err := m.Run(ctx)
				done <- err
			}()
			select {
			case err = <-done:
			case <-time.After(30 * time.Second):
				buf := make([]byte, 1<<20)
				t.Fatalf("%s hostile %d does not stop\n%s", name, seed, buf[:runtime.Stack(buf, true)])
			}
			cancel()
			require.NoError(t, err, "%s hostile %d", name, seed)
			require.NoError(t, m.Close())
		}
	}
}

// TestSignalStorm takes thousands of alarms and of signals sent to itself, in loops, system calls and
// handlers, also while translations are forgotten and instructions counted.
func TestSignalStorm(t *testing.T) {
	n := "500"
	if testing.Short() {
		n = "150"
	}
	for _, arch := range []string{".x64", ".a64"} {
		t.Run(arch[1:], func(t *testing.T) {
			storm := func(name string, cfg gotcg.Config) {
				t.Run(name, func(t *testing.T) {
					out, x := runELF(t, cfg, "signals"+arch, "storm", n)
					require.Equal(t, "storm ok\n", out)
					require.Equal(t, gotcg.Exited, x.Kind, x.Text)
				})
			}
			storm("plain", gotcg.Config{})
			storm("tlb", gotcg.Config{Mem: gotcg.TLB})
			storm("flush", gotcg.Config{InjectFlush: 50})
			storm("insn-count", gotcg.Config{Plugins: []string{"insn-count"}, Log: devNull{}})
		})
	}
}

type devNull struct{}

func (devNull) Write(b []byte) (int, error) { return len(b), nil }
