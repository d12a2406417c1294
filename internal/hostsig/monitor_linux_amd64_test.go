package hostsig

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestSlack: a thread that is told to sets its own timer slack, and puts it back.
func TestSlack(t *testing.T) {
	require.NoError(t, Install())
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	slack := func() int {
		n, _, e := unix.RawSyscall(unix.SYS_PRCTL, unix.PR_GET_TIMERSLACK, 0, 0)
		require.Zero(t, e)
		return int(n)
	}
	before := slack()
	require.NotEqual(t, relaxed, before)
	atomic.StoreUint64(&timerSlack, relaxed)
	require.NoError(t, sendSlack(unix.Gettid()))
	require.Equal(t, relaxed, slack())
	atomic.StoreUint64(&timerSlack, 0)
	require.NoError(t, sendSlack(unix.Gettid()))
	require.Equal(t, before, slack())
	require.ErrorIs(t, sendSlack(1<<30), unix.ESRCH)
}

// TestMonitor: the thread that is relaxed is restored, once.
func TestMonitor(t *testing.T) {
	RestoreMonitor()
	require.NoError(t, RelaxMonitor())
	require.NotZero(t, monitor.Load())
	require.EqualValues(t, relaxed, atomic.LoadUint64(&timerSlack))
	RestoreMonitor()
	require.Zero(t, monitor.Load())
	require.Zero(t, atomic.LoadUint64(&timerSlack))
	RestoreMonitor()
}
