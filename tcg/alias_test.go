//go:build linux

package tcg_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/backend/hostcode"
	"github.com/gotcg/gotcg/tcg/ir"
)

// aliasBase is where aliased maps code once more, writable.
const aliasBase = 0x800000

// aliased replaces the hammer's code by a file's, which cannot be written to where it runs, but at aliasBase. It returns what maps
// the file's first n bytes.
func (h *hammer) aliased(code []byte) (mapAt func(at softmmu.Addr, n uint64, p softmmu.Perm) error) {
	name := filepath.Join(h.t.TempDir(), "code")
	require.NoError(h.t, os.WriteFile(name, code, 0o600))
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { require.NoError(h.t, f.Close()) })
	mapAt = func(at softmmu.Addr, n uint64, p softmmu.Perm) error {
		return h.as.MapFile(at, n, p, softmmu.File{FD: int(f.Fd()), Reader: f, Shared: true}, softmmu.Info{Dev: 1, Ino: 1})
	}
	require.NoError(h.t, mapAt(codeBase, uint64(len(code)), softmmu.RX))
	require.NoError(h.t, mapAt(aliasBase, uint64(len(code)), softmmu.RW))
	return mapAt
}

// newCodeA64 is newCode for A64: the writer stores the function's instruction, of X6 and the number, at [X7] and cleans the caches
// there and at [X8], as Arm ARM B2.2.5 wants. Numbers end at 32768. X1 is what RSI is.
func newCodeA64() []byte {
	b := make([]byte, 0x2000)
	copy(b, words(
		0x2a1f03e0, // mov w0, wzr
		0x11000400, // 1: add w0, w0, #1
		0x2a0014c2, // orr w2, w6, w0, lsl #5
		0xb90000e2, // str w2, [x7]
		0xd50b7b27, // dc cvau, x7
		0xd5033b9f, // dsb ish
		0xd50b7528, // ic ivau, x8
		0xd5033b9f, // dsb ish
		0x889ffc20, // stlr w0, [x1]
		0x91001029, // add x9, x1, #4
		0xb9400823, // 2: ldr w3, [x1, #8]
		0x350000c3, // cbnz w3, 3f
		0x88dffd23, // ldar w3, [x9]
		0x6b00007f, // cmp w3, w0
		0x54ffff81, // b.ne 2b
		0x367ffe40, // tbz w0, #15, 1b
		0x17fffffa, // b 2b
		0xd4000001, // 3: svc #0
	))
	copy(b[0x100:], words(
		0xb9400823, // 1: ldr w3, [x1, #8]
		0x35000123, // cbnz w3, 2f
		0x88dffc24, // ldar w4, [x1]
		0xd5033fdf, // isb
		0x940003bc, // bl 0x1000
		0x6b04001f, // cmp w0, w4
		0x540000a3, // b.lo 3f
		0x91001029, // add x9, x1, #4
		0x889ffd24, // stlr w4, [x9]
		0x17fffff7, // b 1b
		0xd4000001, // 2: svc #0
		0xd4200000, // 3: brk #0
	))
	copy(b[0x1000:], words(0x52800000, 0xd65f03c0)) // mov w0, #0; ret
	return b
}

// TestHammerAlias is TestHammerNewCode for code that is written at another address than it runs at, while other mappings of it
// come and go.
func TestHammerAlias(t *testing.T) {
	for _, g := range []struct {
		arch *cpu.Arch
		code []byte
		regs map[int]uint64 // by gdb's numbers
		sp   int
	}{
		{x86.Arch, newCode(), map[int]uint64{gRDI: aliasBase + 0x1004, gRSI: hammerData}, gRSP},
		{arm64.Arch(), newCodeA64(), map[int]uint64{1: hammerData, 6: 0x52800000, 7: aliasBase + 0x1000, 8: codeBase + 0x1000}, 31},
	} {
		for name, cfg := range map[string]tcg.Config{"": {}, "/regions": {Tier2: 1}} {
			t.Run(g.arch.Name+name, func(t *testing.T) {
				hammers(t, g.arch, g.code, cfg, func(h *hammer) {
					mapAt := h.aliased(g.code)
					h.disturb(func(i int) {
						at := softmmu.Addr(0x900000 + i%3*0x4000)
						require.NoError(h.t, mapAt(at, 0x2000, softmmu.RW))
						h.as.Store(at+0x1800, 4, uint64(i), 0)
						require.NoError(h.t, h.as.Protect(at+0x1000, 0x1000, softmmu.R))
						require.NoError(h.t, h.as.Unmap(at+0x1000, 0x1000))
						time.Sleep(100 * time.Microsecond)
					})
					var wg sync.WaitGroup
					for i := range 2 {
						v := h.e.NewVCPU()
						for r, x := range g.regs {
							h.arch.WriteReg(v.State(), r, x)
						}
						h.arch.WriteReg(v.State(), g.sp, uint64(hammerData+(i+2)*softmmu.PageSize))
						v.SetPC(codeBase + uint64(i)*0x100)
						wg.Go(func() {
							if x := h.run(v); x.Kind != ir.ExcSyscall {
								h.t.Errorf("vCPU %d: %v at %#x", v.Index, x, v.PC())
								h.as.Poke(hammerData+8, []byte{1})
							}
						})
					}
					time.Sleep(hammerTime)
					for h.e.Stats().Invalidated == 0 && !h.t.Failed() {
						time.Sleep(time.Millisecond)
					}
					h.as.Poke(hammerData+8, []byte{1})
					wg.Wait()
				})
			})
		}
	}
}

// TestAliasEndsLoop: loops that a vCPU is in, of one block and of several, end when they are made to by a store at another address.
func TestAliasEndsLoop(t *testing.T) {
	for _, g := range []struct {
		name       string
		arch       *cpu.Arch
		code       []byte
		at         softmmu.Addr
		stay, stop uint64 // four bytes at at
	}{
		{"one block", arm64.Arch(), words(0x91000400, 0x17ffffff, 0xd4000001), 4, 0x17ffffff, 0xd4000001}, // add x0, x0, #1; b .-4; svc
		{"two blocks", arm64.Arch(), words(0x14000400), 0x1004, 0x17fffbff, 0xd4000001},                   // b .+0x1000; there: nop; b back
		{"one block", x86.Arch, []byte{0xff, 0xc0, 0xeb, 0xfc}, 2, 0xfceb, 0x050f},                        // inc eax; jmp .-2
		{"two blocks", x86.Arch, []byte{0xe9, 0xfb, 0x0f, 0, 0}, 0x1000, 0xffeffbe9, 0x050f},              // jmp .+0x1000; there: jmp back
	} {
		for name, cfg := range map[string]tcg.Config{"": {}, "/regions": {Tier2: 1}} {
			t.Run(g.arch.Name+"/"+g.name+name, func(t *testing.T) {
				code := make([]byte, 0x2000)
				copy(code[0x1000:], words(0xd503201f))
				copy(code, g.code)
				if g.arch == x86.Arch {
					code[g.at+4] = 0xff
				}
				hammers(t, g.arch, code, cfg, func(h *hammer) {
					mapAt := h.aliased(code)
					v := h.e.NewVCPU()
					for i := range 20 {
						at := softmmu.Addr(aliasBase)
						if i%3 == 2 { // a mapping made while the loop runs
							at = 0x900000
						}
						require.True(t, h.as.Store(aliasBase+g.at, 4, g.stay, 0).OK())
						v.SetPC(codeBase)
						done := make(chan cpu.Exception)
						go func() { done <- h.run(v) }()
						time.Sleep(time.Duration(i) * 200 * time.Microsecond)
						if i%3 == 2 {
							require.NoError(t, mapAt(at, 0x2000, softmmu.RW))
						}
						require.True(t, h.as.Store(at+g.at, 4, g.stop, 0).OK())
						require.Equal(t, ir.ExcSyscall, (<-done).Kind)
						if i%3 == 2 {
							require.NoError(t, h.as.Unmap(at, 0x2000))
						}
					}
				})
			})
		}
	}
}

// TestAliasTooMany: an instruction in two pages that are mapped more often than can be watched is not kept translated, and runs right.
func TestAliasTooMany(t *testing.T) {
	if !hostcode.Supported {
		t.Skip("code is executed one instruction at a time only where there is a JIT")
	}
	const n = softmmu.MaxWritableCode/2 + 100
	code := make([]byte, 0x2000)
	copy(code[0xffe:], []byte{0xb8, 0, 0, 0, 0, 0x0f, 0x05}) // mov eax, 0; syscall
	as, err := softmmu.New(softmmu.Config{})
	require.NoError(t, err)
	e, err := tcg.New(tcg.Config{Arch: x86.Arch, Mem: as, Accel: tcg.AccelJIT})
	require.NoError(t, err)
	h := &hammer{t: t, arch: x86.Arch, as: as, e: e}
	mapAt := h.aliased(code)
	for i := range softmmu.Addr(n) {
		require.NoError(t, mapAt(0x1000000+i*0x3000, 0x2000, softmmu.RW))
	}
	v := e.NewVCPU()
	for i := range uint64(3) {
		at := softmmu.Addr(0x1000000 + i*0x3000)
		require.True(t, as.Store(at+0xfff, 4, i<<16|i, 0).OK())
		v.SetPC(codeBase + 0xffe)
		require.Equal(t, ir.ExcSyscall, h.run(v).Kind)
		require.Equal(t, i<<16|i, h.arch.ReadReg(v.State(), gRAX))
	}
	require.Positive(t, e.Stats().Singles)
	require.NoError(t, e.Close())
	require.NoError(t, as.Close())
}
