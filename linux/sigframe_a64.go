package linux

import (
	"encoding/binary"

	"github.com/gotcg/gotcg/linux/abi"
)

// gdb's register numbers on AArch64; x0 to x30 are 0 to 30.
const (
	a64FP   = 29
	a64LR   = 30
	a64SP   = 31
	a64PC   = 32
	a64CPSR = 33
	a64V0   = 34
	a64FPSR = 66
	a64FPCR = 67
)

const (
	// struct rt_sigframe: the siginfo, the ucontext. A frame record for unwinders is above it.
	a64FrameUC   = abi.SiginfoSize
	a64FrameSize = a64FrameUC + abi.UcontextA64Size
	a64Record    = 16

	a64NZCV = 0xf << 28
	// a64BadPstate are the bits that no user state has: the mode, AArch32 and the interrupt masks.
	a64BadPstate = 0x1f | 0xf<<6
	// a64RecordsMax bounds what an extra_context may add, in bytes. Linux, SIGFRAME_MAXSZ.
	a64RecordsMax = 1 << 16
)

// a64Trampoline is mov x8, #139 (rt_sigreturn); svc #0: what the kernel's vDSO has for handlers
// without SA_RESTORER. Unwinders know it by its bytes.
var a64Trampoline = []byte{0x68, 0x11, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4}

// pushFrameA64 is pushFrame for AArch64. Linux, arch/arm64/kernel/signal.c describes the layout.
func pushFrameA64(r regFile, m userMem, f *sigFrame, room *frameRoom) bool {
	old := r.ReadReg(a64SP)
	top, _ := f.stackTop(old)
	record := (top - a64Record) &^ 15
	sp := (record - a64FrameSize) &^ 15
	b := room.zeroed(int(record + a64Record - sp))
	uc := b[a64FrameUC:]
	f.alt.Encode(uc[abi.UCStack:])
	binary.LittleEndian.PutUint64(uc[abi.UCMaskA64:], f.mask)
	sc := abi.SigcontextA64{FaultAddress: f.last.addr, SP: old, PC: r.ReadReg(a64PC), Pstate: r.ReadReg(a64CPSR)}
	for i := range sc.X {
		sc.X[i] = r.ReadReg(i)
	}
	sc.Encode(uc)
	fp := &room.fp
	fp.FPSR, fp.FPCR = uint32(r.ReadReg(a64FPSR)), uint32(r.ReadReg(a64FPCR))
	for i := range fp.V {
		r.ReadRegBytes(a64V0+i, fp.V[i][:])
	}
	rec := uc[abi.A64Records:]
	fp.Encode(rec)
	if f.last.esr != 0 {
		abi.EncodeEsrContext(rec[abi.FpsimdContextSize:], f.last.esr)
	}
	binary.LittleEndian.PutUint64(b[record-sp:], r.ReadReg(a64FP))
	binary.LittleEndian.PutUint64(b[record-sp+8:], r.ReadReg(a64LR))
	if f.act.Flags&abi.SA_SIGINFO != 0 {
		f.info.Encode(b)
	}
	if !writeAll(m, sp, b) {
		return false
	}
	if f.act.Flags&abi.SA_SIGINFO != 0 {
		r.WriteReg(1, sp)
		r.WriteReg(2, sp+a64FrameUC)
	}
	lr := f.tramp
	if f.act.Flags&abi.SA_RESTORER != 0 {
		lr = f.act.Restorer
	}
	r.WriteReg(0, uint64(f.sig))
	r.WriteReg(a64SP, sp)
	r.WriteReg(a64FP, record)
	r.WriteReg(a64LR, lr)
	r.WriteReg(a64PC, f.act.Handler)
	return true
}

// popFrameA64 is popFrame for AArch64.
func popFrameA64(r regFile, m userMem, room *frameRoom) (mask uint64, alt abi.Sigaltstack, ok bool) {
	sp := r.ReadReg(a64SP)
	uc := room.zeroed(abi.UcontextA64Size)
	if sp%16 != 0 || !readAll(m, sp+a64FrameUC, uc) {
		return 0, alt, false
	}
	sc := abi.DecodeSigcontextA64(uc)
	at := sp + a64FrameUC + abi.A64Records
	fp := &room.fp
	*fp, ok = findFpsimd(m, at, uc[abi.A64Records:])
	if !ok || sc.Pstate&a64BadPstate != 0 {
		return 0, alt, false
	}
	for i := range sc.X {
		r.WriteReg(i, sc.X[i])
	}
	r.WriteReg(a64SP, sc.SP)
	r.WriteReg(a64PC, sc.PC)
	r.WriteReg(a64CPSR, sc.Pstate&a64NZCV)
	for i := range fp.V {
		r.WriteRegBytes(a64V0+i, fp.V[i][:])
	}
	r.WriteReg(a64FPSR, uint64(fp.FPSR))
	r.WriteReg(a64FPCR, uint64(fp.FPCR))
	return binary.LittleEndian.Uint64(uc[abi.UCMaskA64:]), abi.DecodeSigaltstack(uc[abi.UCStack:]), true
}

// findFpsimd walks the records of a frame, which are at address at and in b. Exactly one
// fpsimd_context must be there, nothing unknown, and at most one extra_context, which goes on with
// records that lie behind the terminator.
func findFpsimd(m userMem, at uint64, b []byte) (fp abi.FpsimdContext, ok bool) {
	found, extra := false, false
	for off := 0; ; {
		if off+abi.Aarch64CtxSize > len(b) {
			return fp, false
		}
		magic, size := abi.DecodeAarch64Ctx(b[off:])
		if magic == 0 {
			return fp, found && size == 0
		}
		if size < abi.Aarch64CtxSize || size%16 != 0 || uint64(size) > uint64(len(b)-off) {
			return fp, false
		}
		rec := b[off : off+int(size)]
		off += int(size)
		switch magic {
		case abi.FPSIMD_MAGIC:
			if found || size != abi.FpsimdContextSize {
				return fp, false
			}
			found, fp = true, abi.DecodeFpsimdContext(rec)
		case abi.ESR_MAGIC: // nothing to restore
		case abi.EXTRA_MAGIC:
			end := at + uint64(off) + 16 // the record is the last, and the extra space follows the terminator
			if extra || size < abi.ExtraContextSize || off+abi.Aarch64CtxSize > len(b) {
				return fp, false
			}
			if m, s := abi.DecodeAarch64Ctx(b[off:]); m != 0 || s != 0 {
				return fp, false
			}
			data, n := abi.DecodeExtraContext(rec)
			if data != end || n%16 != 0 || n > a64RecordsMax {
				return fp, false
			}
			b = make([]byte, n)
			if !readAll(m, data, b) {
				return fp, false
			}
			extra, at, off = true, data, 0
		default:
			return fp, false
		}
	}
}
