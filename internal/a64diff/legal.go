package a64diff

import (
	"debug/elf"
	"encoding/binary"
	"fmt"

	"github.com/gotcg/gotcg/internal/tinyelf"
)

const (
	altStack    = 0x28000000
	altStackLen = 1 << 18
)

// signalOffsetPC is where a signal frame's ucontext holds the PC. Linux, arch/arm64 uapi sigcontext.h.
const signalOffsetPC = 440

// syscall emits a system call with up to four arguments.
func (a *asm) syscall(nr uint64, args ...uint64) {
	for i, v := range args {
		a.mov(uint32(i), v)
	}
	a.mov(8, nr)
	a.emit(insnSvc)
}

// signalImage makes a program that executes each word once, with all registers pointing into scratch memory,
// and writes a byte for each word of its code: 0, or the signal that it raised. at tells where the given words
// are. They must not branch or make system calls.
func signalImage(words []uint32) (image []byte, at []int) {
	var a asm
	a.emit(0) // branch over the handler, below
	// handler(sig x0, info x1, ucontext x2): out[(pc-code)/4] = sig; pc += 4
	handler := a.pc()
	a.ldr(3, 2, signalOffsetPC)
	a.mov(5, outAddr)
	a.mov(4, codeAddr)
	a.emit(0xcb040064, 0xd342fc84) // sub x4, x3, x4; lsr x4, x4, #2
	a.emit(0x382468a0, 0x91001063) // strb w0, [x5, x4]; add x3, x3, #4
	a.str(3, 2, signalOffsetPC)
	a.emit(0xd65f03c0) // ret
	a.words[0] = 0x14000000 | uint32(len(a.words))
	// struct sigaction at inAddr, stack_t behind it
	var data []byte
	le := binary.LittleEndian
	for _, v := range []uint64{handler, 4 | 0x08000000 | 0x40000000, 0, 0} { // SA_SIGINFO, SA_ONSTACK, SA_NODEFER
		data = le.AppendUint64(data, v)
	}
	for _, v := range []uint64{altStack, 0, altStackLen} {
		data = le.AppendUint64(data, v)
	}
	regs := uint64(inAddr + len(data))
	for range 32 {
		data = le.AppendUint64(data, scratchMid)
	}
	a.syscall(132, inAddr+32, 0) // sigaltstack
	for _, sig := range []uint64{4, 5, 7, 11} {
		a.syscall(134, sig, inAddr, 0, 8) // rt_sigaction
	}
	for _, w := range words {
		a.mov(0, regs)
		for r := uint32(1); r < 31; r += 2 {
			a.ldp(r, 0, 8*r)
		}
		a.emit(0x9100003f) // mov sp, x1
		a.ldr(0, 0, 0)
		at = append(at, len(a.words))
		a.emit(w)
	}
	n := uint64(len(a.words))
	a.exit(n)
	var code []byte
	for _, w := range a.words {
		code = le.AppendUint32(code, w)
	}
	return tinyelf.Static(elf.EM_AARCH64, codeAddr, []tinyelf.Segment{
		{Addr: codeAddr, Data: code, Flags: elf.PF_R | elf.PF_X},
		{Addr: scratchAddr, Data: scratchInit, Size: scratchLen, Flags: elf.PF_R | elf.PF_W},
		{Addr: altStack, Size: altStackLen, Flags: elf.PF_R | elf.PF_W},
		{Addr: inAddr, Data: data, Flags: elf.PF_R},
		{Addr: outAddr, Size: n, Flags: elf.PF_R | elf.PF_W},
	}), at
}

// Signals executes each word under qemu and returns the signals that they raised, 0 for none.
func Signals(qemu string, words []uint32) ([]byte, error) {
	image, at := signalImage(words)
	out, err := runELF(qemu, image)
	if err != nil {
		return nil, err
	}
	sig := make([]byte, len(words))
	for i, k := range at {
		if k >= len(out) {
			return nil, fmt.Errorf("a64diff: %s wrote %d bytes", qemu, len(out))
		}
		sig[i] = out[k]
	}
	return sig, nil
}
