package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// An addition to memory takes some five cycles until the next one to the same place can begin: more than a trip of a short
// loop. So in code with loops the counter in the innermost is counted in a register, from 0, if there is one. Whatever leaves the code adds that to the counter: exits by themselves, Go at sites (backend.Tally).

// tally is what is counted in a register.
type tally struct {
	regs uint32 // the register as a set, or none
	slot uint32
}

// tallyReg is the register: one that no lowering needs for itself, and the last that is chosen for a global.
const tallyReg = r13

func (y *tally) on() bool { return y.regs != 0 }

// chooseTally finds the counter to count in a register, if it is used more than the globals that would have all the registers.
func (c *Compiler) chooseTally() {
	g := &c.rg
	if !g.loops {
		return
	}
	depth, slot := uint8(0), uint32(0)
	for i := range g.segs {
		s := &g.segs[i]
		for k := s.start; k < s.end && s.depth > depth; k++ {
			if o := &c.ops[k]; o.Code == ir.Counter {
				depth, slot = s.depth, o.CounterSlot()
			}
		}
	}
	more, uses := 0, 2*loopWeight(depth) // it is read and written
	for t, w := range g.weight {
		if w >= uses && !c.t[t].vec {
			more++
		}
	}
	if depth > 0 && more < maxCanonG {
		c.tally = tally{1 << tallyReg, slot}
		c.freeG &^= c.tally.regs
	}
}

// beginTally emits the start of counting.
func (c *Compiler) beginTally() {
	if y := &c.tally; y.on() {
		c.tab.Tally = backend.Tally{Reg: uint8(tallyReg), Slot: y.slot}
		c.movRI(tallyReg, 0)
	} else {
		c.tab.Tally = backend.Tally{}
	}
}

// addTally adds what was counted to the counter, where the host's flags are nobody's and the code is left.
func (c *Compiler) addTally() {
	if c.tally.on() {
		c.aluMR(aADD, s64, c.counter(c.tally.slot), tallyReg)
	}
}

// counter is where a counter is.
func (c *Compiler) counter(slot uint32) mem {
	return at(rbp, c.cfg.Counters-backend.StateBias+int32(slot)*8)
}

// lowerCounter counts.
func (c *Compiler) lowerCounter() {
	o := c.op
	if c.tally.on() && o.CounterSlot() == c.tally.slot {
		c.lea(s64, tallyReg, mem{base: tallyReg, index: noReg, disp: o.CounterAmount()})
		return
	}
	c.clobber()
	c.aluMI(aADD, s64, c.counter(o.CounterSlot()), o.CounterAmount())
}

func (c *Compiler) lowerCounterUndo() {
	c.tab.Undos = append(c.tab.Undos, backend.Undo{Slot: c.op.CounterSlot(), Amount: c.op.CounterAmount()})
}

// endCounterRegion gives the sites since the last exit their share of the undos: those that follow,
// up to this exit.
func (c *Compiler) endCounterRegion() {
	n := len(c.tab.Undos)
	for i := c.region; i < len(c.tab.Sites); i++ {
		s := &c.tab.Sites[i]
		s.NUndo = uint16(n - int(s.Undo))
	}
	c.region = len(c.tab.Sites)
}
