package rest

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// began is the thread that rests when the program starts.
var began uintptr

func init() { began = monitor.Load() }

// TestTell: a thread that is told to sets its own timer slack, and puts it back.
func TestTell(t *testing.T) {
	End()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	get := func() int {
		n, _, e := unix.RawSyscall(unix.SYS_PRCTL, unix.PR_GET_TIMERSLACK, 0, 0)
		require.Zero(t, e)
		return int(n)
	}
	before := get()
	require.NotEqual(t, slack, before)
	atomic.StoreUint64(&timerSlack, slack)
	require.True(t, tell(uintptr(unix.Gettid())))
	require.Equal(t, slack, get())
	atomic.StoreUint64(&timerSlack, 0)
	require.True(t, tell(uintptr(unix.Gettid())))
	require.Equal(t, before, get())
	require.False(t, tell(1<<30))
}

// TestEnd: a thread rests from the start on, until the end.
func TestEnd(t *testing.T) {
	require.NotZero(t, began)
	End()
	require.Zero(t, monitor.Load())
	require.Zero(t, atomic.LoadUint64(&timerSlack))
	End()
}
