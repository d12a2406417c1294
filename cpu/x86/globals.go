package x86

import "github.com/gotcg/gotcg/tcg/ir"

// Temps of the guest's globals: general register n is ir.Temp(n), XMM n is tXMM0+n. The x87 and MMX
// state has none: ops reach it by LdS and StS, and helpers.
const (
	tFlags  = ir.Temp(16 + iota) // the flags word
	tSys                         // State.Sys: the other EFLAGS bits
	tFSBase                      //
	tGSBase                      //
	tXMM0                        // 16 of them
	tSeg0   = tXMM0 + 16         // 6 selectors
	tTSCAux = tSeg0 + 6
	numGlob = tTSCAux + 1
)

// globals describes the temps above, in their order. It is written out so that the linker makes it.
var globals = []ir.GlobalInfo{
	{Name: "rax", Type: ir.I64, Offset: uint32(offReg)},
	{Name: "rcx", Type: ir.I64, Offset: uint32(offReg + 8*1)},
	{Name: "rdx", Type: ir.I64, Offset: uint32(offReg + 8*2)},
	{Name: "rbx", Type: ir.I64, Offset: uint32(offReg + 8*3)},
	{Name: "rsp", Type: ir.I64, Offset: uint32(offReg + 8*4)},
	{Name: "rbp", Type: ir.I64, Offset: uint32(offReg + 8*5)},
	{Name: "rsi", Type: ir.I64, Offset: uint32(offReg + 8*6)},
	{Name: "rdi", Type: ir.I64, Offset: uint32(offReg + 8*7)},
	{Name: "r8", Type: ir.I64, Offset: uint32(offReg + 8*8)},
	{Name: "r9", Type: ir.I64, Offset: uint32(offReg + 8*9)},
	{Name: "r10", Type: ir.I64, Offset: uint32(offReg + 8*10)},
	{Name: "r11", Type: ir.I64, Offset: uint32(offReg + 8*11)},
	{Name: "r12", Type: ir.I64, Offset: uint32(offReg + 8*12)},
	{Name: "r13", Type: ir.I64, Offset: uint32(offReg + 8*13)},
	{Name: "r14", Type: ir.I64, Offset: uint32(offReg + 8*14)},
	{Name: "r15", Type: ir.I64, Offset: uint32(offReg + 8*15)},
	{Name: "flags", Type: ir.I64, Offset: uint32(offFlags)},
	{Name: "sys", Type: ir.I64, Offset: uint32(offSys)},
	{Name: "fs_base", Type: ir.I64, Offset: uint32(offFSBase)},
	{Name: "gs_base", Type: ir.I64, Offset: uint32(offGSBase)},
	{Name: "xmm0", Type: ir.V128, Offset: uint32(offXMM)},
	{Name: "xmm1", Type: ir.V128, Offset: uint32(offXMM + 16*1)},
	{Name: "xmm2", Type: ir.V128, Offset: uint32(offXMM + 16*2)},
	{Name: "xmm3", Type: ir.V128, Offset: uint32(offXMM + 16*3)},
	{Name: "xmm4", Type: ir.V128, Offset: uint32(offXMM + 16*4)},
	{Name: "xmm5", Type: ir.V128, Offset: uint32(offXMM + 16*5)},
	{Name: "xmm6", Type: ir.V128, Offset: uint32(offXMM + 16*6)},
	{Name: "xmm7", Type: ir.V128, Offset: uint32(offXMM + 16*7)},
	{Name: "xmm8", Type: ir.V128, Offset: uint32(offXMM + 16*8)},
	{Name: "xmm9", Type: ir.V128, Offset: uint32(offXMM + 16*9)},
	{Name: "xmm10", Type: ir.V128, Offset: uint32(offXMM + 16*10)},
	{Name: "xmm11", Type: ir.V128, Offset: uint32(offXMM + 16*11)},
	{Name: "xmm12", Type: ir.V128, Offset: uint32(offXMM + 16*12)},
	{Name: "xmm13", Type: ir.V128, Offset: uint32(offXMM + 16*13)},
	{Name: "xmm14", Type: ir.V128, Offset: uint32(offXMM + 16*14)},
	{Name: "xmm15", Type: ir.V128, Offset: uint32(offXMM + 16*15)},
	{Name: "es", Type: ir.I64, Offset: uint32(offSeg)},
	{Name: "cs", Type: ir.I64, Offset: uint32(offSeg + 8*1)},
	{Name: "ss", Type: ir.I64, Offset: uint32(offSeg + 8*2)},
	{Name: "ds", Type: ir.I64, Offset: uint32(offSeg + 8*3)},
	{Name: "fs", Type: ir.I64, Offset: uint32(offSeg + 8*4)},
	{Name: "gs", Type: ir.I64, Offset: uint32(offSeg + 8*5)},
	{Name: "tsc_aux", Type: ir.I64, Offset: uint32(offTSCAux)},
}
