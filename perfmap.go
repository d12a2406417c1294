package gotcg

import (
	"bytes"
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/gotcg/gotcg/softmmu"
)

// perfMap writes a file that tells perf(1) which guest function the code at a host address is of: lines of start,
// size and name (Linux tools/perf/Documentation/jit-interface.txt). A line is written as soon as there is code, so
// that the file is complete when the process is killed. The engine calls it on one goroutine at a time.
type perfMap struct {
	m    *Machine
	path string
	file *os.File
	// code is what the file tells, so that it can be told again without what has been overwritten.
	code []hostCode
	// images are the files that guest code has come from.
	images map[fileID]*image
	err    error // the first failure: the rest is left out
}

// hostCode is a line of the map.
type hostCode struct {
	lo, hi uintptr
	name   string
}

// fileID is a file's device and inode.
type fileID struct{ dev, ino uint64 }

func newPerfMap(m *Machine, path string) (*perfMap, error) {
	p := &perfMap{m: m, path: path, images: map[fileID]*image{}}
	if err := p.create(); err != nil {
		return nil, err
	}
	return p, nil
}

// create puts a new file, readable by its owner only, in the place of whatever is there.
func (p *perfMap) create() error {
	if p.file != nil {
		_ = p.file.Close()
		p.file = nil
	}
	f, err := os.CreateTemp(filepath.Dir(p.path), ".perf-map-*")
	if err != nil {
		return err
	}
	p.file = f
	var b bytes.Buffer
	for _, c := range p.code {
		c.print(&b)
	}
	_, err = f.Write(b.Bytes())
	if err == nil {
		err = os.Rename(f.Name(), p.path)
	}
	if err != nil {
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		p.file = nil
	}
	return err
}

func (c *hostCode) print(b *bytes.Buffer) { fmt.Fprintf(b, "%x %x %s\n", c.lo, c.hi-c.lo, c.name) }

// Code implements tcg.CodeMap.
func (p *perfMap) Code(addr uintptr, size int, pc uint64, len, tier int) {
	c := hostCode{addr, addr + uintptr(size), "[gotcg]"}
	if len > 0 {
		c.name = p.name(pc)
	}
	if tier > 1 {
		c.name += fmt.Sprintf(" [tier %d]", tier)
	}
	p.code = append(p.code, c)
	if p.err == nil {
		var b bytes.Buffer
		c.print(&b)
		_, p.err = p.file.Write(b.Bytes())
	}
}

// Gone implements tcg.CodeMap.
func (p *perfMap) Gone(lo, hi uintptr) {
	n := len(p.code)
	p.code = slices.DeleteFunc(p.code, func(c hostCode) bool { return c.lo < hi && c.hi > lo })
	if n != len(p.code) && p.err == nil {
		p.err = p.create()
	}
}

// close ends the map and reports what went wrong with it.
func (p *perfMap) close() error {
	if p == nil {
		return nil
	}
	err := p.err
	p.err = nil
	if p.file != nil {
		err = errors.Join(err, p.file.Close())
		p.file = nil
	}
	if err != nil {
		return fmt.Errorf("gotcg: perf map: %w", err)
	}
	return nil
}

// name names guest code: symbol+0x10, file+0x1234 without a symbol, 0x401234 without a file.
func (p *perfMap) name(pc uint64) string {
	r, ok := p.m.mem.Find(softmmu.Addr(pc))
	if !ok || r.Name == "" || r.Name[0] != '/' || p.m.proc == nil {
		return fmt.Sprintf("%#x", pc)
	}
	id := fileID{r.Dev, r.Ino}
	img := p.images[id]
	if img == nil {
		img = &image{}
		if f, err := p.m.proc.OpenMapped(r.Info); err == nil {
			img.load(f)
			_ = f.Close()
		}
		p.images[id] = img
	}
	off := pc - uint64(r.Start) + r.Offset
	if s, d := img.find(off); s != "" {
		if d == 0 {
			return printable(s)
		}
		return printable(fmt.Sprintf("%s+%#x", s, d))
	}
	return printable(fmt.Sprintf("%s+%#x", filepath.Base(r.Name), off))
}

// printable makes s fit into a line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, s)
}

// image is what is known of an ELF file: its functions by their offsets in the file.
type image struct{ funcs []function }

type function struct {
	lo, hi uint64 // hi is lo for a label without a size
	name   string
}

// load reads the functions of an ELF file; what is none has none.
func (i *image) load(f io.ReaderAt) {
	e, err := elf.NewFile(f)
	if err != nil {
		return
	}
	syms, err := e.Symbols()
	if err != nil || len(syms) == 0 {
		if syms, err = e.DynamicSymbols(); err != nil {
			return
		}
	}
	for _, s := range syms {
		if t := elf.ST_TYPE(s.Info); s.Name == "" || s.Section == elf.SHN_UNDEF || t != elf.STT_FUNC && t != elf.STT_GNU_IFUNC && t != elf.STT_NOTYPE {
			continue
		}
		if s.Name[0] == '$' { // AArch64's mapping symbols
			continue
		}
		for _, ph := range e.Progs {
			if ph.Type == elf.PT_LOAD && ph.Flags&elf.PF_X != 0 && s.Value >= ph.Vaddr && s.Value < ph.Vaddr+ph.Filesz {
				lo := s.Value - ph.Vaddr + ph.Off
				i.funcs = append(i.funcs, function{lo, lo + s.Size, s.Name})
			}
		}
	}
	// Of several names for one place that with a size, then the first by name.
	slices.SortFunc(i.funcs, func(a, b function) int {
		return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(b.hi, a.hi), cmp.Compare(a.name, b.name))
	})
	i.funcs = slices.CompactFunc(i.funcs, func(a, b function) bool { return a.lo == b.lo })
}

// find returns the function at an offset in the file, and how far in it.
func (i *image) find(off uint64) (name string, d uint64) {
	n := sort.Search(len(i.funcs), func(n int) bool { return i.funcs[n].lo > off }) - 1
	if n < 0 || i.funcs[n].hi != i.funcs[n].lo && i.funcs[n].hi <= off {
		return "", 0
	}
	return i.funcs[n].name, off - i.funcs[n].lo
}
