package amd64

import "encoding/binary"

// reg is a general register by its hardware number.
type reg uint8

// xreg is an XMM register by its hardware number.
type xreg uint8

// General registers.
const (
	rax reg = iota
	rcx
	rdx
	rbx
	rsp
	rbp
	rsi
	rdi
	r8
	r9
	r10
	r11
	r12
	r13
	r14
	r15
	noReg reg = 0xff
)

// Vector registers with a fixed role.
const (
	xmm0  xreg = 0
	xmm14 xreg = 14
	xmm15 xreg = 15
)

// size is the log2 of an operand's bytes; its values are those of ir.Width.
type size uint8

const (
	s8 size = iota
	s16
	s32
	s64
)

// enc is an instruction's fixed encoding: opcode byte, map, mandatory prefix and W bit.
type enc uint32

const (
	m0F enc = 1 << 8
	m38 enc = 2 << 8
	m3A enc = 3 << 8

	p66 enc = 1 << 12
	pF3 enc = 2 << 12
	pF2 enc = 3 << 12

	rexW enc = 1 << 16
	// byteReg and byteRM: the reg or rm operand is a byte register, so 4-7 need a REX prefix.
	byteReg enc = 1 << 17
	byteRM  enc = 1 << 18
	// lockPfx puts a LOCK prefix in front.
	lockPfx enc = 1 << 19
)

// mem is a memory operand: base + index<<scale + disp, with base and index optional.
type mem struct {
	base, index reg
	scale       uint8
	gs          bool
	disp        int32
}

// at returns the operand [base+disp].
func at(base reg, disp int32) mem { return mem{base: base, index: noReg, disp: disp} }

// asm appends instructions to a fixed buffer. It checks nothing about room: the compiler makes sure
// before each op.
type asm struct {
	b []byte
	n int
}

func (a *asm) byte(v byte) {
	a.b[a.n] = v
	a.n++
}

func (a *asm) u32(v uint32) {
	binary.LittleEndian.PutUint32(a.b[a.n:], v)
	a.n += 4
}

func (a *asm) u64(v uint64) {
	binary.LittleEndian.PutUint64(a.b[a.n:], v)
	a.n += 8
}

// pos returns the current offset.
func (a *asm) pos() int { return a.n }

// patch32 makes the rel32 at p lead to target.
func (a *asm) patch32(p, target int) {
	binary.LittleEndian.PutUint32(a.b[p:], uint32(int32(target-(p+4))))
}

// patch8 makes the rel8 at p lead to the current position.
func (a *asm) patch8(p int) {
	d := a.n - (p + 1)
	if d > 127 {
		panic("BUG: amd64: short jump too far")
	}
	a.b[p] = byte(d)
}

// put appends the low n bytes of v, at most 8; it writes all of them.
func (a *asm) put(v uint64, n uint) {
	binary.LittleEndian.PutUint64(a.b[a.n:], v)
	a.n += int(n)
}

// prefixes has the byte of each mandatory prefix, and maps the bytes before the opcode and their number.
var (
	prefixes = [16]byte{p66 >> 12: 0x66, pF3 >> 12: 0xf3, pF2 >> 12: 0xf2}
	maps     = [16]struct {
		bytes uint64
		bits  uint8
	}{m0F >> 8: {0x0f, 8}, m38 >> 8: {0x380f, 16}, m3A >> 8: {0x3a0f, 16}}
)

// opcode returns prefixes, REX and opcode as bytes and their number of bits. r, x and b are the extension
// bits' registers.
func opcode(e enc, r, x, b uint8, force bool) (v uint64, n uint) {
	if e&(0xf000|lockPfx) != 0 {
		if e&lockPfx != 0 {
			v, n = 0xf0, 8
		}
		if p := prefixes[e>>12&15]; p != 0 {
			v |= uint64(p) << n
			n += 8
		}
	}
	rex := byte(e>>13)&8 | r>>3<<2 | x>>3<<1 | b>>3
	if rex != 0 || force {
		v |= uint64(0x40|rex) << n
		n += 8
	}
	if e&0xf00 != 0 {
		m := &maps[e>>8&15]
		v |= m.bytes << n
		n += uint(m.bits)
	}
	return v | uint64(byte(e))<<n, n + 8
}

// head emits prefixes, REX and opcode.
func (a *asm) head(e enc, r, x, b uint8, force bool) {
	v, n := opcode(e, r, x, b, force)
	a.put(v, n/8)
}

// rr emits e with a register rm operand.
func (a *asm) rr(e enc, r, rm uint8) {
	force := e&byteReg != 0 && r >= 4 || e&byteRM != 0 && rm >= 4
	v, n := opcode(e, r, 0, rm, force)
	a.put(v|uint64(0xc0|r&7<<3|rm&7)<<n, n/8+1)
}

// rm emits e with a memory operand.
func (a *asm) rm(e enc, r uint8, m mem) {
	x, b := uint8(0), uint8(0)
	if m.index != noReg {
		x = uint8(m.index)
	}
	if m.base != noReg {
		b = uint8(m.base)
	}
	v, n := opcode(e, r, x, b, e&byteReg != 0 && r >= 4)
	if m.gs {
		v, n = v<<8|0x65, n+8
	}
	a.put(v, n/8)
	a.modMem(r, m)
}

// modMem emits ModRM, SIB and displacement.
func (a *asm) modMem(r uint8, m mem) {
	v := uint64(r & 7 << 3)
	disp := uint64(uint32(m.disp))
	if m.base == noReg {
		idx := uint64(4)
		if m.index != noReg {
			idx = uint64(m.index & 7)
		}
		a.put(v|4|(uint64(m.scale)<<6|idx<<3|5)<<8|disp<<16, 6)
		return
	}
	n := uint(8)
	if m.index != noReg {
		v |= 4 | (uint64(m.scale)<<6|uint64(m.index&7)<<3|uint64(m.base&7))<<8
		n = 16
	} else if v |= uint64(m.base & 7); m.base&7 == 4 {
		v |= 0x24 << 8
		n = 16
	}
	switch {
	case m.disp == 0 && m.base&7 != 5:
	case m.disp == int32(int8(m.disp)):
		v |= 0x40 | disp&0xff<<n
		n += 8
	default:
		v |= 0x80 | disp<<n
		n += 32
	}
	a.put(v, n/8)
}

// rip emits e with a RIP-relative operand and returns the place of its rel32, which must be the
// instruction's last field unless immBytes are to follow.
func (a *asm) rip(e enc, r uint8) int {
	a.head(e, r, 0, 0, e&byteReg != 0 && r >= 4)
	a.byte(r&7<<3 | 5)
	a.n += 4
	return a.n - 4
}

// vrip emits the VEX.128 form of e, r = op(v, [rip]), and returns the place of its rel32 as rip does.
func (a *asm) vrip(e enc, r, v uint8) int {
	a.vexHead(e, r, v, 0, 0)
	a.byte(r&7<<3 | 5)
	a.n += 4
	return a.n - 4
}

// vexHead emits a VEX prefix and the opcode; L is always 0.
func (a *asm) vexHead(e enc, r, v, x, b uint8) {
	pp := byte(e>>12) & 3
	// The VEX order of prefixes is none, 66, F3, F2: that of enc.
	if e&0xf00 == m0F && e&rexW == 0 && x < 8 && b < 8 {
		a.byte(0xc5)
		a.byte(^r>>3<<7 | (^v&15)<<3 | pp)
		a.byte(byte(e))
		return
	}
	a.byte(0xc4)
	a.byte((^r>>3&1)<<7 | (^x>>3&1)<<6 | (^b>>3&1)<<5 | byte(e>>8)&15)
	a.byte(byte(e>>16&1)<<7 | (^v&15)<<3 | pp)
	a.byte(byte(e))
}

// vrm emits the VEX.128 form of e: r = op(v, [m]).
func (a *asm) vrm(e enc, r, v uint8, m mem) {
	x, b := uint8(0), uint8(0)
	if m.index != noReg {
		x = uint8(m.index)
	}
	if m.base != noReg {
		b = uint8(m.base)
	}
	if m.gs {
		a.byte(0x65)
	}
	a.vexHead(e, r, v, x, b)
	a.modMem(r, m)
}

// vrr emits the VEX.128 form of e: r = op(v, rm).
func (a *asm) vrr(e enc, r, v, rm uint8) {
	a.vexHead(e, r, v, 0, rm)
	a.byte(0xc0 | r&7<<3 | rm&7)
}
