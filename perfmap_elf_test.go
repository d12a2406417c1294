package gotcg

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// symbolFile makes an ELF file of one segment, with a table of symbols of that kind and, if more, an empty one before it.
func symbolFile(kind elf.SectionType, more bool) []byte {
	names := []byte("\x00main\x00$x\x00label\x00object\x00data\x00resolve\x00")
	name := func(s string) uint32 { return uint32(bytes.Index(names, []byte("\x00"+s+"\x00")) + 1) }
	syms := []elf.Sym64{
		{},
		{Name: name("main"), Info: byte(elf.STT_FUNC), Shndx: 1, Value: 0x401010, Size: 0x20},
		{Name: name("$x"), Info: byte(elf.STT_NOTYPE), Shndx: 1, Value: 0x401010},
		{Name: name("label"), Info: byte(elf.STT_NOTYPE), Shndx: 1, Value: 0x401018},
		{Name: name("object"), Info: byte(elf.STT_OBJECT), Shndx: 1, Value: 0x401020, Size: 8},
		{Name: name("data"), Info: byte(elf.STT_FUNC), Shndx: 1, Value: 0x501000, Size: 8},         // in no segment
		{Name: name("main"), Info: byte(elf.STT_FUNC), Shndx: 0, Value: 0x401010, Size: 8},         // of another file
		{Name: name("resolve"), Info: byte(elf.STT_GNU_IFUNC), Shndx: 1, Value: 0x401030, Size: 9}, //
		{Name: 1 << 20, Info: byte(elf.STT_FUNC), Shndx: 1, Value: 0x401040, Size: 9},              // of no name
	}
	const symOff = 64 + 56
	nameOff := uint64(symOff + 24*len(syms))
	secOff := nameOff + uint64(len(names))
	secs := []elf.Section64{{}}
	if more {
		secs = append(secs, elf.Section64{Type: uint32(elf.SHT_SYMTAB), Off: symOff, Size: 24, Link: 3, Entsize: 24})
	} else {
		secs = append(secs, elf.Section64{Type: uint32(elf.SHT_PROGBITS)})
	}
	secs = append(secs, elf.Section64{Type: uint32(kind), Off: symOff, Size: nameOff - symOff, Link: 3, Entsize: 24},
		elf.Section64{Type: uint32(elf.SHT_STRTAB), Off: nameOff, Size: uint64(len(names))})
	var b bytes.Buffer
	for _, v := range []any{
		elf.Header64{
			Ident: [16]byte{0x7f, 'E', 'L', 'F', 2, 1, 1}, Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1,
			Phoff: 64, Shoff: secOff, Ehsize: 64, Phentsize: 56, Phnum: 1, Shentsize: 64, Shnum: uint16(len(secs)), Shstrndx: 3,
		},
		elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_X), Off: 0x2000, Vaddr: 0x401000, Filesz: 0x100, Memsz: 0x100},
		syms, names, secs,
	} {
		if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// TestELFFunctions finds the functions of files that debug/elf takes too, and any others without harm.
func TestELFFunctions(t *testing.T) {
	want := []function{{0x2010, 0x2030, "main"}, {0x2018, 0x2018, "label"}, {0x2030, 0x2039, "resolve"}}
	for _, f := range [][]byte{symbolFile(elf.SHT_SYMTAB, false), symbolFile(elf.SHT_DYNSYM, false), symbolFile(elf.SHT_DYNSYM, true)} {
		e, err := elf.NewFile(bytes.NewReader(f))
		require.NoError(t, err)
		require.Len(t, e.Sections, 4)
		require.Len(t, e.Progs, 1)
		require.Equal(t, want, elfFunctions(bytes.NewReader(f)))
		for n := range f {
			elfFunctions(bytes.NewReader(f[:n]))
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 20000 {
			g := bytes.Clone(f)
			for range 1 + r.IntN(4) {
				g[r.IntN(len(g))] = byte(r.Uint32())
			}
			elfFunctions(bytes.NewReader(g))
		}
	}
	require.Empty(t, elfFunctions(bytes.NewReader(nil)))
}
