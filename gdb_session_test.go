//go:build linux

package gotcg_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// Sessions with gdb itself: testdata/gdb/*.txt. See session.

var compilers = map[string]string{"x64": "gcc", "a64": "aarch64-linux-gnu-gcc"}

// built keeps the programs that have been compiled, for the sessions that share them.
var built sync.Map

// TestMain removes the programs that were compiled for several tests.
func TestMain(m *testing.M) {
	m.Run()
	built.Range(func(_, build any) bool {
		if out, err := build.(func() (string, error))(); err == nil {
			_ = os.RemoveAll(filepath.Dir(out))
		}
		return true
	})
}

// debugged compiles a program of testdata/gdb with what gdb needs to know.
func debugged(t *testing.T, name, arch string) string {
	cc := compilers[arch]
	if _, err := exec.LookPath(cc); err != nil {
		t.Skip("a session with a debugger needs a C compiler for the guest; the transcripts of packets run always")
	}
	build, _ := built.LoadOrStore(name+arch, sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "gotcg-gdb")
		if err != nil {
			return "", err
		}
		out := filepath.Join(dir, name)
		src, err := filepath.Abs("testdata/gdb/" + name + ".c")
		if err != nil {
			return "", err
		}
		b, err := exec.Command(cc, "-g", "-O0", "-fno-stack-protector", "-static", "-pthread", "-o", out, src).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("%w: %s", err, b)
		}
		return out, nil
	}))
	out, err := build.(func() (string, error))()
	require.NoError(t, err)
	return out
}

// session plays a file of testdata/gdb with stock gdb. Its lines are
//
//	program NAME ARGUMENT...      what runs
//	listen                        gdb attaches while it runs; without it the program waits for gdb,
//	wait                          which attaches by itself
//	(gdb) COMMAND                 what is typed; SOCKET stands for the address, DIR for a
//	                              directory, FILE for the program
//	(lldb) COMMAND                what is typed into lldb, which is asked to connect to SOCKET itself
//	^C COMMAND                    the same, and gdb is interrupted once the program has got to where it loops
//	anything else                 a line that the last command prints, * standing for any text; ... for any lines
//	x64| LINE, a64| LINE          a line for one architecture only
//	exit STATUS                   how the program ends; it has to, unless it is killed
//	# ...                         a comment
func session(t *testing.T, file, arch string, cfg gotcg.Config) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	s := &gdbSession{t: t, arch: arch, cfg: cfg}
	for line := range strings.Lines(string(text)) {
		s.line(strings.TrimRight(line, "\n"))
	}
	s.run()
}

// gdbSession is a session taken apart.
type gdbSession struct {
	t         *testing.T
	arch      string
	cfg       gotcg.Config
	program   []string
	listen    bool
	wait      bool
	lldb      bool
	exit      string
	commands  []string
	interrupt map[int]bool
	want      [][]string
}

func (s *gdbSession) line(l string) {
	if rest, ok := strings.CutPrefix(l, "x64| "); ok {
		if l = rest; s.arch != "x64" {
			return
		}
	}
	if rest, ok := strings.CutPrefix(l, "a64| "); ok {
		if l = rest; s.arch != "a64" {
			return
		}
	}
	word, rest, _ := strings.Cut(l, " ")
	switch word {
	case "#":
	case "program":
		s.program = strings.Fields(rest)
	case "listen":
		s.listen = true
	case "wait":
		s.wait = true
	case "exit":
		s.exit = rest
	case "^C":
		if s.interrupt == nil {
			s.interrupt = map[int]bool{}
		}
		s.interrupt[len(s.commands)] = true
		fallthrough
	case "(gdb)", "(lldb)":
		s.lldb = word == "(lldb)"
		s.commands = append(s.commands, rest)
		s.want = append(s.want, nil)
	default:
		n := len(s.want) - 1
		s.want[n] = append(s.want[n], l)
	}
}

// run runs the program and gdb, and compares.
func (s *gdbSession) run() {
	t := s.t
	if _, err := exec.LookPath("gdb-multiarch"); err != nil && !s.lldb {
		t.Skip("a session with gdb needs gdb-multiarch; the transcripts of packets run always")
	}
	if _, err := exec.LookPath("lldb"); err != nil && s.lldb {
		t.Skip("a session with lldb needs lldb; its packets are in the transcripts, which run always")
	}
	path := debugged(t, s.program[0], s.arch)
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, "output"))
	require.NoError(t, err)
	defer out.Close()
	s.cfg.Args, s.cfg.Stdout, s.cfg.Env = s.program, out, []string{"A=1"}
	m, err := gotcg.Load(path, s.cfg)
	require.NoError(t, err)
	sock := filepath.Join(dir, "gdb")
	l, err := net.Listen("unix", sock)
	require.NoError(t, err)
	if !s.listen {
		m.Debug().Hold()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	served, ran := make(chan error, 1), make(chan gotcg.Exit, 1)
	go func() { served <- m.Debug().Serve(ctx, l) }()
	go func() {
		x, err := m.Run(ctx)
		require.NoError(t, err)
		ran <- x
	}()
	client := s.gdb
	if s.lldb {
		client = s.withLLDB
	}
	got := client(m, dir, path, sock)
	select {
	case x := <-ran:
		require.True(t, linesMatch([]string{s.exit}, []string{x.String()}), "%s after %s", x, got)
	case <-time.After(10 * time.Second):
		t.Fatalf("the program has not ended:\n%s", strings.Join(got, "\n@@\n"))
	}
	cancel()
	require.NoError(t, <-served)
	require.NoError(t, m.Close())
	for i, cmd := range s.commands {
		matchLines(t, "> "+cmd, s.want[i], got[i])
	}
}

const marker = "@@"

// gdb runs gdb and returns what each command printed.
func (s *gdbSession) gdb(m *gotcg.Machine, dir, path, sock string) []string {
	t := s.t
	args := []string{"-nx", "-q", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set auto-load off", "-ex", "set confirm off",
		"-ex", "set pagination off", "-ex", "set width 0", "-ex", "set print inferior-events off", "-ex", "set python print-stack none", "-ex", "file " + path}
	if !s.listen && !s.wait {
		args = append(args, "-ex", "target remote "+sock)
	}
	for i, c := range s.commands { // in a file the first error would end them
		args = append(args, "-ex", fmt.Sprintf("echo \\n%s%d\\n", marker, i), "-ex", strings.NewReplacer("SOCKET", sock, "DIR", dir, "FILE", path).Replace(c))
	}
	args = append(args, "-ex", fmt.Sprintf("echo \\n%s%d\\n", marker, len(s.commands)))
	cmd := exec.Command("gdb-multiarch", args...)
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	got := make([]string, len(s.commands)+1)
	at := -1
	for sc := bufio.NewScanner(pipe); sc.Scan(); {
		var n int
		if k, _ := fmt.Sscanf(sc.Text(), marker+"%d", &n); k == 1 && n <= len(s.commands) {
			at = n
			if s.interrupt[n] {
				go func() {
					waitSpinning(m)
					_ = cmd.Process.Signal(syscall.SIGINT)
				}()
			}
			continue
		}
		if at >= 0 {
			got[at] += sc.Text() + "\n"
		}
	}
	_ = cmd.Wait()
	require.Equal(t, len(s.commands), at, "gdb stopped early: %s", strings.Join(got, "\n"))
	return got
}

// waitSpinning waits until nothing is translated any more: then the guest loops, and gdb waits for it.
func waitSpinning(m *gotcg.Machine) {
	for last := uint64(0); ; {
		time.Sleep(300 * time.Millisecond)
		if n := m.Stats().Translated; n == last {
			return
		} else {
			last = n
		}
	}
}

var volatile = regexp.MustCompile(`0x[0-9a-f]{6,}`)

// matchLines compares printed lines with patterns.
func matchLines(t *testing.T, what string, want []string, got string) {
	var have []string
	for l := range strings.Lines(got) {
		if l = strings.TrimRight(l, "\n"); strings.TrimSpace(l) != "" && !strings.HasPrefix(l, "warning: ") {
			have = append(have, volatile.ReplaceAllString(l, "ADDR"))
		}
	}
	if !linesMatch(want, have) {
		t.Errorf("%s\nwant:\n%s\ngot:\n%s", what, strings.Join(want, "\n"), strings.Join(have, "\n"))
	}
}

func linesMatch(want, have []string) bool {
	if len(want) == 0 {
		return len(have) == 0
	}
	if want[0] == "..." {
		for n := 0; n <= len(have); n++ {
			if linesMatch(want[1:], have[n:]) {
				return true
			}
		}
		return false
	}
	if len(have) == 0 {
		return false
	}
	parts := strings.Split(want[0], "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	ok, err := regexp.MatchString("^"+strings.Join(parts, ".*")+"$", have[0])
	return err == nil && ok && linesMatch(want[1:], have[1:])
}

// TestGDBSessions plays every session on both guests, and some on the interpreter.
func TestGDBSessions(t *testing.T) {
	playSessions(t, "testdata/gdb/*.txt")
}

// playSessions plays the sessions that a pattern names.
func playSessions(t *testing.T, pattern string) {
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		for _, arch := range []string{"x64", "a64"} {
			t.Run(strings.TrimSuffix(filepath.Base(f), ".txt")+"/"+arch, func(t *testing.T) {
				if b, err := os.ReadFile(f); err == nil && bytes.Contains(b, []byte("# only "+arch)) != bytes.Contains(b, []byte("# only ")) {
					return
				}
				session(t, f, arch, gotcg.Config{})
				if !testing.Short() {
					session(t, f, arch, gotcg.Config{Tier2: 1})
				}
				if !testing.Short() && strings.Contains(f, "basic") {
					session(t, f, arch, gotcg.Config{Accel: gotcg.Interp})
					session(t, f, arch, gotcg.Config{Mem: gotcg.TLB})
				}
			})
		}
	}
}
