package x86

import (
	"encoding/binary"
	"errors"
)

// Reasons why Decode fails.
var (
	// ErrInvalid: no such instruction in this mode; the processor raises #UD.
	ErrInvalid = errors.New("x86: invalid instruction")
	// ErrTruncated: the instruction goes on past the bytes given.
	ErrTruncated = errors.New("x86: truncated instruction")
	// ErrTooLong: more than 15 bytes; the processor raises #GP.
	ErrTooLong = errors.New("x86: instruction longer than 15 bytes")
)

// MaxLen is the length limit of an instruction in bytes.
const MaxLen = 15

// rowFlags are properties of a row.
type rowFlags uint16

const (
	fLock  rowFlags = 1 << iota // LOCK allowed with a memory destination
	fD64                        // operand size defaults to 64 bits
	fF64                        // operand size is 64 bits, 66 ignored
	fNo64                       // invalid in 64-bit mode
	fCond                       // low opcode nibble is a condition
	fIgn66                      // 66 does not change the operand size
	fLegPx                      // a legacy prefix byte
	fRex                        // a REX prefix byte
	fReg                        // ModRM.mod is taken as 3 whatever it is
)

// ext tells by what a row is looked up further.
type ext uint8

const (
	extNone ext = iota
	byReg       // ModRM.reg
	byMod       // 0 memory, 1 register
	byRM        // ModRM.rm
	byPfx       // mandatory prefix: 0 none, 1 66, 2 F3, 3 F2
	byPfxF      // as byPfx, but an F2 or F3 without a row of its own is ignored
	byRexB      // REX.B
	toMap38
	toMap3A
	toVEX2
	toVEX3
	toEVEX
	toXOP
)

// row is one entry of an opcode map or group.
type row struct {
	sub     *[8]row
	op      Op
	f       rowFlags
	a, b, c opnd
	ext     ext
}

// decoder is the state of one Decode call. The buffer is long enough for every read that the
// prefix limit allows, so no read needs a length check: excess is found at the end.
type decoder struct {
	buf   *[32]byte
	pos   int
	osz   uint8 // index into sizeBytes
	hasRM bool
	seg   uint8
	rmPos int // where the ModRM byte is
	// regForm: ModRM.mod is taken as 3.
	regForm bool
}

// Decode decodes the instruction at the start of code into in; see the function Decode.
func (in *Inst) Decode(code []byte, m Mode) error {
	if len(code) >= quickLen && in.quick((*[quickLen]byte)(code)) {
		return nil
	}
	return in.full(code)
}

// full is Decode for whatever comes.
func (in *Inst) full(code []byte) error {
	*in = Inst{}
	d := decoder{seg: DS}
	var err error
	if len(code) >= 32 {
		d.buf = (*[32]byte)(code)
		err = d.decode(in)
	} else {
		var pad [32]byte
		copy(pad[:], code)
		d.buf = &pad
		err = d.decode(in)
	}
	if d.pos > len(code) || d.pos > MaxLen {
		err = ErrTooLong
		if len(code) < MaxLen {
			err = ErrTruncated
		}
	}
	in.Len = uint8(d.pos)
	return err
}

// Decode decodes the instruction at the start of code, which should hold MaxLen bytes when there are
// that many. It allocates nothing. SDM vol. 2 chapter 2 and appendix A.
func Decode(code []byte, m Mode) (in Inst, err error) {
	err = in.Decode(code, m)
	return in, err
}

// decode reads prefixes and opcode, finds the row and fills in.
func (d *decoder) decode(in *Inst) error {
	buf := d.buf
	pos := 0
	in.Mem.Base, in.Mem.Index = RegNone, RegNone
	in.AddrSize = 8
	b := buf[0]
	if b&0xf0 == 0x40 { // the common case: REX and no other prefix
		in.Rex = b
		pos = 1
		b = buf[1]
	}
	r := &map1B[b]
	if r.f&(fLegPx|fRex) != 0 {
		for {
			if r.f&fRex != 0 {
				in.Rex = b
			} else {
				in.Rex = 0
				d.prefix(in, b)
			}
			pos++
			if pos >= MaxLen {
				d.pos = pos + 1
				return ErrTooLong
			}
			b = buf[pos]
			r = &map1B[b]
			if r.f&(fLegPx|fRex) == 0 {
				break
			}
		}
	}
	d.pos = pos + 1
	d.osz = 1
	if in.Rex&8 != 0 {
		d.osz = 2
	} else if in.Pfx66 {
		d.osz = 0
	}
	if b == 0x0f {
		b = d.u8()
		r = &map0F[b]
	}
	if r.ext != extNone {
		if r, b = d.extended(in, r, b); r.ext != extNone {
			return d.vex(in, r.ext)
		}
	}
	if r.op == 0 || r.f&fNo64 != 0 {
		if r.op == 0 && r.a != oNone {
			d.operands(in, r, b)
		}
		return ErrInvalid
	}
	in.Op = r.op
	if r.f&(fD64|fF64|fIgn66|fCond) != 0 {
		switch {
		case r.f&fF64 != 0, r.f&fD64 != 0 && d.osz == 1:
			d.osz = 2
		case r.f&fIgn66 != 0 && d.osz == 0:
			d.osz = 1
		}
		if r.f&fCond != 0 {
			in.Cond = b & 15
		}
	}
	in.OpSize = 2 << d.osz
	in.Opcode = b
	d.regForm = r.f&fReg != 0
	if !d.operands(in, r, b) {
		return ErrInvalid
	}
	if in.Lock && (r.f&fLock == 0 || in.Args[0].Kind != ArgMem) {
		return ErrInvalid
	}
	return nil
}

// extended goes on from a row that more of the instruction decides about, to the row of the opcode or of a VEX or EVEX prefix. b is
// the opcode's last byte.
func (d *decoder) extended(in *Inst, r *row, b byte) (*row, byte) {
	for {
		switch r.ext {
		case byReg:
			d.needRM(in)
			r = &r.sub[in.ModRM>>3&7]
		case byMod:
			d.needRM(in)
			i := 0
			if in.ModRM >= 0xc0 {
				i = 1
			}
			r = &r.sub[i]
		case byRM:
			d.needRM(in)
			r = &r.sub[in.ModRM&7]
		case byPfx:
			r = &r.sub[d.pfxIndex(in)]
		case byPfxF:
			i := d.pfxIndex(in)
			if i >= 2 && r.sub[i].op == 0 && r.sub[i].ext == extNone {
				i = 0
				if in.Pfx66 {
					i = 1
				}
			}
			r = &r.sub[i]
		case byRexB:
			r = &r.sub[in.Rex&1]
		case toMap38:
			b = d.u8()
			r = &map0F38[b]
		case toMap3A:
			b = d.u8()
			r = &map0F3A[b]
		default:
			return r, b
		}
	}
}

// operands fills the operands of row r, whose last opcode byte is b.
func (d *decoder) operands(in *Inst, r *row, b byte) bool {
	if r.a == oNone {
		return true
	}
	ok := d.operand(in, &in.Args[0], r.a, b)
	if r.b != oNone {
		ok = d.operand(in, &in.Args[1], r.b, b) && ok
		if r.c != oNone {
			ok = d.operand(in, &in.Args[2], r.c, b) && ok
		}
	}
	return ok
}

// prefix notes the legacy prefix b.
func (d *decoder) prefix(in *Inst, b byte) {
	switch b {
	case 0x66:
		in.Pfx66 = true
	case 0x67:
		in.AddrSize = 4
	case 0xf0:
		in.Lock = true
	case 0xf2, 0xf3:
		in.Rep = b
	case 0x64:
		d.seg = FS
	case 0x65:
		d.seg = GS
	}
	// The other segment prefixes are ignored in 64-bit mode.
}

// pfxIndex returns the index into a byPfx group.
func (d *decoder) pfxIndex(in *Inst) int {
	switch {
	case in.Rep == RepE:
		return 2
	case in.Rep == RepNE:
		return 3
	case in.Pfx66:
		return 1
	}
	return 0
}

// u8 reads a byte.
func (d *decoder) u8() byte {
	b := d.buf[d.pos&31]
	d.pos++
	return b
}

// needRM reads the ModRM byte unless that has been done.
func (d *decoder) needRM(in *Inst) {
	if !d.hasRM {
		d.modrm(in)
	}
}

// modrm reads the ModRM byte, with SIB and displacement, once.
func (d *decoder) modrm(in *Inst) {
	d.hasRM = true
	d.rmPos = d.pos
	m := d.buf[d.pos&31]
	d.pos++
	if d.regForm {
		m |= 0xc0
	}
	in.ModRM = m
	in.Mem.Seg = d.seg // MASKMOVQ has one without a memory operand
	if m >= 0xc0 {
		return
	}
	mod, rm := m>>6, m&7
	if rm == 4 {
		sib := d.buf[d.pos&31]
		d.pos++
		if idx := sib>>3&7 | in.Rex<<2&8; idx != RSP {
			in.Mem.Index = idx
			in.Mem.Scale = sib >> 6
		}
		if sib&7 == 5 && mod == 0 {
			mod = 2
		} else {
			in.Mem.Base = sib&7 | in.Rex<<3&8
		}
	} else if rm == 5 && mod == 0 {
		in.Mem.Base = RegRIP
		mod = 2
	} else {
		in.Mem.Base = rm | in.Rex<<3&8
	}
	switch mod {
	case 1:
		in.Mem.Disp = int64(int8(d.buf[d.pos&31]))
		d.pos++
	case 2:
		in.Mem.Disp = int64(int32(binary.LittleEndian.Uint32(d.buf[d.pos&31:])))
		d.pos += 4
	}
}

// operand decodes one operand of kind k into a; false means the encoding is invalid.
func (d *decoder) operand(in *Inst, a *Arg, k opnd, opcode byte) bool {
	t := &opndTab[k&127]
	a.Kind = t.kind
	a.Size = sizeBytes[t.size&15][d.osz&3]
	if t.where <= inReg && !d.hasRM {
		d.modrm(in)
	}
	switch t.where {
	case inReg:
		d.reg(in, a, in.ModRM>>3&7|in.Rex<<1&8)
		return a.Kind < ArgSeg || d.checkReg(in, a)
	case inRM:
		if in.ModRM >= 0xc0 {
			d.reg(in, a, in.ModRM&7|in.Rex<<3&8)
		} else {
			a.Kind = ArgMem
			a.Size = sizeBytes[t.mem&15][d.osz&3]
		}
	case inRMMem:
		a.Kind = ArgMem
		return in.ModRM < 0xc0
	case inRMReg:
		if in.ModRM < 0xc0 {
			return false
		}
		d.reg(in, a, in.ModRM&7|in.Rex<<3&8)
	case inOpcode:
		d.reg(in, a, opcode&7|in.Rex<<3&8)
	case isFixed:
		a.Reg = t.fixed
	case isOne:
		in.Imm = 1
	case isImm, isRel:
		d.imm(in, a.Size, t.where == isRel || t.mem != s0)
	case isImmPair:
		d.imm(in, a.Size, false)
		in.Imm2 = d.u8()
		// INSERTQ has no slot left: its second immediate is only in Imm2.
		for i := 1; i < len(in.Args); i++ {
			if in.Args[i].Kind == ArgNone {
				in.Args[i] = Arg{Kind: ArgImm2, Size: 1}
				break
			}
		}
	case isMoffs:
		in.Mem.Seg = d.seg
		if in.AddrSize == 4 {
			in.Mem.Disp = int64(binary.LittleEndian.Uint32(d.buf[d.pos&31:]))
		} else {
			in.Mem.Disp = int64(binary.LittleEndian.Uint64(d.buf[d.pos&31:]))
		}
		d.pos += int(in.AddrSize)
	case isStrSrc, isStrDst:
		in.Mem.Seg = d.seg
	}
	return true
}

// reg sets a's register number, minding the high-byte registers and the classes without REX.
func (d *decoder) reg(in *Inst, a *Arg, n uint8) {
	a.Reg = n
	switch a.Kind {
	case ArgReg:
		if a.Size == 1 && in.Rex == 0 && n >= 4 {
			a.Kind = ArgRegH
			a.Reg = n - 4
		} else if a.Size == 0 {
			a.Size = in.AddrSize
		}
	case ArgMMX, ArgST, ArgSeg:
		a.Reg = n & 7
	}
}

// checkReg rejects system register numbers that do not exist.
func (d *decoder) checkReg(in *Inst, a *Arg) bool {
	switch a.Kind {
	case ArgSeg:
		return a.Reg <= GS && (in.Op != MOVSEG || in.Args[0].Kind != ArgSeg || a.Reg != CS)
	case ArgCR:
		return 1<<a.Reg&(1<<0|1<<2|1<<3|1<<4|1<<8) != 0
	case ArgDR:
		return a.Reg < 8
	}
	return true
}

// imm reads an immediate of size bytes into in.Imm; 4-byte ones are always sign-extended.
func (d *decoder) imm(in *Inst, size uint8, signed bool) {
	p := d.buf[d.pos&31:]
	d.pos += int(size)
	switch size {
	case 1:
		in.Imm = int64(p[0])
		if signed {
			in.Imm = int64(int8(p[0]))
		}
	case 2:
		in.Imm = int64(binary.LittleEndian.Uint16(p))
	case 4:
		in.Imm = int64(int32(binary.LittleEndian.Uint32(p)))
	case 8:
		in.Imm = int64(binary.LittleEndian.Uint64(p))
	}
}

// vex measures an instruction of the VEX, EVEX or XOP space. None is implemented, and CPUID says so:
// translation makes them #UD. SDM vol. 2 2.3, 2.7.
func (d *decoder) vex(in *Inst, e ext) error {
	bad := in.Lock || in.Pfx66 || in.Rep != 0 || in.Rex != 0
	var opmap, immLen byte
	switch e {
	case toVEX2:
		d.u8()
		opmap = 1
		in.Op = VEX
	case toVEX3:
		opmap = d.u8() & 31
		d.u8()
		in.Op = VEX
	case toEVEX:
		p0 := d.u8()
		opmap = p0 & 7
		bad = bad || p0&8 != 0 || d.buf[d.pos&31]&4 == 0
		d.pos += 2
		in.Op = EVEX
	case toXOP: // the ModRM byte read by the group is the second byte of the prefix
		d.pos = d.rmPos
		opmap = d.u8() & 31
		d.u8()
		in.Op = XOP
	}
	opcode := d.u8()
	hasRM := true
	switch {
	case e == toXOP && opmap == 8, e != toXOP && opmap == 3:
		immLen = 1
	case e == toXOP && opmap == 10:
		immLen = 4
	case e == toXOP && opmap == 9, e != toXOP && opmap == 2, e == toEVEX && (opmap == 5 || opmap == 6):
	case e != toXOP && opmap == 1:
		switch opcode {
		case 0x70, 0x71, 0x72, 0x73, 0xc2, 0xc4, 0xc5, 0xc6:
			immLen = 1
		case 0x77:
			hasRM = false
		}
	default:
		bad = true
	}
	in.Mem = Mem{Base: RegNone, Index: RegNone}
	in.Rex = 0
	if hasRM {
		d.modrm(in)
	}
	d.pos += int(immLen)
	in.Mem = Mem{Base: RegNone, Index: RegNone}
	if bad {
		return ErrInvalid
	}
	return nil
}
