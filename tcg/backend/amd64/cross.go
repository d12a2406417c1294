package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// markCross gives a home to the locals of a block with labels that are seen in several regions. A home
// is taken from the temp's first to its last instruction, so few are needed.
func (c *Compiler) markCross() {
	c.expiring = c.expireBuf[:0]
	if c.blk.Labels == 0 {
		return
	}
	n := len(c.t)
	if cap(c.crossed) < 2*n {
		c.crossed = make([]uint16, 3*n)
	}
	seen, last := c.crossed[:n], c.crossed[n:2*n]
	clear(seen)
	region, insn := uint16(1), uint16(0)
	for i := range c.ops {
		o := &c.ops[i]
		switch o.Code {
		case ir.SetLabel:
			region++
		case ir.InsnStart:
			insn++
		}
		row := &rows[o.Code]
		for _, t := range o.A[:row.nout+row.nin] {
			if t == ir.NoTemp || c.blk.Temps[t].Kind != ir.Local {
				continue
			}
			if seen[t] != 0 && seen[t] != region {
				c.t[t].homed = true
			}
			seen[t], last[t] = region, insn
		}
		if boundary(o.Code) {
			region++
		}
	}
	c.placeCross(last)
}

// placeCross hands out the homes; last is the last instruction of each temp.
func (c *Compiler) placeCross(last []uint16) {
	insn := uint16(0)
	var used, vused, all, vall uint64
	live := c.cross[:0]
	for i := range c.ops {
		o := &c.ops[i]
		if o.Code == ir.InsnStart {
			insn++
			k := 0
			for _, t := range live {
				if last[t] >= insn {
					live[k] = t
					k++
					continue
				}
				c.expiring = append(c.expiring, expiry{t, insn})
				if s := &c.t[t]; s.vec {
					vused &^= 1 << c.spillNumber(s)
				} else {
					used &^= 1 << c.spillNumber(s)
				}
			}
			live = live[:k]
		}
		row := &rows[o.Code]
		for _, t := range o.A[:row.nout+row.nin] {
			if t == ir.NoTemp || c.blk.Temps[t].Kind != ir.Local || !c.t[t].homed || c.t[t].mem != noMem {
				continue
			}
			s := &c.t[t]
			c.spills, c.vspills = used, vused
			s.mem = c.newSpill(s.vec)
			used, vused = c.spills, c.vspills
			all, vall = all|used, vall|vused
			live = append(live, t)
		}
	}
	c.cross, c.expireBuf = live, c.expiring
	c.spills, c.vspills = all, vall
}

// expiry says that a local's home belongs to others from an instruction (counted from 1) on.
type expiry struct {
	t    ir.Temp
	insn uint16
}

// expire forgets the homed locals whose last instruction is over.
func (c *Compiler) expire() {
	for len(c.expiring) > 0 && int(c.expiring[0].insn) <= c.insn+1 {
		s := &c.t[c.expiring[0].t]
		c.unassign(s)
		s.inMem, s.obs, s.cst = true, false, ir.NoTemp
		c.expiring = c.expiring[1:]
	}
}
