package tcg_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// newX86 makes an x86 vCPU with code at codeBase, in memory that can be written to.
func newX86(t *testing.T, mode softmmu.Mode, accel tcg.Accel, code []byte) *tcg.VCPU {
	as, err := softmmu.New(softmmu.Config{Mode: mode})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, as.Close()) })
	require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.R|softmmu.X, softmmu.Info{}))
	require.NoError(t, as.Map(dataBase, softmmu.PageSize, softmmu.R|softmmu.W, softmmu.Info{}))
	require.Equal(t, len(code), as.Poke(codeBase, code))
	e, err := tcg.New(tcg.Config{Arch: x86.Arch, Mem: as, Accel: accel, Verify: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	v := e.NewVCPU()
	v.SetPC(codeBase)
	return v
}

const dataBase = codeBase + 0x10000

func regOf(a *cpu.Arch, v *tcg.VCPU, name string) uint64 {
	return a.ReadReg(v.State(), a.RegByName(name).Num)
}

// TestStep: single steps go through a program as the interpreter's blocks of one instruction do.
func TestStep(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v, w := newVCPU(t, mode, accel, loop), newVCPU(t, mode, tcg.AccelInterp, loop)
		v.Engine().SetBreak(codeBase + 8) // a step does not stop at it
		for n := range 302 {
			v.SetStep(true)
			w.SetLimit(1)
			require.Equal(t, tcg.StopStep, v.Run().Kind)
			require.Equal(t, tcg.StopStep, v.Run().Kind, "it has been done")
			require.Equal(t, tcg.StopLimit, w.Run().Kind)
			require.Equal(t, w.PC(), v.PC(), n)
			require.Equal(t, arm64.Arch().ReadReg(w.State(), 0), arm64.Arch().ReadReg(v.State(), 0))
		}
		v.SetStep(true)
		require.Equal(t, tcg.StopException, v.Run().Kind, "the system call")
		require.Equal(t, tcg.StopStep, v.Run().Kind, "and after it")
		v.SetPC(codeBase)
		v.SetStep(false)
		require.Equal(t, tcg.StopBreak, v.Run().Kind)
		require.EqualValues(t, codeBase+8, v.PC())
	})
}

// TestStepRep: a repeated string instruction is stepped through iteration by iteration.
func TestStepRep(t *testing.T) {
	set := func(v *tcg.VCPU, name string, x uint64) {
		x86.Arch.WriteReg(v.State(), x86.Arch.RegByName(name).Num, x)
	}
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newX86(t, mode, accel, []byte{0xf3, 0xa4, 0xf2, 0xae, 0x90}) // rep movsb; repne scasb; nop
		mem := v.Engine().Mem()
		require.Equal(t, 5, mem.Poke(dataBase, []byte("abcde")))
		set(v, "rsi", dataBase)
		set(v, "rdi", dataBase+0x100)
		set(v, "rcx", 5)
		for i := uint64(1); i <= 5; i++ {
			v.SetStep(true)
			require.Equal(t, tcg.StopStep, v.Run().Kind)
			require.Equal(t, 5-i, regOf(x86.Arch, v, "rcx"))
			require.Equal(t, dataBase+i, regOf(x86.Arch, v, "rsi"))
			if i < 5 {
				require.EqualValues(t, codeBase, v.PC())
			}
		}
		require.EqualValues(t, codeBase+2, v.PC())
		set(v, "rdi", dataBase)
		set(v, "rax", 'c')
		set(v, "rcx", 100)
		for i := uint64(1); i <= 3; i++ {
			v.SetStep(true)
			require.Equal(t, tcg.StopStep, v.Run().Kind)
			require.Equal(t, 100-i, regOf(x86.Arch, v, "rcx"))
		}
		require.EqualValues(t, codeBase+4, v.PC())
		set(v, "rcx", 0) // no iteration
		v.SetPC(codeBase)
		v.SetStep(true)
		require.Equal(t, tcg.StopStep, v.Run().Kind)
		require.EqualValues(t, codeBase+2, v.PC())
		var got [5]byte
		require.Equal(t, 5, mem.Peek(dataBase+0x100, got[:]))
		require.Equal(t, "abcde", string(got[:]))
	})
}

// TestWatch: a vCPU stops before an access that hits, and before no other; the access is made afterwards.
func TestWatch(t *testing.T) {
	code := []byte{
		0x48, 0x89, 0x07, // mov [rdi], rax
		0x48, 0x89, 0x47, 0x08, // mov [rdi+8], rax
		0x48, 0x8b, 0x4f, 0x08, // mov rcx, [rdi+8]
		0xf0, 0x48, 0x01, 0x47, 0x10, // lock add [rdi+16], rax
		0xa4,       // movsb
		0x0f, 0x05, // syscall
	}
	pcs := []uint64{0, 3, 7, 11, 16}
	type watch = tcg.Watch
	for _, r := range []struct {
		name string
		w    []watch
		hits []int // instructions
		addr []uint64
	}{
		{"none", nil, nil, nil},
		{"first", []watch{{dataBase, dataBase + 7, false, true}}, []int{0, 4}, []uint64{dataBase, dataBase}},
		{"a byte at the end", []watch{{dataBase + 7, dataBase + 7, false, true}}, []int{0}, []uint64{dataBase}},
		{"between", []watch{{dataBase + 7, dataBase + 8, false, true}}, []int{0, 1}, []uint64{dataBase, dataBase + 8}},
		{"reads", []watch{{dataBase + 8, dataBase + 8, true, false}}, []int{2}, []uint64{dataBase + 8}},
		{"both", []watch{{dataBase + 8, dataBase + 8, true, true}}, []int{1, 2}, []uint64{dataBase + 8, dataBase + 8}},
		{"atomic write", []watch{{dataBase + 16, dataBase + 16, false, true}}, []int{3}, []uint64{dataBase + 16}},
		{"atomic read", []watch{{dataBase + 23, dataBase + 40, true, false}}, []int{3}, []uint64{dataBase + 16}},
		{"second access", []watch{{dataBase, dataBase, true, false}, {dataBase, dataBase, false, true}}, []int{0, 4}, []uint64{dataBase, dataBase}},
		{"elsewhere", []watch{{dataBase + 24, dataBase + 30, true, true}, {0, 100, true, true}, {^uint64(0) - 8, ^uint64(0), true, true}}, nil, nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
				v := newX86(t, mode, accel, code)
				set := func(name string, x uint64) { x86.Arch.WriteReg(v.State(), x86.Arch.RegByName(name).Num, x) }
				begin := func() {
					set("rax", 0x1122334455667788)
					set("rdi", dataBase)
					set("rsi", dataBase+0x40)
					v.SetPC(codeBase)
				}
				begin()
				require.Equal(t, tcg.StopException, v.Run().Kind) // translated without watches
				v.Engine().SetWatches(r.w)
				require.Equal(t, len(r.hits), len(r.addr))
				begin()
				for i, n := range r.hits {
					require.Equal(t, tcg.StopWatch, v.Run().Kind)
					require.Equal(t, codeBase+pcs[n], v.PC())
					require.Equal(t, r.addr[i], v.Hit().Addr)
				}
				require.Equal(t, tcg.StopException, v.Run().Kind)
				var b [24]byte
				v.Engine().Mem().Peek(dataBase, b[:])
				require.Equal(t, uint64(0x1122334455667788), binary.LittleEndian.Uint64(b[8:]))
				v.Engine().SetWatches(nil)
				begin()
				require.Equal(t, tcg.StopException, v.Run().Kind)
			})
		})
	}
}

// TestWatchStep: the step of an instruction that was stopped before its access is the whole instruction.
func TestWatchStep(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newX86(t, mode, accel, []byte{0xf3, 0xaa, 0x90, 0x0f, 0x05}) // rep stosb; nop; syscall
		x86.Arch.WriteReg(v.State(), x86.Arch.RegByName("rdi").Num, dataBase)
		x86.Arch.WriteReg(v.State(), x86.Arch.RegByName("rcx").Num, 100)
		v.Engine().SetWatches([]tcg.Watch{{Lo: dataBase + 50, Hi: dataBase + 51, Write: true}})
		for i := range uint64(2) {
			require.Equal(t, tcg.StopWatch, v.Run().Kind)
			require.EqualValues(t, dataBase+50+i, v.Hit().Addr)
			require.EqualValues(t, 50-i, regOf(x86.Arch, v, "rcx"))
			v.SetStep(true)
			require.Equal(t, tcg.StopStep, v.Run().Kind)
			v.SetStep(false)
			require.EqualValues(t, 49-i, regOf(x86.Arch, v, "rcx"), "one iteration")
			require.EqualValues(t, codeBase, v.PC())
		}
		require.Equal(t, tcg.StopException, v.Run().Kind)
		require.EqualValues(t, dataBase+100, regOf(x86.Arch, v, "rdi"))
	})
}

// TestStepExclusive: steps go through a load- and store-exclusive pair, which succeeds.
func TestStepExclusive(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newVCPU(t, mode, accel, words(
			0xc85f7c20, // ldxr x0, [x1]
			0x91000400, // add x0, x0, #1
			0xc8027c20, // stxr w2, x0, [x1]
			0x35ffffa2, // cbnz w2, -12
			0xd4000001, // svc #0
		))
		a := arm64.Arch()
		a.WriteReg(v.State(), 1, codeBase+softmmu.PageSize)
		a.WriteReg(v.State(), 2, 7)
		for range 4 {
			v.SetStep(true)
			require.Equal(t, tcg.StopStep, v.Run().Kind)
		}
		require.EqualValues(t, codeBase+16, v.PC())
		require.Zero(t, a.ReadReg(v.State(), 2))
		lo, _, _ := v.Engine().Mem().Load(codeBase+softmmu.PageSize, 8)
		require.EqualValues(t, 1, lo)
	})
}
