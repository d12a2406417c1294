package tcg

import (
	"math/bits"

	"github.com/gotcg/gotcg/cpu"
)

// tbMap finds TBs by their keys: open addressing, at most half full, a power of two in size.
type tbMap struct {
	slots []*TB
	n     int
}

// keyHash hashes a key to 64 bits, the upper ones best.
func keyHash(key cpu.TBKey) uint64 {
	return (key.PC ^ uint64(key.Mode)<<40 ^ uint64(key.Flags)<<52) * 0x9e3779b97f4a7c15
}

// home is where the search for key begins.
func (m *tbMap) home(key cpu.TBKey) int {
	return int(keyHash(key) >> (64 - bits.Len(uint(len(m.slots)-1))))
}

// get returns the TB with the key, or nil.
func (m *tbMap) get(key cpu.TBKey) *TB {
	if m.n == 0 {
		return nil
	}
	for i := m.home(key); ; i++ {
		tb := m.slots[i&(len(m.slots)-1)]
		if tb == nil || tb.Key == key {
			return tb
		}
	}
}

// put adds tb, in place of the one with its key if there is one.
func (m *tbMap) put(tb *TB) {
	if 2*(m.n+1) > len(m.slots) {
		old := m.slots
		m.slots, m.n = make([]*TB, max(512, 2*len(old))), 0
		for _, x := range old {
			if x != nil {
				m.insert(x)
			}
		}
	}
	m.insert(tb)
}

func (m *tbMap) insert(tb *TB) {
	for i := m.home(tb.Key); ; i++ {
		p := &m.slots[i&(len(m.slots)-1)]
		if *p == nil {
			m.n++
			*p = tb
			return
		}
		if (*p).Key == tb.Key {
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
	i := m.home(tb.Key) & mask
	for m.slots[i] != tb {
		if m.slots[i] == nil {
			return
		}
		i = (i + 1) & mask
	}
	m.n--
	// Those behind that may begin their search at i or before it move up.
	for k := (i + 1) & mask; m.slots[k] != nil; k = (k + 1) & mask {
		if h := m.home(m.slots[k].Key) & mask; (k-h)&mask >= (k-i)&mask {
			m.slots[i] = m.slots[k]
			i = k
		}
	}
	m.slots[i] = nil
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
