package amd64

import (
	"encoding/hex"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"
)

// asmRows: text in Intel syntax, bytes, and the call that makes them.
var asmRows = []struct {
	text, hex string
	emit      func(a *asm)
}{
	{"add rax, rbx", "4801d8", func(a *asm) { a.aluRR(aADD, s64, rax, rbx) }},
	{"sub r9d, r15d", "4529f9", func(a *asm) { a.aluRR(aSUB, s32, r9, r15) }},
	{"cmp si, r8w", "664439c6", func(a *asm) { a.aluRR(aCMP, s16, rsi, r8) }},
	{"xor sil, dil", "4030fe", func(a *asm) { a.aluRR(aXOR, s8, rsi, rdi) }},
	{"adc bl, cl", "10cb", func(a *asm) { a.aluRR(aADC, s8, rbx, rcx) }},
	{"sbb r12, qword ptr [rbp-0x80]", "4c1b6580", func(a *asm) { a.aluRM(aSBB, s64, r12, at(rbp, -128)) }},
	{"or byte ptr [r13], sil", "41087500", func(a *asm) { a.aluMR(aOR, s8, at(r13, 0), rsi) }},
	{"and word ptr [r12+0x7f], r9w", "6645214c247f", func(a *asm) { a.aluMR(aAND, s16, at(r12, 127), r9) }},
	{"add rdi, 0x7f", "4883c77f", func(a *asm) { a.aluRI(aADD, s64, rdi, 127) }},
	{"add rdi, 0x80", "4881c780000000", func(a *asm) { a.aluRI(aADD, s64, rdi, 128) }},
	{"sub ax, 0x1234", "6681e83412", func(a *asm) { a.aluRI(aSUB, s16, rax, 0x1234) }},
	{"cmp dil, 0x5", "4080ff05", func(a *asm) { a.aluRI(aCMP, s8, rdi, 5) }},
	{"and r8d, -0x100", "4181e000ffffff", func(a *asm) { a.aluRI(aAND, s32, r8, -256) }},
	{"cmp dword ptr [rbp+0xffffff50], 0x0", "83bd50ffffff00", func(a *asm) { a.aluMI(aCMP, s32, at(rbp, -0xb0), 0) }},
	{"add qword ptr [rax+0x8], 0x12345678", "4881400878563412", func(a *asm) { a.aluMI(aADD, s64, at(rax, 8), 0x12345678) }},
	{"xor word ptr [rdx], 0x1234", "6681323412", func(a *asm) { a.aluMI(aXOR, s16, at(rdx, 0), 0x1234) }},
	{"or byte ptr [rsp], 0x1", "800c2401", func(a *asm) { a.aluMI(aOR, s8, at(rsp, 0), 1) }},
	{"test r8, r9", "4d85c8", func(a *asm) { a.testRR(s64, r8, r9) }},
	{"test sil, sil", "4084f6", func(a *asm) { a.testRR(s8, rsi, rsi) }},
	{"test al, 0x7", "a807", func(a *asm) { a.testRI(s8, rax, 7) }},
	{"test bpl, 0x7", "40f6c507", func(a *asm) { a.testRI(s8, rbp, 7) }},
	{"test cx, -0x8000", "66f7c10080", func(a *asm) { a.testRI(s16, rcx, 0x8000) }},
	{"test r10, 0x10000", "49f7c200000100", func(a *asm) { a.testRI(s64, r10, 0x10000) }},
	{"test byte ptr [rbp+0x9], 0x40", "f6450940", func(a *asm) { a.testMI(at(rbp, 8), 0x4000) }},
	{"mov r15, rax", "4c8bf8", func(a *asm) { a.movRR(s64, r15, rax) }},
	{"mov ebx, ebx", "8bdb", func(a *asm) { a.movRR(s32, rbx, rbx) }},
	{"mov ebx, 0x1", "bb01000000", func(a *asm) { a.movRI(rbx, 1) }},
	{"mov r11d, -0x1", "41bbffffffff", func(a *asm) { a.movRI(r11, 0xffffffff) }},
	{"mov rdi, -0x1", "48c7c7ffffffff", func(a *asm) { a.movRI(rdi, ^uint64(0)) }},
	{"mov r10, 0x123456789abcdef0", "49baf0debc9a78563412", func(a *asm) { a.movRI(r10, 0x123456789abcdef0) }},
	{"movzx eax, byte ptr gs:[rbx+0x12]", "650fb64312", func(a *asm) { a.load(s8, rax, mem{base: rbx, index: noReg, disp: 0x12, gs: true}) }},
	{"movzx r9d, word ptr [rcx+4*rdx]", "440fb70c91", func(a *asm) { a.load(s16, r9, mem{base: rcx, index: rdx, scale: 2}) }},
	{"mov esi, dword ptr [r12+8*r13+0xffffff00]", "438bb4ec00ffffff", func(a *asm) { a.load(s32, rsi, mem{base: r12, index: r13, scale: 3, disp: -256}) }},
	{"mov rsi, qword ptr [rsp+0x8]", "488b742408", func(a *asm) { a.load(s64, rsi, at(rsp, 8)) }},
	{"mov rsi, qword ptr gs:[0x1234]", "65488b342534120000", func(a *asm) { a.load(s64, rsi, mem{base: noReg, index: noReg, disp: 0x1234, gs: true}) }},
	{"movsx rax, byte ptr [rbx]", "480fbe03", func(a *asm) { a.loadSX(s8, s64, rax, at(rbx, 0)) }},
	{"movsx eax, word ptr [r13]", "410fbf4500", func(a *asm) { a.loadSX(s16, s32, rax, at(r13, 0)) }},
	{"movsxd r8, dword ptr [rbx]", "4c6303", func(a *asm) { a.loadSX(s32, s64, r8, at(rbx, 0)) }},
	{"mov byte ptr [rbx], sil", "408833", func(a *asm) { a.store(s8, at(rbx, 0), rsi) }},
	{"mov word ptr [rbx], r8w", "66448903", func(a *asm) { a.store(s16, at(rbx, 0), r8) }},
	{"mov qword ptr gs:[r8+r9+0x7f], rdi", "654b897c087f", func(a *asm) { a.store(s64, mem{base: r8, index: r9, disp: 127, gs: true}, rdi) }},
	{"mov byte ptr [rbx], 0xff", "c603ff", func(a *asm) { a.storeI(s8, at(rbx, 0), -1) }},
	{"mov word ptr [rbx], 0x1234", "66c7033412", func(a *asm) { a.storeI(s16, at(rbx, 0), 0x1234) }},
	{"mov dword ptr [rbp+0xffffff40], 0x7d0", "c78540ffffffd0070000", func(a *asm) { a.storeI(s32, at(rbp, -0xc0), 2000) }},
	{"mov qword ptr [r15], 0x5", "49c70705000000", func(a *asm) { a.storeI(s64, at(r15, 0), 5) }},
	{"movzx edi, sil", "400fb6fe", func(a *asm) { a.movZX(s8, rdi, rsi) }},
	{"movzx r8d, ax", "440fb7c0", func(a *asm) { a.movZX(s16, r8, rax) }},
	{"movsx rdi, sil", "480fbefe", func(a *asm) { a.movSX(s8, s64, rdi, rsi) }},
	{"movsx r8d, ax", "440fbfc0", func(a *asm) { a.movSX(s16, s32, r8, rax) }},
	{"movsxd rbx, ecx", "4863d9", func(a *asm) { a.movSX(s32, s64, rbx, rcx) }},
	{"lea rax, ptr [rbx+2*rcx+0x10]", "488d444b10", func(a *asm) { a.lea(s64, rax, mem{base: rbx, index: rcx, scale: 1, disp: 16}) }},
	{"lea r8d, ptr [r9-0x1]", "458d41ff", func(a *asm) { a.lea(s32, r8, at(r9, -1)) }},
	{"shl rbx, 0x1", "48d1e3", func(a *asm) { a.shiftRI(shSHL, s64, rbx, 1) }},
	{"sar r8d, 0x1f", "41c1f81f", func(a *asm) { a.shiftRI(shSAR, s32, r8, 31) }},
	{"ror sil, 0x3", "40c0ce03", func(a *asm) { a.shiftRI(shROR, s8, rsi, 3) }},
	{"shr rdi, cl", "48d3ef", func(a *asm) { a.shiftCL(shSHR, s64, rdi) }},
	{"rol sil, cl", "40d2c6", func(a *asm) { a.shiftCL(shROL, s8, rsi) }},
	{"shrd rax, rbx, 0x5", "480facd805", func(a *asm) { a.shdRI(true, s64, rax, rbx, 5) }},
	{"shld r8d, r9d, cl", "450fa5c8", func(a *asm) { a.shdCL(false, s32, r8, r9) }},
	{"not r8", "49f7d0", func(a *asm) { a.unary(g3NOT, s64, r8) }},
	{"neg sil", "40f6de", func(a *asm) { a.unary(g3NEG, s8, rsi) }},
	{"mul ebx", "f7e3", func(a *asm) { a.unary(g3MUL, s32, rbx) }},
	{"idiv r9w", "6641f7f9", func(a *asm) { a.unary(g3IDIV, s16, r9) }},
	{"imul rax, r8", "490fafc0", func(a *asm) { a.imulRR(s64, rax, r8) }},
	{"imul eax, ecx, 0x7", "6bc107", func(a *asm) { a.imulRRI(s32, rax, rcx, 7) }},
	{"imul r8, r9, 0x12345", "4d69c145230100", func(a *asm) { a.imulRRI(s64, r8, r9, 0x12345) }},
	{"setbe sil", "400f96c6", func(a *asm) { a.setcc(ccBE, rsi) }},
	{"cmovnl r8, rax", "4c0f4dc0", func(a *asm) { a.cmov(ccGE, s64, r8, rax) }},
	{"lahf", "9f", func(a *asm) { a.lahf() }},
	{"sahf", "9e", func(a *asm) { a.sahf() }},
	{"cmc", "f5", func(a *asm) { a.cmc() }},
	{"cdq", "99", func(a *asm) { a.cdq(s32) }},
	{"cqo", "4899", func(a *asm) { a.cdq(s64) }},
	{"bswap r9", "490fc9", func(a *asm) { a.bswap(s64, r9) }},
	{"bswap ecx", "0fc9", func(a *asm) { a.bswap(s32, rcx) }},
	{"bsf rax, r8", "490fbcc0", func(a *asm) { a.bsf(s64, rax, r8) }},
	{"bsr eax, ebx", "0fbdc3", func(a *asm) { a.bsr(s32, rax, rbx) }},
	{"tzcnt r8, rbx", "f34c0fbcc3", func(a *asm) { a.tzcnt(s64, r8, rbx) }},
	{"lzcnt ecx, r9d", "f3410fbdc9", func(a *asm) { a.lzcnt(s32, rcx, r9) }},
	{"popcnt r8, r9", "f34d0fb8c1", func(a *asm) { a.popcnt(s64, r8, r9) }},
	{"crc32 eax, sil", "f2400f38f0c6", func(a *asm) { a.crc32(s8, rax, rsi) }},
	{"crc32 r8d, bx", "66f2440f38f1c3", func(a *asm) { a.crc32(s16, r8, rbx) }},
	{"crc32 rax, r9", "f2490f38f1c1", func(a *asm) { a.crc32(s64, rax, r9) }},
	{"bt ebx, 0x8", "0fbae308", func(a *asm) { a.btRI(s32, rbx, 8) }},
	{"bt r8, r9", "4d0fa3c8", func(a *asm) { a.btRR(s64, r8, r9) }},
	{"xchg r8, rbx", "4987d8", func(a *asm) { a.xchgRR(rbx, r8) }},
	{"xchg byte ptr [rcx], dl", "8611", func(a *asm) { a.xchgMR(s8, at(rcx, 0), rdx) }},
	{"lock xadd qword ptr gs:[rbx], rdx", "65f0480fc113", func(a *asm) { a.xadd(s64, mem{base: rbx, index: noReg, gs: true}, rdx) }},
	{"lock cmpxchg dword ptr [rcx], r8d", "f0440fb101", func(a *asm) { a.cmpxchg(s32, at(rcx, 0), r8) }},
	{"lock cmpxchg16b xmmword ptr [rcx]", "f0480fc709", func(a *asm) { a.cmpxchg16(at(rcx, 0)) }},
	{"lock add word ptr [rcx], bx", "f0660119", func(a *asm) { a.lockAluMR(aADD, s16, at(rcx, 0), rbx) }},
	{"lock or dword ptr [rbp-0x80], 0x0", "f0834d8000", func(a *asm) { a.lockOrMI(at(rbp, -128), 0) }},
	{"ldmxcsr dword ptr [rbp-0x8]", "0fae55f8", func(a *asm) { a.ldmxcsr(at(rbp, -8)) }},
	{"stmxcsr dword ptr [rbp-0x8]", "0fae5df8", func(a *asm) { a.stmxcsr(at(rbp, -8)) }},
	{"jmp r8", "41ffe0", func(a *asm) { a.jmpR(r8) }},
	{"jmp qword ptr [rbp+rcx+0x88]", "ffa40d88000000", func(a *asm) { a.jmpM(mem{base: rbp, index: rcx, disp: 0x88}) }},
	{"call rax", "ffd0", func(a *asm) { a.callR(rax) }},
	{"ret", "c3", func(a *asm) { a.ret() }},
	{"movaps xmm1, xmm9", "410f28c9", func(a *asm) { a.xx(xMOVAPS, 1, 9) }},
	{"movaps xmmword ptr [rbp+0x20], xmm8", "440f294520", func(a *asm) { a.xm(xMOVAPS+1, 8, at(rbp, 0x20)) }},
	{"movups xmm0, xmmword ptr gs:[r9]", "65410f1001", func(a *asm) { a.xm(xMOVUPS, 0, mem{base: r9, index: noReg, gs: true}) }},
	{"movq xmm3, qword ptr [rbx]", "f30f7e1b", func(a *asm) { a.xm(xMOVQld, 3, at(rbx, 0)) }},
	{"movq qword ptr [rbx], xmm10", "66440fd613", func(a *asm) { a.xm(xMOVQst, 10, at(rbx, 0)) }},
	{"movd xmm2, r8d", "66410f6ed0", func(a *asm) { a.xr(xMOVD, 2, r8) }},
	{"movq xmm2, r8", "66490f6ed0", func(a *asm) { a.xr(xMOVD|rexW, 2, r8) }},
	{"movq r8, xmm2", "66490f7ed0", func(a *asm) { a.rr(xMOVDst|rexW, 2, uint8(r8)) }},
	{"addsd xmm1, xmm2", "f20f58ca", func(a *asm) { a.xx(xADDPS|sd, 1, 2) }},
	{"mulss xmm1, xmm12", "f3410f59cc", func(a *asm) { a.xx(xMULPS|ss, 1, 12) }},
	{"divpd xmm1, xmm2", "660f5eca", func(a *asm) { a.xx(xDIVPS|pd, 1, 2) }},
	{"ucomisd xmm8, xmm9", "66450f2ec1", func(a *asm) { a.xx(xUCOMISS|pd, 8, 9) }},
	{"cmpps xmm1, xmm2, 0x3", "0fc2ca03", func(a *asm) { a.xxi(xCMPPS, 1, 2, 3) }},
	{"cvttsd2si rax, xmm1", "f2480f2cc1", func(a *asm) { a.rx(xCVTTSD2SI|rexW, rax, 1) }},
	{"cvtsi2sd xmm1, r9", "f2490f2ac9", func(a *asm) { a.xr(xCVTSI2SD|rexW, 1, r9) }},
	{"pshufd xmm1, xmm9, 0x4e", "66410f70c94e", func(a *asm) { a.xxi(xPSHUFD, 1, 9, 0x4e) }},
	{"psrldq xmm9, 0x8", "66410f73d908", func(a *asm) { a.xshift(xPSHIMMQ, 3, 9, 8) }},
	{"pshufb xmm1, xmm2", "660f3800ca", func(a *asm) { a.xx(xPSHUFB, 1, 2) }},
	{"pmovmskb r9d, xmm1", "66440fd7c9", func(a *asm) { a.rx(xPMOVMSKB, r9, 1) }},
	{"ptest xmm15, xmm15", "66450f3817ff", func(a *asm) { a.xx(xPTEST, 15, 15) }},
	{"palignr xmm1, xmm2, 0x7", "660f3a0fca07", func(a *asm) { a.xxi(xPALIGNR, 1, 2, 7) }},
	{"insertps xmm1, xmm2, 0xe", "660f3a21ca0e", func(a *asm) { a.xxi(xINSERTPS, 1, 2, 14) }},
	{"roundsd xmm1, xmm2, 0xc", "660f3a0bca0c", func(a *asm) { a.xxi(xROUNDSD, 1, 2, 12) }},
	{"shlx r8, rbx, rcx", "c462f1f7c3", func(a *asm) { a.shiftX(shSHL, s64, r8, rbx, rcx) }},
	{"sarx eax, ebx, r9d", "c4e232f7c3", func(a *asm) { a.shiftX(shSAR, s32, rax, rbx, r9) }},
	{"rorx rax, rbx, 0x7", "c4e3fbf0c307", func(a *asm) { a.rorX(s64, rax, rbx, 7) }},
	{"bzhi rax, rbx, r14", "c4e288f5c3", func(a *asm) { a.bzhi(s64, rax, rbx, r14) }},
	{"andn eax, ebx, ecx", "c4e260f2c1", func(a *asm) { a.andn(s32, rax, rbx, rcx) }},
	{"mulx rax, rbx, r8", "c4c2e3f6c0", func(a *asm) { a.mulX(s64, rax, rbx, r8) }},
	{"vaddsd xmm1, xmm2, xmm3", "c5eb58cb", func(a *asm) { a.vxx(xADDPS|sd, 1, 2, 3) }},
	{"vpxor xmm8, xmm9, xmm10", "c44131efc2", func(a *asm) { a.vxx(xPXOR, 8, 9, 10) }},
	{"vpshufb xmm1, xmm2, xmm11", "c4c26900cb", func(a *asm) { a.vxx(xPSHUFB, 1, 2, 11) }},
	{"vpsrlq xmm1, xmm2, 0x3", "c5f173d203", func(a *asm) { a.vshift(xPSHIMMQ, 2, 1, 2, 3) }},
	{"vaddsd xmm2, xmm1, qword ptr [rbx+0x8]", "c5f3585308", func(a *asm) {
		a.vxm(xADDPS|sd, 2, 1, mem{base: rbx, index: noReg, disp: 8})
	}},
	{"vpand xmm12, xmm9, xmmword ptr [r8+8*r9]", "c40131db24c8", func(a *asm) {
		a.vxm(xPAND, 12, 9, mem{base: r8, index: r9, scale: 3})
	}},
	{"movmskpd eax, xmm15", "66410f50c7", func(a *asm) { a.rx(xMOVMSKPS|pd, rax, 15) }},
	{"test byte ptr gs:[rdi+0x10], sil", "6540847710", func(a *asm) { a.testMR(s8, mem{base: rdi, index: noReg, disp: 16, gs: true}, rsi) }},
	{"test qword ptr gs:[rax], r9", "654c8508", func(a *asm) { a.testMR(s64, mem{base: rax, index: noReg, gs: true}, r9) }},
	{"test byte ptr gs:[rax], 0x80", "65f60080", func(a *asm) { a.testMIs(s8, mem{base: rax, index: noReg, gs: true}, 0x80) }},
	{"test word ptr gs:[r8+2*rbx], 0x1234", "656641f704583412", func(a *asm) {
		a.testMIs(s16, mem{base: r8, index: rbx, scale: 1, gs: true}, 0x1234)
	}},
	{"test qword ptr gs:[rax], -0x2", "6548f700feffffff", func(a *asm) { a.testMIs(s64, mem{base: rax, index: noReg, gs: true}, -2) }},
	{"vfmadd213sd xmm1, xmm2, xmm3", "c4e2e9a9cb", func(a *asm) { a.vxx(xVFMADD213+1|rexW, 1, 2, 3) }},
	{"vfnmsub213ps xmm1, xmm2, xmm3", "c4e269aecb", func(a *asm) { a.vxx(xVFMADD213+6, 1, 2, 3) }},
}

func assemble(emit func(a *asm)) []byte {
	a := &asm{b: make([]byte, 64)}
	emit(a)
	return a.b[:a.n]
}

// TestAsmRows checks each row's bytes, and its text by x/arch's disassembler.
func TestAsmRows(t *testing.T) {
	for _, r := range asmRows {
		code := assemble(r.emit)
		assert.Equal(t, r.hex, hex.EncodeToString(code), r.text)
		inst, err := x86asm.Decode(code, 64)
		require.NoError(t, err, r.text)
		require.Equal(t, len(code), inst.Len, r.text)
		if s := x86asm.IntelSyntax(inst, 0, nil); s != r.text {
			t.Errorf("%x: got %s, want %s", code, s, r.text)
		}
	}
}

// TestAsmObjdump checks the rows against objdump where there is one.
func TestAsmObjdump(t *testing.T) {
	if _, err := exec.LookPath("objdump"); err != nil {
		t.Skip("no objdump on this host")
	}
	f := t.TempDir() + "/code"
	var all []byte
	for _, r := range asmRows {
		all = append(all, assemble(r.emit)...)
	}
	require.NoError(t, os.WriteFile(f, all, 0o600))
	out, err := exec.Command("objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--insn-width=16", f).Output()
	require.NoError(t, err)
	var got []string
	for _, l := range strings.Split(string(out), "\n") {
		if p := strings.Split(l, "\t"); len(p) >= 2 && strings.HasSuffix(p[0], ":") {
			got = append(got, strings.ReplaceAll(strings.TrimSpace(p[1]), " ", ""))
		}
	}
	require.Len(t, got, len(asmRows))
	for i, r := range asmRows {
		require.Equal(t, r.hex, got[i], r.text)
	}
}

// TestAsmBranches checks jumps and their patches.
func TestAsmBranches(t *testing.T) {
	a := &asm{b: make([]byte, 64)}
	j := a.jcc32(ccNE)
	k := a.jcc8(ccB)
	m := a.jmp8()
	a.patch8(k)
	a.patch8(m)
	n := a.jmp32()
	a.patch32(j, a.pos())
	a.patch32(n, 0)
	require.Equal(t, "0f8509000000720"+"2eb00e9f1ffffff", hex.EncodeToString(a.b[:a.n]))
}

// TestAsmAlign checks that padding decodes as NOPs.
func TestAsmAlign(t *testing.T) {
	for n := range 20 {
		a := &asm{b: make([]byte, 128)}
		a.n = n
		a.align(16, 1)
		require.Zero(t, (a.n+1)%16)
		for at := n; at < a.n; {
			inst, err := x86asm.Decode(a.b[at:a.n], 64)
			require.NoError(t, err)
			require.Equal(t, x86asm.NOP, inst.Op)
			at += inst.Len
		}
	}
}
