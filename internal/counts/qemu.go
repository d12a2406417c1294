package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gotcg/gotcg/linux/abi"
)

// runQEMU counts the instructions of a subject by address, from QEMU's log of one-instruction blocks.
func runQEMU(s subject, img *image, args []string, auxv bool) (h histogram, output string, err error) {
	dir, err := os.MkdirTemp("", "counts")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	r, w, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	defer r.Close()
	args = append(append([]string{}, args...), "-one-insn-per-tb", "-d", "exec,nochain", "-D", "/dev/fd/3")
	sock := filepath.Join(dir, "gdb")
	if auxv {
		args = append(args, "-g", sock)
	}
	out, err := os.Create(filepath.Join(dir, "out")) // a file, as for gotcg: the guest may ask
	if err != nil {
		return nil, "", err
	}
	defer out.Close()
	cmd := exec.Command(img.qemu(), append(args, s.argv...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = []string{}, out, out, []*os.File{w}
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	w.Close()
	patched := make(chan error, 1)
	go func() {
		if !auxv {
			patched <- nil
			return
		}
		err := patchAuxv(sock, img)
		if err != nil {
			_ = cmd.Process.Kill()
		}
		patched <- err
	}()
	h, err = readLog(r, img)
	_ = cmd.Wait() // the program's exit status is its own
	if perr := <-patched; perr != nil {
		return nil, "", fmt.Errorf("gdb stub: %w", perr)
	}
	if err != nil {
		return nil, "", err
	}
	text, err := os.ReadFile(out.Name())
	return h, string(text), err
}

// readLog counts lines by address: "Trace 0: HOST [CS_BASE/PC/FLAGS/CFLAGS] SYMBOL".
func readLog(r io.Reader, img *image) (histogram, error) {
	h := histogram{}
	bias := uint64(0)
	in := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := in.ReadSlice('\n')
		if err == io.EOF {
			return h, nil
		}
		if err != nil {
			return nil, err
		}
		if _, f, ok := bytes.Cut(line, []byte("Stopped execution of TB chain before ")); ok {
			// The line logged before was for nothing.
			_, f, _ = bytes.Cut(f, []byte("["))
			f, _, _ = bytes.Cut(f, []byte("]"))
			pc, err := strconv.ParseUint(string(f), 16, 64)
			if err != nil {
				return nil, fmt.Errorf("QEMU's log: %q", line)
			}
			h[pc-bias]--
			continue
		}
		if !bytes.HasPrefix(line, []byte("Trace ")) {
			continue
		}
		_, f, _ := bytes.Cut(line, []byte("/"))
		f, _, _ = bytes.Cut(f, []byte("/"))
		pc, err := strconv.ParseUint(string(f), 16, 64)
		if err != nil {
			return nil, fmt.Errorf("QEMU's log: %q", line)
		}
		if len(h) == 0 {
			bias = img.bias(pc)
		}
		h[pc-bias]++
	}
}

// threadsOfQEMU counts the instructions of each thread of a subject, from QEMU's logs by thread, in
// ascending order: QEMU's numbers of threads are not gotcg's.
func threadsOfQEMU(s subject, img *image) (n []uint64, err error) {
	dir, err := os.MkdirTemp("", "counts")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(img.qemu(), append([]string{"-one-insn-per-tb", "-d", "exec,nochain,tid", "-D", filepath.Join(dir, "%d")}, s.argv...)...)
	cmd.Env = []string{}
	_ = cmd.Run() // the program's exit status is its own
	logs, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, err
	}
	for _, name := range logs {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		h, err := readLog(f, img)
		f.Close()
		if err != nil {
			return nil, err
		}
		if t := h.total(); t != 0 {
			n = append(n, t)
		}
	}
	slices.Sort(n)
	return n, nil
}

// gdb is a connection to a gdb stub.
type gdb struct {
	c  net.Conn
	in *bufio.Reader
}

// patchAuxv connects to a QEMU that waits before its guest's first instruction, makes the guest's
// auxiliary vector that of gotcg's guests, and lets it run.
func patchAuxv(sock string, img *image) error {
	var g gdb
	var err error
	for range 1000 {
		if g.c, err = net.Dial("unix", sock); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	defer g.c.Close()
	g.in = bufio.NewReader(g.c)
	if _, err := g.ask("?"); err != nil {
		return err
	}
	if err := g.rewrite(img); err != nil {
		return err
	}
	// Not "D": QEMU 10.0 crashes when its debugger leaves. The reply comes when the guest exits.
	_, err = g.ask("c")
	return err
}

// rewrite finds the vector behind argc, argv and envp at the stack pointer. System V psABI 3.4.1.
func (g *gdb) rewrite(img *image) error {
	reply, err := g.ask("p" + img.gdbSP())
	if err != nil {
		return err
	}
	b, err := hex.DecodeString(reply)
	if err != nil || len(b) != 8 {
		return fmt.Errorf("stack pointer %q", reply)
	}
	sp := binary.LittleEndian.Uint64(b)
	at := sp
	argc, err := g.word(at)
	if err != nil {
		return err
	}
	at += 8 * (argc + 2)
	for v := uint64(1); v != 0; at += 8 {
		if v, err = g.word(at); err != nil {
			return err
		}
	}
	return g.rewriteAt(sp, at, img)
}

// kept are the entries that gotcg gives too, with values of QEMU's own, in gotcg's order.
var kept = []uint64{
	abi.AT_HWCAP, abi.AT_PAGESZ, abi.AT_CLKTCK, abi.AT_PHDR, abi.AT_PHENT, abi.AT_PHNUM, abi.AT_BASE, abi.AT_FLAGS, abi.AT_ENTRY,
	abi.AT_UID, abi.AT_EUID, abi.AT_GID, abi.AT_EGID, abi.AT_SECURE, abi.AT_RANDOM, abi.AT_HWCAP2, abi.AT_EXECFN, abi.AT_PLATFORM,
}

// rewriteAt replaces the vector at an address by gotcg's, and moves all from the stack pointer on down so
// that the stack pointer has the low bits that it has there: how a block of memory is aligned decides how the C
// library fills or copies it.
func (g *gdb) rewriteAt(sp, at uint64, img *image) error {
	var words []uint64
	for a := sp; a < at; a += 8 {
		w, err := g.word(a)
		if err != nil {
			return err
		}
		words = append(words, w)
	}
	value := map[uint64]uint64{}
	for kind := uint64(1); kind != abi.AT_NULL; at += 16 {
		var v uint64
		var err error
		if kind, err = g.word(at); err != nil {
			return err
		}
		if v, err = g.word(at + 8); err != nil {
			return err
		}
		value[kind] = v
	}
	value[abi.AT_HWCAP], value[abi.AT_HWCAP2] = img.arch.HWCap()
	for _, kind := range append(slices.Clone(kept), abi.AT_NULL) {
		words = append(words, kind, value[kind])
	}
	at -= 8 * uint64(len(words))
	at -= (at - img.sp) & 0xfff
	for i, w := range words {
		if err := g.setWord(at+8*uint64(i), w); err != nil {
			return err
		}
	}
	reply, err := g.ask(fmt.Sprintf("P%s=%x", img.gdbSP(), binary.LittleEndian.AppendUint64(nil, at)))
	if err == nil && reply != "OK" {
		err = fmt.Errorf("stack pointer: %q", reply)
	}
	return err
}

func (g *gdb) word(at uint64) (uint64, error) {
	reply, err := g.ask(fmt.Sprintf("m%x,8", at))
	if err != nil {
		return 0, err
	}
	b, err := hex.DecodeString(reply)
	if err != nil || len(b) != 8 {
		return 0, fmt.Errorf("memory at %#x: %q", at, reply)
	}
	return binary.LittleEndian.Uint64(b), nil
}

func (g *gdb) setWord(at, v uint64) error {
	b := binary.LittleEndian.AppendUint64(nil, v)
	reply, err := g.ask(fmt.Sprintf("M%x,8:%x", at, b))
	if err == nil && reply != "OK" {
		err = fmt.Errorf("write at %#x: %q", at, reply)
	}
	return err
}

// ask sends a packet and returns the reply. GDB manual, Remote Protocol, Overview.
func (g *gdb) ask(packet string) (string, error) {
	sum := byte(0)
	for _, b := range []byte(packet) {
		sum += b
	}
	if _, err := fmt.Fprintf(g.c, "$%s#%02x", packet, sum); err != nil {
		return "", err
	}
	reply, err := g.in.ReadString('#')
	if err != nil {
		return "", err
	}
	if _, err := g.in.Discard(2); err != nil {
		return "", err
	}
	if _, err := g.c.Write([]byte("+")); err != nil {
		return "", err
	}
	reply = strings.TrimLeft(reply, "+")
	return strings.TrimSuffix(strings.TrimPrefix(reply, "$"), "#"), nil
}
