package tcg

import (
	"math/bits"

	"github.com/gotcg/gotcg/cpu"
)

// tbMap finds TBs by their keys: open addressing, at most half full, a power of two in size.
type tbMap struct {
	slots []*TB
	// tags are the upper halves of the hashes of what is in slots: so that a search looks at few TBs but its own.
	tags []uint32
	n    int
}

// keyHash hashes a key to 64 bits, the upper ones best.
func keyHash(key cpu.TBKey) uint64 {
	return (key.PC ^ uint64(key.Mode)<<40 ^ uint64(key.Flags)<<52) * 0x9e3779b97f4a7c15
}

func tagOf(key cpu.TBKey) uint32 { return uint32(keyHash(key) >> 32) }

// home is where the search for a key with the tag begins.
func (m *tbMap) home(tag uint32) int {
	return int(tag >> (32 - bits.Len(uint(len(m.slots)-1))))
}

// get returns the TB with the key, or nil.
func (m *tbMap) get(key cpu.TBKey) *TB {
	if m.n == 0 {
		return nil
	}
	tag, tags := tagOf(key), m.tags
	for i := m.home(tag); ; i++ {
		k := i & (len(tags) - 1)
		if tags[k] == tag {
			if tb := m.slots[k]; tb == nil || tb.Key == key {
				return tb
			}
		} else if tags[k] == 0 && m.slots[k] == nil {
			return nil
		}
	}
}

// put adds tb, in place of the one with its key if there is one.
func (m *tbMap) put(tb *TB) {
	if 2*(m.n+1) > len(m.slots) {
		slots, tags := m.slots, m.tags
		n := max(512, 2*len(slots))
		m.slots, m.tags, m.n = make([]*TB, n), make([]uint32, n), 0
		for i, x := range slots {
			if x != nil {
				m.insert(x, tags[i])
			}
		}
	}
	m.insert(tb, tagOf(tb.Key))
}

func (m *tbMap) insert(tb *TB, tag uint32) {
	for i := m.home(tag); ; i++ {
		k := i & (len(m.slots) - 1)
		p := &m.slots[k]
		if *p == nil {
			m.n++
			*p, m.tags[k] = tb, tag
			return
		}
		if m.tags[k] == tag && (*p).Key == tb.Key {
			*p = tb
			return
		}
	}
}

// remove takes tb out, if it is in.
func (m *tbMap) remove(tb *TB) {
	if m.n == 0 {
		return
	}
	mask := len(m.slots) - 1
	i := m.home(tagOf(tb.Key)) & mask
	for m.slots[i] != tb {
		if m.slots[i] == nil {
			return
		}
		i = (i + 1) & mask
	}
	m.n--
	// Those behind that may begin their search at i or before it move up.
	for k := (i + 1) & mask; m.slots[k] != nil; k = (k + 1) & mask {
		if h := m.home(m.tags[k]) & mask; (k-h)&mask >= (k-i)&mask {
			m.slots[i], m.tags[i] = m.slots[k], m.tags[k]
			i = k
		}
	}
	m.slots[i], m.tags[i] = nil, 0
}

// all returns the TBs.
func (m *tbMap) all() []*TB {
	l := make([]*TB, 0, m.n)
	for _, tb := range m.slots {
		if tb != nil {
			l = append(l, tb)
		}
	}
	return l
}
