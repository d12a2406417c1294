package softmmu

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestHammer lets goroutines do everything at once to a few pages. Every access must come back with
// a result or a fault; nothing may crash, hang or touch memory beyond.
func TestHammer(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(name, make([]byte, 8*PageSize), 0o600))
	both(t, func(t *testing.T, as *AddressSpace) {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		require.NoError(t, err)
		defer f.Close()
		var calls atomic.Int64
		as.SetInvalidate(func(Addr, uint64) { calls.Add(1) })
		const base, pages = Addr(0x10000), 8
		var stop atomic.Bool
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				rnd := rand.New(rand.NewPCG(1, uint64(w)))
				tlb := as.NewTLB(make([]TLBEntry, 16), nil)
				defer tlb.Close()
				buf := make([]byte, 3*PageSize)
				for !stop.Load() {
					a := base + Addr(rnd.Uint64N(pages*PageSize))
					p := a.Page()
					n := (rnd.Uint64N(3) + 1) * PageSize
					size := 1 << rnd.UintN(5)
					switch rnd.UintN(20) {
					case 0:
						_ = as.Map(p, n, Perm(rnd.UintN(8)), Info{})
					case 1:
						_ = as.Protect(p, PageSize, Perm(rnd.UintN(8)))
					case 2:
						_ = as.Unmap(p, PageSize)
					case 3:
						_ = as.MapFile(p, n, []Perm{RW, RX, RWX}[rnd.UintN(3)], File{FD: int(f.Fd()), Reader: f, Shared: directSupported && rnd.UintN(4) > 0}, Info{Dev: 1, Ino: 1})
					case 4:
						_ = f.Truncate(int64(rnd.UintN(8)) * PageSize)
					case 5:
						_ = as.Remap(p, PageSize, base+Addr(rnd.Uint64N(pages))*PageSize, n)
						_ = as.Duplicate(p, base+Addr(rnd.Uint64N(pages))*PageSize, PageSize)
					case 6, 7:
						_ = as.MarkCode(a)
					case 8:
						as.UnmarkCode(a)
					case 9:
						as.Peek(a, buf[:rnd.UintN(3*PageSize)])
					case 10:
						as.Poke(a, buf[:rnd.UintN(2*PageSize)])
					case 11:
						_ = as.Discard(p, PageSize)
					case 12:
						as.Read(a, buf[:rnd.UintN(3*PageSize)])
					case 13:
						as.Write(a, buf[:rnd.UintN(3*PageSize)])
					case 14:
						_, _, _ = as.Cas(a&^15, size, 0, 0, 1, 0)
					case 15:
						tlb.Fill(a, 1<<rnd.UintN(2))
					case 16, 17:
						as.Store(a, size, 1, 2)
					default:
						_, _, _ = as.Load(a, size)
					}
				}
			})
		}
		time.Sleep(300 * time.Millisecond)
		stop.Store(true)
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			panic("hangs")
		}
		require.Positive(t, calls.Load())
		for _, r := range as.Regions() {
			require.GreaterOrEqual(t, r.Start, base)
		}
	})
}

// Atomics of several goroutines add up, in every size, also across a line and a page border.
func TestRMWIsAtomic(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, as.Map(0x10000, 2*PageSize, RW, Info{}))
		for _, size := range []int{1, 2, 4, 8} {
			for _, a := range []Addr{0x10000, 0x10fff} {
				as.Store(a, size, 0, 0)
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						for range 2000 {
							as.RMW(a, size, func(o uint64) uint64 { return o + 3 })
						}
					})
				}
				wg.Wait()
				lo, _, _ := as.Load(a, size)
				want := uint64(24000)
				if size == 1 {
					want &= 0xff
				}
				require.Equal(t, want, lo, "size %d at %#x", size, uint64(a))
			}
		}
	})
}
