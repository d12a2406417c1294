//go:build linux

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTable: ratios of the same round, medians, marks for other output, failures and too much memory.
func TestTable(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	r := results{
		o:    &options{runs: 3, mem: true, sets: []string{"busybox"}},
		emus: []emulator{{"qemu", "x64", nil}, {"gotcg", "x64", nil}},
		progs: []program{
			{set: "busybox", name: "good"}, {set: "busybox", name: "other"}, {set: "busybox", name: "fails"},
		},
		samples: map[key][]sample{
			{"good", native}:   {{CPU: ms(10)}, {CPU: ms(20)}, {CPU: ms(10)}},
			{"good", "qemu"}:   {{CPU: ms(100), RSS: 1024}, {CPU: ms(100)}, {CPU: ms(120)}},
			{"good", "gotcg"}:  {{CPU: ms(40), RSS: 30 << 10}, {CPU: ms(100)}, {CPU: ms(60)}},
			{"other", native}:  {{CPU: ms(10)}},
			{"other", "qemu"}:  {{CPU: ms(20)}},
			{"other", "gotcg"}: {{CPU: ms(10), out: [32]byte{1}}},
			{"fails", native}:  {{CPU: ms(10)}},
			{"fails", "gotcg"}: {{CPU: ms(10), Status: 1}},
		},
	}
	var out strings.Builder
	r.print(&out)
	for _, want := range []string{
		`(?m)^good +10\.0 +10\.00 +5\.00 +0\.50 *$`,
		`(?m)^other +10\.0 +2\.00 +1\.00! +0\.50! *$`,
		`(?m)^fails +10\.0 +- +-x +- *$`,
		`(?m)^geomean +4\.47 +2\.24 +0\.50 *$`,
		`(?m)^good +1\.0 +30\.0\+$`,
	} {
		require.Regexp(t, want, out.String())
	}
	r.o.sets, r.progs = []string{"start"}, append(r.progs, program{set: "start", name: "hello"})
	r.samples[key{"hello", "gotcg"}] = []sample{{CPU: 4 * time.Millisecond}, {CPU: 5 * time.Millisecond}}
	out.Reset()
	r.print(&out)
	require.Regexp(t, `(?m)^CPU time, ms +qemu +gotcg *\nhello +0\.00 +4\.50 *$`, out.String())

	r.o.net = true
	r.samples[key{"hello", native}] = []sample{{CPU: ms(5)}}
	require.InDelta(t, 20, r.ratio(r.progs[0], "qemu", native).v, 1e-9)
}

// TestPrograms: what is not there is left out, and one there is has its arguments.
func TestPrograms(t *testing.T) {
	o, err := parse(nil)
	require.NoError(t, err)
	o.busybox = map[string]string{"x64": "table_test.go"}
	o.sets, o.apps = []string{"busybox", "apps"}, "none"
	l, err := o.programs()
	require.NoError(t, err)
	require.Len(t, l, len(applets))
	require.Equal(t, []string{"sh", "-c", ":"}, l[0].argv["x64"][1:])
	require.Nil(t, l[0].argv["a64"])
	o.sets = []string{"nonsense"}
	_, err = o.programs()
	require.ErrorContains(t, err, "nonsense")
}
