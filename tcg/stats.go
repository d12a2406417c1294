package tcg

import (
	"fmt"
	"io"
	"time"
)

// Stats are the engine's counters. They are kept without synchronization with running vCPUs: read
// them when none runs.
type Stats struct {
	Translated, TranslatedInsns, TranslatedBytes uint64
	HostBytes                                    uint64
	Entries                                      uint64 // blocks entered from the run loop
	Chained, IndirectMisses                      uint64
	Sites, SlowMem, Evals, Calls, Faults, Redone uint64
	Flushes, Invalidated, Evictions              uint64
	TranslateTime                                time.Duration
}

// Stats returns the counters so far.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stats
}

// Print writes the counters, one a line.
func (s Stats) Print(w io.Writer) {
	for _, r := range []struct {
		name string
		v    any
	}{
		{"blocks translated", s.Translated},
		{"guest instructions translated", s.TranslatedInsns},
		{"guest bytes translated", s.TranslatedBytes},
		{"host bytes emitted", s.HostBytes},
		{"translation time", s.TranslateTime},
		{"blocks entered from the run loop", s.Entries},
		{"exits chained", s.Chained},
		{"indirect jump misses", s.IndirectMisses},
		{"sites left by", s.Sites},
		{"  slow memory accesses", s.SlowMem},
		{"  ops evaluated", s.Evals},
		{"  helper calls", s.Calls},
		{"host faults", s.Faults},
		{"instructions redone", s.Redone},
		{"flushes", s.Flushes},
		{"blocks invalidated", s.Invalidated},
		{"code buffer evictions", s.Evictions},
	} {
		fmt.Fprintf(w, "%-34s %v\n", r.name+":", r.v)
	}
}
