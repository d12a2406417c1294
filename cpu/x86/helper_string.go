package x86

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"sync"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Helpers of repeated string instructions. Each does all iterations, up to strBudget of them: then it returns 1
// and the instruction begins again where it is, so that the vCPU can be interrupted. On a fault the
// registers are those after the last complete iteration, as the processor leaves them.
var (
	helperMOVS = ir.Helper{Name: "rep_movs", Stores: true, Rep: ir.RepMovs, Fn: repMOVS}
	helperSTOS = ir.Helper{Name: "rep_stos", Stores: true, Rep: ir.RepStos, Fn: repSTOS}
	helperLODS = ir.Helper{Name: "rep_lods", Fn: repLODS}
	helperCMPS = ir.Helper{Name: "rep_cmps", Fn: repCMPS}
	helperSCAS = ir.Helper{Name: "rep_scas", Fn: repSCAS}
)

const pageSize = 4096

// strBudget is how many iterations a helper does in one go. It is large, because an instruction that
// begins again is counted again.
const strBudget = 1 << 26

// strBuf is where a string helper works on pieces of guest memory; pooled, as it escapes.
type strBuf struct{ p, q [pageSize]byte }

var strBufs = sync.Pool{New: func() any { return new(strBuf) }}

// strRun is a repeated string instruction under way.
type strRun struct {
	env   *ir.Env
	s     *State
	size  uint64 // bytes per element
	mask  uint64 // of an address
	flags uint64 // at the start
	base  uint64 // of the source segment
	untEq bool   // REPNE
	back  bool   // DF
	spent uint64 // iterations done
}

// more reports whether there are iterations left to do now.
func (r *strRun) more() bool { return r.count() != 0 && r.spent < strBudget }

// again is a helper's result when it has not stopped for a reason of the instruction's.
func (r *strRun) again() ir.Val {
	if r.count() != 0 {
		return ir.Val{Lo: 1}
	}
	return ir.Val{}
}

func newStrRun(env *ir.Env, in *[4]ir.Val) strRun {
	a := in[0].Lo
	r := strRun{env: env, s: stateOf(env), size: a & 0xff, mask: ^uint64(0), base: in[1].Lo, untEq: a>>16&1 != 0}
	if a>>8&0xff == 4 {
		r.mask = 0xffffffff
	}
	r.back, r.flags = r.s.Sys&EFlagDF != 0, r.s.Flags
	return r
}

func (r *strRun) w() ir.Width   { return ir.Width(bits.TrailingZeros64(r.size)) }
func (r *strRun) count() uint64 { return r.s.Reg[RCX] & r.mask }
func (r *strRun) src() uint64   { return r.base + r.s.Reg[RSI]&r.mask }
func (r *strRun) dst() uint64   { return r.s.Reg[RDI] & r.mask }

// advance accounts for n complete iterations.
func (r *strRun) advance(n uint64, src, dst bool) {
	if n == 0 {
		return
	}
	r.spent += n
	d := n * r.size
	if r.back {
		d = -d
	}
	r.s.Reg[RCX] = (r.s.Reg[RCX] - n) & r.mask
	if src {
		r.s.Reg[RSI] = (r.s.Reg[RSI] + d) & r.mask
	}
	if dst {
		r.s.Reg[RDI] = (r.s.Reg[RDI] + d) & r.mask
	}
}

// inPage returns how many elements from addr on lie in its page, at most n; 0 when the first one
// straddles the page's end or the run goes downwards.
func (r *strRun) inPage(addr, n uint64) uint64 {
	if r.back {
		return 0
	}
	return min(n, (pageSize-addr%pageSize)/r.size)
}

func (r *strRun) load(addr uint64) (uint64, bool) {
	v, f := r.env.Mem.Load(addr, r.w())
	if !f.Ok() {
		r.s.Flags = r.flags // SDM vol. 2 REP: a fault restores the flags
		r.env.RaiseFault(f)
	}
	return v.Lo, f.Ok()
}

func (r *strRun) store(addr, v uint64) bool {
	f := r.env.Mem.Store(addr, r.w(), ir.Val{Lo: v})
	if !f.Ok() {
		r.env.RaiseFault(f)
	}
	return f.Ok()
}

// repMOVS copies page-sized pieces that do not overlap, and single elements otherwise.
func repMOVS(env *ir.Env, in *[4]ir.Val) ir.Val {
	r := newStrRun(env, in)
	sb := strBufs.Get().(*strBuf)
	defer strBufs.Put(sb)
	buf := &sb.p
	for r.more() {
		src, dst := r.src(), r.dst()
		n := r.inPage(dst, r.inPage(src, r.count()))
		if d := dst - src; d < n*r.size {
			n = d / r.size // the copy reads what it has written: forward in pieces of the distance
		}
		if n > 1 {
			p := buf[:n*r.size]
			if f := env.Mem.Read(src, p); !f.Ok() {
				env.RaiseFault(f)
				return ir.Val{}
			}
			if f := env.Mem.Write(dst, p); !f.Ok() {
				env.RaiseFault(f)
				return ir.Val{}
			}
		} else {
			n = 1
			v, ok := r.load(src)
			if !ok || !r.store(dst, v) {
				return ir.Val{}
			}
		}
		r.advance(n, true, true)
	}
	return r.again()
}

// repSTOS fills memory with the accumulator's low bytes.
func repSTOS(env *ir.Env, in *[4]ir.Val) ir.Val {
	r := newStrRun(env, in)
	if r.count() == 0 {
		return ir.Val{}
	}
	sb := strBufs.Get().(*strBuf)
	defer strBufs.Put(sb)
	buf := &sb.p
	var el [8]byte
	binary.LittleEndian.PutUint64(el[:], r.s.Reg[RAX])
	fill := int(min(r.count(), pageSize/r.size) * r.size)
	for i := copy(buf[:], el[:r.size]); i < fill; i *= 2 {
		copy(buf[i:fill], buf[:i])
	}
	for r.more() {
		n := r.inPage(r.dst(), r.count())
		if n > 1 {
			if f := env.Mem.Write(r.dst(), buf[:n*r.size]); !f.Ok() {
				env.RaiseFault(f)
				return ir.Val{}
			}
		} else {
			n = 1
			if !r.store(r.dst(), r.s.Reg[RAX]) {
				return ir.Val{}
			}
		}
		r.advance(n, false, true)
	}
	return r.again()
}

// repLODS loads every element and keeps the last one.
func repLODS(env *ir.Env, in *[4]ir.Val) ir.Val {
	r := newStrRun(env, in)
	for r.more() {
		v, ok := r.load(r.src())
		if !ok {
			return ir.Val{}
		}
		switch r.size {
		case 8, 4:
			r.s.Reg[RAX] = v
		default:
			m := r.w().Mask()
			r.s.Reg[RAX] = r.s.Reg[RAX]&^m | v
		}
		r.advance(1, true, false)
	}
	return r.again()
}

// setCmp sets the flags by comparing x with y.
func (r *strRun) setCmp(x, y uint64) { r.s.Flags = subFlags(r.w(), x, y) }

// repCMPS compares until the elements differ (REPE) or are equal (REPNE). Equal page pieces are
// skipped as a whole under REPE.
func repCMPS(env *ir.Env, in *[4]ir.Val) ir.Val {
	r := newStrRun(env, in)
	sb := strBufs.Get().(*strBuf)
	defer strBufs.Put(sb)
	p, q := &sb.p, &sb.q
	for r.more() {
		src, dst := r.src(), r.dst()
		if n := r.inPage(dst, r.inPage(src, r.count())); n > 1 && !r.untEq {
			a, b := p[:n*r.size], q[:n*r.size]
			if env.Mem.Read(src, a).Ok() && env.Mem.Read(dst, b).Ok() {
				if k := r.firstDiff(a, b); k > 1 {
					r.advance(k-1, true, true) // up to the element before the one that decides
					continue
				}
			}
		}
		x, ok := r.load(src)
		if !ok {
			return ir.Val{}
		}
		y, ok := r.load(dst)
		if !ok {
			return ir.Val{}
		}
		r.advance(1, true, true)
		r.setCmp(x, y)
		if x == y == r.untEq {
			return ir.Val{}
		}
	}
	return r.again()
}

// firstDiff returns how many elements, counting from 1, a and b go up to their first difference,
// or up to their end.
func (r *strRun) firstDiff(a, b []byte) uint64 {
	if bytes.Equal(a, b) {
		return uint64(len(a)) / r.size
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	return uint64(i)/r.size + 1
}

// repSCAS scans for an element that differs from the accumulator (REPE) or equals it (REPNE).
func repSCAS(env *ir.Env, in *[4]ir.Val) ir.Val {
	r := newStrRun(env, in)
	sb := strBufs.Get().(*strBuf)
	defer strBufs.Put(sb)
	p := &sb.p
	acc := r.s.Reg[RAX] & r.w().Mask()
	for r.more() {
		dst := r.dst()
		if n := r.inPage(dst, r.count()); n > 1 && r.untEq && r.size == 1 {
			if env.Mem.Read(dst, p[:n]).Ok() {
				k := bytes.IndexByte(p[:n], byte(acc))
				if k < 0 {
					k = int(n) - 1
				}
				r.advance(uint64(k), false, true)
				dst = r.dst()
			}
		}
		y, ok := r.load(dst)
		if !ok {
			return ir.Val{}
		}
		r.advance(1, false, true)
		r.setCmp(acc, y)
		if acc == y == r.untEq {
			return ir.Val{}
		}
	}
	return r.again()
}

// subFlags returns the flags word of x - y, w wide. SDM vol. 1 3.4.3.1.
func subFlags(w ir.Width, x, y uint64) uint64 {
	m := w.Mask()
	x, y = x&m, y&m
	d := (x - y) & m
	top := w.Bits() - 1
	f := uint64(ir.FlagOne)
	set := func(on bool, bit uint64) {
		if on {
			f |= bit
		}
	}
	set(x < y, ir.FlagC)
	set(bits.OnesCount8(uint8(d))%2 == 0, ir.FlagP)
	set((x^y^d)&16 != 0, ir.FlagA)
	set(d == 0, ir.FlagZ)
	set(d>>top&1 != 0, ir.FlagS)
	set((x^y)&(x^d)>>top&1 != 0, ir.FlagO)
	return f
}
