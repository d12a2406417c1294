package cmd

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"gotcg": Main}) }

// TestScripts runs the command line of testdata/script; guests are made by makeGuests.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: func(env *testscript.Env) error { return makeGuests(env.WorkDir) },
	})
}

// makeGuests writes tiny static programs: hello-x64 and hello-a64 write a line and exit with status 3,
// crash-x64 reads address 0, loop-x64 never ends, read-x64 waits for a byte, args-x64 exits with the number of its arguments,
// zero-x64 with 0, pipe-x64 sends itself SIGPIPE;
// signals is testdata/elf/src/signals.c.
func makeGuests(dir string) error {
	hello := "hello\n"
	guests := []struct {
		name    string
		machine uint16
		code    []byte
	}{
		{"hello-x64", 62, append([]byte{
			0xb8, 1, 0, 0, 0, // mov eax, 1 (write)
			0xbf, 1, 0, 0, 0, // mov edi, 1
			0x48, 0x8d, 0x35, 0x15, 0, 0, 0, // lea rsi, [rip+0x15]
			0xba, 6, 0, 0, 0, // mov edx, 6
			0x0f, 0x05, // syscall
			0xbf, 3, 0, 0, 0, // mov edi, 3
			0xb8, 231, 0, 0, 0, // mov eax, 231 (exit_group)
			0x0f, 0x05, // syscall
			0x90, 0x90,
		}, hello...)},
		{"hello-a64", 183, append(words(
			0xd2800808, // mov x8, #64 (write)
			0xd2800020, // mov x0, #1
			0x100000c1, // adr x1, .+24
			0xd28000c2, // mov x2, #6
			0xd4000001, // svc #0
			0xd2800060, // mov x0, #3
			0xd2800bc8, // mov x8, #94 (exit_group)
			0xd4000001, // svc #0
		), hello...)},
		{"crash-x64", 62, []byte{0x90, 0x31, 0xc0, 0x8b, 0x00}}, // nop; xor eax, eax; mov eax, [rax]
		{"loop-x64", 62, []byte{0xeb, 0xfe}},                    // jmp self
		{"read-x64", 62, []byte{ // read(0, rsp, 1)
			0x31, 0xc0, 0x31, 0xff, 0x48, 0x89, 0xe6, 0xba, 1, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xfe,
		}},
		{"args-x64", 62, []byte{
			0x48, 0x8b, 0x3c, 0x24, // mov rdi, [rsp]
			0xb8, 231, 0, 0, 0, 0x0f, 0x05,
		}},
		{"zero-x64", 62, []byte{0x31, 0xff, 0xb8, 231, 0, 0, 0, 0x0f, 0x05}},
		{"pipe-x64", 62, []byte{
			0xb8, 39, 0, 0, 0, 0x0f, 0x05, // getpid
			0x89, 0xc7, 0xbe, 13, 0, 0, 0, 0xb8, 62, 0, 0, 0, 0x0f, 0x05, // kill(., SIGPIPE)
		}},
	}
	for _, arch := range []string{"x64", "a64"} {
		b, err := os.ReadFile("../testdata/elf/bin/signals." + arch)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "signals-"+arch), b, 0o755)
		}
		if err != nil {
			return err
		}
	}
	for _, g := range guests {
		if err := os.WriteFile(filepath.Join(dir, g.name), elf(g.machine, g.code), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func words(w ...uint32) (b []byte) {
	for _, x := range w {
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	return b
}

// elf makes a static program of one segment at 0x400000, which begins at its code. ELF gABI ch. 4, 5.
func elf(machine uint16, code []byte) []byte {
	const base, headers = 0x400000, 64 + 56
	le := binary.LittleEndian
	b := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 9)...)
	b = le.AppendUint16(b, 2) // ET_EXEC
	b = le.AppendUint16(b, machine)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint64(b, base+headers) // entry
	b = le.AppendUint64(b, 64)           // program headers
	b = le.AppendUint64(b, 0)
	b = le.AppendUint32(b, 0)
	for _, v := range []uint16{64, 56, 1, 64, 0, 0} {
		b = le.AppendUint16(b, v)
	}
	b = le.AppendUint32(b, 1) // PT_LOAD
	b = le.AppendUint32(b, 5) // R X
	size := uint64(headers + len(code))
	for _, v := range []uint64{0, base, base, size, size, 0x1000} {
		b = le.AppendUint64(b, v)
	}
	return append(b, code...)
}
