package amd64

import (
	"math/bits"
	"slices"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// edge is what a way to a Head has to do: recs[stores:moves] are stored, then recs[moves:end] go to the canonical registers
// of their globals.
//
// mark is the form that the pinned register is to tell of, or 0.
type edge struct {
	stores, moves, end uint32
	mark               int32
}

func (e *edge) empty() bool { return e.stores == e.end && e.mark == 0 }

// findEdge finds what is to be done on the way from here to s.
func (c *Compiler) findEdge(s *segment) edge {
	e := edge{stores: uint32(len(c.recs))}
	g := &c.rg
	ng := len(c.blk.Globals)
	if s.forms.marked {
		e.mark = int32(c.formOf(c.idx))
	}
	noFlags := !c.wants(s, c.idx)
	store := func(t ir.Temp, l backend.Loc) {
		if t == g.flags && noFlags {
			return
		}
		if int(t) < ng && !c.t[t].inMem && s.live.has(t) && g.canon[t] == none {
			c.recs = append(c.recs, backend.Rec{Global: t, Loc: l})
		}
	}
	for m := c.owned(); m != 0; m &= m - 1 {
		r := bits.TrailingZeros32(m)
		store(c.ownG[r], backend.Sum(uint8(r), c.t[c.ownG[r]].add))
	}
	for m := allocX &^ c.freeX; m != 0; m &= m - 1 {
		r := bits.TrailingZeros32(m)
		store(c.ownX[r], backend.LocVReg|backend.Loc(r))
	}
	for i, t := range c.constG {
		if x := &c.t[t]; x.reg == none && x.cst != ir.NoTemp && !slices.Contains(c.constG[:i], t) {
			store(t, c.constLoc(x.cst))
		}
	}
	if t := c.hf.t; t != ir.NoTemp && c.t[t].reg == none {
		store(t, backend.LocHostFlags|backend.Loc(c.hf.fix))
	}
	e.moves = uint32(len(c.recs))
	for _, v := range c.varsOf(s) {
		if x := &c.t[v.t]; x.reg != v.reg || x.add != 0 {
			c.recs = append(c.recs, backend.Rec{Global: v.t, Loc: c.loc(v.t)})
		}
	}
	e.end = uint32(len(c.recs))
	c.lastNRecs = 0
	return e
}

// emitEdge does what is to be done on a way to a Head. RAX and RCX are free.
func (c *Compiler) emitEdge(e *edge) {
	if e.mark != 0 {
		c.markForm(e.mark)
	}
	for _, r := range c.recs[e.stores:e.moves] {
		c.storeRec(r)
	}
	c.shuffle(c.recs[e.moves:e.end], false)
	c.shuffle(c.recs[e.moves:e.end], true)
}

// markForm makes the pinned register tell of a form. The host's flags stay.
func (c *Compiler) markForm(id int32) { c.movRI(r15, uint64(id)<<backend.FormShift) }

// wayKind says where a way enters a segment.
type wayKind uint8

const (
	wayRound wayKind = iota // at its poll
	wayDown                 // behind that: from above
	wayBegin                // at a poll before the checks for its loop
)

// entry returns where a way enters the segment, which has been placed.
func (s *segment) entry(w wayKind) int {
	return [...]int{wayRound: s.at, wayDown: s.body, wayBegin: s.begin}[w]
}

// jumpTo goes to segment s.
func (c *Compiler) jumpTo(s *segment, w wayKind) {
	at := s.entry(w)
	if d := at - (c.n + 2); s.at >= 0 && d >= -128 && d < 0 {
		c.put(0xeb|uint64(uint8(d))<<8, 2)
		return
	}
	c.toSegment(c.jmp32(), s, w)
}

// toSegment makes the rel32 at place at lead to s.
func (c *Compiler) toSegment(at int, s *segment, w wayKind) {
	switch {
	case s.at >= 0:
		c.patch32(at, s.entry(w))
	default:
		c.rg.fix = append(c.rg.fix, headFix{at, int(c.segment(s))})
	}
}

// segment returns the index of s in c.rg.segs.
func (c *Compiler) segment(s *segment) uint16 {
	for i := range c.rg.segs {
		if &c.rg.segs[i] == s {
			return uint16(i)
		}
	}
	panic("BUG: amd64: a way to a segment that is none")
}

// condEdge goes to s under cc.
func (c *Compiler) condEdge(cc cc, s *segment) {
	e := c.findEdge(s)
	c.addInPlace(&e)
	w := c.wayTo(s)
	if e.mark != 0 && e.stores == e.end && w != wayDown && !c.t[c.rg.flags].inMem { // nobody looks at it if the way is not taken
		c.markForm(e.mark)
		e.mark = 0
	}
	switch d := s.entry(w) - (c.n + 2); {
	case !e.empty():
		x := c.addStub(stubEdge, c.jcc32(cc), e.moves, e.stores, uint16(e.end-e.stores))
		x.seg, x.way, x.mark = c.segment(s), w, e.mark
	case w != wayDown && d >= -128:
		c.put(0x70|uint64(cc)|uint64(uint8(d))<<8, 2)
	default:
		c.toSegment(c.jcc32(cc), s, w)
	}
}

// addInPlace makes sums for both ways of a conditional edge if that is all the edge has to do.
func (c *Compiler) addInPlace(e *edge) {
	recs := c.recs[e.moves:e.end]
	for _, r := range recs {
		if src, _ := r.Loc.Sum(); r.Loc.Kind() != backend.LocSum || src != c.rg.canon[r.Global] {
			return
		}
	}
	if e.stores != e.moves {
		return
	}
	for _, r := range recs {
		c.addNow(&c.t[r.Global])
	}
	c.recs = c.recs[:e.stores]
	e.end, e.moves = e.stores, e.stores
}

// goTo ends a segment with the way to s.
func (c *Compiler) goTo(s *segment) {
	e := c.findEdge(s)
	c.emitEdge(&e)
	if n := c.idx + 1; n < len(c.ops) && n == s.start {
		c.rg.fell = true // it comes next
		return
	}
	c.jumpTo(s, c.wayTo(s))
}

// lowerHead begins a segment.
func (c *Compiler) lowerHead() {
	c.endCounterRegion()
	if !c.rg.on {
		c.flushRegion()
		c.forget()
		return
	}
	for i := range c.rg.segs {
		if s := &c.rg.segs[i]; s.start == c.idx {
			c.placeHead(s, c.idx == 0 || !ends(&c.ops[c.idx-1]))
			return
		}
	}
}

// move is a pending register move of shuffle.
type move struct{ dst, src uint8 }

// shuffle brings the integer or vector globals of recs to their canonical registers.
func (c *Compiler) shuffle(recs []backend.Rec, vec bool) {
	var buf [16]move
	todo := buf[:0]
	kind, scratch := backend.LocReg, uint8(rax)
	if vec {
		kind, scratch = backend.LocVReg, uint8(xmm15)
	}
	for _, r := range recs {
		dst := c.rg.canon[r.Global]
		if r.Loc.Kind() == kind {
			todo = append(todo, move{dst, uint8(r.Loc.N())})
		}
		if r.Loc.Kind() == backend.LocSum && !vec {
			if src, _ := r.Loc.Sum(); src != dst {
				todo = append(todo, move{dst, src})
			}
		}
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
	for _, r := range recs {
		s, dst := &c.t[r.Global], c.rg.canon[r.Global]
		if s.vec != vec {
			continue
		}
		switch konst := r.Loc.Kind() == backend.LocConst; {
		case r.Loc.Kind() == kind:
		case r.Loc.Kind() == backend.LocSum:
			_, add := r.Loc.Sum()
			c.lea(s64, reg(dst), at(reg(dst), add))
		case konst && vec:
			c.loadConstX(xreg(dst), c.consts[r.Loc.N()])
		case konst:
			c.movRI(reg(dst), c.consts[r.Loc.N()].Lo)
		case vec:
			c.xm(xMOVAPS, xreg(dst), c.memOf(s))
		default:
			c.loadHome(reg(dst), s)
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
