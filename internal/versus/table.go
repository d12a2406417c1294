//go:build linux

package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"
)

// native is the column of the x86-64 program run by itself.
const native = "native"

// key names a cell.
type key struct{ prog, emu string }

// results are the samples of every round.
type results struct {
	o       *options
	emus    []emulator
	progs   []program
	samples map[key][]sample
}

// round runs a program natively and then in each emulator: a drift of the machine meets all alike.
func (r *results) round(p program, dir string) error {
	for _, e := range append([]emulator{{native, "x64", nil}}, r.emus...) {
		argv := p.argv[e.arch]
		if argv == nil {
			continue
		}
		k := key{p.name, e.name}
		if l := r.samples[k]; len(l) > 0 && l[len(l)-1].Status == -1 {
			continue // it took too long, or was killed
		}
		stdin := p.stdin
		if stdin != "" {
			stdin = dir + "/" + stdin
		}
		s, err := measure(append(append([]string{}, e.cmd...), argv...), dir, stdin)
		if err != nil {
			return fmt.Errorf("%s %s: %w", e.name, p.name, err)
		}
		r.samples[k] = append(r.samples[k], s)
	}
	return nil
}

// cell is a median of ratios, and a mark: ! for output that differs from native's, x for a failure.
type cell struct {
	v    float64
	mark string
}

func (c cell) String() string {
	switch {
	case math.IsNaN(c.v):
		return "-" + c.mark
	case c.v >= 100:
		return fmt.Sprintf("%.0f%s", c.v, c.mark)
	}
	return fmt.Sprintf("%.2f%s", c.v, c.mark)
}

// ratio is the median over rounds of emulator a's CPU time divided by that of b in the same round.
func (r *results) ratio(p program, a, b string) cell {
	as, bs := r.samples[key{p.name, a}], r.samples[key{p.name, b}]
	n := r.samples[key{p.name, native}]
	c := cell{math.NaN(), " "}
	if len(as) == 0 || len(as) != len(bs) {
		return c
	}
	var l []float64
	for i := range as {
		if len(n) > i && as[i].Status != n[i].Status {
			return cell{math.NaN(), "x"}
		}
		if len(n) > i && as[i].out != n[i].out {
			c.mark = "!"
		}
		x := float64(as[i].CPU - r.base(p, a))
		y := float64(max(bs[i].CPU-r.base(p, b), time.Microsecond))
		l = append(l, x/y)
	}
	c.v = median(l)
	return c
}

// base is what is taken off the time of a program: the median time of hello, with -net.
func (r *results) base(p program, emu string) time.Duration {
	if !r.o.net || p.set == "start" {
		return 0
	}
	return r.cpu("hello", emu)
}

// cpu is the median CPU time of a program.
func (r *results) cpu(name, emu string) time.Duration {
	var l []float64
	for _, s := range r.samples[key{name, emu}] {
		l = append(l, float64(s.CPU))
	}
	return time.Duration(median(l))
}

func median(l []float64) float64 {
	if len(l) == 0 {
		return 0
	}
	l = slices.Sorted(slices.Values(l))
	return (l[(len(l)-1)/2] + l[len(l)/2]) / 2
}

func geomean(l []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range l {
		if v > 0 {
			sum, n = sum+math.Log(v), n+1
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return math.Exp(sum / float64(n))
}

// column is what a column of the table shows of a program.
type column struct {
	title string
	of    func(program) cell
}

// columns are, for each guest, the emulators beside native, and gotcg beside qemu.
func (r *results) columns() []column {
	var l []column
	have := map[string]bool{}
	for _, e := range r.emus {
		have[e.name] = true
	}
	for _, e := range r.emus {
		l = append(l, column{e.name, func(p program) cell { return r.ratio(p, e.name, native) }})
		if q := strings.Replace(e.name, "gotcg", "qemu", 1); q != e.name && have[q] {
			l = append(l, column{"/qemu", func(p program) cell { return r.ratio(p, e.name, q) }})
		}
	}
	return l
}

func (r *results) print(w io.Writer) {
	net := ""
	if r.o.net {
		net = ", net of hello"
	}
	fmt.Fprintf(w, "CPU time / native, median of %d interleaved runs%s; /qemu: gotcg's / qemu's\n", r.o.runs, net)
	cols := r.columns()
	for _, set := range setNames {
		if !slices.Contains(r.o.sets, set) {
			continue
		}
		fmt.Fprintf(w, "\n%-16s%10s", set, "native ms")
		for _, c := range cols {
			fmt.Fprintf(w, " %9s ", c.title)
		}
		fmt.Fprintln(w)
		all := make([][]float64, len(cols))
		for _, p := range r.progs {
			if p.set != set {
				continue
			}
			fmt.Fprintf(w, "%-16s%10.1f", p.name, r.cpu(p.name, native).Seconds()*1e3)
			for i, c := range cols {
				x := c.of(p)
				fmt.Fprintf(w, " %10s", x)
				all[i] = append(all[i], x.v)
			}
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%-26s", "geomean")
		for i := range cols {
			fmt.Fprintf(w, " %9.2f ", geomean(all[i]))
		}
		fmt.Fprintln(w)
	}
	r.short(w)
	if r.o.mem {
		r.memory(w)
	}
}

// short prints the times themselves of the programs that measure how soon a run begins; of ratios to a native
// run of half a millisecond little can be said.
func (r *results) short(w io.Writer) {
	if !slices.Contains(r.o.sets, "start") {
		return
	}
	fmt.Fprintf(w, "\n%-16s", "CPU time, ms")
	for _, e := range r.emus {
		fmt.Fprintf(w, " %9s ", e.name)
	}
	fmt.Fprintln(w)
	for _, p := range r.progs {
		if p.set != "start" {
			continue
		}
		fmt.Fprintf(w, "%-16s", p.name)
		for _, e := range r.emus {
			fmt.Fprintf(w, " %9.2f ", r.cpu(p.name, e.name).Seconds()*1e3)
		}
		fmt.Fprintln(w)
	}
}

// memory prints each emulator's peak memory; +: more than 1.5 times qemu's and 20 MiB.
func (r *results) memory(w io.Writer) {
	fmt.Fprintf(w, "\n%-16s", "peak memory, MiB")
	for _, e := range r.emus {
		fmt.Fprintf(w, " %9s ", e.name)
	}
	fmt.Fprintln(w)
	for _, p := range r.progs {
		fmt.Fprintf(w, "%-16s", p.name)
		for _, e := range r.emus {
			m, mark := r.peak(p, e.name), " "
			q := r.peak(p, strings.NewReplacer("gotcg", "qemu", "+count", "qemu").Replace(e.name))
			if m > 1.5*q+20 && q > 0 {
				mark = "+"
			}
			fmt.Fprintf(w, " %9.1f%s", m, mark)
		}
		fmt.Fprintln(w)
	}
}

// peak is the largest peak memory of a program in MiB.
func (r *results) peak(p program, emu string) float64 {
	var m int64
	for _, s := range r.samples[key{p.name, emu}] {
		m = max(m, s.RSS)
	}
	return float64(m) / 1024
}

// exists tells whether a program is there.
func exists(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}
