package instest

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/tcg"
)

func TestX86(t *testing.T) { runFiles(t, x86.Arch, "eflags", "../../testdata/ins/x86/*.ins") }

// runFiles runs the rows of all files that the pattern names, every way.
func runFiles(t *testing.T, arch *cpu.Arch, flags, pattern string) {
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		rows, err := ReadFile(f)
		require.NoError(t, err)
		for _, v := range Variants {
			t.Run(filepath.Base(f)+"/"+v.Name, func(t *testing.T) {
				for i := range rows {
					bad, err := Run(arch, flags, &rows[i], v)
					if errors.Is(err, tcg.ErrNoJIT) {
						t.Skip("no JIT on this host")
					}
					require.NoError(t, err, rows[i].Pos)
					if bad != "" {
						t.Errorf("%s: %s\n%s", rows[i].Pos, rows[i].Disasm, bad)
					}
				}
			})
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, line := range []string{"", "0x10", "x [90] \"nop\" =>", "0x10 [9] \"nop\" =>", "0x10 [90] nop =>", "0x10 [90] \"nop\"",
		"0x10 [90] \"nop\" rax =>", "0x10 [90] \"nop\" rax=zz =>", "0x10 [90] \"nop\" => !memory:q"} {
		_, err := Parse(line)
		require.Error(t, err, line)
	}
}
