package insncount

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/instrument"
)

// maxCPUs bounds the vCPUs that the calling form tells apart; the rest share the last place.
const maxCPUs = 256

// calling counts by a call for each instruction: a check of the inline form.
type calling struct {
	*plugin
	counts [maxCPUs]atomic.Uint64
	cpus   atomic.Int64
}

// Inline implements instrument.Inliner for what is counted besides the total.
func (p *calling) Inline(in *instrument.Insn) { p.details(in) }

// NeedsBeforeInsn implements instrument.InsnPlugin.
func (p *calling) NeedsBeforeInsn(uint64, *instrument.CPU) bool { return true }

// BeforeInsn implements instrument.InsnPlugin.
func (p *calling) BeforeInsn(_ uint64, c *instrument.CPU) {
	i := min(c.Index(), maxCPUs-1)
	p.counts[i].Add(1)
	for {
		if n := p.cpus.Load(); int64(i) < n || p.cpus.CompareAndSwap(n, int64(i)+1) {
			return
		}
	}
}

// UsesState implements instrument.StateUser.
func (p *calling) UsesState() instrument.StateUse { return instrument.StateNone }

// NeverFlushes implements instrument.NonFlusher.
func (p *calling) NeverFlushes() bool { return true }

// Exit implements instrument.Exiter.
func (p *calling) Exit() {
	counts := make([]uint64, p.cpus.Load())
	for i := range counts {
		counts[i] = p.counts[i].Load()
	}
	p.report(counts)
}
