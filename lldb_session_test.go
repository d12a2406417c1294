//go:build linux

package gotcg_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// withLLDB runs lldb and returns what each command printed. lldb echoes the commands of a file; what it prints
// belongs to the one before.
func (s *gdbSession) withLLDB(_ *gotcg.Machine, dir, path, sock string) []string {
	t := s.t
	setup := []string{
		"settings set use-color false",
		"settings set stop-line-count-before 0", "settings set stop-line-count-after 0", "settings set stop-disassembly-display never",
		"target create " + path, "process connect unix-connect://" + sock,
	}
	file := filepath.Join(dir, "script")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(append(setup, s.commands...), "\n")+"\n"), 0o666))
	cmd := exec.Command("lldb", "--no-lldbinit", "-l", "none", "-b", "-s", file)
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	got := make([]string, len(s.commands)+1)
	var all strings.Builder
	at, before := -1, len(setup)
	for sc := bufio.NewScanner(pipe); sc.Scan(); {
		fmt.Fprintln(&all, sc.Text())
		if strings.HasPrefix(sc.Text(), "(lldb) ") {
			if before == 0 && at+1 < len(s.commands) && strings.TrimSpace(sc.Text()[7:]) == s.commands[at+1] {
				at++
				continue
			}
			if before > 0 && strings.TrimSpace(sc.Text()[7:]) == setup[len(setup)-before] {
				before--
				continue
			}
		}
		if at >= 0 {
			got[at] += sc.Text() + "\n"
		}
	}
	_ = cmd.Wait()
	require.Equal(t, len(s.commands)-1, at, "lldb stopped early: %s", &all)
	return got
}

// TestLLDBSessions plays the sessions with lldb on both guests. What lldb prints differs between its versions; the
// files hold what versions 14 and later have in common.
func TestLLDBSessions(t *testing.T) { playSessions(t, "testdata/lldb/*.txt") }
