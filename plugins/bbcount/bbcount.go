// Package bbcount counts executed basic blocks and their instructions.
package bbcount

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/instrument"
)

func init() { instrument.Register(info) }

var info = instrument.Info{
	Name: "bb-count",
	Help: "count executed basic blocks",
	Doc: `Prints "CPUn: bb's: B, insns: I" for each vCPU, then "Total: bb's: B, insns: I". A block ends at a branch,
a repeated string instruction, a page's end or after 64 instructions.`,
	Args: []instrument.Arg{
		{Name: "inline", Kind: instrument.Bool, Default: "on", Help: "count in generated code; off: by a call for each block"},
	},
	New: build,
}

type plugin struct {
	*instrument.Instance
	blocks, insns *instrument.Counter
}

func build(inst *instrument.Instance, args instrument.Args) (any, error) {
	p := &plugin{Instance: inst}
	var err error
	if p.blocks, err = inst.NewCounter(); err != nil {
		return nil, err
	}
	if p.insns, err = inst.NewCounter(); err != nil {
		return nil, err
	}
	if !args.Bool("inline") {
		return &calling{plugin: p}, nil
	}
	return p, nil
}

// ObservesBlocks implements instrument.BlockObserver.
func (p *plugin) ObservesBlocks() bool { return true }

// Inline implements instrument.Inliner.
func (p *plugin) Inline(in *instrument.Insn) {
	if in.First {
		in.Count(p.blocks, 1)
	}
	in.Count(p.insns, 1)
}

// Exit implements instrument.Exiter.
func (p *plugin) Exit() { p.report(p.blocks.PerCPU()) }

func (p *plugin) report(blocks []uint64) {
	var total uint64
	insns := p.insns.PerCPU()
	for i, n := range blocks {
		p.Logf("CPU%d: bb's: %d, insns: %d\n", i, n, insns[i])
		total += n
	}
	p.Logf("Total: bb's: %d, insns: %d\n", total, p.insns.Total())
}

// calling counts blocks by a call for each.
type calling struct {
	*plugin
	counts instrument.PerCPU[atomic.Uint64]
}

// Inline implements instrument.Inliner: instructions are counted inline in both forms.
func (p *calling) Inline(in *instrument.Insn) { in.Count(p.insns, 1) }

// NeedsBeforeBlock implements instrument.BlockPlugin.
func (p *calling) NeedsBeforeBlock(uint64, *instrument.CPU) bool { return true }

// BeforeBlock implements instrument.BlockPlugin.
func (p *calling) BeforeBlock(_ uint64, c *instrument.CPU) { p.counts.At(c).Add(1) }

// EventsConcurrent implements instrument.Concurrent.
func (p *calling) EventsConcurrent() bool { return true }

// UsesState implements instrument.StateUser.
func (p *calling) UsesState() instrument.StateUse { return instrument.StateNone }

// NeverFlushes implements instrument.NonFlusher.
func (p *calling) NeverFlushes() bool { return true }

// Exit implements instrument.Exiter.
func (p *calling) Exit() {
	counts := p.blocks.PerCPU()
	for i := range counts {
		counts[i] = 0
		if n := p.counts.Get(i); n != nil {
			counts[i] = n.Load()
		}
	}
	p.report(counts)
}
