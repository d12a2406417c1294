package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Generated code that calls observers is entered again without reading the MXCSR before or after, as long as nothing in between
// changes it: what may do so sets Header.FPUsed first. That is a store before the first op that uses the FP environment,
// at the places where the word may be clear: the start, behind an observer, and where control comes from elsewhere.

// markFP sets Header.FPUsed when one of the ops up to the next such place uses the FP environment.
func (c *Compiler) markFP() {
	c.unmarked = false
	for i := c.idx; i < len(c.ops); i++ {
		o := &c.ops[i]
		if o.Code.Info().Flags&ir.UsesEnv != 0 {
			c.storeI(s32, hdr(backend.OffFPUsed), 1)
			return
		}
		if c.endsMark(o) {
			return
		}
	}
}

// endsMark reports whether Header.FPUsed may be clear behind o.
func (c *Compiler) endsMark(o *ir.Op) bool {
	return boundary(o.Code) || o.Code == ir.Call && c.blk.Helpers[o.Imm].Observer
}
