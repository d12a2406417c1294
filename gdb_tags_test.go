//go:build linux

package gotcg_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// TestGDBTags: a debugger may name AArch64 memory by addresses with tags.
func TestGDBTags(t *testing.T) {
	c := debugGuest(t, "memory.a64", gotcg.Config{})
	reg := func(n int) uint64 {
		b, err := hex.DecodeString(c.ask(fmt.Sprintf("p%x", n)))
		require.NoError(t, err)
		return binary.LittleEndian.Uint64(b)
	}
	const tag = uint64(0x5b) << 56
	sp, pc := reg(31), reg(32)
	require.Equal(t, c.ask(fmt.Sprintf("m%x,10", pc)), c.ask(fmt.Sprintf("m%x,10", pc|tag)))
	require.Equal(t, "OK", c.ask(fmt.Sprintf("M%x,2:beef", (sp-64)|tag)))
	require.Equal(t, "beef", c.ask(fmt.Sprintf("m%x,2", sp-64)))
	require.Equal(t, "OK", c.ask(fmt.Sprintf("Z2,%x,400", (sp-0x400)|tag)))
	require.Contains(t, c.ask("vCont;c"), fmt.Sprintf("watch:%x", sp>>12))
	require.Equal(t, "OK", c.ask(fmt.Sprintf("z2,%x,400", (sp-0x400)|tag)))
	at := reg(32) + 4
	require.Equal(t, "OK", c.ask(fmt.Sprintf("Z0,%x,4", at|tag)))
	require.Contains(t, c.ask("vCont;c"), "T05")
	require.Equal(t, at, reg(32))
}
