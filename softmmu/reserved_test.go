//go:build linux && amd64

package softmmu

import (
	"os"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// reserved tells whether the host has a mapping, of whatever kind, at each page of [a, a+n): no mmap of the process may come to lie there.
func reserved(t *testing.T, as *AddressSpace, a Addr, n uint64) bool {
	t.Helper()
	vec := make([]byte, n/PageSize)
	_, _, e := syscall.Syscall(syscall.SYS_MINCORE, as.host(a), uintptr(n), uintptr(unsafe.Pointer(&vec[0])))
	require.Contains(t, []syscall.Errno{0, syscall.ENOMEM}, e)
	return e == 0
}

// TestNoHoles: what the host refuses leaves the addresses reserved, and what was there as it was.
func TestNoHoles(t *testing.T) {
	const at, n = 0x100000, 16 * PageSize
	as, err := New(Config{Mode: Direct})
	require.NoError(t, err)
	defer as.Close()
	require.NoError(t, as.Map(at, n, RW, Info{}))
	require.True(t, as.Store(at+PageSize, 1, 7, 0).OK())
	proc, err := os.Open("/proc/version") // its mmap fails, after the host has made room
	require.NoError(t, err)
	defer proc.Close()
	for _, shared := range []bool{false, true} {
		err := as.MapFile(at, n, R, File{FD: int(proc.Fd()), Reader: proc, Shared: shared}, Info{})
		require.ErrorIs(t, err, syscall.EIO)
		require.True(t, reserved(t, as, at, n))
		v, _, f := as.Load(at+PageSize, 1)
		require.True(t, f.OK())
		require.EqualValues(t, 7, v)
	}
	for _, step := range []func() error{
		func() error { return as.Unmap(at, 4*PageSize) },
		func() error { return as.Map(at, PageSize, RW, Info{}) },   // where nothing is
		func() error { return as.Map(at, 8*PageSize, RW, Info{}) }, // over some of it
		func() error { return as.Protect(at, 2*PageSize, R) },      // two mappings of the host's
		func() error { return as.Protect(at+6*PageSize, PageSize, R) },
		func() error { return as.Protect(at, 8*PageSize, RW) },
		func() error { return as.Remap(at, 8*PageSize, at+n, 12*PageSize) },
		func() error { return as.Remap(at+n, 12*PageSize, at, PageSize) },
		func() error { return as.Map(at, PageSize, RW, Info{Shared: true}) }, // a file of the host's
		func() error { return as.Remap(at, PageSize, at+n, 2*PageSize) },
		func() error { return as.Unmap(at, 3*n) },
	} {
		require.NoError(t, step())
		require.True(t, reserved(t, as, at, 3*n))
	}
	require.Empty(t, as.Regions())
	require.NoError(t, as.Map(at, n, RW, Info{}))
	v, _, f := as.Load(at+PageSize, 1)
	require.True(t, f.OK())
	require.Zero(t, v, "memory that was unmapped and is mapped again")
}

// TestHugePages: a mapping of a file of huge pages would be longer than what is asked for.
func TestHugePages(t *testing.T) {
	name := []byte("huge\x00")
	const memfdCreate, mfdHugeTLB = 319, 4
	fd, _, e := syscall.Syscall(memfdCreate, uintptr(unsafe.Pointer(&name[0])), mfdHugeTLB, 0)
	if e != 0 {
		t.Skip("the host's memfd_create has no huge pages")
	}
	f := os.NewFile(fd, "huge")
	defer f.Close()
	require.NoError(t, f.Truncate(2<<20))
	both(t, func(t *testing.T, as *AddressSpace) {
		require.ErrorIs(t, as.MapFile(0x200000, PageSize, RW, File{FD: int(fd), Reader: f, Shared: true}, Info{}), ErrUnsupported)
		require.ErrorIs(t, as.MapFile(0x200000, PageSize, RW, File{FD: int(fd), Reader: f}, Info{}), ErrUnsupported)
		require.Empty(t, as.Regions())
	})
}
