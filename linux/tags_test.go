//go:build linux

package linux

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// TestTaggedPointers passes tagged pointers to system calls, without and with leave. Linux,
// Documentation/arch/arm64/tagged-address-abi.rst.
func TestTaggedPointers(t *testing.T) {
	const tag = int64(0x77) << 56
	anon := abi.MAP_PRIVATE | abi.MAP_ANONYMOUS
	eachGuest(t, Config{}, func(g *guest) {
		a := g.must("mmap", 0, 3*4096, 3, anon, -1, 0)
		g.fails(abi.EFAULT, "uname", a|tag)
		g.fails(abi.EFAULT, "getrandom", a|tag, 8, 0)
		g.fails(abi.EFAULT, "futex", a|tag, abi.FUTEX_WAKE, 1)
		g.fails(abi.ENOMEM, "mmap", a|tag, 4096, 3, anon|abi.MAP_FIXED, -1, 0)
		require.Equal(t, g.must("brk", 0), g.must("brk", g.must("brk", 0)|tag))
		if g.p.abi == abi.X64 {
			g.fails(abi.EINVAL, "prctl", abi.PR_SET_TAGGED_ADDR_CTRL, abi.PR_TAGGED_ADDR_ENABLE)
			g.fails(abi.EINVAL, "prctl", abi.PR_GET_TAGGED_ADDR_CTRL)
			g.fails(abi.EINVAL, "munmap", a|tag, 4096)
			g.fails(abi.ENOMEM, "mprotect", a|tag, 4096, 1)
			return
		}
		// What manages mappings takes tags always, but for new addresses.
		g.as.Write(softmmu.Addr(a), []byte("hello"))
		g.must("madvise", a|tag, 4096, abi.MADV_DONTNEED)
		require.Equal(t, make([]byte, 5), g.mem(uint64(a), 5))
		g.must("mprotect", a|tag, 4096, 1)
		g.must("mprotect", a|tag, 4096, 3)
		g.must("mlock", a|tag, 4096)
		g.must("msync", a|tag, 4096, abi.MS_SYNC)
		g.fails(abi.EINVAL, "mremap", a|tag, 4096, 4096, abi.MREMAP_MAYMOVE|abi.MREMAP_FIXED, (a+8*4096)|tag)
		require.Equal(t, a, g.must("mremap", (a+4096)|tag, 2*4096, 4096, 0)-4096)
		g.must("munmap", (a+4096)|tag, 4096)
		require.False(t, g.as.Mapped(softmmu.Addr(a+4096), 1))
		g.fails(abi.EFAULT, "mincore", a|tag, 4096, a|tag)

		g.fails(abi.EINVAL, "prctl", abi.PR_SET_TAGGED_ADDR_CTRL, 1<<3|abi.PR_TAGGED_ADDR_ENABLE)
		g.fails(abi.EINVAL, "prctl", abi.PR_SET_TAGGED_ADDR_CTRL, abi.PR_TAGGED_ADDR_ENABLE, 0, 0, 1)
		g.fails(abi.EINVAL, "prctl", abi.PR_GET_TAGGED_ADDR_CTRL, 0, 1)
		require.Zero(t, g.must("prctl", abi.PR_GET_TAGGED_ADDR_CTRL))
		g.must("prctl", abi.PR_SET_TAGGED_ADDR_CTRL, abi.PR_TAGGED_ADDR_ENABLE)
		require.EqualValues(t, 1, g.must("prctl", abi.PR_GET_TAGGED_ADDR_CTRL))
		g.must("uname", a|tag)
		require.Equal(t, "Linux", string(g.mem(uint64(a), 5)))
		g.must("getrandom", a|tag, 8, 0)
		g.must("mincore", a|tag, 4096, a|tag)
		g.must("futex", a|tag, abi.FUTEX_WAKE, 1)
		g.fails(abi.EFAULT, "uname", a|tag|1<<55)
		g.must("prctl", abi.PR_SET_TAGGED_ADDR_CTRL, 0)
		g.fails(abi.EFAULT, "uname", a|tag)
	})
}
