package tcg_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
)

// words assembles A64 instruction words.
func words(w ...uint32) []byte {
	var b []byte
	for _, x := range w {
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	return b
}

const codeBase = 0x10000

func newVCPU(t *testing.T, mode softmmu.Mode, accel tcg.Accel, code []byte) *tcg.VCPU {
	as, err := softmmu.New(softmmu.Config{Mode: mode})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, as.Close()) })
	require.NoError(t, as.Map(codeBase, 4*softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
	require.Equal(t, len(code), as.Poke(codeBase, code))
	e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Accel: accel, Verify: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	v := e.NewVCPU()
	v.SetPC(codeBase)
	return v
}

// modes runs f under every executor and memory mode there is on this host. AccelAuto runs the first times on the
// interpreter.
func modes(t *testing.T, f func(t *testing.T, mode softmmu.Mode, accel tcg.Accel)) {
	for _, accel := range []tcg.Accel{tcg.AccelInterp, tcg.AccelJIT, tcg.AccelAuto} {
		for _, mode := range []softmmu.Mode{softmmu.Direct, softmmu.TLB} {
			if !hostcode.Supported && (accel != tcg.AccelInterp || mode == softmmu.Direct) {
				continue // this host has neither
			}
			t.Run(accel.String()+"/"+mode.String(), func(t *testing.T) { f(t, mode, accel) })
		}
	}
}

var loop = words(
	0xd2800000, // mov x0, #0
	0xd2800c81, // mov x1, #100
	0x8b010000, // add x0, x0, x1
	0xf1000421, // subs x1, x1, #1
	0x54ffffc1, // b.ne -8
	0xd4000001, // svc #0
)

func TestLoop(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newVCPU(t, mode, accel, loop)
		s := v.Run()
		require.Equal(t, tcg.StopException, s.Kind)
		require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
		require.EqualValues(t, codeBase+uint64(len(loop)), v.PC())
		require.EqualValues(t, 5050, arm64.Arch().ReadReg(v.State(), 0))
	})
}

func TestLimit(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		for _, n := range []int64{0, 1, 2, 3, 7, 150, 302} {
			v := newVCPU(t, mode, accel, loop)
			v.SetLimit(n)
			require.Equal(t, tcg.StopLimit, v.Run().Kind)
			x0 := arm64.Arch().ReadReg(v.State(), 0)
			x1 := arm64.Arch().ReadReg(v.State(), 1)
			want0, want1, pc := uint64(0), uint64(0), uint64(codeBase)
			for range n { // the same program, by hand
				switch pc - codeBase {
				case 0:
					want0 = 0
				case 4:
					want1 = 100
				case 8:
					want0 += want1
				case 12:
					want1--
				}
				if pc += 4; pc == codeBase+20 && want1 != 0 {
					pc = codeBase + 8
				}
			}
			require.Equal(t, []uint64{want0, want1, pc}, []uint64{x0, x1, v.PC()}, "after %d instructions", n)
		}
	})
}

func TestBreak(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newVCPU(t, mode, accel, loop)
		at := uint64(codeBase + 12)
		v.Engine().SetBreak(at)
		for n := uint64(100); n > 0; n-- {
			require.Equal(t, tcg.StopBreak, v.Run().Kind)
			require.Equal(t, at, v.PC())
			require.Equal(t, n, arm64.Arch().ReadReg(v.State(), 1), "stops before the instruction")
			if n == 50 {
				v.Engine().ClearBreak(at)
				break
			}
		}
		require.Equal(t, tcg.StopException, v.Run().Kind)
		require.EqualValues(t, 5050, arm64.Arch().ReadReg(v.State(), 0))
	})
}

// TestSelfModifying stores over an instruction of the running block, ahead of the store.
func TestSelfModifying(t *testing.T) {
	code := words(
		0x10000083, // adr x3, +16
		0x52a1a042, // mov w2, #0xd020000 (overwritten below)
		0x18000122, // ldr w2, +36
		0xb9000062, // str w2, [x3]
		0xd2800000, // mov x0, #0, becomes mov x0, #7
		0xd4000001, // svc #0
		0xd503201f, 0xd503201f, 0xd503201f, 0xd503201f, 0xd503201f,
		0xd28000e0, // mov x0, #7
	)
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newVCPU(t, mode, accel, code)
		for range 3 {
			v.SetPC(codeBase)
			s := v.Run()
			require.Equal(t, ir.ExcSyscall, s.Exc.Kind)
			require.EqualValues(t, 7, arm64.Arch().ReadReg(v.State(), 0))
		}
	})
}

// TestMapChange runs code, replaces it in every way there is, and runs it again.
func TestMapChange(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newVCPU(t, mode, accel, words(0xd2800020, 0xd4000001)) // mov x0, #1; svc
		run := func() (tcg.Stop, uint64) {
			v.SetPC(codeBase)
			s := v.Run()
			return s, arm64.Arch().ReadReg(v.State(), 0)
		}
		_, x0 := run()
		require.EqualValues(t, 1, x0)
		as := v.Engine().Mem()
		as.Poke(codeBase, words(0xd2800040)) // mov x0, #2
		_, x0 = run()
		require.EqualValues(t, 2, x0)
		require.NoError(t, as.Protect(codeBase, softmmu.PageSize, softmmu.RW))
		s, _ := run()
		require.Equal(t, ir.ExcMemory, s.Exc.Kind)
		require.Equal(t, ir.Fault{Addr: codeBase, Kind: ir.FaultPerm, Access: ir.AccessFetch}, s.Exc.Fault)
		require.NoError(t, as.Unmap(codeBase, softmmu.PageSize))
		s, _ = run()
		require.Equal(t, ir.Fault{Addr: codeBase, Kind: ir.FaultUnmapped, Access: ir.AccessFetch}, s.Exc.Fault)
		require.EqualValues(t, codeBase, s.Exc.PC)
		require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
		as.Poke(codeBase, words(0xd2800060, 0xd4000001)) // mov x0, #3
		_, x0 = run()
		require.EqualValues(t, 3, x0)
	})
}

// TestPreciseFault faults in the middle of a block: registers written before are there, later ones not.
func TestPreciseFault(t *testing.T) {
	code := words(
		0xd2800020, // mov x0, #1
		0xf9400061, // ldr x1, [x3]
		0xd2800040, // mov x0, #2
		0xd4000001, // svc
	)
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		for _, addr := range []uint64{0, 0xfff, codeBase - 1, codeBase + 4*softmmu.PageSize, 1 << 44, 1 << 47, 1<<47 - 8,
			1 << 55, ^uint64(0), ^uint64(7), 1<<63 - 4} {
			v := newVCPU(t, mode, accel, code)
			arm64.Arch().WriteReg(v.State(), 1, 77)
			arm64.Arch().WriteReg(v.State(), 3, addr)
			s := v.Run()
			require.Equal(t, ir.ExcMemory, s.Exc.Kind, "address %#x", addr)
			require.Equal(t, ir.AccessRead, s.Exc.Fault.Access)
			require.EqualValues(t, codeBase+4, s.Exc.PC)
			require.EqualValues(t, codeBase+4, v.PC())
			require.EqualValues(t, 1, arm64.Arch().ReadReg(v.State(), 0))
			require.EqualValues(t, 77, arm64.Arch().ReadReg(v.State(), 1))
		}
	})
}

// TestInternalError has a translator that contradicts itself: Run reports it and the process lives.
func TestInternalError(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		as, err := softmmu.New(softmmu.Config{Mode: mode})
		require.NoError(t, err)
		defer as.Close()
		require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
		bad := *arm64.Arch()
		bad.Translate = func(*ir.Builder, uint64, []byte, uint32) cpu.Result { panic("BUG: nothing fits") }
		bad.TranslateRun = func(*ir.Builder, uint64, []byte, uint32, cpu.Run) cpu.Result { panic("BUG: nothing fits") }
		e, err := tcg.New(tcg.Config{Arch: &bad, Mem: as, Accel: accel})
		require.NoError(t, err)
		defer e.Close()
		v := e.NewVCPU()
		v.SetPC(codeBase)
		for range 2 {
			s := v.Run()
			require.Equal(t, tcg.StopError, s.Kind)
			var x *tcg.InternalError
			require.ErrorAs(t, s.Err, &x)
			require.Contains(t, x.Text, "nothing fits")
			require.Contains(t, x.Detail, "phase translate, guest pc 0x10000")
			require.EqualValues(t, codeBase, v.PC())
		}
	})
}
