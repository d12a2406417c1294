package tcg

import (
	"fmt"
	"io"
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/gotcg/gotcg/softmmu"
)

// Stats are the engine's counters.
type Stats struct {
	// MemMode and AddressBits say how guest memory is reached; CodeBuffer is the size of the code buffer in bytes.
	MemMode     softmmu.Mode
	AddressBits int
	CodeBuffer  int

	Translated, TranslatedInsns, TranslatedBytes uint64
	HostBytes                                    uint64
	TranslateTime                                time.Duration // only when Counted

	// Counted: the code counts (Config.Count) the instructions and blocks begun and the indirect jumps.
	Counted                 bool
	Insns, Blocks, Indirect uint64

	Entries uint64 // blocks entered from the run loop
	Colds   uint64 // blocks interpreted because they are cold
	// ColdIndirect are the indirect jumps of those.
	ColdIndirect uint64
	Followed     uint64 // blocks entered at once when code was left by an exit not chained yet or an indirect miss

	// Ways out of generated code.
	Unchained, IndirectMisses    uint64
	Interrupts, Exceptions       uint64
	IndirectInterrupts           uint64 // those of Interrupts at an indirect jump
	Sites, SlowMem, Evals, Calls uint64
	Faults, Redone               uint64
	Singles                      uint64 // instructions interpreted for want of room or peace

	Chained, Flushes, Invalidated, Evictions uint64

	// Regions are the regions made, with RegionInsns guest instructions; RegionsDropped of them went because their code was
	// written to or unmapped, RegionsStale before they were of use.
	Regions, RegionInsns, RegionsDropped, RegionsStale uint64
	RegionTime                                         time.Duration
	// Only when Counted: RegionEntries is how often regions were entered, InRegions how many of Insns were executed in them,
	// RegionIndirect how many of Indirect, and RegionLeft how many of those led out: elsewhere than expected.
	RegionEntries, InRegions, RegionIndirect, RegionLeft uint64
}

// IndirectHits returns how many indirect jumps went on in generated code. Only when Counted.
func (s *Stats) IndirectHits() uint64 {
	return less(s.Indirect, s.IndirectMisses+s.IndirectInterrupts+s.ColdIndirect)
}

// ChainHits returns how many blocks were entered by a direct jump of generated code. Only when Counted.
func (s *Stats) ChainHits() uint64 {
	return less(s.Blocks, s.Entries+s.Colds+s.Followed+s.IndirectHits())
}

// less returns a-b, or 0 when counters that are read one after the other do not fit together.
func less(a, b uint64) uint64 { return a - min(a, b) }

// engineStats are the counters that are not a vCPU's.
type engineStats struct {
	translated, translatedInsns, translatedBytes, hostBytes atomic.Uint64
	chained, flushes, invalidated, evictions                atomic.Uint64
	translateTime                                           atomic.Int64
	regions, regionInsns, regionsDropped, regionsStale      atomic.Uint64
	regionTime                                              atomic.Int64
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
	s.Regions, s.RegionInsns, s.RegionTime = c.regions.Load(), c.regionInsns.Load(), time.Duration(c.regionTime.Load())
	s.RegionsDropped, s.RegionsStale = c.regionsDropped.Load(), c.regionsStale.Load()
	s.Counted = e.cfg.Count
	s.MemMode, s.AddressBits = e.mem.Mode(), bits.Len64(uint64(e.mem.Limit()))
	if e.jit != nil {
		s.CodeBuffer = e.jit.buf.Size()
	}
	for _, v := range e.vcpus {
		s.addVCPU(v)
	}
	return s
}

// addVCPU adds the counters of a vCPU.
func (s *Stats) addVCPU(v *VCPU) {
	c := &v.stats
	for _, x := range []struct {
		to   *uint64
		from *atomic.Uint64
	}{
		{&s.Entries, &c.entries}, {&s.Followed, &c.followed}, {&s.Unchained, &c.slots}, {&s.IndirectMisses, &c.indirectMisses},
		{&s.Interrupts, &c.interrupts}, {&s.Interrupts, &c.indirectInterrupts}, {&s.IndirectInterrupts, &c.indirectInterrupts},
		{&s.Exceptions, &c.exceptions}, {&s.Sites, &c.sites}, {&s.SlowMem, &c.slowMem}, {&s.Evals, &c.evals}, {&s.Calls, &c.calls},
		{&s.Faults, &c.faults}, {&s.Redone, &c.redone}, {&s.Singles, &c.singles}, {&s.Colds, &c.colds}, {&s.ColdIndirect, &c.coldIndirect},
	} {
		*x.to += x.from.Load()
	}
	for i, to := range [...]*uint64{
		insnSlot: &s.Insns, blockSlot: &s.Blocks, indirectSlot: &s.Indirect,
		regionSlot: &s.RegionEntries, regionInsnSlot: &s.InRegions, regionIndirectSlot: &s.RegionIndirect, regionLeftSlot: &s.RegionLeft,
	} {
		if to != nil {
			*to += atomic.LoadUint64(&v.counters[i])
		}
	}
}

// vcpuStats are the counters that a vCPU counts while it runs, without the engine's lock.
type vcpuStats struct {
	entries, followed, slots, indirectMisses, interrupts, indirectInterrupts, exceptions atomic.Uint64
	sites, slowMem, evals, calls, faults, redone, singles, colds, coldIndirect           atomic.Uint64
}

// line is a line of Print.
type line struct {
	name string
	v    any
}

// Print writes the counters, one a line.
func (s Stats) Print(w io.Writer) {
	for _, lines := range [][]line{s.translation(), s.execution(), s.exits(), {
		{"exits chained", s.Chained},
		{"flushes", s.Flushes},
		{"blocks invalidated", s.Invalidated},
		{"code buffer evictions", s.Evictions},
	}, s.room()} {
		for _, l := range lines {
			fmt.Fprintf(w, "%-34s %v\n", l.name+":", l.v)
		}
	}
}

func (s *Stats) translation() []line {
	l := []line{
		{"blocks translated", s.Translated},
		{"guest instructions translated", s.TranslatedInsns},
		{"guest bytes translated", s.TranslatedBytes},
		{"host bytes emitted", s.HostBytes},
		{"translation time", s.TranslateTime},
	}
	if n := float64(s.TranslatedInsns); n > 0 && s.HostBytes > 0 {
		l = append(l, line{"  of a guest instruction", time.Duration(float64(s.TranslateTime) / n)},
			line{"  its host bytes", fmt.Sprintf("%.1f", float64(s.HostBytes)/n)})
	}
	if s.Regions > 0 {
		l = append(l, line{"regions made", s.Regions}, line{"  guest instructions in them", s.RegionInsns},
			line{"  time", s.RegionTime}, line{"  dropped", s.RegionsDropped}, line{"  stale", s.RegionsStale})
	}
	return l
}

func (s *Stats) room() []line {
	l := []line{{"guest memory", fmt.Sprintf("%v, %d bits of address", s.MemMode, s.AddressBits)}}
	if s.CodeBuffer > 0 {
		l = append(l, line{"code buffer bytes", s.CodeBuffer})
	}
	return l
}

func (s *Stats) execution() []line {
	var l []line
	if s.Counted {
		l = []line{{"guest instructions executed", s.Insns}, {"blocks executed", s.Blocks}}
		if s.HostBytes > 0 {
			l = append(l, line{"  entered by a chained jump", s.ChainHits()}, line{"  by an indirect jump", s.IndirectHits()})
		}
		if s.Regions > 0 {
			l = append(l, line{"regions entered", s.RegionEntries}, line{"  guest instructions run in them", s.InRegions},
				line{"  indirect jumps in them", s.RegionIndirect}, line{"  that led out", s.RegionLeft})
		}
	}
	return append(l, line{"blocks entered from the run loop", s.Entries}, line{"cold blocks interpreted", s.Colds})
}

func (s *Stats) exits() []line {
	return []line{
		{"exits not chained yet", s.Unchained},
		{"indirect jump misses", s.IndirectMisses},
		{"exceptions", s.Exceptions},
		{"interrupts", s.Interrupts},
		{"sites left by", s.Sites},
		{"  slow memory accesses", s.SlowMem},
		{"  ops evaluated", s.Evals},
		{"  helper calls", s.Calls},
		{"host faults", s.Faults},
		{"instructions redone", s.Redone},
		{"instructions not translated", s.Singles},
	}
}
