package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// pair is a checked guest address: base + index<<scale + disp.
type pair struct {
	base, index ir.Temp
	disp        int64
	scale       uint8
}

// pairKnown reports whether p is near a checked address.
func (c *Compiler) pairKnown(p pair) bool {
	for i := range min(c.npair, len(c.pairs)) {
		q := &c.pairs[i]
		if q.index == p.index && q.base == p.base && q.scale == p.scale && max(q.disp-p.disp, p.disp-q.disp) < maxSlack {
			return true
		}
	}
	return false
}

// forgetPairs forgets the checked addresses that t, which changes, is part of.
func (c *Compiler) forgetPairs(t ir.Temp) {
	for i := range min(c.npair, len(c.pairs)) {
		if q := &c.pairs[i]; q.index == t || q.base == t {
			q.index = ir.NoTemp
		}
	}
}
