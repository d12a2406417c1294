package interp

import (
	"sync/atomic"
	"unsafe"

	"github.com/gotcg/gotcg/tcg/ir"
)

// RunProg executes p from its start until it is left, and says how in x, of whose Exc only what its kind needs is written.
//
// It is one long function because a call costs as much as most of the instructions do.
func (t *Thread) RunProg(p *Prog, x *Exit) {
	if len(t.frame) < int(p.frame) {
		t.frame = make([]uint64, p.frame+64)
	}
	env := t.Env
	env.PC = p.PC
	env.Exc.Kind = ir.ExcNone
	var r areas
	r[inState], r[inFrame], r[inPool] = env.State, unsafe.Pointer(unsafe.SliceData(t.frame)), p.pool
	at := p.code
	for {
		i := *(*uint64)(at)
		at = word(at, 1)
		mod, d, a, b := uint8(i>>8), uint16(i>>16), uint16(i>>32), uint16(i>>48)
		switch uint8(i) {
		case opMov:
			r.set(d, r.get(a))
			continue
		case opMovV:
			r.setV(d, r.getV(a))
			continue
		case opZext32:
			r.set(d, uint64(uint32(r.get(a))))
			continue
		case opAdd32:
			r.set(d, uint64(uint32(r.get(a))+uint32(r.get(b))))
			continue
		case opAdd64:
			r.set(d, r.get(a)+r.get(b))
			continue
		case opSub32:
			r.set(d, uint64(uint32(r.get(a))-uint32(r.get(b))))
			continue
		case opSub64:
			r.set(d, r.get(a)-r.get(b))
			continue
		case opAnd32:
			r.set(d, uint64(uint32(r.get(a))&uint32(r.get(b))))
			continue
		case opAnd64:
			r.set(d, r.get(a)&r.get(b))
			continue
		case opOr32:
			r.set(d, uint64(uint32(r.get(a))|uint32(r.get(b))))
			continue
		case opOr64:
			r.set(d, r.get(a)|r.get(b))
			continue
		case opXor32:
			r.set(d, uint64(uint32(r.get(a))^uint32(r.get(b))))
			continue
		case opXor64:
			r.set(d, r.get(a)^r.get(b))
			continue
		case opMul32:
			r.set(d, uint64(uint32(r.get(a))*uint32(r.get(b))))
			continue
		case opMul64:
			r.set(d, r.get(a)*r.get(b))
			continue
		case opShl32:
			r.set(d, uint64(uint32(r.get(a))<<(r.get(b)&31)))
			continue
		case opShl64:
			r.set(d, r.get(a)<<(r.get(b)&63))
			continue
		case opShr32:
			r.set(d, uint64(uint32(r.get(a))>>(r.get(b)&31)))
			continue
		case opShr64:
			r.set(d, r.get(a)>>(r.get(b)&63))
			continue
		case opSar32:
			r.set(d, uint64(uint32(int32(r.get(a))>>(r.get(b)&31))))
			continue
		case opSar64:
			r.set(d, uint64(int64(r.get(a))>>(r.get(b)&63)))
			continue
		case opSetC:
			v := uint64(0)
			if ir.EvalCmp(ir.EQ+ir.Cond(mod>>2), ir.Width(mod&3), r.get(a), r.get(b)) {
				v = 1
			}
			r.set(d, v)
			continue
		case opSetF:
			v := uint64(0)
			if ir.EvalCond(ir.Cond(mod), r.get(a)) {
				v = 1
			}
			r.set(d, v)
			continue
		case opInt:
			r.set(d, ir.EvalInt(p.op(*(*uint64)(at)), r.get(a), r.get(b), 0, 0))
			at = word(at, 1)
			continue
		case opEval:
			t.eval(&r, p.op(*(*uint64)(at)))
			at = word(at, 1)
			continue
		case opRest:
			ok := t.exec(p, &r, p.op(*(*uint64)(at)))
			at = word(at, 1)
			if !ok {
				t.fault(p, p.seek(at), x)
				return
			}
			continue
		case opSelC:
			n := *(*uint64)(at)
			if !ir.EvalCmp(ir.Cond(n>>32), ir.Width(mod), r.get(a), r.get(b)) {
				n >>= 16
			}
			r.set(d, r.get(uint16(n)))
			at = word(at, 1)
			continue
		case opSelF:
			if !ir.EvalCond(ir.Cond(mod), r.get(a)) {
				b = uint16(*(*uint64)(at))
			}
			r.set(d, r.get(b))
			at = word(at, 1)
			continue
		case opAddF:
			v, f := ir.AddFlags(ir.Width(mod), r.get(a), r.get(b), 0)
			r.set(d, v)
			r.set(uint16(*(*uint64)(at)), f)
			at = word(at, 1)
			continue
		case opSubF:
			v, f := ir.SubFlags(ir.Width(mod&3), r.get(a), r.get(b), 0)
			r.set(d, v)
			r.set(uint16(*(*uint64)(at)), f^uint64(mod>>2)*ir.FlagC)
			at = word(at, 1)
			continue
		case opAndF, opOrF, opXorF:
			v := r.get(a)
			switch uint8(i) {
			case opAndF:
				v &= r.get(b)
			case opOrF:
				v |= r.get(b)
			default:
				v ^= r.get(b)
			}
			v &= ir.Width(mod).Mask()
			r.set(d, v)
			r.set(uint16(*(*uint64)(at)), ir.FlagsSZP(ir.Width(mod), v))
			at = word(at, 1)
			continue
		case opShlF, opShrF, opSarF:
			n := *(*uint64)(at)
			var v, f uint64
			switch w := ir.Width(mod); uint8(i) {
			case opShlF:
				v, f = ir.ShlFlags(w, r.get(a), r.get(b), r.get(uint16(n>>16)))
			case opShrF:
				v, f = ir.ShrFlags(w, r.get(a), r.get(b), r.get(uint16(n>>16)))
			default:
				v, f = ir.SarFlags(w, r.get(a), r.get(b), r.get(uint16(n>>16)))
			}
			r.set(d, v)
			r.set(uint16(n), f)
			at = word(at, 1)
			continue
		case opLd:
			n := *(*uint64)(at)
			at = word(at, 1)
			v, f := env.Mem.Load(r.get(a)+r.get(b)<<(mod>>2&3)+uint64(int32(n)), ir.Width(mod&3))
			if !f.Ok() {
				t.memFault(p, n, f, p.seek(at), x)
				return
			}
			if mod&(1<<4) != 0 {
				s := 64 - ir.Width(mod&3).Bits()
				v.Lo = uint64(int64(v.Lo<<s)>>s) & ir.Width(mod>>5).Mask()
			} else {
				v.Lo &= ir.Width(mod & 3).Mask()
			}
			r.set(d, v.Lo)
			continue
		case opSt:
			n := *(*uint64)(at)
			at = word(at, 1)
			f := env.Mem.Store(r.get(a)+r.get(b)<<(mod>>2&3)+uint64(int32(n)), ir.Width(mod&3), ir.Val{Lo: r.get(d)})
			if !f.Ok() {
				t.memFault(p, n, f, p.seek(at), x)
				return
			}
			continue
		case opLdV:
			n := *(*uint64)(at)
			at = word(at, 1)
			v, f := env.Mem.Load(r.get(a)+r.get(b)<<(mod>>3)+uint64(int32(n)), ir.Width(mod&7))
			if !f.Ok() {
				t.memFault(p, n, f, p.seek(at), x)
				return
			}
			r.setV(d, finishWide(ir.Width(mod&7), v))
			continue
		case opStV:
			n := *(*uint64)(at)
			at = word(at, 1)
			f := env.Mem.Store(r.get(a)+r.get(b)<<(mod>>3)+uint64(int32(n)), ir.Width(mod&7), r.getV(d))
			if !f.Ok() {
				t.memFault(p, n, f, p.seek(at), x)
				return
			}
			continue
		case opHead:
			if t.StopAbove {
				if pc, ok := t.stopsAt(p, p.seek(at)-1); ok {
					x.Kind, x.Backward, x.Slot, x.PC = ExitTB, false, NoSlot, pc
					return
				}
			}
			continue
		case opPC:
			env.PC = *(*uint64)(at)
			at = word(at, 1)
			continue
		case opUndo:
			at = word(at, 1)
			continue
		case opCounter:
			if t.Resume == 0 {
				o := ir.Op{Imm: int64(*(*uint64)(at))}
				atomic.AddUint64(&t.Counters[o.CounterSlot()], uint64(int64(o.CounterAmount())))
			}
			at = word(at, 1)
			continue
		case opStale:
			n := *(*uint64)(at)
			at = word(at, 1)
			if t.Stale == nil || !t.Stale.Load() {
				continue
			}
			t.undoCounters(p, p.seek(at))
			x.Kind, x.Backward, x.Slot, x.PC = ExitTB, false, NoSlot, n
			return
		case opBr:
			at = word(p.code, uint32(*(*uint64)(at)))
			continue
		case opBrC:
			if ir.EvalCmp(ir.EQ+ir.Cond(mod>>2), ir.Width(mod&3), r.get(a), r.get(b)) {
				at = word(p.code, uint32(*(*uint64)(at)))
			} else {
				at = word(at, 1)
			}
			continue
		case opBrF:
			if ir.EvalCond(ir.Cond(mod), r.get(a)) {
				at = word(p.code, uint32(*(*uint64)(at)))
			} else {
				at = word(at, 1)
			}
			continue
		case opExitC:
			if !ir.EvalCmp(ir.EQ+ir.Cond(mod>>2), ir.Width(mod&3), r.get(a), r.get(b)) {
				at = word(at, 1)
				continue
			}
		case opExitF:
			if !ir.EvalCond(ir.Cond(mod), r.get(a)) {
				at = word(at, 1)
				continue
			}
		case opExitTB:
		case opExitNE:
			n := *(*uint64)(at)
			at = word(at, 1)
			if r.get(a) == n {
				continue
			}
			x.Kind, x.Backward, x.Slot, x.PC = ExitPtr, false, NoSlot, r.get(a)
			return
		case opExitPtr:
			x.Kind, x.Backward, x.Slot, x.PC = ExitPtr, false, NoSlot, r.get(a)
			return
		case opExitX:
			n := *(*uint64)(at)
			*x = Exit{Kind: ExitExc, Slot: NoSlot, PC: n, Exc: ir.Exception{Kind: ir.ExcKind(mod), PC: n, Code: r.get(a)}}
			return
		default: // no block that Verify accepts
			*x = Exit{Kind: ExitExc, Slot: NoSlot, PC: env.PC, Exc: ir.Exception{Kind: ir.ExcIllegal, PC: env.PC}}
			return
		}
		// A direct exit is taken.
		pc := *(*uint64)(at)
		if d&exitInternal != 0 {
			if n, ok := t.stays(p, d, pc, p.seek(at)); ok {
				at = word(p.code, n)
				continue
			}
		}
		x.Kind, x.Backward, x.Slot, x.PC = ExitTB, d&exitBackward != 0, uint8(d), pc
		return
	}
}

// memFault leaves p by fault f of a load or store whose second word is n and that ends at word i.
func (t *Thread) memFault(p *Prog, n uint64, f ir.Fault, i uint32, x *Exit) {
	t.Env.PC = p.PC + uint64(int64(n)>>32)
	t.Env.RaiseFault(f)
	t.fault(p, i, x)
}

// finishWide makes of what memory gave for a vector load its output.
func finishWide(w ir.Width, v ir.Val) ir.Val {
	if w != ir.W128 {
		return ir.Val{Lo: v.Lo & w.Mask()}
	}
	return v
}
