package ir

import "slices"

// Block is a translated guest block: straight-line ops with side exits, or a region of several such segments
// (see Head). It is reused from translation to translation; nothing in it outlives Builder.Reset.
type Block struct {
	PC uint64
	// TSO: accesses without order attributes are ordered as x86's: see OrderOf.
	TSO bool
	// Region: the block is of several pieces of guest code, whose addresses come in any order.
	Region  bool
	Globals []GlobalInfo
	// Temps describes every temp; the first len(Globals) are the globals.
	Temps   []TempInfo
	Ops     []Op
	Labels  int
	Helpers []*Helper
	// Accesses is what the block does to memory.
	Accesses Accesses
	// Insns is the number of guest instructions, Len their bytes (first block page order).
	Insns int
	Len   int
}

// MemHook lets instrumentation see guest memory accesses while they are translated. It may append
// ops to the builder. Before is called before the access op is appended, After once it has been.
type MemHook interface {
	BeforeMem(b *Builder, op *Op)
	AfterMem(b *Builder, op *Op)
}

// Builder appends ops to a block. It checks nothing that Verify checks.
type Builder struct {
	Block
	// Hook sees memory accesses, if not nil. String instructions must then be translated access by
	// access, not by a bulk helper.
	Hook MemHook
	// OneIteration: a repeated string instruction does one iteration and begins again (single steps).
	OneIteration bool
	// HostRep: the executor does well with helpers that have a Rep, also for few iterations.
	HostRep bool
	// Tags: the guest puts tags into addresses (cpu.Arch.TagBits); what compares addresses must not look at those.
	Tags bool
	// Scratch belongs to the guest's translator: room it keeps from call to call.
	Scratch any
	// Exits counts the ops so far that may leave the block without ending it.
	Exits int

	// consts is a hash of constants. It is not emptied between blocks: an entry counts if the temp is the constant looked for.
	consts [64]Temp
}

// NewBuilder returns a builder for a guest with the given globals.
func NewBuilder(globals []GlobalInfo) *Builder {
	// Room for most blocks: to grow step by step would touch as much memory again.
	b := &Builder{Block: Block{Globals: globals, Temps: make([]TempInfo, 0, len(globals)+64), Ops: make([]Op, 0, 128)}}
	for _, g := range globals {
		b.Temps = append(b.Temps, TempInfo{Kind: Global, Type: g.Type})
	}
	b.Reset(0)
	return b
}

// Reset starts a new block at guest address pc, keeping storage.
func (b *Builder) Reset(pc uint64) {
	b.PC, b.TSO, b.Region, b.Labels, b.Insns, b.Len, b.Accesses, b.Exits = pc, false, false, 0, 0, 0, 0, 0
	b.Ops, b.Temps, b.Helpers = b.Ops[:0], b.Temps[:len(b.Globals)], b.Helpers[:0]
}

// New makes a local temp.
func (b *Builder) New(t Type) Temp {
	b.Temps = append(b.Temps, TempInfo{Kind: Local, Type: t})
	return Temp(len(b.Temps) - 1)
}

// Const returns the constant v.
func (b *Builder) Const(v uint64) Temp {
	h := (v ^ v>>29) * 0x9e3779b97f4a7c15 >> 58
	n := len(b.Temps)
	if c := int(b.consts[h]); c < n {
		if t := &b.Temps[c]; t.Val.Lo == v && t.Kind == Const && t.Type == I64 {
			return Temp(c)
		}
	}
	b.Temps = append(b.Temps, TempInfo{Kind: Const, Val: Val{Lo: v}})
	b.consts[h] = Temp(n)
	return Temp(n)
}

// ConstV returns a vector constant.
func (b *Builder) ConstV(lo, hi uint64) Temp {
	v := Val{lo, hi}
	h := (lo ^ lo>>29 ^ hi*7 + 1) * 0x9e3779b97f4a7c15 >> 58
	if c := b.consts[h]; int(c) < len(b.Temps) && b.Temps[c] == (TempInfo{Const, V128, v}) {
		return c
	}
	b.Temps = append(b.Temps, TempInfo{Kind: Const, Type: V128, Val: v})
	b.consts[h] = Temp(len(b.Temps) - 1)
	return b.consts[h]
}

// ConstVal reports whether t is a constant, and its low 64 bits.
func (b *Builder) ConstVal(t Temp) (uint64, bool) {
	if t == NoTemp || b.Temps[t].Kind != Const {
		return 0, false
	}
	return b.Temps[t].Val.Lo, true
}

// Emit appends an op as it stands.
func (b *Builder) Emit(o Op) *Op {
	p := b.start(o.Code, o.W)
	*p = o
	return p
}

// grow makes room for more ops.
//
//go:noinline
func (b *Builder) grow() { b.Ops = slices.Grow(b.Ops, 64) }

// Start makes o the op c without operands. What is put together elsewhere and copied here costs three times as much: the
// copy waits until the stores before it are done.
func (o *Op) Start(c Opcode, w Width) {
	o.Code, o.W, o.D, o.Cond, o.Aux, o.Attr, o.Imm = c, w, 0, 0, 0, 0, 0
	o.A[0], o.A[1], o.A[2], o.A[3], o.A[4], o.A[5] = NoTemp, NoTemp, NoTemp, NoTemp, NoTemp, NoTemp
}

// start appends the op c without operands, to be filled in.
func (b *Builder) start(c Opcode, w Width) *Op {
	if n := len(b.Ops); n < cap(b.Ops) {
		b.Ops = b.Ops[:n+1]
		o := &b.Ops[n]
		o.Start(c, w)
		return o
	}
	b.grow()
	return b.start(c, w)
}

var noArgs = [6]Temp{NoTemp, NoTemp, NoTemp, NoTemp, NoTemp, NoTemp}

// Set assigns t to global g. It consumes t: when t is a local made by the last op, that op writes
// g directly and t must not be used again; otherwise a move is appended.
func (b *Builder) Set(g, t Temp) {
	if n := len(b.Ops); n > 0 {
		o := &b.Ops[n-1]
		if o.A[0] == t && b.Temps[t].Kind == Local && len(Ops[o.Code].Out) > 0 {
			o.A[0] = g
			b.free(t)
			return
		}
		if o.A[1] == t && b.Temps[t].Kind == Local && len(Ops[o.Code].Out) > 1 {
			o.A[1] = g
			b.free(t)
			return
		}
	}
	b.MovTo(g, t)
}

// free makes the number of t free again, if it is the last one.
func (b *Builder) free(t Temp) {
	if int(t) == len(b.Temps)-1 {
		b.Temps = b.Temps[:t]
	}
}

// MovTo appends a move of t to d (either type).
func (b *Builder) MovTo(d, t Temp) {
	c := Mov
	if b.Temps[d].Type == V128 {
		c = VMov
	}
	o := b.start(c, W64)
	o.A[0], o.A[1] = d, t
}

// Op1 appends a unary integer op (or any op with one I64 output and one input).
func (b *Builder) Op1(c Opcode, w Width, x Temp) Temp {
	d := b.New(I64)
	o := b.start(c, w)
	o.A[0], o.A[1] = d, x
	return d
}

// Op2 appends a binary integer op.
func (b *Builder) Op2(c Opcode, w Width, x, y Temp) Temp {
	d := b.New(I64)
	o := b.start(c, w)
	o.A[0], o.A[1], o.A[2] = d, x, y
	return d
}

// Op2To is Op2 with the output d.
func (b *Builder) Op2To(d Temp, c Opcode, w Width, x, y Temp) {
	o := b.start(c, w)
	o.A[0], o.A[1], o.A[2] = d, x, y
}

// Op2i appends a binary integer op with a constant second input.
func (b *Builder) Op2i(c Opcode, w Width, x Temp, imm uint64) Temp {
	return b.Op2(c, w, x, b.Const(imm))
}

// OpF appends an integer op with flags and returns result and flags. ins are its inputs in order.
func (b *Builder) OpF(c Opcode, w Width, attr Attr, ins ...Temp) (res, flags Temp) {
	res, flags = b.New(I64), b.New(I64)
	b.OpFTo(c, w, res, flags, ins...).Attr = attr
	return res, flags
}

// OpFTo is OpF with outputs that are there; NoTemp: not wanted.
func (b *Builder) OpFTo(c Opcode, w Width, res, flags Temp, ins ...Temp) *Op {
	o := b.start(c, w)
	o.A[0], o.A[1] = res, flags
	for i, t := range ins {
		o.A[2+i] = t
	}
	return o
}

// Sext sign-extends x from w to d bits.
func (b *Builder) Sext(w, d Width, x Temp) Temp {
	r := b.New(I64)
	o := b.start(Sext, w)
	o.D, o.A[0], o.A[1] = d, r, x
	return r
}

// Zext zero-extends x from w.
func (b *Builder) Zext(w Width, x Temp) Temp { return b.Op1(Zext, w, x) }

// Extract takes n bits from bit pos on, zero-extended, or sign-extended to w.
func (b *Builder) Extract(w Width, x Temp, pos, n uint8, signed bool) Temp {
	r := b.New(I64)
	o := b.start(Extract, w)
	o.Aux, o.Imm, o.A[0], o.A[1] = pos, int64(n), r, x
	if signed {
		o.Attr = Signed
	}
	return r
}

// Deposit replaces n bits of x from bit pos on by the low bits of y.
func (b *Builder) Deposit(w Width, x, y Temp, pos, n uint8) Temp {
	r := b.New(I64)
	o := b.start(Deposit, w)
	o.Aux, o.Imm, o.A[0], o.A[1], o.A[2] = pos, int64(n), r, x, y
	return r
}

// SetC is cond(x, y) ? 1 : 0.
func (b *Builder) SetC(w Width, c Cond, x, y Temp) Temp {
	r := b.New(I64)
	o := b.start(SetC, w)
	o.Cond, o.A[0], o.A[1], o.A[2] = c, r, x, y
	return r
}

// SelC is cond(x, y) ? t : f.
func (b *Builder) SelC(w Width, c Cond, x, y, t, f Temp) Temp {
	r := b.New(I64)
	o := b.start(SelC, w)
	o.Cond, o.A[0], o.A[1], o.A[2], o.A[3], o.A[4] = c, r, x, y, t, f
	return r
}

// SetF is cond(flags) ? 1 : 0.
func (b *Builder) SetF(c Cond, flags Temp) Temp {
	r := b.New(I64)
	o := b.start(SetF, 0)
	o.Cond, o.A[0], o.A[1] = c, r, flags
	return r
}

// SelF is cond(flags) ? t : f.
func (b *Builder) SelF(c Cond, flags, t, f Temp) Temp {
	r := b.New(I64)
	o := b.start(SelF, 0)
	o.Cond, o.A[0], o.A[1], o.A[2], o.A[3] = c, r, flags, t, f
	return r
}

// EA is a guest address: Base + Index<<Scale + Disp. Index may be NoTemp; Base may not (use Const).
// Disp is sign-extended from 32 bits.
type EA struct {
	Base, Index Temp
	Scale       uint8
	Disp        int32
}

// mem appends a memory op at a, whose first operand is x and that has the address behind it.
func (b *Builder) mem(c Opcode, w Width, x Temp, a EA, attr Attr) *Op {
	o := b.start(c, w)
	o.Aux, o.Attr, o.Imm = a.Scale, attr, int64(a.Disp)
	o.A[0], o.A[1], o.A[2] = x, a.Base, a.Index
	return o
}

// done counts memory op o, the last one, and runs the hook around it.
func (b *Builder) done(o *Op) {
	b.Accesses |= accesses[o.Code]
	if b.Hook != nil {
		b.hooked()
	}
}

// hooked puts what the hook wants around the last op.
//
//go:noinline
func (b *Builder) hooked() {
	n := len(b.Ops) - 1
	o := b.Ops[n]
	b.Ops = b.Ops[:n]
	b.Hook.BeforeMem(b, &o)
	b.Ops = append(b.Ops, o)
	b.Hook.AfterMem(b, &o)
}

// LdTo loads w bytes zero-extended into global g.
func (b *Builder) LdTo(g Temp, w Width, a EA, attr Attr) {
	if b.Hook != nil { // which comes between
		b.Set(g, b.Ld(w, a, attr))
		return
	}
	o := b.mem(Ld, w, g, a, attr)
	o.D = W64
	b.Accesses |= Loads
}

// Ld loads w bytes zero-extended.
func (b *Builder) Ld(w Width, a EA, attr Attr) Temp {
	r := b.New(I64)
	o := b.mem(Ld, w, r, a, attr)
	o.D = W64
	b.done(o)
	return r
}

// LdS loads w bytes sign-extended to d, zero-extended to 64 bits.
func (b *Builder) LdS(w, d Width, a EA, attr Attr) Temp {
	r := b.New(I64)
	o := b.mem(Ld, w, r, a, attr|Signed)
	o.D = d
	b.done(o)
	return r
}

// St stores the low w bytes of v.
func (b *Builder) St(w Width, a EA, v Temp, attr Attr) { b.done(b.mem(St, w, v, a, attr)) }

// LdV loads w bytes into a vector, zero-extended.
func (b *Builder) LdV(w Width, a EA, attr Attr) Temp {
	r := b.New(V128)
	b.done(b.mem(LdV, w, r, a, attr))
	return r
}

// StV stores the low w bytes of vector v.
func (b *Builder) StV(w Width, a EA, v Temp, attr Attr) { b.done(b.mem(StV, w, v, a, attr)) }

// Atomic appends the read-modify-write op c at base + disp and returns the old value.
func (b *Builder) Atomic(c Opcode, w Width, base Temp, disp int32, operand Temp, attr Attr) Temp {
	r := b.New(I64)
	b.done(b.mem(c, w, r, EA{Base: base, Index: operand, Disp: disp}, attr))
	return r
}

// Cas stores new at base + disp if the old value equals expected, and returns the old value.
func (b *Builder) Cas(w Width, base Temp, disp int32, expected, new Temp, attr Attr) Temp {
	c, t := Cas, I64
	if w == W128 {
		c, t = CasV, V128
	}
	r := b.New(t)
	o := b.mem(c, w, r, EA{Base: base, Index: expected, Disp: disp}, attr)
	o.A[3] = new
	b.done(o)
	return r
}

// Fence orders the accesses before it and after it by pairs of kinds: FenceLdLd ... FenceAll.
func (b *Builder) Fence(pairs uint8) { b.start(Fence, 0).Aux = pairs }

// V appends a vector or FP op with a V128 output. ins are its inputs in order.
func (b *Builder) V(c Opcode, w Width, attr Attr, ins ...Temp) Temp {
	return b.VI(c, w, attr, 0, 0, ins...)
}

// VI is V with Aux and Imm.
func (b *Builder) VI(c Opcode, w Width, attr Attr, aux uint8, imm int64, ins ...Temp) Temp {
	r := b.New(V128)
	o := b.start(c, w)
	o.Attr, o.Aux, o.Imm, o.A[0] = attr, aux, imm, r
	copy(o.A[1:], ins)
	return r
}

// VGet takes lane n of v, zero- or sign-extended to d.
func (b *Builder) VGet(w, d Width, signed bool, v Temp, n uint8) Temp {
	r := b.New(I64)
	o := b.start(VGet, w)
	o.D, o.Aux, o.A[0], o.A[1] = d, n, r, v
	if signed {
		o.Attr = Signed
	}
	return r
}

// Insn starts guest instruction pc; the length is patched by whoever knows it (EndInsn).
func (b *Builder) Insn(pc uint64) int {
	b.start(InsnStart, 0).Imm = int64(pc)
	b.Insns++
	return len(b.Ops) - 1
}

// ExitTB ends the block: go on at pc. backward: the target may close a loop, so poll.
func (b *Builder) ExitTB(pc uint64, backward bool) {
	o := b.start(ExitTB, 0)
	o.Imm, o.Attr = int64(pc), backAttr(backward)
}

func backAttr(back bool) Attr {
	if back {
		return Backward
	}
	return 0
}

// ExitC leaves to pc if cond(x, y).
func (b *Builder) ExitC(w Width, c Cond, x, y Temp, pc uint64, backward bool) {
	b.Exits++
	o := b.start(ExitC, w)
	o.Cond, o.Imm, o.Attr, o.A[0], o.A[1] = c, int64(pc), backAttr(backward), x, y
}

// ExitF leaves to pc if cond(flags).
func (b *Builder) ExitF(c Cond, flags Temp, pc uint64, backward bool) {
	b.Exits++
	o := b.start(ExitF, 0)
	o.Cond, o.Imm, o.Attr, o.A[0] = c, int64(pc), backAttr(backward), flags
}

// ExitPtr ends the block: go on at the address in t.
func (b *Builder) ExitPtr(t Temp) { b.start(ExitPtr, 0).A[0] = t }

// ExitPtrNE leaves to the address in t unless it is pc.
func (b *Builder) ExitPtrNE(t Temp, pc uint64) {
	b.Exits++
	o := b.start(ExitPtrNE, 0)
	o.Imm, o.A[0] = int64(pc), t
}

// Head begins a segment of a region at pc.
func (b *Builder) Head(pc uint64) { b.start(Head, 0).Imm = int64(pc) }

// ExitExc ends the block (or a branch of it): State PC = pc, exception k with a code (or NoTemp).
func (b *Builder) ExitExc(k ExcKind, pc uint64, code Temp) {
	o := b.start(ExitExc, 0)
	o.Aux, o.Imm, o.A[0] = uint8(k), int64(pc), code
}

// NewLabel makes a label; SetLabel places it, once, forward of its branches unless a loop is meant.
func (b *Builder) NewLabel() Label { b.Labels++; return Label(b.Labels - 1) }

// SetLabel places l here.
func (b *Builder) SetLabel(l Label) { b.start(SetLabel, 0).Imm = int64(l) }

// Br goes to l.
func (b *Builder) Br(l Label) { b.start(Br, 0).Imm = int64(l) }

// BrC goes to l if cond(x, y).
func (b *Builder) BrC(w Width, c Cond, x, y Temp, l Label) {
	o := b.start(BrC, w)
	o.Cond, o.Imm, o.A[0], o.A[1] = c, int64(l), x, y
}

// BrF goes to l if cond(flags).
func (b *Builder) BrF(c Cond, flags Temp, l Label) {
	o := b.start(BrF, 0)
	o.Cond, o.Imm, o.A[0] = c, int64(l), flags
}

func (b *Builder) helper(h *Helper) int64 {
	for i, x := range b.Helpers {
		if x == h {
			return int64(i)
		}
	}
	b.Helpers = append(b.Helpers, h)
	return int64(len(b.Helpers) - 1)
}

// Call runs helper h with up to 4 I64 inputs. ret false: the output is not used, NoTemp is returned.
func (b *Builder) Call(h *Helper, ret bool, ins ...Temp) Temp {
	o := Op{Code: Call, Imm: b.helper(h), A: noArgs}
	if ret {
		o.A[0] = b.New(I64)
	}
	copy(o.A[1:5], ins)
	b.Emit(o)
	return o.A[0]
}

// CallPure runs pure helper h; the output has type t, inputs may be of either type.
func (b *Builder) CallPure(h *Helper, t Type, ins ...Temp) Temp {
	o := Op{Code: CallPure, Imm: b.helper(h), A: noArgs}
	o.A[0] = b.New(t)
	copy(o.A[1:5], ins)
	b.Emit(o)
	return o.A[0]
}
