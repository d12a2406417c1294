package insncount

import "github.com/gotcg/gotcg/instrument"

// maxCPUs bounds the vCPUs that the calling form tells apart; the rest share the last place.
const maxCPUs = 256

// calling counts by a call for each instruction: a check of the inline form. Each vCPU writes its own
// count only.
type calling struct {
	*plugin
	counts [maxCPUs]struct {
		n uint64
		_ [7]uint64 // a cache line each
	}
}

// Inline implements instrument.Inliner for what is counted besides the total.
func (p *calling) Inline(in *instrument.Insn) { p.details(in) }

// NeedsBeforeInsn implements instrument.InsnPlugin.
func (p *calling) NeedsBeforeInsn(uint64, *instrument.CPU) bool { return true }

// BeforeInsn implements instrument.InsnPlugin.
func (p *calling) BeforeInsn(_ uint64, c *instrument.CPU) { p.counts[min(c.Index(), maxCPUs-1)].n++ }

// UsesState implements instrument.StateUser.
func (p *calling) UsesState() instrument.StateUse { return instrument.StateNone }

// NeverFlushes implements instrument.NonFlusher.
func (p *calling) NeverFlushes() bool { return true }

// Exit implements instrument.Exiter.
func (p *calling) Exit() {
	counts := p.total.PerCPU()
	for i := range counts {
		counts[i] = p.counts[min(i, maxCPUs-1)].n
	}
	p.report(counts)
}
