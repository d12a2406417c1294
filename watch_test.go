package gotcg_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/instrument"
)

// diary notes the events that come from outside translated code.
type diary struct {
	lines []string
	// answer may skip a call or change its result.
	answer func(s *instrument.Syscall, after bool)
	idle   func()
}

func (d *diary) note(c *instrument.CPU, format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf("%d %v: ", c.Index(), c.ThreadID() == os.Getpid())+fmt.Sprintf(format, args...))
}

func (d *diary) ThreadStart(c *instrument.CPU) { d.note(c, "start") }
func (d *diary) ThreadExit(c *instrument.CPU)  { d.note(c, "exit") }

func (d *diary) Idle(c *instrument.CPU) {
	d.note(c, "idle")
	if d.idle != nil {
		d.idle()
	}
}

func (d *diary) Resume(c *instrument.CPU) { d.note(c, "resume") }

func (d *diary) BeforeSyscall(c *instrument.CPU, s *instrument.Syscall) {
	d.note(c, "before %s", s.Name)
	if d.answer != nil {
		d.answer(s, false)
	}
}

func (d *diary) AfterSyscall(c *instrument.CPU, s *instrument.Syscall) {
	if d.answer != nil {
		d.answer(s, true)
	}
	d.note(c, "after %s: %d", s.Name, int64(s.Ret))
}

func (d *diary) load(t *testing.T, m *gotcg.Machine) {
	require.NoError(t, m.AddPlugin("diary", func(*instrument.Instance) (any, error) { return d, nil }))
}

// TestEventsOfThreadsAndCalls: what a program does outside its code, in order; a call that is skipped, and one
// whose result is changed, on both guests.
func TestEventsOfThreadsAndCalls(t *testing.T) {
	for _, name := range []string{"hello.x64", "hello.a64"} {
		every(t, func(t *testing.T, cfg gotcg.Config) {
			skip := func(s *instrument.Syscall, after bool) {
				if s.Name == "write" && !after {
					s.Skip, s.Ret = true, s.Args[2]
				}
			}
			for _, answer := range []func(*instrument.Syscall, bool){nil, skip} {
				d := &diary{answer: answer}
				out, err := os.CreateTemp(t.TempDir(), "out")
				require.NoError(t, err)
				defer out.Close()
				cfg.Stdout = out
				m, err := gotcg.Load(filepath.Join("testdata/elf/bin", name), cfg)
				require.NoError(t, err)
				d.load(t, m)
				x, err := m.Run(context.Background())
				require.NoError(t, err)
				require.Equal(t, gotcg.Exited, x.Kind)
				text, err := os.ReadFile(out.Name())
				require.NoError(t, err)
				require.Equal(t, answer == nil, len(text) > 0)
				require.Equal(t, "0 true: start", d.lines[0])
				require.Contains(t, d.lines, "0 true: before write")
				require.Equal(t, "0 true: exit", d.lines[len(d.lines)-1], "told before Close")
				require.NoError(t, m.Close())
			}
		})
	}
}

// TestIdleEvents: a program that waits for input is idle until there is some, and not when there was.
func TestIdleEvents(t *testing.T) {
	for _, name := range []string{"cat.x64", "cat.a64"} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		require.NoError(t, err)
		d := &diary{idle: func() {
			go func() {
				time.Sleep(10 * time.Millisecond)
				w.Close()
			}()
		}}
		_, err = io.WriteString(w, "there already\n")
		require.NoError(t, err)
		m, err := gotcg.Load(filepath.Join("testdata/elf/bin", name), gotcg.Config{Stdin: r, Stdout: null})
		require.NoError(t, err)
		d.load(t, m)
		_, err = m.Run(context.Background())
		require.NoError(t, err)
		require.NoError(t, m.Close())
		require.NoError(t, r.Close())
		require.NoError(t, null.Close())
		var got []string
		for _, l := range d.lines {
			if l == "0 true: idle" || l == "0 true: resume" || l == "0 true: before read" || l == "0 true: after read: 14" || l == "0 true: after read: 0" {
				got = append(got, l[8:])
			}
		}
		require.Equal(t, []string{"before read", "after read: 14", "before read", "idle", "resume", "after read: 0"}, got)
	}
}

// TestRawCodeThread: raw code is one thread, without an id.
func TestRawCodeThread(t *testing.T) {
	m, err := gotcg.New(gotcg.Config{})
	require.NoError(t, err)
	d := new(diary)
	d.load(t, m)
	require.NoError(t, m.Map(base, 0x1000, gotcg.R|gotcg.X))
	require.NoError(t, m.WriteMem(base, []byte{0x90, 0x0f, 0x05, 0x90, 0x0f, 0x05}))
	m.SetPC(base)
	for range 2 {
		_, err = m.Run(context.Background())
		require.NoError(t, err)
	}
	require.NoError(t, m.Close())
	require.Equal(t, []string{"0 false: start", "0 false: exit"}, d.lines)
}

func (d *diary) Signal(c *instrument.CPU, s instrument.Signal) {
	d.note(c, "signal %d code %d addr %#x handled %v", s.Number, s.Code, s.Addr, s.Handler != 0)
	if s.PC == 0 || s.PC != c.Register(c.Arch().Roles.PC) {
		d.note(c, "wrong PC")
	}
}

// TestSignalEvents: signals that end the program, that are handled, and that end a wait; the program does as without.
func TestSignalEvents(t *testing.T) {
	for _, row := range []struct {
		prog, arg string
		exit      gotcg.ExitKind
		want      string
	}{
		{"crash", "null", gotcg.Signaled, "0 true: signal 11 code 1 addr 0x0 handled false"},
		{"crash", "nullwrite", gotcg.Signaled, "0 true: signal 11 code 1 addr 0x8 handled false"},
		{"crash", "kill", gotcg.Signaled, "0 true: signal 15 code 0 addr 0x0 handled false"},
		{"signals", "segv", gotcg.Exited, "handled true"},
		{"signals", "waits", gotcg.Exited, ": -4"}, // EINTR
	} {
		for _, arch := range []string{".x64", ".a64"} {
			t.Run(row.prog+arch+"/"+row.arg, func(t *testing.T) {
				null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
				require.NoError(t, err)
				defer null.Close()
				d := new(diary)
				m, err := gotcg.Load(filepath.Join("testdata/elf/bin", row.prog+arch),
					gotcg.Config{Args: []string{row.prog, row.arg}, Stdin: null, Stdout: null, Stderr: null})
				require.NoError(t, err)
				d.load(t, m)
				x, err := m.Run(context.Background())
				require.NoError(t, err)
				require.NoError(t, m.Close())
				require.Equal(t, row.exit, x.Kind)
				all := strings.Join(d.lines, "\n")
				require.Contains(t, all, row.want)
				require.NotContains(t, all, "wrong PC")
				require.Equal(t, "0 true: exit", d.lines[len(d.lines)-1])
			})
		}
	}
}
