package arm64

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestClaims: a feature is claimed exactly when every row of it, and of what it needs, is translated.
func TestClaims(t *testing.T) {
	Arch()
	have, incomplete := map[string]bool{}, map[string]bool{}
	for _, table := range []*decodeTable{&tableInt, &tableFPSIMD} {
		for i := range table.rows {
			r := &table.rows[i]
			have[r.feature] = true
			if r.kind != rowTrans {
				incomplete[r.feature] = true
			}
		}
	}
	for _, f := range features {
		all := true
		for _, name := range append([]string{f.name}, f.needed...) {
			all = all && have[name] && !incomplete[name]
		}
		require.Equal(t, all, f.claimed, f.name)
	}
	cap1, cap2 := hwcap()
	require.EqualValues(t, 0x2c00899b, cap1)
	require.EqualValues(t, 0x80, cap2)
	for reg, want := range map[uint32]uint64{
		idMIDR: 0x000f6740, idPFR0: 0x11, idDFR0: 6, idISAR0: 9007199256903712, idISAR1: 68721573888, idMPIDR: 1 << 31,
	} {
		v, ok := idRegister(reg)
		require.True(t, ok)
		require.Equal(t, want, v, "%#x", reg)
	}
}
