package insncount

import "github.com/gotcg/gotcg/instrument"

// calling counts by a call for each instruction: a check of the inline form. Each vCPU writes its own
// count only.
type calling struct {
	*plugin
	counts instrument.PerCPU[uint64]
}

// Inline implements instrument.Inliner for what is counted besides the total.
func (p *calling) Inline(in *instrument.Insn) { p.details(in) }

// NeedsBeforeInsn implements instrument.InsnPlugin.
func (p *calling) NeedsBeforeInsn(uint64, *instrument.CPU) bool { return true }

// BeforeInsn implements instrument.InsnPlugin.
func (p *calling) BeforeInsn(_ uint64, c *instrument.CPU) { *p.counts.At(c)++ }

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
			counts[i] = *n
		}
	}
	p.report(counts)
}
