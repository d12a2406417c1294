package x86

import (
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/gotcg/gotcg/internal/softfp"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

// The vector fuzz runs one MMX, SSE or x87 instruction on the host and through the translator and
// the interpreter, from the same random state, and compares registers, flags, status words and memory.

const (
	vfMem  = 4096 // bytes of guest memory, all of it mapped
	vfData = 256  // from State+bias: general registers, flags; then the FXSAVE area
	vfFX   = 512
	vfEnd  = 2048
)

// vecEncoding is an instruction to try: bytes up to ModRM, of which mod and rm are free.
type vecEncoding struct {
	op   Op
	pfx  []byte // mandatory prefix, escape and opcode
	reg  int    // fixed ModRM.reg and rm, or -1
	name string
}

// vecEncodings finds every encoding of a translated vector or x87 mnemonic by asking the decoder.
func vecEncodings(only string) (list []vecEncoding) {
	seen := map[string]bool{}
	try := func(pre ...byte) {
		for modrm := range 256 {
			if modrm&0xc0 != 0xc0 && modrm&0xc7 != 0x46 {
				continue
			}
			code := append(append([]byte{}, pre...), byte(modrm), 0, 0, 0, 0, 0)
			in, err := Decode(code, Mode64)
			isX87 := isX87(in.Op)
			if err != nil || vecRow(in.Op) == nil && !isX87 || in.Op == FXSAVE || in.Op == FXRSTOR {
				continue
			}
			key := fmt.Sprint(in.Op, pre, in.Args[0].Kind, in.Args[1].Kind)
			e := vecEncoding{op: in.Op, pfx: append([]byte{}, pre...), reg: -1, name: in.Op.String()}
			if isX87 || in.Args[1].Kind == ArgImm || in.Args[1].Kind == ArgNone {
				key += fmt.Sprint(modrm >> 3)
				e.reg = modrm
				if isX87 && modrm >= 0xc0 {
					key += fmt.Sprint(modrm)
				}
			}
			if !seen[key] && (only == "" || strings.Contains(only, e.name)) {
				seen[key] = true
				list = append(list, e)
			}
		}
	}
	for opcode := range 256 {
		for _, p := range [][]byte{{}, {0x66}, {0xf3}, {0xf2}} {
			if opcode != 0x38 && opcode != 0x3a { // not escapes: their ModRM would be anything
				try(append(append([]byte{}, p...), 0x0f, byte(opcode))...)
			}
			try(append(append([]byte{}, p...), 0x0f, 0x38, byte(opcode))...)
			try(append(append([]byte{}, p...), 0x0f, 0x3a, byte(opcode))...)
		}
		if opcode&0xf8 == 0xd8 {
			try(byte(opcode))
		}
	}
	return list
}

// insn makes a random instruction of the encoding, or nil.
func (e *vecEncoding) insn(r *rand.Rand) []byte {
	code := append([]byte{}, e.pfx...)
	rex := byte(0)
	if code[0] < 0xd8 || code[0] > 0xdf {
		rex = byte(0x40 | r.IntN(16))
	}
	modrm := byte(r.IntN(256))
	if e.reg >= 0 {
		modrm = byte(e.reg)
		if code[0] < 0xd8 || code[0] > 0xdf {
			modrm = modrm&0xf8 | byte(r.IntN(8))
		}
	}
	mem := modrm < 0xc0
	if mem {
		modrm = modrm&0x38 | 0x46 // [rsi+disp8]
		rex &^= 3
	}
	if rex != 0 && r.IntN(2) == 0 {
		at := 0
		if code[0] != 0x0f {
			at = 1
		}
		code = append(code[:at], append([]byte{rex}, code[at:]...)...)
	}
	code = append(code, modrm)
	if mem {
		d := byte(r.IntN(8) * 16)
		if r.IntN(8) == 0 {
			d = byte(r.IntN(128))
		}
		code = append(code, d)
	}
	code = append(code, byte(r.Uint64()))
	in, err := Decode(append(code, 0, 0, 0), Mode64)
	if err != nil || in.Op != e.op || int(in.Len) > len(code) {
		return nil
	}
	for _, a := range in.Args {
		if a.Kind == ArgReg && (a.Reg == RSP || a.Reg == RBP) {
			return nil
		}
	}
	return code[:in.Len]
}

func vecLane(r *rand.Rand, f softfp.Format) uint64 {
	prec, exp := uint(24), uint(8)
	if f == softfp.F64 {
		prec, exp = 53, 11
	}
	frac := r.Uint64() & (1<<(prec-1) - 1)
	switch r.IntN(6) {
	case 0:
		frac = 0
	case 1:
		frac = 1<<(prec-1) - 1
	case 2:
		frac &= 3
	}
	top := uint64(1)<<exp - 1
	be := [...]uint64{0, top, r.Uint64() & top, top>>1 - 3 + r.Uint64N(70), top>>1 - 1 + r.Uint64N(3), top - 1, 1, r.Uint64() & top}[r.IntN(8)] & top
	return frac | be<<(prec-1) | r.Uint64N(2)<<(f.Bits()-1)
}

func vecQuad(r *rand.Rand) uint64 {
	switch r.IntN(5) {
	case 0:
		return r.Uint64()
	case 1:
		return r.Uint64() & 0x8080808080808080 >> r.IntN(8)
	case 2:
		return vecLane(r, softfp.F64)
	case 3:
		return r.Uint64N(80)
	}
	return vecLane(r, softfp.F32) | vecLane(r, softfp.F32)<<32
}

func vec80(r *rand.Rand) FPReg {
	var e softfp.Env
	f := softfp.F32
	if r.IntN(2) == 0 {
		f = softfp.F64
	}
	x := e.To80(f, vecLane(r, f))
	switch r.IntN(10) {
	case 0:
		x.Sig = r.Uint64()
	case 1:
		x.SE = uint16(r.Uint64())
	case 2:
		x = softfp.F80{Sig: r.Uint64() >> r.IntN(64), SE: uint16(r.Uint64N(2)) << 15}
	case 3, 4:
		x = softfp.FromInt80(int64(r.Uint64()) >> r.IntN(64))
	case 5:
		x = softfp.F80{Sig: r.Uint64() | 1<<63, SE: uint16(r.Uint64N(2))<<15 | uint16(16383-66+r.IntN(132))}
	}
	return FPReg{x.Sig, uint64(x.SE)}
}

// randomize makes a state; unmask lets exceptions be unmasked.
func vecState(r *rand.Rand, base uint64, unmask bool) *State {
	s := new(State)
	s.Init()
	for _, i := range vfRegs {
		s.Reg[i] = r.Uint64() >> r.IntN(64)
	}
	s.Reg[RSI] = base + 1024
	s.Reg[RDI] = base + 2048 + r.Uint64N(16)
	for i := range s.XMM {
		s.XMM[i] = [2]uint64{vecQuad(r), vecQuad(r)}
	}
	for i := range s.FPR {
		s.FPR[i] = vec80(r)
	}
	s.MXCSR = 0x1f80 | r.Uint64N(4)<<13 | r.Uint64N(64)
	switch r.IntN(4) {
	case 0:
		s.MXCSR |= 1 << 15
	case 1:
		s.MXCSR |= 1<<15 | 1<<6
	case 2:
		s.MXCSR |= 1 << 6
	}
	s.FCW = 0x7f | r.Uint64N(4)<<10 | []uint64{0, 2, 3}[r.IntN(3)]<<8
	s.FTop = r.Uint64N(8)
	s.FTag = []uint64{0xff, 0xff, r.Uint64N(256), 0, 0x7f << (s.FTop + 1) & 0xff, 3 << s.FTop & 0xff}[r.IntN(6)]
	s.FSW = r.Uint64() & (0x3f | fswCC | fswSF)
	if unmask {
		s.MXCSR &^= r.Uint64N(64)<<7 | 0x3f
		s.FCW &^= r.Uint64N(64)
		s.FSW &^= 0x3f
	}
	s.Flags = ir.FlagOne | r.Uint64()&ir.FlagMask
	return s
}

// vecInterp runs insn through the translator and the interpreter.
func vecInterp(t testing.TB, b *ir.Builder, insn []byte, pc uint64, s *State, mem *vecMem) interp.Exit {
	b.Reset(pc)
	b.Insn(pc)
	res := Translate(b, pc, insn, 0)
	if !res.End {
		b.ExitTB(pc+uint64(res.Len), false)
	}
	if err := ir.Verify(&b.Block); err != nil {
		t.Fatalf("% x: %v\n%s", insn, err, ir.Format(&b.Block))
	}
	th := interp.Thread{Env: &ir.Env{State: unsafe.Pointer(s), FPEnv: &s.MXCSR, Mem: mem}}
	return th.Run(&b.Block)
}

// vecDiff describes how two states differ, "" if they do not.
func vecDiff(op Op, host, got *State) string {
	var d []string
	add := func(name string, h, g any) {
		if h != g {
			d = append(d, fmt.Sprintf("%s: host %x, gotcg %x", name, h, g))
		}
	}
	for _, i := range vfRegs {
		add(regNames64[i], host.Reg[i], got.Reg[i])
	}
	for i := range host.XMM {
		if !vecEstimate(op, host.XMM[i], got.XMM[i]) {
			add("xmm"+strconv.Itoa(i), host.XMM[i], got.XMM[i])
		}
	}
	for i := range host.FPR {
		h, g := host.FPR[i], got.FPR[i]
		if d := (h.SE-g.SE)<<63 + h.Mant&^(1<<63) - g.Mant&^(1<<63); x87Inexact[op] && h.SE-g.SE+1 < 3 && d+2 < 5 {
			continue
		}
		add(fmt.Sprintf("fpr%d (st%d)", i, (uint64(i)-host.FTop)&7), h, g)
	}
	add("eflags", host.EFLAGS(), got.EFLAGS())
	add("mxcsr", host.MXCSR, got.MXCSR)
	c1 := uint64(0)
	if x87Inexact[op] {
		c1 = fswC1
	}
	add("fsw", host.StatusWord()|c1, got.StatusWord()|c1)
	add("fcw", host.FCW, got.FCW)
	add("ftag", host.FTag, got.FTag)
	return strings.Join(d, "; ")
}

// x87Inexact has the functions whose last places processors do not agree on.
var x87Inexact = map[Op]bool{FSIN: true, FCOS: true, FSINCOS: true, FPTAN: true, FPATAN: true, F2XM1: true, FYL2X: true, FYL2XP1: true}

var vecTrig = map[Op]bool{FSIN: true, FCOS: true, FSINCOS: true, FPTAN: true}

// vecEstimate reports whether two results of the estimate instructions are near enough.
func vecEstimate(op Op, h, g [2]uint64) bool {
	if op != RCPPS && op != RCPSS && op != RSQRTPS && op != RSQRTSS {
		return false
	}
	for i := range 4 {
		a, b := uint32(h[i/2]>>(32*(i&1))), uint32(g[i/2]>>(32*(i&1)))
		if a-b+0x2000 > 0x4000 && !(a<<1 <= 2<<24 && b<<1 <= 2<<24) {
			return false
		}
	}
	return true
}

var vecSignals = map[ir.ExcKind]uint64{ir.ExcNone: 0, ir.ExcMemory: 11, ir.ExcProtection: 11, ir.ExcFP: 8, ir.ExcIllegal: 4}

// vecFuzz runs n random instructions of each encoding.
func vecFuzz(t *testing.T, only string, n int, seed uint64, unmask bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	m := newVecHost(t)
	b := ir.NewBuilder(globals)
	mem := &vecMem{base: m.addr(), b: make([]byte, vfMem)}
	eng := newVecEngine(t)
	jitMem := make([]byte, vfMem)
	total := 0
	for _, e := range vecEncodings(only) {
		r := rand.New(rand.NewPCG(seed, uint64(e.op)))
		bad := 0
		for range n {
			insn := e.insn(r)
			if insn == nil {
				continue
			}
			total++
			start := vecState(r, m.addr(), unmask)
			if st := &start.FPR[start.FTop]; vecTrig[e.op] && st.SE&0x7fff >= 16382 && st.SE&0x7fff < 16383+63 {
				st.SE -= 200 // the host reduces by a shorter pi: see softfp
			}
			for i := 0; i < vfMem; i += 8 {
				binary.LittleEndian.PutUint64(mem.b[i:], vecQuad(r))
			}
			copy(m.mem, mem.b)
			copy(jitMem, mem.b)
			host, got, jit := *start, *start, *start
			sig := m.run(insn, &host)
			x := vecInterp(t, b, insn, 0x1000, &got, mem)
			jx := eng.run(insn, &jit, jitMem)
			if d := vecDiff(opNone, &got, &jit); d != "" || jx != x.Exc.Kind || string(jitMem) != string(mem.b) {
				if bad++; bad <= 2 {
					in, _ := Decode(append(insn, make([]byte, 15)...), Mode64)
					t.Errorf("%s (%v): interpreter as host, and JIT as gotcg: %v, %v: %s; before: %s", hex.EncodeToString(insn), in.Op, x.Exc.Kind, jx, d, vecShow(&in, start))
				}
			}
			if host.MXCSR>>17 != 0 {
				continue // LDMXCSR with a bit that AMD's processors have
			}
			diff := vecDiff(e.op, &host, &got)
			if vecSignals[x.Exc.Kind] != sig {
				diff = fmt.Sprintf("host signal %d, gotcg %v; %s", sig, x.Exc.Kind, diff)
			} else if sig != 0 {
				diff = ""
				got.MXCSR |= host.MXCSR & 0x3f
				if d := vecDiff(e.op, &host, &got); sig == 8 && !isX87(e.op) && d != "" {
					diff = "after signal: " + d
				}
			}
			if string(mem.b) != string(m.mem) {
				for i := range mem.b {
					if mem.b[i] != m.mem[i] {
						diff += fmt.Sprintf("; memory at %d: host %x, gotcg %x", i, m.mem[i:i+16], mem.b[i:i+16])
						break
					}
				}
			}
			if diff != "" {
				if bad++; bad <= 2 {
					in, _ := Decode(append(insn, make([]byte, 15)...), Mode64)
					text, _ := Disas(append(insn, make([]byte, 15)...), 0x1000)
					t.Errorf("%s (%s, %v): %s\n\tbefore: %s", hex.EncodeToString(insn), text, in.Op, diff, vecShow(&in, start))
				}
			}
		}
		if bad > 2 {
			t.Errorf("%v %x: %d bad", e.op, e.pfx, bad)
		}
	}
	t.Logf("%d instructions", total)
}

func isX87(op Op) bool { return transX87(op) != nil }

func vecShow(in *Inst, s *State) string {
	out := fmt.Sprintf("mxcsr %x fcw %x fsw %x ftag %x flags %x", s.MXCSR, s.FCW, s.StatusWord(), s.FTag, s.EFLAGS())
	for _, a := range in.Args {
		switch a.Kind {
		case ArgXMM:
			out += fmt.Sprintf(" xmm%d %x", a.Reg, s.XMM[a.Reg])
		case ArgMMX:
			out += fmt.Sprintf(" mm%d %x", a.Reg, s.FPR[a.Reg].Mant)
		case ArgReg:
			out += fmt.Sprintf(" r%d %x", a.Reg, s.Reg[a.Reg])
		}
	}
	if isX87(in.Op) {
		for i := range uint64(8) {
			out += fmt.Sprintf(" st%d %x", i, s.FPR[(s.FTop+i)&7])
		}
	}
	return out
}

// The names of these flags are those of internal/difftest and internal/a64diff, so that one command steers all.
var (
	flagInsns = flag.Int("diff.insns", 0, "instructions to compare; 0: a small number")
	flagSeed  = flag.Uint64("diff.seed", 0, "seed of the differential tests")
	flagOps   = flag.String("diff.ops", "", "mnemonics to restrict the vector test to")
)

// vecCount is how many of each encoding to try.
func vecCount() int {
	switch {
	case *flagInsns > 0:
		return 1 + *flagInsns/len(vecEncodings(*flagOps))
	case testing.Short():
		return 2
	}
	return 8
}

// TestDifferentialVec is the differential fuzz.
func TestDifferentialVec(t *testing.T) {
	vecFuzz(t, *flagOps, vecCount(), *flagSeed, false)
}

// TestDifferentialVecUnmasked does so with exceptions unmasked.
func TestDifferentialVecUnmasked(t *testing.T) {
	vecFuzz(t, *flagOps, vecCount(), *flagSeed+1, true)
}

// TestVecEncodings: the fuzz reaches every mnemonic there is a translation of.
func TestVecEncodings(t *testing.T) {
	seen := map[Op]bool{FXSAVE: true, FXRSTOR: true, FWAIT: true}
	for _, e := range vecEncodings("") {
		seen[e.op] = true
	}
	for op := range numOps {
		if vecRow(op) != nil || isX87(op) {
			require.True(t, seen[op], op.String())
		}
	}
}
