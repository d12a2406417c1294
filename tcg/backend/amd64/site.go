package amd64

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Sites are where generated code leaves to Go and comes back: helper calls, ops that Go evaluates, slow memory accesses.

// loc says where t's value is, for a site.
func (c *Compiler) loc(t ir.Temp) backend.Loc {
	if t == ir.NoTemp {
		return backend.LocNone
	}
	s := &c.t[t]
	switch {
	case s.reg != none && s.vec:
		return backend.LocVReg | backend.Loc(s.reg)
	case s.reg != none:
		return backend.Sum(s.reg, s.add)
	case s.cst != ir.NoTemp:
		return c.constLoc(s.cst)
	case c.hf.t == t:
		return backend.LocHostFlags | backend.Loc(c.hf.fix)
	case int(t) < len(c.blk.Globals):
		return backend.LocState | backend.Loc(c.blk.Globals[t].Offset)
	case s.vec:
		return backend.LocVSpill | backend.Loc((s.mem+backend.StateBias-backend.OffVSpills)/16)
	}
	return backend.LocSpill | backend.Loc((s.mem+backend.StateBias-backend.OffSpills)/8)
}

// site makes a site for the current op. It must be called when inputs are where they will be at the
// site and before kill; outputs' locations are set by siteOut.
func (c *Compiler) site(kind backend.SiteKind) uint32 {
	o := c.op
	row := &rows[o.Code]
	args := uint32(len(c.tab.Locs))
	nout := int(row.nout)
	for range nout {
		c.tab.Locs = append(c.tab.Locs, backend.LocNone)
	}
	for _, t := range o.A[nout : nout+int(row.nin)] {
		c.tab.Locs = append(c.tab.Locs, c.loc(t))
	}
	recs, nrec := c.dirtyRecs()
	n := len(c.tab.Sites)
	if n == cap(c.tab.Sites) {
		c.tab.Sites = slices.Grow(c.tab.Sites, 64)
	}
	c.tab.Sites = c.tab.Sites[:n+1]
	s := &c.tab.Sites[n] // all fields, one by one: see ir.Op.Start
	s.PC, s.Insn, s.Kind, s.NArgs = c.pc, uint16(max(c.insn, 0)), kind, row.nout+row.nin
	s.Args, s.Recs, s.NRecs, s.Undo, s.NUndo = args, recs, nrec, uint16(len(c.tab.Undos)), 0
	s.Host, s.Resume, s.Helper = backend.NoOffset, backend.NoOffset, 0
	s.Op = *o
	return uint32(n)
}

// siteOut says where a site's output k goes.
func (c *Compiler) siteOut(n uint32, k int, l backend.Loc) {
	c.tab.Locs[c.tab.Sites[n].Args+uint32(k)] = l
}

// again makes another site like n, for a second host instruction that may fault.
func (c *Compiler) again(n uint32) uint32 {
	c.tab.Sites = append(c.tab.Sites, c.tab.Sites[n])
	return uint32(len(c.tab.Sites) - 1)
}

// leave emits the jump out to site n; execution resumes after it.
func (c *Compiler) leave(n uint32) {
	stub := c.stubs.SaveExit
	if s := &c.tab.Sites[n]; s.Kind == backend.SiteCall && c.tab.Helpers[s.Helper].Observer && c.freeX == allocX {
		stub = c.saveExit[c.savedAt(s)]
	}
	c.movRI(rax, uint64(c.req.Site+n))
	c.jmpStub(stub)
	c.tab.Sites[n].Resume = uint32(c.n)
}

// savedAt returns what must be saved at s, a call of an observer while no vector register is in use: an index of savedSets.
func (c *Compiler) savedAt(s *backend.Site) int {
	regs := c.owned() | c.tally.regs
	for _, l := range c.tab.Locs[s.Args : s.Args+uint32(s.NArgs)] {
		if k := l.Kind(); k == backend.LocReg || k == backend.LocSum {
			regs |= 1 << (l & 15)
		}
	}
	k := 1
	if regs&^fewRegs == 0 && c.tab.Helpers[s.Helper].NoGlobals {
		k = 3
	}
	if c.hf.t == ir.NoTemp && c.fcmp.at < c.idx {
		k++
	}
	return k
}

// lowerEval is the lowering of every op that has no other: Go does it.
func (c *Compiler) lowerEval() {
	kind := backend.SiteEval
	if c.op.Code.Info().Flags&ir.MemOp != 0 {
		kind = backend.SiteMem
	}
	c.inlineSite(kind, nil)
}

// inlineSite leaves at a site of the current op, always.
func (c *Compiler) inlineSite(kind backend.SiteKind, h *ir.Helper) {
	o := c.op
	n := c.site(kind)
	c.helper(n, h)
	c.kill()
	nout := int(rows[o.Code].nout)
	var out [2]uint8
	for k := 0; k < nout; k++ {
		t := o.A[k]
		if t == ir.NoTemp || !c.wanted(k) {
			continue
		}
		if c.t[t].vec {
			out[k] = uint8(c.allocXReg(false))
			c.siteOut(n, k, backend.LocVReg|backend.Loc(out[k]))
		} else {
			out[k] = uint8(c.allocReg(false))
			c.siteOut(n, k, backend.LocReg|backend.Loc(out[k]))
		}
	}
	c.leave(n)
	for k := 0; k < nout; k++ {
		if o.A[k] != ir.NoTemp {
			c.def(k, out[k])
		}
	}
}

// helper notes which function site n calls; nil: none.
func (c *Compiler) helper(n uint32, h *ir.Helper) {
	if h == nil {
		return
	}
	for i, x := range c.tab.Helpers {
		if x == h {
			c.tab.Sites[n].Helper = uint16(i)
			return
		}
	}
	c.tab.Sites[n].Helper = uint16(len(c.tab.Helpers))
	c.tab.Helpers = append(c.tab.Helpers, h)
}

func (c *Compiler) lowerCall() {
	o := c.op
	h := c.blk.Helpers[o.Imm]
	if h.X87 != ir.X87None && c.lowerX87(h) {
		return
	}
	if h.Rep != ir.RepNone && c.lowerRep(h) {
		return
	}
	if h.NoGlobals || h.ReadsOnly {
		c.inlineSite(backend.SiteCall, h)
		return
	}
	// Go puts the globals into the State before the call; after it they are there and nowhere else.
	n := c.site(backend.SiteCall)
	c.helper(n, h)
	c.kill()
	c.forgetGlobals()
	r := noReg
	if c.wanted(0) {
		r = c.allocReg(false)
		c.siteOut(n, 0, backend.LocReg|backend.Loc(r))
	}
	c.leave(n)
	if o.A[0] != ir.NoTemp {
		c.def(0, uint8(r))
	}
}

// forgetGlobals makes the State the only place of every global.
func (c *Compiler) forgetGlobals() {
	for i := range c.blk.Globals {
		s := &c.t[i]
		c.unassign(s)
		s.inMem, s.cst, s.chk, s.zeroHi, s.zero96 = true, ir.NoTemp, 0, false, false
	}
	c.constG, c.npair, c.rounded.a = c.constG[:0], 0, ir.NoTemp
	if t := c.hf.t; t != ir.NoTemp && int(t) < len(c.blk.Globals) {
		c.hf.t = ir.NoTemp
	}
}

func (c *Compiler) lowerCallPure() { c.inlineSite(backend.SitePure, c.blk.Helpers[c.op.Imm]) }
