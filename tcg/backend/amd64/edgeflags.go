package amd64

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Most flags words are set again before an op reads them, but faults and polls may look at them on the way there. Where
// a Head's segment is such, a way to the Head that has just set the flags does not store them: its form says how to
// compute them from globals. If ways differ, the upper half of the flags' pinned register says which was taken; a way that
// leaves the flags there makes it 0 with them.

// maxForms bounds the forms of a Head.
const maxForms = 8

// forms is what is known of the flags at a Head.
type forms struct {
	list []recipe
	// marked: the pinned register tells the form, from the Head to the op that sets the flags. Otherwise only the poll looks at
	// them, and there is one form.
	marked bool
}

// formEdge is op op, a way to a Head, that leaves its flags in form id, from 1.
type formEdge struct{ op, id int }

// findForms finds the forms of each Head.
func (c *Compiler) findForms() {
	if f := c.rg.flags; f == ir.NoTemp || c.req.Hot != 0 || !c.gtmpl[f].pin {
		return // a countdown wants them stored
	}
	for i := range c.rg.segs {
		s := &c.rg.segs[i]
		if !s.head {
			continue
		}
		soft, clobbered, ok := c.flagsAt(s)
		soft = soft || c.entryChecks(s) != 0
		if ok && (soft || s.loop) {
			c.formsOf(i, soft, &clobbered)
		}
	}
}

// formsOf finds the forms of the Head of segment i, which are worth it when most ways have one; of a loop, those from below
// count. Unless soft, only its poll looks at the flags, and the ways from above pass that by.
func (c *Compiler) formsOf(i int, soft bool, clobbered *gset) {
	g := &c.rg
	s := &g.segs[i]
	first := len(g.edges)
	formed, stored := 0, 0
	way := func(from, op int) {
		below := from >= i
		if !soft && !below {
			return
		}
		ok := c.addForm(s, &g.segs[from], op, clobbered)
		switch {
		case s.loop && !below:
		case ok:
			formed++
		default:
			stored++
		}
	}
	for _, w := range g.ways {
		if w.to == i {
			way(w.from, w.op)
		}
	}
	if i > 0 && !ends(&c.ops[s.start-1]) {
		way(i-1, s.start)
	}
	if 2*formed <= stored { // a form saves two instructions, saying that there is none costs one
		s.forms.list, g.edges = nil, g.edges[:first]
		return
	}
	s.forms.marked = soft || stored > 0 || len(s.forms.list) != 1
	g.marks = g.marks || s.forms.marked
}

// flagsAt looks from the start of s to the op that sets the flags. soft: ops before it may fault. clobbered are the globals
// that change before the last that may. It is false when something else looks at the flags, or there is no such op.
func (c *Compiler) flagsAt(s *segment) (soft bool, clobbered gset, ok bool) {
	flags, ng := c.rg.flags, ir.Temp(len(c.blk.Globals))
	var set gset
	for k := s.start; k < s.end; k++ {
		o := &c.ops[k]
		if o.Code == ir.Head {
			continue
		}
		row := &rows[o.Code]
		nout := row.nout
		if row.hard || o.Code == ir.Call || slices.Contains(o.A[nout:nout+row.nin], flags) {
			return false, gset{}, false
		}
		if row.observes || o.Attr&ir.ExactFP != 0 && o.MayRaise() {
			soft, clobbered = true, set
		}
		for _, t := range o.A[:nout] {
			if t == flags {
				return soft, clobbered, true
			}
			if t < ng {
				set.add(t)
			}
		}
	}
	return false, gset{}, false
}

// addForm notes how the way to s by op i of segment from leaves the flags, and reports whether that is a form.
func (c *Compiler) addForm(s, from *segment, i int, clobbered *gset) bool {
	r, ok := c.formAt(from, i, clobbered)
	if !ok {
		return false
	}
	id := slices.Index(s.forms.list, r)
	if id < 0 {
		if id = len(s.forms.list); id == maxForms {
			return false
		}
		s.forms.list = append(s.forms.list, r)
	}
	c.rg.edges = append(c.rg.edges, formEdge{i, id + 1})
	return true
}

// formAt finds the op that sets the flags last before op i of segment s, and how they can be computed from globals that
// change neither in between nor where they are clobbered.
func (c *Compiler) formAt(s *segment, i int, clobbered *gset) (recipe, bool) {
	ng := ir.Temp(len(c.blk.Globals))
	changed := *clobbered
	for k := i - 1; k >= s.start; k-- {
		o := &c.ops[k]
		row := &rows[o.Code]
		if o.Code == ir.Call || o.Code.Info().Flags&(ir.Labelled|ir.Joins) != 0 {
			return recipe{}, false
		}
		for x, t := range o.A[:row.nout] {
			if t == c.rg.flags {
				if x != 1 {
					return recipe{}, false
				}
				kind := recipeFor(o, func(t ir.Temp) bool {
					return t != ir.NoTemp && (c.blk.Temps[t].Kind == ir.Const || t < ng && !changed.has(t))
				})
				r := makeRecipe(o, kind)
				r.op.A = [6]ir.Temp{}
				return r, kind != recipeNone
			}
		}
		for _, t := range o.A[:row.nout] {
			if t < ng {
				changed.add(t)
			}
		}
	}
	return recipe{}, false
}

// formOf returns the form that op i leaves the flags in, 0 if that is the State.
func (c *Compiler) formOf(i int) int {
	for _, e := range c.rg.edges {
		if e.op == i {
			return e.id
		}
	}
	return 0
}

// wants reports whether the way to s by op i must have the flags in the State.
func (c *Compiler) wants(s *segment, i int) bool {
	switch {
	case !s.live.has(c.rg.flags):
		return false
	case len(s.forms.list) == 0:
		return true
	}
	return s.forms.marked && c.formOf(i) == 0
}

// formRecs appends to c.recs where the flags are at a site behind a Head, before they are set.
func (c *Compiler) formRecs(s *segment) {
	first := len(c.tab.Recipes)
	for i := range s.forms.list {
		c.tab.Recipes = append(c.tab.Recipes, c.located(&s.forms.list[i]))
	}
	if n := len(s.forms.list); first >= n && slices.Equal(c.tab.Recipes[first-n:first], c.tab.Recipes[first:]) {
		c.tab.Recipes = c.tab.Recipes[:first]
		first -= n
	}
	kind := backend.LocFlags
	if s.forms.marked {
		kind = backend.LocForm
	}
	c.recs = append(c.recs, backend.Rec{Global: c.rg.flags, Loc: kind | backend.Loc(first)})
}
