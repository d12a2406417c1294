package arm64

import "github.com/gotcg/gotcg/tcg/ir"

// AES rounds and the 64-bit carry-less product. Arm ARM C4.1.96 "Cryptographic AES", C7.2.

// aes is an AES step of the IR on x without a round key.
func (t translator) aes(step uint8, x ir.Temp) ir.Temp {
	return t.b.VI(ir.VAes, 0, 0, step, 0, x, t.zeroV())
}

// Arm adds the round key before the substitution, and mixes the columns by an instruction of its own.
func (t translator) transAESE(i insn) {
	t.setV(i.rd(), t.aes(ir.AesEncLast, t.vxor(t.vd(i), t.vn(i))))
}

func (t translator) transAESD(i insn) {
	t.setV(i.rd(), t.aes(ir.AesDecLast, t.vxor(t.vd(i), t.vn(i))))
}

func (t translator) transAESMC(i insn)  { t.setV(i.rd(), t.aes(ir.AesMix, t.vn(i))) }
func (t translator) transAESIMC(i insn) { t.setV(i.rd(), t.aes(ir.AesMixInv, t.vn(i))) }

// transPMULLdv is PMULL and PMULL2 of one 64-bit lane.
func (t translator) transPMULLdv(i insn) {
	t.setV(i.rd(), t.b.VI(ir.VClmul, 0, 0, 0, int64(i.q()*0x11), t.vn(i), t.vm(i)))
}
