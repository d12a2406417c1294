package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// pair is a guest address that needs no check: base + index<<scale + disp. It is at most slack from one that was checked.
type pair struct {
	base, index ir.Temp
	disp, slack int64
	scale       uint8
}

// pairKnown returns what is known of an address near p, or nil.
func (c *Compiler) pairKnown(p pair) *pair {
	for i := range min(c.npair, len(c.pairs)) {
		q := &c.pairs[i]
		if q.index == p.index && q.base == p.base && q.scale == p.scale && max(q.disp-p.disp, p.disp-q.disp)+q.slack < maxSlack {
			return q
		}
	}
	return nil
}

// recheck reports whether the access at p needs no check, and takes note of it.
func (c *Compiler) recheck(p pair) bool {
	q := c.pairKnown(p)
	if q == nil {
		return false
	}
	q.disp, q.slack = p.disp, 0 // what is accessed needs no check behind
	return true
}

// addPair notes that p needs no check.
func (c *Compiler) addPair(p pair) {
	c.pairs[c.npair%len(c.pairs)] = p
	c.npair++
}

// forgetPairs forgets the checked addresses that output k of the op, which changes, is part of, unless it is moved only.
func (c *Compiler) forgetPairs(k int) {
	t := c.op.A[k]
	a, n, moved := ir.NoTemp, int64(0), false
	for i := range min(c.npair, len(c.pairs)) {
		q := &c.pairs[i]
		if q.index != t && q.base != t {
			continue
		}
		if !moved && k == 0 {
			a, n, moved = c.affine(c.op)
		}
		if !moved || a != t {
			q.index = ir.NoTemp
			continue
		}
		if q.base == t {
			q.disp -= n
		}
		if q.index == t {
			q.disp -= n << q.scale
		}
	}
}
