// Package mem counts and logs guest memory accesses.
package mem

import (
	"fmt"
	"sync/atomic"

	"github.com/gotcg/gotcg/instrument"
)

func init() { instrument.Register(info) }

var info = instrument.Info{
	Name: "mem",
	Help: "count or log memory accesses",
	Doc: `Prints "mem accesses: N", then loads and stores apart. With print-accesses each access is a line of the CSV
table whose header comes first; an atomic read-modify-write is one access, both load and store. insn_symbol is empty, mem_hwaddr is mem_vaddr.`,
	Args: []instrument.Arg{
		{Name: "inline", Kind: instrument.Bool, Default: "on", Help: "count in generated code; off: by a call for each access"},
		{Name: "callback", Kind: instrument.Bool, Default: "off", Help: "count by a call for each access (as inline=off)"},
		{Name: "track", Default: "rw", OneOf: []string{"r", "w", "rw"}, Help: "loads, stores or both"},
		{Name: "print-accesses", Kind: instrument.Bool, Default: "off", Help: "log every access"},
	},
	New: build,
}

type plugin struct {
	*instrument.Instance
	all, loads, stores *instrument.Counter
	track              string
}

func build(inst *instrument.Instance, args instrument.Args) (any, error) {
	p := &plugin{Instance: inst, track: args.String("track")}
	for _, c := range []**instrument.Counter{&p.all, &p.loads, &p.stores} {
		var err error
		if *c, err = inst.NewCounter(); err != nil {
			return nil, err
		}
	}
	if args.Bool("callback") && len(args.All("inline")) > 0 && args.Bool("inline") {
		return nil, fmt.Errorf("inline and callback exclude each other")
	}
	if args.Bool("print-accesses") || args.Bool("callback") || !args.Bool("inline") {
		q := &calling{plugin: p, print: args.Bool("print-accesses")}
		if q.print {
			p.Logf("insn_vaddr,insn_symbol,mem_vaddr,mem_hwaddr,access_size,access_type,mem_value\n")
		}
		return q, nil
	}
	return p, nil
}

// Inline implements instrument.Inliner.
func (p *plugin) Inline(in *instrument.Insn) {
	switch p.track {
	case "r":
		in.CountAccesses(p.all, nil)
		in.CountAccesses(p.loads, nil)
	case "w":
		in.CountAccesses(nil, p.all)
		in.CountAccesses(nil, p.stores)
	default:
		in.CountAccesses(p.all, p.all)
		in.CountAccesses(p.loads, p.stores)
	}
}

// Exit implements instrument.Exiter.
func (p *plugin) Exit() { p.report(p.all.Total(), p.loads.Total(), p.stores.Total()) }

func (p *plugin) report(all, loads, stores uint64) {
	p.Logf("mem accesses: %d\n", all)
	if p.track != "w" {
		p.Logf("loads: %d\n", loads)
	}
	if p.track != "r" {
		p.Logf("stores: %d\n", stores)
	}
}

// calling counts and logs by calls, before accesses when it only counts and after them when it logs, for
// the values of loads.
type calling struct {
	*plugin
	print bool
	cpus  instrument.PerCPU[seen]
}

// seen is what a vCPU has accessed, and room for a line.
type seen struct {
	all, loads, stores atomic.Uint64
	line               []byte
}

// Inline hides the inline form.
func (p *calling) Inline(*instrument.Insn) {}

// UsesState implements instrument.StateUser.
func (p *calling) UsesState() instrument.StateUse { return instrument.StateNone }

// NeedsBeforeMem implements instrument.MemPlugin.
func (p *calling) NeedsBeforeMem(uint64, *instrument.CPU) bool { return true }

// BeforeMem implements instrument.MemPlugin.
func (p *calling) BeforeMem(_ uint64, c *instrument.CPU, a instrument.Access) {
	if !p.wanted(a) {
		return
	}
	n := p.cpus.At(c)
	n.all.Add(1)
	if a.Load {
		n.loads.Add(1)
	}
	if a.Store {
		n.stores.Add(1)
	}
}

func (p *calling) wanted(a instrument.Access) bool {
	return p.track == "rw" || p.track == "r" && a.Load || p.track == "w" && a.Store
}

// NeedsAfterMem implements instrument.AfterMemPlugin.
func (p *calling) NeedsAfterMem(uint64, *instrument.CPU) bool { return p.print }

// AfterMem implements instrument.AfterMemPlugin.
func (p *calling) AfterMem(pc uint64, c *instrument.CPU, a instrument.Access) {
	if !p.wanted(a) {
		return
	}
	kind := "load"
	switch {
	case a.Load && a.Store:
		kind = "load-store"
	case a.Store:
		kind = "store"
	}
	n := p.cpus.At(c)
	b := fmt.Appendf(n.line[:0], "0x%x,,0x%x,0x%x,%d,%s,", pc, a.Addr, a.Addr, a.Size, kind)
	if a.Size > 8 {
		b = fmt.Appendf(b, "0x%0*x%016x\n", 2*(int(a.Size)-8), a.Value[1], a.Value[0])
	} else {
		b = fmt.Appendf(b, "0x%0*x\n", 2*int(a.Size), a.Value[0])
	}
	n.line = b
	p.Logf("%s", b)
}

// NeverFlushes implements instrument.NonFlusher.
func (p *calling) NeverFlushes() bool { return true }

// EventsConcurrent implements instrument.Concurrent.
func (p *calling) EventsConcurrent() bool { return true }

// Exit implements instrument.Exiter.
func (p *calling) Exit() {
	var all, loads, stores uint64
	p.cpus.Each(func(_ int, n *seen) {
		all += n.all.Load()
		loads += n.loads.Load()
		stores += n.stores.Load()
	})
	p.report(all, loads, stores)
}
