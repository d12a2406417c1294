//go:build linux

package linux

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg/linux/abi"
)

// pipe makes a pipe.
func (g *guest) pipe(flags int) (r, w uint64) {
	p := g.buf(8)
	g.must("pipe2", p, flags)
	return uint64(getU32(g.mem(p, 8))), uint64(getU32(g.mem(p+4, 4)))
}

// TestPipeFlags: what the guest sets is what it sees, for all that share it, though the host's pipe never blocks.
func TestPipeFlags(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		r, w := g.pipe(0)
		also := uint64(g.must("dup", r))
		one, none := g.bytes([]byte{1, 0, 0, 0}), g.bytes([]byte{0, 0, 0, 0})
		for _, row := range []struct {
			name string
			set  []any
			want int64
		}{
			{name: "as made"},
			{"F_SETFL", []any{"fcntl", r, abi.F_SETFL, abi.O_NONBLOCK}, abi.O_NONBLOCK},
			{"F_SETFL back", []any{"fcntl", also, abi.F_SETFL, 0}, 0},
			{"FIONBIO", []any{"ioctl", also, int(abi.FIONBIO), one}, abi.O_NONBLOCK},
			{"FIONBIO back", []any{"ioctl", r, int(abi.FIONBIO), none}, 0},
		} {
			if row.set != nil {
				g.must(row.set[0].(string), row.set[1:]...)
			}
			for _, fd := range []uint64{r, also} {
				require.Equal(t, row.want, g.must("fcntl", fd, abi.F_GETFL, 0)&abi.O_NONBLOCK, row.name)
				if row.want != 0 {
					g.fails(abi.EAGAIN, "read", fd, scratch, 1)
					continue
				}
				done := g.background("read", fd, scratch, 1)
				g.must("write", w, "x", 1)
				require.Equal(t, outcome{n: 1}, <-done, row.name)
			}
			require.Equal(t, int64(abi.O_WRONLY), g.must("fcntl", w, abi.F_GETFL, 0)&(abi.O_ACCMODE|abi.O_NONBLOCK))
		}
		r, w = g.pipe(abi.O_NONBLOCK)
		g.fails(abi.EAGAIN, "read", r, scratch, 1)
		g.must("fcntl", w, abi.F_SETPIPE_SZ, 4096)
		require.Equal(t, int64(4096), g.must("write", w, scratch, 10000))
		g.fails(abi.EAGAIN, "write", w, scratch, 1)
	})
}

// TestPipeLent: an end that is passed on blocks for who gets it as it did for who sent it.
func TestPipeLent(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		a, b := g.socketpair(sockStrm)
		for _, flags := range []int{0, abi.O_NONBLOCK} {
			r, w := g.pipe(flags)
			out, _, _ := g.msg(nil, []byte("x"), rights(uint32(r)))
			g.must("sendmsg", a, out, 0)
			in, _, control := g.msg(nil, make([]byte, 4), make([]byte, 64))
			g.must("recvmsg", b, in, 0)
			got := uint64(getU32(g.mem(control+16, 4)))
			require.Equal(t, int64(flags), g.must("fcntl", got, abi.F_GETFL, 0)&abi.O_NONBLOCK)
			if flags != 0 {
				g.fails(abi.EAGAIN, "read", got, scratch, 1)
				continue
			}
			done := g.background("read", got, scratch, 1)
			g.must("write", w, "x", 1)
			require.Equal(t, outcome{n: 1}, <-done)
			g.must("close", r)
			g.must("close", w)
			require.Zero(t, g.must("read", got, scratch, 1), "the end")
		}
	})
}

// TestSendfilePipe: sendfile to a pipe that blocks sends everything, to one that does not what there is room for.
func TestSendfilePipe(t *testing.T) {
	dir := t.TempDir()
	const size = 200_000
	require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), make([]byte, size), 0o600))
	eachGuest(t, Config{Dir: dir}, func(g *guest) {
		f := uint64(g.must("openat", int64(abi.AT_FDCWD), "f", abi.O_RDONLY, 0))
		r, w := g.pipe(0)
		g.must("fcntl", w, abi.F_SETPIPE_SZ, 4096)
		done := g.background("sendfile", w, f, 0, size)
		for got := int64(0); got < size; {
			got += g.must("read", r, scratch, 8192)
		}
		require.Equal(t, outcome{n: size}, <-done)
		require.Zero(t, g.must("sendfile", w, f, 0, size), "the end of the file")

		g.must("lseek", f, 0, 0)
		g.must("fcntl", w, abi.F_SETFL, abi.O_NONBLOCK)
		n := g.must("sendfile", w, f, 0, size)
		require.Greater(t, n, int64(0))
		require.Less(t, n, int64(size))
		g.fails(abi.EAGAIN, "sendfile", w, f, 0, size)
		require.Equal(t, n, g.must("lseek", f, 0, 1), "where the file is")
	})
}
