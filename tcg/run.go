package tcg

import (
	"runtime"
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// StopKind tells why Run returned.
type StopKind uint8

const (
	// StopException: the guest raised Stop.Exc; the State is precise.
	StopException StopKind = iota
	// StopInterrupt: Interrupt was called.
	StopInterrupt
	// StopBreak: the PC is at a SetBreak address; Run again goes on past it.
	StopBreak
	// StopLimit: the instruction limit has been reached.
	StopLimit
	// StopStep: a step is done (SetStep).
	StopStep
	// StopWatch: the instruction at the PC is about to make the access Hit, which is watched (SetWatches).
	StopWatch
	// StopError: gotcg itself failed, as Stop.Err says (lockstep found a difference).
	StopError
)

// String names the kind.
func (k StopKind) String() string {
	return [...]string{"exception", "interrupt", "break", "limit", "step", "watch", "error"}[k%7]
}

// Stop is how a Run ended. The State's PC says where.
type Stop struct {
	Kind StopKind
	Exc  cpu.Exception
	Err  error
}

// Run executes guest code from the State's PC until something happens that the caller must see.
func (v *VCPU) Run() (stop Stop) {
	if v.e.jit != nil {
		runtime.LockOSThread()
	}
	defer v.left(&stop)
	for {
		if atomic.LoadUint32(&v.hdr.Interrupt) != 0 {
			atomic.StoreUint32(&v.hdr.Interrupt, 0)
			if v.stop.Swap(false) {
				return Stop{Kind: StopInterrupt}
			}
		}
		v.quiesce()
		flags, done := v.flags()
		if done {
			return Stop{Kind: StopLimit}
		}
		if v.step != stepNone || v.hitPC != 0 {
			if s, done := v.debugRun(); done {
				return s
			}
			flags |= v.debugFlags()
		}
		tb, fault := v.lookup(flags)
		if tb == nil && !fault.OK() {
			return v.stopped(v.fetchFault(fault))
		}
		v.pass = false
		before := v.counters[limitSlot]
		var s Stop
		if tb != nil {
			s, done = v.execute(tb)
		} else {
			s, done = v.single(flags)
		}
		v.stepped()
		if v.limited {
			v.limit -= min(v.limit, v.counters[limitSlot]-before)
		}
		if done {
			return v.stopped(s)
		}
	}
}

// left is deferred by Run: it undoes what Run began with, and makes a stop of an internal error.
func (v *VCPU) left(stop *Stop) {
	v.leave()
	if v.e.jit != nil {
		runtime.UnlockOSThread()
	}
	if r := recover(); r != nil {
		x, ok := r.(*InternalError)
		if !ok {
			panic(r)
		}
		*stop = Stop{Kind: StopError, Err: x}
	}
}

// execute runs tb, and what is chained to it, until control is back in Go.
func (v *VCPU) execute(tb *TB) (Stop, bool) {
	if v.e.log.On(debuglog.Exec) && v.e.log.OnAt(debuglog.Exec, tb.Key.PC) {
		v.e.log.Printf("Trace %d: %p [%016x/%08x]\n", v.Index, tb, tb.Key.PC, tb.Key.Flags)
	}
	v.current = tb
	v.stats.entries.Add(1)
	if v.e.jit != nil {
		if v.e.cfg.Lockstep {
			return v.executeLockstep(tb)
		}
		return v.executeJIT(tb)
	}
	v.thread.Stale = &tb.gone
	return v.executeInterp(tb.block)
}

// flags returns the TB flags for the next block, or that the limit is used up.
func (v *VCPU) flags() (flags uint32, done bool) {
	if v.pass {
		flags |= flagPass
	}
	if v.limited {
		flags |= flagLimit
		if v.limit == 0 {
			return 0, true
		}
		if v.limit < uint64(v.e.cfg.MaxInsns) {
			flags |= flagOne
		}
	}
	if v.e.cfg.MaxInsns == 1 {
		flags |= flagOne
	}
	return flags, false
}

func (v *VCPU) fetchFault(f softmmu.Fault) Stop {
	pc := v.PC()
	mf := irFault(f)
	mf.Access = ir.AccessFetch
	return Stop{Exc: cpu.Exception{Kind: ir.ExcMemory, PC: pc, Fault: mf}}
}

// stopped finishes a stop: the break pseudo-exception becomes StopBreak.
func (v *VCPU) stopped(s Stop) Stop {
	if s.Kind == StopException {
		if s.Exc.Kind == ir.ExcStop && s.Exc.Code == stopWatch {
			v.hitPC = v.PC() + 1
			return Stop{Kind: StopWatch}
		}
		if s.Exc.Kind == ir.ExcStop {
			v.pass = true
			return Stop{Kind: StopBreak}
		}
		if v.e.log.On(debuglog.Int) {
			v.e.log.Printf("exception %s pc=%#x code=%#x addr=%#x (%s)\n", s.Exc.Kind, s.Exc.PC, s.Exc.Code,
				s.Exc.Fault.Addr, s.Exc.Fault.Access)
		}
	}
	return s
}

// executeInterp runs one block on the interpreter.
func (v *VCPU) executeInterp(b *ir.Block) (Stop, bool) {
	x := v.thread.Run(b)
	switch x.Kind {
	case interp.ExitTB, interp.ExitPtr:
		v.SetPC(x.PC)
		return Stop{}, false
	case interp.ExitExc:
		v.SetPC(x.Exc.PC)
		x.Exc.PC = x.PC
	default:
		v.SetPC(x.PC)
		x.Exc.PC = x.PC
	}
	return Stop{Kind: StopException, Exc: x.Exc}, true
}

// single executes the instruction at the State's PC on the interpreter, for a block with flags that could
// not be translated.
func (v *VCPU) single(flags uint32) (Stop, bool) {
	v.stats.singles.Add(1)
	runtime.Gosched()
	return v.interpret(flags|flagOne, 0)
}

// redo executes the one instruction at the State's PC on the interpreter. What instrumentation wants before
// and during the first n of its accesses, and before the one after them, has been done.
func (v *VCPU) redo(n int) (Stop, bool) {
	v.stats.redone.Add(1)
	return v.interpret(flagOne|flagPass, n+1)
}

// interpret executes the instruction at the State's PC, translated with flags. Instrumentation's wishes up to
// the first resume accesses are left out.
func (v *VCPU) interpret(flags uint32, resume int) (Stop, bool) {
	if ok, fault := v.e.translateOne(v.one, cpu.TBKey{PC: v.PC(), Flags: flags, Mode: v.mode()}); !ok {
		return v.fetchFault(fault), true
	}
	v.thread.Resume, v.thread.Stale = resume, nil
	defer func() { v.thread.Resume = 0 }()
	return v.executeInterp(&v.one.Block)
}
