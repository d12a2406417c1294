package linux

import (
	"encoding/binary"

	"github.com/gotcg/gotcg/linux/abi"
)

// gdb's register numbers on x86-64 (gdb manual G.5.5).
const (
	x64RSI    = 4
	x64RDI    = 5
	x64RDX    = 3
	x64RAX    = 0
	x64RSP    = 7
	x64RIP    = 16
	x64Eflags = 17
	x64CS     = 18
	x64SS     = 19
	x64ST0    = 24
	x64Fctrl  = 32
	x64Fstat  = 33
	x64Ftag   = 34
	x64Fiseg  = 35
	x64Fioff  = 36
	x64Foseg  = 37
	x64Fooff  = 38
	x64Fop    = 39
	x64XMM0   = 40
	x64MXCSR  = 56
)

// x64Context are the registers in the order of struct sigcontext.
var x64Context = [17]int{8, 9, 10, 11, 12, 13, 14, 15, x64RDI, x64RSI, 6, 1, x64RDX, x64RAX, 2, x64RSP, x64RIP}

const (
	x64RedZone = 128 // System V ABI, AMD64 supplement 3.2.2
	// struct rt_sigframe: the return address, the ucontext, the siginfo.
	x64FrameUC   = 8
	x64FrameInfo = x64FrameUC + abi.UcontextX64Size
	x64FrameSize = x64FrameInfo + abi.SiginfoSize

	x64UserCS, x64UserSS = 0x33, 0x2b

	// EFLAGS: what sigreturn restores, and what a handler starts without (TF, DF, RF).
	x64FixFlags   = 0x50dd5 // CF PF AF ZF SF TF DF OF RF AC
	x64ClearFlags = 0x10500
	mxcsrMask     = 0xffff
	mxcsrDefault  = 0x1f80
	fcwDefault    = 0x37f
)

// pushFrameX64 is pushFrame for x86-64. Linux, arch/x86/kernel/signal_64.c describes the layout.
func pushFrameX64(r regFile, m userMem, f *sigFrame, room *frameRoom) bool {
	if f.act.Flags&abi.SA_RESTORER == 0 {
		return false // there is no other way back
	}
	old := r.ReadReg(x64RSP)
	nested := altFlags(f.alt, old-x64RedZone) == abi.SS_ONSTACK
	top, entering := f.stackTop(old - x64RedZone)
	fp := (top - abi.FXStateSize) &^ 63
	sp := (fp-x64FrameSize)&^15 - 8 // as after a call: aligned once the return address is popped
	if (nested || entering) && !altOn(f.alt, sp) {
		return false // it would run over the end of the alternate stack
	}
	frame := room.zeroed(x64FrameSize + abi.FXStateSize)
	frame, fx := frame[:x64FrameSize], frame[x64FrameSize:]
	binary.LittleEndian.PutUint64(frame, f.act.Restorer)
	uc := frame[x64FrameUC:x64FrameInfo]
	binary.LittleEndian.PutUint64(uc[abi.UCFlags:], abi.UC_SIGCONTEXT_SS|abi.UC_STRICT_RESTORE_SS)
	f.alt.Encode(uc[abi.UCStack:])
	sc := abi.SigcontextX64{
		Flags: r.ReadReg(x64Eflags), CS: x64UserCS, SS: uint16(r.ReadReg(x64SS)),
		Err: f.last.err, Trapno: f.last.trapno, Oldmask: f.mask, CR2: f.last.cr2, Fpstate: fp,
	}
	for i, n := range x64Context {
		sc.GPR[i] = r.ReadReg(n)
	}
	sc.Encode(uc)
	binary.LittleEndian.PutUint64(uc[abi.UCMaskX64:], f.mask)
	n := x64FrameInfo
	if f.act.Flags&abi.SA_SIGINFO != 0 {
		n = x64FrameSize
		f.info.Encode(frame[x64FrameInfo:])
	}
	readFX(r, &room.fx)
	room.fx.Encode(fx)
	if !writeAll(m, fp, fx) || !writeAll(m, sp, frame[:n]) {
		return false
	}
	room.fx = abi.FXState{FCW: fcwDefault, MXCSR: mxcsrDefault}
	writeFX(r, &room.fx)
	r.WriteReg(x64RSP, sp)
	r.WriteReg(x64RIP, f.act.Handler)
	r.WriteReg(x64RDI, uint64(f.sig))
	r.WriteReg(x64RSI, sp+x64FrameInfo)
	r.WriteReg(x64RDX, sp+x64FrameUC)
	r.WriteReg(x64RAX, 0) // a handler declared without a prototype: no vector arguments
	r.WriteReg(x64Eflags, sc.Flags&^x64ClearFlags)
	r.WriteReg(x64CS, x64UserCS)
	r.WriteReg(x64SS, x64UserSS)
	return true
}

// popFrameX64 is popFrame for x86-64.
func popFrameX64(r regFile, m userMem, room *frameRoom) (mask uint64, alt abi.Sigaltstack, ok bool) {
	uc := room.zeroed(abi.UcontextX64Size + abi.FXStateSize)
	uc, img := uc[:abi.UcontextX64Size], uc[abi.UcontextX64Size:]
	if !readAll(m, r.ReadReg(x64RSP), uc) { // the return address has been popped
		return 0, alt, false
	}
	sc := abi.DecodeSigcontextX64(uc)
	flags := binary.LittleEndian.Uint64(uc[abi.UCFlags:])
	// A code segment other than the one there is would fault on the way back to user mode; so would
	// another stack segment, unless the program does not know about it.
	if sc.CS|3 != x64UserCS || flags&abi.UC_STRICT_RESTORE_SS != 0 && sc.SS|3 != x64UserSS {
		return 0, alt, false
	}
	fx := &room.fx
	*fx = abi.FXState{FCW: fcwDefault, MXCSR: mxcsrDefault}
	if sc.Fpstate != 0 {
		if !readAll(m, sc.Fpstate, img) {
			return 0, alt, false
		}
		if *fx = abi.DecodeFXState(img); fx.MXCSR&^mxcsrMask != 0 {
			return 0, alt, false
		}
	}
	for i, n := range x64Context {
		r.WriteReg(n, sc.GPR[i])
	}
	r.WriteReg(x64Eflags, r.ReadReg(x64Eflags)&^x64FixFlags|sc.Flags&x64FixFlags)
	r.WriteReg(x64CS, x64UserCS)
	r.WriteReg(x64SS, x64UserSS)
	writeFX(r, fx)
	return binary.LittleEndian.Uint64(uc[abi.UCMaskX64:]), abi.DecodeSigaltstack(uc[abi.UCStack:]), true
}

// readFX gathers the x87 and SSE registers.
func readFX(r regFile, f *abi.FXState) {
	f.FTW = 0
	f.FCW, f.FSW = uint16(r.ReadReg(x64Fctrl)), uint16(r.ReadReg(x64Fstat))
	for i, tag := 0, r.ReadReg(x64Ftag); i < 8; i++ {
		if tag>>(2*i)&3 != 3 {
			f.FTW |= 1 << i
		}
	}
	f.FOP = uint16(r.ReadReg(x64Fop))
	f.FIP = r.ReadReg(x64Fiseg)<<32 | r.ReadReg(x64Fioff)
	f.FDP = r.ReadReg(x64Foseg)<<32 | r.ReadReg(x64Fooff)
	f.MXCSR, f.MXCSRMask = uint32(r.ReadReg(x64MXCSR)), mxcsrMask
	for i := range f.ST {
		r.ReadRegBytes(x64ST0+i, f.ST[i][:])
	}
	for i := range f.XMM {
		r.ReadRegBytes(x64XMM0+i, f.XMM[i][:])
	}
}

// writeFX sets the x87 and SSE registers. The status word goes first: it says which is ST(0).
func writeFX(r regFile, f *abi.FXState) {
	r.WriteReg(x64Fctrl, uint64(f.FCW))
	r.WriteReg(x64Fstat, uint64(f.FSW))
	tag := uint64(0)
	for i := range 8 {
		if f.FTW>>i&1 == 0 {
			tag |= 3 << (2 * i)
		}
	}
	r.WriteReg(x64Ftag, tag)
	r.WriteReg(x64Fop, uint64(f.FOP))
	r.WriteReg(x64Fiseg, f.FIP>>32&0xffff)
	r.WriteReg(x64Fioff, f.FIP&0xffffffff)
	r.WriteReg(x64Foseg, f.FDP>>32&0xffff)
	r.WriteReg(x64Fooff, f.FDP&0xffffffff)
	r.WriteReg(x64MXCSR, uint64(f.MXCSR&mxcsrMask))
	for i := range f.ST {
		r.WriteRegBytes(x64ST0+i, f.ST[i][:])
	}
	for i := range f.XMM {
		r.WriteRegBytes(x64XMM0+i, f.XMM[i][:])
	}
}
