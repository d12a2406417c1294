package amd64

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// A flags word that is only looked at should a memory access fault, or where code is left by an exit that does not test it, is
// not captured from the host's flags: the sites say how to compute it from values that are still around, and the exits do so.

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
// Failing that one value may be copied.
func (c *Compiler) findRecipe(o *ir.Op, at, last uint16) (recipeKind, saveKind) {
	lasts := c.lasting(min(last, c.live[o.A[1]].def))
	if k := recipeFor(o, lasts); k != recipeNone || last == never || last-at > maxSaved {
		return k, saveNone
	}
	return c.saveFor(o, lasts)
}

// lasting returns what tells of a temp whether its value lasts until the op till.
func (c *Compiler) lasting(till uint16) func(ir.Temp) bool {
	return func(t ir.Temp) bool {
		if t == ir.NoTemp {
			return false
		}
		if k := c.blk.Temps[t].Kind; k != ir.Global {
			return k == ir.Const
		}
		return c.live[t].def >= till
	}
}

// saveKind says which value of an op is copied to a register, so that its flags can be computed once the original is gone.
type saveKind uint8

const (
	saveNone saveKind = iota
	saveResult
	saveA
	saveB
)

// maxSaved is over how many ops a copy is kept at most.
const maxSaved = 40

// saveFor is recipeFor with a copy of one value.
func (c *Compiler) saveFor(o *ir.Op, lasts func(ir.Temp) bool) (recipeKind, saveKind) {
	r, a, b := o.A[0], o.A[2], o.A[3]
	input := func(t ir.Temp) bool { return t != r && t != o.A[1] && lasts(t) }
	switch o.Code {
	case ir.AndF, ir.OrF, ir.XorF:
		if r != ir.NoTemp {
			return recipeResult, saveResult
		}
	case ir.AddF, ir.SubF:
		switch {
		case r == ir.NoTemp:
		case input(b):
			return recipeResultB, saveResult
		case input(a):
			return recipeResultA, saveResult
		case lasts(r) && a != b:
			return recipeResultB, saveB
		}
	case ir.ShlF, ir.ShrF, ir.SarF:
		info := &c.blk.Temps[b]
		if n := uint8(info.Val.Lo) & shiftMask(o.W); info.Kind == ir.Const && n != 0 && uint(n) < o.W.Bits() {
			return recipeInputs, saveA
		}
		return recipeNone, saveNone
	default:
		return recipeNone, saveNone
	}
	switch {
	case r != ir.NoTemp:
	case a == b || input(b):
		return recipeInputs, saveA
	case input(a):
		return recipeInputs, saveB
	}
	return recipeNone, saveNone
}

// shadow is the temp that is the copy.
func (c *Compiler) shadow() ir.Temp { return ir.Temp(len(c.blk.Temps)) }

// dropShadow forgets the copy, and with it the recipe that needs it.
func (c *Compiler) dropShadow() {
	s := &c.t[c.shadow()]
	c.unassign(s)
	c.freeSpill(s)
	c.shadowed, c.recipe.t = never, ir.NoTemp
}

// dropRecipe forgets how to compute flags word t.
func (c *Compiler) dropRecipe(t ir.Temp) {
	if c.recipe.t == t {
		c.recipe.t = ir.NoTemp
		if c.shadowed != never {
			c.dropShadow()
		}
	}
}

// copyOf returns a register that holds what r does now, or noReg if there is no room.
func (c *Compiler) copyOf(r reg) reg {
	free := c.freeG &^ c.pinG &^ c.rg.regsG
	if free == 0 {
		return noReg
	}
	n := reg(bits.TrailingZeros32(free))
	c.pinG |= 1 << n
	c.movRR(s64, n, r)
	return n
}

// keep makes the shadow a copy of register r, or r itself when nobody owns it any more, and reports whether there was
// room.
func (c *Compiler) keep(r reg) bool {
	if c.shadowed != never {
		c.dropShadow()
	}
	t := c.shadow()
	s := &c.t[t]
	*s = newLocal
	s.next = c.use.last
	n := r
	if c.freeG>>r&1 == 0 {
		n = c.copyOf(r)
	}
	switch {
	case n != noReg:
		c.assign(t, uint8(n))
		c.pinG |= 1 << n
	case bits.OnesCount64(c.spills) < backend.NumSpills:
		s.mem, s.inMem = c.newSpill(false), true
		c.store(s64, c.memOf(s), r)
	default:
		return false
	}
	c.shadowed = c.use.last
	return true
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

// freeRecipe reports whether there may be a recipe for the flags of the current op: no other flags word has one.
func (c *Compiler) freeRecipe() bool { return c.recipe.t == ir.NoTemp || c.recipe.t == c.op.A[1] }

// setRecipe makes the flags output of the current op one that is computed where needed, if it can be.
func (c *Compiler) setRecipe() {
	o := c.op
	k := c.use.recipe
	if k == recipeNone || !c.freeRecipe() {
		return
	}
	x := makeRecipe(o, k)
	src := c.saved
	if c.use.save != saveNone && !c.clobbers(c.idx+1, int(c.use.last)) {
		return
	}
	switch c.use.save {
	case saveResult:
		src = noReg
		if s := &c.t[o.A[0]]; s.reg != none {
			src = reg(s.reg)
		}
		fallthrough
	case saveA, saveB:
		if src == noReg || !c.keep(src) {
			return
		}
		for i, t := range x.args {
			switch slot := 2 + i; {
			case c.use.save == saveResult && t == o.A[0] && (k == recipeResult || i == resultArg(o, k)),
				c.use.save == saveA && (slot == 2 || o.A[2] == o.A[3]), c.use.save == saveB && slot == 3:
				x.args[i] = c.shadow()
			}
		}
	}
	c.recipe = x
}

// clobbers guesses whether the host's flags change from op i to op last: a copy of a value costs an instruction, too.
func (c *Compiler) clobbers(i, last int) bool {
	for ; i <= min(last, len(c.ops)-1); i++ {
		switch o := &c.ops[i]; o.Code {
		case ir.InsnStart, ir.Mov, ir.Zext, ir.Sext, ir.ExitF, ir.Head:
		case ir.Add, ir.Sub:
			if c.blk.Temps[o.A[2]].Kind != ir.Const {
				return true
			}
		case ir.Ld, ir.St, ir.LdV, ir.StV:
			if o.Attr&ir.NatAlign != 0 || !c.checked(o) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// checked guesses whether the access of op o, one of the next, needs no range check.
func (c *Compiler) checked(o *ir.Op) bool {
	if c.cfg.TLBMode || c.req.Tag != 0 {
		return false
	}
	if o.A[2] != ir.NoTemp {
		return c.pairKnown(pair{index: o.A[2], base: o.A[1], scale: o.Aux, disp: o.Imm}) != nil
	}
	return c.t[o.A[1]].chk != 0 || c.t[o.A[1]].cst != ir.NoTemp
}

// resultArg is the argument of a recipe of kind k that is the op's result.
func resultArg(o *ir.Op, k recipeKind) int {
	if k == recipeResultA && o.Code == ir.SubF {
		return 1
	}
	return 0
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

// recipeALU are the instructions that make the flags of recipes.
var recipeALU = map[ir.Opcode]alu{ir.AddF: aADD, ir.SubF: aSUB, ir.AndF: aAND, ir.OrF: aOR, ir.XorF: aXOR}

// computable reports whether computeFlags can do the op.
func computable(o ir.Opcode) bool {
	_, ok := recipeALU[o]
	return ok
}

// computeFlags makes a flags word in AX. It changes RCX.
func (c *Compiler) computeFlags(r *backend.Recipe) {
	c.loadLoc(rax, r.Args[0])
	c.loadLoc(rcx, r.Args[1])
	switch r.Undo {
	case backend.UndoAdd:
		c.aluRR(aSUB, s64, rax, rcx)
	case backend.UndoSub:
		c.aluRR(aADD, s64, rax, rcx)
	case backend.UndoRevSub:
		c.unary(g3NEG, s64, rcx)
		c.aluRR(aADD, s64, rcx, rax)
	}
	c.aluRR(recipeALU[r.Op.Code], size(r.Op.W), rax, rcx)
	fix := uint32(0)
	if r.Op.Attr&ir.InvC != 0 {
		fix = backend.FlagsInvC
	}
	c.flagsToAX(fix)
}

// loadLoc loads an integer from where it is at an exit.
func (c *Compiler) loadLoc(r reg, l backend.Loc) {
	switch n := l.N(); l.Kind() {
	case backend.LocReg:
		c.movRR(s64, r, reg(n))
	case backend.LocSum:
		from, add := l.Sum()
		c.lea(s64, r, at(reg(from), add))
	case backend.LocConst:
		c.movRI(r, c.consts[n].Lo)
	case backend.LocState:
		c.load(s64, r, at(rbp, int32(n)-backend.StateBias))
	case backend.LocSpill:
		c.load(s64, r, at(rbp, backend.OffSpills+8*int32(n)-backend.StateBias))
	default:
		panic("BUG: amd64: flags of a value that is nowhere")
	}
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
