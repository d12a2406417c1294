package tcg

import (
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Host code for a block costs several times what its IR does, and most code runs a few times only. So a block is
// interpreted the first times, up to its first branch, and is not entered into the cache; then it is compiled, with what
// follows branches that are not taken as far as that has been run and is no block of its own.
//
// What the interpreter runs of code that the guest cannot write to is kept, by each vCPU for itself (coldstore.go). Other code
// is translated for each of its few interpreted runs.

// With AccelAuto a block is interpreted firstColdRuns times at first, and less often the more blocks have been compiled, down to leastColdRuns
// from coldBlocks on. The compiler's own code and data are not in the host's caches in the beginning, when a block takes it several times
// as long as later; and programs that end soon run little often.
const (
	firstColdRuns = 64
	leastColdRuns = 8
	coldBlocks    = 672
)

// coldRunsAfter is how often a block is interpreted after so many have been compiled: a hyperbola.
func coldRunsAfter(blocks uint64) uint32 {
	const slope = coldBlocks * firstColdRuns * leastColdRuns / (firstColdRuns - leastColdRuns)
	if blocks >= coldBlocks {
		return leastColdRuns
	}
	return uint32(slope / (blocks + slope/firstColdRuns))
}

// maxMakes, at most 3, is how often the first vCPU translates a block for the interpreter until it is compiled; others do it if nobody
// has. Those that share a count are compiled earlier.
const maxMakes = 3

// coldBits is the log2 of the number of counts.
const coldBits = 16

// coldCounts counts the translations for the interpreter of blocks, up to 3, in two bits each. Guarded by the engine's lock.
type coldCounts [1 << coldBits / 4]uint8

// at returns where the count of key's block is, which another block may share. Neighbours' are near each other, so that few lines
// of the host's cache are touched.
func (c *coldCounts) at(key cpu.TBKey) (word *uint8, shift uint8) {
	i := (key.PC ^ key.PC>>coldBits*0x9e3779b1 ^ uint64(key.Mode)) % (1 << coldBits)
	return &c[i/4], uint8(i % 4 * 2)
}

// of returns the count of key's block.
func (c *coldCounts) of(key cpu.TBKey) uint8 {
	word, shift := c.at(key)
	return *word >> shift & 3
}

// initCold decides whether cold code is interpreted: not where somebody looks at the blocks.
func (e *Engine) initCold() {
	n := e.cfg.ColdRuns
	falls := n == 0 && e.cfg.Accel == AccelAuto
	if falls {
		n = firstColdRuns
	}
	if falls && e.tier2 > 0 && e.tier2 < firstColdRuns { // regions are wanted early
		n, falls = leastColdRuns, false
	}
	if e.jit == nil || n <= 0 || e.cfg.NoChain || e.cfg.MaxInsns == 1 {
		return
	}
	for _, i := range []debuglog.Item{debuglog.InAsm, debuglog.Op, debuglog.OpOpt, debuglog.OutAsm, debuglog.Exec, debuglog.NoChain} {
		if e.log.On(i) {
			return
		}
	}
	e.coldRuns.Store(uint32(min(n, 255)))
	e.coldFalls = falls
	e.cold = new(coldCounts)
}

// compiled counts a block that has been compiled. e.translating is held.
func (e *Engine) compiled() {
	if n := e.stats.translated.Add(1); e.coldFalls && n <= coldBlocks {
		e.coldRuns.Store(coldRunsAfter(n))
	}
}

// findCold is find; without a TB it tells whether the block is to be translated for the interpreter, and counts that, and
// e.entered. With worn it is not: it has been interpreted often enough.
func (v *VCPU) findCold(key cpu.TBKey, worn bool) (tb *TB, cold bool, entered uint64) {
	e := v.e
	runs := e.coldRuns.Load()
	may := !worn && runs != 0 && key.Flags == 0
	most := uint8(maxMakes)
	if v.Index != 0 { // what another vCPU has met, too, is likely to be met by more, which host code is for
		most = 1
	}
	e.mu.Lock()
	if tb = e.cache.byKey.get(key); tb == nil && may && len(e.watches) == 0 {
		word, shift := e.cold.at(key)
		if cold = *word>>shift&3 < uint8(min(runs, uint32(most))); cold {
			*word += 1 << shift
		}
	}
	entered = e.entered
	e.mu.Unlock()
	return tb, cold, entered
}

// reaches tells whether a block that is compiled goes on with what is at key, behind a branch: not when that has not been
// run so far, though the block has, and not when it is a block already, to be chained to.
func (e *Engine) reaches(key cpu.TBKey) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.watches) != 0 || e.cold.of(key) != 0 && e.cache.byKey.get(key) == nil
}

// runCold interprets the block at the State's PC, which is v.coldNext if that is not 0, and those after it that are
// cold.
func (v *VCPU) runCold() (done bool) {
	for r, missing := v.coldNext, false; ; {
		if r == 0 {
			if r, done = v.makeCold(); r == 0 {
				return done
			}
		}
		if missing, done = v.runKept(r); !missing {
			return done
		}
		v.quiesce()
		key := cpu.TBKey{PC: v.PC(), Mode: v.mode()}
		v.keepMode(key.Mode)
		if _, cold, _ := v.findCold(key, false); !cold {
			return false
		}
		r = 0
	}
}

// makeCold translates the block at the State's PC for the interpreter, and returns it when it is kept. Otherwise it
// runs it.
func (v *VCPU) makeCold() (r coldRef, done bool) {
	if v.one == nil {
		v.one = ir.NewBuilder(v.e.arch.Globals)
	}
	if v.colds == nil {
		v.colds = &coldStore{warm: v.Index == 0}
	}
	b := v.one
	key := cpu.TBKey{PC: v.PC(), Mode: v.mode()}
	r, ok, fault := v.translateCold(b, key)
	if !ok {
		v.fetchFault(fault)
		return 0, v.stopped()
	}
	if r != 0 {
		return r, false
	}
	v.stats.colds.Add(1)
	m := &v.coldMem
	m.memory, m.lo, m.hi = *v.memory, key.PC, key.PC+uint64(b.Len)
	m.stale.Store(false)
	v.thread.Resume, v.thread.Stale, v.env.Mem = 0, &m.stale, m
	done = v.executeInterp(&b.Block)
	v.thread.Stale, v.env.Mem = nil, v.memory
	if b.Ops[len(b.Ops)-1].Code == ir.ExitPtr && !done {
		v.stats.coldIndirect.Add(1)
	}
	return 0, done && v.stopped()
}

// translateCold fills b with the block at key, up to its first branch, and returns what is kept of it, if it may be.
func (v *VCPU) translateCold(b *ir.Builder, key cpu.TBKey) (r coldRef, ok bool, fault softmmu.Fault) {
	e := v.e
	e.translating.Lock()
	defer func() {
		e.recent = nil
		e.translating.Unlock()
		if r := recover(); r != nil {
			panic(e.internalError("translate", key, b, r))
		}
	}()
	if !e.steady(key.PC) || !e.translateSteady(b, key) {
		e.recent = nil
		ok, fault = e.translateBlock(b, key, e.begin(key.PC), e.cfg.MaxInsns, true)
		if !ok {
			return 0, false, fault
		}
	}
	if e.cfg.Verify {
		if err := ir.Verify(&b.Block); err != nil {
			panic(err)
		}
	}
	if epoch, ok := e.coverCold(key.PC, b.Len); ok {
		r = v.colds.add(&b.Block, key, epoch)
	}
	return r, true, fault
}

// coldMemory is guest memory for a block that nothing keeps from being overwritten: it notes when the block
// does that itself. (What other vCPUs write meanwhile they write while the block's instructions are being executed.)
type coldMemory struct {
	memory
	lo, hi uint64 // the block
	stale  atomic.Bool
}

// note looks at a store before it is made.
func (m *coldMemory) note(addr, n uint64) {
	if addr = uint64(m.at(addr)); addr < m.hi && addr+n > m.lo {
		m.stale.Store(true)
	}
}

// Store implements ir.Memory.
func (m *coldMemory) Store(addr uint64, w ir.Width, v ir.Val) ir.Fault {
	m.note(addr, uint64(w.Bytes()))
	return m.memory.Store(addr, w, v)
}

// Atomic implements ir.Memory.
func (m *coldMemory) Atomic(op ir.Opcode, addr uint64, w ir.Width, arg, cmp ir.Val) (ir.Val, ir.Fault) {
	m.note(addr, uint64(w.Bytes()))
	return m.memory.Atomic(op, addr, w, arg, cmp)
}

// Write implements ir.Memory.
func (m *coldMemory) Write(addr uint64, p []byte) ir.Fault {
	m.note(addr, uint64(len(p)))
	return m.memory.Write(addr, p)
}
