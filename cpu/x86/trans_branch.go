package x86

import "github.com/gotcg/gotcg/tcg/ir"

// backward reports whether a branch to target may close a loop.
func (t *trans) backward(target uint64) bool { return target <= t.pc }

// jump ends the block with a direct jump.
func (t *trans) jump(target uint64) {
	t.b.ExitTB(target, t.backward(target))
	t.end = true
}

// afterBranch goes on behind a conditional exit to target: the block continues past a forward branch
// and ends at a backward one.
func (t *trans) afterBranch(target uint64) {
	if t.backward(target) {
		t.b.ExitTB(t.next, false)
		t.end = true
	}
}

// transJCC translates Jcc. SDM vol. 2 Jcc.
func transJCC(t *trans) {
	to := t.in.Target(t.pc)
	t.b.ExitF(ir.Cond(t.in.Cond), tFlags, to, t.backward(to))
	t.afterBranch(to)
}

// transJMP translates near JMP. SDM vol. 2 JMP.
func transJMP(t *trans) {
	if t.in.Args[0].Kind == ArgRel {
		t.jump(t.in.Target(t.pc))
		return
	}
	t.b.ExitPtr(t.get(0))
	t.end = true
}

// transCALL translates near CALL. SDM vol. 2 CALL.
func transCALL(t *trans) {
	if t.in.Args[0].Kind == ArgRel {
		t.push(t.c(t.next), 8)
		t.jump(t.in.Target(t.pc))
		return
	}
	to := t.get(0)
	if to == tReg(RSP) {
		to = t.copyOf(0)
	}
	t.push(t.c(t.next), 8)
	t.b.ExitPtr(to)
	t.end = true
}

// transRET translates near RET. SDM vol. 2 RET.
func transRET(t *trans) {
	to := t.top(8)
	t.drop(8 + uint64(t.in.Imm))
	t.b.ExitPtr(to)
	t.end = true
}

// transLOOP translates LOOP, LOOPE and LOOPNE; no flags change. SDM vol. 2 LOOP/LOOPcc.
func transLOOP(t *trans) {
	b, w := t.b, t.addrW()
	to := t.in.Target(t.pc)
	b.Set(tReg(RCX), b.Op2i(ir.Sub, w, tReg(RCX), 1))
	x := tReg(RCX)
	if t.in.Op != LOOP {
		cc := ir.CondZ
		if t.in.Op == LOOPNE {
			cc = ir.CondNZ
		}
		x = b.Op2(ir.And, ir.W32, b.SetC(w, ir.NE, tReg(RCX), t.c(0)), b.SetF(cc, tFlags))
	}
	b.ExitC(w, ir.NE, x, t.c(0), to, t.backward(to))
	t.afterBranch(to)
}

// transJCXZ translates JECXZ and JRCXZ. SDM vol. 2 Jcc.
func transJCXZ(t *trans) {
	to := t.in.Target(t.pc)
	t.b.ExitC(t.addrW(), ir.EQ, tReg(RCX), t.c(0), to, t.backward(to))
	t.afterBranch(to)
}
