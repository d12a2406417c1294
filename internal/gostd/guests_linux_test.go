package main

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestGuests runs the tests of a few small packages on both guests. All of them must pass: the whole list is
// for make gostd.
func TestGuests(t *testing.T) {
	dir := t.TempDir()
	gotcg := filepath.Join(dir, "gotcg")
	out, err := exec.Command("go", "build", "-o", gotcg, "../../cmd/gotcg").CombinedOutput()
	require.NoError(t, err, "%s", out)
	w, err := newWorkspace(options{gotcg: []string{gotcg, "run"}, cache: dir, timeout: 2 * time.Minute}, nil)
	require.NoError(t, err)
	w.inPlace = true
	for _, pkg := range []string{"container/list", "context", "sync/atomic"} {
		for guest := range baselines {
			t.Run(guest+"/"+pkg, func(t *testing.T) {
				j := job{pkg, guest}
				bin, err := w.build(j)
				require.NoError(t, err)
				r, err := w.exec(j, "gotcg", w.o.gotcg, bin, nil)
				require.NoError(t, err)
				require.Equal(t, "ok", r.End, "%v", r.Fails)
				n := r.count()
				require.Zero(t, n[fail]+n[unfinished])
				require.Greater(t, n[pass], 10)
			})
		}
	}
}
