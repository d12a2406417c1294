package arm64

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the table in docs/a64.md")

const (
	docFile  = "../../docs/a64.md"
	docBegin = "<!-- begin features -->\n"
	docEnd   = "<!-- end features -->\n"
)

// featureTable lists every feature of the pattern files with the number of its rows.
func featureTable() string {
	type count struct{ trans, todo, refused int }
	m := map[string]*count{}
	for _, table := range []*decodeTable{&tableInt, &tableFPSIMD} {
		for i := range table.rows {
			r := &table.rows[i]
			c := m[r.feature]
			if c == nil {
				c = &count{}
				m[r.feature] = c
			}
			switch r.kind {
			case rowTrans:
				c.trans++
			case rowTodo:
				c.todo++
			default:
				c.refused++
			}
		}
	}
	var names []string
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString("| Feature | rows translated | todo | refused |\n|---|---|---|---|\n")
	for _, n := range names {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", n, m[n].trans, m[n].todo, m[n].refused)
	}
	return b.String()
}

// TestFeatureTable keeps the table of docs/a64.md up to date.
func TestFeatureTable(t *testing.T) {
	text, err := os.ReadFile(docFile)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(text), docBegin)
	require.True(t, ok)
	_, tail, ok := strings.Cut(rest, docEnd)
	require.True(t, ok)
	want := head + docBegin + featureTable() + docEnd + tail
	if *update {
		require.NoError(t, os.WriteFile(docFile, []byte(want), 0o666))
		return
	}
	require.Equal(t, want, string(text), "go test ./cpu/arm64 -run TestFeatureTable -update")
}
