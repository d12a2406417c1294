package tcg

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// observer is the site of an observer's call, unpacked: a vCPU keeps those that it was at last.
type observer struct {
	number uint32 // of the site, plus 1
	nargs  uint8
	// state: the observer may look at the State.
	state  bool
	pc     uint64
	resume uint64  // host address
	enter  uintptr // of the stub that loads what was saved and goes there
	fn     func(*ir.Env, *[4]ir.Val) ir.Val
	table  *backend.Table
	site   *backend.Site
	args   [4]backend.Loc
	tally  backend.Tally
}

// observers are a vCPU's, by number. The number of a site is another's only after the vCPU was at a quiescent point.
type observers [1 << 10]observer

func (l *observers) at(n uint32) *observer { return &l[n%uint32(len(l))] }

func (l *observers) forget() {
	if l != nil {
		clear(l[:])
	}
}

// seeObserver keeps site n, an observer's call, at which generated code has just been left.
func (v *VCPU) seeObserver(n uint32, t *backend.Table, s *backend.Site) {
	if v.seen == nil {
		v.seen = new(observers)
	}
	h := t.Helpers[s.Helper]
	o := v.seen.at(n)
	*o = observer{
		number: n + 1, nargs: s.NArgs - 1, state: !h.NoGlobals, pc: s.PC, resume: uint64(v.e.jit.base + uintptr(s.Resume)),
		enter: v.e.jit.resume[v.hdr.Saved%backend.NumSaved], fn: h.Fn, table: t, site: s, tally: t.Tally,
	}
	copy(o.args[:], t.Locs[s.Args+1:s.Args+uint32(s.NArgs)])
}

// observe calls o, whose site generated code has been left at, and returns where to enter it again.
func (v *VCPU) observe(h *backend.Header, o *observer) uintptr {
	v.observed++
	o.tally.Take(h, v.counters)
	env := &v.env
	env.PC = o.pc
	in := &env.In
	for i, l := range o.args[:min(o.nargs, 4)] {
		switch l.Kind() {
		case backend.LocReg:
			in[i].Lo = h.Regs[l&15]
		case backend.LocConst:
			in[i].Lo = o.table.Consts[l.N()].Lo
		case backend.LocNone:
		default:
			in[i] = o.table.Read(h, l, ir.I64)
		}
	}
	if o.state {
		o.table.Recover(h, o.site, v.e.arch.Globals)
		h.FoldFPEnv(env.FPEnv)
	}
	o.fn(env, (*[4]ir.Val)(in[:4]))
	h.ResumeAddr = o.resume
	return o.enter
}
