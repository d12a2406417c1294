package amd64

import (
	"math/bits"
	"slices"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// The segments of a region, and a block that leads back to its own start as a region of one segment, are joined inside
// the code. At every Head the most used globals are in the same registers, the canonical ones; all else is in the State.
// A way to a Head moves and stores only what is elsewhere.

// Most globals of either kind that are canonical; the rest of the registers is for values within segments.
const (
	maxCanonG = 8
	maxCanonX = 11
)

// gset is a set of globals. Guests have fewer than it can hold.
type gset [2]uint64

const maxGlobals = 128

func (s *gset) has(t ir.Temp) bool { return t < maxGlobals && s[t>>6]>>(t&63)&1 != 0 }
func (s *gset) add(t ir.Temp)      { s[t>>6] |= 1 << (t & 63) }
func (s *gset) remove(t ir.Temp)   { s[t>>6] &^= 1 << (t & 63) }
func (s *gset) union(x *gset)      { s[0] |= x[0]; s[1] |= x[1] }

var allGlobals = gset{^uint64(0), ^uint64(0)}

// segment is a part of the block that is entered at its start only.
type segment struct {
	start, end int // of its ops; a Head is the first
	pc         uint64
	head       bool // ways inside the code lead here
	loop       bool // from below, too
	depth      uint8
	at         int // offset of its code, -1: not emitted yet
	// live are the globals that somebody looks at, reads those that an op reads, before they are set.
	live, reads gset
	// vars are its canonical globals: c.rg.vars[first:last].
	first, last int
	forms       forms
	body, begin int // offsets of the code that ways from above lead to, behind the poll, and ways that begin its loop
}

// headVar is a canonical global at a Head: its fate as in use. It is in register reg, and counts as not in the State if
// it is written anywhere.
type headVar struct {
	t         ir.Temp
	next      uint16
	reg       uint8
	written   bool
	obs, hard bool
}

// region is what is known of the block as a region.
type region struct {
	on    bool
	self  bool // a block that leads back to its start, without Heads
	loops bool
	marks bool // there are marked forms
	segs  []segment
	vars  []headVar
	// canon is the register of each canonical global, none for others; regs are those registers.
	canon   []uint8
	regsG   uint32
	regsX   uint32
	written gset
	flags   ir.Temp // the global of flags words
	weight  []uint32
	ways    []way
	fix     []headFix
	edges   []formEdge
	// fell: the way to the Head that comes next has been emitted, and ends here.
	fell bool
	// active is the segment whose flags are still in one of its forms, or nil.
	active *segment
}

// way is op op, in segment from, that goes to segment to.
type way struct{ op, from, to int }

// headFix is a jump to a segment not emitted yet.
type headFix struct{ at, seg int }

// findRegion finds the segments and the canonical globals.
func (c *Compiler) findRegion() {
	g := &c.rg
	g.on, g.self, g.loops, g.marks = false, false, false, false
	g.regsG, g.regsX, g.flags = 0, 0, ir.NoTemp
	g.segs, g.vars, g.fix, g.edges, g.active = g.segs[:0], g.vars[:0], g.fix[:0], g.edges[:0], nil
	g.fell = false
	if len(c.blk.Globals) > maxGlobals || !c.findSegments() {
		return
	}
	g.on = true
	c.findLoops()
	for changed := true; changed; {
		changed = false
		for i := len(g.segs) - 1; i >= 0; i-- {
			changed = c.scan(i) || changed
		}
	}
	c.weigh()
	c.chooseTally()
	c.choose(false, c.freeG, maxCanonG-bits.OnesCount32(c.tally.regs))
	c.choose(true, allocX, maxCanonX)
	c.makeVars()
	c.findFacts()
	c.findForms()
}

// canonical reports whether t is a canonical global.
func (c *Compiler) canonical(t ir.Temp) bool {
	return c.rg.on && int(t) < len(c.rg.canon) && c.rg.canon[t] != none
}

// findSegments cuts the block at its Heads and reports whether it is a region.
func (c *Compiler) findSegments() bool {
	g := &c.rg
	start, heads := 0, false
	ops := c.ops
	for i := range ops {
		if ops[i].Code != ir.Head {
			continue
		}
		if i > start {
			g.segs = append(g.segs, segment{start: start, end: i})
		}
		start, heads = i, true
	}
	if !heads {
		if g.self = c.isLoop(); g.self {
			g.segs = append(g.segs, segment{end: len(c.ops), head: true, pc: c.blk.PC, at: -1})
		}
		return g.self
	}
	g.segs = append(g.segs, segment{start: start, end: len(c.ops)})
	for i := range g.segs {
		s := &g.segs[i]
		o := &c.ops[s.start]
		s.head, s.pc, s.at = o.Code == ir.Head, uint64(o.Imm), -1
	}
	return true
}

// isLoop reports whether the block is to run as a loop: its last or last but one op goes back to its start.
func (c *Compiler) isLoop() bool {
	n := len(c.ops)
	if !c.req.Loop || c.blk.Labels != 0 || c.ops[n-1].Code != ir.ExitTB {
		return false
	}
	back := func(o *ir.Op) bool { return o.Attr&ir.Backward != 0 && uint64(o.Imm) == c.blk.PC }
	if !back(&c.ops[n-1]) {
		if n < 2 {
			return false
		}
		if o := &c.ops[n-2]; o.Code != ir.ExitC && o.Code != ir.ExitF || !back(o) {
			return false
		}
	}
	for i := range c.ops {
		if c.ops[i].Code == ir.Call {
			return false
		}
	}
	return true
}

// target returns the segment that direct exit o goes to inside the code, or nil.
func (c *Compiler) target(o *ir.Op) *segment {
	if o.Attr&(ir.Internal|ir.Backward) == 0 || !c.rg.on {
		return nil
	}
	return c.targetOf(o)
}

// targetOf is target of an exit that may have one: apart, so that target is inlined where all ops are looked at.
//
//go:noinline
func (c *Compiler) targetOf(o *ir.Op) *segment {
	g := &c.rg
	if g.self {
		if o.Attr&ir.Backward != 0 && uint64(o.Imm) == c.blk.PC {
			return &g.segs[0]
		}
		return nil
	}
	if o.Attr&ir.Internal != 0 {
		for i := range g.segs {
			if s := &g.segs[i]; s.pc == uint64(o.Imm) && s.head {
				return s
			}
		}
	}
	return nil
}

// ends reports whether control does not go on behind the op.
func ends(o *ir.Op) bool { return o.Code.Info().Flags&ir.EndsBlock != 0 }

// findLoops finds the ways back, and how deep in loops each segment is: all between the ends of a way back are in it.
func (c *Compiler) findLoops() {
	g := &c.rg
	g.ways = g.ways[:0]
	for i := range g.segs {
		for j := g.segs[i].start; j < g.segs[i].end; j++ {
			if to := c.target(&c.ops[j]); to != nil {
				g.ways = append(g.ways, way{j, i, int(c.segment(to))})
			}
		}
	}
	for i := range g.segs {
		if !g.segs[i].head {
			continue
		}
		from := -1
		for _, w := range g.ways {
			if w.to == i && w.from >= i {
				from = w.from
			}
		}
		for k := i; k <= from; k++ {
			g.segs[k].depth = min(g.segs[k].depth+1, 3)
		}
		g.segs[i].loop = from >= 0
		g.loops = g.loops || from >= 0
	}
}

// scan finds what is live at segment i and reports whether that has changed.
func (c *Compiler) scan(i int) bool {
	g := &c.rg
	s := &g.segs[i]
	var live, reads gset
	if i+1 < len(g.segs) && !ends(&c.ops[s.end-1]) {
		live, reads = g.segs[i+1].live, g.segs[i+1].reads
	}
	ng := ir.Temp(len(c.blk.Globals))
	for k := s.end - 1; k >= s.start; k-- {
		o := &c.ops[k]
		row := &rows[o.Code]
		nout := int(row.nout)
		for _, t := range o.A[:nout] {
			if t < ng {
				live.remove(t)
				reads.remove(t)
			}
		}
		if t := c.target(o); t != nil {
			if o.Code == ir.ExitTB {
				live, reads = t.live, t.reads
			} else {
				live.union(&t.live)
				reads.union(&t.reads)
			}
		} else if o.Code != ir.Head && (row.observes || o.Attr&ir.ExactFP != 0 && o.MayRaise()) {
			live = allGlobals
		}
		for _, t := range o.A[nout : nout+int(row.nin)] {
			if t < ng {
				live.add(t)
				reads.add(t)
			}
		}
	}
	if s.loop {
		live = allGlobals // who polls may leave
	}
	if live == s.live && reads == s.reads {
		return false
	}
	s.live, s.reads = live, reads
	return true
}

// loopWeight is what a use at a depth in loops counts.
func loopWeight(depth uint8) uint32 { return 1 << (3 * depth) }

// weigh finds which globals are written, and how much each is used, more so in loops.
func (c *Compiler) weigh() {
	g := &c.rg
	n := len(c.blk.Globals)
	if cap(g.weight) < n {
		g.weight, g.canon = make([]uint32, n), make([]uint8, n)
	}
	g.weight, g.canon = g.weight[:n], g.canon[:n]
	clear(g.weight)
	for i := range g.canon {
		g.canon[i] = none
	}
	g.written = gset{}
	var words gset // flags words: they stay in the host's flags
	ng := ir.Temp(n)
	most := 0
	for i := range g.segs {
		s := &g.segs[i]
		w := loopWeight(s.depth)
		for k := s.start; k < s.end; k++ {
			o := &c.ops[k]
			row := &rows[o.Code]
			nout := int(row.nout)
			for x, t := range o.A[:nout+int(row.nin)] {
				if t >= ng {
					continue
				}
				g.weight[t] = min(g.weight[t]+w, 1<<30)
				if x >= nout {
					continue
				}
				g.written.add(t)
				if x == 1 && o.Code >= ir.AddF && o.Code <= ir.ShrdF || o.Code == ir.MergeF || o.Code == ir.FCmpF {
					words.add(t)
					if n := int(g.weight[t]); n > most {
						g.flags, most = t, n
					}
				}
			}
		}
	}
	var want gset
	for i := range g.segs {
		if s := &g.segs[i]; s.head {
			want.union(&s.reads)
			if s.depth > 0 {
				want[0] |= s.live[0] & g.written[0]
				want[1] |= s.live[1] & g.written[1]
			}
		}
	}
	for t := range g.weight {
		if !want.has(ir.Temp(t)) || words.has(ir.Temp(t)) {
			g.weight[t] = 0
		}
	}
}

// choose gives registers to the most used globals of one kind.
func (c *Compiler) choose(vec bool, regs uint32, most int) {
	g := &c.rg
	var used [maxGlobals]ir.Temp
	left := used[:0]
	for t, w := range g.weight {
		if w > 0 && c.t[t].vec == vec {
			left = append(left, ir.Temp(t))
		}
	}
	for n := 0; n < most && regs != 0 && len(left) > 0; n++ {
		k := 0
		for i, t := range left {
			if g.weight[t] > g.weight[left[k]] {
				k = i
			}
		}
		best := left[k]
		left = slices.Delete(left, k, k+1)
		r := bits.TrailingZeros32(regs)
		regs &^= 1 << r
		g.canon[best] = uint8(r)
		if vec {
			g.regsX |= 1 << r
		} else {
			g.regsG |= 1 << r
		}
	}
}

// makeVars lists the canonical globals of each Head: those that are read, and those that are looked at and need not be in
// the State.
func (c *Compiler) makeVars() {
	g := &c.rg
	for i := range g.segs {
		s := &g.segs[i]
		s.first = len(g.vars)
		for t, r := range g.canon {
			x := ir.Temp(t)
			if written := g.written.has(x); s.head && r != none && (s.reads.has(x) || written && s.live.has(x)) {
				g.vars = append(g.vars, headVar{t: x, reg: r, written: written, next: never})
			}
		}
		s.last = len(g.vars)
	}
}

func (c *Compiler) varsOf(s *segment) []headVar { return c.rg.vars[s.first:s.last] }

// noteHead keeps what the backward pass knows at a Head, where it has just come to.
func (c *Compiler) noteHead(s *segment, obs, hard uint16) {
	vars := c.varsOf(s)
	for i := range vars {
		v := &vars[i]
		l := &c.live[v.t]
		v.next = l.use
		v.obs = obs != never && obs <= l.def || s.loop
		v.hard = v.obs && hard != never && hard <= l.def
	}
}

// endUses looks, before op i, for the way from a segment's end into others; to is the op's own target.
func (c *Compiler) endUses(i int, to *segment) {
	o := &c.ops[i]
	switch {
	case o.Code == ir.Head && i > 0 && !ends(&c.ops[i-1]):
		for k := range c.rg.segs {
			if s := &c.rg.segs[k]; s.start == i {
				c.edgeUses(i, s)
			}
		}
	case o.Code == ir.ExitTB && to != nil:
		c.edgeUses(i, to)
	case o.Code == ir.Head || !ends(o):
		return
	}
	if i > 0 {
		if s := c.target(&c.ops[i-1]); s != nil { // the way taken first is part of the end
			c.readsVars(i, s)
		}
	}
}

// edgeUses makes op i, which goes to s and nowhere else, read what is canonical there, and see nothing of what is dead.
func (c *Compiler) edgeUses(i int, s *segment) {
	for g := range c.live[:len(c.blk.Globals)] {
		if i > 0 && (!s.live.has(ir.Temp(g)) || ir.Temp(g) == c.rg.flags && !c.wants(s, i)) {
			c.live[g].def = uint16(i - 1)
		}
	}
	c.readsVars(i, s)
}

func (c *Compiler) readsVars(i int, s *segment) {
	for _, v := range c.varsOf(s) {
		c.live[v.t].use = uint16(i)
	}
}

// placeHead emits the start of a segment. falls: control comes from above, too.
func (c *Compiler) placeHead(s *segment, falls bool) {
	if falls {
		e := c.findEdge(s)
		c.emitEdge(&e)
	}
	c.forget()
	c.recipe.t, c.rg.active = ir.NoTemp, nil
	if len(s.forms.list) > 0 {
		c.rg.active = s
	}
	for _, v := range c.varsOf(s) {
		c.assign(v.t, v.reg)
		x := &c.t[v.t]
		x.inMem, x.next, x.obs, x.hard = !v.written, v.next, v.obs, v.hard
	}
	checks := c.entryChecks(s)
	if checks != 0 {
		over := 0
		if c.flow.begun[c.segment(s)] {
			if falls || c.rg.fell {
				over = c.jmp8()
			}
			s.begin = c.n
			c.pollHead(s.pc)
		}
		if over != 0 {
			c.patch8(over)
		}
		s.body = c.n
		c.emitEntryChecks(s, checks)
	}
	if s.loop {
		skip := 0
		if falls || c.rg.fell || checks != 0 {
			skip = c.jmp8() // who comes from above does not poll, and its flags may be in another form
		}
		c.align(16, 0)
		s.at = c.n
		c.pollHead(s.pc)
		if skip != 0 {
			c.patch8(skip)
		}
	} else {
		s.at = c.n
	}
	if c.rg.fell = false; checks == 0 {
		s.body = c.n
	}
	c.learnFacts(s)
	if !s.forms.marked {
		c.rg.active = nil
	}
	if c.rg.self && c.req.Hot != 0 {
		recs, nrec := c.dirtyRecs()
		c.countDown(recs, nrec)
	}
}

// pollHead leaves at the Head of pc when the interrupt word is set.
func (c *Compiler) pollHead(pc uint64) {
	c.aluMI(aCMP, s32, hdr(backend.OffInterrupt), 0)
	n := c.headSite(pc, backend.SiteLeave)
	c.addStub(stubSite, c.jcc32(ccNE), n, 0, 0)
}

// headSite makes a site at a Head.
func (c *Compiler) headSite(pc uint64, kind backend.SiteKind) uint32 {
	n := uint32(len(c.tab.Sites))
	recs, nrec := c.dirtyRecs()
	c.tab.Sites = append(c.tab.Sites, backend.Site{
		PC: pc, Insn: uint16(max(c.insn, 0)), Kind: kind, Args: uint32(len(c.tab.Locs)),
		Recs: recs, NRecs: nrec, Undo: uint16(len(c.tab.Undos)), Host: backend.NoOffset, Resume: uint32(c.n),
	})
	c.region = len(c.tab.Sites) // it takes no counter back
	return n
}
