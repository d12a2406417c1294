//go:build linux && amd64

package safemem

import (
	"bytes"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func page(t *testing.T, n int) ([]byte, uintptr) {
	b, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Munmap(b) })
	require.NoError(t, Init())
	return b, uintptr(unsafe.Pointer(&b[0]))
}

func TestSizes(t *testing.T) {
	b, p := page(t, 4096)
	for _, size := range []int{1, 2, 4, 8, 16} {
		for i := range b[:64] {
			b[i] = 0xee
		}
		require.Zero(t, Store(p+3, size, 0x8877665544332211, 0xffeeddccbbaa9988))
		lo, hi, f := Load(p+3, size)
		require.Zero(t, f)
		want, wantHi := uint64(0x8877665544332211), uint64(0)
		if size < 8 {
			want &= 1<<(8*size) - 1
		}
		if size == 16 {
			wantHi = 0xffeeddccbbaa9988
		}
		require.Equal(t, []uint64{want, wantHi}, []uint64{lo, hi}, "size %d", size)
		require.Equal(t, byte(0xee), b[2])
		require.Equal(t, byte(0xee), b[3+size])
	}
}

func TestCas(t *testing.T) {
	_, p := page(t, 4096)
	for _, size := range []int{1, 2, 4, 8, 16} {
		require.Zero(t, Store(p, 16, 0x8877665544332211, 7))
		olo, ohi, _ := Load(p, size)
		lo, hi, f := Cas(p, size, olo+1, ohi, 5, 6)
		require.Zero(t, f)
		require.Equal(t, []uint64{olo, ohi}, []uint64{lo, hi})
		lo, hi, f = Cas(p, size, olo, ohi, 5, 6)
		require.Zero(t, f)
		require.Equal(t, []uint64{olo, ohi}, []uint64{lo, hi})
		lo, _, _ = Load(p, size)
		require.Equal(t, uint64(5), lo)
	}
}

func TestFaultsComeBack(t *testing.T) {
	b, p := page(t, 3*4096)
	require.NoError(t, syscall.Mprotect(b[4096:8192], syscall.PROT_NONE))
	for _, size := range []int{1, 2, 4, 8, 16} {
		_, _, f := Load(p+4096, size)
		require.Equal(t, Fault{p + 4096, uintptr(syscall.SIGSEGV)}, f)
		require.Equal(t, Fault{p + 4096, uintptr(syscall.SIGSEGV)}, Store(p+4096, size, 1, 2))
		_, _, f = Cas(p+4096, size, 0, 0, 0, 0)
		require.Equal(t, Fault{p + 4096, uintptr(syscall.SIGSEGV)}, f)
	}
	n, f := Move(p+4096-10, p+8192, 100)
	require.Equal(t, uintptr(10), n)
	require.Equal(t, Fault{p + 4096, uintptr(syscall.SIGSEGV)}, f)
	for _, r := range []struct{ before, n, want uintptr }{{16, 64, 16}, {4, 64, 4}, {12, 7, 7}, {8, 15, 8}, {20, 20, 20}, {20, 24, 20}} {
		n, f = Move(p+4096-r.before, p+8192, r.n)
		require.Equal(t, r.want, n)
		require.Equal(t, r.want < r.n, f.Sig != 0)
		n, f = Move(p+8192, p+4096-r.before, r.n)
		require.Equal(t, r.want, n)
		require.Equal(t, r.want < r.n, f.Sig != 0)
	}
	n, f = Move(p, p+4096-7, 100)
	require.Equal(t, uintptr(7), n)
	require.Equal(t, uintptr(syscall.SIGSEGV), f.Sig)
}

// Words that a guest thread may be looking at are copied as words.
func TestCopiesDoNotTear(t *testing.T) {
	_, p := page(t, 4096)
	buf := make([]byte, 4096)
	for _, r := range []struct {
		off  uintptr
		n, w int
	}{{0, 8, 8}, {4, 4, 4}, {6, 2, 2}, {64, 512, 8}, {4, 516, 4}, {64, 519, 8}} {
		var stop atomic.Bool
		var wg sync.WaitGroup
		wg.Go(func() {
			src := bytes.Repeat([]byte{0}, r.n)
			for v := byte(0); !stop.Load(); v = ^v {
				for i := range src {
					src[i] = v
				}
				CopyOut(p+r.off, src)
			}
		})
		for range 3000 {
			at := p + r.off + uintptr(r.n/2/r.w*r.w)
			n, _ := CopyIn(buf[:r.w], at)
			require.Equal(t, r.w, n)
			require.Equal(t, bytes.Repeat(buf[:1], r.w), buf[:r.w])
		}
		stop.Store(true)
		wg.Wait()
	}
}

// A mapping of a file that was truncated raises SIGBUS.
func TestTruncatedFile(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "m")
	require.NoError(t, err)
	defer file.Close()
	require.NoError(t, file.Truncate(8192))
	b, err := syscall.Mmap(int(file.Fd()), 0, 8192, syscall.PROT_READ, syscall.MAP_SHARED)
	require.NoError(t, err)
	defer syscall.Munmap(b)
	require.NoError(t, Init())
	require.NoError(t, file.Truncate(0))
	_, _, f := Load(uintptr(unsafe.Pointer(&b[4096])), 8)
	require.Equal(t, uintptr(syscall.SIGBUS), f.Sig)
}

// Go's own handling of faults still works after ours was installed.
func TestNilPanicStillRecovers(t *testing.T) {
	require.NoError(t, Init())
	for range 3 {
		require.Panics(t, func() {
			var p *[16]int
			p[3] = 1
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	m, _ := syscall.Mmap(-1, 0, 4096, 3, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	_ = Init()
	p := uintptr(unsafe.Pointer(&m[0]))
	for b.Loop() {
		_, _, _ = Load(p, 8)
	}
}

func BenchmarkFault(b *testing.B) {
	m, _ := syscall.Mmap(-1, 0, 4096, 0, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	_ = Init()
	p := uintptr(unsafe.Pointer(&m[0]))
	for b.Loop() {
		_, _, _ = Load(p, 8)
	}
}
