package amd64

import (
	"github.com/gotcg/gotcg/tcg/backend"
	"github.com/gotcg/gotcg/tcg/ir"
)

// The guest's x87 instructions run on the host's x87, each by itself: operands are loaded from the State,
// the instruction runs under the guest's control word, and result, flags and condition codes go back. The
// host's register stack is empty in between. Its sticky flags are always a subset of the guest's while
// an instruction runs; where they are not, it is cleared first. Every uncommon case leaves for Go.

// Status word bits.
const (
	x87Flags = 0x3f
	x87C1    = 0x200
	x87CC    = 0x4700
)

// x87 is the state of lowering one helper call.
type x87 struct {
	*Compiler
	l    *ir.X87Layout
	sel  uint64
	slow slow
}

var x87Lowerings = [ir.NumX87Kinds]func(*x87){
	ir.X87Arith: (*x87).arith, ir.X87ArithMem: (*x87).arithMem, ir.X87Compare: (*x87).compare, ir.X87CompareI: (*x87).compareI,
	ir.X87Load: (*x87).loadMem, ir.X87LoadConst: (*x87).loadConst, ir.X87LoadReg: (*x87).loadReg, ir.X87StoreReg: (*x87).storeReg,
	ir.X87Store: (*x87).storeValue, ir.X87StoreDone: (*x87).storeDone, ir.X87Exchange: (*x87).exchange, ir.X87CMov: (*x87).cmov,
	ir.X87Misc: (*x87).misc, ir.X87LoadCW: (*x87).loadCW,
}

// lowerX87 emits a helper's common case in place, with the call as its slow path.
func (c *Compiler) lowerX87(h *ir.Helper) bool {
	k := c.t[c.op.A[1]].cst
	if c.cfg.X87 == nil || k == ir.NoTemp || x87Lowerings[h.X87] == nil {
		return false
	}
	sel := c.blk.Temps[k].Val.Lo
	if h.X87 == ir.X87Misc && (sel == ir.X87Nop || sel >= ir.X87MiscOther) {
		return false
	}
	if (h.X87 == ir.X87Store || h.X87 == ir.X87StoreDone) && sel&(1<<6) != 0 { // BCD
		return false
	}
	x := x87{Compiler: c, l: c.cfg.X87, sel: sel}
	x87Lowerings[h.X87](&x)
	return true
}

// begin makes the slow path; the value inputs are in registers.
func (x *x87) begin() {
	x.clobber()
	n := x.site(backend.SiteCall)
	x.helper(n, x.blk.Helpers[x.op.Imm])
	x.slow = slow{n}
	x.kill()
}

// value brings input k (from 0) into a register, before begin.
func (x *x87) value(k int) reg { return x.src(x.op.A[1+k]) }

// end marks where the slow path comes back.
func (x *x87) end() { x.tab.Sites[x.slow.site].Resume = uint32(x.n) }

func (x *x87) leaveWhen(cc cc) { x.when(x.slow, cc) }

func (x *x87) field(off int32) mem { return at(rbp, off-backend.StateBias) }

// fpr is the register whose offset, 16 × physical number, is in r.
func (x *x87) fpr(r reg, off int32) mem {
	return mem{base: rbp, index: r, disp: x.l.FPR + off - backend.StateBias}
}

// scratch is memory below the host stack, where nobody writes: signals have a stack of their own.
var x87Scratch = at(rsp, -16)

func (x *x87) fldT(r reg)  { x.rm(0xdb, 5, x.fpr(r, 0)) }
func (x *x87) fstpT(r reg) { x.rm(0xdb, 7, x.fpr(r, 0)) }

func (x *x87) op2(a, b byte) {
	x.byte(a)
	x.byte(b)
}

// masked leaves for Go unless all exceptions are masked.
func (x *x87) masked() {
	x.load(s32, rax, x.field(x.l.Control))
	x.unary(g3NOT, s32, rax)
	x.testRI(s8, rax, x87Flags)
	x.leaveWhen(ccNE)
}

// operands checks the masks and that ST(0) and ST(i) are not empty; it leaves their offsets in RCX
// and RDX.
func (x *x87) operands(i uint64) {
	x.masked()
	x.load(s32, rcx, x.field(x.l.Top))
	x.load(s32, rax, x.field(x.l.Tags))
	x.btRR(s32, rax, rcx)
	x.leaveWhen(ccAE)
	x.lea(s32, rdx, at(rcx, int32(i)))
	if i != 0 {
		x.aluRI(aAND, s32, rdx, 7)
		x.btRR(s32, rax, rdx)
		x.leaveWhen(ccAE)
	}
	x.shiftRI(shSHL, s32, rcx, 4)
	x.shiftRI(shSHL, s32, rdx, 4)
}

// newTop checks that the register to be pushed is empty and leaves its number in RCX.
func (x *x87) newTop() {
	x.masked()
	x.load(s32, rcx, x.field(x.l.Top))
	x.load(s32, rax, x.field(x.l.Tags))
	x.aluRI(aSUB, s32, rcx, 1)
	x.aluRI(aAND, s32, rcx, 7)
	x.btRR(s32, rax, rcx)
	x.leaveWhen(ccB)
}

// push makes register RCX, which newTop found, the top; it uses RAX.
func (x *x87) push() {
	x.store(s32, x.field(x.l.Top), rcx)
	x.load(s32, rax, x.field(x.l.Tags))
	x.rr(0xab|m0F, uint8(rcx), uint8(rax)) // bts
	x.store(s32, x.field(x.l.Tags), rax)
}

// pop empties ST(0); it uses RAX and RDX.
func (x *x87) pop() {
	x.load(s32, rax, x.field(x.l.Top))
	x.load(s32, rdx, x.field(x.l.Tags))
	x.rr(0xb3|m0F, uint8(rax), uint8(rdx)) // btr
	x.store(s32, x.field(x.l.Tags), rdx)
	x.aluRI(aADD, s32, rax, 1)
	x.aluRI(aAND, s32, rax, 7)
	x.store(s32, x.field(x.l.Top), rax)
}

func (x *x87) pops(n uint64) {
	for range n {
		x.pop()
	}
}

// clean makes the host's sticky flags a subset of the guest's; it uses RAX.
func (x *x87) clean() {
	x.op2(0xdf, 0xe0) // fnstsw ax
	x.aluRM(aOR, s32, rax, x.field(x.l.Status))
	x.aluRM(aXOR, s32, rax, x.field(x.l.Status))
	x.testRI(s8, rax, x87Flags)
	j := x.jcc8(ccE)
	x.op2(0xdb, 0xe2) // fnclex
	x.patch8(j)
}

// control loads the guest's control word.
func (x *x87) control() { x.rm(0xd9, 5, x.field(x.l.Control)) }

// status takes the host's status word into RAX.
func (x *x87) status() { x.op2(0xdf, 0xe0) }

// merge puts flags and the condition codes in cc from RAX into the guest's status word, and clears those in
// clear; it uses RDX.
func (x *x87) merge(cc, clear int32) {
	x.aluRI(aAND, s32, rax, x87Flags|cc)
	x.load(s32, rdx, x.field(x.l.Status))
	x.aluRI(aAND, s32, rdx, ^clear)
	x.aluRR(aOR, s32, rdx, rax)
	x.store(s32, x.field(x.l.Status), rdx)
}

func (x *x87) clearC1() { x.aluMI(aAND, s32, x.field(x.l.Status), ^x87C1) }

// Opcodes DE xx: op ST(1), ST(0) and pop; and D8 etc. for memory by kind.
var (
	x87Pop2 = [8]byte{ir.X87Add: 0xc1, ir.X87Mul: 0xc9, ir.X87Sub: 0xe9, ir.X87SubR: 0xe1, ir.X87Div: 0xf9, ir.X87DivR: 0xf1}
	x87Mem  = [...]enc{ir.X87M32: 0xd8, ir.X87M64: 0xdc, ir.X87I16: 0xde, ir.X87I32: 0xda}
)

func (x *x87) arith() {
	op, dst, src := x.sel&7, x.sel>>4&7, x.sel>>8&7
	x.begin()
	x.operands(dst | src)
	d, s := rcx, rdx
	if dst != 0 {
		d, s = rdx, rcx
	}
	x.clean()
	x.control()
	x.fldT(d)
	x.fldT(s)
	x.op2(0xde, x87Pop2[op])
	x.status()
	x.fstpT(d)
	x.merge(x87C1, x87C1)
	x.pops(x.sel >> 12 & 1)
	x.end()
}

func (x *x87) arithMem() {
	op, kind := uint8(x.sel&7), x.sel>>4&15
	v := x.value(1)
	x.begin()
	x.operands(0)
	x.store(s64, x87Scratch, v)
	x.clean()
	x.control()
	x.fldT(rcx)
	if op == ir.X87Com || op == ir.X87ComP {
		x.rm(x87Mem[kind], ir.X87ComP, x87Scratch)
		x.status()
		x.merge(x87CC&^x87C1, x87CC)
		x.pops(uint64(op - ir.X87Com))
	} else {
		x.rm(x87Mem[kind], op, x87Scratch)
		x.status()
		x.fstpT(rcx)
		x.merge(x87C1, x87C1)
	}
	x.end()
}

func (x *x87) compare() {
	x.begin()
	x.operands(x.sel & 7)
	x.clean()
	x.fldT(rdx)
	x.fldT(rcx)
	if x.sel>>8&1 != 0 {
		x.op2(0xda, 0xe9) // fucompp
	} else {
		x.op2(0xde, 0xd9) // fcompp
	}
	x.status()
	x.merge(x87CC&^x87C1, x87CC)
	x.pops(x.sel >> 4 & 3)
	x.end()
}

func (x *x87) compareI() {
	x.begin()
	r := x.dst()
	x.operands(x.sel & 7)
	x.clean()
	x.fldT(rdx)
	x.fldT(rcx)
	x.byte(0xb8) // mov eax, 0
	x.u32(0)
	if x.sel>>8&1 != 0 {
		x.op2(0xdf, 0xe9) // fucomip
	} else {
		x.op2(0xdf, 0xf1) // fcomip
	}
	x.lahf()
	x.movZX(s16, r, rax)
	x.op2(0xdd, 0xd8) // fstp st(0)
	x.status()
	x.merge(0, 0)
	x.pops(x.sel >> 4 & 3)
	x.doneG(x.slow, r)
}

// x87Ld and x87St are opcode and digit of loads and of popping stores by memory kind.
var (
	x87Ld = [...][2]uint8{ir.X87M32: {0xd9, 0}, ir.X87M64: {0xdd, 0}, ir.X87I16: {0xdf, 0}, ir.X87I32: {0xdb, 0}, ir.X87I64: {0xdf, 5}}
	x87St = [...][2]uint8{ir.X87M32: {0xd9, 3}, ir.X87M64: {0xdd, 3}, ir.X87I16: {0xdf, 3}, ir.X87I32: {0xdb, 3}, ir.X87I64: {0xdf, 7}}
	// x87StT are FISTTP's.
	x87StT = [...][2]uint8{ir.X87I16: {0xdf, 1}, ir.X87I32: {0xdb, 1}, ir.X87I64: {0xdd, 1}}
)

func (x *x87) loadMem() {
	v := x.value(1)
	hi := noReg
	if x.sel == ir.X87M80 {
		hi = x.value(2)
	}
	x.begin()
	x.newTop()
	x.movRR(s32, rdx, rcx)
	x.shiftRI(shSHL, s32, rdx, 4)
	if hi != noReg {
		x.store(s64, x.fpr(rdx, 0), v)
		x.movZX(s16, rax, hi)
		x.store(s64, x.fpr(rdx, 8), rax)
		x.clearC1()
	} else {
		x.store(s64, x87Scratch, v)
		x.clean()
		x.rm(enc(x87Ld[x.sel][0]), x87Ld[x.sel][1], x87Scratch)
		x.status()
		x.fstpT(rdx)
		x.merge(0, x87C1)
	}
	x.push()
	x.end()
}

func (x *x87) loadConst() {
	x.begin()
	x.newTop()
	x.movRR(s32, rdx, rcx)
	x.shiftRI(shSHL, s32, rdx, 4)
	x.control()
	x.op2(0xd9, 0xe8+byte(x.sel))
	x.fstpT(rdx)
	x.clearC1()
	x.push()
	x.end()
}

func (x *x87) loadReg() {
	x.begin()
	x.newTop()
	x.lea(s32, rdx, at(rcx, int32(x.sel&7)+1))
	x.aluRI(aAND, s32, rdx, 7)
	x.btRR(s32, rax, rdx)
	x.leaveWhen(ccAE)
	x.shiftRI(shSHL, s32, rdx, 4)
	x.xm(xMOVAPS, xmm15, x.fpr(rdx, 0))
	x.movRR(s32, rdx, rcx)
	x.shiftRI(shSHL, s32, rdx, 4)
	x.xm(xMOVAPS+1, xmm15, x.fpr(rdx, 0))
	x.clearC1()
	x.push()
	x.end()
}

func (x *x87) storeReg() {
	x.begin()
	x.operands(0)
	x.xm(xMOVAPS, xmm15, x.fpr(rcx, 0))
	x.load(s32, rdx, x.field(x.l.Top))
	x.aluRI(aADD, s32, rdx, int32(x.sel&7))
	x.aluRI(aAND, s32, rdx, 7)
	x.rr(0xab|m0F, uint8(rdx), uint8(rax)) // bts: RAX has the tags
	x.store(s32, x.field(x.l.Tags), rax)
	x.shiftRI(shSHL, s32, rdx, 4)
	x.xm(xMOVAPS+1, xmm15, x.fpr(rdx, 0))
	x.clearC1()
	x.pops(x.sel >> 4 & 1)
	x.end()
}

// out converts ST(0), at RCX, into the scratch place.
func (x *x87) out() {
	kind := x.sel & 15
	st := x87St[kind]
	if x.sel&(1<<5) != 0 {
		st = x87StT[kind]
	}
	x.control()
	x.fldT(rcx)
	x.rm(enc(st[0]), st[1], x87Scratch)
}

func (x *x87) storeValue() {
	x.begin()
	r := x.dst()
	x.operands(0)
	switch kind := x.sel & 15; {
	case kind == ir.X87M80 && x.sel&(1<<8) != 0:
		x.load(s16, r, x.fpr(rcx, 8))
	case kind == ir.X87M80:
		x.load(s64, r, x.fpr(rcx, 0))
	default:
		x.out()
		x.load([...]size{ir.X87M32: s32, ir.X87M64: s64, ir.X87I16: s16, ir.X87I32: s32, ir.X87I64: s64}[kind], r, x87Scratch)
	}
	x.doneG(x.slow, r)
}

func (x *x87) storeDone() {
	x.begin()
	x.operands(0)
	if x.sel&15 == ir.X87M80 {
		x.clearC1()
	} else {
		x.clean()
		x.out()
		x.status()
		x.merge(x87C1, x87C1)
	}
	x.pops(x.sel >> 4 & 1)
	x.end()
}

func (x *x87) exchange() {
	x.begin()
	x.operands(x.sel & 7)
	x.xm(xMOVAPS, xmm14, x.fpr(rcx, 0))
	x.xm(xMOVAPS, xmm15, x.fpr(rdx, 0))
	x.xm(xMOVAPS+1, xmm14, x.fpr(rdx, 0))
	x.xm(xMOVAPS+1, xmm15, x.fpr(rcx, 0))
	x.clearC1()
	x.end()
}

func (x *x87) cmov() {
	v := x.value(1)
	x.begin()
	x.operands(x.sel & 7)
	x.testRR(s64, v, v)
	j := x.jcc8(ccE)
	x.xm(xMOVAPS, xmm15, x.fpr(rdx, 0))
	x.xm(xMOVAPS+1, xmm15, x.fpr(rcx, 0))
	x.patch8(j)
	x.end()
}

func (x *x87) misc() {
	x.begin()
	x.operands(0)
	switch x.sel {
	case ir.X87Chs, ir.X87Abs:
		x.load(s32, rax, x.fpr(rcx, 8))
		if x.sel == ir.X87Chs {
			x.aluRI(aXOR, s32, rax, 0x8000)
		} else {
			x.aluRI(aAND, s32, rax, 0x7fff)
		}
		x.store(s32, x.fpr(rcx, 8), rax)
		x.clearC1()
	case ir.X87Xam:
		x.clean()
		x.fldT(rcx)
		x.op2(0xd9, 0xe5)
		x.status()
		x.op2(0xdd, 0xd8) // fstp st(0)
		x.merge(x87CC, x87CC)
	default:
		x.clean()
		x.control()
		x.fldT(rcx)
		x.op2(0xd9, [...]byte{ir.X87Rndint: 0xfc, ir.X87Sqrt: 0xfa}[x.sel])
		x.status()
		x.fstpT(rcx)
		x.merge(x87C1, x87C1)
	}
	x.end()
}

func (x *x87) loadCW() {
	v := x.value(1)
	x.begin()
	x.masked()
	x.movRR(s32, rax, v)
	x.unary(g3NOT, s32, rax)
	x.testRI(s8, rax, x87Flags)
	x.leaveWhen(ccNE)
	x.unary(g3NOT, s32, rax)
	x.aluRI(aAND, s32, rax, 0x1f3f)
	x.aluRI(aOR, s32, rax, 0x40)
	x.store(s32, x.field(x.l.Control), rax)
	x.end()
}
