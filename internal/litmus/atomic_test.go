package litmus

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
	"github.com/gotcg/gotcg/tcg/ir"
)

// The sums: vCPUs add into one place at once; the total says whether the additions were atomic. Each program runs
// n rounds of its body (x86: RCX counts down, A64: X9).
const (
	adders = 3
	rounds = 3000
)

// repeatX64 is body; dec rcx; jnz body; int3.
func repeatX64(body string) []byte {
	code := unhex(body)
	code = append(code, 0x48, 0xff, 0xc9, 0x0f, 0x85)
	code = binary.LittleEndian.AppendUint32(code, uint32(-int32(len(code)+4)))
	return append(code, 0xcc)
}

// repeatA64 is body; subs x9, x9, #1; b.ne body; brk.
func repeatA64(body ...uint32) []byte {
	n := len(body)
	return words(append(body, 0xf1000529, 0x54000001|uint32(-int32(n+1))&0x7ffff<<5, 0xd4200000)...)
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// sum is a way to add to memory at an address in RDI or X0; add is what each round adds to a value of size bytes.
type sum struct {
	name string
	code []byte
	size int
	add  uint64
	// split: also across cache lines and pages.
	split bool
}

// sumsX64: RBX, or BL, is 1 throughout, RSI 3; the others are free; RSP is a stack.
var sumsX64 = []sum{
	{"lock add", repeatX64("f0 48 01 1f"), 8, 1, true},                              // lock add [rdi], rbx
	{"lock sub", repeatX64("f0 29 1f"), 4, ^uint64(0), true},                        // lock sub [rdi], ebx
	{"lock adc", repeatX64("f9 f0 66 11 1f"), 2, 2, true},                           // stc; lock adc [rdi], bx
	{"lock sbb", repeatX64("f8 f0 48 19 1f"), 8, ^uint64(0), true},                  // clc; lock sbb [rdi], rbx
	{"lock inc", repeatX64("f0 fe 07"), 1, 1, false},                                // lock inc byte [rdi]
	{"lock dec", repeatX64("f0 48 ff 0f"), 8, ^uint64(0), true},                     // lock dec qword [rdi]
	{"lock xadd", repeatX64("48 89 f0 f0 48 0f c1 07"), 8, 3, true},                 // mov rax, rsi; lock xadd [rdi], rax
	{"lock neg+not", repeatX64("f0 48 f7 1f f0 48 f7 17 f0 48 01 37"), 8, 0, false}, // only that nothing tears: see below
	{"lock cmpxchg", repeatX64("8b 07 89 c2 01 f2 f0 0f b1 17 75 f6"), 4, 3, true},  // 1: mov eax, [rdi]; lea; lock cmpxchg; jne 1b
	{"lock cmpxchg8b", repeatX64("51 48 8b 07 48 89 c2 48 c1 ea 20 53 89 c3 01 f3 89 d1 f0 0f c7 0f 5b 59 75 e6"), 8, 3, true},
	{"lock cmpxchg16b", repeatX64("51 48 8b 07 48 8b 57 08 53 48 89 c3 48 01 f3 48 89 d1 f0 48 0f c7 0f 5b 59 75 e5"), 16, 3, false},
	{"xchg lock", repeatX64("b8 01 00 00 00 87 47 20 85 c0 75 f4 48 01 37 c7 47 20 00 00 00 00"), 8, 3, false}, // spin lock at [rdi+32]
	{"bts lock", repeatX64("f0 0f ba 6f 20 05 72 f8 48 01 37 f0 0f ba 77 20 05"), 8, 3, false},                 // lock bts dword [rdi+32], 5 as a spin lock
}

// sumsA64: W1 and X1 are 3 throughout.
var sumsA64 = []sum{
	{"ldadd", repeatA64(0xf8210002), 8, 3, false},                                                                         // ldadd x1, x2, [x0]
	{"ldaddalb", repeatA64(0x38e10002), 1, 3, false},                                                                      // ldaddalb w1, w2, [x0]
	{"staddh", repeatA64(0x7821001f), 2, 3, false},                                                                        // staddh w1, [x0]
	{"ldxr", repeatA64(0xc85f7c02, 0x8b010042, 0xc8037c02, 0x35ffffa3), 8, 3, false},                                      // 1: ldxr x2; add x2, x2, x1; stxr w3, x2; cbnz w3, 1b
	{"ldaxrh", repeatA64(0x485ffc02, 0x0b010042, 0x4803fc02, 0x35ffffa3), 2, 3, false},                                    //
	{"ldaxrb", repeatA64(0x085ffc02, 0x0b010042, 0x0803fc02, 0x35ffffa3), 1, 3, false},                                    //
	{"ldxp", repeatA64(0xc87f0c02, 0x8b010042, 0xc8240c02, 0x35ffffa4), 16, 3, false},                                     // ldxp x2, x3; stxp w4, x2, x3
	{"ldxp w", repeatA64(0x887f0c02, 0x0b010042, 0x88240c02, 0x35ffffa4), 4, 3, false},                                    //
	{"cas", repeatA64(0xb9400002, 0x0b010043, 0x2a0203e4, 0x88a47c03, 0x6b02009f, 0x54ffff61), 4, 3, false},               // ldr w2; add w3; mov w4, w2; cas w4, w3, [x0]; cmp w4, w2; b.ne
	{"casp", repeatA64(0xa9400c02, 0xaa0203ea, 0x8b010044, 0xaa0303e5, 0x48227c04, 0xeb0a005f, 0x54ffff41), 16, 3, false}, // ldp x2, x3; mov x10, x2; add x4, x2, x1; mov x5, x3; casp x2, x3, x4, x5; cmp x2, x10
	{"ldumaxal, ldsminb", repeatA64(0xf8e16002, 0x38215002), 8, 0, false},                                                 // ldumaxal x1, x2, [x0]; ldsminb w1, w2, [x0]: no sum
	{"swpa lock", repeatA64( // a spin lock at [x0, #32] around a plain addition, released by STLR
		0x91008006,             // add x6, x0, #32
		0x52800025,             // mov w5, #1
		0xb8a580c2,             // 1: swpa w5, w2, [x6]
		0x35ffffe2,             // cbnz w2, 1b
		0xf9400003, 0x8b010063, // ldr x3, [x0]; add x3, x3, x1
		0xf9000003, 0x889ffcdf, // str x3, [x0]; stlr wzr, [x6]
	), 8, 3, false},
}

func TestSums(t *testing.T) {
	for _, g := range guests {
		for _, mo := range modes() {
			n := rounds
			if mo.accel == tcg.AccelInterp {
				n /= 10
			}
			m := newMachine(t, g, mo, adders)
			sums := sumsX64
			if g.arch == arm64.Arch() {
				sums = sumsA64
			}
			for i, x := range sums {
				code := codeBase + uint64(i)*0x100
				m.load(code, x.code)
				places := []uint64{dataBase + 0x100}
				if x.split {
					places = append(places, dataBase+line-1, dataBase+softmmu.PageSize-1, dataBase+dataSize-1)
				}
				for _, at := range places {
					t.Run(fmt.Sprintf("%s/%v/%s at %#x", g.arch.Name, mo, x.name, at), func(t *testing.T) {
						m.t = t
						was := m.e.Stats()
						m.sum(x, code, at, n)
						if now := m.e.Stats(); mo.accel == tcg.AccelJIT && at == places[0] { // all in host code
							require.Less(t, now.Sites-was.Sites, uint64(50))
						}
					})
				}
			}
		}
	}
}

// sum runs x on all vCPUs at once, while Go adds to the same place, and checks the total.
func (m *machine) sum(x sum, code, at uint64, n int) {
	clear(m.words(dataBase, 0x2000/4))
	require.True(m.t, m.as.Store(softmmu.Addr(at), x.size, 0, 0).OK())
	var pcs []uint64
	for c := range m.cpu {
		pcs = append(pcs, code)
		if m.g.arch == arm64.Arch() {
			m.set(c, 0, at)
			m.set(c, 1, 3)
			m.set(c, 9, uint64(n))
			continue
		}
		m.set(c, 5, at) // rdi
		m.set(c, 1, 1)
		m.set(c, 4, 3)
		m.set(c, 2, uint64(n))
		m.set(c, 7, dataBase+0x8000+uint64(c)*0x1000) // rsp
	}
	kernel := min(x.size, 8)
	want := x.add * uint64(n*adders)
	stop := make(chan uint64)
	if !strings.HasSuffix(x.name, "lock") && x.add != 0 { // the kernel takes part, but in no lock
		go func() {
			done := uint64(0)
			for range n {
				_, f := m.as.RMW(softmmu.Addr(at), kernel, func(o uint64) uint64 { return o + 5 })
				if f.OK() {
					done += 5
				}
			}
			stop <- done
		}()
		m.run(pcs)
		want += <-stop
	} else {
		m.run(pcs)
	}
	if x.add == 0 {
		return
	}
	lo, hi, f := m.as.Load(softmmu.Addr(at), x.size)
	require.True(m.t, f.OK())
	if kernel < 8 {
		want &= 1<<(8*kernel) - 1
	}
	require.Equal(m.t, want, lo)
	require.Zero(m.t, hi)
}

// A64's exclusive, atomic and ordered accesses fault when misaligned, whatever else is wrong with them; plain
// ones do not. Arm ARM B2.5.
func TestMisaligned(t *testing.T) {
	g := guests[1]
	rows := []struct {
		text string
		code uint32
		off  uint64 // of the address in X1
		want bool
	}{
		{"ldxr x0, [x1]", 0xc85f7c20, 4, true},
		{"ldaxrh w0, [x1]", 0x485ffc20, 1, true},
		{"ldaxrb w0, [x1]", 0x085ffc20, 1, false},
		{"ldxp x0, x2, [x1]", 0xc87f0820, 8, true},
		{"ldaxp w0, w2, [x1]", 0x887f8820, 4, true},
		{"stxr w2, x3, [x1]", 0xc8027c23, 1, true},
		{"stlxrh w2, w3, [x1]", 0x4802fc23, 1, true},
		{"stxp w2, x3, x4, [x1]", 0xc8221023, 8, true},
		{"stxr w2, x3, [x1]", 0xc8027c23, 8, false},
		{"ldar w0, [x1]", 0x88dffc20, 2, true},
		{"ldarb w0, [x1]", 0x08dffc20, 3, false},
		{"ldapr x0, [x1]", 0xf8bfc020, 4, true},
		{"ldapur x0, [x1, #3]", 0xd9403020, 0, true},
		{"ldapur x0, [x1, #3]", 0xd9403020, 5, false},
		{"stlr w0, [x1]", 0x889ffc20, 1, true},
		{"stlur x0, [x1, #3]", 0xd9003020, 1, true},
		{"stlur x0, [x1, #3]", 0xd9003020, 13, false},
		{"ldadd w2, w0, [x1]", 0xb8220020, 2, true},
		{"ldumaxal x2, x0, [x1]", 0xf8e26020, 7, true},
		{"ldclrh w2, w0, [x1]", 0x78221020, 1, true},
		{"swpal x2, x0, [x1]", 0xf8e28020, 4, true},
		{"cas w2, w0, [x1]", 0x88a27c20, 2, true},
		{"casp x2, x3, x4, x5, [x1]", 0x48227c24, 8, true},
		{"casp w2, w3, w4, w5, [x1]", 0x08227c24, 4, true},
		{"ldr x0, [x1]", 0xf9400020, 1, false},
		{"ldp x0, x2, [x1]", 0xa9400820, 1, false},
	}
	for _, mo := range modes() {
		m := newMachine(t, g, mo, 1)
		code := codeBase
		for _, r := range rows {
			code += 0x10
			m.load(uint64(code), words(r.code, 0xd4200000))
			for _, base := range []uint64{dataBase, dataBase + 0xff0, 0x7000000} { // the last is not mapped
				if base == 0x7000000 && !r.want {
					continue
				}
				m.set(0, 1, base+r.off)
				m.cpu[0].SetPC(uint64(code))
				s := m.cpu[0].Run()
				disp := uint64(0)
				if strings.Contains(r.text, "#3") {
					disp = 3
				}
				if !r.want {
					require.Equal(t, ir.ExcBreak, s.Exc.Kind, "%v: %s", mo, r.text)
					continue
				}
				require.Equal(t, ir.ExcMemory, s.Exc.Kind, "%v: %s", mo, r.text)
				require.Equal(t, ir.FaultAlign, s.Exc.Fault.Kind, "%v: %s", mo, r.text)
				require.Equal(t, base+r.off+disp, s.Exc.Fault.Addr, "%v: %s", mo, r.text)
				require.Equal(t, uint64(code), m.cpu[0].PC(), "%v: %s", mo, r.text)
			}
		}
	}
}

// The monitor: a system call opens it, another thread's store in between makes the store fail.
func TestMonitor(t *testing.T) {
	g := guests[1]
	for _, mo := range modes() {
		m := newMachine(t, g, mo, 1)
		m.load(codeBase, words(0xc85f7c20, 0xd4000001, 0xc8027c23, 0xd4200000)) // ldxr x0, [x1]; svc; stxr w2, x3, [x1]; brk
		m.load(codeBase+0x100, words(0xc85f7c20, 0xd4200000))                   // ldxr x0, [x1]; brk
		m.load(codeBase+0x200, words(0xc8027c23, 0xd4200000))                   // stxr w2, x3, [x1]; brk
		c := m.cpu[0]
		m.set(0, 1, dataBase)
		m.set(0, 3, 7)
		c.SetPC(codeBase)
		require.Equal(t, ir.ExcSyscall, c.Run().Exc.Kind)
		require.Equal(t, ir.ExcBreak, c.Run().Exc.Kind)
		require.Equal(t, uint64(1), m.get(0, 2), "%v: the reservation outlived a system call", mo)
		for _, store := range []bool{false, true} {
			clear(m.words(dataBase, 4))
			c.SetPC(codeBase + 0x100)
			require.Equal(t, ir.ExcBreak, c.Run().Exc.Kind)
			if store {
				require.True(t, m.as.Store(dataBase, 8, 1, 0).OK())
			}
			c.SetPC(codeBase + 0x200)
			require.Equal(t, ir.ExcBreak, c.Run().Exc.Kind)
			require.Equal(t, uint64(b2i(store)), m.get(0, 2), "%v", mo)
		}
	}
}

// TestTearing: an aligned plain access of up to 8 bytes is one access, also where it takes the slow path, which Go
// brings about by changing the map all the time. One vCPU stores zeros and ones in turns, another loads.
func TestTearing(t *testing.T) {
	fail := unhex("48 85 d2 74 05 48 ff c2 75 06 48 ff c9 75 00 cc 0f 0b") // test rdx, rdx; je 1f; inc rdx; jne fail; 1: dec rcx; jnz start; int3; fail: ud2
	reader := func(load string) []byte {
		c := append(unhex(load), fail...)
		c[len(c)-4] = byte(-(len(c) - 3))
		return c
	}
	readA64 := func(load uint32) []byte { // load; cbz x2, 1f; cmn x2, #1; b.ne fail; 1: subs x9, x9, #1; b.ne start; brk; fail: udf
		return words(load, 0xb4000062, 0xb100045f, 0x54000081, 0xf1000529, 0x54ffff61, 0xd4200000, 0)
	}
	programs := map[*guest][][2][]byte{
		guests[0]: {
			{repeatX64("48 89 07 48 f7 d0"), reader("48 8b 17")}, // mov [rdi], rax; not rax - mov rdx, [rdi]
			{repeatX64("89 07 48 f7 d0"), reader("48 63 17")},
			{repeatX64("66 89 07 48 f7 d0"), reader("48 0f bf 17")},
			{repeatX64("51 b9 01 00 00 00 57 48 ab 5f 59 48 f7 d0"), reader("48 8b 17")}, // stosq
		},
		guests[1]: {
			{repeatA64(0xf9000001, 0xaa2103e1), readA64(0xf9400002)}, // str x1, [x0]; mvn x1, x1 - ldr x2, [x0]
			{repeatA64(0xb9000001, 0xaa2103e1), readA64(0xb9800002)},
			{repeatA64(0x79000001, 0xaa2103e1), readA64(0x79800002)},
			{repeatA64(0xa9000401, 0xaa2103e1), readA64(0xa9400402 | 3<<10)}, // stp x1, x1 - ldp x2, x3
		},
	}
	for g, list := range programs {
		for _, mo := range modes() {
			m := newMachine(t, g, mo, 2)
			n := uint64(20000)
			if mo.accel == tcg.AccelInterp {
				n = 3000
			}
			for i, p := range list {
				clear(m.words(dataBase, 16))
				at := uint64(codeBase + i*0x200)
				for c := range p {
					m.load(at+uint64(c)*0x100, p[c])
					if g.arch == arm64.Arch() {
						m.set(c, 0, dataBase)
						m.set(c, 1, 0)
						m.set(c, 9, n)
						continue
					}
					m.set(c, 5, dataBase)
					m.set(c, 0, 0)
					m.set(c, 2, n)
					m.set(c, 7, dataBase+0x8000+uint64(c)*0x1000)
				}
				stop, done := make(chan bool), make(chan bool)
				go func() {
					defer close(done)
					for {
						select {
						case <-stop:
							return
						default:
							_ = m.as.Protect(dataBase, softmmu.PageSize, softmmu.RW)
						}
					}
				}()
				m.run([]uint64{at, at + 0x100})
				close(stop)
				<-done
			}
		}
	}
}
