//go:build linux

package linux

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
	"github.com/gotcg/gotcg/softmmu"
)

// TestPollAsHost: poll finds each kind of file ready for what the host's kernel finds it ready for, whichever answers.
func TestPollAsHost(t *testing.T) {
	regular := filepath.Join(t.TempDir(), "regular")
	require.NoError(t, os.WriteFile(regular, []byte("x"), 0o600))
	rows := []struct {
		path  string
		flags int
	}{
		{regular, unix.O_RDONLY},
		{regular, unix.O_RDWR},
		{regular, unix.O_PATH},
		{t.TempDir(), unix.O_RDONLY | unix.O_DIRECTORY},
		{"/dev/null", unix.O_RDWR},
		{"/dev/null", unix.O_PATH},
		{"/dev/zero", unix.O_RDONLY},
		{"/dev/full", unix.O_WRONLY},
		{"/dev/urandom", unix.O_RDONLY},
		{"/proc/self/mounts", unix.O_RDONLY},
		{"/proc/sys/kernel/hostname", unix.O_RDONLY},
		{"/sys/kernel/mm/transparent_hugepage/enabled", unix.O_RDONLY},
	}
	g := newGuest(t, abi.X64, softmmu.Auto, Config{})
	for _, r := range rows {
		h, err := unix.Open(r.path, r.flags|unix.O_CLOEXEC, 0)
		if err == unix.ENOENT { // a host without it
			continue
		}
		require.NoError(t, err, r.path)
		fd, e := g.p.leader.installHost(h, true)
		require.Zero(t, e)
		for bit := range 16 {
			for _, events := range []int16{int16(uint16(1) << bit), -1} {
				host := []unix.PollFd{{Fd: int32(h), Events: events}}
				want, err := unix.Poll(host, 0)
				require.NoError(t, err)
				b := make([]byte, abi.PollFdSize)
				abi.PollFd{FD: int32(fd), Events: events, Revents: -1}.Encode(b)
				at := g.bytes(b)
				require.Equal(t, int64(want), g.must("poll", at, 1, 0), "%s %#x for %#x", r.path, r.flags, events)
				require.Equal(t, host[0].Revents, abi.DecodePollFd(g.mem(at, abi.PollFdSize)).Revents, "%s %#x for %#x", r.path, r.flags, events)
			}
		}
		g.must("close", int64(fd))
	}
}

// TestClockAsHost: the clocks that the vDSO is asked for go on from what the host's system call says, and it from them.
func TestClockAsHost(t *testing.T) {
	eachGuest(t, Config{}, func(g *guest) {
		for _, id := range []int32{unix.CLOCK_MONOTONIC, unix.CLOCK_REALTIME, unix.CLOCK_MONOTONIC_RAW, unix.CLOCK_BOOTTIME} {
			var before, after unix.Timespec
			at := g.buf(abi.TimespecSize)
			require.NoError(t, unix.ClockGettime(id, &before))
			require.Zero(t, g.must("clock_gettime", int64(id), at))
			require.NoError(t, unix.ClockGettime(id, &after))
			s := abi.DecodeTimespec(g.mem(at, abi.TimespecSize))
			got := unix.Timespec{Sec: s.Sec, Nsec: s.Nsec}
			require.LessOrEqual(t, before.Nano(), got.Nano(), "clock %d", id)
			require.LessOrEqual(t, got.Nano(), after.Nano(), "clock %d", id)
		}
		g.fails(abi.EINVAL, "clock_gettime", 999, g.buf(abi.TimespecSize))
		g.fails(abi.EFAULT, "clock_gettime", unix.CLOCK_MONOTONIC, 8)
	})
}
