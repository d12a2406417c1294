package tcg_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// nested has an inner loop with a diamond and a call in an outer loop, with the callee on another page.
// X0 sums, X1 and X2 count down; SVC ends it.
func nested(outer, inner uint16) []byte {
	b := make([]byte, 2*softmmu.PageSize)
	copy(b, words(
		0xd2800000,                  // mov x0, #0
		0xd2800001|uint32(outer)<<5, // mov x1, #outer
		0xd2800002|uint32(inner)<<5, // 1: mov x2, #inner
		0x36000062,                  // 2: tbz w2, #0, 3f
		0x91000c00,                  // add x0, x0, #3
		0x14000002,                  // b 4f
		0x91001400,                  // 3: add x0, x0, #5
		0x940003f9,                  // 4: bl +0x1000-0x1c
		0xf1000442,                  // subs x2, x2, #1
		0x54ffff41,                  // b.ne 2b
		0xf1000421,                  // subs x1, x1, #1
		0x54fffee1,                  // b.ne 1b
		0xd4000001,                  // svc #0
	))
	copy(b[softmmu.PageSize:], words(
		0x91001c00, // add x0, x0, #7
		0xd65f03c0, // ret
	))
	return b
}

// nestedSum is what nested leaves in X0.
func nestedSum(outer, inner uint64) uint64 { return outer * (inner*7 + inner/2*5 + (inner-inner/2)*3) }

// tierModes are the ways to run a program that must all give the same.
var tierModes = map[string]tcg.Config{
	"tier one":  {Tier2: -1},
	"at once":   {Tier2: 1},
	"few":       {Tier2: 20},
	"mixed":     {Tier2: 3000},
	"flushed":   {Tier2: 1, InjectFlush: 7},
	"lockstep":  {Tier2: 1, Lockstep: true},
	"lockstep2": {Tier2: 30, Lockstep: true},
	"one zone":  {Tier2: 1, CodeSize: 1},
}

// TestTiers runs a program in all of them.
func TestTiers(t *testing.T) {
	for name, cfg := range tierModes {
		t.Run(name, func(t *testing.T) {
			modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
				if accel == tcg.AccelInterp {
					return
				}
				outer := uint16(150)
				if cfg.Lockstep {
					outer = 4 // it takes its time
				}
				e, v := tierVCPU(t, mode, accel, cfg, nested(outer, 40))
				require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
				require.EqualValues(t, nestedSum(uint64(outer), 40), arm64.Arch().ReadReg(v.State(), 0))
				s := e.Stats()
				if e.Accel() == tcg.AccelJIT {
					require.Equal(t, name != "tier one", s.Regions > 0, "%+v", s)
				}
			})
		})
	}
}

func tierVCPU(t *testing.T, mode softmmu.Mode, accel tcg.Accel, cfg tcg.Config, code []byte) (*tcg.Engine, *tcg.VCPU) {
	t.Helper()
	as, err := softmmu.New(softmmu.Config{Mode: mode})
	require.NoError(t, err)
	require.NoError(t, as.Map(codeBase, uint64(len(code)), softmmu.RWX, softmmu.Info{}))
	as.Poke(codeBase, code)
	cfg.Arch, cfg.Mem, cfg.Accel, cfg.Verify = arm64.Arch(), as, accel, true
	e, err := tcg.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, e.Close())
		require.NoError(t, as.Close())
	})
	v := e.NewVCPU()
	v.SetPC(codeBase)
	return e, v
}

// TestTiersDeterministic compares what two runs log of the regions they make.
func TestTiersDeterministic(t *testing.T) {
	logOf := func() string {
		var s strings.Builder
		items, err := debuglog.Parse("cache,op")
		require.NoError(t, err)
		_, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: 100, Log: debuglog.New(&s, items)}, nested(150, 40))
		require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
		return s.String()
	}
	first := logOf()
	require.Equal(t, first, logOf())
	if strings.Contains(first, "region") {
		require.Contains(t, first, "2 pages", "the callee is part of the loop's region")
		require.Contains(t, first, "exit_ptr_ne", "its return is expected")
	}
}

// TestRegionIsDropped writes to the second page of a region, between runs and from another vCPU while it loops.
func TestRegionIsDropped(t *testing.T) {
	e, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: 20}, nested(300, 40))
	if e.Accel() != tcg.AccelJIT {
		return // there are no regions
	}
	require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
	require.NotZero(t, e.Stats().Regions)
	_, f := e.Mem().Write(codeBase+softmmu.PageSize, words(0x91000400)) // add x0, x0, #1
	require.True(t, f.OK())
	require.NotZero(t, e.Stats().RegionsDropped)
	v.SetPC(codeBase)
	require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
	require.EqualValues(t, nestedSum(300, 40)-6*300*40, arm64.Arch().ReadReg(v.State(), 0))

	// What plans remember of the code is found to be no more: the branch becomes a no-op, then comes again.
	tbz := words(0x36000062)
	for _, code := range [][]byte{words(0xd503201f), tbz} {
		made := e.Stats().Regions
		_, f = e.Mem().Write(codeBase+12, code)
		require.True(t, f.OK())
		v.SetPC(codeBase)
		require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
		require.Greater(t, e.Stats().Regions, made)
		want := nestedSum(300, 40) - 6*300*40
		if code[0] != tbz[0] {
			want = 300 * 40 * (1 + 3)
		}
		require.EqualValues(t, want, arm64.Arch().ReadReg(v.State(), 0))
	}
}

// TestRegionBreaks sets a break into a region that runs, and takes it away.
func TestRegionBreaks(t *testing.T) {
	for _, at := range []uint64{codeBase + 0x10, codeBase + 0x20, codeBase + softmmu.PageSize} {
		t.Run(fmt.Sprintf("%#x", at), func(t *testing.T) {
			e, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: 20}, nested(300, 40))
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			e.SetBreak(at)
			v.SetPC(codeBase)
			for i := range 50 {
				require.Equal(t, tcg.StopBreak, v.Run().Kind, "round %d", i)
				require.Equal(t, at, v.PC())
			}
			e.ClearBreak(at)
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			require.EqualValues(t, nestedSum(300, 40), arm64.Arch().ReadReg(v.State(), 0))
		})
	}
}

// TestRegionLimit stops in the middle of a region by the instruction limit.
func TestRegionLimit(t *testing.T) {
	_, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: 20}, nested(300, 40))
	require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
	v.SetPC(codeBase)
	v.SetLimit(1001)
	require.Equal(t, tcg.StopLimit, v.Run().Kind)
	v.SetLimit(-1)
	require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
	require.EqualValues(t, nestedSum(300, 40), arm64.Arch().ReadReg(v.State(), 0))
}

// TestRegionCounts counts instructions in both tiers.
func TestRegionCounts(t *testing.T) {
	var want uint64
	for _, tier2 := range []int{-1, 1, 20, 200} {
		e, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: tier2, Count: true}, nested(100, 40))
		require.Equal(t, cpu.ExcSyscall, v.Run().Exc.Kind)
		s := e.Stats()
		if tier2 < 0 {
			want = s.Insns
		}
		require.Equal(t, want, s.Insns, "threshold %d", tier2)
		if s.Regions == 0 {
			require.Zero(t, s.InRegions+s.RegionEntries+s.RegionIndirect+s.RegionLeft)
			continue
		}
		require.NotZero(t, s.RegionEntries)
		require.Greater(t, s.InRegions, want/2)
		require.LessOrEqual(t, s.InRegions, want)
		require.LessOrEqual(t, s.RegionIndirect, s.Indirect)
		require.Zero(t, s.RegionLeft, "the callee always returns to the region")
		var text strings.Builder
		s.Print(&text)
		require.Regexp(t, `regions entered: +[1-9]`, text.String())
	}
}

// TestRegionLeft counts the indirect jumps by which regions are left: those of a switch that goes elsewhere from some time on.
func TestRegionLeft(t *testing.T) {
	e, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, tcg.Config{Tier2: 20, Count: true}, words(
		0xd2800000,          // mov x0, #0
		0xd2800001|2000<<5,  // mov x1, #2000
		0x100000c2,          // adr x2, 2f
		0x100000e3,          // adr x3, 3f
		0xf100003f|1000<<10, // 1: cmp x1, #1000
		0x9a838044,          // csel x4, x2, x3, hi
		0xd61f0080,          // br x4
		0xd503201f,          // nop
		0x91000400,          // 2: add x0, x0, #1
		0x14000002,          // b 4f
		0x91000800,          // 3: add x0, x0, #2
		0xf1000421,          // 4: subs x1, x1, #1
		0x54ffff01,          // b.ne 1b
		0xd4000001,          // svc #0
	))
	require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
	require.EqualValues(t, 3000, arm64.Arch().ReadReg(v.State(), 0))
	s := e.Stats()
	require.EqualValues(t, 2000, s.Indirect)
	if s.Regions > 0 {
		require.Greater(t, s.RegionLeft, uint64(900))
		require.LessOrEqual(t, s.RegionLeft, uint64(1000))
		require.Greater(t, s.RegionIndirect-s.RegionLeft, uint64(700))
	}
}

// TestRegionRanges walks memory by a pointer that leads nowhere in one round: what is checked where the inner loop begins is
// out of range then, and the region is made anew without.
func TestRegionRanges(t *testing.T) {
	code := words(
		0x10000205, // adr x5, data
		0xd2803207, // mov x7, #400
		0xd2800000, // mov x0, #0
		0xf10190ff, // 1: cmp x7, #100
		0x54000041, // b.ne 2f
		0xf2e00aa5, // movk x5, #0x55, lsl #48
		0xaa0503e2, // 2: mov x2, x5
		0xd2800283, // mov x3, #20
		0x14000001, // b 3f
		0xf8408444, // 3: ldr x4, [x2], #8
		0x8b040000, // add x0, x0, x4
		0xd1000463, // sub x3, x3, #1
		0xb5ffffa3, // cbnz x3, 3b
		0xd10004e7, // sub x7, x7, #1
		0xb5fffea7, // cbnz x7, 1b
		0xd4000001, // svc #0
	)
	data := uint64(codeBase + len(code))
	for i := range uint32(20) {
		code = append(code, words(i, 0)...)
	}
	for name, cfg := range tierModes {
		t.Run(name, func(t *testing.T) {
			e, v := tierVCPU(t, softmmu.Direct, tcg.AccelAuto, cfg, code)
			x := v.Run().Exc
			require.Equal(t, ir.ExcMemory, x.Kind)
			require.EqualValues(t, codeBase+9*4, x.PC)
			a := arm64.Arch()
			require.EqualValues(t, 300*190, a.ReadReg(v.State(), 0))
			if e.Accel() == tcg.AccelJIT && (name == "few" || name == "at once") {
				require.NotZero(t, e.Stats().RegionsDropped)
			}
			a.WriteReg(v.State(), 2, data)
			a.WriteReg(v.State(), 5, data)
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			require.EqualValues(t, 400*190, a.ReadReg(v.State(), 0))
		})
	}
}
