package amd64

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// none is "no register" in a tstate, noMem "no spill slot".
const (
	none  = 0xff
	noMem = -1 << 31
)

// Registers the allocator gives out; RDX only in code without ops that need it. RAX, RCX, otherwise RDX, and XMM14, XMM15 are the
// lowering's scratch registers, RBP holds the State, R14 the guest limit, R15 the flags word, RSP the host stack.
const (
	allocG = 1<<rdx | 1<<rbx | 1<<rsi | 1<<rdi | 1<<r8 | 1<<r9 | 1<<r10 | 1<<r11 | 1<<r12 | 1<<r13
	allocX = 1<<14 - 1
)

// tstate is what the forward pass knows of a temp. A value may be in a register, in memory (its home or
// spill slot), in the host's flags (Compiler.hf) and equal to a constant, in any combination.
type tstate struct {
	reg uint8
	vec bool
	// pin: the flags global, whose home is R15.
	pin bool
	// homed: a global, or a local seen in several regions: values outlive regions in memory.
	homed bool
	// inMem: memory holds the value.
	inMem bool
	// obs, hard, next: the value's fate, from use.
	obs, hard bool
	next      uint16
	// last is the index of the last op that may look at the value, if known; else never.
	last uint16
	// cst is the constant temp the value equals, or NoTemp.
	cst ir.Temp
	// zeroHi: the upper 64 bits of the vector are zero; zero96: the upper 96 bits are.
	zeroHi, zero96 bool
	// mem is the offset from RBP of the home or spill slot, or noMem.
	mem int32
	// chk is not 0 when the value minus at most chk-1 in either direction is a checked guest address.
	chk uint32
	// add is what is still to be added to the register: see offset.go.
	add int32
}

// hostFlags describes what the host's flags hold.
type hostFlags struct {
	t   ir.Temp // the flags word that is there, or NoTemp
	fix uint32  // backend.FlagsInvC ... to make the host's flags t's
}

// newLocal is to be copied from.
var newLocal = tstate{reg: none, cst: ir.NoTemp, next: never, last: never, mem: noMem}

// registers returns the general registers that the block's values may be in.
func (c *Compiler) registers() uint32 {
	if c.cfg.TLBMode {
		return allocG &^ (1 << rdx)
	}
	for i := range c.ops {
		o := &c.ops[i]
		if rows[o.Code].rdx || o.Code == ir.Call && c.blk.Helpers[o.Imm].X87 != ir.X87None {
			return allocG &^ (1 << rdx)
		}
	}
	return allocG
}

// owned are the general registers that hold temps.
func (c *Compiler) owned() uint32 { return c.allocG &^ (c.freeG | c.tally.regs) }

// initTemps sets up c.t for a block.
func (c *Compiler) initTemps() {
	temps := c.blk.Temps
	if cap(c.t) <= len(temps) {
		c.t = make([]tstate, len(temps)+len(temps)/2+64)
	}
	c.t = c.t[:len(temps)+1] // and the shadow
	c.t[len(temps)], c.shadowed = newLocal, never
	ng := len(c.blk.Globals)
	copy(c.t, c.gtmpl)
	for i := ng; i < len(temps); i++ {
		s := &c.t[i]
		*s = newLocal
		s.vec = temps[i].Type == ir.V128
		if temps[i].Kind == ir.Const {
			s.cst = ir.Temp(i)
		}
	}
	c.allocG = c.registers()
	c.freeG, c.freeX = c.allocG, allocX
	c.endOp()
	c.spills, c.vspills = 0, 0
	c.hf = hostFlags{t: ir.NoTemp}
	c.recipe.t = ir.NoTemp
	c.constG = c.constG[:0]
}

// spillNumber is the number of a local's slot.
func (c *Compiler) spillNumber(s *tstate) uint32 {
	if s.vec {
		return uint32(s.mem+backend.StateBias-backend.OffVSpills) / 16
	}
	return uint32(s.mem+backend.StateBias-backend.OffSpills) / 8
}

// newSpill takes a free spill slot and returns its offset from RBP.
func (c *Compiler) newSpill(vec bool) int32 {
	p, base, size := &c.spills, backend.OffSpills, int32(8)
	if vec {
		p, base, size = &c.vspills, backend.OffVSpills, 16
	}
	n := bits.TrailingZeros64(^*p)
	if n >= backend.NumSpills {
		c.failed = true
		n = 0
	}
	*p |= 1 << n
	return base + int32(n)*size - backend.StateBias
}

// freeSpill gives back a local's spill slot, once the op is over: it may still read it.
func (c *Compiler) freeSpill(s *tstate) {
	if s.homed || s.mem == noMem {
		return
	}
	if s.vec {
		c.vspillsLater |= 1 << c.spillNumber(s)
	} else {
		c.spillsLater |= 1 << c.spillNumber(s)
	}
	s.mem, s.inMem = noMem, false
}

// endOp forgets what concerned one op only.
func (c *Compiler) endOp() {
	c.pinG, c.pinX = 0, 0
	c.spills &^= c.spillsLater
	c.vspills &^= c.vspillsLater
	c.spillsLater, c.vspillsLater = 0, 0
}

// memOf returns the memory operand of a temp's home or spill slot.
func (c *Compiler) memOf(s *tstate) mem { return at(rbp, s.mem) }

// loadHome loads an integer from its home or spill slot.
func (c *Compiler) loadHome(r reg, s *tstate) {
	if s.pin {
		c.movZX(s16, r, r15) // what is above is anything
		return
	}
	c.load(s64, r, c.memOf(s))
}

// flagsHome puts the flags word in AX into its home.
func (c *Compiler) flagsHome(s *tstate) {
	if s.pin {
		c.pinFlags(rax)
		return
	}
	c.store(s16, c.memOf(s), rax) // the rest is zero for ever
}

// pinFlags puts a flags word, in the low half of r, into its pinned register; in code where the upper half may tell of a
// form, it does not then.
func (c *Compiler) pinFlags(r reg) {
	if c.rg.marks {
		c.movZX(s16, r15, r)
	} else {
		c.movRR(s32, r15, r)
	}
}

// needed reports whether the value is looked at again.
func (s *tstate) needed() bool { return s.next != never || s.homed && s.obs }

// flagsNeeded reports whether flags word s is looked at by this op or a later one.
func (c *Compiler) flagsNeeded(s *tstate) bool {
	return s.needed() && (s.next != never || c.idx <= int(s.last))
}

// allocReg returns a free general register, making one free if need be. reuse allows the registers of
// this op's dying inputs.
func (c *Compiler) allocReg(reuse bool) reg {
	free := c.freeG &^ c.pinG
	if reuse {
		free = c.freeG
	}
	if free == 0 {
		c.evict(c.victim(c.ownG[:], c.owned()&^c.pinG))
		free = c.freeG &^ c.pinG
	}
	r := reg(bits.TrailingZeros32(c.choice(free, c.rg.regsG, false)))
	c.pinG |= 1 << r
	return r
}

// replaced frees the register of t, the op's output, when nobody looks at the old value at the op.
func (c *Compiler) replaced(t ir.Temp) {
	o := c.op
	row := &rows[o.Code]
	if row.nout == 0 || row.observes || o.Attr&ir.ExactFP != 0 {
		return
	}
	for _, x := range o.A[row.nout : row.nout+row.nin] {
		if x == t {
			return
		}
	}
	c.unassign(&c.t[t])
}

// choice picks from the free registers: the canonical one of the op's output if it is among them, else one that is no
// global's.
func (c *Compiler) choice(free, canonical uint32, vec bool) uint32 {
	if canonical == 0 {
		return free
	}
	if t := c.wish(); t != ir.NoTemp && c.t[t].vec == vec {
		if r := uint32(1) << c.rg.canon[t]; free&r != 0 {
			return r
		}
	}
	if k := free &^ canonical; k != 0 {
		return k
	}
	return free
}

// allocXReg is allocReg for vector registers.
func (c *Compiler) allocXReg(reuse bool) xreg {
	free := c.freeX &^ c.pinX
	if reuse {
		free = c.freeX
	}
	if free == 0 {
		c.evict(c.victim(c.ownX[:], allocX&^c.pinX&^c.freeX))
		free = c.freeX &^ c.pinX
	}
	r := xreg(bits.TrailingZeros32(c.choice(free, c.rg.regsX, true)))
	c.pinX |= 1 << r
	return r
}

// victim picks, among the candidate registers, the one whose value is read last; on a tie one that
// needs no store.
func (c *Compiler) victim(own []ir.Temp, cand uint32) ir.Temp {
	best, score := ir.NoTemp, -1
	for m := cand; m != 0; m &= m - 1 {
		t := own[bits.TrailingZeros32(m)]
		s := &c.t[t]
		v := int(s.next) << 1
		if s.inMem || s.cst != ir.NoTemp {
			v |= 1
		}
		if v > score {
			best, score = t, v
		}
	}
	if best == ir.NoTemp {
		panic("BUG: amd64: out of registers")
	}
	return best
}

// evict takes t's register away, keeping the value if it is needed.
func (c *Compiler) evict(t ir.Temp) {
	s := &c.t[t]
	if !s.inMem && s.needed() {
		switch {
		case s.cst == ir.NoTemp:
			r, add := s.reg, s.add
			c.spill(s)
			c.addBack(r, add)
		case s.homed:
			c.constG = append(c.constG, t)
		}
	}
	c.unassign(s)
}

// spill stores t's register to its home or spill slot.
func (c *Compiler) spill(s *tstate) {
	c.addNow(s)
	if s.mem == noMem {
		s.mem = c.newSpill(s.vec)
	}
	switch {
	case s.pin:
		c.pinFlags(reg(s.reg))
	case s.vec:
		c.xm(xMOVAPS+1, xreg(s.reg), c.memOf(s))
	default:
		c.store(s64, c.memOf(s), reg(s.reg))
	}
	s.inMem = true
}

// unassign frees t's register.
func (c *Compiler) unassign(s *tstate) {
	if s.reg == none {
		return
	}
	if s.vec {
		c.freeX |= 1 << s.reg
		c.ownX[s.reg] = ir.NoTemp
	} else {
		c.freeG |= 1 << s.reg
		c.ownG[s.reg] = ir.NoTemp
	}
	s.reg, s.add = none, 0
}

// assign makes r t's register.
func (c *Compiler) assign(t ir.Temp, r uint8) {
	s := &c.t[t]
	s.reg = r
	if s.vec {
		c.freeX &^= 1 << r
		c.ownX[r] = t
	} else {
		c.freeG &^= 1 << r
		c.ownG[r] = t
	}
}

// src brings an integer input into a register and pins it.
func (c *Compiler) src(t ir.Temp) reg {
	s := &c.t[t]
	if s.reg == none {
		if c.hf.t == t && !s.inMem {
			c.captureReg()
			c.pinG |= 1 << s.reg
			return reg(s.reg)
		}
		r := c.ownReg(t)
		if s.cst != ir.NoTemp {
			c.movRI(r, c.blk.Temps[s.cst].Val.Lo)
		} else {
			c.loadHome(r, s)
		}
		c.assign(t, uint8(r))
		return r
	}
	c.pinG |= 1 << s.reg
	c.addNow(s)
	return reg(s.reg)
}

// wish returns the canonical global that the op's output is, or is moved to by the next op, or NoTemp.
func (c *Compiler) wish() ir.Temp {
	if c.op == nil || rows[c.op.Code].nout == 0 {
		return ir.NoTemp
	}
	t := c.op.A[0]
	if c.canonical(t) {
		return t
	}
	n := c.idx + 1
	if n < len(c.ops) && c.ops[n].Code == ir.InsnStart {
		n++
	}
	if int(c.use.next[0]) != n || t == ir.NoTemp {
		return ir.NoTemp
	}
	switch o := &c.ops[n]; o.Code {
	case ir.Mov, ir.VMov, ir.VLow:
		if o.A[1] == t && c.canonical(o.A[0]) {
			return o.A[0]
		}
	}
	return ir.NoTemp
}

// ownReg returns a register to load t to: its canonical one if it has one that is free.
func (c *Compiler) ownReg(t ir.Temp) reg {
	if c.canonical(t) {
		if r := reg(c.rg.canon[t]); (c.freeG&^c.pinG)>>r&1 != 0 {
			c.pinG |= 1 << r
			return r
		}
	}
	return c.allocReg(false)
}

// ownXReg is ownReg for vectors.
func (c *Compiler) ownXReg(t ir.Temp) xreg {
	if c.canonical(t) {
		if r := xreg(c.rg.canon[t]); (c.freeX&^c.pinX)>>r&1 != 0 {
			c.pinX |= 1 << r
			return r
		}
	}
	return c.allocXReg(false)
}

// srcX brings a vector input into a register and pins it.
func (c *Compiler) srcX(t ir.Temp) xreg {
	s := &c.t[t]
	if s.reg == none {
		r := c.ownXReg(t)
		if s.cst != ir.NoTemp {
			c.loadConstX(r, c.blk.Temps[s.cst].Val)
		} else {
			c.xm(xMOVAPS, r, c.memOf(s))
		}
		c.assign(t, uint8(r))
		return r
	}
	c.pinX |= 1 << s.reg
	return xreg(s.reg)
}

// kill applies the fate of the op's inputs: registers of values that die are freed, though pinned
// until the op is over.
func (c *Compiler) kill() {
	o, u := c.op, c.use
	row := &rows[o.Code]
	nout := int(row.nout)
	for k := nout; k < nout+int(row.nin); k++ {
		t := o.A[k]
		if t == ir.NoTemp {
			continue
		}
		s := &c.t[t]
		s.next = u.next[k]
		s.obs = u.obs>>k&1 != 0
		s.hard = u.hard>>k&1 != 0
		if s.next != never {
			continue
		}
		switch {
		case !s.homed:
			c.unassign(s)
			c.freeSpill(s)
		case s.inMem || !s.obs:
			c.unassign(s)
		}
	}
}

// dies reports, after kill, whether register r was freed by this op's inputs.
func (c *Compiler) dies(r reg) bool   { return c.freeG>>r&1 != 0 }
func (c *Compiler) diesX(r xreg) bool { return c.freeX>>r&1 != 0 }

// def makes r the register of output slot k.
func (c *Compiler) def(k int, r uint8) {
	t := c.op.A[k]
	if t == ir.NoTemp {
		return
	}
	s := c.newValue(k)
	if s.next == never && !(s.homed && s.obs) {
		return
	}
	c.assign(t, r)
}

// newValue forgets the old value of output slot k and notes the fate of the new one.
func (c *Compiler) newValue(k int) *tstate {
	t := c.op.A[k]
	s := &c.t[t]
	c.unassign(s)
	if !s.homed {
		c.freeSpill(s)
	}
	if c.hf.t == t {
		c.hf.t = ir.NoTemp
	}
	c.dropRecipe(t)
	s.inMem, s.cst, s.chk, s.zeroHi, s.zero96 = false, ir.NoTemp, 0, false, false
	if c.npair > 0 {
		c.forgetPairs(k)
	}
	if t == c.rounded.a || t == c.rounded.r {
		c.rounded.a = ir.NoTemp
	}
	s.next = c.use.next[k]
	s.obs = c.use.obs>>k&1 != 0
	s.hard = c.use.hard>>k&1 != 0
	s.last = never
	if k == 1 {
		s.last = c.use.last
	}
	return s
}

// wanted reports whether output slot k is looked at.
func (c *Compiler) wanted(k int) bool {
	t := c.op.A[k]
	return t != ir.NoTemp && (c.use.next[k] != never || c.t[t].homed && c.use.obs>>k&1 != 0)
}

// dst returns a register for an integer output that does not overlap any input.
func (c *Compiler) dst() reg { return c.allocReg(false) }

// dstAny returns a register for an integer output that may be that of a dying input: for when one
// instruction reads all inputs and writes the output.
func (c *Compiler) dstAny() reg { return c.allocReg(true) }

// dstFrom returns a register for an integer output that holds the value of a, whose register is ra: for
// two-operand instructions. kill has been called.
func (c *Compiler) dstFrom(ra reg) reg {
	if c.dies(ra) && !c.better(c.freeG&^c.pinG, uint8(ra)) {
		return ra
	}
	r := c.allocReg(false)
	c.movRR(s64, r, ra)
	return r
}

// better reports whether the op's output has a canonical register that is free and not r. A vector is moved there only
// when nobody but a way to a Head reads it: there are often several values of it in turn.
func (c *Compiler) better(free uint32, r uint8) bool {
	t := c.op.A[0]
	if n := int(c.use.next[0]); c.canonical(t) && c.t[t].vec && (n >= len(c.ops) || c.ops[n].Code != ir.Head && !ends(&c.ops[n])) {
		return false
	}
	return c.canonical(t) && c.rg.canon[t] != r && free>>c.rg.canon[t]&1 != 0
}
