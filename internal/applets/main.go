// Command applets runs many applets of a static busybox under gotcg and under a reference, the
// host itself or qemu-user, over the same files, and compares standard output, standard error,
// exit status, and the tree of files left behind. It writes the table of docs/busybox.md.
//
//	go run ./internal/applets -gotcg 'bin/gotcg run' -busybox /bin/busybox
//	go run ./internal/applets -gotcg 'bin/gotcg run' -busybox bb.arm64 -ref qemu-aarch64
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// outcome is everything about a run that is compared.
type outcome struct {
	stdout, stderr []byte
	status         int
	tree           string
}

func main() {
	gotcg := flag.String("gotcg", "bin/gotcg run", "command that runs a guest program")
	box := flag.String("busybox", "/bin/busybox", "the static busybox")
	ref := flag.String("ref", "", "command that runs it for reference; empty: the host")
	only := flag.String("only", "", "run only this applet's cases")
	verbose := flag.Bool("v", false, "show what differs")
	table := flag.Bool("table", false, "write a markdown table")
	flag.Parse()
	bad, err := run(*gotcg, *box, *ref, *only, *verbose, *table)
	if err != nil {
		fmt.Fprintln(os.Stderr, "applets:", err)
		os.Exit(2)
	}
	if bad > 0 {
		os.Exit(1)
	}
}

// result counts one applet's cases.
type result struct{ cases, same int }

func run(gotcg, box, ref, only string, verbose, table bool) (int, error) {
	box, err := filepath.Abs(box)
	if err != nil {
		return 0, err
	}
	tmp, err := os.MkdirTemp("", "applets")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(tmp)
	work := filepath.Join(tmp, "w")
	res := map[string]*result{}
	bad := 0
	for _, tc := range cases {
		name := tc.args[0]
		if only != "" && only != name {
			continue
		}
		want, err := runOne(strings.Fields(ref), box, work, tc)
		if err != nil {
			return 0, err
		}
		got, err := runOne(strings.Fields(gotcg), box, work, tc)
		if err != nil {
			return 0, err
		}
		if res[name] == nil {
			res[name] = &result{}
		}
		res[name].cases++
		diff := compare(want, got)
		if diff == "" {
			res[name].same++
			continue
		}
		bad++
		fmt.Fprintf(os.Stderr, "DIFF %q: %s\n", tc.args, diff)
		if verbose {
			show(want, got)
		}
	}
	report(res, bad, table)
	return bad, nil
}

// runOne runs a case in a fresh fixture.
func runOne(prefix []string, box, work string, tc testCase) (outcome, error) {
	var o outcome
	if err := makeFixture(work); err != nil {
		return o, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	argv := append(append(append([]string{}, prefix...), box), tc.args...)
	if p, err := exec.LookPath(argv[0]); err == nil {
		if argv[0], err = filepath.Abs(p); err != nil {
			return o, err
		}
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = work
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + work, "TZ=UTC", "LC_ALL=C", "PWD=" + work}
	cmd.Stdin = strings.NewReader(tc.stdin)
	var out, errb bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errb
	err := cmd.Run()
	var xe *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &xe):
		o.status = xe.ExitCode()
		if ws, ok := signaled(xe); ok {
			o.status = 128 + ws
		}
	default:
		return o, err
	}
	o.stdout, o.stderr = out.Bytes(), cleanStderr(errb.Bytes())
	o.tree, err = treeOf(work)
	return o, err
}

// cleanStderr drops what the runner itself says about a fatal signal: the status tells it.
func cleanStderr(b []byte) []byte {
	var keep []string
	for _, l := range strings.SplitAfter(string(b), "\n") {
		if strings.HasPrefix(l, "gotcg: guest killed by ") || strings.HasPrefix(l, "qemu: uncaught target signal ") {
			continue
		}
		keep = append(keep, l)
	}
	return []byte(strings.Join(keep, ""))
}

func compare(want, got outcome) string {
	var d []string
	if !bytes.Equal(want.stdout, got.stdout) {
		d = append(d, "stdout")
	}
	if !bytes.Equal(want.stderr, got.stderr) {
		d = append(d, "stderr")
	}
	if want.status != got.status {
		d = append(d, fmt.Sprintf("status %d, want %d", got.status, want.status))
	}
	if want.tree != got.tree {
		d = append(d, "files")
	}
	return strings.Join(d, ", ")
}

func show(want, got outcome) {
	for _, x := range []struct {
		what string
		w, g string
	}{{"stdout", string(want.stdout), string(got.stdout)}, {"stderr", string(want.stderr), string(got.stderr)}, {"files", want.tree, got.tree}} {
		if x.w != x.g {
			fmt.Fprintf(os.Stderr, "--- %s wanted\n%.2000s\n+++ %s got\n%.2000s\n", x.what, x.w, x.what, x.g)
		}
	}
}

// treeOf describes the files below dir: mode, links, size and contents. Times are left to the
// applets that print them, as a file made during a run has the time of the run.
func treeOf(dir string) (string, error) {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		fmt.Fprintf(&b, "%s %v %s", rel, fi.Mode(), fixedTime(fi.ModTime()))
		switch {
		case fi.Mode().IsRegular():
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %d %x", len(data), sha256.Sum256(data))
		case fi.Mode()&fs.ModeSymlink != 0:
			l, _ := os.Readlink(p)
			b.WriteString(" -> " + l)
		}
		b.WriteByte('\n')
		return nil
	})
	return b.String(), err
}

// fixedTime tells times set on purpose from the time of the run.
func fixedTime(t time.Time) string {
	if time.Since(t) < 24*time.Hour {
		return "now"
	}
	return t.UTC().Format(time.RFC3339)
}

func report(res map[string]*result, bad int, table bool) {
	var names []string
	total, good := 0, 0
	for n, r := range res {
		names = append(names, n)
		total += r.cases
		if r.same == r.cases {
			good++
		}
	}
	sort.Strings(names)
	if table {
		fmt.Println("| applet | cases | equal |\n|---|---|---|")
		for _, n := range names {
			fmt.Printf("| `%s` | %d | %d |\n", n, res[n].cases, res[n].same)
		}
	}
	fmt.Printf("%d applets, %d of them equal in all cases; %d cases, %d differ\n", len(names), good, total, bad)
}
