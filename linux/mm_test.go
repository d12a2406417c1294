//go:build linux

package linux

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

func TestBrk(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		start := g.must("brk", 0)
		require.Equal(t, int64(0x409000), start)
		require.Equal(t, start+100, g.must("brk", start+100))
		require.Equal(t, byte(0), g.mem(uint64(start+99), 1)[0])
		require.Equal(t, start+0x5000, g.must("brk", start+0x5000))
		require.Equal(t, start+0x5000, g.must("brk", 5), "below the start: no change")
		require.Equal(t, start+0x5000, g.must("brk", int64(1)<<60), "beyond all: no change")
		g.must("brk", start)
		require.False(t, g.as.Mapped(softmmu.Addr(start), 1))
	})
}

func TestMmap(t *testing.T) {
	const rw = abi.PROT_READ | abi.PROT_WRITE
	const anon = abi.MAP_PRIVATE | abi.MAP_ANONYMOUS
	eachGuest(t, Config{}, func(g *guest) {
		a := g.must("mmap", 0, 3*4096, rw, anon, -1, 0)
		require.Equal(t, make([]byte, 3*4096), g.mem(uint64(a), 3*4096))
		b := g.must("mmap", 0, 4096, rw, anon, -1, 0)
		require.Equal(t, a-4096, b, "top down, side by side")
		g.must("munmap", a+4096, 4096)
		require.False(t, g.as.Mapped(softmmu.Addr(a+4096), 1))
		require.Equal(t, a+4096, g.must("mmap", a+4096, 4096, rw, anon|abi.MAP_FIXED_NOREPLACE, -1, 0))
		g.fails(abi.EEXIST, "mmap", a, 4096, rw, anon|abi.MAP_FIXED_NOREPLACE, -1, 0)
		g.fails(abi.EINVAL, "mmap", 0, 0, rw, anon, -1, 0)
		g.fails(abi.EINVAL, "mmap", a+1, 4096, rw, anon|abi.MAP_FIXED, -1, 0)
		g.fails(abi.EPERM, "mmap", 0, 4096, rw, anon|abi.MAP_FIXED, -1, 0)
		g.fails(abi.ENOMEM, "mmap", 0, int64(1)<<60, rw, anon, -1, 0)
		g.fails(abi.ENOMEM, "mmap", 0, -1, rw, anon, -1, 0)
		g.fails(abi.EBADF, "mmap", 0, 4096, rw, abi.MAP_PRIVATE, 77, 0)
		g.fails(abi.EINVAL, "mmap", 0, 4096, rw, abi.MAP_ANONYMOUS, -1, 0)
		g.must("mprotect", a, 4096, abi.PROT_READ)
		require.False(t, g.as.Check(softmmu.Addr(a), 1, softmmu.W).OK())
		g.fails(abi.ENOMEM, "mprotect", 0x20000, 4096, abi.PROT_READ)
		g.fails(abi.EINVAL, "mprotect", a+1, 4096, abi.PROT_READ)
		g.fails(abi.EINVAL, "munmap", a+1, 4096)
		g.fails(abi.EINVAL, "munmap", a, 0)
		// Of neither would the host map just what is asked for.
		g.fails(abi.ENOMEM, "mmap", 0, 2<<20, rw, anon|abi.MAP_HUGETLB, -1, 0)
		g.fails(abi.ENOMEM, "memfd_create", "m", unix.MFD_HUGETLB)
		// A file that cannot be mapped leaves what is there.
		proc := g.must("openat", abi.AT_FDCWD, "/proc/version", 0, 0)
		g.must("mprotect", a, 4096, rw)
		_, f := g.as.Write(softmmu.Addr(a), []byte("kept"))
		require.True(t, f.OK())
		g.fails(abi.EIO, "mmap", a, 4096, abi.PROT_READ, abi.MAP_PRIVATE|abi.MAP_FIXED, proc, 0)
		require.Equal(t, "kept", string(g.mem(uint64(a), 4)))
	})
}

func TestMmapFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	eachGuest(t, Config{}, func(g *guest) {
		require.NoError(t, os.WriteFile(path, append(bytes.Repeat([]byte("x"), 4096), "tail"...), 0o644))
		fd := g.must("openat", abi.AT_FDCWD, path, abi.O_RDWR, 0)
		a := uint64(g.must("mmap", 0, 8192, abi.PROT_READ|abi.PROT_WRITE, abi.MAP_PRIVATE, fd, 0))
		require.Equal(t, "xxtail\x00", string(g.mem(a+4094, 7)))
		s := uint64(g.must("mmap", 0, 8192, abi.PROT_READ|abi.PROT_WRITE, abi.MAP_SHARED, fd, 0))
		_, f := g.as.Write(softmmu.Addr(s), []byte("shared"))
		require.True(t, f.OK())
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "shared", string(got[:6]))
		g.fails(abi.EINVAL, "mmap", 0, 4096, 1, abi.MAP_PRIVATE, fd, 5)
		ro := g.must("openat", abi.AT_FDCWD, path, abi.O_RDONLY, 0)
		g.fails(abi.EACCES, "mmap", 0, 4096, abi.PROT_WRITE, abi.MAP_SHARED, ro, 0)
		maps := g.p.mapsText()
		require.Contains(t, maps, "rw-s")
		require.Contains(t, maps, path)
		require.Contains(t, maps, "[stack]")
		g.must("msync", s, 8192, abi.MS_SYNC)
	})
}

func TestMremap(t *testing.T) {
	const rw, anon = abi.PROT_READ | abi.PROT_WRITE, abi.MAP_PRIVATE | abi.MAP_ANONYMOUS
	eachGuest(t, Config{}, func(g *guest) {
		a := g.must("mmap", 0x20000000, 8192, rw, anon, -1, 0)
		g.as.Write(softmmu.Addr(a), []byte("hello"))
		require.Equal(t, a, g.must("mremap", a, 8192, 16384, 0))
		require.Equal(t, a, g.must("mremap", a, 16384, 4096, 0))
		g.must("mmap", a+4096, 4096, rw, anon|abi.MAP_FIXED, -1, 0)
		g.fails(abi.ENOMEM, "mremap", a, 4096, 1<<20, 0)
		b := g.must("mremap", a, 4096, 1<<20, abi.MREMAP_MAYMOVE)
		require.NotEqual(t, a, b)
		require.Equal(t, "hello", string(g.mem(uint64(b), 5)))
		require.False(t, g.as.Mapped(softmmu.Addr(a), 1))
		require.Equal(t, byte(0), g.mem(uint64(b)+1<<20-1, 1)[0])
		g.fails(abi.EFAULT, "mremap", 0x30000000, 4096, 8192, abi.MREMAP_MAYMOVE)
		g.fails(abi.EINVAL, "mremap", b+1, 4096, 8192, 0)
	})
}

func TestMadviseDontneed(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		a := g.must("mmap", 0, 8192, 3, abi.MAP_PRIVATE|abi.MAP_ANONYMOUS, -1, 0)
		g.as.Write(softmmu.Addr(a), []byte("hello"))
		g.must("madvise", a, 4096, abi.MADV_DONTNEED)
		require.Equal(t, make([]byte, 5), g.mem(uint64(a), 5))
		g.fails(abi.ENOMEM, "madvise", 0x30000000, 4096, abi.MADV_DONTNEED)
		g.fails(abi.EINVAL, "madvise", a, 4096, 1234)
	})
}

// TestReadOverCode: somebody begins to run code in the buffer of a read between the look at the buffer and the host's call.
func TestReadOverCode(t *testing.T) {
	text := bytes.Repeat([]byte("abcdefgh"), 1024)
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, append(text, text...), 0o600))
	eachGuest(t, Config{}, func(g *guest) {
		t := g.t
		const code, alias = softmmu.Addr(0x20000000), softmmu.Addr(0x21000000)
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		require.NoError(t, err)
		defer f.Close()
		memory := filepath.Join(t.TempDir(), "memory")
		require.NoError(t, os.WriteFile(memory, make([]byte, 4*4096), 0o600))
		m, err := os.OpenFile(memory, os.O_RDWR, 0)
		require.NoError(t, err)
		defer m.Close()
		file, info := softmmu.File{FD: int(m.Fd()), Shared: true}, softmmu.Info{Dev: 1, Ino: 2}
		require.NoError(t, g.as.MapFile(code, 4*4096, softmmu.RX, file, info))
		require.NoError(t, g.as.MapFile(alias, 4*4096, softmmu.RW, file, info))
		forgot := 0
		g.as.SetInvalidate(func(softmmu.Addr, uint64) { forgot++ })
		fd := g.must("openat", abi.AT_FDCWD, path, abi.O_RDWR, 0)
		pipe := g.buf(8)
		g.must("pipe2", pipe, 0)
		ends := g.mem(pipe, 8)
		task := g.p.leader
		for i, r := range []struct {
			page softmmu.Addr // the code
			fd   int
			off  int64
			want int
		}{
			{0, int(fd), 0, 8192}, {4096, int(fd), 0, 8192}, {4096, int(fd), 8, 8192}, {8192, int(fd), 4096, 8192},
			{0, int(fd), 4096 * 3, 4096}, {0, int(fd), -1, 8192}, {4096, int(fd), -1, 8192}, {0, int(ends[0]), -1, 8192},
		} {
			if r.fd != int(fd) {
				require.EqualValues(t, len(text), g.must("write", int(ends[4]), text, len(text)))
			}
			require.NoError(t, g.as.MarkCode(code+r.page)) // its object has code from now on
			h := task.buffers(uint64(alias), 8192, softmmu.W)
			require.NoError(t, g.as.MarkCode(code+r.page))
			before := forgot
			off := &r.off
			if r.off < 0 {
				off = nil
			}
			n, e := task.rw(r.fd, h, false, off)
			require.Zero(t, e, "row %d", i)
			require.EqualValues(t, r.want, n, "row %d", i)
			require.Equal(t, text[:r.want], g.mem(uint64(alias), r.want), "row %d", i)
			require.Equal(t, int(r.page) < r.want, forgot > before, "row %d", i)
		}
	})
}
