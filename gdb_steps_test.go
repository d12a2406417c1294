//go:build linux

package gotcg_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/internal/a64diff"
	"github.com/gotcg/gotcg/internal/difftest"
)

var (
	gdbSteps = flag.Int("gdb.steps", 0, "TestGDBRandomSteps steps so often on each guest; 0: 2,000")
	gdbSeed  = flag.Uint64("gdb.seed", 1, "its first seed")
)

// randomProgram is a program of random sequences: where each one's instructions are, and where it ends; what they
// store to.
type randomProgram struct {
	elf   []byte
	cases []difftest.Sequence
	data  uint64
	size  int
}

func randomX64(_ testing.TB, seed uint64) *randomProgram {
	p := difftest.NewProgram(seed, 100, 12)
	r := &randomProgram{elf: p.ELF, cases: p.Cases}
	r.data, r.size = p.Data()
	return r
}

func randomA64(t testing.TB, seed uint64) *randomProgram {
	rows, err := a64diff.LoadRows("cpu/arm64")
	require.NoError(t, err)
	g := a64diff.NewGenerator(rows, seed, nil)
	g.Legal = arm64.Defined
	var cases []*a64diff.Case
	for range 100 {
		cases = append(cases, g.Case())
	}
	im := a64diff.NewImage(cases)
	r := &randomProgram{elf: im.ELF}
	for i, c := range cases {
		s := difftest.Sequence{End: im.Start[i] + 4*uint64(len(c.Words))}
		for k := range c.Words {
			s.Insns = append(s.Insns, im.Start[i]+4*uint64(k))
		}
		r.cases = append(r.cases, s)
	}
	r.data, r.size = im.Scratch()
	return r
}

// TestGDBRandomSteps steps through programs that the differential tests' generators make, on the JIT and on the
// interpreter: after every step all registers (flags and vectors too) are the same, and memory at the end of each
// sequence. A sequence is entered at full speed, at its beginning or at an instruction in it, and left by stepping.
func TestGDBRandomSteps(t *testing.T) {
	steps := 2000
	if testing.Short() {
		steps = 500
	}
	if *gdbSteps > 0 {
		steps = *gdbSteps
	}
	for arch, program := range map[string]func(testing.TB, uint64) *randomProgram{"x64": randomX64, "a64": randomA64} {
		t.Run(arch, func(t *testing.T) {
			total, faults := 0, 0
			for seed := *gdbSeed; total < steps; seed++ {
				cfg := gotcg.Config{Tier2: int(seed % 2)} // regions at once, on half of them
				if seed%3 == 2 {
					cfg.Mem = gotcg.TLB
				}
				w := newStepWalk(t, program(t, seed), arch, seed, cfg)
				w.walk(steps - total)
				total, faults = total+w.steps, faults+w.faults
				w.close()
			}
			t.Logf("%d steps, %d faults", total, faults)
		})
	}
}

// stepWalk steps through a program on two machines.
type stepWalk struct {
	t             *testing.T
	p             *randomProgram
	one, two      *gdbClient
	rng           *rand.Rand
	name, id      string
	steps, faults int
	regs          string // the last
}

func newStepWalk(t *testing.T, p *randomProgram, arch string, seed uint64, cfg gotcg.Config) *stepWalk {
	path := filepath.Join(t.TempDir(), "prog."+arch)
	require.NoError(t, os.WriteFile(path, p.elf, 0o777))
	interp := cfg
	interp.Accel = gotcg.Interp
	w := &stepWalk{t: t, p: p, rng: rand.New(rand.NewPCG(seed, 5)), name: "prog." + arch,
		one: debugFile(t, path, cfg), two: debugFile(t, path, interp), id: fmt.Sprintf("p%x.%x", os.Getpid(), os.Getpid())}
	w.one.begin()
	w.two.begin()
	return w
}

func (w *stepWalk) close() {
	w.one.close()
	w.two.close()
}

// both asks both machines, and wants the same answer.
func (w *stepWalk) both(s string) string {
	a, b := w.one.ask(s), w.two.ask(s)
	require.Equal(w.t, b, a, "%s after %s", s, w.regs)
	return a
}

// look compares the registers and returns the program counter.
func (w *stepWalk) look() uint64 {
	w.regs = w.both("g")
	return pc(w.t, w.name, w.regs)
}

// reach goes on at full speed until an address, and reports whether that was reached before anything else happened.
func (w *stepWalk) reach(addr uint64) bool {
	at := fmt.Sprintf("0,%x,4", addr)
	require.Equal(w.t, "OK", w.both("Z"+at))
	stop := w.both("vCont;c")
	require.Equal(w.t, "OK", w.both("z"+at))
	require.Equal(w.t, "T", stop[:1], stop)
	return w.look() == addr && strings.HasPrefix(stop, "T05")
}

func (w *stepWalk) walk(most int) {
	for _, c := range w.p.cases {
		if w.steps >= most {
			return
		}
		// At the beginning, after coming past it at full speed, or at an instruction that may not be reached.
		if !w.reach(c.Insns[0]) {
			w.t.Fatalf("case %x is not reached: %s", c.Insns[0], w.regs)
		}
		in := true
		if k := w.rng.IntN(len(c.Insns)); k > 0 && w.rng.IntN(2) == 0 {
			end := fmt.Sprintf("0,%x,4", c.End)
			require.Equal(w.t, "OK", w.both("Z"+end))
			in = w.reach(c.Insns[k])
			require.Equal(w.t, "OK", w.both("z"+end))
			w.faulted(c)
		}
		for in && w.step(c) && w.steps < most {
		}
		w.memory()
	}
}

// step does one, and reports whether the sequence goes on.
func (w *stepWalk) step(c difftest.Sequence) bool {
	how := "vCont;s:" + w.id
	if w.rng.IntN(8) == 0 { // over a range that the instruction may not leave at once
		at := pc(w.t, w.name, w.regs)
		how = fmt.Sprintf("vCont;r%x,%x:%s", at, at+1, w.id)
	}
	stop := w.both(how)
	w.steps++
	at := w.look()
	if w.rng.IntN(16) == 0 {
		w.memory()
	}
	if !strings.HasPrefix(stop, "T05") {
		w.skip(c)
		return false
	}
	return slices.Contains(c.Insns, at)
}

// faulted goes on behind the sequence if it has ended by a fault.
func (w *stepWalk) faulted(c difftest.Sequence) {
	if stop := w.both("?"); !strings.HasPrefix(stop, "T05") {
		w.skip(c)
	}
}

// skip goes on behind a sequence that has faulted.
func (w *stepWalk) skip(c difftest.Sequence) {
	w.faults++
	num, _ := pcReg(w.name)
	require.Equal(w.t, "OK", w.both(fmt.Sprintf("P%x=%s", num, leHex(c.End))))
	w.look()
}

// memory compares what the sequences store to.
func (w *stepWalk) memory() {
	const part = 0x2000
	for at := 0; at < w.p.size; at += part {
		w.both(fmt.Sprintf("m%x,%x", w.p.data+uint64(at), part))
	}
}

// regValue takes a register out of a p reply.
func regValue(t testing.TB, s string) uint64 {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	slices.Reverse(b)
	v, err := strconv.ParseUint(hex.EncodeToString(b), 16, 64)
	require.NoError(t, err)
	return v
}
