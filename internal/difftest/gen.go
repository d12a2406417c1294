package difftest

import (
	"encoding/binary"
	"math"
	"math/rand/v2"

	"github.com/gotcg/gotcg/cpu/x86"
)

// Where sequences and their data live, in guest and host alike: below 2^31, so that absolute and 32-bit
// addresses reach them.
const (
	codeBase = 0x2b5a1000
	codeSize = 0x4000
	dataBase = 0x62000000
	dataSize = 0x2000
	dataMid  = dataBase + dataSize/2
)

// insn is one generated instruction.
type insn struct {
	enc  int // index into gen.encs
	off  int // in the sequence
	inst x86.Inst
}

// testCase is a sequence and the registers it starts with.
type testCase struct {
	addr  uint64
	code  []byte
	insns []insn
	init  x86.State
	// undef are the flags that are undefined after the first n instructions.
	undef []uint64
}

// gen makes test cases from a seed.
type gen struct {
	r    *rand.Rand
	encs []x86.Encoding
	next int // encodings are taken in a shuffled order, again and again
	perm []int
	// wants of the sequence being made.
	ptr, small [16]bool
	aligned    bool
	maxLen     int // of a sequence, in instructions
}

// newGen returns a generator over the encodings of keep.
func newGen(seed uint64, maxLen int, keep func(*x86.Encoding) bool) *gen {
	g := &gen{maxLen: maxLen, r: rand.New(rand.NewPCG(seed, 0x9e3779b9))}
	for _, e := range x86.Encodings() {
		if x86.Translated(e.Op) && excluded[e.Op] == "" && keep(&e) {
			g.encs = append(g.encs, e)
		}
	}
	g.perm = g.r.Perm(len(g.encs))
	return g
}

func (g *gen) one(n int) bool { return g.r.IntN(n) == 0 }

// newCase makes a sequence for address addr.
func (g *gen) newCase(addr uint64) *testCase {
	c := &testCase{addr: addr}
	g.ptr, g.small = [16]bool{}, [16]bool{}
	g.ptr[x86.RSP] = true
	g.aligned = g.r.IntN(3) != 0
	n := 1 + g.r.IntN(g.maxLen)
	var undef uint64
	var fix []int // instructions with a branch to the end
	for len(c.insns) < n {
		var i int
		if len(c.insns) == 0 {
			if g.next >= len(g.perm) {
				g.next, g.perm = 0, g.r.Perm(len(g.encs))
			}
			i = g.perm[g.next]
			g.next++
		} else {
			i = g.r.IntN(len(g.encs))
		}
		for try := 0; ; try++ {
			if try == 30 {
				if len(c.insns) > 0 {
					i = g.r.IntN(len(g.encs))
				} else {
					i, g.next = g.perm[g.next%len(g.perm)], g.next+1
				}
				try = 0
			}
			code, in, ok := g.instruction(&g.encs[i], addr+uint64(len(c.code)))
			if !ok {
				continue
			}
			if len(c.insns) > 0 && (in.Op == x86.MASKMOVQ || in.Op == x86.MASKMOVDQU) {
				continue // whether a zero mask faults is the vendor's choice: RDI must be good
			}
			u := use(&in)
			if u.reads&undef != 0 || undef != 0 && in.Args[0].Kind == x86.ArgRel {
				continue
			}
			if in.Args[0].Kind == x86.ArgRel {
				fix = append(fix, len(c.insns))
			}
			undef = undef&^u.defines | u.undefined
			c.insns = append(c.insns, insn{enc: i, off: len(c.code), inst: in})
			c.code = append(c.code, code...)
			c.undef = append(c.undef, undef)
			g.wants(&in)
			break
		}
	}
	for _, k := range fix { // branches go forward, mostly to the end
		ins := &c.insns[k]
		after := ins.off + int(ins.inst.Len)
		rel := len(c.code) - after
		if p := c.code[ins.off:after]; ins.inst.Args[0].Size == 1 {
			if rel > 127 { // too far for a short branch: to some instruction on the way
				for i := k + 1; i < len(c.insns) && c.insns[i].off-after <= 127; i++ {
					rel = c.insns[i].off - after
				}
			}
			p[len(p)-1] = byte(rel)
		} else {
			binary.LittleEndian.PutUint32(p[len(p)-4:], uint32(rel))
		}
	}
	g.initState(&c.init)
	return c
}

// wants notes what values in's registers should have for its memory operand to lie in the data.
func (g *gen) wants(in *x86.Inst) {
	switch in.Op {
	case x86.MOVS, x86.CMPS, x86.STOS, x86.SCAS, x86.LODS:
		g.ptr[x86.RSI], g.ptr[x86.RDI] = true, true
		if in.Rep != 0 {
			g.small[x86.RCX] = true
		}
	case x86.XLAT:
		g.ptr[x86.RBX] = true
	case x86.MASKMOVQ, x86.MASKMOVDQU:
		g.ptr[x86.RDI] = true
	case x86.LEAVE, x86.ENTER:
		g.ptr[x86.RBP] = true
	}
	if !in.HasMem() || in.Op == x86.LEA || in.Op == x86.NOP {
		return
	}
	if in.Mem.Base < 16 {
		g.ptr[in.Mem.Base] = true
		if in.Mem.Index < 16 {
			g.small[in.Mem.Index] = true
		}
	}
	switch in.Op {
	case x86.BT, x86.BTS, x86.BTR, x86.BTC:
		if a := in.Args[1]; a.Kind == x86.ArgReg {
			g.small[a.Reg] = true
		}
	}
}

// instruction makes one instruction of encoding e for address pc.
func (g *gen) instruction(e *x86.Encoding, pc uint64) ([]byte, x86.Inst, bool) {
	r := g.r
	buf := make([]byte, 0, 40)
	mem := e.HasMem && (e.Mod == 0 || g.one(2))
	str := e.Op == x86.MOVS || e.Op == x86.CMPS || e.Op == x86.STOS || e.Op == x86.SCAS || e.Op == x86.LODS
	if mem && e.Lock && g.one(2) {
		buf = append(buf, 0xf0)
	}
	if (e.AnyPrefix || e.Prefix >= 0xf2 && e.Map == "\x0f" && g.one(4)) && g.one(5) {
		buf = append(buf, 0x66)
	}
	if (mem || str) && g.one(12) {
		buf = append(buf, 0x67)
	}
	if str && g.one(2) {
		buf = append(buf, 0xf2+byte(r.IntN(2)))
	}
	if !e.AnyPrefix && e.Prefix != 0 {
		buf = append(buf, e.Prefix)
	}
	rex := byte(0)
	if g.one(2) {
		rex = 0x40 | byte(r.IntN(16))
	}
	if e.RexB == 1 {
		rex |= 0x41
	} else if e.RexB == 0 {
		rex &^= 1
	}
	if rex != 0 {
		buf = append(buf, rex)
	}
	buf = append(buf, e.Map...)
	buf = append(buf, e.Opcode)
	ripAt := -1
	if e.HasModRM {
		buf, ripAt = g.modrm(buf, e, mem, rex)
	}
	for range 9 {
		buf = append(buf, g.immByte(e.Op))
	}
	for len(buf) < 32 {
		buf = append(buf, 0)
	}
	in, err := x86.Decode(buf, x86.Mode64)
	if err != nil || in.Op != e.Op || !usable(&in) {
		return nil, in, false
	}
	buf = buf[:in.Len]
	if ripAt >= 0 {
		off := uint64(r.IntN(0x800)) - 0x400
		if g.aligned {
			off &^= 15
		}
		binary.LittleEndian.PutUint32(buf[ripAt:], uint32(dataMid+off-pc-uint64(in.Len)))
		in, _ = x86.Decode(buf, x86.Mode64)
	}
	if in.HasMem() && !e.HasModRM { // MOV with an absolute address
		n := int(in.AddrSize)
		at := len(buf) - n
		var p [8]byte
		binary.LittleEndian.PutUint64(p[:], uint64(dataMid+r.IntN(0x800)-0x400))
		copy(buf[at:], p[:n])
		in, _ = x86.Decode(buf, x86.Mode64)
	}
	return buf, in, true
}

// immByte returns a byte of an immediate; shift counts and the like come small more often.
func (g *gen) immByte(op x86.Op) byte {
	switch {
	case op == x86.ENTER:
		return byte(g.r.IntN(4)) // also its size: little of it
	case g.one(3):
		return [8]byte{0, 1, 0x7f, 0x80, 0xff, 8, 31, 32}[g.r.IntN(8)]
	}
	return byte(g.r.Uint32())
}

// modrm appends ModRM, SIB and displacement; ripAt is where a RIP-relative displacement goes, or -1.
func (g *gen) modrm(buf []byte, e *x86.Encoding, mem bool, rex byte) (_ []byte, ripAt int) {
	r := g.r
	reg, rm := byte(r.IntN(8)), byte(r.IntN(8))
	if e.Reg >= 0 {
		reg = byte(e.Reg)
	}
	if e.RM >= 0 {
		rm = byte(e.RM)
	}
	if !mem {
		return append(buf, 0xc0|reg<<3|rm), -1
	}
	mod := byte(r.IntN(3))
	if e.RM < 0 && g.one(4) {
		rm = 4
	}
	buf = append(buf, mod<<6|reg<<3|rm)
	if rm == 4 {
		sib := byte(r.Uint32())
		if g.aligned && g.one(2) {
			sib = sib&^0x38 | 0x20 // no index, unless REX.X
		}
		buf = append(buf, sib)
		if sib&7 == 5 && mod == 0 {
			return g.disp32(buf, true), -1
		}
	}
	switch {
	case mod == 0 && rm == 5:
		return append(buf, 0, 0, 0, 0), len(buf)
	case mod == 1:
		d := byte(r.Uint32())
		if g.aligned {
			d &^= 15
		}
		buf = append(buf, d)
	case mod == 2:
		buf = g.disp32(buf, false)
	}
	return buf, -1
}

// disp32 appends a displacement: small, or absolute.
func (g *gen) disp32(buf []byte, absolute bool) []byte {
	d := uint32(g.r.IntN(1024)) - 512
	if absolute {
		d += dataMid
	}
	if g.aligned {
		d &^= 15
	}
	return binary.LittleEndian.AppendUint32(buf, d)
}

var edges = [...]uint64{0, 1, 2, math.MaxUint64, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000,
	math.MaxInt32, 1 << 31, math.MaxUint32, 1 << 32, math.MaxInt64, 1 << 63, 31, 32, 33, 63, 64, 0x5555555555555555}

// value returns an integer that is likely to be interesting.
func (g *gen) value() uint64 {
	switch g.r.IntN(4) {
	case 0:
		return edges[g.r.IntN(len(edges))]
	case 1:
		return uint64(int64(g.r.Uint64()) >> g.r.IntN(64))
	}
	return g.r.Uint64()
}

// initState fills the registers as the sequence wants them.
func (g *gen) initState(s *x86.State) {
	r := g.r
	s.Init()
	for i := range s.Reg {
		switch {
		case g.ptr[i], !g.small[i] && g.one(3):
			off := uint64(r.IntN(0x800)) - 0x400
			if g.aligned || i == x86.RSP {
				off &^= 15
			}
			s.Reg[i] = dataMid + off
		case g.small[i]:
			s.Reg[i] = uint64(r.IntN(128)) - 64
			if g.aligned {
				s.Reg[i] &^= 15
			}
			if i == x86.RCX {
				s.Reg[i] = uint64(r.IntN(40))
			}
		default:
			s.Reg[i] = g.value()
		}
	}
	fl := r.Uint64() & x86.ArithMask
	if g.one(6) {
		fl |= x86.EFlagDF
	}
	s.SetEFLAGS(fl)
	g.initVectors(s)
	g.initX87(s)
}
