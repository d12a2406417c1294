//go:build unix

package amd64_test

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/tcg/ir"
)

var strides = []uint64{1, 8, 8, 16, 0x100, 0x1000, 0x1000, 1 << 19, 1<<20 - 1, 1 << 21, 1<<31 - 1, 1 << 33, 1 << 33}

// affine appends the sum or difference of a pointer and a constant.
func (g *gen) affine(p ir.Temp) ir.Temp {
	b := g.bld
	w, n := ir.W64, b.Const(strides[g.IntN(len(strides))])
	if g.IntN(8) == 0 {
		w = ir.W32
	}
	switch g.IntN(5) {
	case 0:
		return b.Op2(ir.Sub, w, p, n)
	case 1:
		r, f := b.OpF(ir.AddF, w, 0, p, n)
		b.MovTo(gF, f)
		return r
	case 2:
		r, f := b.OpF(ir.SubF, w, 0, p, n)
		b.MovTo(gF, f)
		return r
	}
	return b.Op2(ir.Add, w, p, n)
}

// walk appends segment i of n, which accesses memory by the pointers G[0:3] and the indices G[3:5] and moves them.
func (g *gen) walk(i, n int) {
	b := g.bld
	if i > 0 || g.IntN(4) > 0 {
		b.Head(segPC(i))
	}
	g.ints, g.flags = []ir.Temp{0, 1, 2, 3, 4, 5}, []ir.Temp{gF}
	b.Insn(segPC(i))
	b.MovTo(g.counter, b.Op2i(ir.Sub, ir.W64, g.counter, 1))
	b.ExitC(ir.W64, ir.LE, g.counter, b.Const(0), 0x9000, false)
	for k := range 1 + g.IntN(8) {
		b.Insn(segPC(i) + uint64(k) + 1)
		p, to := ir.Temp(g.IntN(3)), ir.Temp(g.IntN(5))
		a := ir.EA{Base: p, Index: ir.NoTemp, Disp: int32(g.IntN(64)) - 32}
		switch g.IntN(8) {
		case 0:
			a.Disp = int32(strides[g.IntN(len(strides))])
		case 1:
			a.Base = g.affine(p)
		case 2:
			a.Base = b.Const(uint64(g.IntN(memSize)))
			fallthrough
		case 3, 4:
			a.Index, a.Scale = 3+ir.Temp(g.IntN(2)), uint8(g.IntN(4))
		}
		w := ir.Width(g.IntN(4))
		switch g.IntN(10) {
		case 0, 1, 2:
			b.MovTo(5, b.Ld(w, a, 0))
		case 3:
			b.St(w, a, 5, 0)
		case 4:
			b.MovTo(ir.Temp(nG), b.LdV(ir.W128, a, 0))
		case 5, 6, 7:
			b.MovTo(to, g.affine(to))
		case 8:
			b.MovTo(to, g.affine(p))
		default:
			b.MovTo(to, g.intIn())
		}
		if g.IntN(10) == 0 {
			g.internal(i, n, false)
		}
	}
	if k := g.IntN(8); k > 2 || i == n-1 {
		g.internal(i, n, true)
	}
}

// trap maps memory far from the guest's, where an access that is not checked goes astray and does not fault.
func (m *machine) trap(t *testing.T, far int64) int {
	want := unsafe.Add(unsafe.Pointer(&m.mem[0]), far)
	p, err := unix.MmapPtr(-1, 0, want, memSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.MunmapPtr(p, memSize)) })
	if p != want {
		return 0
	}
	return 1
}

// TestLoopRanges checks loops whose addresses are checked where they begin: pointers that walk out of memory, are out of it
// from the start, and jump.
func TestLoopRanges(t *testing.T) {
	m := newMachine(t, nil)
	traps := 0
	for _, far := range []int64{-2 << 33, -1 << 33, 1 << 33, 2 << 33} {
		traps += m.trap(t, far)
	}
	require.NotZero(t, traps)
	edge := []uint64{0, 8, memSize - 16, memSize, memSize + 0x1000, 1 << 32, 1<<33 + 0x100, 2<<33 + 0x100, 1 << 40, 1 << 63, ^uint64(7), ^uint64(0xfff)}
	for i := range 3000 * *rounds {
		g := &gen{Rand: rand.New(rand.NewPCG(77, i)), counter: gF - 1}
		for {
			g.bld = ir.NewBuilder(testGlobals)
			g.bld.Reset(segPC(0))
			n := 1 + g.IntN(4)
			for k := range n {
				g.walk(k, n)
			}
			if ir.Verify(&g.bld.Block) == nil {
				break
			}
		}
		for range 4 {
			var st gstate
			for k := range 6 {
				switch {
				case g.IntN(3) == 0:
					st.G[k] = edge[g.IntN(len(edge))]
				case k < 3:
					st.G[k] = uint64(g.IntN(memSize))
				default:
					st.G[k] = uint64(g.IntN(64))
				}
			}
			st.G[gF], st.G[g.counter] = ir.FlagOne, uint64(1+g.IntN(40))
			m.hdr.Interrupt = uint32(g.IntN(4) / 3)
			m.check(&g.bld.Block, st)
		}
	}
	require.Greater(t, m.ranges, 100)
}
