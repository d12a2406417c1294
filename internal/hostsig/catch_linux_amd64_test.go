package hostsig

import (
	"encoding/binary"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestCatch: caught signals are noted and counted; what cannot be caught stays with the caller.
func TestCatch(t *testing.T) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	require.NoError(t, err)
	defer unix.Close(fd)
	defer Release()
	last := syscall.Signal(64)
	left, err := Catch(fd, []syscall.Signal{syscall.SIGUSR1, syscall.SIGKILL, last, syscall.SIGCONT})
	require.NoError(t, err)
	require.Equal(t, []syscall.Signal{syscall.SIGKILL}, left)

	again, err := Catch(fd, []syscall.Signal{syscall.SIGUSR2})
	require.NoError(t, err)
	require.Equal(t, []syscall.Signal{syscall.SIGUSR2}, again, "one at a time")

	for _, s := range []syscall.Signal{syscall.SIGUSR1, last} {
		require.NoError(t, unix.Tgkill(unix.Getpid(), unix.Gettid(), s))
	}
	var n [8]byte
	for total := uint64(0); total < 2; {
		_, err = unix.Read(fd, n[:])
		require.NoError(t, err)
		total += binary.LittleEndian.Uint64(n[:])
	}
	require.Equal(t, uint64(1)<<9|1<<63, Caught())
	require.Zero(t, Caught())

	var sa sigaction
	Release()
	require.Zero(t, rtSigaction(syscall.SIGUSR1, nil, &sa))
	require.NotEqual(t, catchHandlerAddr(), sa.handler)
}
