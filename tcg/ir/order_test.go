package ir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOrderOf parses accesses with and without order attributes, in ordinary blocks and in those of a TSO guest.
func TestOrderOf(t *testing.T) {
	const all = OrdAcquire | OrdRelease | OrdSC | OrdFence
	for _, r := range []struct {
		op        string
		weak, tso Order
	}{
		{"rax = ld.64 [rbx]", 0, OrdAcquire},
		{"x0 = ldv.128 [rbx]", 0, OrdAcquire},
		{"st.64 rax, [rbx]", 0, OrdRelease},
		{"stv.128 x0, [rbx]", 0, OrdRelease},
		{"rax = cas.32 [rbx], rax, rbx", 0, all},
		{"rax = at_xchg.8 [rbx], rax", 0, all},
		{"rax = ld.64{acquire} [rbx]", OrdAcquire, OrdAcquire},
		{"rax = ld.64{acquire,sc} [rbx]", OrdAcquire | OrdSC, OrdAcquire | OrdSC},
		{"st.64{release,sc} rax, [rbx]", OrdRelease | OrdSC, OrdRelease | OrdSC},
		{"rax = at_add.8{acquire,release,sc} [rbx], rax", OrdAcquire | OrdRelease | OrdSC, OrdAcquire | OrdRelease | OrdSC},
	} {
		for head, want := range map[string]Order{"block 0x0": r.weak, "block 0x0 tso": r.tso} {
			text := head + "\n " + r.op + "\n exit_tb pc=0x0\n"
			b, err := Parse(text, testGlobals)
			require.NoError(t, err)
			require.NoError(t, Verify(b))
			require.Equal(t, want, b.OrderOf(&b.Ops[0]), text)
			require.Equal(t, text, Format(b))
		}
	}
}
