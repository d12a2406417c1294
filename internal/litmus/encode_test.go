package litmus

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
)

// A cell holds the variables of one try, one in each cache line: x, then y.
const (
	line     = 64
	cellSize = 2 * line
)

// regsOf names the registers a guest's loop begins with, by gdb number.
type regsOf struct{ cell, result, i, n, progress, polls int }

// guest is how programs are made for an architecture.
type guest struct {
	arch *cpu.Arch
	regs regsOf
	// op returns the code of one op; loop puts a body into the loop of thread t of n.
	op   func(words []string) []byte
	loop func(body []byte, t, n, polls int) []byte
}

var guests = []*guest{
	{x86.Arch, regsOf{cell: 5, result: 4, i: 2, n: 8, progress: 9, polls: 13}, opX64, loopX64},
	{arm64.Arch(), regsOf{cell: 0, result: 2, i: 3, n: 4, progress: 5, polls: 8}, opA64, loopA64},
}

// program makes the code of thread t of n from its text: ops separated by semicolons, see opX64 and opA64.
func (g *guest) program(text string, t, n, polls int) []byte {
	var body []byte
	for _, s := range strings.Split(text, ";") {
		if w := strings.Fields(s); len(w) > 0 {
			body = append(body, g.op(w)...)
		}
	}
	return g.loop(body, t, n, polls)
}

// How often a thread looks whether the others have come to the same try, as host code and interpreted: long enough
// for a thread without a CPU to get one. At the first try it looks until all have started.
const (
	pollsJIT    = 3000
	pollsInterp = 100
	firstPolls  = 1 << 30
)

// The progress words of the threads begin so far below where the register points: x86's displacements are signed bytes.
const progressBias = 2 * line

// varOf returns the number of variable x or y.
func varOf(name string) byte { return name[0] - 'x' }

// num returns a small number.
func num(s string) byte { return s[0] - '0' }

// opX64 makes
//
//	W v n      mov [v], n            R v r     mov r, [v] (r: 0 EAX, 1 EDX)
//	Wxchg v n  xchg [v], n           Wnt v n   movnti [v], n
//	Wcas v n   lock cmpxchg [v], n   Fence, Sfence, Lfence; Lock: a locked op on the stack
//
// with the address of x in RDI.
func opX64(w []string) []byte {
	at := func() byte { return varOf(w[1]) * line }
	r11 := func() []byte { return []byte{0x41, 0xbb, num(w[2]), 0, 0, 0} } // mov r11d, n
	switch w[0] {
	case "W":
		return []byte{0xc7, 0x47, at(), num(w[2]), 0, 0, 0}
	case "R":
		return []byte{0x8b, 0x47 | num(w[2])<<1<<3, at()}
	case "Wxchg":
		return append(r11(), 0x44, 0x87, 0x5f, at())
	case "Wnt":
		return append(r11(), 0x44, 0x0f, 0xc3, 0x5f, at())
	case "Wcas": // xor eax, eax; lock cmpxchg [v], r11d
		return append(r11(), 0x31, 0xc0, 0xf0, 0x44, 0x0f, 0xb1, 0x5f, at())
	case "Fence":
		return []byte{0x0f, 0xae, 0xf0}
	case "Sfence":
		return []byte{0x0f, 0xae, 0xf8}
	case "Lfence":
		return []byte{0x0f, 0xae, 0xe8}
	case "Lock": // lock or dword [rsi], 0: the thread's own result
		return []byte{0xf0, 0x83, 0x0e, 0}
	}
	panic(fmt.Sprint("no op ", w))
}

// loopX64: RCX counts the tries up to R8, RSI is where results go, R9 - 128 + 64t where thread t says how far it is.
func loopX64(body []byte, t, n, polls int) []byte {
	at := func(u int) byte { return byte(u*line - progressBias) }
	code := []byte{0x49, 0x89, 0x49, at(t)} // mov [r9+..], rcx
	for u := range n {
		if u == t {
			continue
		}
		code = append(code, 0x45, 0x89, 0xea)                      // mov r10d, r13d
		code = append(code, 0x49, 0x39, 0x49, at(u), 0x73, 0x05)   // 1: cmp [r9+..], rcx; jae 2f
		code = append(code, 0x41, 0xff, 0xca, 0x75, 0xf5 /* 1b */) // dec r10d; jnz 1b; 2:
	}
	code = append(code, 0x41, 0xbd, byte(polls), byte(polls>>8), 0, 0)                       // mov r13d, polls
	code = append(code, 0x49, 0x89, 0xca, 0x49, 0xc1, 0xea, byte(3*t), 0x41, 0x83, 0xe2, 15) // mov r10, rcx; shr r10, 3t; and r10d, 15
	code = append(code, 0x41, 0xff, 0xca, 0x79, 0xfb)                                        // 1: dec r10d; jns 1b
	code = append(code, body...)
	code = append(code, 0x89, 0x06, 0x89, 0x56, 0x04)          // mov [rsi], eax; mov [rsi+4], edx
	code = append(code, 0x48, 0x81, 0xc7, cellSize, 0, 0, 0)   // add rdi, cellSize
	code = append(code, 0x48, 0x83, 0xc6, 8, 0x48, 0xff, 0xc1) // add rsi, 8; inc rcx
	code = append(code, 0x4c, 0x39, 0xc1, 0x0f, 0x82)          // cmp rcx, r8; jb start
	code = binary.LittleEndian.AppendUint32(code, uint32(-int32(len(code)+4)))
	return append(code, 0xcc) // int3
}

// opA64 makes
//
//	W v n     str n, [v]     R v r     ldr r, [v] (r: 0 W10, 1 W11)
//	Wrel v n  stlr           Racq v r  ldar          Rpc v r  ldapr
//	Wswp v n  swpal          Wex v n   ldxr, stxr until done    Wexrel v n  ldxr, stlxr
//	Rex v r   ldaxr          Fence, Fld, Fst: dmb ish, ishld, ishst; Dsb
//
// with the address of x in X0.
func opA64(w []string) []byte {
	var code []uint32
	rt := uint32(0)
	if len(w) > 1 {
		code = append(code, 0x91000000|uint32(varOf(w[1]))*line<<10|1) // add x1, x0, #64v
		if w[0][0] == 'W' {
			code = append(code, 0x52800000|uint32(num(w[2]))<<5|12) // mov w12, n
			rt = 12
		} else {
			rt = 10 + uint32(num(w[2]))
		}
	}
	emit := func(op uint32) { code = append(code, op|1<<5|rt) }
	switch w[0] {
	case "W":
		emit(0xb9000000)
	case "Wrel":
		emit(0x889ffc00)
	case "Wswp":
		code = append(code, 0xb8e08000|12<<16|1<<5|13) // swpal w12, w13, [x1]
	case "Wex", "Wexrel": // 1: ldxr w13, [x1]; stxr w14, w12, [x1]; cbnz w14, 1b
		st := uint32(0x88007c00)
		if w[0] == "Wexrel" {
			st |= 0x8000
		}
		code = append(code, 0x885f7c00|1<<5|13, st|14<<16|1<<5|12, 0x35000000|(0x7ffff&^1)<<5|14)
	case "R":
		emit(0xb9400000)
	case "Racq":
		emit(0x88dffc00)
	case "Rpc":
		emit(0xb8bfc000)
	case "Rex":
		emit(0x885ffc00)
	case "Fence":
		code = append(code, 0xd5033bbf)
	case "Fld":
		code = append(code, 0xd50339bf)
	case "Fst":
		code = append(code, 0xd5033abf)
	case "Dsb":
		code = append(code, 0xd5033b9f)
	default:
		panic(fmt.Sprint("no op ", w))
	}
	return words(code...)
}

func words(code ...uint32) (b []byte) {
	for _, c := range code {
		b = binary.LittleEndian.AppendUint32(b, c)
	}
	return b
}

// loopA64: X3 counts the tries up to X4, X2 is where results go, X5 - 128 + 64t where thread t says how far it is.
func loopA64(body []byte, t, n, polls int) []byte {
	at := func(u int) uint32 { return uint32(u*line-progressBias) & 0x1ff << 12 }
	code := words(0xf8000000 | at(t) | 5<<5 | 3) // stur x3, [x5, #..]
	for u := range n {
		if u == t {
			continue
		}
		code = append(code, words(
			0x2a0803e7,              // mov w7, w8
			0xf8400000|at(u)|5<<5|6, // 1: ldur x6, [x5, #..]
			0xeb0300df,              // cmp x6, x3
			0x54000062,              // b.hs 2f
			0x710004e7,              // subs w7, w7, #1
			0x54000001|(0x7ffff&uint32(0x80000-4))<<5, // b.ne 1b; 2:
		)...)
	}
	code = append(code, words(
		0x52800000|uint32(polls)<<5|8,     // mov w8, polls
		0xd340fc00|uint32(3*t)<<16|3<<5|6, // lsr x6, x3, 3t
		0x12000cc6,                        // and w6, w6, 15
		0x710004c6,                        // 1: subs w6, w6, #1
		0x54000005|(0x7ffff)<<5,           // b.pl 1b
	)...)
	code = append(code, body...)
	code = append(code, words(
		0x29002c4a,              // stp w10, w11, [x2]
		0x91000000|cellSize<<10, // add x0, x0, #cellSize
		0x91000000|8<<10|2<<5|2, // add x2, x2, #8
		0x91000000|1<<10|3<<5|3, // add x3, x3, #1
		0xeb04007f,              // cmp x3, x4
	)...)
	back := int32(-len(code) / 4)
	return append(code, words(0x54000003|uint32(back)&0x7ffff<<5, 0xd4200000)...) // b.lo start; brk #0
}
