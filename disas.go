package gotcg

import (
	"fmt"
	"strings"

	"github.com/gotcg/gotcg/tcg/ir"
)

// Disassemble lists the instructions in code, the first at address pc, each followed by the IR it
// is translated to. When the last one is cut short the error comes with what is before it.
func Disassemble(arch Arch, pc uint64, code []byte) (string, error) {
	a, err := arch.cpu()
	if err != nil {
		return "", err
	}
	var s strings.Builder
	b := ir.NewBuilder(a.Globals)
	for len(code) > 0 {
		b.Reset(pc)
		at := b.Insn(pc)
		r := a.Translate(b, pc, code, 0)
		if r.Short {
			return s.String(), fmt.Errorf("gotcg: the instruction at %#x is longer than the %d bytes left", pc, len(code))
		}
		b.Ops[at].Aux = uint8(r.Len)
		text, _ := a.Disas(code[:r.Len], pc)
		if text == "" {
			text = "(bad)"
		}
		fmt.Fprintf(&s, "%#x: %-30x %s\n", pc, code[:r.Len], text)
		_, ops, _ := strings.Cut(ir.Format(&b.Block), "\n")
		for line := range strings.SplitSeq(strings.TrimRight(ops, "\n"), "\n") {
			if !strings.HasPrefix(line, "insn ") {
				fmt.Fprintf(&s, "    %s\n", strings.TrimSpace(line))
			}
		}
		pc += uint64(r.Len)
		code = code[r.Len:]
	}
	return s.String(), nil
}
