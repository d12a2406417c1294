package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// goTo ends the block with a jump to target.
func (t translator) goTo(target uint64) { t.b.ExitTB(target, target <= t.pc) }

func (t translator) transB(i insn) { t.goTo(t.pc + sext(i.imm26(), 26)<<2) }

func (t translator) transBL(i insn) {
	t.setX(30, t.b.Const(t.pc+4))
	t.goTo(t.pc + sext(i.imm26(), 26)<<2)
}

// afterExit ends the block after a conditional exit to target if that is backward: a loop's end; translation
// goes on after forward ones.
func (t translator) afterExit(target uint64) {
	if target <= t.pc {
		t.b.ExitTB(t.pc+4, false)
	}
}

func (t translator) transBcond(i insn) {
	target := t.pc + sext(i.imm19(), 19)<<2
	if always(i.condlo()) {
		t.goTo(target)
		return
	}
	t.b.ExitF(conds[i.condlo()], gFlags, target, target <= t.pc)
	t.afterExit(target)
}

func (t translator) transCBZ(i insn)  { t.compareBranch(i, ir.EQ) }
func (t translator) transCBNZ(i insn) { t.compareBranch(i, ir.NE) }

func (t translator) compareBranch(i insn, c ir.Cond) {
	target := t.pc + sext(i.imm19(), 19)<<2
	t.b.ExitC(width(i.sf()), c, t.x(i.rt()), t.b.Const(0), target, target <= t.pc)
	t.afterExit(target)
}

func (t translator) transTBZ(i insn)  { t.testBranch(i, ir.TSTEQ) }
func (t translator) transTBNZ(i insn) { t.testBranch(i, ir.TSTNE) }

func (t translator) testBranch(i insn, c ir.Cond) {
	target := t.pc + sext(i.imm14(), 14)<<2
	mask := uint64(1) << (i.b5()<<5 | i.b40())
	t.b.ExitC(width(i.b5()), c, t.x(i.rt()), t.b.Const(mask), target, target <= t.pc)
	t.afterExit(target)
}

func (t translator) transBR(i insn)  { t.b.ExitPtr(t.x(i.rn())) }
func (t translator) transRET(i insn) { t.b.ExitPtr(t.x(i.rn())) }

func (t translator) transBLR(i insn) {
	target := t.x(i.rn())
	if i.rn() == 30 {
		target = t.b.New(ir.I64)
		t.b.MovTo(target, t.x(30))
	}
	t.setX(30, t.b.Const(t.pc+4))
	t.b.ExitPtr(target)
}

// transSVC also opens the exclusive monitor, as the exception return does. Arm ARM B2.12.
func (t translator) transSVC(i insn) {
	t.b.MovTo(gExclSize, t.b.Const(0))
	t.b.ExitExc(ir.ExcSyscall, t.pc+4, t.b.Const(uint64(i.imm16())))
}

func (t translator) transBRK(i insn) {
	t.b.ExitExc(ir.ExcBreak, t.pc, t.b.Const(uint64(i.imm16())))
}

// transHLT: without a halting debugger HLT is undefined. Arm ARM C6.2 HLT.
func (t translator) transHLT(insn) { t.unallocated() }

func (t translator) transUDF(insn) { t.unallocated() }
