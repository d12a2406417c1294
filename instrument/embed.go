package instrument

import (
	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// makeHelpers makes the helpers that generated code calls for the instance's events. Each asks again
// before it delivers.
func (i *Instance) makeHelpers() {
	s, gone := i.set, &i.guard.gone
	if p := i.insn; p != nil {
		i.hInsn = i.helper("insn", func(env *ir.Env, _ *[4]ir.Val) (none ir.Val) {
			c := s.cpu(env)
			c.event(i, env.PC)
			if !gone.Load() && p.NeedsBeforeInsn(env.PC, c) {
				p.BeforeInsn(env.PC, c)
			}
			return none
		})
	}
	if p := i.block; p != nil {
		for leader := range i.hBlock {
			i.hBlock[leader] = i.helper("block", func(env *ir.Env, _ *[4]ir.Val) (none ir.Val) {
				c := s.cpu(env)
				if leader == 1 {
					c.begin(env.PC)
				}
				c.event(i, env.PC)
				if !c.inside && !gone.Load() && p.NeedsBeforeBlock(env.PC, c) {
					p.BeforeBlock(env.PC, c)
				}
				return none
			})
		}
	}
	if p := i.mem; p != nil {
		i.hMem = i.helper("mem", func(env *ir.Env, in *[4]ir.Val) (none ir.Val) {
			c := s.cpu(env)
			c.event(i, env.PC)
			if !gone.Load() && p.NeedsBeforeMem(env.PC, c) {
				p.BeforeMem(env.PC, c, s.access(in))
			}
			return none
		})
	}
	if p := i.after; p != nil {
		i.hAfter = i.helper("after_mem", func(env *ir.Env, in *[4]ir.Val) (none ir.Val) {
			c := s.cpu(env)
			c.event(i, env.PC)
			if !gone.Load() && p.NeedsAfterMem(env.PC, c) {
				p.AfterMem(env.PC, c, s.access(in))
			}
			return none
		})
	}
}

// helper makes one of them, which delivers by fn: under the plugin's lock unless it is Concurrent.
func (i *Instance) helper(event string, fn func(env *ir.Env, in *[4]ir.Val) ir.Val) *ir.Helper {
	h := &ir.Helper{Name: "plugin." + i.name + "." + event, ReadsOnly: true, Observer: true, Fn: fn}
	if u, ok := i.p.(StateUser); ok && u.UsesState() == StateNone {
		h.NoGlobals = true
	}
	if !i.guard.free {
		h.Fn = func(env *ir.Env, in *[4]ir.Val) ir.Val {
			i.lock()
			defer i.unlock()
			return fn(env, in)
		}
	}
	return h
}

// Layout of an access helper's second input: size in bytes and what is known.
const (
	accLoad = 1 << (8 + iota)
	accStore
	accKnown
)

// access unpacks the inputs of an access helper: address, size and kind, value low and high.
func (s *Set) access(in *[4]ir.Val) Access {
	k := in[1].Lo
	a := Access{Addr: s.arch.Untag(in[0].Lo), Size: uint8(k), Load: k&accLoad != 0, Store: k&accStore != 0, Known: k&accKnown != 0}
	if a.Known {
		a.Value = [2]uint64{in[2].Lo, in[3].Lo}
		if a.Size < 8 {
			a.Value[0] &= 1<<(8*a.Size) - 1
		}
		if a.Size <= 8 {
			a.Value[1] = 0
		}
	}
	return a
}

// Insn embeds the plugins in the instruction at pc, whose InsnStart has just been appended. It is part
// of the engine's Instrumenter, like MemHook, EndBlock and BasicBlocks, which are for one goroutine at a time.
func (s *Set) Insn(b *ir.Builder, arch *cpu.Arch, pc uint64, code []byte, first bool) {
	l := s.list.Load().all
	h := &s.hook
	h.count, h.before, h.after = h.count[:0], h.before[:0], h.after[:0]
	h.flushes, h.used = false, false
	s.end, s.leader = false, false
	if len(l) == 0 {
		return
	}
	s.insn = Insn{PC: pc, First: first, CPU: &s.static, set: s, b: b, code: code}
	for _, i := range l {
		s.embed(i)
	}
}

// embed embeds one plugin in the instruction s.insn.
func (s *Set) embed(i *Instance) {
	i.lock()
	defer i.unlock()
	if i.guard.gone.Load() {
		return
	}
	b, h, c, pc, first := s.insn.b, &s.hook, &s.static, s.insn.PC, s.insn.First
	if i.inline != nil {
		i.inline.Inline(&s.insn)
	}
	calls, accesses := len(b.Ops), len(h.before)+len(h.after)
	if first && i.block != nil && i.block.NeedsBeforeBlock(pc, c) {
		leader := 0
		if !s.leader {
			s.leader, leader = true, 1
		}
		b.Call(i.hBlock[leader], false)
	}
	if i.insn != nil && i.insn.NeedsBeforeInsn(pc, c) {
		b.Call(i.hInsn, false)
	}
	if i.mem != nil && i.mem.NeedsBeforeMem(pc, c) {
		h.before = append(h.before, i.hMem)
	}
	if i.after != nil && i.after.NeedsAfterMem(pc, c) {
		h.after = append(h.after, i.hAfter)
	}
	s.end = s.end || i.flushes && len(b.Ops) != calls
	h.flushes = h.flushes || i.flushes && len(h.before)+len(h.after) != accesses
}

// MemHook returns what embeds the plugins around the memory accesses of the instruction last given to
// Insn, or nil if none of them wants it.
func (s *Set) MemHook(uint64) ir.MemHook {
	if h := &s.hook; len(h.count)+len(h.before)+len(h.after) > 0 {
		return h
	}
	return nil
}

// memHook implements ir.MemHook for one instruction.
type memHook struct {
	set           *Set
	count         [][2]*Counter
	before, after []*ir.Helper
	// flushes: of before and after some may flush; used: there was an access for them.
	flushes, used bool
	// addr is the address of the access under way, when somebody is called after it.
	addr ir.Temp
}

// BeforeMem implements ir.MemHook.
func (h *memHook) BeforeMem(b *ir.Builder, o *ir.Op) {
	kind := accessKind(o)
	for _, c := range h.count {
		load, store := kind&accLoad != 0 && c[0] != nil, kind&accStore != 0 && c[1] != nil
		if load {
			b.Emit(counterOp(c[0], 1))
		}
		if store && !(load && c[0] == c[1]) {
			b.Emit(counterOp(c[1], 1))
		}
	}
	if len(h.before)+len(h.after) == 0 {
		return
	}
	h.used = true
	h.addr = b.Address(o)
	if len(h.before) == 0 {
		return
	}
	lo, hi := ir.NoTemp, ir.NoTemp
	if v := operand(o); v != ir.NoTemp {
		lo, hi = halves(b, v)
		kind |= accKnown
	}
	call(b, h.before, h.addr, kind, lo, hi)
}

// AfterMem implements ir.MemHook.
func (h *memHook) AfterMem(b *ir.Builder, o *ir.Op) {
	if len(h.after) == 0 {
		return
	}
	v := operand(o)
	if o.Code.Info().NOut() > 0 {
		v = o.A[0]
	}
	lo, hi := halves(b, v)
	call(b, h.after, h.addr, accessKind(o)|accKnown, lo, hi)
}

func call(b *ir.Builder, hs []*ir.Helper, addr ir.Temp, kind uint64, lo, hi ir.Temp) {
	k := b.Const(kind)
	for _, h := range hs {
		b.Call(h, false, addr, k, lo, hi)
	}
}

// accessKind packs size and direction of memory op o.
func accessKind(o *ir.Op) uint64 {
	size := uint64(o.W.Bytes())
	switch o.Code {
	case ir.Ld, ir.LdV:
		return size | accLoad
	case ir.St, ir.StV:
		return size | accStore
	}
	return size | accLoad | accStore
}

// operand returns what a memory op stores, or an atomic one's operand; NoTemp for loads.
func operand(o *ir.Op) ir.Temp {
	switch o.Code {
	case ir.Ld, ir.LdV:
		return ir.NoTemp
	case ir.St, ir.StV:
		return o.A[0]
	case ir.Cas, ir.CasV:
		return o.A[3]
	}
	return o.A[2]
}

// halves returns a value as two I64 temps.
func halves(b *ir.Builder, v ir.Temp) (lo, hi ir.Temp) {
	if b.Temps[v].Type == ir.I64 {
		return v, b.Const(0)
	}
	return b.VGet(ir.W64, ir.W64, false, v, 0), b.VGet(ir.W64, ir.W64, false, v, 1)
}
