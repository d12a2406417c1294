package amd64

import (
	"fmt"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// SameLiveness says where, in a block that is no region, the two forms of the backward pass differ; empty: nowhere.
func (c *Compiler) SameLiveness(b *ir.Block) string {
	c.begin(b, backend.Request{Buf: make([]byte, 2*room)})
	c.findRegion()
	if c.rg.on {
		return "a region"
	}
	c.liveness()
	plain := append([]use(nil), c.uses...)
	c.resetRegion()
	c.regionLiveness()
	for i := range c.uses {
		o, p, r := &c.ops[i], plain[i], c.uses[i]
		if o.Code == ir.InsnStart {
			continue
		}
		row := &rows[o.Code]
		for k := range p.next {
			if k >= int(row.nout+row.nin) || o.A[k] == ir.NoTemp {
				p.next[k], r.next[k] = 0, 0 // nobody looks at these
			}
		}
		if p != r {
			return fmt.Sprintf("op %d (%s): plain %+v, as a region %+v", i, o.Code, p, r)
		}
	}
	return ""
}
