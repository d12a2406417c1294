package tcg

import (
	"math"
	"sync/atomic"
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// A vCPU keeps what it has prepared for the interpreter of code on pages that the guest may execute but not write to. Those
// pages are marked as those of TBs are, so whatever would drop a TB there is noticed; it then drops all that any vCPU has
// kept, by a new epoch, which each sees before it runs the next block. That costs one load and no lock.

// coldStore is what a vCPU keeps: blocks, one after the other, in chunks of memory without Go pointers. Nobody else touches it.
type coldStore struct {
	epoch  uint64 // of all that is in it
	prep   interp.Preparer
	chunks []*coldChunk
	used   coldRef // where there is room
	// present is how much has been made present, coldStep words at a time, if warm.
	present coldRef
	// table finds blocks: open addressing, at most half full; an entry is the lower half of the PC and a coldRef, 0: none.
	table []uint64
	n     int
	rares []*interp.Rare // the first is nil
	warm  bool           // what it needs will be needed soon
}

// coldRef is the number of a block's first word, counted through all chunks, less one word that is not used.
type coldRef uint32

const (
	coldChunkBits = 15
	// maxColdChunks bounds what a vCPU keeps, to 24 MiB; at the bound it forgets all.
	maxColdChunks = 24 << 20 >> (coldChunkBits + 3)
	// coldStep is how many words are made present at a time.
	coldStep = 4 << 10
	// maxColdWords is more than a block that is kept has.
	maxColdWords = 1 << (coldChunkBits - 2)
)

type coldChunk [1 << coldChunkBits]uint64

// coldProg is a block for the interpreter; its code follows in memory.
type coldProg struct {
	pc uint64
	// next are the blocks its first direct exits lead to, the first one and that to which its indirect exit
	// led last; where known.
	next     [2]coldRef
	mode     uint32
	rare     uint16 // its number among rares
	runs     uint8  // how often it was run
	indirect bool   // it ends in an indirect jump
	shape    interp.Shape
}

const coldHeader = int(unsafe.Sizeof(coldProg{})+7) / 8

// coldEpoch is the engine's part.
type coldEpoch struct {
	// now changes, under the engine's lock, when what vCPUs keep is not to be run any more.
	now atomic.Uint64
	// pages are those that are marked because of it. Guarded by the engine's lock.
	pages []uint64
}

// recentCode is what a cold block was translated of last, in a page that is marked as code and in an epoch. As long as that lasts nobody has
// written to the page, changed its map or set a break in it, and what is at and behind a block is already known for the next one.
// Guarded by the translation lock.
type recentCode struct {
	page  uint64 // its number
	epoch uint64
	pc    uint64 // of text
	n     int    // bytes of it
	text  [512]byte
}

// noPage is the number of no page.
const noPage = ^uint64(0)

// at returns the code from pc on if it is in c.
func (c *recentCode) at(pc uint64) []byte {
	if off := pc - c.pc; off < uint64(c.n) {
		return c.text[off:c.n]
	}
	return nil
}

// recentAt returns where recent code of the page of pc is, or would be.
func (e *Engine) recentAt(pc uint64) *recentCode {
	return &e.recents[pc>>pageShift%uint64(len(e.recents))]
}

// steady begins the translation of the cold block at pc, and tells whether it is one of a recent page.
func (e *Engine) steady(pc uint64) bool {
	c := e.recentAt(pc)
	if c.page != pc>>pageShift || c.epoch != e.coldAll.now.Load() {
		return false
	}
	e.recent = c
	left := softmmu.PageSize - pc%softmmu.PageSize
	if off := pc - c.pc; off < uint64(c.n) && (off+firstFetch <= uint64(c.n) || off+left <= uint64(c.n)) {
		return true
	}
	c.pc = pc
	c.n, _ = e.mem.Fetch(softmmu.Addr(pc), c.text[:min(left, uint64(len(c.text)))])
	return true
}

// translateSteady is translateBlock for a cold block of recent code that nobody observes. It reports false when it cannot tell that the block is
// what translateBlock makes of it.
func (e *Engine) translateSteady(b *ir.Builder, key cpu.TBKey) bool {
	text := e.recent.at(key.PC)
	if e.cfg.Count || e.cfg.Instr != nil && !e.cfg.Instr.Unused() || key.PC%uint64(e.arch.InsnAlign) != 0 || e.arch.TranslateRun == nil {
		return false
	}
	b.Reset(key.PC)
	b.Hook, b.OneIteration, b.Tags = nil, false, e.tags.Load()
	page := int(softmmu.PageSize - key.PC%softmmu.PageSize) // the offset of the page's end
	most := cpu.Run{Len: min(page, len(text)-e.arch.MaxInsnLen+1), Insns: e.cfg.MaxInsns, Temps: maxTemps}
	if most.Len <= 0 {
		return false
	}
	switch r := e.arch.TranslateRun(b, key.PC, text, key.Mode, most); {
	case r.Short || b.Len > page: // its last instruction goes on in the next page
		return false
	case r.End:
		return true
	case b.Exits == 0 && b.Insns < e.cfg.MaxInsns && b.Len < page:
		return false
	}
	b.ExitTB(key.PC+uint64(b.Len), false)
	return true
}

// coverCold tells whether what was just translated of the length bytes at pc may be kept, in which epoch.
func (e *Engine) coverCold(pc uint64, length int) (epoch uint64, ok bool) {
	last := pc + uint64(length) - 1
	if c := e.recent; c != nil {
		if last>>pageShift == c.page && e.coldAll.now.Load() == c.epoch {
			return c.epoch, true
		}
		return 0, false
	}
	r, ok := e.mem.Find(softmmu.Addr(pc))
	if !ok || r.MMIO || r.Perm&softmmu.X == 0 || r.Perm&softmmu.W != 0 || last < pc || last-uint64(r.Start) >= r.Size {
		return 0, false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.making.stale {
		return 0, false
	}
	fresh := false
	for p := pc >> pageShift; p <= last>>pageShift; p++ {
		page := e.cache.at(p)
		if page == nil {
			if e.mem.MarkCode(softmmu.Addr(p<<pageShift)) != nil {
				return 0, false
			}
			fresh = true
			page = &codePage{}
			e.cache.byPage[p], e.cache.page, e.cache.number = page, page, p
		}
		if !page.cold {
			page.cold = true
			e.coldAll.pages = append(e.coldAll.pages, p)
		}
	}
	if fresh && !e.same(pc, length) {
		return 0, false
	}
	epoch = e.coldAll.now.Load()
	if len(e.breaks) == 0 {
		c := e.recentAt(last)
		c.page, c.epoch, c.n = last>>pageShift, epoch, 0
	}
	return epoch, true
}

// dropCold drops what vCPUs keep for the interpreter. The lock is held.
func (e *Engine) dropCold() {
	if len(e.coldAll.pages) == 0 {
		return
	}
	e.coldAll.now.Add(1)
	for _, p := range e.coldAll.pages {
		if page := e.cache.at(p); page != nil {
			page.cold = false
			if e.cache.forget(p, page) {
				e.mem.UnmarkCode(softmmu.Addr(p << pageShift))
			}
		}
	}
	e.coldAll.pages = e.coldAll.pages[:0]
}

// forget takes page, number p, out of c if nothing is from there any more.
func (c *tbCache) forget(p uint64, page *codePage) bool {
	if page.first != nil || len(page.regions) > 0 || page.cold {
		return false
	}
	delete(c.byPage, p)
	c.page = nil
	return true
}

// at returns the block with the number r.
func (s *coldStore) at(r coldRef) *coldProg {
	return (*coldProg)(unsafe.Pointer(&s.chunks[r>>coldChunkBits][r&(1<<coldChunkBits-1)]))
}

// prog makes x what the interpreter runs of p.
func (s *coldStore) prog(x *interp.Prog, p *coldProg) {
	x.SetKept(p.pc, (*uint64)(unsafe.Add(unsafe.Pointer(p), 8*coldHeader)), p.shape, s.rares[p.rare])
}

// home is where the search for a block begins, by the lower half of its PC: neighbours are near each other, and so are in few
// lines of the host's cache. What that makes of strange addresses maxColdProbes bounds.
func (s *coldStore) home(pc uint32) uint32 { return pc>>2 + pc>>20*0x9e3779b1 }

const maxColdProbes = 64

// find returns the number of the block at pc, or 0.
func (s *coldStore) find(pc uint64, mode uint32) coldRef {
	if s.n == 0 {
		return 0
	}
	i, mask := s.home(uint32(pc)), uint32(len(s.table)-1)
	for range maxColdProbes {
		x := s.table[i&mask]
		if x == 0 {
			return 0
		}
		if uint32(x>>32) == uint32(pc) {
			if p := s.at(coldRef(x)); p.pc == pc && p.mode == mode {
				return coldRef(x)
			}
		}
		i++
	}
	return 0
}

// insert enters x, an entry of the table, if there is room for it near its home.
func (s *coldStore) insert(x uint64) bool {
	i, mask := s.home(uint32(x>>32)), uint32(len(s.table)-1)
	for range maxColdProbes {
		if p := &s.table[i&mask]; *p == 0 {
			*p = x
			return true
		}
		i++
	}
	return false
}

// reset forgets all.
func (s *coldStore) reset(epoch uint64) {
	clear(s.table)
	s.epoch, s.n, s.used = epoch, 0, 1
	s.rares = append(s.rares[:0], nil)
}

// room returns where n more words are.
func (s *coldStore) room(n int) coldRef {
	at := s.used
	if at&(1<<coldChunkBits-1)+coldRef(n) >= 1<<coldChunkBits {
		at = at&^(1<<coldChunkBits-1) + 1<<coldChunkBits
	}
	for int(at>>coldChunkBits) >= len(s.chunks) {
		s.chunks = append(s.chunks, new(coldChunk))
	}
	s.used = at + coldRef(n)
	for s.warm && s.present < s.used {
		c := s.chunks[s.present>>coldChunkBits]
		execmem.Present(unsafe.Pointer(&c[s.present&(1<<coldChunkBits-1)]), 8*coldStep)
		s.present += coldStep
	}
	return at
}

// add keeps b, if it may be, and returns its number.
func (s *coldStore) add(b *ir.Block, key cpu.TBKey, epoch uint64) coldRef {
	if !s.prep.Build(b, 0) {
		return 0
	}
	n := s.prep.Words()
	if n >= maxColdWords {
		return 0
	}
	if s.epoch != epoch || s.used == 0 || s.used>>coldChunkBits >= maxColdChunks || len(s.rares) > math.MaxUint16 {
		s.reset(epoch)
	}
	if 2*s.n >= len(s.table) {
		s.grow()
	}
	at := s.room(coldHeader + n)
	c := s.chunks[at>>coldChunkBits]
	shape, rare, ok := s.prep.Keep(c[int(at&(1<<coldChunkBits-1))+coldHeader:])
	if !ok {
		return 0
	}
	p := s.at(at)
	p.pc, p.next, p.mode, p.shape = key.PC, [2]coldRef{}, key.Mode, shape
	p.rare, p.runs, p.indirect = 0, 0, b.Ops[len(b.Ops)-1].Code == ir.ExitPtr
	if rare != nil {
		p.rare = uint16(len(s.rares))
		s.rares = append(s.rares, rare)
	}
	s.n++
	s.insert(key.PC<<32 | uint64(at))
	return at
}

// grow makes a larger table.
func (s *coldStore) grow() {
	old := s.table
	s.table = make([]uint64, max(2048, 2*len(old)))
	for _, x := range old {
		if x != 0 {
			s.insert(x)
		}
	}
}

// kept returns the number of what v has kept of the block at pc, or 0.
func (v *VCPU) kept(pc uint64, mode uint32) coldRef {
	s := v.colds
	if s == nil || s.n == 0 {
		return 0
	}
	if now := v.e.coldAll.now.Load(); s.epoch != now {
		s.reset(now)
		return 0
	}
	return s.find(pc, mode)
}

// runKept interprets block r, and what comes after it as long as that is kept and cold. With missing what comes next is not kept; nothing else
// speaks against going on with it.
func (v *VCPU) runKept(r coldRef) (missing, done bool) {
	e, s, t := v.e, v.colds, &v.thread
	runs, indirect := uint64(0), uint64(0)
	x := &v.coldExit
	var prog interp.Prog
	t.Resume = 0
	for p := s.at(r); ; {
		p.runs++
		runs++
		s.prog(&prog, p)
		t.RunProg(&prog, x)
		v.SetPC(x.PC)
		if x.Kind > interp.ExitPtr {
			done = v.finish(x)
			break
		}
		at := &p.next[x.Slot&1] // that of an indirect exit is the second
		if p.indirect {
			indirect++
		}
		if atomic.LoadUint32(&v.hdr.Interrupt) != 0 || v.inject != nil || e.coldAll.now.Load() != s.epoch {
			break
		}
		mode := v.mode()
		if r = *at; r != 0 {
			p = s.at(r)
		}
		if r == 0 || p.pc != x.PC || p.mode != mode {
			if r = s.find(x.PC, mode); r == 0 {
				missing = true
				break
			}
			*at = r
			p = s.at(r)
		}
		if uint32(p.runs) >= e.coldRuns.Load() {
			break
		}
	}
	v.stats.colds.Add(runs)
	v.stats.coldIndirect.Add(indirect)
	return missing, done && v.stopped()
}
