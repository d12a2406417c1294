package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// A flags word that is only looked at should a memory access fault is not captured from the host's
// flags: the sites say how to compute it from values that are still around.

// recipeKind says from what values an op's flags can be computed after it.
type recipeKind uint8

const (
	recipeNone    recipeKind = iota
	recipeResult             // logic ops: the result, twice
	recipeInputs             // both inputs
	recipeResultB            // the result and the second input
	recipeResultA            // the result and the first input
)

// findRecipe looks for values that last, each in one place or another, until the op last, the last one
// that may look at the flags of o, or until these are replaced. Called by liveness with c.live as it
// is after o.
func (c *Compiler) findRecipe(o *ir.Op, last uint16) recipeKind {
	till := min(last, c.live[o.A[1]].def)
	lasts := func(t ir.Temp) bool {
		if t == ir.NoTemp {
			return false
		}
		if k := c.blk.Temps[t].Kind; k != ir.Global {
			return k == ir.Const
		}
		return c.live[t].def >= till
	}
	return recipeFor(o, lasts)
}

// recipeFor says from which of the values that last the flags of o can be computed.
func recipeFor(o *ir.Op, lasts func(ir.Temp) bool) recipeKind {
	r, a, b := o.A[0], o.A[2], o.A[3]
	input := func(t ir.Temp) bool { return t != r && t != o.A[1] && lasts(t) }
	switch o.Code {
	case ir.AndF, ir.OrF, ir.XorF:
		if lasts(r) {
			return recipeResult
		}
	case ir.AddF, ir.SubF:
		if lasts(r) && input(b) {
			return recipeResultB
		}
		if lasts(r) && input(a) {
			return recipeResultA
		}
	default:
		return recipeNone
	}
	if input(a) && input(b) {
		return recipeInputs
	}
	return recipeNone
}

// recipe is how to compute flags word t, which is nowhere; NoTemp: there is none such.
type recipe struct {
	t    ir.Temp
	op   ir.Op
	args [2]ir.Temp
	undo backend.UndoKind
}

// setRecipe makes the flags output of the current op one that is computed where needed, if it can be.
func (c *Compiler) setRecipe() {
	o := c.op
	k := c.use.recipe
	if k == recipeNone || c.recipe.t != ir.NoTemp && c.recipe.t != o.A[1] {
		return
	}
	c.recipe = makeRecipe(o, k)
}

// makeRecipe makes the recipe of kind k for the flags of o.
func makeRecipe(o *ir.Op, k recipeKind) recipe {
	x := recipe{t: o.A[1], op: *o, args: [2]ir.Temp{o.A[2], o.A[3]}}
	switch k {
	case recipeResult:
		x.op.Code = ir.AndF
		x.args = [2]ir.Temp{o.A[0], o.A[0]}
	case recipeResultB:
		x.args[0] = o.A[0]
		x.undo = backend.UndoSub
		if o.Code == ir.AddF {
			x.undo = backend.UndoAdd
		}
	case recipeResultA:
		if o.Code == ir.AddF {
			x.args = [2]ir.Temp{o.A[0], o.A[2]}
			x.undo = backend.UndoAdd
		} else {
			x.args[1] = o.A[0]
			x.undo = backend.UndoRevSub
		}
	}
	return x
}

// recipeLoc returns the location of the current recipe's flags word at a site.
func (c *Compiler) recipeLoc() backend.Loc {
	r := c.located(&c.recipe)
	n := len(c.tab.Recipes)
	if n > 0 && c.tab.Recipes[n-1] == r {
		n--
	} else {
		c.tab.Recipes = append(c.tab.Recipes, r)
	}
	return backend.LocFlags | backend.Loc(n)
}

// located returns a recipe with the present places of its values.
func (c *Compiler) located(x *recipe) backend.Recipe {
	r := backend.Recipe{Op: x.op, Undo: x.undo}
	for i, t := range x.args {
		r.Args[i] = c.loc(t)
	}
	return r
}
