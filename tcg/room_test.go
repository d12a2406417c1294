//go:build linux && amd64

package tcg_test

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg"
)

// TestScarceAddresses: where RLIMIT_AS leaves no room for the usual code buffer it is smaller; one that was asked for is
// not. The limit is for a child process.
func TestScarceAddresses(t *testing.T) {
	const env = "GOTCG_TEST_ROOM"
	if os.Getenv(env) == "" {
		c := exec.Command("/proc/self/exe", "-test.run=^TestScarceAddresses$")
		c.Env = append(os.Environ(), env+"=1")
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	as, err := softmmu.New(softmmu.Config{Mode: softmmu.TLB})
	require.NoError(t, err)
	// Go's heap gets its addresses by 64 MiB, and some more for a moment: it shall need none meanwhile.
	runtime.KeepAlive(make([]byte, 256<<20))
	runtime.GC()
	statm, err := os.ReadFile("/proc/self/statm") // proc(5)
	require.NoError(t, err)
	pages, err := strconv.ParseUint(strings.Fields(string(statm))[0], 10, 64)
	require.NoError(t, err)
	var r syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_AS, &r))
	r.Cur = pages<<12 + 100<<20
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &r))

	_, err = tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as, CodeSize: 64 << 20})
	require.ErrorIs(t, err, syscall.ENOMEM)
	e, err := tcg.New(tcg.Config{Arch: arm64.Arch(), Mem: as})
	require.NoError(t, err)
	require.Equal(t, 8<<20, e.Stats().CodeBuffer)
	require.NoError(t, e.Close())
}
