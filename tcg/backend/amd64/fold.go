package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// foldTarget returns the op behind a load that is all its value is for, as one of two inputs, and the slot of that input;
// nil if there is none. Control and faults know nothing of the value then.
func (c *Compiler) foldTarget() (f *ir.Op, k int) {
	o := c.op
	n, t := c.idx+1, o.A[0]
	if n >= len(c.ops) || int(c.use.next[0]) != n || int(t) < len(c.blk.Globals) || c.t[t].homed || c.cfg.TLBMode {
		return nil, 0
	}
	f = &c.ops[n]
	row := &rows[f.Code]
	k = int(row.nout)
	if row.nin != 2 || (f.A[k] == t) == (f.A[k+1] == t) {
		return nil, 0
	}
	if f.A[k] != t {
		k++
	}
	if c.uses[n].next[k] != never {
		return nil, 0
	}
	return f, k
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
		e = vecTable[f.Code].plain[f.W&3]
		if f.Attr&ir.Signed != 0 {
			e = vecTable[f.Code].signed[f.W&3]
		}
	}
	if f.Attr&ir.Scalar != 0 {
		w = f.W
	}
	return e, false, e != 0 && f.Attr&ir.Saturate == 0 && ld.W == w
}

// foldLoadV emits the current vector load and the op behind it as one instruction, and reports whether it did.
func (c *Compiler) foldLoadV() bool {
	ld := c.op
	f, k := c.foldTarget()
	if f == nil || k != int(rows[f.Code].nout)+1 || !c.feat.avx {
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
	t := c.finishFold(&m, stubFold)
	t.e, t.x, t.y, t.compare = e, r, a, compare
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

// finishFold ends a folded access; the rest of its slow path is for the caller to note.
func (c *Compiler) finishFold(m *access, k stubKind) *stub {
	c.finish(m)
	s := c.addStub(k, 0, m.site, 0, 0)
	s.back = c.n
	return s
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

// foldG is a two-input integer op that may take an input from memory.
type foldG struct {
	op      alu
	and     bool // compare: TEST
	compare bool // only flags are made
	flags   bool // flags are made
	mem     bool // compare: the memory operand is the first
	isImm   bool // compare: the other operand is imm
	s       size
	imm     int32
	dst     reg // what the op makes
	src     reg // the other operand
}

// foldable finds out whether op f, at the next index, is one that may take its input k from memory.
func (c *Compiler) foldable(f *ir.Op, k int) (g foldG, ok bool) {
	comm := true
	switch f.Code {
	case ir.AddF, ir.Add:
		g.op = aADD
	case ir.SubF, ir.Sub:
		g.op, comm = aSUB, false
	case ir.AndF, ir.And:
		g.op = aAND
	case ir.OrF, ir.Or:
		g.op = aOR
	case ir.XorF, ir.Xor:
		g.op = aXOR
	default:
		return g, false
	}
	u := &c.uses[c.idx+1]
	d := f.A[0]
	first := int(rows[f.Code].nout)
	other := f.A[first+first+1-k]
	g.s = size(f.W)
	g.flags = first == 2
	g.mem = k == first
	made := d != ir.NoTemp && (u.next[0] != never || c.t[d].homed && u.obs&1 != 0)
	imm, isImm := c.immOf(other, g.s)
	if g.flags && !made && (g.op == aSUB || g.op == aAND) {
		g.compare, g.and, g.imm = true, g.op == aAND, imm
		g.isImm = isImm && (g.mem || g.and)
		return g, u.recipe == recipeNone || u.save != saveNone && !c.clobbers(c.idx+2, int(u.last))
	}
	if _, konst := c.constOf(other); konst || f.W < ir.W32 || g.mem && !comm || !made {
		return g, false
	}
	if g.flags {
		return g, u.recipe == recipeNone || u.recipe == recipeResult
	}
	return g, !c.keepFlags()
}

// foldLoad emits the current load and the op behind it as one instruction, and reports whether it did.
func (c *Compiler) foldLoad() bool {
	ld := c.op
	f, k := c.foldTarget()
	if f == nil || ld.Attr != 0 || f.W != ld.W {
		return false
	}
	g, ok := c.foldable(f, k)
	if !ok {
		return false
	}
	spare := noReg
	if !g.isImm {
		n := int(rows[f.Code].nout)
		g.src = c.src(f.A[n+n+1-k])
	}
	if !g.compare {
		if c.freeG&^c.pinG == 0 {
			return false
		}
		spare = c.allocReg(false) // nothing may be spilled behind the check
	}
	if !g.flags || c.hf.t != f.A[1] { // else they are there until the access is made
		c.clobber()
	}
	m := c.address(ld.A[1], ld.A[2], int32(ld.Imm), ld.W, false, noResult)
	c.siteOut(m.site, 0, backend.LocReg|backend.Loc(rcx))
	c.skipTo(c.idx + 1)
	c.kill()
	if g.compare {
		c.mayFault(&m)
		c.foldCompare(&g, m.m)
		c.noteFold(&m, &g)
		c.flagsOnly()
		return true
	}
	if g.dst = spare; c.dies(g.src) {
		g.dst = g.src
	} else {
		c.movRR(s64, g.dst, g.src)
	}
	c.mayFault(&m)
	c.aluRM(g.op, g.s, g.dst, m.m)
	c.noteFold(&m, &g)
	c.def(0, uint8(g.dst))
	if g.flags {
		c.defFlags(1, c.invC())
	}
	return true
}

// noteFold is finishFold.
func (c *Compiler) noteFold(m *access, g *foldG) {
	c.finishFold(m, stubFoldG).recs = uint32(len(c.folds))
	c.folds = append(c.folds, *g)
}

// foldCompare compares with memory.
func (c *Compiler) foldCompare(g *foldG, m mem) {
	switch {
	case g.and && g.isImm:
		c.testMIs(g.s, m, g.imm)
	case g.and:
		c.testMR(g.s, m, g.src)
	case g.isImm:
		c.aluMI(aCMP, g.s, m, g.imm)
	case g.mem:
		c.aluMR(aCMP, g.s, m, g.src)
	default:
		c.aluRM(aCMP, g.s, g.src, m)
	}
}

// emitFoldG is emitFold for integers: the value is in RCX.
func (c *Compiler) emitFoldG(s *stub) {
	c.tab.Sites[s.n].Resume = uint32(c.n)
	g := &c.folds[s.recs]
	switch {
	case !g.compare:
		if g.dst != g.src {
			c.movRR(s64, g.dst, g.src)
		}
		c.aluRR(g.op, g.s, g.dst, rcx)
	case g.and && g.isImm:
		c.testRI(g.s, rcx, g.imm)
	case g.and:
		c.testRR(g.s, rcx, g.src)
	case g.isImm:
		c.aluRI(aCMP, g.s, rcx, g.imm)
	case g.mem:
		c.aluRR(aCMP, g.s, rcx, g.src)
	default:
		c.aluRR(aCMP, g.s, g.src, rcx)
	}
	c.patch32(c.jmp32(), s.back)
}
