package abi

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSyscallNames(t *testing.T) {
	rows := []struct {
		arch Arch
		nr   uint64
		name string
	}{
		{X64, 0, "read"}, {X64, 1, "write"}, {X64, 9, "mmap"}, {X64, 60, "exit"}, {X64, 231, "exit_group"},
		{X64, 257, "openat"}, {X64, 318, "getrandom"}, {X64, 334, "rseq"}, {X64, 437, "openat2"}, {X64, 470, "listns"},
		{A64, 17, "getcwd"}, {A64, 56, "openat"}, {A64, 63, "read"}, {A64, 64, "write"}, {A64, 79, "newfstatat"},
		{A64, 93, "exit"}, {A64, 222, "mmap"}, {A64, 278, "getrandom"}, {A64, 293, "rseq"}, {A64, 452, "fchmodat2"},
		{X64, 400, ""}, {A64, 400, ""}, {X64, 1 << 40, ""}, {Arch(9), 0, ""},
	}
	for _, r := range rows {
		require.Equal(t, r.name, r.arch.SyscallName(r.nr), "%v %d", r.arch, r.nr)
		if r.name != "" {
			nr, ok := r.arch.SyscallNumber(r.name)
			require.True(t, ok)
			require.Equal(t, r.nr, nr)
		}
	}
	for _, a := range []Arch{X64, A64} {
		seen := map[string]bool{}
		for i := range a.SyscallCount() {
			if n := a.SyscallName(uint64(i)); n != "" {
				require.False(t, seen[n], "%v: %s twice", a, n)
				seen[n] = true
			}
		}
	}
	// The table has no gap in the range both guests share.
	for nr := uint64(424); nr <= 469; nr++ {
		if nr < 447 || nr > 447 { // memfd_secret is optional on AArch64
			require.Equal(t, X64.SyscallName(nr), A64.SyscallName(nr), "%d", nr)
		}
	}
}

func TestErrno(t *testing.T) {
	require.Equal(t, "ENOENT (No such file or directory)", ENOENT.Error())
	require.Equal(t, "EOPNOTSUPP", Errno(95).Name())
	require.Equal(t, "ERRNO_4000", Errno(4000).Name())
	require.Equal(t, ^uint64(1), ENOENT.Result(7))
	require.Equal(t, uint64(7), Errno(0).Result(7))
}

func TestSignalString(t *testing.T) {
	require.Equal(t, "SIGSEGV", SIGSEGV.String())
	require.Equal(t, "SIGRT_2", Signal(34).String())
	require.Equal(t, "99", Signal(99).String())
}

// TestLayouts pins the bytes of each structure; offsets are those pahole shows for the kernel.
func TestLayouts(t *testing.T) {
	st := Stat{Dev: 1, Ino: 2, Nlink: 3, Mode: 4, UID: 5, GID: 6, Rdev: 7, Size: 8, Blksize: 9, Blocks: 10,
		Atime: Timespec{11, 12}, Mtime: Timespec{13, 14}, Ctime: Timespec{15, 16}}
	enc := func(n int, f func([]byte)) string {
		b := []byte(strings.Repeat("\xee", n))
		f(b)
		return hex.EncodeToString(b)
	}
	q := func(vs ...uint64) string {
		b := make([]byte, 8*len(vs))
		for i, v := range vs {
			le.PutUint64(b[8*i:], v)
		}
		return hex.EncodeToString(b)
	}
	rows := []struct{ name, got, want string }{
		{"stat x64", enc(144, func(b []byte) { st.Encode(X64, b) }),
			q(1, 2, 3, 5<<32|4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 0)},
		{"stat a64", enc(128, func(b []byte) { st.Encode(A64, b) }),
			q(1, 2, 3<<32|4, 6<<32|5, 7, 0, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0)},
		{"epoll x64", enc(12, EpollEvent{1, 2}.encX64), "010000000200000000000000"},
		{"epoll a64", enc(16, EpollEvent{1, 2}.encA64), q(1, 2)},
		{"flock", enc(32, (&Flock{1, 2, 3, 4, 5}).Encode), q(2<<16|1, 3, 4, 5)},
		{"pollfd", enc(8, PollFd{1, 2, 3}.Encode), q(3<<48 | 2<<32 | 1)},
		{"dirent", enc(24, (&Dirent{1, 2, 8, "abc"}).Encode), q(1, 2) + "180008" + "616263" + "0000"},
		{"rlimit", enc(16, Rlimit{1, 2}.Encode), q(1, 2)},
		{"winsize", enc(8, Winsize{1, 2, 3, 4}.Encode), q(4<<48 | 3<<32 | 2<<16 | 1)},
		{"sigaction", enc(32, Sigaction{1, 2, 3, 4}.Encode), q(1, 2, 3, 4)},
		{"altstack", enc(24, Sigaltstack{1, 2, 3}.Encode), q(1, 2, 3)},
		{"auxv", enc(16, Auxv{6, 4096}.Encode), q(6, 4096)},
	}
	for _, r := range rows {
		require.Equal(t, r.want, r.got, r.name)
	}
}

func (e EpollEvent) encX64(b []byte) { e.Encode(X64, b) }
func (e EpollEvent) encA64(b []byte) { e.Encode(A64, b) }

func TestRoundTrips(t *testing.T) {
	b := make([]byte, 256)
	tio := Termios{1, 2, 3, 4, 5, [19]uint8{6, 18: 7}}
	tio.Encode(b)
	require.Equal(t, tio, DecodeTermios(b))
	fl := Flock{-1, 2, -3, 4, 5}
	fl.Encode(b)
	require.Equal(t, fl, DecodeFlock(b))
	for _, a := range []Arch{X64, A64} {
		e := EpollEvent{7, 1 << 60}
		e.Encode(a, b)
		require.Equal(t, e, DecodeEpollEvent(a, b))
	}
	sa := Sigaction{1, 2, 3, 4}
	sa.Encode(b)
	require.Equal(t, sa, DecodeSigaction(b))
}
