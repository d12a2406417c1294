package arm64

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

// TestTranslateVerifies translates random words of every row and demands that the IR is well formed, and
// that translating again gives the same.
func TestTranslateVerifies(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	b := ir.NewBuilder(globals())
	run := func(w uint32) string {
		var code [4]byte
		binary.LittleEndian.PutUint32(code[:], w)
		b.Reset(0x10000)
		b.Insn(0x10000)
		r := translate(b, 0x10000, code[:], 0)
		require.Equal(t, 4, r.Len)
		if !r.End {
			b.ExitTB(0x10004, false)
		}
		require.NoError(t, ir.Verify(&b.Block), "%08x\n%s", w, ir.Format(&b.Block))
		return ir.Format(&b.Block)
	}
	for _, row := range patternRows(t) {
		for range 64 {
			w := row.Value | rnd.Uint32()&^row.Mask
			first := run(w)
			require.Equal(t, first, run(w))
		}
	}
	for range 20000 {
		run(rnd.Uint32())
	}
}

func TestTranslateEnds(t *testing.T) {
	b := ir.NewBuilder(globals())
	for _, c := range []struct {
		pc   uint64
		code []byte
		want string
	}{
		{0x1000, []byte{1, 2, 3}, "short"},
		{0x1002, []byte{0x1f, 0x20, 0x03, 0xd5}, "align"},
		{0x1000, []byte{0, 0, 0, 0}, "illegal"},
	} {
		b.Reset(c.pc)
		b.Insn(c.pc)
		r := translate(b, c.pc, c.code, 0)
		last := b.Ops[len(b.Ops)-1]
		switch c.want {
		case "short":
			require.True(t, r.Short)
			require.Equal(t, ir.InsnStart, last.Code)
		default:
			require.True(t, r.End)
			require.Equal(t, c.want, ir.ExcKind(last.Aux).String())
		}
	}
}

func BenchmarkTranslate(b *testing.B) {
	code := []byte{0x20, 0x00, 0x02, 0x8b} // add x0, x1, x2
	bl := ir.NewBuilder(globals())
	b.ReportAllocs()
	for b.Loop() {
		bl.Reset(0x1000)
		bl.Insn(0x1000)
		translate(bl, 0x1000, code, 0)
	}
}

// FuzzDecode translates any word: no panic, well-formed IR.
func FuzzDecode(f *testing.F) {
	for _, w := range []uint32{0, 0xd503201f, 0x8b020020, 0xf9400000, 0x4e20d400, 0xffffffff} {
		f.Add(w, uint32(0))
	}
	b := ir.NewBuilder(globals())
	f.Fuzz(func(t *testing.T, w, mode uint32) {
		var code [4]byte
		binary.LittleEndian.PutUint32(code[:], w)
		b.Reset(0x10000)
		b.Insn(0x10000)
		if r := translate(b, 0x10000, code[:], mode&7); !r.End {
			b.ExitTB(0x10004, false)
		}
		if err := ir.Verify(&b.Block); err != nil {
			t.Fatalf("%08x: %v\n%s", w, err, ir.Format(&b.Block))
		}
	})
}
