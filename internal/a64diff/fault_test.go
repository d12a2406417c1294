package a64diff

import (
	"errors"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

// TestFaultState runs every load and store at the edges of mapped memory, behind instructions that leave registers
// dirty, and demands that a faulting one leaves the state of its start.
func TestFaultState(t *testing.T) {
	g := newGenerator(t, 5)
	var cases []*Case
	for i := range g.rows {
		r := &g.rows[i]
		if !r.ldst || r.fields["imm19"].Width != 0 {
			continue
		}
		for range 12 {
			s := sequence{g: g, mem: true, want: 1}
			w, ok := s.fix(r, r.Value|g.rnd.Uint32()&r.free|r.should)
			if !ok || !g.Legal(w) {
				continue
			}
			// add v1.16b, v2.16b, v3.16b; fadd d4, d5, d6; add x1, x2, x3; subs x4, x5, x6; the access
			c := &Case{Seed: g.rnd.Uint64(), Mem: true, Words: []uint32{0x4e238441, 0x1e6628a4, 0x8b030041, 0xeb0600a4, w}}
			edge := uint64(scratchAddr)
			if g.rnd.IntN(2) == 0 {
				edge += scratchLen
			}
			in := c.Input()
			for _, p := range []int{16, 17} {
				in.X[p] = edge + g.rnd.Uint64N(96) - 64
			}
			in.X[18], in.X[19], in.SP = edge-16, edge-32, edge-16*g.rnd.Uint64N(6)
			if c.Tags = len(cases) > 1200 && len(cases)%2 == 0; c.Tags { // without tags at first, whose code is other code
				in.tag(c.Seed)
			}
			cases = append(cases, c)
		}
	}
	im := NewImage(cases)
	before := make([]*Case, len(cases))
	for i, c := range cases {
		before[i] = &Case{Seed: c.Seed, Mem: true, Words: c.Words[:4], input: c.Input()}
	}
	prefix := NewImage(before)
	want := make([]*Block, len(cases))
	for _, x := range executors {
		m, err := im.NewMachine(x.cfg, x.mode)
		if errors.Is(err, tcg.ErrNoJIT) || errors.Is(err, softmmu.ErrUnsupported) {
			continue
		}
		require.NoError(t, err)
		p, err := prefix.NewMachine(tcg.Config{Accel: tcg.AccelInterp}, softmmu.TLB)
		require.NoError(t, err)
		faults := 0
		for i, c := range cases {
			if want[i] == nil {
				b, err := p.Run(prefix, i)
				require.NoError(t, err)
				want[i] = &b
			}
			_, err := m.Run(im, i)
			if err == nil {
				continue // within memory
			}
			faults++
			s := (*arm64.State)(m.vcpu.State())
			require.Equal(t, im.Start[i]+16, s.PC, "%s: %s", x.name, c.Describe(im.Start[i]))
			got := Block{X: s.X, SP: s.SP, NZCV: s.NZCV(), V: s.V, FPCR: getReg(m.fpcr, s), FPSR: getReg(m.fpsr, s), Sum: want[i].Sum}
			require.Empty(t, Diff(&got, want[i]), "%s: %s", x.name, c.Describe(im.Start[i]))
			stop := m.vcpu.Run()
			require.Equal(t, ir.ExcMemory, stop.Exc.Kind, "%s: %s", x.name, c.Describe(im.Start[i]))
		}
		t.Logf("%s: %d of %d cases fault", x.name, faults, len(cases))
		require.Greater(t, faults, len(cases)/4)
		m.Close()
		p.Close()
	}
}
