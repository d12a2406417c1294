package amd64

import (
	"slices"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// features are the host's abilities beyond SSE4.1 that the lowering makes use of.
type features struct {
	base                                                    bool // SSE4.1 and SSSE3
	avx, fma, bmi1, bmi2, lzcnt, popcnt, sse42, aes, pclmul bool
}

// Supported reports whether this host has what all generated code relies on: SSE4.1, and with it SSSE3 and
// LAHF in 64-bit mode.
func Supported() bool { return host().base }

// Compiler generates amd64 code. Its buffers are reused from block to block.
type Compiler struct {
	asm
	cfg   backend.Config
	feat  features
	stubs backend.Stubs
	// Further common stubs, for this package only.
	slotExit, intrSlot, intrPtr, excExit, hotExit uint32
	// saveExit are the forms of SaveExit for observers, by Header.Saved.
	saveExit [backend.NumSaved]uint32

	// gtmpl are the initial tstates of the globals.
	gtmpl []tstate

	blk  *ir.Block
	ops  []ir.Op
	req  backend.Request
	uses []use
	// Scratch of the backward pass, by temp.
	live []liveTemp

	t            []tstate
	ownG, ownX   [16]ir.Temp
	allocG       uint32 // allocatable general registers
	freeG, freeX uint32 // allocatable registers nobody owns
	pinG, pinX   uint32 // registers the current op uses
	spills       uint64 // taken spill slots
	vspills      uint64
	// Slots that become free when the current op is over.
	spillsLater, vspillsLater uint64
	cross                     []ir.Temp // scratch of placeCross
	crossed                   []uint16  // scratch of markCross
	expiring, expireBuf       []expiry
	constG                    []ir.Temp // globals that are constants not yet stored
	pairs                     [8]pair   // the last of npair checked addresses with an index
	npair                     int
	rounded                   rounding
	hf                        hostFlags
	fcmp                      fcmp
	recipe                    recipe
	// saved is the register of what the op's recipe wants copied, shadowed the last op that needs the copy, or never.
	saved    reg
	shadowed uint16
	rg       region
	flow     flow
	tally    tally

	op   *ir.Op
	idx  int
	use  *use
	pc   uint64
	insn int

	slots []backend.Slot
	tab   backend.Table
	recs  []backend.Rec
	// The list of recs made last.
	lastRecs  uint32
	lastNRecs uint16
	consts    []ir.Val
	stub      []stub
	folds     []foldG // of the stubs stubFoldG: recs is the index
	labels    []int32
	lfix      []labelFix
	pool      []poolEntry
	region    int // first site since the last exit
	// Where out-of-line parts last jumped to SaveExit and slotExit, 0: nowhere.
	nearSave, nearSlot int
	failed             bool
	skip               int // an op that has been emitted with the one before it
	// merged: the block's last op has been emitted with the one before it.
	merged bool
	// marks: what uses the FP environment sets Header.FPUsed. unmarked: it is not known to be set if it must be.
	marks, unmarked bool
}

type labelFix struct {
	at    int
	label int32
}

type poolEntry struct {
	v  ir.Val
	at []int
}

// New returns a code generator for a configuration.
func New(cfg backend.Config) *Compiler {
	c := &Compiler{cfg: cfg, gtmpl: make([]tstate, 0, len(cfg.Globals))}
	if !cfg.NoFeatures {
		c.feat = host()
	}
	for _, g := range cfg.Globals {
		c.gtmpl = append(c.gtmpl, tstate{
			reg: none, vec: g.Type == ir.V128, homed: true, inMem: true, obs: true, next: never, last: never,
			cst: ir.NoTemp, mem: int32(g.Offset) - backend.StateBias,
		})
	}
	if f := cfg.Flags; f != 0 {
		c.gtmpl[f].pin = true
	}
	return c
}

// Name implements backend.Backend.
func (c *Compiler) Name() string { return "amd64" }

// room is what must be left in the buffer before an op or a stub is emitted: writing back every global
// as a constant is the most that one can take.
const room = 4096

// Compile implements backend.Backend.
func (c *Compiler) Compile(b *ir.Block, r backend.Request) (backend.Code, error) {
	c.begin(b, r)
	if len(b.Ops) >= never-1 || len(r.Buf) < 2*room {
		return backend.Code{}, backend.ErrTooBig
	}
	c.findRegion()
	c.liveness()
	c.beginTally()
	if c.rg.marks {
		c.movZX(s16, r15, r15)
	}
	switch {
	case c.rg.on && c.rg.self:
		c.placeHead(&c.rg.segs[0], true)
	case c.req.Hot != 0:
		c.countDown(0, 0)
	}
	for i := range c.ops {
		if i == c.skip {
			continue
		}
		if len(c.b)-c.n < room || c.failed {
			return backend.Code{}, backend.ErrTooBig
		}
		c.idx, c.op, c.use = i, &c.ops[i], &c.uses[i]
		if c.saved = noReg; i > int(c.shadowed) {
			c.dropShadow()
		}
		if c.op.Code == ir.InsnStart {
			c.startInsn()
			continue
		}
		if c.unmarked {
			c.markFP()
		}
		if t := c.op.A[0]; int(t) < len(c.gtmpl) && c.t[t].reg != none {
			c.replaced(t)
		}
		if int(c.op.Code) >= len(lowerings) || lowerings[c.op.Code] == nil {
			c.lowerEval()
		} else {
			lowerings[c.op.Code](c)
		}
		c.endOp()
		if c.marks && c.endsMark(c.op) {
			c.unmarked = true
		}
		if c.rg.active != nil && (c.op.A[0] == c.rg.flags || c.op.A[1] == c.rg.flags) && rows[c.op.Code].nout > 0 {
			c.rg.active = nil
		}
	}
	for i := 0; i < len(c.stub); i++ { // emitStub adds stubs
		if len(c.b)-c.n < room+16*len(c.pool) {
			return backend.Code{}, backend.ErrTooBig
		}
		c.emitStub(&c.stub[i])
	}
	for _, f := range c.lfix {
		c.patch32(f.at, int(c.labels[f.label]))
	}
	for _, f := range c.rg.fix {
		c.patch32(f.at, c.rg.segs[f.seg].body)
	}
	if len(c.b)-c.n < 64+16*len(c.pool) || c.failed {
		return backend.Code{}, backend.ErrTooBig
	}
	c.emitPool()
	c.endCounterRegion()
	c.tab.Recs, c.tab.Consts = c.recs, c.consts
	return backend.Code{Len: c.n, Slots: c.slots, Table: c.tab, Loops: c.rg.loops}, nil
}

// begin resets the state for a block.
func (c *Compiler) begin(b *ir.Block, r backend.Request) {
	c.asm = asm{b: r.Buf}
	c.blk, c.ops, c.req = b, b.Ops, r
	c.failed, c.merged, c.skip = false, false, -1
	c.slots = c.slots[:0]
	c.lastRecs, c.lastNRecs = 0, 0
	clear(c.tab.Helpers)
	c.tab.Helpers = c.tab.Helpers[:0]
	c.tab.Sites, c.tab.Locs, c.tab.Recipes, c.tab.Undos = c.tab.Sites[:0], c.tab.Locs[:0], c.tab.Recipes[:0], c.tab.Undos[:0]
	c.recs, c.consts, c.stub = c.recs[:0], c.consts[:0], c.stub[:0]
	c.folds = c.folds[:0]
	c.lfix, c.pool = c.lfix[:0], c.pool[:0]
	c.labels = c.labels[:0]
	for range b.Labels {
		c.labels = append(c.labels, 0)
	}
	c.pc, c.insn, c.region = b.PC, -1, 0
	c.op, c.idx = nil, -1
	c.fcmp.at, c.npair, c.rounded.a = -1, 0, ir.NoTemp
	c.nearSave, c.nearSlot = 0, 0
	c.tally = tally{}
	c.initTemps()
	c.markCross()
	c.marks = r.MarkFP || slices.ContainsFunc(b.Helpers, func(h *ir.Helper) bool { return h.Observer })
	c.unmarked = c.marks
}

// emitPool places the vector constants after the code.
func (c *Compiler) emitPool() {
	if len(c.pool) == 0 {
		return
	}
	for c.n%16 != 0 {
		c.byte(0xcc)
	}
	for i := range c.pool {
		p := &c.pool[i]
		for _, at := range p.at {
			c.patch32(at&^poolImm, c.n-at/poolImm)
		}
		c.u64(p.v.Lo)
		c.u64(p.v.Hi)
	}
}

// poolImm marks the place of a rel32 that an immediate byte follows.
const poolImm = 1 << 30

// poolRef notes that the rel32 at place at refers to constant v.
func (c *Compiler) poolRef(v ir.Val, at int) {
	for i := range c.pool {
		if c.pool[i].v == v {
			c.pool[i].at = append(c.pool[i].at, at)
			return
		}
	}
	if len(c.pool) < cap(c.pool) {
		c.pool = c.pool[:len(c.pool)+1]
		p := &c.pool[len(c.pool)-1]
		p.v, p.at = v, append(p.at[:0], at)
		return
	}
	c.pool = append(c.pool, poolEntry{v, []int{at}})
}

// loadConstX loads a vector constant; the host's flags stay.
func (c *Compiler) loadConstX(r xreg, v ir.Val) {
	switch {
	case v == ir.Val{}:
		c.xx(xPXOR, r, r)
	case v.Lo == ^uint64(0) && v.Hi == ^uint64(0):
		c.xx(xPCMPEQB, r, r)
	default:
		c.poolRef(v, c.rip(xMOVAPS, uint8(r)))
	}
}

// stubKind tells the out-of-line parts apart.
type stubKind uint8

const (
	stubSite  stubKind = iota // leave at a site
	stubExit                  // store globals, poll, go to a slot's target
	stubSlot                  // an unchained slot: leave with its number
	stubIntr                  // interrupt seen at a slot
	stubHot                   // countdown run out: store globals, leave at a slot
	stubPtr                   // store globals, go on at the guest PC in register n
	stubEdge                  // go to segment seg: store recs up to n, move the rest to the canonical registers
	stubFold                  // the rest of a load and an op in one instruction, behind the load's slow path
	stubFoldG                 // likewise
	stubOdd                   // whether a result is one that Go must compute: leave at a site or go back
)

// stub is an out-of-line part still to be emitted.
type stub struct {
	kind stubKind
	from int // place of the rel32 that leads here
	n    uint32
	recs uint32
	nrec uint16
	seg  uint16 // an index of c.rg.segs
	way  wayKind
	mark int32 // see edge
	// Of stubOdd: the result and where to go back to.
	x      xreg
	w      ir.Width
	scalar bool
	back   int
	// Of stubFold: the instruction and its first input; it makes x or flags.
	e       enc
	y       xreg
	compare bool
}

// addStub makes an out-of-line part.
func (c *Compiler) addStub(kind stubKind, from int, n, recs uint32, nrec uint16) *stub {
	k := len(c.stub)
	if k == cap(c.stub) {
		c.stub = slices.Grow(c.stub, 64)
	}
	c.stub = c.stub[:k+1]
	s := &c.stub[k]
	*s = stub{}
	s.kind, s.from, s.n, s.recs, s.nrec = kind, from, n, recs, nrec // see ir.Op.Start
	return s
}

// emitStub emits an out-of-line part.
func (c *Compiler) emitStub(s *stub) {
	switch s.kind {
	case stubFold:
		c.emitFold(s)
		return
	case stubFoldG:
		c.emitFoldG(s)
		return
	}
	c.patch32(s.from, c.n)
	switch s.kind {
	case stubSite:
		c.movRI(rax, uint64(c.req.Site+s.n))
		c.jmpShared(&c.nearSave, c.stubs.SaveExit)
	case stubOdd:
		c.emitOdd(s)
	case stubExit:
		for _, r := range c.recs[s.recs : s.recs+uint32(s.nrec)] {
			c.storeRec(r)
		}
		c.addTally()
		if c.slots[s.n].Backward {
			c.poll(s.n)
		}
		c.slotJump(s.n)
	case stubPtr:
		for _, r := range c.recs[s.recs : s.recs+uint32(s.nrec)] {
			c.storeRec(r)
		}
		c.addTally()
		c.ptrJump(reg(s.n))
	case stubHot:
		for _, r := range c.recs[s.recs : s.recs+uint32(s.nrec)] {
			c.storeRec(r)
		}
		c.addTally()
		c.movRI(rax, uint64(c.req.Slot+s.n))
		c.jmpStub(c.hotExit)
	case stubEdge:
		c.emitEdge(&edge{stores: s.recs, moves: s.n, end: s.recs + uint32(s.nrec), mark: s.mark})
		c.jumpTo(&c.rg.segs[s.seg], s.way)
	case stubSlot:
		c.slots[s.n].Stub = uint32(c.n)
		c.movRI(rax, uint64(c.req.Slot+s.n))
		c.jmpShared(&c.nearSlot, c.slotExit)
	case stubIntr:
		c.movRI(rax, uint64(c.req.Slot+s.n))
		c.jmpStub(c.intrSlot)
	}
}

// storeRec stores one global in a side exit's stub; RAX and RCX are free, the host's flags those at
// the exit (a flags word that needs corrections comes last in the list).
func (c *Compiler) storeRec(r backend.Rec) {
	s := &c.t[r.Global]
	n := r.Loc.N()
	switch r.Loc.Kind() {
	case backend.LocReg:
		if s.pin {
			c.pinFlags(reg(n))
			return
		}
		c.store(s64, at(rbp, s.mem), reg(n))
	case backend.LocSum:
		from, add := r.Loc.Sum()
		c.lea(s64, rax, at(reg(from), add))
		c.store(s64, at(rbp, s.mem), rax)
	case backend.LocVReg:
		c.xm(xMOVAPS+1, xreg(n), at(rbp, s.mem))
	case backend.LocConst:
		if s.pin {
			c.movRI(r15, c.consts[n].Lo)
			return
		}
		c.storeConst(s.mem, c.consts[n], s.vec)
	case backend.LocHostFlags:
		c.flagsToAX(n)
		c.flagsHome(s)
	case backend.LocFlags:
		c.computeFlags(&c.tab.Recipes[n])
		c.flagsHome(s)
	}
}

// jmpStub jumps to a common stub at an offset of the code buffer.
func (c *Compiler) jmpStub(off uint32) {
	at := c.jmp32()
	c.patch32(at, int(off)-int(c.req.Off))
}

// jmpShared is jmpStub for out-of-line parts: it goes by way of the jump last made for near if that is near enough.
func (c *Compiler) jmpShared(near *int, off uint32) {
	if d := *near - (c.n + 2); *near != 0 && d >= -128 {
		c.put(0xeb|uint64(uint8(d))<<8, 2)
		return
	}
	*near = c.n
	c.jmpStub(off)
}

// hdr returns the operand of a header field by its offset from the State.
func hdr(off int32) mem { return at(rbp, off-backend.StateBias) }

// newSlot makes a slot for an exit to pc.
func (c *Compiler) newSlot(kind backend.SlotKind, pc uint64, backward bool) uint32 {
	n := len(c.slots)
	if n == cap(c.slots) {
		c.slots = slices.Grow(c.slots, 64)
	}
	c.slots = c.slots[:n+1]
	s := &c.slots[n]
	s.Kind, s.Exc, s.PC, s.Backward, s.Jump, s.Stub = kind, 0, pc, backward, backend.NoOffset, backend.NoOffset
	return uint32(n)
}

// slotJump emits the patchable jump of slot n.
func (c *Compiler) slotJump(n uint32) {
	c.align(4, 1)
	at := c.jmp32()
	c.slots[n].Jump = uint32(at)
	c.addStub(stubSlot, at, n, 0, 0)
}

// slotJcc emits a patchable conditional jump of slot n.
func (c *Compiler) slotJcc(cc cc, n uint32) {
	c.align(4, 2)
	at := c.jcc32(cc)
	c.slots[n].Jump = uint32(at)
	c.addStub(stubSlot, at, n, 0, 0)
}

// countDown takes one off the block's countdown and leaves when that makes it negative, storing the recs.
func (c *Compiler) countDown(recs uint32, nrec uint16) {
	c.aluMI(aSUB, s32, at(rbp, c.req.Hot-backend.StateBias), 1)
	n := c.newSlot(backend.SlotTB, c.blk.PC, false)
	c.addStub(stubHot, c.jcc32(ccS), n, recs, nrec)
}

// poll leaves through slot n when the interrupt word is set.
func (c *Compiler) poll(n uint32) {
	c.aluMI(aCMP, s32, hdr(backend.OffInterrupt), 0)
	c.addStub(stubIntr, c.jcc32(ccNE), n, 0, 0)
}
