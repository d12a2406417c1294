package difftest

import (
	"cmp"
	"debug/elf"
	"encoding/binary"

	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/internal/tinyelf"
)

// Where a Program's segments lie beside the sequences' data.
const (
	progCode  = 0x2b5b0000
	progState = 0x63000000
	progStack = 0x64000000
)

// Program is an x86-64 Linux program made of random sequences. Each is behind code that loads the registers it
// begins with; a sequence may fault.
type Program struct {
	ELF   []byte
	Cases []Sequence
}

// Sequence is one of a Program's: the addresses of its instructions, and where it ends.
type Sequence struct {
	Insns []uint64
	End   uint64
}

// NewProgram makes a program of count sequences of at most maxLen instructions (0: 5).
func NewProgram(seed uint64, count, maxLen int) *Program {
	g := newGen(seed, cmp.Or(maxLen, 5), func(*x86.Encoding) bool { return true })
	le := binary.LittleEndian
	p := &Program{}
	var code, state []byte
	imm := func(op string, v uint64) { code = le.AppendUint64(append(code, op...), v) }
	for range count {
		// The state comes first, so the sequence is made for an address behind code of a known length.
		const loadLen = 10 + 4 + 10 + 6 + 16*10
		c := g.newCase(progCode + uint64(len(code)) + loadLen)
		imm("\x48\xb8", progState+uint64(len(state))) // mov rax, image
		code = append(code, 0x48, 0x0f, 0xae, 0x08)   // fxrstor64 [rax]
		imm("\x48\xbc", progStack+0x1000)             // mov rsp, stack
		code = append(code, 0x68)                     // push flags; popfq
		code = append(le.AppendUint32(code, uint32(c.init.EFLAGS())), 0x9d)
		for i, v := range c.init.Reg {
			imm(string([]byte{0x48 | byte(i>>3), 0xb8 | byte(i&7)}), v)
		}
		s := Sequence{End: c.addr + uint64(len(c.code))}
		for _, in := range c.insns {
			s.Insns = append(s.Insns, c.addr+uint64(in.off))
		}
		p.Cases = append(p.Cases, s)
		code = append(code, c.code...)
		var fx [512]byte
		c.init.PutFXSave(fx[:], uint32(c.init.MXCSR), true)
		state = append(state, fx[:]...)
	}
	code = append(code, "\xb8\xe7\x00\x00\x00\x31\xff\x0f\x05"...) // exit_group(0)
	data := make([]byte, 0, dataSize)
	for len(data) < dataSize {
		data = le.AppendUint64(data, g.lane())
	}
	p.ELF = tinyelf.Static(elf.EM_X86_64, progCode, []tinyelf.Segment{
		{Addr: progCode, Data: code, Flags: elf.PF_R | elf.PF_X},
		{Addr: dataBase, Data: data, Flags: elf.PF_R | elf.PF_W},
		{Addr: progState, Data: state, Flags: elf.PF_R},
		{Addr: progStack, Size: 0x2000, Flags: elf.PF_R | elf.PF_W},
	})
	return p
}

// Data returns the range of memory that sequences store to.
func (*Program) Data() (addr uint64, size int) { return dataBase, dataSize }
