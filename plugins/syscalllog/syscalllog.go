// Package syscalllog counts and logs system calls at instruction level.
package syscalllog

import (
	"slices"

	"github.com/gotcg/gotcg/instrument"
)

func init() { instrument.Register(info) }

var info = instrument.Info{
	Name: "syscall-log",
	Help: "count or log system calls",
	Doc: `Instruments system call instructions only, and what follows them for the result. Prints a table of calls and
errors by number, most frequent first; with print each call is logged as "syscall #N" and
"syscall #N returned -> R" instead.`,
	Args: []instrument.Arg{
		{Name: "print", Kind: instrument.Bool, Default: "off", Help: "log every call instead of the table"},
	},
	New: build,
}

type stat struct {
	num           uint64
	calls, errors uint64
}

// plugin is not Concurrent: its events come one at a time.
type plugin struct {
	*instrument.Instance
	print bool

	stats map[uint64]*stat
	// pending are the calls each vCPU is in: several when a signal's handler makes calls.
	pending map[int][]call
}

// maxPending bounds the calls of a vCPU that never returned (sigreturn, a jump out of a handler).
const maxPending = 64

type call struct{ num, next uint64 }

func build(inst *instrument.Instance, args instrument.Args) (any, error) {
	return &plugin{Instance: inst, print: args.Bool("print"), stats: map[uint64]*stat{}, pending: map[int][]call{}}, nil
}

// NeedsBeforeInsn implements instrument.InsnPlugin: system calls, and the instructions after them, where
// the result is seen.
func (p *plugin) NeedsBeforeInsn(pc uint64, c *instrument.CPU) bool {
	return lenAt(pc, c) != 0 || follows(pc, c)
}

// lenAt returns the length of the system call instruction at pc, or 0.
func lenAt(pc uint64, c *instrument.CPU) int {
	var buf [4]byte
	for _, n := range c.SyscallLens() {
		if c.ReadMemory(pc, buf[:n]) && c.IsSyscall(buf[:n]) {
			return n
		}
	}
	return 0
}

// follows reports whether a system call instruction ends at pc.
func follows(pc uint64, c *instrument.CPU) bool {
	for _, n := range c.SyscallLens() {
		if lenAt(pc-uint64(n), c) == n {
			return true
		}
	}
	return false
}

// BeforeInsn implements instrument.InsnPlugin.
func (p *plugin) BeforeInsn(pc uint64, c *instrument.CPU) {
	roles := &c.Arch().Roles
	if k, ok := p.returned(c, pc); ok {
		ret := int64(c.Register(roles.SyscallRet))
		if p.print {
			p.Logf("syscall #%d returned -> %d\n", k.num, ret)
		} else if ret < 0 && ret >= -4095 {
			p.stat(k.num).errors++
		}
	}
	n := lenAt(pc, c)
	if n == 0 {
		return
	}
	num := c.Register(roles.SyscallNr)
	l := p.pending[c.Index()]
	if len(l) == maxPending {
		l = slices.Delete(l, 0, 1)
	}
	p.pending[c.Index()] = append(l, call{num, pc + uint64(n)})
	if p.print {
		p.Logf("syscall #%d\n", num)
	} else {
		p.stat(num).calls++
	}
}

// returned returns the last call pending that goes on at pc, and forgets those after it.
func (p *plugin) returned(c *instrument.CPU, pc uint64) (call, bool) {
	l := p.pending[c.Index()]
	for i := len(l) - 1; i >= 0; i-- {
		if l[i].next == pc {
			k := l[i]
			p.pending[c.Index()] = l[:i]
			return k, true
		}
	}
	return call{}, false
}

// ThreadStart implements instrument.ThreadPlugin.
func (p *plugin) ThreadStart(*instrument.CPU) {}

// ThreadExit implements instrument.ThreadPlugin.
func (p *plugin) ThreadExit(c *instrument.CPU) { delete(p.pending, c.Index()) }

func (p *plugin) stat(num uint64) *stat {
	s := p.stats[num]
	if s == nil {
		s = &stat{num: num}
		p.stats[num] = s
	}
	return s
}

// NeverFlushes implements instrument.NonFlusher.
func (p *plugin) NeverFlushes() bool { return true }

// Exit implements instrument.Exiter.
func (p *plugin) Exit() {
	if p.print {
		return
	}
	var l []*stat
	for _, s := range p.stats {
		l = append(l, s)
	}
	slices.SortFunc(l, func(a, b *stat) int {
		if a.calls != b.calls {
			if a.calls > b.calls {
				return -1
			}
			return 1
		}
		return int(int64(a.num - b.num))
	})
	p.Logf("syscall no.  calls  errors\n")
	for _, s := range l {
		p.Logf("%-13d%-6d %d\n", s.num, s.calls, s.errors)
	}
}
