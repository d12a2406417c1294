package opt

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/ir"
)

// maxSlots bounds the counters merged in one stretch; further ones stay as they are.
const maxSlots = 16

type slotUse struct {
	slot  uint32
	n     int
	first int
	total int64
}

// mergeCounters merges the Counter ops of one slot within a stretch between exits into one, and leaves
// CounterUndo ops where the others stood.
//
// The rule both executors follow is: leaving the block by a fault takes back every CounterUndo from
// there to the end of the stretch. So the merged Counter must stand before anything in the stretch that
// may fault, and is moved to its start if it does not. A stretch with labels is left alone.
func (s *State) mergeCounters() {
	ops := s.b.Ops
	start, found, labels := 0, 0, false
	for i := 0; i < len(ops); i++ {
		o := &ops[i]
		switch f := o.Code.Info().Flags; {
		case o.Code == ir.Counter:
			found++
		case f&ir.Labelled != 0:
			labels = true
		case f&(ir.SideExit|ir.EndsBlock|ir.Joins) != 0:
			if found > 1 && !labels {
				i += s.mergeStretch(start, i)
				ops = s.b.Ops
			}
			start, found, labels = i+1, 0, false
		}
	}
}

// mergeStretch merges within ops[start:end] and returns how many ops it inserted.
func (s *State) mergeStretch(start, end int) int {
	var uses [maxSlots]slotUse
	n := 0
	ops := s.b.Ops
	firstObserver := end
	for i := start; i < end; i++ {
		o := &ops[i]
		if o.Code != ir.Counter {
			if rows[o.Code].class == observer || o.MayRaise() {
				firstObserver = min(firstObserver, i)
			}
			continue
		}
		k := 0
		for k < n && uses[k].slot != o.CounterSlot() {
			k++
		}
		if k == maxSlots {
			continue
		}
		if k == n {
			uses[n] = slotUse{slot: o.CounterSlot(), first: i}
			n++
		}
		uses[k].n++
		uses[k].total += int64(o.CounterAmount())
	}
	inserted := 0
	for k := range n {
		u := &uses[k]
		if u.n < 2 || u.total != int64(int32(u.total)) {
			continue
		}
		first, hoist := u.first+inserted, u.first > firstObserver
		for i := first; i < end+inserted; i++ {
			o := &s.b.Ops[i]
			if o.Code == ir.Counter && o.CounterSlot() == u.slot && (hoist || i > first) {
				o.Code = ir.CounterUndo
			}
		}
		imm := ir.CounterImm(u.slot, int32(u.total))
		if hoist {
			s.b.Ops = slices.Insert(s.b.Ops, start, ir.Op{Code: ir.Counter, Imm: imm, A: noTemps})
			inserted++
		} else {
			s.b.Ops[first].Imm = imm
		}
	}
	return inserted
}
