package tcg

import (
	"cmp"
	"slices"
	"time"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/ir"
)

// A region is a TB of tier two: pieces of guest code that run after one another, often, as one ir.Block. Making one has two
// steps. The plan (region_plan.go) follows the code from the hot block on, where the counts of tier one say that control goes, and
// puts the pieces in order. Then the pieces are translated (region_emit.go), the way that is taken most as straight code.
//
// It has one entry, the PC of its key. Its exits are those of tier one, chained like them, so that the rest of the engine knows
// no difference, but that a region may have come from several pages.

// Limits of a region.
const (
	maxRegionInsns = 250
	maxRegionNodes = 64
	maxRegionPages = 16
	// maxNodeInsns bounds a piece as it does a block.
	maxNodeInsns = 64
	// maxAbsorbed is how many instructions the region may have that begins where another comes by, for it to be copied into that.
	maxAbsorbed = 130
	// That is lessAbsorbed when the regions made have manyInsns: copies then crowd the host's cache of instructions.
	lessAbsorbed = 50
	manyInsns    = 8000
)

// absorbed returns the limit that holds now.
func (f *former) absorbed() int {
	if f.e.stats.regionInsns.Load() > manyInsns {
		return lessAbsorbed
	}
	return maxAbsorbed
}

// extent is a range of guest addresses, hi included.
type extent struct{ lo, hi uint64 }

// region is what a TB has more when it is one.
type region struct {
	// extents are where its instructions are from, ascending and apart; pages the numbers of their pages.
	extents []extent
	pages   []uint64
	// insns are its instructions, those of unrolled loops once.
	insns int
}

// setExtents makes the extents and pages out of the pieces' ranges.
func (r *region) setExtents(l []extent) {
	slices.SortFunc(l, func(a, b extent) int { return cmp.Compare(a.lo, b.lo) })
	r.extents = l[:0]
	for _, x := range l {
		if n := len(r.extents); n > 0 && (x.lo <= r.extents[n-1].hi || x.lo == r.extents[n-1].hi+1) {
			r.extents[n-1].hi = max(r.extents[n-1].hi, x.hi)
			continue
		}
		r.extents = append(r.extents, x)
	}
	for _, x := range r.extents {
		for p := x.lo >> pageShift; p <= x.hi>>pageShift; p++ {
			if n := len(r.pages); n == 0 || r.pages[n-1] != p {
				r.pages = append(r.pages, p)
			}
		}
	}
}

// former makes regions. It is the engine's, guarded by the translation lock, and keeps its memory.
type former struct {
	e      *Engine
	v      *VCPU
	key    cpu.TBKey
	breaks map[uint64]int
	// scan is what pieces are translated into to see where they lead.
	scan   *ir.Builder
	pieces *[1 << pieceBits]piece
	kept   []byte

	nodes  []node
	byPC   map[nodeKey]int
	queue  []arrival
	order  []int
	frames []frame
	bytes  []byte // the code of all nodes
	insns  int
	// want are the indirect jumps of which nothing is known.
	want []uint64
	// limit bounds the instructions; it shrinks when the code did not fit.
	limit int
	// returns are the return addresses of calls in the region to functions that are not inlined, by entry.
	returns map[uint64][]uint64

	exts []extent
	// placed counts the instructions translated, those of unrolled loops once.
	placed int
	heads  map[int64]int
	// leaves are the ops, in order, whose exits must leave: those of the last instructions of nodes that end so.
	leaves []opRange
}

// makeRegion makes the region for key, or returns nil when there is none that would be better than the block it has. The
// translation lock is held.
func (v *VCPU) makeRegion(key cpu.TBKey) *TB {
	e := v.e
	start := time.Since(processStart)
	if e.former == nil {
		e.former = &former{e: e, scan: ir.NewBuilder(e.arch.Globals), byPC: map[nodeKey]int{}, returns: map[uint64][]uint64{}, heads: map[int64]int{}, pieces: new([1 << pieceBits]piece)}
	}
	f := e.former
	f.v, f.key = v, key
	phase := "plan a region"
	defer func() {
		f.v = nil
		if r := recover(); r != nil {
			panic(e.internalError(phase, key, e.b, r))
		}
		e.stats.regionTime.Add(int64(time.Since(processStart) - start))
	}()
	for f.limit = maxRegionInsns; f.limit > 20; f.limit /= 2 {
		f.breaks = e.begin(key.PC)
		phase = "plan a region"
		useful := f.plan()
		if f.observe() {
			*v.countdown(key.PC) = e.tier2/8 + 1
			return nil
		}
		if !useful {
			return nil
		}
		phase = "translate a region"
		tb, again := f.make(&phase)
		if !again {
			return tb
		}
	}
	return nil
}

// make makes the TB of what is planned. again: something smaller may do.
func (f *former) make(phase *string) (tb *TB, again bool) {
	e, b := f.e, &f.e.b.Block
	if !f.emit() {
		return nil, true
	}
	e.logBlock(debuglog.InAsm|debuglog.Op, f.key.PC)
	*phase = "verify a region"
	if e.cfg.Verify {
		if err := ir.Verify(b); err != nil {
			panic(err)
		}
	}
	tb = e.newTB()
	tb.Key, tb.Len, tb.Insns, tb.accesses = f.key, f.nodes[0].len, b.Insns, b.Accesses
	tb.region = &region{insns: f.placed}
	tb.region.setExtents(slices.Clone(f.exts))
	if len(tb.region.pages) > maxRegionPages {
		return nil, true
	}
	if e.cfg.Lockstep {
		tb.block = cloneBlock(b)
	}
	*phase = "optimize a region"
	e.opt.Run(b)
	e.logBlock(debuglog.OpOpt, f.key.PC)
	if e.cfg.Verify {
		if err := ir.Verify(b); err != nil {
			panic(err)
		}
	}
	*phase = "compile a region"
	switch err := e.jit.compile(tb, b); err {
	case nil:
	case errFull:
		e.jit.full = true
		*f.v.countdown(f.key.PC) = e.tier2 - 1 // next time there is room
		return nil, false
	default:
		return nil, true
	}
	tb.loops = true
	e.stats.regions.Add(1)
	e.stats.regionInsns.Add(uint64(b.Insns))
	if e.log.On(debuglog.Cache) && e.log.OnAt(debuglog.Cache, f.key.PC) {
		e.log.Printf("cache: region at %#x: %d pieces, %d instructions, %d pages\n", f.key.PC, len(f.order), b.Insns, len(tb.region.pages))
	}
	return tb, false
}

// maxUnchecked bounds Engine.noEntryChecks.
const maxUnchecked = 4096

// dropUnchecked drops a region of which a check at a loop's entry has failed, and has it made without those next time.
func (e *Engine) dropUnchecked(tb *TB) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.noEntryChecks == nil || len(e.noEntryChecks) >= maxUnchecked {
		e.noEntryChecks = map[cpu.TBKey]bool{}
	}
	e.noEntryChecks[tb.Key] = true
	if !tb.gone.Load() {
		e.drop(tb)
		e.stats.regionsDropped.Add(1)
	}
}

// unchecked reports whether tb is to be made without such checks.
func (e *Engine) unchecked(tb *TB) bool {
	if tb.region == nil {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.noEntryChecks[tb.Key]
}

// same reports whether the code of the region that has just been made is still what it was made of.
func (f *former) same() bool {
	for i := range f.nodes {
		n := &f.nodes[i]
		if !n.placed {
			continue
		}
		was := f.bytes[n.off : n.off+n.len]
		now := f.e.again[:n.len]
		for at := 0; at < n.len; {
			k, _ := f.e.mem.Fetch(softmmu.Addr(n.pc+uint64(at)), now[at:min(n.len, at+int(softmmu.PageSize-(n.pc+uint64(at))%softmmu.PageSize))])
			if k == 0 {
				return false
			}
			at += k
		}
		if string(now) != string(was) {
			return false
		}
	}
	return true
}
