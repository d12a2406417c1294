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
func (v *VCPU) Run() Stop { return *v.Go() }

// Go is Run that leaves the Stop where it is: it stands until the vCPU's next Run.
func (v *VCPU) Go() (stop *Stop) {
	stop = &v.ended // also when left recovers
	defer v.left(stop)
	v.ended.Err = nil
	v.cold = false
	v.SetPC(v.PC()) // it may have been written as a register, with a tag
	for !v.round() {
	}
	return stop
}

// round runs a block and what follows it, and reports whether Run ends: v.ended says how. The functions below
// that return a bool called done do so too.
func (v *VCPU) round() (done bool) {
	if atomic.LoadUint32(&v.hdr.Interrupt) != 0 {
		atomic.StoreUint32(&v.hdr.Interrupt, 0)
		if v.stop.Swap(false) {
			return v.end(StopInterrupt)
		}
		if v.e.tagSeen.Load() && !v.e.tags.Load() {
			v.e.useTags()
		}
	}
	v.quiesce()
	var tb *TB
	var fault softmmu.Fault
	flags, done := v.flags()
	if done {
		return v.end(StopLimit)
	}
	if v.step != stepNone || v.hitPC != 0 {
		if v.debugRun() {
			return true
		}
		flags |= v.debugFlags()
	}
	if !v.cold || flags != 0 {
		v.cold = false
		tb, fault = v.lookup(flags)
	}
	if v.cold {
		v.cold = false
		return v.runCold()
	}
	if tb == nil && !fault.OK() {
		v.fetchFault(fault)
		return v.stopped()
	}
	v.pass = false
	before := v.counters[limitSlot]
	if tb != nil {
		done = v.execute(tb)
	} else {
		done = v.single(flags)
	}
	v.stepped()
	if v.limited {
		v.limit -= min(v.limit, v.counters[limitSlot]-before)
	}
	return done && v.stopped()
}

// end makes Run end without an exception.
func (v *VCPU) end(k StopKind) bool {
	v.ended = Stop{Kind: k}
	return true
}

// raise makes Run end by an exception. (Stop is written in place: it is long.)
func (v *VCPU) raise(x cpu.Exception) bool {
	v.ended.Kind, v.ended.Exc = StopException, x
	return true
}

// left is deferred by Run: it undoes what Run began with, and makes a stop of an internal error.
func (v *VCPU) left(stop *Stop) {
	v.leave()
	if r := recover(); r != nil {
		x, ok := r.(*InternalError)
		if !ok {
			panic(r)
		}
		*stop = Stop{Kind: StopError, Err: x}
	}
}

// execute runs tb, and what is chained to it, until control is back in Go.
func (v *VCPU) execute(tb *TB) (done bool) {
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
	var x interp.Exit
	v.thread.RunProg(tb.prog, &x)
	return v.finish(&x)
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

func (v *VCPU) fetchFault(f softmmu.Fault) bool {
	mf := irFault(f)
	mf.Access = ir.AccessFetch
	return v.raise(cpu.Exception{Kind: ir.ExcMemory, PC: v.PC(), Fault: mf})
}

// stopped finishes v.ended: the pseudo-exceptions of breaks and watches become what they stand for.
func (v *VCPU) stopped() bool {
	x := &v.ended.Exc
	switch {
	case v.ended.Kind != StopException:
	case x.Kind == ir.ExcStop && x.Code == stopWatch:
		v.hitPC = v.PC() + 1
		return v.end(StopWatch)
	case x.Kind == ir.ExcStop:
		v.pass = true
		return v.end(StopBreak)
	case v.e.log.On(debuglog.Int):
		v.e.log.Printf("exception %s pc=%#x code=%#x addr=%#x (%s)\n", x.Kind, x.PC, x.Code, x.Fault.Addr, x.Fault.Access)
	}
	return true
}

// executeInterp runs one block on the interpreter.
func (v *VCPU) executeInterp(b *ir.Block) (done bool) {
	x := v.thread.Run(b)
	return v.finish(&x)
}

// finish does what x, the way out of a block on the interpreter, says.
func (v *VCPU) finish(x *interp.Exit) (done bool) {
	v.SetPC(x.PC)
	if x.Kind <= interp.ExitPtr {
		return false
	}
	x.Exc.PC = x.PC
	return v.raise(x.Exc)
}

// single executes the instruction at the State's PC on the interpreter, for a block with flags that could
// not be translated.
func (v *VCPU) single(flags uint32) (done bool) {
	v.stats.singles.Add(1)
	runtime.Gosched()
	return v.interpret(flags|flagOne, 0)
}

// redo executes the one instruction at the State's PC on the interpreter. What instrumentation wants before
// and during the first n of its accesses, and before the one after them, has been done.
func (v *VCPU) redo(n int) (done bool) {
	v.stats.redone.Add(1)
	return v.interpret(flagOne|flagPass|v.debugFlags(), n+1)
}

// interpret executes the instruction at the State's PC, translated with flags. Instrumentation's wishes up to
// the first resume accesses are left out.
func (v *VCPU) interpret(flags uint32, resume int) (done bool) {
	if v.one == nil {
		v.one = ir.NewBuilder(v.e.arch.Globals)
	}
	if ok, fault := v.e.translateOne(v.one, cpu.TBKey{PC: v.PC(), Flags: flags, Mode: v.mode()}); !ok {
		return v.fetchFault(fault)
	}
	v.thread.Resume, v.thread.Stale = resume, nil
	defer func() { v.thread.Resume = 0 }()
	return v.executeInterp(&v.one.Block)
}
