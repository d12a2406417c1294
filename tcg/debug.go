package tcg

import (
	"fmt"
	"strings"

	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// What a debugger needs beside SetBreak: steps and watchpoints. Both are decided when code is translated,
// so that code without them is what it always is.

// Watch is a range of guest memory, Hi included, and which accesses to it stop a vCPU.
type Watch struct {
	Lo, Hi      uint64
	Read, Write bool
}

// Hit is an access that a vCPU was stopped before.
type Hit struct {
	Addr        uint64
	Size        int // in bytes
	Load, Store bool
}

// Hits tells whether the access is one that the watch is for.
func (w *Watch) Hits(h Hit) bool {
	return (w.Read && h.Load || w.Write && h.Store) && h.Addr <= w.Hi && h.Addr+uint64(h.Size-1) >= w.Lo
}

// SetWatches makes Run stop with StopWatch before accesses that hit one of w, and forgets the blocks with
// accesses of a kind that this concerns. The instruction is executed when Run is called again, without a stop
// for the accesses it makes.
func (e *Engine) SetWatches(w []Watch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	old := e.watches
	e.making.stale = true
	e.watches = append([]Watch(nil), w...)
	var kinds ir.Accesses
	for _, l := range [][]Watch{old, w} {
		for _, x := range l {
			if x.Read {
				kinds |= ir.Loads
			}
			if x.Write {
				kinds |= ir.Stores
			}
		}
	}
	e.dropCold()
	for _, tb := range e.cache.byKey.all() {
		if tb.accesses&kinds != 0 {
			e.drop(tb)
		}
	}
}

// stepState is how far a step is.
type stepState uint8

const (
	stepNone stepState = iota
	stepArmed
	stepDone
)

// SetStep makes the next Run stop with StopStep after one instruction, or one iteration of a repeated string
// instruction: as a processor traps, SDM vol. 3 18.3.1.4. A break at the PC does not stop it. When the instruction
// raises an exception, Run returns that first; called again, it stops before the next instruction.
func (v *VCPU) SetStep(on bool) {
	v.step = stepNone
	if on {
		v.step = stepArmed
		if v.jcUsed {
			v.jcUsed = false
			v.forgetCode(0, ^uint64(0))
		}
	}
}

// PassBreak makes the next Run execute the instruction at the PC even if there is a break.
func (v *VCPU) PassBreak() { v.pass = true }

// PassWatches has the steps of v make their accesses whatever is watched, or not any more.
func (v *VCPU) PassWatches(on bool) { v.passWatches = on }

// Hit returns the access of the last StopWatch.
func (v *VCPU) Hit() Hit { return v.hit }

// watchHook puts a comparison with the watched ranges before accesses, after what instrumentation does there.
type watchHook struct {
	watches []Watch
	next    ir.MemHook
	// n counts the accesses of the instruction.
	n uint64
	// tag is how many bits of an address are none.
	tag uint8
}

// Layout of a watch helper's second input.
const (
	hitLoad = 1 << (8 + iota)
	hitStore
	hitNumber // and above: how many accesses of the instruction come before
)

// watchHelper stops the vCPU before an access that may hit.
var watchHelper = &ir.Helper{Name: "watch", ReadsOnly: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	v := env.User.(*VCPU)
	k := in[1].Lo
	h := Hit{Addr: uint64(int64(in[0].Lo) >> v.memory.tag), Size: int(k & 0xff), Load: k&hitLoad != 0, Store: k&hitStore != 0}
	for i := range v.e.watches {
		if v.e.watches[i].Hits(h) {
			v.hit, v.hitAt = h, int(k/hitNumber)
			env.Raise(ir.Exception{Kind: ir.ExcStop, Code: stopWatch})
			break
		}
	}
	return ir.Val{}
}}

// stopWatch is the code of an ExcStop that is a watchpoint's.
const stopWatch = 1

// watch puts the hook for the instruction to come around b's.
func (e *Engine) watch(b *ir.Builder, flags uint32) {
	b.OneIteration = flags&flagStep != 0
	if len(e.watches) > 0 && flags&flagNoWatch == 0 {
		b.Hook = &watchHook{watches: e.watches, next: b.Hook, tag: e.arch.TagBits}
	}
}

// BeforeMem implements ir.MemHook.
func (h *watchHook) BeforeMem(b *ir.Builder, o *ir.Op) {
	if h.next != nil {
		h.next.BeforeMem(b, o)
	}
	kind := uint64(o.W.Bytes()) | h.n*hitNumber
	h.n++
	load, store := o.Accesses()&ir.Loads != 0, o.Accesses()&ir.Stores != 0
	if load {
		kind |= hitLoad
	}
	if store {
		kind |= hitStore
	}
	addr := ir.NoTemp
	for i := range h.watches {
		w := &h.watches[i]
		if !(w.Read && load || w.Write && store) {
			continue
		}
		if at, ok := constAddress(b, o); ok && !w.Hits(Hit{untagged(at, h.tag), int(o.W.Bytes()), load, store}) {
			continue
		}
		if addr == ir.NoTemp {
			if addr = b.Address(o); h.tag != 0 {
				addr = b.Op2i(ir.Shl, ir.W64, addr, uint64(h.tag))
			}
		}
		// Below or above the range by more than the access is long: addr - (lo - (size - 1)) is not less than
		// the length of all addresses that hit.
		before := uint64(o.W.Bytes() - 1)
		skip := b.NewLabel()
		from, most := w.Lo-before, w.Hi-w.Lo+before
		if h.tag != 0 { // the same with the tag shifted out
			from, most = from<<h.tag, most<<h.tag
		}
		b.BrC(ir.W64, ir.GTU, b.Op2i(ir.Sub, ir.W64, addr, from), b.Const(most), skip)
		b.Call(watchHelper, false, addr, b.Const(kind))
		b.SetLabel(skip)
	}
}

// AfterMem implements ir.MemHook.
func (h *watchHook) AfterMem(b *ir.Builder, o *ir.Op) {
	if h.next != nil {
		h.next.AfterMem(b, o)
	}
}

// constAddress returns the address of an access that is known when it is translated.
func constAddress(b *ir.Builder, o *ir.Op) (uint64, bool) {
	base, index := o.AddressTemps()
	if index != ir.NoTemp || b.Temps[base].Kind != ir.Const {
		return 0, false
	}
	return b.Temps[base].Val.Lo + uint64(o.Imm), true
}

// debugRun is what Run does first in each round.
func (v *VCPU) debugRun() (done bool) {
	switch {
	case v.step == stepDone:
		return v.end(StopStep)
	case v.hitPC != 0:
		// The instruction that was stopped before its access: what instrumentation wanted up to there has been done.
		pc := v.hitPC - 1
		v.hitPC = 0
		if v.PC() != pc {
			break
		}
		v.stepped()
		if v.interpret(flagOne|flagPass|flagStep|flagNoWatch, v.hitAt+1) {
			return v.stopped()
		}
		return v.debugRun()
	}
	return false
}

// stepped notes that an instruction has been executed.
func (v *VCPU) stepped() {
	if v.step == stepArmed {
		v.step = stepDone
	}
}

// debugFlags returns the flags of blocks under a debugger.
func (v *VCPU) debugFlags() (flags uint32) {
	if v.step == stepArmed {
		flags = flagOne | flagStep | flagPass
		if v.passWatches {
			flags |= flagNoWatch
		}
	}
	return flags
}

// DescribeAt lists the translations that contain the guest instruction at pc, with their instructions.
func (e *Engine) DescribeAt(pc uint64) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var s strings.Builder
	page := e.cache.at(pc >> pageShift)
	if page == nil {
		return ""
	}
	for tb := page.first; tb != nil; tb = *tb.link(pc >> pageShift) {
		if tb.overlaps(pc, pc) {
			e.describe(&s, tb)
		}
	}
	for _, tb := range page.regions {
		if tb.overlaps(pc, pc) {
			e.describe(&s, tb)
		}
	}
	return s.String()
}

// describe writes what tb is and its instructions.
func (e *Engine) describe(s *strings.Builder, tb *TB) {
	kind, ranges := "block", []extent{{tb.Key.PC, tb.last()}}
	if tb.region != nil {
		kind, ranges = "region from", tb.region.extents
	}
	fmt.Fprintf(s, "%s %#x..%#x, %d instructions, mode %#x, flags %#x", kind, tb.Key.PC, tb.last(), tb.Insns, tb.Key.Mode, tb.Key.Flags)
	if tb.code != 0 {
		fmt.Fprintf(s, ", host code at %#x", tb.code)
	}
	if tb.loops && tb.region == nil {
		s.WriteString(", a loop")
	}
	s.WriteByte('\n')
	for _, x := range ranges {
		for at := x.lo; at <= x.hi; {
			code := make([]byte, e.arch.MaxInsnLen)
			code = code[:e.mem.Peek(softmmu.Addr(at), code)]
			text, n := e.arch.Disas(code, at)
			if n == 0 {
				break
			}
			fmt.Fprintf(s, "  0x%08x:  %-24x %s\n", at, code[:n], text)
			at += uint64(n)
		}
	}
}
