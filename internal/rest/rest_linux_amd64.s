#include "go_asm.h"
#include "textflag.h"

// si_code in struct siginfo.
#define SI_CODE 8

// func syscall4(n, a, b, c, d uintptr) uintptr
TEXT ·syscall4(SB), NOSPLIT, $0-48
	MOVQ	n+0(FP), AX
	MOVQ	a+8(FP), DI
	MOVQ	b+16(FP), SI
	MOVQ	c+24(FP), DX
	MOVQ	d+32(FP), R10
	SYSCALL
	MOVQ	AX, ret+40(FP)
	RET

// func handlerAddr() uintptr
TEXT ·handlerAddr(SB), NOSPLIT, $0-8
	LEAQ	·handler(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// handler is entered by the kernel, not by Go, on the signal stack: DI = signal, SI = siginfo, DX = ucontext.
TEXT ·handler(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	CMPL	SI_CODE(SI), $const_slackCode
	JEQ	told
	MOVQ	·chained(SB), AX
	JMP	AX
told:
	MOVL	$const_sysPrctl, AX
	MOVL	$const_prSetTimerslack, DI
	MOVQ	·timerSlack(SB), SI
	SYSCALL
	RET				// to the restorer: sigreturn
