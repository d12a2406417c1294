package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
)

// EmitStubs implements backend.Backend: the common stubs at the start of the code buffer. It must be
// called before the first Compile.
//
// Generated code is entered by way of Stubs.Enter with RBP = State + StateBias and R14 = guest limit, keeps RSP as
// it found it, and returns by RET. Meanwhile R15 holds the flags word. The stubs that leave with a slot or site number get it in RAX.
func (c *Compiler) EmitStubs(buf []byte) (backend.Stubs, error) {
	if len(buf) < 2048 {
		return backend.Stubs{}, backend.ErrTooBig
	}
	c.asm = asm{b: buf}
	reason := func(r backend.ExitReason) { c.storeI(s32, hdr(backend.OffExitReason), int32(r)) }
	start := func() uint32 {
		c.align(16, 0)
		return uint32(c.n)
	}

	s := &c.stubs
	arg := func() { c.store(s32, hdr(backend.OffExitArg), rax) }
	for _, x := range []struct {
		at     *uint32
		reason backend.ExitReason
	}{
		{&c.slotExit, backend.ExitSlot}, {&c.intrSlot, backend.ExitInterruptSlot},
		{&c.hotExit, backend.ExitHot}, {&c.excExit, backend.ExitException},
	} {
		*x.at = start()
		arg()
		reason(x.reason)
		c.leaveCode()
	}

	s.Enter = start()
	c.loadPinned()
	c.jmpM(hdr(backend.OffResumeAddr))

	c.emitJumpMiss(start(), reason)

	c.intrPtr = start()
	c.store(s64, hdr(backend.OffExitPC), rax)
	reason(backend.ExitInterruptPC)
	c.leaveCode()

	for k := 1; k < backend.NumSaved; k++ {
		c.saveExit[k] = start()
		arg()
		reason(backend.ExitSite)
		c.saveRegs(savedSets[k])
		c.storeI(s32, hdr(backend.OffSaved), int32(k))
		c.leaveCode()
	}

	s.Fault = start()
	reason(backend.ExitFault)
	fault := c.jmp8()

	s.SaveExit = start()
	arg()
	reason(backend.ExitSite)
	c.patch8(fault)
	c.saveRegs(savedSets[0])
	c.storeI(s32, hdr(backend.OffSaved), 0)
	for x := xmm0; x <= xmm15; x++ {
		c.xm(xMOVAPS+1, x, hdr(backend.OffVRegs+int32(x)*16))
	}
	c.leaveCode()

	for k := range s.Resume {
		s.Resume[k] = start()
		c.emitResume(k)
	}

	s.End = start()
	return *s, nil
}

// emitJumpMiss emits what looks for the target of an indirect jump, in RAX, in the jump cache's second part.
func (c *Compiler) emitJumpMiss(at uint32, reason func(backend.ExitReason)) {
	s := &c.stubs
	s.JumpMiss = at
	c.req.Off = 0
	c.movRR(s32, rcx, rax)
	c.shiftRI(shSHR, s32, rcx, backend.JumpCacheBits)
	c.aluRR(aXOR, s32, rcx, rax)
	e, none := c.jumpEntry(rcx, 16<<backend.JumpCacheBits)
	c.jmpM(e)
	c.patch32(none, c.n)
	s.JumpNone = uint32(c.n)
	c.store(s64, hdr(backend.OffExitPC), rax)
	reason(backend.ExitIndirect)
	c.leaveCode()
}

// emitResume emits what goes on behind a site at which the registers of savedSets[k] were saved.
func (c *Compiler) emitResume(k int) {
	if k == 0 {
		for x := xmm0; x <= xmm15; x++ {
			c.xm(xMOVAPS, x, hdr(backend.OffVRegs+int32(x)*16))
		}
	}
	c.loadRegs(savedSets[k])
	if f := c.cfg.Flags; f != 0 { // and not what is above
		c.rm(0x8b|p66, uint8(r15), c.memOf(&c.gtmpl[f]))
	}
	c.jmpM(hdr(backend.OffResumeAddr))
}

// loadPinned loads what a register holds all the time in generated code: the flags word. The host's flags stay.
func (c *Compiler) loadPinned() {
	if f := c.cfg.Flags; f != 0 {
		c.load(s16, r15, c.memOf(&c.gtmpl[f]))
	}
}

// leaveCode returns to Go.
func (c *Compiler) leaveCode() {
	if f := c.cfg.Flags; f != 0 {
		c.store(s16, c.memOf(&c.gtmpl[f]), r15)
	}
	c.ret()
}

// saved is a set of registers that is saved at a site.
type saved struct {
	regs  uint32
	flags bool
}

// fewRegs are those that are allocated first.
const fewRegs = 1<<rdx | 1<<rbx | 1<<rsi | 1<<rdi | 1<<r8

// savedSets are the sets by Header.Saved. What observers are called with is in no vector register.
var savedSets = [backend.NumSaved]saved{
	{(1<<16 - 1) &^ (1<<rsp | 1<<rbp | 1<<r14), true},
	{allocG | 1<<r15, true}, {allocG | 1<<r15, false}, {fewRegs | 1<<r15, true}, {fewRegs | 1<<r15, false},
}

// saveRegs stores general registers and flags.
func (c *Compiler) saveRegs(s saved) {
	for r := rax; r <= r15; r++ {
		if s.regs>>r&1 != 0 {
			c.store(s64, hdr(backend.OffRegs+int32(r)*8), r)
		}
	}
	if s.flags {
		c.lahf()
		c.setcc(ccO, rax)
		c.movZX(s16, rax, rax)
		c.store(s32, hdr(backend.OffHostFlags), rax)
	}
}

// loadRegs loads what saveRegs stored.
func (c *Compiler) loadRegs(s saved) {
	if s.flags {
		c.load(s32, rax, hdr(backend.OffHostFlags))
		c.aluRI(aADD, s8, rax, 127)
		c.sahf()
	}
	for r := rax; r <= r15; r++ {
		if s.regs>>r&1 != 0 {
			c.load(s64, r, hdr(backend.OffRegs+int32(r)*8))
		}
	}
}
