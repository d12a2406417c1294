//go:build linux

package cmd

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// ended starts gotcg with a guest that has ended, and a plugin that waits for somebody to read standard error.
func ended(t *testing.T) (cmd *exec.Cmd, stderr *os.File) {
	dir := t.TempDir()
	require.NoError(t, makeGuests(dir))
	var pipe [2]int
	require.NoError(t, unix.Pipe2(pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK))
	var err error
	for err == nil {
		_, err = unix.Write(pipe[1], make([]byte, 4096))
	}
	require.NoError(t, unix.SetNonblock(pipe[1], false))
	r, w := os.NewFile(uintptr(pipe[0]), "r"), os.NewFile(uintptr(pipe[1]), "w")
	t.Cleanup(func() { r.Close() })
	cmd = exec.Command("gotcg", "run", "--plugin", "insn-count", filepath.Join(dir, "hello-x64"))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = w
	require.NoError(t, cmd.Start())
	require.NoError(t, w.Close())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it is dead unless the test failed
	line := make([]byte, 6)
	_, err = out.Read(line)
	require.NoError(t, err)
	require.Equal(t, "hello\n", string(line))
	return cmd, r
}

// TestSignalAtTheEnd: when the guest has ended and a plugin cannot write what it has, signals do to gotcg what they would.
func TestSignalAtTheEnd(t *testing.T) {
	cmd, _ := ended(t)
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for tick := time.NewTicker(50 * time.Millisecond); ; { // the first may still be the guest's
		select {
		case <-done:
			require.Equal(t, syscall.SIGTERM, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
			return
		case <-tick.C:
			_ = cmd.Process.Signal(syscall.SIGTERM)
		}
	}
}

// TestSignalTwice: timeout(1) sends its signal twice. That the second one comes when the guest has ended leaves the plugin the
// time to write what it has.
func TestSignalTwice(t *testing.T) {
	cmd, stderr := ended(t)
	for range 3 {
		time.Sleep(50 * time.Millisecond)
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	}
	text, err := io.ReadAll(stderr)
	require.NoError(t, err)
	require.Contains(t, strings.TrimLeft(string(text), "\x00"), "total insns: 8\n")
	_ = cmd.Wait()
	require.NotEqual(t, -1, cmd.ProcessState.ExitCode()) // 3, or 143 if the guest was still there
}
