package backend

import "slices"

// Clone returns a copy of the table that outlives the next Compile.
func (t *Table) Clone() Table {
	c := *t
	c.Sites = slices.Clone(t.Sites)
	c.Locs = slices.Clone(t.Locs)
	c.Recs = slices.Clone(t.Recs)
	c.Consts = slices.Clone(t.Consts)
	c.Recipes = slices.Clone(t.Recipes)
	c.Helpers = slices.Clone(t.Helpers)
	c.Undos = slices.Clone(t.Undos)
	return c
}
