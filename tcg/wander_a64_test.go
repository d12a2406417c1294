package tcg_test

import "encoding/binary"

// word emits an instruction.
func (w *wanderer) word(x uint32) { w.code = binary.LittleEndian.AppendUint32(w.code, x) }

// field is a random number of n bits at bit at.
func (w *wanderer) field(n, at int) uint32 { return w.Uint32() >> (32 - n) << at }

// x picks a register that holds data, for the field at bit at.
func (w *wanderer) x(at int) uint32 { return uint32(w.IntN(12)) << at }

// refA64 emits a branch to a label.
func (w *wanderer) refA64(x uint32, label int) {
	w.fix = append(w.fix, fixup{len(w.code), label})
	w.word(x)
}

// insnA64 emits something random. Arm ARM C4.1.
func (w *wanderer) insnA64() {
	if w.moves && w.IntN(2) == 0 {
		w.moveA64()
		return
	}
	d, n, m := w.x(0), w.x(5), w.x(16)
	sf := w.field(1, 31)
	mem := d | w.field(9, 10)&^3<<1 | 19<<5 // [x19 + imm12 scaled], below 4 KiB
	if w.IntN(3) == 0 {
		mem = d | w.field(3, 10) | 20<<5
	}
	switch w.IntN(22) {
	case 0, 1:
		w.word(0x0b000000 | sf | w.field(2, 29) | w.field(5, 10) | d | n | m) // add, sub (s)
	case 2:
		w.word(0x11000000 | sf | w.field(2, 29) | w.field(12, 10) | d | n)
	case 3:
		w.word(0x0a000000 | sf | w.field(2, 29) | w.field(5, 10) | w.field(1, 21) | d | n | m) // and, orr, eor, ands
	case 4:
		w.word(0x1a000000 | sf | w.field(2, 29) | d | n | m) // adc, sbc (s)
	case 5:
		w.word(0x3a400000 | sf | w.field(1, 30) | w.field(1, 11) | w.field(4, 12) | w.field(4, 0) | n | m) // ccmn, ccmp
	case 6, 7:
		w.word(0x1a800000 | sf | w.field(1, 30) | w.field(1, 10) | w.field(4, 12) | d | n | m) // csel and its like
	case 8:
		w.word(0x1ac02000 | sf | w.field(2, 10) | d | n | m) // shifts
	case 9:
		w.word(0x1b000000 | sf | w.field(1, 15) | w.x(10) | d | n | m) // madd, msub
	case 10:
		w.word(0x52800000 | sf | w.field(16, 5) | d) // movz
	case 11, 12:
		w.word(0xf9400000 | mem) // ldr
	case 13:
		w.word(0xf9000000 | mem) // str
	case 14:
		w.word([]uint32{0x39400000, 0x79800000, 0xb9400000, 0x39000000, 0xb9000000}[w.IntN(5)] | mem)
	case 15: // x20 = x19 + something below 8 KiB
		w.word(0x92403000 | n | 20) // and x20, xn, #0x1fff
		w.word(0x8b140274)          // add x20, x19, x20
	case 16:
		w.word([]uint32{0xd53b4200, 0xd51b4200}[w.IntN(2)] | d) // mrs, msr nzcv
	case 17:
		w.word([]uint32{0x9e670000, 0x9e660000}[w.IntN(2)] | d&3 | n&^0x380) // fmov
	case 18:
		w.word(0x1e602800 | w.field(1, 12) | d&3 | n&0x60 | m&0x30000) // fadd, fsub
	case 19:
		w.word(0x1e602000 | n&0x60 | m&0x30000) // fcmp
	case 20:
		w.word([]uint32{0x3dc00000, 0x3d800000}[w.IntN(2)] | mem&^0x1f | d&3) // ldr, str q
	case 21: // ldxr, add, stxr of what is at x19, and again if it failed
		w.word(0xc85f7e60 | d)
		w.word(0x91000400 | d | d<<5)
		w.word(0xc80c7e60 | d)
		w.word(0x35ffffac)
	}
}

// leaveA64 emits the end of a block.
func (w *wanderer) leaveA64(n int) {
	to := func() int { return w.IntN(n) }
	if w.moves && w.IntN(4) == 0 {
		w.word(0xf10002b5 | uint32(w.burn())<<10) // subs x21, x21, #1; b.pl
		w.refA64(0x54000005, w.near())
		return
	}
	switch w.IntN(13) {
	case 0, 1:
		w.refA64(0x14000000, to())
	case 2, 3, 4:
		w.refA64(0x54000000|w.field(4, 0), to())
	case 5, 6:
		w.refA64(0x34000000|w.field(1, 31)|w.field(1, 24)|w.x(0), to()) // cbz, cbnz
	case 7:
		w.refA64(0x36000000|w.field(1, 24)|w.field(5, 19)|w.x(0), to()) // tbz, tbnz
	case 8, 9:
		w.refA64(0x94000000, to()) // bl
	case 10:
		w.word(0xd65f03c0) // ret
	case 11, 12: // adr x13; adr x14; csel x13; br or blr x13
		w.refA64(0x1000000d, to())
		w.refA64(0x1000000e, to())
		w.word(0x9a8e01ad | w.field(4, 12))
		w.word([]uint32{0xd61f01a0, 0xd63f01a0}[w.IntN(2)])
	}
}

// programA64 makes a program.
func (w *wanderer) programA64() {
	n := 2 + w.IntN(9)
	for i := range n {
		w.labels = append(w.labels, len(w.code))
		if i == 0 {
			w.refA64(0x1000001e, w.IntN(n)) // adr x30: a return before any call
		}
		switch {
		case w.forever:
			w.word(0xf10002b5)
		case w.IntN(2) > 0:
			w.word(0xf10006b5)      // subs x21, x21, #1
			w.refA64(0x54000004, n) // b.mi
		default:
			w.word(0xd10006b5)
			w.refA64(0xb7f80015, n) // tbnz x21, #63
		}
		for range w.IntN(7) {
			w.insnA64()
		}
		w.leaveA64(n)
	}
	w.refA64(0x14000000, w.IntN(n))
	w.labels = append(w.labels, len(w.code))
	w.word(0xd4000001)
	for _, f := range w.fix {
		at := w.code[f.at:]
		x := binary.LittleEndian.Uint32(at)
		d := uint32(w.labels[f.label] - f.at)
		switch {
		case x&0x7c000000 == 0x14000000:
			x |= d / 4 & (1<<26 - 1)
		case x&0x1f000000 == 0x10000000:
			x |= d&3<<29 | d>>2&(1<<19-1)<<5
		case x&0x7e000000 == 0x36000000:
			x |= d / 4 & (1<<14 - 1) << 5
		default:
			x |= d / 4 & (1<<19 - 1) << 5
		}
		binary.LittleEndian.PutUint32(at, x)
	}
}
