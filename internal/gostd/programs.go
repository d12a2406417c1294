package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// progPkg is the program that many tests of package runtime build and start with the name of one of its
// commands. Guests can do neither, so its commands are run here, each compared with the baseline's by exit status
// and by whether it printed just "OK".
const progPkg = "runtime/testdata/testprog"

// progTime is the time for one command.
const progTime = 40 * time.Second

// progResult is how each command ended.
type progResult struct {
	Ends map[string]string `json:"ends"`
	Says map[string]string `json:"says"` // the start of standard error
}

var registered = regexp.MustCompile(`register\("(\w+)"`)

// progNames lists the program's commands.
func (w *workspace) progNames() (out []string, err error) {
	files, err := filepath.Glob(filepath.Join(w.goroot, "src", progPkg, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		for _, m := range registered.FindAllStringSubmatch(string(b), -1) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// doPrograms builds the program for a guest and runs all commands under a command.
func (w *workspace) doPrograms(guest, runner string, under []string) error {
	j := job{progPkg, guest}
	if _, err := os.Stat(w.resultFile(j, runner)); err == nil && runner == "baseline" && !w.o.baseline {
		return nil
	}
	bin := filepath.Join(w.o.cache, "bin", guest, flat(progPkg))
	cmd := exec.Command("go", "build", "-o", bin, ".")
	cmd.Dir = filepath.Join(w.goroot, "src", progPkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+guest, "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", progPkg, err, out)
	}
	names, err := w.progNames()
	if err != nil {
		return err
	}
	r := progResult{map[string]string{}, map[string]string{}}
	for _, name := range names {
		if err := r.run(name, append(append([]string{}, under...), bin, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	b, err := json.MarshalIndent(r, "", "\t")
	return errors.Join(err, os.MkdirAll(filepath.Dir(w.resultFile(j, runner)), 0o755), os.WriteFile(w.resultFile(j, runner), b, 0o644))
}

// run runs one command.
func (r *progResult) run(name string, argv []string) error {
	tmp, err := os.MkdirTemp("", "gostd")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	ctx, cancel := context.WithTimeout(context.Background(), progTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = tmp, &out, &errs, time.Second
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + tmp, "TMPDIR=" + tmp}
	ownGroup(cmd)
	end, err := ending(cmd.Run(), ctx)
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return err
	}
	if strings.TrimSpace(out.String()) == "OK" || strings.TrimSpace(errs.String()) == "OK" {
		end += ", OK"
	}
	r.Ends[name] = end
	r.Says[name] = errs.String()[:min(errs.Len(), 400)]
	return nil
}

// progDiffs compares a guest's commands. total is how many there are.
func (w *workspace) progDiffs(guest string) (total int, diffs []diff, ok bool) {
	j := job{progPkg, guest}
	var got, want progResult
	for runner, r := range map[string]*progResult{"gotcg": &got, "baseline": &want} {
		b, err := os.ReadFile(w.resultFile(j, runner))
		if err != nil || json.Unmarshal(b, r) != nil {
			return 0, nil, false
		}
	}
	for name, end := range want.Ends {
		if got.Ends[name] == end {
			continue
		}
		d := diff{test: name, got: outcome(fmt.Sprintf("%s, baseline %s", got.Ends[name], end))}
		for i := range w.causes {
			if w.causes[i].matches(j, name, got.Says[name]) {
				d.cause = w.causes[i].text
				break
			}
		}
		diffs = append(diffs, d)
	}
	slices.SortFunc(diffs, func(a, b diff) int { return strings.Compare(a.test, b.test) })
	return len(want.Ends), diffs, true
}

// programs writes the table's section about the commands, and names those that differ without a cause.
func (w *workspace) programs() (text []byte, errs []error) {
	var b bytes.Buffer
	for _, guest := range []string{"amd64", "arm64"} {
		total, diffs, ok := w.progDiffs(guest)
		if !ok {
			continue
		}
		if b.Len() == 0 {
			fmt.Fprintf(&b, "\n## Programs of package runtime's tests\n\nMany tests of package runtime build %s and start it with the name of one\nof its commands. "+
				"Guests can do neither, so the commands are run by themselves; they must end as under the baseline, with the\nsame status, "+
				"and print just OK if it does.\n\n| guest | commands | end alike | differ |\n|---|---:|---:|---|\n", "`"+progPkg+"`")
		}
		var list []string
		for _, d := range diffs {
			list = append(list, fmt.Sprintf("%s (%s): %s", d.test, d.got, d.cause))
			if d.cause == "" {
				errs = append(errs, fmt.Errorf("%s %s %s: %s, and has no cause in causes.txt", guest, progPkg, d.test, d.got))
			}
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s |\n", guest, total, total-len(diffs), strings.Join(list, "; "))
	}
	return b.Bytes(), errs
}
