package x86

import (
	"strconv"

	"github.com/gotcg/gotcg/tcg/ir"
)

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

// globals describes the temps above, in their order.
var globals = makeGlobals()

func makeGlobals() []ir.GlobalInfo {
	g := make([]ir.GlobalInfo, 0, numGlob)
	i64 := func(name string, off uintptr) {
		g = append(g, ir.GlobalInfo{Name: name, Type: ir.I64, Offset: uint32(off)})
	}
	for i := range regNames64 {
		i64(regNames64[i], offReg+8*uintptr(i))
	}
	i64("flags", offFlags)
	i64("sys", offSys)
	i64("fs_base", offFSBase)
	i64("gs_base", offGSBase)
	for i := range 16 {
		g = append(g, ir.GlobalInfo{Name: "xmm" + strconv.Itoa(i), Type: ir.V128, Offset: uint32(offXMM) + 16*uint32(i)})
	}
	for i := range uintptr(6) {
		i64(segNames[i], offSeg+8*i)
	}
	i64("tsc_aux", offTSCAux)
	return g
}
