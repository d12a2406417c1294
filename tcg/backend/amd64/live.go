package amd64

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/ir"
)

// never is the next-use distance of a value that is not read again in its region.
const never = 0xffff

// use records, for each operand slot of an op, what happens to the operand's value after the op.
type use struct {
	// next is the index of the next op that reads the value, or never.
	next [6]uint16
	// obs has a bit per slot: a side exit, call or fault looks at the value (of a homed temp)
	// before it is replaced, so it must be kept somewhere. hard: by other than a fault or an exit that computes flags.
	obs, hard uint8
	// after is obs for the inputs of an exit, not counting that exit.
	after uint8
	// last is, for a flags word in output slot 1, the index of the last op that may look at it.
	last uint16
	// recipe is not recipeNone when the flags in output slot 1 need not be kept: only faults look
	// at them, and can work them out again.
	recipe recipeKind
	// save is the value that must be copied for that.
	save saveKind
}

// boundary reports whether the allocator forgets all registers at the op: control joins or splits.
func boundary(c ir.Opcode) bool { return c >= ir.SetLabel && c <= ir.Head }

// liveness fills c.uses in one backward pass. Straight-line code makes it exact; blocks with labels are
// cut into regions at labels and branches, and temps seen in several regions have a home.
func (c *Compiler) liveness() {
	n := len(c.ops)
	if cap(c.uses) < n {
		c.uses = make([]use, n+n/2+64)
	}
	c.uses = c.uses[:n]
	c.sizeTemps()
	c.resetRegion()
	if c.rg.on {
		c.regionLiveness()
	} else {
		c.plainLiveness()
	}
}

// regionLiveness is liveness for a region.
func (c *Compiler) regionLiveness() {
	ops, live := c.ops, c.live
	obs, hard := uint16(never), uint16(never)
	// The same for the flags of a region, which the way to a Head that sets them first does not look at.
	fobs, fhard := obs, hard
	seg := len(c.rg.segs)
	// The flags global seen last, and the last op that looks at it before its next definition.
	flags, last := c.rg.flags, uint16(never)
	exit := uint16(never) // the next exit that computes flags
	test := uint16(never) // the op that reads it last, when only faults look at it behind that
	for i := len(ops) - 1; i >= 0; i-- {
		o := &ops[i]
		if o.Code == ir.InsnStart {
			continue
		}
		row := &rows[o.Code]
		u := &c.uses[i]
		u.obs, u.hard = 0, 0
		if boundary(o.Code) {
			if o.Code == ir.Head {
				seg--
				c.noteHead(&c.rg.segs[seg], obs, hard)
			}
			c.resetRegion()
			obs, hard, fobs, fhard = uint16(i), uint16(i), uint16(i), uint16(i)
			flags, last, exit = c.rg.flags, uint16(i), never
			if o.Code == ir.Head && !c.wants(&c.rg.segs[seg], i) {
				fobs, fhard, last = never, never, never
			}
		}
		to := c.target(o)
		c.endUses(i, to)
		nout := int(row.nout)
		u.recipe, u.save, u.last = recipeNone, saveNone, never
		for k := 0; k < nout; k++ {
			if t := o.A[k]; t == c.rg.flags && t != ir.NoTemp {
				record(u, k, &live[t], fobs, fhard)
			} else if t != ir.NoTemp {
				record(u, k, &live[t], obs, hard)
			}
		}
		if nout == 2 {
			if o.A[1] == flags {
				u.last = last
			}
			c.flagsRecipe(u, i, test, exit)
			flags, last = o.A[1], never
		}
		for k := 0; k < nout; k++ {
			if t := o.A[k]; t != ir.NoTemp {
				l := &live[t]
				l.use, l.def = never, uint16(i)
			}
		}
		end := nout + int(row.nin)
		if row.tests {
			x, y := obs, hard
			if o.A[nout] == c.rg.flags {
				x, y = fobs, fhard
			}
			if test = never; live[o.A[nout]].onlyFaults(x, y) {
				test = uint16(i)
			}
		}
		after := uint8(0)
		if row.hard && nout == 0 {
			// An exit looks at what it reads, too.
			for k := nout; k < end; k++ {
				x := obs
				if t := o.A[k]; t == c.rg.flags {
					x = fobs
				}
				if t := o.A[k]; t != ir.NoTemp && live[t].homed && x != never && x <= live[t].def {
					after |= 1 << k
				}
			}
			computes := row.computes && to == nil
			if obs = uint16(i); !computes {
				hard = obs
			}
			switch {
			case to == nil || c.wants(to, i):
				if fobs, exit = obs, obs; !computes {
					fhard = obs
				}
				last = lastOf(last, i)
			case o.Code == ir.ExitTB:
				fobs, fhard, last, exit = never, never, never, never
			}
		}
		u.after = after
		for k := nout; k < end; k++ {
			if t := o.A[k]; t == c.rg.flags && t != ir.NoTemp {
				record(u, k, &live[t], fobs, fhard)
			} else if t != ir.NoTemp {
				record(u, k, &live[t], obs, hard)
			}
		}
		if to == nil && (row.observes || o.Attr&ir.ExactFP != 0 && o.MayRaise()) {
			obs, fobs = uint16(i), uint16(i)
			last = lastOf(last, i)
			if row.hard && !row.computes {
				hard, fhard = uint16(i), uint16(i)
			}
		}
		for k := nout; k < end; k++ {
			if t := o.A[k]; t != ir.NoTemp {
				live[t].use = uint16(i)
				if t == flags {
					last = lastOf(last, i)
				}
			}
		}
	}
	if c.rg.self {
		c.noteHead(&c.rg.segs[0], obs, hard)
	}
}

// lastOf returns last, or i if there was nothing yet.
func lastOf(last uint16, i int) uint16 {
	if last == never {
		return uint16(i)
	}
	return last
}

// plainLiveness is liveness for what is no region: most code that is compiled.
func (c *Compiler) plainLiveness() {
	ops := c.ops
	uses, live := c.uses[:len(ops)], c.live
	obs, hard := uint16(never), uint16(never)
	// The flags global seen last, and the last op that looks at it before its next definition.
	flags, last := ir.NoTemp, uint16(never)
	exit := uint16(never) // the next exit that computes flags
	test := uint16(never) // the op that reads it last, when only faults look at it behind that
	for i := len(ops) - 1; i >= 0; i-- {
		o := &ops[i]
		if o.Code == ir.InsnStart {
			continue
		}
		at := uint16(i)
		row := &rows[o.Code]
		if boundary(o.Code) {
			c.resetRegion()
			obs, hard = at, at
			flags, last, exit = ir.NoTemp, at, never
		}
		nout := int(row.nout)
		end := nout + int(row.nin)
		u := &uses[i]
		u.obs, u.hard, u.after, u.last, u.recipe, u.save = 0, 0, 0, never, recipeNone, saveNone
		switch nout {
		case 1:
			if t := o.A[0]; t != ir.NoTemp {
				l := &live[t]
				record(u, 0, l, obs, hard)
				l.use, l.def = never, at
			}
		case 2:
			if t := o.A[0]; t != ir.NoTemp {
				record(u, 0, &live[t], obs, hard)
			}
			f := o.A[1]
			if f != ir.NoTemp {
				record(u, 1, &live[f], obs, hard)
			}
			if f == flags {
				u.last = last
			}
			c.flagsRecipe(u, i, test, exit)
			flags, last = f, never
			for _, t := range o.A[:2] {
				if t != ir.NoTemp {
					live[t] = liveTemp{never, at, live[t].homed}
				}
			}
		}
		if row.tests {
			if test = never; live[o.A[nout]].onlyFaults(obs, hard) {
				test = at
			}
		}
		if row.hard && nout == 0 {
			// An exit looks at what it reads, too.
			for k := nout; k < end; k++ {
				if t := o.A[k]; t != ir.NoTemp && live[t].homed && obs != never && obs <= live[t].def {
					u.after |= 1 << k
				}
			}
			obs = at
			if exit = at; !row.computes {
				hard = at
			}
			last = lastOf(last, i)
		}
		for k := nout; k < end; k++ {
			t := o.A[k]
			if t == ir.NoTemp {
				continue
			}
			l := &live[t]
			record(u, k, l, obs, hard)
			if l.use == at { // an input twice
				u.next[k] = u.next[nout+slices.Index(o.A[nout:k], t)]
			}
			l.use = at
			if t == flags {
				last = lastOf(last, i)
			}
		}
		if row.observes || o.Attr&ir.ExactFP != 0 && o.MayRaise() {
			obs = at
			last = lastOf(last, i)
			if row.hard && !row.computes {
				hard = at
			}
		}
	}
}

// liveTemp is what the backward pass knows of a temp: the next op that reads it and the next that sets it, or
// never.
type liveTemp struct {
	use, def uint16
	homed    bool
}

// onlyFaults reports whether faults look at the value and nothing else: obs and hard are those at its next replacement or before.
func (l *liveTemp) onlyFaults(obs, hard uint16) bool {
	return l.homed && l.use == never && obs != never && obs <= l.def && (hard == never || hard > l.def)
}

// flagsRecipe decides whether the flags of op i need not be kept. test is the op that is the last to read them, if any is: it may
// be the next one, which has them in the host's flags, if nobody but a fault looks behind it. exit is the next exit that
// computes flags, where they must be of an op that it can do.
func (c *Compiler) flagsRecipe(u *use, i int, test, exit uint16) {
	o := &c.ops[i]
	switch next := u.next[1]; {
	case o.A[1] == ir.NoTemp:
	case exit != never && exit <= c.live[o.A[1]].def && !computable(o.Code):
	case next == never && u.obs&^u.hard&2 != 0:
		u.recipe, u.save = c.findRecipe(o, uint16(i), u.last)
	case next != never && next == test && c.nextOp(i) == int(next):
		u.recipe, u.save = c.findRecipe(o, uint16(i), u.last)
	}
}

// nextOp returns the op behind i.
func (c *Compiler) nextOp(i int) int {
	for i++; c.ops[i].Code == ir.InsnStart; i++ {
	}
	return i
}

// resetRegion starts a region: nothing is read or set in it yet.
func (c *Compiler) resetRegion() {
	live, ng := c.live, len(c.blk.Globals)
	fill(live[:ng], liveTemp{never, never, true})
	fill(live[ng:], liveTemp{never, never, false})
	if c.blk.Labels != 0 {
		for t := ng; t < len(live); t++ {
			live[t].homed = c.t[t].homed
		}
	}
}

func fill(l []liveTemp, with liveTemp) {
	for i := range l {
		l[i] = with
	}
}

// sizeTemps makes the per-temp scratch of the backward pass fit the block.
func (c *Compiler) sizeTemps() {
	nt := len(c.blk.Temps)
	if cap(c.live) < nt {
		c.live = make([]liveTemp, nt+nt/2+64)
	}
	c.live = c.live[:nt]
}

// record notes the fate of the operand in slot k after the op.
func record(u *use, k int, l *liveTemp, obs, hard uint16) {
	u.next[k] = l.use
	// An observer at the op that replaces the value still sees the old one.
	if l.homed && obs != never && obs <= l.def {
		u.obs |= 1 << k
		if hard != never && hard <= l.def {
			u.hard |= 1 << k
		}
	}
}

// row is what the passes here need of an op's table row, in a compact form.
type row struct {
	nout, nin uint8
	// observes: somebody may look at all globals at the op: fault, side exit, call. tests: its first input is a flags word.
	observes, hard, tests bool
	// computes: an exit whose stub computes flags that are nowhere, as they are of no use to its condition.
	computes bool
	// rdx: the lowering uses RDX.
	rdx bool
}

var rows = func() (r [ir.NumOps]row) {
	for i := range r {
		info := ir.Opcode(i).Info()
		x := &r[i]
		x.nout, x.nin = uint8(info.NOut()), uint8(info.NIn())
		x.hard = info.Flags&(ir.SideExit|ir.EndsBlock|ir.Labelled|ir.Joins) != 0 || ir.Opcode(i) == ir.Call
		x.observes = x.hard || info.Flags&ir.MayFault != 0
		x.computes = ir.Opcode(i) == ir.ExitC || ir.Opcode(i) == ir.ExitPtrNE
		x.rdx = slices.Contains(usesRDX, ir.Opcode(i)) || i >= int(ir.Cas) && i <= int(ir.AtMaxU)
		x.tests = info.Flags&ir.CondFlags != 0
	}
	return r
}()
