package main

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// diff is a test that did not end as under the baseline.
type diff struct {
	test  string
	got   outcome
	cause string
}

// row is a job's line of the table.
type row struct {
	job
	got, want map[outcome]int
	both      int    // failed under the baseline too
	diffs     []diff // failed under gotcg only
	skips     []diff // skipped under gotcg only; the cause is what the test said
}

// rows makes the rows of all results there are, in the order of the list.
func (w *workspace) rows() (out []row, err error) {
	for _, p := range packages {
		for _, g := range []string{"amd64", "arm64"} {
			j := job{p, g}
			got, err1 := w.load(j, "gotcg")
			want, err2 := w.load(j, "baseline")
			if err1 == nil && err2 == nil {
				r := makeRow(j, got, want, w.causes)
				for i := range r.skips {
					r.skips[i].cause = tidy(r.skips[i].cause, w.o.cache)
				}
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// makeRow compares two results test by test. A test the baseline ran and gotcg did not is a failure: something
// ended the program before.
func makeRow(j job, got, want result, causes []cause) row {
	r := row{job: j, want: want.count()}
	bad := map[string]outcome{} // tests without subtests, with a failure of their own or below that the baseline lacks
	for t, o := range want.Tests {
		if _, ok := got.Tests[t]; !ok && top(t) == t && o != skip {
			got.Tests[t] = notRun
		}
	}
	r.got = got.count()
	for t, o := range got.Tests {
		switch o {
		case pass:
		case skip:
			if top(t) == t && want.Tests[t] == pass {
				r.skips = append(r.skips, diff{t, o, got.Skips[t]})
			}
		default:
			if wo, ok := want.Tests[t]; !ok && t != top(t) || wo == pass || wo == skip || wo == "" {
				if _, ok := bad[top(t)]; !ok || t == top(t) {
					bad[top(t)] = o
				}
			} else if t == top(t) {
				r.both++
			}
		}
	}
	for t, o := range bad {
		d := diff{test: t, got: o}
		for i := range causes {
			if causes[i].matches(j, t, got.Fails[t]) {
				d.cause = causes[i].text
				break
			}
		}
		if want.Tests[t] == fail { // counted above, but for another reason
			r.both--
		}
		r.diffs = append(r.diffs, d)
	}
	byName := func(a, b diff) int { return strings.Compare(a.test, b.test) }
	slices.SortFunc(r.diffs, byName)
	slices.SortFunc(r.skips, byName)
	return r
}

// table writes docs/gostd.md.
func table(rows []row) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Tests of Go's standard library as guests\n\nMade by `make gostd` with %s: the tests of each package, built with `GOARCH=amd64` or `arm64`,\n"+
		"`CGO_ENABLED=0` and `go test -c`, run with `-test.short` under gotcg, and under the host itself (amd64) or\nqemu-aarch64 (arm64) as the baseline. Counts are of tests and "+
		"examples, not of their subtests; a test fails when\none of its subtests does. *Failed* counts tests that the baseline passes or skips and gotcg does not, each named\nbelow with its cause; "+
		"*both* counts tests that fail under the baseline too. Tests that gotcg skips and the baseline does\nnot are listed last, with what they say.\n\n", runtime.Version())
	totals(&b, rows)
	b.WriteString("| package | guest | passed | failed | skipped | both | baseline: passed | failed | skipped |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d | %d | %d |\n", r.pkg, r.guest, r.got[pass], len(r.diffs), r.got[skip], r.both,
			r.want[pass], r.want[fail]+r.want[unfinished], r.want[skip])
	}
	b.WriteString("\n## Failures under gotcg alone\n\n")
	list(&b, rows, func(r row) []diff { return r.diffs }, true)
	b.WriteString("\n## Skipped under gotcg alone\n\n")
	list(&b, rows, func(r row) []diff { return r.skips }, false)
	b.WriteString("\n## Packages left out\n\n| packages | why |\n|---|---|\n")
	for _, l := range leftOut {
		fmt.Fprintf(&b, "| %s | %s |\n", l[0], l[1])
	}
	return b.Bytes()
}

// totals writes a sentence for each guest.
func totals(b *bytes.Buffer, rows []row) {
	for _, g := range []string{"amd64", "arm64"} {
		var pkgs, clean, passed, failed, skipped, both int
		for _, r := range rows {
			if r.guest != g {
				continue
			}
			pkgs++
			if len(r.diffs) == 0 {
				clean++
			}
			passed, failed, skipped, both = passed+r.got[pass], failed+len(r.diffs), skipped+r.got[skip], both+r.both
		}
		fmt.Fprintf(b, "%s: %d packages, %d of them without a failure of gotcg's; %d tests passed, %d failed, %d skipped, %d failed under both.\n",
			g, pkgs, clean, passed, failed, skipped, both)
	}
	b.WriteByte('\n')
}

// list writes the tests that differ: those of one package, guest and cause in a line, and two guests with the
// same tests in one.
func list(b *bytes.Buffer, rows []row, of func(row) []diff, outcomes bool) {
	type key struct{ pkg, tests, text string }
	var order []key
	guests := map[key][]string{}
	for _, r := range rows {
		tests := map[string][]string{} // by text
		var texts []string
		for _, d := range of(r) {
			text := strings.ReplaceAll(d.cause, "|", "\\|")
			if outcomes && d.got != fail {
				text = string(d.got) + ": " + text
			}
			if tests[text] == nil {
				texts = append(texts, text)
			}
			tests[text] = append(tests[text], d.test)
		}
		for _, text := range texts {
			k := key{r.pkg, strings.Join(tests[text], ", "), text}
			if guests[k] == nil {
				order = append(order, k)
			}
			guests[k] = append(guests[k], r.guest)
		}
	}
	if len(order) == 0 {
		b.WriteString("None.\n")
		return
	}
	b.WriteString("| package | guest | tests | cause |\n|---|---|---|---|\n")
	for _, k := range order {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", k.pkg, strings.Join(guests[k], ", "), k.tests, k.text)
	}
}
