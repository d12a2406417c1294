package interp

import "github.com/gotcg/gotcg/tcg/ir"

// form says which instruction becomes of an op that is common.
type form struct {
	kind formKind
	op   [3]uint8 // of integer ops by width, W32 and W64; else the first
}

type formKind uint8

const (
	formOther formKind = iota // lower knows
	formInsn
	formMove
	formInt  // no modifiers
	formZext // from 32 bits
	formFlags
	formShift
	formMem
	formExit
	formExitC
	formExitF
	formExitPtr
)

var forms = [ir.NumOps]form{
	ir.InsnStart: {kind: formInsn},
	ir.Mov:       {formMove, [3]uint8{opMov}}, ir.VMov: {formMove, [3]uint8{opMovV}},
	ir.Add: {formInt, [3]uint8{opAdd32, opAdd64}}, ir.Sub: {formInt, [3]uint8{opSub32, opSub64}},
	ir.And: {formInt, [3]uint8{opAnd32, opAnd64}}, ir.Or: {formInt, [3]uint8{opOr32, opOr64}},
	ir.Xor: {formInt, [3]uint8{opXor32, opXor64}}, ir.Mul: {formInt, [3]uint8{opMul32, opMul64}},
	ir.Shl: {formInt, [3]uint8{opShl32, opShl64}}, ir.Shr: {formInt, [3]uint8{opShr32, opShr64}},
	ir.Sar: {formInt, [3]uint8{opSar32, opSar64}}, ir.Zext: {kind: formZext},
	ir.AddF: {formFlags, [3]uint8{opAddF}}, ir.SubF: {formFlags, [3]uint8{opSubF}}, ir.AndF: {formFlags, [3]uint8{opAndF}},
	ir.OrF: {formFlags, [3]uint8{opOrF}}, ir.XorF: {formFlags, [3]uint8{opXorF}},
	ir.ShlF: {formShift, [3]uint8{opShlF}}, ir.ShrF: {formShift, [3]uint8{opShrF}}, ir.SarF: {formShift, [3]uint8{opSarF}},
	ir.Ld: {formMem, [3]uint8{opLd}}, ir.St: {formMem, [3]uint8{opSt}},
	ir.LdV: {formMem, [3]uint8{opLdV}}, ir.StV: {formMem, [3]uint8{opStV}},
	ir.ExitTB: {kind: formExit}, ir.ExitC: {kind: formExitC}, ir.ExitF: {kind: formExitF}, ir.ExitPtr: {kind: formExitPtr},
}

// eager is how many temps get their places at once. A region with more has places used again.
var eager = 4096

// What common does is done in tables of such lengths, powers of two: an index is cut to them, so that no check needs their length in a
// register.
const (
	nearTemps = 8 << 10
	nearWords = 4 << 10
	mostWords = 4 // of an op
)

// assign gives every local and every constant its place, unless they are too many.
func (m *Preparer) assign() bool {
	first := len(m.b.Globals)
	temps := m.b.Temps[first:]
	if len(temps) > eager || first+len(temps) > nearTemps || mostWords*len(m.b.Ops) > nearWords {
		return false
	}
	slots, frame, pool := (*[nearTemps]uint16)(m.slots), uint16(frameStart), m.pool
	for i := range temps {
		t := &temps[i]
		at := &slots[(first+i)%nearTemps]
		if t.Kind != ir.Const {
			*at = frame<<areaBits | inFrame
			frame += 1 + uint16(t.Type) // a vector has two words
			continue
		}
		*at = uint16(len(pool))<<areaBits | inPool
		if pool = append(pool, t.Val.Lo); t.Type == ir.V128 {
			pool = append(pool, t.Val.Hi)
		}
	}
	m.frame, m.pool = uint32(frame), pool
	return true
}

// exit returns operand d of the direct exit o.
func (m *Preparer) exit(o *ir.Op) uint64 {
	d := uint16(min(m.exits, NoSlot))
	m.exits++
	if o.Attr&(ir.Backward|ir.Internal) != 0 {
		if o.Attr&ir.Backward != 0 {
			d |= exitBackward
		}
		if o.Attr&ir.Internal != 0 {
			d |= exitInternal
		}
	}
	return uint64(d) << 16
}

// slotOf returns the place of x, or none.
func slotOf(slots *[nearTemps]uint16, x ir.Temp, none uint16) uint64 {
	if x == ir.NoTemp {
		return uint64(none)
	}
	return uint64(slots[x%nearTemps])
}

// common does what lower does for each op, with all places known. What most ops are it does itself.
func (m *Preparer) common() {
	const special = ir.SC | ir.BigEndian | ir.NatAlign | ir.Aligned
	if cap(m.code) < nearWords+mostWords {
		m.code = make([]uint64, 0, nearWords+mostWords)
	}
	ops, slots := m.b.Ops, (*[nearTemps]uint16)(m.slots)
	code := (*[nearWords]uint64)(m.code[:nearWords])
	n := uint(0)
	for i := range ops {
		o := &ops[i]
		f := &forms[o.Code]
		switch f.kind {
		case formInsn:
			pc := uint64(o.Imm)
			if m.stores && i > 0 && m.need&NeedStale != 0 {
				code[n%nearWords], code[(n+1)%nearWords] = opStale, pc
				n += 2
			}
			m.pc, m.pcSet, m.stores = pc, i == 0 && pc == m.b.PC, false
			continue
		case formMove:
			code[n%nearWords] = uint64(f.op[0]) | uint64(slots[o.A[0]%nearTemps])<<16 | uint64(slots[o.A[1]%nearTemps])<<32
			n++
			continue
		case formInt:
			if o.W >= ir.W32 {
				code[n%nearWords] = uint64(f.op[o.W&1]) | uint64(slots[o.A[0]%nearTemps])<<16 | uint64(slots[o.A[1]%nearTemps])<<32 | uint64(slots[o.A[2]%nearTemps])<<48
				n++
				continue
			}
		case formZext:
			if o.W == ir.W32 {
				code[n%nearWords] = opZext32 | uint64(slots[o.A[0]%nearTemps])<<16 | uint64(slots[o.A[1]%nearTemps])<<32
				n++
				continue
			}
		case formFlags:
			mod := uint64(o.W)
			if o.Attr&ir.InvC != 0 {
				mod |= 1 << 2
			}
			code[n%nearWords] = uint64(f.op[0]) | mod<<8 | slotOf(slots, o.A[0], nowhere)<<16 | uint64(slots[o.A[2]%nearTemps])<<32 | uint64(slots[o.A[3]%nearTemps])<<48
			code[(n+1)%nearWords] = slotOf(slots, o.A[1], nowhere)
			n += 2
			continue
		case formShift:
			code[n%nearWords] = uint64(f.op[0]) | uint64(o.W)<<8 | slotOf(slots, o.A[0], nowhere)<<16 | uint64(slots[o.A[2]%nearTemps])<<32 | uint64(slots[o.A[3]%nearTemps])<<48
			code[(n+1)%nearWords] = slotOf(slots, o.A[1], nowhere) | slotOf(slots, o.A[4], zero)<<16
			n += 2
			continue
		case formMem:
			delta := m.pc - m.b.PC
			if o.Attr&special != 0 || m.need&NeedResume != 0 || delta+1<<31 >= 1<<32 {
				break
			}
			mod := uint64(o.W) | uint64(o.Aux)<<2
			if o.Attr&ir.Signed != 0 {
				mod |= 1<<4 | uint64(o.D)<<5
			}
			if o.Code >= ir.LdV {
				mod = uint64(o.W) | uint64(o.Aux)<<3
			}
			m.stores = m.stores || o.Code == ir.St || o.Code == ir.StV
			code[n%nearWords] = uint64(f.op[0]) | mod<<8 | uint64(slots[o.A[0]%nearTemps])<<16 | uint64(slots[o.A[1]%nearTemps])<<32 | slotOf(slots, o.A[2], zero)<<48
			code[(n+1)%nearWords] = uint64(uint32(o.Imm)) | delta<<32
			n += 2
			continue
		case formExit:
			code[n%nearWords], code[(n+1)%nearWords] = opExitTB|m.exit(o), uint64(o.Imm)
			n += 2
			continue
		case formExitC:
			code[n%nearWords] = opExitC | uint64(uint8(o.W)|uint8(o.Cond-ir.EQ)<<2)<<8 | m.exit(o) | uint64(slots[o.A[0]%nearTemps])<<32 | uint64(slots[o.A[1]%nearTemps])<<48
			code[(n+1)%nearWords] = uint64(o.Imm)
			n += 2
			continue
		case formExitF:
			code[n%nearWords], code[(n+1)%nearWords] = opExitF|uint64(o.Cond)<<8|m.exit(o)|uint64(slots[o.A[0]%nearTemps])<<32, uint64(o.Imm)
			n += 2
			continue
		case formExitPtr:
			code[n%nearWords] = opExitPtr | uint64(slots[o.A[0]%nearTemps])<<32
			n++
			continue
		}
		m.code = m.code[:n]
		m.lower(o, i == 0)
		n = uint(len(m.code))
	}
	m.code = m.code[:n]
}
