package tcg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// tagModes runs A64 code in all modes, until it stops.
func tagModes(t *testing.T, code []byte, check func(t *testing.T, e *tcg.Engine, s tcg.Stop, reg func(int) uint64)) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		for name, cfg := range tierModes {
			if accel == tcg.AccelInterp && name != "tier one" {
				continue
			}
			t.Run(name, func(t *testing.T) {
				e, v := tierVCPU(t, mode, accel, cfg, code)
				require.NoError(t, e.Mem().Map(0x20000, softmmu.PageSize, softmmu.RW, softmmu.Info{}))
				s := v.Run()
				require.NoError(t, s.Err)
				check(t, e, s, func(n int) uint64 { return arm64.Arch().ReadReg(v.State(), n) })
			})
		}
	})
}

// TestTags accesses memory by AArch64 addresses whose top byte is a tag.
func TestTags(t *testing.T) {
	code := words(
		0xd2a00041, // mov x1, #0x20000
		0xf2f54001, // movk x1, #0xaa00, lsl #48
		0xd2801e02, // mov x2, #0xf0
		0xf9000022, // str x2, [x1]
		0xf8620023, // ldaddl x2, x3, [x1]
		0xa9400825, // ldp x5, x2, [x1]
		0xc85f7c24, // 1: ldxr x4, [x1]
		0x91000484, // add x4, x4, #1
		0xc8067c24, // stxr w6, x4, [x1]
		0x35ffffa6, // cbnz w6, 1b
		0x4c407020, // ld1 {v0.16b}, [x1]
		0xd50b7421, // dc zva, x1
		0xd2be0007, // mov x7, #0xf0000000
		0xf2f54007, // movk x7, #0xaa00, lsl #48
		0xf9400020, // ldr x0, [x1]
		0xf94000e8, // ldr x8, [x7]: there is nothing
	)
	tagModes(t, code, func(t *testing.T, e *tcg.Engine, s tcg.Stop, reg func(int) uint64) {
		require.Equal(t, ir.ExcMemory, s.Exc.Kind)
		require.EqualValues(t, uint64(0xaa000000f0000000), s.Exc.Fault.Addr, "as FAR_EL1 has it")
		require.EqualValues(t, codeBase+len(code)-4, s.Exc.PC)
		require.EqualValues(t, 0xf0, reg(3))
		require.EqualValues(t, 0x1e0, reg(5))
		require.EqualValues(t, 0x1e1, reg(4))
		require.Zero(t, reg(0), "dc zva")
		var b [64]byte
		e.Mem().Peek(0x20000, b[:])
		require.Zero(t, b)
	})
}

// TestTagLoop walks memory by a pointer that gets a tag when the loop is hot.
func TestTagLoop(t *testing.T) {
	code := words(
		0x10000205, // adr x5, data
		0xd2803207, // mov x7, #400
		0xd2800000, // mov x0, #0
		0xf10190ff, // 1: cmp x7, #100
		0x54000041, // b.ne 2f
		0xf2f54005, // movk x5, #0xaa00, lsl #48
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
	for i := range uint32(20) {
		code = append(code, words(i, 0)...)
	}
	tagModes(t, code, func(t *testing.T, e *tcg.Engine, s tcg.Stop, reg func(int) uint64) {
		require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
		require.EqualValues(t, 400*190, reg(0))
		require.Less(t, e.Stats().SlowMem, uint64(200), "code takes tags off")
	})
}

// TestTagJumps jumps to, calls and returns to tagged addresses: the PC has no tag. Arm ARM, AArch64.BranchAddr.
func TestTagJumps(t *testing.T) {
	code := words(
		0x10000245, // adr x5, f
		0x10000146, // adr x6, g
		0xd2802587, // mov x7, #300
		0xd2800000, // mov x0, #0
		0xf10190ff, // 1: cmp x7, #100
		0x54000061, // b.ne 2f
		0xf2eaa005, // movk x5, #0x5500, lsl #48
		0xf2ffe006, // movk x6, #0xff00, lsl #48
		0xd63f00a0, // 2: blr x5
		0xd61f00c0, // br x6
		0xd503201f, // nop
		0xd10004e7, // g: sub x7, x7, #1
		0xb5ffff07, // cbnz x7, 1b
		0x10000088, // adr x8, 4f
		0xf2e24008, // movk x8, #0x1200, lsl #48
		0xd65f0100, // ret x8
		0x00000000, // udf #0
		0xd4000001, // 4: svc #0
		0x91000400, // f: add x0, x0, #1
		0xf100c8ff, // cmp x7, #50
		0x54000041, // b.ne 5f
		0xf2f0001e, // movk x30, #0x8000, lsl #48
		0xd65f03c0, // 5: ret
	)
	tagModes(t, code, func(t *testing.T, _ *tcg.Engine, s tcg.Stop, reg func(int) uint64) {
		require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
		require.EqualValues(t, 300, reg(0))
		require.EqualValues(t, codeBase+18*4, s.Exc.PC)
		require.EqualValues(t, codeBase+9*4, reg(30))
	})
}

// TestTagExclusives has load- and store-exclusives by differently tagged addresses of one place: the monitor knows no tags.
func TestTagExclusives(t *testing.T) {
	code := words(
		0xd2a00041, // mov x1, #0x20000
		0xd2a00042, // mov x2, #0x20000
		0xf2eaa002, // movk x2, #0x5500, lsl #48
		0xd2800647, // mov x7, #50
		0xd28000e0, // mov x0, #7
		0xa9000020, // stp x0, x0, [x1]
		0xc85f7c23, // 1: ldxr x3, [x1]
		0x91000463, // add x3, x3, #1
		0xc8047c43, // stxr w4, x3, [x2]
		0x35ffffa4, // cbnz w4, 1b
		0xc87f9443, // 2: ldaxp x3, x5, [x2]
		0x910004a5, // add x5, x5, #1
		0xc8249423, // stlxp w4, x3, x5, [x1]
		0x35ffffa4, // cbnz w4, 2b
		0x885f7c43, // 3: ldxr w3, [x2]
		0x11000463, // add w3, w3, #1
		0x88047c43, // stxr w4, w3, [x2]
		0x35ffffa4, // cbnz w4, 3b
		0xd10004e7, // sub x7, x7, #1
		0xb5fffe67, // cbnz x7, 1b
		0xa9401420, // ldp x0, x5, [x1]
		0xd4000001, // svc #0
	)
	tagModes(t, code, func(t *testing.T, _ *tcg.Engine, s tcg.Stop, reg func(int) uint64) {
		require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
		require.EqualValues(t, 107, reg(0))
		require.EqualValues(t, 57, reg(5))
	})
}

// TestTagWatch stops before accesses by tagged addresses of what is watched, and tells where they go.
func TestTagWatch(t *testing.T) {
	code := words(
		0xf9000020, // str x0, [x1]
		0xf9400422, // ldr x2, [x1, #8]
		0xf8200020, // ldadd x0, x0, [x1]
		0xd4000001, // svc #0
	)
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		e, v := tierVCPU(t, mode, accel, tcg.Config{}, code)
		require.NoError(t, e.Mem().Map(0x20000, softmmu.PageSize, softmmu.RW, softmmu.Info{}))
		e.SetWatches([]tcg.Watch{{Lo: 0x20004, Hi: 0x20005, Write: true}, {Lo: 0x20008, Hi: 0x20008, Read: true}})
		for _, tag := range []uint64{0, 0x55, 0xaa, 0xff, 0} {
			arm64.Arch().WriteReg(v.State(), 1, 0x20000|tag<<56)
			v.SetPC(codeBase)
			for _, hit := range []struct{ pc, addr uint64 }{{0, 0x20000}, {4, 0x20008}, {8, 0x20000}} {
				require.Equal(t, tcg.StopWatch, v.Run().Kind, "tag %#x", tag)
				require.Equal(t, hit.addr, v.Hit().Addr)
				require.Equal(t, codeBase+hit.pc, v.PC())
			}
			require.Equal(t, tcg.StopException, v.Run().Kind)
		}
	})
}

// TestTagCode stores to code, in its own page, by a tagged address: what was there is not run any more.
func TestTagCode(t *testing.T) {
	code := words(
		0xd2802587, // mov x7, #0x12c // #300
		0xd2800000, // mov x0, #0x0 // #0
		0x10000141, // adr x1, 30 <.text+0x30>
		0xf2eaa001, // movk x1, #0x5500, lsl #48
		0x10000142, // adr x2, 38 <.text+0x38>
		0x924000e3, // and x3, x7, #0x1
		0xb8637844, // ldr w4, [x2, x3, lsl #2]
		0xb9000024, // str w4, [x1]
		0x94000004, // bl 30 <.text+0x30>
		0xd10004e7, // sub x7, x7, #0x1
		0xb5ffff67, // cbnz x7, 14 <.text+0x14>
		0xd4000001, // svc #0x0
		0x00000000, // udf #0
		0xd65f03c0, // ret
		0x91000400, // add x0, x0, #0x1
		0x91000800, // add x0, x0, #0x2
	)
	tagModes(t, code, func(t *testing.T, _ *tcg.Engine, s tcg.Stop, reg func(int) uint64) {
		require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
		require.EqualValues(t, 450, reg(0))
	})
}

// TestTagPC runs from a PC that was written as a register, with a tag, as a signal's handler or a debugger may have it.
func TestTagPC(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		_, v := tierVCPU(t, mode, accel, tcg.Config{}, words(0xd503201f, 0xd4000001)) // nop; svc #0
		a := arm64.Arch()
		for _, pc := range []uint64{codeBase | 0x7f<<56, 0xff<<56 | 0x7000} {
			a.WriteReg(v.State(), a.Roles.PC, pc)
			s := v.Run()
			if pc&0xffffff == codeBase {
				require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
				require.EqualValues(t, codeBase+8, v.PC())
				continue
			}
			require.Equal(t, ir.ExcMemory, s.Exc.Kind)
			require.EqualValues(t, 0x7000, s.Exc.Fault.Addr)
			require.EqualValues(t, 0x7000, s.Exc.PC)
		}
	})
}
