//go:build linux

package gotcg_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// perfLine is what perf takes of a map.
var perfLine = regexp.MustCompile(`^([0-9a-f]+) ([0-9a-f]+) (\S.*)$`)

// readPerfMap returns the names in a map, after a look at the rest: no two places overlap, nobody else reads it.
func readPerfMap(t *testing.T, path string) []string {
	t.Helper()
	st, err := os.Lstat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), st.Mode())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var names []string
	type place struct{ lo, hi uint64 }
	var places []place
	for _, l := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		f := perfLine.FindStringSubmatch(l)
		require.NotNil(t, f, l)
		lo, _ := strconv.ParseUint(f[1], 16, 64)
		n, _ := strconv.ParseUint(f[2], 16, 64)
		require.NotZero(t, n, l)
		places, names = append(places, place{lo, lo + n}), append(names, f[3])
	}
	slices.SortFunc(places, func(a, b place) int { return int(a.lo) - int(b.lo) })
	for i := 1; i < len(places); i++ {
		require.LessOrEqual(t, places[i-1].hi, places[i].lo)
	}
	return names
}

func jitOnly(t *testing.T) bool { return slices.Contains(accels(t), gotcg.JIT) }

// TestPerfMap runs programs with a symbol table and without.
func TestPerfMap(t *testing.T) {
	if !jitOnly(t) {
		t.Skip("no JIT on this host: there is no map")
	}
	t.Setenv("GOTCG_INJECT_FLUSH", "") // the map is of what is there at the end
	for goarch, stripped := range map[string]string{"amd64": "hello.x64", "arm64": "hello.a64"} {
		path := filepath.Join(t.TempDir(), "map")
		old := filepath.Join(t.TempDir(), "old")
		require.NoError(t, os.WriteFile(old, []byte("old"), 0o644))
		require.NoError(t, os.Symlink(old, path)) // a link is replaced, not followed
		out, _ := runPath(t, gotcg.Config{Accel: gotcg.JIT, PerfMap: path, Tier2: -1}, goGuest(t, "threads", goarch), "exit")
		require.NotEmpty(t, out)
		b, err := os.ReadFile(old)
		require.NoError(t, err)
		require.Equal(t, "old", string(b))
		names := readPerfMap(t, path)
		for _, want := range []string{`^\[gotcg\]$`, `^main\.main$`, `^main\.main\+0x[0-9a-f]+$`, `^runtime\.newproc$`} {
			require.True(t, slices.ContainsFunc(names, regexp.MustCompile(want).MatchString), want)
		}
		left, err := os.ReadDir(filepath.Dir(path))
		require.NoError(t, err)
		require.Len(t, left, 1)

		runPath(t, gotcg.Config{PerfMap: path, Tier2: 1}, goGuest(t, "threads", goarch), "exit")
		region := regexp.MustCompile(`^(runtime|main)\..*\[tier 2\]$`)
		require.True(t, slices.ContainsFunc(readPerfMap(t, path), region.MatchString))

		runELF(t, gotcg.Config{Accel: gotcg.JIT, PerfMap: path}, stripped)
		require.True(t, slices.ContainsFunc(readPerfMap(t, path), regexp.MustCompile(`^`+stripped+`\+0x[0-9a-f]+$`).MatchString))
	}
}

// evicting runs more code than the code buffer holds.
func evicting(t *testing.T, path string, before func()) *gotcg.Machine {
	m, err := gotcg.New(gotcg.Config{Accel: gotcg.JIT, PerfMap: path, CodeSize: 1, Tier2: -1})
	require.NoError(t, err)
	const n = 10000
	code := append(bytes.Repeat([]byte{0xff, 0xc0, 0xeb, 0x00}, n), 0x0f, 0x05) // inc eax; jmp +0 ...; syscall
	require.NoError(t, m.Map(base, uint64(len(code)+0xfff)&^0xfff, gotcg.R|gotcg.X))
	require.NoError(t, m.WriteMem(base, code))
	m.SetPC(base)
	before()
	x, err := m.Run(context.Background())
	require.NoError(t, err)
	require.Equal(t, gotcg.Syscall, x.Exception.Kind)
	require.NotZero(t, m.Stats().Evictions)
	return m
}

// TestPerfMapEviction: what other code has taken the place of is not in the map.
func TestPerfMapEviction(t *testing.T) {
	if !jitOnly(t) {
		t.Skip("no JIT on this host: there is no map")
	}
	path := filepath.Join(t.TempDir(), "map")
	m := evicting(t, path, func() {})
	require.NoError(t, m.Close())
	require.Less(t, len(readPerfMap(t, path)), 5000)
}

// TestPerfMapErrors: what cannot be written is said, and the guest runs all the same.
func TestPerfMapErrors(t *testing.T) {
	_, err := gotcg.New(gotcg.Config{Accel: gotcg.JIT, PerfMap: filepath.Join(t.TempDir(), "no", "map")})
	require.ErrorContains(t, err, "perf map")
	require.ErrorContains(t, err, "no such file")
	if !jitOnly(t) {
		t.Skip("no JIT on this host: there is no map")
	}
	dir := t.TempDir()
	m := evicting(t, filepath.Join(dir, "map"), func() { require.NoError(t, os.RemoveAll(dir)) })
	require.ErrorContains(t, m.Close(), "perf map")
}

// TestPerfMapRaw: code of no file has its address for a name.
func TestPerfMapRaw(t *testing.T) {
	if !jitOnly(t) {
		t.Skip("no JIT on this host: there is no map")
	}
	path := filepath.Join(t.TempDir(), "map")
	m, err := gotcg.New(gotcg.Config{Accel: gotcg.JIT, PerfMap: path})
	require.NoError(t, err)
	require.NoError(t, m.Map(base, 0x1000, gotcg.R|gotcg.X))
	require.NoError(t, m.WriteMem(base, []byte{0x0f, 0x05}))
	m.SetPC(base)
	_, err = m.Run(context.Background())
	require.NoError(t, err)
	require.NoError(t, m.Close())
	require.Equal(t, []string{"[gotcg]", "0x" + strconv.FormatUint(base, 16)}, readPerfMap(t, path))
}
