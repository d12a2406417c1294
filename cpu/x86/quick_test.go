package x86

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestQuick: what quick decodes is what the whole decoder makes of it, for every opcode and ModRM byte of its maps.
func TestQuick(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	quick, valid := 0, 0
	check := func(code *[quickLen]byte) {
		var got, want Inst
		err := want.full(code[:])
		if err == nil {
			valid++
		}
		if !got.quick(code) {
			return
		}
		quick++
		if err != nil || got != want {
			require.NoError(t, err, "% x", code[:])
			require.Equal(t, want, got, "% x", code[:])
		}
	}
	for _, rex := range []int{0, 0x40, 0x41, 0x42, 0x44, 0x47, 0x48, 0x4f} {
		for opcode := range 512 {
			for modrm := range 256 {
				var code [quickLen]byte
				rnd.Read(code[:])
				at := 0
				if rex != 0 {
					code[at] = byte(rex)
					at++
				}
				if opcode >= 256 {
					code[at] = 0x0f
					at++
				}
				code[at], code[at+1] = byte(opcode), byte(modrm)
				check(&code)
			}
		}
	}
	require.Greater(t, quick, valid/3)
	for range 300000 {
		var code [quickLen]byte
		rnd.Read(code[:])
		check(&code)
	}
}
