//go:build unix

package gotcg_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/instrument"
)

// quiet is a plugin's part that says how it is to be called.
type quiet struct {
	n          int
	concurrent bool
	state      instrument.StateUse
}

func (q *quiet) EventsConcurrent() bool         { return q.concurrent }
func (q *quiet) UsesState() instrument.StateUse { return q.state }
func (q *quiet) NeverFlushes() bool             { return true }

// Plugins that count the calls of one kind of event.
type (
	eachInsn  struct{ quiet }
	eachBlock struct{ quiet }
	eachMem   struct{ quiet }
	afterMem  struct{ quiet }
)

func (p *eachInsn) NeedsBeforeInsn(uint64, *instrument.CPU) bool              { return true }
func (p *eachInsn) BeforeInsn(uint64, *instrument.CPU)                        { p.n++ }
func (p *eachBlock) NeedsBeforeBlock(uint64, *instrument.CPU) bool            { return true }
func (p *eachBlock) BeforeBlock(uint64, *instrument.CPU)                      { p.n++ }
func (p *eachMem) NeedsBeforeMem(uint64, *instrument.CPU) bool                { return true }
func (p *eachMem) BeforeMem(uint64, *instrument.CPU, instrument.Access)       { p.n++ }
func (p *afterMem) NeedsAfterMem(uint64, *instrument.CPU) bool                { return true }
func (p *afterMem) AfterMem(_ uint64, _ *instrument.CPU, _ instrument.Access) { p.n++ }

// callbackLoops count down from the given number: a load, an addition, a store, a floating-point addition if fp.
func callbackLoop(arch gotcg.Arch, fp bool) (code []byte, count, ptr string) {
	if arch == gotcg.AArch64 {
		w := []uint32{0xf9400020, 0x8b020000, 0xf9000420, 0x91000442, 0xd503201f, 0xf1000463, 0x54ffff41, 0xd4200000}
		if fp {
			w[4] = 0x1e602820 // fadd d0, d1, d0
		}
		for _, x := range w {
			code = append(code, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
		}
		return code, "x3", "x1"
	}
	nop := []byte{0x0f, 0x1f, 0x40, 0x00}
	if fp {
		nop = []byte{0xf2, 0x0f, 0x58, 0xc1} // addsd xmm0, xmm1
	}
	code = []byte{0x48, 0x8b, 0x07, 0x48, 0x01, 0xd8, 0x48, 0x89, 0x47, 0x08, 0x48, 0xff, 0xc3}
	code = append(code, nop...)
	return append(code, 0x48, 0xff, 0xc9, 0x75, 0xea, 0xcc), "rcx", "rdi"
}

// BenchmarkCallback measures what a call of a plugin costs that does nothing but count. cpu-ns/call is CPU time.
func BenchmarkCallback(b *testing.B) {
	kinds := []struct {
		name string
		make func(q quiet) (p any, n *int)
	}{
		{"insn", func(q quiet) (any, *int) { p := &eachInsn{q}; return p, &p.n }},
		{"block", func(q quiet) (any, *int) { p := &eachBlock{q}; return p, &p.n }},
		{"mem", func(q quiet) (any, *int) { p := &eachMem{q}; return p, &p.n }},
		{"after-mem", func(q quiet) (any, *int) { p := &afterMem{q}; return p, &p.n }},
	}
	forms := []struct {
		name string
		q    quiet
		fp   bool
	}{
		{"plain", quiet{concurrent: true, state: instrument.StateNone}, false},
		{"locked", quiet{state: instrument.StateNone}, false},
		{"state", quiet{concurrent: true, state: instrument.StateRead}, false},
		{"fp", quiet{concurrent: true, state: instrument.StateNone}, true},
	}
	for _, arch := range []gotcg.Arch{gotcg.X86_64, gotcg.AArch64} {
		for _, k := range kinds {
			for _, f := range forms {
				b.Run(arch.String()+"/"+k.name+"/"+f.name, func(b *testing.B) {
					p, n := k.make(f.q)
					benchCallback(b, arch, f.fp, p, n)
				})
			}
		}
	}
}

func benchCallback(b *testing.B, arch gotcg.Arch, fp bool, p any, n *int) {
	m, err := gotcg.New(gotcg.Config{Arch: arch})
	require.NoError(b, err)
	defer m.Close()
	require.NoError(b, m.AddPlugin("bench", func(*instrument.Instance) (any, error) { return p, nil }))
	code, count, ptr := callbackLoop(arch, fp)
	require.NoError(b, m.Map(0x10000, 0x1000, gotcg.R|gotcg.X))
	require.NoError(b, m.Map(0x20000, 0x1000, gotcg.R|gotcg.W))
	require.NoError(b, m.WriteMem(0x10000, code))
	run := func(times uint64) {
		m.SetPC(0x10000)
		require.NoError(b, m.SetReg(count, times))
		require.NoError(b, m.SetReg(ptr, 0x20000))
		_, err := m.Run(context.Background())
		require.NoError(b, err)
	}
	run(10000)
	*n = 0
	start := cpuTime()
	b.ResetTimer()
	run(uint64(b.N))
	b.ReportMetric(float64(cpuTime()-start)/float64(*n), "cpu-ns/call")
}

// cpuTime is the CPU time of the process so far, in nanoseconds.
func cpuTime() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}
