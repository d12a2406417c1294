package tcg

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Stats are the engine's counters.
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
	s := e.stats
	for _, v := range e.vcpus {
		s.addVCPU(&v.stats)
	}
	return s
}

// addVCPU adds the counters of a vCPU.
func (s *Stats) addVCPU(c *vcpuStats) {
	s.Entries += c.entries.Load()
	s.IndirectMisses += c.indirectMisses.Load()
	s.Sites += c.sites.Load()
	s.SlowMem += c.slowMem.Load()
	s.Evals += c.evals.Load()
	s.Calls += c.calls.Load()
	s.Faults += c.faults.Load()
	s.Redone += c.redone.Load()
}

// vcpuStats are the counters that a vCPU counts while it runs, without the engine's lock.
type vcpuStats struct {
	entries, indirectMisses, sites, slowMem, evals, calls, faults, redone atomic.Uint64
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
