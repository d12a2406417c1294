package execmem

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestTwoViews(t *testing.T) {
	for name, make := range map[string]func(int) (*Buffer, error){"memfd": New, "anonymous": NewAnonymous} {
		t.Run(name, func(t *testing.T) { twoViews(t, make) })
	}
}

func twoViews(t *testing.T, make func(int) (*Buffer, error)) {
	b, err := make(10000)
	require.NoError(t, err)
	require.Equal(t, 12288, b.Size())
	copy(b.Write(), "code")
	require.Equal(t, "code", string(b.rx[:4]))
	b.Patch32(4096, 0x04030201)
	require.Equal(t, []byte{1, 2, 3, 4}, b.rx[4096:4100])
	require.Panics(t, func() { b.Patch32(2, 0) })
	require.Panics(t, func() { b.Patch32(12288, 0) })

	// No mapping of the process is writable and executable.
	f, err := os.Open("/proc/self/maps")
	require.NoError(t, err)
	defer f.Close()
	seen := false
	for s := bufio.NewScanner(f); s.Scan(); {
		perm := strings.Fields(s.Text())[1]
		require.False(t, strings.Contains(perm, "w") && strings.Contains(perm, "x"), s.Text())
		if strings.HasPrefix(s.Text(), fmt.Sprintf("%x-", b.Addr())) {
			seen = true
			require.Equal(t, "r-xs", perm)
		}
	}
	require.True(t, seen)
	require.NoError(t, b.Close())
}

func TestSizes(t *testing.T) {
	for _, n := range []int{-1, 0, MaxSize + 1} {
		_, err := New(n)
		require.Error(t, err, "%d", n)
		_, err = NewAnonymous(n)
		require.Error(t, err, "%d", n)
	}
}

// TestSealed: the code cannot be changed but through the buffer.
func TestSealed(t *testing.T) {
	fd, err := memfd(8192)
	require.NoError(t, err)
	defer unix.Close(fd)
	b, err := views(fd, 8192)
	require.NoError(t, err)
	defer b.Close()
	_, err = unix.Pwrite(fd, []byte("x"), 0)
	require.ErrorIs(t, err, unix.EPERM)
	require.ErrorIs(t, unix.Ftruncate(fd, 0), unix.EPERM)
	_, err = unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	require.ErrorIs(t, err, unix.EPERM)
	require.ErrorIs(t, unix.Mprotect(b.rx, unix.PROT_READ|unix.PROT_WRITE), unix.EACCES)
	copy(b.Write(), "code")
	require.Equal(t, "code", string(b.rx[:4]))
}
