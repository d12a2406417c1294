//go:build linux

package linux

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite docs/syscalls.md")

// supportDoc renders the system call tables of both ABIs as a page.
func supportDoc() string {
	type row struct {
		nr  [2]string
		sys Syscall
	}
	rows := map[string]*row{}
	var order []string
	counts := [2][3]int{}
	for i, a := range []abi.Arch{abi.X64, abi.A64} {
		for _, s := range Syscalls(a) {
			counts[i][s.Support]++
			r := rows[s.Name]
			if r == nil {
				r = &row{nr: [2]string{"-", "-"}, sys: s}
				rows[s.Name] = r
				order = append(order, s.Name)
			}
			r.nr[i] = fmt.Sprint(s.Number)
		}
	}
	var b strings.Builder
	b.WriteString("# System calls\n\nWritten from the tables by `go test ./linux -run TestSupportDoc -update`; do not edit.\n\n")
	for i, a := range []abi.Arch{abi.X64, abi.A64} {
		fmt.Fprintf(&b, "%v: %d full, %d partial, %d not implemented (ENOSYS, named once under `-d unimp`).\n\n",
			a, counts[i][Full], counts[i][Partial], counts[i][Unimplemented])
	}
	b.WriteString("| name | x86-64 | AArch64 | support | note |\n|---|---|---|---|---|\n")
	var missing []string
	for _, n := range order {
		r := rows[n]
		if r.sys.Support == Unimplemented {
			missing = append(missing, "`"+n+"`")
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %v | %s |\n", n, r.nr[0], r.nr[1], r.sys.Support, r.sys.Note)
	}
	b.WriteString("\nNot implemented: " + strings.Join(missing, ", ") + ".\n")
	return b.String()
}

// TestSupportDoc keeps docs/syscalls.md what the tables say.
func TestSupportDoc(t *testing.T) {
	const path = "../docs/syscalls.md"
	doc := supportDoc()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(doc), 0o644))
	}
	old, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(old), doc)
}

// TestRowsAreKnown: every row names a system call of at least one ABI, once, and strace knows it.
func TestRowsAreKnown(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range sysRows {
		_, x := abi.X64.SyscallNumber(r.name)
		_, a := abi.A64.SyscallNumber(r.name)
		require.True(t, x || a, r.name)
		require.False(t, seen[r.name], r.name)
		seen[r.name] = true
		require.NotNil(t, r.fn, r.name)
		require.NotEqual(t, Unimplemented, r.support, r.name)
		if r.support == Full {
			require.Empty(t, r.note, r.name)
		} else {
			require.NotEmpty(t, r.note, r.name)
		}
	}
	for name, line := range argTable() {
		for _, w := range strings.Fields(line) {
			require.Contains(t, kindWords(), w, name)
		}
	}
}
