package gdbstub

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDoc: docs/gdb.md has the table of packets (go test ./gdbstub -run TestDoc -update).
func TestDoc(t *testing.T) {
	const file, begin, end = "../docs/gdb.md", "<!-- packets -->\n", "<!-- end -->"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), begin)
	require.True(t, ok)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	var s strings.Builder
	s.WriteString("| Packet | Supported | What |\n| --- | --- | --- |\n")
	for _, k := range commandTable {
		fmt.Fprintf(&s, "| `%s` | %s | %s |\n", k.name, k.support, k.what)
	}
	want := before + begin + s.String() + end + after
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o666))
		return
	}
	require.Equal(t, want, string(text), "make golden")
}
