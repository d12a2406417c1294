package abi

// Offsets in struct ucontext of x86-64, in bytes. Linux, arch/x86 uapi ucontext.h, sigcontext.h.
const (
	UcontextX64Size = 304

	UCFlags   = 0 // both guests
	UCStack   = 16
	ucMctxX64 = 40
	UCMaskX64 = 296
	UCMaskA64 = 40
	ucMctxA64 = 176 // the set of signals has room for 1024, then 16-byte alignment
)

// uc_flags of x86-64. Linux, arch/x86 uapi ucontext.h.
const (
	UC_FP_XSTATE         = 1
	UC_SIGCONTEXT_SS     = 2
	UC_STRICT_RESTORE_SS = 4
)

// SigcontextX64 is struct sigcontext of x86-64. GPR is in the order of its fields: r8 to r15, rdi,
// rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
type SigcontextX64 struct {
	GPR                       [17]uint64
	Flags                     uint64
	CS, GS, FS, SS            uint16
	Err, Trapno, Oldmask, CR2 uint64
	Fpstate                   uint64 // address of an FXStateSize image, or 0
}

// Encode writes s into the struct ucontext b[:UcontextX64Size].
func (s *SigcontextX64) Encode(b []byte) {
	m := b[ucMctxX64:UCMaskX64]
	for i, v := range s.GPR {
		le.PutUint64(m[8*i:], v)
	}
	le.PutUint64(m[136:], s.Flags)
	for i, v := range []uint16{s.CS, s.GS, s.FS, s.SS} {
		le.PutUint16(m[144+2*i:], v)
	}
	for i, v := range []uint64{s.Err, s.Trapno, s.Oldmask, s.CR2, s.Fpstate} {
		le.PutUint64(m[152+8*i:], v)
	}
	clear(m[192:])
}

// DecodeSigcontextX64 reads the sigcontext in the struct ucontext b[:UcontextX64Size].
func DecodeSigcontextX64(b []byte) (s SigcontextX64) {
	m := b[ucMctxX64:UCMaskX64]
	for i := range s.GPR {
		s.GPR[i] = le.Uint64(m[8*i:])
	}
	s.Flags = le.Uint64(m[136:])
	for i, v := range []*uint16{&s.CS, &s.GS, &s.FS, &s.SS} {
		*v = le.Uint16(m[144+2*i:])
	}
	for i, v := range []*uint64{&s.Err, &s.Trapno, &s.Oldmask, &s.CR2, &s.Fpstate} {
		*v = le.Uint64(m[152+8*i:])
	}
	return s
}

// FXState is the 512-byte image of FXSAVE64, which is what a processor without XSAVE has behind
// sigcontext's fpstate. SDM vol. 1 10.5.1.
type FXState struct {
	FCW, FSW, FOP    uint16
	FTW              uint8 // bit i: physical register i is not empty
	FIP, FDP         uint64
	MXCSR, MXCSRMask uint32
	ST               [8][10]byte // by position from the top of the stack
	XMM              [16][16]byte
}

// FXStateSize is the size of the image, in bytes.
const FXStateSize = 512

// Encode writes f to b[:FXStateSize].
func (f *FXState) Encode(b []byte) {
	clear(b[:FXStateSize])
	le.PutUint16(b[0:], f.FCW)
	le.PutUint16(b[2:], f.FSW)
	b[4] = f.FTW
	le.PutUint16(b[6:], f.FOP)
	le.PutUint64(b[8:], f.FIP)
	le.PutUint64(b[16:], f.FDP)
	le.PutUint32(b[24:], f.MXCSR)
	le.PutUint32(b[28:], f.MXCSRMask)
	for i := range f.ST {
		copy(b[32+16*i:], f.ST[i][:])
	}
	for i := range f.XMM {
		copy(b[160+16*i:], f.XMM[i][:])
	}
}

// DecodeFXState reads an image from b[:FXStateSize].
func DecodeFXState(b []byte) (f FXState) {
	f.FCW, f.FSW, f.FOP, f.FTW = le.Uint16(b), le.Uint16(b[2:]), le.Uint16(b[6:]), b[4]
	f.FIP, f.FDP = le.Uint64(b[8:]), le.Uint64(b[16:])
	f.MXCSR, f.MXCSRMask = le.Uint32(b[24:]), le.Uint32(b[28:])
	for i := range f.ST {
		copy(f.ST[i][:], b[32+16*i:])
	}
	for i := range f.XMM {
		copy(f.XMM[i][:], b[160+16*i:])
	}
	return f
}

// SigcontextA64 is struct sigcontext of AArch64 up to its records.
type SigcontextA64 struct {
	FaultAddress   uint64
	X              [31]uint64
	SP, PC, Pstate uint64
}

// Sizes and offsets on AArch64, in bytes. Linux, arch/arm64 uapi sigcontext.h, ucontext.h.
const (
	UcontextA64Size = 4560
	// A64Records is the offset in struct ucontext of sigcontext's __reserved, A64RecordsSize its size.
	A64Records     = ucMctxA64 + 288
	A64RecordsSize = 4096

	FPSIMD_MAGIC = 0x46508001
	ESR_MAGIC    = 0x45535201
	EXTRA_MAGIC  = 0x45585401

	FpsimdContextSize = 528
	EsrContextSize    = 16
	ExtraContextSize  = 32
	Aarch64CtxSize    = 8 // struct _aarch64_ctx: magic and size of a record
)

// Encode writes s into the struct ucontext b.
func (s *SigcontextA64) Encode(b []byte) {
	m := b[ucMctxA64:]
	le.PutUint64(m, s.FaultAddress)
	for i, v := range s.X {
		le.PutUint64(m[8+8*i:], v)
	}
	for i, v := range []uint64{s.SP, s.PC, s.Pstate, 0} {
		le.PutUint64(m[256+8*i:], v)
	}
}

// DecodeSigcontextA64 reads the sigcontext in the struct ucontext b.
func DecodeSigcontextA64(b []byte) (s SigcontextA64) {
	m := b[ucMctxA64:]
	s.FaultAddress = le.Uint64(m)
	for i := range s.X {
		s.X[i] = le.Uint64(m[8+8*i:])
	}
	s.SP, s.PC, s.Pstate = le.Uint64(m[256:]), le.Uint64(m[264:]), le.Uint64(m[272:])
	return s
}

// FpsimdContext is struct fpsimd_context.
type FpsimdContext struct {
	FPSR, FPCR uint32
	V          [32][16]byte
}

// Encode writes the record to b[:FpsimdContextSize].
func (f *FpsimdContext) Encode(b []byte) {
	EncodeAarch64Ctx(b, FPSIMD_MAGIC, FpsimdContextSize)
	le.PutUint32(b[8:], f.FPSR)
	le.PutUint32(b[12:], f.FPCR)
	for i := range f.V {
		copy(b[16+16*i:], f.V[i][:])
	}
}

// DecodeFpsimdContext reads the record at b[:FpsimdContextSize].
func DecodeFpsimdContext(b []byte) (f FpsimdContext) {
	f.FPSR, f.FPCR = le.Uint32(b[8:]), le.Uint32(b[12:])
	for i := range f.V {
		copy(f.V[i][:], b[16+16*i:])
	}
	return f
}

// EncodeAarch64Ctx writes a record's head; all zero ends the records.
func EncodeAarch64Ctx(b []byte, magic, size uint32) {
	le.PutUint32(b, magic)
	le.PutUint32(b[4:], size)
}

// DecodeAarch64Ctx reads a record's head.
func DecodeAarch64Ctx(b []byte) (magic, size uint32) { return le.Uint32(b), le.Uint32(b[4:]) }

// EncodeEsrContext writes a struct esr_context to b[:EsrContextSize].
func EncodeEsrContext(b []byte, esr uint64) {
	EncodeAarch64Ctx(b, ESR_MAGIC, EsrContextSize)
	le.PutUint64(b[8:], esr)
}

// DecodeExtraContext reads a struct extra_context: where more records are, and their size in bytes.
func DecodeExtraContext(b []byte) (data uint64, size uint32) {
	return le.Uint64(b[8:]), le.Uint32(b[16:])
}
