package x86

import (
	"unsafe"

	"github.com/gotcg/gotcg/cpu"
)

// Numbers of gdb's amd64 target description: the core feature first, in its order, then SSE, then
// the bases. gdb manual G.5.
const (
	RSPgdb    = 7
	gdbRIP    = 16
	gdbEflags = 17
	gdbCS     = 18
	gdbST0    = 24
	gdbFctrl  = 32
	gdbXMM0   = 40
	gdbMXCSR  = 56
	gdbFSBase = 57
	gdbGSBase = 58
)

const (
	featCore  = "org.gnu.gdb.i386.core"
	featSSE   = "org.gnu.gdb.i386.sse"
	featLinux = "org.gnu.gdb.i386.segments"
)

// gdbRegs are the registers in gdb's order. They are written out so that the linker makes the table.
var gdbRegs = []cpu.RegInfo{
	{Name: "rax", Num: 0, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*RAX)},
	{Name: "rbx", Num: 1, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*RBX)},
	{Name: "rcx", Num: 2, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*RCX)},
	{Name: "rdx", Num: 3, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*RDX)},
	{Name: "rsi", Num: 4, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*RSI)},
	{Name: "rdi", Num: 5, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*RDI)},
	{Name: "rbp", Num: 6, Bits: 64, Feature: featCore, Type: "data_ptr", Offset: uint32(offReg + 8*RBP)},
	{Name: "rsp", Num: 7, Bits: 64, Feature: featCore, Type: "data_ptr", Offset: uint32(offReg + 8*RSP)},
	{Name: "r8", Num: 8, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R8)},
	{Name: "r9", Num: 9, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R9)},
	{Name: "r10", Num: 10, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R10)},
	{Name: "r11", Num: 11, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R11)},
	{Name: "r12", Num: 12, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R12)},
	{Name: "r13", Num: 13, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R13)},
	{Name: "r14", Num: 14, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R14)},
	{Name: "r15", Num: 15, Bits: 64, Feature: featCore, Type: "int64", Offset: uint32(offReg + 8*R15)},
	{Name: "rip", Num: 16, Bits: 64, Feature: featCore, Type: "code_ptr", Offset: uint32(offRIP)},
	{
		Name: "eflags", Num: 17, Bits: 32, Feature: featCore, Type: "i386_eflags",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).EFLAGS(), 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { StateAt(p).SetEFLAGS(lo) },
	},
	{Name: "cs", Num: 18, Bits: 32, Feature: featCore, Type: "int32", Offset: uint32(offSeg + 8*CS)},
	{Name: "ss", Num: 19, Bits: 32, Feature: featCore, Type: "int32", Offset: uint32(offSeg + 8*SS)},
	{Name: "ds", Num: 20, Bits: 32, Feature: featCore, Type: "int32", Offset: uint32(offSeg + 8*DS)},
	{Name: "es", Num: 21, Bits: 32, Feature: featCore, Type: "int32", Offset: uint32(offSeg + 8*ES)},
	{Name: "fs", Num: 22, Bits: 32, Feature: featCore, Type: "int32", Offset: uint32(offSeg + 8*FS)},
	{Name: "gs", Num: 23, Bits: 32, Feature: featCore, Type: "int32", Offset: uint32(offSeg + 8*GS)},
	{
		Name: "st0", Num: 24, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(0) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(0, lo, hi) },
	},
	{
		Name: "st1", Num: 25, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(1) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(1, lo, hi) },
	},
	{
		Name: "st2", Num: 26, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(2) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(2, lo, hi) },
	},
	{
		Name: "st3", Num: 27, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(3) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(3, lo, hi) },
	},
	{
		Name: "st4", Num: 28, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(4) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(4, lo, hi) },
	},
	{
		Name: "st5", Num: 29, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(5) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(5, lo, hi) },
	},
	{
		Name: "st6", Num: 30, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(6) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(6, lo, hi) },
	},
	{
		Name: "st7", Num: 31, Bits: 80, Feature: featCore, Type: "i387_ext",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).getST(7) },
		Set: func(p unsafe.Pointer, lo, hi uint64) { StateAt(p).setST(7, lo, hi) },
	},
	{
		Name: "fctrl", Num: 32, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).FCW, 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { StateAt(p).FCW = lo&0x1f3f | 0x40 },
	},
	{
		Name: "fstat", Num: 33, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).StatusWord(), 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { StateAt(p).SetStatusWord(lo) },
	},
	{
		Name: "ftag", Num: 34, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).TagWord(), 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { StateAt(p).SetTagWord(lo) },
	},
	{
		Name: "fiseg", Num: 35, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).FIP >> 32 & 0xffff, 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { setHigh(&StateAt(p).FIP, lo) },
	},
	{
		Name: "fioff", Num: 36, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).FIP, 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { setLow(&StateAt(p).FIP, lo) },
	},
	{
		Name: "foseg", Num: 37, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).FDP >> 32 & 0xffff, 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { setHigh(&StateAt(p).FDP, lo) },
	},
	{
		Name: "fooff", Num: 38, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).FDP, 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { setLow(&StateAt(p).FDP, lo) },
	},
	{
		Name: "fop", Num: 39, Bits: 32, Feature: featCore, Type: "int",
		Get: func(p unsafe.Pointer) (lo, hi uint64) { return StateAt(p).FOP & 0x7ff, 0 },
		Set: func(p unsafe.Pointer, lo, _ uint64) { StateAt(p).FOP = lo & 0x7ff },
	},
	{Name: "xmm0", Num: 40, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM)},
	{Name: "xmm1", Num: 41, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*1)},
	{Name: "xmm2", Num: 42, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*2)},
	{Name: "xmm3", Num: 43, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*3)},
	{Name: "xmm4", Num: 44, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*4)},
	{Name: "xmm5", Num: 45, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*5)},
	{Name: "xmm6", Num: 46, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*6)},
	{Name: "xmm7", Num: 47, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*7)},
	{Name: "xmm8", Num: 48, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*8)},
	{Name: "xmm9", Num: 49, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*9)},
	{Name: "xmm10", Num: 50, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*10)},
	{Name: "xmm11", Num: 51, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*11)},
	{Name: "xmm12", Num: 52, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*12)},
	{Name: "xmm13", Num: 53, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*13)},
	{Name: "xmm14", Num: 54, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*14)},
	{Name: "xmm15", Num: 55, Bits: 128, Feature: featSSE, Type: "vec128", Offset: uint32(offXMM + 16*15)},
	{Name: "mxcsr", Num: 56, Bits: 32, Feature: featSSE, Type: "i386_mxcsr", Offset: uint32(offMXCSR)},
	{Name: "fs_base", Num: 57, Bits: 64, Feature: featLinux, Type: "int64", Offset: uint32(offFSBase)},
	{Name: "gs_base", Num: 58, Bits: 64, Feature: featLinux, Type: "int64", Offset: uint32(offGSBase)},
}

func setLow(to *uint64, v uint64)  { *to = *to&^0xffffffff | v }
func setHigh(to *uint64, v uint64) { *to = *to&0xffffffff | v<<32 }

// getST gives ST(i) as 80 bits.
func (s *State) getST(i uint64) (lo, hi uint64) {
	f := s.st(i)
	return f.Mant, f.SE
}

// setST sets ST(i) from 80 bits.
func (s *State) setST(i, lo, hi uint64) {
	f := s.st(i)
	f.Mant, f.SE = lo, hi
}

// st returns ST(i).
func (s *State) st(i uint64) *FPReg { return &s.FPR[(s.FTop+i)&7] }

// StatusWord returns the x87 status word with TOP in bits 13:11.
func (s *State) StatusWord() uint64 { return s.FSW&^0x3800 | s.FTop&7<<11 }

// SetStatusWord sets the x87 status word and TOP.
func (s *State) SetStatusWord(v uint64) { s.FSW, s.FTop = v&0xc7ff, v>>11&7 }

// TagWord returns the full x87 tag word: two bits a register, 0 valid, 1 zero, 2 special, 3 empty.
// SDM vol. 1 8.1.7.
func (s *State) TagWord() uint64 {
	var w uint64
	for i := range s.FPR {
		w |= s.tag(i) << (2 * i)
	}
	return w
}

func (s *State) tag(i int) uint64 {
	r := &s.FPR[i]
	switch e := r.SE & 0x7fff; {
	case s.FTag>>i&1 == 0:
		return 3
	case e == 0 && r.Mant == 0:
		return 1
	case e == 0 || e == 0x7fff || r.Mant>>63 == 0:
		return 2
	}
	return 0
}

// SetTagWord sets which registers are empty from a full tag word.
func (s *State) SetTagWord(v uint64) {
	s.FTag = 0
	for i := range s.FPR {
		if v>>(2*i)&3 != 3 {
			s.FTag |= 1 << i
		}
	}
}
