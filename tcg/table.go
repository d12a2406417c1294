package tcg

import "sync/atomic"

// table is an append-only array that one goroutine at a time adds to, and any reads without a lock: the
// number of elements is published after the elements.
type table[T any] struct {
	n   atomic.Uint32
	dir atomic.Pointer[[]*[tableChunk]T]
	// len counts what has been added since the last publish too.
	len uint32
}

const tableChunk = 1024

// add adds a zero element and returns it, to be filled. Readers see it after publish.
func (t *table[T]) add() *T {
	var dir []*[tableChunk]T
	if d := t.dir.Load(); d != nil {
		dir = *d
	}
	if c := t.len / tableChunk; c == uint32(len(dir)) {
		longer := append(dir[:c:c], new([tableChunk]T))
		t.dir.Store(&longer)
		dir = longer
	}
	p := &dir[t.len/tableChunk][t.len%tableChunk]
	t.len++
	return p
}

// publish lets readers see what has been added.
func (t *table[T]) publish() { t.n.Store(t.len) }

// at returns element i of the published ones.
func (t *table[T]) at(i uint32) *T {
	if i >= t.n.Load() {
		panic(&InternalError{Text: "a number out of generated code is not in its zone's table"})
	}
	return &(*t.dir.Load())[i/tableChunk][i%tableChunk]
}

// reset empties the table, which nobody reads any more, and keeps its memory.
func (t *table[T]) reset() {
	t.n.Store(0)
	if d := t.dir.Load(); d != nil {
		for i, c := range *d {
			if uint32(i*tableChunk) < t.len {
				clear(c[:])
			}
		}
	}
	t.len = 0
}
