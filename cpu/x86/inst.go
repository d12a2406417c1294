package x86

// Mode selects the processor mode code is decoded for.
type Mode uint8

// Mode64 is 64-bit mode, the only one there is so far.
const Mode64 Mode = 0

// RegNone stands for an absent base or index register in Mem; RegRIP as a base means the address
// of the next instruction.
const (
	RegRIP  = 16
	RegNone = 0xff
)

// ArgKind is the kind of an instruction operand.
type ArgKind uint8

// Operand kinds.
const (
	ArgNone   ArgKind = iota
	ArgReg            // general register Reg, low Size bytes
	ArgRegH           // bits 15:8 of general register Reg: AH CH DH BH
	ArgMem            // Inst.Mem, Size bytes
	ArgImm            // Inst.Imm
	ArgImm2           // Inst.Imm2
	ArgRel            // branch target: next instruction + Inst.Imm
	ArgStrSrc         // string source: [rSI], segment Inst.Mem.Seg
	ArgStrDst         // string destination: ES:[rDI]
	ArgXMM            // XMM register Reg, low Size bytes of interest
	ArgMMX            // MMX register Reg
	ArgST             // x87 register ST(Reg)
	ArgSeg            // segment register Reg
	ArgCR             // control register Reg
	ArgDR             // debug register Reg
)

// Arg is one operand.
type Arg struct {
	Kind ArgKind
	Reg  uint8
	Size uint8 // bytes
}

// Mem is a memory operand: Seg:[Base + Index<<Scale + Disp], computed modulo the address size.
type Mem struct {
	Base  uint8 // general register, RegRIP or RegNone
	Index uint8 // general register or RegNone
	Scale uint8 // shift count 0-3
	Seg   uint8 // FS, GS, or any other value for a zero base
	Disp  int64
}

// Repeat prefixes, as in Inst.Rep.
const (
	RepNone = 0
	RepE    = 0xf3 // REP, REPE
	RepNE   = 0xf2
)

// Inst is a decoded instruction. It holds no pointers.
type Inst struct {
	Op       Op
	Len      uint8 // bytes
	OpSize   uint8 // operand size in bytes: 2, 4 or 8 (1 is only ever seen in Args)
	AddrSize uint8 // address size in bytes: 4 or 8
	Rep      uint8 // last of the F2/F3 prefixes
	Rex      uint8 // REX prefix or 0
	Pfx66    bool  // operand-size prefix seen
	Lock     bool  // LOCK prefix seen (valid here)
	Cond     uint8 // condition code of JCC SETCC CMOVCC
	Opcode   uint8 // last opcode byte
	ModRM    uint8
	Imm2     uint8 // second immediate (ENTER, EXTRQ)
	Args     [3]Arg
	Mem      Mem
	Imm      int64 // immediate or branch displacement, extended as its operand kind says
}

// NArgs returns the number of operands.
func (in *Inst) NArgs() int {
	n := 0
	for n < len(in.Args) && in.Args[n].Kind != ArgNone {
		n++
	}
	return n
}

// HasMem reports whether one operand is ModRM or absolute memory.
func (in *Inst) HasMem() bool {
	return in.Args[0].Kind == ArgMem || in.Args[1].Kind == ArgMem || in.Args[2].Kind == ArgMem
}

// Target returns the branch target of an instruction at pc with an ArgRel operand.
func (in *Inst) Target(pc uint64) uint64 { return pc + uint64(in.Len) + uint64(in.Imm) }
