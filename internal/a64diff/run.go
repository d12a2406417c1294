package a64diff

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Machine runs cases on gotcg.
type Machine struct {
	mem    *softmmu.AddressSpace
	engine *tcg.Engine
	vcpu   *tcg.VCPU
	fpcr   *cpu.RegInfo
	fpsr   *cpu.RegInfo
}

// passes is tcg.Config.Opt of all machines; a test flag sets it.
var passes string

// NewMachine makes an engine for the image's sequences, of whose configuration c says how it works.
func (im *Image) NewMachine(c tcg.Config, mode softmmu.Mode) (*Machine, error) {
	mem, err := softmmu.New(softmmu.Config{Mode: mode})
	if err != nil {
		return nil, err
	}
	m := &Machine{mem: mem, fpcr: arm64.Arch().RegByName("fpcr"), fpsr: arm64.Arch().RegByName("fpsr")}
	last := im.Start[len(im.Start)-1] + 4*uint64(len(im.Cases[len(im.Cases)-1].Words)) + 4
	size := (last - codeAddr + 0xfff) &^ 0xfff
	code := make([]byte, size)
	for i, c := range im.Cases {
		p := code[im.Start[i]-codeAddr:]
		for _, w := range append(append([]uint32(nil), c.Words...), insnSvc) {
			binary.LittleEndian.PutUint32(p, w)
			p = p[4:]
		}
	}
	if err := mem.Map(codeAddr, size, softmmu.R|softmmu.X, softmmu.Info{}); err != nil {
		return nil, err
	}
	mem.Poke(codeAddr, code)
	if err := mem.Map(scratchAddr, scratchLen, softmmu.R|softmmu.W, softmmu.Info{}); err != nil {
		return nil, err
	}
	c.Arch, c.Mem, c.Verify, c.Opt, c.CodeSize = arm64.Arch(), mem, true, passes, 16<<20
	if m.engine, err = tcg.New(c); err != nil {
		return nil, err
	}
	m.vcpu = m.engine.NewVCPU()
	return m, nil
}

// Close frees the machine.
func (m *Machine) Close() {
	_ = m.engine.Close()
	_ = m.mem.Close()
}

// Run runs case i of the image and returns the block after it.
func (m *Machine) Run(im *Image, i int) (Block, error) {
	c := im.Cases[i]
	in := c.Input()
	s := (*arm64.State)(m.vcpu.State())
	*s = arm64.State{X: in.X, SP: in.SP, V: in.V, FPEnv: ir.FPDefault | ir.FPArm}
	s.SetNZCV(in.NZCV)
	setReg(m.fpcr, s, in.FPCR)
	setReg(m.fpsr, s, in.FPSR)
	if c.Mem {
		m.mem.Write(scratchAddr, scratchInit)
	}
	m.vcpu.SetPC(im.Start[i])
	end := im.Start[i] + 4*uint64(len(c.Words))
	stop := m.vcpu.Run()
	if stop.Kind != tcg.StopException || stop.Exc.Kind != ir.ExcSyscall || stop.Exc.PC != end+4 {
		return Block{}, fmt.Errorf("a64diff: stopped with %v %+v %v, want the end at %#x", stop.Kind, stop.Exc, stop.Err, end)
	}
	out := Block{X: s.X, SP: s.SP, NZCV: s.NZCV(), V: s.V, FPCR: getReg(m.fpcr, s), FPSR: getReg(m.fpsr, s)}
	if c.Mem {
		var p [scratchLen]byte
		m.mem.Read(scratchAddr, p[:])
		out.Sum = checksum(p[:])
	}
	return out, nil
}

// Diff returns a text with the registers in which got and want differ, "" if none.
func Diff(got, want *Block) string {
	var b strings.Builder
	line := func(name string, g, w uint64) {
		if g != w {
			fmt.Fprintf(&b, "  %-5s %016x, want %016x\n", name, g, w)
		}
	}
	for i := range got.X {
		line(fmt.Sprintf("x%d", i), got.X[i], want.X[i])
	}
	line("sp", got.SP, want.SP)
	line("nzcv", got.NZCV, want.NZCV)
	line("fpcr", got.FPCR, want.FPCR)
	line("fpsr", got.FPSR, want.FPSR)
	line("mem", got.Sum, want.Sum)
	for i := range got.V {
		if got.V[i] != want.V[i] {
			fmt.Fprintf(&b, "  v%-4d %016x_%016x, want %016x_%016x\n", i, got.V[i][1], got.V[i][0], want.V[i][1], want.V[i][0])
		}
	}
	return b.String()
}

// Describe returns the case's disassembly with the inputs of its first instruction's registers.
func (c *Case) Describe(pc uint64) string {
	var b strings.Builder
	in := c.Input()
	for i, w := range c.Words {
		var code [4]byte
		binary.LittleEndian.PutUint32(code[:], w)
		text, _ := arm64.Arch().Disas(code[:], pc+4*uint64(i))
		fmt.Fprintf(&b, "  %08x  %s\n", w, text)
	}
	w := c.Words[0]
	for _, r := range []uint32{w & 31, w >> 5 & 31, w >> 10 & 31, w >> 16 & 31} {
		if r < 31 {
			fmt.Fprintf(&b, "  in x%d %016x v%d %016x_%016x\n", r, in.X[r], r, in.V[r][1], in.V[r][0])
		}
	}
	fmt.Fprintf(&b, "  in nzcv %08x fpcr %08x fpsr %08x sp %016x seed %#x\n", in.NZCV, in.FPCR, in.FPSR, in.SP, c.Seed)
	return b.String()
}
