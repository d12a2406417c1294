//go:build linux

package linux

import (
	"testing"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/stretchr/testify/require"
)

// TestCapabilities: those of the host process, which the guest cannot change.
func TestCapabilities(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		h := u64(0x20080522)
		d := g.buf(24)
		g.must("capget", h, d)
		mine := g.mem(d, 24)
		g.must("capset", h, mine)
		mine[0] ^= 1
		g.fails(abi.EPERM, "capset", h, mine)
		bad := g.bytes(u64(1))
		g.fails(abi.EINVAL, "capget", bad, d)
		require.Equal(t, uint32(0x20080522), getU32(g.mem(bad, 4)))
		g.must("capget", g.bytes(u64(1)), 0) // asks for the version
		g.fails(abi.EFAULT, "capget", 0, 0)
		g.fails(abi.ESRCH, "capget", u64(0x20080522|1<<32), d)

		g.must("prctl", abi.PR_SET_KEEPCAPS, 1)
		require.Equal(t, int64(1), g.must("prctl", abi.PR_GET_KEEPCAPS))
		g.fails(abi.EINVAL, "prctl", abi.PR_SET_KEEPCAPS, 2)
	})
}
