// Package execlog logs every executed instruction with its memory accesses.
package execlog

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gotcg/gotcg/instrument"
)

func init() { instrument.Register(info) }

var info = instrument.Info{
	Name: "exec-log",
	Help: "log executed instructions, their accesses and register changes",
	Doc: `Each line is: vCPU, 0xaddress, 0xopcode, "disassembly", then for each access ", load|store, 0xaddress", then for
each register asked for that changed ", name -> 0xvalue". The opcode shows the first four bytes.`,
	Args: []instrument.Arg{
		{Name: "ifilter", Many: true, Help: "only instructions whose disassembly begins so"},
		{Name: "afilter", Kind: instrument.Uint, Many: true, Help: "only the instruction at this address"},
		{Name: "reg", Many: true, Help: "show changes of registers whose name matches this glob"},
	},
	New: build,
}

// plugin is not Concurrent: its events come one at a time.
type plugin struct {
	*instrument.Instance
	ifilter []string
	afilter map[uint64]bool
	regs    []string

	text map[uint64]string // the constant part of a line, by address; "" when filtered out
	cpus map[int]*line
}

// line is the line a vCPU is at: it is written when its next instruction begins.
type line struct {
	b    []byte
	on   bool
	regs []reg
}

type reg struct {
	name string
	num  int
	size int
	val  [64]byte
}

func build(inst *instrument.Instance, args instrument.Args) (any, error) {
	p := &plugin{Instance: inst, ifilter: args.All("ifilter"), regs: args.All("reg"), afilter: map[uint64]bool{},
		text: map[uint64]string{}, cpus: map[int]*line{}}
	for _, a := range args.All("afilter") {
		v, err := strconv.ParseUint(a, 0, 64)
		if err != nil {
			return nil, err
		}
		p.afilter[v] = true
	}
	for _, g := range p.regs {
		known := false
		for _, r := range inst.Arch().Regs {
			ok, err := path.Match(g, r.Name)
			if err != nil {
				return nil, fmt.Errorf("reg %q: %w", g, err)
			}
			known = known || ok
		}
		if !known {
			return nil, fmt.Errorf("reg %q: no register of %s has such a name", g, inst.Arch().Name)
		}
	}
	return p, nil
}

// Inline implements instrument.Inliner: it notes what an instruction at an address looks like now.
func (p *plugin) Inline(in *instrument.Insn) {
	text := in.Disas()
	if !p.wanted(in.PC, text) {
		p.text[in.PC] = ""
		return
	}
	var op uint32
	for i, b := range in.Code()[:min(len(in.Code()), 4)] {
		op |= uint32(b) << (8 * i)
	}
	p.text[in.PC] = fmt.Sprintf("0x%x, 0x%x, %q", in.PC, op, text)
}

func (p *plugin) wanted(pc uint64, text string) bool {
	if len(p.ifilter) == 0 && len(p.afilter) == 0 {
		return true
	}
	return p.afilter[pc] || slices.ContainsFunc(p.ifilter, func(f string) bool { return strings.HasPrefix(text, f) })
}

// UsesState implements instrument.StateUser.
func (p *plugin) UsesState() instrument.StateUse {
	if len(p.regs) == 0 {
		return instrument.StateNone
	}
	return instrument.StateRead
}

// NeedsBeforeInsn implements instrument.InsnPlugin.
func (p *plugin) NeedsBeforeInsn(uint64, *instrument.CPU) bool { return true }

// BeforeInsn implements instrument.InsnPlugin.
func (p *plugin) BeforeInsn(pc uint64, c *instrument.CPU) {
	l := p.cpus[c.Index()]
	if l == nil {
		l = &line{regs: p.findRegs(c)}
		p.cpus[c.Index()] = l
	}
	l.changes(c)
	p.finish(l)
	if t := p.text[pc]; t != "" {
		l.on = true
		l.b = append(fmt.Appendf(l.b[:0], "%d, ", c.Index()), t...)
	}
}

func (p *plugin) findRegs(c *instrument.CPU) (l []reg) {
	for _, r := range c.Arch().Regs {
		if slices.ContainsFunc(p.regs, func(g string) bool { ok, _ := path.Match(g, r.Name); return ok }) {
			l = append(l, reg{name: r.Name, num: r.Num})
		}
	}
	return l
}

// changes appends the registers that differ from what they were when the line was begun.
func (l *line) changes(c *instrument.CPU) {
	for i := range l.regs {
		r := &l.regs[i]
		var now [64]byte
		n := c.ReadRegister(r.num, now[:])
		if l.on && now != r.val {
			l.b = fmt.Appendf(l.b, ", %s -> 0x", r.name)
			for k := n - 1; k >= 0; k-- {
				l.b = fmt.Appendf(l.b, "%02x", now[k])
			}
		}
		r.val, r.size = now, n
	}
}

// finish writes the line of the instruction before.
func (p *plugin) finish(l *line) {
	if l.on {
		p.Logf("%s\n", l.b)
		l.on = false
	}
}

// NeedsBeforeMem implements instrument.MemPlugin.
func (p *plugin) NeedsBeforeMem(uint64, *instrument.CPU) bool { return true }

// BeforeMem implements instrument.MemPlugin.
func (p *plugin) BeforeMem(_ uint64, c *instrument.CPU, a instrument.Access) {
	l := p.cpus[c.Index()]
	if l == nil || !l.on {
		return
	}
	if a.Load {
		l.b = fmt.Appendf(l.b, ", load, 0x%x", a.Addr)
	}
	if a.Store {
		l.b = fmt.Appendf(l.b, ", store, 0x%x", a.Addr)
	}
}

// ThreadStart implements instrument.ThreadPlugin.
func (p *plugin) ThreadStart(*instrument.CPU) {}

// ThreadExit implements instrument.ThreadPlugin: it writes the vCPU's last line.
func (p *plugin) ThreadExit(c *instrument.CPU) {
	if l := p.cpus[c.Index()]; l != nil {
		l.changes(c)
		p.finish(l)
		delete(p.cpus, c.Index())
	}
}

// NeverFlushes implements instrument.NonFlusher.
func (p *plugin) NeverFlushes() bool { return true }

// Exit implements instrument.Exiter.
func (p *plugin) Exit() {
	for _, i := range sortedKeys(p.cpus) {
		p.finish(p.cpus[i])
	}
}

func sortedKeys(m map[int]*line) (k []int) {
	for i := range m {
		k = append(k, i)
	}
	slices.Sort(k)
	return k
}
