package x86

import (
	"debug/elf"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// decodeRows: bytes, text. Lengths follow from the bytes.
var decodeRows = []struct{ hex, text string }{
	{"48034308", "add rax, qword ptr [rbx+0x8]"},
	{"01d8", "add eax, ebx"},
	{"6601d8", "add ax, bx"},
	{"00e0", "add al, ah"},
	{"4000e0", "add al, spl"},
	{"f00118", "lock add dword ptr [rax], ebx"},
	{"0f05", "syscall"},
	{"90", "nop"},
	{"4190", "xchg r8d, eax"},
	{"f390", "pause"},
	{"f30f1efa", "endbr64"},
	{"48b8efcdab8967452301", "mov rax, 0x123456789abcdef"},
	{"48a10807060504030201", "mov rax, qword ptr [0x102030405060708]"},
	{"8b04259a785634", "mov eax, dword ptr [0x3456789a]"},
	{"8b059a785634", "mov eax, dword ptr [rip+0x3456789a]"},
	{"428b4c2500", "mov ecx, dword ptr [rbp+r12*1]"},
	{"648b042528000000", "mov eax, dword ptr fs:[0x28]"},
	{"66480f6ec0", "movq xmm0, rax"},
	{"660f6ec0", "movd xmm0, eax"},
	{"f20f1000", "movsd xmm0, qword ptr [rax]"},
	{"66f30f1000", "movss xmm0, dword ptr [rax]"},
	{"f3a4", "rep movsb [rdi], [rsi]"},
	{"f348ab", "rep stosq [rdi], rax"},
	{"c8341205", "enter 0x1234, 0x5"},
	{"480fc70f", "cmpxchg16b xmmword ptr [rdi]"},
	{"50", "push rax"},
	{"6650", "push ax"},
	{"6aff", "push -0x1"},
	{"7402", "jz .+4"},
	{"e8fbffffff", "call .+0"},
	{"66e8fbffffff", "call .+1"},
	{"f30fb8c1", "popcnt eax, ecx"},
	{"f30fbcc1", "tzcnt eax, ecx"},
	{"f20fbcc1", "bsf eax, ecx"},
	{"f20f38f1c1", "crc32 eax, ecx"},
	{"66f20f38f1c1", "crc32 eax, cx"},
	{"d8c1", "fadd st0, st1"},
	{"dde0", "fucom st0, st0"},
	{"c4e27918c0", "vex"},
	{"62f17c4858c0", "evex"},
	{"8fe87002c000", "xop"},
	{"660f3a63c10c", "pcmpistri xmm0, xmm1, 0xc"},
	{"f20f78c10203", "insertq xmm0, xmm1, 0x2"},
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestDecodeRows(t *testing.T) {
	for _, r := range decodeRows {
		code, err := hex.DecodeString(r.hex)
		require.NoError(t, err)
		in, err := Decode(code, Mode64)
		require.NoError(t, err, r.hex)
		require.Equal(t, len(code), int(in.Len), r.hex)
		require.Equal(t, r.text, in.String(), r.hex)
		for n := range code {
			_, err := Decode(code[:n], Mode64)
			require.Error(t, err, "%s cut to %d", r.hex, n)
		}
	}
}

func TestDecodeRejects(t *testing.T) {
	for _, r := range []struct {
		hex string
		err error
	}{
		{"06", ErrInvalid}, {"d4", ErrInvalid}, {"82c000", ErrInvalid},
		{"f001d8", ErrInvalid},       // LOCK with a register
		{"f03918", ErrInvalid},       // LOCK CMP
		{"f00318", ErrInvalid},       // LOCK with a memory source
		{"660fc307", ErrInvalid},     // MOVNTI has no 66 form
		{"8ec8", ErrInvalid},         // MOV CS
		{"8dc0", ErrInvalid},         // LEA with a register
		{"f0c4e27918c0", ErrInvalid}, // LOCK VEX
		{"fff8", ErrInvalid},         // group 5, row 7
		{"0f0fc0bf", ErrInvalid},     // 3DNow!
		{"48", ErrTruncated}, {"", ErrTruncated}, {"8b04", ErrTruncated},
		{strings.Repeat("66", 15) + "90", ErrTooLong},
		{strings.Repeat("66", 10) + "48b8" + strings.Repeat("00", 8), ErrTooLong},
	} {
		code, err := hex.DecodeString(r.hex)
		require.NoError(t, err)
		_, err = Decode(code, Mode64)
		require.ErrorIs(t, err, r.err, r.hex)
	}
	_, err := Decode([]byte(strings.Repeat("\x66", 14)+"\x90"), Mode64)
	require.NoError(t, err, "15 bytes are allowed")
}

var benchCode, _ = hex.DecodeString("4803430801d848b8efcdab8967452301f20f10008b059a785634e8fbffffff7402" +
	"6690" + "4883ec284c89e7660f6ec00fb6c085c075f0" + strings.Repeat("90", 32))

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for i := 0; i < b.N; n++ {
		for p := 0; p < len(benchCode)-32 && i < b.N; i++ {
			in, err := Decode(benchCode[p:], Mode64)
			if err != nil {
				b.Fatal(err)
			}
			p += int(in.Len)
		}
	}
}

// TestDecodeNeverPanics runs every two-byte start, with each prefix class and several tails.
func TestDecodeNeverPanics(t *testing.T) {
	var buf [32]byte
	for _, pfx := range []string{"", "\x66", "\xf3", "\xf2", "\x48", "\xf0\x66\x41", "\x0f", "\x0f\x38", "\x0f\x3a", "\x66\x0f", "\xc4\xe1", "\x62"} {
		for w := range 1 << 16 {
			for _, fill := range []byte{0, 0xff, 0x84} {
				for i := range buf {
					buf[i] = fill
				}
				n := copy(buf[:], pfx)
				buf[n], buf[n+1] = byte(w), byte(w>>8)
				in, err := Decode(buf[:], Mode64)
				if err == nil && (in.Len == 0 || in.Len > MaxLen || in.Op == opNone) {
					t.Fatalf("% x: %v", buf, in)
				}
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range decodeRows {
		b, _ := hex.DecodeString(r.hex)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		in, err := Decode(code, Mode64)
		if err != nil {
			return
		}
		if in.Len == 0 || int(in.Len) > min(len(code), MaxLen) {
			t.Fatalf("% x: length %d", code, in.Len)
		}
		_ = in.String()
		again, err := Decode(code[:in.Len], Mode64)
		require.NoError(t, err)
		require.Equal(t, in, again)
	})
}

// textSection returns this test binary's own code, as real-life input: Go code as the compiler makes it.
func textSection(tb testing.TB) []byte {
	exe, err := os.Executable()
	require.NoError(tb, err)
	f, err := elf.Open(exe)
	if err != nil {
		tb.Skip("the test binary is not ELF")
	}
	defer f.Close()
	s := f.Section(".text")
	if s == nil || f.Machine != elf.EM_X86_64 {
		tb.Skip("the test binary is not x86-64")
	}
	b, err := s.Data()
	require.NoError(tb, err)
	return b[:min(len(b), 1<<20)]
}

// BenchmarkDecodeText decodes Go code; ns/op is for one instruction.
func BenchmarkDecodeText(b *testing.B) {
	code := textSection(b)
	b.ReportAllocs()
	b.ResetTimer()
	var in Inst
	p := 0
	for i := 0; i < b.N; i++ {
		if p > len(code)-32 {
			p = 0
		}
		_ = in.Decode(code[p:], Mode64)
		p += int(max(in.Len, 1))
	}
}

// BenchmarkTranslate translates blocks of Go code; ns/op is for one instruction.
func BenchmarkTranslate(b *testing.B) {
	code := textSection(b)
	bl := ir.NewBuilder(globals)
	b.ReportAllocs()
	b.ResetTimer()
	p := 0
	for i := 0; i < b.N; i++ {
		if p > len(code)-32 {
			p = 0
		}
		bl.Insn(uint64(p))
		r := Translate(bl, uint64(p), code[p:], 0)
		p += r.Len
		if r.End || bl.Insns == 64 {
			bl.Reset(uint64(p))
		}
	}
}
