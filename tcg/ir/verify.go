package ir

import (
	"errors"
	"fmt"
	"math"
)

// VerifyError tells which op of a block breaks which rule.
type VerifyError struct {
	Op   int // index in Block.Ops, len(Ops) when the block as a whole is meant
	Text string
	Err  error
}

// Error gives the op and the rule it breaks.
func (e *VerifyError) Error() string {
	return fmt.Sprintf("ir: op %d (%s): %v", e.Op, e.Text, e.Err)
}

// Unwrap returns the broken rule.
func (e *VerifyError) Unwrap() error { return e.Err }

// Verify checks a block against the rules of the IR and returns a *VerifyError for the first break:
//
//   - operands exist, have the types of the op's row, and slots are filled as the row demands;
//   - width, attributes, condition and immediates are ones the op knows;
//   - a local is defined before it is used, on every path; constants are never outputs;
//   - every label is bound once, and its branches stand in the same guest instruction;
//   - after an op that ends the block comes a label, a Head or nothing, and the last op ends the block;
//   - InsnStart PCs ascend, but for regions;
//   - each Head has a PC of its own, that of the instruction after it, no local lives across it, and an exit
//     with Internal names a Head;
//   - within a guest instruction no global is written before the last op that may fault (MayFault;
//     floating-point ops under unmasked exceptions are not looked at).
func Verify(b *Block) error {
	v := verifier{b: b, defined: make([]bool, len(b.Temps)), writer: -1, begins: -1}
	for i := range b.Ops {
		if o := &b.Ops[i]; o.Code == Head {
			if v.heads == nil {
				v.heads = map[int64]int{}
			}
			v.heads[o.Imm]++
		}
	}
	for i := range b.Ops {
		if err := v.op(i, &b.Ops[i]); err != nil {
			return &VerifyError{Op: i, Text: FormatOp(b, &b.Ops[i]), Err: err}
		}
	}
	if err := v.end(); err != nil {
		return &VerifyError{Op: len(b.Ops), Text: "end", Err: err}
	}
	return nil
}

type verifier struct {
	b       *Block
	defined []bool
	// over: the op before ended the block; what follows is reached by a label only.
	over bool
	// insn is the index of the instruction, writer the op of it that first wrote a global, or -1.
	insn, writer int
	lastPC       uint64
	// heads counts the Heads of each PC; begins is the index of the one whose instruction is still to come, or -1.
	heads  map[int64]int
	begins int
	// labels maps a label to what is known of it.
	labels map[int64]*labelState
}

type labelState struct {
	bound, used bool
	insn        int
	// defined is the meet over the branches seen to a label not yet bound, then the set it was bound with.
	defined []bool
}

func (v *verifier) op(i int, o *Op) error {
	if o.Code >= NumOps {
		return fmt.Errorf("no such op")
	}
	info := o.Code.Info()
	if v.over && o.Code != SetLabel && o.Code != Head {
		return errors.New("follows an op that ends the block")
	}
	if err := checkForm(o, info); err != nil {
		return err
	}
	if err := checkImm(v.b, o); err != nil {
		return err
	}
	if err := v.operands(i, o, info); err != nil {
		return err
	}
	if info.Flags&MayFault != 0 && v.writer >= 0 && v.writer < i && mayRaise(v.b, o) {
		return fmt.Errorf("may fault after op %d wrote a global in the same instruction", v.writer)
	}
	switch {
	case o.Code == InsnStart:
		if v.insn > 0 && uint64(o.Imm) <= v.lastPC && v.heads == nil && !v.b.Region {
			return errors.New("instruction addresses do not ascend")
		}
		if v.begins >= 0 && o.Imm != v.b.Ops[v.begins].Imm {
			return errors.New("not the instruction of the Head before")
		}
		v.lastPC = uint64(o.Imm)
		v.insn++
		v.writer, v.begins = -1, -1
	case o.Code == Head:
		if v.heads[o.Imm] > 1 {
			return errors.New("another Head has this PC")
		}
		v.insn++
		v.writer, v.begins = -1, i
		clear(v.defined)
	case o.Attr&Internal != 0:
		if v.heads[o.Imm] == 0 {
			return errors.New("no Head has this PC")
		}
	case info.Flags&Labelled != 0:
		if err := v.label(o); err != nil {
			return err
		}
	}
	v.over = info.Flags&EndsBlock != 0
	return nil
}

// mayRaise reports whether an op with MayFault can raise here: a helper without a State to be
// precise about cannot.
func mayRaise(b *Block, o *Op) bool {
	return o.Code != Call || !b.Helpers[o.Imm].NoGlobals
}

func checkForm(o *Op, info *OpInfo) error {
	if info.Widths != 0 && (o.W > W128 || info.Widths>>o.W&1 == 0) {
		return fmt.Errorf("width %d is not legal", o.W.Bits())
	}
	if bad := o.Attr &^ info.Attrs; bad != 0 {
		return fmt.Errorf("unknown attributes %#x", uint32(bad))
	}
	if info.Flags&CondFlags != 0 && !o.Cond.Valid(true) || info.Flags&CondCmp != 0 && !o.Cond.Valid(false) {
		return fmt.Errorf("condition %v is not legal", o.Cond)
	}
	if o.D > W128 {
		return fmt.Errorf("result width %d", o.D)
	}
	return nil
}

// checkImm checks Aux, Imm and D.
func checkImm(b *Block, o *Op) error {
	bits, lanes := int64(o.W.Bits()), int64(16>>min(o.W, W64))
	aux := int64(o.Aux)
	ok := true
	switch o.Code {
	case Sext:
		ok = o.D >= o.W && o.D <= W64
	case Extract, Deposit:
		ok = o.Imm >= 1 && o.Imm <= bits && aux+o.Imm <= bits
	case Extract2:
		ok = aux < bits
	case VGet, VIns:
		ok = aux < lanes
	case VInsV:
		ok = aux < lanes && o.Imm >= 0 && o.Imm < lanes
	case VShlI, VShrI, VSarI, VExtr, VShuf, VShuf2:
		ok = o.Imm >= 0 && o.Imm <= 255
	case VTbl:
		ok = aux >= 1 && aux <= 4
	case VRev:
		ok = o.D > o.W && o.D <= W64
	case VAes:
		ok = aux <= AesMix
	case VStr, VStrM:
		ok = o.Imm >= 0 && o.Imm < 2*StrExplicit
	case VClmul:
		ok = o.Imm&^0x11 == 0
	case MergeF:
		ok = o.Imm >= 0 && o.Imm&^(FlagMask|FlagOne) == 0
	case Fence:
		ok = aux >= 1 && aux <= FenceAll
	case Crc32, FCmpF:
		ok = aux <= 1
	case FMulAdd:
		ok = aux <= 3
	case FCmpM:
		ok = aux <= 7
	case FRint:
		ok = aux <= RoundAway
	case FCvtI, ICvtF:
		ok = aux <= RoundAway && o.D <= W64 && o.Imm >= 0 && o.Imm <= 64
	case VCvtFI, VCvtIF:
		ok = aux <= RoundAway && o.D >= W32 && o.D <= W64
	case FCvtFF:
		ok = o.D >= W16 && o.D <= W64 && o.D != o.W
	case ExitExc:
		ok = ExcKind(o.Aux) > ExcNone && ExcKind(o.Aux) < numExcKinds
	case Call, CallPure:
		ok = o.Imm >= 0 && o.Imm < int64(len(b.Helpers))
		if ok && o.Code == CallPure && !b.Helpers[o.Imm].Pure {
			return fmt.Errorf("helper %s is not pure", b.Helpers[o.Imm].Name)
		}
	}
	if o.Code.Info().Flags&MemOp != 0 {
		ok = o.Imm == int64(int32(o.Imm)) && o.Aux <= 4
		if ok && o.Attr&Signed != 0 {
			ok = o.D >= o.W && o.D <= W64
		}
	}
	if !ok {
		return errors.New("immediate, auxiliary field or result width out of range")
	}
	return nil
}

// required returns how many of an op's inputs must not be NoTemp.
func required(o *Op, info *OpInfo) int {
	switch {
	case info.Flags&OptIn == 0:
		return info.NIn()
	case o.Code == Ld, o.Code == LdV:
		return 1
	case o.Code == St, o.Code == StV:
		return 2
	case o.Code == VTbl:
		return 1 + int(o.Aux)
	}
	return 0
}

func (v *verifier) operands(i int, o *Op, info *OpInfo) error {
	nout, need := info.NOut(), required(o, info)
	for k := range info.NIn() {
		t := o.A[nout+k]
		if t == NoTemp {
			if k < need {
				return fmt.Errorf("input %d is missing", k)
			}
			continue
		}
		if err := v.typed(t, info.In[k]); err != nil {
			return fmt.Errorf("input %d: %w", k, err)
		}
		if v.b.Temps[t].Kind == Local && !v.defined[t] {
			return fmt.Errorf("input %d is used before it is defined", k)
		}
	}
	for k := range nout {
		t := o.A[k]
		if t == NoTemp {
			if info.Flags&OptOut == 0 {
				return fmt.Errorf("output %d is missing", k)
			}
			continue
		}
		if err := v.typed(t, info.Out[k]); err != nil {
			return fmt.Errorf("output %d: %w", k, err)
		}
		switch v.b.Temps[t].Kind {
		case Const:
			return errors.New("output is a constant")
		case Local:
			v.defined[t] = true
		case Global:
			if v.writer < 0 {
				v.writer = i
			}
		}
	}
	if nout == 2 && o.A[0] == o.A[1] && o.A[0] != NoTemp {
		return errors.New("both outputs are the same temp")
	}
	return nil
}

func (v *verifier) typed(t Temp, want byte) error {
	if int(t) >= len(v.b.Temps) {
		return fmt.Errorf("temp %d does not exist", t)
	}
	if typ := v.b.Temps[t].Type; want == 'i' && typ != I64 || want == 'v' && typ != V128 {
		return fmt.Errorf("has type %v", typ)
	}
	return nil
}

// label handles SetLabel and the branches to labels.
func (v *verifier) label(o *Op) error {
	if o.Imm < 0 || o.Imm >= int64(v.b.Labels) || o.Imm > math.MaxUint16 {
		return errors.New("no such label")
	}
	if v.labels == nil {
		v.labels = map[int64]*labelState{}
	}
	l := v.labels[o.Imm]
	if l == nil {
		l = &labelState{insn: v.insn}
		v.labels[o.Imm] = l
	}
	if l.insn != v.insn {
		return errors.New("label and branch stand in different instructions")
	}
	if o.Code != SetLabel {
		l.used = true
		if l.bound {
			for t, d := range l.defined {
				if d && !v.defined[t] {
					return fmt.Errorf("temp %d is not defined at a branch back to where it was", t)
				}
			}
			return nil
		}
		l.meet(v.defined)
		return nil
	}
	if l.bound {
		return errors.New("label is bound twice")
	}
	l.bound = true
	if !v.over {
		l.meet(v.defined)
	}
	if l.defined == nil {
		l.defined = make([]bool, len(v.defined)) // reached from below only, if at all
	}
	copy(v.defined, l.defined)
	return nil
}

// meet restricts the label's defined set to what this way to it defines too.
func (l *labelState) meet(defined []bool) {
	if l.defined == nil {
		l.defined = append([]bool(nil), defined...)
		return
	}
	for t := range l.defined {
		l.defined[t] = l.defined[t] && defined[t]
	}
}

func (v *verifier) end() error {
	for n, l := range v.labels {
		if l.used && !l.bound {
			return fmt.Errorf("label %d is never bound", n)
		}
	}
	if !v.over {
		return errors.New("the block does not end")
	}
	if v.begins >= 0 {
		return errors.New("a Head without an instruction")
	}
	return nil
}
