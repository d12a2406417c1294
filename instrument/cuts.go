package instrument

import "sync"

// A block that is cut, so that a flush out of an event takes effect at the next instruction, is one block all the same: what goes
// on behind the cut has no block event. Whether a vCPU goes on there or has jumped there is known when it gets there.

// cuts is what a vCPU knows of the way it came.
type cuts struct {
	// last is the instruction that had the last event which may cut, before the one before it, since a translation
	// began; each plus 1, 0: none.
	last, before uint64
	// inside: the translation that was begun last goes on with a block.
	inside bool
}

// cutTable has the instructions behind which blocks were cut, and where they go on.
type cutTable struct {
	mu   sync.RWMutex
	next map[uint64]uint64
}

// maxInsnLen is the longest instruction there is, in bytes. SDM vol. 2 2.3.11.
const maxInsnLen = 15

// event notes an event of i at pc.
func (c *CPU) event(i *Instance, pc uint64) {
	if i.flushes && c.last != pc+1 {
		c.before, c.last = c.last, pc+1
	}
}

// begin notes that a translation begins at pc. Events of plugins that were added before may have come already.
func (c *CPU) begin(pc uint64) {
	from := c.last
	if from == pc+1 {
		from = c.before
	} else {
		c.last = 0
	}
	c.before = 0
	c.inside = from != 0 && pc-from < maxInsnLen && c.set.cutAt.leads(from-1, pc)
}

func (t *cutTable) leads(at, next uint64) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	to, ok := t.next[at]
	return ok && to == next
}

// Cut notes that the block of the instruction last given to Insn ends before next only because EndBlock says so.
func (s *Set) Cut(next uint64) {
	if !s.list.Load().blocks {
		return
	}
	t := &s.cutAt
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == nil {
		t.next = map[uint64]uint64{}
	}
	t.next[s.insn.PC] = next
}
