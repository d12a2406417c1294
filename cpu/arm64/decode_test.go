package arm64

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/gotcg/gotcg/internal/decodegen"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

var decodeConfigs = []decodegen.Config{
	{Source: "a64_int.pat", Table: "tableInt", Output: "zdecode_a64_int.go", Width: 32},
	{Source: "a64_fpsimd.pat", Table: "tableFPSIMD", Output: "zdecode_a64_fpsimd.go", Width: 32},
}

// TestGenerated regenerates the decode tables and compares them with the checked-in files.
func TestGenerated(t *testing.T) {
	files, err := decodegen.Run(".", "arm64", "a64.fields", decodeConfigs)
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.True(t, string(want) == string(got), "%s is stale: run go generate ./cpu/arm64", name)
	}
}

func patternRows(t testing.TB) []decodegen.Row {
	src, err := os.ReadFile("a64.fields")
	require.NoError(t, err)
	fields, err := decodegen.ParseFields(string(src))
	require.NoError(t, err)
	var rows []decodegen.Row
	for _, c := range decodeConfigs {
		src, err := os.ReadFile(c.Source)
		require.NoError(t, err)
		r, err := decodegen.ParseRows(string(src), c.Width, fields)
		require.NoError(t, err)
		rows = append(rows, r...)
	}
	return rows
}

// TestDecodeRoundTrip fills every row's fields with random bits and demands that the row, or one of higher
// priority that also matches, is decoded.
func TestDecodeRoundTrip(t *testing.T) {
	rows := patternRows(t)
	prio := map[string]int{}
	for i := range rows {
		prio[rows[i].Name] = rows[i].Prio
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		r := &rows[i]
		hit := false
		for range 200 {
			w := insn(r.Value | rnd.Uint32()&^r.Mask)
			got := decode(w)
			require.NotNil(t, got, "%s %08x", r.Name, w)
			if got.name != r.Name {
				require.Greater(t, prio[got.name], r.Prio, "%08x is %s, decoded as %s", w, r.Name, got.name)
				continue
			}
			hit = true
		}
		require.True(t, hit, "%s is never decoded", r.Name)
	}
}

// TestDecodeAgainstLinear compares the bucketed decoder with a scan of all rows on random words.
func TestDecodeAgainstLinear(t *testing.T) {
	rows := patternRows(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		w := rnd.Uint32()
		want, best := "", -1
		for i := range rows {
			if w&rows[i].Mask == rows[i].Value && rows[i].Prio > best {
				want, best = rows[i].Name, rows[i].Prio
			}
		}
		got := ""
		if row := decode(insn(w)); row != nil {
			got = row.name
		}
		require.Equal(t, want, got, "%08x", w)
	}
}

func BenchmarkDecode(b *testing.B) {
	rnd := rand.New(rand.NewPCG(5, 6))
	rows := patternRows(b)
	words := make([]insn, 4096)
	for i := range words {
		r := &rows[rnd.IntN(len(rows))]
		words[i] = insn(r.Value | rnd.Uint32()&^r.Mask)
	}
	b.ReportAllocs()
	n := 0
	for i := 0; b.Loop(); i++ {
		if decode(words[i&4095]) != nil {
			n++
		}
	}
}

// TestGlobals checks the temp numbers of the globals against their names.
func TestGlobals(t *testing.T) {
	require.Len(t, globals(), int(numGlobals))
	for temp, name := range map[ir.Temp]string{gX + 30: "x30", gSP: "sp", gFlags: "nzcv", gV: "v0", gV + 31: "v31",
		gTPIDR: "tpidr_el0", gFPCR: "fpcr", gFPSR: "fpsr", gExclAddr: "excl_addr", gExclHi: "excl_hi"} {
		require.Equal(t, name, globals()[temp].Name)
	}
	for _, g := range globals() {
		if g.Type == ir.V128 {
			require.Zero(t, g.Offset%16, g.Name)
		}
	}
}

// The decode tables are set up with the architecture.
func init() { Arch() }
