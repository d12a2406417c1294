package tcg_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// counting counts in X0 for ever, in a block that goes back to its own start.
var counting = words(
	0xd2800000, // mov x0, #0
	0x91000400, // add x0, x0, #1
	0x17ffffff, // b -4
)

// TestLoopIsLeft drops, and puts a break into, a block that a vCPU is looping in: no chain leads
// out of it, so the vCPU must be told.
func TestLoopIsLeft(t *testing.T) {
	modes(t, func(t *testing.T, mode softmmu.Mode, accel tcg.Accel) {
		v := newVCPU(t, mode, accel, counting)
		done := make(chan tcg.Stop)
		go func() { done <- v.Run() }()
		for range 20 {
			time.Sleep(time.Millisecond)
			v.Engine().Flush()
		}
		v.Engine().SetBreak(codeBase + 4)
		select {
		case s := <-done:
			require.Equal(t, tcg.StopBreak, s.Kind)
			require.EqualValues(t, codeBase+4, v.PC())
			require.Positive(t, arm64.Arch().ReadReg(v.State(), 0), "registers of the loop are stored")
		case <-time.After(10 * time.Second):
			v.Interrupt()
			<-done
			t.Fatal("the loop was not left")
		}
	})
}
