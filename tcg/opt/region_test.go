package opt

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/tcg/ir"
)

// TestRegions: what is known ends at a Head, and what a segment leaves behind is wanted.
func TestRegions(t *testing.T) {
	rows := []struct{ name, in, out string }{
		{"facts end at a Head", `
insn pc=0x1
 r1 = mov $0x5
 r2 = mov r1
 head pc=0x2
insn pc=0x2
 r3 = add.64 r2, r1
 exit_tb{backward,internal} pc=0x2
`, `
insn pc=0x1
 r1 = mov $0x5
 r2 = mov $0x5
 head pc=0x2
insn pc=0x2
 r3 = add.64 r2, r1
 exit_tb{backward,internal} pc=0x2
`},
		{"globals live at a Head, flags die within a segment", `
insn pc=0x1
 r1, flags = addf.64 r1, r2
 exit_ptr_ne r1 pc=0x5
insn pc=0x5
 r1, flags = addf.64 r1, r2
insn pc=0x6
 r1, flags = addf.64 r1, r2
 head pc=0x2
insn pc=0x2
 r1, flags = addf.64 r1, r2
 exit_tb pc=0x9
`, `
insn pc=0x1
 r1, flags = addf.64 r1, r2
 exit_ptr_ne r1 pc=0x5
insn pc=0x5
 r1 = add.64 r1, r2
insn pc=0x6
 r1, flags = addf.64 r1, r2
 head pc=0x2
insn pc=0x2
 r1, flags = addf.64 r1, r2
 exit_tb pc=0x9
`},
		{"counters merge up to a Head, an exit, an expected return", `
insn pc=0x1
 counter slot=1 add=1
insn pc=0x2
 counter slot=1 add=1
 head pc=0x3
insn pc=0x3
 counter slot=1 add=1
insn pc=0x4
 counter slot=1 add=1
 exit_ptr_ne r1 pc=0x5
insn pc=0x5
 counter slot=1 add=1
 exit_tb{backward,internal} pc=0x3
`, `
insn pc=0x1
 counter slot=1 add=2
insn pc=0x2
 counter_undo slot=1 add=1
 head pc=0x3
insn pc=0x3
 counter slot=1 add=2
insn pc=0x4
 counter_undo slot=1 add=1
 exit_ptr_ne r1 pc=0x5
insn pc=0x5
 counter slot=1 add=1
 exit_tb{backward,internal} pc=0x3
`},
		{"an expected return that is one goes", `
insn pc=0x1
 r1 = mov $0x5
 exit_ptr_ne r1 pc=0x5
 exit_tb pc=0x5
`, `
insn pc=0x1
 r1 = mov $0x5
 exit_tb pc=0x5
`},
		{"labels hold up their own instruction only", `
insn pc=0x1
 r1, flags = addf.64 r1, r2
 br_c.64.eq r1, r2 label=0
 r2 = add.64 r2, r2
 label label=0
insn pc=0x2
 r1, flags = addf.64 r1, r2
insn pc=0x3
 br_c.64.eq r1, r2 label=1
 r2 = add.64 r2, r2
 label label=1
insn pc=0x4
 r1, flags = addf.64 r1, r2
 exit_tb pc=0x9
`, `
insn pc=0x1
 r1 = add.64 r1, r2
 br_c.64.eq r1, r2 label=0
 r2 = add.64 r2, r2
 label label=0
insn pc=0x2
 r1 = add.64 r1, r2
insn pc=0x3
 br_c.64.eq r1, r2 label=1
 r2 = add.64 r2, r2
 label label=1
insn pc=0x4
 r1, flags = addf.64 r1, r2
 exit_tb pc=0x9
`},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			b, err := ir.Parse(r.in, testGlobals())
			require.NoError(t, err)
			require.NoError(t, ir.Verify(b))
			NewState().Run(b)
			require.NoError(t, ir.Verify(b))
			require.Equal(t, "block 0x0"+r.out, ir.Format(b))
		})
	}
}
