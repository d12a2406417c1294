package x86

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// gdbOrder is the order of registers in gdb's amd64 target description (64bit-core.xml, 64bit-sse.xml,
// 64bit-segments.xml).
var gdbOrder = []string{
	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	"rip", "eflags", "cs", "ss", "ds", "es", "fs", "gs",
	"st0", "st1", "st2", "st3", "st4", "st5", "st6", "st7",
	"fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop",
	"xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
	"xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "mxcsr", "fs_base", "gs_base",
}

func TestRegs(t *testing.T) {
	require.Len(t, Arch.Regs, len(gdbOrder))
	var s State
	s.Init()
	p := unsafe.Pointer(&s)
	r := rand.New(rand.NewPCG(3, 4))
	for i, name := range gdbOrder {
		reg := &Arch.Regs[i]
		require.Equal(t, name, reg.Name)
		require.Equal(t, i, reg.Num)
		require.Same(t, reg, Arch.RegByName(name))
		in, out := make([]byte, reg.Size()), make([]byte, reg.Size())
		for k := range in {
			in[k] = byte(r.Uint32())
		}
		switch name { // fixed bits
		case "eflags":
			copy(in, []byte{0xd7, 0x0e, 0x24, 0})
		case "fctrl":
			copy(in, []byte{0x7f, 0x03, 0, 0})
		case "fstat":
			copy(in, []byte{0x00, 0x3d, 0, 0})
		case "ftag": // all registers are zero: tag 1, or 3 for empty
			copy(in, []byte{0x77, 0xdd, 0, 0})
			s.FPR = [8]FPReg{}
		case "fiseg", "foseg":
			in[2], in[3] = 0, 0
		case "fop":
			in[1], in[2], in[3] = in[1]&7, 0, 0
		}
		reg.Write(p, in)
		reg.Read(p, out)
		require.Equal(t, in, out, name)
	}
	require.Equal(t, s.Reg[RSP], Arch.ReadReg(p, Arch.Roles.SP))
	require.Equal(t, s.Reg[RDI], Arch.ReadReg(p, Arch.Roles.SyscallArg[0]))
	require.Equal(t, s.Reg[R10], Arch.ReadReg(p, Arch.Roles.SyscallArg[3]))
	require.Equal(t, s.FSBase, Arch.ReadReg(p, Arch.Roles.TLS))
}

func TestEFLAGS(t *testing.T) {
	var s State
	for v := range uint64(1 << 12) {
		s.SetEFLAGS(v)
		require.Equal(t, v&(ArithMask|EFlagTF|EFlagDF)|EFlagIF|EFlagR1, s.EFLAGS())
		require.EqualValues(t, ir.FlagOne, s.Flags&^ir.FlagMask)
	}
}

func TestGlobals(t *testing.T) {
	require.Len(t, globals, int(numGlob))
	end := uint32(0)
	seen := map[uint32]string{}
	for _, g := range globals {
		require.Empty(t, seen[g.Offset], g.Name)
		seen[g.Offset] = g.Name
		size := uint32(8)
		if g.Type == ir.V128 {
			size = 16
			require.Zero(t, g.Offset%16, g.Name)
		}
		end = max(end, g.Offset+size)
	}
	require.LessOrEqual(t, end, Arch.StateSize)
	require.Equal(t, "flags", globals[tFlags].Name)
	require.Equal(t, "xmm15", globals[tXMM0+15].Name)
	require.Equal(t, "gs", globals[tSeg0+GS].Name)
	require.Equal(t, "tsc_aux", globals[tTSCAux].Name)
}

// TestCPUIDHonest checks that CPUID claims nothing that raises #UD, and the baseline in full.
func TestCPUIDHonest(t *testing.T) {
	for _, f := range features {
		all := true
		for _, op := range f.ops {
			all = all && translation(op) != nil
			if f.claimed {
				require.False(t, notClaimed(op), "%s: %s", f.name, op)
			}
		}
		require.Equal(t, all, f.claimed, "%s is to be claimed if all of it is translated", f.name)
	}
	for op := Op(1); op < numOps; op++ {
		require.True(t, translation(op) != nil || notClaimed(op), "%s has no translation and is not refused", op)
	}
	_, _, c1, d1 := cpuidLeaf(1, 0)
	require.EqualValues(t, leaf1EDX, d1)
	require.Zero(t, c1&(1<<26|1<<27|1<<28), "no XSAVE, OSXSAVE, AVX")
	a, _, _, _ := cpuidLeaf(0, 0)
	require.EqualValues(t, cpuidMax, a)
	_, _, _, d := cpuidLeaf(0x80000001, 0)
	require.NotZero(t, d&(1<<11), "SYSCALL")
	require.NotZero(t, d&(1<<29), "long mode")
	for _, name := range []string{"cx16", "lahf_lm", "sse3", "ssse3", "sse4_1", "sse4_2", "popcnt", "fsgsbase", "erms"} {
		require.True(t, Claimed(name), name)
	}
}

// TestDocFeatures keeps the list of docs/x86.md.
func TestDocFeatures(t *testing.T) {
	b, err := os.ReadFile("../../docs/x86.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(b), "<!-- begin features -->\n")
	require.True(t, ok)
	doc, _, ok := strings.Cut(rest, "\n<!-- end features -->")
	require.True(t, ok)
	var want []string
	for _, f := range features {
		if Claimed(f.name) {
			want = append(want, f.name)
		}
	}
	require.Equal(t, strings.Join(want, " "), doc)
}
