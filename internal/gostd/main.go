// Command gostd runs tests of Go's standard library as guests: it builds each package's tests for
// GOARCH=amd64 and arm64 as static programs, runs them with -test.short where they expect to be run, once
// under the baseline (the host itself, or qemu-aarch64) and once under gotcg, compares test by test, and
// writes the table of docs/gostd.md. Each test that fails under gotcg alone needs a cause in causes.txt;
// one without is an error.
//
//	go run ./internal/gostd [-pkg REGEXP] [-guest arm64] [-cache DIR] [-table docs/gostd.md]
//
// Programs and results are kept in the cache directory. A run replaces the results of the packages it runs;
// the table is made from all results there are. The baseline runs once a program, unless asked for again.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// options are the command's flags.
type options struct {
	gotcg    []string // command that runs a guest program
	cache    string
	pkg      *regexp.Regexp
	test     string // pattern of tests to run, for debugging: nothing is kept
	guests   []string
	jobs     int
	timeout  time.Duration
	baseline bool // run the baseline again
	only     bool // the baseline, and nothing else
	table    string
	verbose  bool
}

func main() {
	o, err := parseFlags(os.Args[1:])
	if err == nil {
		err = run(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gostd:", err)
		os.Exit(1)
	}
}

func parseFlags(args []string) (o options, err error) {
	fs := flag.NewFlagSet("gostd", flag.ExitOnError)
	user, _ := os.UserCacheDir()
	gotcg := fs.String("gotcg", "bin/gotcg run", "command that runs a guest program")
	pkg := fs.String("pkg", "", "run only packages whose path matches this regular expression, whole")
	guest := fs.String("guest", "amd64,arm64", "guests")
	fs.StringVar(&o.cache, "cache", filepath.Join(user, "gotcg-gostd"), "directory of built programs, logs and results")
	fs.StringVar(&o.test, "run", "", "run only these tests, show the output and keep no result")
	fs.IntVar(&o.jobs, "j", min(2, runtime.NumCPU()), "programs to run at once")
	fs.DurationVar(&o.timeout, "timeout", 10*time.Minute, "time for a package's tests")
	fs.BoolVar(&o.baseline, "baseline", false, "run the baseline again although there are results of it")
	fs.BoolVar(&o.only, "baseline-only", false, "build, run the baseline, and leave it at that")
	fs.StringVar(&o.table, "table", "", "write the table to this file")
	fs.BoolVar(&o.verbose, "v", false, "name each test that differs")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if o.pkg, err = regexp.Compile("^(?:" + *pkg + ")$"); err != nil {
		return o, err
	}
	if *pkg == "" {
		o.pkg = regexp.MustCompile("")
	}
	o.guests = strings.Split(*guest, ",")
	for _, g := range o.guests {
		if baselines[g] == nil {
			return o, fmt.Errorf("no guest %q", g)
		}
	}
	if o.gotcg = strings.Fields(*gotcg); len(o.gotcg) == 0 {
		return o, errors.New("-gotcg names no command")
	}
	if o.gotcg[0], err = filepath.Abs(o.gotcg[0]); err != nil {
		return o, err
	}
	o.cache, err = filepath.Abs(o.cache)
	return o, err
}

// baselines are the commands that run each guest for comparison. The host runs its own programs itself.
var baselines = map[string][]string{"amd64": {}, "arm64": {"qemu-aarch64"}}

func run(o options) error {
	causes, err := readCauses()
	if err != nil {
		return err
	}
	var list []job
	for _, p := range packages {
		for _, g := range o.guests {
			if o.pkg.MatchString(p) {
				list = append(list, job{pkg: p, guest: g})
			}
		}
	}
	w, err := newWorkspace(o, causes)
	if err != nil {
		return err
	}
	errs := w.runAll(list)
	if o.pkg.MatchString(progPkg) && o.test == "" {
		for _, g := range o.guests {
			errs = append(errs, w.doPrograms(g, "baseline", baselines[g]))
			if !o.only {
				errs = append(errs, w.doPrograms(g, "gotcg", o.gotcg))
			}
		}
	}
	if o.only || o.test != "" {
		return errors.Join(errs...)
	}
	rows, err := w.rows()
	if err != nil {
		return err
	}
	for _, r := range rows {
		if o.table != "" || o.pkg.MatchString(r.pkg) && slices.Contains(o.guests, r.guest) {
			for _, d := range r.diffs {
				if d.cause == "" {
					errs = append(errs, fmt.Errorf("%s %s %s: %s, and has no cause in causes.txt", r.guest, r.pkg, d.test, d.got))
				} else if o.verbose {
					fmt.Printf("%s %s %s: %s: %s\n", r.guest, r.pkg, d.test, d.got, d.cause)
				}
			}
		}
	}
	if o.table != "" {
		progs, more := w.programs()
		errs = append(errs, more...)
		if err := os.WriteFile(o.table, append(table(rows), progs...), 0o644); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

// runAll runs the jobs, a few at a time.
func (w *workspace) runAll(list []job) []error {
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	queue := make(chan job)
	for range max(1, w.o.jobs) {
		wg.Go(func() {
			for j := range queue {
				s, err := w.do(j)
				mu.Lock()
				if err != nil {
					errs = append(errs, fmt.Errorf("%s %s: %w", j.guest, j.pkg, err))
				} else {
					fmt.Println(s)
				}
				mu.Unlock()
			}
		})
	}
	for _, j := range list {
		queue <- j
	}
	close(queue)
	wg.Wait()
	return errs
}
