package tcg

import "slices"

// Limits of loops that are unrolled: the instructions of all turns, and their number.
const (
	maxUnrolled = 48
	maxTurns    = 4
)

// unroll repeats the nodes of small loops. Of the turns all but the last go on with the next as straight code, and
// leave where the loop ends: only one in a few polls and jumps back.
func (f *former) unroll() {
	for last := 0; last < len(f.order); last++ {
		n := &f.nodes[f.order[last]]
		first := f.loopEnds(last)
		if first < 0 {
			continue
		}
		body := slices.Clone(f.order[first : last+1])
		insns := 0
		for _, at := range body {
			insns += f.nodes[at].insns
		}
		turns := min(maxTurns, maxUnrolled/insns)
		if turns < 2 {
			continue
		}
		if out, ok := f.byPC[nodeKey{pc: n.next}]; ok && f.nodes[out].placed {
			f.nodes[out].head = true
		}
		for range turns - 1 {
			f.order = slices.Insert(f.order, last+1, body...)
			last += len(body)
		}
	}
}

// loopEnds returns where in the order the loop begins that the node at place last closes, -1 if it closes none that is worth
// unrolling.
func (f *former) loopEnds(last int) int {
	n := &f.nodes[f.order[last]]
	if n.end != endCond || n.frame != 0 {
		return -1
	}
	to, ok := f.byPC[nodeKey{pc: n.taken}]
	if taken, next := f.split(n); !ok || next > taken {
		return -1
	}
	for first := last; first >= 0; first-- {
		at := f.order[first]
		if slices.Contains(f.order[:first], at) {
			return -1 // a loop in it is unrolled
		}
		if at == to {
			return first
		}
		if first > 0 && !f.nodes[f.order[first-1]].leadsTo(&f.nodes[at]) {
			return -1
		}
	}
	return -1
}
