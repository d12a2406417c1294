package linux

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

const (
	defaultStack = 8 << 20
	// stackGuard is the unmapped gap kept below the main stack, as the kernel's stack_guard_gap.
	stackGuard = 256 * abi.PageSize
	// maxArgBytes bounds the strings of argv and env, as the kernel's ARG_MAX with an 8 MiB stack.
	maxArgBytes = 2 << 20
	// mapLow is the lowest address the guest may map, as vm.mmap_min_addr.
	mapLow = 0x10000
	// hugeLimit is the top of the guest's addresses where the address space has no smaller one.
	hugeLimit = 1<<47 - abi.PageSize
)

func getU64(b []byte) uint64    { return binary.LittleEndian.Uint64(b) }
func getU32(b []byte) uint32    { return binary.LittleEndian.Uint32(b) }
func putU32(b []byte, v uint32) { binary.LittleEndian.PutUint32(b, v) }
func putU64(b []byte, v uint64) { binary.LittleEndian.PutUint64(b, v) }

// load maps the image, the stack and the heap, and sets the entry state.
func (p *Process) load() error {
	// The last page stays free, as under Linux, so that addresses have the same low bits whatever the limit:
	// musl's free, for one, takes another path when a block crosses a multiple of 8 KiB.
	p.mm.top = min(uint64(p.as.Limit())-abi.PageSize+1, hugeLimit)
	if err := p.loadImage(); err != nil {
		return fmt.Errorf("linux: loading %s: %w", p.img.Path, err)
	}
	return p.loadStack()
}

// loadImage maps the segments. It follows the kernel: whole pages of the file are mapped, the
// part of the last page beyond the file bytes is cleared when the segment goes on as bss.
func (p *Process) loadImage() error {
	f := p.cfg.File
	if p.cfg.File = nil; f == nil {
		var err error
		if f, err = os.Open(p.img.Path); err != nil {
			return err
		}
		defer f.Close()
	}
	info := softmmu.Info{Name: p.cfg.Exe}
	info.Dev, info.Ino = fileIdent(f)
	if p.img.PIE {
		// Where the kernel puts a static PIE without randomization: two thirds up.
		p.base = (p.mm.top/3*2)&^(abi.PageSize-1) - p.img.Start&^(abi.PageSize-1)
	}
	end := p.img.End + p.base
	if end > p.mm.top-p.cfg.StackSize-2*stackGuard || p.img.Start+p.base > end {
		return fmt.Errorf("segments reach up to %#x, beyond the guest's address range (%#x)", end, p.mm.top)
	}
	for _, s := range p.img.Segments {
		if err := p.loadSegment(f, info, s); err != nil {
			return fmt.Errorf("segment at %#x: %w", s.Addr, err)
		}
	}
	p.mm.brkStart = pageUp(end)
	p.mm.brk = p.mm.brkStart
	return nil
}

func (p *Process) loadSegment(f *os.File, info softmmu.Info, s Segment) error {
	addr := s.Addr + p.base
	start := addr &^ (abi.PageSize - 1)
	off := s.Off &^ (abi.PageSize - 1)
	fileEnd := addr + s.FileSize
	memEnd := pageUp(addr + s.MemSize)
	perm := permOf(s.Prot)
	filePages := pageUp(fileEnd) - start
	if s.FileSize == 0 {
		filePages = 0
	}
	if filePages > 0 {
		err := p.as.MapFile(softmmu.Addr(start), filePages, perm, softmmu.File{FD: int(f.Fd()), Reader: f, Offset: int64(off)}, info)
		if err != nil {
			return err
		}
	}
	if tail := pageUp(fileEnd) - fileEnd; filePages > 0 && s.MemSize > s.FileSize && tail > 0 && s.Prot&abi.PROT_WRITE != 0 {
		// A read-only segment with bss keeps the file's bytes, as in the kernel.
		if _, flt := p.as.Write(softmmu.Addr(fileEnd), make([]byte, tail)); !flt.OK() {
			return flt
		}
	}
	if bss := start + filePages; bss < memEnd {
		return p.as.Map(softmmu.Addr(bss), memEnd-bss, perm, softmmu.Info{})
	}
	return nil
}

func pageUp(v uint64) uint64 { return (v + abi.PageSize - 1) &^ (abi.PageSize - 1) }

// permOf turns PROT_* bits into permissions; write or execute permission implies read permission, as
// on x86-64, and on AArch64 for programs that gotcg runs.
func permOf(prot int) softmmu.Perm {
	var m softmmu.Perm
	if prot&abi.PROT_READ != 0 {
		m |= softmmu.R
	}
	if prot&abi.PROT_WRITE != 0 {
		m |= softmmu.R | softmmu.W
	}
	if prot&abi.PROT_EXEC != 0 {
		m |= softmmu.R | softmmu.X
	}
	return m
}

// loadStack maps the main stack, fills it as the psABIs say, and sets pc and sp. Sources:
// System V psABI (x86-64) 3.4.1, Linux fs/binfmt_elf.c create_elf_tables.
func (p *Process) loadStack() error {
	size := pageUp(p.cfg.StackSize)
	top := p.mm.top - abi.PageSize
	perm := softmmu.RW
	if p.img.ExecStack {
		perm = softmmu.RWX
	}
	if size < 64<<10 || size > top/4 {
		return fmt.Errorf("linux: stack of %#x bytes", p.cfg.StackSize)
	}
	low := top - size
	if err := p.as.Map(softmmu.Addr(low), size, perm, softmmu.Info{Name: "[stack]"}); err != nil {
		return fmt.Errorf("linux: stack: %w", err)
	}
	p.mm.mmapTop = low - stackGuard
	sp, err := p.fillStack(top, size)
	if err != nil {
		return err
	}
	r := &p.leader.cpu.Arch().Roles
	p.leader.cpu.WriteReg(r.SP, sp)
	p.leader.cpu.WriteReg(r.PC, p.img.Entry+p.base)
	return nil
}

// fillStack writes strings, vectors and argc below top and returns the stack pointer.
func (p *Process) fillStack(top, size uint64) (uint64, error) {
	total := len(p.img.Path) + 1
	for _, l := range [][]string{p.cfg.Args, p.cfg.Env} {
		for _, s := range l {
			total += len(s) + 9
		}
	}
	if total > maxArgBytes || uint64(total) > size/4*3 {
		return 0, fmt.Errorf("linux: argument list too long: %d bytes", total)
	}
	at := top - 8 // the kernel leaves a zero word at the very top
	push := func(b []byte) (uint64, error) {
		at -= uint64(len(b))
		if _, f := p.as.Write(softmmu.Addr(at), b); !f.OK() {
			return 0, fmt.Errorf("linux: stack: %w", f)
		}
		return at, nil
	}
	pushStr := func(s string) uint64 {
		a, _ := push(append([]byte(s), 0)) // the stack was just mapped and total is bounded
		return a
	}
	execfn := pushStr(p.img.Path)
	strs := func(l []string) []uint64 {
		out := make([]uint64, len(l))
		for i := len(l) - 1; i >= 0; i-- {
			out[i] = pushStr(l[i])
		}
		return out
	}
	envp := strs(p.cfg.Env)
	argv := strs(p.cfg.Args)
	p.mm.argStart, p.mm.argEnd = at, execfn
	if len(envp) > 0 {
		p.mm.argEnd = envp[0]
	}
	at &^= 15
	platform := pushStr(p.leader.cpu.Arch().Platform)
	var rnd [16]byte
	if _, err := io.ReadFull(p.random(), rnd[:]); err != nil {
		return 0, fmt.Errorf("linux: AT_RANDOM: %w", err)
	}
	random, err := push(rnd[:])
	if err != nil {
		return 0, err
	}
	p.auxv = p.makeAuxv(execfn, platform, random)
	words := append([]uint64{uint64(len(argv))}, argv...)
	words = append(append(append(words, 0), envp...), 0)
	vec := make([]byte, 8*len(words), 8*len(words)+len(p.auxv))
	for i, w := range words {
		putU64(vec[8*i:], w)
	}
	vec = append(vec, p.auxv...)
	at = (at-uint64(len(vec)))&^15 + uint64(len(vec))
	return push(vec)
}

// makeAuxv returns the auxiliary vector, getauxval(3).
func (p *Process) makeAuxv(execfn, platform, random uint64) []byte {
	a := p.leader.cpu.Arch()
	phdr := uint64(0)
	if p.img.PhdrAddr != 0 || p.img.PIE {
		phdr = p.img.PhdrAddr + p.base
	}
	ids := hostIDs()
	hwcap, hwcap2 := a.HWCap()
	v := []abi.Auxv{
		{Type: abi.AT_HWCAP, Value: hwcap},
		{Type: abi.AT_PAGESZ, Value: abi.PageSize},
		{Type: abi.AT_CLKTCK, Value: abi.CLOCK_TICKS},
		{Type: abi.AT_PHDR, Value: phdr},
		{Type: abi.AT_PHENT, Value: phdrSize},
		{Type: abi.AT_PHNUM, Value: uint64(p.img.PhNum)},
		{Type: abi.AT_BASE},
		{Type: abi.AT_FLAGS},
		{Type: abi.AT_ENTRY, Value: p.img.Entry + p.base},
		{Type: abi.AT_UID, Value: ids[0]},
		{Type: abi.AT_EUID, Value: ids[1]},
		{Type: abi.AT_GID, Value: ids[2]},
		{Type: abi.AT_EGID, Value: ids[3]},
		{Type: abi.AT_SECURE},
		{Type: abi.AT_RANDOM, Value: random},
		{Type: abi.AT_HWCAP2, Value: hwcap2},
		{Type: abi.AT_EXECFN, Value: execfn},
		{Type: abi.AT_PLATFORM, Value: platform},
		{Type: abi.AT_NULL},
	}
	b := make([]byte, len(v)*abi.AuxvSize)
	for i, x := range v {
		x.Encode(b[i*abi.AuxvSize:])
	}
	return b
}

// hostIDs returns real and effective user id, real and effective group id.
func hostIDs() [4]uint64 {
	out := [4]uint64{}
	for i, v := range []int{os.Getuid(), os.Geteuid(), os.Getgid(), os.Getegid()} {
		out[i] = uint64(max(v, 0)) // -1 where the host has none
	}
	return out
}
