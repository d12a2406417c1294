package tcg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestEdgePages loads from, stores to and jumps to addresses around every edge of the address space:
// what is mapped works, what is not raises a memory exception with that address and the PC of the
// instruction.
func TestEdgePages(t *testing.T) {
	for _, g := range hostileGuests(t) {
		for _, c := range hostileConfigs(t, g) {
			t.Run(c.name, func(t *testing.T) { edgePages(t, g, c) })
		}
	}
}

func edgePages(t *testing.T, g hostileGuest, c hostileVCPU) {
	as, v := c.as, c.v
	top := as.Limit().Page()
	require.NoError(t, as.Map(0, softmmu.PageSize, softmmu.RW, softmmu.Info{}))
	require.NoError(t, as.Map(top, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
	load, store, jump := []byte{0x48, 0x8b, 0x06}, []byte{0x48, 0x89, 0x06}, []byte{0xff, 0xe6} // rax, [rsi]; jmp rsi
	addrReg, dataReg := 4, 0
	if g.arch == arm64.Arch() {
		load, store, jump = words(0xf9400020), words(0xf9000020), words(0xd61f0020) // x0, [x1]; br x1
		addrReg = 1
	}
	code := uint64(hostileMap[0].at)
	run := func(insn []byte, addr uint64) tcg.Stop {
		require.Equal(t, len(insn), as.Poke(softmmu.Addr(code), insn))
		v.SetPC(code)
		v.SetLimit(1)
		g.arch.WriteReg(v.State(), addrReg, addr)
		return v.Run()
	}
	for _, edge := range []uint64{0, softmmu.PageSize, code, 0x20000, 0x30000, 1 << 31, 1 << 32, 1 << 39, uint64(top), uint64(as.Limit()) + 1,
		1 << 46, 1 << 47, 1<<47 + softmmu.PageSize, 1 << 48, 1 << 55, 1 << 56, 1 << 63, 0xaa<<56 + 0x20000, 0xff<<56 + 0x20000, 0x5580 << 48, ^uint64(0) - 4095, 1<<40 + 1<<31, 1<<40 + 1<<31 + 1<<20} {
		for d := int64(-9); d <= 9; d++ {
			addr := edge + uint64(d)
			if addr-code < 16 || addr+7-code < 16 {
				continue // the instruction itself
			}
			for _, write := range []bool{false, true} {
				insn, p := load, softmmu.R
				if write {
					insn, p = store, softmmu.W
				}
				bare := untag(g.arch, addr)
				want := wrapCheck(as, softmmu.Addr(bare), p)
				g.arch.WriteReg(v.State(), dataReg, 0x1122334455667788)
				s := run(insn, addr)
				if want.OK() {
					require.Equal(t, tcg.StopLimit, s.Kind, "%s at %#x: %+v", p, addr, s.Exc)
					continue
				}
				require.Equal(t, tcg.StopException, s.Kind, "%s at %#x", p, addr)
				require.Equal(t, code, v.PC())
				if g.arch == x86.Arch && s.Exc.Kind == ir.ExcProtection { // not canonical
					require.NotZero(t, (addr+7)>>47, "%#x", addr)
					continue
				}
				require.Equal(t, ir.ExcMemory, s.Exc.Kind, "%s at %#x", p, addr)
				require.EqualValues(t, uint64(want.Addr)+addr-bare, s.Exc.Fault.Addr, "%s at %#x", p, addr)
				require.Equal(t, uint64(0x1122334455667788), g.arch.ReadReg(v.State(), dataReg))
			}
			addr = untag(g.arch, addr)
			if addr%uint64(g.arch.InsnAlign) != 0 || !wrapCheck(as, softmmu.Addr(addr), softmmu.X).OK() && as.Check(softmmu.Addr(addr), 1, softmmu.X).OK() {
				continue
			}
			if as.Check(softmmu.Addr(addr), 1, softmmu.X).OK() {
				continue // runs whatever is there
			}
			v.SetLimit(2)
			s := run(jump, edge+uint64(d))
			v.SetLimit(2)
			if s.Kind == tcg.StopLimit {
				s = v.Run()
			}
			require.Equal(t, tcg.StopException, s.Kind, "jump to %#x", addr)
			if s.Exc.Kind == ir.ExcMemory {
				require.EqualValues(t, addr, v.PC())
				require.EqualValues(t, addr, s.Exc.Fault.Addr)
				require.Equal(t, ir.AccessFetch, s.Exc.Fault.Access)
			} else {
				require.Equal(t, ir.ExcProtection, s.Exc.Kind)
			}
		}
	}
}

// untag returns the address without the tag that a has there.
func untag(a *cpu.Arch, addr uint64) uint64 { return uint64(int64(addr<<a.TagBits) >> a.TagBits) }

// wrapCheck is Check for 8 bytes that may wrap around.
func wrapCheck(as *softmmu.AddressSpace, a softmmu.Addr, p softmmu.Perm) softmmu.Fault {
	for i := range softmmu.Addr(8) {
		if f := as.Check(a+i, 1, p); !f.OK() {
			return f
		}
	}
	return softmmu.Fault{}
}

// TestRunOffTheTop executes the last bytes of the address space and what follows.
func TestRunOffTheTop(t *testing.T) {
	for _, g := range hostileGuests(t) {
		nop := []byte{0x90, 0x90, 0x90, 0x90}
		if g.arch == arm64.Arch() {
			nop = words(0xd503201f)
		}
		for _, c := range hostileConfigs(t, g) {
			t.Run(c.name, func(t *testing.T) {
				top := c.as.Limit().Page()
				require.NoError(t, c.as.Map(top, softmmu.PageSize, softmmu.RX, softmmu.Info{}))
				for i := softmmu.Addr(0); i < softmmu.PageSize; i += 4 {
					c.as.Poke(top+i, nop)
				}
				for range 2 {
					c.v.SetPC(uint64(top) + 4000)
					s := c.v.Run()
					require.Equal(t, tcg.StopException, s.Kind)
					require.Equal(t, ir.ExcMemory, s.Exc.Kind)
					require.EqualValues(t, c.as.Limit()+1, c.v.PC())
					require.EqualValues(t, c.as.Limit()+1, s.Exc.Fault.Addr)
				}
				if g.arch != x86.Arch {
					return
				}
				// An instruction that begins on the last byte.
				c.as.Poke(c.as.Limit(), []byte{0xe8})
				c.v.SetPC(uint64(c.as.Limit()))
				s := c.v.Run()
				require.Equal(t, ir.ExcMemory, s.Exc.Kind)
				require.EqualValues(t, c.as.Limit(), c.v.PC())
				require.EqualValues(t, c.as.Limit()+1, s.Exc.Fault.Addr)
			})
		}
	}
}
