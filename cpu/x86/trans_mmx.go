package x86

import "github.com/gotcg/gotcg/tcg/ir"

// MMX registers are the significands of the x87 registers, by physical number. Every MMX instruction
// but EMMS makes all tags valid and the top of stack 0, and a register written gets an exponent of
// all ones. SDM vol. 1 9.6.

// lds reads a State field, sts writes one.
func (t *trans) lds(off uintptr) ir.Temp {
	d := t.b.New(ir.I64)
	t.b.Emit(ir.Op{Code: ir.LdS, Imm: int64(off), A: [6]ir.Temp{d, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
	return d
}

func (t *trans) sts(off uintptr, v ir.Temp) {
	t.b.Emit(ir.Op{Code: ir.StS, Imm: int64(off), A: [6]ir.Temp{v, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp, ir.NoTemp}})
}

// mmget returns an MMX register as an integer.
func (t *trans) mmget(n uint8) ir.Temp { return t.lds(offFPR + 16*uintptr(n)) }

// mmread returns an MMX register as a vector.
func (t *trans) mmread(n uint8) ir.Temp {
	return t.b.V(ir.VIns, ir.W64, 0, t.b.ConstV(0, 0), t.mmget(n))
}

// mmwrite assigns the low quadword of v to an MMX register.
func (t *trans) mmwrite(n uint8, v ir.Temp) {
	t.mmset(n, t.b.VGet(ir.W64, ir.W64, false, v, 0))
}

// mmset assigns the integer v to an MMX register.
func (t *trans) mmset(n uint8, v ir.Temp) {
	t.sts(offFPR+16*uintptr(n), v)
	t.mmdone(int(n))
}

// mmdone does what every MMX instruction does to the x87 state; n is the register written or -1.
func (t *trans) mmdone(n int) {
	t.sts(offFTop, t.c(0))
	t.sts(offFTag, t.c(0xff))
	if n >= 0 {
		t.sts(offFPR+16*uintptr(n)+8, t.c(0xffff))
	}
}

// vEMMS empties all x87 registers.
func vEMMS(t *trans, _ *vrow) {
	t.sts(offFTop, t.c(0))
	t.sts(offFTag, t.c(0))
}
