package opt

import (
	le "encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
	"github.com/gotcg/gotcg/tcg/ir"
)

// TestPassOrder holds the pipeline against the ordering rules.
func TestPassOrder(t *testing.T) {
	pos := map[string]int{}
	for i, p := range passes {
		pos[p.Name] = i
		require.True(t, i == 0 || p.walk >= passes[i-1].walk, "%s is listed after a later walk", p.Name)
	}
	for _, r := range before {
		require.Contains(t, pos, r[0])
		require.Contains(t, pos, r[1])
		require.Less(t, pos[r[0]], pos[r[1]], "%s must come before %s", r[0], r[1])
	}
}

// order returns the guest memory accesses and fences of a block, what the optimizer must leave alone: their
// number, order, sizes, attributes and kinds. Only how an address is written may change.
func order(b *ir.Block) (l []ir.Op) {
	for i := range b.Ops {
		o := b.Ops[i]
		if o.Code.Info().Flags&ir.MemOp != 0 || o.Code == ir.Fence {
			if o.Code != ir.Fence {
				o.Aux = 0
			}
			o.A, o.Imm = [6]ir.Temp{}, 0
			l = append(l, o)
		}
	}
	return l
}

// TestMemoryOrderStays translates random guest code, much of it memory accesses and barriers, and demands that no
// pass drops, merges or reorders one, nor changes its order attributes.
func TestMemoryOrderStays(t *testing.T) {
	a64 := []uint32{
		0xf9400020, 0xf9000020, 0xf9400420, 0xb9000022, 0x38400422, // ldr, str of [x1], ldr [x1, 8], str w2, ldrb post
		0xc8dffc20, 0xc89ffc20, 0xf8bfc020, 0xf8e20020, 0xf8228020, // ldar, stlr, ldapr, ldaddal, swp
		0xc85ffc20, 0xc802fc20, 0xc8e2fc23, 0xa9400821, 0xa9000c20, // ldaxr, stlxr, casal, ldp, stp
		0xd5033bbf, 0xd50339bf, 0xd5033abf, 0xd5033f9f, // dmb ish, ishld, ishst, dsb
		0x8b020020, 0xd2800000, 0xaa0103e2, 0xeb02003f, // add, mov, mov, cmp
	}
	x64 := []string{
		"\x48\x8b\x06", "\x48\x89\x06", "\x48\x01\x06", "\x89\x07", "\x8b\x07", "\x48\x8b\x46\x08", "\x88\x0f", // plain
		"\xf0\x48\x01\x06", "\xf0\xff\x07", "\x48\x87\x06", "\xf0\x48\x0f\xb1\x0f", "\xf0\x48\x0f\xc1\x06", // locked
		"\x0f\xae\xf0", "\x0f\xae\xe8", "\x0f\xae\xf8", "\x0f\xc3\x07", "\xf3\x0f\x6f\x06", "\xf3\x0f\x7f\x07", // fences, movnti, movdqu
		"\x31\xc0", "\x48\x01\xc8", "\x48\x89\xf7", "\x39\xc8",
	}
	for seed := range uint64(400) {
		rnd := rand.New(rand.NewPCG(7, seed))
		for _, arch := range []*cpu.Arch{x86.Arch, arm64.Arch()} {
			b := ir.NewBuilder(arch.Globals)
			b.Reset(0x1000)
			pc := uint64(0x1000)
			for range 2 + rnd.IntN(30) {
				code := []byte(x64[rnd.IntN(len(x64))])
				if arch != x86.Arch {
					code = le.LittleEndian.AppendUint32(nil, a64[rnd.IntN(len(a64))])
				}
				b.Insn(pc)
				r := arch.Translate(b, pc, append(code, make([]byte, 16)...), 0)
				require.False(t, r.End)
				require.Equal(t, len(code), r.Len)
				pc += uint64(r.Len)
			}
			b.ExitTB(pc, false)
			require.NoError(t, ir.Verify(&b.Block))
			require.Equal(t, arch.TSO, b.TSO)
			want := order(&b.Block)
			NewState().Run(&b.Block)
			require.NoError(t, ir.Verify(&b.Block))
			require.Equal(t, want, order(&b.Block), "%s, seed %d", arch.Name, seed)
		}
	}
}
