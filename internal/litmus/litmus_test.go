package litmus

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

var tries = flag.Int("litmus.tries", 2000, "tries of each litmus test as host code; the interpreter makes a hundredth")

// outcome is what the threads read, two results each, and the last values of x and y.
type outcome struct {
	r     [4][2]uint8
	final [2]uint8
}

// test is a litmus test: the programs of its threads, and the outcome that must never be seen, or, with seen, that
// the guest may see and this host, being TSO, shows when nothing forbids it.
type test struct {
	name    string
	threads []string
	bad     func(o *outcome) bool
	seen    bool
}

// Outcomes that tell of a reordering.
func sb(o *outcome) bool   { return o.r[0][0] == 0 && o.r[1][0] == 0 }
func mp(o *outcome) bool   { return o.r[1][0] == 1 && o.r[1][1] == 0 }
func lb(o *outcome) bool   { return o.r[0][0] == 1 && o.r[1][0] == 1 }
func corr(o *outcome) bool { return o.r[1][0] == 1 && o.r[1][1] == 0 }
func wrc(o *outcome) bool {
	return o.r[1][0] == 1 && o.r[2][0] == 1 && o.r[2][1] == 0
}
func iriw(o *outcome) bool {
	return o.r[2] == [2]uint8{1, 0} && o.r[3] == [2]uint8{1, 0}
}
func twoW(o *outcome) bool  { return o.final == [2]uint8{1, 1} }
func shape(o *outcome) bool { return o.r[1][0] == 1 && o.final[0] == 2 } // S
func rr(o *outcome) bool    { return o.final[1] == 2 && o.r[1][0] == 0 } // R

var x64Tests = []test{
	{"SB", []string{"W x 1; R y 0", "W y 1; R x 0"}, sb, true},
	{"SB+mfence", []string{"W x 1; Fence; R y 0", "W y 1; Fence; R x 0"}, sb, false},
	{"SB+xchg", []string{"Wxchg x 1; R y 0", "Wxchg y 1; R x 0"}, sb, false},
	{"SB+cmpxchg", []string{"Wcas x 1; R y 0", "Wcas y 1; R x 0"}, sb, false},
	{"SB+lock", []string{"W x 1; Lock; R y 0", "W y 1; Lock; R x 0"}, sb, false},
	{"SB+mfence+xchg", []string{"W x 1; Fence; R y 0", "Wxchg y 1; R x 0"}, sb, false},
	{"R+mfence", []string{"W x 1; W y 1", "W y 2; Fence; R x 0"}, rr, false},
	{"MP", []string{"W x 1; W y 1", "R y 0; R x 1"}, mp, false},
	{"MP+nt+sfence", []string{"Wnt x 1; Sfence; Wnt y 1", "R y 0; Lfence; R x 1"}, mp, false},
	{"LB", []string{"R x 0; W y 1", "R y 0; W x 1"}, lb, false},
	{"S", []string{"W x 2; W y 1", "R y 0; W x 1"}, shape, false},
	{"2+2W", []string{"W x 1; W y 2", "W y 1; W x 2"}, twoW, false},
	{"CoRR", []string{"W x 1", "R x 0; R x 1"}, corr, false},
	{"WRC", []string{"W x 1", "R x 0; W y 1", "R y 0; R x 1"}, wrc, false},
	{"IRIW", []string{"W x 1", "W y 1", "R x 0; R y 1", "R y 0; R x 1"}, iriw, false},
}

var a64Tests = []test{
	{"SB", []string{"W x 1; R y 0", "W y 1; R x 0"}, sb, true},
	{"SB+dmb", []string{"W x 1; Fence; R y 0", "W y 1; Fence; R x 0"}, sb, false},
	{"SB+dsb", []string{"W x 1; Dsb; R y 0", "W y 1; Dsb; R x 0"}, sb, false},
	{"SB+stlr+ldar", []string{"Wrel x 1; Racq y 0", "Wrel y 1; Racq x 0"}, sb, false},
	{"SB+stlxr+ldar", []string{"Wexrel x 1; Racq y 0", "Wexrel y 1; Racq x 0"}, sb, false},
	{"SB+swpal+ldar", []string{"Wswp x 1; Racq y 0", "Wswp y 1; Racq x 0"}, sb, false},
	{"SB+stlr+ldaxr", []string{"Wrel x 1; Rex y 0", "Wrel y 1; Rex x 0"}, sb, false},
	{"R+dmb", []string{"W x 1; Fence; W y 1", "W y 2; Fence; R x 0"}, rr, false},
	{"MP+stlr+ldar", []string{"W x 1; Wrel y 1", "Racq y 0; R x 1"}, mp, false},
	{"MP+stlr+ldapr", []string{"W x 1; Wrel y 1", "Rpc y 0; R x 1"}, mp, false},
	{"MP+stlxr+ldaxr", []string{"W x 1; Wexrel y 1", "Rex y 0; R x 1"}, mp, false},
	{"MP+swpal+ldar", []string{"W x 1; Wswp y 1", "Racq y 0; R x 1"}, mp, false},
	{"MP+dmb.st+dmb.ld", []string{"W x 1; Fst; W y 1", "R y 0; Fld; R x 1"}, mp, false},
	{"MP+dmb", []string{"W x 1; Fence; W y 1", "R y 0; Fence; R x 1"}, mp, false},
	{"LB+ldar+stlr", []string{"Racq x 0; W y 1", "R y 0; Wrel x 1"}, lb, false},
	{"LB+dmb.ld", []string{"R x 0; Fld; W y 1", "R y 0; Fld; W x 1"}, lb, false},
	{"S+stlr+ldar", []string{"W x 2; Wrel y 1", "Racq y 0; W x 1"}, shape, false},
	{"2+2W+stlr", []string{"W x 1; Wrel y 2", "W y 1; Wrel x 2"}, twoW, false},
	{"2+2W+dmb.st", []string{"W x 1; Fst; W y 2", "W y 1; Fst; W x 2"}, twoW, false},
	{"2+2W+stxr+dmb.st", []string{"Wex x 1; Fst; W y 2", "Wex y 1; Fst; W x 2"}, twoW, false},
	{"CoRR", []string{"W x 1", "R x 0; R x 1"}, corr, false},
	{"WRC+stlr+ldar", []string{"W x 1", "R x 0; Wrel y 1", "Racq y 0; R x 1"}, wrc, false},
	{"IRIW+ldar", []string{"W x 1", "W y 1", "Racq x 0; Racq y 1", "Racq y 0; Racq x 1"}, iriw, false},
	{"IRIW+dmb", []string{"W x 1", "W y 1", "R x 0; Fence; R y 1", "R y 0; Fence; R x 1"}, iriw, false},
}

var testsOf = map[*cpu.Arch][]test{x86.Arch: x64Tests, arm64.Arch(): a64Tests}

// TestLitmus counts forbidden outcomes; there must be none. That the harness can see a reordering is shown by
// SB, whose relaxed outcome both guests allow and host code must show.
func TestLitmus(t *testing.T) {
	for _, g := range guests {
		for _, m := range modes() {
			n := *tries
			if m.accel != tcg.AccelJIT {
				n = max(n/100, 50)
			} else if m.mem == softmmu.TLB {
				n = max(n/4, 200)
			}
			for _, x := range testsOf[g.arch] {
				t.Run(fmt.Sprintf("%s/%v/%s", g.arch.Name, m, x.name), func(t *testing.T) {
					x.check(t, g, m, n)
				})
			}
		}
	}
}

// chunk is how many tries the vCPUs make between two meetings with Go.
const chunk = 1000

func (x *test) check(t *testing.T, g *guest, mo mode, n int) {
	k := len(x.threads)
	m := newMachine(t, g, mo, k)
	polls := pollsJIT
	if mo.accel == tcg.AccelInterp {
		polls = pollsInterp
	}
	if k > runtime.NumCPU() {
		polls /= 10 // they cannot all be at it: waiting for one that has no CPU is a waste
	}
	var pcs []uint64
	for i, text := range x.threads {
		pcs = append(pcs, codeBase+uint64(i)*0x1000)
		m.load(pcs[i], g.program(text, i, k, polls))
	}
	bad := 0
	seen := map[outcome]int{}
	for done := 0; done < n; done += chunk {
		c := min(chunk, n-done)
		x.chunk(m, pcs, c, func(o *outcome) {
			seen[*o]++
			if x.bad(o) {
				bad++
			}
		})
	}
	t.Logf("%d tries: %s", n, histogram(seen, k))
	if x.seen {
		if mo.accel == tcg.AccelJIT && n >= 1_000_000 {
			require.Positive(t, bad, "the harness sees no reordering")
		}
		return
	}
	require.Zero(t, bad, "forbidden outcomes")
}

// chunk makes c tries.
func (x *test) chunk(m *machine, pcs []uint64, c int, count func(*outcome)) {
	const progress, results = dataBase, dataBase + 0x1000
	cells := uint64(results + 4*8*chunk)
	cells = (cells + 0xfff) &^ 0xfff
	clear(m.words(dataBase, dataSize/4))
	r := &m.g.regs
	for i := range pcs {
		m.set(i, r.cell, cells)
		m.set(i, r.result, results+uint64(i)*8*chunk)
		m.set(i, r.i, 1)
		m.set(i, r.n, uint64(c)+1)
		m.set(i, r.progress, progress+progressBias)
		m.set(i, r.polls, firstPolls)
	}
	m.run(pcs)
	res, cell := m.words(results, 4*2*chunk), m.words(cells, cellSize/4*chunk)
	for i := range c {
		var o outcome
		for t := range pcs {
			o.r[t] = [2]uint8{uint8(res[(t*chunk+i)*2]), uint8(res[(t*chunk+i)*2+1])}
		}
		o.final = [2]uint8{uint8(cell[i*cellSize/4]), uint8(cell[i*cellSize/4+line/4])}
		count(&o)
	}
}

func histogram(seen map[outcome]int, threads int) string {
	var l []string
	for o, n := range seen {
		l = append(l, fmt.Sprintf("%v x=%d y=%d: %d", o.r[:threads], o.final[0], o.final[1], n))
	}
	slices.Sort(l)
	return strings.Join(l, ", ")
}
