//go:build linux

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// options are the command line.
type options struct {
	gotcg, bench, apps string
	busybox            map[string]string
	sets               []string
	only               *regexp.Regexp
	runs, scale        int
	net, mem, count    bool
}

// emulator is a column: a command that is put before the guest program.
type emulator struct {
	name, arch string
	cmd        []string
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == spawnArg {
		spawn(os.Args[2:])
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "versus:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	flag := flag.NewFlagSet("versus", flag.ExitOnError)
	var o options
	var box64, boxA64, only, sets string
	flag.StringVar(&o.gotcg, "gotcg", "bin/gotcg run", "command that runs a guest program")
	flag.StringVar(&o.bench, "bench", "bin/bench", "directory of the workloads: x64/NAME and a64/NAME")
	flag.StringVar(&o.apps, "apps", "bin/apps", "directory of the applications: x64/NAME and a64/NAME")
	flag.StringVar(&box64, "busybox", "/bin/busybox", "the static x86-64 busybox")
	flag.StringVar(&boxA64, "busybox-a64", "", "the static AArch64 busybox")
	flag.StringVar(&sets, "set", "busybox,apps", "sets to run, of "+strings.Join(setNames, ", "))
	flag.StringVar(&only, "only", "", "run the programs that this regular expression matches")
	flag.IntVar(&o.runs, "runs", 3, "rounds")
	flag.IntVar(&o.scale, "scale", 20, "percent of the workloads' default work")
	flag.BoolVar(&o.net, "net", false, "take the time of an empty program (hello) off first, but in the set start")
	flag.BoolVar(&o.mem, "mem", true, "also a table of peak memory")
	flag.BoolVar(&o.count, "count", false, "also gotcg with --plugin insn-count")
	if err := flag.Parse(args); err != nil {
		return nil, err
	}
	if o.runs < 1 || flag.NArg() > 0 {
		return nil, fmt.Errorf("want flags and at least one round")
	}
	o.busybox = map[string]string{"x64": box64, "a64": boxA64}
	o.sets = strings.Split(sets, ",")
	var err error
	o.only, err = regexp.Compile(only)
	return &o, err
}

// emulators returns the columns there are programs and commands for.
func (o *options) emulators() ([]emulator, error) {
	gotcg := strings.Fields(o.gotcg)
	path, err := exec.LookPath(gotcg[0])
	if err != nil {
		return nil, fmt.Errorf("no gotcg: %w", err)
	}
	if gotcg[0], err = filepath.Abs(path); err != nil {
		return nil, err
	}
	var l []emulator
	for _, g := range []struct{ arch, suffix, qemu string }{{"x64", "", "qemu-x86_64"}, {"a64", "-a64", "qemu-aarch64"}} {
		if q, err := exec.LookPath(g.qemu); err == nil {
			l = append(l, emulator{"qemu" + g.suffix, g.arch, []string{q}})
		} else {
			fmt.Fprintln(os.Stderr, "versus: left out:", err)
		}
		l = append(l, emulator{"gotcg" + g.suffix, g.arch, gotcg})
		if o.count {
			with := append(append([]string{}, gotcg...), "--plugin", "insn-count")
			l = append(l, emulator{"+count" + g.suffix, g.arch, with})
		}
	}
	return l, nil
}

func run() error {
	o, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	emus, err := o.emulators()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "versus")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := makeData(dir); err != nil {
		return err
	}
	progs, err := o.programs()
	if err != nil {
		return err
	}
	if len(progs) == 0 {
		fmt.Fprintln(os.Stderr, "versus: none of the programs is there, nothing to do")
		return nil
	}
	r := results{o: o, emus: emus, progs: progs, samples: map[key][]sample{}}
	for round := range o.runs {
		for _, p := range progs {
			if err := r.round(p, dir); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, o.runs)
	}
	r.print(os.Stdout)
	return nil
}
