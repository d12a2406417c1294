package softmmu

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// both runs a test in each mode that the host has.
func both(t *testing.T, f func(t *testing.T, as *AddressSpace)) {
	modes := []Mode{TLB}
	if directSupported {
		modes = append(modes, Direct)
	}
	for _, m := range modes {
		t.Run(m.String(), func(t *testing.T) {
			as, err := New(Config{Mode: m})
			require.NoError(t, err)
			defer func() { require.NoError(t, as.Close()) }()
			require.Equal(t, m, as.Mode())
			f(t, as)
		})
	}
}

// top is the start of the highest page.
func top(as *AddressSpace) Addr { return as.Limit().Page() }

func TestLoadStore(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		for _, at := range []Addr{0, 0x10000, top(as)} {
			require.NoError(t, as.Map(at, PageSize, RW, Info{}))
			for _, size := range []int{1, 2, 4, 8, 16} {
				for _, a := range []Addr{at, at + 1, at + PageSize - Addr(size)} {
					require.True(t, as.Store(a, size, 0x8877665544332211, 0xffeeddccbbaa9988).OK())
					lo, hi, f := as.Load(a, size)
					require.True(t, f.OK())
					want, wantHi := uint64(0x8877665544332211), uint64(0)
					if size < 8 {
						want &= 1<<(8*size) - 1
					} else if size == 16 {
						wantHi = 0xffeeddccbbaa9988
					}
					require.Equal(t, []uint64{want, wantHi}, []uint64{lo, hi})
				}
			}
		}
	})
}

// A store over the end of a page writes nothing when the next page does not take it, and the fault
// is at the first byte of that page.
func TestPageCrossing(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, as.Map(0x10000, PageSize, RW, Info{}))
		require.NoError(t, as.Map(0x11000, PageSize, R, Info{Name: "ro"}))
		edge := Addr(0x11000)
		for _, size := range []int{2, 4, 8, 16} {
			for d := 1; d < size; d++ {
				a := edge - Addr(d)
				require.Equal(t, Fault{edge, W, FaultPerm}, as.Store(a, size, ^uint64(0), ^uint64(0)))
				lo, hi, f := as.Load(a, size)
				require.True(t, f.OK())
				require.Zero(t, lo|hi)
			}
		}
		require.NoError(t, as.Protect(0x11000, PageSize, RW))
		for _, size := range []int{2, 4, 8, 16} {
			for d := 1; d < size; d++ {
				a := edge - Addr(d)
				require.True(t, as.Store(a, size, 0x0807060504030201, 0x100f0e0d0c0b0a09).OK())
				var b [16]byte
				n, _ := as.Read(a, b[:size])
				require.Equal(t, size, n)
				for i := range size {
					require.Equal(t, byte(i+1), b[i])
				}
				lo, _, _ := as.Load(a, size)
				require.Equal(t, byte(lo>>8), byte(2))
			}
		}
		require.NoError(t, as.Unmap(0x11000, PageSize))
		_, _, f := as.Load(edge-1, 8)
		require.Equal(t, Fault{edge, R, FaultUnmapped}, f)
	})
}

func TestPermissions(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		for p := Perm(0); p <= RWX; p++ {
			require.NoError(t, as.Map(0x10000, PageSize, p, Info{}))
			_, _, f := as.Load(0x10010, 4)
			require.Equal(t, p != 0, f.OK(), "load %s", p)
			f = as.Store(0x10010, 4, 1, 0)
			require.Equal(t, p&W != 0, f.OK(), "store %s", p)
			if !f.OK() {
				require.Equal(t, Fault{0x10010, W, FaultPerm}, f)
			}
			_, f = as.Fetch(0x10010, make([]byte, 4))
			require.Equal(t, p&X != 0, f.OK(), "fetch %s", p)
			_, _, f = as.Cas(0x10010, 8, 0, 0, 0, 0)
			require.Equal(t, p&W != 0, f.OK(), "cas %s", p)
			n, _ := as.Read(0x10000, make([]byte, 100))
			require.Equal(t, p != 0, n == 100)
			n, _ = as.Write(0x10000, make([]byte, 100))
			require.Equal(t, p&W != 0, n == 100)
			require.Equal(t, 100, as.Poke(0x10000, make([]byte, 100)))
			require.Equal(t, 100, as.Peek(0x10000, make([]byte, 100)))
			for q := R; q <= X; q <<= 1 {
				require.Equal(t, p.effective()&q != 0, as.Check(0x10000, PageSize, q).OK())
			}
		}
	})
}

func TestEdgesOfTheRange(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, as.Map(0, PageSize, RW, Info{}))
		require.NoError(t, as.Map(top(as), PageSize, RW, Info{}))
		last := as.Limit()
		require.True(t, as.Store(last, 1, 0x5a, 0).OK())
		lo, hi, f := as.Load(last-7, 8)
		require.True(t, f.OK())
		require.Equal(t, uint64(0x5a)<<56, lo|hi)
		_, _, f = as.Load(last-6, 8)
		if as.Mode() == Direct {
			require.Equal(t, Fault{last + 1, R, FaultRange}, f)
			require.Equal(t, Fault{last + 1, W, FaultRange}, as.Store(last, 16, 0, 0))
		} else { // wraps around to page 0
			require.True(t, f.OK())
			require.True(t, as.Store(last, 2, 0xbbaa, 0).OK())
			lo, _, _ = as.Load(0, 1)
			require.Equal(t, uint64(0xbb), lo)
			lo, _, _ = as.Load(last, 16)
			require.Equal(t, uint64(0xbbaa), lo)
		}
		n, f := as.Read(last-1, make([]byte, 10))
		require.Equal(t, 2, n)
		require.Equal(t, FaultRange, f.Kind)
		require.Error(t, as.Map(top(as), 2*PageSize, RW, Info{}))
		require.Error(t, as.Map(0x1001, PageSize, RW, Info{}))
		require.Error(t, as.Map(0x1000, 0, RW, Info{}))
		require.Error(t, as.Map(0x1000, ^uint64(0), RW, Info{}))
		if as.Mode() == Direct {
			for _, a := range []Addr{last + 1, last + 1<<31, 1 << 63, ^Addr(0), ^Addr(0) - 15} {
				_, _, f := as.Load(a, 8)
				require.Equal(t, Fault{a, R, FaultRange}, f)
				require.Equal(t, Fault{a, W, FaultRange}, as.Store(a, 8, 0, 0))
				_, _, f = as.Cas(a&^15, 16, 0, 0, 0, 0)
				require.Equal(t, Fault{a &^ 15, W, FaultRange}, f)
			}
		}
	})
}

func TestRegions(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, as.Map(0x10000, 16*PageSize, RW, Info{Name: "a"}))
		require.NoError(t, as.Protect(0x14000, 4*PageSize, R))
		require.NoError(t, as.Unmap(0x16000, PageSize))
		require.Equal(t, []Region{
			{Start: 0x10000, Size: 0x4000, Perm: RW, Info: Info{Name: "a"}},
			{Start: 0x14000, Size: 0x2000, Perm: R, Info: Info{Name: "a"}},
			{Start: 0x17000, Size: 0x1000, Perm: R, Info: Info{Name: "a"}},
			{Start: 0x18000, Size: 0x8000, Perm: RW, Info: Info{Name: "a"}},
		}, as.Regions())
		require.ErrorIs(t, as.Protect(0x15000, 3*PageSize, RW), ErrUnmapped)
		require.True(t, as.Mapped(0x10000, 6*PageSize))
		require.False(t, as.Mapped(0x10000, 6*PageSize+1))
		require.True(t, as.Store(0x13ff8, 8, 7, 0).OK())
		require.NoError(t, as.Unmap(0x10000, 3*PageSize))
		lo, _, f := as.Load(0x13ff8, 8)
		require.True(t, f.OK())
		require.Equal(t, uint64(7), lo)
		r, ok := as.Find(0x13fff)
		require.True(t, ok)
		require.Equal(t, Addr(0x13000), r.Start)
		_, ok = as.Find(0x12fff)
		require.False(t, ok)
	})
}

func TestFindFree(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		at, ok := as.FindFree(0x2000, 0x10000, 0x1ffff, true)
		require.True(t, ok)
		require.Equal(t, Addr(0x1e000), at)
		require.NoError(t, as.Map(0x1c000, 0x3000, R, Info{}))
		require.NoError(t, as.Map(0x12000, 0x1000, R, Info{}))
		for _, c := range []struct {
			n        uint64
			lo, hi   Addr
			top      bool
			want     Addr
			possible bool
		}{
			{0x1000, 0x10000, 0x1ffff, true, 0x1f000, true},
			{0x1001, 0x10000, 0x1ffff, true, 0x1a000, true},
			{0x9000, 0x10000, 0x1ffff, true, 0x13000, true},
			{0x9001, 0x10000, 0x1ffff, true, 0, false},
			{0x2000, 0x10000, 0x1ffff, false, 0x10000, true},
			{0x3000, 0x10000, 0x1ffff, false, 0x13000, true},
			{0x9001, 0x10000, 0x1ffff, false, 0, false},
			{0x1000, 0x1c000, 0x1efff, false, 0, false},
			{0x1000, 0x1c000, 0x1efff, true, 0, false},
			{0x1000, 0x1c800, 0x1fffe, false, 0, false},
			{0, 0, 0x1fffe, false, 0, false},
			{^uint64(0), 0, ^Addr(0), false, 0, false},
		} {
			at, ok := as.FindFree(c.n, c.lo, c.hi, c.top)
			require.Equal(t, c.possible, ok, "%+v", c)
			if ok {
				require.Equal(t, c.want, at, "%+v", c)
			}
		}
		at, ok = as.FindFree(PageSize, 0, ^Addr(0), true)
		require.True(t, ok)
		require.Equal(t, top(as), at)
	})
}

func TestRemap(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, as.Map(0x10000, 4*PageSize, RW, Info{}))
		for i := range 4 {
			as.Store(0x10000+Addr(i)*PageSize, 8, uint64(i)+1, 0)
		}
		// Move and grow.
		require.NoError(t, as.Remap(0x10000, 4*PageSize, 0x40000, 6*PageSize))
		require.False(t, as.Mapped(0x10000, 1))
		for i := range 6 {
			lo, _, f := as.Load(0x40000+Addr(i)*PageSize, 8)
			require.True(t, f.OK())
			require.Equal(t, uint64((i+1)*max(0, min(1, 4-i))), lo)
			require.True(t, as.Store(0x40008+Addr(i)*PageSize, 8, 1, 0).OK())
		}
		_, _, f := as.Load(0x10000, 8)
		require.Equal(t, FaultUnmapped, f.Kind)
		// Move and shrink the first two pages only.
		require.NoError(t, as.Remap(0x40000, 2*PageSize, 0x10000, PageSize))
		lo, _, _ := as.Load(0x10000, 8)
		require.Equal(t, uint64(1), lo)
		require.False(t, as.Mapped(0x40000, 1))
		require.False(t, as.Mapped(0x41000, 1))
		require.False(t, as.Mapped(0x11000, 1))
		lo, _, _ = as.Load(0x42000, 8)
		require.Equal(t, uint64(3), lo)
		// Grow and shrink in place.
		require.NoError(t, as.Remap(0x10000, PageSize, 0x10000, 3*PageSize))
		require.True(t, as.Store(0x12ff8, 8, 5, 0).OK())
		require.NoError(t, as.Remap(0x10000, 3*PageSize, 0x10000, 2*PageSize))
		require.False(t, as.Mapped(0x12000, 1))
		require.Error(t, as.Remap(0x10000, 2*PageSize, 0x11000, 2*PageSize))
		require.Error(t, as.Remap(0x80000, 2*PageSize, 0x10000, 2*PageSize))
	})
}

func TestDiscard(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, as.Map(0x10000, 2*PageSize, RW, Info{}))
		as.Store(0x10000, 8, 1, 0)
		as.Store(0x11000, 8, 2, 0)
		require.NoError(t, as.Discard(0x11000, PageSize))
		lo, _, _ := as.Load(0x10000, 8)
		require.Equal(t, uint64(1), lo)
		lo, _, f := as.Load(0x11000, 8)
		require.True(t, f.OK())
		require.Zero(t, lo)
	})
}

func TestMapFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	data := make([]byte, 3*PageSize)
	for i := range data {
		data[i] = byte(i>>12) + 1
	}
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, os.WriteFile(name, data, 0o600))
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		require.NoError(t, err)
		defer f.Close()
		fd := File{FD: int(f.Fd()), Reader: f, Offset: PageSize}
		require.NoError(t, as.MapFile(0x10000, 2*PageSize, RW, fd, Info{Name: name}))
		lo, _, _ := as.Load(0x10000, 1)
		require.Equal(t, uint64(2), lo)
		require.Equal(t, Info{Name: name, Offset: PageSize}, as.Regions()[0].Info)
		require.True(t, as.Store(0x10000, 1, 9, 0).OK())
		one := make([]byte, 1)
		_, err = f.ReadAt(one, PageSize)
		require.NoError(t, err)
		require.Equal(t, byte(2), one[0], "private")
		if !directSupported {
			return
		}
		fd.Shared = true
		require.NoError(t, as.MapFile(0x20000, 2*PageSize, RW, fd, Info{Name: name}))
		require.True(t, as.Store(0x20000, 1, 9, 0).OK())
		_, err = f.ReadAt(one, PageSize)
		require.NoError(t, err)
		require.Equal(t, byte(9), one[0], "shared")
		require.NoError(t, as.Remap(0x20000, PageSize, 0x30000, PageSize))
		lo, _, _ = as.Load(0x30000, 1)
		require.Equal(t, uint64(9), lo)
		// Somebody cuts the file short: the access says so and nothing crashes.
		require.NoError(t, f.Truncate(PageSize))
		_, _, fault := as.Load(0x30004, 4)
		require.Equal(t, Fault{0x30004, R, FaultBus}, fault)
		require.Equal(t, Fault{0x30004, W, FaultBus}, as.Store(0x30004, 4, 0, 0))
		_, fault = as.Read(0x30000, make([]byte, 8))
		require.Equal(t, FaultBus, fault.Kind)
		_, fault = as.Write(0x30000, make([]byte, 8))
		require.Equal(t, FaultBus, fault.Kind)
		_, _, fault = as.Cas(0x30000, 8, 0, 0, 0, 0)
		require.Equal(t, FaultBus, fault.Kind)
	})
}

func TestReadOnlySharedFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(name, make([]byte, PageSize), 0o600))
	both(t, func(t *testing.T, as *AddressSpace) {
		f, err := os.Open(name)
		require.NoError(t, err)
		defer f.Close()
		fd := File{FD: int(f.Fd()), Reader: f, Shared: true}
		require.ErrorIs(t, as.MapFile(0x10000, PageSize, RW, fd, Info{}), map[bool]error{true: ErrAccess, false: ErrUnsupported}[directSupported])
		require.NoError(t, as.MapFile(0x10000, PageSize, R, fd, Info{}))
		require.ErrorIs(t, as.Protect(0x10000, PageSize, RW), ErrAccess)
		require.Equal(t, FaultPerm, as.Store(0x10000, 1, 0, 0).Kind)
	})
}

type device struct {
	reads, writes []uint64
}

func (d *device) ReadMMIO(off uint64, size int) uint64 {
	d.reads = append(d.reads, off<<8|uint64(size))
	return 0x1122334455667788
}

func (d *device) WriteMMIO(off uint64, size int, v uint64) {
	d.writes = append(d.writes, off<<8|uint64(size), v)
}

func TestMMIO(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		d := &device{}
		require.NoError(t, as.Map(0x10000, 3*PageSize, RW, Info{}))
		require.NoError(t, as.MapMMIO(0x11000, PageSize, RW, d, Info{Name: "dev"}))
		lo, _, f := as.Load(0x11010, 4)
		require.True(t, f.OK())
		require.Equal(t, uint64(0x55667788), lo)
		require.True(t, as.Store(0x11020, 2, 0xabcdef, 0).OK())
		_, hi, f := as.Load(0x11000, 16)
		require.True(t, f.OK())
		require.Equal(t, uint64(0x1122334455667788), hi)
		require.Equal(t, []uint64{0x1004, 0x8, 0x808}, d.reads)
		require.Equal(t, []uint64{0x2002, 0xcdef}, d.writes)
		// Across the edge: bytes.
		d.reads, d.writes = nil, nil
		lo, _, f = as.Load(0x10fff, 2)
		require.True(t, f.OK())
		require.Equal(t, uint64(0x8800), lo)
		require.Equal(t, []uint64{0x1}, d.reads)
		require.True(t, as.Store(0x11ffe, 4, 0x04030201, 0).OK())
		require.Equal(t, []uint64{0xffe01, 1, 0xfff01, 2}, d.writes)
		lo, _, _ = as.Load(0x12000, 4)
		require.Equal(t, uint64(0x0403), lo)
		_, f = as.Read(0x11000, make([]byte, 4))
		require.Equal(t, FaultPerm, f.Kind)
		require.NoError(t, as.Protect(0x11000, PageSize, R))
		require.Equal(t, Fault{0x11000, W, FaultPerm}, as.Store(0x11000, 4, 0, 0))
		require.ErrorIs(t, as.Protect(0x11000, PageSize, RX), ErrAccess)
	})
}

func TestCodePages(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		var calls []Addr
		as.SetInvalidate(func(a Addr, n uint64) { calls = append(calls, a, Addr(n)) })
		take := func() []Addr { c := calls; calls = nil; return c }
		require.NoError(t, as.Map(0x10000, 4*PageSize, RWX, Info{}))
		mark := func(a Addr) {
			require.NoError(t, as.MarkCode(a))
			require.True(t, as.IsCode(a, 1))
		}
		mark(0x10123)
		mark(0x11000)
		v := as.CodeVersion()
		lo, _, f := as.Load(0x10000, 8)
		require.True(t, f.OK())
		require.Zero(t, lo)
		require.True(t, as.Store(0x12000, 8, 1, 0).OK(), "another page")
		require.Empty(t, take())
		require.Equal(t, v, as.CodeVersion())

		require.True(t, as.Store(0x10ff8, 8, 1, 0).OK())
		require.Equal(t, []Addr{0x10ff8, 8}, take())
		require.NotEqual(t, v, as.CodeVersion())
		require.False(t, as.IsCode(0x10000, 1))
		require.True(t, as.IsCode(0x11000, 1))
		require.True(t, as.Store(0x10ff8, 8, 1, 0).OK())
		require.Empty(t, take())

		mark(0x10000)
		require.True(t, as.Store(0x10ffc, 8, 3, 0).OK(), "crossing two code pages")
		require.NotEmpty(t, take())
		require.False(t, as.IsCode(0x10000, 1) || as.IsCode(0x11000, 1))

		mark(0x10000)
		_, _, f = as.Cas(0x10010, 4, 0, 0, 5, 0)
		require.True(t, f.OK())
		require.NotEmpty(t, take())
		mark(0x10000)
		old, f := as.RMW(0x10010, 4, func(o uint64) uint64 { return o + 1 })
		require.True(t, f.OK())
		require.Equal(t, uint64(5), old)
		require.NotEmpty(t, take())
		for _, op := range []func() error{
			func() error {
				n, _ := as.Write(0x10800, make([]byte, PageSize))
				require.Equal(t, PageSize, n)
				return nil
			},
			func() error { require.Equal(t, 8, as.Poke(0x10800, make([]byte, 8))); return nil },
			func() error { s, ok := as.Slice(0x10800, 8, W); require.True(t, ok); s.Done(); return nil },
			func() error { return as.Protect(0x10000, PageSize, RWX) },
			func() error { return as.Discard(0x10000, PageSize) },
			func() error { return as.Map(0x10000, PageSize, RWX, Info{}) },
		} {
			mark(0x10000)
			require.NoError(t, op())
			require.NotEmpty(t, take())
			require.False(t, as.IsCode(0x10000, 1))
			require.True(t, as.Store(0x10000, 4, 1, 0).OK())
			require.Empty(t, take())
		}
		mark(0x10000)
		as.UnmarkCode(0x10000)
		require.True(t, as.Store(0x10000, 4, 1, 0).OK())
		require.Empty(t, take())
		mark(0x13000)
		require.NoError(t, as.Unmap(0, 0x100000))
		require.Equal(t, []Addr{0, 0x100000}, take())
		require.Error(t, as.MarkCode(0x10000))
		require.NoError(t, as.Map(0x10000, PageSize, RW, Info{}))
		require.Error(t, as.MarkCode(0x10000))
	})
}

func TestSlice(t *testing.T) {
	both(t, func(t *testing.T, as *AddressSpace) {
		require.NoError(t, as.Map(0x10000, 2*PageSize, RW, Info{}))
		s, ok := as.Slice(0x10ffc, 8, RW)
		require.True(t, ok)
		s.Bytes[7] = 0x77
		lo, _, _ := as.Load(0x11003, 1)
		require.Equal(t, uint64(0x77), lo)
		s.Done()
		_, ok = as.Slice(0x11ff0, 17, R)
		require.False(t, ok)
		_, ok = as.Slice(0x10000, 8, X)
		require.False(t, ok)
	})
}

func TestLimits(t *testing.T) {
	as, err := New(Config{Mode: TLB, MaxRegions: 4})
	require.NoError(t, err)
	for i := range 4 {
		require.NoError(t, as.Map(Addr(2*i)*PageSize, PageSize, R, Info{}))
	}
	require.ErrorIs(t, as.Map(0x100000, PageSize, R, Info{}), ErrNoMemory)
	require.NoError(t, as.Map(0, PageSize, RW, Info{}), "in place of another")
	require.NoError(t, as.Unmap(0, PageSize))
	require.NoError(t, as.Unmap(2*PageSize, PageSize))
	require.NoError(t, as.Map(0x100000, 5*PageSize, R, Info{}))
	require.NoError(t, as.Protect(0x100000, PageSize, RW))
	require.ErrorIs(t, as.Unmap(0x102000, PageSize), ErrNoMemory, "a hole makes two regions of one")
	require.ErrorIs(t, as.Protect(0x102000, PageSize, RW), ErrNoMemory)
	require.NoError(t, as.Unmap(0x101000, 4*PageSize))
	_, err = New(Config{Bits: 31})
	require.Error(t, err)
	_, err = New(Config{Bits: 47})
	require.Error(t, err)
}

// Host memory of unmapped regions goes back when nothing refers to it.
func TestChunksAreCollected(t *testing.T) {
	as, err := New(Config{Mode: TLB})
	require.NoError(t, err)
	size := uint64(1) << 40
	if !directSupported {
		size = 1 << 28 // allocated at once
	}
	for range 100 {
		require.NoError(t, as.Map(0, size, RW, Info{}))
		require.True(t, as.Store(Addr(size/2), 8, 1, 0).OK())
		require.NoError(t, as.Unmap(0, size))
		runtime.GC()
	}
}

func TestTLB(t *testing.T) {
	as, err := New(Config{Mode: TLB})
	require.NoError(t, err)
	e := make([]TLBEntry, 256)
	tlb := as.NewTLB(e, nil)
	require.NoError(t, as.Map(0x10000, 2*PageSize, RW, Info{}))
	require.NoError(t, as.Map(0x12000, PageSize, R, Info{}))
	require.NoError(t, as.Map(0x13000, PageSize, RWX, Info{}))
	require.NoError(t, as.MapMMIO(0x14000, PageSize, RW, &device{}, Info{}))
	require.NoError(t, as.Map(top(as), PageSize, RW, Info{}))
	at := func(a Addr) *TLBEntry { return &e[a>>12&255] }
	tags := func(a Addr) [2]bool {
		return [2]bool{at(a).ReadTag == uint64(a.Page()), at(a).WriteTag == uint64(a.Page())}
	}
	for _, c := range []struct {
		a           Addr
		p           Perm
		ok          bool
		read, write bool
	}{
		{0x10123, R, true, true, true},
		{0x11fff, W, true, true, true},
		{0x12000, R, true, true, false},
		{0x12000, W, false, true, false},
		{0x13000, W, true, true, true},
		{0x14000, R, false, false, false},
		{0x14000, W, false, false, false},
		{0x15000, R, false, false, false},
		{as.Limit(), W, true, true, true},
	} {
		require.Equal(t, c.ok, tlb.Fill(c.a, c.p), "%#x %s", c.a, c.p)
		require.Equal(t, [2]bool{c.read, c.write}, tags(c.a), "%#x %s", c.a, c.p)
		if c.ok {
			require.True(t, as.Poke(c.a, []byte{0x5a}) == 1)
			require.Equal(t, byte(0x5a), hostBytes(uintptr(uint64(c.a)+at(c.a).Addend), 1)[0])
		}
	}
	// Marking code makes stores miss, and only stores.
	require.NoError(t, as.MarkCode(0x13000))
	require.Equal(t, [2]bool{true, false}, tags(0x13000))
	require.False(t, tlb.Fill(0x13000, W))
	require.True(t, tlb.Fill(0x13000, R))
	require.True(t, as.Store(0x13000, 1, 0, 0).OK())
	require.True(t, tlb.Fill(0x13000, W))
	// Changes of the map drop what they touch.
	require.NoError(t, as.Protect(0x10000, PageSize, R))
	require.Equal(t, [2]bool{}, tags(0x10000))
	require.Equal(t, [2]bool{true, true}, tags(0x11000))
	require.NoError(t, as.Unmap(top(as), PageSize))
	require.Equal(t, [2]bool{}, tags(top(as)))
	tlb.FlushAll()
	require.Equal(t, [2]bool{}, tags(0x11000))
	tlb.Close()
	require.Panics(t, func() { as.NewTLB(make([]TLBEntry, 3), nil) })
}
