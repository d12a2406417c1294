package x86

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// nopHook makes string instructions loops, and puts an op around every access.
type nopHook struct{}

func (nopHook) BeforeMem(b *ir.Builder, op *ir.Op) { b.Op2i(ir.Add, ir.W64, op.A[1], 1) }
func (nopHook) AfterMem(b *ir.Builder, op *ir.Op)  { b.Op2i(ir.Add, ir.W64, op.A[1], 1) }

// TestTranslateVerifies translates random instructions, with and without a memory hook: the IR of
// each must pass ir.Verify, and its second translation must be the same.
func TestTranslateVerifies(t *testing.T) {
	n := 60000
	if testing.Short() {
		n = 10000
	}
	r := rand.New(rand.NewPCG(5, 6))
	var buf [32]byte
	b := ir.NewBuilder(globals)
	for i := range n {
		randomCode(r, buf[:])
		b.Hook = nil
		if i%2 == 1 {
			b.Hook = nopHook{}
		}
		text := ""
		for range 2 {
			b.Reset(0x1000)
			b.Insn(0x1000)
			res := Translate(b, 0x1000, buf[:], 0)
			require.False(t, res.Short)
			require.Greater(t, res.Len, 0)
			if !res.End {
				b.ExitTB(0x1000+uint64(res.Len), false)
			}
			if err := ir.Verify(&b.Block); err != nil {
				t.Fatalf("% x: %v\n%s", buf, err, ir.Format(&b.Block))
			}
			if s := ir.Format(&b.Block); text == "" {
				text = s
			} else {
				require.Equal(t, text, s)
			}
		}
	}
}

// TestTranslateShort: a block that ends in the middle of an instruction is the engine's business.
func TestTranslateShort(t *testing.T) {
	b := ir.NewBuilder(globals)
	for _, r := range decodeRows {
		code := unhex(t, r.hex)
		for n := range code {
			b.Reset(0x1000)
			ops := len(b.Ops)
			res := Translate(b, 0x1000, code[:n], 0)
			require.True(t, res.Short, "%s cut to %d", r.hex, n)
			require.Len(t, b.Ops, ops)
		}
	}
}

// TestTranslateAllocates nothing per instruction.
func TestTranslateAllocates(t *testing.T) {
	b := ir.NewBuilder(globals)
	code := append(unhex(t, "480343084801c348c1e3054883ea014889d0f30f6f00660fefc0"), make([]byte, 32)...)
	run := func() {
		b.Reset(0x1000)
		for p := 0; p < len(code)-32; {
			p += Translate(b, 0x1000+uint64(p), code[p:], 0).Len
		}
	}
	run()
	require.Zero(t, testing.AllocsPerRun(100, run))
}

// TestOneTranslation: no Op has two translations.
func TestOneTranslation(t *testing.T) {
	fns := map[string][]transFn{"int": transInt[:], "sys": transSys[:], "far": transFar[:]}
	vecs := map[string][]vrow{"mov": vecMov[:], "fp": vecFP[:], "int": vecInt[:], "sse3": vecSSE3[:]}
	for op := Op(0); op < numOps; op++ {
		var in []string
		for name, tab := range fns {
			if int(op) < len(tab) && tab[op] != nil {
				in = append(in, name)
			}
		}
		for name, tab := range vecs {
			if int(op) < len(tab) && tab[op].fn != nil {
				in = append(in, "vector "+name)
			}
		}
		if transX87(op) != nil {
			in = append(in, "x87")
		}
		if slices.Contains(privilegedOps, op) {
			in = append(in, "privileged")
		}
		require.LessOrEqual(t, len(in), 1, "%s: %v", op, in)
	}
}
