package a64diff

import (
	"flag"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/internal/decodegen"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/stretchr/testify/require"
)

var (
	flagInsns = flag.Int("a64.insns", 20000, "instructions to compare with qemu")
	flagSeed  = flag.Uint64("a64.seed", 1, "seed of the generator")
	flagRow   = flag.String("a64.row", "", "only rows whose name begins with this")
)

const batch = 1000 // cases of one image

// TestAgainstQemu compares random sequences with qemu-aarch64, when it is installed.
func TestAgainstQemu(t *testing.T) {
	qemu := FindQemu()
	if qemu == "" {
		t.Skip("no qemu-aarch64; recorded vectors are compared in TestVectors")
	}
	rows, err := LoadRows("../../cpu/arm64")
	require.NoError(t, err)
	g := NewGenerator(rows, *flagSeed, func(r *decodegen.Row) bool {
		return len(r.Name) >= len(*flagRow) && r.Name[:len(*flagRow)] == *flagRow
	})
	g.Legal = arm64.Defined
	t.Logf("seed %d, %d rows", *flagSeed, g.Rows())
	insns, bad := 0, 0
	for insns < *flagInsns && bad < 10 {
		var cases []*Case
		for range batch {
			cases = append(cases, g.Case())
			insns += len(cases[len(cases)-1].Words)
		}
		im := NewImage(cases)
		want, err := im.RunQemu(qemu)
		if err != nil {
			c := culprit(qemu, cases)
			require.NoError(t, err, "%s", c.Describe(codeAddr))
		}
		bad += compare(t, im, want)
	}
	t.Logf("%d instructions compared", insns)
}

func compare(t *testing.T, im *Image, want []Block) (bad int) {
	m, err := im.NewMachine(tcg.AccelInterp, softmmu.TLB)
	require.NoError(t, err)
	defer m.Close()
	for i, c := range im.Cases {
		got, err := m.Run(im, i)
		if err != nil {
			t.Errorf("case %d: %v\n%s", i, err, c.Describe(im.Start[i]))
			bad++
		} else if d := Diff(&got, &want[i]); d != "" {
			t.Errorf("case %d\n%s%s", i, c.Describe(im.Start[i]), d)
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
