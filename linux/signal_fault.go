package linux

import (
	"fmt"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/linux/abi"
)

// sigFault is an exception as Linux tells the program.
type sigFault struct {
	exit Exit // Signal, Addr and Reason, for when it is fatal
	code int32
	addr uint64 // si_addr
	last lastFault
	// keep: the exception leaves what is known of the last one as it is.
	keep bool
}

func (f *sigFault) info() abi.Siginfo {
	i := abi.Siginfo{Signo: int32(f.exit.Signal), Code: f.code}
	if f.code != abi.SI_KERNEL {
		i.SetFault(f.addr)
	}
	return i
}

// x86-64 exception vectors, SDM vol. 3 6.3.1.
const (
	trapDE = 0
	trapBP = 3
	trapOF = 4
	trapUD = 6
	trapGP = 13
	trapPF = 14
	trapMF = 16
	trapAC = 17
	trapXM = 19
)

// faultSignal maps an exception to what the kernel makes of it. Sources: Linux
// arch/x86/kernel/traps.c, arch/x86/mm/fault.c, arch/arm64/kernel/traps.c, arch/arm64/mm/fault.c.
func faultSignal(a abi.Arch, x cpu.Exception) sigFault {
	if a == abi.X64 {
		return faultX64(x)
	}
	return faultA64(x)
}

// reason describes exceptions other than those of memory.
func faultReason(x cpu.Exception) string {
	switch x.Kind {
	case cpu.ExcBreak:
		return "breakpoint instruction"
	case cpu.ExcIllegal:
		return "illegal instruction"
	case cpu.ExcUnimplemented:
		return "instruction not implemented by gotcg"
	case cpu.ExcDivide:
		return "integer division"
	case cpu.ExcFP:
		return "floating-point exception"
	case cpu.ExcAlign:
		return "misaligned access"
	case cpu.ExcProtection:
		return "general protection"
	case cpu.ExcInt:
		return fmt.Sprintf("INT %#x", x.Code)
	case cpu.ExcOverflow:
		return "overflow trap"
	case cpu.ExcHalt:
		return "privileged instruction"
	}
	return x.Kind.String()
}

func faultX64(x cpu.Exception) sigFault {
	f := sigFault{exit: Exit{Signal: abi.SIGSEGV, Reason: faultReason(x)}, code: abi.SI_KERNEL, last: lastFault{trapno: trapGP}}
	switch x.Kind {
	case cpu.ExcBreak:
		f.exit.Signal, f.last.trapno = abi.SIGTRAP, trapBP
	case cpu.ExcIllegal, cpu.ExcUnimplemented:
		f.exit.Signal, f.code, f.addr, f.last.trapno = abi.SIGILL, abi.ILL_ILLOPN, x.PC, trapUD
	case cpu.ExcDivide:
		f.exit.Signal, f.code, f.addr, f.last.trapno = abi.SIGFPE, abi.FPE_INTDIV, x.PC, trapDE
	case cpu.ExcFP: // fpFault knows which
		f.exit.Signal, f.code, f.addr, f.last.trapno = abi.SIGFPE, abi.FPE_FLTINV, x.PC, trapXM
	case cpu.ExcAlign:
		f.exit.Signal, f.code, f.last.trapno = abi.SIGBUS, abi.BUS_ADRALN, trapAC
		f.exit.Addr, f.exit.HasAddr = x.Fault.Addr, true
	case cpu.ExcInt: // the error code of a gate that is not for user programs
		f.last.err = x.Code<<3 | 2
	case cpu.ExcOverflow:
		f.last.trapno = trapOF
	case cpu.ExcMemory:
		return memoryX64(x)
	}
	if f.addr != 0 {
		f.exit.Addr = f.addr
	}
	return f
}

// memoryX64 is a page fault, or what an address that is not canonical makes of it.
func memoryX64(x cpu.Exception) sigFault {
	const present, write, user, fetch = 1, 2, 4, 16
	m := x.Fault
	f := sigFault{exit: Exit{Signal: abi.SIGSEGV, Addr: m.Addr, HasAddr: true}, code: abi.SEGV_MAPERR, addr: m.Addr,
		last: lastFault{trapno: trapPF, err: user, cr2: m.Addr}}
	switch m.Access {
	case cpu.AccessWrite:
		f.last.err |= write
	case cpu.AccessFetch:
		f.last.err |= fetch
	}
	f.exit.Reason = memoryReason(m)
	switch {
	case m.Kind == cpu.FaultPerm:
		f.code = abi.SEGV_ACCERR
		f.last.err |= present
	case m.Kind == cpu.FaultBus:
		f.exit.Signal, f.code = abi.SIGBUS, abi.BUS_ADRERR
	case m.Kind == cpu.FaultAlign, int64(m.Addr)<<16>>16 != int64(m.Addr): // #GP
		f.code, f.addr, f.last = abi.SI_KERNEL, 0, lastFault{trapno: trapGP}
	case m.Addr>>47 != 0: // the kernel's half: what is there is not told
		f.last.err |= present
	}
	return f
}

func memoryReason(m cpu.Fault) string {
	switch m.Kind {
	case cpu.FaultPerm:
		return m.Access.String() + " not permitted"
	case cpu.FaultAlign:
		return "misaligned " + m.Access.String()
	case cpu.FaultBus:
		return m.Access.String() + " beyond the end of a mapped file"
	case cpu.FaultRange:
		return m.Access.String() + " outside the address range"
	}
	return m.Access.String() + " of unmapped memory"
}

func faultA64(x cpu.Exception) sigFault {
	f := sigFault{exit: Exit{Signal: abi.SIGILL, Addr: x.PC, Reason: faultReason(x)}, code: abi.ILL_ILLOPC, addr: x.PC}
	switch x.Kind {
	case cpu.ExcBreak:
		f.exit.Signal, f.code, f.keep = abi.SIGTRAP, abi.TRAP_BRKPT, true
	case cpu.ExcDivide:
		f.exit.Signal, f.code = abi.SIGFPE, abi.FPE_INTDIV
	case cpu.ExcFP:
		f.exit.Signal, f.code = abi.SIGFPE, abi.FPE_FLTINV
	case cpu.ExcAlign, cpu.ExcMemory:
		return memoryA64(x)
	}
	return f
}

// memoryA64 is an instruction or data abort, as ESR_EL1 describes it; Arm ARM D24.2.37.
func memoryA64(x cpu.Exception) sigFault {
	const (
		instrAbort, dataAbort, pcAlign = 0x20 << 26, 0x24 << 26, 0x22 << 26
		il, wnr                        = 1 << 25, 1 << 6
		translation, permission, align = 0x07, 0x0f, 0x21 // level 3
	)
	m := x.Fault
	if x.Kind == cpu.ExcAlign { // of the PC
		m = cpu.Fault{Addr: x.PC, Kind: cpu.FaultAlign, Access: cpu.AccessFetch}
	}
	addr := untagged(m.Addr)
	f := sigFault{exit: Exit{Signal: abi.SIGSEGV, Addr: addr, HasAddr: true, Reason: memoryReason(m)}, code: abi.SEGV_MAPERR, addr: m.Addr}
	esr := uint64(dataAbort | il)
	switch m.Access {
	case cpu.AccessWrite:
		esr |= wnr
	case cpu.AccessFetch:
		esr = instrAbort | il
	}
	switch m.Kind {
	case cpu.FaultPerm:
		f.code = abi.SEGV_ACCERR
		esr |= permission
	case cpu.FaultAlign:
		f.exit.Signal, f.code = abi.SIGBUS, abi.BUS_ADRALN
		if m.Access == cpu.AccessFetch {
			esr = pcAlign | il
		} else {
			esr |= align
		}
	case cpu.FaultBus:
		f.exit.Signal, f.code = abi.SIGBUS, abi.BUS_ADRERR
		esr |= translation
	default:
		esr |= translation
	}
	f.last = lastFault{addr: addr, esr: esr}
	return f
}

// fpCode is the si_code of an x86-64 SIGFPE: of the exceptions that are both flagged and unmasked, the
// one Linux names first. x87 and SSE have the same bits in different words; raised are SSE's, if the
// exception told.
func fpCode(r regFile, raised uint64) (code int32, trap uint64) {
	e, trap := raised&0x3f, uint64(trapXM)
	if mxcsr := r.ReadReg(x64MXCSR); e == 0 {
		e = mxcsr &^ (mxcsr >> 7) & 0x3f
	}
	if e == 0 {
		e, trap = r.ReadReg(x64Fstat)&^r.ReadReg(x64Fctrl)&0x3f, trapMF
	}
	switch {
	case e&0x01 != 0:
		return abi.FPE_FLTINV, trap
	case e&0x04 != 0:
		return abi.FPE_FLTDIV, trap
	case e&0x08 != 0:
		return abi.FPE_FLTOVF, trap
	case e&0x12 != 0:
		return abi.FPE_FLTUND, trap
	case e&0x20 != 0:
		return abi.FPE_FLTRES, trap
	}
	return abi.FPE_FLTINV, trap
}
