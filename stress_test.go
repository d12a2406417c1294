//go:build linux

package gotcg_test

import (
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

var stressTime = flag.Duration("stress", time.Second, "how long each Go guest of TestGoStress runs")

// TestGoStress runs a thousand goroutines that allocate, spin, send and lock while another does nothing but
// collect garbage: SIGURG preempts whoever spins, in every mode of the translator.
func TestGoStress(t *testing.T) {
	secs := strconv.Itoa(int(max(*stressTime, time.Second) / time.Second))
	for _, goarch := range []string{"amd64", "arm64"} {
		exe := goGuest(t, "stress", goarch)
		cfgs := []gotcg.Config{
			{},
			{Plugins: []string{"insn-count"}, InjectFlush: 500, CodeSize: 1 << 20},
			{InjectFlush: 500},
			{Plugins: []string{"insn-count"}},
		}
		if testing.Short() {
			cfgs = cfgs[:2]
		}
		for _, cfg := range cfgs {
			t.Run(fmt.Sprintf("%s/flush%d%v", goarch, cfg.InjectFlush, cfg.Plugins), func(t *testing.T) {
				cfg.Log = t.Output()
				out, x := runPath(t, cfg, exe, "1000", secs)
				require.Equal(t, "bad 0 lost 0\n", out)
				require.Equal(t, gotcg.Exited, x.Kind)
				require.Zero(t, x.Code)
			})
		}
	}
}
