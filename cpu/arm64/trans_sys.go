package arm64

import (
	"time"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Hints are no-ops: YIELD, WFE, WFI, SEV, BTI and, as pointer authentication is not there, PACIASP and its
// kind. Arm ARM C6.2 HINT.
func (t translator) transHINT(insn) {}

func (t translator) transDSB(i insn) { t.barrier(i) }
func (t translator) transDMB(i insn) { t.barrier(i) }

// barrier orders what DMB and DSB of the type in CRm<1:0> order; all shareability domains are one here.
// Arm ARM B2.3.10.
func (t translator) barrier(i insn) {
	switch i.crm() & 3 {
	case 1:
		t.b.Fence(ir.FenceLdLd | ir.FenceLdSt)
	case 2:
		t.b.Fence(ir.FenceStSt)
	default:
		t.b.Fence(ir.FenceAll)
	}
}
func (t translator) transSB(insn) {}

// transISB ends the block, so that instructions changed before it are seen after it.
func (t translator) transISB(insn) { t.goTo(t.pc + 4) }

func (t translator) transCFINV(insn) {
	t.b.Set(gFlags, t.b.Op2i(ir.Xor, ir.W64, gFlags, ir.FlagC))
}

// transXAFLAG converts flags from the alternative to Arm's form. Arm ARM C6.2 XAFLAG.
func (t translator) transXAFLAG(insn) {
	b := t.b
	n := b.SetF(ir.CondA, gFlags)  // C and Z clear
	c := b.SetF(ir.CondBE, gFlags) // C or Z set
	z, ca := b.SetF(ir.CondZ, gFlags), b.SetF(ir.CondB, gFlags)
	t.b.Set(gFlags, t.packFlags(n, b.Op2(ir.And, ir.W64, z, ca), c, b.Op2(ir.AndN, ir.W64, z, ca)))
}

// transAXFLAG converts flags from Arm's to the alternative form. Arm ARM C6.2 AXFLAG.
func (t translator) transAXFLAG(insn) {
	b := t.b
	z, c, v := b.SetF(ir.CondZ, gFlags), b.SetF(ir.CondB, gFlags), b.SetF(ir.CondO, gFlags)
	zero := b.Const(0)
	t.b.Set(gFlags, t.packFlags(zero, b.Op2(ir.Or, ir.W64, z, v), b.Op2(ir.AndN, ir.W64, c, v), zero))
}

// packFlags makes a flags word of four values 0 or 1.
func (t translator) packFlags(n, z, c, v ir.Temp) ir.Temp {
	b := t.b
	f := b.Op2(ir.Or, ir.W64, b.Op2i(ir.Shl, ir.W64, n, 15), b.Op2i(ir.Shl, ir.W64, z, 14))
	f = b.Op2(ir.Or, ir.W64, f, b.Op2i(ir.Shl, ir.W64, c, 8))
	f = b.Op2(ir.Or, ir.W64, f, v)
	return b.Op2i(ir.Or, ir.W64, f, ir.FlagOne)
}

// sysRegOf returns the register that MRS, MSR or the operation that SYS names.
func sysRegOf(i insn) uint32 { return uint32(i) >> 5 & 0xffff }

// System registers and operations open to EL0 under Linux: op0<<14 | op1<<11 | CRn<<7 | CRm<<3 | op2, which is how the
// instruction's bits 20:5 hold them (bit 20 is op0's high bit). Arm ARM D23.
const (
	regNZCV      = 3<<14 | 3<<11 | 4<<7 | 2<<3
	regFPCR      = 3<<14 | 3<<11 | 4<<7 | 4<<3
	regFPSR      = 3<<14 | 3<<11 | 4<<7 | 4<<3 | 1
	regTPIDR     = 3<<14 | 3<<11 | 13<<7 | 2
	regTPIDRRO   = 3<<14 | 3<<11 | 13<<7 | 3
	regCTR       = 3<<14 | 3<<11 | 1
	regDCZID     = 3<<14 | 3<<11 | 7
	regCNTFRQ    = 3<<14 | 3<<11 | 14<<7
	regCNTVCT    = 3<<14 | 3<<11 | 14<<7 | 2
	opDCZVA      = 1<<14 | 3<<11 | 7<<7 | 4<<3 | 1
	opDCCVAC     = 1<<14 | 3<<11 | 7<<7 | 10<<3 | 1
	opDCCVAU     = 1<<14 | 3<<11 | 7<<7 | 11<<3 | 1
	opDCCIVAC    = 1<<14 | 3<<11 | 7<<7 | 14<<3 | 1
	opICIVAU     = 1<<14 | 3<<11 | 7<<7 | 5<<3 | 1
	idRegsMask   = 3<<14 | 7<<11 | 15<<7
	idRegsValue  = 3 << 14
	zvaBlock     = 64 // bytes; DCZID_EL0.BS = 4
	ctrValue     = uint64(0xb444c004)
	cntFrequency = uint64(time.Second) // CNTVCT_EL0 counts nanoseconds
)

func (t translator) transSYS(i insn) {
	switch sysRegOf(i) {
	case opDCZVA:
		base := t.b.Op2i(ir.And, ir.W64, t.x(i.rt()), ^uint64(zvaBlock-1))
		zero := t.b.ConstV(0, 0)
		for n := 0; n < zvaBlock; n += 16 {
			t.b.StV(ir.W128, ir.EA{Base: base, Index: ir.NoTemp, Disp: int32(n)}, zero, 0)
		}
	case opDCCVAC, opDCCVAU, opDCCIVAC, opICIVAU:
		// Data and instruction caches are coherent here (CTR_EL0.IDC, DIC).
	default:
		t.unallocated()
	}
}

func (t translator) transSYSL(insn) { t.unallocated() }

func (t translator) transMRS(i insn) {
	reg, b := sysRegOf(i), t.b
	switch reg {
	case regNZCV:
		nz := b.Op2i(ir.Shl, ir.W64, b.Op2i(ir.And, ir.W64, gFlags, ir.FlagS|ir.FlagZ), 16)
		c := b.Op2i(ir.Shl, ir.W64, b.Op2i(ir.And, ir.W64, gFlags, ir.FlagC), 21)
		v := b.Op2i(ir.Shl, ir.W64, b.Op2i(ir.And, ir.W64, gFlags, ir.FlagO), 28)
		t.setX(i.rt(), b.Op2(ir.Or, ir.W64, b.Op2(ir.Or, ir.W64, nz, c), v))
	case regFPCR:
		t.mrsFPCR(i.rt())
	case regFPSR:
		t.mrsFPSR(i.rt())
	case regTPIDR:
		t.setX(i.rt(), gTPIDR)
	case regTPIDRRO:
		t.setX(i.rt(), b.Const(0))
	case regCTR:
		t.setX(i.rt(), b.Const(ctrValue))
	case regDCZID:
		t.setX(i.rt(), b.Const(4))
	case regCNTFRQ:
		t.setX(i.rt(), b.Const(cntFrequency))
	case regCNTVCT:
		t.setX(i.rt(), b.Call(helperCounter, true))
	default:
		v, ok := idRegister(reg)
		if !ok {
			t.unallocated()
			return
		}
		t.setX(i.rt(), b.Const(v))
	}
}

func (t translator) transMSRreg(i insn) {
	switch sysRegOf(i) {
	case regNZCV:
		t.b.Set(gFlags, t.flagWord(t.b.Op2i(ir.Shr, ir.W32, t.x(i.rt()), 28)))
	case regFPCR:
		t.msrFPCR(i.rt())
	case regFPSR:
		t.msrFPSR(i.rt())
	case regTPIDR:
		t.b.MovTo(gTPIDR, t.x(i.rt()))
	default:
		t.unallocated()
	}
}

var counterStart = time.Now()

// helperCounter reads the virtual counter: nanoseconds of monotonic time.
var helperCounter = &ir.Helper{Name: "a64_cntvct", NoGlobals: true, Fn: func(*ir.Env, *[4]ir.Val) ir.Val {
	return ir.Val{Lo: uint64(time.Since(counterStart))}
}}
