package tcg

import (
	"errors"
	"fmt"
	"sort"

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

	off uint32 // where the next TB goes
	// gen counts how often the buffer was emptied; slot and site numbers are of one generation.
	gen   uint64
	slots []slot
	// owner gives for each site number the TB it is in, as an index of tbs.
	owner []uint32
	// tbs are the TBs in order of their code.
	tbs []placed
	// tables holds the TBs' site tables.
	tables backend.Arena
}

// slot is a TB's exit and what it is chained to.
type slot struct {
	backend.Slot
	from, to *TB
}

// placed is a TB in the code buffer: where its code begins, the number of its first site, its sites.
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
		X87:      e.arch.X87,
		Counters: int32(lay.counters), JumpCache: int32(lay.jumpCache), TLB: int32(lay.tlb),
		TLBMode: e.mem.Mode() == softmmu.TLB, GuestLimit: uint64(e.mem.Limit()),
	}
	if e.arch.InsnAlign == 4 {
		cfg.PCShift = 2
	}
	be, err := hostBackend(cfg)
	if err != nil {
		return nil, err
	}
	buf, err := execmem.New(e.cfg.CodeSize)
	if err != nil {
		return nil, err
	}
	j := &jit{e: e, be: be, buf: buf, rw: buf.Write(), base: buf.Addr()}
	if j.stubs, err = be.EmitStubs(j.rw); err != nil {
		return nil, errors.Join(err, buf.Close())
	}
	j.off = align(j.stubs.End)
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

// compile makes host code for tb. When the buffer is full, everything in it is dropped first.
func (j *jit) compile(tb *TB, b *ir.Block) {
	j.buf.Ahead(int(j.off))
	c, err := j.be.Compile(b, j.request(tb))
	if errors.Is(err, backend.ErrTooBig) {
		j.empty()
		c, err = j.be.Compile(b, j.request(tb))
	}
	if err != nil {
		panic(err)
	}
	tb.code = j.base + uintptr(j.off)
	tb.loops = c.Loops
	j.place(tb, &c.Table)
	for i := range c.Slots {
		tb.slots = append(tb.slots, uint32(len(j.slots)))
		s := slot{Slot: c.Slots[i], from: tb}
		s.Jump += j.off
		s.Stub += j.off
		j.slots = append(j.slots, s)
	}
	j.e.stats.HostBytes += uint64(c.Len)
	if j.e.log.OnAt(debuglog.OutAsm, tb.Key.PC) {
		j.e.log.Printf("OUT: [size=%d]\n%s\n", c.Len, j.disas(j.off, c.Len))
	}
	j.off = align(j.off + uint32(c.Len))
}

func (j *jit) request(tb *TB) backend.Request {
	return backend.Request{
		// A loop inside the code is like a chain to itself.
		Loop: tb.Key.Flags == 0 && !j.e.cfg.NoChain && !j.e.log.On(debuglog.NoChain),
		Buf:  j.rw[j.off:], Off: j.off, Slot: uint32(len(j.slots)), Site: uint32(len(j.owner)),
	}
}

// place notes where tb is and keeps its sites.
func (j *jit) place(tb *TB, t *backend.Table) {
	n := uint32(len(j.tbs))
	j.tbs = append(j.tbs, placed{off: j.off, site: uint32(len(j.owner)), tb: tb})
	j.tables.Pack(&j.tbs[n].tab, t, j.off)
	for range t.Sites {
		j.owner = append(j.owner, n)
	}
}

// site returns site n and the table it is in.
func (j *jit) site(n uint32) (*backend.Table, *backend.Site) {
	p := &j.tbs[j.owner[n]]
	t := p.tab.Table()
	return t, &t.Sites[n-p.site]
}

// empty drops every TB and starts the buffer over. No vCPU is inside generated code: only the run
// loop translates, and vCPUs of one engine run one at a time.
func (j *jit) empty() {
	if j.e.log.On(debuglog.Cache) {
		j.e.log.Printf("cache: code buffer full (%d bytes), emptied\n", j.off)
	}
	j.e.stats.Evictions++
	j.e.flushLocked(false)
	j.off = align(j.stubs.End)
	j.gen++
	clear(j.slots)
	clear(j.tbs)
	j.slots, j.tbs, j.owner = j.slots[:0], j.tbs[:0], j.owner[:0]
}

// chain patches slot n to jump to tb.
func (j *jit) chain(n uint32, tb *TB) {
	s := &j.slots[n]
	if s.to != nil || s.from.gone.Load() || tb.gone.Load() {
		return
	}
	s.to = tb
	tb.in = append(tb.in, n)
	j.patch(s.Jump, uint32(tb.code-j.base))
	j.e.stats.Chained++
}

func (j *jit) patch(at, target uint32) { j.buf.Patch32(int(at), target-(at+4)) }

// unlink undoes the chains to and from tb.
func (j *jit) unlink(tb *TB) {
	for _, n := range tb.in {
		s := &j.slots[n]
		s.to = nil
		j.patch(s.Jump, s.Stub)
	}
	tb.in = nil
	for _, n := range tb.slots {
		s := &j.slots[n]
		if to := s.to; to != nil {
			s.to = nil
			j.patch(s.Jump, s.Stub)
			for i, m := range to.in {
				if m == n {
					to.in[i] = to.in[len(to.in)-1]
					to.in = to.in[:len(to.in)-1]
					break
				}
			}
		}
	}
}

// siteAt finds the site whose host instruction is at hpc.
func (j *jit) siteAt(hpc uint64) (uint32, error) {
	off := uint32(uintptr(hpc) - j.base)
	i := sort.Search(len(j.tbs), func(i int) bool { return j.tbs[i].off > off }) - 1
	if i < 0 {
		return 0, fmt.Errorf("host fault in the common stubs at offset %#x", off)
	}
	p := &j.tbs[i]
	t := p.tab.Table()
	for n := range t.Sites {
		if t.Sites[n].Host == off {
			return p.site + uint32(n), nil
		}
	}
	return 0, fmt.Errorf("host fault at offset %#x (%#x in the TB of %#x), which is no site", off, off-p.off, p.tb.Key.PC)
}
