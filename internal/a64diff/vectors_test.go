package a64diff

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "record the vectors anew with qemu-aarch64")

const vectorFile = "../../testdata/vectors/a64.gz"

// TestVectors compares recorded results with every executor.
func TestVectors(t *testing.T) {
	if *update {
		record(t, 3000)
	}
	p, err := os.ReadFile(vectorFile)
	require.NoError(t, err)
	v, err := ReadVectors(bytes.NewReader(p))
	require.NoError(t, err)
	require.Contains(t, v.Provenance, "qemu")
	insns := 0
	for from := 0; from < len(v.Cases); from += batch {
		to := min(from+batch, len(v.Cases))
		im := NewImage(v.Cases[from:to])
		for _, x := range executors {
			compare(t, x, im, v.Want[from:to])
		}
		for _, c := range im.Cases {
			insns += len(c.Words)
		}
	}
	t.Logf("%d instructions in %d cases, %s", insns, len(v.Cases), v.Provenance)
}

// record writes n cases with qemu's results.
func record(t *testing.T, n int) {
	qemu := FindQemu()
	require.NotEmpty(t, qemu)
	version, err := exec.Command(qemu, "--version").Output()
	require.NoError(t, err)
	g := newGenerator(t, 2026)
	line, _, _ := strings.Cut(string(version), "\n")
	v := &Vectors{Provenance: line + ", -cpu " + qemuCPU + "; go test ./internal/a64diff -run TestVectors -update"}
	for i := range n {
		c := g.Case()
		c.Seed, c.input = uint64(i), nil
		v.Cases = append(v.Cases, c)
	}
	for from := 0; from < n; from += batch { // results depend on the sequences' addresses
		want, err := NewImage(v.Cases[from:min(from+batch, n)]).RunQemu(qemu)
		require.NoError(t, err)
		v.Want = append(v.Want, want...)
	}
	p, err := v.Encode()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(vectorFile, p, 0o666))
}
