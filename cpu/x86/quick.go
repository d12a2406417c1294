package x86

import "encoding/binary"

// quickLen is how many bytes quick may look at.
const quickLen = 16

// quick decodes what most instructions are: no prefix but REX, one of the first two opcode maps, operands that are general registers,
// memory and immediates, in the pairs that are common. It reports false for anything else, also for what is invalid, and leaves in in any
// state then.
func (in *Inst) quick(buf *[quickLen]byte) bool {
	b, rex, pos := buf[0], uint8(0), 1
	if b&0xf0 == 0x40 {
		rex, b, pos = b, buf[1], 2
	}
	r := &map1B[b]
	if b == 0x0f {
		b = buf[pos&3]
		r = &map0F[b]
		pos++
	}
	m := buf[pos&3]
	if r.ext == byReg { // the operands have the ModRM byte, too, or quickArgs does not know them
		r = &r.sub[m>>3&7]
	}
	if r.ext != extNone || r.op == 0 || r.f&(fNo64|fLegPx|fRex|fReg) != 0 || r.c != oNone {
		return false
	}
	size := 4 + rex>>1&4
	if r.f&(fD64|fF64) != 0 {
		size = 8
	}
	*in = Inst{} // and then field by field: put together elsewhere and copied it costs twice as much
	in.Op, in.OpSize, in.AddrSize, in.Rex, in.Opcode, in.Mem.Base, in.Mem.Index = r.op, size, 8, rex, b, RegNone, RegNone
	if r.f&fCond != 0 {
		in.Cond = b & 15
	}
	pos = in.quickArgs(buf, pos, m, quickPair(r.a)<<8|quickPair(r.b))
	in.Len = uint8(pos)
	return pos != 0
}

// quickPair is the kinds of two operands, the first one << 8.
type quickPair uint16

const (
	pEvGv   = quickPair(oEv)<<8 | quickPair(oGv)
	pGvEv   = quickPair(oGv)<<8 | quickPair(oEv)
	pGvM    = quickPair(oGv)<<8 | quickPair(oM)
	pGvEd   = quickPair(oGv)<<8 | quickPair(oEd)
	pGvEb   = quickPair(oGv)<<8 | quickPair(oEb)
	pGvEw   = quickPair(oGv)<<8 | quickPair(oEw)
	pEbGb   = quickPair(oEb)<<8 | quickPair(oGb)
	pEvIbs  = quickPair(oEv)<<8 | quickPair(oIbs)
	pEvIb   = quickPair(oEv)<<8 | quickPair(oIb)
	pEvIz   = quickPair(oEv)<<8 | quickPair(oIz)
	pEbIb   = quickPair(oEb)<<8 | quickPair(oIb)
	pRAXIz  = quickPair(oRAX)<<8 | quickPair(oIz)
	pZvIv   = quickPair(oZv)<<8 | quickPair(oIv)
	pZv     = quickPair(oZv) << 8
	pEv     = quickPair(oEv) << 8
	pJb     = quickPair(oJb) << 8
	pJz     = quickPair(oJz) << 8
	pNone   = quickPair(0)
	quickRB = 4 // the first byte register whose number means another without REX
)

// quickArgs fills in the operands that the pair p stands for, with the ModRM byte m, if they have one, at pos, and returns where they end; 0 for
// a pair it does not know and for what is invalid.
func (in *Inst) quickArgs(buf *[quickLen]byte, pos int, m uint8, p quickPair) int {
	size, rex := in.OpSize, in.Rex
	reg := m>>3&7 | rex<<1&8
	a, b := &in.Args[0], &in.Args[1]
	switch p {
	case pEvGv:
		*b = Arg{ArgReg, reg, size}
		return in.quickRM(buf, pos, m, a, size)
	case pGvEv:
		*a = Arg{ArgReg, reg, size}
		return in.quickRM(buf, pos, m, b, size)
	case pGvM:
		if m >= 0xc0 {
			return 0
		}
		*a = Arg{ArgReg, reg, size}
		return in.quickRM(buf, pos, m, b, 0)
	case pGvEd:
		*a = Arg{ArgReg, reg, size}
		return in.quickRM(buf, pos, m, b, 4)
	case pGvEw:
		*a = Arg{ArgReg, reg, size}
		return in.quickRM(buf, pos, m, b, 2)
	case pGvEb:
		if m >= 0xc0 && rex == 0 && m&7 >= quickRB {
			return 0
		}
		*a = Arg{ArgReg, reg, size}
		return in.quickRM(buf, pos, m, b, 1)
	case pEbGb:
		if rex == 0 && (reg >= quickRB || m >= 0xc0 && m&7 >= quickRB) {
			return 0
		}
		*b = Arg{ArgReg, reg, 1}
		return in.quickRM(buf, pos, m, a, 1)
	case pEvIbs, pEvIb:
		*b = Arg{ArgImm, 0, 1}
		pos = in.quickRM(buf, pos, m, a, size)
		in.Imm = int64(buf[pos&15])
		if p == pEvIbs {
			in.Imm = int64(int8(in.Imm))
		}
		return pos + 1
	case pEbIb:
		if m >= 0xc0 && rex == 0 && m&7 >= quickRB {
			return 0
		}
		*b = Arg{ArgImm, 0, 1}
		pos = in.quickRM(buf, pos, m, a, 1)
		in.Imm = int64(buf[pos&15])
		return pos + 1
	case pEvIz:
		*b = Arg{ArgImm, 0, 4}
		pos = in.quickRM(buf, pos, m, a, size)
		return in.quickImm(buf, pos)
	case pRAXIz:
		*a, *b = Arg{ArgReg, RAX, size}, Arg{ArgImm, 0, 4}
		return in.quickImm(buf, pos)
	case pZvIv:
		if size == 8 {
			return 0
		}
		*a, *b = Arg{ArgReg, in.Opcode&7 | rex<<3&8, size}, Arg{ArgImm, 0, size}
		return in.quickImm(buf, pos)
	case pZv:
		*a = Arg{ArgReg, in.Opcode&7 | rex<<3&8, size}
		return pos
	case pEv:
		return in.quickRM(buf, pos, m, a, size)
	case pJb:
		*a = Arg{ArgRel, 0, 1}
		in.Imm = int64(int8(m))
		return pos + 1
	case pJz:
		*a = Arg{ArgRel, 0, 4}
		return in.quickImm(buf, pos)
	case pNone:
		return pos
	}
	return 0
}

// quickImm notes the immediate of four bytes at pos.
func (in *Inst) quickImm(buf *[quickLen]byte, pos int) int {
	in.Imm = int64(int32(binary.LittleEndian.Uint32(buf[pos&15:])))
	return pos + 4
}

// quickRM notes the ModRM byte m, at pos, with the SIB byte and the displacement behind it, makes a its r/m operand of size bytes, and returns
// where it ends.
func (in *Inst) quickRM(buf *[quickLen]byte, pos int, m uint8, a *Arg, size uint8) int {
	in.ModRM, in.Mem.Seg = m, DS
	pos++
	if m >= 0xc0 {
		*a = Arg{ArgReg, m&7 | in.Rex<<3&8, size}
		return pos
	}
	*a = Arg{ArgMem, 0, size}
	mod, base := m>>6, m&7
	if base == 4 {
		sib := buf[pos&7]
		pos++
		if x := sib>>3&7 | in.Rex<<2&8; x != RSP {
			in.Mem.Index, in.Mem.Scale = x, sib>>6
		}
		base = sib & 7
		if base == 5 && mod == 0 {
			in.Mem.Disp = int64(int32(binary.LittleEndian.Uint32(buf[pos&7:])))
			return pos + 4
		}
	} else if base == 5 && mod == 0 {
		in.Mem.Base = RegRIP
		in.Mem.Disp = int64(int32(binary.LittleEndian.Uint32(buf[pos&7:])))
		return pos + 4
	}
	in.Mem.Base = base | in.Rex<<3&8
	switch mod {
	case 1:
		in.Mem.Disp = int64(int8(buf[pos&7]))
		pos++
	case 2:
		in.Mem.Disp = int64(int32(binary.LittleEndian.Uint32(buf[pos&7:])))
		pos += 4
	}
	return pos
}
