package tcg

import (
	"cmp"
	"slices"
)

// Where the returns of a region lead: those of an inlined function to behind its call, those of others to behind the calls that the
// region has of them, those of its own to behind the calls that are chained to it; else to where they were seen to (jumps.go).

// ret follows a return from an inlined function. Those of others are known when all calls are: returnEdges.
func (f *former) ret(n *node, add func(uint64, int, uint64, int32)) {
	if n.frame != 0 {
		fr := &f.frames[n.frame]
		add(fr.ret, fr.caller, fr.fn, n.freq)
	} else if len(f.returns[n.fn]) == 0 {
		f.indirect(n, add)
	}
}

// maxReturns bounds the places that a return, or another indirect jump, is compared with.
const maxReturns = 3

// returnEdges adds the edges of the returns of functions that are not inlined.
func (f *former) returnEdges() {
	f.joinFunctions()
	for i := range f.nodes {
		n := &f.nodes[i]
		if n.end != endReturn || n.frame != 0 || len(f.returns[n.fn]) == 0 {
			continue
		}
		seen := len(n.edges) // where it was seen to lead
		for _, pc := range f.returns[n.fn] {
			known := slices.ContainsFunc(n.edges[:seen], func(e edge) bool { return e.to == nodeKey{pc: pc} })
			if _, ok := f.byPC[nodeKey{pc: pc}]; ok && !known {
				n.edges = append(n.edges, edge{nodeKey{pc: pc}, 0, f.warm(pc, n.freq)})
			}
		}
		slices.SortStableFunc(n.edges, func(a, b edge) int { return cmp.Compare(b.freq, a.freq) })
		n.edges = n.edges[:min(len(n.edges), maxReturns)]
	}
}

// joinFunctions makes one of two functions when control goes from one into the other without a call: a region that begins in
// the middle of a function and calls it knows that only from that.
func (f *former) joinFunctions() {
	for i := range f.nodes {
		for _, e := range f.nodes[i].edges {
			k, ok := f.byPC[e.to]
			if !ok || e.to.frame != 0 || e.fn == outside || f.nodes[k].fn == outside || e.fn == f.nodes[k].fn {
				continue
			}
			from, to := e.fn, f.nodes[k].fn
			for _, pc := range f.returns[from] {
				if !slices.Contains(f.returns[to], pc) {
					f.returns[to] = append(f.returns[to], pc)
				}
			}
			delete(f.returns, from)
			for j := range f.nodes {
				n := &f.nodes[j]
				if n.fn == from {
					n.fn = to
				}
				for x := range n.edges {
					if n.edges[x].fn == from {
						n.edges[x].fn = to
					}
				}
			}
		}
	}
}

// Limits of the chains to the region's function that are looked at, and of the calls among them: there may be any number.
const (
	maxChains  = 1000
	maxCallers = 16
)

// callers notes where the region's own function returns to, if it begins with the entry of one: behind the calls that are
// chained to it.
func (f *former) callers() {
	e := f.e
	e.mu.Lock()
	tb := e.cache.byKey.get(f.key)
	var rets []uint64
	n := uint32(0)
	if tb != nil {
		n = tb.in
	}
	for i := 0; n != 0 && i < maxChains && len(rets) < maxCallers; i++ {
		s := e.jit.slot(n - 1)
		if from := s.from; from.call && from.region == nil && !slices.Contains(rets, from.last()+1) {
			rets = append(rets, from.last()+1)
		}
		n = s.next
	}
	e.mu.Unlock()
	slices.SortStableFunc(rets, func(a, b uint64) int { return cmp.Compare(f.v.heat(b), f.v.heat(a)) })
	for _, pc := range rets[:min(len(rets), maxReturns)] {
		f.returns[0] = append(f.returns[0], pc)
		f.arrive(edge{nodeKey{pc: pc}, outside, f.warm(pc, f.e.tier2)})
	}
}
