package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// foldTarget returns the op behind a load that is all its value is for, as its second input, and whose other input is
// something else; nil if there is none. Control and faults know nothing of the value then.
func (c *Compiler) foldTarget() *ir.Op {
	o := c.op
	n, t := c.idx+1, o.A[0]
	if n >= len(c.ops) || int(c.use.next[0]) != n || int(t) < len(c.blk.Globals) || c.t[t].homed || c.cfg.TLBMode {
		return nil
	}
	f := &c.ops[n]
	row := &rows[f.Code]
	k := int(row.nout) + 1
	if row.nin != 2 || f.A[k] != t || f.A[k-1] == t || c.uses[n].next[k] != never {
		return nil
	}
	return f
}

// foldV gives the host instruction of a two-input vector op whose second input may be in memory, of the load's width.
// compare: it makes flags.
func foldV(f, ld *ir.Op) (e enc, compare, ok bool) {
	if f.Attr&(ir.ArmFP|ir.ExactFP) != 0 {
		return 0, false, false
	}
	w := ir.W128
	switch f.Code {
	case ir.FAdd, ir.FSub, ir.FMul, ir.FDiv:
		e = [...]enc{xADDPS, xSUBPS, xMULPS, xDIVPS}[f.Code-ir.FAdd] | fpSuffix(f)
	case ir.FMin:
		e = xMINPS | fpSuffix(f)
	case ir.FMax:
		e = xMAXPS | fpSuffix(f)
	case ir.FCmpF:
		e = xUCOMISS | fpForm(f.W, false)
		if f.Aux&1 != 0 {
			e = xCOMISS | fpForm(f.W, false)
		}
		return e, true, ld.W == f.W
	case ir.VAnd:
		e = xPAND
	case ir.VOr:
		e = xPOR
	case ir.VXor:
		e = xPXOR
	case ir.VAdd:
		e = encAdd[f.W&3]
	case ir.VSub:
		e = encSub[f.W&3]
	default:
		k := 0
		if f.Attr&ir.Signed != 0 {
			k = 1
		}
		e = vecTable[f.Code][k][f.W&3]
	}
	if f.Attr&ir.Scalar != 0 {
		w = f.W
	}
	return e, false, e != 0 && f.Attr&ir.Saturate == 0 && ld.W == w
}

// foldLoadV emits the current vector load and the op behind it as one instruction, and reports whether it did.
func (c *Compiler) foldLoadV() bool {
	ld, f := c.op, c.foldTarget()
	if f == nil || !c.feat.avx {
		return false
	}
	e, compare, ok := foldV(f, ld)
	if !ok {
		return false
	}
	a := c.srcX(f.A[1])
	if c.freeX&^c.pinX == 0 {
		return false
	}
	spare := c.allocXReg(false) // nothing may be spilled behind the check
	if compare {
		c.clobber()
	}
	m := c.address(ld.A[1], ld.A[2], int32(ld.Imm), ld.W, false, noResult)
	c.siteOut(m.site, 0, backend.LocVReg|backend.Loc(xmm15))
	c.skipTo(c.idx + 1)
	hi, h96 := c.upper(1)
	c.kill()
	r := spare
	switch {
	case compare:
		c.mayFault(&m)
		c.xm(e, a, m.m)
	case c.diesX(a):
		r = a
		fallthrough
	default:
		if ld.Attr&(ir.Aligned|ir.NatAlign) != 0 { // the legacy form faults as it should
			c.xmov(r, a)
			c.mayFault(&m)
			c.xm(e, r, m.m)
		} else {
			c.mayFault(&m)
			c.vxm(e, r, a, m.m)
		}
	}
	for _, from := range [...]int{m.jcc, m.jal} {
		if from != 0 {
			c.addStub(stubSite, from, m.site, 0, 0)
		}
	}
	s := c.addStub(stubFold, 0, m.site, 0, 0)
	s.back, s.e, s.x, s.y, s.compare = c.n, e, r, a, compare
	if compare {
		c.defFlags(0, 0)
		return true
	}
	c.defX(r)
	if f.Code >= ir.FAdd && f.Code <= ir.FMax {
		c.fpKeep(hi, h96)
	}
	return true
}

// skipTo goes on to op n, which is emitted together with the one before.
func (c *Compiler) skipTo(n int) {
	c.idx, c.op, c.use, c.skip = n, &c.ops[n], &c.uses[n], n
}

// emitFold is the way back from the slow path of a load that was folded: the value is in XMM15, the op is still to be done.
func (c *Compiler) emitFold(s *stub) {
	c.tab.Sites[s.n].Resume = uint32(c.n)
	if s.compare {
		c.xx(s.e, s.y, xmm15)
	} else {
		c.vxx(s.e, s.x, s.y, xmm15)
	}
	c.patch32(c.jmp32(), s.back)
}
