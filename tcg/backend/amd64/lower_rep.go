package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// maxRep is how many bytes a repeated string instruction does in place at most: the interrupt word is not looked at
// meanwhile, and the guard zones are larger.
const maxRep = 1 << 20

// repOpcodes are the host's.
var repOpcodes = [...]byte{ir.RepMovs: 0xa4, ir.RepStos: 0xaa}

// lowerRep emits the call of a helper with a Rep: in direct mode the host's instruction on the addresses as the host sees
// them, when it is not too long and goes upwards, else, and when that faults, the call. Where it faults the host's registers
// tell the iterations done, as the guest's must: SDM vol. 2 REP.
func (c *Compiler) lowerRep(h *ir.Helper) bool {
	l := c.cfg.Rep
	args, ok := c.constOf(c.op.A[1])
	moves := h.Rep == ir.RepMovs
	if seg, zero := c.constOf(c.op.A[2]); moves && (!zero || seg != 0) {
		ok = false
	}
	if l == nil || c.cfg.TLBMode || !ok || args>>8&0xff != 8 {
		return false
	}
	c.clobber()
	c.writeBack()
	for _, r := range [...]reg{rsi, rdi} {
		if c.freeG>>r&1 == 0 {
			c.evict(c.ownG[r])
		}
		c.pinG |= 1 << r
	}
	slow := c.site(backend.SiteCall)
	c.helper(slow, h)
	fault := c.again(slow)
	c.repRecs(&c.tab.Sites[fault], moves)
	more := noReg
	if c.wanted(0) {
		more = c.allocReg(false)
		for _, n := range [...]uint32{slow, fault} {
			c.siteOut(n, 0, backend.LocReg|backend.Loc(more))
		}
	}
	leave := func(cc cc) { c.addStub(stubSite, c.jcc32(cc), slow, 0, 0) }
	home := func(t ir.Temp) mem { return c.memOf(&c.t[t]) }
	size := args & 0xff
	c.load(s64, rcx, home(l.Count))
	c.load(s64, rdi, home(l.Dst))
	c.aluRI(aCMP, s64, rcx, int32(maxRep/size))
	leave(ccA)
	c.testMIs(s32, home(l.Down), int32(l.DownMask))
	leave(ccNE)
	c.aluRR(aCMP, s64, rdi, r14)
	leave(ccA)
	c.aluRM(aADD, s64, rdi, hdr(backend.OffGuestBase))
	if moves {
		c.load(s64, rsi, home(l.Src))
		c.aluRR(aCMP, s64, rsi, r14)
		leave(ccA)
		c.aluRM(aADD, s64, rsi, hdr(backend.OffGuestBase))
	} else {
		c.load(s64, rax, home(l.Acc))
	}
	c.tab.Sites[fault].Host = uint32(c.n)
	c.rep(repOpcodes[h.Rep], size)
	c.store(s64, home(l.Count), rcx)
	c.aluRM(aSUB, s64, rdi, hdr(backend.OffGuestBase))
	c.store(s64, home(l.Dst), rdi)
	if moves {
		c.aluRM(aSUB, s64, rsi, hdr(backend.OffGuestBase))
		c.store(s64, home(l.Src), rsi)
	}
	if more != noReg {
		c.movRI(more, 0)
	}
	for _, n := range [...]uint32{slow, fault} {
		c.tab.Sites[n].Resume = uint32(c.n)
	}
	c.kill()
	c.forgetGlobals()
	if c.op.A[0] != ir.NoTemp {
		c.def(0, uint8(more))
	}
	return true
}

// repRecs adds where the registers of the instruction are when the host's faults.
func (c *Compiler) repRecs(s *backend.Site, moves bool) {
	l, from := c.cfg.Rep, c.recs[s.Recs:s.Recs+uint32(s.NRecs)]
	s.Recs = uint32(len(c.recs))
	c.recs = append(c.recs, from...)
	c.recs = append(c.recs,
		backend.Rec{Global: l.Count, Loc: backend.LocReg | backend.Loc(rcx)},
		backend.Rec{Global: l.Dst, Loc: backend.LocGuestAddr | backend.Loc(rdi)})
	if moves {
		c.recs = append(c.recs, backend.Rec{Global: l.Src, Loc: backend.LocGuestAddr | backend.Loc(rsi)})
	}
	s.NRecs = uint16(uint32(len(c.recs)) - s.Recs)
}

// rep emits a repeated string instruction, op that of bytes.
func (a *asm) rep(op byte, size uint64) {
	switch size {
	case 1:
		a.put(0xf3|uint64(op)<<8, 2)
	case 2:
		a.put(0x66f3|uint64(op+1)<<16, 3)
	case 4:
		a.put(0xf3|uint64(op+1)<<8, 2)
	default:
		a.put(0x48f3|uint64(op+1)<<16, 3)
	}
}
