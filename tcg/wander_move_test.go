package tcg_test

import (
	"encoding/binary"
	"math/rand/v2"
)

// Wanderers with moves access memory by pointers and indexes that move a little on each trip of a loop, which checks their
// addresses once if it can, and by pointers to where there is nothing.

func (w *wanderer) beX64() {
	w.regs, w.base, w.ptr, w.sp, w.fuel = 16, gRSI, gRDI, gRSP, 15
	w.walk, w.index, w.wild = 12, 13, 14
}

func (w *wanderer) beA64() {
	w.regs, w.base, w.ptr, w.sp, w.fuel = 31, 19, 20, 31, 21
	w.walk, w.index, w.wild = 22, 23, 24
}

// pointer is what the wild register begins with.
func (w *wanderer) pointer(r *rand.Rand, data uint64) uint64 {
	if r.IntN(2) == 0 {
		return data + r.Uint64N(0x2000)
	}
	return [...]uint64{0, 1 << 42, 1<<42 - 8, 1<<45 - 16, 1 << 47, 1 << 63, ^uint64(7), 1<<32 - 8, data + 1<<56, data - 1<<31}[r.IntN(10)]
}

// burn is how much fuel a loop takes.
func (w *wanderer) burn() byte {
	if w.forever {
		return 0
	}
	return 1
}

// near is the label of the block that is being made, or of one of the two before.
func (w *wanderer) near() int { return max(0, len(w.labels)-1-w.IntN(3)) }

// small is a number around 0.
func (w *wanderer) small() int8 { return int8(w.IntN(1<<w.IntN(7))) * int8(1-2*w.IntN(2)) }

// access emits an x86-64 instruction with a register and memory near the moving pointers.
func (w *wanderer) access(rex, r byte, op ...byte) {
	le := binary.LittleEndian
	if w.IntN(10) == 0 {
		w.put(0x67) // a 32-bit address
	}
	rex |= 0x40 | r>>3<<2
	if op[0] == 0x66 || op[0] == 0xf2 || op[0] == 0xf3 || op[0] == 0xf0 {
		w.put(op[0])
		op = op[1:]
	}
	reg := r & 7 << 3
	switch w.IntN(8) {
	case 0, 1, 2: // [r12 + disp8]
		w.put(rex | 1)
		w.put(op...)
		w.put(0x44|reg, 0x24, byte(w.small()))
	case 3: // [r12 + disp32]
		w.put(rex | 1)
		w.put(op...)
		w.put(0x84|reg, 0x24)
		w.code = le.AppendUint32(w.code, uint32(w.IntN(0x1000)))
	case 4, 5: // [rsi + r13*scale + disp32]
		w.put(rex | 2)
		w.put(op...)
		w.put(0x84|reg, byte(w.IntN(4))<<6|5<<3|gRSI)
		w.code = le.AppendUint32(w.code, uint32(w.IntN(0x1800)))
	case 6: // [r12 + r13*scale + disp8]
		w.put(rex | 3)
		w.put(op...)
		w.put(0x44|reg, byte(w.IntN(4))<<6|5<<3|4, byte(w.small()))
	case 7: // [rsi + r13*scale]
		w.put(rex | 2)
		w.put(op...)
		w.put(0x04|reg, byte(w.IntN(4))<<6|5<<3|gRSI)
	}
}

// move emits something with the moving registers.
func (w *wanderer) move() {
	r := w.reg()
	switch w.IntN(25) {
	case 22, 23: // bt r14, 46; jc over the access by it: where it points to nothing there is none
		w.put(0x49, 0x0f, 0xba, 0xe6, 46, 0x72, 4, 0x45|w.rexW(), []byte{0x8b, 0x89, 0x03}[w.IntN(3)], 0x46|r&7<<3, byte(w.small()))
	case 24: // btc r14, 46
		w.put(0x49, 0x0f, 0xba, 0xfe, 46)
	case 0, 1: // add, sub r12, imm8
		w.put(0x49, 0x83, []byte{0xc4, 0xec}[w.IntN(2)], byte(w.small()))
	case 2: // inc, dec r12
		w.put(0x49, 0xff, []byte{0xc4, 0xcc}[w.IntN(2)])
	case 3: // lea r12, [r12 + disp8]
		w.put(0x4d, 0x8d, 0x64, 0x24, byte(w.small()))
	case 4, 5: // inc, dec r13, or r13d
		w.put(0x41|w.rexW(), 0xff, []byte{0xc5, 0xcd}[w.IntN(2)])
	case 6: // add r13, imm8
		w.put(0x49, 0x83, 0xc5, byte(w.small()))
	case 7: // and r13, imm32
		w.put(0x49, 0x81, 0xe5, byte(w.Uint32()), byte(w.IntN(4)), 0, 0)
	case 8: // lea r12, [rsi + disp32]
		w.put(0x4c, 0x8d, 0xa6)
		w.code = binary.LittleEndian.AppendUint32(w.code, uint32(w.IntN(0x2000)))
	case 9: // mov r12, rdi; mov rdi, r12; xchg; mov r12, r14
		w.put([][]byte{{0x49, 0x89, 0xfc}, {0x4c, 0x89, 0xe7}, {0x49, 0x87, 0xfc}, {0x4d, 0x89, 0xf4}}[w.IntN(16)*4/19]...)
	case 10: // lea r14, [rsi + r13]; or an access by it, or a byte of it
		switch w.IntN(4) {
		case 0, 1:
			w.put(0x4e, 0x8d, 0x34, 0x2e)
		case 2:
			w.put(0x45|w.rexW(), 0x8b, 0x06|r&7<<3) // mov r8.., [r14]
		case 3:
			w.put(0x41, 0x88, 0x06|r&3<<3)
		}
	case 11, 12, 13:
		w.access(w.rexW(), r, 0x8b)
	case 14, 15:
		w.access(w.rexW(), r, 0x89)
	case 16:
		w.access(w.rexW(), r, byte(w.IntN(8))<<3|[]byte{0, 1, 2, 3}[w.IntN(4)])
	case 17:
		w.access(w.rexW(), r, 0x0f, []byte{0xb6, 0xb7, 0xbe, 0xbf, 0xaf}[w.IntN(5)]) // movzx, movsx, imul
	case 18:
		if w.IntN(2) == 0 {
			w.access(w.rexW(), r, 0xf0, 0x0f, []byte{0xb1, 0xc1}[w.IntN(2)]) // lock cmpxchg, xadd
		} else {
			w.access(w.rexW(), r, 0x66, 0x89)
		}
	case 19:
		w.access(0, byte(w.IntN(4)), [][]byte{{0x0f, 0x10}, {0x0f, 0x11}, {0xf2, 0x0f, 0x58}, {0xf3, 0x0f, 0x10}, {0xf2, 0x0f, 0x11}}[w.IntN(5)]...)
	case 20: // push, pop by r12: [r12]; movsxd
		w.access(8, r, 0x63)
	case 21: // mul, div, imul, not, neg of memory
		w.access(w.rexW(), []byte{2, 3, 4, 5}[w.IntN(4)], 0xf7)
	}
}

// moveA64 emits something with the moving registers.
func (w *wanderer) moveA64() {
	const walk, index, wild = 22, 23, 24
	d, small := w.x(0), uint32(w.small())&0x1ff
	sf := w.field(1, 31)
	switch w.IntN(23) {
	case 20, 21: // tbnz x24, #46 over the access by it: where it points to nothing there is none
		w.word(0xb7000000 | 14<<19 | 2<<5 | wild)
		w.word([]uint32{0xf9400000, 0xf9000000, 0x38401400}[w.IntN(3)] | wild<<5 | d)
	case 22: // eor x24, x24, #1<<46
		w.word(0xd2400000 | 18<<16 | wild<<5 | wild)
	case 0, 1: // add, sub x22, x22, #imm
		w.word(0x91000000 | w.field(1, 30) | uint32(w.IntN(1<<w.IntN(7)))<<10 | walk<<5 | walk)
	case 2, 3: // the same of x23, or w23
		w.word(0x11000000 | sf | w.field(1, 30) | uint32(1+w.IntN(2))<<10 | index<<5 | index)
	case 4: // and x23, x23, #0x7f
		w.word(0x92401800 | index<<5 | index)
	case 5: // add x22, x19, #imm12
		w.word(0x91000000 | w.field(12, 10) | 19<<5 | walk)
	case 6, 7, 8: // ldr, str, post- and pre-indexed
		w.word([]uint32{0xf8400400, 0xf8000400, 0xf8400c00, 0xf8000c00, 0x38401400, 0x38001400, 0x78c00400, 0xb8400c00}[w.IntN(8)] | small<<12 | walk<<5 | d)
	case 9: // ldur, stur
		w.word([]uint32{0xf8400000, 0xf8000000, 0xb8800000, 0x78000000}[w.IntN(4)] | small<<12 | walk<<5 | d)
	case 10: // ldp, stp, post- and pre-indexed
		d2 := w.x(10)
		if d2>>10 == d {
			d2 = 13 << 10
		}
		w.word([]uint32{0xa8c00000, 0xa8800000, 0xa9c00000, 0xa9800000, 0xa9400000, 0xa9000000}[w.IntN(6)] | small&0x7f<<15 | walk<<5 | d | d2)
	case 11, 12, 13: // ldr, str [x19, x23, lsl #3], or w23
		ext := []uint32{0x6000, 0x7000, 0x4000, 0x5000, 0xc000, 0xd000}[w.IntN(6)]
		w.word([]uint32{0xf8600800, 0xf8200800, 0x38600800, 0xb8200800}[w.IntN(4)] | index<<16 | ext | 19<<5 | d)
	case 14: // ldr, str [x22, x23]
		w.word([]uint32{0xf8606800, 0xf8206800, 0xb8607800}[w.IntN(3)] | index<<16 | walk<<5 | d)
	case 15: // mov x22, x20; mov x20, x22; mov x24, x22; mov x22, x24
		w.word([]uint32{0xaa1403f6, 0xaa1603f4, 0xaa1603f8, 0xaa1803f6}[w.IntN(20)*4/25])
	case 16: // a tag: movk x22, #n, lsl #48
		w.word(0xf2e00000 | w.field(8, 13) | walk)
	case 17: // an access by x24, or it is made x19 + x23
		w.word([]uint32{0x8b170278, 0x8b170278, 0xf9400300 | d, 0x39000300 | d}[w.IntN(4)])
	case 18: // q, post-indexed
		w.word([]uint32{0x3cc10400, 0x3c810400, 0x3dc00000, 0x3d800000}[w.IntN(4)] | walk<<5 | d&3)
	case 19: // ldadd, swp, cas; and w23, w23, #0x1f makes the upper half zero
		switch w.IntN(4) {
		case 0:
			w.word(0xf8200000 | w.x(16) | 19<<5 | d)
		case 1:
			w.word(0xb8208000 | w.x(16) | 19<<5 | d)
		case 2:
			w.word(0xc8a07c00 | w.x(16) | 19<<5 | d)
		case 3:
			w.word(0x12001000 | index<<5 | index)
		}
	}
}
