package gotcg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/instrument"
)

// fickle asks for one range of code at a time, and after some events in it for the next one, with a flush
// from the event.
type fickle struct {
	*instrument.Instance
	ranges [][2]uint64
	each   int // events before it changes its mind

	now, n int
	seen   []uint64
}

func (p *fickle) wants(pc uint64) bool {
	r := p.ranges[p.now]
	return pc >= r[0] && pc < r[1]
}

// event notes an execution and reports whether the mind changes.
func (p *fickle) event(pc uint64) bool {
	p.seen = append(p.seen, pc)
	if p.n++; p.n%p.each != 0 {
		return false
	}
	p.now = (p.now + 1) % len(p.ranges)
	return true
}

func (p *fickle) NeedsBeforeInsn(pc uint64, _ *instrument.CPU) bool { return p.wants(pc) }

func (p *fickle) BeforeInsn(pc uint64, _ *instrument.CPU) {
	if p.event(pc) {
		p.Flush()
	}
}

// TestFickle: a plugin that changes its mind mid-run sees exactly the executions it asked for, as worked out from
// a list of everything that was executed. Instructions are counted beside it.
func TestFickle(t *testing.T) {
	for _, name := range []string{"memory.x64", "memory.a64", "hello.x64"} {
		t.Run(name, func(t *testing.T) {
			every(t, func(t *testing.T, cfg gotcg.Config) {
				cfg.Verify = false
				var trace []uint64
				runWith(t, name, cfg, func(m *gotcg.Machine) {
					m.HookInsns(0, ^uint64(0), func(_ *gotcg.CPU, pc uint64) { trace = append(trace, pc) })
				})
				require.EqualValues(t, counted[name], len(trace))
				lo, hi := trace[0], trace[0]
				for _, pc := range trace {
					lo, hi = min(lo, pc), max(hi, pc)
				}
				// Thirds of the code, by address.
				third := (hi-lo)/3 + 1
				ranges := [][2]uint64{{lo, lo + third}, {lo + third, lo + 2*third}, {lo + 2*third, hi + 1}}
				for _, each := range []int{1, 7, 100} {
					model := &fickle{ranges: ranges, each: each}
					for _, pc := range trace {
						if model.wants(pc) {
							model.event(pc)
						}
					}
					p := &fickle{ranges: ranges, each: each}
					runWith(t, name, cfg, func(m *gotcg.Machine) {
						require.NoError(t, m.AddPlugin("fickle", func(i *instrument.Instance) (any, error) {
							p.Instance = i
							return p, nil
						}))
					})
					require.Equal(t, len(model.seen), len(p.seen))
					require.Equal(t, model.seen, p.seen)
				}
			})
		})
	}
}
