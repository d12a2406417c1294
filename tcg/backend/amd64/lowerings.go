package amd64

import "github.com/gotcg/gotcg/tcg/ir"

// lowerings are the functions that emit each op; ops without one are left to Go (lowerEval). It points to lowerTable: through the
// table itself Go would see a cycle.
var lowerings *[ir.NumOps]func(*Compiler)

func init() { lowerings = &lowerTable }

// usesRDX are the ops, besides atomic ones, whose lowerings use RDX.
var usesRDX = []ir.Opcode{ir.MulHU, ir.MulHS, ir.DivU, ir.DivS, ir.Div2U, ir.Div2S, ir.VStr, ir.VStrM, ir.BrF}

var lowerTable = [ir.NumOps]func(*Compiler){
	// Integers, memory, control.
	ir.Nop: (*Compiler).lowerNop, ir.Mov: (*Compiler).lowerMov,
	ir.Add: (*Compiler).lowerAdd, ir.Sub: (*Compiler).lowerSub, ir.Mul: (*Compiler).lowerMul,
	ir.And: (*Compiler).lowerAnd, ir.Or: (*Compiler).lowerOr, ir.Xor: (*Compiler).lowerXor,
	ir.AndN: (*Compiler).lowerAndN, ir.OrN: (*Compiler).lowerAndN, ir.Not: (*Compiler).lowerNot, ir.Neg: (*Compiler).lowerNeg,
	ir.Shl: (*Compiler).lowerShift, ir.Shr: (*Compiler).lowerShift, ir.Sar: (*Compiler).lowerShift,
	ir.RotL: (*Compiler).lowerRot, ir.RotR: (*Compiler).lowerRot,
	ir.MulHU: (*Compiler).lowerMulH, ir.MulHS: (*Compiler).lowerMulH,
	ir.DivU: (*Compiler).lowerDivArm, ir.DivS: (*Compiler).lowerDivArm,
	ir.Div2U: (*Compiler).lowerDiv2, ir.Div2S: (*Compiler).lowerDiv2,
	ir.Sext: (*Compiler).lowerSext, ir.Zext: (*Compiler).lowerZext, ir.Extract: (*Compiler).lowerExtract,
	ir.Deposit: (*Compiler).lowerDeposit, ir.Extract2: (*Compiler).lowerExtract2,
	ir.Bswap: (*Compiler).lowerBswap, ir.BswapL: (*Compiler).lowerBswapL,
	ir.Clz: (*Compiler).lowerClz, ir.Ctz: (*Compiler).lowerCtz, ir.Cls: (*Compiler).lowerCls,
	ir.Popcnt: (*Compiler).lowerPopcnt, ir.Rbit: (*Compiler).lowerRbit, ir.Crc32: (*Compiler).lowerCrc32,
	ir.SetC: (*Compiler).lowerSetC, ir.SelC: (*Compiler).lowerSelC,
	ir.AddF: (*Compiler).lowerAddF, ir.SubF: (*Compiler).lowerSubF, ir.AdcF: (*Compiler).lowerAdcF, ir.SbbF: (*Compiler).lowerSbbF,
	ir.AndF: (*Compiler).lowerAndF, ir.OrF: (*Compiler).lowerOrF, ir.XorF: (*Compiler).lowerXorF,
	ir.IncF: (*Compiler).lowerIncF, ir.DecF: (*Compiler).lowerDecF,
	ir.ShlF: (*Compiler).lowerShiftF, ir.ShrF: (*Compiler).lowerShiftF, ir.SarF: (*Compiler).lowerShiftF,
	ir.RolF: (*Compiler).lowerRotF, ir.RorF: (*Compiler).lowerRotF, ir.RclF: (*Compiler).lowerRclF, ir.RcrF: (*Compiler).lowerRclF,
	ir.ShldF: (*Compiler).lowerShdF, ir.ShrdF: (*Compiler).lowerShdF,
	ir.MergeF: (*Compiler).lowerMergeF, ir.SetF: (*Compiler).lowerSetF, ir.SelF: (*Compiler).lowerSelF,
	ir.Ld: (*Compiler).lowerLd, ir.St: (*Compiler).lowerSt, ir.LdV: (*Compiler).lowerLdV, ir.StV: (*Compiler).lowerStV,
	ir.Cas: (*Compiler).lowerCas, ir.AtXchg: (*Compiler).lowerAtXchg, ir.AtAdd: (*Compiler).lowerAtAdd,
	ir.AtAnd: (*Compiler).lowerAtAnd, ir.AtOr: (*Compiler).lowerAtOr, ir.AtXor: (*Compiler).lowerAtXor,
	ir.AtMinS: (*Compiler).lowerAtMinS, ir.AtMaxS: (*Compiler).lowerAtMaxS, ir.AtMinU: (*Compiler).lowerAtMinU,
	ir.AtMaxU: (*Compiler).lowerAtMaxU, ir.CasV: (*Compiler).lowerCasV,
	ir.Fence: (*Compiler).lowerFence, ir.GetEnv: (*Compiler).lowerGetEnv, ir.SetEnv: (*Compiler).lowerSetEnv,
	ir.LdS: (*Compiler).lowerLdS, ir.StS: (*Compiler).lowerStS,
	ir.InsnStart: (*Compiler).startInsn, ir.ExitTB: (*Compiler).lowerExitTB, ir.ExitC: (*Compiler).lowerExitC,
	ir.ExitF: (*Compiler).lowerExitF, ir.ExitPtr: (*Compiler).lowerExitPtr, ir.ExitExc: (*Compiler).lowerExitExc,
	ir.ExitPtrNE: (*Compiler).lowerExitPtrNE, ir.Head: (*Compiler).lowerHead,
	ir.SetLabel: (*Compiler).lowerSetLabel, ir.Br: (*Compiler).lowerBr, ir.BrC: (*Compiler).lowerBrC, ir.BrF: (*Compiler).lowerBrF,
	ir.Call: (*Compiler).lowerCall, ir.CallPure: (*Compiler).lowerCallPure,
	ir.Counter: (*Compiler).lowerCounter, ir.CounterUndo: (*Compiler).lowerCounterUndo,

	// Floating point.
	ir.FAdd: (*Compiler).lowerFArith, ir.FSub: (*Compiler).lowerFArith, ir.FMul: (*Compiler).lowerFArith, ir.FDiv: (*Compiler).lowerFArith,
	ir.FMin: (*Compiler).lowerFMinMax, ir.FMax: (*Compiler).lowerFMinMax,
	ir.FMinNM: (*Compiler).lowerFMinMax, ir.FMaxNM: (*Compiler).lowerFMinMax,
	ir.FSqrt: (*Compiler).lowerFSqrt, ir.FMulAdd: (*Compiler).lowerFMulAdd, ir.FCmpM: (*Compiler).lowerFCmpM,
	ir.FRint: (*Compiler).lowerFRint, ir.FCvtFF: (*Compiler).lowerFCvtFF, ir.FCvtI: (*Compiler).lowerFCvtI,
	ir.ICvtF: (*Compiler).lowerICvtF, ir.VCvtFI: (*Compiler).lowerVCvtFI, ir.VCvtIF: (*Compiler).lowerVCvtIF,
	ir.FCmpF: (*Compiler).lowerFCmpF,

	// Vectors.
	ir.VMov: (*Compiler).lowerVMov, ir.VAnd: (*Compiler).lowerVAnd, ir.VOr: (*Compiler).lowerVOr, ir.VXor: (*Compiler).lowerVXor,
	ir.VAndN: (*Compiler).lowerVAndN, ir.VSel: (*Compiler).lowerVSel, ir.VDup: (*Compiler).lowerVDup, ir.VGet: (*Compiler).lowerVGet,
	ir.VIns: (*Compiler).lowerVIns, ir.VInsV: (*Compiler).lowerVInsV, ir.VLow: (*Compiler).lowerVLow,
	ir.VAdd: (*Compiler).lowerVAdd, ir.VSub: (*Compiler).lowerVSub, ir.VMulL: (*Compiler).lowerVMulL,
	ir.VAbs: (*Compiler).lowerVAbs, ir.VCmpGT: (*Compiler).lowerVCmpGT, ir.VCmpGE: (*Compiler).lowerVCmpGE,
	ir.VShlI: (*Compiler).lowerVShiftI, ir.VShrI: (*Compiler).lowerVShiftI, ir.VSarI: (*Compiler).lowerVShiftI,
	ir.VShlS: (*Compiler).lowerVShiftS, ir.VShrS: (*Compiler).lowerVShiftS, ir.VSarS: (*Compiler).lowerVShiftS,
	ir.VZip: (*Compiler).lowerVZip, ir.VUzp: (*Compiler).lowerVUzp, ir.VTrn: (*Compiler).lowerVTrn,
	ir.VShuf: (*Compiler).lowerVShuf, ir.VShuf2: (*Compiler).lowerVShuf2, ir.VExtr: (*Compiler).lowerVExtr,
	ir.VTbl: (*Compiler).lowerVTbl, ir.VPshufb: (*Compiler).lowerVPshufb,
	ir.VNarrow: (*Compiler).lowerVNarrow, ir.VWiden: (*Compiler).lowerVWiden, ir.VSad: (*Compiler).lowerVSad,
	ir.VMsk: (*Compiler).lowerVMsk, ir.VAddV: (*Compiler).lowerVAddV, ir.VAddP: (*Compiler).lowerVAddP,
	ir.VRev: (*Compiler).lowerVRev, ir.VPopcnt: (*Compiler).lowerVPopcnt,
	ir.VMul: (*Compiler).lowerVSimple, ir.VMulH: (*Compiler).lowerVSimple, ir.VMin: (*Compiler).lowerVSimple, ir.VMax: (*Compiler).lowerVSimple,
	ir.VAvg: (*Compiler).lowerVSimple, ir.VCmpEQ: (*Compiler).lowerVSimple, ir.VMulAddPair: (*Compiler).lowerVSimple, ir.VMulEven: (*Compiler).lowerVSimple,
	ir.VPack: (*Compiler).lowerVSimple,
	ir.VAes:  (*Compiler).lowerVAes, ir.VClmul: (*Compiler).lowerVClmul, ir.VStr: (*Compiler).lowerVStr, ir.VStrM: (*Compiler).lowerVStrM,
	ir.FAddSub: (*Compiler).lowerFAddSub,
}
