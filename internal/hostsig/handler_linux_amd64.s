#include "go_asm.h"
#include "textflag.h"

// Offsets in the kernel's struct ucontext (uapi/asm/sigcontext.h).
#define UC_R8 40
#define UC_RDI 104
#define UC_RSI 112
#define UC_RBP 120
#define UC_RIP 168
// In struct siginfo.
#define SI_CODE 8
#define SI_ADDR 16

// func faultHandlerAddr() uintptr
TEXT ·faultHandlerAddr(SB), NOSPLIT, $0-8
	LEAQ	·faultHandler(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func urgHandlerAddr() uintptr
TEXT ·urgHandlerAddr(SB), NOSPLIT, $0-8
	LEAQ	·urgHandler(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// faultHandler is entered by the kernel, not by Go: DI = signal, SI = siginfo, DX = ucontext,
// on the signal stack. It may use AX, CX, R8-R11 and chains with DI, SI, DX as it got them.
TEXT ·faultHandler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	CMPL	SI_CODE(SI), $0
	JLE	chain			// sent by somebody, not a fault
	MOVQ	UC_RIP(DX), AX
	LEAQ	·safeRanges(SB), R8
	MOVQ	$const_maxSafe, CX
safe:
	MOVQ	0(R8), R9
	CMPQ	AX, R9
	JB	nextsafe
	CMPQ	AX, 8(R8)
	JAE	nextsafe
	// A recoverable function: resume at its common return with DI = address, SI = signal.
	MOVQ	SI_ADDR(SI), R9
	MOVQ	R9, UC_RDI(DX)
	MOVQ	DI, UC_RSI(DX)
	LEAQ	·safeReturn(SB), R9
	MOVQ	R9, UC_RIP(DX)
	RET				// to the restorer: sigreturn
nextsafe:
	ADDQ	$16, R8
	DECQ	CX
	JNZ	safe

	MOVQ	·numCode(SB), CX
	LEAQ	·codeRanges(SB), R8
	TESTQ	CX, CX
	JZ	chain
code:
	CMPQ	AX, codeRange_start(R8)
	JB	nextcode
	CMPQ	AX, codeRange_end(R8)
	JAE	nextcode
	// Generated code: note the fault, go on at the buffer's fault stub.
	MOVQ	UC_RBP(DX), R9
	MOVQ	(codeRange_Code+Code_PC)(R8), R10
	MOVQ	AX, (R9)(R10*1)
	MOVQ	(codeRange_Code+Code_Addr)(R8), R10
	MOVQ	SI_ADDR(SI), R11
	MOVQ	R11, (R9)(R10*1)
	MOVQ	(codeRange_Code+Code_Sig)(R8), R10
	MOVLQSX	DI, R11
	MOVQ	R11, (R9)(R10*1)
	MOVQ	(codeRange_Code+Code_Fault)(R8), R9
	MOVQ	R9, UC_RIP(DX)
	RET
nextcode:
	ADDQ	$codeRange__size, R8
	DECQ	CX
	JNZ	code
chain:
	CMPQ	DI, $11
	JEQ	segv
	CMPQ	DI, $7
	JEQ	bus
	MOVQ	·oldFPE(SB), AX
	JMP	AX
segv:
	MOVQ	·oldSEGV(SB), AX
	JMP	AX
bus:
	MOVQ	·oldBUS(SB), AX
	JMP	AX

// safeReturn is where a faulting recoverable function goes on: the stack is as at its entry,
// R8 points at its three fault results.
TEXT ·safeReturn(SB), NOSPLIT|NOFRAME, $0
	MOVQ	DI, 0(R8)
	MOVQ	SI, 8(R8)
	MOVQ	CX, 16(R8)
	CLD
	RET

// urgHandler is entered by the kernel like faultHandler.
TEXT ·urgHandler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	MOVQ	UC_RIP(DX), AX
	MOVQ	·numCode(SB), CX
	LEAQ	·codeRanges(SB), R8
	TESTQ	CX, CX
	JZ	chain
code:
	CMPQ	AX, codeRange_start(R8)
	JB	nextcode
	CMPQ	AX, codeRange_end(R8)
	JAE	nextcode
	MOVQ	UC_RBP(DX), R9
	MOVQ	(codeRange_Code+Code_Interrupt)(R8), R10
	MOVL	$1, (R9)(R10*1)
	JMP	chain
nextcode:
	ADDQ	$codeRange__size, R8
	DECQ	CX
	JNZ	code
chain:
	MOVQ	·oldURG(SB), AX
	JMP	AX

DATA one<>+0(SB)/8, $1
GLOBL one<>(SB), RODATA|NOPTR, $8

// func catchHandlerAddr() uintptr
TEXT ·catchHandlerAddr(SB), NOSPLIT, $0-8
	LEAQ	·catchHandler(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// catchHandler is entered by the kernel like faultHandler: it notes the signal and adds 1 to the eventfd.
TEXT ·catchHandler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	LEAL	-1(DI), CX
	MOVL	$1, AX
	SHLQ	CX, AX
	LOCK
	ORQ	AX, ·caught(SB)
	MOVL	$1, AX			// write(2)
	MOVQ	·catchFD(SB), DI
	LEAQ	one<>(SB), SI
	MOVL	$8, DX
	SYSCALL
	RET
