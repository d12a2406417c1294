package insncount

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/instrument"
)

// calling counts by a call for each instruction: a check of the inline form. Each vCPU adds to its own
// count only; Exit may come while some still do.
type calling struct {
	*plugin
	counts instrument.PerCPU[atomic.Uint64]
}

// Inline implements instrument.Inliner for what is counted besides the total.
func (p *calling) Inline(in *instrument.Insn) { p.details(in) }

// NeedsBeforeInsn implements instrument.InsnPlugin.
func (p *calling) NeedsBeforeInsn(uint64, *instrument.CPU) bool { return true }

// BeforeInsn implements instrument.InsnPlugin.
func (p *calling) BeforeInsn(_ uint64, c *instrument.CPU) { p.counts.At(c).Add(1) }

// UsesState implements instrument.StateUser.
func (p *calling) UsesState() instrument.StateUse { return instrument.StateNone }

// NeverFlushes implements instrument.NonFlusher.
func (p *calling) NeverFlushes() bool { return true }

// EventsConcurrent implements instrument.Concurrent.
func (p *calling) EventsConcurrent() bool { return true }

// Exit implements instrument.Exiter.
func (p *calling) Exit() {
	counts := p.total.PerCPU()
	for i := range counts {
		counts[i] = 0
		if n := p.counts.Get(i); n != nil {
			counts[i] = n.Load()
		}
	}
	p.report(counts)
}
