package ir

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func f32(x float32) uint64 { return uint64(math.Float32bits(x)) }
func f64(x float64) uint64 { return math.Float64bits(x) }

// vecRows are results worked out by hand. Lanes are written high to low, as the hex of each half.
var vecRows = []struct {
	o    Op
	in   []Val
	want Val
}{
	{Op{Code: VAnd}, []Val{{0xff, 0xf0}, {0x0f, 0xff}}, Val{0x0f, 0xf0}},
	{Op{Code: VAndN}, []Val{{0xff, 0xf0}, {0x0f, 0xff}}, Val{0xf0, 0}},
	{Op{Code: VSel}, []Val{{0xff, 0}, {0x1111, 0x2222}, {0x3333, 0x4444}}, Val{0x3311, 0x4444}},
	{Op{Code: VDup, W: W16}, []Val{{Lo: 0x12345}}, Val{0x2345234523452345, 0x2345234523452345}},
	{Op{Code: VGet, W: W8, Aux: 9}, []Val{{0, 0x8100}}, Val{Lo: 0x81}},
	{Op{Code: VGet, W: W8, D: W32, Aux: 9, Attr: Signed}, []Val{{0, 0x8100}}, Val{Lo: 0xffffff81}},
	{Op{Code: VIns, W: W32, Aux: 3}, []Val{{1, 2}, {Lo: 0xabcdef0123}}, Val{1, 0xcdef012300000002}},
	{Op{Code: VInsV, W: W64, Aux: 1, Imm: 0}, []Val{{1, 2}, {3, 4}}, Val{1, 3}},
	{Op{Code: VLow, W: W32}, []Val{{0x1111222233334444, 5}}, Val{0x33334444, 0}},
	{Op{Code: VAdd, W: W8}, []Val{{0xff01, 0x80}, {0x0101, 0x80}}, Val{0x0002, 0}},
	{Op{Code: VAdd, W: W8, Attr: Saturate}, []Val{{0xff01, 0x80}, {0x0101, 0x80}}, Val{0xff02, 0xff}},
	{Op{Code: VAdd, W: W8, Attr: Saturate | Signed}, []Val{{0x7f80, 0x01}, {0x01ff, 0x01}}, Val{0x7f80, 0x02}},
	{Op{Code: VSub, W: W16, Attr: Saturate}, []Val{{1, 5}, {2, 2}}, Val{0, 3}},
	{Op{Code: VSub, W: W16, Attr: Saturate | Signed}, []Val{{0x8000, 0x7fff}, {1, 0xffff}}, Val{0x8000, 0x7fff}},
	{Op{Code: VSub, W: W64}, []Val{{1, 5}, {2, 2}}, Val{^uint64(0), 3}},
	{Op{Code: VAdd, W: W64, Attr: Saturate}, []Val{{^uint64(0), 5}, {2, 2}}, Val{^uint64(0), 7}},
	{Op{Code: VAdd, W: W64, Attr: Saturate | Signed}, []Val{{1<<63 - 1, 1 << 63}, {2, 1 << 63}}, Val{1<<63 - 1, 1 << 63}},
	{Op{Code: VMul, W: W16}, []Val{{0x8000, 3}, {2, 5}}, Val{0, 15}},
	{Op{Code: VMulH, W: W16, Attr: Signed}, []Val{{0xffff, 0x4000}, {2, 4}}, Val{0xffff, 1}},
	{Op{Code: VMulH, W: W16}, []Val{{0xffff, 0x4000}, {2, 4}}, Val{1, 1}},
	{Op{Code: VMulL, W: W8, Attr: Signed}, []Val{{0xff02, 0}, {0x0203, 0}}, Val{0xfffe0006, 0}},
	{Op{Code: VMulL, W: W8, Attr: High}, []Val{{0, 0xff02}, {0, 0x0203}}, Val{0x01fe0006, 0}},
	{Op{Code: VMulEven, W: W32}, []Val{{0x5_ffffffff, 2}, {0x7_ffffffff, 3}}, Val{0xfffffffe00000001, 6}},
	{Op{Code: VMulEven, W: W32, Attr: Signed}, []Val{{0x5_ffffffff, 2}, {0x7_ffffffff, 3}}, Val{1, 6}},
	{Op{Code: VMulAddPair, W: W16}, []Val{{0x8000_8000, 0xffff_0002}, {0x8000_8000, 0x0003_0004}}, Val{0x80000000, 5}},
	{Op{Code: VMin, W: W8, Attr: Signed}, []Val{{0x80, 1}, {0x7f, 2}}, Val{0x80, 1}},
	{Op{Code: VMin, W: W8}, []Val{{0x80, 1}, {0x7f, 2}}, Val{0x7f, 1}},
	{Op{Code: VMax, W: W64, Attr: Signed}, []Val{{1 << 63, 1}, {0, 2}}, Val{0, 2}},
	{Op{Code: VMax, W: W64}, []Val{{1 << 63, 1}, {0, 2}}, Val{1 << 63, 2}},
	{Op{Code: VAvg, W: W8}, []Val{{0xff, 1}, {0xfe, 2}}, Val{0xff, 2}},
	{Op{Code: VAbs, W: W8}, []Val{{0x80ff, 1}}, Val{0x8001, 1}},
	{Op{Code: VCmpEQ, W: W32}, []Val{{5, 1}, {5, 2}}, Val{^uint64(0), 0xffffffff00000000}},
	{Op{Code: VCmpGT, W: W64, Attr: Signed}, []Val{{0, 1}, {1 << 63, 2}}, Val{^uint64(0), 0}},
	{Op{Code: VCmpGE, W: W64}, []Val{{0, 2}, {1 << 63, 2}}, Val{0, ^uint64(0)}},
	{Op{Code: VShlI, W: W16, Imm: 4}, []Val{{0x1234, 1}}, Val{0x2340, 0x10}},
	{Op{Code: VShlI, W: W16, Imm: 16}, []Val{{0x1234, 1}}, Val{}},
	{Op{Code: VShrI, W: W32, Imm: 31}, []Val{{1 << 31, 1 << 63}}, Val{1, 1 << 32}},
	{Op{Code: VSarI, W: W8, Imm: 200}, []Val{{0x80, 0x7f}}, Val{0xff, 0}},
	{Op{Code: VShlS, W: W64}, []Val{{1, 3}, {63, 9}}, Val{1 << 63, 1 << 63}},
	{Op{Code: VShrS, W: W64}, []Val{{1, 3}, {64, 0}}, Val{}},
	{Op{Code: VSarS, W: W16}, []Val{{0x8000, 3}, {1 << 60, 0}}, Val{0xffff, 0}},
	{Op{Code: VShlVar, W: W64, Attr: Signed}, []Val{{1 << 63, 3}, {0xff, 0x101}}, Val{3 << 62, 6}},
	{Op{Code: VShlVar, W: W64}, []Val{{1 << 63, 3}, {0xff, 0x80}}, Val{1 << 62, 0}},
	{Op{Code: VShlVar, W: W8, Attr: Signed}, []Val{{0x80, 3}, {0x80, 9}}, Val{0xff, 0}},
	{Op{Code: VZip, W: W32}, []Val{{0x22222222_11111111, 3}, {0x66666666_55555555, 4}}, Val{0x55555555_11111111, 0x66666666_22222222}},
	{Op{Code: VZip, W: W64, Attr: High}, []Val{{1, 2}, {3, 4}}, Val{2, 4}},
	{Op{Code: VUzp, W: W32}, []Val{{0x2_00000001, 0x4_00000003}, {0x6_00000005, 0x8_00000007}}, Val{0x3_00000001, 0x7_00000005}},
	{Op{Code: VUzp, W: W32, Attr: High}, []Val{{0x2_00000001, 0x4_00000003}, {0x6_00000005, 0x8_00000007}}, Val{0x4_00000002, 0x8_00000006}},
	{Op{Code: VTrn, W: W32}, []Val{{0x2_00000001, 0x4_00000003}, {0x6_00000005, 0x8_00000007}}, Val{0x5_00000001, 0x7_00000003}},
	{Op{Code: VTrn, W: W32, Attr: High}, []Val{{0x2_00000001, 0x4_00000003}, {0x6_00000005, 0x8_00000007}}, Val{0x6_00000002, 0x8_00000004}},
	{Op{Code: VShuf, W: W32, Imm: 0x1b}, []Val{{0x2_00000001, 0x4_00000003}}, Val{0x3_00000004, 0x1_00000002}},
	{Op{Code: VShuf, W: W16, Imm: 0x1b, Attr: High}, []Val{{0x4444333322221111, 0x8888777766665555}}, Val{0x4444333322221111, 0x5555666677778888}},
	{Op{Code: VShuf2, W: W32, Imm: 0xe4}, []Val{{0x2_00000001, 0x4_00000003}, {0x6_00000005, 0x8_00000007}}, Val{0x2_00000001, 0x8_00000007}},
	{Op{Code: VShuf2, W: W64, Imm: 1}, []Val{{1, 2}, {3, 4}}, Val{2, 3}},
	{Op{Code: VExtr, Imm: 4}, []Val{{0x2_00000001, 0x4_00000003}, {5, 6}}, Val{0x3_00000002, 0x5_00000004}},
	{Op{Code: VExtr, Imm: 24}, []Val{{1, 2}, {3, 4}}, Val{4, 0}},
	{Op{Code: VTbl, Aux: 2}, []Val{{0x201f1000, 0xff}, {0x11, 0}, {0x22, 0x99 << 56}}, Val{0x1111111100992211, 0x1111111111111100}},
	{Op{Code: VPshufb}, []Val{{0x11223344, 0}, {0x80010203, 0x10}}, Val{0x4444444400332211, 0x4444444444444444}},
	{Op{Code: VPack, W: W16, Attr: Signed}, []Val{{0x7fff_8000_0001_ffff, 0}, {0x0100, 0}}, Val{0x7f8001ff, 0x7f}},
	{Op{Code: VPack, W: W32}, []Val{{0x7fffffff_80000000, 1}, {0xffff, 0}}, Val{0x1_ffff0000, 0xffff}},
	{Op{Code: VNarrow, W: W16}, []Val{{0x1234_5678_9abc_def0, 0xff}}, Val{0xff_3478bcf0, 0}},
	{Op{Code: VNarrow, W: W64, Attr: Saturate}, []Val{{1 << 40, 5}}, Val{0x5_ffffffff, 0}},
	{Op{Code: VNarrow, W: W64, Attr: Saturate | Signed}, []Val{{1 << 63, 5}}, Val{0x5_80000000, 0}},
	{Op{Code: VWiden, W: W8, Attr: Signed}, []Val{{0x80_01, 0}}, Val{0xff80_0001, 0}},
	{Op{Code: VWiden, W: W32, Attr: High}, []Val{{1, 0x2_80000000}}, Val{0x80000000, 2}},
	{Op{Code: VSad}, []Val{{0x0510, 0xff}, {0x0811, 1}}, Val{4, 254}},
	{Op{Code: VMsk, W: W8}, []Val{{0x80, 0x8000}}, Val{Lo: 0x201}},
	{Op{Code: VMsk, W: W64}, []Val{{1 << 63, 1 << 63}}, Val{Lo: 3}},
	{Op{Code: VAddV, W: W8}, []Val{{0xff, 0x0202}}, Val{3, 0}},
	{Op{Code: VAddP, W: W32}, []Val{{0x2_00000001, 0x4_00000003}, {0x6_00000005, 0x8_00000007}}, Val{0x7_00000003, 0xf_0000000b}},
	{Op{Code: VRev, W: W8, D: W32}, []Val{{0x1122334455667788, 1}}, Val{0x4433221188776655, 0x1000000}},
	{Op{Code: VRev, W: W32, D: W64}, []Val{{0x2_00000001, 0}}, Val{0x1_00000002, 0}},
	{Op{Code: VPopcnt, W: W8}, []Val{{0xff07, 1}}, Val{0x0803, 1}},
	{Op{Code: VClz, W: W16}, []Val{{0x8000_0001, 1}}, Val{0x0010_0010_0000_000f, 0x0010_0010_0010_000f}},

	// FIPS 197 appendix B, round 1: state after the first key addition, and the second round key.
	{Op{Code: VAes, Aux: AesEnc}, []Val{{0x2be2f4a0bee33d19, 0x848f8e92a8dc69a}, {0xb12c548817fefaa0, 0x5766c2a3939a323}}, Val{0x2b359f68f27f9ca4, 0x49506a0243ea5b6b}},
	{Op{Code: VStr}, []Val{{'b', 0}, {'a' | 'b'<<8 | 'c'<<16, 0}}, Val{Lo: 1 | (FlagOne|FlagC|FlagZ|FlagS)<<32}},
	{Op{Code: VStrM, Imm: 0x40 | StrExplicit}, []Val{{'b', 0}, {'a' | 'b'<<8 | 'b'<<16, 0}, {Lo: 1}, {Lo: 2}}, Val{Lo: 0xff00}},
	{Op{Code: VClmul, Imm: 0x10}, []Val{{7, 1}, {3, 1<<63 | 5}}, Val{1<<63 | 0x1b, 3}},

	{Op{Code: FAdd, W: W32, Attr: Scalar}, []Val{{9<<32 | f32(1), 7}, {f32(2), 8}}, Val{9<<32 | f32(3), 7}},
	{Op{Code: FSub, W: W64}, []Val{{f64(1), f64(5)}, {f64(2), f64(2)}}, Val{f64(-1), f64(3)}},
	{Op{Code: FMul, W: W64}, []Val{{f64(1.5), f64(5)}, {f64(2), f64(2)}}, Val{f64(3), f64(10)}},
	{Op{Code: FDiv, W: W64, Attr: Scalar}, []Val{{f64(1), 42}, {f64(0), 0}}, Val{f64(math.Inf(1)), 42}},
	{Op{Code: FMin, W: W64}, []Val{{f64(math.NaN()), f64(5)}, {f64(2), f64(2)}}, Val{f64(2), f64(2)}},
	{Op{Code: FMax, W: W64, Attr: Scalar}, []Val{{0, 5}, {1 << 63, 9}}, Val{1 << 63, 5}},
	{Op{Code: FMax, W: W64, Attr: Scalar | ArmFP}, []Val{{0, 5}, {1 << 63, 9}}, Val{0, 5}},
	{Op{Code: FMaxNM, W: W64, Attr: ArmFP}, []Val{{0x7ff8 << 48, f64(1)}, {f64(2), f64(3)}}, Val{f64(2), f64(3)}},
	{Op{Code: FSqrt, W: W64, Attr: Scalar}, []Val{{1, 2}, {f64(9), 4}}, Val{f64(3), 2}},
	{Op{Code: FMulAdd, W: W64, Attr: Scalar, Aux: 3}, []Val{{f64(2), 2}, {f64(9), 4}, {f64(1), 0}}, Val{f64(-19), 2}},
	{Op{Code: FCmpM, W: W64, Aux: 1}, []Val{{f64(2), f64(3)}, {f64(9), f64(3)}}, Val{^uint64(0), 0}},
	{Op{Code: FCmpM, W: W64, Aux: 6}, []Val{{f64(2), f64(math.NaN())}, {f64(9), f64(3)}}, Val{0, ^uint64(0)}},
	{Op{Code: FRint, W: W64, Aux: RoundAway, Attr: Scalar}, []Val{{1, 2}, {f64(-2.5), 0}}, Val{f64(-3), 2}},
	{Op{Code: FRint, W: W64}, []Val{{1, 2}, {f64(-2.5), f64(0.75)}}, Val{f64(-2), f64(1)}},
	{Op{Code: FCvtFF, W: W32, D: W64, Attr: Scalar}, []Val{{1, 2}, {5<<32 | f32(1.5), 0}}, Val{f64(1.5), 2}},
	{Op{Code: FCvtFF, W: W64, D: W32, Attr: Scalar}, []Val{{7 << 32, 2}, {f64(1.5), 0}}, Val{7<<32 | f32(1.5), 2}},
	{Op{Code: FCvtFF, W: W64, D: W32}, []Val{{1, 2}, {f64(1.5), f64(-1)}}, Val{f32(-1)<<32 | f32(1.5), 0}},
	{Op{Code: FCvtFF, W: W32, D: W64, Attr: High}, []Val{{1, 2}, {0, f32(-1)<<32 | f32(1.5)}}, Val{f64(1.5), f64(-1)}},
	{Op{Code: FCvtI, W: W64, D: W32, Attr: Signed | Trunc}, []Val{{f64(-1.9), 0}}, Val{Lo: 0xffffffff}},
	{Op{Code: FCvtI, W: W64, D: W32, Attr: Signed}, []Val{{f64(1e10), 0}}, Val{Lo: 0x80000000}},
	{Op{Code: FCvtI, W: W64, D: W32, Attr: Signed | ArmSat}, []Val{{f64(1e10), 0}}, Val{Lo: 0x7fffffff}},
	{Op{Code: FCvtI, W: W32, D: W64, Attr: Signed | Trunc, Imm: 8}, []Val{{f32(1.5), 0}}, Val{Lo: 384}},
	{Op{Code: ICvtF, W: W64, D: W32, Attr: Signed}, []Val{{1, 2}, {Lo: 0xffffffff}}, Val{f64(-1), 2}},
	{Op{Code: ICvtF, W: W32, D: W64, Imm: 1}, []Val{{9 << 32, 2}, {Lo: 3}}, Val{9<<32 | f32(1.5), 2}},
	{Op{Code: VCvtFI, W: W64, D: W32, Attr: Signed | Trunc}, []Val{{f64(-1.9), f64(3.9)}}, Val{0x3_ffffffff, 0}},
	{Op{Code: VCvtFI, W: W32, D: W32, Attr: Signed}, []Val{{f32(2.5), f32(3.5)}}, Val{2, 4}},
	{Op{Code: VCvtIF, W: W32, D: W64, Attr: Signed}, []Val{{0x3_ffffffff, 9}}, Val{f64(-1), f64(3)}},
	{Op{Code: FAddSub, W: W64}, []Val{{f64(1), f64(5)}, {f64(2), f64(2)}}, Val{f64(-1), f64(7)}},
	{Op{Code: VCvtIF, W: W32, D: W32}, []Val{{0xffffffff, 9}}, Val{f32(4294967295), f32(9)}},
}

func TestEvalVec(t *testing.T) {
	for i, r := range vecRows {
		t.Run(fmt.Sprintf("%d-%v", i, r.o.Code), func(t *testing.T) {
			var in [5]Val
			copy(in[:], r.in)
			env := uint64(FPDefault)
			got, _ := Eval(&r.o, &in, &env)
			require.Equal(t, r.want, got, "got %x want %x", got, r.want)
		})
	}
}

func TestFCmpF(t *testing.T) {
	nan := f64(math.NaN())
	for _, r := range []struct {
		a, b     uint64
		x86, arm uint64
	}{
		{f64(1), f64(2), FlagC, FlagS},
		{f64(2), f64(1), 0, FlagC},
		{0, 1 << 63, FlagZ, FlagZ | FlagC},
		{nan, 0, FlagZ | FlagP | FlagC, FlagC | FlagO},
	} {
		in := [5]Val{{Lo: r.a}, {Lo: r.b}}
		got, _ := Eval(&Op{Code: FCmpF, W: W64}, &in, nil)
		require.Equal(t, r.x86|FlagOne, got.Lo)
		got, _ = Eval(&Op{Code: FCmpF, W: W64, Attr: ArmFP}, &in, nil)
		require.Equal(t, r.arm|FlagOne, got.Lo)
	}
}

// TestFPEnvironment checks that ops read the modes and set the sticky bits of the environment word.
func TestFPEnvironment(t *testing.T) {
	div := Op{Code: FDiv, W: W64, Attr: Scalar}
	in := [5]Val{{Lo: f64(1)}, {Lo: f64(3)}}
	var prev uint64
	for _, rc := range []uint64{0, 1, 2} {
		env := uint64(FPDefault | rc<<FPRoundBit)
		r, _ := Eval(&div, &in, &env)
		require.Equal(t, FPDefault|rc<<FPRoundBit|FPInexact, env)
		require.True(t, r.Lo != prev || rc == 1, "1/3 up differs from nearest and down")
		prev = r.Lo
	}
	env := uint64(FPDefault | FPInexact)
	in[1].Lo = 0
	Eval(&div, &in, &env)
	require.Equal(t, uint64(FPDefault|FPInexact|FPDivZero), env)

	snan := uint64(0x7ff0_0000_0000_0001)
	in = [5]Val{{Lo: snan}, {Lo: f64(1)}}
	add := Op{Code: FAdd, W: W64, Attr: Scalar | ArmFP}
	env = FPDefault | FPArmDN
	r, _ := Eval(&add, &in, &env)
	require.Equal(t, uint64(0x7ff8_0000_0000_0000), r.Lo)
	require.Equal(t, uint64(FPDefault|FPArmDN|FPInvalid), env)
}
