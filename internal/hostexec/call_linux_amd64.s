#include "textflag.h"

// func call(entry uintptr, regs unsafe.Pointer)
TEXT ·call(SB), NOSPLIT, $128-16
	MOVQ entry+0(FP), CX
	MOVQ regs+8(FP), AX
	CALL CX
	RET
