package tcg

import (
	"fmt"
	"sync/atomic"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// initJIT empties the jump cache of a vCPU that nobody else knows yet. In new memory an entry is all zero: PC 0
// is that of no block but one whose entry is the first, so that one says that it is empty.
func (v *VCPU) initJIT() {
	if j := v.e.jit; j != nil {
		if v.used {
			for i := range v.jc {
				v.jc[i] = backend.JumpCacheEntry{Host: j.empty(i)}
			}
		}
		v.used = true
		v.jc[0].Host, v.jc[1<<backend.JumpCacheBits].Host = j.miss(), j.none()
		v.cleaned = j.epoch.Load()
	}
}

// miss and none return the host address of an empty entry of the jump cache's parts. The PC of one is anything: who empties an
// entry of another vCPU leaves it, as its owner may be writing the entry.
func (j *jit) miss() uint64 { return uint64(j.base + uintptr(j.stubs.JumpMiss)) }
func (j *jit) none() uint64 { return uint64(j.base + uintptr(j.stubs.JumpNone)) }

// empty returns the host address of entry i of a jump cache when it is empty.
func (j *jit) empty(i int) uint64 {
	if i < 1<<backend.JumpCacheBits {
		return j.miss()
	}
	return j.none()
}

// jcEntries returns a PC's entries in both parts of the jump cache.
func (v *VCPU) jcEntries(pc uint64) (first, second *backend.JumpCacheEntry) {
	const n = 1 << backend.JumpCacheBits
	h := uint32(pc) ^ uint32(pc)>>backend.JumpCacheBits
	if v.e.arch.InsnAlign == 4 {
		pc >>= 2
		h >>= 2
	}
	return &v.jc[pc%n], &v.jc[n+h%n]
}

// executeJIT enters tb's code and stays in it and what follows until the run loop is needed.
func (v *VCPU) executeJIT(tb *TB) (done bool) {
	done = v.inCode(tb)
	if n := v.observed; n != 0 {
		v.observed = 0
		v.stats.sites.Add(n)
		v.stats.calls.Add(n)
	}
	return done
}

func (v *VCPU) inCode(tb *TB) (done bool) {
	j, h := v.e.jit, v.hdr
	addr, again := j.entry(h, tb), false
	for {
		v.enter(addr, again)
		again = false
		switch h.ExitReason {
		case backend.ExitSlot:
			v.stats.slots.Add(1)
			tb = v.followSlot(h.ExitArg)
		case backend.ExitIndirect:
			v.SetPC(h.ExitPC)
			tb = v.followIndirect()
		case backend.ExitHot:
			from := j.slot(h.ExitArg).from
			v.SetPC(from.Key.PC)
			begins := v.beginCountdowns(v.e.hotIndex(from.Key.PC)) // then it has not been counted
			if v.e.cfg.Lockstep {                                  // the interpreter has run this block: a region must wait
				if !begins {
					v.becameHot(from)
				}
				addr = j.entry(h, from)
				continue
			}
			if !begins {
				v.tierUp(from.Key)
			}
			tb, _ = v.lookup(0)
			v.current = tb
		case backend.ExitInterruptSlot:
			v.stats.interrupts.Add(1)
			v.SetPC(j.slot(h.ExitArg).PC)
			return false
		case backend.ExitInterruptPC:
			v.stats.indirectInterrupts.Add(1)
			v.SetPC(h.ExitPC)
			return false
		case backend.ExitException:
			s := j.slot(h.ExitArg)
			if s.Exc == ir.ExcStop && s.from.observed != nil {
				tb = v.observeJump(s.from, h.ExitPC)
				break
			}
			v.stats.exceptions.Add(1)
			v.SetPC(s.PC)
			v.ended.Kind = StopException
			x := &v.ended.Exc // in place: a system call comes this way
			x.Kind, x.PC, x.Code, x.Fault = s.Exc, s.PC, h.ExitPC, ir.Fault{}
			return true
		case backend.ExitSite, backend.ExitFault:
			n := h.ExitArg
			if h.ExitReason == backend.ExitFault {
				n = v.faultSite()
			}
			t, s := j.site(n)
			t.Tally.Take(v.hdr, v.counters)
			if s.Kind == backend.SiteCall && t.Helpers[s.Helper].Observer {
				v.seeObserver(n, t, s)
				addr, again = v.observe(h, v.seen.at(n)), true
				continue
			}
			if what := v.site(t, s); what != siteResume {
				if s.Kind == backend.SiteRange {
					v.e.dropUnchecked(j.siteOwner(n))
				}
				return what == siteStop
			}
			h.ResumeAddr = uint64(j.base + uintptr(s.Resume))
			addr = j.resume[h.Saved%backend.NumSaved]
			continue
		default:
			panic(fmt.Sprintf("BUG: generated code left with reason %d", h.ExitReason))
		}
		if tb == nil {
			return false
		}
		v.stats.followed.Add(1)
		addr = j.entry(h, tb)
	}
}

// faultSite returns the site of the access at which generated code has faulted.
func (v *VCPU) faultSite() uint32 {
	h := v.hdr
	v.stats.faults.Add(1)
	n, err := v.e.jit.siteAt(h.FaultPC)
	if err != nil {
		panic(&InternalError{err.Error(), fmt.Sprintf("signal %d, address %#x", h.FaultSig, h.FaultAddr)})
	}
	return n
}

// entry returns where to enter generated code for tb.
func (j *jit) entry(h *backend.Header, tb *TB) uintptr {
	h.ResumeAddr = uint64(tb.code)
	return j.base + uintptr(j.stubs.Enter)
}

// enter runs host code at addr with the guest's FP environment, and goes on behind the observers that it calls. again: the
// code has been left for one.
func (v *VCPU) enter(addr uintptr, again bool) {
	h := v.hdr
	if again {
		reenterCode(h, addr)
	} else {
		h.LoadFPEnv(v.env.FPEnv)
		enterCode(h, addr)
	}
	if seen := v.seen; seen != nil {
		for h.ExitReason == backend.ExitSite {
			o := seen.at(h.ExitArg)
			if o.number != h.ExitArg+1 {
				break
			}
			reenterCode(h, v.observe(h, o))
		}
	}
	h.FoldFPEnv(v.env.FPEnv)
}

// followSlot sets the PC to what slot n leads to and returns its TB, chained if it may be.
func (v *VCPU) followSlot(n uint32) *TB {
	e := v.e
	s := e.jit.slot(n)
	from := s.from
	v.SetPC(s.PC)
	if from.Key.Flags != 0 {
		return nil
	}
	tb, _ := v.lookup(0)
	if tb == nil || e.cfg.NoChain || e.log.On(debuglog.NoChain) {
		return nil
	}
	e.mu.Lock()
	e.jit.chain(n, from, tb)
	e.mu.Unlock()
	v.current = tb
	return tb
}

// followIndirect returns the TB at the PC and enters it into the jump cache.
func (v *VCPU) followIndirect() *TB {
	e := v.e
	v.stats.indirectMisses.Add(1)
	if v.current.Key.Flags != 0 || v.limited {
		return nil
	}
	tb, _ := v.lookup(0)
	if tb == nil || e.cfg.NoChain || e.log.On(debuglog.NoChain) {
		return nil
	}
	v.jcUsed = true
	first, second := v.jcEntries(tb.Key.PC)
	for _, at := range [...]*backend.JumpCacheEntry{first, second} {
		atomic.StoreUint64(&at.PC, tb.Key.PC)
		atomic.StoreUint64(&at.Host, uint64(tb.code))
	}
	if tb.gone.Load() { // who dropped it may have looked for it here already
		v.forget(tb)
	}
	v.current = tb
	return tb
}

// siteResult says how to go on after a site.
type siteResult uint8

const (
	// siteResume: at the site's resume address.
	siteResume siteResult = iota
	// siteLeave: the State is complete, back to the run loop.
	siteLeave
	// siteStop: the State is complete, Run returns v.ended.
	siteStop
)

// site does the work of a site on the saved registers.
func (v *VCPU) site(t *backend.Table, s *backend.Site) siteResult {
	v.stats.sites.Add(1)
	switch s.Kind {
	case backend.SiteFault:
		v.leaveAt(t, s)
		v.raise(cpu.Exception{Kind: ir.ExcDivide, PC: s.PC})
		return siteStop
	case backend.SiteLeave, backend.SiteRange:
		if v.check != nil {
			v.check.left, v.check.ranged = s.PC+1, s.Kind == backend.SiteRange
		}
		v.leaveAt(t, s)
		return siteLeave
	case backend.SiteCall, backend.SitePure:
		v.stats.calls.Add(1)
		v.SetPC(s.PC)
	case backend.SiteMem:
		v.stats.slowMem.Add(1)
		if v.e.log.OnAt(debuglog.MMU, s.PC) {
			v.e.log.Printf("mmu: %s of %d bytes at %#x by pc %#x done in Go\n", s.Op.Code, s.Op.W.Bytes(), uint64(v.address(t, s)), s.PC)
		}
		if v.hitsCode(t, s) {
			v.leaveAt(t, s)
			if v.redo(accessesBefore(t, s)) {
				return siteStop
			}
			return siteLeave
		}
		v.memory.faulted = v.hdr.ExitReason == backend.ExitFault && v.tlb == nil
	default:
		v.stats.evals.Add(1)
	}
	if !t.Do(v.hdr, s, &v.env, v.e.arch.Globals, interp.ExecOp) {
		if s.Kind != backend.SiteCall { // a helper may have moved the PC (rep)
			v.SetPC(s.PC)
		}
		v.undoCounters(t, s)
		x := v.env.Exc
		x.PC = v.PC()
		v.raise(x)
		return siteStop
	}
	if s.Kind == backend.SiteCall { // A64's MSR FPCR
		v.keepMode(v.mode())
	}
	if v.tlb != nil && s.Kind == backend.SiteMem {
		v.tlb.Fill(v.address(t, s), accessPerm(&s.Op))
	}
	return siteResume
}

// leaveAt completes the State for leaving the block at the start of the site's instruction.
func (v *VCPU) leaveAt(t *backend.Table, s *backend.Site) {
	t.Recover(v.hdr, s, v.e.arch.Globals)
	v.SetPC(s.PC)
	v.undoCounters(t, s)
}

// accessesBefore returns how many of the instruction's accesses come before site s's. An access may
// have several sites, which share their operands.
func accessesBefore(t *backend.Table, s *backend.Site) int {
	n, last := 0, s.Args
	for i := range t.Sites {
		x := &t.Sites[i]
		if x.Kind == backend.SiteMem && x.Insn == s.Insn && x.Args < s.Args && x.Args != last {
			n++
			last = x.Args
		}
	}
	return n
}

// undoCounters takes back what merged counters added for instructions after the site.
func (v *VCPU) undoCounters(t *backend.Table, s *backend.Site) {
	for _, u := range t.Undos[s.Undo : s.Undo+s.NUndo] {
		c := &v.counters[u.Slot]
		atomic.StoreUint64(c, *c-uint64(int64(u.Amount)))
	}
}

// address returns the guest address of the site's memory access.
func (v *VCPU) address(t *backend.Table, s *backend.Site) softmmu.Addr {
	nout := s.Op.Code.Info().NOut()
	v.in = [5]ir.Val{}
	for i := nout; i < int(s.NArgs); i++ {
		v.in[i-nout] = t.Read(v.hdr, t.Locs[s.Args+uint32(i)], ir.I64)
	}
	return v.memory.at(interp.Address(&s.Op, &v.in))
}

// hitsCode reports whether the site's access writes to a page with translated code.
func (v *VCPU) hitsCode(t *backend.Table, s *backend.Site) bool {
	if accessPerm(&s.Op) == softmmu.R {
		return false
	}
	return v.e.mem.IsCode(v.address(t, s), uint64(s.Op.W.Bytes()))
}

// accessPerm is the permission the memory op needs.
func accessPerm(o *ir.Op) softmmu.Perm {
	if o.Code == ir.Ld || o.Code == ir.LdV {
		return softmmu.R
	}
	return softmmu.W
}
