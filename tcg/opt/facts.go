package opt

import (
	"math/bits"

	"github.com/gotcg/gotcg/tcg/ir"
)

// A fact is what the forward walk knows of a temp's present value. It holds as long as src has not been
// redefined since.
type fact struct {
	src  ir.Temp
	kind factKind
	// known is 1 + the width the value is zero-extended from, 0 if that is not known.
	known uint8
	ver   uint32 // of src
	// imm: addImm: the amount; lowOf: the bits; merge: the old flags word's temp, the mask << 16, its version << 32.
	imm int64
}

type factKind uint8

const (
	noFact factKind = iota
	copyOf          // equals src
	addImm          // src + imm, 64 bits
	lowOf           // its low imm bits are src's
	merge           // a MergeF of src and another flags word
)

// outWidth tells what is known of the width of an op's result.
type outWidth uint8

const (
	unknown outWidth = iota
	byW              // zero-extended from W
	byD              // from D
	bySign           // from D when Signed, else from W
	byImm            // Extract
	is8
	is16
	is32
	ofInput // Mov
)

// outWidths has the rule for each op's first output; flags words, second outputs, have 16 bits.
var outWidths = func() (t [ir.NumOps]outWidth) {
	for c := ir.Add; c <= ir.SetC; c++ {
		t[c] = byW
	}
	for c := ir.AddF; c <= ir.ShrdF; c++ {
		t[c] = byW
	}
	for c := ir.Cas; c <= ir.AtMaxU; c++ {
		t[c] = byW
	}
	t[ir.Mov] = ofInput
	t[ir.Sext] = byD
	t[ir.Extract] = byImm
	t[ir.BswapL] = unknown
	t[ir.Clz], t[ir.Ctz], t[ir.Cls], t[ir.Popcnt] = is8, is8, is8, is8
	t[ir.SetC], t[ir.SetF] = is8, is8
	t[ir.Crc32] = is32
	t[ir.MergeF], t[ir.FCmpF], t[ir.VMsk] = is16, is16, is16
	t[ir.Ld], t[ir.VGet] = bySign, bySign
	t[ir.FCvtI] = byD
	t[ir.CasV] = unknown
	return t
}()

func (s *State) knownWidth(o *ir.Op, w outWidth) uint8 {
	switch w {
	case byW:
		return uint8(o.W) + 1
	case byD:
		return uint8(o.D) + 1
	case bySign:
		if o.Attr&ir.Signed != 0 {
			return uint8(o.D) + 1
		}
		return uint8(o.W) + 1
	case byImm:
		if o.Attr&ir.Signed != 0 || o.Imm > 32 {
			return uint8(o.W) + 1
		}
		return widthOf(1<<uint(o.Imm)-1) + 1
	case is8, is16, is32:
		return uint8(w-is8) + 1
	case ofInput:
		return s.widthKnown(o.A[1])
	}
	return 0
}

// widthOf returns the narrowest width v is zero-extended from.
func widthOf(v uint64) uint8 {
	switch n := bits.Len64(v); {
	case n <= 8:
		return uint8(ir.W8)
	case n <= 16:
		return uint8(ir.W16)
	case n <= 32:
		return uint8(ir.W32)
	}
	return uint8(ir.W64)
}

// widthKnown returns 1 + the width t is known to be zero-extended from, 0 if it is not known.
func (s *State) widthKnown(t ir.Temp) uint8 {
	if info := &s.b.Temps[t]; info.Kind == ir.Const {
		return widthOf(info.Val.Lo) + 1
	}
	return s.facts[t].known
}

// grow makes the per-temp tables fit the block and clears them.
func (s *State) grow() {
	n := len(s.b.Temps)
	if cap(s.facts) < n {
		s.facts = make([]fact, n, 2*n+64)
		s.ver = make([]uint32, n, 2*n+64)
		return
	}
	s.facts, s.ver = s.facts[:n], s.ver[:n]
	clear(s.facts)
	clear(s.ver)
}

// forget drops all facts: control may come from elsewhere.
func (s *State) forget() { clear(s.facts) }

// forgetGlobals notes that all globals may have changed.
func (s *State) forgetGlobals() {
	for g := range s.b.Globals {
		s.ver[g]++
		s.facts[g] = fact{}
	}
}

// resolve returns what t is a copy of, or t.
func (s *State) resolve(t ir.Temp) ir.Temp {
	for range 3 {
		f := &s.facts[t]
		if f.kind != copyOf || s.ver[f.src] != f.ver {
			break
		}
		t = f.src
	}
	return t
}

// constOf returns the value of t if it is a constant.
func (s *State) constOf(t ir.Temp) (uint64, bool) {
	info := &s.b.Temps[t]
	return info.Val.Lo, info.Kind == ir.Const
}

// newConst returns a constant temp of value v.
func (s *State) newConst(typ ir.Type, v ir.Val) (ir.Temp, bool) {
	for _, t := range s.fresh {
		if info := &s.b.Temps[t]; info.Val == v && info.Type == typ {
			return t, true
		}
	}
	t := ir.Temp(len(s.b.Temps))
	if t >= ir.NoTemp-1 {
		return 0, false
	}
	s.b.Temps = append(s.b.Temps, ir.TempInfo{Kind: ir.Const, Type: typ, Val: v})
	s.facts = append(s.facts, fact{})
	s.ver = append(s.ver, 0)
	if len(s.fresh) < 16 {
		s.fresh = append(s.fresh, t)
	}
	return t, true
}
