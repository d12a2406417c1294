package amd64

import (
	"math/bits"
	"slices"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// dirtyRecs appends to c.recs where every global that is not in the State lives.
func (c *Compiler) dirtyRecs() (start uint32, n uint16) {
	start = uint32(len(c.recs))
	ng := len(c.blk.Globals)
	for m := c.owned(); m != 0; m &= m - 1 {
		r := bits.TrailingZeros32(m)
		if t := c.ownG[r]; int(t) < ng {
			if s := &c.t[t]; !s.inMem && s.obs {
				c.recs = append(c.recs, backend.Rec{Global: t, Loc: backend.Sum(uint8(r), s.add)})
			}
		}
	}
	for m := allocX &^ c.freeX; m != 0; m &= m - 1 {
		r := bits.TrailingZeros32(m)
		if t := c.ownX[r]; int(t) < ng {
			if s := &c.t[t]; !s.inMem && s.obs {
				c.recs = append(c.recs, backend.Rec{Global: t, Loc: backend.LocVReg | backend.Loc(r)})
			}
		}
	}
	k := 0
	for _, t := range c.constG {
		s := &c.t[t]
		if s.inMem || s.reg != none || s.cst == ir.NoTemp {
			continue
		}
		dup := false
		for _, x := range c.constG[:k] {
			dup = dup || x == t
		}
		if dup {
			continue
		}
		c.constG[k] = t
		k++
		if int(t) < ng && s.obs {
			c.recs = append(c.recs, backend.Rec{Global: t, Loc: c.constLoc(s.cst)})
		}
	}
	c.constG = c.constG[:k]
	if t := c.hf.t; t != ir.NoTemp && int(t) < ng {
		if s := &c.t[t]; s.reg == none && !s.inMem && s.obs {
			c.recs = append(c.recs, backend.Rec{Global: t, Loc: backend.LocHostFlags | backend.Loc(c.hf.fix)})
		}
	}
	if t := c.recipe.t; t != ir.NoTemp && t != c.hf.t {
		c.recs = append(c.recs, backend.Rec{Global: t, Loc: c.recipeLoc()})
	}
	if c.rg.active != nil {
		c.formRecs(c.rg.active)
	}
	return c.shareRecs(start)
}

// shareRecs gives back what begins at start when it repeats the list before, as it often does.
func (c *Compiler) shareRecs(start uint32) (uint32, uint16) {
	n := uint16(len(c.recs) - int(start))
	if n == c.lastNRecs && slices.Equal(c.recs[c.lastRecs:c.lastRecs+uint32(n)], c.recs[start:]) {
		c.recs = c.recs[:start]
		return c.lastRecs, n
	}
	c.lastRecs, c.lastNRecs = start, n
	return start, n
}

// constLoc returns the location of a constant.
func (c *Compiler) constLoc(t ir.Temp) backend.Loc {
	v := c.blk.Temps[t].Val
	for i := len(c.consts) - 1; i >= 0 && i >= len(c.consts)-8; i-- {
		if c.consts[i] == v {
			return backend.LocConst | backend.Loc(i)
		}
	}
	c.consts = append(c.consts, v)
	return backend.LocConst | backend.Loc(len(c.consts)-1)
}

// storeHome writes the value of homed temp t to its home without touching the host's flags (but for
// corrections of a flags word).
func (c *Compiler) storeHome(s *tstate) {
	switch {
	case s.reg != none:
		c.spill(s)
	case s.cst != ir.NoTemp && s.pin:
		c.movRI(r15, c.blk.Temps[s.cst].Val.Lo)
		s.inMem = true
	case s.cst != ir.NoTemp:
		c.storeConst(s.mem, c.blk.Temps[s.cst].Val, s.vec)
		s.inMem = true
	}
}

// storeConst writes a constant to [rbp+off], using RAX.
func (c *Compiler) storeConst(off int32, v ir.Val, vec bool) {
	c.storeConst64(off, v.Lo)
	if vec {
		c.storeConst64(off+8, v.Hi)
	}
}

func (c *Compiler) storeConst64(off int32, v uint64) {
	if v == uint64(int64(int32(v))) {
		c.storeI(s64, at(rbp, off), int32(v))
		return
	}
	c.movRI(rax, v)
	c.store(s64, at(rbp, off), rax)
}

// writeBack stores every homed value that is looked at later and is not in memory yet.
func (c *Compiler) writeBack() {
	for m := c.owned(); m != 0; m &= m - 1 {
		if s := &c.t[c.ownG[bits.TrailingZeros32(m)]]; s.homed && !s.inMem && s.obs {
			c.storeHome(s)
		}
	}
	for m := allocX &^ c.freeX; m != 0; m &= m - 1 {
		if s := &c.t[c.ownX[bits.TrailingZeros32(m)]]; s.homed && !s.inMem && s.obs {
			c.storeHome(s)
		}
	}
	for _, t := range c.constG {
		if s := &c.t[t]; !s.inMem && s.reg == none && s.cst != ir.NoTemp && s.obs {
			c.storeHome(s)
		}
	}
	c.constG = c.constG[:0]
}

// forget drops all register assignments and known constants of homed temps; used where control joins.
func (c *Compiler) forget() {
	for m := c.owned(); m != 0; m &= m - 1 {
		c.unassign(&c.t[c.ownG[bits.TrailingZeros32(m)]])
	}
	for m := allocX &^ c.freeX; m != 0; m &= m - 1 {
		c.unassign(&c.t[c.ownX[bits.TrailingZeros32(m)]])
	}
	for i := range c.t {
		s := &c.t[i]
		if s.homed {
			s.inMem, s.cst = true, ir.NoTemp
			s.zeroHi, s.zero96 = false, false
		}
		s.chk = 0
	}
	c.constG, c.npair, c.rounded.a = c.constG[:0], 0, ir.NoTemp
	c.hf.t = ir.NoTemp
}
