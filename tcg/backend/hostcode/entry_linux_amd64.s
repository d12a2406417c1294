#include "go_asm.h"
#include "textflag.h"

// Both entries: RBP = State + StateBias and R14 = guest address limit for generated code, which
// may clobber every register but RSP and RBP, and returns by RET. The assembler's frame code saves RBP;
// Go's R14 and X15 are restored by the compiler around calls of ABI0 functions.

// func enter(h unsafe.Pointer, code uintptr)
TEXT ·enter(SB), NOSPLIT, $8-16
	MOVQ	h+0(FP), CX
	MOVQ	code+8(FP), AX
	LEAQ	(const_headerSize+const_stateBias)(CX), BP
	MOVQ	const_offGuestBase(BP), CX
	BYTE	$0xf3; BYTE $0x48; BYTE $0x0f; BYTE $0xae; BYTE $0xca	// RDGSBASE DX: cheaper than writing
	CMPQ	DX, CX
	JEQ	based
	BYTE	$0xf3; BYTE $0x48; BYTE $0x0f; BYTE $0xae; BYTE $0xd9	// WRGSBASE CX
based:
	MOVQ	const_offGuestLimit(BP), R14
	MOVQ	SP, const_offEntryRSP(BP)
	// Writing MXCSR costs as much as all the rest: it is skipped when the value is there already, and
	// on the way back when only sticky bits differ, which Go does not look at.
	STMXCSR	const_offHostFPEnv(BP)
	MOVL	const_offHostFPEnv(BP), CX
	CMPL	CX, const_offGuestFPEnv(BP)
	JEQ	guestEnv
	LDMXCSR	const_offGuestFPEnv(BP)
guestEnv:
	INCL	const_offEntries(BP)
	CALL	AX
	INCL	const_offEntries(BP)
	STMXCSR	const_offGuestFPEnv(BP)
	MOVL	const_offGuestFPEnv(BP), CX
	XORL	const_offHostFPEnv(BP), CX
	TESTL	$0xffc0, CX
	JEQ	hostEnv
	LDMXCSR	const_offHostFPEnv(BP)
hostEnv:
	CLD
	RET

// func enterPrctl(h unsafe.Pointer, code uintptr)
TEXT ·enterPrctl(SB), NOSPLIT, $8-16
	MOVQ	h+0(FP), CX
	LEAQ	(const_headerSize+const_stateBias)(CX), BP
	MOVQ	$0x1001, DI		// ARCH_SET_GS
	MOVQ	const_offGuestBase(BP), SI
	MOVQ	$158, AX		// arch_prctl
	SYSCALL
	MOVQ	code+8(FP), AX
	MOVQ	const_offGuestLimit(BP), R14
	MOVQ	SP, const_offEntryRSP(BP)
	STMXCSR	const_offHostFPEnv(BP)
	LDMXCSR	const_offGuestFPEnv(BP)
	INCL	const_offEntries(BP)
	CALL	AX
	INCL	const_offEntries(BP)
	STMXCSR	const_offGuestFPEnv(BP)
	LDMXCSR	const_offHostFPEnv(BP)
	CLD
	RET
