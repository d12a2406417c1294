package x86

import "github.com/gotcg/gotcg/tcg/ir"

// MMX registers are the significands of the x87 registers, by physical number. Every MMX instruction
// but EMMS makes all tags valid and the top of stack 0, and a register written gets an exponent of
// all ones. SDM vol. 1 9.6.

// mmread returns an MMX register as a vector.
func (t *trans) mmread(n uint8) ir.Temp {
	return t.b.V(ir.VIns, ir.W64, 0, t.b.ConstV(0, 0), tMM0+ir.Temp(n))
}

// mmwrite assigns the low quadword of v to an MMX register.
func (t *trans) mmwrite(n uint8, v ir.Temp) {
	t.mmset(n, t.b.VGet(ir.W64, ir.W64, false, v, 0))
}

// mmset assigns the integer v to an MMX register.
func (t *trans) mmset(n uint8, v ir.Temp) {
	t.b.Set(tMM0+ir.Temp(n), v)
	t.mmdone(int(n))
}

// mmdone does what every MMX instruction does to the x87 state; n is the register written or -1.
func (t *trans) mmdone(n int) {
	t.b.MovTo(tFTop, t.b.Const(0))
	t.b.MovTo(tFTag, t.b.Const(0xff))
	if n >= 0 {
		t.b.MovTo(tSE0+ir.Temp(n), t.b.Const(0xffff))
	}
}

// vEMMS empties all x87 registers.
func vEMMS(t *trans, _ *vrow) {
	t.b.MovTo(tFTop, t.b.Const(0))
	t.b.MovTo(tFTag, t.b.Const(0))
}
