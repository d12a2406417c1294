package ir

// Eval is the single meaning of every pure op (OpInfo.Flags has Pure): the interpreter, constant
// folding and the sites where generated code asks for an op in Go all use it. in holds the op's
// inputs in order. env is the FP environment word (MXCSR layout, see GetEnv): ops with UsesEnv read
// its modes and set its sticky bits; nil is the default environment. The results are the op's
// outputs in order; an I64 result has Hi zero. An op Eval does not know gives zeros.
//
// Where an architecture leaves a result undefined, the value here is gotcg's, and deterministic:
// A is clear after shifts; O of shifts and rotates by counts other than 1 follows the formula for 1.
func Eval(o *Op, in *[5]Val, env *uint64) (r, r2 Val) {
	switch c := o.Code; {
	case c < AddF:
		return Val{Lo: EvalInt(o, in[0].Lo, in[1].Lo, in[2].Lo, in[3].Lo)}, Val{}
	case c < FCmpF:
		r.Lo, r2.Lo = evalFlags(o, in)
		return r, r2
	case c == FCmpF:
		return Val{Lo: evalFCmpF(o, in, env)}, Val{}
	case c >= VMov && c < FAdd:
		return evalVec(o, in), Val{}
	case c >= FAdd:
		return evalFP(o, in, env), Val{}
	}
	return Val{}, Val{}
}

// EvalCond tells whether condition c holds for flags word f.
func EvalCond(c Cond, f uint64) bool {
	var r bool
	switch c &^ 1 {
	case CondO:
		r = f&FlagO != 0
	case CondB:
		r = f&FlagC != 0
	case CondZ:
		r = f&FlagZ != 0
	case CondBE:
		r = f&(FlagC|FlagZ) != 0
	case CondS:
		r = f&FlagS != 0
	case CondP:
		r = f&FlagP != 0
	case CondL:
		r = (f>>15^f)&1 != 0
	case CondLE:
		r = f&FlagZ != 0 || (f>>15^f)&1 != 0
	case CondHIa:
		r = f&(FlagC|FlagZ) == FlagC
	}
	return r != (c&1 != 0)
}

// EvalCmp tells whether condition c holds for the w-bit integers a and b.
func EvalCmp(c Cond, w Width, a, b uint64) bool {
	var r bool
	switch c &^ 1 {
	case EQ:
		r = (a^b)&w.Mask() == 0
	case LTU:
		r = a&w.Mask() < b&w.Mask()
	case LEU:
		r = a&w.Mask() <= b&w.Mask()
	case LT:
		r = signExtend(w, a) < signExtend(w, b)
	case LE:
		r = signExtend(w, a) <= signExtend(w, b)
	case TSTEQ:
		r = a&b&w.Mask() == 0
	}
	return r != (c&1 != 0)
}
