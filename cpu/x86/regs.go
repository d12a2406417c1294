package x86

import (
	"encoding/binary"
	"strconv"
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

// gdbRegs are the registers in gdb's order.
var gdbRegs = makeGDBRegs()

func makeGDBRegs() []cpu.RegInfo {
	rs := make([]cpu.RegInfo, 0, gdbGSBase+1)
	add := func(name string, bits int, feature, typ string, off uintptr) *cpu.RegInfo {
		rs = append(rs, cpu.RegInfo{Name: name, Num: len(rs), Bits: bits, Feature: feature, Type: typ, Offset: uint32(off)})
		return &rs[len(rs)-1]
	}
	for _, n := range [16]uint8{RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15} {
		typ := "int64"
		if n == RBP || n == RSP {
			typ = "data_ptr"
		}
		add(regNames64[n], 64, featCore, typ, offReg+8*uintptr(n))
	}
	add("rip", 64, featCore, "code_ptr", offRIP)
	fl := add("eflags", 32, featCore, "i386_eflags", 0)
	fl.Get = func(p unsafe.Pointer, b []byte) { binary.LittleEndian.PutUint32(b, uint32(StateAt(p).EFLAGS())) }
	fl.Set = func(p unsafe.Pointer, b []byte) { StateAt(p).SetEFLAGS(uint64(binary.LittleEndian.Uint32(b))) }
	for _, n := range [6]uint8{CS, SS, DS, ES, FS, GS} {
		add(segNames[n], 32, featCore, "int32", offSeg+8*uintptr(n))
	}
	for i := range uint64(8) {
		r := add("st"+strconv.Itoa(int(i)), 80, featCore, "i387_ext", 0)
		r.Get = func(p unsafe.Pointer, b []byte) {
			f := StateAt(p).st(i)
			binary.LittleEndian.PutUint64(b, f.Mant)
			binary.LittleEndian.PutUint16(b[8:], uint16(f.SE))
		}
		r.Set = func(p unsafe.Pointer, b []byte) {
			f := StateAt(p).st(i)
			f.Mant, f.SE = binary.LittleEndian.Uint64(b), uint64(binary.LittleEndian.Uint16(b[8:]))
		}
	}
	addX87Control(add)
	for i := range uintptr(16) {
		add("xmm"+strconv.Itoa(int(i)), 128, featSSE, "vec128", offXMM+16*i)
	}
	add("mxcsr", 32, featSSE, "i386_mxcsr", offMXCSR)
	add("fs_base", 64, featLinux, "int64", offFSBase)
	add("gs_base", 64, featLinux, "int64", offGSBase)
	return rs
}

// addX87Control adds fctrl fstat ftag fiseg fioff foseg fooff fop.
func addX87Control(add func(string, int, string, string, uintptr) *cpu.RegInfo) {
	field := func(name string, get func(*State) uint64, set func(*State, uint64)) {
		r := add(name, 32, featCore, "int", 0)
		r.Get = func(p unsafe.Pointer, b []byte) { binary.LittleEndian.PutUint32(b, uint32(get(StateAt(p)))) }
		r.Set = func(p unsafe.Pointer, b []byte) { set(StateAt(p), uint64(binary.LittleEndian.Uint32(b))) }
	}
	field("fctrl", func(s *State) uint64 { return s.FCW }, func(s *State, v uint64) { s.FCW = v&0x1f3f | 0x40 })
	field("fstat", (*State).StatusWord, (*State).SetStatusWord)
	field("ftag", (*State).TagWord, (*State).SetTagWord)
	field("fiseg", func(s *State) uint64 { return s.FIP >> 32 & 0xffff }, func(s *State, v uint64) { s.FIP = s.FIP&0xffffffff | v<<32 })
	field("fioff", func(s *State) uint64 { return s.FIP }, func(s *State, v uint64) { s.FIP = s.FIP&^0xffffffff | v })
	field("foseg", func(s *State) uint64 { return s.FDP >> 32 & 0xffff }, func(s *State, v uint64) { s.FDP = s.FDP&0xffffffff | v<<32 })
	field("fooff", func(s *State) uint64 { return s.FDP }, func(s *State, v uint64) { s.FDP = s.FDP&^0xffffffff | v })
	field("fop", func(s *State) uint64 { return s.FOP & 0x7ff }, func(s *State, v uint64) { s.FOP = v & 0x7ff })
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
