package litmus

import (
	"fmt"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// mode is one way to execute a guest.
type mode struct {
	accel tcg.Accel
	mem   softmmu.Mode
}

func (m mode) String() string { return fmt.Sprintf("%v-%v", m.accel, m.mem) }

// modes are the ways this host has.
func modes() (l []mode) {
	for _, a := range []tcg.Accel{tcg.AccelJIT, tcg.AccelInterp, tcg.AccelAuto} {
		for _, m := range []softmmu.Mode{softmmu.Direct, softmmu.TLB} {
			as, err := softmmu.New(softmmu.Config{Mode: m})
			if err != nil {
				continue
			}
			if e, err := tcg.New(tcg.Config{Arch: guests[0].arch, Mem: as, Accel: a}); err == nil {
				_ = e.Close()
				l = append(l, mode{a, m})
			}
			_ = as.Close()
		}
	}
	return l
}

// Guest addresses.
const (
	codeBase = 0x10000
	codeSize = 0x10000
	dataBase = 0x100000
	dataSize = 0x100000
)

// machine is one engine with several vCPUs.
type machine struct {
	t   testing.TB
	g   *guest
	as  *softmmu.AddressSpace
	e   *tcg.Engine
	cpu []*tcg.VCPU
}

// newMachine makes an engine with n vCPUs and writable memory at dataBase.
func newMachine(t testing.TB, g *guest, m mode, n int) *machine {
	as, err := softmmu.New(softmmu.Config{Mode: m.mem, Bits: 34 * b2i(m.mem == softmmu.Direct)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, as.Close()) })
	require.NoError(t, as.Map(codeBase, codeSize, softmmu.RX, softmmu.Info{}))
	require.NoError(t, as.Map(dataBase, dataSize, softmmu.RW, softmmu.Info{}))
	// Another mapping behind it, elsewhere on the host in TLB mode.
	require.NoError(t, as.Map(dataBase+dataSize, softmmu.PageSize, softmmu.RW, softmmu.Info{Name: "behind"}))
	cfg := tcg.Config{Arch: g.arch, Mem: as, Accel: m.accel, Verify: true}
	if m.accel == tcg.AccelAuto {
		cfg.ColdRuns = 250 // interpreter and host code, side by side for a while
	}
	e, err := tcg.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	x := &machine{t: t, g: g, as: as, e: e}
	for range n {
		x.cpu = append(x.cpu, e.NewVCPU())
	}
	return x
}

func b2i(b bool) uint {
	if b {
		return 1
	}
	return 0
}

// load puts code at an address of the code pages.
func (m *machine) load(at uint64, code []byte) {
	require.Equal(m.t, len(code), m.as.Poke(softmmu.Addr(at), code))
}

// set sets a register by gdb number.
func (m *machine) set(cpu, reg int, v uint64) { m.g.arch.WriteReg(m.cpu[cpu].State(), reg, v) }

func (m *machine) get(cpu, reg int) uint64 { return m.g.arch.ReadReg(m.cpu[cpu].State(), reg) }

// words is guest data memory as 32-bit words, while no vCPU runs.
func (m *machine) words(at, n uint64) []uint32 {
	s, ok := m.as.Slice(softmmu.Addr(at), n*4, softmmu.RW)
	require.True(m.t, ok)
	return unsafe.Slice((*uint32)(unsafe.Pointer(&s.Bytes[0])), n)
}

// run runs all vCPUs from the given PCs until each has come to its breakpoint.
func (m *machine) run(pcs []uint64) {
	stops := make([]tcg.Stop, len(pcs))
	var wg sync.WaitGroup
	for i, pc := range pcs {
		m.cpu[i].SetPC(pc)
		wg.Go(func() { stops[i] = m.cpu[i].Run() })
	}
	wg.Wait()
	for _, s := range stops {
		require.Equal(m.t, tcg.StopException, s.Kind)
		require.Equal(m.t, ir.ExcBreak, s.Exc.Kind, "%+v", s)
	}
}
