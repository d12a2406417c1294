package a64diff

import (
	"encoding/binary"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/tcg/ir"
	"github.com/stretchr/testify/require"
)

// TestWords runs the instruction words of GOTCG_WORDS (hexadecimal, separated by commas) as one case on all
// executors and compares with qemu; GOTCG_WORDS_SEED is the input's seed. It is a tool for looking at finds.
func TestWords(t *testing.T) {
	text, qemu := os.Getenv("GOTCG_WORDS"), FindQemu()
	if text == "" || qemu == "" {
		t.Skip("GOTCG_WORDS is not set, or no qemu-aarch64")
	}
	seed, err := strconv.ParseUint(os.Getenv("GOTCG_WORDS_SEED"), 0, 64)
	require.NoError(t, err)
	c := &Case{Seed: seed, Mem: os.Getenv("GOTCG_WORDS_MEM") != ""}
	b := ir.NewBuilder(arm64.Arch().Globals)
	b.Reset(codeAddr)
	for i, s := range strings.Split(text, ",") {
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
