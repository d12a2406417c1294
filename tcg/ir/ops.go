package ir

// Opcode names an op of the IR.
type Opcode uint16

// Op is one operation. Outputs come first in A, then inputs; the op's row in the table says how
// many there are of each and of which type. Slots that are not used hold NoTemp.
type Op struct {
	Code Opcode
	// W is the width of the operands (integer ops), lanes (vector and FP ops) or access (memory).
	W Width
	// D is the width of the result where it differs from W: Sext, signed Ld, converts.
	D    Width
	Cond Cond
	// Aux is a small immediate: shift scale of an index, lane, bit position, rounding mode, exception kind.
	Aux  uint8
	Attr Attr
	A    [6]Temp
	// Imm is an address displacement (bytes, sign-extended from 32 bits), a guest PC, a label, a
	// count or a helper's index, as the op's row says.
	Imm int64
}

// The ops. Integer ops use the low W bits of their inputs and give a result zero-extended to 64 bits.
const (
	Nop Opcode = iota

	// Integer moves and arithmetic.
	Mov  // d = a, all 64 bits
	Add  // d = a + b
	Sub  // d = a - b
	Mul  // d = a * b
	And  // d = a & b
	Or   // d = a | b
	Xor  // d = a ^ b
	AndN // d = a &^ b
	OrN  // d = a | ^b
	Not  // d = ^a
	Neg  // d = -a
	Shl  // d = a << (b mod W); W32, W64
	Shr  // d = a >> (b mod W), logical
	Sar  // d = a >> (b mod W), arithmetic
	RotL // d = a rotated left by b mod W; any width
	RotR
	MulHU // high half of the unsigned product; W32, W64
	MulHS // high half of the signed product
	DivU  // a / b, 0 when b is 0 (Arm)
	DivS  // signed, 0 when b is 0, minimum when minimum / -1 (Arm)
	Div2U // q, r = hi:lo / d, each W bits; raises ExcDivide when d is 0 or q does not fit (x86 DIV)
	Div2S // signed Div2U (x86 IDIV)
	Sext  // d = a sign-extended from W to D, zero-extended to 64
	Zext  // d = a zero-extended from W
	// Extract: d = Imm bits of a from bit Aux on, zero-extended, or with Signed sign-extended to W.
	Extract
	// Deposit: d = a with its Imm bits from bit Aux on replaced by the low bits of b; W bits.
	Deposit
	// Extract2: d = low W bits of (hi:lo >> Aux); inputs lo, hi; W32, W64; Aux < W.
	Extract2
	Bswap  // bytes of W reversed; W16, W32, W64
	BswapL // bytes reversed inside every W lane of the 64-bit value (A64 REV16, REV32)
	Clz    // leading zeros in W bits; W when zero
	Ctz    // trailing zeros; W when zero
	Cls    // leading bits equal to the sign bit, not counting it (A64 CLS)
	Popcnt
	Rbit  // bits of W reversed
	Crc32 // d = CRC-32 step of accumulator a with the W bits of b; Aux 0: IEEE, 1: Castagnoli; reflected, no inversion
	SetC  // d = Cond(a, b) ? 1 : 0
	SelC  // d = Cond(a, b) ? x : y; the compare is W bits wide, x and y are whole

	// Integer ops with flags: outputs result and flags word, exact x86 flags.
	AddF  // a + b
	SubF  // a - b; InvC: Arm carry
	AdcF  // a + b + C; inputs a, b, old flags
	SbbF  // a - b - C; InvC: a - b - !C with Arm carry out
	AndF  // C, O, A clear
	OrF   //
	XorF  //
	IncF  // a + 1, C kept; inputs a, old flags
	DecF  // a - 1, C kept
	ShlF  // inputs a, count, old flags; count mod 32 (W64: mod 64); count 0 keeps all flags
	ShrF  //
	SarF  //
	RolF  // C and O only change
	RorF  //
	RclF  // through C
	RcrF  //
	ShldF // inputs a, b, count, old flags: a << count filled from b
	ShrdF //
	// MergeF: d = (new & Imm) | (old &^ Imm); inputs new, old: flags words.
	MergeF
	SetF // d = Cond(flags) ? 1 : 0
	SelF // d = Cond(flags) ? x : y; inputs flags, x, y; whole values
	// FCmpF: flags of comparing lane 0 of two vectors; W32, W64. x86: UCOMIS (Z, P, C; others
	// clear); ArmFP: FCMP's NZCV. Aux 1: signalling (a quiet NaN raises invalid too).
	FCmpF

	// Guest memory. Address = base + index<<Aux + Imm; index may be NoTemp, Aux is 0 to 3.
	Ld  // d = memory, zero-extended, or with Signed sign-extended to D; inputs base, index
	St  // inputs value, base, index
	LdV // V128 from W8..W128 bytes, zero-extended
	StV // inputs value, base, index
	// Atomic read-modify-write, any alignment unless the attributes say otherwise; address = base + Imm; the
	// output is the old value. Order: see Block.OrderOf.
	Cas    // inputs base, expected, new
	CasV   // 16 bytes; V128 values
	AtXchg // inputs base, operand
	AtAdd
	AtAnd
	AtOr
	AtXor
	AtMinS
	AtMaxS
	AtMinU
	AtMaxU
	// Fence keeps accesses before it from being passed by accesses after it, for the pairs of kinds in Aux: FenceLdLd ...
	Fence

	// The FP environment of the State: low 32 bits MXCSR layout, bit 32 Arm default NaN.
	GetEnv
	SetEnv
	// LdS and StS move 64 bits from and to the State, at byte offset Imm, where no global is: for state
	// that is not worth a global. They come after whatever may fault in their instruction.
	LdS
	StS

	// Control. A block is straight line: it ends with ExitTB, ExitPtr or ExitExc, and may leave
	// earlier by ExitC, ExitF and ExitPtrNE. Or it is a region: several such segments, of which all but the
	// first, at most, begin with a Head. Exits with Internal go from one to another.
	InsnStart // Imm = guest PC, Aux = length in bytes
	ExitTB    // go on at guest PC Imm (chainable)
	ExitC     // if Cond(a, b): go on at guest PC Imm (chainable), else fall through
	ExitF     // if Cond(flags): likewise
	ExitPtr   // go on at the guest PC in a
	ExitPtrNE // if a != Imm, a guest PC: go on at the guest PC in a, else fall through
	ExitExc   // State PC = Imm; raise exception Aux with code a (or NoTemp)
	SetLabel  // Imm = label
	Br        // Imm = label
	BrC       // if Cond(a, b): to label Imm
	BrF       // if Cond(flags): to label Imm
	// Head begins a segment that several ways lead to, at the guest instruction with PC Imm. No local lives
	// across it, nothing is known of any value, and all globals are looked at.
	Head
	// Call runs Block.Helpers[Imm]; output I64 or NoTemp; up to 4 inputs. Globals are in the State
	// before and may be changed by it after, as the helper's flags say.
	Call
	// CallPure runs a helper that is a function of its inputs and the FP environment only.
	CallPure
	// Counter adds its amount to a 64-bit counter of the vCPU's scoreboard; Imm packs both (CounterImm).
	Counter
	// CounterUndo emits nothing: it marks where a Counter merged into an earlier one stood, so
	// that leaving the block before this point by a fault takes the amount back.
	CounterUndo

	// Vectors: lanes of width W.
	VMov
	VAnd
	VOr
	VXor
	VAndN // a &^ b
	VSel  // (a & m) | (b &^ m); inputs m, a, b
	VDup  // every lane = low W bits of integer a
	VGet  // integer d = lane Aux, zero-extended, or with Signed sign-extended to D
	VIns  // a with lane Aux = integer b
	VInsV // a with lane Aux = lane Imm of b
	VLow  // lane 0 of a (W32, W64), all else zero
	VAdd  // Saturate, Signed
	VSub  // Saturate, Signed
	VMul  // low halves of products
	VMulH // high halves of products, Signed or not; W16, W32
	// VMulL: products of the W lanes of the lower (High: upper) half, twice as wide; Signed or not.
	VMulL
	VMulEven    // products of the even W32 lanes, W64 wide; Signed or not (PMULUDQ, PMULDQ)
	VMulAddPair // sums of neighbouring signed W16 products, W32 wide (PMADDWD)
	VMin
	VMax
	VAvg   // unsigned rounding average
	VAbs   // absolute value, minimum stays
	VCmpEQ // all ones where equal
	VCmpGT // Signed or not
	VCmpGE
	VShlI // by Imm; 0 when Imm >= lane bits
	VShrI
	VSarI   // sign fill when Imm >= lane bits
	VShlS   // by the low 64 bits of vector b, as VShlI
	VShrS   //
	VSarS   //
	VShlVar // each lane by the signed low byte of b's lane: left, or right when negative; Signed or not (A64 SSHL, USHL)
	VZip    // lanes of the lower (High: upper) halves interleaved: a0 b0 a1 b1 ...
	VUzp    // even (High: odd) lanes of a, then of b
	VTrn    // even (High: odd) lanes: a0 b0 a2 b2 ...
	VShuf   // W32: lanes by the four 2-bit fields of Imm (PSHUFD); W16: lanes of the lower (High: upper) half likewise (PSHUFLW, PSHUFHW)
	VShuf2  // W32: SHUFPS; W64: SHUFPD; selector Imm
	VExtr   // bytes Imm.. of b:a (a is low): PALIGNR, A64 EXT
	VTbl    // table look-up: inputs indexes, then Aux tables (1 to 4); 0 when out of range
	VPshufb // bytes of a by b's low 4 bits, 0 when bit 7 is set
	VPack   // signed W lanes of a, then of b, narrowed with saturation to signed (Signed) or unsigned
	VNarrow // W lanes of a narrowed into the lower half, upper zero; Saturate: from Signed/unsigned to the same
	VWiden  // W lanes of the lower (High: upper) half widened, Signed or not
	VSad    // PSADBW
	VMsk    // integer of the lanes' sign bits (PMOVMSKB, MOVMSKPS, MOVMSKPD)
	VAddV   // sum of all W lanes in lane 0, rest zero
	VAddP   // pairwise sums: of a's neighbours, then of b's
	VRev    // W lanes reversed inside every D-wide container
	VPopcnt // W8
	VClz
	VAes // an AES step on state a; Aux: AesEnc ..., whose round key is b
	// VStr: x86's string comparison of a and b (PCMPESTRI, PCMPISTRI): integer index | flags word << 32; Imm
	// is x86's immediate, with StrExplicit the lengths are the last two inputs. VStrM: its mask.
	VStr
	VStrM
	VClmul // carry-less product, 128 bits, of quadword Imm bit 0 of a and Imm bit 4 of b (PCLMULQDQ)

	// Floating point on lanes W32 or W64. Scalar: lane 0 of the inputs, other lanes of the result
	// from the first input. Unary ops take (upper source, operand) for that reason.
	FAdd
	FSub
	FMul
	FDiv
	FMin // x86: second input when either is NaN or both are zero; ArmFP: Arm FMIN
	FMax
	FMinNM // Arm only: a number wins over a quiet NaN
	FMaxNM
	FSqrt   // inputs upper, a
	FMulAdd // a*b + c fused; inputs a, b, c; Aux bit 0: product negated, bit 1: c negated
	FCmpM   // masks: Aux 0 EQ, 1 LT, 2 LE, 3 UNORD, 4 NEQ, 5 NLT, 6 NLE, 7 ORD (x86 CMPPS)
	FRint   // to integral by Aux rounding mode; Imm 1: inexact is not signalled; inputs upper, a
	FCvtFF  // float W to float D (W16 too); Scalar: inputs upper, a; packed: lower (High: upper) lanes to wider ones, or narrowed into the lower half with zero above
	FCvtI   // integer of D bits from lane 0 of a (W); Signed; Trunc or Aux rounding; ArmSat; Imm = fraction bits
	ICvtF   // lane 0 (W) from integer b of D bits, Signed; inputs upper, b; Imm = fraction bits
	VCvtFI  // lanes: float W to integer D; x86 64 to 32: lower half, zero above
	VCvtIF  // lanes: integer W to float D; 32 to 64: from the lower half
	FAddSub // a - b in even lanes, a + b in odd ones (ADDSUBPS)

	NumOps
)

// AES steps of VAes, as x86 has them. A64's AESE is AesEncLast of a^key with key 0; its AESMC is
// AesMix.
const (
	AesEnc     = iota // shift rows, substitute, mix columns, add b
	AesEncLast        // shift rows, substitute, add b
	AesDec            // the inverses, add b
	AesDecLast        // without the inverse mix
	AesMixInv         // inverse mix columns of a alone
	AesMix            // mix columns of a alone
)

// Helper is a Go function that generated code may call.
type Helper struct {
	Name string
	// Pure: depends only on its inputs and the FP environment, used by CallPure.
	Pure bool
	// NoGlobals: touches no global (only for Call): nothing is synced or reloaded.
	NoGlobals bool
	// ReadsOnly: reads globals, changes none.
	ReadsOnly bool
	// X87 tells a backend whose host has an x87 what the helper does; the helper then is NoGlobals
	// and its first input a constant.
	X87 X87Kind
	// Rep tells a backend whose host is an x86 what the helper does.
	Rep RepKind
	// Stores: may write guest memory, perhaps code of the block it is called from. The engine ends
	// the block after the instruction.
	Stores bool
	// Observer: instrumentation. It changes nothing of the guest, raises nothing and does not look at
	// the FP environment; with NoGlobals it does not look at the State at all.
	Observer bool
	// Fn gets up to 4 inputs and returns the output, if it has one. It may raise an exception
	// through env; the guest state must then be that of the instruction's start, or a state from
	// which the instruction can go on (rep).
	Fn func(env *Env, in *[4]Val) Val
}

// CounterImm packs a counter's slot in the vCPU's scoreboard and an amount.
func CounterImm(slot uint32, amount int32) int64 { return int64(slot)<<32 | int64(uint32(amount)) }

// CounterSlot returns the slot packed by CounterImm.
func (o *Op) CounterSlot() uint32 { return uint32(uint64(o.Imm) >> 32) }

// CounterAmount returns the amount packed by CounterImm.
func (o *Op) CounterAmount() int32 { return int32(o.Imm) }
