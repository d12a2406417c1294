//go:build linux && amd64

package cmd

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestForeignHost: the command of a host without a JIT runs programs, with threads and plugins.
func TestForeignHost(t *testing.T) {
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Skip("no qemu-aarch64 to be another host")
	}
	if testing.Short() {
		t.Skip("short: builds the command for another host")
	}
	gotcg := filepath.Join(t.TempDir(), "gotcg")
	build := exec.Command("go", "build", "-o", gotcg, "./gotcg")
	build.Env = append(build.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	for _, c := range []struct{ prog, arg, want string }{
		{"primes.x64", "1000", "168 primes below 1000\ncpu 0 insns: 11823\ntotal insns: 11823\n"},
		{"primes.a64", "1000", "168 primes below 1000\ncpu 0 insns: 11645\ntotal insns: 11645\n"},
		{"crew.a64", "leave", "cpu 0 insns: 169\ncpu 1 insns: 12653\ncpu 2 insns: 24153\ncpu 3 insns: 35653\ncpu 4 insns: 47153\ntotal insns: 119781\n"},
	} {
		cmd := exec.Command(qemu, gotcg, "run", "--argv0", "x", "--plugin", "insn-count", "../testdata/elf/bin/"+c.prog, c.arg)
		cmd.Env = []string{}
		out, _ := cmd.CombinedOutput() // crew's status is not 0
		require.Equal(t, c.want, string(out), c.prog)
	}
}
