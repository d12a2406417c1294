package softmmu

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/internal/safemem"
)

// aliasSpace is an address space and what its user knows: the marked pages.
type aliasSpace struct {
	t      *testing.T
	as     *AddressSpace
	tlb    *VTLB
	marked map[Addr]bool
	files  []*os.File
}

func newAliasSpace(t *testing.T, as *AddressSpace) *aliasSpace {
	s := &aliasSpace{t: t, as: as, marked: map[Addr]bool{}}
	as.SetInvalidate(func(a Addr, n uint64) {
		for p := range s.marked {
			if p+pageMask >= a && p <= a+Addr(n-1) {
				delete(s.marked, p)
			}
		}
	})
	if as.Mode() == TLB {
		s.tlb = as.NewTLB(make([]TLBEntry, 64), nil)
	}
	return s
}

// file makes a file of n pages, each of which begins with a number of its own.
func (s *aliasSpace) file(n int) (id uint64) {
	id = uint64(len(s.files) + 1)
	b := make([]byte, n*PageSize)
	for i := range n {
		binary.LittleEndian.PutUint64(b[i*PageSize:], id<<16|uint64(i))
	}
	name := filepath.Join(s.t.TempDir(), "f")
	require.NoError(s.t, os.WriteFile(name, b, 0o600))
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { require.NoError(s.t, f.Close()) })
	s.files = append(s.files, f)
	return id
}

// mapFile maps n pages from page off on of a file.
func (s *aliasSpace) mapFile(id uint64, at Addr, off, n int, p Perm, shared bool) error {
	f := s.files[id-1]
	return s.as.MapFile(at, uint64(n)*PageSize, p,
		File{FD: int(f.Fd()), Reader: f, Offset: int64(off) * PageSize, Shared: shared}, Info{Dev: 1, Ino: id})
}

func (s *aliasSpace) mark(a Addr) error {
	err := s.as.MarkCode(a)
	if err == nil {
		s.marked[a.Page()] = true
	}
	return err
}

// memory returns what the page of a is, and whether stores go through to it.
func (s *aliasSpace) memory(a Addr) (o *object, off uint64, stores bool) {
	r := s.as.snap.Load().find(a)
	if r == nil || r.object() == nil {
		return nil, 0, false
	}
	return r.object(), r.frameOff(a.Page()), r.storesThrough()
}

// check looks for a page that could be stored to unseen though its memory is marked code.
func (s *aliasSpace) check(lo, hi Addr, what string) {
	for p := range s.marked {
		po, poff, _ := s.memory(p)
		for q := lo; q < hi; q += PageSize {
			qo, qoff, stores := s.memory(q)
			if q != p && (qo == nil || qo != po || qoff != poff || !stores) {
				continue
			}
			require.True(s.t, s.as.IsCode(q, 1), "%s: %#x, code at %#x", what, uint64(q), uint64(p))
			if s.tlb != nil {
				require.NotEqual(s.t, uint64(q), s.tlb.entries[s.tlb.index(q)].WriteTag, "%s: %#x, code at %#x", what, uint64(q), uint64(p))
				continue
			}
			old, _, hf := safemem.Load(s.as.host(q)+100, 1)
			if hf.Sig != 0 {
				continue
			}
			hf = safemem.Store(s.as.host(q)+100, 1, old, 0)
			require.NotZero(s.t, hf.Sig, "%s: %#x is open, code at %#x", what, uint64(q), uint64(p))
		}
	}
	for q := lo; q < hi; q += PageSize { // memory is told apart
		qo, qoff, _ := s.memory(q)
		if r, ok := s.as.Find(q); qo == nil || !ok || !r.Shared || r.Perm == 0 {
			continue
		}
		v, _, f := s.as.Load(q, 8)
		if f.OK() && qo.ino != 0 {
			require.Equal(s.t, qo.ino<<16|qoff>>PageBits, v, "%s: %#x", what, uint64(q))
		}
	}
}

// written checks that a store to [a, a+n), which was done, came after the end of all marks of that memory.
func (s *aliasSpace) written(a Addr, n int, what string) {
	for _, q := range []Addr{a, a + Addr(n-1)} {
		qo, qoff, stores := s.memory(q)
		for p := range s.marked {
			po, poff, _ := s.memory(p)
			require.False(s.t, p == q.Page() || stores && po == qo && poff == qoff, "%s at %#x, code at %#x", what, uint64(q), uint64(p))
		}
	}
}

// TestAliases: whatever happens to the map, stores to memory that holds marked code are seen, by whichever address.
func TestAliases(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		if !directSupported {
			t.Skip("shared writable file mappings need a Linux host")
		}
		const lo, pages = Addr(0x100000), 40
		s := newAliasSpace(t, as)
		ids := []uint64{s.file(4), s.file(8)}
		rnd := rand.New(rand.NewPCG(3, 4))
		buf := make([]byte, 2*PageSize)
		for range 30000 {
			a := lo + Addr(rnd.Uint64N(pages*PageSize))
			p, n := a.Page(), rnd.IntN(4)+1
			size := 1 << rnd.UintN(5)
			if a&pageMask < 8 {
				a += 8 // not over the page's number
			}
			perm := []Perm{R, RW, RW, RX, RX, RWX, 0}[rnd.IntN(7)]
			what := ""
			switch rnd.IntN(16) {
			case 0, 1:
				id := ids[rnd.IntN(2)]
				_ = s.mapFile(id, p, rnd.IntN(4), n, perm, rnd.IntN(4) > 0)
				what = "map"
			case 2:
				_ = as.Map(p, uint64(n)*PageSize, perm, Info{Shared: rnd.IntN(2) == 0})
				what = "map anonymous"
			case 3:
				_ = as.Unmap(p, PageSize)
				what = "unmap"
			case 4, 5:
				_ = as.Protect(p, uint64(n)*PageSize, perm)
				what = "protect"
			case 6:
				_ = as.Remap(p, uint64(n)*PageSize, lo+Addr(rnd.Uint64N(pages))*PageSize, uint64(n)*PageSize)
				what = "remap"
			case 7:
				_ = as.Duplicate(p, lo+Addr(rnd.Uint64N(pages))*PageSize, uint64(n)*PageSize)
				what = "duplicate"
			case 8, 9, 10:
				_ = s.mark(a)
				what = "mark"
			case 11:
				as.UnmarkCode(a)
				delete(s.marked, p)
				what = "unmark"
			case 12:
				_ = as.Discard(p, uint64(n)*PageSize)
				what = "discard"
			case 13:
				if int(a&pageMask)+size > PageSize {
					a -= Addr(size)
				}
				if as.Store(a, size, 1, 2).OK() {
					s.written(a, size, "store")
				}
				what = "store"
			case 14:
				k := min(size*50, int(PageSize-a&pageMask))
				if sp, ok := as.Slice(a, uint64(k), W); ok {
					hf := safemem.Store(uintptr(as.at(as.snap.Load().find(a), a)), 1, 7, 0)
					require.Contains(t, []int{0, sigBus}, int(hf.Sig), "slice at %#x is closed", uint64(a)) // beyond the file's end
					s.written(a, k, "slice")
					sp.Done()
				}
				if done, _ := as.Write(a, buf[:k]); done > 0 {
					s.written(a, done, "write")
				}
				what = "write"
			default:
				if s.tlb != nil {
					s.tlb.Fill(a, 1<<rnd.UintN(2))
				}
				what = "fill"
			}
			s.check(lo, lo+(pages+8)*PageSize, what)
		}
		// Nothing is left behind.
		require.NoError(t, as.Unmap(0, uint64(lo+100*PageSize)))
		require.Empty(t, as.noted)
		require.Empty(t, as.dropping)
		require.Empty(t, s.marked)
	})
}

// TestManyAliases: code in memory that is mapped thousands of times. There is a limit to what is watched; marking tells.
func TestManyAliases(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		if !directSupported {
			t.Skip("shared writable file mappings need a Linux host")
		}
		const code, base, n, size = Addr(0x100000), Addr(0x10000000), 3000, 6 * PageSize
		s := newAliasSpace(t, as)
		id := s.file(6)
		require.NoError(t, s.mapFile(id, code, 0, 6, RX, true))
		for i := range Addr(n) {
			require.NoError(t, s.mapFile(id, base+2*i*size, 0, 6, RW, true))
		}
		for i := range Addr(5) {
			require.NoError(t, s.mark(code+i*PageSize))
		}
		require.ErrorIs(t, s.mark(code+5*PageSize), ErrNoMemory)
		for i := Addr(0); i < n; i += 7 {
			require.True(t, as.Store(base+2*i*size+100, 4, 1, 0).OK())
			require.False(t, s.marked[code])
			require.True(t, s.marked[code+PageSize])
			require.NoError(t, s.mark(code))
		}
		// A mapping that could not be watched is refused, and what was there stays.
		const last = base + 2*n*size
		require.NoError(t, as.Map(last, size, RW, Info{}))
		require.True(t, as.Store(last, 4, 7, 0).OK())
		more := Addr(0)
		for ; s.mapFile(id, last+2*(more+1)*size, 0, 6, RW, true) == nil; more++ {
			require.Less(t, more, Addr(n))
		}
		require.Positive(t, more)
		require.ErrorIs(t, s.mapFile(id, last, 0, 6, RW, true), ErrNoMemory)
		v, _, f := as.Load(last, 4)
		require.True(t, f.OK())
		require.EqualValues(t, 7, v)
		require.NoError(t, s.mapFile(id, last, 0, 6, R, true))
		require.ErrorIs(t, as.Protect(last, size, RW), ErrNoMemory)
		require.ErrorIs(t, as.Duplicate(base, last+3*n*size, size), ErrNoMemory)
		for i := range Addr(5) {
			as.UnmarkCode(code + i*PageSize)
		}
		clear(s.marked)
		require.NoError(t, s.mark(code+5*PageSize)) // what is watched in vain is given up
		require.True(t, as.Store(base+5*PageSize+100, 4, 1, 0).OK())
		require.Empty(t, s.marked)
		require.NoError(t, as.Unmap(code, uint64(base-code)+8*n*size))
		require.Empty(t, as.noted)
	})
}

// TestSharedLate: the code of a private mapping of a file may be written, once the file is mapped shared.
func TestSharedLate(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		if !directSupported {
			t.Skip("shared writable file mappings need a Linux host")
		}
		s := newAliasSpace(t, as)
		id, other := s.file(2), s.file(2)
		require.NoError(t, s.mapFile(id, 0x100000, 0, 2, RX, false))
		require.NoError(t, s.mapFile(other, 0x110000, 0, 2, RX, false))
		for _, a := range []Addr{0x100000, 0x101000, 0x110000} {
			require.NoError(t, s.mark(a))
		}
		require.Empty(t, as.noted) // no work for ordinary programs
		require.NoError(t, s.mapFile(id, 0x200000, 1, 1, RW, true))
		require.True(t, as.Store(0x200100, 4, 1, 0).OK())
		require.Equal(t, map[Addr]bool{0x100000: true, 0x110000: true}, s.marked)
	})
}
