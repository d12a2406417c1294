package arm64

import (
	"sync"

	"github.com/gotcg/gotcg/internal/softfp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Helpers behind the Advanced SIMD instructions too rare for IR ops of their own. Each is a function of
// its inputs and the FP environment, and works on all 128 bits; what lies above the operand's shape
// is cut off by the translation.

// lanes64 splits a value into its 64-bit halves.
func halves(v ir.Val) [2]uint64 { return [2]uint64{v.Lo, v.Hi} }

// mapLanes applies f to each lane of width w of x and y.
func mapLanes(w ir.Width, x, y ir.Val, f func(x, y uint64) uint64) ir.Val {
	xs, ys := halves(x), halves(y)
	var r [2]uint64
	for h := range r {
		for s := uint(0); s < 64; s += w.Bits() {
			r[h] |= f(xs[h]>>s&w.Mask(), ys[h]>>s&w.Mask()) & w.Mask() << s
		}
	}
	return ir.Val{Lo: r[0], Hi: r[1]}
}

// pure makes a helper of a function of two vectors.
func pure(name string, f func(x, y ir.Val) ir.Val) *ir.Helper {
	return &ir.Helper{Name: "a64_" + name, Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
		return f(in[0], in[1])
	}}
}

// satHelpers computes results, and masks of the lanes that saturated.
type satHelpers struct{ res, qc *ir.Helper }

// satPair makes both helpers of a lane function that reports saturation.
func satPair(name string, w ir.Width, f func(w ir.Width, x, y uint64) (uint64, bool)) satHelpers {
	return satHelpers{
		res: pure(name, func(x, y ir.Val) ir.Val {
			return mapLanes(w, x, y, func(x, y uint64) uint64 { r, _ := f(w, x, y); return r })
		}),
		qc: pure(name+"_qc", func(x, y ir.Val) ir.Val {
			return mapLanes(w, x, y, func(x, y uint64) uint64 {
				if _, sat := f(w, x, y); sat {
					return ^uint64(0)
				}
				return 0
			})
		}),
	}
}

// satWidths makes satPair for all lane widths.
func satWidths(name string, f func(w ir.Width, x, y uint64) (uint64, bool)) (h [4]satHelpers) {
	for w := ir.W8; w <= ir.W64; w++ {
		h[w] = satPair(name+string('0'+rune(w)), w, f)
	}
	return h
}

// sx sign-extends the low w bits of v.
func sx(w ir.Width, v uint64) int64 { return int64(v<<(64-w.Bits())) >> (64 - w.Bits()) }

// shiftKind names the variable shifts that go beyond the IR op's plain ones.
type shiftKind uint8

const (
	shiftSR shiftKind = iota
	shiftUR
	shiftSQ
	shiftUQ
	shiftSQR
	shiftUQR
	numShiftKinds
)

func (k shiftKind) saturates() bool { return k >= shiftSQ }
func (k shiftKind) signed() bool    { return k&1 == 0 }
func (k shiftKind) rounds() bool    { return k < shiftSQ || k >= shiftSQR }

var shiftHelpers = sync.OnceValue(func() *[numShiftKinds][4]satHelpers {
	var h [numShiftKinds][4]satHelpers
	names := [numShiftKinds]string{"srshl", "urshl", "sqshl", "uqshl", "sqrshl", "uqrshl"}
	for k := range h {
		h[k] = satWidths(names[k], shiftKind(k).lane)
	}
	return &h
})

// lane shifts x by the signed low byte of y. Arm ARM C7.2 SQRSHL and the like.
func (k shiftKind) lane(w ir.Width, x, y uint64) (uint64, bool) {
	n := int(int8(y))
	if n >= 0 {
		return k.left(w, x, n)
	}
	return k.right(w, x, -n), false
}

func (k shiftKind) right(w ir.Width, x uint64, n int) uint64 {
	size := int(w.Bits())
	var r, last uint64
	if k.signed() {
		v := sx(w, x)
		r = uint64(v >> min(n, 63))
		last = uint64(v >> min(n-1, 63) & 1)
	} else if n <= size {
		r, last = x>>n, x>>(n-1)&1
	}
	if k.signed() && n > size {
		last = r & 1 // sign bits only: -1/2 rounds to 0
	}
	if k.rounds() {
		r += last
	}
	return r
}

func (k shiftKind) left(w ir.Width, x uint64, n int) (uint64, bool) {
	size := int(w.Bits())
	r := uint64(0)
	if n < size {
		r = x << n & w.Mask()
	}
	if !k.saturates() || x == 0 {
		return r, false
	}
	if !k.signed() {
		if n >= size || r>>n != x {
			return w.Mask(), true
		}
		return r, false
	}
	if n >= size || uint64(sx(w, r)>>n) != uint64(sx(w, x)) {
		if sx(w, x) < 0 {
			return w.Mask()>>1 + 1, true
		}
		return w.Mask() >> 1, true
	}
	return r, false
}

// suqaddHelpers add an unsigned lane to a signed accumulator, usqaddHelpers the other way round.
var (
	suqaddHelpers = sync.OnceValue(func() [4]satHelpers {
		return satWidths("suqadd", func(w ir.Width, acc, y uint64) (uint64, bool) {
			top := w.Mask() >> 1
			// The sum is at least the accumulator, so only the upper bound matters.
			room := top - uint64(sx(w, acc)) // exact in 64 bits: 0 to 2^w - 1
			if y > room {
				return top, true
			}
			return acc + y, false
		})
	})
	usqaddHelpers = sync.OnceValue(func() [4]satHelpers {
		return satWidths("usqadd", func(w ir.Width, acc, y uint64) (uint64, bool) {
			v := sx(w, y)
			if v < 0 {
				if uint64(-v) > acc {
					return 0, true
				}
				return acc - uint64(-v), false
			}
			if uint64(v) > w.Mask()-acc {
				return w.Mask(), true
			}
			return acc + uint64(v), false
		})
	})
)

// clmul is the carry-less product.
func clmul(x, y uint64) (lo, hi uint64) {
	for n := range 64 {
		if y>>n&1 != 0 {
			lo ^= x << n
			hi ^= x >> (64 - n)
		}
	}
	return lo, hi
}

var (
	helperPMUL = &ir.Helper{Name: "a64_pmul", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
		return mapLanes(ir.W8, in[0], in[1], func(x, y uint64) uint64 { lo, _ := clmul(x, y); return lo })
	}}
	helperPMULL8 = &ir.Helper{Name: "a64_pmull8", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
		x, y := in[0], in[1]
		var r [2]uint64
		for n := range 8 {
			lo, _ := clmul(x.Lo>>(8*n)&0xff, y.Lo>>(8*n)&0xff)
			r[n/4] |= lo << (n % 4 * 16)
		}
		return ir.Val{Lo: r[0], Hi: r[1]}
	}}
	helperURECPE = &ir.Helper{Name: "a64_urecpe", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
		return mapLanes(ir.W32, in[0], in[1], func(x, _ uint64) uint64 {
			return uint64(softfp.RecipEstimateU32(uint32(x)))
		})
	}}
	helperURSQRTE = &ir.Helper{Name: "a64_ursqrte", Pure: true, Fn: func(_ *ir.Env, in *[4]ir.Val) ir.Val {
		return mapLanes(ir.W32, in[0], in[1], func(x, _ uint64) uint64 {
			return uint64(softfp.RSqrtEstimateU32(uint32(x)))
		})
	}}
)
