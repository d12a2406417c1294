package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/instrument"
)

// load makes a machine of a subject with an empty environment; standard output goes to the file returned.
func load(s subject, cfg gotcg.Config) (*gotcg.Machine, *os.File, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, nil, err
	}
	out, err := os.CreateTemp("", "counts")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Remove(out.Name()); err != nil {
		return nil, nil, err
	}
	cfg.Args, cfg.Stdin, cfg.Stdout, cfg.Stderr = s.argv, null, out, out
	m, err := gotcg.Load(s.argv[0], cfg)
	return m, out, err
}

// countInsns runs a subject with the plugin insn-count and returns the count of each vCPU.
func countInsns(s subject, cfg gotcg.Config) (cpus []uint64, err error) {
	var log strings.Builder
	cfg.Log, cfg.Plugins = &log, []string{"insn-count"}
	m, out, err := load(s, cfg)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	if _, err := m.Run(context.Background()); err != nil {
		return nil, err
	}
	if err := m.Close(); err != nil {
		return nil, err
	}
	var total uint64
	for line := range strings.Lines(log.String()) {
		var i int
		var n uint64
		if _, err := fmt.Sscanf(line, "cpu %d insns: %d", &i, &n); err == nil && i == len(cpus) {
			cpus = append(cpus, n)
			total -= n
		} else if _, err := fmt.Sscanf(line, "total insns: %d", &n); err == nil {
			total += n
		}
	}
	if total != 0 || cpus == nil {
		return nil, fmt.Errorf("insn-count does not add up: %q", log.String())
	}
	return cpus, nil
}

// gdbRCX is gdb's number of the register that counts the iterations of a repeated string instruction.
const gdbRCX = 2

// trace runs a subject with a hook on every instruction, and counts the iterations of the repeated string
// instructions: by how much RCX is less before the next instruction.
func (r *result) trace() error {
	m, out, err := load(r.subject, gotcg.Config{})
	if err != nil {
		return err
	}
	defer out.Close()
	r.insns, r.logged = histogram{}, histogram{}
	reps := map[uint64]bool{}
	// The repeated instruction that each vCPU is in, and RCX before it. (A hook's calls come one at a time.)
	var rep, rcx cpuWords
	sp := "sp"
	if r.img.x64 {
		sp = "rsp"
	}
	if r.img.sp, err = m.Reg(sp); err != nil {
		return err
	}
	bias := r.img.bias(m.PC())
	m.HookInsns(0, ^uint64(0), func(c *gotcg.CPU, pc uint64) {
		pc -= bias
		r.insns[pc]++
		if !r.img.x64 {
			return
		}
		rep, rcx := rep.At(c), rcx.At(c)
		if *rep != 0 {
			after := c.Register(gdbRCX)
			r.iterations += *rcx - after
			r.logged[*rep] += linesOfRep(*rcx, after)
			*rep = 0
		}
		is, known := reps[pc]
		if !known {
			code, _ := c.Code(pc + bias)
			is = isRep(code)
			reps[pc] = is
		}
		if is {
			*rep, *rcx = pc, c.Register(gdbRCX)
		}
	})
	if _, err := m.Run(context.Background()); err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", out.Fd()))
	r.output = string(b)
	return err
}

// cpuWords holds a word for each vCPU.
type cpuWords = instrument.PerCPU[uint64]

// isRep reports whether code is a string instruction under a repeat prefix. SDM vol. 2 REP.
func isRep(code []byte) bool {
	repeated := false
	for i, b := range code {
		switch {
		case b == 0xf2 || b == 0xf3:
			repeated = true
		case b == 0x66 || b == 0x67 || b == 0x2e || b == 0x36 || b == 0x3e || b == 0x26 || b == 0x64 || b == 0x65:
		case b&0xf0 == 0x40 && i+1 < len(code): // REX
		default:
			return repeated && (b >= 0xa4 && b <= 0xa7 || b >= 0xaa && b <= 0xaf)
		}
	}
	return false
}

// cpuFlags returns the options that give QEMU's guest the processor that gotcg's has.
func (img *image) cpuFlags() []string {
	if !img.x64 {
		// A program learns of the rest from the auxiliary vector.
		return []string{"-cpu", "cortex-a76"}
	}
	names := map[string]string{"sse4_1": "sse4.1", "sse4_2": "sse4.2", "lahf_lm": "lahf-lm", "sha_ni": "sha-ni"}
	model := "qemu64,vendor=AuthenticAMD,level=7,xlevel=0x80000008"
	for _, f := range []string{"sse3", "pclmulqdq", "ssse3", "cx16", "sse4_1", "sse4_2", "movbe", "popcnt", "aes", "xsave",
		"rdrand", "fsgsbase", "erms", "rdseed", "adx", "clflushopt", "clwb", "sha_ni", "rdpid", "lahf_lm", "abm", "sse4a",
		"3dnowprefetch", "rdtscp"} {
		name := f
		if n := names[f]; n != "" {
			name = n
		}
		if x86.Claimed(f) {
			model += ",+" + name
		} else {
			model += ",-" + name
		}
	}
	return []string{"-cpu", model}
}
