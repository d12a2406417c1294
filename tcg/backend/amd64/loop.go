package amd64

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// A block whose last exit leads back to its own start runs as a loop with the globals it reads in
// registers: an entry part loads them, the way back only puts them where the top expects them.

// Most globals of either kind that a loop keeps in registers; the rest of the registers is for the body.
const (
	maxLoopG = 6
	maxLoopX = 10
)

// loop is what is known of the block as a loop.
type loop struct {
	on   bool
	vars []loopVar
	top  int // offset of the loop's first instruction
}

// loopVar is a global kept in a register. written: the body changes it, so at the top it counts as
// not in the State.
type loopVar struct {
	t       ir.Temp
	reg     uint8
	written bool
}

// What findLoop notes of a global.
const (
	gWritten = 1 << iota
	gLiveIn
	gFlags
)

// findLoop decides whether the block is compiled as a loop, and which globals it keeps.
func (c *Compiler) findLoop() {
	l := &c.loop
	l.on, l.vars = false, l.vars[:0]
	if !c.req.Loop || c.blk.Labels != 0 || !c.endsInLoop() {
		return
	}
	ng := len(c.blk.Globals)
	if cap(c.gnotes) < ng {
		c.gnotes = make([]uint8, ng)
	}
	notes := c.gnotes[:ng]
	clear(notes)
	for i := range c.ops {
		o := &c.ops[i]
		if o.Code == ir.Call {
			return
		}
		row := &rows[o.Code]
		nout := int(row.nout)
		for _, t := range o.A[nout : nout+int(row.nin)] {
			if int(t) < ng && notes[t]&gWritten == 0 {
				notes[t] |= gLiveIn
			}
		}
		for k, t := range o.A[:nout] {
			if int(t) >= ng {
				continue
			}
			notes[t] |= gWritten
			if k == 1 && o.Code >= ir.AddF && o.Code <= ir.ShrdF || o.Code == ir.MergeF || o.Code == ir.FCmpF {
				notes[t] |= gFlags
			}
		}
	}
	n, x := 0, 0
	for t, k := range notes {
		if k&gLiveIn == 0 || k&gFlags != 0 {
			continue
		}
		if c.t[t].vec {
			if x++; x > maxLoopX {
				continue
			}
		} else if n++; n > maxLoopG {
			continue
		}
		l.vars = append(l.vars, loopVar{t: ir.Temp(t), written: k&gWritten != 0})
	}
	l.on = len(l.vars) > 0
}

// endsInLoop reports whether the block's last or last but one op goes back to its start.
func (c *Compiler) endsInLoop() bool {
	n := len(c.ops)
	back := func(o *ir.Op) bool { return o.Attr&ir.Backward != 0 && uint64(o.Imm) == c.blk.PC }
	last := &c.ops[n-1]
	if last.Code != ir.ExitTB {
		return false
	}
	if n > 1 {
		if o := &c.ops[n-2]; (o.Code == ir.ExitC || o.Code == ir.ExitF) && back(o) {
			return true
		}
	}
	return back(last)
}

// enterLoop emits the entry part and sets the state at the top.
func (c *Compiler) enterLoop() {
	l := &c.loop
	for i := range l.vars {
		v := &l.vars[i]
		s := &c.t[v.t]
		if s.vec {
			r := xreg(bits.TrailingZeros32(c.freeX))
			c.xm(xMOVAPS, r, c.memOf(s))
			v.reg = uint8(r)
		} else {
			r := reg(bits.TrailingZeros32(c.freeG))
			c.load(s64, r, c.memOf(s))
			v.reg = uint8(r)
		}
		c.assign(v.t, v.reg)
		s.inMem = !v.written
		s.next = c.live[v.t].use
	}
	c.align(16, 0)
	l.top = c.n
}

// isLoopVar reports whether t is kept in a register around the loop.
func (c *Compiler) isLoopVar(t ir.Temp) bool {
	for i := range c.loop.vars {
		if c.loop.vars[i].t == t {
			return true
		}
	}
	return false
}

// loopBack emits the conditional way back to the top, and out of line the way to the block's end.
func (c *Compiler) loopBack(cc cc, n uint32) {
	if t := c.hf.t; t != ir.NoTemp {
		if s := &c.t[t]; s.reg == none && !s.inMem && s.homed && s.obs {
			fix := c.hf.fix
			if fix&^backend.FlagsInvC != 0 {
				c.setcc(cc, rdx)
				c.flagsToAX(fix)
				c.store(s16, c.memOf(s), rax)
				c.testRR(s8, rdx, rdx)
				cc = ccNE
			} else {
				c.flagsToAX(fix)
				if fix != 0 {
					c.cmc()
				}
				c.store(s16, c.memOf(s), rax)
			}
			s.inMem = true
		}
	}
	fall := c.newSlot(backend.SlotTB, uint64(c.ops[c.idx+1].Imm), false)
	recs, nrec := c.dirtyRecs()
	if nrec == 0 {
		c.slotJcc(cc^1, fall)
	} else {
		c.stub = append(c.stub, stub{kind: stubExit, from: c.jcc32(cc ^ 1), n: fall, recs: recs, nrec: nrec})
	}
	c.goBack(n)
	c.merged = true
}

// goBack emits the way back to the top: what the loop does not keep goes to the State, the rest to
// the registers of the top.
func (c *Compiler) goBack(n uint32) {
	for m := allocG &^ c.freeG; m != 0; m &= m - 1 {
		t := c.ownG[bits.TrailingZeros32(m)]
		if s := &c.t[t]; s.homed && !s.inMem && s.obs && !c.isLoopVar(t) {
			c.storeHome(s)
		}
	}
	for m := allocX &^ c.freeX; m != 0; m &= m - 1 {
		t := c.ownX[bits.TrailingZeros32(m)]
		if s := &c.t[t]; s.homed && !s.inMem && s.obs && !c.isLoopVar(t) {
			c.storeHome(s)
		}
	}
	for _, t := range c.constG {
		if s := &c.t[t]; !s.inMem && s.reg == none && s.cst != ir.NoTemp && s.obs && !c.isLoopVar(t) {
			c.storeHome(s)
		}
	}
	c.shuffle(false)
	c.shuffle(true)
	recs := uint32(len(c.recs))
	for i := range c.loop.vars {
		v := &c.loop.vars[i]
		if !v.written {
			continue
		}
		k := backend.LocReg
		if c.t[v.t].vec {
			k = backend.LocVReg
		}
		c.recs = append(c.recs, backend.Rec{Global: v.t, Loc: k | backend.Loc(v.reg)})
	}
	nrec := uint16(len(c.recs) - int(recs))
	if c.req.Hot != 0 {
		c.countDown(recs, nrec)
	}
	c.aluMI(aCMP, s32, hdr(backend.OffInterrupt), 0)
	c.stub = append(c.stub, stub{kind: stubLoop, from: c.jcc32(ccNE), n: n, recs: recs, nrec: nrec})
	at := c.jmp32()
	c.patch32(at, c.loop.top)
}

// move is a pending register move of shuffle.
type move struct{ dst, src uint8 }

// shuffle moves the loop's integer or vector globals to their registers at the top.
func (c *Compiler) shuffle(vec bool) {
	var buf [maxLoopX]move
	todo := buf[:0]
	for i := range c.loop.vars {
		v := &c.loop.vars[i]
		if s := &c.t[v.t]; s.vec == vec && s.reg != none && s.reg != v.reg {
			todo = append(todo, move{v.reg, s.reg})
		}
	}
	scratch := uint8(rax)
	if vec {
		scratch = uint8(xmm15)
	}
	for len(todo) > 0 {
		k := ready(todo)
		if k < 0 { // a cycle: make its first source free
			c.moveReg(vec, scratch, todo[0].src)
			for i, from := 0, todo[0].src; i < len(todo); i++ {
				if todo[i].src == from {
					todo[i].src = scratch
				}
			}
			continue
		}
		c.moveReg(vec, todo[k].dst, todo[k].src)
		todo[k] = todo[len(todo)-1]
		todo = todo[:len(todo)-1]
	}
	for i := range c.loop.vars {
		v := &c.loop.vars[i]
		s := &c.t[v.t]
		switch {
		case s.vec != vec || s.reg != none:
		case s.cst != ir.NoTemp && vec:
			c.loadConstX(xreg(v.reg), c.blk.Temps[s.cst].Val)
		case s.cst != ir.NoTemp:
			c.movRI(reg(v.reg), c.blk.Temps[s.cst].Val.Lo)
		case vec:
			c.xm(xMOVAPS, xreg(v.reg), c.memOf(s))
		default:
			c.load(s64, reg(v.reg), c.memOf(s))
		}
	}
}

// ready returns a move whose destination no other move reads, or -1.
func ready(todo []move) int {
next:
	for k := range todo {
		for i := range todo {
			if i != k && todo[i].src == todo[k].dst {
				continue next
			}
		}
		return k
	}
	return -1
}

func (c *Compiler) moveReg(vec bool, dst, src uint8) {
	if vec {
		c.xmov(xreg(dst), xreg(src))
	} else {
		c.movRR(s64, reg(dst), reg(src))
	}
}
