package tcg

import (
	"cmp"
	"errors"
	"fmt"
	"sort"
	"sync/atomic"
	"syscall"

	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// jit is the engine's code buffer and what it knows of the code in it.
type jit struct {
	e     *Engine
	be    backend.Backend
	buf   *execmem.Buffer
	rw    []byte  // the writable view
	base  uintptr // the executable view
	stubs backend.Stubs
	// resume are the host addresses of stubs.Resume.
	resume [backend.NumSaved]uintptr

	// hotBase is the offset of a vCPU's countdowns from its State.
	hotBase int32

	zones    []zone
	zoneSize uint32
	_        [64]byte // what is above is read all the time

	// epoch counts the retirements of zones.
	epoch atomic.Uint64
	_     [64]byte
	// cur is the zone TBs go to. full: there is no room left in it. tables holds the TBs' site tables. All are
	// the translation lock's.
	cur    *zone
	full   bool
	tables backend.Arena
}

// slot is a TB's exit and what it is chained to.
type slot struct {
	backend.Slot
	from *TB
	// to is the TB it is chained to; next and prev are the slots in to's list, plus one, 0 at the ends. Guarded by
	// the engine's lock.
	to         *TB
	next, prev uint32
}

// placed is a TB in a zone: where its code begins, the number of its first site, its sites.
type placed struct {
	off, site uint32
	tb        *TB
	tab       backend.Packed
}

// codeAlign is the alignment of a TB's entry.
const codeAlign = 16

// newJIT makes the code buffer for e's memory mode, or fails with ErrNoJIT.
func newJIT(e *Engine) (*jit, error) {
	lay := e.layout()
	cfg := backend.Config{
		Globals: e.arch.Globals, FPEnvOffset: int32(e.arch.FPEnvOffset),
		Flags: e.arch.Flags, X87: e.arch.X87, Rep: e.arch.Rep,
		Counters: int32(lay.counters), JumpCache: int32(lay.jumpCache), TLB: int32(lay.tlb),
		TLBMode: e.mem.Mode() == softmmu.TLB, GuestLimit: e.guestLimit(),
	}
	if e.arch.InsnAlign == 4 {
		cfg.PCShift = 2
	}
	be, err := hostBackend(cfg)
	if err != nil {
		return nil, err
	}
	newBuffer := execmem.New
	if e.cfg.CodeMap != nil {
		newBuffer = execmem.NewAnonymous
	}
	buf, err := newBuffer(cmp.Or(e.cfg.CodeSize, defaultCodeSize))
	for n := defaultCodeSize / 8; e.cfg.CodeSize == 0 && n >= leastCodeSize && errors.Is(err, syscall.ENOMEM); n /= 8 {
		buf, err = newBuffer(n) // much less: what there is is not for code only
	}
	if err != nil {
		return nil, err
	}
	j := &jit{e: e, be: be, buf: buf, rw: buf.Write(), base: buf.Addr(), hotBase: int32(lay.hot)}
	if j.stubs, err = be.EmitStubs(j.rw); err != nil {
		return nil, errors.Join(err, buf.Close())
	}
	for i, off := range j.stubs.Resume {
		j.resume[i] = j.base + uintptr(off)
	}
	if m := e.cfg.CodeMap; m != nil {
		m.Code(j.base, int(j.stubs.End), 0, 0, 1)
	}
	j.makeZones(uint32(buf.Size()))
	if err := registerCode(buf, j.base+uintptr(j.stubs.Fault)); err != nil {
		return nil, errors.Join(err, buf.Close())
	}
	return j, nil
}

func align(n uint32) uint32 { return (n + codeAlign - 1) &^ (codeAlign - 1) }

func (j *jit) close() error {
	unregisterCode(j.buf)
	return j.buf.Close()
}

// Results of compile.
var (
	// errFull: the current zone has no room for the block.
	errFull = errors.New("tcg: zone full")
	// errCut: the block's code is too large; the half of it may do.
	errCut = errors.New("tcg: block too large")
)

// compile makes host code for tb in the current zone. The translation lock is held.
func (j *jit) compile(tb *TB, b *ir.Block) error {
	r := j.cur
	j.buf.Ahead(int(r.off))
	c, err := j.be.Compile(b, j.request(tb))
	if errors.Is(err, backend.ErrTooBig) {
		if r.end-r.off > j.zoneSize/2 {
			return errCut
		}
		return errFull
	}
	if err != nil {
		panic(err)
	}
	tb.code = j.base + uintptr(r.off)
	tb.loops = c.Loops
	j.place(tb, &c.Table)
	tb.slots, tb.nslots = j.number(r.slots.len), uint32(len(c.Slots))
	for i := range c.Slots {
		s := r.slots.add()
		s.Slot, s.from = c.Slots[i], tb
		s.Jump += r.off
		s.Stub += r.off
	}
	r.slots.publish()
	j.e.stats.hostBytes.Add(uint64(c.Len))
	if m := j.e.cfg.CodeMap; m != nil {
		m.Code(tb.code, c.Len, tb.Key.PC, tb.Len, tb.tier())
	}
	if j.e.log.OnAt(debuglog.OutAsm, tb.Key.PC) {
		j.e.log.Printf("OUT: [size=%d]\n%s\n", c.Len, j.disas(r.off, c.Len))
	}
	r.off = min(align(r.off+uint32(c.Len)), r.end)
	return nil
}

// number returns the number of the slot or site that has number n in the current zone.
func (j *jit) number(n uint32) uint32 { return j.cur.index<<zoneShift | n }

func (j *jit) request(tb *TB) backend.Request {
	r := j.cur
	tag := uint8(0)
	if j.e.tags.Load() {
		tag = j.e.arch.TagBits
	}
	return backend.Request{
		Tag: tag,
		// A loop inside the code is like a chain to itself.
		Loop:          tb.Key.Flags == 0 && tb.region == nil && !j.e.cfg.NoChain && !j.e.log.On(debuglog.NoChain),
		Hot:           j.hot(tb),
		NoEntryChecks: j.e.unchecked(tb),
		MarkFP:        j.e.cfg.Instr != nil && !j.e.cfg.Instr.Unused(),
		Buf:           j.rw[r.off:r.end:r.end], Off: r.off, Slot: j.number(r.slots.len), Site: j.number(r.owner.len),
	}
}

// hot returns the offset of the countdown of tb from the State, 0 if it has none.
func (j *jit) hot(tb *TB) int32 {
	if j.e.tier2 == 0 || tb.Key.Flags != 0 || tb.region != nil {
		return 0
	}
	return j.hotBase + 4*j.e.hotIndex(tb.Key.PC)
}

// place notes where tb is and keeps its sites.
func (j *jit) place(tb *TB, t *backend.Table) {
	r := j.cur
	n := r.tbs.len
	p := r.tbs.add()
	p.off, p.site, p.tb = r.off, r.owner.len, tb
	j.tables.Pack(&p.tab, t, r.off)
	for range t.Sites {
		*r.owner.add() = n
	}
	r.tbs.publish()
	r.owner.publish()
}

// slot returns slot n.
func (j *jit) slot(n uint32) *slot { return j.zones[n>>zoneShift].slots.at(n & numberMask) }

// site returns site n and the table it is in.
func (j *jit) site(n uint32) (*backend.Table, *backend.Site) {
	r := &j.zones[n>>zoneShift]
	n &= numberMask
	p := r.tbs.at(*r.owner.at(n))
	t := p.tab.Table()
	return t, &t.Sites[n-p.site]
}

// siteOwner returns the TB that site n is in.
func (j *jit) siteOwner(n uint32) *TB {
	r := &j.zones[n>>zoneShift]
	return r.tbs.at(*r.owner.at(n & numberMask)).tb
}

// chain patches slot n, of from, to jump to tb. The engine's lock is held.
func (j *jit) chain(n uint32, from, tb *TB) {
	if from.gone.Load() || tb.gone.Load() {
		return // and the slot's zone may be in other use
	}
	s := j.slot(n)
	if s.to != nil {
		return
	}
	s.to = tb
	if s.next = tb.in; s.next != 0 {
		j.slot(s.next - 1).prev = n + 1
	}
	tb.in = n + 1
	j.patch(s.Jump, uint32(tb.code-j.base))
	j.e.stats.chained.Add(1)
}

func (j *jit) patch(at, target uint32) { j.buf.Patch32(int(at), target-(at+4)) }

// unlink undoes the chains to and from tb. The engine's lock is held.
func (j *jit) unlink(tb *TB) {
	for tb.in != 0 {
		s := j.slot(tb.in - 1)
		tb.in = s.next
		s.to, s.next, s.prev = nil, 0, 0
		j.patch(s.Jump, s.Stub)
	}
	for i := range tb.nslots {
		n := tb.slots + i
		s := j.slot(n)
		if to := s.to; to != nil {
			if s.prev != 0 {
				j.slot(s.prev - 1).next = s.next
			} else {
				to.in = s.next
			}
			if s.next != 0 {
				j.slot(s.next - 1).prev = s.prev
			}
			s.to, s.next, s.prev = nil, 0, 0
			j.patch(s.Jump, s.Stub)
		}
	}
}

// siteAt finds the site whose host instruction is at hpc.
func (j *jit) siteAt(hpc uint64) (uint32, error) {
	off := uint32(uintptr(hpc) - j.base)
	r := &j.zones[min(off/j.zoneSize, uint32(len(j.zones)-1))]
	i := sort.Search(int(r.tbs.n.Load()), func(i int) bool { return r.tbs.at(uint32(i)).off > off }) - 1
	if i < 0 {
		return 0, fmt.Errorf("host fault in the common stubs at offset %#x", off)
	}
	p := r.tbs.at(uint32(i))
	t := p.tab.Table()
	for n := range t.Sites {
		if t.Sites[n].Host == off {
			return r.index<<zoneShift | p.site + uint32(n), nil
		}
	}
	return 0, fmt.Errorf("host fault at offset %#x (%#x in the TB of %#x), which is no site", off, off-p.off, p.tb.Key.PC)
}
