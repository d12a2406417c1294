package linux

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/gotcg/gotcg/linux/abi"
)

// Image is an ELF program checked and ready to load. Every number in it has been checked
// against the file's size and for overflow; it holds no memory in proportion to them.
type Image struct {
	Path string
	Arch abi.Arch
	// PIE: the program is position independent (ET_DYN) and addresses are relative to a base.
	PIE   bool
	Entry uint64
	// PhdrAddr is the guest address of the program headers (AT_PHDR), 0 if they are not loaded.
	PhdrAddr uint64
	PhNum    int
	Segments []Segment
	// TLS is the thread-local variables as linked (PT_TLS), nil if there are none.
	TLS        *TLS
	ExecStack  bool
	Start, End uint64 // lowest and highest byte+1 of all segments, before a base is added
}

// Segment is a PT_LOAD program header. Addresses and sizes are in bytes.
type Segment struct {
	Off, Addr, FileSize, MemSize uint64
	Prot                         int // abi.PROT_*
}

// TLS is a PT_TLS program header: the size of a thread's variables in bytes, and their alignment.
type TLS struct{ Size, Align uint64 }

// FormatError says why a file is not a program gotcg can load, and where in it.
type FormatError struct {
	Path string
	Off  int64 // byte offset of what is wrong
	Msg  string
}

// Error returns one line with the file name and offset.
func (e *FormatError) Error() string {
	return fmt.Sprintf("linux: %s: %s (at file offset %#x)", e.Path, e.Msg, e.Off)
}

// ErrNotELF is wrapped by the error for a file that does not begin as an ELF file does.
var ErrNotELF = errors.New("not an ELF file")

// ELF constants, ELF gABI ch. 4 and 5.
const (
	ehdrSize = 64
	phdrSize = 56

	etExec, etDyn, etRel, etCore = 2, 3, 1, 4

	ptLoad, ptDynamic, ptInterp, ptTLS = 1, 2, 3, 7
	ptGNUStack                         = 0x6474e551
	pfX, pfW, pfR                      = 1, 2, 4

	emX86, emARM, emX64, emA64, emRISCV = 3, 40, 62, 183, 243

	// maxPhdrs is the kernel's own bound: 64 KiB of program headers.
	maxPhdrs = 65536 / phdrSize
)

// ParseELF checks the program in r, which is size bytes long; path is for messages only.
// It accepts static and static-PIE ELF64 little-endian programs for x86-64 and AArch64 and
// returns a *FormatError for everything else. Source: ELF gABI ch. 4, 5; Linux binfmt_elf.c
// for what the kernel accepts.
func ParseELF(r io.ReaderAt, size int64, path string) (*Image, error) {
	p := elfParser{r: r, size: size, img: &Image{Path: path}}
	if err := p.header(); err != nil {
		return nil, err
	}
	if err := p.programHeaders(); err != nil {
		return nil, err
	}
	return p.img, nil
}

type elfParser struct {
	r     io.ReaderAt
	size  int64
	img   *Image
	phoff uint64
}

func (p *elfParser) fail(off int64, format string, args ...any) error {
	return &FormatError{Path: p.img.Path, Off: off, Msg: fmt.Sprintf(format, args...)}
}

// header reads and checks the ELF header.
func (p *elfParser) header() error {
	var h [ehdrSize]byte
	n, err := p.r.ReadAt(h[:], 0)
	if err != nil && err != io.EOF {
		return fmt.Errorf("linux: %s: %w", p.img.Path, err)
	}
	le := binary.LittleEndian
	switch {
	case n >= 2 && h[0] == '#' && h[1] == '!':
		return fmt.Errorf("linux: %s: %w (a #! script: run its interpreter)", p.img.Path, ErrNotELF)
	case n < 4 || string(h[:4]) != "\x7fELF":
		return fmt.Errorf("linux: %s: %w", p.img.Path, ErrNotELF)
	case n < ehdrSize && (n < 6 || h[4] == 2):
		return p.fail(int64(n), "truncated: the ELF header needs %d bytes, the file has %d", ehdrSize, n)
	case h[4] == 1:
		return p.fail(4, "32-bit ELF (%s) is not supported", machineName(le.Uint16(h[18:]), h[5]))
	case h[4] != 2:
		return p.fail(4, "bad ELF class %d", h[4])
	case h[5] == 2:
		return p.fail(5, "big-endian ELF is not supported")
	case h[5] != 1:
		return p.fail(5, "bad ELF data encoding %d", h[5])
	case h[6] != 1:
		return p.fail(6, "bad ELF version %d", h[6])
	}
	switch m := le.Uint16(h[18:]); m {
	case emX64:
		p.img.Arch = abi.X64
	case emA64:
		p.img.Arch = abi.A64
	default:
		return p.fail(18, "machine %s is not supported", machineName(m, 1))
	}
	switch t := le.Uint16(h[16:]); t {
	case etExec:
	case etDyn:
		p.img.PIE = true
	case etRel:
		return p.fail(16, "an object file, not a program: link it first")
	case etCore:
		return p.fail(16, "a core dump, not a program")
	default:
		return p.fail(16, "ELF type %d is not a program", t)
	}
	p.img.Entry = le.Uint64(h[24:])
	p.phoff = le.Uint64(h[32:])
	if s := le.Uint16(h[54:]); s != phdrSize {
		return p.fail(54, "program header size %d, want %d", s, phdrSize)
	}
	p.img.PhNum = int(le.Uint16(h[56:]))
	switch {
	case p.img.PhNum == 0:
		return p.fail(56, "no program headers: nothing to load")
	case p.img.PhNum > maxPhdrs:
		return p.fail(56, "%d program headers, more than %d", p.img.PhNum, maxPhdrs)
	case p.phoff > uint64(p.size) || uint64(p.size)-p.phoff < uint64(p.img.PhNum)*phdrSize:
		return p.fail(32, "truncated: program headers at %#x..%#x, the file has %#x bytes",
			p.phoff, p.phoff+uint64(p.img.PhNum)*phdrSize, p.size)
	}
	return nil
}

// machineName names an e_machine value as it was read little-endian.
func machineName(m uint16, data byte) string {
	if data == 2 {
		m = m<<8 | m>>8
	}
	switch m {
	case 2:
		return "SPARC"
	case emX86:
		return "i386"
	case 8:
		return "MIPS"
	case 20:
		return "PowerPC"
	case 21:
		return "PowerPC64"
	case 22:
		return "S/390"
	case emARM:
		return "ARM (32-bit)"
	case 43:
		return "SPARC64"
	case emX64:
		return "x86-64"
	case emA64:
		return "AArch64"
	case emRISCV:
		return "RISC-V"
	case 258:
		return "LoongArch"
	}
	return fmt.Sprintf("number %d", m)
}

// programHeaders reads and checks the program headers.
func (p *elfParser) programHeaders() error {
	buf := make([]byte, p.img.PhNum*phdrSize)
	if _, err := p.r.ReadAt(buf, int64(p.phoff)); err != nil && err != io.EOF {
		return fmt.Errorf("linux: %s: %w", p.img.Path, err)
	}
	le := binary.LittleEndian
	for i := range p.img.PhNum {
		h := buf[i*phdrSize:]
		at := int64(p.phoff) + int64(i)*phdrSize
		switch le.Uint32(h) {
		case ptInterp:
			return p.interp(at, le.Uint64(h[8:]), le.Uint64(h[32:]))
		case ptTLS:
			if p.img.TLS == nil {
				p.img.TLS = &TLS{Size: le.Uint64(h[40:]), Align: max(le.Uint64(h[48:]), 1)}
			}
		case ptGNUStack:
			p.img.ExecStack = le.Uint32(h[4:])&pfX != 0
		case ptLoad:
			if err := p.segment(at, h); err != nil {
				return err
			}
		}
	}
	if len(p.img.Segments) == 0 {
		return p.fail(int64(p.phoff), "no loadable segment")
	}
	p.img.Start = p.img.Segments[0].Addr
	last := p.img.Segments[len(p.img.Segments)-1]
	p.img.End = last.Addr + last.MemSize
	return nil
}

// segment checks one PT_LOAD header and appends it.
func (p *elfParser) segment(at int64, h []byte) error {
	le := binary.LittleEndian
	s := Segment{Off: le.Uint64(h[8:]), Addr: le.Uint64(h[16:]), FileSize: le.Uint64(h[32:]), MemSize: le.Uint64(h[40:])}
	flags := le.Uint32(h[4:])
	for _, b := range []struct{ pf, prot int }{{pfR, abi.PROT_READ}, {pfW, abi.PROT_WRITE}, {pfX, abi.PROT_EXEC}} {
		if int(flags)&b.pf != 0 {
			s.Prot |= b.prot
		}
	}
	switch {
	case s.MemSize == 0:
		return nil
	case s.FileSize > s.MemSize:
		return p.fail(at+32, "segment at %#x: %#x bytes in the file, only %#x in memory", s.Addr, s.FileSize, s.MemSize)
	case s.FileSize > 0 && (s.Off > uint64(p.size) || uint64(p.size)-s.Off < s.FileSize):
		return p.fail(at+8, "truncated: segment at %#x needs file bytes %#x..%#x, the file has %#x",
			s.Addr, s.Off, s.Off+s.FileSize, p.size)
	case s.Addr+s.MemSize < s.Addr || s.Addr+s.MemSize > 1<<63:
		return p.fail(at+16, "segment at %#x of %#x bytes wraps around", s.Addr, s.MemSize)
	case (s.Addr-s.Off)%abi.PageSize != 0:
		return p.fail(at+16, "segment address %#x and file offset %#x differ within the page", s.Addr, s.Off)
	}
	if n := len(p.img.Segments); n > 0 {
		prev := p.img.Segments[n-1]
		if s.Addr < prev.Addr+prev.MemSize {
			return p.fail(at+16, "segment at %#x overlaps or precedes the one at %#x..%#x", s.Addr, prev.Addr, prev.Addr+prev.MemSize)
		}
	}
	if p.phoff >= s.Off && p.phoff-s.Off < s.FileSize && p.img.PhdrAddr == 0 {
		p.img.PhdrAddr = p.phoff - s.Off + s.Addr
	}
	p.img.Segments = append(p.img.Segments, s)
	return nil
}

// interp makes the error for a dynamically linked program.
func (p *elfParser) interp(at int64, off, size uint64) error {
	name := make([]byte, min(size, 256))
	n := 0
	if off < uint64(p.size) {
		n, _ = p.r.ReadAt(name, int64(off))
	}
	name = name[:n]
	for i, c := range name {
		if c == 0 {
			name = name[:i]
			break
		}
	}
	return p.fail(at, "dynamically linked (interpreter %q) is not supported yet: link with -static", name)
}
