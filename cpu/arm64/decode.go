package arm64

// insn is an A64 instruction word; its named fields are methods in za64_fields.go.
type insn uint32

// rowKind says what becomes of a row's instructions.
type rowKind uint8

const (
	rowTrans   rowKind = iota // translated
	rowTodo                   // raises ExcUnimplemented
	rowRefused                // undefined on this CPU
)

// decodeRow is what is known of an encoding.
type decodeRow struct {
	name, feature string
	kind          rowKind
	trans         func(translator, insn)
}

type decodeNode struct {
	shift, mask uint8
	base        uint16
}

type decodeMatch struct{ mask, value uint32 }

// decodeTable is a generated decode table: the top 11 bits of the word choose a node, the node chooses
// further bits, and these a short list of candidate rows (numbers plus one, ended by zero).
type decodeTable struct {
	top, leaves, lists []uint16
	nodes              []decodeNode
	match              []decodeMatch
	rows               []decodeRow
}

// lookup returns the row w belongs to, nil when it is unallocated.
func (t *decodeTable) lookup(w insn) *decodeRow {
	n := t.nodes[t.top[w>>21]]
	p := int(t.leaves[int(n.base)+int(w>>n.shift&insn(n.mask))])
	for ; ; p++ {
		r := t.lists[p]
		if r == 0 {
			return nil
		}
		if m := &t.match[r-1]; uint32(w)&m.mask == m.value {
			return &t.rows[r-1]
		}
	}
}

// decode returns the row w belongs to, nil when it is unallocated. The FP and AdvSIMD encodings, loads and
// stores included, are those with bits 27:26 = 11 (Arm ARM C4.1).
func decode(w insn) *decodeRow {
	if w>>26&3 == 3 {
		return tableFPSIMD.lookup(w)
	}
	return tableInt.lookup(w)
}
