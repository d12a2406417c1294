package tcg

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/ir"
)

// emit translates the planned nodes into the engine's builder. It reports false when they are too much for one block.
func (f *former) emit() bool {
	e, b := f.e, f.e.b
	instr := e.cfg.Instr
	if instr != nil && instr.Unused() {
		instr = nil
	}
	b.Reset(f.key.PC)
	b.Region, b.Hook, b.Tags = true, nil, e.tags.Load()
	f.exts = f.exts[:0]
	clear(f.heads)
	f.leaves = f.leaves[:0]
	length := 0
	f.placed = 0
	e.count(b, regionSlot, 1)
	open := false // control comes from the node before
	for i, at := range f.order {
		n := &f.nodes[at]
		again := slices.Contains(f.order[:i], at)
		switch {
		case again && !open:
			continue // the turns of the loop before this were cut off
		case again:
		case n.head:
			if _, ok := f.heads[int64(n.pc)]; ok {
				panic("two heads of one PC")
			}
			f.heads[int64(n.pc)] = len(b.Ops)
			b.Head(n.pc)
		case !open && i > 0:
			n.placed = false
			continue // what would have led here was cut off
		}
		var behind *node
		if i+1 < len(f.order) {
			behind = &f.nodes[f.order[i+1]]
		}
		open = f.node(n, behind, instr)
		length += n.len
		if !again {
			f.placed += n.insns
			f.exts = append(f.exts, extent{n.pc, n.pc + uint64(n.len) - 1})
		}
		if len(b.Temps) > 4*maxTemps || length > 1<<16 {
			return false
		}
	}
	b.Len = length
	f.inside()
	return true
}

// node translates n, of which behind comes next, and reports whether control goes on there without a jump.
func (f *former) node(n, behind *node, instr Instrumenter) (open bool) {
	e, b := f.e, f.e.b
	code := f.bytes[n.off : n.off+n.len]
	basic := instr != nil && instr.BasicBlocks()
	for pc, first := n.pc, true; pc < n.next; {
		mark, exits := len(b.Ops), b.Exits
		at := b.Insn(pc)
		rest := code[pc-n.pc:]
		e.count(b, regionInsnSlot, 1)
		e.instrument(b, instr, f.key.Flags, pc, rest, first)
		r := e.arch.Translate(b, pc, rest, f.key.Mode)
		b.Ops[at].Aux = uint8(r.Len)
		pc += uint64(r.Len)
		if pc < n.next && (r.End || helperStores(b, mark)) || instr != nil && instr.EndBlock() {
			if !r.End {
				b.ExitTB(pc, false)
			}
			f.leaves = append(f.leaves, opRange{mark, len(b.Ops)})
			return false
		}
		if pc == n.next && n.end == endLeave {
			f.leaves = append(f.leaves, opRange{mark, len(b.Ops) + 1}) // with the exit that finish may add
		}
		if pc == n.next && r.End != ends(b) {
			panic("BUG: an instruction that ends a block without an exit")
		}
		first = basic && b.Exits != exits
	}
	return f.finish(n, behind)
}

// ends reports whether the last op ends the block.
func ends(b *ir.Builder) bool { return b.Ops[len(b.Ops)-1].Code.Info().Flags&ir.EndsBlock != 0 }

// sideExit reports whether the last op may leave the block.
func sideExit(b *ir.Builder) bool {
	return b.Ops[len(b.Ops)-1].Code.Info().Flags&ir.SideExit != 0
}

// finish makes the end of node n what it is when behind comes next.
func (f *former) finish(n, behind *node) (open bool) {
	b := f.e.b
	follows := func(pc uint64) bool {
		return behind != nil && behind.pc == pc && n.leadsTo(behind)
	}
	last := &b.Ops[len(b.Ops)-1]
	switch n.end {
	case endFall:
		if !ends(b) {
			if follows(n.next) {
				return true
			}
			b.ExitTB(n.next, false)
		}
	case endJump, endCall:
		if last.Code == ir.ExitTB && follows(n.taken) {
			b.Ops = b.Ops[:len(b.Ops)-1]
			return true
		}
	case endReturn, endIndirect, endIndirectCall:
		return f.finishIndirect(n, behind)
	case endCond:
		return f.finishCond(n, follows)
	default:
		if !ends(b) {
			b.ExitTB(n.next, false)
		}
		f.e.countIndirect(b) // there is one where the mode changes
	}
	return false
}

// finishCond makes the hotter side of a conditional jump the straight one.
func (f *former) finishCond(n *node, follows func(uint64) bool) (open bool) {
	b := f.e.b
	if ends(b) { // the exit to what is behind a backward branch
		b.Ops = b.Ops[:len(b.Ops)-1]
	}
	o := &b.Ops[len(b.Ops)-1]
	switch {
	case follows(n.next):
		return true
	case o.Code != ir.ExitC && o.Code != ir.ExitF:
		// A repeated string instruction whose accesses are observed: a loop, where the plan saw a way back after a helper's call.
	case follows(n.taken):
		o.Cond, o.Imm = o.Cond.Negate(), int64(n.next)
		return true
	}
	b.ExitTB(n.next, false)
	return false
}

// finishIndirect compares the target of an indirect jump with where it is expected to lead, the most likely first.
func (f *former) finishIndirect(n, behind *node) (open bool) {
	b := f.e.b
	f.e.countIndirect(b)
	last := &b.Ops[len(b.Ops)-1]
	if last.Code != ir.ExitPtr {
		return false
	}
	to := last.A[0]
	b.Ops = b.Ops[:len(b.Ops)-1]
	f.e.count(b, regionIndirectSlot, 1)
	follows := behind != nil && n.leadsTo(behind)
	for _, e := range n.edges {
		if e.freq < f.cutoff() || follows && e.freq < n.freq/8 && e.to != behind.nodeKey {
			continue
		}
		if at, ok := f.byPC[e.to]; !ok || !f.nodes[at].placed {
			continue
		} else if !follows || e.to != behind.nodeKey {
			if !f.nodes[at].head {
				continue
			}
			b.ExitC(ir.W64, ir.EQ, to, b.Const(e.to.pc), e.to.pc, true)
			continue
		}
		open = true
	}
	f.e.count(b, regionLeftSlot, 1)
	if open {
		b.ExitPtrNE(to, behind.pc)
		f.e.count(b, regionLeftSlot, -1)
	} else {
		b.ExitPtr(to)
	}
	return open
}

// leadsTo reports whether behind is where n may go on.
func (n *node) leadsTo(behind *node) bool {
	for _, e := range n.edges {
		if e.to == behind.nodeKey {
			return true
		}
	}
	return false
}

// opRange is a range of ops, end not included.
type opRange struct{ start, end int }

// inside makes direct exits to heads of the region internal, and all that may close a loop poll: ways back inside the
// region, and ways out of it, since the guest's own backward jump may be straight code now.
func (f *former) inside() {
	b := f.e.b
	leaves := f.leaves
	for i := range b.Ops {
		for len(leaves) > 0 && leaves[0].end <= i {
			leaves = leaves[1:]
		}
		o := &b.Ops[i]
		switch o.Code {
		case ir.ExitTB, ir.ExitC, ir.ExitF:
			o.Attr |= ir.Backward
			if at, ok := f.heads[o.Imm]; ok && (len(leaves) == 0 || i < leaves[0].start) {
				o.Attr |= ir.Internal
				if at > i {
					o.Attr &^= ir.Backward
				}
			}
		}
	}
}
