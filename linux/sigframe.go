package linux

import (
	"github.com/gotcg/gotcg/linux/abi"
)

// Signal frames are pure functions over a register file and guest memory: push saves the
// interrupted state on a stack and points the registers at the handler, pop undoes it. Nothing
// in a frame is trusted: it is the guest's memory.

// regFile is the part of CPU that frames use. Registers go by gdb number.
type regFile interface {
	ReadReg(num int) uint64
	WriteReg(num int, v uint64)
	ReadRegBytes(num int, b []byte) int
	WriteRegBytes(num int, b []byte) int
}

// sigFrame is one delivery: what push needs beside the registers.
type sigFrame struct {
	sig  abi.Signal
	act  abi.Sigaction
	info *abi.Siginfo
	mask uint64          // the mask that sigreturn restores
	alt  abi.Sigaltstack // the alternate stack in force
	last lastFault
	// tramp is where a handler without SA_RESTORER returns to (AArch64).
	tramp uint64
}

// frameRoom is what frames are put together in, kept by a task from one to the next. A frame needs nothing of the one before.
type frameRoom struct {
	b  []byte
	fx abi.FXState
	fp abi.FpsimdContext
}

// zeroed returns room for n bytes.
func (r *frameRoom) zeroed(n int) []byte {
	if n > len(r.b) {
		r.b = make([]byte, n)
		return r.b
	}
	b := r.b[:n]
	clear(b)
	return b
}

// lastFault is what the kernel keeps of a thread's last exception and shows in each frame.
type lastFault struct {
	trapno, err, cr2 uint64 // x86-64
	addr, esr        uint64 // AArch64
}

// altOn tells whether sp is on the stack a, whatever its flags; sigaltstack(2).
func altOn(a abi.Sigaltstack, sp uint64) bool { return sp > a.SP && sp-a.SP <= a.Size }

// altFlags is what ss_flags says about the stack a while the stack pointer is sp. A stack with
// SS_AUTODISARM is never in use: delivery takes it away.
func altFlags(a abi.Sigaltstack, sp uint64) uint32 {
	switch {
	case a.Size == 0:
		return abi.SS_DISABLE
	case a.Flags&abi.SS_AUTODISARM == 0 && altOn(a, sp):
		return abi.SS_ONSTACK
	}
	return 0
}

// stackTop is where the frame goes when the interrupted code's stack may be used down from sp.
func (f *sigFrame) stackTop(sp uint64) (top uint64, entering bool) {
	if f.act.Flags&abi.SA_ONSTACK != 0 && altFlags(f.alt, sp) == 0 {
		return f.alt.SP + f.alt.Size, true
	}
	return sp, false
}

// pushFrame makes the registers those of the handler's start. It reports false, with the
// registers unchanged, when the frame cannot be written.
func pushFrame(a abi.Arch, r regFile, m userMem, f *sigFrame, room *frameRoom) bool {
	if a == abi.X64 {
		return pushFrameX64(r, m, f, room)
	}
	return pushFrameA64(r, m, f, room)
}

// popFrame is rt_sigreturn(2): it restores the registers from the frame at the stack pointer and
// returns the mask and alternate stack to restore. When the frame is bad it reports false, with
// some registers changed.
func popFrame(a abi.Arch, r regFile, m userMem, room *frameRoom) (mask uint64, alt abi.Sigaltstack, ok bool) {
	if a == abi.X64 {
		return popFrameX64(r, m, room)
	}
	return popFrameA64(r, m, room)
}

// readAll and writeAll copy whole buffers of guest memory.
func readAll(m userMem, addr uint64, b []byte) bool {
	_, f := m.as.Read(m.at(addr), b)
	return f.OK()
}

func writeAll(m userMem, addr uint64, b []byte) bool {
	_, f := m.as.Write(m.at(addr), b)
	return f.OK()
}
