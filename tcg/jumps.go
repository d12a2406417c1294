package tcg

import (
	"github.com/gotcg/gotcg/tcg/ir"
)

// Where an indirect jump leads is not to be seen in the code of tier one, which looks it up in the jump cache. When a plan
// comes upon a hot one, the blocks that end in it are translated anew, to leave with the target in hand each time. After
// enough of them they are ordinary blocks again, and the plan is made once more.

// Observations of a jump, and how many different targets are kept of it.
const (
	jumpSamples = 64
	jumpTargets = 8
	// jumpRounds bounds how often the plan of a region waits for observations.
	jumpRounds = 4
	// jumpProfiles bounds the jumps that are remembered: a guest may make code without end. Then all are forgotten.
	jumpProfiles = 1 << 14
)

// jumpProfile is where an indirect jump was seen to lead. Guarded by the engine's lock.
type jumpProfile struct {
	targets [jumpTargets]uint64
	counts  [jumpTargets]int32
	total   int32
}

// add counts a jump to pc.
func (p *jumpProfile) add(pc uint64) {
	p.total++
	for i := range p.targets {
		if p.counts[i] == 0 || p.targets[i] == pc {
			p.targets[i] = pc
			p.counts[i]++
			return
		}
	}
}

// observeEnd makes the block in e.b, if it ends in a jump that is to be observed, leave there by an exit with the
// target, and returns the profile.
func (e *Engine) observeEnd() *jumpProfile {
	b := e.b
	last := &b.Ops[len(b.Ops)-1]
	if last.Code != ir.ExitPtr || e.cfg.Lockstep {
		return nil
	}
	for i := len(b.Ops) - 1; i >= 0; i-- {
		o := &b.Ops[i]
		if o.Code != ir.InsnStart {
			continue
		}
		p := e.jumps[uint64(o.Imm)]
		if p == nil || b.Temps[last.A[0]].Kind == ir.Const {
			return nil
		}
		e.mu.Lock()
		done := p.total >= jumpSamples
		e.mu.Unlock()
		if done {
			return nil
		}
		to := last.A[0]
		b.Ops = b.Ops[:len(b.Ops)-1]
		b.ExitExc(ir.ExcStop, uint64(o.Imm), to)
		return p
	}
	return nil
}

// observeJump notes that the jump at the end of from led to pc, and returns the TB there.
func (v *VCPU) observeJump(from *TB, pc uint64) *TB {
	e := v.e
	e.mu.Lock()
	from.observed.add(pc)
	if from.observed.total >= jumpSamples {
		e.drop(from)
	}
	e.mu.Unlock()
	v.SetPC(pc)
	tb, _ := v.lookup(0)
	if tb != nil {
		v.current = tb
	}
	return tb
}

// observe has the jumps that the plan would like to know more of observed, and reports whether it is to wait for that.
func (f *former) observe() bool {
	e := f.e
	if len(f.want) == 0 || e.cfg.Lockstep || e.tier2 < fewBegins || e.rounds[f.key.PC] >= jumpRounds {
		return false
	}
	if e.jumps == nil || len(e.jumps) > jumpProfiles {
		e.jumps, e.rounds = map[uint64]*jumpProfile{}, map[uint64]uint8{}
	}
	e.rounds[f.key.PC]++
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, pc := range f.want {
		e.jumps[pc] = &jumpProfile{}
		page := e.cache.at(pc >> pageShift)
		if page == nil {
			continue
		}
		for tb := page.first; tb != nil; {
			next := *tb.link(pc >> pageShift)
			if tb.overlaps(pc, pc) && tb.Key.Flags == 0 {
				e.drop(tb)
			}
			tb = next
		}
	}
	return true
}

// profile returns what is known of the indirect jump at the end of n, or nil: then it is wanted.
func (f *former) profile(n *node) *jumpProfile {
	p := f.e.jumps[n.last]
	if p == nil && n.frame == 0 {
		f.want = append(f.want, n.last)
	}
	return p
}

// indirect follows an indirect jump to where it leads most often.
func (f *former) indirect(n *node, add func(uint64, int, uint64, int32)) {
	p := f.profile(n)
	if p == nil {
		return
	}
	f.e.mu.Lock()
	q := *p
	f.e.mu.Unlock()
	if q.total < jumpSamples/4 {
		return
	}
	for range maxReturns {
		best := 0
		for i := range q.counts {
			if q.counts[i] > q.counts[best] {
				best = i
			}
		}
		share := q.counts[best]
		if share < q.total/8 {
			return
		}
		q.counts[best] = 0
		freq := int32(int64(n.freq) * int64(share) / int64(q.total))
		switch n.end {
		case endIndirectCall:
			c := *n
			c.taken, c.freq = q.targets[best], freq
			f.call(&c, add)
		case endReturn:
			add(q.targets[best], 0, outside, freq)
		default:
			add(q.targets[best], 0, n.fn, freq)
		}
	}
}
