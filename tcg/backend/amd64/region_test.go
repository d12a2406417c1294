//go:build unix

package amd64_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

var noTemps = [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}

func hasHead(b *ir.Block, pc uint64) bool {
	for i := range b.Ops {
		if b.Ops[i].Code == ir.Head && uint64(b.Ops[i].Imm) == pc {
			return true
		}
	}
	return false
}

// from returns region b entered at the Head with a PC.
func from(b *ir.Block, pc uint64) *ir.Block {
	c := *b
	first := ir.Op{Code: ir.ExitTB, Imm: int64(pc), Attr: ir.Internal, A: noTemps}
	if b.Ops[0].Code == ir.ExitTB {
		c.Ops = append([]ir.Op(nil), b.Ops...)
		c.Ops[0] = first
	} else {
		c.Ops = append([]ir.Op{first}, b.Ops...)
	}
	return &c
}

// segPC is the PC of a region's segment i.
func segPC(i int) uint64 { return uint64(i+1) << 20 }

// internal appends a random exit from segment i to another one of n, or to itself.
func (g *gen) internal(i, n int, end bool) {
	to := g.IntN(n)
	attr := ir.Internal
	if to <= i {
		attr |= ir.Backward
	}
	b := g.bld
	switch pc := segPC(to); {
	case end:
		b.ExitTB(pc, false)
	case g.IntN(2) == 0:
		b.ExitF(ir.Cond(g.IntN(18)), g.pick(g.flags), pc, false)
	default:
		b.ExitC(ir.Width(g.IntN(4)), ir.EQ+ir.Cond(g.IntN(12)), g.intIn(), g.intIn(), pc, false)
	}
	b.Ops[len(b.Ops)-1].Attr |= attr
}

// segment appends segment i of n. Each time it is come by the counter goes down.
func (g *gen) segment(i, n, insns int, ops []ir.Opcode) {
	b := g.bld
	if i > 0 || g.IntN(4) > 0 {
		b.Head(segPC(i))
	}
	g.ints, g.vecs, g.flags = nil, nil, []ir.Temp{gF}
	for k := range nG - 1 {
		g.ints = append(g.ints, ir.Temp(k))
	}
	for k := range nV {
		g.vecs = append(g.vecs, ir.Temp(nG+k))
	}
	b.Insn(segPC(i))
	b.MovTo(g.counter, b.Op2i(ir.Sub, ir.W64, g.counter, 1))
	b.ExitC(ir.W64, ir.LE, g.counter, b.Const(0), 0x9000, false)
	for range 1 + g.IntN(insns) {
		if g.ctl && g.IntN(6) == 0 {
			g.control()
		}
		g.op(ops[g.IntN(len(ops))])
		switch g.IntN(12) {
		case 0:
			g.internal(i, n, false)
		case 1:
			b.MovTo(g.intGlobal(), g.intIn())
		case 2:
			b.MovTo(ir.Temp(nG+g.IntN(nV)), g.vecIn())
		case 3:
			b.MovTo(gF, g.pick(g.flags))
		case 4:
			t := g.intIn()
			if g.IntN(3) > 0 {
				t = b.Op2i(ir.And, ir.W64, t, 3)
			}
			b.Emit(ir.Op{Code: ir.ExitPtrNE, Imm: int64(g.IntN(2)), A: [6]ir.Temp{t, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
		case 5:
			if g.IntN(2) == 0 {
				b.ExitF(ir.Cond(g.IntN(18)), g.pick(g.flags), 0x5000, g.IntN(3) == 0)
			}
		}
	}
	if g.IntN(2) == 0 {
		g.internal(i, n, false)
	}
	switch k := g.IntN(10); {
	case k < 3 && i < n-1:
	case k < 8:
		g.internal(i, n, true)
	case k == 8:
		b.ExitPtr(g.intIn())
	default:
		b.ExitTB(0x8000, false)
	}
}

// region makes a random region.
func (g *gen) region(insns int, ops []ir.Opcode) *ir.Block {
	for {
		g.bld = ir.NewBuilder(testGlobals)
		g.bld.Reset(segPC(0))
		g.counter = gF - 1
		n := 1 + g.IntN(5)
		for i := range n {
			g.segment(i, n, insns, ops)
		}
		if ir.Verify(&g.bld.Block) == nil { // an exit may name a segment without a Head
			return &g.bld.Block
		}
	}
}

// TestRandomRegions checks regions: the ways between segments, and out of them.
func TestRandomRegions(t *testing.T) {
	for _, tlb := range []bool{false, true} {
		m := newMachine(t, func(c *backend.Config) { c.TLBMode = tlb; c.NoFeatures = tlb })
		ops := dataOps()
		for i := range 1000 * *rounds {
			g := &gen{Rand: rand.New(rand.NewPCG(123, i)), faults: i%4 == 0, ctl: i%5 == 0}
			list := ops
			if i%3 != 0 {
				list = ops[:int(ir.LdV)]
			}
			b := g.region(1+g.IntN(1+int(i%1000)/50), list)
			st := g.state()
			st.G[g.counter] = uint64(1 + g.IntN(20))
			m.hdr.Interrupt = uint32(i / 7 % 2) // every way back leaves
			m.check(b, st)
		}
	}
}

// TestExitPtrNE goes on when the value is the one expected, whatever its size.
func TestExitPtrNE(t *testing.T) {
	m := newMachine(t, nil)
	for _, pc := range []uint64{0x2000, 0x7fffffff, 0x80000000, 0x7f0012345678, 1 << 63} {
		for _, d := range []uint64{0, 1, 1 << 32} {
			b := ir.NewBuilder(testGlobals)
			b.Reset(0x1000)
			b.Insn(0x1000)
			b.MovTo(3, b.Op2i(ir.Add, ir.W64, 2, 5))
			b.ExitPtrNE(1, pc)
			b.Insn(pc)
			b.MovTo(4, b.Op2i(ir.Add, ir.W64, 3, 5))
			b.ExitTB(0x5000, false)
			var st gstate
			st.G[1], st.G[2] = pc+d, 7
			m.check(&b.Block, st)
			want := uint64(0x5000)
			if d != 0 {
				want = pc + d
			}
			require.Equal(t, want, m.run(&b.Block).PC)
		}
	}
}

// TestFlagForms: flags that only faults and polls look at are not stored on the way round a loop, and are right all the
// same: in the first round and later ones, on ways that differ, and when the loop is interrupted.
func TestFlagForms(t *testing.T) {
	rows := map[string]string{
		"polled only": `
 head pc=0x1000
insn pc=0x1000
 g1, g13 = addf.64 g1, $0x5
insn pc=0x1004
 g2 = ld.64:64 [g3]
insn pc=0x1008
 g3, g13 = addf.64 g3, $0x1000
insn pc=0x100c
 _, g13 = subf.64 g3, g4
 exit_f.nz{backward,internal} g13 pc=0x1000
insn pc=0x1010
 exit_tb pc=0x2000
`,
		"a fault before the flags are set": `
 head pc=0x1000
insn pc=0x1000
 g2 = ld.64:64 [g3]
insn pc=0x1004
 g3, g13 = addf.64 g3, $0x1000
insn pc=0x1008
 _, g13 = subf.32 g3, g4
 exit_f.nz{backward,internal} g13 pc=0x1000
insn pc=0x100c
 exit_tb pc=0x2000
`,
		"the result and one input": `
 head pc=0x1000
insn pc=0x1000
 g2 = ld.64:64 [g3]
insn pc=0x1004
 g3 = add.64 g3, $0x800
insn pc=0x1008
 g4, g13 = subf.64{invc} g4, $0x800
 exit_f.nz{backward,internal} g13 pc=0x1000
insn pc=0x100c
 exit_tb pc=0x2000
`,
		"two ways round, and one that stores": `
 head pc=0x1000
insn pc=0x1000
 g2 = ld.64:64 [g3]
insn pc=0x1004
 g3, g13 = addf.64 g3, $0x400
insn pc=0x1008
 g5, g13 = andf.32 g5, g3
 exit_f.z{internal} g13 pc=0x3000
insn pc=0x100c
 _, g13 = subf.16 g3, g4
 exit_f.nz{backward,internal} g13 pc=0x1000
insn pc=0x1010
 exit_tb pc=0x2000
 head pc=0x3000
insn pc=0x3000
 g5 = mov g4
 g6, g13 = shlf.64 g3, g5, g13
insn pc=0x3004
 exit_c.64.eq{backward,internal} g6, $0x0 pc=0x1000
insn pc=0x3008
 _, g13 = xorf.64 g3, g4
 exit_tb{backward,internal} pc=0x1000
`,
		"into the next Head from above": `
insn pc=0x500
 g5, g13 = orf.64 g4, g3
 exit_tb{internal} pc=0x1000
 head pc=0x1000
insn pc=0x1000
 g3, g13 = addf.64 g3, $0x1000
insn pc=0x1004
 g2 = ld.64:64 [g3]
insn pc=0x1008
 _, g13 = andf.64 g4, g4
 exit_f.nz{backward,internal} g13 pc=0x1000
insn pc=0x100c
 exit_tb pc=0x2000
`,
	}
	for name, text := range rows {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, nil)
			b, err := ir.Parse("block 0x1000\n"+text, testGlobals)
			require.NoError(t, err)
			require.NoError(t, ir.Verify(b))
			for at := uint64(0); at <= memSize+0x1000; at += 0x1000 {
				for _, end := range []uint64{at + 0x1000, memSize, memSize + 0x3000} {
					m.hdr.Interrupt = uint32(at >> 12 & 1)
					m.check(b, gstate{G: [nG]uint64{3: at, 4: end, 5: 0x1800, gF: ir.FlagOne | ir.FlagC}})
				}
			}
		})
	}
}

// TestManySegments checks a region of as many segments as there is room for, all of which lead to one another.
func TestManySegments(t *testing.T) {
	m := newMachine(t, nil)
	g := &gen{Rand: rand.New(rand.NewPCG(8, 9)), counter: gF - 1}
	g.bld = ir.NewBuilder(testGlobals)
	g.bld.Reset(segPC(0))
	const n = 200
	ops := slices.DeleteFunc(dataOps()[:int(ir.LdV)], func(c ir.Opcode) bool { return c == ir.Div2U || c == ir.Div2S })
	for i := range n {
		if g.segment(i, n, 6, ops); g.bld.Ops[0].Code != ir.Head {
			g.bld.Ops = append([]ir.Op{{Code: ir.Head, Imm: int64(segPC(0)), A: noTemps}}, g.bld.Ops...)
		}
	}
	require.NoError(t, ir.Verify(&g.bld.Block))
	for i := range uint64(20) {
		g.Rand = rand.New(rand.NewPCG(8, i))
		st := g.state()
		st.G[g.counter] = 300
		m.hdr.Interrupt = 0
		m.check(&g.bld.Block, st)
	}
}

// TestTestedFlags: flags that the next op tests and only faults look at behind that are not stored, and are right at a fault.
func TestTestedFlags(t *testing.T) {
	rows := map[string]string{
		"a compare and an exit": `
 _, g13 = subf.64 g3, g4
 exit_f.b g13 pc=0x3000
insn pc=0x1004
 st.64 g5, [g3]
`,
		"inverted carry": `
 _, g13 = subf.32{invc} g3, g4
 exit_f.a g13 pc=0x3000
insn pc=0x1004
 g2 = ld.64:64 [g3]
`,
		"the result and one input": `
 g4, g13 = addf.64 g4, $0x800
 exit_f.o g13 pc=0x3000
insn pc=0x1004
 g2 = ld.64:64 [g3]
`,
		"logic": `
 g5, g13 = andf.32 g4, g3
 exit_f.z g13 pc=0x3000
insn pc=0x1004
 g2 = ld.64:64 [g3]
`,
		"an input that changes behind": `
 _, g13 = subf.64 g3, g4
 exit_f.z g13 pc=0x3000
insn pc=0x1004
 g4 = add.64 g4, $0x1
insn pc=0x1008
 g2 = ld.64:64 [g3]
`,
		"two tests": `
 _, g13 = subf.64 g3, g4
 exit_f.z g13 pc=0x3000
 exit_f.s g13 pc=0x4000
insn pc=0x1004
 g2 = ld.64:64 [g3]
`,
		"a choice": `
 _, g13 = subf.64 g3, g4
 g5 = self.l g13, g3, g4
insn pc=0x1004
 g2 = ld.64:64 [g3]
`,
		"a truth value": `
 _, g13 = subf.64 g3, g4
 g5 = setf.le g13
insn pc=0x1004
 g2 = ld.64:64 [g3]
`,
		"not the next op": `
 _, g13 = subf.64 g3, g4
 g5 = mul.64 g3, g4
 exit_f.z g13 pc=0x3000
insn pc=0x1004
 g2 = ld.64:64 [g3]
`,
	}
	for name, text := range rows {
		for _, head := range []string{"", " head pc=0x1000\n"} {
			t.Run(name+head, func(t *testing.T) {
				m := newMachine(t, nil)
				b, err := ir.Parse("block 0x1000\n"+head+"insn pc=0x1000"+text+`
insn pc=0x100c
 _, g13 = orf.64 g3, g3
insn pc=0x1010
 exit_tb pc=0x2000
`, testGlobals)
				require.NoError(t, err)
				require.NoError(t, ir.Verify(b))
				for at := uint64(0); at <= memSize+0x1000; at += 0x800 {
					for _, g4 := range []uint64{at, at + 0x1000, at - 0x1000, 0, 1 << 63, 1<<63 - 0x800} {
						m.check(b, gstate{G: [nG]uint64{3: at, 4: g4, 5: 0x1800, gF: ir.FlagOne | ir.FlagC}})
					}
				}
			})
		}
	}
}
