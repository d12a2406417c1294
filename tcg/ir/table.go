package ir

// OpFlag is a fact about an op.
type OpFlag uint16

const (
	// SideEffect: never removed as dead.
	SideEffect OpFlag = 1 << iota
	// MayFault: may raise a guest exception; the guest state must be that of the insn's start.
	MayFault
	// EndsBlock: nothing after it runs, unless a label is set or a Head begins another segment.
	EndsBlock
	// SideExit: may leave the block; globals must be in place on that path.
	SideExit
	// Commutative: the first two inputs may be swapped.
	Commutative
	// Pure: a function of inputs (and FP environment when UsesEnv): Eval knows it.
	Pure
	// UsesEnv: reads rounding and sets sticky bits of the FP environment.
	UsesEnv
	// CondFlags and CondCmp: Cond is over a flags word / over two integers.
	CondFlags
	CondCmp
	// OptIn: the inputs after the first required ones may be NoTemp.
	OptIn
	// OptOut: the output may be NoTemp; for two-output ops each may be (result or flags unused).
	OptOut
	// MemOp: a guest memory access.
	MemOp
	// Labelled: Imm is a label.
	Labelled
	// Joins: control comes from elsewhere too: globals must be in place, and nothing is known of them.
	Joins
)

// OpInfo is a row of the op table.
type OpInfo struct {
	Name string
	// Out and In are the operand types in order: 'i' I64, 'v' V128, '*' either.
	Out, In string
	// Widths is a bit set of legal W values (1<<W8 ...); 0: W is not used.
	Widths uint8
	// Attrs are the attributes the op knows.
	Attrs Attr
	Flags OpFlag
}

// NOut and NIn return the number of operand slots.
func (i *OpInfo) NOut() int { return len(i.Out) }

// NIn returns the number of input slots.
func (i *OpInfo) NIn() int { return len(i.In) }

const (
	wAll  = 1<<W8 | 1<<W16 | 1<<W32 | 1<<W64
	w3264 = 1<<W32 | 1<<W64
	w16up = 1<<W16 | 1<<W32 | 1<<W64
	w1632 = 1<<W16 | 1<<W32
	wMemV = wAll | 1<<W128
	wFP   = 1<<W32 | 1<<W64
	wFP16 = 1<<W16 | 1<<W32 | 1<<W64
	aMem  = Acquire | Release | SC | BigEndian | NatAlign
)

// Ops is the table of facts, indexed by Opcode. Facts about ops live nowhere else.
var Ops = [NumOps]OpInfo{
	Nop:      {"nop", "", "", 0, 0, 0},
	Mov:      {"mov", "i", "i", 0, 0, Pure},
	Add:      {"add", "i", "ii", wAll, 0, Pure | Commutative},
	Sub:      {"sub", "i", "ii", wAll, 0, Pure},
	Mul:      {"mul", "i", "ii", wAll, 0, Pure | Commutative},
	And:      {"and", "i", "ii", wAll, 0, Pure | Commutative},
	Or:       {"or", "i", "ii", wAll, 0, Pure | Commutative},
	Xor:      {"xor", "i", "ii", wAll, 0, Pure | Commutative},
	AndN:     {"andn", "i", "ii", wAll, 0, Pure},
	OrN:      {"orn", "i", "ii", wAll, 0, Pure},
	Not:      {"not", "i", "i", wAll, 0, Pure},
	Neg:      {"neg", "i", "i", wAll, 0, Pure},
	Shl:      {"shl", "i", "ii", w3264, 0, Pure},
	Shr:      {"shr", "i", "ii", w3264, 0, Pure},
	Sar:      {"sar", "i", "ii", w3264, 0, Pure},
	RotL:     {"rotl", "i", "ii", wAll, 0, Pure},
	RotR:     {"rotr", "i", "ii", wAll, 0, Pure},
	MulHU:    {"mulhu", "i", "ii", w3264, 0, Pure | Commutative},
	MulHS:    {"mulhs", "i", "ii", w3264, 0, Pure | Commutative},
	DivU:     {"divu", "i", "ii", w3264, 0, Pure},
	DivS:     {"divs", "i", "ii", w3264, 0, Pure},
	Div2U:    {"div2u", "ii", "iii", wAll, 0, MayFault | SideEffect},
	Div2S:    {"div2s", "ii", "iii", wAll, 0, MayFault | SideEffect},
	Sext:     {"sext", "i", "i", wAll, 0, Pure},
	Zext:     {"zext", "i", "i", wAll, 0, Pure},
	Extract:  {"extract", "i", "i", wAll, Signed, Pure},
	Deposit:  {"deposit", "i", "ii", wAll, 0, Pure},
	Extract2: {"extract2", "i", "ii", w3264, 0, Pure},
	Bswap:    {"bswap", "i", "i", w16up, 0, Pure},
	BswapL:   {"bswapl", "i", "i", w1632, 0, Pure},
	Clz:      {"clz", "i", "i", wAll, 0, Pure},
	Ctz:      {"ctz", "i", "i", wAll, 0, Pure},
	Cls:      {"cls", "i", "i", w3264, 0, Pure},
	Popcnt:   {"popcnt", "i", "i", wAll, 0, Pure},
	Rbit:     {"rbit", "i", "i", wAll, 0, Pure},
	Crc32:    {"crc32", "i", "ii", wAll, 0, Pure},
	SetC:     {"setc", "i", "ii", wAll, 0, Pure | CondCmp},
	SelC:     {"selc", "i", "iiii", wAll, 0, Pure | CondCmp},

	AddF:   {"addf", "ii", "ii", wAll, 0, Pure | Commutative | OptOut},
	SubF:   {"subf", "ii", "ii", wAll, InvC, Pure | OptOut},
	AdcF:   {"adcf", "ii", "iii", wAll, 0, Pure | Commutative | OptOut},
	SbbF:   {"sbbf", "ii", "iii", wAll, InvC, Pure | OptOut},
	AndF:   {"andf", "ii", "ii", wAll, 0, Pure | Commutative | OptOut},
	OrF:    {"orf", "ii", "ii", wAll, 0, Pure | Commutative | OptOut},
	XorF:   {"xorf", "ii", "ii", wAll, 0, Pure | Commutative | OptOut},
	IncF:   {"incf", "ii", "ii", wAll, 0, Pure | OptOut},
	DecF:   {"decf", "ii", "ii", wAll, 0, Pure | OptOut},
	ShlF:   {"shlf", "ii", "iii", wAll, 0, Pure | OptOut},
	ShrF:   {"shrf", "ii", "iii", wAll, 0, Pure | OptOut},
	SarF:   {"sarf", "ii", "iii", wAll, 0, Pure | OptOut},
	RolF:   {"rolf", "ii", "iii", wAll, 0, Pure | OptOut},
	RorF:   {"rorf", "ii", "iii", wAll, 0, Pure | OptOut},
	RclF:   {"rclf", "ii", "iii", wAll, 0, Pure | OptOut},
	RcrF:   {"rcrf", "ii", "iii", wAll, 0, Pure | OptOut},
	ShldF:  {"shldf", "ii", "iiii", w16up, 0, Pure | OptOut},
	ShrdF:  {"shrdf", "ii", "iiii", w16up, 0, Pure | OptOut},
	MergeF: {"mergef", "i", "ii", 0, 0, Pure},
	SetF:   {"setf", "i", "i", 0, 0, Pure | CondFlags},
	SelF:   {"self", "i", "iii", 0, 0, Pure | CondFlags},
	FCmpF:  {"fcmpf", "i", "vv", wFP, ArmFP | ExactFP, Pure | UsesEnv | SideEffect},

	Ld:     {"ld", "i", "ii", wAll, aMem | Signed, MemOp | MayFault | SideEffect | OptIn},
	St:     {"st", "", "iii", wAll, aMem, MemOp | MayFault | SideEffect | OptIn},
	LdV:    {"ldv", "v", "ii", wMemV, aMem | Aligned, MemOp | MayFault | SideEffect | OptIn},
	StV:    {"stv", "", "vii", wMemV, aMem | Aligned, MemOp | MayFault | SideEffect | OptIn},
	Cas:    {"cas", "i", "iii", wAll, aMem, MemOp | MayFault | SideEffect},
	CasV:   {"casv", "v", "ivv", 1 << W128, aMem | Aligned, MemOp | MayFault | SideEffect},
	AtXchg: {"at_xchg", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtAdd:  {"at_add", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtAnd:  {"at_and", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtOr:   {"at_or", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtXor:  {"at_xor", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtMinS: {"at_mins", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtMaxS: {"at_maxs", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtMinU: {"at_minu", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	AtMaxU: {"at_maxu", "i", "ii", wAll, aMem, MemOp | MayFault | SideEffect},
	Fence:  {"fence", "", "", 0, 0, SideEffect},

	GetEnv: {"getenv", "i", "", 0, 0, SideEffect},
	SetEnv: {"setenv", "", "i", 0, 0, SideEffect},
	LdS:    {"lds", "i", "", 0, 0, SideEffect},
	StS:    {"sts", "", "i", 0, 0, SideEffect},

	InsnStart:   {"insn", "", "", 0, 0, SideEffect},
	ExitTB:      {"exit_tb", "", "", 0, Backward | Internal, SideEffect | EndsBlock},
	ExitC:       {"exit_c", "", "ii", wAll, Backward | Internal, SideEffect | SideExit | CondCmp},
	ExitF:       {"exit_f", "", "i", 0, Backward | Internal, SideEffect | SideExit | CondFlags},
	ExitPtr:     {"exit_ptr", "", "i", 0, 0, SideEffect | EndsBlock},
	ExitPtrNE:   {"exit_ptr_ne", "", "i", 0, 0, SideEffect | SideExit},
	ExitExc:     {"exit_exc", "", "i", 0, 0, SideEffect | EndsBlock | OptIn},
	SetLabel:    {"label", "", "", 0, 0, SideEffect | Labelled},
	Br:          {"br", "", "", 0, 0, SideEffect | EndsBlock | Labelled},
	BrC:         {"br_c", "", "ii", wAll, 0, SideEffect | CondCmp | Labelled},
	BrF:         {"br_f", "", "i", 0, 0, SideEffect | CondFlags | Labelled},
	Head:        {"head", "", "", 0, 0, SideEffect | Joins},
	Call:        {"call", "i", "iiii", 0, 0, SideEffect | MayFault | OptIn | OptOut},
	CallPure:    {"callp", "*", "****", 0, 0, SideEffect | OptIn},
	Counter:     {"counter", "", "", 0, 0, SideEffect},
	CounterUndo: {"counter_undo", "", "", 0, 0, SideEffect},

	VMov:        {"vmov", "v", "v", 0, 0, Pure},
	VAnd:        {"vand", "v", "vv", 0, 0, Pure | Commutative},
	VOr:         {"vor", "v", "vv", 0, 0, Pure | Commutative},
	VXor:        {"vxor", "v", "vv", 0, 0, Pure | Commutative},
	VAndN:       {"vandn", "v", "vv", 0, 0, Pure},
	VSel:        {"vsel", "v", "vvv", 0, 0, Pure},
	VDup:        {"vdup", "v", "i", wAll, 0, Pure},
	VGet:        {"vget", "i", "v", wAll, Signed, Pure},
	VIns:        {"vins", "v", "vi", wAll, 0, Pure},
	VInsV:       {"vinsv", "v", "vv", wAll, 0, Pure},
	VLow:        {"vlow", "v", "v", w3264, 0, Pure},
	VAdd:        {"vadd", "v", "vv", wAll, Saturate | Signed, Pure | Commutative},
	VSub:        {"vsub", "v", "vv", wAll, Saturate | Signed, Pure},
	VMul:        {"vmul", "v", "vv", wAll, 0, Pure | Commutative},
	VMulH:       {"vmulh", "v", "vv", w1632, Signed, Pure | Commutative},
	VMulL:       {"vmull", "v", "vv", 1<<W8 | 1<<W16 | 1<<W32, Signed | High, Pure | Commutative},
	VMulEven:    {"vmuleven", "v", "vv", 1 << W32, Signed, Pure | Commutative},
	VMulAddPair: {"vmuladdpair", "v", "vv", 1 << W16, 0, Pure | Commutative},
	VMin:        {"vmin", "v", "vv", wAll, Signed, Pure | Commutative},
	VMax:        {"vmax", "v", "vv", wAll, Signed, Pure | Commutative},
	VAvg:        {"vavg", "v", "vv", wAll, 0, Pure | Commutative},
	VAbs:        {"vabs", "v", "v", wAll, 0, Pure},
	VCmpEQ:      {"vcmpeq", "v", "vv", wAll, 0, Pure | Commutative},
	VCmpGT:      {"vcmpgt", "v", "vv", wAll, Signed, Pure},
	VCmpGE:      {"vcmpge", "v", "vv", wAll, Signed, Pure},
	VShlI:       {"vshli", "v", "v", wAll, 0, Pure},
	VShrI:       {"vshri", "v", "v", wAll, 0, Pure},
	VSarI:       {"vsari", "v", "v", wAll, 0, Pure},
	VShlS:       {"vshls", "v", "vv", wAll, 0, Pure},
	VShrS:       {"vshrs", "v", "vv", wAll, 0, Pure},
	VSarS:       {"vsars", "v", "vv", wAll, 0, Pure},
	VShlVar:     {"vshlvar", "v", "vv", wAll, Signed, Pure},
	VZip:        {"vzip", "v", "vv", wAll, High, Pure},
	VUzp:        {"vuzp", "v", "vv", wAll, High, Pure},
	VTrn:        {"vtrn", "v", "vv", wAll, High, Pure},
	VShuf:       {"vshuf", "v", "v", w1632, High, Pure},
	VShuf2:      {"vshuf2", "v", "vv", w3264, 0, Pure},
	VExtr:       {"vextr", "v", "vv", 0, 0, Pure},
	VTbl:        {"vtbl", "v", "vvvvv", 0, 0, Pure | OptIn},
	VPshufb:     {"vpshufb", "v", "vv", 0, 0, Pure},
	VPack:       {"vpack", "v", "vv", w1632, Signed, Pure},
	VNarrow:     {"vnarrow", "v", "v", w16up, Saturate | Signed, Pure},
	VWiden:      {"vwiden", "v", "v", 1<<W8 | 1<<W16 | 1<<W32, Signed | High, Pure},
	VSad:        {"vsad", "v", "vv", 0, 0, Pure | Commutative},
	VMsk:        {"vmsk", "i", "v", wAll, 0, Pure},
	VAddV:       {"vaddv", "v", "v", wAll, 0, Pure},
	VAddP:       {"vaddp", "v", "vv", wAll, 0, Pure},
	VRev:        {"vrev", "v", "v", 1<<W8 | 1<<W16 | 1<<W32, 0, Pure},
	VPopcnt:     {"vpopcnt", "v", "v", 1 << W8, 0, Pure},
	VClz:        {"vclz", "v", "v", 1<<W8 | 1<<W16 | 1<<W32, 0, Pure},
	VAes:        {"vaes", "v", "vv", 0, 0, Pure},
	VStr:        {"vstr", "i", "vvii", 0, 0, Pure},
	VStrM:       {"vstrm", "v", "vvii", 0, 0, Pure},
	VClmul:      {"vclmul", "v", "vv", 0, 0, Pure},

	FAdd:    {"fadd", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FSub:    {"fsub", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FMul:    {"fmul", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FDiv:    {"fdiv", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FMin:    {"fmin", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FMax:    {"fmax", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FMinNM:  {"fminnm", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FMaxNM:  {"fmaxnm", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FSqrt:   {"fsqrt", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FMulAdd: {"fmuladd", "v", "vvv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FCmpM:   {"fcmpm", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FRint:   {"frint", "v", "vv", wFP, Scalar | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FCvtFF:  {"fcvtff", "v", "vv", wFP16, Scalar | ArmFP | ExactFP | High, Pure | UsesEnv | SideEffect},
	FCvtI:   {"fcvti", "i", "v", wFP, Signed | Trunc | ArmSat | ExactFP, Pure | UsesEnv | SideEffect},
	ICvtF:   {"icvtf", "v", "vi", wFP, Signed | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	VCvtFI:  {"vcvtfi", "v", "v", wFP, Signed | Trunc | ArmSat | ExactFP, Pure | UsesEnv | SideEffect},
	VCvtIF:  {"vcvtif", "v", "v", w3264, Signed | ArmFP | ExactFP, Pure | UsesEnv | SideEffect},
	FAddSub: {"faddsub", "v", "vv", wFP, ExactFP, Pure | UsesEnv | SideEffect},
}

// MayRaise reports whether the op may raise a guest exception: ops with MayFault, and FP ops that
// run under unmasked exceptions.
func (o *Op) MayRaise() bool {
	f := Ops[o.Code].Flags
	return f&MayFault != 0 || o.Attr&ExactFP != 0 && f&UsesEnv != 0
}

// endsBlock are the ops with EndsBlock, by their distance from ExitTB.
const endsBlock = 1 | 1<<(ExitPtr-ExitTB) | 1<<(ExitExc-ExitTB) | 1<<(Br-ExitTB)

// EndsBlock tells whether the op's row has that flag.
func (c Opcode) EndsBlock() bool { return c >= ExitTB && endsBlock>>(c-ExitTB)&1 != 0 }

// Info returns the op's row.
func (c Opcode) Info() *OpInfo { return &Ops[c] }

// String returns the op's name.
func (c Opcode) String() string {
	if c < NumOps {
		return Ops[c].Name
	}
	return "op?"
}
