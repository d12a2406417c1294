package arm64

import (
	"sync"

	"github.com/gotcg/gotcg/internal/softfp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// softEnv is the environment word under Arm's rules, and what it raised goes back with softDone.
func softEnv(word uint64) softfp.Env {
	e := softfp.MXCSREnv(uint32(word))
	e.Rules = softfp.Arm
	e.Unmasked = 0
	e.DN = word&ir.FPArmDN != 0
	return e
}

func format(w ir.Width) softfp.Format { return softfp.Format(w - ir.W16) }

// fpHelpers are the helpers of one FP operation: scalar and packed, single and double.
type fpHelpers struct {
	name           string
	fn             laneFn
	once           sync.Once // the rest is made by
	scalar, packed [2]*ir.Helper
}

func (h *fpHelpers) get(f vform) *ir.Helper {
	h.once.Do(h.make)
	if f.scalar {
		return h.scalar[f.w-ir.W32]
	}
	return h.packed[f.w-ir.W32]
}

type laneFn func(e *softfp.Env, f softfp.Format, x, y uint64) uint64

func (h *fpHelpers) make() {
	name, fn := h.name, h.fn
	for k := range 2 {
		w := ir.W32 + ir.Width(k)
		suffix := [...]string{"_s", "_d"}[k]
		h.scalar[k] = &ir.Helper{Name: "a64_" + name + suffix, Pure: true,
			Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
				s := softEnv(*e.FPEnv)
				r := fn(&s, format(w), in[0].Lo&w.Mask(), in[1].Lo&w.Mask())
				*e.FPEnv |= uint64(s.Flags)
				return ir.Val{Lo: r}
			}}
		h.packed[k] = &ir.Helper{Name: "a64_" + name + suffix + "v", Pure: true,
			Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
				s := softEnv(*e.FPEnv)
				r := mapLanes(w, in[0], in[1], func(x, y uint64) uint64 { return fn(&s, format(w), x, y) })
				*e.FPEnv |= uint64(s.Flags)
				return r
			}}
	}
}

var (
	helpFMULX   = fpHelpers{name: "fmulx", fn: (*softfp.Env).MulX}
	helpFRECPS  = fpHelpers{name: "frecps", fn: (*softfp.Env).RecipStep}
	helpFRSQRTS = fpHelpers{name: "frsqrts", fn: (*softfp.Env).RSqrtStep}
	helpFRECPE  = fpHelpers{name: "frecpe", fn: func(e *softfp.Env, f softfp.Format, x, _ uint64) uint64 {
		return e.RecipEstimate(f, x)
	}}
	helpFRSQRTE = fpHelpers{name: "frsqrte", fn: func(e *softfp.Env, f softfp.Format, x, _ uint64) uint64 {
		return e.RSqrtEstimate(f, x)
	}}
	helpFRECPX = fpHelpers{name: "frecpx", fn: func(e *softfp.Env, f softfp.Format, x, _ uint64) uint64 {
		return e.RecipExp(f, x)
	}}
)

// convLanes converts n lanes of width w of v to width d in the low lanes of the result.
func convLanes(e *softfp.Env, w, d ir.Width, n int, v ir.Val) ir.Val {
	in := halves(v)
	var out [2]uint64
	for k := range n {
		at := uint(k) * w.Bits()
		to := uint(k) * d.Bits()
		r := e.Convert(format(w), format(d), in[at/64]>>(at%64)&w.Mask())
		out[to/64] |= r << (to % 64)
	}
	return ir.Val{Lo: out[0], Hi: out[1]}
}

// converted is the value of a helper that converts n lanes of width w to width d, in a mode that set makes.
func converted(e *ir.Env, v ir.Val, w, d ir.Width, n int, set func(*softfp.Env)) ir.Val {
	s := softEnv(*e.FPEnv)
	set(&s)
	r := convLanes(&s, w, d, n, v)
	*e.FPEnv |= uint64(s.Flags)
	return r
}

func setToOdd(s *softfp.Env) { s.Round = softfp.ToOdd }
func setAHP(s *softfp.Env)   { s.AHP = true }

var (
	helperFCVTXN = &ir.Helper{Name: "a64_fcvtxn", Pure: true, Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return converted(e, in[0], ir.W64, ir.W32, 2, setToOdd)
	}}
	// Converts from and to the alternative half precision.
	helperFCVTLahp = &ir.Helper{Name: "a64_fcvtl_ahp", Pure: true, Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return converted(e, in[0], ir.W16, ir.W32, 4, setAHP)
	}}
	helperFCVTNahp = &ir.Helper{Name: "a64_fcvtn_ahp", Pure: true, Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return converted(e, in[0], ir.W32, ir.W16, 4, setAHP)
	}}
	helperAHPhs = &ir.Helper{Name: "a64_fcvt_hs_ahp", Pure: true, Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return converted(e, in[0], ir.W32, ir.W16, 1, setAHP)
	}}
	helperAHPhd = &ir.Helper{Name: "a64_fcvt_hd_ahp", Pure: true, Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return converted(e, in[0], ir.W64, ir.W16, 1, setAHP)
	}}
	helperAHPsh = &ir.Helper{Name: "a64_fcvt_sh_ahp", Pure: true, Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return converted(e, in[0], ir.W16, ir.W32, 1, setAHP)
	}}
	helperAHPdh = &ir.Helper{Name: "a64_fcvt_dh_ahp", Pure: true, Fn: func(e *ir.Env, in *[4]ir.Val) ir.Val {
		return converted(e, in[0], ir.W16, ir.W64, 1, setAHP)
	}}
)

// ahpHelper is the scalar convert between widths w and d, one of which is 16 bits.
func ahpHelper(w, d ir.Width) *ir.Helper {
	switch {
	case w == ir.W32:
		return helperAHPhs
	case w == ir.W64:
		return helperAHPhd
	case d == ir.W32:
		return helperAHPsh
	}
	return helperAHPdh
}
