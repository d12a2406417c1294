//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestSignalAtTheEnd: when the guest has ended and a plugin cannot write what it has, signals do to gotcg what they would.
func TestSignalAtTheEnd(t *testing.T) {
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
	defer r.Close()
	defer w.Close()
	cmd := exec.Command("gotcg", "run", "--plugin", "insn-count", filepath.Join(dir, "hello-x64"))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = w
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill() //nolint:errcheck // it is dead unless the test failed
	line := make([]byte, 6)
	_, err = out.Read(line)
	require.NoError(t, err)
	require.Equal(t, "hello\n", string(line))
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
