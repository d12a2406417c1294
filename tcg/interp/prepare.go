package interp

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Need says what a Prog must be able to do.
type Need uint8

const (
	// NeedStale: to be left at the next instruction when it has been overwritten, see Thread.Stale.
	NeedStale Need = 1 << iota
	// NeedResume: to count accesses, see Thread.Resume.
	NeedResume
)

// Preparer makes Progs. The zero value is ready.
type Preparer struct {
	b    *ir.Block
	need Need
	p    Prog
	code []uint64
	pool []uint64
	rest []ir.Op
	rare Rare
	// globals are those whose slots are known.
	globals *ir.GlobalInfo
	slots   []uint16 // of temps; unset: none yet
	frame   uint32   // words used
	top     uint32   // the most of any segment
	exits   uint32   // direct exits

	labels []uint32
	fixups []fixup
	pc     uint64
	pcSet  bool // an opPC of this instruction has been made
	stores bool // the instruction may have overwritten the block
	failed bool
}

// fixup is a branch: the number of its second word, and its label.
type fixup struct {
	at    uint32
	label int64
}

// unset is no operand: there are only three areas.
const unset = 0xffff

// Prepare makes a Prog of b, which must pass ir.Verify. It is valid until the next call; Keep makes one that lasts.
func (m *Preparer) Prepare(b *ir.Block, need Need) (*Prog, error) {
	if !m.Build(b, need) {
		return nil, fmt.Errorf("interp: the block at %#x has too many values or no place for one", b.PC)
	}
	p := &m.p
	p.PC, p.frame = b.PC, m.size()
	p.code, p.pool, p.rare = unsafe.Pointer(unsafe.SliceData(m.code)), unsafe.Pointer(unsafe.SliceData(m.pool)), nil
	p.rest = unsafe.Pointer(unsafe.SliceData(m.rest))
	if m.isRare() {
		p.rare = &m.rare
	}
	return p, nil
}

// Build is Prepare for Keep alone.
func (m *Preparer) Build(b *ir.Block, need Need) bool {
	m.start(b, need)
	if m.assign() {
		m.common()
	} else {
		m.unassign()
		for i := range b.Ops {
			m.lower(&b.Ops[i], i == 0)
		}
	}
	m.word(opEnd, 0, 0, 0, 0)
	for _, f := range m.fixups {
		m.code[f.at] = uint64(m.labels[f.label])
	}
	return !m.failed
}

// size is that of the frame.
func (m *Preparer) size() uint32 { return max(m.top, m.frame) }

// isRare takes note of the helpers, and tells whether there is something in m.rare.
func (m *Preparer) isRare() bool {
	if len(m.b.Helpers)+len(m.rare.heads) == 0 {
		return false
	}
	m.rare.helpers = m.b.Helpers
	return true
}

func (m *Preparer) start(b *ir.Block, need Need) {
	m.b, m.need = b, need
	m.code, m.pool, m.rest, m.rare.heads = m.code[:0], m.pool[:0], m.rest[:0], m.rare.heads[:0]
	m.labels, m.fixups = m.labels[:0], m.fixups[:0]
	m.exits, m.frame, m.top = 0, frameStart, 0
	m.pc, m.pcSet, m.stores, m.failed = b.PC, true, false, false
	if n := max(len(b.Temps), nearTemps); len(m.slots) < n {
		m.slots, m.globals = make([]uint16, n+n/8&^(nearTemps-1)), nil
	}
	if m.globals != unsafe.SliceData(b.Globals) {
		m.globals = unsafe.SliceData(b.Globals)
		for i := range b.Globals {
			m.slots[i] = m.place(inState, b.Globals[i].Offset/8)
		}
	}
	for range b.Labels {
		m.labels = append(m.labels, 0)
	}
}

// unassign makes the places of locals and constants unknown: the first op that uses one finds one for it.
func (m *Preparer) unassign() {
	locals := m.slots[len(m.b.Globals):len(m.b.Temps)]
	for i := range locals {
		locals[i] = unset
	}
}

// place returns the operand for word n of an area.
func (m *Preparer) place(area uint16, n uint32) uint16 {
	if n >= maxWord { // a vector has another
		m.failed = true
		return nowhere
	}
	return uint16(n)<<areaBits | area
}

// in returns the operand for input x.
func (m *Preparer) in(x ir.Temp) uint16 {
	if x == ir.NoTemp {
		return zero
	}
	if s := m.slots[x]; s != unset {
		return s
	}
	return m.first(x)
}

// out returns the operand for output x.
func (m *Preparer) out(x ir.Temp) uint16 {
	if x == ir.NoTemp {
		return nowhere
	}
	if s := m.slots[x]; s != unset {
		return s
	}
	return m.first(x)
}

// first finds a place for x, a local or a constant.
func (m *Preparer) first(x ir.Temp) uint16 {
	t := &m.b.Temps[x]
	if t.Kind == ir.Const {
		m.slots[x] = m.constant(t.Val, t.Type)
		return m.slots[x]
	}
	m.slots[x] = m.place(inFrame, m.frame)
	m.frame++
	if t.Type == ir.V128 {
		m.frame++
	}
	return m.slots[x]
}

func (m *Preparer) constant(v ir.Val, t ir.Type) uint16 {
	n := len(m.pool)
	m.pool = append(m.pool, v.Lo)
	if t == ir.V128 {
		m.pool = append(m.pool, v.Hi)
	}
	return m.place(inPool, uint32(n))
}

// word appends an instruction's first word.
func (m *Preparer) word(op, mod uint8, d, a, b uint16) {
	m.code = append(m.code, uint64(op)|uint64(mod)<<8|uint64(d)<<16|uint64(a)<<32|uint64(b)<<48)
}

// words appends an instruction of two.
func (m *Preparer) words(op, mod uint8, d, a, b uint16, x uint64) {
	m.code = append(m.code, uint64(op)|uint64(mod)<<8|uint64(d)<<16|uint64(a)<<32|uint64(b)<<48, x)
}

// plain are the opcodes of integer ops without modifiers, by width; 0: it has none.
var plain = [ir.AddF][2]uint8{
	ir.Add: {opAdd32, opAdd64}, ir.Sub: {opSub32, opSub64}, ir.And: {opAnd32, opAnd64}, ir.Or: {opOr32, opOr64},
	ir.Xor: {opXor32, opXor64}, ir.Mul: {opMul32, opMul64}, ir.Shl: {opShl32, opShl64}, ir.Shr: {opShr32, opShr64},
	ir.Sar: {opSar32, opSar64},
}

// lower appends what does o.
func (m *Preparer) lower(o *ir.Op, first bool) {
	switch c := o.Code; {
	case c == ir.InsnStart:
		if m.stores && !first && m.need&NeedStale != 0 {
			m.words(opStale, 0, 0, 0, 0, uint64(o.Imm))
		}
		m.pc, m.pcSet, m.stores = uint64(o.Imm), first && uint64(o.Imm) == m.b.PC, false
	case c == ir.Nop:
	case c == ir.Mov:
		m.word(opMov, 0, m.out(o.A[0]), m.in(o.A[1]), 0)
	case c == ir.VMov:
		m.word(opMovV, 0, m.out(o.A[0]), m.in(o.A[1]), 0)
	case c < ir.AddF && c != ir.Div2U && c != ir.Div2S:
		m.lowerInt(o)
	case c == ir.AddF, c == ir.SubF, c >= ir.AndF && c <= ir.XorF:
		a, b, mod := m.in(o.A[2]), m.in(o.A[3]), uint8(o.W)
		if o.Attr&ir.InvC != 0 {
			mod |= 1 << 2
		}
		op := [...]uint8{opAddF, opSubF, 0, 0, opAndF, opOrF, opXorF}[c-ir.AddF]
		m.words(op, mod, m.out(o.A[0]), a, b, uint64(m.out(o.A[1])))
	case c >= ir.ShlF && c <= ir.SarF:
		a, b, old := m.in(o.A[2]), m.in(o.A[3]), uint64(m.in(o.A[4]))
		m.words(opShlF+uint8(c-ir.ShlF), uint8(o.W), m.out(o.A[0]), a, b, uint64(m.out(o.A[1]))|old<<16)
	case c == ir.SetF:
		a := m.in(o.A[1])
		m.word(opSetF, uint8(o.Cond), m.out(o.A[0]), a, 0)
	case c == ir.SelF:
		a, b, x := m.in(o.A[1]), m.in(o.A[2]), m.in(o.A[3])
		m.words(opSelF, uint8(o.Cond), m.out(o.A[0]), a, b, uint64(x))
	case c >= ir.Ld && c <= ir.StV:
		m.lowerMem(o)
	case c == ir.Counter:
		m.words(opCounter, 0, 0, 0, 0, uint64(o.Imm))
	case c == ir.CounterUndo:
		m.words(opUndo, 0, 0, 0, 0, uint64(o.Imm))
	case c >= ir.ExitTB && c <= ir.Head:
		m.lowerControl(o)
	default:
		m.lowerRest(o)
	}
}

func (m *Preparer) lowerInt(o *ir.Op) {
	a, b := m.in(o.A[1]), uint16(nowhere)
	if o.Code.Info().NIn() > 1 {
		b = m.in(o.A[2])
	}
	switch c := o.Code; {
	case o.W >= ir.W32 && plain[c][0] != 0:
		m.word(plain[c][o.W-ir.W32], 0, m.out(o.A[0]), a, b)
	case c == ir.Zext && o.W == ir.W32:
		m.word(opZext32, 0, m.out(o.A[0]), a, 0)
	case c == ir.SetC:
		m.word(opSetC, uint8(o.W)|uint8(o.Cond-ir.EQ)<<2, m.out(o.A[0]), a, b)
	case c == ir.SelC:
		x := uint64(m.in(o.A[3])) | uint64(m.in(o.A[4]))<<16 | uint64(o.Cond)<<32
		m.words(opSelC, uint8(o.W), m.out(o.A[0]), a, b, x)
	default:
		m.words(opInt, 0, m.out(o.A[0]), a, b, uint64(len(m.rest)))
		m.rest = append(m.rest, *o)
	}
}

// lowerMem does the loads and stores that are nothing special.
func (m *Preparer) lowerMem(o *ir.Op) {
	off := int64(m.pc - m.b.PC)
	if o.Attr&(ir.SC|ir.BigEndian|ir.NatAlign|ir.Aligned) != 0 || m.need&NeedResume != 0 || off != int64(int32(off)) {
		m.lowerRest(o)
		return
	}
	mod := uint8(o.W) | o.Aux<<2
	if o.Attr&ir.Signed != 0 {
		mod |= 1<<4 | uint8(o.D)<<5
	}
	x := uint64(uint32(o.Imm)) | uint64(off)<<32
	base, index := m.in(o.A[1]), m.in(o.A[2])
	switch o.Code {
	case ir.Ld:
		m.words(opLd, mod, m.out(o.A[0]), base, index, x)
	case ir.LdV:
		m.words(opLdV, uint8(o.W)|o.Aux<<3, m.out(o.A[0]), base, index, x)
	case ir.St:
		m.stores = true
		m.words(opSt, mod, m.in(o.A[0]), base, index, x)
	case ir.StV:
		m.stores = true
		m.words(opStV, uint8(o.W)|o.Aux<<3, m.in(o.A[0]), base, index, x)
	}
}

func (m *Preparer) lowerControl(o *ir.Op) {
	x, d := uint64(o.Imm), uint16(0)
	switch c := o.Code; c {
	case ir.ExitTB, ir.ExitC, ir.ExitF:
		d = uint16(min(m.exits, NoSlot))
		m.exits++
		if o.Attr&ir.Backward != 0 {
			d |= exitBackward
		}
		if o.Attr&ir.Internal != 0 {
			d |= exitInternal
		}
	case ir.Br, ir.BrC, ir.BrF:
		m.fixups = append(m.fixups, fixup{uint32(len(m.code)) + 1, o.Imm})
	}
	cmp := uint8(o.W) | uint8(o.Cond-ir.EQ)<<2
	switch o.Code {
	case ir.ExitTB:
		m.words(opExitTB, 0, d, 0, 0, x)
	case ir.ExitC:
		m.words(opExitC, cmp, d, m.in(o.A[0]), m.in(o.A[1]), x)
	case ir.ExitF:
		m.words(opExitF, uint8(o.Cond), d, m.in(o.A[0]), 0, x)
	case ir.ExitPtr:
		m.word(opExitPtr, 0, 0, m.in(o.A[0]), 0)
	case ir.ExitPtrNE:
		m.words(opExitNE, 0, 0, m.in(o.A[0]), 0, x)
	case ir.ExitExc:
		m.words(opExitX, o.Aux, 0, m.in(o.A[0]), 0, x)
	case ir.SetLabel:
		m.labels[o.Imm] = uint32(len(m.code))
		m.pcSet = false
	case ir.Br:
		m.words(opBr, 0, 0, 0, 0, 0)
	case ir.BrC:
		m.words(opBrC, cmp, 0, m.in(o.A[0]), m.in(o.A[1]), 0)
	case ir.BrF:
		m.words(opBrF, uint8(o.Cond), 0, m.in(o.A[0]), 0, 0)
	case ir.Head:
		m.rare.heads = append(m.rare.heads, head{uint64(o.Imm), uint32(len(m.code))})
		m.word(opHead, 0, 0, 0, 0)
		m.top, m.frame = max(m.top, m.frame), frameStart // no local lives on
	}
}

// lowerRest appends o itself, its operands being places.
func (m *Preparer) lowerRest(o *ir.Op) {
	info := o.Code.Info()
	op := uint8(opRest)
	if info.Flags&(ir.Pure|ir.UsesEnv) == ir.Pure {
		op = opEval
	} else if !m.pcSet {
		m.words(opPC, 0, 0, 0, 0, m.pc)
		m.pcSet = true
	}
	if info.Flags&ir.MemOp != 0 && o.Accesses()&ir.Stores != 0 || o.Code == ir.Call {
		m.stores = true
	}
	r := *o
	nout, vectors := info.NOut(), ir.Width(0)
	for k := range r.A {
		switch {
		case k < nout:
			r.A[k] = ir.Temp(m.out(o.A[k]))
		case k < nout+info.NIn():
			r.A[k] = ir.Temp(m.in(o.A[k]))
		default:
			continue
		}
		if o.A[k] != ir.NoTemp && m.b.Temps[o.A[k]].Type == ir.V128 {
			vectors |= 1 << k
		}
	}
	if o.Code == ir.CallPure { // whose operands may be of either type
		r.D = vectors
	}
	m.words(op, 0, 0, 0, 0, uint64(len(m.rest)))
	m.rest = append(m.rest, r)
}

// Words returns how many words a lasting copy of what Prepare or Build made needs.
func (m *Preparer) Words() int { return len(m.code) + len(m.pool) + opWords*len(m.rest) }

// Keep copies what Prepare or Build made to dst, which has Words words; Kept makes a Prog of that. It reports false when there are
// too many.
func (m *Preparer) Keep(dst []uint64) (Shape, *Rare, bool) {
	pool := len(m.code)
	rest := pool + len(m.pool)
	frame := m.size()
	if rest > math.MaxUint16 || frame > math.MaxUint16 {
		return Shape{}, nil, false
	}
	copy(dst, m.code)
	if rest > pool {
		copy(dst[pool:], m.pool)
	}
	copyOps(dst[rest:], m.rest)
	var r *Rare
	if m.isRare() {
		r = &Rare{slices.Clone(m.rare.helpers), slices.Clone(m.rare.heads)}
	}
	return Shape{uint16(pool), uint16(rest), uint16(frame)}, r, true
}
