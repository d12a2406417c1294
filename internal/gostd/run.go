package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// job is one package's tests for one guest.
type job struct{ pkg, guest string }

// result is what one run of a test program gave.
type result struct {
	log
	Program string  `json:"program"` // build ID
	End     string  `json:"end"`     // "ok", "status 2", "signal: ...", "timeout"
	Seconds float64 `json:"seconds"`
}

// workspace holds the cache directory and what all jobs share.
type workspace struct {
	o      options
	causes []cause
	goroot string
	// inPlace runs tests in Go's own source tree: for packages whose tests leave it alone.
	inPlace bool

	copyOnce sync.Once // of GOROOT
	copyErr  error
}

func newWorkspace(o options, causes []cause) (*workspace, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	return &workspace{o: o, causes: causes, goroot: strings.TrimSpace(string(out))}, nil
}

// flat is a package path as a file name.
func flat(pkg string) string { return strings.ReplaceAll(pkg, "/", "-") }

func (w *workspace) resultFile(j job, runner string) string {
	return filepath.Join(w.o.cache, "results", j.guest, flat(j.pkg)+"."+runner+".json")
}

// source returns the directory a package's tests run in: in a GOROOT made for them with a copy of Go's source
// tree, as tests read files around them and some write.
func (w *workspace) source(pkg string) (string, error) {
	if w.inPlace {
		return filepath.Join(w.goroot, "src", pkg), nil
	}
	w.copyOnce.Do(func() { w.copyErr = copyGOROOT(w.goroot, w.root()) })
	return filepath.Join(w.root(), "src", pkg), w.copyErr
}

// root is the GOROOT that tests see.
func (w *workspace) root() string {
	if w.inPlace {
		return w.goroot
	}
	return filepath.Join(w.o.cache, "goroot")
}

// copyGOROOT makes a GOROOT with a copy of the source tree and links to the rest, but for the go command: only the
// baseline finds that, by PATH, as guests cannot start it.
func copyGOROOT(from, to string) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	tmp := to + ".tmp"
	if err := errors.Join(os.RemoveAll(tmp), os.MkdirAll(tmp, 0o755)); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		old, name := filepath.Join(from, e.Name()), filepath.Join(tmp, e.Name())
		switch e.Name() {
		case "src":
			err = os.CopyFS(name, os.DirFS(old))
		case "bin":
		default:
			err = os.Symlink(old, name)
		}
		if err != nil {
			return err
		}
	}
	return os.Rename(tmp, to)
}

// build makes the test program of a job, unless it is there.
func (w *workspace) build(j job) (string, error) {
	bin := filepath.Join(w.o.cache, "bin", j.guest, flat(j.pkg)+".test")
	if err := os.MkdirAll(filepath.Dir(bin), 0o755); err != nil {
		return "", err
	}
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	cmd := exec.Command("go", "test", "-c", "-o", bin, j.pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+j.guest, "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return bin, nil
}

// do builds and runs a job and says how it went in a line.
func (w *workspace) do(j job) (string, error) {
	bin, err := w.build(j)
	if err != nil {
		return "", err
	}
	want, err := w.runBaseline(j, bin)
	if err != nil || w.o.only {
		return fmt.Sprintf("%-6s %-28s %s", j.guest, j.pkg, want.summary()), err
	}
	got, err := w.exec(j, "gotcg", w.o.gotcg, bin, w.leftOut(j))
	if err != nil {
		return "", err
	}
	for _, t := range w.leftOut(j) {
		got.Tests[t] = notRun
	}
	if w.o.test == "" {
		err = w.keep(j, "gotcg", got)
	}
	return fmt.Sprintf("%-6s %-28s %s, baseline %s", j.guest, j.pkg, got.summary(), want.summary()), err
}

// leftOut lists the tests of a job that causes.txt leaves out.
func (w *workspace) leftOut(j job) (out []string) {
	for _, c := range w.causes {
		if c.leaveOut && c.matches(j, c.test, "") {
			out = append(out, c.test)
		}
	}
	return out
}

func (r result) summary() string {
	n := r.count()
	bad := n[fail] + n[unfinished] + n[notRun]
	return fmt.Sprintf("%d passed %d failed %d skipped in %.1fs (%s)", n[pass], bad, n[skip], r.Seconds, r.End)
}

// runBaseline returns the baseline's result, of this run or an earlier one.
func (w *workspace) runBaseline(j job, bin string) (result, error) {
	if r, err := w.load(j, "baseline"); err == nil && !w.o.baseline || w.o.test != "" {
		return r, nil
	}
	r, err := w.exec(j, "baseline", baselines[j.guest], bin, nil)
	if err == nil {
		err = w.keep(j, "baseline", r)
	}
	return r, err
}

func (w *workspace) load(j job, runner string) (r result, err error) {
	b, err := os.ReadFile(w.resultFile(j, runner))
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	return r, err
}

func (w *workspace) keep(j job, runner string, r result) error {
	f := w.resultFile(j, runner)
	b, err := json.MarshalIndent(r, "", "\t")
	return errors.Join(err, os.MkdirAll(filepath.Dir(f), 0o755), os.WriteFile(f, b, 0o644))
}

// exec runs a test program under a command and reads its log.
func (w *workspace) exec(j job, runner string, under []string, bin string, without []string) (r result, err error) {
	dir, err := w.source(j.pkg)
	if err != nil {
		return r, err
	}
	tmp, err := os.MkdirTemp("", "gostd")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(tmp)
	logFile := filepath.Join(w.o.cache, "logs", j.guest, flat(j.pkg)+"."+runner+".log")
	if err := os.MkdirAll(filepath.Dir(logFile), 0o755); err != nil {
		return r, err
	}
	out, err := os.Create(logFile)
	if err != nil {
		return r, err
	}
	defer out.Close()
	argv := append(append([]string{}, under...), bin, "-test.short", "-test.v=test2json", "-test.timeout="+w.o.timeout.String())
	if len(without) > 0 {
		argv = append(argv, "-test.skip=^("+strings.Join(mapped(without, regexp.QuoteMeta), "|")+")$")
	}
	if w.o.test != "" {
		argv = append(argv, "-test.run="+w.o.test)
	}
	ctx, cancel := context.WithTimeout(context.Background(), w.o.timeout+30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	path := "/usr/bin:/bin"
	if runner == "baseline" {
		path = filepath.Join(w.goroot, "bin") + ":" + path
	}
	cmd.Env = []string{"PATH=" + path, "GOROOT=" + w.root(), "HOME=" + tmp,
		"TMPDIR=" + tmp, "GOCACHE=" + filepath.Join(w.o.cache, "gocache"), "PWD=" + dir, "CGO_ENABLED=0"}
	ownGroup(cmd)
	start := time.Now()
	r.End, err = ending(cmd.Run(), ctx)
	if err != nil {
		return r, err
	}
	r.Seconds = time.Since(start).Seconds()
	text, err := os.ReadFile(logFile)
	r.log = parseLog(string(text))
	if n := r.count(); r.End != "ok" && n[fail]+n[unfinished] == 0 {
		r.Tests[exitTest] = fail
	}
	if w.o.test != "" {
		fmt.Printf("%s\n", text)
	}
	return r, err
}

// ending says how a program ended.
func ending(err error, ctx context.Context) (string, error) {
	var xe *exec.ExitError
	switch {
	case err == nil:
		return "ok", nil
	case ctx.Err() != nil:
		return "timeout", nil
	case errors.As(err, &xe) && xe.Exited():
		return fmt.Sprintf("status %d", xe.ExitCode()), nil
	case errors.As(err, &xe):
		return xe.String(), nil
	}
	return "", err
}

func mapped(in []string, f func(string) string) (out []string) {
	for _, s := range in {
		out = append(out, f(s))
	}
	return out
}
