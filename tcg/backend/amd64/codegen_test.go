//go:build unix

package amd64_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/backend/amd64"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/gotcg/gotcg/tcg/opt"
)

var update = flag.Bool("update", false, "rewrite testdata/codegen")

// TestCodegen pins the host code of guest sequences, so that every change of it shows up in review.
// A line of a file in testdata/codegen is a block: instructions as hex bytes, separated by slashes, and a
// comment after a #. What follows up to an empty line is generated: the number of host instructions up to
// the block's first way out of line, and their text. Host features beyond SSE4.1 are off.
func TestCodegen(t *testing.T) {
	for name, arch := range map[string]*cpu.Arch{"x86": x86.Arch, "a64": arm64.Arch()} {
		t.Run(name, func(t *testing.T) {
			file := "../../../testdata/codegen/" + name + ".txt"
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var out strings.Builder
			for _, part := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
				head, _, _ := strings.Cut(part, "\n")
				if strings.HasPrefix(head, "//") {
					out.WriteString(part + "\n\n")
					continue
				}
				out.WriteString(head + "\n" + codegen(t, arch, head) + "\n")
			}
			got := strings.TrimSuffix(out.String(), "\n")
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
				return
			}
			require.Equal(t, string(text), got)
		})
	}
}

// codegen translates, optimizes and compiles the instructions of a line.
func codegen(t *testing.T, arch *cpu.Arch, line string) string {
	line, _, _ = strings.Cut(line, "#")
	b := ir.NewBuilder(arch.Globals)
	pc := uint64(0x1000)
	b.Reset(pc)
	b.HostRep = true
	end := false
	for _, h := range strings.Split(line, "/") {
		code, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(h), " ", ""))
		require.NoError(t, err)
		at := b.Insn(pc)
		r := arch.Translate(b, pc, append(code, make([]byte, 16)...), 0)
		require.Equal(t, len(code), r.Len, line)
		b.Ops[at].Aux = uint8(r.Len)
		pc += uint64(r.Len)
		end = r.End
	}
	if !end {
		b.ExitTB(pc, false)
	}
	opt.NewState().Run(&b.Block)
	require.NoError(t, ir.Verify(&b.Block))
	cfg := backend.Config{
		Globals: arch.Globals, Flags: arch.Flags, FPEnvOffset: int32(arch.FPEnvOffset), NoFeatures: true, GuestLimit: 1<<47 - 1,
		JumpCache: int32(arch.StateSize+63) &^ 63, Rep: arch.Rep,
	}
	c := amd64.New(cfg)
	stubs, err := c.EmitStubs(make([]byte, 4096))
	require.NoError(t, err)
	buf := make([]byte, 1<<16)
	code, err := c.Compile(&b.Block, backend.Request{Buf: buf, Off: (stubs.End + 15) &^ 15})
	require.NoError(t, err)
	stop := code.Len
	for _, s := range code.Slots {
		if s.Kind == backend.SlotTB {
			stop = min(stop, int(s.Stub))
		}
	}
	return hostText(t, buf[:stop])
}

// hostText disassembles up to the last jump of the straight part.
func hostText(t *testing.T, code []byte) string {
	var s strings.Builder
	n := 0
	for at := 0; at < len(code); {
		i, err := x86asm.Decode(code[at:], 64)
		require.NoError(t, err)
		if i.Op != x86asm.NOP && !(i.Op == x86asm.XCHG && i.Args[0] == i.Args[1]) {
			fmt.Fprintf(&s, "\t%s\n", x86asm.GNUSyntax(i, uint64(at), nil))
			n++
		}
		at += i.Len
		if i.Op == x86asm.JMP {
			break
		}
	}
	return fmt.Sprintf("%d\n%s", n, s.String())
}
