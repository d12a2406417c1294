//go:build linux

package linux

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/stretchr/testify/require"
)

// archRegs is the register file of a real guest architecture, without an engine.
type archRegs struct {
	arch  *cpu.Arch
	state []uint64
}

func newArchRegs(a abi.Arch) *archRegs {
	arch := arm64.Arch()
	if a == abi.X64 {
		arch = x86.Arch
	}
	r := &archRegs{arch, make([]uint64, arch.StateSize/8+8)}
	arch.InitState(r.p())
	return r
}

func (r *archRegs) p() unsafe.Pointer           { return unsafe.Pointer(&r.state[0]) }
func (r *archRegs) ReadReg(n int) uint64        { return r.arch.ReadReg(r.p(), n) }
func (r *archRegs) WriteReg(n int, v uint64)    { r.arch.WriteReg(r.p(), n, v) }
func (r *archRegs) bytes(n int) []byte          { b := make([]byte, 64); return b[:r.ReadRegBytes(n, b)] }
func (r *archRegs) snapshot() map[string]string { return snapshotRegs(r) }

func (r *archRegs) ReadRegBytes(n int, b []byte) int {
	g := r.arch.Reg(n)
	if g == nil || len(b) < g.Size() {
		return 0
	}
	return g.Read(r.p(), b)
}

func (r *archRegs) WriteRegBytes(n int, b []byte) int {
	g := r.arch.Reg(n)
	if g == nil || len(b) < g.Size() {
		return 0
	}
	return g.Write(r.p(), b)
}

func snapshotRegs(r *archRegs) map[string]string {
	m := map[string]string{}
	for _, g := range r.arch.Regs {
		m[g.Name] = string(r.bytes(g.Num))
	}
	return m
}

// fill gives every register a value of its own that it may have.
func (r *archRegs) fill(rng *rand.Rand) {
	for _, g := range r.arch.Regs {
		switch g.Name {
		case "cs", "ss", "ds", "es", "fs", "gs": // a program has these only
			continue
		case "eflags":
			r.WriteReg(g.Num, 0x202|rng.Uint64()&0xcd5)
			continue
		case "mxcsr":
			r.WriteReg(g.Num, 0x1f80|rng.Uint64()&0x603f)
			continue
		case "sp", "rsp":
			r.WriteReg(g.Num, scratch+0x8000+rng.Uint64()&0xfff)
			continue
		}
		b := make([]byte, g.Size())
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		r.WriteRegBytes(g.Num, b)
	}
}

func frameSpace(t *testing.T) *softmmu.AddressSpace {
	as, err := softmmu.New(softmmu.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, as.Close()) })
	require.NoError(t, as.Map(scratch, 1<<16, softmmu.RW, softmmu.Info{}))
	return as
}

func TestGDBNumbers(t *testing.T) {
	for name, n := range map[string]int{"rsi": x64RSI, "rdi": x64RDI, "rdx": x64RDX, "rax": x64RAX, "rsp": x64RSP, "rip": x64RIP,
		"eflags": x64Eflags, "cs": x64CS, "ss": x64SS, "st0": x64ST0, "fctrl": x64Fctrl, "fstat": x64Fstat, "ftag": x64Ftag,
		"fiseg": x64Fiseg, "fioff": x64Fioff, "foseg": x64Foseg, "fooff": x64Fooff, "fop": x64Fop, "xmm0": x64XMM0, "mxcsr": x64MXCSR,
		"rbp": x64Context[10], "rbx": x64Context[11], "rcx": x64Context[14], "r8": x64Context[0], "r15": x64Context[7]} {
		require.Equal(t, n, x86.Arch.RegByName(name).Num, name)
	}
	for name, n := range map[string]int{"x29": a64FP, "x30": a64LR, "sp": a64SP, "pc": a64PC, "cpsr": a64CPSR, "v0": a64V0, "fpsr": a64FPSR, "fpcr": a64FPCR} {
		require.Equal(t, n, arm64.Arch().RegByName(name).Num, name)
	}
}

// sigreturnSP is the stack pointer a handler's return leaves for rt_sigreturn.
func (r *archRegs) handlerReturns(a abi.Arch) {
	if a == abi.X64 {
		r.WriteReg(x64RSP, r.ReadReg(x64RSP)+8)
	}
}

// room is used by one frame after the other, as by a task.
var room frameRoom

func TestFrameRoundTrip(t *testing.T) {
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		rng := rand.New(rand.NewPCG(1, 2))
		as := frameSpace(t)
		for range 100 {
			r := newArchRegs(a)
			r.fill(rng)
			before := r.snapshot()
			sp := r.ReadReg(r.arch.Roles.SP)
			f := &sigFrame{sig: abi.SIGUSR1, info: &abi.Siginfo{Signo: 10, Code: -6}, mask: rng.Uint64(),
				act: abi.Sigaction{Handler: 0x1234, Flags: abi.SA_SIGINFO | abi.SA_RESTORER, Restorer: 0x5678},
				alt: abi.Sigaltstack{SP: scratch, Size: 0x4000}}
			if rng.IntN(2) == 0 {
				f.act.Flags |= abi.SA_ONSTACK
			}
			require.True(t, pushFrame(a, r, userMem{as: as}, f, &room))
			require.Equal(t, uint64(0x1234), r.ReadReg(r.arch.Roles.PC))
			at := r.ReadReg(r.arch.Roles.SP)
			require.Equal(t, f.act.Flags&abi.SA_ONSTACK != 0, altOn(f.alt, at))
			info := make([]byte, abi.SiginfoSize)
			arg := [2]int{x64RDI, x64RSI}
			if a == abi.A64 {
				arg = [2]int{0, 1}
				require.Equal(t, uint64(0x5678), r.ReadReg(a64LR))
				require.Zero(t, at%16)
			} else {
				require.Equal(t, uint64(8), at%16)
				require.True(t, f.act.Flags&abi.SA_ONSTACK != 0 || at < sp-x64RedZone)
				require.Equal(t, uint64(mxcsrDefault), r.ReadReg(x64MXCSR))
				require.Zero(t, r.ReadReg(x64Eflags)&x64ClearFlags)
			}
			require.Equal(t, uint64(10), r.ReadReg(arg[0]))
			require.True(t, readAll(userMem{as: as}, r.ReadReg(arg[1]), info))
			require.Equal(t, *f.info, abi.DecodeSiginfo(info))
			regs := map[string]bool{} // what the handler does to registers is undone
			for _, g := range r.arch.Regs {
				if g.Num != r.arch.Roles.SP && g.Num != r.arch.Roles.TLS && g.Name != "gs_base" && len(g.Name) > 1 && g.Name[1:] != "s" {
					r.WriteReg(g.Num, uint64(g.Num))
					regs[g.Name] = true
				}
			}
			r.handlerReturns(a)
			mask, alt, ok := popFrame(a, r, userMem{as: as}, &room)
			require.True(t, ok)
			require.Equal(t, f.mask, mask)
			require.Equal(t, f.alt, alt)
			require.Equal(t, before, r.snapshot())
		}
	}
}

// TestFrameRefused has the frames that cannot be made.
func TestFrameRefused(t *testing.T) {
	as := frameSpace(t)
	for _, c := range []struct {
		name string
		arch abi.Arch
		sp   uint64
		fl   uint64
		alt  abi.Sigaltstack
	}{
		{"no restorer", abi.X64, scratch + 0x8000, 0, abi.Sigaltstack{}},
		{"unmapped", abi.X64, 0x7000, abi.SA_RESTORER, abi.Sigaltstack{}},
		{"unmapped", abi.A64, 0x7000, abi.SA_RESTORER, abi.Sigaltstack{}},
		{"at zero", abi.X64, 0, abi.SA_RESTORER, abi.Sigaltstack{}},
		{"at zero", abi.A64, 0, 0, abi.Sigaltstack{}},
		{"alternate stack too small", abi.X64, scratch + 0x8000, abi.SA_RESTORER | abi.SA_ONSTACK, abi.Sigaltstack{SP: scratch + 0x4000, Size: 512}},
		{"alternate stack full", abi.X64, scratch + 0x4400, abi.SA_RESTORER | abi.SA_ONSTACK, abi.Sigaltstack{SP: scratch + 0x4000, Size: 2048}},
	} {
		r := newArchRegs(c.arch)
		r.fill(rand.New(rand.NewPCG(3, 4)))
		r.WriteReg(r.arch.Roles.SP, c.sp)
		before := r.snapshot()
		f := &sigFrame{sig: 10, info: &abi.Siginfo{}, act: abi.Sigaction{Handler: 1, Flags: c.fl}, alt: c.alt}
		require.False(t, pushFrame(c.arch, r, userMem{as: as}, f, &room), "%s %v", c.name, c.arch)
		require.Equal(t, before, r.snapshot(), "%s %v", c.name, c.arch)
	}
}

// TestFrameHostile pops frames that were never pushed: random bytes, and good frames with random
// damage. Whatever comes of it, forbidden bits do not reach the registers.
func TestFrameHostile(t *testing.T) {
	for _, a := range []abi.Arch{abi.X64, abi.A64} {
		rng := rand.New(rand.NewPCG(5, 6))
		as := frameSpace(t)
		popped := 0
		for i := range 4000 {
			r := newArchRegs(a)
			r.fill(rng)
			f := &sigFrame{sig: 10, info: &abi.Siginfo{}, mask: 0,
				act: abi.Sigaction{Handler: 1, Flags: abi.SA_SIGINFO | abi.SA_RESTORER}}
			require.True(t, pushFrame(a, r, userMem{as: as}, f, &room))
			r.handlerReturns(a)
			at := r.ReadReg(r.arch.Roles.SP)
			n := 1 + rng.IntN(8)
			if i%10 == 0 {
				n = 4096
			}
			for range n {
				off := rng.Uint64N(6000)
				if rng.IntN(2) == 0 { // where the interesting fields are
					off = []uint64{0, 40, 128, 300, a64FrameUC + abi.A64Records - 288}[rng.IntN(5)] + rng.Uint64N(300)
				}
				writeAll(userMem{as: as}, at+off, []byte{byte(rng.Uint32())})
			}
			if rng.IntN(20) == 0 {
				r.WriteReg(r.arch.Roles.SP, rng.Uint64())
			}
			if _, _, ok := popFrame(a, r, userMem{as: as}, &room); ok {
				popped++
			}
			if a == abi.X64 {
				require.Zero(t, r.ReadReg(x64MXCSR)&^mxcsrMask)
				require.Zero(t, r.ReadReg(x64Eflags)&^uint64(0x254fd7), "IOPL, VM and their like")
				require.NotZero(t, r.ReadReg(x64Eflags)&0x200)
			} else {
				require.Zero(t, r.ReadReg(a64CPSR)&^uint64(a64NZCV))
				require.Zero(t, r.ReadReg(a64FPCR)&^uint64(0x07c00000))
			}
		}
		require.NotZero(t, popped)
		require.NotEqual(t, 4000, popped)
	}
}

// TestFrameA64Records has the rules for the records behind the AArch64 sigcontext.
func TestFrameA64Records(t *testing.T) {
	as := frameSpace(t)
	const at = scratch + 0x1000
	fp := make([]byte, abi.FpsimdContextSize)
	(&abi.FpsimdContext{FPSR: 1}).Encode(fp)
	rec := func(magic, size uint32) []byte {
		b := make([]byte, size)
		if size < 8 {
			b = make([]byte, 8)
		}
		abi.EncodeAarch64Ctx(b, magic, size)
		return b
	}
	end := make([]byte, 16)
	extra := func(data uint64, n uint32) []byte {
		b := rec(abi.EXTRA_MAGIC, abi.ExtraContextSize)
		putU64(b[8:], data)
		b[16], b[17], b[18] = byte(n), byte(n>>8), byte(n>>16)
		return b
	}
	behind := make([]byte, abi.FpsimdContextSize+16)
	copy(behind, fp)
	for _, c := range []struct {
		name string
		recs [][]byte
		ok   bool
	}{
		{"plain", [][]byte{fp, end}, true},
		{"with esr", [][]byte{fp, rec(abi.ESR_MAGIC, 16), end}, true},
		{"none", [][]byte{end}, false},
		{"twice", [][]byte{fp, fp, end}, false},
		{"unknown", [][]byte{fp, rec(0x1234, 16), end}, false},
		{"sized terminator", [][]byte{fp, rec(0, 16), end}, false},
		{"short", [][]byte{rec(abi.FPSIMD_MAGIC, 512), end}, false},
		{"no size", [][]byte{rec(abi.ESR_MAGIC, 0), end}, false},
		{"odd size", [][]byte{rec(abi.ESR_MAGIC, 24), fp, end}, false},
		{"not ended", [][]byte{fp}, false},
		{"extra", [][]byte{extra(at+32+16, uint32(len(behind))), end, behind}, true},
		{"extra, none there", [][]byte{extra(at+32+16, 16), end, end}, false},
		{"extra elsewhere", [][]byte{extra(at+64, uint32(len(behind))), end, behind}, false},
		{"extra too large", [][]byte{extra(at+48, 1<<20), end, behind}, false},
		{"extra not last", [][]byte{extra(at+48, uint32(len(behind))), fp, end}, false},
	} {
		var b []byte
		for _, p := range c.recs {
			b = append(b, p...)
		}
		require.True(t, writeAll(userMem{as: as}, at, b))
		got, ok := findFpsimd(userMem{as: as}, at, b)
		require.Equal(t, c.ok, ok, c.name)
		if ok {
			require.Equal(t, uint32(1), got.FPSR, c.name)
		}
	}
}
