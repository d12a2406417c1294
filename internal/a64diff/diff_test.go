package a64diff

import (
	"cmp"
	"errors"
	"flag"
	"strings"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/internal/decodegen"
	"github.com/gotcg/gotcg/internal/difftest"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/stretchr/testify/require"
)

const batch = 1000 // cases of one image

// executor is a way to run cases.
type executor struct {
	name string
	cfg  tcg.Config
	mode softmmu.Mode
}

var executors = []executor{
	{"interp-tlb", tcg.Config{Accel: tcg.AccelInterp}, softmmu.TLB},
	{"cold", tcg.Config{Accel: tcg.AccelAuto}, softmmu.Direct},
	{"jit-direct", tcg.Config{Accel: tcg.AccelJIT}, softmmu.Direct},
	{"jit-tlb", tcg.Config{Accel: tcg.AccelJIT}, softmmu.TLB},
	{"regions", tcg.Config{Accel: tcg.AccelJIT, Tier2: 1}, softmmu.Direct},
	{"regions-tlb-observed", tcg.Config{Accel: tcg.AccelJIT, Tier2: 1, Instr: difftest.Watcher{}}, softmmu.TLB},
}

var (
	flagInsns = flag.Int("diff.insns", 0, "instructions to compare; 0: a small number")
	flagSeed  = flag.Uint64("diff.seed", 1, "seed of the differential tests")
	flagRows  = flag.String("diff.ops", "", "only rows of a64.pat whose name begins so")
	flagWords = flag.String("diff.words", "9b027c20,8b000041", "the sequence of TestWords: hexadecimal words, separated by commas")
	flagMem   = flag.Bool("diff.mem", false, "the sequence of TestWords uses memory")
)

func init() { flag.StringVar(&passes, "diff.opt", "", "optimizer passes, as in tcg.Config.Opt") }

func newGenerator(t *testing.T, seed uint64) *Generator {
	rows, err := LoadRows("../../cpu/arm64")
	require.NoError(t, err)
	g := NewGenerator(rows, seed, func(r *decodegen.Row) bool { return strings.HasPrefix(r.Name, *flagRows) })
	g.Legal = arm64.Defined
	t.Logf("seed %d, %d rows", seed, g.Rows())
	return g
}

// TestDifferentialQemu compares random sequences with qemu-aarch64, when it is installed.
func TestDifferentialQemu(t *testing.T) {
	qemu := FindQemu()
	if qemu == "" {
		require.Zero(t, *flagInsns, "no qemu-aarch64 here")
		t.Skip("no qemu-aarch64 here; TestVectors compares recorded results")
	}
	g := newGenerator(t, *flagSeed)
	goal, insns, bad := cmp.Or(*flagInsns, 10000), 0, 0
	if testing.Short() {
		goal = cmp.Or(*flagInsns, 2000)
	}
	for insns < goal && bad < 10 {
		var cases []*Case
		g.Tags = !g.Tags // once an engine has met a tag its code is other code
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
	m, err := im.NewMachine(x.cfg, x.mode)
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
