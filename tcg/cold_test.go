package tcg_test

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestCold counts how often a loop's blocks are interpreted before they are compiled.
func TestCold(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: all is interpreted")
	}
	for _, row := range []struct {
		name    string
		cfg     tcg.Config
		limit   bool
		colds   uint64
		blocks  uint64 // at least
		watched bool
		perm    softmmu.Perm // 0: RX
	}{
		// The first block, the loop's body up to its branch, and what is behind it.
		{name: "auto", colds: 1 + 64 + 1, blocks: 1},
		{name: "auto, eager", cfg: tcg.Config{Tier2: 10}, colds: 1 + 8, blocks: 1},
		{name: "often", cfg: tcg.Config{ColdRuns: 250}, colds: 1 + 99 + 1},
		// What the guest may write to is translated anew for each run.
		{name: "writable", perm: softmmu.RWX, colds: 1 + 3 + 1, blocks: 1},
		{name: "writable, often", perm: softmmu.RWX, cfg: tcg.Config{ColdRuns: 250}, colds: 1 + 3 + 1, blocks: 1},
		{name: "writable, twice", perm: softmmu.RWX, cfg: tcg.Config{ColdRuns: 2}, colds: 1 + 2 + 1, blocks: 1},
		{name: "once", cfg: tcg.Config{ColdRuns: 1}, colds: 1 + 1 + 1, blocks: 1},
		{name: "jit", cfg: tcg.Config{Accel: tcg.AccelJIT}, blocks: 2},
		{name: "jit, twice", cfg: tcg.Config{Accel: tcg.AccelJIT, ColdRuns: 2}, colds: 1 + 2 + 1, blocks: 1},
		{name: "never", cfg: tcg.Config{ColdRuns: -1}, blocks: 2},
		{name: "interp", cfg: tcg.Config{Accel: tcg.AccelInterp}, blocks: 2},
		{name: "not chained", cfg: tcg.Config{NoChain: true}, blocks: 2},
		{name: "limited", limit: true, blocks: 2},
		{name: "watched", watched: true, blocks: 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			as, err := softmmu.New(softmmu.Config{})
			require.NoError(t, err)
			defer as.Close()
			if row.perm == 0 {
				row.perm = softmmu.R | softmmu.X
			}
			require.NoError(t, as.Map(codeBase, softmmu.PageSize, row.perm, softmmu.Info{}))
			as.Poke(codeBase, loop)
			row.cfg.Arch, row.cfg.Mem, row.cfg.Verify, row.cfg.Tier2 = arm64.Arch(), as, true, cmp.Or(row.cfg.Tier2, -1)
			row.cfg.InjectFlush = -1 // what is forgotten is interpreted again
			e, err := tcg.New(row.cfg)
			require.NoError(t, err)
			defer e.Close()
			v := e.NewVCPU()
			v.SetPC(codeBase)
			if row.limit {
				v.SetLimit(100000)
			}
			if row.watched {
				e.SetWatches([]tcg.Watch{{Lo: 1, Hi: 2, Read: true}})
			}
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			require.EqualValues(t, 5050, arm64.Arch().ReadReg(v.State(), 0))
			s := e.Stats()
			require.Equal(t, row.colds, s.Colds)
			require.GreaterOrEqual(t, s.Translated, row.blocks)
		})
	}
}

// TestColdBranch: a block that is compiled goes on behind a branch only where that has been run.
func TestColdBranch(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: all is interpreted")
	}
	code := words(
		0xb40000a2,                                     // cbz x2, 1f
		0x91000400, 0x91000400, 0x91000400, 0x91000400, // add x0, x0, #1
		0xf1000421, // 1: subs x1, x1, #1
		0x54ffff41, // b.ne cbz
		0xd4000001, // svc #0
	)
	for _, row := range []struct {
		name         string
		cold         int
		x2, x0       uint64
		insns, count uint64
	}{
		{"run", 2, 1, 400, 7, 1},
		{"not run", 2, 0, 0, 1 + 2, 2},
		{"all compiled", -1, 0, 0, 7 + 2 + 1, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			as, err := softmmu.New(softmmu.Config{})
			require.NoError(t, err)
			defer as.Close()
			require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RX, softmmu.Info{}))
			as.Poke(codeBase, code)
			e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Verify: true, Tier2: -1, ColdRuns: row.cold})
			require.NoError(t, err)
			defer e.Close()
			v := e.NewVCPU()
			v.SetPC(codeBase)
			arm64.Arch().WriteReg(v.State(), 1, 100)
			arm64.Arch().WriteReg(v.State(), 2, row.x2)
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			require.Equal(t, row.x0, arm64.Arch().ReadReg(v.State(), 0))
			s := e.Stats()
			require.Equal(t, row.count, s.Translated)
			require.Equal(t, row.insns, s.TranslatedInsns)
		})
	}
}

// TestColdFP: rounding and sticky flags are the same whichever part of a loop is interpreted.
func TestColdFP(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("no JIT on this host: all is interpreted")
	}
	code := []byte{
		0x0f, 0xae, 0x17, // ldmxcsr [rdi]
		0xf2, 0x0f, 0x10, 0x47, 0x08, // movsd xmm0, [rdi+8]
		0xb9, 20, 0, 0, 0, // mov ecx, 20
		0xf2, 0x0f, 0x5e, 0x47, 0x10, // divsd xmm0, [rdi+16]
		0xf2, 0x0f, 0x58, 0xc8, // addsd xmm1, xmm0
		0xff, 0xc9, // dec ecx
		0x75, 0xf3, // jne divsd
		0x0f, 0xae, 0x5f, 0x04, // stmxcsr [rdi+4]
		0x0f, 0x05,
	}
	for _, rounding := range []uint64{0, 1, 2, 3} {
		var want []byte
		for _, cold := range []int{-1, 1, 2, 7, 19, 200} {
			as, err := softmmu.New(softmmu.Config{})
			require.NoError(t, err)
			require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RWX, softmmu.Info{}))
			require.NoError(t, as.Map(hammerData, softmmu.PageSize, softmmu.RW, softmmu.Info{}))
			as.Poke(codeBase, code)
			e, err := tcg.New(tcg.Config{Arch: x86.Arch, Mem: as, ColdRuns: cold, Verify: true})
			require.NoError(t, err)
			v := e.NewVCPU()
			for i, w := range []uint64{0x1f80 | rounding<<13, math.Float64bits(1e-300), math.Float64bits(3e3)} {
				require.True(t, as.Store(hammerData+softmmu.Addr(8*i), 8, w, 0).OK())
			}
			x86.Arch.WriteReg(v.State(), gRDI, hammerData)
			v.SetPC(codeBase)
			require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
			got := bytes.Clone(unsafe.Slice((*byte)(v.State()), x86.Arch.StateSize))
			mxcsr := make([]byte, 4)
			as.Peek(hammerData+4, mxcsr)
			if got = append(got, mxcsr...); want == nil {
				want = got
			}
			require.Equal(t, want, got, "rounding %d, %d runs cold", rounding, cold)
			require.EqualValues(t, 0x32, mxcsr[0]&0x3f, "denormal operand, underflow, precision")
			require.NoError(t, e.Close())
			require.NoError(t, as.Close())
		}
	}
}

// TestColdChanged: code that is kept for the interpreter is not run any more once it has been changed, however that was done.
func TestColdChanged(t *testing.T) {
	const rx = softmmu.R | softmmu.X
	movRet := func(n byte) []byte { return []byte{n << 5 & 0xe0, n >> 3, 0x80, 0xd2, 1, 0, 0, 0xd4} } // mov x0, n; svc
	for _, row := range []struct {
		name   string
		change func(*testing.T, *tcg.Engine, *softmmu.AddressSpace)
	}{
		{"poke", func(t *testing.T, _ *tcg.Engine, as *softmmu.AddressSpace) { as.Poke(codeBase, movRet(2)) }},
		{"protect", func(t *testing.T, _ *tcg.Engine, as *softmmu.AddressSpace) {
			require.NoError(t, as.Protect(codeBase, softmmu.PageSize, softmmu.RW))
			_, f := as.Write(codeBase, movRet(2))
			require.True(t, f.OK())
			require.NoError(t, as.Protect(codeBase, softmmu.PageSize, rx))
		}},
		{"writable", func(t *testing.T, _ *tcg.Engine, as *softmmu.AddressSpace) {
			require.NoError(t, as.Protect(codeBase, softmmu.PageSize, softmmu.RWX))
			require.True(t, as.Store(codeBase, 4, uint64(0xd2800040), 0).OK())
		}},
		{"map", func(t *testing.T, _ *tcg.Engine, as *softmmu.AddressSpace) {
			require.NoError(t, as.Map(codeBase, softmmu.PageSize, softmmu.RW, softmmu.Info{}))
			_, f := as.Write(codeBase, movRet(2))
			require.True(t, f.OK())
			require.NoError(t, as.Protect(codeBase, softmmu.PageSize, rx))
		}},
	} {
		for _, mode := range []softmmu.Mode{softmmu.Direct, softmmu.TLB} {
			t.Run(row.name+", "+mode.String(), func(t *testing.T) {
				as, err := softmmu.New(softmmu.Config{Mode: mode})
				if errors.Is(err, softmmu.ErrUnsupported) {
					return
				}
				require.NoError(t, err)
				defer as.Close()
				require.NoError(t, as.Map(codeBase, softmmu.PageSize, rx, softmmu.Info{}))
				as.Poke(codeBase, movRet(1))
				e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, Verify: true})
				require.NoError(t, err)
				defer e.Close()
				v := e.NewVCPU()
				run := func() uint64 {
					v.SetPC(codeBase)
					require.Equal(t, ir.ExcSyscall, v.Run().Exc.Kind)
					return arm64.Arch().ReadReg(v.State(), 0)
				}
				for range 3 {
					require.EqualValues(t, 1, run())
				}
				row.change(t, e, as)
				require.EqualValues(t, 2, run())
				// Neither is a break missed, nor a flush without effect.
				e.SetBreak(codeBase + 4)
				v.SetPC(codeBase)
				require.Equal(t, tcg.StopBreak, v.Run().Kind)
				e.ClearBreak(codeBase + 4)
				require.EqualValues(t, 2, run())
				e.Flush()
				require.EqualValues(t, 2, run())
				// The page is left as it is found.
				require.NoError(t, as.Protect(codeBase, softmmu.PageSize, softmmu.RW))
				v.SetPC(codeBase)
				require.Equal(t, ir.ExcMemory, v.Run().Exc.Kind)
			})
		}
	}
}
