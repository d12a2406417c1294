// Command counts compares insn-count with the number of instructions that qemu-user logs of the same
// program with the same arguments, one line an instruction:
//
//	qemu-ARCH -one-insn-per-tb -d exec,nochain PROGRAM ARGUMENT...
//
// and explains each difference. QEMU runs three times: as it is; with the processor that gotcg
// describes to its guests (-cpu); and with, besides, the auxiliary vector that gotcg gives them, which
// is written over QEMU's through its gdb stub before the first instruction. What then is left may only
// be repeated string instructions, which QEMU logs several times when they are long; from RCX before and
// after them follows how often, and the numbers must agree. Anything else fails. A program with threads runs
// once more, with a log of each thread by itself: their numbers must be those of gotcg's vCPUs.
//
//	make counts
//	go run ./internal/counts [-list FILE] [-v]
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gotcg/gotcg"
	_ "github.com/gotcg/gotcg/plugins/all"
)

// histogram counts executions by address.
type histogram map[uint64]uint64

func (h histogram) total() (n uint64) {
	for _, v := range h {
		n += v
	}
	return n
}

// subject is a program with its arguments.
type subject struct {
	label string
	argv  []string // the path first
}

func main() {
	list := flag.String("list", "", "file of subjects, a line each: LABEL PATH ARGUMENT...")
	verbose := flag.Bool("v", false, "show the functions that differ")
	flag.Parse()
	bad, err := run(*list, *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, "counts:", err)
		os.Exit(2)
	}
	if bad > 0 {
		fmt.Fprintf(os.Stderr, "counts: %d programs have unexplained differences\n", bad)
		os.Exit(1)
	}
}

func run(list string, verbose bool) (bad int, err error) {
	subjects, err := readSubjects(list)
	if err != nil {
		return 0, err
	}
	fmt.Println("| program | guest | QEMU, as it is | − processor | − auxv | − rep | = gotcg | threads | executors and modes | equal at |")
	fmt.Println("|---|---|---:|---:|---:|---:|---:|---:|---|---|")
	var notes strings.Builder
	for _, s := range subjects {
		r, err := compare(s)
		if err != nil {
			return bad, fmt.Errorf("%s: %w", s.label, err)
		}
		fmt.Println(r.row())
		if !r.explained() {
			bad++
		}
		if verbose || !r.explained() {
			notes.WriteString(r.notes())
		}
	}
	fmt.Print("\n", notes.String())
	return bad, nil
}

// readSubjects reads the list of subjects; without one, the checked-in programs are they.
func readSubjects(list string) (out []subject, err error) {
	if list == "" {
		for _, p := range []string{"hello", "memory", "files", "entry-pie", "compute"} {
			for _, a := range []string{".x64", ".a64"} {
				out = append(out, subject{p + a, []string{filepath.Join("testdata/elf/bin", p+a), "a", "b"}})
			}
		}
		return absolute(out)
	}
	f, err := os.Open(list)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		w := strings.Fields(in.Text())
		if len(w) > 1 && !strings.HasPrefix(w[0], "#") {
			out = append(out, subject{w[0], w[1:]})
		}
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	return absolute(out)
}

// absolute makes the paths absolute: the length of argv[0] is visible to the program.
func absolute(s []subject) ([]subject, error) {
	for i := range s {
		p, err := filepath.Abs(s[i].argv[0])
		if err != nil {
			return nil, err
		}
		s[i].argv[0] = p
	}
	return s, nil
}

// compare runs a subject every way.
func compare(s subject) (*result, error) {
	img, err := readImage(s.argv[0])
	if err != nil {
		return nil, err
	}
	r := &result{subject: s, img: img}
	for _, cfg := range configs {
		cpus, err := countInsns(s, cfg)
		if err != nil {
			return nil, err
		}
		r.counts = append(r.counts, cpus)
	}
	if err := r.trace(); err != nil {
		return nil, err
	}
	if r.plain, _, err = runQEMU(s, img, nil, false); err != nil {
		return nil, err
	}
	if r.processor, _, err = runQEMU(s, img, img.cpuFlags(), false); err != nil {
		return nil, err
	}
	// QEMU maps anonymous memory at random addresses, on which the way of a heap's functions depends: again,
	// until it lies as under gotcg.
	for r.runs = 1; ; r.runs++ {
		h, out, err := runQEMU(s, img, img.cpuFlags(), true)
		if err != nil {
			return nil, err
		}
		if out != r.output {
			return nil, fmt.Errorf("output differs:\nQEMU:  %q\ngotcg: %q", out, r.output)
		}
		if r.same = h; r.explained() || r.runs == maxRuns {
			break
		}
	}
	if len(r.counts[0]) > 1 {
		r.threads, err = threadsOfQEMU(s, img)
	}
	return r, err
}

// maxRuns is how often QEMU may run with everything equal but its random addresses.
const maxRuns = 6

// configs are the executors and memory modes, which must all count the same, also with translations
// forgotten all the time.
var configs = []gotcg.Config{
	{Accel: gotcg.JIT, Mem: gotcg.Direct}, {Accel: gotcg.JIT, Mem: gotcg.TLB},
	{Accel: gotcg.Interp, Mem: gotcg.Direct}, {Accel: gotcg.Interp, Mem: gotcg.TLB},
	{Accel: gotcg.JIT, InjectFlush: 50, NoChain: true}, {Accel: gotcg.JIT, Mem: gotcg.TLB, InjectFlush: 5},
}
