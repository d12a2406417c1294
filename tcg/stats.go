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
	Singles                                      uint64 // instructions interpreted for want of room or peace
	Flushes, Invalidated, Evictions              uint64
	TranslateTime                                time.Duration
}

// engineStats are the counters that are not a vCPU's.
type engineStats struct {
	translated, translatedInsns, translatedBytes, hostBytes atomic.Uint64
	chained, flushes, invalidated, evictions                atomic.Uint64
	translateTime                                           atomic.Int64
	// retired are the counters of vCPUs that have retired; guarded by the engine's lock.
	retired Stats
}

// Stats returns the counters so far. Any goroutine may call it.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &e.stats
	s := c.retired
	s.Translated, s.TranslatedInsns, s.TranslatedBytes = c.translated.Load(), c.translatedInsns.Load(), c.translatedBytes.Load()
	s.HostBytes, s.Chained, s.Flushes = c.hostBytes.Load(), c.chained.Load(), c.flushes.Load()
	s.Invalidated, s.Evictions = c.invalidated.Load(), c.evictions.Load()
	s.TranslateTime = time.Duration(c.translateTime.Load())
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
	s.Singles += c.singles.Load()
}

// vcpuStats are the counters that a vCPU counts while it runs, without the engine's lock.
type vcpuStats struct {
	entries, indirectMisses, sites, slowMem, evals, calls, faults, redone, singles atomic.Uint64
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
		{"instructions not translated", s.Singles},
		{"flushes", s.Flushes},
		{"blocks invalidated", s.Invalidated},
		{"code buffer evictions", s.Evictions},
	} {
		fmt.Fprintf(w, "%-34s %v\n", r.name+":", r.v)
	}
}
