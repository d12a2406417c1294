package hostexec

import (
	"encoding/binary"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Supported: the host is an x86-64 that this package can run code on.
const Supported = true

const (
	stubSize  = 4096 // entry and exit stubs, before the caller's code
	regsSize  = 4096
	exitAt    = 1024 // of the exit stub in the stub page
	targetAt  = 2048 // of the qword with the sequence's address
	offFlags  = 128
	offGoSP   = 136
	offMXCSR  = 144 // MXCSR for Go, in the image's padding
	offFX     = 160
	goMXCSR   = 0x1f80
	mapNoRepl = 0x100000 // MAP_FIXED_NOREPLACE
)

// Runner runs sequences. It is for one goroutine.
type Runner struct {
	codeAddr uint64
	w, x     []byte // the stub page and the code area, writable and executable view
	data     []byte
	regsPage []byte
	regs     *Regs
}

// New maps codeSize bytes of code area at codeAddr and dataSize bytes of scratch at dataAddr, all
// multiples of 4096, with a stub page before the code.
func New(codeAddr, codeSize, dataAddr, dataSize uint64) (*Runner, error) {
	fd, err := unix.MemfdCreate("hostexec", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("hostexec: %w", err)
	}
	defer unix.Close(fd)
	total := stubSize + codeSize
	if err := unix.Ftruncate(fd, int64(total)); err != nil {
		return nil, fmt.Errorf("hostexec: %w", err)
	}
	r := &Runner{codeAddr: codeAddr}
	for _, m := range []struct {
		p              *[]byte
		at, n          uint64
		prot, flags, f int
	}{
		{&r.w, 0, total, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED, fd},
		{&r.x, codeAddr - stubSize, total, unix.PROT_READ | unix.PROT_EXEC, unix.MAP_SHARED | mapNoRepl, fd},
		{&r.data, dataAddr, dataSize, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_ANON | mapNoRepl, -1},
		{&r.regsPage, 0, regsSize, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_ANON, -1},
	} {
		if *m.p, err = mmap(m.at, m.n, m.prot, m.flags, m.f); err != nil {
			r.Close()
			return nil, fmt.Errorf("hostexec: %w", err)
		}
	}
	r.regs = (*Regs)(unsafe.Pointer(&r.regsPage[0]))
	binary.LittleEndian.PutUint32(r.regsPage[offMXCSR:], goMXCSR)
	r.writeStubs()
	return r, nil
}

func mmap(at, n uint64, prot, flags, fd int) ([]byte, error) {
	p, _, e := syscall.Syscall6(syscall.SYS_MMAP, uintptr(at), uintptr(n), uintptr(prot), uintptr(flags), uintptr(fd), 0)
	if e != 0 {
		return nil, e
	}
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&p))), n), nil
}

// Close unmaps everything.
func (r *Runner) Close() {
	for _, m := range [][]byte{r.w, r.x, r.data, r.regsPage} {
		if m != nil {
			_, _, _ = syscall.Syscall(syscall.SYS_MUNMAP, uintptr(unsafe.Pointer(&m[0])), uintptr(len(m)), 0)
		}
	}
	*r = Runner{}
}

// Data returns the scratch area.
func (r *Runner) Data() []byte { return r.data }

// Regs returns the image that Run loads and stores.
func (r *Runner) Regs() *Regs { return r.regs }

// serialize is IRETQ to the next instruction. The code was written through another mapping, and a
// processor may have fetched what was there before (SDM vol. 3 8.1.3).
var serialize = []byte{
	0x8c, 0xd1, // mov ecx, ss
	0x48, 0x89, 0xe2, // mov rdx, rsp
	0x51, 0x52, 0x9c, // push rcx; push rdx; pushfq
	0x8c, 0xc9, 0x51, // mov ecx, cs; push rcx
	0x48, 0x8d, 0x0d, 3, 0, 0, 0, 0x51, // lea rcx, [rip+3]; push rcx
	0x48, 0xcf, // iretq
}

// writeStubs assembles the entry and exit stubs.
func (r *Runner) writeStubs() {
	regs := uint64(uintptr(unsafe.Pointer(r.regs)))
	var b []byte
	mov := func(op byte, reg, off int) { // mov reg, [rax+off] (8b) or back (89)
		b = append(b, 0x48|byte(reg>>3)<<2, op, 0x80|byte(reg&7)<<3)
		b = binary.LittleEndian.AppendUint32(b, uint32(off))
	}
	saved := []byte{0x55, 0x53, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57} // push rbp rbx r12-r15
	b = append(b, saved...)
	mov(0x89, 4, offGoSP)
	b = append(b, serialize...)
	b = append(b, 0x48, 0x0f, 0xae, 0x88) // fxrstor64 [rax+offFX]
	b = binary.LittleEndian.AppendUint32(b, offFX)
	b = append(b, 0xff, 0xb0) // push [rax+offFlags]
	b = binary.LittleEndian.AppendUint32(b, offFlags)
	b = append(b, 0x9d) // popfq
	for i := 1; i < 16; i++ {
		if i != 4 {
			mov(0x8b, i, 8*i)
		}
	}
	mov(0x8b, 4, 8*4)
	mov(0x8b, 0, 0)
	b = append(b, 0xff, 0x25) // jmp [rip+...]
	b = binary.LittleEndian.AppendUint32(b, uint32(targetAt-len(b)-4))
	copy(r.w, b)

	b = []byte{0x48, 0xa3} // mov [regs], rax
	b = binary.LittleEndian.AppendUint64(b, regs)
	b = append(b, 0x48, 0xb8) // mov rax, regs
	b = binary.LittleEndian.AppendUint64(b, regs)
	for i := 1; i < 16; i++ {
		mov(0x89, i, 8*i)
	}
	mov(0x8b, 4, offGoSP)
	b = append(b, 0x9c, 0x8f, 0x80) // pushfq; pop [rax+offFlags]
	b = binary.LittleEndian.AppendUint32(b, offFlags)
	b = append(b, 0xfc, 0x48, 0x0f, 0xae, 0x80) // cld; fxsave64 [rax+offFX]
	b = binary.LittleEndian.AppendUint32(b, offFX)
	b = append(b, 0xdb, 0xe3, 0x0f, 0xae, 0x90) // fninit; ldmxcsr [rax+offMXCSR]
	b = binary.LittleEndian.AppendUint32(b, offMXCSR)
	b = append(b, 0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5b, 0x5d, 0xc3)
	copy(r.w[exitAt:], b)
}

// Load copies a sequence to addr in the code area and puts a jump to the exit stub, 5 bytes, at offset n
// of it: behind it, or where it shall stop.
func (r *Runner) Load(addr uint64, code []byte, n int) {
	p := r.w[stubSize+addr-r.codeAddr:]
	copy(p, code)
	p[n] = 0xe9
	end := addr + uint64(n) + 5
	binary.LittleEndian.PutUint32(p[n+1:], uint32(r.codeAddr-stubSize+exitAt-end))
}

// Run executes the sequence loaded at addr on the image.
func (r *Runner) Run(addr uint64) {
	binary.LittleEndian.PutUint64(r.w[targetAt:], addr)
	call(uintptr(r.codeAddr-stubSize), unsafe.Pointer(r.regs))
}

// call calls the entry stub with the image's address in AX. The stub keeps the callee-saved registers
// of the C ABI, and with them BP; everything else is the caller's in Go's ABI0.
//
//go:noescape
func call(entry uintptr, regs unsafe.Pointer)
