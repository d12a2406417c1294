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
	c.slotExit = start()
	arg()
	reason(backend.ExitSlot)
	c.leaveCode()

	c.intrSlot = start()
	arg()
	reason(backend.ExitInterruptSlot)
	c.leaveCode()

	c.hotExit = start()
	arg()
	reason(backend.ExitHot)
	c.leaveCode()

	c.excExit = start()
	arg()
	reason(backend.ExitException)
	c.leaveCode()

	s.Enter = start()
	c.loadPinned()
	c.jmpM(hdr(backend.OffResumeAddr))

	s.JumpMiss = start()
	c.req.Off = 0
	c.movRR(s32, rcx, rax)
	c.shiftRI(shSHR, s32, rcx, backend.JumpCacheBits)
	c.aluRR(aXOR, s32, rcx, rax)
	e, none := c.jumpEntry(16 << backend.JumpCacheBits)
	c.jmpM(e)
	c.patch32(none, c.n)
	s.JumpNone = uint32(c.n)
	c.store(s64, hdr(backend.OffExitPC), rax)
	reason(backend.ExitIndirect)
	c.leaveCode()

	c.intrPtr = start()
	c.store(s64, hdr(backend.OffExitPC), rax)
	reason(backend.ExitInterruptPC)
	c.leaveCode()

	c.saveFew = start()
	arg()
	reason(backend.ExitSite)
	c.saveRegs()
	c.storeI(s32, hdr(backend.OffNoVRegs), 1)
	c.leaveCode()

	s.Fault = start()
	reason(backend.ExitFault)
	fault := c.jmp8()

	s.SaveExit = start()
	arg()
	reason(backend.ExitSite)
	c.patch8(fault)
	c.saveRegs()
	c.storeI(s32, hdr(backend.OffNoVRegs), 0)
	for x := xmm0; x <= xmm15; x++ {
		c.xm(xMOVAPS+1, x, hdr(backend.OffVRegs+int32(x)*16))
	}
	c.leaveCode()

	s.Resume = start()
	c.aluMI(aCMP, s32, hdr(backend.OffNoVRegs), 0)
	few := c.jcc32(ccNE)
	for x := xmm0; x <= xmm15; x++ {
		c.xm(xMOVAPS, x, hdr(backend.OffVRegs+int32(x)*16))
	}
	c.patch32(few, c.n)
	c.load(s32, rax, hdr(backend.OffHostFlags))
	c.aluRI(aADD, s8, rax, 127)
	c.sahf()
	for r := rax; r <= r15; r++ {
		if r != rsp && r != rbp && r != r14 {
			c.load(s64, r, hdr(backend.OffRegs+int32(r)*8))
		}
	}
	if f := c.cfg.Flags; f != 0 { // and not what is above
		c.rm(0x8b|p66, uint8(r15), c.memOf(&c.gtmpl[f]))
	}
	c.jmpM(hdr(backend.OffResumeAddr))

	s.End = start()
	return *s, nil
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

// saveRegs stores the general registers and the flags.
func (c *Compiler) saveRegs() {
	for r := rax; r <= r15; r++ {
		if r != rsp && r != rbp && r != r14 {
			c.store(s64, hdr(backend.OffRegs+int32(r)*8), r)
		}
	}
	c.lahf()
	c.setcc(ccO, rax)
	c.movZX(s16, rax, rax)
	c.store(s32, hdr(backend.OffHostFlags), rax)
}
