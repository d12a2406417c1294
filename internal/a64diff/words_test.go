package a64diff

import (
	"encoding/binary"
	"strconv"
	"strings"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

// TestWords runs the words of -diff.words as one case on all executors and compares with qemu. The default is two
// plain instructions; others are for looking at finds.
func TestWords(t *testing.T) {
	qemu := FindQemu()
	if qemu == "" {
		t.Skip("no qemu-aarch64 here")
	}
	c := &Case{Seed: *flagSeed, Mem: *flagMem}
	b := ir.NewBuilder(arm64.Arch().Globals)
	b.Reset(codeAddr)
	for i, s := range strings.Split(*flagWords, ",") {
		w, err := strconv.ParseUint(s, 16, 32)
		require.NoError(t, err)
		c.Words = append(c.Words, uint32(w))
		var code [4]byte
		binary.LittleEndian.PutUint32(code[:], uint32(w))
		b.Insn(codeAddr + 4*uint64(i))
		arm64.Arch().Translate(b, codeAddr+4*uint64(i), code[:], 0)
	}
	t.Logf("%s\n%s", c.Describe(codeAddr), ir.Format(&b.Block))
	im := NewImage([]*Case{c})
	want, err := im.RunQemu(qemu)
	require.NoError(t, err)
	for _, x := range executors {
		compare(t, x, im, want)
	}
}
