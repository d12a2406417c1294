package ir

import "github.com/gotcg/gotcg/internal/softfp"

// fpEnv makes the softfp environment of op o under FP environment word *env (nil: the default).
func fpEnv(o *Op, env *uint64) softfp.Env {
	word := uint64(FPDefault)
	if env != nil {
		word = *env
	}
	e := softfp.MXCSREnv(uint32(word &^ FPArmDN))
	if o.Attr&(ArmFP|ArmSat) != 0 {
		e.Rules = softfp.Arm
		e.DN = word&FPArmDN != 0
	}
	return e
}

// stick adds the exceptions an op raised to the environment word.
func stick(env *uint64, e *softfp.Env) {
	if env != nil {
		*env |= uint64(e.Flags)
	}
}

func format(w Width) softfp.Format { return softfp.Format(w - W16) }

// rounding returns the rounding mode an op asks for by Trunc or Aux.
func rounding(o *Op, e *softfp.Env) softfp.Round {
	if o.Attr&Trunc != 0 {
		return softfp.Zero
	}
	switch o.Aux {
	case RoundNear:
		return softfp.NearEven
	case RoundDown:
		return softfp.Down
	case RoundUp:
		return softfp.Up
	case RoundZero:
		return softfp.Zero
	case RoundAway:
		return softfp.NearAway
	}
	return e.Round
}

// evalFCmpF compares lane 0 of two vectors. SDM vol. 2B UCOMISS; Arm ARM FPCompare.
func evalFCmpF(o *Op, in *[5]Val, env *uint64) uint64 {
	e := fpEnv(o, env)
	r := e.Compare(format(o.W), in[0].Lo&o.W.Mask(), in[1].Lo&o.W.Mask(), o.Aux&1 != 0)
	stick(env, &e)
	arm := o.Attr&ArmFP != 0
	switch {
	case r == softfp.Less && arm:
		return FlagOne | FlagS
	case r == softfp.Less:
		return FlagOne | FlagC
	case r == softfp.Equal && arm:
		return FlagOne | FlagZ | FlagC
	case r == softfp.Equal:
		return FlagOne | FlagZ
	case r == softfp.Greater && arm:
		return FlagOne | FlagC
	case r == softfp.Greater:
		return FlagOne
	case arm:
		return FlagOne | FlagC | FlagO
	}
	return FlagOne | FlagZ | FlagP | FlagC
}

// evalFP evaluates the floating-point ops with vector operands, and FCvtI.
func evalFP(o *Op, in *[5]Val, env *uint64) (r Val) {
	e := fpEnv(o, env)
	w := o.W
	f := format(w)
	switch o.Code {
	case FCvtFF:
		r = evalCvtFF(o, &e, in)
	case FCvtI:
		r.Lo = e.ToInt(f, in[0].Lo&w.Mask(), o.D.Bits(), o.Attr&Signed != 0, int(o.Imm), rounding(o, &e))
	case ICvtF:
		r = in[0].WithLane(w, 0, e.FromInt(f, in[1].Lo&o.D.Mask(), o.D.Bits(), o.Attr&Signed != 0, int(o.Imm)))
	case VCvtFI, VCvtIF:
		r = evalCvtLanes(o, &e, in[0])
	default:
		n := uint(16) >> w
		if o.Attr&Scalar != 0 {
			r, n = in[0], 1
		}
		sub := *o
		sub.Code = FSub
		for i := range n {
			if o.Code == FAddSub && i&1 == 0 {
				r = r.WithLane(w, i, fpLane(&sub, &e, in[0].Lane(w, i), in[1].Lane(w, i), 0))
				continue
			}
			r = r.WithLane(w, i, fpLane(o, &e, in[0].Lane(w, i), in[1].Lane(w, i), in[2].Lane(w, i)))
		}
	}
	stick(env, &e)
	return r
}

// fpLane computes one lane. For unary ops the operand is b.
func fpLane(o *Op, e *softfp.Env, a, b, c uint64) uint64 {
	f := format(o.W)
	switch o.Code {
	case FAdd, FAddSub:
		return e.Add(f, a, b)
	case FSub:
		return e.Sub(f, a, b)
	case FMul:
		return e.Mul(f, a, b)
	case FDiv:
		return e.Div(f, a, b)
	case FMin:
		return e.Min(f, a, b)
	case FMax:
		return e.Max(f, a, b)
	case FMinNM:
		return e.MinNum(f, a, b)
	case FMaxNM:
		return e.MaxNum(f, a, b)
	case FSqrt:
		return e.Sqrt(f, b)
	case FMulAdd:
		if o.Aux&1 != 0 {
			a = fpNeg(o, f, a)
		}
		if o.Aux&2 != 0 {
			c = fpNeg(o, f, c)
		}
		return e.MulAdd(f, a, b, c)
	case FCmpM:
		return fpCompareMask(o, e, a, b)
	case FRint:
		return e.RoundInt(f, b, rounding(o, e), o.Imm&1 == 0)
	}
	return 0
}

func fpNeg(o *Op, f softfp.Format, v uint64) uint64 {
	if o.Attr&ArmFP != 0 {
		return v ^ f.SignBit()
	}
	return softfp.NegNum(f, v)
}

// fpCompareMask is x86's CMPPS predicates 0 to 7 (SDM vol. 2A CMPPS, table 3-1).
func fpCompareMask(o *Op, e *softfp.Env, a, b uint64) uint64 {
	p := o.Aux & 7
	r := e.Compare(format(o.W), a, b, p&3 == 1 || p&3 == 2)
	var t bool
	switch p & 3 {
	case 0:
		t = r == softfp.Equal
	case 1:
		t = r == softfp.Less
	case 2:
		t = r == softfp.Less || r == softfp.Equal
	case 3:
		t = r == softfp.Unordered
	}
	if p >= 4 {
		t = !t
	}
	return -b2u(t)
}

func evalCvtFF(o *Op, e *softfp.Env, in *[5]Val) (r Val) {
	from, to := format(o.W), format(o.D)
	if o.Attr&Scalar != 0 {
		return in[0].WithLane(o.D, 0, e.Convert(from, to, in[1].Lane(o.W, 0)))
	}
	n := uint(16) >> max(o.W, o.D)
	first := uint(0)
	if o.Attr&High != 0 && o.D > o.W {
		first = n
	}
	for i := range n {
		r = r.WithLane(o.D, i, e.Convert(from, to, in[1].Lane(o.W, first+i)))
	}
	return r
}

func evalCvtLanes(o *Op, e *softfp.Env, a Val) (r Val) {
	signed := o.Attr&Signed != 0
	for i := range uint(16) >> max(o.W, o.D) {
		x := a.Lane(o.W, i)
		if o.Code == VCvtFI {
			x = e.ToInt(format(o.W), x, o.D.Bits(), signed, int(o.Imm), rounding(o, e))
		} else {
			x = e.FromInt(format(o.D), x, o.W.Bits(), signed, int(o.Imm))
		}
		r = r.WithLane(o.D, i, x)
	}
	return r
}
