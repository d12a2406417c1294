package ir

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var testGlobals = []GlobalInfo{
	{Name: "rax", Type: I64, Offset: 0}, {Name: "rbx", Type: I64, Offset: 8}, {Name: "cc", Type: I64, Offset: 16},
	{Name: "x0", Type: V128, Offset: 32}, {Name: "v1", Type: V128, Offset: 48},
}

func TestFormatParse(t *testing.T) {
	text := `block 0x401000 tso
insn pc=0x401000 len=4
 %1 = ld.32:64{signed} [rbx+rax<<3-0x8]
 rax, cc = addf.64 rax, %1
insn pc=0x401004 len=5
 counter slot=3 add=-2
 counter_undo slot=3 add=1
 fence aux=15
 st.8{release,sc,natalign} $0x7f, [$0xffffffffffffff00+0x10]
 %2, _ = subf.32{invc} rax, $0x5
 %v3 = ldv.128{aligned} [rbx]
 %v4 = fadd.64{scalar,arm} %v3, $0x1:0x2
 x0 = vtbl %v3, %v4, v1 aux=2
 %5 = selc.16.ltu rax, %2, rbx, $0x0
insn pc=0x401009 len=2
 %6 = cas.32{acquire,release,sc} [rbx+0x4], rax, %5
 %7 = call rax, %6 helper=cpuid
 _ = call helper=pause
 rbx = extract.64 %7 imm=0x8 aux=4
 label label=0
 br_c.64.ne rbx, %7 label=0
 exit_f.be{backward} cc pc=0x401000
 exit_exc %7 pc=0x40100b exc=syscall
`
	b, err := Parse("# comment\n\n"+text, testGlobals)
	require.NoError(t, err)
	require.Equal(t, text, Format(b))
	require.Equal(t, 3, b.Insns)
	require.Equal(t, 11, b.Len)
	require.NoError(t, Verify(b))
}

func TestFormatParseRegion(t *testing.T) {
	text := `block 0x401000
 head pc=0x401000
insn pc=0x401000 len=4
 exit_c.64.ne{internal} rax, rbx pc=0x402000
 exit_ptr rax
 head pc=0x402000
insn pc=0x402000 len=4
 exit_ptr_ne rbx pc=0x401000
 exit_tb{backward,internal} pc=0x401000
`
	b, err := Parse(text, testGlobals)
	require.NoError(t, err)
	require.NoError(t, Verify(b))
	require.Equal(t, text, Format(b))
	again := NewBuilder(testGlobals)
	again.Reset(0x402000)
	again.Head(0x402000)
	again.Insn(0x402000)
	again.ExitPtrNE(1, 0x401000)
	require.Equal(t, b.Ops[4].Code, again.Ops[0].Code)
	require.Equal(t, b.Ops[6], again.Ops[2])
}

func TestParseErrors(t *testing.T) {
	for text, msg := range map[string]string{
		"bogus":                          `line 1: no op "bogus"`,
		"\n%1 = add.32 rax":              ``, // Verify's business
		"rax = add.31 rax, rbx":          `line 1: no width "31"`,
		"add.32 rax, rbx":                `line 1: add has 0 outputs, want 1`,
		"rax = mov rax, rbx":             `line 1: mov has 2 inputs, want at most 1`,
		"rax = mov rcx":                  `line 1: no global "rcx"`,
		"rax = mov %x":                   `line 1: bad temp "%x"`,
		"rax = mov $zz":                  `line 1: bad constant "$zz"`,
		"rax = mov ":                     ``,
		"rax = setc.32.foo rax, rbx":     `line 1: no condition "foo"`,
		"rax = ld.32{foo} [rax]":         `line 1: no attribute "foo"`,
		"rax = ld.32 [rax":               `line 1: no ] after address`,
		"rax = add.32 [rax], rbx":        `line 1: address [rax] out of place`,
		"rax = at_add.32 [rax+rbx], rbx": `line 1: at_add takes no index`,
		"exit_tb foo=1":                  `line 1: no field "foo"`,
		"exit_exc exc=foo":               `line 1: no exception "foo"`,
		"br label=99999":                 `line 1: bad label 99999`,
	} {
		_, err := Parse(text, testGlobals)
		if msg == "" {
			require.NoError(t, err, text)
			continue
		}
		require.EqualError(t, err, "ir: "+msg, text)
	}
}

// randomBlock makes a block that Verify accepts, of all ops.
func randomBlock(rng *rand.Rand, n int) *Block {
	b := NewBuilder(testGlobals)
	b.Reset(rng.Uint64())
	h := &Helper{Name: "h", Pure: true}
	pc := uint64(0x1000)
	temp := func(t byte) Temp {
		for range 20 {
			x := Temp(rng.IntN(len(b.Temps)))
			if t == '*' || (b.Temps[x].Type == V128) == (t == 'v') {
				return x
			}
		}
		if t == 'v' {
			return b.ConstV(rng.Uint64(), rng.Uint64()>>rng.IntN(64))
		}
		return b.Const(rng.Uint64() >> rng.IntN(64))
	}
	for range n {
		c := Opcode(rng.IntN(int(NumOps)))
		info := c.Info()
		if info.Flags&(EndsBlock|Labelled|Joins) != 0 {
			continue
		}
		o := Op{Code: c, A: noArgs, Attr: Attr(rng.Uint32()) & info.Attrs &^ Internal, D: W64}
		for o.W = Width(rng.IntN(5)); info.Widths != 0 && info.Widths>>o.W&1 == 0; o.W = Width(rng.IntN(5)) {
		}
		if info.Widths == 0 {
			o.W = 0
		}
		if info.Flags&CondCmp != 0 {
			o.Cond = EQ + Cond(rng.IntN(int(endCmpConds-EQ)))
		} else if info.Flags&CondFlags != 0 {
			o.Cond = Cond(rng.IntN(int(numFlagConds)))
		}
		for try := 0; ; try++ {
			o.Aux, o.Imm = uint8(rng.IntN(4)), int64(rng.IntN(16))
			if info.Flags&MemOp != 0 {
				o.Imm = int64(int32(rng.Uint32()))
			}
			if c == FCvtFF {
				o.D = W16 + Width(rng.IntN(3))
			}
			if c == Call || c == CallPure {
				o.Imm = b.helper(h)
			}
			if c == InsnStart {
				pc += 4
				o.Imm = int64(pc)
			}
			if checkImm(&b.Block, &o) == nil {
				break
			}
		}
		need := required(&o, info)
		for k := range info.NIn() {
			if k < need || rng.IntN(2) == 0 {
				o.A[info.NOut()+k] = temp(info.In[k])
			}
		}
		for k := range info.NOut() {
			typ := I64
			if info.Out[k] == 'v' {
				typ = V128
			}
			o.A[k] = b.New(typ)
		}
		b.Emit(o)
	}
	b.ExitTB(rng.Uint64(), rng.IntN(2) == 0)
	return &b.Block
}

// used blanks slots an op does not have.
func used(o Op) Op {
	info := o.Code.Info()
	for i := info.NOut() + info.NIn(); i < len(o.A); i++ {
		o.A[i] = NoTemp
	}
	return o
}

func TestFormatParseRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		b := randomBlock(rng, 60)
		require.NoError(t, Verify(b))
		text := Format(b)
		got, err := Parse(text, testGlobals, b.Helpers...)
		require.NoError(t, err, text)
		require.Equal(t, text, Format(got))
		require.Len(t, got.Ops, len(b.Ops))
		require.NoError(t, Verify(got))
		for i := range b.Ops {
			x, y := used(b.Ops[i]), used(got.Ops[i])
			for k := range x.A { // the same temps, up to numbering
				if x.A[k] != NoTemp && y.A[k] != NoTemp {
					require.Equal(t, b.Temps[x.A[k]], got.Temps[y.A[k]])
					x.A[k] = y.A[k]
				}
			}
			require.Equal(t, x, y, FormatOp(b, &x))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("block 0x1\n rax = add.32 rax, $0x1\n exit_tb pc=0x5\n")
	f.Add(" %1 = ld.32:64{signed} [rbx+rax<<3-0x8]")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Parse(text, testGlobals)
		if err != nil {
			return
		}
		s := Format(b)
		b2, err := Parse(s, testGlobals, b.Helpers...)
		if err != nil {
			t.Fatalf("%v in\n%s", err, s)
		}
		if s2 := Format(b2); s2 != s {
			t.Fatalf("got\n%s\nwant\n%s", s2, s)
		}
		_ = Verify(b)
	})
}
