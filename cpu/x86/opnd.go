package x86

// opnd is an operand kind, in the SDM's notation (vol. 2 A.2) after the letter o: E is a general
// register or memory from ModRM, G a register from ModRM.reg, M memory only, R register only,
// Z a register in the opcode's low bits, I an immediate, J a branch displacement, O an absolute
// address, X/Y the string source and destination, V/W/U XMM, P/Q/N MMX, S/C/D segment, control
// and debug registers. The lower-case rest is the size.
type opnd uint8

const (
	oNone opnd = iota
	oEb
	oEw
	oEd
	oEq
	oEv
	oEy
	oRvMw // register of operand size, or 16-bit memory
	oRyMb // register of 4 or 8 bytes, or 8-bit memory
	oRyMw // register of 4 or 8 bytes, or 16-bit memory
	oRyMd // register of 4 or 8 bytes, or 32-bit memory
	oGb
	oGw
	oGd
	oGq
	oGv
	oGy
	oM // memory; the size is the instruction's business
	oMb
	oMw
	oMd
	oMq
	oMdq
	oMqdq // 8 bytes, or 16 with REX.W
	oMv
	oMy
	oMp // far pointer
	oM80
	oRd
	oRq
	oRv
	oRy
	oRa // register of address size
	oGa
	oZb
	oZv
	oAL
	oCL
	oAX
	oDX
	oRAX // accumulator of operand size
	oEAX // accumulator of 16 or 32 bits
	oOne
	oFS
	oGS
	oIb  // 8 bits, zero-extended
	oIbs // 8 bits, sign-extended
	oIw
	oIz
	oIv
	oIwIb // 16 bits, then a second immediate of 8
	oIbIb // 8 bits, then a second immediate of 8
	oJb
	oJz
	oOb
	oOv
	oXb
	oXv
	oXz
	oYb
	oYv
	oYz
	oVx
	oVq
	oVd
	oWx
	oWq
	oWd
	oWw
	oUx
	oUq
	oPq
	oQq
	oQd
	oNq
	oXMM0
	oSw
	oCq
	oDq
	oST0
	oSTi
	numOpnds
)

// where tells from which part of an instruction an operand comes.
type where uint8

const (
	inRM     where = iota // ModRM.rm: register or memory
	inRMMem               // ModRM.rm: memory only
	inRMReg               // ModRM.rm: register only
	inReg                 // ModRM.reg
	inOpcode              // low three opcode bits
	isFixed               // a fixed register
	isImm
	isImmPair
	isOne
	isRel
	isMoffs
	isStrSrc
	isStrDst
)

// sizeCode tells how an operand's size follows from the operand size.
type sizeCode uint8

const (
	s0 sizeCode = iota
	s1
	s2
	s4
	s8
	s10
	s16
	sV // 2, 4 or 8
	sZ // 2 or 4
	sY // 4 or 8
	sP // far pointer
	sQ // 8 or 16
	sA // address size
)

// sizeBytes gives the size in bytes for an operand size of 16, 32 or 64 bits.
var sizeBytes = [16][4]uint8{
	s1: {1, 1, 1}, s2: {2, 2, 2}, s4: {4, 4, 4}, s8: {8, 8, 8}, s10: {10, 10, 10}, s16: {16, 16, 16},
	sV: {2, 4, 8}, sZ: {2, 4, 4}, sY: {4, 4, 8}, sP: {4, 6, 10}, sQ: {8, 8, 16}, sA: {0, 0, 0},
}

// opndDesc describes an operand kind.
type opndDesc struct {
	where where
	kind  ArgKind  // when a register
	size  sizeCode // when a register, immediate or memory
	mem   sizeCode // when memory and different from size
	fixed uint8    // register number when where is isFixed
}

var opndTab = [128]opndDesc{
	oEb:   {inRM, ArgReg, s1, s1, 0},
	oEw:   {inRM, ArgReg, s2, s2, 0},
	oEd:   {inRM, ArgReg, s4, s4, 0},
	oEq:   {inRM, ArgReg, s8, s8, 0},
	oEv:   {inRM, ArgReg, sV, sV, 0},
	oEy:   {inRM, ArgReg, sY, sY, 0},
	oRvMw: {inRM, ArgReg, sV, s2, 0},
	oRyMb: {inRM, ArgReg, sY, s1, 0},
	oRyMw: {inRM, ArgReg, sY, s2, 0},
	oRyMd: {inRM, ArgReg, sY, s4, 0},
	oGb:   {inReg, ArgReg, s1, s1, 0},
	oGw:   {inReg, ArgReg, s2, s2, 0},
	oGd:   {inReg, ArgReg, s4, s4, 0},
	oGq:   {inReg, ArgReg, s8, s8, 0},
	oGv:   {inReg, ArgReg, sV, sV, 0},
	oGy:   {inReg, ArgReg, sY, sY, 0},
	oM:    {inRMMem, ArgNone, s0, s0, 0},
	oMb:   {inRMMem, ArgNone, s1, s1, 0},
	oMw:   {inRMMem, ArgNone, s2, s2, 0},
	oMd:   {inRMMem, ArgNone, s4, s4, 0},
	oMq:   {inRMMem, ArgNone, s8, s8, 0},
	oMdq:  {inRMMem, ArgNone, s16, s16, 0},
	oMqdq: {inRMMem, ArgNone, sQ, sQ, 0},
	oMv:   {inRMMem, ArgNone, sV, sV, 0},
	oMy:   {inRMMem, ArgNone, sY, sY, 0},
	oMp:   {inRMMem, ArgNone, sP, sP, 0},
	oM80:  {inRMMem, ArgNone, s10, s10, 0},
	oRd:   {inRMReg, ArgReg, s4, s4, 0},
	oRq:   {inRMReg, ArgReg, s8, s8, 0},
	oRv:   {inRMReg, ArgReg, sV, sV, 0},
	oRy:   {inRMReg, ArgReg, sY, sY, 0},
	oRa:   {inRMReg, ArgReg, sA, sA, 0},
	oGa:   {inReg, ArgReg, sA, sA, 0},
	oZb:   {inOpcode, ArgReg, s1, s1, 0},
	oZv:   {inOpcode, ArgReg, sV, sV, 0},
	oAL:   {isFixed, ArgReg, s1, s1, RAX},
	oCL:   {isFixed, ArgReg, s1, s1, RCX},
	oAX:   {isFixed, ArgReg, s2, s2, RAX},
	oDX:   {isFixed, ArgReg, s2, s2, RDX},
	oRAX:  {isFixed, ArgReg, sV, sV, RAX},
	oEAX:  {isFixed, ArgReg, sZ, sZ, RAX},
	oOne:  {isOne, ArgImm, s1, s1, 0},
	oFS:   {isFixed, ArgSeg, s2, s2, FS},
	oGS:   {isFixed, ArgSeg, s2, s2, GS},
	oIb:   {isImm, ArgImm, s1, s0, 0},
	oIbs:  {isImm, ArgImm, s1, s1, 0}, // mem set: sign-extend
	oIw:   {isImm, ArgImm, s2, s0, 0},
	oIz:   {isImm, ArgImm, sZ, s0, 0},
	oIv:   {isImm, ArgImm, sV, s0, 0},
	oIwIb: {isImmPair, ArgImm, s2, s0, 0},
	oIbIb: {isImmPair, ArgImm, s1, s0, 0},
	oJb:   {isRel, ArgRel, s1, s0, 0},
	oJz:   {isRel, ArgRel, s4, s0, 0},
	oOb:   {isMoffs, ArgMem, s1, s1, 0},
	oOv:   {isMoffs, ArgMem, sV, sV, 0},
	oXb:   {isStrSrc, ArgStrSrc, s1, s1, 0},
	oXv:   {isStrSrc, ArgStrSrc, sV, sV, 0},
	oXz:   {isStrSrc, ArgStrSrc, sZ, sZ, 0},
	oYb:   {isStrDst, ArgStrDst, s1, s1, 0},
	oYv:   {isStrDst, ArgStrDst, sV, sV, 0},
	oYz:   {isStrDst, ArgStrDst, sZ, sZ, 0},
	oVx:   {inReg, ArgXMM, s16, s16, 0},
	oVq:   {inReg, ArgXMM, s8, s8, 0},
	oVd:   {inReg, ArgXMM, s4, s4, 0},
	oWx:   {inRM, ArgXMM, s16, s16, 0},
	oWq:   {inRM, ArgXMM, s8, s8, 0},
	oWd:   {inRM, ArgXMM, s4, s4, 0},
	oWw:   {inRM, ArgXMM, s2, s2, 0},
	oUx:   {inRMReg, ArgXMM, s16, s16, 0},
	oUq:   {inRMReg, ArgXMM, s8, s8, 0},
	oPq:   {inReg, ArgMMX, s8, s8, 0},
	oQq:   {inRM, ArgMMX, s8, s8, 0},
	oQd:   {inRM, ArgMMX, s4, s4, 0},
	oNq:   {inRMReg, ArgMMX, s8, s8, 0},
	oXMM0: {isFixed, ArgXMM, s16, s16, 0},
	oSw:   {inReg, ArgSeg, s2, s2, 0},
	oCq:   {inReg, ArgCR, s8, s8, 0},
	oDq:   {inReg, ArgDR, s8, s8, 0},
	oST0:  {isFixed, ArgST, s10, s10, 0},
	oSTi:  {inRMReg, ArgST, s10, s10, 0},
}
