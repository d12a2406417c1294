package opt

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/tcg/ir"
)

var update = flag.Bool("update", false, "rewrite testdata/ir")

// archive is a txtar file: a comment, then files each headed by "-- name --".
type archive struct {
	comment string
	names   []string
	files   map[string]string
}

func parseArchive(text string) *archive {
	a := &archive{files: map[string]string{}}
	name := ""
	for line := range strings.Lines(text) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "-- "); ok && strings.HasSuffix(n, " --") {
			name = strings.TrimSuffix(n, " --")
			a.names = append(a.names, name)
			continue
		}
		if name == "" {
			a.comment += line
		} else {
			a.files[name] += line
		}
	}
	return a
}

func (a *archive) set(name, text string) {
	if !slices.Contains(a.names, name) {
		a.names = append(a.names, name)
	}
	a.files[name] = text
}

func (a *archive) String() string {
	s := a.comment
	for _, n := range a.names {
		s += "-- " + n + " --\n" + a.files[n]
	}
	return s
}

// translate makes a block of a guest section: "ARCH ADDRESS", then instructions as hex bytes, one a line,
// with a comment after a #.
func translate(t *testing.T, text string) (*ir.Builder, *cpu.Arch) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	a := archOf(t, lines[0])
	b := ir.NewBuilder(a.Globals)
	pc := uint64(0x1000)
	b.Reset(pc)
	for _, l := range lines[1:] {
		l, _, _ = strings.Cut(l, "#")
		code, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(l), " ", ""))
		require.NoError(t, err)
		at := b.Insn(pc)
		r := a.Translate(b, pc, append(code, make([]byte, 16)...), 0)
		require.Equal(t, len(code), r.Len, l)
		b.Ops[at].Aux = uint8(r.Len)
		pc += uint64(r.Len)
		if r.End {
			return b, a
		}
	}
	b.ExitTB(pc, false)
	return b, a
}

func archOf(t *testing.T, name string) *cpu.Arch {
	switch strings.TrimSpace(name) {
	case "x86_64":
		return x86.Arch
	case "aarch64":
		return arm64.Arch()
	}
	t.Fatalf("no guest %q", name)
	return nil
}

// TestGolden translates the guest sections of testdata/ir, or parses the ir sections of files without
// one (whose arch section names the guest), and compares what the translator and the optimizer make of them.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("../../testdata/ir/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			text, err := os.ReadFile(f)
			require.NoError(t, err)
			a := parseArchive(string(text))
			var b *ir.Block
			if g, ok := a.files["guest"]; ok {
				bld, _ := translate(t, g)
				b = &bld.Block
				a.set("ir", ir.Format(b))
			} else {
				b, err = ir.Parse(a.files["ir"], archOf(t, a.files["arch"]).Globals)
				require.NoError(t, err)
			}
			require.NoError(t, ir.Verify(b))
			NewState().Run(b)
			require.NoError(t, ir.Verify(b))
			a.set("ir.opt", ir.Format(b))
			if *update {
				require.NoError(t, os.WriteFile(f, []byte(a.String()), 0o666))
				return
			}
			require.Equal(t, string(text), a.String())
		})
	}
}
