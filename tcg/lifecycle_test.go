package tcg_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
)

// counter counts instructions in slot 1 of the vCPU's counters.
type counter struct{}

func (counter) Insn(b *ir.Builder, _ *cpu.Arch, _ uint64, _ []byte, _ bool) {
	b.Emit(ir.Op{Code: ir.Counter, Imm: ir.CounterImm(1, 1)})
}
func (counter) MemHook(uint64) ir.MemHook { return nil }
func (counter) EndBlock() bool            { return false }
func (counter) Cut(uint64)                {}
func (counter) Unused() bool              { return false }
func (counter) BasicBlocks() bool         { return false }

// TestLifecycle has vCPUs come and go: indexes are not used again, counters stay, memory does not grow.
func TestLifecycle(t *testing.T) {
	const n = 1000
	for _, accel := range []tcg.Accel{tcg.AccelInterp, tcg.AccelAuto} {
		as, err := softmmu.New(softmmu.Config{Mode: softmmu.TLB})
		require.NoError(t, err)
		require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
		as.Poke(codeBase, loop)
		e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Accel: accel, Instr: counter{}})
		require.NoError(t, err)
		first := e.NewVCPU()
		arm64.Arch().WriteReg(first.State(), 5, 77)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range n {
			v := e.NewVCPU()
			require.Equal(t, i+1, v.Index)
			require.Zero(t, arm64.Arch().ReadReg(v.State(), 0), "the State is a new one")
			v.CopyState(first)
			require.EqualValues(t, 77, arm64.Arch().ReadReg(v.State(), 5))
			v.SetPC(codeBase)
			if i%2 == 0 {
				v.Interrupt()
				require.Equal(t, tcg.StopInterrupt, v.Run().Kind)
			}
			require.Equal(t, tcg.StopException, v.Run().Kind)
			require.EqualValues(t, 5050, arm64.Arch().ReadReg(v.State(), 0))
			v.Retire()
			v.Retire()
			v.Interrupt()
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(1<<20))
		require.EqualValues(t, 303*n, e.Total(1))
		all := e.Counters()
		require.Len(t, all, n+1)
		require.Empty(t, all[0])
		require.Equal(t, []uint64{0, 303}, all[n])
		live := 0
		e.EachVCPU(func(v *tcg.VCPU) { live++ })
		require.Equal(t, 1, live)
		require.NotZero(t, e.Stats().Entries)
		require.NoError(t, e.Close())
		require.NoError(t, as.Close())
	}
}

// TestEvictMemory fills the code buffer many times over: what was known of code that is gone goes with it.
func TestEvictMemory(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: there is no code buffer")
	}
	const n = 3000
	as, err := softmmu.New(softmmu.Config{})
	require.NoError(t, err)
	code := longWay(n)
	require.NoError(t, as.Map(codeBase, uint64(len(code)), softmmu.RWX, softmmu.Info{}))
	as.Poke(codeBase, code)
	e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, CodeSize: 1, Tier2: -1})
	require.NoError(t, err)
	v := e.NewVCPU()
	heap := func(rounds uint64) int64 {
		arm64.Arch().WriteReg(v.State(), 1, hammerData)
		arm64.Arch().WriteReg(v.State(), 3, rounds)
		v.SetPC(codeBase)
		require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	require.NoError(t, as.Map(hammerData, softmmu.PageSize, softmmu.RW, softmmu.Info{}))
	before := heap(3)
	require.Less(t, heap(30)-before, int64(1<<20))
	require.Greater(t, e.Stats().Evictions, uint64(50))
	require.NoError(t, e.Close())
	require.NoError(t, as.Close())
}
