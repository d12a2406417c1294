package gotcg_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// counted are programs whose execution depends on nothing but their code, and the number of lines of
//
//	env -i qemu-ARCH -one-insn-per-tb -d exec,nochain PROGRAM
//
// that begin with "Trace" (qemu-user 10.0.2), less those of linesOfReps.
var counted = map[string]uint64{
	"compute.x64": 1797632, "compute.a64": 1465205,
	"memory.x64": 56301, "memory.a64": 56873,
	"hello.x64": 67, "hello.a64": 70,
	"rep.x64": 390,
}

var long = flag.Bool("long", false, "TestInsnCountAgainstQEMU counts the longer programs too, TestPthreads runs 100 times")

// linesOfReps are the lines QEMU 10.0 has beyond one for each instruction: it leaves a repeated string
// instruction when the low 16 bits of RCX become 0 (after the first iteration) and begins it again.
// Five of the seven instructions of rep.x64 go on to RCX = 0 byte by byte, from 0x1ffff, 0x20000 (once each)
// and 0x30005 (three times) among others. See docs/counts.md.
var linesOfReps = map[string]uint64{"rep.x64": 25}

func TestInsnCountOfPrograms(t *testing.T) {
	for name, want := range counted {
		t.Run(name, func(t *testing.T) {
			every(t, func(t *testing.T, cfg gotcg.Config) {
				if cfg.Accel == gotcg.Interp && want > 1e6 && testing.Short() {
					t.Skip("short: a million instructions on the interpreter")
				}
				var log strings.Builder
				cfg.Verify, cfg.Log, cfg.Plugins = false, &log, []string{"insn-count"}
				runProgram(t, name, cfg)
				require.Equal(t, fmt.Sprintf("cpu 0 insns: %d\ntotal insns: %[1]d\n", want), log.String())
			})
		})
	}
}

// runProgram runs a program of testdata/elf/bin to its end, its output thrown away.
func runProgram(t *testing.T, name string, cfg gotcg.Config) {
	runWith(t, name, cfg, func(*gotcg.Machine) {})
}

// runWith is runProgram with a look at the machine before it runs.
func runWith(t *testing.T, name string, cfg gotcg.Config, prepare func(*gotcg.Machine)) {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	require.NoError(t, err)
	defer null.Close()
	cfg.Stdin, cfg.Stdout, cfg.Stderr = null, null, null
	m, err := gotcg.Load(filepath.Join("testdata/elf/bin", name), cfg)
	require.NoError(t, err)
	prepare(m)
	x, err := m.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, gotcg.Exited, x.Kind, x.String())
	require.NoError(t, m.Close())
}

// TestInsnCountAgainstQEMU counts the short programs with QEMU now, where it is installed.
func TestInsnCountAgainstQEMU(t *testing.T) {
	for name, want := range counted {
		qemu := "qemu-x86_64"
		if strings.HasSuffix(name, ".a64") {
			qemu = "qemu-aarch64"
		}
		if _, err := exec.LookPath(qemu); err != nil {
			t.Skip("no qemu-user for the guest; the recorded counts have been checked")
		}
		if want > 1e5 && !*long {
			continue // its log has hundreds of megabytes
		}
		log := filepath.Join(t.TempDir(), "log")
		cmd := exec.Command(qemu, "-one-insn-per-tb", "-d", "exec,nochain", "-D", log, filepath.Join("testdata/elf/bin", name))
		cmd.Env = []string{}
		require.NoError(t, cmd.Run())
		f, err := os.Open(log)
		require.NoError(t, err)
		n := uint64(0)
		for s := bufio.NewScanner(f); s.Scan(); {
			if strings.HasPrefix(s.Text(), "Trace") {
				n++
			}
		}
		require.NoError(t, f.Close())
		require.Equal(t, want+linesOfReps[name], n, name)
	}
}

// TestPluginsDoNotDisturb: output and exit status are the same with every plugin loaded.
func TestPluginsDoNotDisturb(t *testing.T) {
	every(t, func(t *testing.T, cfg gotcg.Config) {
		for _, name := range []string{"files.x64", "files.a64", "memory.x64", "memory.a64", "entry-pie.x64", "entry-pie.a64", "selfmod.x64", "selfmod.a64"} {
			var log strings.Builder
			cfg.Verify, cfg.Log = false, &log
			cfg.Args = []string{"entry", "one", "two"}
			cfg.Plugins = nil
			want, code := output(t, name, cfg)
			cfg.Plugins = []string{"insn-count,sizes", "bb-count", "mem", "mem,callback", "syscall-log,print"}
			if name != "memory.x64" && name != "memory.a64" {
				cfg.Plugins = append(cfg.Plugins, "exec-log", "mem,print-accesses")
			}
			got, code2 := output(t, name, cfg)
			require.Equal(t, want, got, name)
			require.Equal(t, code, code2, name)
			require.Contains(t, log.String(), "total insns: ")
		}
	})
}

func output(t *testing.T, name string, cfg gotcg.Config) (string, int) {
	f, err := os.CreateTemp(t.TempDir(), "out")
	require.NoError(t, err)
	defer f.Close()
	cfg.Stdout, cfg.Stderr = f, f
	exe, err := filepath.Abs(filepath.Join("testdata/elf/bin", name))
	require.NoError(t, err)
	m, err := gotcg.Load(exe, cfg)
	require.NoError(t, err)
	x, err := m.Run(context.Background())
	require.NoError(t, err)
	require.NoError(t, m.Close())
	text, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	return string(text), x.Code
}

// TestLogsAgree: what plugins log of a program, event by event with values, is the same under the JIT, the
// interpreter and both in lockstep. selfmod writes to its own code, whose stores are done again (blocks begin
// anew after them, so their number is not compared).
func TestLogsAgree(t *testing.T) {
	for _, name := range []string{"selfmod.x64", "selfmod.a64", "crash.x64", "crash.a64", "hello.x64", "hello.a64"} {
		for _, mem := range []gotcg.MemMode{gotcg.Direct, gotcg.TLB} {
			t.Run(name+"/"+mem.String(), func(t *testing.T) {
				logOf := func(cfg gotcg.Config) string {
					var log strings.Builder
					cfg.Mem, cfg.Log, cfg.Args = mem, &log, []string{name}
					cfg.Plugins = []string{"exec-log", "mem,print-accesses", "syscall-log,print", "insn-count", "mem"}
					if !strings.HasPrefix(name, "selfmod") {
						cfg.Plugins = append(cfg.Plugins, "bb-count")
					}
					output(t, name, cfg)
					return log.String()
				}
				want := logOf(gotcg.Config{Accel: gotcg.Interp})
				for _, a := range accels(t) {
					require.Equal(t, want, logOf(gotcg.Config{Accel: a}), a)
				}
				if len(accels(t)) > 1 {
					require.Equal(t, want, logOf(gotcg.Config{Lockstep: true}), "lockstep")
				}
			})
		}
	}
}
