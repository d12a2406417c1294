//go:build linux

package gotcg_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// runELF runs a program of testdata/elf/bin in a directory of its own and returns its output.
func runELF(t *testing.T, cfg gotcg.Config, name string, args ...string) (string, gotcg.Exit) {
	t.Helper()
	path, err := filepath.Abs("testdata/elf/bin/" + name)
	require.NoError(t, err)
	return runPath(t, cfg, path, args...)
}

// runPath is runELF for any program.
func runPath(t *testing.T, cfg gotcg.Config, path string, args ...string) (string, gotcg.Exit) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	out := make(chan string)
	go func() {
		b, _ := io.ReadAll(r)
		r.Close()
		out <- string(b)
	}()
	cfg.Args, cfg.Env, cfg.Stdout = append([]string{path}, args...), []string{"T_A=1", "OTHER=2"}, w
	m, err := gotcg.Load(path, cfg)
	require.NoError(t, err)
	x, err := m.Run(context.Background())
	require.NoError(t, err)
	require.NoError(t, m.Close())
	require.NoError(t, w.Close())
	return <-out, x
}

// native runs the program on the host, or in qemu-user; it skips the rest of t where neither can.
func native(t *testing.T, name string, args ...string) (out string, code int) {
	path, err := filepath.Abs("testdata/elf/bin/" + name)
	require.NoError(t, err)
	argv := append([]string{path}, args...)
	if strings.HasSuffix(name, ".a64") && runtime.GOARCH != "arm64" || strings.HasSuffix(name, ".x64") && runtime.GOARCH != "amd64" {
		emu := map[string]string{"a64": "qemu-aarch64", "x64": "qemu-x86_64"}[name[len(name)-3:]]
		if _, err := exec.LookPath(emu); err != nil {
			t.Skip("no qemu-user for the guest: gotcg's output is compared with what the test says only")
		}
		argv = append([]string{emu}, argv...)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = t.TempDir(), []string{"T_A=1", "OTHER=2"}
	var b bytes.Buffer
	cmd.Stdout = &b
	_ = cmd.Run()
	return b.String(), cmd.ProcessState.ExitCode()
}

const computeOut = `primes 0x8d6
fnv 0x9b76f8fa692f21cd
sorted 0xd8a5bb6d8a865f6b
crc 0xc841c1d1
arith 0xe82fd3eb1ddcd223
signed 0xffffe3f0b8dfeb89
double 0xc0cc84fd2d6686a2
`

// TestPrograms runs the self-checking guest programs under every executor and memory mode; where
// the host or qemu-user can run them too, both must agree.
func TestPrograms(t *testing.T) {
	rows := []struct {
		name string
		args []string
		out  string
		code int
	}{
		{"hello", nil, "hello, world\n", 0},
		{"entry", []string{"one", "two three"}, "argc 3\none\ntwo three\nT_A=1\nok\n", 42},
		{"entry-pie", []string{"x"}, "argc 2\nx\nT_A=1\nok\n", 42},
		{"files", nil, "ok\n", 0},
		{"memory", nil, "ok\n", 0},
		{"compute", nil, computeOut, 0},
		{"selfmod", nil, "ok\n", 0},
		{"tags", nil, "ok\n", 0},
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for _, r := range rows {
		for _, arch := range []string{".x64", ".a64"} {
			t.Run(r.name+arch, func(t *testing.T) {
				t.Run("reference", func(t *testing.T) {
					out, code := native(t, r.name+arch, r.args...)
					require.Equal(t, r.out, out)
					require.Equal(t, r.code, code)
				})
				every(t, func(t *testing.T, cfg gotcg.Config) {
					cfg.Dir = t.TempDir()
					out, x := runELF(t, cfg, r.name+arch, r.args...)
					require.Equal(t, r.out, out)
					require.Equal(t, gotcg.Exited, x.Kind)
					require.Equal(t, r.code, x.Code)
				})
			})
		}
	}
	now, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, dir, now)
}

// TestAlias runs alias, whose code is written at other addresses than it runs at, in every way.
func TestAlias(t *testing.T) {
	if runtime.GOARCH == "amd64" {
		out, code := native(t, "alias.x64")
		require.Equal(t, "ok\n", out)
		require.Zero(t, code)
	}
	for _, arch := range []string{".x64", ".a64"} {
		run := func(t *testing.T, cfg gotcg.Config) {
			out, x := runELF(t, cfg, "alias"+arch)
			require.Equal(t, "ok\n", out)
			require.Equal(t, gotcg.Exited, x.Kind)
		}
		t.Run(arch[1:], func(t *testing.T) {
			everyFlushed(t, run)
			t.Run("regions", func(t *testing.T) { run(t, gotcg.Config{Tier2: 1, Verify: true}) })
			t.Run("regions/tlb", func(t *testing.T) { run(t, gotcg.Config{Tier2: 1, Mem: gotcg.TLB}) })
			t.Run("lockstep", func(t *testing.T) { run(t, gotcg.Config{Tier2: 1, Lockstep: true}) })
		})
	}
}

// TestTags runs tags in what ways TestPrograms does not; with "expose" a handler asks for the tag in si_addr, which not every
// qemu-user gives.
func TestTags(t *testing.T) {
	for _, args := range [][]string{nil, {"expose"}} {
		run := func(t *testing.T, cfg gotcg.Config) {
			out, _ := runELF(t, cfg, "tags.a64", args...)
			require.Equal(t, "ok\n", out)
		}
		everyFlushed(t, run)
		t.Run("regions", func(t *testing.T) { run(t, gotcg.Config{Tier2: 1, Verify: true}) })
		t.Run("regions/tlb", func(t *testing.T) { run(t, gotcg.Config{Tier2: 1, Mem: gotcg.TLB}) })
	}
}

// TestCrashes checks the signal of each way to die, and that the machine outlives it.
func TestCrashes(t *testing.T) {
	rows := []struct {
		how    string
		signal int
		text   string
	}{
		{"null", 11, "addr=0x0 (read of unmapped memory)"},
		{"nullwrite", 11, "addr=0x8 (write of unmapped memory)"},
		{"jump", 11, "SIGSEGV at pc=0x123450 addr=0x123450 (fetch of unmapped memory)"},
		{"rodata", 11, "(write not permitted)"},
		{"noexec", 11, "(fetch not permitted)"},
		{"stack", 11, "(write of unmapped memory)"},
		{"top", 11, "addr=0xfffffffffffffffe"},
		{"noncanonical", 11, "addr=0x8000000000000000"},
		{"kill", 15, "SIGTERM"},
		{"trap", 5, "(breakpoint instruction)"},
		{"illegal", 4, "(illegal instruction)"},
		{"divide", 8, "(integer division)"},
		{"hlt", 11, "(general protection)"},
	}
	for _, r := range rows {
		for _, arch := range []string{".x64", ".a64"} {
			if arch == ".a64" && (r.how == "divide" || r.how == "hlt") {
				continue // x86 only: AArch64 divides by zero without a fault
			}
			if arch == ".a64" && r.how == "noncanonical" {
				r.text = "addr=0x0 (read of unmapped memory)" // the rest is a tag
			}
			t.Run(r.how+arch, func(t *testing.T) {
				every(t, func(t *testing.T, cfg gotcg.Config) {
					_, x := runELF(t, cfg, "crash"+arch, r.how)
					require.Equal(t, gotcg.Signaled, x.Kind)
					require.Equal(t, r.signal, x.Signal)
					require.Equal(t, 128+r.signal, x.Code)
					require.Contains(t, x.Text, r.text)
				})
			})
		}
	}
}

// TestStopBlocked ends a guest's wait for input by context and by Stop; it goes on afterwards.
func TestStopBlocked(t *testing.T) {
	for _, arch := range []string{".x64", ".a64"} {
		in, feed, err := os.Pipe()
		require.NoError(t, err)
		drain, out, err := os.Pipe()
		require.NoError(t, err)
		m, err := gotcg.Load("testdata/elf/bin/cat"+arch, gotcg.Config{Stdin: in, Stdout: out})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		x, err := m.Run(ctx)
		cancel()
		require.NoError(t, err)
		require.Equal(t, gotcg.Stopped, x.Kind)
		time.AfterFunc(20*time.Millisecond, m.Stop)
		x, err = m.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, gotcg.Stopped, x.Kind)
		_, err = feed.WriteString("some input")
		require.NoError(t, err)
		require.NoError(t, feed.Close())
		for x.Kind == gotcg.Stopped {
			x, err = m.Run(context.Background())
			require.NoError(t, err)
		}
		require.Equal(t, gotcg.Exited, x.Kind)
		require.Zero(t, x.Code)
		require.NoError(t, m.Close())
		require.NoError(t, out.Close())
		b, err := io.ReadAll(drain)
		require.NoError(t, err)
		require.Equal(t, "some input", string(b))
		require.NoError(t, in.Close())
		require.NoError(t, drain.Close())
	}
}
