//go:build linux

package linux

import (
	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// Descriptors of processes, pidfd_open(2). They are the host's; the guest's own process is gotcg's there,
// so a signal to it is the guest's and does not go through the host.

// sysPidfdOpen is pidfd_open(2).
func sysPidfdOpen(t *Task, a *Args) (uint64, abi.Errno) {
	pid, flags := a.Int(0), a.Int(1)
	if pid <= 0 || flags&^unix.O_NONBLOCK != 0 { // PIDFD_THREAD is unknown, as before Linux 6.9
		return 0, abi.EINVAL
	}
	if pid != t.p.pid && t.p.byTID(pid) != nil {
		return 0, abi.EINVAL // a thread that does not lead its process
	}
	h, err := unix.PidfdOpen(pid, flags)
	if err != nil {
		return 0, hostErrno(err)
	}
	f := t.p.fs.newFile(h, false)
	f.pid = pid
	fd, e := t.p.fs.install(f, 0, true, t.p.softLimit(abi.RLIMIT_NOFILE))
	return uint64(fd), e
}

// sysPidfdSendSignal is pidfd_send_signal(2).
func sysPidfdSendSignal(t *Task, a *Args) (uint64, abi.Errno) {
	f, e := t.file(a.FD(0))
	if e != 0 {
		return 0, e
	}
	sig := a.Int(1)
	switch {
	case a.Int(3) != 0 || sig < 0 || sig > abi.NSIG:
		return 0, abi.EINVAL
	case f.pid == 0:
		return 0, abi.EBADF
	case f.pid == t.p.pid || !t.p.cfg.AllowKill:
		return sysKill(t, &Args{uint64(f.pid), uint64(sig)})
	case a[2] != 0:
		t.p.unimp("pidfd_send_signal with siginfo to another process")
		return 0, abi.EPERM
	}
	return 0, hostErrno(unix.PidfdSendSignal(f.host, unix.Signal(sig), nil, 0))
}
