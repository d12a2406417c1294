//go:build unix

package amd64_test

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// disas returns the text of machine code.
func disas(code []byte) string {
	var s strings.Builder
	for at := 0; at < len(code); {
		i, err := x86asm.Decode(code[at:], 64)
		if err != nil {
			fmt.Fprintf(&s, "%4x: ?? %02x\n", at, code[at])
			at++
			continue
		}
		fmt.Fprintf(&s, "%4x: %s\n", at, x86asm.IntelSyntax(i, uint64(at), nil))
		at += i.Len
	}
	return s.String()
}
