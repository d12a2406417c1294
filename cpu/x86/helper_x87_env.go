package x86

import (
	"encoding/binary"

	"github.com/gotcg/gotcg/tcg/ir"
)

// x87Control is the instructions that change control state without waiting, by selector.
const (
	xClex = iota
	xInit
	xFree
	xFreeP
)

// setFSW sets the status word and TOP; the summary bits follow from the flags and masks.
func (s *State) setFSW(v uint64) {
	s.FSW, s.FTop = v&0xffff&^(7<<11), v>>11&7
	f := fpu{s: s}
	f.updateES()
}

// initFPU is FNINIT.
func (s *State) initFPU() {
	s.FCW, s.FSW, s.FTop, s.FTag = fcwInit, 0, 0, 0
	s.FIP, s.FDP, s.FOP = 0, 0, 0
}

// x87NoWait is FNCLEX, FNINIT, FFREE and FFREEP; selector: which, register in nibbles.
var x87NoWait = &ir.Helper{Name: "x87_control", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	s := stateOf(env)
	f := newFPU(s)
	switch in[0].Lo & 15 {
	case xClex:
		s.FSW &^= 0x3f | fswSF | fswES | fswB
	case xInit:
		s.initFPU()
	default:
		s.FTag &^= f.tagBit(int(in[0].Lo >> 4))
		s.FSW &^= fswC1
		if in[0].Lo&15 == xFreeP {
			f.pop()
		}
	}
	return ir.Val{}
}}

// x87Wait is FWAIT: it reports a pending exception.
var x87Wait = &ir.Helper{Name: "x87_fwait", NoGlobals: true, Fn: func(env *ir.Env, _ *[4]ir.Val) ir.Val {
	if stateOf(env).FSW&fswES != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcFP, PC: env.PC})
	}
	return ir.Val{}
}}

// x87LoadCW is FLDCW; in[1] is the operand.
var x87LoadCW = x87Insn{name: "x87_fldcw", kind: ir.X87LoadCW, body: func(f *fpu, in *[4]ir.Val) uint64 {
	f.s.FCW = in[1].Lo&0x1f3f | 0x40
	f.updateES()
	return 0
}}

// putEnv writes the 28-byte protected-mode environment, or the 14-byte one. SDM vol. 1 figures 8-9, 8-11.
func (s *State) putEnv(b []byte, small bool) int {
	le := binary.LittleEndian
	if small {
		for i, v := range []uint64{s.FCW, s.StatusWord(), s.TagWord(), s.FIP, 0, s.FDP, 0} {
			le.PutUint16(b[2*i:], uint16(v))
		}
		return 14
	}
	const ones = 0xffff0000
	for i, v := range []uint64{s.FCW | ones, s.StatusWord() | ones, s.TagWord() | ones, s.FIP, s.FOP & 0x7ff << 16, s.FDP, ones} {
		le.PutUint32(b[4*i:], uint32(v))
	}
	return 28
}

func (s *State) takeEnv(b []byte, small bool) int {
	word := func(i int) uint64 {
		if small {
			return uint64(binary.LittleEndian.Uint16(b[2*i:]))
		}
		return uint64(binary.LittleEndian.Uint32(b[4*i:]))
	}
	s.FCW = word(0)&0x1f3f | 0x40
	s.SetTagWord(word(2) & 0xffff)
	s.setFSW(word(1) & 0xffff)
	s.FIP, s.FDP, s.FOP = word(3), word(5), 0
	if small {
		return 14
	}
	s.FOP = word(4) >> 16 & 0x7ff
	return 28
}

// Selector bits of the environment instructions.
const (
	xRegs  = 1 << iota // with the registers: FNSAVE, FRSTOR
	xSmall             // 16-bit operand size
)

// envSize returns the bytes of an environment, and of all that is loaded or stored.
func envSize(sel uint64) (env, total int) {
	env = 28
	if sel&xSmall != 0 {
		env = 14
	}
	if sel&xRegs != 0 {
		return env, env + 80
	}
	return env, env
}

// x87EnvOut puts what FNSTENV or FNSAVE stores into State.Scratch.
var x87EnvOut = &ir.Helper{Name: "x87_env_out", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	s := stateOf(env)
	f, b := newFPU(s), s.scratch()
	n := s.putEnv(b, in[0].Lo&xSmall != 0)
	for i := 0; in[0].Lo&xRegs != 0 && i < 8; i++ {
		binary.LittleEndian.PutUint64(b[n+10*i:], f.reg(i).Mant)
		binary.LittleEndian.PutUint16(b[n+10*i+8:], uint16(f.reg(i).SE))
	}
	return ir.Val{}
}}

// x87EnvStored finishes FNSTENV, which masks all exceptions, and FNSAVE, which initializes.
var x87EnvStored = &ir.Helper{Name: "x87_env_stored", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	s := stateOf(env)
	if in[0].Lo&xRegs != 0 {
		s.initFPU()
		return ir.Val{}
	}
	s.FCW |= 0x3f
	f := newFPU(s)
	f.updateES()
	return ir.Val{}
}}

// x87EnvIn is FLDENV and FRSTOR of what is in State.Scratch.
var x87EnvIn = &ir.Helper{Name: "x87_env_in", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	s := stateOf(env)
	b := s.scratch()
	n := s.takeEnv(b, in[0].Lo&xSmall != 0)
	f := newFPU(s)
	for i := 0; in[0].Lo&xRegs != 0 && i < 8; i++ {
		p := b[n+10*i:]
		*f.reg(i) = FPReg{binary.LittleEndian.Uint64(p), uint64(binary.LittleEndian.Uint16(p[8:]))}
	}
	return ir.Val{}
}}

// fxsaveSize is the part of the 512-byte FXSAVE area that is written. SDM vol. 1 10.5.1.
const fxsaveSize = 416

// fxSave puts what FXSAVE stores into State.Scratch; selector bit 0: FXSAVE64. in[1] is the address.
var fxSave = &ir.Helper{Name: "fxsave", ReadsOnly: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	if in[1].Lo&15 != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
		return ir.Val{}
	}
	s := stateOf(env)
	s.PutFXSave(s.scratch(), uint32(*env.FPEnv), in[0].Lo&1 != 0)
	return ir.Val{}
}}

// fxAlign is the alignment check of FXRSTOR.
var fxAlign = &ir.Helper{Name: "fxrstor_check", NoGlobals: true, Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	if in[1].Lo&15 != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
	}
	return ir.Val{}
}}

// fxRestore is FXRSTOR of what is in State.Scratch; selector bit 0: FXRSTOR64. A reserved MXCSR bit is #GP.
var fxRestore = &ir.Helper{Name: "fxrstor", Fn: func(env *ir.Env, in *[4]ir.Val) ir.Val {
	s := stateOf(env)
	b := s.scratch()
	if binary.LittleEndian.Uint32(b[24:])&^mxcsrMask != 0 {
		env.Raise(ir.Exception{Kind: ir.ExcProtection, PC: env.PC})
		return ir.Val{}
	}
	*env.FPEnv = uint64(s.TakeFXSave(b, in[0].Lo&1 != 0))
	return ir.Val{}
}}

// PutFXSave writes s in FXSAVE's layout (the first 416 bytes) with the given MXCSR; wide chooses the
// 64-bit instruction and data pointers of FXSAVE64.
func (s *State) PutFXSave(b []byte, mxcsr uint32, wide bool) {
	le := binary.LittleEndian
	clear(b[:fxsaveSize])
	le.PutUint16(b[0:], uint16(s.FCW))
	le.PutUint16(b[2:], uint16(s.StatusWord()))
	b[4] = byte(s.FTag)
	le.PutUint16(b[6:], uint16(s.FOP&0x7ff))
	if wide {
		le.PutUint64(b[8:], s.FIP)
		le.PutUint64(b[16:], s.FDP)
	} else {
		le.PutUint32(b[8:], uint32(s.FIP))
		le.PutUint32(b[16:], uint32(s.FDP))
	}
	le.PutUint32(b[24:], mxcsr&mxcsrMask)
	le.PutUint32(b[28:], mxcsrMask)
	f := fpu{s: s}
	for i := range 8 {
		le.PutUint64(b[32+16*i:], f.reg(i).Mant)
		le.PutUint16(b[40+16*i:], uint16(f.reg(i).SE))
	}
	for i := range 16 {
		le.PutUint64(b[160+16*i:], s.XMM[i][0])
		le.PutUint64(b[168+16*i:], s.XMM[i][1])
	}
}

// TakeFXSave sets s from FXSAVE's layout, but for MXCSR, which it returns.
func (s *State) TakeFXSave(b []byte, wide bool) (mxcsr uint32) {
	le := binary.LittleEndian
	s.FCW = uint64(le.Uint16(b))&0x1f3f | 0x40
	s.setFSW(uint64(le.Uint16(b[2:])))
	s.FTag = uint64(b[4])
	s.FOP = uint64(le.Uint16(b[6:])) & 0x7ff
	s.FIP, s.FDP = le.Uint64(b[8:]), le.Uint64(b[16:])
	if !wide {
		s.FIP, s.FDP = s.FIP&0xffffffff, s.FDP&0xffffffff
	}
	f := fpu{s: s}
	for i := range 8 {
		*f.reg(i) = FPReg{le.Uint64(b[32+16*i:]), uint64(le.Uint16(b[40+16*i:]))}
	}
	for i := range 16 {
		s.XMM[i] = [2]uint64{le.Uint64(b[160+16*i:]), le.Uint64(b[168+16*i:])}
	}
	return le.Uint32(b[24:])
}
