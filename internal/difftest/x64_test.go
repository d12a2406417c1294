package difftest

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/internal/hostexec"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

var (
	flagInsns = flag.Int("diff.insns", 0, "instructions to compare; 0: a small number")
	flagSeed  = flag.Uint64("diff.seed", 1, "seed of the differential test")
	flagOps   = flag.String("diff.ops", "", "comma-separated mnemonics or classes (int, vec, x87) to restrict the test to")
	flagLen   = flag.Int("diff.len", 0, "greatest length of a sequence")
	flagMax   = flag.Int("diff.max", 5, "differences to show")
	flagTrace = flag.String("diff.trace", "", "file that gets the sequence about to run on the host")
	flagOnly  = flag.Int("diff.only", 0, "run only this case")
)

func run(t *testing.T, accel tcg.Accel, mode softmmu.Mode, hook bool, tier2 int) {
	if !hostexec.Supported {
		t.Skip("needs an x86-64 Linux host as the oracle")
	}
	c := Config{Seed: *flagSeed, Insns: 60000, Accel: accel, Mode: mode, Hook: hook, Tier2: tier2, MaxMismatch: *flagMax, Verify: true, MaxLen: *flagLen, Only: *flagOnly}
	if testing.Short() {
		c.Insns = 20000
	}
	if *flagInsns > 0 {
		c.Insns = *flagInsns
	}
	if *flagOps != "" {
		ops := strings.Split(*flagOps, ",")
		c.Keep = func(e *x86.Encoding) bool {
			return slices.Contains(ops, e.Op.String()) || slices.Contains(ops, e.Class)
		}
	}
	if *flagTrace != "" {
		f, err := os.Create(*flagTrace)
		require.NoError(t, err)
		defer f.Close()
		c.Trace = func(n int, text func() string) {
			s := fmt.Sprintf("%10d\n", n)
			if c.Only != 0 {
				s += text()
			}
			_, _ = f.WriteAt([]byte(s), 0)
		}
	}
	res, err := Run(c)
	require.NoError(t, err)
	for _, m := range res.Mismatches {
		t.Errorf("%s", m)
	}
	t.Logf("seed %d: %d sequences, %d instructions compared, %d of %d encodings", c.Seed, res.Cases, res.Insns, res.Seen, res.Encodings)
	if len(res.Missing) <= 20 {
		t.Logf("not seen: %s", strings.Join(res.Missing, "; "))
	}
	t.Logf("cut short: %v", res.Stopped)
}

func TestDifferentialInterp(t *testing.T)    { run(t, tcg.AccelInterp, softmmu.Direct, false, 0) }
func TestDifferentialCold(t *testing.T)      { run(t, tcg.AccelAuto, softmmu.Direct, false, 0) }
func TestDifferentialJITDirect(t *testing.T) { run(t, tcg.AccelJIT, softmmu.Direct, false, 0) }
func TestDifferentialJITTLB(t *testing.T)    { run(t, tcg.AccelJIT, softmmu.TLB, false, 0) }
func TestDifferentialJITHook(t *testing.T) {
	run(t, tcg.AccelJIT, softmmu.Direct, true, 0)
}

// TestDifferentialRegions makes a region of every sequence at once.
func TestDifferentialRegions(t *testing.T) {
	run(t, tcg.AccelJIT, softmmu.Direct, false, 1)
	run(t, tcg.AccelJIT, softmmu.TLB, true, 1)
}
