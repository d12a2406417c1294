package tcg

import (
	"slices"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// node is a piece of a region: guest code up to its first jump, conditional or not.
type node struct {
	nodeKey
	// len is in bytes; they are at off in former.bytes.
	len, off int
	insns    int
	end      ending
	last     uint64 // the PC of its last instruction
	// taken and next are where its end leads: the target of a direct jump, and the instruction behind it.
	taken, next uint64
	// fn is the entry of the function the node is in, as far as is known: 0 for the region's own, outside for its callers.
	fn uint64
	// freq estimates how often control comes here, in begins of blocks of tier one.
	freq  int32
	edges []edge
	// placed: it is in the region; head: more than one way leads to it, or one that is a jump.
	placed, head bool
	reached      bool
}

// outside stands for the functions that call the region's own.
const outside = 1

// nodeKey tells nodes apart: the code of a callee may be there several times, once for each call that it is inlined in
// (the number of the frame), and once for all others (0).
type nodeKey struct {
	pc    uint64
	frame int
}

// frame is a call that is inlined: what it came from and where it returns to.
type frame struct {
	caller int // its frame
	ret    uint64
	fn     uint64 // the caller's
	depth  int
}

// ending says how a node ends.
type ending uint8

const (
	// endLeave: there is no telling what comes next, or what it is: the last instruction may have written to code, or is
	// one behind which code that was changed is seen. The exits of that instruction leave the region.
	endLeave ending = iota
	// endFall goes on at next.
	endFall
	// endCond goes on at taken or next.
	endCond
	// endJump and endCall go on at taken.
	endJump
	endCall
	// endIndirect and endReturn go on at an address that is computed.
	endIndirect
	endIndirectCall
	endReturn
)

// edge is a way from a node to another.
type edge struct {
	to   nodeKey
	fn   uint64
	freq int32
}

// arrival is a node to be looked at.
type arrival struct {
	edge
}

// plan finds the nodes of the region and puts them in order. It reports false when a region would be of no use.
func (f *former) plan() bool {
	f.nodes, f.queue, f.order, f.bytes, f.insns = f.nodes[:0], f.queue[:0], f.order[:0], f.bytes[:0], 0
	f.frames = append(f.frames[:0], frame{})
	f.want = f.want[:0]
	clear(f.byPC)
	clear(f.returns)
	if f.look(arrival{edge{to: nodeKey{pc: f.key.PC}, freq: f.e.tier2}}); len(f.nodes) == 0 {
		return false // a break
	}
	f.callers()
	for len(f.queue) > 0 && len(f.nodes) < maxRegionNodes && f.insns < f.limit {
		f.look(f.nextArrival())
	}
	f.returnEdges()
	f.reachable()
	f.lay()
	return len(f.order) > 1 || f.nodes[0].head
}

// cutoff is how often a way must be taken for what it leads to to be part of the region.
func (f *former) cutoff() int32 { return f.e.tier2 / 32 }

// fewBegins is a threshold so low that the counts tell nothing.
const fewBegins = 16

// arrive has the plan look at where e leads.
func (f *former) arrive(e edge) {
	if e.freq < f.cutoff() {
		return
	}
	if _, ok := f.byPC[e.to]; ok {
		return
	}
	for i := range f.queue {
		if q := &f.queue[i]; q.to == e.to {
			q.freq = max(q.freq, e.freq)
			return
		}
	}
	if tb := f.e.find(cpu.TBKey{PC: e.to.pc, Mode: f.key.Mode}); tb != nil && tb.region != nil && tb.region.insns > f.absorbed() {
		return // it is chained to
	}
	f.queue = append(f.queue, arrival{e})
}

// nextArrival takes the one that is reached most often, the oldest of equals.
func (f *former) nextArrival() arrival {
	best := 0
	for i := range f.queue {
		if f.queue[i].freq > f.queue[best].freq {
			best = i
		}
	}
	a := f.queue[best]
	f.queue = slices.Delete(f.queue, best, best+1)
	return a
}

// look makes the node that a leads to.
func (f *former) look(a arrival) {
	if f.e.cfg.Arch.InsnAlign > 1 && a.to.pc%uint64(f.e.arch.InsnAlign) != 0 {
		return
	}
	n := node{nodeKey: a.to, fn: a.fn, freq: a.freq}
	if len(f.nodes) < cap(f.nodes) {
		n.edges = f.nodes[:len(f.nodes)+1][len(f.nodes)].edges[:0] // keep its memory
	}
	if !f.decode(&n) {
		return
	}
	if n.frame == 0 {
		n.freq = max(n.freq, f.v.heat(n.pc))
	}
	f.insns += n.insns
	f.edgesOf(&n)
	f.byPC[n.nodeKey] = len(f.nodes)
	f.nodes = append(f.nodes, n)
	for _, e := range n.edges {
		f.arrive(e)
	}
}

// fetch fetches length bytes of code at pc into e.code, noted as part of what is being made.
func (f *former) fetch(pc uint64, length int) int {
	e := f.e
	e.mu.Lock()
	e.making.add(pc, length)
	e.mu.Unlock()
	n, _ := e.fetch(pc, 0, length)
	return n
}

// decode finds how far n goes and how it ends. It reports false when nothing is there that could be executed.
func (f *former) decode(n *node) bool {
	e, b := f.e, f.scan
	n.off = len(f.bytes)
	if len(f.breaks) == 0 && f.recall(n) {
		return true
	}
	got := f.fetch(n.pc, len(e.code))
	b.Reset(n.pc)
	pc, pageEnd := n.pc, n.pc|(softmmu.PageSize-1)
	n.end, n.insns = endFall, 0
	whole := false // it depends on nothing but its bytes
	for {
		if f.breaks[pc] > 0 {
			n.end = endLeave
			break
		}
		mark := len(b.Ops)
		b.Insn(pc)
		r := e.arch.Translate(b, pc, e.code[pc-n.pc:got], f.key.Mode)
		if r.Short {
			n.end = endLeave
			break
		}
		n.insns++
		at := pc
		n.last = at
		pc += uint64(r.Len)
		if pc < at {
			n.end = endLeave
			break
		}
		if end := f.ending(b, mark, r, n); end != endFall {
			n.end, whole = end, true
			break
		}
		if n.insns >= maxNodeInsns || pc > pageEnd {
			whole = true
			break
		}
		if pc-n.pc >= uint64(got) {
			break
		}
	}
	n.next, n.len = pc, int(pc-n.pc)
	f.bytes = append(f.bytes, e.code[:n.len]...)
	if whole {
		f.keep(n)
	}
	return n.len > 0
}

// piece is what decode has found at a PC, so that the next plan that comes there need not translate it once more.
type piece struct {
	pc, taken uint64
	mode      uint32
	off, len  uint32 // of its bytes, in former.kept; len 0: nothing
	last      uint16 // where the last instruction begins
	insns     uint8
	end       ending
}

const (
	// pieceBits is the log2 of the number of pieces that are kept, two and two by hash of the PC.
	pieceBits = 12
	// maxKept bounds the bytes of pieces; at the bound all are forgotten.
	maxKept = 256 << 10
)

// ways returns the places where the piece at pc may be kept.
func (f *former) ways(pc uint64) (p, q *piece) {
	i := pc * 0x9e3779b97f4a7c15 >> (64 - pieceBits)
	return &f.pieces[i], &f.pieces[i^1]
}

// keep keeps n, which its bytes and the mode alone have made what it is.
func (f *former) keep(n *node) {
	if len(f.kept)+n.len > maxKept {
		*f.pieces, f.kept = [1 << pieceBits]piece{}, f.kept[:0]
	}
	p, q := f.ways(n.pc)
	if p.len != 0 && p.pc != n.pc {
		*q = *p
	}
	*p = piece{
		pc: n.pc, taken: n.taken, mode: f.key.Mode, off: uint32(len(f.kept)), len: uint32(n.len),
		last: uint16(n.last - n.pc), insns: uint8(n.insns), end: n.end,
	}
	f.kept = append(f.kept, f.bytes[n.off:]...)
}

// recall makes n what is kept of its PC, if its code is the same as then.
func (f *former) recall(n *node) bool {
	p, q := f.ways(n.pc)
	if p.pc != n.pc || p.len == 0 {
		p = q
	}
	k := int(p.len)
	if k == 0 || p.pc != n.pc || p.mode != f.key.Mode || f.fetch(n.pc, k) != k {
		return false
	}
	code := f.e.code[:k]
	if string(code) != string(f.kept[p.off:][:k]) {
		return false
	}
	n.len, n.insns, n.end = k, int(p.insns), p.end
	n.taken, n.last, n.next = p.taken, p.pc+uint64(p.last), p.pc+uint64(k)
	f.bytes = append(f.bytes, code...)
	return true
}

// ending tells how the instruction whose ops begin at mark ends n, endFall if it does not.
func (f *former) ending(b *ir.Builder, mark int, r cpu.Result, n *node) ending {
	last := &b.Ops[len(b.Ops)-1]
	if len(b.Helpers) > 0 && helperStores(b, mark) {
		return endLeave
	}
	switch last.Code {
	case ir.ExitTB:
		n.taken = uint64(last.Imm)
		if p := &b.Ops[len(b.Ops)-2]; p.Code == ir.ExitC || p.Code == ir.ExitF { // a backward branch
			n.taken = uint64(p.Imm)
			return endCond
		}
		switch r.Flow {
		case cpu.FlowCall:
			return endCall
		case cpu.FlowSerial:
			return endLeave
		}
		return endJump
	case ir.ExitC, ir.ExitF:
		n.taken = uint64(last.Imm)
		return endCond
	case ir.ExitPtr:
		if b.Temps[last.A[0]].Kind == ir.Const {
			return endLeave // the mode changes
		}
		switch r.Flow {
		case cpu.FlowCall:
			return endIndirectCall
		case cpu.FlowReturn:
			return endReturn
		}
		return endIndirect
	}
	if r.End {
		return endLeave
	}
	return endFall
}

// edgesOf estimates where control goes from n, and how often.
func (f *former) edgesOf(n *node) {
	add := func(pc uint64, frame int, fn uint64, freq int32) {
		n.edges = append(n.edges, edge{nodeKey{pc, frame}, fn, freq})
	}
	switch n.end {
	case endFall:
		add(n.next, n.frame, n.fn, n.freq)
	case endJump:
		add(n.taken, n.frame, n.fn, n.freq)
	case endCond:
		taken, next := f.split(n)
		add(n.taken, n.frame, n.fn, taken)
		add(n.next, n.frame, n.fn, next)
	case endCall:
		f.call(n, add)
	case endReturn:
		f.ret(n, add)
	case endIndirect, endIndirectCall:
		f.indirect(n, add)
	}
}

// split estimates how often a conditional jump is taken, and how often not.
func (f *former) split(n *node) (taken, next int32) {
	if f.e.tier2 < fewBegins {
		return n.freq, n.freq // nothing is known
	}
	taken = min(n.freq, f.v.heat(n.taken))
	next = n.freq - taken
	if n.taken <= n.pc+uint64(n.len) { // the block ended there, so what comes behind counts by itself
		next = min(n.freq, f.v.heat(n.next))
		return taken, next
	}
	return taken, max(next, n.freq/16)
}

// call follows a call: into a copy of the callee when that is small and straight, whose return is then known; else into the one
// copy that the region has for all its calls.
func (f *former) call(n *node, add func(uint64, int, uint64, int32)) {
	if left := maxInlined; f.straight(n.taken, n.freq, f.frames[n.frame].depth, &left) {
		f.frames = append(f.frames, frame{n.frame, n.next, n.fn, f.frames[n.frame].depth + 1})
		add(n.taken, len(f.frames)-1, n.taken, n.freq)
		return
	}
	if n.frame != 0 {
		return
	}
	add(n.taken, 0, n.taken, n.freq)
	fn := n.taken
	if fn == f.key.PC {
		fn = 0
	}
	if !slices.Contains(f.returns[fn], n.next) {
		f.returns[fn] = append(f.returns[fn], n.next)
		f.arrive(edge{nodeKey{pc: n.next}, n.fn, f.warm(n.next, n.freq)})
	}
}

// Limits of a callee that is inlined: its instructions, with those of its own callees, and how deep those are.
const (
	maxInlined = 60
	maxDepth   = 4
)

// straight reports whether the function at pc, called freq times, returns by one way that it nearly always takes.
func (f *former) straight(pc uint64, freq int32, depth int, left *int) bool {
	if depth >= maxDepth {
		return false
	}
	for range 16 {
		n := node{nodeKey: nodeKey{pc: pc}, freq: freq}
		size := len(f.bytes)
		ok := f.decode(&n)
		f.bytes = f.bytes[:size]
		if *left -= n.insns; !ok || *left < 0 {
			return false
		}
		switch n.end {
		case endReturn:
			return true
		case endFall:
			pc = n.next
		case endJump:
			pc = n.taken
		case endCall:
			if !f.straight(n.taken, freq, depth+1, left) {
				return false
			}
			pc = n.next
		case endCond:
			taken, next := f.split(&n)
			switch {
			case next < f.cutoff():
				pc = n.taken
			case taken < f.cutoff():
				pc = n.next
			default:
				return false
			}
		default:
			return false
		}
	}
	return false
}

// warm returns how often control comes to pc from a node that is executed freq times and whose block ends there.
func (f *former) warm(pc uint64, freq int32) int32 {
	if f.e.tier2 < fewBegins {
		return freq // nothing is known
	}
	return min(freq, f.v.heat(pc))
}

// reachable finds the nodes that edges lead to from the first.
func (f *former) reachable() {
	f.nodes[0].reached = true
	work := []int{0}
	for len(work) > 0 {
		n := &f.nodes[work[len(work)-1]]
		work = work[:len(work)-1]
		for _, e := range n.edges {
			if to, ok := f.byPC[e.to]; ok && e.freq >= f.cutoff() && !f.nodes[to].reached {
				f.nodes[to].reached = true
				work = append(work, to)
			}
		}
	}
}

// lay puts the nodes in order: each followed, if it can be, by the one it leads to most often.
func (f *former) lay() {
	for next := 0; next >= 0; {
		at := next
		for at >= 0 {
			n := &f.nodes[at]
			n.placed = true
			f.order = append(f.order, at)
			at = f.follower(n)
		}
		next = -1
		for i := range f.nodes {
			if n := &f.nodes[i]; !n.placed && n.reached && n.frame == 0 && (next < 0 || n.freq > f.nodes[next].freq) {
				next = i
			}
		}
		if next >= 0 {
			f.nodes[next].head = true
		}
	}
	// Every edge that is not the way to the node behind needs a head.
	for i, at := range f.order {
		n := &f.nodes[at]
		for _, e := range n.edges {
			to, ok := f.byPC[e.to]
			if !ok || e.freq < f.cutoff() || i+1 < len(f.order) && f.order[i+1] == to {
				continue
			}
			if f.nodes[to].frame != 0 {
				continue // there may be several copies: the exit leaves
			}
			f.nodes[to].head = true
		}
	}
	f.unroll()
}

// follower returns the node to be placed behind n, or -1.
func (f *former) follower(n *node) int {
	best, freq := -1, int32(-1)
	for _, e := range n.edges {
		if to, ok := f.byPC[e.to]; ok && !f.nodes[to].placed && e.freq >= f.cutoff() && e.freq > freq {
			best, freq = to, e.freq
		}
	}
	return best
}
