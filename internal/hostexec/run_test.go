package hostexec

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	if !Supported {
		t.Skip("no x86-64 host")
	}
	r, err := New(0x610000000, 4096, 0x620000000, 4096)
	require.NoError(t, err)
	defer r.Close()
	regs := r.Regs()
	regs.FX[0], regs.FX[1] = 0x7f, 0x03
	regs.FX[24], regs.FX[25] = 0x80, 0x1f
	for i := range regs.GPR {
		regs.GPR[i] = uint64(i)
	}
	regs.Flags = 0x202
	regs.GPR[4] = 0x620000800
	code := []byte{0x4c, 0x01, 0xf8, 0x50, 0xfd, 0xf9} // add rax, r15; push rax; std; stc
	r.Load(0x610000010, code, len(code))
	for range 1000 {
		regs.GPR[0], regs.GPR[4] = 5, 0x620000800
		r.Run(0x610000010)
		runtime.Gosched()
	}
	require.EqualValues(t, 20, regs.GPR[0])
	require.EqualValues(t, 0x6200007f8, regs.GPR[4])
	require.EqualValues(t, 20, r.Data()[0x7f8])
	require.EqualValues(t, 0x401, regs.Flags&0x401)
	for i := 1; i < 16; i++ {
		if i != 4 {
			require.EqualValues(t, i, regs.GPR[i])
		}
	}
}
