#include "textflag.h"

// Every function here: no frame, no calls, R8 = address of the fault results (see
// hostsig.RegisterSafe). Registers of the ABI0 contract only.

// func load(p, size uintptr) (lo, hi uint64, addr, sig, left uintptr)
TEXT ·load(SB), NOSPLIT|NOFRAME, $0-56
	LEAQ	addr+32(FP), R8
	MOVQ	p+0(FP), SI
	MOVQ	size+8(FP), DX
	XORL	AX, AX
	XORL	CX, CX
	CMPQ	DX, $4
	JEQ	l4
	JA	l8
	CMPQ	DX, $2
	JEQ	l2
	MOVBLZX	(SI), AX
	JMP	done
l2:
	MOVWLZX	(SI), AX
	JMP	done
l4:
	MOVL	(SI), AX
	JMP	done
l8:
	CMPQ	DX, $16
	JEQ	l16
	MOVQ	(SI), AX
	JMP	done
l16:
	MOVOU	(SI), X0
	MOVQ	X0, AX
	PSRLO	$8, X0
	MOVQ	X0, CX
done:
	MOVQ	AX, lo+16(FP)
	MOVQ	CX, hi+24(FP)
	XORL	AX, AX
	MOVQ	AX, addr+32(FP)
	MOVQ	AX, sig+40(FP)
	MOVQ	AX, left+48(FP)
	RET

// func store(p, size uintptr, lo, hi uint64) (addr, sig, left uintptr)
TEXT ·store(SB), NOSPLIT|NOFRAME, $0-56
	LEAQ	addr+32(FP), R8
	MOVQ	p+0(FP), DI
	MOVQ	size+8(FP), DX
	MOVQ	lo+16(FP), AX
	CMPQ	DX, $4
	JEQ	s4
	JA	s8
	CMPQ	DX, $2
	JEQ	s2
	MOVB	AX, (DI)
	JMP	done
s2:
	MOVW	AX, (DI)
	JMP	done
s4:
	MOVL	AX, (DI)
	JMP	done
s8:
	CMPQ	DX, $16
	JEQ	s16
	MOVQ	AX, (DI)
	JMP	done
s16:
	MOVQ	AX, X0
	MOVQ	hi+24(FP), X1
	PUNPCKLQDQ	X1, X0
	MOVOU	X0, (DI)
done:
	XORL	AX, AX
	MOVQ	AX, addr+32(FP)
	MOVQ	AX, sig+40(FP)
	MOVQ	AX, left+48(FP)
	RET

// func cas(p, size uintptr, expLo, expHi, newLo, newHi uint64) (lo, hi uint64, addr, sig, left uintptr)
TEXT ·cas(SB), NOSPLIT|NOFRAME, $0-88
	LEAQ	addr+64(FP), R8
	MOVQ	p+0(FP), DI
	MOVQ	size+8(FP), R9
	MOVQ	expLo+16(FP), AX
	MOVQ	expHi+24(FP), DX
	MOVQ	newLo+32(FP), BX
	MOVQ	newHi+40(FP), CX
	CMPQ	R9, $4
	JEQ	c4
	JA	c8
	CMPQ	R9, $2
	JEQ	c2
	LOCK
	CMPXCHGB	BX, (DI)
	MOVBLZX	AX, AX
	JMP	one
c2:
	LOCK
	CMPXCHGW	BX, (DI)
	MOVWLZX	AX, AX
	JMP	one
c4:
	LOCK
	CMPXCHGL	BX, (DI)
	MOVL	AX, AX
	JMP	one
c8:
	CMPQ	R9, $16
	JEQ	c16
	LOCK
	CMPXCHGQ	BX, (DI)
one:
	XORL	DX, DX
	JMP	done
c16:
	LOCK
	CMPXCHG16B	(DI)
done:
	MOVQ	AX, lo+48(FP)
	MOVQ	DX, hi+56(FP)
	XORL	AX, AX
	MOVQ	AX, addr+64(FP)
	MOVQ	AX, sig+72(FP)
	MOVQ	AX, left+80(FP)
	RET

// func move(dst, src unsafe.Pointer, n uintptr) (addr, sig, left uintptr)
TEXT ·move(SB), NOSPLIT|NOFRAME, $0-48
	LEAQ	addr+24(FP), R8
	MOVQ	dst+0(FP), DI
	MOVQ	src+8(FP), SI
	MOVQ	n+16(FP), CX
	CLD
	REP
	MOVSB
	MOVQ	CX, addr+24(FP)
	MOVQ	CX, sig+32(FP)
	MOVQ	CX, left+40(FP)
	RET

// func move4(dst, src unsafe.Pointer, n uintptr) (addr, sig, left uintptr)
TEXT ·move4(SB), NOSPLIT|NOFRAME, $0-48
	LEAQ	addr+24(FP), R8
	MOVQ	dst+0(FP), DI
	MOVQ	src+8(FP), SI
	MOVQ	n+16(FP), CX
	CLD
	REP
	MOVSL
	MOVQ	CX, addr+24(FP)
	MOVQ	CX, sig+32(FP)
	MOVQ	CX, left+40(FP)
	RET

// func move8(dst, src unsafe.Pointer, n uintptr) (addr, sig, left uintptr)
TEXT ·move8(SB), NOSPLIT|NOFRAME, $0-48
	LEAQ	addr+24(FP), R8
	MOVQ	dst+0(FP), DI
	MOVQ	src+8(FP), SI
	MOVQ	n+16(FP), CX
	CLD
	REP
	MOVSQ
	MOVQ	CX, addr+24(FP)
	MOVQ	CX, sig+32(FP)
	MOVQ	CX, left+40(FP)
	RET

// func entryMove4() uintptr
TEXT ·entryMove4(SB), NOSPLIT, $0-8
	LEAQ	·move4(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func entryMove8() uintptr
TEXT ·entryMove8(SB), NOSPLIT, $0-8
	LEAQ	·move8(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func entryLoad() uintptr
TEXT ·entryLoad(SB), NOSPLIT, $0-8
	LEAQ	·load(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func entryStore() uintptr
TEXT ·entryStore(SB), NOSPLIT, $0-8
	LEAQ	·store(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func entryCas() uintptr
TEXT ·entryCas(SB), NOSPLIT, $0-8
	LEAQ	·cas(SB), AX
	MOVQ	AX, ret+0(FP)
	RET

// func entryMove() uintptr
TEXT ·entryMove(SB), NOSPLIT, $0-8
	LEAQ	·move(SB), AX
	MOVQ	AX, ret+0(FP)
	RET
