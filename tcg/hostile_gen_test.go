package tcg_test

import (
	"bufio"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
)

// hostileGuest makes hostile code of one architecture.
type hostileGuest struct {
	arch *cpu.Arch
	// gen fills code; it starts at the guest address pc.
	gen func(r *rand.Rand, code []byte)
	// scrub takes out instructions whose results differ from run to run (clocks, random numbers).
	scrub func(code []byte)
	// regs are gdb numbers of the general registers.
	regs []int
}

func hostileGuests(t *testing.T) []hostileGuest {
	upTo := func(n int) (l []int) {
		for i := range n {
			l = append(l, i)
		}
		return l
	}
	rows := a64Rows(t, "../cpu/arm64/a64_int.pat", "../cpu/arm64/a64_fpsimd.pat")
	return []hostileGuest{
		{x86.Arch, genX86, scrubX86, upTo(16)},
		{arm64.Arch(), func(r *rand.Rand, code []byte) { genA64(r, code, rows) }, scrubA64, upTo(32)},
	}
}

// a64Row is an encoding: the bits that are fixed, and those free.
type a64Row struct{ fixed, free uint32 }

// a64Rows reads the encodings that exist from the pattern files.
func a64Rows(t *testing.T, files ...string) (rows []a64Row) {
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		for s := bufio.NewScanner(f); s.Scan(); {
			w := strings.Fields(s.Text())
			if len(w) < 4 || len(w[1]) != 32 || w[0] == "letters" || w[0][0] == '#' || w[3] == "refused" || w[3] == "todo" {
				continue
			}
			var row a64Row
			for i, c := range w[1] {
				switch bit := uint32(1) << (31 - i); c {
				case '0':
				case '1':
					row.fixed |= bit
				default:
					row.free |= bit
				}
			}
			rows = append(rows, row)
		}
		require.NoError(t, f.Close())
	}
	require.Greater(t, len(rows), 100)
	return rows
}

// genA64 mixes encodings that exist, favouring few registers, with random words.
func genA64(r *rand.Rand, code []byte, rows []a64Row) {
	for i := 0; i+4 <= len(code); i += 4 {
		w := r.Uint32()
		if r.UintN(8) != 0 {
			row := rows[r.IntN(len(rows))]
			if r.UintN(3) == 0 {
				w &= 0xffe7fce7 // low register numbers
			}
			w = w&row.free | row.fixed
			if row.fixed&0x7c000000 == 0x14000000 || row.fixed&0xff000000 == 0x54000000 {
				w &^= 0x01ffe000 // short branches
			}
		}
		binary.LittleEndian.PutUint32(code[i:], w)
	}
}

func scrubA64(code []byte) {
	for i := 0; i+4 <= len(code); i += 4 {
		w := binary.LittleEndian.Uint32(code[i:])
		if w&0xfffff000 == 0xd53be000 || w&0xffffff00 == 0xd53b2400 { // MRS of the timers, RNDR
			binary.LittleEndian.PutUint32(code[i:], 0xd503201f)
		}
	}
}

// genX86 mixes instructions that decode, favouring simple ones, with random bytes.
func genX86(r *rand.Rand, code []byte) {
	for i := 0; i < len(code); {
		b := x86Bytes(r)
		if r.UintN(16) != 0 {
			text, n := x86.Disas(b, 0)
			if n == 0 || strings.Contains(text, "bad") {
				continue
			}
			b = b[:n]
		}
		i += copy(code[i:], b)
	}
}

// x86Bytes makes 16 bytes that begin like an instruction.
func x86Bytes(r *rand.Rand) []byte {
	prefixes := []byte{0x66, 0xf2, 0xf3, 0xf0, 0x64, 0x65, 0x67, 0x2e}
	var b []byte
	for r.UintN(3) == 0 && len(b) < 3 {
		b = append(b, prefixes[r.IntN(len(prefixes))])
	}
	if r.UintN(2) == 0 {
		b = append(b, 0x40|byte(r.UintN(16)))
	}
	switch r.UintN(8) {
	case 0, 1:
		b = append(b, 0x0f)
	case 2:
		b = append(b, 0x0f, 0x38)
	case 3:
		b = append(b, 0x0f, 0x3a)
	}
	modrm := byte(r.Uint32())
	if r.UintN(3) == 0 {
		modrm &= 0x7f // no large displacement
	}
	b = append(b, byte(r.Uint32()), modrm)
	for len(b) < 16 {
		v := byte(r.Uint32())
		if r.UintN(2) == 0 {
			v &= 7
		}
		b = append(b, v)
	}
	return b
}

func scrubX86(code []byte) {
	for i := 0; i+2 <= len(code); i++ {
		if code[i] == 0x0f && (code[i+1] == 0x31 || code[i+1] == 0xc7 || code[i+1] == 0x01) { // RDTSC, RDRAND, RDTSCP
			code[i+1] = 0x1f
		}
	}
}
