//go:build unix

package amd64_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// disas returns the text of machine code, by objdump where there is one since x86asm knows no VEX.
func disas(code []byte) string {
	if f, err := os.CreateTemp("", "gotcg"); err == nil {
		defer os.Remove(f.Name())
		f.Write(code)
		f.Close()
		if out, err := exec.Command("objdump", "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", f.Name()).Output(); err == nil {
			return string(out)
		}
	}
	var s strings.Builder
	for at := 0; at < len(code); {
		i, err := x86asm.Decode(code[at:], 64)
		if err != nil {
			fmt.Fprintf(&s, "%4x: ?? %02x\n", at, code[at])
			at++
			continue
		}
		fmt.Fprintf(&s, "%4x: %s\n", at, x86asm.IntelSyntax(i, 0, nil))
		at += i.Len
	}
	return s.String()
}
