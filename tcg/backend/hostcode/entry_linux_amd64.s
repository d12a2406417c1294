#include "go_asm.h"
#include "textflag.h"

// All entries: RBP = State + StateBias and R14 = guest address limit for generated code, which
// may clobber every register but RSP and RBP, and returns by RET. The assembler's frame code saves RBP;
// Go's R14 and X15 are restored by the compiler around calls of ABI0 functions.

// Reading MXCSR costs as much as all the rest on some hosts (Zen 4: 6 ns until the value is there), writing it next to nothing.
// So the guest's is not read when it is known to be what it was at the entry, and Go's when generated code is entered again.

#define SETGS \
	MOVQ	const_offGuestBase(BP), CX; \
	CMPB	·fsgsbase(SB), $0; \
	JEQ	prctl; \
	BYTE	$0xf3; BYTE $0x48; BYTE $0x0f; BYTE $0xae; BYTE $0xca; \ // RDGSBASE DX: cheaper than writing
	CMPQ	DX, CX; \
	JEQ	based; \
	BYTE	$0xf3; BYTE $0x48; BYTE $0x0f; BYTE $0xae; BYTE $0xd9; \ // WRGSBASE CX
	JMP	based; \
prctl: \
	MOVQ	$0x1001, DI; \ // ARCH_SET_GS
	MOVQ	CX, SI; \
	MOVQ	$158, AX; \ // arch_prctl
	SYSCALL; \
	MOVQ	code+8(FP), AX; \
based:

#define RUN \
	MOVQ	const_offGuestLimit(BP), R14; \
	MOVQ	SP, const_offEntryRSP(BP); \
	LDMXCSR	const_offGuestFPEnv(BP); \
	INCL	const_offEntries(BP); \
	CALL	AX; \
	INCL	const_offEntries(BP); \
	CMPL	const_offFPUsed(BP), $0; \
	JEQ	known; \
	STMXCSR	const_offGuestFPEnv(BP); \
known: \
	LDMXCSR	const_offHostFPEnv(BP); \
	CLD

// func enter(h unsafe.Pointer, code uintptr)
TEXT ·enter(SB), NOSPLIT, $8-16
	MOVQ	h+0(FP), CX
	MOVQ	code+8(FP), AX
	LEAQ	(const_headerSize+const_stateBias)(CX), BP
	MOVL	$1, const_offFPUsed(BP)
	STMXCSR	const_offHostFPEnv(BP)
	SETGS
	RUN
	RET

// func reenter(h unsafe.Pointer, code uintptr)
TEXT ·reenter(SB), NOSPLIT, $8-16
	MOVQ	h+0(FP), CX
	MOVQ	code+8(FP), AX
	LEAQ	(const_headerSize+const_stateBias)(CX), BP
	MOVL	$0, const_offFPUsed(BP)
	SETGS
	RUN
	RET
