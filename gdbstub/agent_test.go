package gdbstub

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// state has registers 0 to 3 and memory 0x10.. with bytes that count.
type state struct{}

func (state) Register(n int) (uint64, bool) { return uint64(n) * 100, n < 4 }

func (state) Memory(a uint64, b []byte) bool {
	for i := range b {
		b[i] = byte(a) + byte(i)
	}
	return a >= 0x10
}

func TestExpr(t *testing.T) {
	for _, r := range []struct {
		code string
		want uint64
		err  string
	}{
		{"260003 27", 300, ""},
		{"2205 2203 02 27", 8, ""},
		{"2205 2203 03 27", 2, ""},
		{"2205 2203 04 27", 15, ""},
		{"22fb 1608 2202 05 27", ^uint64(1), ""},            // -5 / 2 = -2
		{"22fb 1608 2202 07 27", ^uint64(0), ""},            // -5 % 2 = -1
		{"258000000000000000 22ff 1608 05 27", 1 << 63, ""}, // the quotient that does not fit
		{"258000000000000000 22ff 1608 07 27", 0, ""},
		{"22fb 2202 06 27", 125, ""},
		{"22fb 2202 08 27", 1, ""},
		{"2201 2200 05 27", 0, "division by zero"},
		{"2201 2204 09 27", 16, ""},
		{"2201 2240 09 27", 0, ""},
		{"2280 1608 2204 0a 27", ^uint64(7), ""},
		{"2280 2204 0b 27", 8, ""},
		{"2200 0e 27", 1, ""},
		{"220c 220a 0f 27", 8, ""},
		{"220c 220a 10 27", 14, ""},
		{"220c 220a 11 27", 6, ""},
		{"2200 12 27", ^uint64(0), ""},
		{"220c 220c 13 27", 1, ""},
		{"22ff 1608 2201 14 27", 1, ""},
		{"22ff 1608 2201 15 27", 0, ""},
		{"24ffffffff 2a10 27", 0xffff, ""},
		{"2210 17 27", 0x10, ""},
		{"2210 18 27", 0x1110, ""},
		{"2210 19 27", 0x13121110, ""},
		{"2210 1a 27", 0x1716151413121110, ""},
		{"2200 17 27", 0, "no such memory"},
		{"260009 27", 0, "no such memory"},
		{"2201 200006 2207 27", 0, "underflow"}, // jumps to end with nothing left
		{"2200 200008 2207 27 2208 27", 7, ""},
		{"210003 2209 27", 9, ""},
		{"210000", 0, "too many steps"},
		{"2201 28 02 27", 2, ""},
		{"2201 2202 29 27", 1, ""},
		{"2205 2203 2b 03 27", ^uint64(1), ""},
		{"2205 2203 3201 27", 5, ""},
		{"2205 3201 27", 0, "underflow"},
		{"2201 2202 2203 33 29 29 27", 3, ""},
		{"2201 2202 2203 33 27", 2, ""},
		{"22", 0, "runs off"},
		{"", 0, "runs off"},
		{"01 27", 0, "bytecode 0x1"},
		{"0c 27", 0, "bytecode 0xc"},
		{"27", 0, "underflow"},
		{"2201 21ffff", 0, "runs off"},
	} {
		code := make([]byte, 0, 40)
		for _, c := range []byte(r.code) {
			if c != ' ' {
				code = append(code, c)
			}
		}
		e, err := hex.DecodeString(string(code))
		require.NoError(t, err)
		v, err := Expr(e).Eval(state{})
		if r.err != "" {
			require.ErrorContains(t, err, r.err, r.code)
			continue
		}
		require.NoError(t, err, r.code)
		require.Equal(t, r.want, v, r.code)
	}
	b := Breakpoint{}
	require.True(t, b.Wanted(state{}))
	b.Conditions = []Expr{{0x22, 0, 0x27}}
	require.False(t, b.Wanted(state{}))
	b.Conditions = append(b.Conditions, Expr{0x27})
	require.True(t, b.Wanted(state{}), "one that fails is for the client to judge")
}

// FuzzExpr: no bytecode panics or runs for long.
func FuzzExpr(f *testing.F) {
	f.Add([]byte{0x22, 1, 0x28, 0x20, 0, 2, 0x27})
	f.Fuzz(func(_ *testing.T, code []byte) { _, _ = Expr(code).Eval(state{}) })
}
