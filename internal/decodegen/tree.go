package decodegen

import "sort"

// node says which bits to look at after the top bits: w>>Shift & Mask is added
// to Base and indexes the leaf table.
type node struct {
	Shift uint8
	Mask  uint8
	Base  uint16
}

// tree is the bucket index: top -> node -> leaf -> list of row numbers plus
// one, ended by zero.
type tree struct {
	top    []uint16
	nodes  []node
	leaves []uint16
	lists  []uint16
}

// topBits is how many of the most significant bits choose the node.
func topBits(width int) int {
	if width == 16 {
		return 8
	}
	return 11
}

type treeBuilder struct {
	tree
	rows     []Row
	width    int
	nodeIDs  map[string]uint16
	listOffs map[string]uint16
}

func buildTree(rows []Row, width int) tree {
	b := &treeBuilder{rows: rows, width: width, nodeIDs: map[string]uint16{}, listOffs: map[string]uint16{}}
	tb := topBits(width)
	low := width - tb
	all := make([]int, len(rows))
	for i := range all {
		all[i] = i
	}
	sort.SliceStable(all, func(i, j int) bool { return specificity(&rows[all[i]]) > specificity(&rows[all[j]]) })
	for t := 0; t < 1<<tb; t++ {
		cand := b.filter(all, low, (1<<tb)-1, uint32(t))
		b.top = append(b.top, b.node(cand, low))
	}
	return b.tree
}

// filter keeps the rows that can match a word with bits v at shift.
func (b *treeBuilder) filter(cand []int, shift int, mask, v uint32) []int {
	var out []int
	for _, i := range cand {
		r := &b.rows[i]
		if (r.Value^v<<shift)&r.Mask&(mask<<shift) == 0 {
			out = append(out, i)
		}
	}
	return out
}

func key(cand []int) string {
	k := make([]byte, 0, 2*len(cand))
	for _, i := range cand {
		k = append(k, byte(i), byte(i>>8))
	}
	return string(k)
}

func (b *treeBuilder) node(cand []int, low int) uint16 {
	k := key(cand)
	if id, ok := b.nodeIDs[k]; ok {
		return id
	}
	shift, bits := b.chooseBits(cand, low)
	n := node{Shift: uint8(shift), Mask: uint8(1<<bits - 1), Base: uint16(len(b.leaves))}
	for v := uint32(0); v < 1<<bits; v++ {
		b.leaves = append(b.leaves, b.list(b.filter(cand, shift, 1<<bits-1, v)))
	}
	id := uint16(len(b.nodes))
	b.nodes = append(b.nodes, n)
	b.nodeIDs[k] = id
	return id
}

// chooseBits finds the contiguous bits below low that split cand best: the
// shortest longest list first, then the smaller table.
func (b *treeBuilder) chooseBits(cand []int, low int) (shift, nbits int) {
	best := len(cand)
	if best <= 1 {
		return 0, 0
	}
	for n := 1; n <= 8 && n <= low; n++ {
		for s := 0; s+n <= low; s++ {
			worst := 0
			for v := uint32(0); v < 1<<n; v++ {
				worst = max(worst, len(b.filter(cand, s, 1<<n-1, v)))
			}
			if worst < best {
				best, shift, nbits = worst, s, n
			}
		}
	}
	return shift, nbits
}

func (b *treeBuilder) list(cand []int) uint16 {
	k := key(cand)
	if off, ok := b.listOffs[k]; ok {
		return off
	}
	off := uint16(len(b.lists))
	for _, i := range cand {
		b.lists = append(b.lists, uint16(i+1))
	}
	b.lists = append(b.lists, 0)
	b.listOffs[k] = off
	return off
}
