package linux

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/stretchr/testify/require"
)

// ph is a program header for makeELF.
type ph struct {
	typ, flags                   uint32
	off, vaddr, filesz, memsz, _ uint64
}

// makeELF builds a little ELF64 file with the given headers, padded to size bytes.
func makeELF(machine, typ uint16, entry uint64, size int, phs ...ph) []byte {
	le := binary.LittleEndian
	b := make([]byte, max(size, ehdrSize+phdrSize*len(phs)))
	copy(b, "\x7fELF\x02\x01\x01")
	le.PutUint16(b[16:], typ)
	le.PutUint16(b[18:], machine)
	le.PutUint32(b[20:], 1)
	le.PutUint64(b[24:], entry)
	le.PutUint64(b[32:], ehdrSize)
	le.PutUint16(b[52:], ehdrSize)
	le.PutUint16(b[54:], phdrSize)
	le.PutUint16(b[56:], uint16(len(phs)))
	for i, p := range phs {
		h := b[ehdrSize+i*phdrSize:]
		le.PutUint32(h, p.typ)
		le.PutUint32(h[4:], p.flags)
		for j, v := range []uint64{p.off, p.vaddr, p.vaddr, p.filesz, p.memsz, 4096} {
			le.PutUint64(h[8+8*j:], v)
		}
	}
	return b
}

func goodELF() []byte {
	return makeELF(emX64, etExec, 0x401000, 0x3000,
		ph{typ: ptLoad, flags: pfR, off: 0, vaddr: 0x400000, filesz: 0x1000, memsz: 0x1000},
		ph{typ: ptLoad, flags: pfR | pfX, off: 0x1000, vaddr: 0x401000, filesz: 0x800, memsz: 0x800},
		ph{typ: ptLoad, flags: pfR | pfW, off: 0x2010, vaddr: 0x403010, filesz: 0x100, memsz: 0x5000},
		ph{typ: ptGNUStack, flags: pfR | pfW})
}

func TestParseELF(t *testing.T) {
	b := goodELF()
	img, err := ParseELF(bytes.NewReader(b), int64(len(b)), "good")
	require.NoError(t, err)
	require.Equal(t, abi.X64, img.Arch)
	require.Equal(t, uint64(0x400040), img.PhdrAddr)
	require.Equal(t, uint64(0x400000), img.Start)
	require.Equal(t, uint64(0x408010), img.End)
	require.Equal(t, 4, img.PhNum)
	require.False(t, img.ExecStack)
	require.Equal(t, Segment{0x1000, 0x401000, 0x800, 0x800, abi.PROT_READ | abi.PROT_EXEC}, img.Segments[1])
}

func TestParseELFErrors(t *testing.T) {
	mut := func(f func([]byte)) []byte { b := goodELF(); f(b); return b }
	le := binary.LittleEndian
	seg := func(phs ...ph) []byte { return makeELF(emA64, etDyn, 0, 0x2000, phs...) }
	rows := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "linux: f: not an ELF file"},
		{"text", []byte("hello world"), "linux: f: not an ELF file"},
		{"script", []byte("#!/bin/sh\n"), "linux: f: not an ELF file (a #! script: run its interpreter)"},
		{"magic only", []byte("\x7fELF"), "linux: f: truncated: the ELF header needs 64 bytes, the file has 4 (at file offset 0x4)"},
		{"short header", goodELF()[:63], "linux: f: truncated: the ELF header needs 64 bytes, the file has 63 (at file offset 0x3f)"},
		{"class 32", mut(func(b []byte) { b[4] = 1; b[18] = 3 }), "linux: f: 32-bit ELF (i386) is not supported (at file offset 0x4)"},
		{"class 9", mut(func(b []byte) { b[4] = 9 }), "linux: f: bad ELF class 9 (at file offset 0x4)"},
		{"big endian", mut(func(b []byte) { b[5] = 2 }), "linux: f: big-endian ELF is not supported (at file offset 0x5)"},
		{"encoding", mut(func(b []byte) { b[5] = 0 }), "linux: f: bad ELF data encoding 0 (at file offset 0x5)"},
		{"version", mut(func(b []byte) { b[6] = 7 }), "linux: f: bad ELF version 7 (at file offset 0x6)"},
		{"riscv", mut(func(b []byte) { b[18] = emRISCV }), "linux: f: machine RISC-V is not supported (at file offset 0x12)"},
		{"unknown machine", mut(func(b []byte) { b[18], b[19] = 0xff, 0xff }), "linux: f: machine number 65535 is not supported (at file offset 0x12)"},
		{"object", mut(func(b []byte) { b[16] = etRel }), "linux: f: an object file, not a program: link it first (at file offset 0x10)"},
		{"core", mut(func(b []byte) { b[16] = etCore }), "linux: f: a core dump, not a program (at file offset 0x10)"},
		{"type", mut(func(b []byte) { b[16] = 99 }), "linux: f: ELF type 99 is not a program (at file offset 0x10)"},
		{"phentsize", mut(func(b []byte) { b[54] = 32 }), "linux: f: program header size 32, want 56 (at file offset 0x36)"},
		{"no phdrs", mut(func(b []byte) { b[56] = 0 }), "linux: f: no program headers: nothing to load (at file offset 0x38)"},
		{"many phdrs", mut(func(b []byte) { le.PutUint16(b[56:], 0xffff) }), "linux: f: 65535 program headers, more than 1170 (at file offset 0x38)"},
		{"phoff", mut(func(b []byte) { le.PutUint64(b[32:], ^uint64(0)) }),
			"linux: f: truncated: program headers at 0xffffffffffffffff..0xdf, the file has 0x3000 bytes (at file offset 0x20)"},
		{"no load", seg(ph{typ: ptGNUStack}), "linux: f: no loadable segment (at file offset 0x40)"},
		{"filesz > memsz", seg(ph{typ: ptLoad, filesz: 2, memsz: 1}),
			"linux: f: segment at 0x0: 0x2 bytes in the file, only 0x1 in memory (at file offset 0x60)"},
		{"truncated segment", seg(ph{typ: ptLoad, off: 0x1000, filesz: 0x1001, memsz: 0x2000}),
			"linux: f: truncated: segment at 0x0 needs file bytes 0x1000..0x2001, the file has 0x2000 (at file offset 0x48)"},
		{"wrap", seg(ph{typ: ptLoad, vaddr: ^uint64(0xfff), memsz: 0x2000}),
			"linux: f: segment at 0xfffffffffffff000 of 0x2000 bytes wraps around (at file offset 0x50)"},
		{"misaligned", seg(ph{typ: ptLoad, vaddr: 0x10, memsz: 0x20}),
			"linux: f: segment address 0x10 and file offset 0x0 differ within the page (at file offset 0x50)"},
		{"overlap", seg(ph{typ: ptLoad, memsz: 0x2000}, ph{typ: ptLoad, vaddr: 0x1000, memsz: 0x2000}),
			"linux: f: segment at 0x1000 overlaps or precedes the one at 0x0..0x2000 (at file offset 0x88)"},
		{"dynamic", makeELF(emX64, etDyn, 0, 0x100, ph{typ: ptInterp, off: 0x40, filesz: 0x10}),
			`linux: f: dynamically linked (interpreter "\x03") is not supported yet: link with -static (at file offset 0x40)`},
		{"dynamic, wild", makeELF(emX64, etDyn, 0, 0x100, ph{typ: ptInterp, off: ^uint64(0), filesz: ^uint64(0)}),
			`linux: f: dynamically linked (interpreter "") is not supported yet: link with -static (at file offset 0x40)`},
	}
	for _, r := range rows {
		_, err := ParseELF(bytes.NewReader(r.file), int64(len(r.file)), "f")
		require.EqualError(t, err, r.want, r.name)
	}
}

// TestParseELFHostile flips bytes of headers: no panic, and whatever is accepted is in bounds.
func TestParseELFHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		b := goodELF()[:0x2200]
		for range 1 + rng.IntN(6) {
			b[rng.IntN(ehdrSize+4*phdrSize)] = [...]byte{0, 0xff, 0x7f, 0x80, byte(rng.Uint32())}[rng.IntN(5)]
		}
		if rng.IntN(4) == 0 {
			b = b[:rng.IntN(len(b))]
		}
		img, err := ParseELF(bytes.NewReader(b), int64(len(b)), "f")
		if err != nil {
			continue
		}
		for _, s := range img.Segments {
			if s.FileSize > 0 {
				require.LessOrEqual(t, s.Off+s.FileSize, uint64(len(b)))
			}
			require.LessOrEqual(t, s.FileSize, s.MemSize)
			require.Less(t, s.Addr, s.Addr+s.MemSize)
		}
	}
}
