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

// head emits prefixes, REX and opcode. rx, xx and bx are the extension bits' registers.
func (a *asm) head(e enc, r, x, b uint8, force bool) {
	if e&(0xf000|lockPfx) != 0 {
		if e&lockPfx != 0 {
			a.byte(0xf0)
		}
		switch e & 0xf000 {
		case p66:
			a.byte(0x66)
		case pF3:
			a.byte(0xf3)
		case pF2:
			a.byte(0xf2)
		}
	}
	rex := byte(e>>13)&8 | r>>3<<2 | x>>3<<1 | b>>3
	if rex != 0 || force {
		a.byte(0x40 | rex)
	}
	switch e & 0xf00 {
	case m0F:
		a.byte(0x0f)
	case m38:
		a.byte(0x0f)
		a.byte(0x38)
	case m3A:
		a.byte(0x0f)
		a.byte(0x3a)
	}
	a.byte(byte(e))
}

// rr emits e with a register rm operand.
func (a *asm) rr(e enc, r, rm uint8) {
	force := e&byteReg != 0 && r >= 4 || e&byteRM != 0 && rm >= 4
	a.head(e, r, 0, rm, force)
	a.byte(0xc0 | r&7<<3 | rm&7)
}

// rm emits e with a memory operand.
func (a *asm) rm(e enc, r uint8, m mem) {
	if m.gs {
		a.byte(0x65)
	}
	x, b := uint8(0), uint8(0)
	if m.index != noReg {
		x = uint8(m.index)
	}
	if m.base != noReg {
		b = uint8(m.base)
	}
	a.head(e, r, x, b, e&byteReg != 0 && r >= 4)
	a.modMem(r, m)
}

// modMem emits ModRM, SIB and displacement.
func (a *asm) modMem(r uint8, m mem) {
	r = r & 7 << 3
	if m.base == noReg {
		idx := byte(4)
		if m.index != noReg {
			idx = byte(m.index & 7)
		}
		a.byte(r | 4)
		a.byte(m.scale<<6 | idx<<3 | 5)
		a.u32(uint32(m.disp))
		return
	}
	mod := byte(0x80)
	switch {
	case m.disp == 0 && m.base&7 != 5:
		mod = 0
	case m.disp == int32(int8(m.disp)):
		mod = 0x40
	}
	switch {
	case m.index != noReg:
		a.byte(mod | r | 4)
		a.byte(m.scale<<6 | byte(m.index&7)<<3 | byte(m.base&7))
	case m.base&7 == 4:
		a.byte(mod | r | 4)
		a.byte(0x24)
	default:
		a.byte(mod | r | byte(m.base&7))
	}
	switch mod {
	case 0x40:
		a.byte(byte(m.disp))
	case 0x80:
		a.u32(uint32(m.disp))
	}
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

// vrr emits the VEX.128 form of e: r = op(v, rm).
func (a *asm) vrr(e enc, r, v, rm uint8) {
	a.vexHead(e, r, v, 0, rm)
	a.byte(0xc0 | r&7<<3 | rm&7)
}
