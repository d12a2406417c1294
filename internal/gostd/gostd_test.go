package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseLog(t *testing.T) {
	l := parseLog("\x16=== RUN   TestA\n\x16=== RUN   TestA/x\n    a_test.go:3: no network\n\x16--- SKIP: TestA/x (0.00s)\n" +
		"glued output\x16--- PASS: TestA (0.00s)\n\x16=== RUN   TestB\n\x16=== RUN   ExampleC\n\x16=== NAME  TestB\nsays this\n" +
		"\x16--- FAIL: ExampleC (0.01s)\n\x16=== RUN   TestD\n\x16=== NAME  TestB\nand that\n\x16--- SKIP: TestB (0.00s)\npanic: x\n")
	require.Equal(t, map[string]outcome{"TestA": pass, "TestA/x": skip, "TestB": skip, "ExampleC": fail, "TestD": unfinished}, l.Tests)
	require.Equal(t, map[string]string{"TestA/x": "a_test.go:3: no network", "TestB": "and that"}, l.Skips)
	require.Equal(t, map[string]string{}, l.Fails)
	l = parseLog("\x16=== RUN   TestA\n\x16=== RUN   TestA/x\nwhy\n\x16--- FAIL: TestA/x (0s)\n\x16--- FAIL: TestA (0s)\n")
	require.Equal(t, map[string]string{"TestA": "why\n"}, l.Fails)
}

func TestTidy(t *testing.T) {
	require.Equal(t, "a.go:1: /goroot/bin/go in $TMPDIR/x: no", tidy("a.go:1: /c/goroot/bin/go in /tmp/gostd123/x: no", "/c"))
}

func TestCount(t *testing.T) {
	l := log{Tests: map[string]outcome{"TestA": pass, "TestA/x": skip, "TestB": skip, "ExampleC": fail, "TestD": unfinished}}
	require.Equal(t, map[outcome]int{pass: 1, skip: 1, fail: 1, unfinished: 1}, l.count())
}

func TestCauses(t *testing.T) {
	_, err := readCauses()
	require.NoError(t, err)
	c, err := parseCauses("# x\n\nos arm64 TestA* why not\n* * !TestB it hangs\n")
	require.NoError(t, err)
	require.Equal(t, []cause{{"os", "arm64", "TestA*", nil, false, "why not"}, {"*", "*", "TestB", nil, true, "it hangs"}}, c)
	require.True(t, c[0].matches(job{"os", "arm64"}, "TestAb", ""))
	require.False(t, c[0].matches(job{"os", "amd64"}, "TestAb", ""))
	c, err = parseCauses("* * ~fork.*not why")
	require.NoError(t, err)
	require.True(t, c[0].matches(job{"os", "amd64"}, "TestX", "fork: not there"))
	require.False(t, c[0].matches(job{"os", "amd64"}, "TestX", ""))
	for _, bad := range []string{"os * TestA", "os * [ why", "os * ~( why"} {
		_, err := parseCauses(bad)
		require.Error(t, err)
	}
}

// TestMakeRow compares results test by test, the subtests' failures counted at their test.
func TestMakeRow(t *testing.T) {
	res := func(kv ...string) result {
		r := result{log: log{Tests: map[string]outcome{}, Skips: map[string]string{}}}
		for i := 0; i < len(kv); i += 2 {
			r.Tests[kv[i]] = outcome(kv[i+1])
		}
		return r
	}
	want := res("A", "passed", "B", "failed", "B/x", "failed", "B/y", "passed", "C", "failed", "D", "passed", "E", "passed", "F", "skipped", "G", "passed")
	got := res("A", "passed", "B", "failed", "B/x", "failed", "B/y", "failed", "C", "failed", "D", "skipped", "E", "did not finish")
	got.Skips["D"] = "no fork"
	r := makeRow(job{"p", "amd64"}, got, want, []cause{{"p", "*", "E", nil, false, "slow"}})
	require.Equal(t, []diff{{"B", fail, ""}, {"E", unfinished, "slow"}, {"G", notRun, ""}}, r.diffs)
	require.Equal(t, []diff{{"D", skip, "no fork"}}, r.skips)
	require.Equal(t, 1, r.both)
	require.Equal(t, 1, r.got[pass])
}

// TestPackages demands an order in which a package can be found, and each once.
func TestPackages(t *testing.T) {
	for i := range packages[1:] {
		require.Less(t, packages[i], packages[i+1])
	}
	require.GreaterOrEqual(t, len(packages), 70)
}

// TestPrograms compares the ends of commands; one that differs needs a cause.
func TestPrograms(t *testing.T) {
	dir := t.TempDir()
	w := &workspace{o: options{cache: dir}, causes: []cause{{progPkg, "*", "B", nil, false, "luck"}}}
	put := func(runner, text string) {
		f := w.resultFile(job{progPkg, "amd64"}, runner)
		require.NoError(t, os.MkdirAll(filepath.Dir(f), 0o755))
		require.NoError(t, os.WriteFile(f, []byte(text), 0o600))
	}
	text, errs := w.programs()
	require.Empty(t, text)
	require.Empty(t, errs)
	put("baseline", `{"ends": {"A": "ok, OK", "B": "ok", "C": "status 2"}}`)
	put("gotcg", `{"ends": {"A": "ok, OK", "B": "status 1", "C": "ok"}}`)
	text, errs = w.programs()
	require.Contains(t, string(text), "| amd64 | 3 | 1 | B (status 1, baseline ok): luck; C (ok, baseline status 2):  |")
	require.Len(t, errs, 1)
}
