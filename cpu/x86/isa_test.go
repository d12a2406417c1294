package x86

import (
	"bufio"
	"compress/gzip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// refused are encodings of the list that Decode rejects on purpose: the processor raises #UD.
var refused = map[string]string{
	"0xD6 mode64": "UDB, defined to raise #UD",
	"0x0F 0x0D MOD[0b11] MOD=3 REG[rrr] RM[nnn]": "a NOP on Intel processors, #UD on AMD's",
}

// pattern is the encoding of one row of testdata/isa/x86.tsv.gz (words: Intel XED's manual).
type pattern struct {
	pfx, rex     byte
	opcode       []byte
	mod, reg, rm byte
	hasRM, skip  bool
	lock, addr32 bool
}

func parsePattern(s string) (p pattern) {
	for _, w := range strings.Fields(s) {
		switch {
		case strings.HasPrefix(w, "0x"):
			v, _ := strconv.ParseUint(w, 0, 8)
			p.opcode = append(p.opcode, byte(v))
		case strings.HasPrefix(w, "0b") && strings.Contains(w, "_"):
			v, _ := strconv.ParseUint(strings.ReplaceAll(w[2:], "_", ""), 2, 8)
			p.opcode = append(p.opcode, byte(v<<3))
		case w == "MOD=3" || w == "MOD[0b11]":
			p.mod, p.hasRM = 3, true
		case strings.HasPrefix(w, "MOD["):
			p.hasRM = true
		case strings.HasPrefix(w, "REG[0b"):
			v, _ := strconv.ParseUint(w[6:9], 2, 8)
			p.reg = byte(v)
		case w == "REG[1-7]":
			p.reg = 1
		case strings.HasPrefix(w, "RM[0b"):
			v, _ := strconv.ParseUint(w[5:8], 2, 8)
			p.rm = byte(v)
		case strings.HasPrefix(w, "SRM[0b"):
			v, _ := strconv.ParseUint(w[6:9], 2, 8)
			p.opcode[len(p.opcode)-1] |= byte(v)
		case w == "SRM!=0":
			p.opcode[len(p.opcode)-1] |= 1
		case w == "osz_refining_prefix" || w == "66_prefix":
			p.pfx = 0x66
		case w == "f3_refining_prefix" || w == "refining_f3" || w == "REP=3":
			p.pfx = 0xf3
		case w == "f2_refining_prefix" || w == "REP=2":
			p.pfx = 0xf2
		case w == "rexw_prefix" || w == "W1":
			p.rex = 0x48
		case w == "lock_prefix":
			p.lock = true
		case w == "eamode32":
			p.addr32 = true
		case w == "mode16" || w == "mode32" || w == "not64" || w == "eamode16" || strings.HasPrefix(w, "VEX") || w == "VV1" ||
			strings.HasPrefix(w, "XOP") || strings.HasPrefix(w, "rex2") || w == "MODE_SHORT_UD0=1":
			p.skip = true
		}
	}
	return p
}

func (p *pattern) bytes() []byte {
	var b []byte
	if p.lock {
		b = append(b, 0xf0)
	}
	if p.addr32 {
		b = append(b, 0x67)
	}
	if p.pfx != 0 {
		b = append(b, p.pfx)
	}
	if p.rex != 0 {
		b = append(b, p.rex)
	}
	b = append(b, p.opcode...)
	if p.hasRM {
		b = append(b, p.mod<<6|p.reg<<3|p.rm)
	}
	return append(b, make([]byte, 32)...)
}

// TestMapsComplete decodes every legacy encoding of the list in testdata/isa; each must be translated, or
// refused by name.
func TestMapsComplete(t *testing.T) {
	f, err := os.Open("../../testdata/isa/x86.tsv.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	sc := bufio.NewScanner(z)
	sc.Scan() // header
	checked, names := 0, map[string]string{}
	for sc.Scan() {
		col := strings.Split(sc.Text(), "\t")
		p := parsePattern(col[2])
		if p.skip || len(p.opcode) == 0 {
			continue
		}
		if refused[col[2]] != "" {
			continue
		}
		code := p.bytes()
		in, err := Decode(code, Mode64)
		if err != nil {
			t.Errorf("%s (%s): % x: %v   %s", col[0], col[1], code[:8], err, col[2])
			continue
		}
		require.True(t, Translated(in.Op) || notClaimed(in.Op), "%s", in.Op)
		checked++
		if n := strings.ToLower(col[0]); n != in.Mnemonic() && n != in.Op.String() {
			names[n] = in.Mnemonic()
		}
	}
	require.NoError(t, sc.Err())
	require.Greater(t, checked, 1500)
	t.Logf("%d encodings; other names: %v", checked, names)
}
