package amd64

// alu is one of the eight classic two-operand operations, by its opcode digit.
type alu uint8

const (
	aADD alu = iota
	aOR
	aADC
	aSBB
	aAND
	aSUB
	aXOR
	aCMP
)

// shiftOp is a shift or rotate, by its opcode digit.
type shiftOp uint8

const (
	shROL shiftOp = 0
	shROR shiftOp = 1
	shRCL shiftOp = 2
	shRCR shiftOp = 3
	shSHL shiftOp = 4
	shSHR shiftOp = 5
	shSAR shiftOp = 7
)

// group3 is an operation of opcode F6/F7, by its digit.
type group3 uint8

const (
	g3NOT  group3 = 2
	g3NEG  group3 = 3
	g3MUL  group3 = 4
	g3IMUL group3 = 5
	g3DIV  group3 = 6
	g3IDIV group3 = 7
)

// cc is an x86 condition code in its encoding order (SDM vol. 1 appendix B).
type cc uint8

const (
	ccO cc = iota
	ccNO
	ccB
	ccAE
	ccE
	ccNE
	ccBE
	ccA
	ccS
	ccNS
	ccP
	ccNP
	ccL
	ccGE
	ccLE
	ccG
)

// bySize holds what an operand size adds to an opcode whose low bit tells byte from larger.
var bySize = [4]enc{byteReg | byteRM, 1 | p66, 1, 1 | rexW}

// bySizeM is bySize for opcodes with a register and a memory operand, or one operand only.
var bySizeX = [4]enc{0, p66, 0, rexW}

// aluRR emits op dst, src.
func (a *asm) aluRR(op alu, s size, dst, src reg) {
	a.rr(enc(op)<<3|bySize[s], uint8(src), uint8(dst))
}

// aluRM emits op dst, [m].
func (a *asm) aluRM(op alu, s size, dst reg, m mem) {
	a.rm(enc(op)<<3|2|bySize[s], uint8(dst), m)
}

// aluMR emits op [m], src.
func (a *asm) aluMR(op alu, s size, m mem, src reg) {
	a.rm(enc(op)<<3|bySize[s], uint8(src), m)
}

// aluRI emits op dst, imm; the immediate is sign-extended from 32 bits for s64.
func (a *asm) aluRI(op alu, s size, dst reg, imm int32) {
	switch {
	case s == s8:
		a.rr(0x80|byteRM, uint8(op), uint8(dst))
		a.byte(byte(imm))
	case s == s16 && imm != int32(int8(imm)) && int16(imm) != int16(int8(imm)):
		a.rr(0x81|p66, uint8(op), uint8(dst))
		a.byte(byte(imm))
		a.byte(byte(imm >> 8))
	case s == s16 || imm == int32(int8(imm)):
		a.rr(0x83|bySizeX[s], uint8(op), uint8(dst))
		a.byte(byte(imm))
	default:
		a.rr(0x81|bySizeX[s], uint8(op), uint8(dst))
		a.u32(uint32(imm))
	}
}

// aluMI emits op [m], imm.
func (a *asm) aluMI(op alu, s size, m mem, imm int32) {
	switch {
	case s == s8:
		a.rm(0x80, uint8(op), m)
		a.byte(byte(imm))
	case s == s16 && int16(imm) != int16(int8(imm)):
		a.rm(0x81|p66, uint8(op), m)
		a.byte(byte(imm))
		a.byte(byte(imm >> 8))
	case s == s16 || imm == int32(int8(imm)):
		a.rm(0x83|bySizeX[s], uint8(op), m)
		a.byte(byte(imm))
	default:
		a.rm(0x81|bySizeX[s], uint8(op), m)
		a.u32(uint32(imm))
	}
}

// testRR emits TEST x, y.
func (a *asm) testRR(s size, x, y reg) { a.rr(0x84|bySize[s], uint8(y), uint8(x)) }

// testRI emits TEST x, imm, narrowed to a byte where the flags cannot tell (anyFlags false means only ZF
// is looked at).
func (a *asm) testRI(s size, x reg, imm int32) {
	switch s {
	case s8:
		if x == rax {
			a.byte(0xa8)
		} else {
			a.rr(0xf6|byteRM, 0, uint8(x))
		}
		a.byte(byte(imm))
	case s16:
		a.rr(0xf7|p66, 0, uint8(x))
		a.byte(byte(imm))
		a.byte(byte(imm >> 8))
	default:
		a.rr(0xf7|bySizeX[s], 0, uint8(x))
		a.u32(uint32(imm))
	}
}

// testMR emits TEST [m], x.
func (a *asm) testMR(s size, m mem, x reg) { a.rm(0x84|bySize[s]&^byteRM, uint8(x), m) }

// testMIs emits TEST [m], imm.
func (a *asm) testMIs(s size, m mem, imm int32) {
	switch s {
	case s8:
		a.rm(0xf6, 0, m)
		a.byte(byte(imm))
	case s16:
		a.rm(0xf7|p66, 0, m)
		a.byte(byte(imm))
		a.byte(byte(imm >> 8))
	default:
		a.rm(0xf7|bySizeX[s], 0, m)
		a.u32(uint32(imm))
	}
}

// movRR emits MOV dst, src; 32-bit moves zero the upper half.
func (a *asm) movRR(s size, dst, src reg) { a.rr(0x8b|bySizeX[s], uint8(dst), uint8(src)) }

// movRI loads a constant in its shortest form, without touching flags.
func (a *asm) movRI(dst reg, v uint64) {
	switch {
	case v == uint64(uint32(v)):
		if dst >= 8 {
			a.byte(0x41)
		}
		a.byte(0xb8 | byte(dst&7))
		a.u32(uint32(v))
	case v == uint64(int64(int32(v))):
		a.rr(0xc7|rexW, 0, uint8(dst))
		a.u32(uint32(v))
	default:
		a.byte(0x48 | byte(dst>>3))
		a.byte(0xb8 | byte(dst&7))
		a.u64(v)
	}
}

// zero clears dst by XOR (changes flags).
func (a *asm) zero(dst reg) { a.aluRR(aXOR, s32, dst, dst) }

// load emits MOV dst, [m] for s32 and s64, MOVZX for the smaller sizes.
func (a *asm) load(s size, dst reg, m mem) {
	switch s {
	case s8:
		a.rm(0xb6|m0F, uint8(dst), m)
	case s16:
		a.rm(0xb7|m0F, uint8(dst), m)
	default:
		a.rm(0x8b|bySizeX[s], uint8(dst), m)
	}
}

// loadSX emits MOVSX dst, [m] from size s to size to (s32 or s64).
func (a *asm) loadSX(s, to size, dst reg, m mem) {
	switch s {
	case s8:
		a.rm(0xbe|m0F|bySizeX[to], uint8(dst), m)
	case s16:
		a.rm(0xbf|m0F|bySizeX[to], uint8(dst), m)
	case s32:
		if to == s64 {
			a.rm(0x63|rexW, uint8(dst), m)
			return
		}
		a.rm(0x8b, uint8(dst), m)
	default:
		a.rm(0x8b|rexW, uint8(dst), m)
	}
}

// store emits MOV [m], src.
func (a *asm) store(s size, m mem, src reg) { a.rm(0x88|bySize[s]&^byteRM, uint8(src), m) }

// storeI emits MOV [m], imm; sign-extended from 32 bits for s64.
func (a *asm) storeI(s size, m mem, imm int32) {
	a.rm((0xc6|bySize[s])&^(byteReg|byteRM), 0, m)
	switch s {
	case s8:
		a.byte(byte(imm))
	case s16:
		a.byte(byte(imm))
		a.byte(byte(imm >> 8))
	default:
		a.u32(uint32(imm))
	}
}

// movZX zero-extends src from size s.
func (a *asm) movZX(s size, dst, src reg) {
	switch s {
	case s8:
		a.rr(0xb6|m0F|byteRM, uint8(dst), uint8(src))
	case s16:
		a.rr(0xb7|m0F, uint8(dst), uint8(src))
	default:
		a.movRR(s, dst, src)
	}
}

// movSX sign-extends src from size s to size to (s16 gives a 16-bit write).
func (a *asm) movSX(s, to size, dst, src reg) {
	switch {
	case s == s8:
		a.rr(0xbe|m0F|byteRM|bySizeX[to], uint8(dst), uint8(src))
	case s == s16:
		a.rr(0xbf|m0F|bySizeX[to], uint8(dst), uint8(src))
	case s == s32 && to == s64:
		a.rr(0x63|rexW, uint8(dst), uint8(src))
	default:
		a.movRR(s, dst, src)
	}
}

// lea emits LEA dst, [m].
func (a *asm) lea(s size, dst reg, m mem) { a.rm(0x8d|bySizeX[s], uint8(dst), m) }

// shiftRI emits op dst, imm.
func (a *asm) shiftRI(op shiftOp, s size, dst reg, imm uint8) {
	if imm == 1 {
		a.rr(0xd0|bySize[s], uint8(op), uint8(dst))
		return
	}
	a.rr(0xc0|bySize[s], uint8(op), uint8(dst))
	a.byte(imm)
}

// shiftCL emits op dst, cl.
func (a *asm) shiftCL(op shiftOp, s size, dst reg) {
	a.rr(0xd2|bySize[s]&^byteReg, uint8(op), uint8(dst))
}

// shldRI and its like are the double shifts; right selects SHRD.
func (a *asm) shdRI(right bool, s size, dst, src reg, imm uint8) {
	e := enc(0xa4) | m0F
	if right {
		e = 0xac | m0F
	}
	a.rr(e|bySizeX[s], uint8(src), uint8(dst))
	a.byte(imm)
}

// shdCL emits SHLD or SHRD dst, src, cl.
func (a *asm) shdCL(right bool, s size, dst, src reg) {
	e := enc(0xa5) | m0F
	if right {
		e = 0xad | m0F
	}
	a.rr(e|bySizeX[s], uint8(src), uint8(dst))
}

// shiftX emits the BMI2 flagless shift dst = src op count for s32 and s64.
func (a *asm) shiftX(op shiftOp, s size, dst, src, count reg) {
	e := 0xf7 | m38 | bySizeX[s]
	switch op {
	case shSHL:
		e |= p66
	case shSHR:
		e |= pF2
	default:
		e |= pF3
	}
	a.vrr(e, uint8(dst), uint8(count), uint8(src))
}

// rorX emits the BMI2 RORX dst, src, imm for s32 and s64.
func (a *asm) rorX(s size, dst, src reg, imm uint8) {
	a.vrr(0xf0|m3A|pF2|bySizeX[s], uint8(dst), 0, uint8(src))
	a.byte(imm)
}

// bzhi emits the BMI2 BZHI dst = src, the bits from that on that the low byte of n says zero, for s32 and s64.
func (a *asm) bzhi(s size, dst, src, n reg) {
	a.vrr(0xf5|m38|bySizeX[s], uint8(dst), uint8(n), uint8(src))
}

// andn emits the BMI1 ANDN dst = ^x & y for s32 and s64.
func (a *asm) andn(s size, dst, x, y reg) {
	a.vrr(0xf2|m38|bySizeX[s], uint8(dst), uint8(x), uint8(y))
}

// mulX emits the BMI2 MULX hi:lo = rdx * src.
func (a *asm) mulX(s size, hi, lo, src reg) {
	a.vrr(0xf6|m38|pF2|bySizeX[s], uint8(hi), uint8(lo), uint8(src))
}

// unary emits NOT, NEG, MUL, IMUL, DIV or IDIV.
func (a *asm) unary(op group3, s size, r reg) { a.rr(0xf6|bySize[s]&^byteReg, uint8(op), uint8(r)) }

// imulRR emits IMUL dst, src.
func (a *asm) imulRR(s size, dst, src reg) { a.rr(0xaf|m0F|bySizeX[s], uint8(dst), uint8(src)) }

// imulRRI emits IMUL dst, src, imm for s16 to s64.
func (a *asm) imulRRI(s size, dst, src reg, imm int32) {
	switch {
	case imm == int32(int8(imm)):
		a.rr(0x6b|bySizeX[s], uint8(dst), uint8(src))
		a.byte(byte(imm))
	case s == s16:
		a.rr(0x69|p66, uint8(dst), uint8(src))
		a.byte(byte(imm))
		a.byte(byte(imm >> 8))
	default:
		a.rr(0x69|bySizeX[s], uint8(dst), uint8(src))
		a.u32(uint32(imm))
	}
}

// setcc sets the low byte of dst.
func (a *asm) setcc(c cc, dst reg) { a.rr(0x90|enc(c)|m0F|byteRM, 0, uint8(dst)) }

// cmov emits CMOVcc dst, src for s16 to s64.
func (a *asm) cmov(c cc, s size, dst, src reg) {
	a.rr(0x40|enc(c)|m0F|bySizeX[s], uint8(dst), uint8(src))
}

// jcc32 emits a near conditional jump and returns the place of its rel32.
func (a *asm) jcc32(c cc) int {
	a.byte(0x0f)
	a.byte(0x80 | byte(c))
	a.n += 4
	return a.n - 4
}

// jcc8 emits a short conditional jump and returns the place of its rel8.
func (a *asm) jcc8(c cc) int {
	a.byte(0x70 | byte(c))
	a.n++
	return a.n - 1
}

// jmp8 emits a short jump and returns the place of its rel8.
func (a *asm) jmp8() int {
	a.byte(0xeb)
	a.n++
	return a.n - 1
}

// jmp32 emits a near jump and returns the place of its rel32.
func (a *asm) jmp32() int {
	a.byte(0xe9)
	a.n += 4
	return a.n - 4
}

// jmpR emits JMP r; jmpM emits JMP [m].
func (a *asm) jmpR(r reg) { a.rr(0xff, 4, uint8(r)) }
func (a *asm) jmpM(m mem) { a.rm(0xff, 4, m) }

// callR emits CALL r.
func (a *asm) callR(r reg) { a.rr(0xff, 2, uint8(r)) }

func (a *asm) ret()  { a.byte(0xc3) }
func (a *asm) lahf() { a.byte(0x9f) }
func (a *asm) sahf() { a.byte(0x9e) }
func (a *asm) cmc()  { a.byte(0xf5) }
func (a *asm) stc()  { a.byte(0xf9) }
func (a *asm) clc()  { a.byte(0xf8) }

// cdq sign-extends RAX into RDX: CWD, CDQ or CQO.
func (a *asm) cdq(s size) {
	switch s {
	case s16:
		a.byte(0x66)
	case s64:
		a.byte(0x48)
	}
	a.byte(0x99)
}

// bswap swaps the bytes of r, s32 or s64.
func (a *asm) bswap(s size, r reg) {
	rex := byte(0x40) | byte(r>>3)
	if s == s64 {
		rex |= 8
	}
	if rex != 0x40 {
		a.byte(rex)
	}
	a.byte(0x0f)
	a.byte(0xc8 | byte(r&7))
}

// Bit counting; s16 to s64.
func (a *asm) bsf(s size, dst, src reg) { a.rr(0xbc|m0F|bySizeX[s], uint8(dst), uint8(src)) }
func (a *asm) bsr(s size, dst, src reg) { a.rr(0xbd|m0F|bySizeX[s], uint8(dst), uint8(src)) }
func (a *asm) tzcnt(s size, dst, src reg) {
	a.pre16(s)
	a.rr(0xbc|m0F|pF3|bySizeX[s]&rexW, uint8(dst), uint8(src))
}
func (a *asm) lzcnt(s size, dst, src reg) {
	a.pre16(s)
	a.rr(0xbd|m0F|pF3|bySizeX[s]&rexW, uint8(dst), uint8(src))
}
func (a *asm) popcnt(s size, dst, src reg) {
	a.pre16(s)
	a.rr(0xb8|m0F|pF3|bySizeX[s]&rexW, uint8(dst), uint8(src))
}

// pre16 emits the operand-size prefix where another mandatory prefix follows.
func (a *asm) pre16(s size) {
	if s == s16 {
		a.byte(0x66)
	}
}

// crc32 emits CRC32 dst, src (SSE4.2) for the source sizes s8 to s64.
func (a *asm) crc32(s size, dst, src reg) {
	e := enc(0xf0) | m38 | pF2
	switch s {
	case s8:
		e |= byteRM
	case s16:
		a.byte(0x66)
		e |= 1
	default:
		e |= 1 | bySizeX[s]
	}
	a.rr(e, uint8(dst), uint8(src))
}

// btRI emits BT r, imm; btRR emits BT r, idx.
func (a *asm) btRI(s size, r reg, imm uint8) {
	a.rr(0xba|m0F|bySizeX[s], 4, uint8(r))
	a.byte(imm)
}
func (a *asm) btRR(s size, r, idx reg) { a.rr(0xa3|m0F|bySizeX[s], uint8(idx), uint8(r)) }

// xchgRR swaps two registers, all 64 bits.
func (a *asm) xchgRR(x, y reg) { a.rr(0x87|rexW, uint8(x), uint8(y)) }

// xchgMR swaps memory and register atomically.
func (a *asm) xchgMR(s size, m mem, r reg) { a.rm(0x86|bySize[s], uint8(r), m) }

// xadd emits LOCK XADD [m], r.
func (a *asm) xadd(s size, m mem, r reg) { a.rm(0xc0|m0F|lockPfx|bySize[s], uint8(r), m) }

// cmpxchg emits LOCK CMPXCHG [m], r (accumulator RAX).
func (a *asm) cmpxchg(s size, m mem, r reg) { a.rm(0xb0|m0F|lockPfx|bySize[s], uint8(r), m) }

// cmpxchg16 emits LOCK CMPXCHG16B [m].
func (a *asm) cmpxchg16(m mem) { a.rm(0xc7|m0F|lockPfx|rexW, 1, m) }

// lockAluMR emits LOCK op [m], src.
func (a *asm) lockAluMR(op alu, s size, m mem, src reg) {
	a.rm(enc(op)<<3|lockPfx|bySize[s], uint8(src), m)
}

// lockOrMI emits LOCK OR dword [m], imm.
func (a *asm) lockOrMI(m mem, imm int8) {
	a.rm(0x83|lockPfx, 1, m)
	a.byte(byte(imm))
}

// ldmxcsr and stmxcsr move the FP environment.
func (a *asm) ldmxcsr(m mem) { a.rm(0xae|m0F, 2, m) }
func (a *asm) stmxcsr(m mem) { a.rm(0xae|m0F, 3, m) }

// align pads with zero bytes' worth of NOPs until pos is a multiple of to, counted with extra more bytes.
func (a *asm) align(to, extra int) {
	n := (to - (a.n+extra)%to) % to
	for n > 0 {
		k := min(n, 9)
		copy(a.b[a.n:], nops[k][:k])
		a.n += k
		n -= k
	}
}

// nops holds the recommended multi-byte NOPs (SDM vol. 2B NOP) by length.
var nops = [10][9]byte{
	1: {0x90},
	2: {0x66, 0x90},
	3: {0x0f, 0x1f, 0x00},
	4: {0x0f, 0x1f, 0x40, 0x00},
	5: {0x0f, 0x1f, 0x44, 0x00, 0x00},
	6: {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
	7: {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
	8: {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
	9: {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
}
