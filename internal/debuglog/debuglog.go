// Package debuglog holds the items of -d: which stages of the emulator print what they made, and
// where to. It is consulted while translating, so an item that is off costs running code nothing.
package debuglog

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// Item is one thing that can be logged, a bit.
type Item uint32

// The items, as QEMU users know them.
const (
	InAsm Item = 1 << iota
	Op
	OpOpt
	OutAsm
	Exec
	Int
	MMU
	Page
	Plugin
	Unimp
	Strace
	Cache
	NoChain
)

var items = []struct {
	bit        Item
	name, help string
}{
	{InAsm, "in_asm", "guest instructions of each translated block"},
	{Op, "op", "IR of each block as translated"},
	{OpOpt, "op_opt", "IR of each block after optimization"},
	{OutAsm, "out_asm", "host code of each block"},
	{Exec, "exec", "each block entered (with nochain: every one)"},
	{Int, "int", "guest exceptions and signals"},
	{MMU, "mmu", "memory accesses of generated code that took the slow path"},
	{Page, "page", "the guest's memory map after loading"},
	{Plugin, "plugin", "what plugins print, which is logged without it, too"},
	{Unimp, "unimp", "what gotcg does not implement, once each"},
	{Strace, "strace", "system calls"},
	{Cache, "cache", "translation cache: evictions, flushes, invalidations"},
	{NoChain, "nochain", "do not chain blocks, so that exec shows every one"},
}

// Parse reads a comma-separated list of items, as -d takes it.
func Parse(list string) (Item, error) {
	var m Item
next:
	for name := range strings.SplitSeq(list, ",") {
		if name == "" {
			continue
		}
		for _, it := range items {
			if it.name == name {
				m |= it.bit
				continue next
			}
		}
		return 0, fmt.Errorf("unknown log item %q (-d help lists them)", name)
	}
	return m, nil
}

// Names returns the items' names.
func Names() []string {
	var names []string
	for _, it := range items {
		names = append(names, it.name)
	}
	return names
}

// Help returns the list of items, one line each.
func Help() string {
	var b strings.Builder
	for _, it := range items {
		fmt.Fprintf(&b, "%-13s %s\n", it.name, it.help)
	}
	return b.String()
}

// Range is a range of guest addresses, [Lo, Hi].
type Range struct{ Lo, Hi uint64 }

// ParseRange reads LO..HI or LO+LEN, as --dfilter takes it.
func ParseRange(s string) (Range, error) {
	sep, plus := "..", false
	if !strings.Contains(s, sep) {
		sep, plus = "+", true
	}
	a, b, ok := strings.Cut(s, sep)
	lo, err := strconv.ParseUint(a, 0, 64)
	hi, err2 := strconv.ParseUint(b, 0, 64)
	if !ok || err != nil || err2 != nil {
		return Range{}, fmt.Errorf("address range %q is not LO..HI or LO+LEN", s)
	}
	if plus {
		hi = lo + hi - 1
	}
	if hi < lo {
		return Range{}, fmt.Errorf("address range %q is empty", s)
	}
	return Range{lo, hi}, nil
}

// ParseRanges reads a comma-separated list of ranges.
func ParseRanges(s string) ([]Range, error) {
	var l []Range
	for one := range strings.SplitSeq(s, ",") {
		if one == "" {
			continue
		}
		r, err := ParseRange(one)
		if err != nil {
			return nil, err
		}
		l = append(l, r)
	}
	return l, nil
}

// Log writes the items that are on. A nil *Log logs nothing.
type Log struct {
	Items  Item
	Filter []Range // empty: everywhere

	mu sync.Mutex
	w  io.Writer
}

// New returns a log to w.
func New(w io.Writer, items Item) *Log { return &Log{Items: items, w: w} }

// On reports whether any of the items is logged.
func (l *Log) On(i Item) bool { return l != nil && l.Items&i != 0 }

// OnAt reports whether the items are logged for code at guest address pc.
func (l *Log) OnAt(i Item, pc uint64) bool {
	if !l.On(i) {
		return false
	}
	for _, r := range l.Filter {
		if pc >= r.Lo && pc <= r.Hi {
			return true
		}
	}
	return len(l.Filter) == 0
}

// Printf writes to the log. Lines of concurrent callers do not mix.
func (l *Log) Printf(format string, args ...any) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.w, format, args...)
}
