// Package insncount counts executed instructions.
package insncount

import (
	"strings"

	"github.com/gotcg/gotcg/instrument"
)

func init() { instrument.Register(info) }

var info = instrument.Info{
	Name: "insn-count",
	Help: "count executed instructions",
	Doc: `Prints "cpu N insns: X" for each vCPU, then "total insns: X". An instruction is an architectural one:
a repeated string instruction counts once each time it is started.`,
	Args: []instrument.Arg{
		{Name: "inline", Kind: instrument.Bool, Default: "on", Help: "count in generated code; off: by a call for each instruction"},
		{Name: "sizes", Kind: instrument.Bool, Default: "off", Help: "also count by instruction length in bytes"},
		{Name: "match", Kind: instrument.String, Many: true, Help: "also count instructions whose disassembly begins so"},
	},
	New: build,
}

type matcher struct {
	prefix string
	hits   *instrument.Counter
}

type plugin struct {
	*instrument.Instance
	total   *instrument.Counter
	sizes   []*instrument.Counter // by length, nil when not asked for
	matches []matcher
}

func build(inst *instrument.Instance, args instrument.Args) (any, error) {
	p := &plugin{Instance: inst}
	var err error
	if p.total, err = inst.NewCounter(); err != nil {
		return nil, err
	}
	if args.Bool("sizes") {
		for range maxLen + 1 {
			c, err := inst.NewCounter()
			if err != nil {
				return nil, err
			}
			p.sizes = append(p.sizes, c)
		}
	}
	for _, m := range args.All("match") {
		c, err := inst.NewCounter()
		if err != nil {
			return nil, err
		}
		p.matches = append(p.matches, matcher{m, c})
	}
	if !args.Bool("inline") {
		return &calling{plugin: p}, nil
	}
	return p, nil
}

// maxLen is the longest instruction of any guest, in bytes.
const maxLen = 16

// Inline implements instrument.Inliner.
func (p *plugin) Inline(in *instrument.Insn) {
	in.Count(p.total, 1)
	p.details(in)
}

func (p *plugin) details(in *instrument.Insn) {
	if p.sizes != nil {
		in.Count(p.sizes[min(len(in.Code()), maxLen)], 1)
	}
	for _, m := range p.matches {
		if strings.HasPrefix(in.Disas(), m.prefix) {
			in.Count(m.hits, 1)
		}
	}
}

// Exit implements instrument.Exiter.
func (p *plugin) Exit() { p.report(p.total.PerCPU()) }

func (p *plugin) report(counts []uint64) {
	var sum uint64
	for i, n := range counts {
		p.Logf("cpu %d insns: %d\n", i, n)
		sum += n
	}
	p.Logf("total insns: %d\n", sum)
	for n, c := range p.sizes {
		if t := c.Total(); t != 0 {
			p.Logf("len %d bytes: %d insns\n", n, t)
		}
	}
	for _, m := range p.matches {
		p.Logf("Match: %s, hits %d\n", m.prefix, m.hits.Total())
	}
}
