//go:build unix

package amd64_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

var edges = []uint64{0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000,
	0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, ^uint64(0), 0x123456789abcdef0,
	0x3ff0000000000000, 0x7ff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0xbff8000000000000, 0x3f8000003f800000,
	0x7fc000007f800001, 0xfff0000000000000, 0x0000000100000001}

// rounds makes the random tests longer: go test -rounds 50 ./tcg/backend/amd64.
var rounds = flag.Uint64("rounds", 1, "random tests do this many times the usual number of blocks")

type gen struct {
	*rand.Rand
	ints   []ir.Temp
	vecs   []ir.Temp
	flags  []ir.Temp
	bld    *ir.Builder
	faults bool
	ctl    bool // with calls, counters and loops
	// counter is a global that nothing else writes: the block is a loop of so many rounds.
	counter ir.Temp
	tags    bool // addresses have tags
}

func (g *gen) val() uint64 {
	switch g.IntN(3) {
	case 0:
		return g.Uint64()
	case 1:
		return g.Uint64() >> g.IntN(64)
	}
	return edges[g.IntN(len(edges))]
}

func (g *gen) pick(l []ir.Temp) ir.Temp { return l[g.IntN(len(l))] }

func (g *gen) intIn() ir.Temp {
	if g.IntN(5) == 0 {
		return g.bld.Const(g.val())
	}
	return g.pick(g.ints)
}

func (g *gen) vecIn() ir.Temp {
	if g.IntN(8) == 0 {
		return g.bld.ConstV(g.val(), g.val())
	}
	return g.pick(g.vecs)
}

// intGlobal picks an integer global to write.
func (g *gen) intGlobal() ir.Temp {
	if g.counter != 0 {
		return ir.Temp(g.IntN(int(g.counter)))
	}
	return ir.Temp(g.IntN(nG - 1))
}

// loopEnd ends the block with a way back to its start.
func (g *gen) loopEnd() {
	b := g.bld
	b.Insn(0x1000 + uint64(b.Insns)*4)
	switch g.IntN(3) {
	case 0:
		b.MovTo(g.counter, b.Op2i(ir.Sub, ir.W64, g.counter, 1))
		b.ExitC(ir.W64, ir.GT, g.counter, b.Const(0), 0x1000, true)
		b.ExitTB(0x9000, false)
	case 1:
		r, f := b.OpF(ir.SubF, ir.W64, 0, g.counter, b.Const(1))
		b.MovTo(g.counter, r)
		b.MovTo(gF, f)
		b.ExitF(ir.CondG, f, 0x1000, true)
		b.ExitTB(0x9000, g.IntN(2) == 0)
	default:
		b.MovTo(g.counter, b.Op2i(ir.Sub, ir.W64, g.counter, 1))
		b.ExitC(ir.W64, ir.LE, g.counter, b.Const(0), 0x9000, g.IntN(2) == 0)
		b.ExitTB(0x1000, true)
	}
}

// TestRandomLoops checks blocks that go back to their own start.
func TestRandomLoops(t *testing.T) {
	for _, tlb := range []bool{false, true} {
		m := newMachine(t, func(c *backend.Config) { c.TLBMode = tlb; c.NoFeatures = tlb })
		m.loop = true
		loops := uint64(0)
		ops := dataOps()
		for i := range 800 * *rounds {
			g := &gen{Rand: rand.New(rand.NewPCG(99, i)), faults: i%4 == 0, counter: gF - 1}
			list := ops
			if i%2 == 0 {
				list = ops[:int(ir.LdV)]
			}
			b := g.block(1+g.IntN(2+int(i%800)/30), list)
			st := g.state()
			st.G[g.counter] = uint64(1 + g.IntN(7))
			m.hdr.Interrupt = uint32(i / 4 % 2) // every round leaves
			m.check(b, st)
			if m.work.Loops {
				loops++
			}
		}
		require.Greater(t, loops, uint64(500))
	}
}

func (g *gen) out(t ir.Type) ir.Temp {
	if g.IntN(2) == 0 {
		if t == ir.V128 {
			return ir.Temp(nG + g.IntN(nV))
		}
		return g.intGlobal()
	}
	n := g.bld.New(t)
	return n
}

var flagIn = map[ir.Opcode]int{ir.AdcF: 2, ir.SbbF: 2, ir.IncF: 1, ir.DecF: 1, ir.ShlF: 2, ir.ShrF: 2, ir.SarF: 2, ir.RolF: 2, ir.RorF: 2,
	ir.RclF: 2, ir.RcrF: 2, ir.ShldF: 3, ir.ShrdF: 3, ir.MergeF: 0, ir.SetF: 0, ir.SelF: 0, ir.ExitF: 0}

func (g *gen) width(info *ir.OpInfo) ir.Width {
	if info.Widths == 0 {
		return 0
	}
	for {
		if w := ir.Width(g.IntN(5)); info.Widths>>w&1 != 0 {
			return w
		}
	}
}

// op appends one random instruction of opcode c.
func (g *gen) op(c ir.Opcode) {
	info := c.Info()
	o := ir.Op{Code: c, W: g.width(info), A: [6]ir.Temp{ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}}
	if info.Flags&ir.CondFlags != 0 {
		o.Cond = ir.Cond(g.IntN(18))
	} else if info.Flags&ir.CondCmp != 0 {
		o.Cond = ir.EQ + ir.Cond(g.IntN(12))
	}
	for _, a := range []ir.Attr{ir.InvC, ir.Signed, ir.Scalar, ir.ArmFP, ir.Aligned, ir.NatAlign, ir.Release, ir.SC, ir.BigEndian, ir.Trunc, ir.High, ir.Saturate, ir.ArmSat} {
		if info.Attrs&a != 0 && g.IntN(2) == 0 {
			o.Attr |= a
		}
	}
	g.shape(&o)
	isMem := info.Flags&ir.MemOp != 0
	n := 0
	for range info.Out {
		n++
	}
	for k := range info.In {
		var t ir.Temp
		switch {
		case info.In[k] == 'v':
			t = g.vecIn()
		case k == flagIn[c] && info.In[k] == 'i' && hasFlagIn(c) || c == ir.MergeF:
			t = g.pick(g.flags)
		default:
			t = g.intIn()
		}
		o.A[n+k] = t
	}
	if isMem {
		g.address(&o, info)
	}
	if c == ir.VTbl {
		for k := 1 + int(o.Aux); k < 5; k++ {
			o.A[1+k] = ir.NoTemp
		}
	}
	g.bld.Insn(0x1000 + uint64(g.bld.Insns)*4)
	var newT []ir.Temp
	newF := ir.NoTemp
	for k := range info.Out {
		t := ir.I64
		if info.Out[k] == 'v' {
			t = ir.V128
		}
		if (k == 1 && info.Flags&ir.CondFlags == 0 && hasFlagOut(c)) || c == ir.MergeF || c == ir.FCmpF {
			o.A[k] = gF
			if info.Flags&ir.OptOut != 0 && g.IntN(4) == 0 {
				o.A[k] = ir.NoTemp
			} else if g.IntN(3) == 0 {
				o.A[k] = g.bld.New(ir.I64)
				newF = o.A[k]
			}
			continue
		}
		o.A[k] = g.out(t)
		if info.Flags&ir.OptOut != 0 && g.IntN(5) == 0 {
			o.A[k] = ir.NoTemp
			continue
		}
		newT = append(newT, o.A[k])
	}
	g.bld.Emit(o)
	if newF != ir.NoTemp {
		g.flags = append(g.flags, newF)
	}
	for _, t := range newT {
		if int(t) >= len(testGlobals) {
			if g.bld.Temps[t].Type == ir.V128 {
				g.vecs = append(g.vecs, t)
			} else {
				g.ints = append(g.ints, t)
			}
		}
	}
}

func hasFlagIn(c ir.Opcode) bool  { _, ok := flagIn[c]; return ok }
func hasFlagOut(c ir.Opcode) bool { return c >= ir.AddF && c <= ir.ShrdF }

// shape sets D, Aux and Imm to legal values.
func (g *gen) shape(o *ir.Op) {
	bits := int(o.W.Bits())
	switch o.Code {
	case ir.Sext:
		o.D = ir.Width(g.IntN(4))
		o.D = max(o.D, o.W)
	case ir.Ld:
		o.D = max(ir.Width(g.IntN(4)), o.W)
	case ir.Extract, ir.Deposit:
		o.Aux = uint8(g.IntN(bits))
		o.Imm = int64(1 + g.IntN(bits-int(o.Aux)))
	case ir.Extract2:
		o.Aux = uint8(g.IntN(bits))
	case ir.Crc32:
		o.Aux = uint8(g.IntN(2))
	case ir.MergeF:
		o.Imm = int64(g.Uint64()) & ir.FlagMask
	case ir.FCmpF:
		o.Aux = uint8(g.IntN(2))
	case ir.VGet:
		o.Aux = uint8(g.IntN(128 / bits))
		o.D = max(ir.Width(g.IntN(4)), o.W)
	case ir.VIns:
		o.Aux = uint8(g.IntN(128 / bits))
	case ir.VInsV:
		o.Aux = uint8(g.IntN(128 / bits))
		o.Imm = int64(g.IntN(128 / bits))
	case ir.VShlI, ir.VShrI, ir.VSarI:
		o.Imm = int64(g.IntN(bits + 2))
	case ir.VStr, ir.VStrM:
		o.Imm = int64(g.IntN(512))
	case ir.VAes:
		o.Aux = uint8(g.IntN(6))
	case ir.VClmul:
		o.Imm = int64(g.IntN(2) | g.IntN(2)<<4)
	case ir.VShuf, ir.VShuf2:
		o.Imm = int64(g.IntN(256))
	case ir.VExtr:
		o.Imm = int64(g.IntN(16))
	case ir.VTbl:
		o.Aux = uint8(1 + g.IntN(4))
	case ir.VRev:
		o.D = o.W + 1 + ir.Width(g.IntN(3-int(o.W)))
	case ir.Fence:
		o.Aux = uint8(1 + g.IntN(ir.FenceAll))
	case ir.FMulAdd:
		o.Aux = uint8(g.IntN(4))
	case ir.FCmpM:
		o.Aux = uint8(g.IntN(8))
	case ir.FRint:
		o.Aux = uint8(g.IntN(6))
		o.Imm = int64(g.IntN(2))
	case ir.FCvtFF:
		o.D = ir.W32 + ir.W64 - o.W
		if o.W == ir.W16 {
			o.D = ir.W32
		}
	case ir.FCvtI:
		o.D = ir.W32 + ir.Width(g.IntN(2))
		if o.Attr&ir.Trunc == 0 && o.Attr&ir.ArmSat != 0 {
			o.Aux = uint8(g.IntN(6))
		}
	case ir.ICvtF:
		o.D = ir.W32 + ir.Width(g.IntN(2))
	case ir.VCvtFI, ir.VCvtIF:
		o.D = ir.W32 + ir.Width(g.IntN(2))
	}
}

// address makes base and index of a memory op mostly good.
func (g *gen) address(o *ir.Op, info *ir.OpInfo) {
	slot := len(info.Out)
	if o.Code == ir.St || o.Code == ir.StV {
		slot++
	}
	if g.faults && g.IntN(6) == 0 {
		o.Imm = int64(int32(g.val()))
		return
	}
	mask := uint64(memSize/4 - 1)
	baseMask := mask &^ 15
	if g.tags {
		baseMask |= 0xff << 56
	}
	base := g.bld.Op2(ir.And, ir.W64, g.pick(g.ints), g.bld.Const(baseMask))
	o.A[slot] = base
	if g.IntN(6) == 0 {
		o.A[slot] = g.bld.Const(g.Uint64() & baseMask)
	}
	o.Imm = int64(g.IntN(64) * 16)
	if o.W < ir.W128 {
		o.Imm += int64(g.IntN(16))
		if o.Attr&ir.NatAlign != 0 && g.IntN(8) != 0 {
			o.Imm &^= int64(o.W.Bytes() - 1)
		}
	}
	if info.Flags&ir.OptIn == 0 {
		return
	}
	o.A[slot+1] = ir.NoTemp
	if g.IntN(2) == 0 {
		o.A[slot+1] = g.bld.Op2(ir.And, ir.W64, g.pick(g.ints), g.bld.Const(mask>>3&^15))
		o.Aux = uint8(g.IntN(4))
	}
}

// block makes a random block of n instructions of the given opcodes.
func (g *gen) block(n int, ops []ir.Opcode) *ir.Block {
	g.bld = ir.NewBuilder(testGlobals)
	g.bld.Reset(0x1000)
	g.ints, g.vecs, g.flags = nil, nil, []ir.Temp{gF}
	for i := range nG - 1 {
		g.ints = append(g.ints, ir.Temp(i))
	}
	for i := range nV {
		g.vecs = append(g.vecs, ir.Temp(nG+i))
	}
	for range n {
		if g.ctl && g.IntN(4) == 0 {
			g.control()
		}
		g.op(ops[g.IntN(len(ops))])
		switch g.IntN(20) {
		case 0:
			g.bld.ExitF(ir.Cond(g.IntN(18)), g.pick(g.flags), 0x5000+g.Uint64()%99, g.IntN(3) == 0)
		case 1:
			g.bld.ExitC(ir.Width(g.IntN(4)), ir.EQ+ir.Cond(g.IntN(12)), g.intIn(), g.intIn(), 0x6000+g.Uint64()%99, g.IntN(3) == 0)
		case 2:
			g.bld.MovTo(g.intGlobal(), g.intIn())
		case 3:
			g.bld.MovTo(ir.Temp(nG+g.IntN(nV)), g.vecIn())
		case 4:
			g.bld.MovTo(gF, g.pick(g.flags))
		}
	}
	if g.counter != 0 {
		g.loopEnd()
		return &g.bld.Block
	}
	switch g.IntN(4) {
	case 0:
		g.bld.ExitPtr(g.intIn())
	case 1:
		g.bld.ExitExc(ir.ExcBreak, 0x7000, g.intIn())
	case 2:
		g.bld.ExitF(ir.Cond(g.IntN(18)), g.pick(g.flags), 0x5000, true)
		fallthrough
	default:
		g.bld.ExitTB(0x8000, g.IntN(2) == 0)
	}
	return &g.bld.Block
}

func (g *gen) state() (s gstate) {
	for i := range s.G {
		s.G[i] = g.val()
	}
	s.G[gF] = g.Uint64()&ir.FlagMask | ir.FlagOne
	for i := range s.V {
		s.V[i] = [2]uint64{g.val(), g.val()}
	}
	s.FPEnv = ir.FPDefault | uint64(g.IntN(4))<<ir.FPRoundBit
	return s
}

// dataOps are all ops but the control ones.
func dataOps() (l []ir.Opcode) {
	for c := ir.Opcode(0); c < ir.NumOps; c++ {
		switch c {
		case ir.Call, ir.CallPure, ir.Counter, ir.CounterUndo, ir.GetEnv, ir.SetEnv, ir.LdS, ir.StS:
			continue
		}
		if c >= ir.InsnStart && c <= ir.Head {
			continue
		}
		l = append(l, c)
	}
	return l
}

// TestEachOp checks blocks of a few instances of each op.
func TestEachOp(t *testing.T) {
	for _, plain := range []bool{false, true} {
		m := newMachine(t, func(c *backend.Config) { c.NoFeatures = plain })
		for _, op := range dataOps() {
			g := &gen{Rand: rand.New(rand.NewPCG(1, uint64(op)))}
			t.Run(op.String(), func(t *testing.T) {
				m.t = t
				for range 60 {
					m.check(g.block(3, []ir.Opcode{op}), g.state())
				}
			})
		}
		m.t = t
	}
}

// TestRandomBlocks checks long blocks of all ops.
func TestRandomBlocks(t *testing.T) {
	for seed := range uint64(4) {
		m := newMachine(t, func(c *backend.Config) { c.TLBMode = seed&1 != 0; c.NoFeatures = seed == 2 })
		ops := dataOps()
		for i := range 800 * *rounds {
			g := &gen{Rand: rand.New(rand.NewPCG(seed, i)), faults: true}
			list := ops
			if i%2 == 0 { // denser in integer ops
				list = ops[:int(ir.LdV)]
			}
			m.check(g.block(1+g.IntN(2+int(i%800)/8), list), g.state())
		}
	}
}

// TestTaggedAddresses checks blocks, loops and regions whose addresses have tags, which the code takes off.
func TestTaggedAddresses(t *testing.T) {
	for seed := range uint64(3) {
		m := newMachine(t, func(c *backend.Config) { c.TLBMode = seed == 1; c.NoFeatures = seed == 2 })
		m.useTags()
		fast := 0 // blocks that made all accesses themselves
		for i := range 600 * *rounds {
			g := &gen{Rand: rand.New(rand.NewPCG(55+seed, i)), faults: i%4 == 0, counter: gF - 1, tags: true}
			list := []ir.Opcode{ir.Ld, ir.St, ir.LdV, ir.StV, ir.Add, ir.AddF, ir.SubF, ir.AtAdd, ir.Cas, ir.CasV, ir.VAdd, ir.FAdd}
			if i%2 == 0 {
				list = dataOps()
			}
			n := 1 + g.IntN(2+int(i%600)/20)
			var b *ir.Block
			if m.loop = i%3 == 0; i%3 == 1 {
				b = g.region(1+n/2, list)
			} else {
				if i%3 == 2 {
					g.counter = 0
				}
				b = g.block(n, list)
			}
			st := g.state()
			if g.counter != 0 {
				st.G[g.counter] = uint64(1 + g.IntN(7))
			}
			before := m.slow
			m.check(b, st)
			if i%4 != 0 && m.slow == before {
				fast++
			}
		}
		require.Greater(t, fast, 100)
	}
}

// TestEachOpBesideOthers has a value in every register but those that no op may rely on, while an op is done, RDX among them, unless
// the op needs it.
func TestEachOpBesideOthers(t *testing.T) {
	m := newMachine(t, nil)
	for _, c := range dataOps() {
		for i := range 40 * *rounds {
			g := &gen{Rand: rand.New(rand.NewPCG(uint64(c), i))}
			b := g.block(1, []ir.Opcode{c})
			first := 0 // the first register is RDX
			for k := range 8 {
				o := ir.Op{Code: ir.Not, W: ir.W64, A: noTemps}
				o.A[0], o.A[1] = ir.Temp(k), ir.Temp(k)
				for b.Ops[first].Code != ir.InsnStart {
					first++
				}
				b.Ops = slices.Insert(b.Ops, first+1+k, o)
			}
			m.check(b, g.state())
		}
	}
}

// TestPlainLiveness compares the backward pass over what is no region with the one for all.
func TestPlainLiveness(t *testing.T) {
	m := newMachine(t, nil)
	for i := range 3000 * *rounds {
		g := &gen{Rand: rand.New(rand.NewPCG(7, i)), faults: true, ctl: i%3 == 0}
		b := g.block(1+g.IntN(60), dataOps())
		require.Empty(t, m.c.SameLiveness(b), "block %d", i)
	}
}
