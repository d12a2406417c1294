package tcg

import (
	"sync/atomic"
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Host code for a block costs what about eight runs of its IR on the interpreter do, translation included, and most
// code runs once or twice. So a block is interpreted the first times, up to its first branch, and is not entered into the
// cache; then it is compiled, with what follows branches that are not taken.
//
// How often a block was run is counted by a hash of its PC: those that share a count are compiled earlier.

// defaultColdRuns is Config.ColdRuns of AccelAuto.
const defaultColdRuns = 2

// coldBits is the log2 of the number of counts.
const coldBits = 16

// coldCounts counts the interpreted runs of blocks by a hash of their keys. Guarded by the engine's lock.
type coldCounts [1 << coldBits]uint8

// initCold decides whether cold code is interpreted: not where somebody looks at the blocks.
func (e *Engine) initCold() {
	n := e.cfg.ColdRuns
	if n == 0 && e.cfg.Accel == AccelAuto {
		n = defaultColdRuns
	}
	if e.jit == nil || n <= 0 || e.cfg.NoChain || e.cfg.MaxInsns == 1 {
		return
	}
	for _, i := range []debuglog.Item{debuglog.InAsm, debuglog.Op, debuglog.OpOpt, debuglog.OutAsm, debuglog.Exec, debuglog.NoChain} {
		if e.log.On(i) {
			return
		}
	}
	e.coldRuns = uint8(min(n, 255))
	e.cold = new(coldCounts)
	execmem.Present(unsafe.Pointer(e.cold), unsafe.Sizeof(*e.cold))
}

// findCold is find; without a TB it counts a run of the block, and tells whether it is still to be interpreted, and
// e.entered.
func (e *Engine) findCold(key cpu.TBKey) (tb *TB, cold bool, entered uint64) {
	instr := e.cfg.Instr
	may := e.coldRuns != 0 && key.Flags == 0 && (instr == nil || instr.Unused())
	e.mu.Lock()
	defer e.mu.Unlock()
	if tb = e.cache.byKey.get(key); tb != nil || !may || len(e.watches) != 0 {
		return tb, false, e.entered
	}
	n := &e.cold[keyHash(key)>>(64-coldBits)]
	if *n >= e.coldRuns {
		return nil, false, e.entered
	}
	*n++
	return nil, true, 0
}

// runCold interprets the block at the State's PC.
func (v *VCPU) runCold() (done bool) {
	e := v.e
	if v.one == nil {
		v.one = ir.NewBuilder(e.arch.Globals)
	}
	b := v.one
	pc := v.PC()
	if ok, fault := e.translateCold(b, cpu.TBKey{PC: pc, Mode: v.mode()}); !ok {
		v.fetchFault(fault)
		return v.stopped()
	}
	v.stats.colds.Add(1)
	m := &v.coldMem
	m.memory, m.lo, m.hi = *v.memory, pc, pc+uint64(b.Len)
	m.stale.Store(false)
	v.thread.Resume, v.thread.Stale, v.env.Mem = 0, &m.stale, m
	done = v.executeInterp(&b.Block)
	v.thread.Stale, v.env.Mem = nil, v.memory
	if b.Ops[len(b.Ops)-1].Code == ir.ExitPtr && !done {
		v.stats.coldIndirect.Add(1)
	}
	return done && v.stopped()
}

// translateCold fills b with the block at key, up to its first branch.
func (e *Engine) translateCold(b *ir.Builder, key cpu.TBKey) (ok bool, fault softmmu.Fault) {
	e.translating.Lock()
	defer e.translating.Unlock()
	defer func() {
		if r := recover(); r != nil {
			panic(e.internalError("translate", key, b, r))
		}
	}()
	ok, fault = e.translateBlock(b, key, e.begin(key.PC), e.cfg.MaxInsns, true)
	if ok && e.cfg.Verify {
		if err := ir.Verify(&b.Block); err != nil {
			panic(err)
		}
	}
	return ok, fault
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
	if addr < m.hi && addr+n > m.lo {
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
