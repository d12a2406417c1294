package a64diff

import (
	"debug/elf"
	"encoding/binary"

	"github.com/gotcg/gotcg/internal/tinyelf"
)

// Addresses of the image's segments.
const (
	codeAddr = 0x400000
	inAddr   = 0x40000000
	outAddr  = 0x60000000
	initAddr = 0x30000000 // scratch memory's initial content, copied before each case that uses it
)

// asm collects A64 words. The few instructions that the image's own code needs are encoded here by hand
// (Arm ARM C6.2), apart from the decoder under test.
type asm struct{ words []uint32 }

func (a *asm) pc() uint64            { return codeAddr + 4*uint64(len(a.words)) }
func (a *asm) emit(w ...uint32)      { a.words = append(a.words, w...) }
func (a *asm) ldr(t, n, off uint32)  { a.emit(0xf9400000 | off/8<<10 | n<<5 | t) }
func (a *asm) str(t, n, off uint32)  { a.emit(0xf9000000 | off/8<<10 | n<<5 | t) }
func (a *asm) ldp(t, n, off uint32)  { a.emit(0xa9400000 | off/8<<15 | (t+1)<<10 | n<<5 | t) }
func (a *asm) stp(t, n, off uint32)  { a.emit(0xa9000000 | off/8<<15 | (t+1)<<10 | n<<5 | t) }
func (a *asm) ldpq(t, n, off uint32) { a.emit(0xad400000 | off/16<<15 | (t+1)<<10 | n<<5 | t) }
func (a *asm) stpq(t, n, off uint32) { a.emit(0xad000000 | off/16<<15 | (t+1)<<10 | n<<5 | t) }

// mov sets register d to v.
func (a *asm) mov(d uint32, v uint64) {
	a.emit(0xd2800000 | uint32(v&0xffff)<<5 | d)
	for k := uint32(1); k < 4; k++ {
		if part := uint32(v >> (16 * k) & 0xffff); part != 0 {
			a.emit(0xf2800000 | k<<21 | part<<5 | d)
		}
	}
}

const (
	insnClrex    = 0xd503305f
	insnMsrNZCV  = 0xd51b4200
	insnMsrFPCR  = 0xd51b4400
	insnMsrFPSR  = 0xd51b4420
	insnMsrTPIDR = 0xd51bd040
	insnMrs      = 1 << 21 // turns an MSR into the MRS
	insnSvc      = 0xd4000001
	insnMovSPX1  = 0x9100003f
	insnMovX1SP  = 0x910003e1
)

// prologue loads the register block at in; for memory cases it restores scratch memory first.
func (a *asm) prologue(in uint64, mem bool) {
	if mem {
		a.mov(1, initAddr)
		a.mov(2, scratchAddr)
		a.mov(3, scratchLen/32)
		a.emit(0xacc10420, 0xac810440) // 1: ldp q0, q1, [x1], #32; stp q0, q1, [x2], #32
		a.emit(0xf1000463, 0x54ffffa1) // subs x3, x3, #1; b.ne 1b
	}
	a.mov(0, in)
	a.emit(insnClrex)
	for i := uint32(0); i < 32; i += 2 {
		a.ldpq(i, 0, offV+16*i)
	}
	for _, r := range []struct{ off, msr uint32 }{{offFPCR, insnMsrFPCR}, {offFPSR, insnMsrFPSR}, {offNZCV, insnMsrNZCV}} {
		a.ldr(1, 0, r.off)
		a.emit(r.msr | 1)
	}
	a.ldr(1, 0, offSP)
	a.emit(insnMovSPX1)
	for i := uint32(1); i < 31; i += 2 {
		a.ldp(i, 0, 8*i)
	}
	a.ldr(0, 0, 0)
}

// epilogue stores the registers at out; X0 waits in TPIDR_EL0.
func (a *asm) epilogue(out uint64, mem bool) {
	a.emit(insnMsrTPIDR)
	a.mov(0, out)
	for i := uint32(1); i < 31; i += 2 {
		a.stp(i, 0, 8*i)
	}
	a.emit(insnMovX1SP)
	a.str(1, 0, offSP)
	for _, r := range []struct{ off, msr uint32 }{{0, insnMsrTPIDR}, {offNZCV, insnMsrNZCV}, {offFPCR, insnMsrFPCR}, {offFPSR, insnMsrFPSR}} {
		a.emit(r.msr | insnMrs | 1)
		a.str(1, 0, r.off)
	}
	for i := uint32(0); i < 32; i += 2 {
		a.stpq(i, 0, offV+16*i)
	}
	if !mem {
		return
	}
	a.mov(1, scratchAddr)
	a.mov(2, scratchLen/8)
	a.mov(3, 0)
	a.mov(5, sumFactor)
	a.emit(0xf8408424, 0x9b051063) // 1: ldr x4, [x1], #8; madd x3, x3, x5, x4
	a.emit(0xf1000442, 0x54ffffa1) // subs x2, x2, #1; b.ne 1b
	a.str(3, 0, offSum)
}

// exit writes n bytes of results to standard output and ends the program.
func (a *asm) exit(n uint64) {
	a.mov(0, 1)
	a.mov(1, outAddr)
	a.mov(2, n)
	a.mov(8, 64) // write
	a.emit(insnSvc)
	a.mov(0, 0)
	a.mov(8, 93) // exit
	a.emit(insnSvc)
}

// Image is a program made of cases.
type Image struct {
	Cases []*Case
	// Start is the address of each case's sequence.
	Start []uint64
	ELF   []byte
}

// NewImage assembles the program.
func NewImage(cases []*Case) *Image {
	im := &Image{Cases: cases}
	var a asm
	var in []byte
	for i, c := range cases {
		a.prologue(inAddr+uint64(i)*blockLen, c.Mem)
		im.Start = append(im.Start, a.pc())
		a.emit(c.Words...)
		a.epilogue(outAddr+uint64(i)*blockLen, c.Mem)
		in = c.Input().append(in)
	}
	outLen := uint64(len(cases)) * blockLen
	a.exit(outLen)
	var code []byte
	for _, w := range a.words {
		code = binary.LittleEndian.AppendUint32(code, w)
	}
	im.ELF = tinyelf.Static(elf.EM_AARCH64, codeAddr, []tinyelf.Segment{
		{Addr: codeAddr, Data: code, Flags: elf.PF_R | elf.PF_X},
		{Addr: scratchAddr, Data: scratchInit, Size: scratchLen, Flags: elf.PF_R | elf.PF_W},
		{Addr: initAddr, Data: scratchInit, Size: scratchLen, Flags: elf.PF_R},
		{Addr: inAddr, Data: in, Flags: elf.PF_R},
		{Addr: outAddr, Size: outLen, Flags: elf.PF_R | elf.PF_W},
	})
	return im
}

// Scratch returns the range of memory that cases store to.
func (*Image) Scratch() (addr uint64, size int) { return scratchAddr, scratchLen }
