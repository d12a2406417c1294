package tcg

import "math/rand/v2"

// injector forgets translations at look-ups of a vCPU, as other vCPUs or the guest's own stores might. What it does
// when depends on the seed, the vCPU's index and its look-ups only.
type injector struct {
	r     *rand.Rand
	every uint32
	in    uint32 // look-ups until the next time
}

func newInjector(c *Config, index int) *injector {
	if c.InjectFlush <= 0 {
		return nil
	}
	i := &injector{r: rand.New(rand.NewPCG(c.InjectSeed, uint64(index))), every: uint32(min(c.InjectFlush, 1<<30))}
	i.wait()
	return i
}

// wait chooses when the next time is: after every look-ups on average.
func (i *injector) wait() { i.in = i.r.Uint32N(2*i.every-1) + 1 }

// lookup is called before the vCPU looks up the TB at pc, at a quiescent point.
func (i *injector) lookup(e *Engine, pc uint64) {
	if i.in--; i.in != 0 {
		return
	}
	i.wait()
	switch i.r.Uint32N(4) {
	case 0: // the next block's page
		e.FlushRange(pc&^(1<<pageShift-1), pc|(1<<pageShift-1))
	case 1: // the zone after the current one
		e.fill()
	default:
		e.Flush()
	}
}

// fill makes the current zone of the code buffer count as full.
func (e *Engine) fill() {
	if j := e.jit; j != nil {
		e.translating.Lock()
		j.full = j.cur.off != j.cur.start
		e.translating.Unlock()
	}
}
