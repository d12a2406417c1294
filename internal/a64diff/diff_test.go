package a64diff

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/internal/decodegen"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/stretchr/testify/require"
)

const batch = 1000 // cases of one image

// executor is a way to run cases.
type executor struct {
	name  string
	accel tcg.Accel
	mode  softmmu.Mode
}

var executors = []executor{
	{"interp-tlb", tcg.AccelInterp, softmmu.TLB},
	{"jit-direct", tcg.AccelJIT, softmmu.Direct},
	{"jit-tlb", tcg.AccelJIT, softmmu.TLB},
}

// envInt reads a number from the environment.
func envInt(name string, def int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return def
}

func newGenerator(t *testing.T, seed int) *Generator {
	rows, err := LoadRows("../../cpu/arm64")
	require.NoError(t, err)
	prefix := os.Getenv("GOTCG_FUZZ_ROW") // only rows with this prefix
	g := NewGenerator(rows, uint64(seed), func(r *decodegen.Row) bool { return strings.HasPrefix(r.Name, prefix) })
	g.Legal = arm64.Defined
	t.Logf("seed %d, %d rows", seed, g.Rows())
	return g
}

// TestDifferentialQemu compares random sequences with qemu-aarch64, when it is installed.
// GOTCG_FUZZ_INSNS is the number of instructions, GOTCG_FUZZ_SEED the generator's seed.
func TestDifferentialQemu(t *testing.T) {
	qemu := FindQemu()
	if qemu == "" {
		t.Skip("no qemu-aarch64 here; TestVectors compares recorded results")
	}
	g := newGenerator(t, envInt("GOTCG_FUZZ_SEED", 1))
	goal := envInt("GOTCG_FUZZ_INSNS", 10000)
	insns, bad := 0, 0
	for insns < goal && bad < 10 {
		var cases []*Case
		for range batch {
			cases = append(cases, g.Case())
			insns += len(cases[len(cases)-1].Words)
		}
		im := NewImage(cases)
		want, err := im.RunQemu(qemu)
		if err != nil {
			require.NoError(t, err, "%s", culprit(qemu, cases).Describe(codeAddr))
		}
		for _, x := range executors {
			bad += compare(t, x, im, want)
		}
	}
	t.Logf("%d instructions compared", insns)
}

func compare(t *testing.T, x executor, im *Image, want []Block) (bad int) {
	m, err := im.NewMachine(x.accel, x.mode)
	if errors.Is(err, tcg.ErrNoJIT) || errors.Is(err, softmmu.ErrUnsupported) {
		return 0
	}
	require.NoError(t, err)
	defer m.Close()
	for i, c := range im.Cases {
		got, err := m.Run(im, i)
		if err != nil {
			t.Errorf("%s: case %d: %v\n%s", x.name, i, err, c.Describe(im.Start[i]))
			bad++
		} else if d := Diff(&got, &want[i]); d != "" {
			t.Errorf("%s: case %d\n%s%s", x.name, i, c.Describe(im.Start[i]), d)
			bad++
		}
		if bad >= 10 {
			break
		}
	}
	return bad
}

// culprit finds a case that ends the program before its time.
func culprit(qemu string, cases []*Case) *Case {
	for len(cases) > 1 {
		half := cases[:len(cases)/2]
		if _, err := NewImage(half).RunQemu(qemu); err == nil {
			half = cases[len(cases)/2:]
		}
		cases = half
	}
	return cases[0]
}
