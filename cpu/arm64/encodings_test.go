package arm64

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// encoding is a row of testdata/isa/a64.tsv.gz.
type encoding struct {
	name, group string
	mask, value uint32
}

func encodings(t *testing.T) []encoding {
	f, err := os.Open("../../testdata/isa/a64.tsv.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var out []encoding
	for sc := bufio.NewScanner(z); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		var e encoding
		_, err := fmt.Sscanf(sc.Text(), "%s\t%s\t%x\t%x", &e.name, &e.group, &e.mask, &e.value)
		require.NoError(t, err, sc.Text())
		out = append(out, e)
	}
	return out
}

// TestEncodingsKnown demands that every A64 encoding outside SVE and SME has a row, so that nothing is undefined
// by oversight, and counts what becomes of them.
func TestEncodingsKnown(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	count := map[rowKind]int{}
	all := encodings(t)
	for _, e := range all {
		known := map[rowKind]bool{}
		for range 40 { // an encoding's reserved field values may have no row
			if row := decode(insn(e.value | rnd.Uint32()&^e.mask)); row != nil {
				known[row.kind] = true
			}
		}
		require.NotEmpty(t, known, "%s (%s) has no row", e.name, e.group)
		for k := range known {
			count[k]++
			break
		}
	}
	t.Logf("%d encodings: %d translated, %d todo, %d refused by name", len(all), count[rowTrans], count[rowTodo], count[rowRefused])
}

// TestRowsExist demands that every row describes some listed encoding: nothing is made up.
func TestRowsExist(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	all := encodings(t)
	for _, r := range patternRows(t) {
		found := false
		for range 2000 {
			w := r.Value | rnd.Uint32()&^r.Mask
			for _, e := range all {
				if w&e.mask == e.value {
					found = true
					break
				}
			}
			if found {
				break
			}
		}
		require.True(t, found, "%s is no encoding", r.Name)
	}
}
