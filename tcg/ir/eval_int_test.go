package ir

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEvalInt checks single results worked out by hand: op, width, attributes, fields, inputs, result.
func TestEvalInt(t *testing.T) {
	const junk = 0xdead_0000_0000_0000
	rows := []struct {
		o    Op
		in   []uint64
		want uint64
	}{
		{Op{Code: Mov}, []uint64{^uint64(0)}, ^uint64(0)},
		{Op{Code: Add, W: W8}, []uint64{0xff, 1 | junk}, 0},
		{Op{Code: Add, W: W32}, []uint64{0xffffffff, 2}, 1},
		{Op{Code: Sub, W: W16}, []uint64{0, 1}, 0xffff},
		{Op{Code: Mul, W: W32}, []uint64{0x10000 | junk, 0x10001}, 0x10000},
		{Op{Code: And, W: W32}, []uint64{^uint64(0), ^uint64(0)}, 0xffffffff},
		{Op{Code: AndN, W: W8}, []uint64{0xff, 0x0f}, 0xf0},
		{Op{Code: OrN, W: W8}, []uint64{1, 0xf0}, 0x0f},
		{Op{Code: Not, W: W16}, []uint64{0x00ff}, 0xff00},
		{Op{Code: Neg, W: W8}, []uint64{1}, 0xff},
		{Op{Code: Shl, W: W32}, []uint64{1, 33}, 2},
		{Op{Code: Shl, W: W64}, []uint64{1, 63}, 1 << 63},
		{Op{Code: Shr, W: W32}, []uint64{0x80000000 | junk, 31}, 1},
		{Op{Code: Sar, W: W32}, []uint64{0x80000000, 31}, 0xffffffff},
		{Op{Code: Sar, W: W64}, []uint64{1 << 63, 64}, 1 << 63},
		{Op{Code: RotL, W: W8}, []uint64{0x81, 9}, 0x03},
		{Op{Code: RotR, W: W8}, []uint64{0x81, 1}, 0xc0},
		{Op{Code: RotR, W: W64}, []uint64{1, 0}, 1},
		{Op{Code: MulHU, W: W32}, []uint64{0xffffffff, 0xffffffff}, 0xfffffffe},
		{Op{Code: MulHS, W: W32}, []uint64{0xffffffff, 0xffffffff}, 0},
		{Op{Code: MulHU, W: W64}, []uint64{^uint64(0), ^uint64(0)}, 0xfffffffffffffffe},
		{Op{Code: MulHS, W: W64}, []uint64{^uint64(0), 5}, ^uint64(0)},
		{Op{Code: DivU, W: W32}, []uint64{7 | junk, 2}, 3},
		{Op{Code: DivU, W: W32}, []uint64{7, 0}, 0},
		{Op{Code: DivS, W: W32}, []uint64{0x80000000, 0xffffffff}, 0x80000000},
		{Op{Code: DivS, W: W64}, []uint64{1 << 63, ^uint64(0)}, 1 << 63},
		{Op{Code: DivS, W: W32}, []uint64{0xfffffff9, 2}, 0xfffffffd},
		{Op{Code: Sext, W: W8, D: W32}, []uint64{0x80}, 0xffffff80},
		{Op{Code: Sext, W: W32, D: W64}, []uint64{0x80000000}, 0xffffffff80000000},
		{Op{Code: Zext, W: W8}, []uint64{0x1ff}, 0xff},
		{Op{Code: Extract, W: W64, Aux: 4, Imm: 8}, []uint64{0xabcd}, 0xbc},
		{Op{Code: Extract, W: W32, Aux: 4, Imm: 8, Attr: Signed}, []uint64{0xabcd}, 0xffffffbc},
		{Op{Code: Extract, W: W64, Aux: 0, Imm: 64, Attr: Signed}, []uint64{^uint64(0)}, ^uint64(0)},
		{Op{Code: Deposit, W: W64, Aux: 8, Imm: 8}, []uint64{^uint64(0), 0x12}, 0xffffffffffff12ff},
		{Op{Code: Deposit, W: W64, Aux: 0, Imm: 64}, []uint64{1, 2}, 2},
		{Op{Code: Deposit, W: W32, Aux: 16, Imm: 16}, []uint64{0x11112222 | junk, 0x3333}, 0x33332222},
		{Op{Code: Extract2, W: W32, Aux: 8}, []uint64{0x11223344, 0x55667788}, 0x88112233},
		{Op{Code: Extract2, W: W64, Aux: 0}, []uint64{1, 2}, 1},
		{Op{Code: Bswap, W: W16}, []uint64{0x1234}, 0x3412},
		{Op{Code: Bswap, W: W32}, []uint64{0x12345678}, 0x78563412},
		{Op{Code: BswapL, W: W16}, []uint64{0x1122334455667788}, 0x2211443366558877},
		{Op{Code: BswapL, W: W32}, []uint64{0x1122334455667788}, 0x4433221188776655},
		{Op{Code: Clz, W: W8}, []uint64{0x100}, 8},
		{Op{Code: Clz, W: W32}, []uint64{1}, 31},
		{Op{Code: Clz, W: W64}, []uint64{0}, 64},
		{Op{Code: Ctz, W: W16}, []uint64{0x10000}, 16},
		{Op{Code: Ctz, W: W64}, []uint64{8}, 3},
		{Op{Code: Cls, W: W32}, []uint64{0xffffffff}, 31},
		{Op{Code: Cls, W: W64}, []uint64{0x4000000000000000}, 0},
		{Op{Code: Cls, W: W64}, []uint64{0}, 63},
		{Op{Code: Popcnt, W: W8}, []uint64{0x1ff}, 8},
		{Op{Code: Rbit, W: W32}, []uint64{1}, 0x80000000},
		// CRC-32 of "1": accumulator all ones, result inverted is 0x83dcefb7 (IEEE), 0x90f599e3 (Castagnoli).
		{Op{Code: Crc32, W: W8}, []uint64{0xffffffff, '1'}, 0xffffffff ^ 0x83dcefb7},
		{Op{Code: Crc32, W: W8, Aux: 1}, []uint64{0xffffffff, '1'}, 0xffffffff ^ 0x90f599e3},
		{Op{Code: SetC, W: W8, Cond: LT}, []uint64{0x80, 0x7f}, 1},
		{Op{Code: SetC, W: W8, Cond: LTU}, []uint64{0x80, 0x7f}, 0},
		{Op{Code: SelC, W: W8, Cond: EQ}, []uint64{0x100, 0, 5, 6}, 5},
		{Op{Code: SetF, Cond: CondZ}, []uint64{FlagOne | FlagZ}, 1},
		{Op{Code: SelF, Cond: CondZ}, []uint64{FlagOne, 5, ^uint64(0)}, ^uint64(0)},
		{Op{Code: MergeF, Imm: FlagC}, []uint64{FlagOne | FlagC | FlagZ, FlagOne | FlagS}, FlagOne | FlagC | FlagS},
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%v%d", r.o.Code, r.o.W.Bits()), func(t *testing.T) {
			var in [5]Val
			for i, v := range r.in {
				in[i].Lo = v
			}
			got, _ := Eval(&r.o, &in, nil)
			require.Equal(t, Val{Lo: r.want}, got, "%v %x", r.o.Code, r.in)
		})
	}
}

func TestMulHigh(t *testing.T) {
	for _, a := range edges {
		for _, b := range edges {
			p := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(b))
			r, _ := eval1(MulHU, W64, 0, a, b)
			require.Equal(t, p.Rsh(p, 64).Uint64(), r)
			p = new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(b)))
			r, _ = eval1(MulHS, W64, 0, a, b)
			require.Equal(t, uint64(p.Rsh(p, 64).Int64()), r)
		}
	}
}

func TestEvalDoesNotAllocate(t *testing.T) {
	for c := Opcode(0); c < NumOps; c++ {
		info := c.Info()
		if info.Flags&Pure == 0 {
			continue
		}
		for w := W8; w <= W64; w++ {
			if info.Widths != 0 && info.Widths>>w&1 == 0 {
				continue
			}
			o := Op{Code: c, W: w, D: W32}
			in := new([5]Val)
			env := uint64(FPDefault)
			require.Zero(t, testing.AllocsPerRun(10, func() { Eval(&o, in, &env) }), c.String())
		}
	}
}
