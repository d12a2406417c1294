//go:build linux

package gotcg_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// goGuest builds the Go program in testdata/go for a guest and returns its path.
func goGuest(t *testing.T, name, goarch string) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-trimpath", "-o", exe, "./testdata/go/"+name)
	cmd.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0", "GOFLAGS=", "GOARCH="+goarch)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return exe
}

// TestGoThreads runs a static Go program: goroutines on several threads, timers, garbage collection.
func TestGoThreads(t *testing.T) {
	const want = "sorted 55906651858540131\nring 400\ntotal 29900 count 10000\ntimer\n"
	for _, goarch := range []string{"amd64", "arm64"} {
		exe := goGuest(t, "threads", goarch)
		for _, cfg := range []gotcg.Config{{}, {Mem: gotcg.TLB}} {
			t.Run(goarch+"/"+cfg.Mem.String(), func(t *testing.T) {
				out, x := runPath(t, cfg, exe, "exit")
				require.Equal(t, want, out)
				require.Equal(t, gotcg.Exited, x.Kind)
				require.Equal(t, 7, x.Code)
			})
		}
	}
}
