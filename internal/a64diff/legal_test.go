package a64diff

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/internal/decodegen"
	"github.com/stretchr/testify/require"
)

// knownLegal reports why a word may be a defined instruction for qemu's CPU and not for ours, or the other way
// round; "" if there is no reason.
func knownLegal(w uint32, rows []decodegen.Row) string {
	if op0 := w >> 25 & 15; op0 == 0 || op0 == 2 {
		return "SVE, SME"
	}
	for i := range rows {
		r := &rows[i]
		if w&r.Mask != r.Value {
			continue
		}
		switch {
		case r.Todo || r.Refused:
			return r.Feature
		case r.Name == "MRS" || r.Name == "MSRreg" || r.Name == "SYS" || r.Name == "SYSL":
			return "system registers of the CPU"
		case r.Name == "SVC" || r.Name == "BRK" || r.Name == "HLT" || w&^0xffff == 0:
			return "leaves the sequence"
		}
		for _, f := range r.Fields {
			v := w >> f.Lsb & (1<<f.Width - 1)
			convert := strings.Contains(r.Name, "CVT")
			if f.Name == "ftype" && v == 3 || f.Name == "immh" && v>>1 == 1 && convert {
				return "FEAT_FP16"
			}
		}
	}
	return ""
}

// TestDifferentialUndefined compares which words are undefined instructions.
func TestDifferentialUndefined(t *testing.T) {
	qemu := FindQemu()
	if qemu == "" {
		t.Skip("no qemu-aarch64 here")
	}
	rows, err := LoadRows("../../cpu/arm64")
	require.NoError(t, err)
	rnd := rand.New(rand.NewPCG(*flagSeed, 2))
	var words []uint32
	for len(words) < max(*flagInsns, 20000) {
		w := rnd.Uint32()
		if rnd.IntN(4) != 0 { // near an encoding
			r := &rows[rnd.IntN(len(rows))]
			w = r.Value | w&^r.Mask
			if rnd.IntN(2) == 0 {
				w ^= 1 << rnd.IntN(32)
			}
		}
		branch := w>>26&7 == 5 && w>>29&1 == 0 || w>>25&0x3f == 0x1a || w>>25&0x3f == 0x1b || w>>24 == 0x54 || w>>25 == 0x6b
		if !branch && knownLegal(w, rows) == "" {
			words = append(words, w)
		}
	}
	sig, err := Signals(qemu, words)
	require.NoError(t, err)
	defined, bad := 0, 0
	for i, w := range words {
		ours := arm64.Defined(w)
		if ours {
			defined++
		}
		if ours != (sig[i] != 4) && bad < 40 {
			bad++
			t.Errorf("%08x: defined is %v here, qemu gives signal %d (%s)", w, ours, sig[i], rowName(w, rows))
		}
	}
	t.Logf("%d words, %d of them defined", len(words), defined)
}

func rowName(w uint32, rows []decodegen.Row) string {
	for i := range rows {
		if w&rows[i].Mask == rows[i].Value {
			return rows[i].Name
		}
	}
	return "no row"
}
