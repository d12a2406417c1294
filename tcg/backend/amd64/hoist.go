package amd64

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Range checks in loops. An address that guest memory was accessed at is one that needs no check, and neither does what is
// near it: the guard zones are large. So an address that a loop accesses on each trip and moves by little is checked when the
// loop is begun and never again; one that the loop does not move, however often it is accessed. What is known of the addresses
// made of globals follows from the ops by a flow analysis over the segments, which begins with the hope that each loop keeps
// what is checked at its entry and takes that back where it is not so.
//
// The check at the entry may fail for an address that the loop would not access. Then the region is left, and is to be made anew
// without such checks: SiteRange.

const (
	// maxFacts bounds the addresses that are followed, maxEntry those that are checked at the entry of one loop.
	maxFacts = 24
	maxEntry = 6
	// maxDrift bounds how far an address may be from one that was checked; it is small beside maxSlack.
	maxDrift = 1 << 20
	// maxRounds bounds the rounds of the analysis; from the round widenAfter on a bound that still grows is given up.
	maxRounds  = 16
	widenAfter = 4
)

// bound says how far an address is from one that needs no check: a distance, or one of these. The larger is the weaker.
type bound int32

const (
	unseen  bound = -1
	unknown bound = 1<<31 - 1
)

// flowEvent is what an op does to what is known.
type flowEvent struct {
	kind flowKind
	fact uint8
	seg  uint16 // evWay: where it leads; evCopy: the fact that it becomes near to
	n    bound  // evAccess: how far from the fact's address; evMove and evCopy: how far it moves; evWay: the op
}

type flowKind uint8

const (
	evAccess flowKind = iota
	evMove
	evCopy
	evLose
	evLoseAll
	evWay
)

// flow is the analysis.
type flow struct {
	facts  []pair
	events []flowEvent
	syms   []symbol
	// first has the first event of each segment, and the end.
	first []int
	// Of each fact at each segment's Head: in is what is known, above what ways from above bring, back those from below.
	in, above, back, next []bound
	// entry are the facts of each segment that are to be checked where its loop is begun, checks those of them that are. ways
	// are the ops from below that begin the loop, too: others go round it.
	entry, checks []uint32
	ways          []int
	begun         []bool // there are such for the segment
}

// symbol is a local that equals a global and a constant.
type symbol struct {
	t, of ir.Temp
	n     int64
}

// findFacts finds what is known of addresses at each Head, and what is to be checked where loops are begun.
func (c *Compiler) findFacts() {
	f := &c.flow
	f.facts, f.events, f.first = f.facts[:0], f.events[:0], f.first[:0]
	g := &c.rg
	if g.self || !g.loops || c.cfg.TLBMode || c.req.NoEntryChecks {
		return
	}
	for d := 3; d >= 0; d-- { // of the innermost loops first
		for i := range g.segs {
			if s := &g.segs[i]; int(s.depth) == d {
				c.collectFacts(s)
			}
		}
	}
	if len(f.facts) == 0 {
		return
	}
	for i := range g.segs {
		f.first = append(f.first, len(f.events))
		c.segmentEvents(i)
	}
	f.first = append(f.first, len(f.events))
	c.findEntries()
	if !f.solve(len(g.segs)) {
		f.facts = f.facts[:0] // nothing is known
	}
}

// factOf returns the address that op o accesses, if it is a plain access whose address is made of what resolve knows.
func (c *Compiler) factOf(o *ir.Op, resolve func(ir.Temp) (ir.Temp, int64, bool)) (p pair, ok bool) {
	if o.Code != ir.Ld && o.Code != ir.St && o.Code != ir.LdV && o.Code != ir.StV || o.A[2] != ir.NoTemp && o.Aux > 3 {
		return p, false
	}
	base, n, ok := resolve(o.A[1])
	if !ok {
		return p, false
	}
	p = pair{base: base, index: ir.NoTemp, disp: n + o.Imm}
	if o.A[2] != ir.NoTemp {
		index, k, ok := resolve(o.A[2])
		if !ok {
			return p, false
		}
		p.disp += k << o.Aux
		if index != ir.NoTemp {
			p.index, p.scale = index, o.Aux
		}
	}
	return p, p.disp == int64(int32(p.disp)) && (p.base != ir.NoTemp || p.index != ir.NoTemp)
}

// direct is the resolve of factOf that knows globals and constants.
func (c *Compiler) direct(t ir.Temp) (ir.Temp, int64, bool) {
	if int(t) < len(c.blk.Globals) {
		return t, 0, true
	}
	if x := &c.blk.Temps[t]; x.Kind == ir.Const && x.Val.Lo == uint64(int64(int32(x.Val.Lo))) {
		return ir.NoTemp, int64(x.Val.Lo), true
	}
	return ir.NoTemp, 0, false
}

// symbolic is the one that knows locals too that were made of globals.
func (c *Compiler) symbolic(t ir.Temp) (ir.Temp, int64, bool) {
	for i := range c.flow.syms {
		if x := &c.flow.syms[i]; x.t == t {
			return x.of, x.n, true
		}
	}
	return c.direct(t)
}

// find returns the fact whose address is near p, and how near.
func (f *flow) find(p pair) (k int, n bound) {
	for i := range f.facts {
		q := &f.facts[i]
		if q.base == p.base && q.index == p.index && q.scale == p.scale {
			if d := max(q.disp-p.disp, p.disp-q.disp); d < maxDrift/4 {
				return i, bound(d)
			}
		}
	}
	return -1, 0
}

func (c *Compiler) collectFacts(s *segment) {
	f := &c.flow
	for k := s.start; k < s.end && len(f.facts) < maxFacts; k++ {
		p, ok := c.factOf(&c.ops[k], c.direct)
		if !ok {
			continue
		}
		if p.index == ir.NoTemp {
			p.disp = 0
		}
		if i, _ := f.find(p); i < 0 {
			f.facts = append(f.facts, p)
		}
	}
}

// affine returns what output 0 of op o is a sum of: a temp and a constant.
func (c *Compiler) affine(o *ir.Op) (a ir.Temp, n int64, ok bool) {
	if o.Code == ir.Mov {
		return o.A[1], 0, true
	}
	k, neg := 1, false
	switch o.Code {
	case ir.Add:
	case ir.Sub:
		neg = true
	case ir.AddF:
		k = 2
	case ir.SubF:
		k, neg = 2, true
	case ir.IncF:
		return o.A[2], 1, o.W == ir.W64
	case ir.DecF:
		return o.A[2], -1, o.W == ir.W64
	default:
		return 0, 0, false
	}
	x := &c.blk.Temps[o.A[k+1]]
	if n = int64(x.Val.Lo); neg {
		n = -n
	}
	return o.A[k], n, o.W == ir.W64 && x.Kind == ir.Const && n > -maxDrift && n < maxDrift
}

// segmentEvents lists what the ops of segment i do.
func (c *Compiler) segmentEvents(i int) {
	f, s := &c.flow, &c.rg.segs[i]
	f.syms = f.syms[:0]
	add := func(e flowEvent) { f.events = append(f.events, e) }
	for k := s.start; k < s.end; k++ {
		o := &c.ops[k]
		switch {
		case o.Code == ir.InsnStart || o.Code == ir.Head:
			continue
		case boundary(o.Code):
			add(flowEvent{kind: evLoseAll})
			f.syms = f.syms[:0]
			continue
		case o.Code == ir.Call:
			if h := c.blk.Helpers[o.Imm]; !h.NoGlobals && !h.ReadsOnly {
				add(flowEvent{kind: evLoseAll})
				f.syms = f.syms[:0]
			}
		}
		if to := c.target(o); to != nil {
			add(flowEvent{kind: evWay, seg: c.segment(to), n: bound(k)})
		}
		if p, ok := c.factOf(o, c.symbolic); ok {
			if k, n := f.find(p); k >= 0 {
				add(flowEvent{kind: evAccess, fact: uint8(k), n: n})
			} else if p.index == ir.NoTemp {
				c.bareAccess(p)
			}
		}
		c.defEvents(o)
	}
	if i+1 < len(c.rg.segs) && !ends(&c.ops[s.end-1]) {
		add(flowEvent{kind: evWay, seg: uint16(i + 1), n: bound(s.end)})
	}
}

// bareAccess is an access far from its base, whose fact has no displacement.
func (c *Compiler) bareAccess(p pair) {
	d := max(p.disp, -p.disp)
	p.disp = 0
	if k, _ := c.flow.find(p); k >= 0 && d < maxDrift {
		c.flow.events = append(c.flow.events, flowEvent{kind: evAccess, fact: uint8(k), n: bound(d)})
	}
}

// defEvents lists what the outputs of op o change.
func (c *Compiler) defEvents(o *ir.Op) {
	f := &c.flow
	for k := range int(rows[o.Code].nout) {
		t := o.A[k]
		if t == ir.NoTemp {
			continue
		}
		of, n, ok := ir.NoTemp, int64(0), false
		if k == 0 {
			if a, m, is := c.affine(o); is {
				of, n, ok = c.symbolic(a)
				n, ok = n+m, ok && of != ir.NoTemp && n+m > -maxDrift && n+m < maxDrift
			}
		}
		if int(t) >= len(c.blk.Globals) {
			f.forgetSyms(t)
			if ok && len(f.syms) < 16 {
				f.syms = append(f.syms, symbol{t, of, n})
			}
			continue
		}
		moved := ok && of == t
		for i := range f.facts {
			p := &f.facts[i]
			d := int64(0)
			if p.base == t {
				d = n
			}
			if p.index == t {
				d += n << p.scale
			}
			if p.base != t && p.index != t {
				continue
			}
			if d = max(d, -d); moved && d < maxDrift {
				f.events = append(f.events, flowEvent{kind: evMove, fact: uint8(i), n: bound(d)})
			} else if j := f.like(p, t, of); ok && j >= 0 {
				f.events = append(f.events, flowEvent{kind: evCopy, fact: uint8(i), seg: uint16(j), n: bound(max(n, -n))})
			} else {
				f.events = append(f.events, flowEvent{kind: evLose, fact: uint8(i)})
			}
		}
		if !moved {
			f.forgetSyms(t)
			continue
		}
		for i := range f.syms {
			if x := &f.syms[i]; x.of == t {
				x.n -= n
			}
		}
	}
}

// like returns the fact that is p with base of in the place of t, or -1.
func (f *flow) like(p *pair, t, of ir.Temp) int {
	if p.base != t || p.index == t || p.index == of || of == ir.NoTemp {
		return -1
	}
	q := *p
	q.base = of
	if k, n := f.find(q); k >= 0 && n == 0 {
		return k
	}
	return -1
}

// forgetSyms forgets the symbol of t and those made of it.
func (f *flow) forgetSyms(t ir.Temp) {
	n := 0
	for _, x := range f.syms {
		if x.t != t && x.of != t {
			f.syms[n] = x
			n++
		}
	}
	f.syms = f.syms[:n]
}

// findEntries has what a loop accesses in its first segment checked at its entry; what is behind a branch may be rare.
func (c *Compiler) findEntries() {
	f := &c.flow
	f.entry = f.entry[:0]
	for i := range c.rg.segs {
		s := &c.rg.segs[i]
		mask, n := uint32(0), 0
		if s.loop {
			for _, e := range f.events[f.first[i]:f.first[i+1]] {
				if e.kind == evAccess && mask>>e.fact&1 == 0 && n < maxEntry {
					mask |= 1 << e.fact
					n++
				}
			}
		}
		f.entry = append(f.entry, mask)
	}
}

// solve finds what is known at the Heads of n segments. It reports false when it does not come to an end.
func (f *flow) solve(n int) bool {
	nf := len(f.facts)
	for _, p := range [...]*[]bound{&f.in, &f.above, &f.back, &f.next} {
		if cap(*p) < n*nf {
			*p = make([]bound, n*nf)
		}
		*p = (*p)[:n*nf]
	}
	for i := range f.back {
		f.back[i] = unseen
	}
	var known [maxFacts]bound
	for round := range maxRounds {
		for i := range f.next {
			f.next[i], f.above[i] = unseen, unseen
		}
		for k := range nf {
			f.above[k] = unknown // control comes from outside
		}
		for i := range n {
			for k := range nf {
				x := i*nf + k
				b := f.above[x]
				if f.entry[i]>>k&1 != 0 {
					if f.back[x] == unknown {
						f.entry[i] &^= 1 << k // the loop does not keep it
					} else if b == unknown {
						b = 0
					}
				}
				known[k] = max(b, f.back[x])
				f.in[x] = known[k]
			}
			f.through(i, known[:nf])
		}
		same := true
		for x := range f.next {
			if f.next[x] == unseen && f.entry[x/nf]>>(x%nf)&1 != 0 {
				f.next[x] = unknown // no way goes round the loop and keeps it
			}
			if f.next[x] == f.back[x] {
				continue
			}
			if f.back[x] == unknown || round >= widenAfter && f.back[x] >= 0 {
				f.next[x] = unknown
			}
			same = same && f.next[x] == f.back[x]
		}
		f.back, f.next = f.next, f.back
		if same {
			f.findChecks(n)
			return true
		}
	}
	return false
}

// through follows what is known through segment i.
func (f *flow) through(i int, known []bound) {
	f.apply(i, f.events[f.first[i]:f.first[i+1]], known)
}

// drift is b when the address has moved by n.
func drift(b, n bound) bound {
	if b == unknown || b+n > maxDrift {
		return unknown
	}
	return b + n
}

// apply is through for some events.
func (f *flow) apply(i int, events []flowEvent, known []bound) {
	nf := len(f.facts)
	for _, e := range events {
		switch e.kind {
		case evAccess:
			known[e.fact] = min(e.n, maxDrift)
		case evMove:
			if b := &known[e.fact]; *b >= 0 {
				*b = drift(*b, e.n)
			}
		case evCopy:
			if known[e.fact] = known[e.seg]; known[e.fact] >= 0 {
				known[e.fact] = drift(known[e.fact], e.n)
			}
		case evLose:
			known[e.fact] = unknown
		case evLoseAll:
			for k := range known {
				known[k] = unknown
			}
		case evWay:
			to := f.above
			if int(e.seg) <= i {
				to = f.next
			}
			for k, b := range known {
				if b == unknown && int(e.seg) <= i && f.entry[e.seg]>>k&1 != 0 {
					continue // it is checked on this way
				}
				x := int(e.seg)*nf + k
				to[x] = max(to[x], b)
			}
		}
	}
}

// findChecks finds the checks and the ways from below that want them.
func (f *flow) findChecks(n int) {
	nf := len(f.facts)
	f.checks, f.ways = append(f.checks[:0], f.entry...), f.ways[:0]
	for i := range n {
		for k := range nf {
			if x := i*nf + k; f.in[x] == unknown {
				f.checks[i] &^= 1 << k
			}
		}
	}
	var known [maxFacts]bound
	wanted := make([]uint32, n)
	f.begun = slices.Grow(f.begun[:0], n)[:n]
	clear(f.begun)
	for i := range n {
		copy(known[:nf], f.in[i*nf:])
		first := f.first[i]
		for j := first; j < f.first[i+1]; j++ {
			e := &f.events[j]
			if e.kind != evWay {
				continue
			}
			f.apply(i, f.events[first:j], known[:nf])
			first = j + 1
			lost := uint32(0)
			for k, b := range known[:nf] {
				if b == unknown {
					lost |= 1 << k
				}
			}
			if lost &= f.checks[e.seg]; lost != 0 {
				wanted[e.seg] |= lost
				if int(e.seg) <= i {
					f.ways = append(f.ways, int(e.n))
					f.begun[e.seg] = true
				}
			}
		}
	}
	for k := range nf {
		if f.above[k] == unknown {
			wanted[0] |= 1 << k
		}
	}
	for i := range f.checks {
		f.checks[i] &= wanted[i]
	}
}

// entryChecks returns the facts that must be checked where the loop of s is begun.
func (c *Compiler) entryChecks(s *segment) uint32 {
	if f := &c.flow; len(f.facts) != 0 && s.head {
		return f.checks[c.segment(s)]
	}
	return 0
}

// wayTo returns where the way to s by the op enters it.
func (c *Compiler) wayTo(s *segment) wayKind {
	switch {
	case s.at < 0:
		return wayDown
	case len(c.flow.facts) != 0 && slices.Contains(c.flow.ways, c.idx):
		return wayBegin
	}
	return wayRound
}

// emitEntryChecks emits them. The canonical registers are as they are at the Head.
func (c *Compiler) emitEntryChecks(s *segment, mask uint32) {
	n := c.headSite(s.pc, backend.SiteRange)
	for k := range c.flow.facts {
		if mask>>k&1 == 0 {
			continue
		}
		p := &c.flow.facts[k]
		m := mem{base: noReg, index: noReg, scale: p.scale, disp: int32(p.disp)}
		if p.base != ir.NoTemp {
			m.base = c.atHead(p.base, rax)
		}
		if p.index != ir.NoTemp {
			m.index = c.atHead(p.index, rcx)
		}
		r := m.base
		if m.index != noReg || m.disp != 0 {
			c.lea(s64, rax, m)
			r = rax
		}
		if c.req.Tag != 0 {
			c.untag(rax, r)
			r = rax
		}
		c.aluRR(aCMP, s64, r, r14)
		c.addStub(stubSite, c.jcc32(ccA), n, 0, 0)
	}
}

// atHead returns the register that global t is in, loading it to r if it is in none.
func (c *Compiler) atHead(t ir.Temp, r reg) reg {
	s := &c.t[t]
	if s.reg != none {
		return reg(s.reg)
	}
	c.loadHome(r, s)
	return r
}

// learnFacts notes what is known at the Head of s.
func (c *Compiler) learnFacts(s *segment) {
	f := &c.flow
	if len(f.facts) == 0 {
		return
	}
	i := int(c.segment(s)) * len(f.facts)
	for k := len(f.facts) - 1; k >= 0; k-- { // the first are of the innermost loops: they are to stay
		b := f.in[i+k]
		if b < 0 || b == unknown {
			continue
		}
		p := f.facts[k]
		if p.index == ir.NoTemp {
			c.t[p.base].chk = 1 + uint32(b)
			continue
		}
		p.slack = int64(b)
		c.addPair(p)
	}
}
