package gotcg

import (
	"bytes"
	"encoding/binary"
	"io"
)

// The symbols of 64-bit little-endian ELF files, which are all that guests run; ELF gABI ch. 4 and 5. Package debug/elf would
// bring decompressors and DWARF, whose tables every run would wait for.
const (
	elfHeader, elfProg, elfSection, elfSymbol = 64, 56, 64, 24

	elfLoad, elfExec          = 1, 1  // PT_LOAD, PF_X
	elfSymtab, elfDynsym      = 2, 11 // SHT_SYMTAB, SHT_DYNSYM
	elfNoType, elfFunc, ifunc = 0, 2, 10

	// Bounds of a table, of program headers and of a name, in bytes.
	elfMost, elfPage, elfName = 1 << 28, 1 << 16, 1 << 12
)

// elfTable reads n entries of a table of a file, fewer if the file ends before.
func elfTable(f io.ReaderAt, off, n, entry uint64) []byte {
	if int64(off) < 0 || n > elfMost/entry {
		return nil
	}
	b, _ := io.ReadAll(io.NewSectionReader(f, int64(off), int64(n*entry)))
	return b[:uint64(len(b))/entry*entry]
}

// elfFunctions returns the functions of an ELF file by where they are in it: of its symbol table, else of the dynamic one.
func elfFunctions(f io.ReaderAt) []function {
	le := binary.LittleEndian
	h := elfTable(f, 0, 1, elfHeader)
	if len(h) == 0 || string(h[:6]) != "\x7fELF\x02\x01" || le.Uint16(h[54:]) != elfProg || le.Uint16(h[58:]) != elfSection {
		return nil
	}
	progs := elfTable(f, le.Uint64(h[32:]), min(uint64(le.Uint16(h[56:])), elfPage/elfProg), elfProg) // Linux takes no more
	sections := elfTable(f, le.Uint64(h[40:]), uint64(le.Uint16(h[60:])), elfSection)
	for _, kind := range []uint32{elfSymtab, elfDynsym} {
		for s := sections; len(s) > 0; s = s[elfSection:] {
			names := elfSection * uint64(le.Uint32(s[40:])) // sh_link
			if le.Uint32(s[4:]) != kind || names >= uint64(len(sections)) {
				continue
			}
			syms := elfTable(f, le.Uint64(s[24:]), le.Uint64(s[32:])/elfSymbol, elfSymbol)
			n := sections[names:]
			if l := elfSymbols(syms, elfTable(f, le.Uint64(n[24:]), le.Uint64(n[32:]), 1), progs); len(syms) > elfSymbol {
				return l
			}
		}
	}
	return nil
}

// elfSymbols returns the functions among symbols.
func elfSymbols(syms, names, progs []byte) (l []function) {
	le := binary.LittleEndian
	for ; len(syms) > 0; syms = syms[elfSymbol:] {
		kind, section, at, size := syms[4]&15, le.Uint16(syms[6:]), le.Uint64(syms[8:]), le.Uint64(syms[16:])
		name := le.Uint32(syms)
		if section == 0 || kind != elfFunc && kind != ifunc && kind != elfNoType || uint64(name) >= uint64(len(names)) {
			continue
		}
		s, _, ok := bytes.Cut(names[name:min(uint64(name)+elfName, uint64(len(names)))], []byte{0})
		if !ok || len(s) == 0 || s[0] == '$' { // AArch64's mapping symbols
			continue
		}
		for p := progs; len(p) > 0; p = p[elfProg:] {
			off, addr, inFile := le.Uint64(p[8:]), le.Uint64(p[16:]), le.Uint64(p[32:])
			if le.Uint32(p) == elfLoad && le.Uint32(p[4:])&elfExec != 0 && at >= addr && at-addr < inFile {
				lo := at - addr + off
				l = append(l, function{lo, lo + size, string(s)})
			}
		}
	}
	return l
}
