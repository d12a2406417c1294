//go:build linux && amd64

package softmmu

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestScarceAddresses: with RLIMIT_AS an address range has as many bits as there is room for, with some left for all
// else; Auto does without when they are few. The limit is for a child process.
func TestScarceAddresses(t *testing.T) {
	const env = "GOTCG_TEST_ROOM"
	if how := strings.Fields(os.Getenv(env)); len(how) == 3 {
		var n [3]uint64
		for i, s := range how {
			v, err := strconv.ParseUint(s, 0, 64)
			require.NoError(t, err)
			n[i] = v
		}
		var r syscall.Rlimit
		require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_AS, &r))
		r.Cur = 1 << 60
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &r))
		r.Cur -= addressRoom() // what is used
		r.Cur += n[0]
		require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &r))
		as, err := New(Config{Mode: Mode(n[1]), Bits: uint(n[2])})
		if err != nil {
			require.ErrorIs(t, err, ErrNoMemory)
			fmt.Printf("result: none\n")
			return
		}
		fmt.Printf("result: %v %#x\n", as.Mode(), uint64(as.Limit()))
		return
	}
	const gb = 1 << 30
	for _, r := range []struct {
		room uint64
		mode Mode
		bits uint
		want string
	}{
		{1 << 50, Auto, 45, "direct 0x1fffffffffff"},
		{1 << 50, Direct, 0, "direct 0x3ffffffffff"},
		{300 * gb, Auto, 45, "direct 0x1fffffffff"},
		{300 * gb, Auto, 33, "direct 0x1ffffffff"},
		{100 * gb, Auto, 45, "direct 0xfffffffff"},
		{80 * gb, Auto, 45, "tlb 0xffffffffffffffff"},
		{80 * gb, Auto, 33, "direct 0x1ffffffff"},
		{80 * gb, Direct, 45, "direct 0x7ffffffff"},
		{9 * gb, Direct, 45, "direct 0xffffffff"}, // asked for: all there is
		{4 * gb, Direct, 45, "none"},
		{4 * gb, Direct, 32, "none"},
		{4 * gb, Auto, 0, "tlb 0xffffffffffffffff"},
	} {
		t.Run(fmt.Sprintf("%d GiB, %v, %d bits", r.room/gb, r.mode, r.bits), func(t *testing.T) {
			c := exec.Command("/proc/self/exe", "-test.run=^TestScarceAddresses$")
			c.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d %d", env, r.room, r.mode, r.bits))
			out, err := c.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), "result: "+r.want+"\n")
		})
	}
}
