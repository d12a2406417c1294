package x86

import "github.com/gotcg/gotcg/tcg/ir"

// Selectors of a 64-bit Linux program (arch/x86 GDT layout): 33h is its code, 2bh its stack and data.
const (
	SelCode = 0x33
	SelData = 0x2b
)

var (
	helperSetSeg    = ir.Helper{Name: "set_seg", Fn: setSeg}
	helperCanonical = ir.Helper{Name: "canonical", NoGlobals: true, Fn: canonical}
	helperLAR       = ir.Helper{Name: "lar", Pure: true, Fn: lar}
	helperLSL       = ir.Helper{Name: "lsl", Pure: true, Fn: lsl}
	helperVERR      = ir.Helper{Name: "verr", Pure: true, Fn: verr}
	helperVERW      = ir.Helper{Name: "verw", Pure: true, Fn: verw}
)

// setSeg loads a segment register in 64-bit user mode: null and the flat data selector are valid, SS
// takes only the latter; FS and GS lose their base. SDM vol. 2 MOV.
func setSeg(env *ir.Env, in *[4]ir.Val) ir.Val {
	s, n, sel := stateOf(env), in[0].Lo, in[1].Lo&0xffff
	null := sel&^3 == 0
	if (!null || n == SS) && sel != SelData && (sel != SelCode || n == SS) {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
		return ir.Val{}
	}
	s.Seg[n] = sel
	switch n {
	case FS:
		s.FSBase = 0
	case GS:
		s.GSBase = 0
	}
	return ir.Val{}
}

// canonical raises #GP unless the address in in[0] is canonical.
func canonical(env *ir.Env, in *[4]ir.Val) ir.Val {
	if v := int64(in[0].Lo); v<<16>>16 != v {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
	}
	return ir.Val{}
}

// lar gives the access rights of a selector, 0 when it is not a valid one.
func lar(_ *ir.Env, in *[4]ir.Val) ir.Val {
	switch in[0].Lo & 0xffff {
	case SelCode:
		return ir.Val{Lo: 0x20fb00 | 0x800000}
	case SelData:
		return ir.Val{Lo: 0xc0f300}
	}
	return ir.Val{}
}

// lsl gives the limit of a selector, 0 when it is not a valid one.
func lsl(_ *ir.Env, in *[4]ir.Val) ir.Val {
	switch in[0].Lo & 0xffff {
	case SelCode, SelData:
		return ir.Val{Lo: 0xffffffff}
	}
	return ir.Val{}
}

// verr is 1 for a readable selector.
func verr(_ *ir.Env, in *[4]ir.Val) ir.Val {
	switch in[0].Lo & 0xffff {
	case SelCode, SelData:
		return ir.Val{Lo: 1}
	}
	return ir.Val{}
}

// verw is 1 for a writable selector.
func verw(_ *ir.Env, in *[4]ir.Val) ir.Val {
	if in[0].Lo&0xffff == SelData {
		return ir.Val{Lo: 1}
	}
	return ir.Val{}
}
