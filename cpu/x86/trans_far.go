package x86

import "github.com/gotcg/gotcg/tcg/ir"

// transFar has the far transfers. In 64-bit user mode they can only stay where they are: CS must be the
// flat code selector, SS the flat data selector.
var transFar = [...]transFn{
	RETF: transRETF, IRET: transIRET, JMPF: transJMPF, CALLF: transCALLF,
	LSS: func(t *trans) { t.loadFar(SS) },
	LFS: func(t *trans) { t.loadFar(FS) },
	LGS: func(t *trans) { t.loadFar(GS) },
}

var (
	helperCheckCS = ir.Helper{Name: "check_cs", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		return checkSelector(env, in[0].Lo, SelCode)
	}}
	helperCheckSS = ir.Helper{Name: "check_ss", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
		return checkSelector(env, in[0].Lo, SelData)
	}}
)

// checkSelector raises #GP unless the low 16 bits of v are sel.
func checkSelector(env *ir.Env, v, sel uint64) ir.Val {
	if v&0xffff != sel {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
	}
	return ir.Val{}
}

// stack loads the operand-size word i words up the stack.
func (t *trans) stack(i int32) ir.Temp {
	n := int32(t.in.OpSize)
	return t.b.Ld(width(t.in.OpSize), ir.EA{Base: tReg(RSP), Index: ir.NoTemp, Disp: i * n}, 0)
}

// transRETF translates far RET. SDM vol. 2 RET.
func transRETF(t *trans) {
	to, cs := t.stack(0), t.stack(1)
	t.b.Call(&helperCheckCS, false, cs)
	t.drop(2*uint64(t.in.OpSize) + uint64(t.in.Imm))
	t.b.ExitPtr(to)
	t.end = true
}

// transIRET translates IRET, IRETD and IRETQ. SDM vol. 2 IRET.
func transIRET(t *trans) {
	to, cs, fl, sp, ss := t.stack(0), t.stack(1), t.stack(2), t.stack(3), t.stack(4)
	t.b.Call(&helperCheckCS, false, cs)
	t.b.Call(&helperCheckSS, false, ss)
	t.setEflags(fl, t.in.OpSize)
	t.b.MovTo(tReg(RSP), sp)
	t.b.ExitPtr(to)
	t.end = true
}

// farPointer loads the offset and the selector of a far pointer in memory.
func (t *trans) farPointer() (off, sel ir.Temp) {
	ea := t.ea()
	off = t.b.Ld(width(t.in.OpSize), ea, 0)
	ea.Disp += int32(t.in.OpSize)
	return off, t.b.Ld(ir.W16, ea, 0)
}

// transJMPF translates far JMP. SDM vol. 2 JMP.
func transJMPF(t *trans) {
	to, cs := t.farPointer()
	t.b.Call(&helperCheckCS, false, cs)
	t.b.ExitPtr(to)
	t.end = true
}

// transCALLF translates far CALL. SDM vol. 2 CALL.
func transCALLF(t *trans) {
	b, n := t.b, t.in.OpSize
	to, cs := t.farPointer()
	b.Call(&helperCheckCS, false, cs)
	at := func(i int32) ir.EA { return ir.EA{Base: tReg(RSP), Index: ir.NoTemp, Disp: -i * int32(n)} }
	b.St(width(n), at(1), tSeg0+CS, 0)
	b.St(width(n), at(2), t.c(t.next&width(n).Mask()), 0)
	b.Set(tReg(RSP), b.Op2i(ir.Sub, ir.W64, tReg(RSP), 2*uint64(n)))
	b.ExitPtr(to)
	t.end = true
}

// loadFar translates LSS, LFS and LGS. SDM vol. 2 LDS/LES/LFS/LGS/LSS.
func (t *trans) loadFar(seg uint8) {
	off, sel := t.farPointer()
	t.setSeg(seg, sel)
	t.set(0, off)
}
