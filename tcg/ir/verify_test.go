package ir

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVerify(t *testing.T) {
	const end = "\n exit_tb pc=0x0"
	rows := []struct{ text, msg string }{
		{" rax = add.32 rax" + end, "input 1 is missing"},
		{" rax = add.32 rax, %1" + end, "input 1 is used before it is defined"},
		{" rax = add.32 rax, x0" + end, "input 1: has type v128"},
		{" _ = add.32 rax, rax" + end, "output 0 is missing"},
		{" $0x1 = add.32 rax, rax" + end, "output is a constant"},
		{" %1, %1 = addf.32 rax, rax" + end, "both outputs are the same temp"},
		{" rax = shl.8 rax, rax" + end, "width 8 is not legal"},
		{" rax = add.32{signed} rax, rax" + end, "unknown attributes 0x2"},
		{" rax = setc.32.be rax, rax" + end, "condition be is not legal"},
		{" rax = setf.eq rax" + end, "condition eq is not legal"},
		{" rax = extract.32 rax aux=30 imm=3" + end, "immediate, auxiliary field or result width out of range"},
		{" rax = ld.32{signed} [rax]" + end, "immediate, auxiliary field or result width out of range"},
		{" rax = ld.32 [rax+0x80000000]" + end, "immediate, auxiliary field or result width out of range"},
		{" br label=0\n label label=0\n label label=0" + end, "label is bound twice"},
		{" br_c.32.eq rax, rbx label=0" + end, "label 0 is never bound"},
		{" exit_tb pc=0x0\n rax = mov rbx" + end, "follows an op that ends the block"},
		{" rax = mov rbx", "the block does not end"},
		{"insn pc=0x2\ninsn pc=0x1" + end, "instruction addresses do not ascend"},
		{"insn pc=0x1\n br_c.32.eq rax, rbx label=0\ninsn pc=0x2\n label label=0" + end, "label and branch stand in different instructions"},
		{"insn pc=0x1\n rax = mov rbx\n rbx = ld.32 [rax]" + end, "may fault after op 1 wrote a global in the same instruction"},
		{" br_c.32.eq rax, rbx label=0\n %1 = mov rax\n label label=0\n rax = mov %1" + end, "input 0 is used before it is defined"},
		{" rax = callp rbx helper=h" + end, "helper h is not pure"},

		{" head pc=0x1\ninsn pc=0x1\n exit_tb pc=0x2\n head pc=0x1\ninsn pc=0x1" + end, "another Head has this PC"},
		{" head pc=0x1\ninsn pc=0x2" + end, "not the instruction of the Head before"},
		{" head pc=0x1\n exit_tb pc=0x2", "a Head without an instruction"},
		{"insn pc=0x1\n exit_tb{internal} pc=0x2", "no Head has this PC"},
		{"insn pc=0x1\n %1 = mov rax\n head pc=0x2\ninsn pc=0x2\n rax = mov %1" + end, "input 0 is used before it is defined"},
		{"insn pc=0x1\n br_c.32.eq rax, rbx label=0\n head pc=0x2\ninsn pc=0x2\n label label=0" + end,
			"label and branch stand in different instructions"},
		{" head pc=0x1\ninsn pc=0x1\n exit_ptr_ne rax pc=0x2\n exit_c.32.eq{internal,backward} rax, rbx pc=0x1", "the block does not end"},

		{"insn pc=0x5\n exit_f.z{internal} cc pc=0x1\n exit_ptr rax\n head pc=0x1\ninsn pc=0x1\n exit_tb{internal,backward} pc=0x1", ""},
		{"insn pc=0x1\n rax = ld.32 [rax]\ninsn pc=0x2\n rbx = ld.32 [rax]" + end, ""},
		{"insn pc=0x1\n br_c.32.eq rax, rbx label=0\n %1 = mov rax\n br label=1\n label label=0\n %1 = mov rbx\n label label=1\n rax = mov %1" + end, ""},
		{"insn pc=0x1\n label label=0\n %1 = ld.8 [rax]\n rax = add.64 rax, $0x1\n br_c.8.ne %1, $0x0 label=0" + end, ""},
	}
	for _, r := range rows {
		b, err := Parse(r.text, testGlobals)
		require.NoError(t, err, r.text)
		err = Verify(b)
		if r.msg == "" {
			require.NoError(t, err, r.text)
			continue
		}
		var ve *VerifyError
		require.ErrorAs(t, err, &ve, r.text)
		require.EqualError(t, ve.Err, r.msg, r.text)
	}
}

// TestOpTableComplete checks that every op has a row, a unique name, a text form and, when it is
// pure, a result of Eval that depends on its inputs.
func TestOpTableComplete(t *testing.T) {
	names := map[string]bool{}
	rng := rand.New(rand.NewPCG(5, 6))
	for c := Nop; c < NumOps; c++ {
		info := c.Info()
		require.NotEmpty(t, info.Name, "op %d", c)
		require.False(t, names[info.Name], "name %s is used twice", info.Name)
		names[info.Name] = true
		require.LessOrEqual(t, info.NOut()+info.NIn(), len(Op{}.A), info.Name)
		require.Equal(t, info.Flags&MemOp != 0, (&Op{Code: c}).Accesses() != 0, info.Name)
		require.Equal(t, info.Flags&EndsBlock != 0, c.EndsBlock(), info.Name)
		if info.Flags&Commutative != 0 {
			require.Equal(t, info.In[0], info.In[1], info.Name)
		}
		if info.Flags&Pure == 0 {
			continue
		}
		require.NotZero(t, info.NOut(), info.Name)
		changed := false
		for w := W16; w <= W64 && !changed; w++ {
			o := Op{Code: c, W: w, D: min(w+1, W64), Cond: LTU, Imm: 3}
			if info.Widths != 0 && info.Widths>>w&1 == 0 {
				o.W = W8
				if info.Widths&1 == 0 {
					continue
				}
			}
			if c == SetF || c == SelF {
				o.Cond = CondZ
			}
			o.Aux = 1
			first := Val{}
			for k := range 50 {
				var in [5]Val
				for i := range in {
					in[i] = Val{rng.Uint64(), rng.Uint64()}
					switch {
					case k%3 == 1:
						in[i] = in[0]
					case k%3 == 2 && i > 0:
						in[i] = Val{in[i].Lo & 7, in[i].Hi & 7}
					}
				}
				r, _ := Eval(&o, &in, nil)
				if k > 0 && r != first {
					changed = true
				}
				first = r
			}
		}
		require.True(t, changed, "Eval of %s", info.Name)
	}
	require.Len(t, attrNames, 17)
}
