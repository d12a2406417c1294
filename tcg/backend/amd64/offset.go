package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// A push or a pop moves the stack pointer, and the next one waits for that: where the guest's processor has adders of its own
// for it, code that calls and returns would be one chain of additions. So a constant that is added to a global is kept beside its
// register, and goes into the displacements of the accesses that follow. The register gets it when something else wants the
// value; what was pushed and popped again by then is no addition at all.

// addLater does the current op, which adds v to a, without code, if it is one of these.
func (c *Compiler) addLater(a ir.Temp, v int32) bool {
	o := c.op
	if o.W != ir.W64 || o.A[0] != a || int(a) >= len(c.blk.Globals) || c.t[a].cst != ir.NoTemp {
		return false
	}
	sum := int64(c.t[a].add) + int64(v)
	if sum <= -backend.MaxSum || sum >= backend.MaxSum {
		return false
	}
	chk := c.slack(a, o.W, v)
	s := &c.t[a]
	if s.reg == none {
		c.src(a)
	}
	r := s.reg
	c.kill()
	c.def(0, r)
	s.chk = chk
	if s.reg != none {
		s.add = int32(sum)
	}
	return true
}

// addLaterF is addLater for an op whose flags only a fault may look at: it computes them from the sum.
func (c *Compiler) addLaterF(op alu, a ir.Temp, v int32) bool {
	u := c.use
	if op != aADD && op != aSUB || u.recipe != recipeResultB || u.save != saveNone || u.next[1] != never || !c.freeRecipe() {
		return false
	}
	if op == aSUB {
		v = -v
	}
	if v == -1<<31 || !c.addLater(a, v) {
		return false
	}
	c.newValue(1)
	c.setRecipe()
	return true
}

// addNow makes the register of s hold its value. The host's flags stay.
func (c *Compiler) addNow(s *tstate) {
	if s.add != 0 {
		c.lea(s64, reg(s.reg), at(reg(s.reg), s.add))
		s.add = 0
	}
}

// addBack takes back what addNow has added to register r, which a site of the current op may name.
func (c *Compiler) addBack(r uint8, add int32) {
	if add != 0 {
		c.lea(s64, reg(r), at(reg(r), -add))
	}
}

// base brings t, to which disp is added, to a register that may be short of its add.
func (c *Compiler) base(t ir.Temp, disp int32) reg {
	s := &c.t[t]
	if s.add == 0 || disp >= maxSlack || disp <= -maxSlack {
		return c.src(t)
	}
	c.pinG |= 1 << s.reg
	return reg(s.reg)
}
