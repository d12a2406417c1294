//go:build unix

package amd64_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestArmOddResults checks the results that Arm and x86 differ in, and their neighbours: sums and products that are NaNs,
// that are rounded up to the smallest normal number, equal to it, tiny, zero, huge; in lane 0 and above it.
func TestArmOddResults(t *testing.T) {
	doubles := []uint64{0, 1 << 63, 1, 1<<52 - 1, 1 << 52, 1<<52 + 1, 1<<63 | 1<<52, 2 << 52, 0x3fd0000000000000, 0x3fefffffffffffff, 0x3ff0000000000000,
		0x3ff0000000000001, 0xbff0000000000000, 0x3fe0000000000000, 0x4000000000000000, 0x7fe0000000000000, 0x7fefffffffffffff,
		0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000001, 0xfff8000000000002, 0x7ff0000000000003, 0x000fffffffffffff | 1<<63,
		0x1ff0000000000000, 0x2010000000000000, 0x380fffffffffffff, 0x3810000000000000, 0x36a0000000000000}
	singles := []uint64{0, 0x80000000, 1, 0x007fffff, 0x00800000, 0x00800001, 0x80800000, 0x01000000, 0x3f7fffff, 0x3f800000, 0xbf800000,
		0x3f000000, 0x40000000, 0x7f000000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00001, 0xffc00002, 0x7f800003, 0x1fc00000, 0x20000000}
	for _, mod := range []func(*backend.Config){nil, func(c *backend.Config) { c.NoFeatures = true }} {
		m := newMachine(t, mod)
		rnd := rand.New(rand.NewPCG(3, 4))
		for _, w := range []ir.Width{ir.W32, ir.W64} {
			lane := func() uint64 {
				if w == ir.W64 {
					return doubles[rnd.IntN(len(doubles))]
				}
				return singles[rnd.IntN(len(singles))] | singles[rnd.IntN(len(singles))]<<32
			}
			for _, attr := range []ir.Attr{ir.ArmFP, ir.ArmFP | ir.Scalar} {
				for _, op := range []ir.Opcode{ir.FAdd, ir.FSub, ir.FMul, ir.FDiv, ir.FMin, ir.FMaxNM, ir.FSqrt, ir.FMulAdd, ir.FCvtFF} {
					for range 80 {
						var st gstate
						st.FPEnv = ir.FPDefault | uint64(rnd.IntN(4))<<ir.FPRoundBit
						for i := range 3 {
							st.V[i] = [2]uint64{lane(), lane()}
							if rnd.IntN(2) == 0 { // most lanes are ordinary
								st.V[i][1] = 0x3f8000003f800000
							}
						}
						v := func(i int) ir.Temp { return ir.Temp(nG + i) }
						o := ir.Op{Code: op, W: w, Attr: attr, A: [6]ir.Temp{v(3), v(0), v(1), ir.NoTemp, ir.NoTemp, ir.NoTemp}}
						switch op {
						case ir.FMulAdd:
							o.A[3], o.Aux = v(2), uint8(rnd.IntN(4))
						case ir.FCvtFF:
							o.D = ir.W32 + ir.W64 - w
						case ir.FSqrt:
						}
						b := ir.NewBuilder(testGlobals)
						b.Insn(0x1000)
						b.Emit(o)
						b.Insn(0x1004)
						o.A[0], o.A[1] = v(4), v(3) // its flags and the use of its result
						b.Emit(o)
						b.ExitTB(0x2000, false)
						m.check(&b.Block, st)
					}
				}
			}
		}
	}
}

// TestCheckedAddresses checks accesses at an address that has been checked: the same base and index, other
// displacements, either of them changed in between, and addresses outside.
func TestCheckedAddresses(t *testing.T) {
	m := newMachine(t, nil)
	rnd := rand.New(rand.NewPCG(5, 6))
	values := []uint64{0, 8, 0x40, 0x1000, 0x3ff0, memSize - 64, memSize, 1 << 20, 1 << 47, ^uint64(0), ^uint64(0x3f),
		uint64(uintptr(unsafe.Pointer(m.state()))) - m.hdr.GuestBase} // memory of the host
	for range 1500 {
		var st gstate
		st.FPEnv = ir.FPDefault
		for i := range st.G {
			st.G[i] = values[rnd.IntN(5)]
			if rnd.IntN(12) == 0 {
				st.G[i] = values[rnd.IntN(len(values))]
			}
		}
		st.G[6] = values[len(values)-1]
		st.G[gF] = ir.FlagOne
		b := ir.NewBuilder(testGlobals)
		for range 2 + rnd.IntN(12) {
			b.Insn(0x1000 + uint64(b.Insns)*4)
			base, index := ir.Temp(rnd.IntN(2)), ir.Temp(2+rnd.IntN(2))
			if rnd.IntN(8) == 0 {
				base = b.Const(values[rnd.IntN(len(values))])
			}
			o := ir.Op{Code: ir.Ld, W: ir.W64, D: ir.W64, A: [6]ir.Temp{ir.Temp(4 + rnd.IntN(2)), base, index, ir.NoTemp, ir.NoTemp, ir.NoTemp}}
			o.Aux, o.Imm = uint8(rnd.IntN(2)*3), int64(rnd.IntN(3))*0x20-0x20
			switch rnd.IntN(9) {
			case 0:
				b.MovTo(base&1, b.Op2i(ir.Add, ir.W64, base, values[rnd.IntN(3)]))
				continue
			case 1:
				b.MovTo(index, b.Op2i(ir.Sub, ir.W64, ir.Temp(2+4*rnd.IntN(2)), 8))
				continue
			case 2:
				o.A[0] = index // loads what it is addressed with
			case 3:
				o.Code, o.A[0] = ir.LdV, ir.Temp(nG+1)
			case 4:
				o.Code, o.A[0] = ir.StV, ir.Temp(nG+1)
			case 5:
				o.Code = ir.St
			case 6:
				o.Attr |= ir.NatAlign
			case 7:
				o.A[2], o.Aux = ir.NoTemp, 0
			}
			b.Emit(o)
		}
		b.ExitTB(0x9000, false)
		m.check(&b.Block, st)
	}
}

// TestRoundTwice checks round and lround of the same number, of numbers that have changed in between, and of others.
func TestRoundTwice(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 0.25, 0.49999999999999994, 0.5, -0.5, 0.75, 1, 1.5, 2.5, -2.5, -3.7, 1 << 30, 1<<31 - 0.5, 1<<31 + 0.5,
		-1<<31 - 0.5, 1<<52 - 0.5, 1 << 52, 1<<62 + 1<<20, 1 << 63, -1 << 63, -1 << 64, 1e300, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324}
	for _, mod := range []func(*backend.Config){nil, func(c *backend.Config) { c.NoFeatures = true }} {
		m := newMachine(t, mod)
		for _, x := range values {
			for change := range 4 { // nothing, the number, what it was rounded to, a way out in between
				for _, w := range []ir.Width{ir.W32, ir.W64} {
					for _, d := range []ir.Width{ir.W32, ir.W64} {
						for _, attr := range []ir.Attr{ir.Signed, 0} {
							var st gstate
							st.FPEnv = ir.FPDefault
							st.G[gF] = ir.FlagOne
							st.V[0][0], st.V[2][0] = math.Float64bits(x), math.Float64bits(-7.5)
							if w == ir.W32 {
								st.V[0][0], st.V[2][0] = uint64(math.Float32bits(float32(x))), uint64(math.Float32bits(-7.5))
							}
							v := func(i int) ir.Temp { return ir.Temp(nG + i) }
							b := ir.NewBuilder(testGlobals)
							b.Insn(0x1000)
							b.Emit(ir.Op{Code: ir.FRint, W: w, Attr: ir.ArmFP | ir.Scalar, Aux: ir.RoundAway, Imm: 1,
								A: [6]ir.Temp{v(1), b.ConstV(0, 0), v(0), ir.NoTemp, ir.NoTemp, ir.NoTemp}})
							b.Insn(0x1004)
							switch change {
							case 1:
								b.MovTo(v(0), v(2))
							case 2:
								b.MovTo(v(1), v(2))
							case 3:
								b.ExitF(ir.CondG, gF, 0x2000, false)
							}
							b.Insn(0x1008)
							b.Emit(ir.Op{Code: ir.FCvtI, W: w, D: d, Attr: ir.ArmFP | ir.ArmSat | attr, Aux: ir.RoundAway,
								A: [6]ir.Temp{0, v(0), ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
							b.ExitTB(0x3000, false)
							m.check(&b.Block, st)
						}
					}
				}
			}
		}
	}
}
